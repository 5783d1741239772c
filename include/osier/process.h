/* SPDX-License-Identifier: MIT */
/**
 * Processes: running shell lines and programs, waiting for them, signalling them.
 *
 * Every child is started with an environment that is a snapshot, so that it is whole whatever other
 * threads do, and by vfork, so that the size of the calling process costs nothing.
 *
 * @since 0.1
 */
#ifndef OSIER_PROCESS_H
#define OSIER_PROCESS_H

#include <osier/types.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

OS_BEGIN_DECLS

/**
 * Runs a line by /bin/sh and waits for it; SIGINT and SIGQUIT go to the line alone. Children that
 * other threads start meanwhile get the handling of both that the caller has. When the thread is
 * cancelled, the line is killed and collected.
 *
 * @param command  the line
 * @return the wait status, 127 << 8 if there is no shell; −1 with errno set
 * @python os.system(command)
 * @source system(3)
 * @shell os.system COMMAND -> status
 */
OS_API OS_NONNULL() int os_system(const char *command);

/**
 * What Python makes of a wait status: the exit code of a process that ended by itself, −N for one
 * that was ended by signal N.
 *
 * @param status        from os_system(), os_wait() and their like
 * @param ret_exitcode  set on success
 * @return 0, or −1 with errno set
 * @error EINVAL  the process is only stopped, or the status is none
 * @python os.waitstatus_to_exitcode(status)
 * @shell os.waitstatus_to_exitcode STATUS -> int
 */
OS_API OS_NONNULL() int os_waitstatus_to_exitcode(int status, int *ret_exitcode);

/** A shell line that runs beside the program, connected by a pipe. */
struct os_popen {
    FILE
        *stream; /**< read what the line prints, or write what it reads; closed by os_popen_close */
    pid_t pid;   /**< the process of the shell */
};

/**
 * Starts a line by /bin/sh with a pipe to it.
 *
 * @param command  the line
 * @param mode     "r" to read what it prints, "w" to write what it reads
 * @return the connection, for os_popen_close(); NULL with errno set
 * @error EINVAL  `mode` is neither "r" nor "w"
 * @python os.popen(command, mode="r", buffering=-1)
 * @source popen(3)
 * @shell os.popen COMMAND -> stream
 */
OS_API OS_NONNULL() struct os_popen *os_popen(const char *command, const char *mode) OS_MUST_CHECK;

/**
 * Reads all that a line still prints, up to its end.
 *
 * @param popen     opened with "r"
 * @param ret_size  set to the number of bytes, as there may be NULs among them; or NULL
 * @return the bytes and a NUL, to free(); NULL with errno set
 * @python os.popen(command).read()
 * @shell see os_popen
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_popen_read(struct os_popen *popen, size_t *ret_size);

/**
 * Closes the pipe, waits for the line to end and frees the connection, also after an error.
 *
 * @param popen  what to close, or NULL for nothing
 * @return 0 if the line ended with exit code 0, else its exit code × 256, or −N × 256 if signal N
 *         ended it; −1 with errno set
 * @error EPIPE  what was left to write could not be written
 * @python os.popen(command).close()
 * @shell see os_popen
 */
OS_API int os_popen_close(struct os_popen *popen);

/**
 * Runs a line by /bin/sh and gives what it printed, on both of its output streams.
 *
 * @param command       the line
 * @param ret_exitcode  set to its exit code, or to −N if signal N ended it; or NULL
 * @return the output without a final newline, to free(); NULL with errno set
 * @python subprocess.getstatusoutput(cmd)
 * @shell os.getoutput COMMAND -> str
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_getoutput(const char *command, int *ret_exitcode);

/**
 * Waits for any child to end.
 *
 * @param ret_status  set to its wait status; or NULL
 * @return its process id; −1 with errno set
 * @error ECHILD  there is no child
 * @python os.wait()
 * @source wait(2)
 * @shell no: a command has no children
 */
OS_API pid_t os_wait(int *ret_status);

/**
 * Waits for a child to end.
 *
 * @param pid         which; −1 any, 0 any of the caller's process group, −N any of group N
 * @param options     WNOHANG, WUNTRACED, WCONTINUED
 * @param ret_status  set to its wait status, to 0 if there is none yet; or NULL
 * @return its process id, 0 with WNOHANG if none has ended; −1 with errno set
 * @error ECHILD  there is no such child
 * @python os.waitpid(pid, options, /)
 * @source waitpid(2)
 * @shell no: a command has no children
 */
OS_API pid_t os_waitpid(pid_t pid, int options, int *ret_status);

/** What a process has used, as in Python's resource.getrusage(). */
struct os_rusage {
    double ru_utime;    /**< seconds in its own code */
    double ru_stime;    /**< seconds in the kernel */
    int64_t ru_maxrss;  /**< most memory at any time, in KiB */
    int64_t ru_minflt;  /**< page faults without reading */
    int64_t ru_majflt;  /**< page faults that read */
    int64_t ru_inblock; /**< blocks read */
    int64_t ru_oublock; /**< blocks written */
    int64_t ru_nvcsw;   /**< times it waited */
    int64_t ru_nivcsw;  /**< times it was interrupted */
};

/**
 * Waits for any child and tells what it used.
 *
 * @param options     WNOHANG, WUNTRACED, WCONTINUED
 * @param ret_status  set to its wait status; or NULL
 * @param ret_usage   set to what it used; or NULL
 * @return its process id, 0 with WNOHANG if none has ended; −1 with errno set
 * @python os.wait3(options)
 * @source wait4(2)
 * @shell no: a command has no children
 */
OS_API pid_t os_wait3(int options, int *ret_status, struct os_rusage *ret_usage);

/**
 * Waits for a child and tells what it used.
 *
 * @param pid         which, as for os_waitpid()
 * @param options     WNOHANG, WUNTRACED, WCONTINUED
 * @param ret_status  set to its wait status; or NULL
 * @param ret_usage   set to what it used; or NULL
 * @return its process id, 0 with WNOHANG if none has ended; −1 with errno set
 * @python os.wait4(pid, options)
 * @source wait4(2)
 * @shell no: a command has no children
 */
OS_API pid_t os_wait4(pid_t pid, int options, int *ret_status, struct os_rusage *ret_usage);

/** What os_waitid() tells of a child; Python's names without `si_`, which are macros in C. */
struct os_waitid_result {
    pid_t pid;  /**< its process id */
    uid_t uid;  /**< its real user */
    int signo;  /**< SIGCHLD */
    int status; /**< its exit code, or the number of the signal */
    int code;   /**< what happened: CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_STOPPED … */
};

/**
 * Waits for a change of a child.
 *
 * @param idtype      P_PID, P_PGID, P_ALL or P_PIDFD (3)
 * @param id          the process, the group or the pidfd
 * @param options     WEXITED, WSTOPPED, WCONTINUED, with WNOHANG, WNOWAIT
 * @param ret_result  set to what happened, if it did
 * @return 1; 0 with WNOHANG if nothing has happened (Python's None); −1 with errno set
 * @python os.waitid(idtype, id, options, /)
 * @source waitid(2)
 * @shell no: a command has no children
 */
OS_API OS_NONNULL() int os_waitid(int idtype, unsigned int id, int options,
                                  struct os_waitid_result *ret_result);

/**
 * Whether the process ended by itself.
 *
 * @param status  a wait status
 * @return true if it did
 * @python os.WIFEXITED(status)
 * @shell os.WIFEXITED STATUS -> bool
 */
OS_API bool os_WIFEXITED(int status);

/**
 * The exit code of a process that ended by itself.
 *
 * @param status  a wait status
 * @return 0 to 255
 * @python os.WEXITSTATUS(status)
 * @shell os.WEXITSTATUS STATUS -> int
 */
OS_API int os_WEXITSTATUS(int status);

/**
 * Whether a signal ended the process.
 *
 * @param status  a wait status
 * @return true if one did
 * @python os.WIFSIGNALED(status)
 * @shell os.WIFSIGNALED STATUS -> bool
 */
OS_API bool os_WIFSIGNALED(int status);

/**
 * The signal that ended the process.
 *
 * @param status  a wait status
 * @return its number
 * @python os.WTERMSIG(status)
 * @shell os.WTERMSIG STATUS -> int
 */
OS_API int os_WTERMSIG(int status);

/**
 * Whether the process left a core dump.
 *
 * @param status  a wait status
 * @return true if it did
 * @python os.WCOREDUMP(status, /)
 * @shell os.WCOREDUMP STATUS -> bool
 */
OS_API bool os_WCOREDUMP(int status);

/**
 * Whether the process is stopped.
 *
 * @param status  a wait status
 * @return true if it is
 * @python os.WIFSTOPPED(status)
 * @shell os.WIFSTOPPED STATUS -> bool
 */
OS_API bool os_WIFSTOPPED(int status);

/**
 * The signal that stopped the process.
 *
 * @param status  a wait status
 * @return its number
 * @python os.WSTOPSIG(status)
 * @shell os.WSTOPSIG STATUS -> int
 */
OS_API int os_WSTOPSIG(int status);

/**
 * Whether the process was continued.
 *
 * @param status  a wait status
 * @return true if it was
 * @python os.WIFCONTINUED(status)
 * @shell os.WIFCONTINUED STATUS -> bool
 */
OS_API bool os_WIFCONTINUED(int status);

/**
 * Sends a signal to a process.
 *
 * @param pid  which; 0 all of the caller's process group, −1 all that it may, −N those of group N
 * @param sig  the signal; 0 sends nothing and checks that it could be sent
 * @return 0, or −1 with errno set
 * @error ESRCH  there is no such process
 * @error EPERM  it belongs to somebody else
 * @python os.kill(pid, signal, /)
 * @source kill(2)
 * @shell os.kill PID SIG -> none
 */
OS_API int os_kill(pid_t pid, int sig);

/**
 * Sends a signal to a process group.
 *
 * @param pgid  which; 0 the caller's
 * @param sig   the signal; 0 sends nothing and checks that it could be sent
 * @return 0, or −1 with errno set
 * @python os.killpg(pgid, signal, /)
 * @source killpg(3)
 * @shell os.killpg PGID SIG -> none
 */
OS_API int os_killpg(pid_t pgid, int sig);

/**
 * Adds to the nice value of the process; a higher one gets less CPU time.
 *
 * @param increment  what to add
 * @param ret_nice   set to the new one, −20 to 19; or NULL
 * @return 0, or −1 with errno set
 * @error EPERM  the nice value would fall, and the caller lacks CAP_SYS_NICE
 * @python os.nice(increment, /)
 * @source nice(2)
 * @shell no: the process that it changes ends with the command
 */
OS_API int os_nice(int increment, int *ret_nice);

/**
 * A descriptor that stands for a process, and for no later one of the same number.
 *
 * @param pid    which
 * @param flags  O_NONBLOCK (PIDFD_NONBLOCK)
 * @return the descriptor, close-on-exec; −1 with errno set
 * @python os.pidfd_open(pid, flags=0)
 * @source pidfd_open(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_pidfd_open(pid_t pid, unsigned int flags) OS_MUST_CHECK;

/**
 * Duplicates a descriptor of another process into the calling one.
 *
 * @param pidfd      from os_pidfd_open()
 * @param target_fd  the other's descriptor
 * @param flags      0
 * @return a descriptor of the same file, close-on-exec; −1 with errno set
 * @python os.pidfd_getfd(pidfd, targetfd, flags=0), since 3.16
 * @source pidfd_getfd(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_pidfd_getfd(int pidfd, int target_fd, unsigned int flags) OS_MUST_CHECK;

/**
 * Sends a signal to a process by its descriptor.
 *
 * @param pidfd  from os_pidfd_open()
 * @param sig    the signal; 0 sends nothing and checks that it could be sent
 * @return 0, or −1 with errno set
 * @error ESRCH  the process has ended
 * @python signal.pidfd_send_signal(pidfd, signalnum)
 * @source pidfd_send_signal(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_pidfd_send_signal(int pidfd, int sig);

/** Processor time, in seconds. */
struct os_times_result {
    double user;            /**< in the process's own code */
    double system;          /**< in the kernel */
    double children_user;   /**< the same of children that were waited for */
    double children_system; /**< the same */
    double elapsed;         /**< since some moment in the past */
};

/**
 * The processor time of the process.
 *
 * @param ret_times  set on success
 * @return 0, or −1 with errno set
 * @python os.times()
 * @source times(2)
 * @shell no: it tells of the command itself
 */
OS_API OS_NONNULL() int os_times(struct os_times_result *ret_times);

/**
 * Makes a child that is a copy of the process, with the calling thread alone.
 *
 * @return 0 in the child, its process id in the parent; −1 with errno set
 * @python os.fork()
 * @source fork(2)
 * @shell no: it would copy the command
 */
OS_API pid_t os_fork(void);

/**
 * Forks with a new pseudo-terminal, which is the child's standard input, output and error.
 *
 * @param ret_fd  in the parent, set to the other end of the terminal, close-on-exec; in the child
 * −1
 * @return 0 in the child, its process id in the parent; −1 with errno set
 * @python os.forkpty()
 * @source forkpty(3)
 * @shell no: it would copy the command
 */
OS_API OS_NONNULL() pid_t os_forkpty(int *ret_fd);

/**
 * Has functions called at every fork, for the life of the process; os_system() and its like don't
 * fork.
 *
 * @param before           called before it, the last registered first; or NULL
 * @param after_in_parent  called after it in the parent, in the order of registration; or NULL
 * @param after_in_child   the same in the child; or NULL
 * @return 0, or −1 with errno set
 * @error EINVAL  all of them are NULL
 * @python os.register_at_fork(*, before=None, after_in_child=None, after_in_parent=None)
 * @source pthread_atfork(3)
 * @shell no: a command does not fork
 */
OS_API int os_register_at_fork(void (*before)(void), void (*after_in_parent)(void),
                               void (*after_in_child)(void));

/**
 * Ends the process at once, without flushing streams or running handlers.
 *
 * @param status  the exit code
 * @return it does not return
 * @python os._exit(status)
 * @source _exit(2)
 * @shell no: the exit code is that of the command
 */
OS_API void os__exit(int status) OS_ATTRIBUTE(noreturn);

/**
 * Ends the process with SIGABRT, and a core dump where those are on.
 *
 * @return it does not return
 * @python os.abort()
 * @source abort(3)
 * @shell no: it would abort the command
 */
OS_API void os_abort(void) OS_ATTRIBUTE(noreturn);

/**
 * Gives the process namespaces, or other attributes, of its own instead of shared ones.
 *
 * @param flags  CLONE_FS, CLONE_NEWNS, CLONE_NEWNET …
 * @return 0, or −1 with errno set
 * @python os.unshare(flags), since 3.12
 * @source unshare(2)
 * @shell no: the process that it changes ends with the command
 */
OS_API int os_unshare(int flags);

/**
 * Moves the calling thread into a namespace.
 *
 * @param fd      a file of /proc/PID/ns, or a pidfd
 * @param nstype  CLONE_NEWNS … which it has to be; 0 for any
 * @return 0, or −1 with errno set
 * @python os.setns(fd, nstype=0), since 3.12
 * @source setns(2)
 * @shell no: the process that it changes ends with the command
 */
OS_API int os_setns(int fd, int nstype);

OS_END_DECLS

#endif
