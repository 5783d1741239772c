/* SPDX-License-Identifier: MIT */
/**
 * Processes of the machine: lists that read only the fields asked for, and handles that refer to
 * one process even after its pid is reused.
 *
 * Times are in nanoseconds, sizes in bytes. What a record's `valid` does not name was not read and
 * is 0, −1 or NULL; what `refused` names may not be read by this user.
 *
 * @since 0.1
 */
#ifndef OSIER_PROCESSES_H
#define OSIER_PROCESSES_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** What to read of a process; each costs the files it names, below /proc/PID. */
enum os_process_fields {
    OS_PROCESS_STAT = 1 << 0,       /**< stat: all that has no bit of its own; always read */
    OS_PROCESS_NAME = 1 << 1,       /**< the name beyond 15 bytes: cmdline where it is that long */
    OS_PROCESS_CMDLINE = 1 << 2,    /**< cmdline */
    OS_PROCESS_MEMORY = 1 << 3,     /**< statm: memory_info beyond rss and vms */
    OS_PROCESS_EUID = 1 << 4,       /**< the owner of the directory: the effective user alone */
    OS_PROCESS_IDS = 1 << 5,        /**< status: uids, gids and num_ctx_switches */
    OS_PROCESS_USERNAME = 1 << 6,   /**< the real user's name: a pidfd, or status */
    OS_PROCESS_IO = 1 << 7,         /**< io */
    OS_PROCESS_FDS = 1 << 8,        /**< fd: how many descriptors are open */
    OS_PROCESS_EXE = 1 << 9,        /**< exe: the program's file */
    OS_PROCESS_CWD = 1 << 10,       /**< cwd */
    OS_PROCESS_CGROUP = 1 << 11,    /**< cgroup */
    OS_PROCESS_DELAY = 1 << 12,     /**< schedstat: how long it waited for a CPU */
    OS_PROCESS_FOOTPRINT = 1 << 13, /**< smaps_rollup: dear, and stops the process meanwhile */
    OS_PROCESS_CPU_PERCENT = 1 << 14, /**< what os_process_watch_read() alone can tell */
    OS_PROCESS_CPU_LIFETIME = 1 << 15 /**< stat, and how long the machine has been up */
};

/** User or group ids. */
struct os_process_ids {
    int64_t real;      /**< the real id: who started it */
    int64_t effective; /**< the effective id: whose rights it has */
    int64_t saved;     /**< the saved id: whose rights it may take back */
};

/** CPU time, in nanoseconds. */
struct os_process_times {
    int64_t user;            /**< in the program itself [duration] */
    int64_t system;          /**< in the kernel for it [duration] */
    int64_t children_user;   /**< of children that it waited for [duration] */
    int64_t children_system; /**< of these in the kernel [duration] */
    int64_t iowait; /**< waiting for blocks of a disk; 0 without delay accounting [duration] */
};

/** Memory, in bytes. */
struct os_process_memory {
    uint64_t rss;    /**< resident set size: in RAM, shared pages in full [bytes] */
    uint64_t vms;    /**< virtual memory size [bytes] */
    uint64_t shared; /**< of rss what is of files or shared [bytes] */
    uint64_t text;   /**< the program's code [bytes] */
    uint64_t data;   /**< data and stack [bytes] */
};

/** What would be free if it ended, in bytes. */
struct os_process_footprint {
    uint64_t uss;  /**< unique set size: what it does not share [bytes] */
    uint64_t pss;  /**< proportional set size: uss, and its part of shared pages [bytes] */
    uint64_t swap; /**< of its own in swap [bytes] */
};

/** Input and output since its start. */
struct os_process_io {
    uint64_t read_count;  /**< calls that read */
    uint64_t write_count; /**< calls that wrote */
    uint64_t read_bytes;  /**< bytes from disks [bytes] */
    uint64_t write_bytes; /**< bytes for disks [bytes] */
    uint64_t read_chars; /**< bytes of all calls that read, those of pipes and caches too [bytes] */
    uint64_t write_chars; /**< bytes of all calls that wrote [bytes] */
};

/** Context switches. */
struct os_process_switches {
    int64_t voluntary;   /**< because it waited for something */
    int64_t involuntary; /**< because its time slice was over */
};

/**
 * A process as it was when it was read. With `pid`, `start_ticks` says which one it is.
 *
 * @table pid, username, status, rss, num_threads, create_time, name
 */
struct os_process_info {
    unsigned valid;   /**< the bits of what was read */
    unsigned refused; /**< the bits of what this user may not read */
    pid_t pid;        /**< its number */
    pid_t ppid;       /**< its parent's, 0 where that is outside the pid namespace */
    pid_t pgrp;       /**< its process group */
    pid_t session;    /**< its session */
    const char *name; /**< its name, of any bytes [OS_PROCESS_NAME] */
    const char *exe;  /**< the program's file; "" for a kernel thread [OS_PROCESS_EXE] */
    char *const *
        cmdline; /**< the words it was started with, or has put in their place [OS_PROCESS_CMDLINE] */
    size_t cmdline_count; /**< how many */
    const char *cwd;      /**< its current directory [OS_PROCESS_CWD] */
    const char *
        username; /**< the real user's name, or the number where it has none [OS_PROCESS_USERNAME] */
    const char
        *cgroup;    /**< its control group, of version 2 where there are both [OS_PROCESS_CGROUP] */
    char status[2]; /**< the kernel's letter: R, S, D, Z, T, t, X, P, I … */
    bool kernel_thread;   /**< a thread of the kernel, without a program */
    int num_threads;      /**< how many threads it has */
    int nice;             /**< its nice value */
    int cpu_num;          /**< the CPU it ran on last */
    unsigned terminal;    /**< the device number of its terminal, 0 for none */
    int num_fds;          /**< how many descriptors it has open [OS_PROCESS_FDS] */
    uint64_t start_ticks; /**< when it started, in ticks of the clock since the machine did */
    int64_t create_time; /**< the same in nanoseconds since the epoch, by the clock of now [time] */
    uint64_t rss;        /**< memory in RAM, as memory_info has it [bytes] */
    uint64_t minor_faults; /**< page faults that read no disk */
    uint64_t major_faults; /**< page faults that read a disk */
    int64_t
        run_delay; /**< how long it waited for a CPU while it could run [duration] [OS_PROCESS_DELAY] */
    uint64_t euid;                     /**< the effective user [OS_PROCESS_EUID] */
    struct os_process_times cpu_times; /**< CPU time */
    double cpu_percent; /**< how much of one CPU it used since the reading before, in percent
                           [OS_PROCESS_CPU_PERCENT] */
    double cpu_percent_lifetime;          /**< the same since it was started, as ps(1) shows it
                                    [OS_PROCESS_CPU_LIFETIME] */
    struct os_process_memory memory_info; /**< memory [OS_PROCESS_MEMORY] */
    struct os_process_footprint
        memory_footprint; /**< memory of its own, if that is named [OS_PROCESS_FOOTPRINT] [dear] */
    struct os_process_ids uids;                  /**< users [OS_PROCESS_IDS] */
    struct os_process_ids gids;                  /**< groups [OS_PROCESS_IDS] */
    struct os_process_io io_counters;            /**< input and output [OS_PROCESS_IO] */
    struct os_process_switches num_ctx_switches; /**< context switches [OS_PROCESS_IDS] */
};

/** What os_processes() can be told; NULL or zeros for all processes. */
struct os_processes_options {
    size_t size; /**< sizeof(struct os_processes_options) */
    int threads; /**< how many read; 0: as many as help, 1: none but the caller */
    uint64_t
        footprint_limit; /**< a process with more bytes of memory stays without its footprint, as
                                 reading it stops the process: 0.1 s a GiB; 0: 4 GiB */
    const pid_t *pids;   /**< these processes alone, or NULL */
    size_t pids_count;   /**< how many */
    size_t *ret_hidden;  /**< set to how many are there that may not be looked at, or NULL */
};

/**
 * The numbers of all processes, in order.
 *
 * @param ret_count  set to how many there are
 * @return an array, to free(); NULL with errno set
 * @python psutil.pids()
 * @source proc(5)
 * @shell os.pids -> ints
 */
OS_API OS_MUST_FREE OS_NONNULL() pid_t *os_pids(size_t *ret_count);

/**
 * Whether a process with this pid exists; the id of a thread is no pid.
 *
 * @param pid  the number
 * @return whether it is there, as a zombie too
 * @python psutil.pid_exists(pid)
 * @source proc(5)
 * @shell os.pid_exists PID -> bool
 */
OS_API bool os_pid_exists(pid_t pid);

/**
 * All processes, or those asked for, in the order of their numbers.
 *
 * A process that ends meanwhile is left out. A record is of one process, even if its pid is reused
 * while it is read.
 *
 * @param fields  bits of enum os_process_fields: what to read
 * @param options  which processes, and how many threads read them, or NULL for all
 * @param ret_count  set to how many there are
 * @return an array with all it points to in one block, to free(); NULL with errno set
 * @error EINVAL  fields or options that are none
 * @error ENODATA  nothing tells when the machine started: of a recorded one without /proc/stat
 * @python psutil.process_iter(attrs=None, ad_value=None)
 * @source proc(5)
 * @shell os.processes [--threads=0] [--footprint-limit=0] -> list of process_info
 */
OS_API OS_MUST_FREE OS_NONNULL(3) struct os_process_info *os_processes(
    unsigned fields, const struct os_processes_options *options, size_t *ret_count);

/**
 * Reads what is asked for of the process that has this number now.
 *
 * @param pid  its number
 * @param fields  bits of enum os_process_fields: what to read
 * @return the record with all it points to in one block, to free(); NULL with errno set
 * @error ESRCH  no such process
 * @error EINVAL  fields that are none
 * @error ENODATA  nothing tells when the machine started: of a recorded one without /proc/stat
 * @python psutil.Process(pid).as_dict(attrs=None, ad_value=None)
 * @source proc(5)
 * @shell os.process_details PID -> process_info
 */
OS_API OS_MUST_FREE struct os_process_info *os_process_details(pid_t pid, unsigned fields);

/**
 * A process in the tree of those that there are.
 *
 * @table pid, username, status, rss, branch
 */
struct os_process_branch {
    pid_t pid;            /**< its number */
    pid_t ppid;           /**< its parent's, 0 where that is outside the pid namespace */
    size_t depth;         /**< how many of its ancestors are in the list */
    const char *name;     /**< its name, of any bytes */
    const char *branch;   /**< the lines that lead to it from its parent, and its name */
    const char *username; /**< the real user's name, or the number where it has none */
    char status[2];       /**< the kernel's letter: R, S, D, Z, T, t, X, P, I … */
    int num_threads;      /**< how many threads it has */
    uint64_t start_ticks; /**< when it started, in ticks of the clock since the machine did */
    int64_t create_time; /**< the same in nanoseconds since the epoch, by the clock of now [time] */
    uint64_t rss;        /**< memory in RAM [bytes] */
};

/**
 * All processes, or one and those that descend from it, each behind its parent.
 *
 * Those of one parent are in the order of their numbers. Lines are drawn (in UTF-8) for the first 63 levels.
 *
 * @param pid  the process that it begins with; 0: all of them
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ESRCH  no such process
 * @error ENODATA  nothing tells when the machine started: of a recorded one without /proc/stat
 * @python no: a loop over psutil.Process.children()
 * @source proc(5)
 * @shell os.process_tree [PID=0] -> list of process_branch
 */
OS_API OS_MUST_FREE OS_NONNULL(2) struct os_process_branch *os_process_tree(pid_t pid,
                                                                            size_t *ret_count);

/** A list of processes that is read again and again. */
struct os_process_watch;

/** What has changed between two readings of a list. */
struct os_process_news {
    size_t started;  /**< processes that are new */
    size_t ended;    /**< processes that are no more */
    uint64_t unseen; /**< processes and threads of the machine that started and ended in between */
    int64_t elapsed; /**< since the reading before, nanoseconds; 0: there was none [duration] */
};

/**
 * Begins a list of processes that is read again and again.
 *
 * Descriptors stay open of what is read of each, half of RLIMIT_NOFILE at most, so that all
 * but the first reading cost half as much. They are of that process and of no other one that has its
 * number later.
 *
 * @param fields  bits of enum os_process_fields: what to read
 * @param options  which processes, and how many threads read them, or NULL for all; `ret_hidden`
 *                 stays as it is
 * @return the list, to end with os_process_watch_close(); NULL with errno set
 * @error EINVAL  fields or options that are none
 * @source proc(5)
 * @shell no: `osier watch procs`
 */
OS_API OS_MUST_CHECK struct os_process_watch *os_process_watch_open(
    unsigned fields, const struct os_processes_options *options);

/**
 * Ends a list of processes; errno stays as it is.
 *
 * @param watch  the list, or NULL for nothing
 * @return NULL
 * @shell no: `osier watch procs`
 */
OS_API struct os_process_watch *os_process_watch_close(struct os_process_watch *watch);

/**
 * Reads the processes that there are now, in the order of their numbers.
 *
 * From the second time on each that was there has its `cpu_percent`, unless less than a tick of the
 * clock has passed since it was read before.
 *
 * @param watch  the list
 * @param ret_news  set to what has changed since the reading before, or NULL. What was `unseen` the
 *                  kernel counts for the whole machine, other pid namespaces included
 * @param ret_count  set to how many there are
 * @return an array with all it points to in one block, to free(); NULL with errno set
 * @error EMFILE  the program has too many descriptors
 * @error ENODATA  nothing tells when the machine started: of a recorded one without /proc/stat
 * @source proc(5)
 * @shell no: `osier watch procs`
 */
OS_API OS_MUST_FREE OS_NONNULL(1, 3) struct os_process_info *os_process_watch_read(
    struct os_process_watch *watch, struct os_process_news *ret_news, size_t *ret_count);

/** A process: a descriptor of its directory in /proc, which is never another's. */
struct os_process;

/**
 * Opens a handle of a process.
 *
 * @param pid  its number
 * @return the handle, to end with os_process_close(); NULL with errno set
 * @error ESRCH  no such process
 * @python psutil.Process(pid=None)
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API struct os_process *os_process_open(pid_t pid) OS_MUST_CHECK;

/**
 * Closes the handle of a process; errno stays as it is.
 *
 * @param process  the handle, or NULL for nothing
 * @return NULL
 * @shell no: a handle ends with the command
 */
OS_API struct os_process *os_process_close(struct os_process *process);

/**
 * The handle's descriptor, of the directory /proc/PID; it stays the handle's.
 *
 * @param process  the handle
 * @return the descriptor
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_process_fileno(const struct os_process *process);

/**
 * Whether the process is still there, as a zombie too.
 *
 * @param process  the handle
 * @return whether it is
 * @python psutil.Process.is_running()
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_NONNULL() bool os_process_is_running(const struct os_process *process);

/**
 * Reads what is asked for of the process.
 *
 * @param process  the handle
 * @param fields  bits of enum os_process_fields
 * @return the record with all it points to in one block, to free(); NULL with errno set
 * @error ESRCH  it has ended
 * @error EINVAL  fields that are none
 * @error ENODATA  nothing tells when the machine started: of a recorded one without /proc/stat
 * @python psutil.Process.as_dict(attrs=None, ad_value=None)
 * @source proc(5)
 * @shell no: a handle is for several calls of one program
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_process_info *os_process_read(
    const struct os_process *process, unsigned fields);

/**
 * Sends a signal to this process and to no other.
 *
 * Before Linux 5.1, and where a filter keeps pidfd_send_signal(2) away, its number is used, right
 * after a look whether the process is still there.
 *
 * @param process  the handle
 * @param sig  the signal; 0 asks whether one could be sent
 * @return 0, or −1 with errno set
 * @error ESRCH  it has ended
 * @error EPERM  it is another user's
 * @error ENOTSUP  it is a recorded machine's
 * @python psutil.Process.send_signal(sig)
 * @source pidfd_send_signal(2)
 * @shell no: `osier os.kill PID SIGTERM`
 */
OS_API OS_NONNULL() int os_process_send_signal(const struct os_process *process, int sig);

/**
 * Waits until the process ends; a child is reaped.
 *
 * @param process  the handle
 * @param timeout  how many seconds at most; negative: as long as it takes
 * @param ret_status  set to a child's wait status, as os_waitstatus_to_exitcode() takes it, or to
 *                    −1 where the process is not a child of this one; or NULL
 * @return 1: it has ended; 0: the time is over; −1 with errno set
 * @error ENOTSUP  it is a recorded machine's
 * @python psutil.Process.wait(timeout=None)
 * @source pidfd_open(2)
 * @shell no: a handle is for several calls of one program
 */
OS_API OS_NONNULL(1) int os_process_wait(const struct os_process *process, double timeout,
                                         int *ret_status);

/**
 * The environment that the process was started with, or has put in its place.
 *
 * @param process  the handle
 * @return the variables, "NAME=value", in one block to free(); NULL with errno set
 * @error EACCES  it is another user's
 * @python psutil.Process.environ()
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_MUST_FREE OS_NONNULL() char **os_process_environ(const struct os_process *process);

/** A thread of a process. */
struct os_process_thread {
    pid_t id;            /**< its number */
    char status[2];      /**< the kernel's letter */
    int64_t user_time;   /**< CPU time in the program, nanoseconds [duration] */
    int64_t system_time; /**< CPU time in the kernel, nanoseconds [duration] */
};

/**
 * The threads of a process, in the order of their numbers.
 *
 * @param process  the handle
 * @param ret_count  set to how many there are
 * @return an array, to free(); NULL with errno set
 * @error ESRCH  the process has ended
 * @python psutil.Process.threads()
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_process_thread *os_process_threads(
    const struct os_process *process, size_t *ret_count);

/** A descriptor that a process has open. */
struct os_open_file {
    const char *path; /**< what it is open on: a file, "socket:[1234]" …; "" beyond PATH_MAX */
    int fd;           /**< its number */
    int flags;        /**< as for open(2), with O_CLOEXEC where that is set */
    int64_t position; /**< where it reads or writes next */
};

/**
 * The descriptors that a process has open, in the order of their numbers.
 *
 * One that is closed meanwhile is left out.
 *
 * @param process  the handle
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error EACCES  it is another user's
 * @error ESRCH  it has ended
 * @python psutil.Process.open_files()
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_open_file *os_process_open_files(
    const struct os_process *process, size_t *ret_count);

/** A mapping of a process; sizes in bytes. */
struct os_memory_map {
    uint64_t start;         /**< its first address */
    uint64_t end;           /**< the address behind its last */
    const char *perms;      /**< "r-xp" */
    const char *path;       /**< the file, "[heap]", or "" for memory of no file */
    uint64_t rss;           /**< in RAM [bytes] */
    uint64_t size;          /**< of the addresses [bytes] */
    uint64_t pss;           /**< in RAM, what is shared divided by who shares it [bytes] */
    uint64_t shared_clean;  /**< shared, as in the file [bytes] */
    uint64_t shared_dirty;  /**< shared, changed [bytes] */
    uint64_t private_clean; /**< its own, as in the file [bytes] */
    uint64_t private_dirty; /**< its own, changed [bytes] */
    uint64_t referenced;    /**< used recently [bytes] */
    uint64_t anonymous;     /**< of no file [bytes] */
    uint64_t swap;          /**< in swap [bytes] */
};

/**
 * The mappings of a process, in the order of their addresses.
 *
 * The kernel blocks the process meanwhile.
 *
 * @param process  the handle
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error EACCES  it is another user's
 * @error ESRCH  it has ended, or is a zombie
 * @python psutil.Process.memory_maps(grouped=True)
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_memory_map *os_process_memory_maps(
    const struct os_process *process, size_t *ret_count);

/**
 * How much of one CPU a process used between two readings, in percent.
 *
 * @param before  the first reading
 * @param now  the second, of the same process
 * @param elapsed  the time between them in nanoseconds, by a clock that does not jump
 * @return the percentage, above 100 with several threads; NaN where less than a tick has passed or
 *         the two are not of one process
 * @python psutil.Process.cpu_percent(interval=None)
 * @shell no: it takes two readings
 */
OS_API OS_NONNULL() double os_process_cpu_percent(const struct os_process_info *before,
                                                  const struct os_process_info *now,
                                                  int64_t elapsed);

OS_END_DECLS

#endif
