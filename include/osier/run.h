/* SPDX-License-Identifier: MIT */
/**
 * Programs: subprocess.run for C, and steps that leave nothing behind.
 *
 * os_run() starts a program, writes its input, collects its output and waits for it, with a time
 * limit. os_child_start() starts one to which the caller writes and from which it reads lines.
 * Both take the same options; a member that is zero means what subprocess does by default. Every
 * child has an environment that is a snapshot, is started by vfork, so that the size of the
 * caller costs nothing, inherits no descriptor but the three standard streams and what the
 * options pass on, and is waited for by a descriptor (where no other thread could wait for it, by
 * its number), so that neither a reused process id nor a waitpid(-1) elsewhere confuses it.
 *
 *     struct os_run_options options = {.size = sizeof options, .out = {OS_RUN_PIPE}};
 *     struct os_run_result result;
 *     if (os_run(OS_ARGV("git", "describe"), &options, &result) == 0)
 *         printf("%s", result.out);
 *     os_run_result_free(&result);
 *
 * @since 0.1
 */
#ifndef OSIER_RUN_H
#define OSIER_RUN_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** A list of arguments in place: OS_ARGV("ls", "-l", path). */
#define OS_ARGV(...) ((char *const *)(const char *const[]){__VA_ARGS__, NULL})

/** Where a standard stream of a program comes from or goes to. */
enum os_run_stream_kind {
    OS_RUN_INHERIT = 0, /**< the caller's own */
    OS_RUN_PIPE = 1,    /**< captured; of the input: what `input` holds or os_child_write() sends */
    OS_RUN_DEVNULL = 2, /**< /dev/null */
    OS_RUN_FILE = 3,    /**< the file `path`; of an output: made, or emptied first */
    OS_RUN_APPEND = 4,  /**< the file `path`, behind what is in it */
    OS_RUN_FD = 5,      /**< the descriptor `fd` */
    OS_RUN_STDOUT = 6   /**< of the standard error: where the standard output goes, in true order */
};

/** A standard stream of a program. */
struct os_run_stream {
    enum os_run_stream_kind kind; /**< which kind */
    int fd;                       /**< the descriptor of OS_RUN_FD; it stays the caller's */
    const char *path;             /**< the file of OS_RUN_FILE and OS_RUN_APPEND */
};

/** What holds the processes that a program starts, so that all of them can be ended. */
enum os_run_tree {
    OS_RUN_NO_TREE = 0,   /**< nothing: only the program itself is ended, as by subprocess */
    OS_RUN_TREE = 1,      /**< a cgroup where one can be made, else a supervisor */
    OS_RUN_CGROUP = 2,    /**< a cgroup of its own (version 2), or the call fails */
    OS_RUN_NAMESPACE = 3, /**< a pid namespace where one may be made, else a supervisor */
    OS_RUN_SUPERVISOR = 4 /**< a small child of the caller, which adopts orphans */
};

/** What becomes of output beyond `capture_limit`. */
enum os_run_over_limit {
    OS_RUN_COUNT = 0, /**< it is read and counted */
    OS_RUN_DROP = 1,  /**< it is read and forgotten */
    OS_RUN_ERROR = 2  /**< the program is ended, and the call fails with EFBIG */
};

/** A descriptor that a program gets. */
struct os_run_fd {
    int fd; /**< the caller's */
    int as; /**< its number in the program: the same, or another */
};

/** A limit of a resource, as of setrlimit(2). */
struct os_run_limit {
    int resource;  /**< RLIMIT_AS, RLIMIT_NOFILE … */
    uint64_t soft; /**< the limit; UINT64_MAX: none */
    uint64_t hard; /**< how far the program may raise it; UINT64_MAX: without end */
};

/** What os_run() and os_child_start() take; 0 and NULL mean what subprocess.run does by default. */
struct os_run_options {
    size_t size;            /**< sizeof (struct os_run_options) */
    bool shell;             /**< argv[0] is a line for /bin/sh, what follows are its $0, $1 … */
    const char *executable; /**< the program, where argv[0] is only its name; or NULL */
    const char *cwd;        /**< its current directory; NULL: the caller's */
    const int *cwd_fd;      /**< a directory to begin in; a relative `cwd` starts there; or NULL */

    char *const *env;       /**< "KEY=value" texts, then NULL; NULL: the environment as it is now */
    char *const *env_set;   /**< "KEY=value" texts to set in that, then NULL; or NULL */
    char *const *env_unset; /**< names to remove first, then NULL; or NULL */
    bool env_clear;         /**< remove all of it first, but for `env_keep` */
    char *const *env_keep;  /**< the names that `env_clear` leaves, then NULL; or NULL */

    const void *input;        /**< what the program reads, instead of `in`; or NULL */
    size_t input_size;        /**< bytes */
    struct os_run_stream in;  /**< its standard input */
    struct os_run_stream out; /**< its standard output */
    struct os_run_stream err; /**< its standard error */
    size_t capture_limit;     /**< the most bytes to keep of each captured stream; 0: all */
    enum os_run_over_limit over_limit; /**< what becomes of the rest */

    double timeout; /**< seconds after which it is ended and the call fails (ETIMEDOUT); 0: never */
    double grace;   /**< seconds between SIGTERM and SIGKILL when it is ended; 0: SIGKILL at once */
    enum os_run_tree tree; /**< what else is ended; then nothing of it is left after the call */
    bool check;            /**< a return code other than 0 is an error (ECANCELED) of os_run() */

    const mode_t *umask;               /**< its umask; NULL: the caller's, as below */
    const uid_t *user;                 /**< the user it runs as */
    const gid_t *group;                /**< its group */
    const gid_t *groups;               /**< its further groups */
    size_t group_count;                /**< how many these are */
    bool new_session;                  /**< it starts a session */
    const pid_t *process_group;        /**< the process group to join, 0 for one of its own */
    const int *terminal;               /**< a terminal to control it, with `new_session` */
    int nice;                          /**< what to add to its niceness */
    const struct os_run_limit *limits; /**< limits of resources */
    size_t limit_count;                /**< how many these are */
    const struct os_run_fd *fds;       /**< descriptors that it gets besides the standard streams */
    size_t fd_count;                   /**< how many these are */
    bool inherit_fds;        /**< it gets all that are inheritable, as a plain exec would */
    bool inherit_signals;    /**< SIGPIPE and SIGXFSZ stay ignored where the caller does so */
    int parent_death_signal; /**< sent to it when the calling thread ends; 0: none */
};

/** What os_run() and os_child_wait() tell. Every text has a NUL behind it. */
struct os_run_result {
    int returncode;      /**< its exit code, or −N if signal N ended it */
    char *out;           /**< what was captured of its standard output, or NULL */
    size_t out_size;     /**< bytes */
    char *err;           /**< what was captured of its standard error, or NULL */
    size_t err_size;     /**< bytes */
    uint64_t out_total;  /**< bytes it printed, with those beyond the limit if they are counted */
    uint64_t err_total;  /**< the same of its standard error */
    double wall;         /**< seconds from its start to its end */
    double user;         /**< seconds in its own code and in that of children it waited for */
    double system;       /**< seconds in the kernel, likewise */
    int64_t peak_memory; /**< most bytes in memory at any time; the kernel counts the caller's own
                            at the start, too */
    bool timed_out;      /**< the timeout ended it */
    bool limited;        /**< the limit for captured bytes ended it */
    int left; /**< with a tree: how many processes could not be ended, being somebody else's */
};

/**
 * Runs a program and waits for it.
 *
 * The result is filled in whenever the program was started, also when the call fails because of the
 * timeout, the limit or the return code. Without a tree the call waits, as Python's does, until the
 * captured streams are closed by whoever has them open; after a timeout it does not. A thread that
 * is cancelled in it takes the program with it.
 *
 * @param argv        its arguments, then NULL; the first one is the program, looked for in the PATH
 *                    of its environment if it has no '/'
 * @param options     how to run it, or NULL to run it as it is
 * @param ret_result  filled in; os_run_result_free() frees what is in it; or NULL
 * @return 0 when it has ended, whatever its return code; −1 with errno set
 * @error ENOENT     there is no such program, or no such directory
 * @error EACCES     it may not be executed
 * @error ETIMEDOUT  the timeout ended it (Python's TimeoutExpired)
 * @error EFBIG      it printed more than `capture_limit`, and `over_limit` makes that an error
 * @error ECANCELED  its return code isn't 0, and `check` makes that an error (CalledProcessError)
 * @error ECHILD     another part of the program has waited for it, and its status is lost
 * @python subprocess.run(args, *, stdin=None, input=None, stdout=None, stderr=None, ...)
 * @source posix_spawn(3), waitid(2)
 * @shell no: osier run does it
 */
OS_API OS_NONNULL(1) int os_run(char *const argv[], const struct os_run_options *options,
                                struct os_run_result *ret_result);

/**
 * Frees what a result holds; it is empty afterwards.
 *
 * @param result  filled in by os_run() or os_child_wait(), or all zero
 * @return nothing
 * @shell no: it only frees
 */
OS_API OS_NONNULL() void os_run_result_free(struct os_run_result *result);

/** A program that runs beside the caller. One thread at a time may use it. */
struct os_child;

/**
 * Starts a program that runs beside the caller.
 *
 * `timeout` and `check` are for os_run() alone; `input` is sent while the child is waited for or
 * read.
 *
 * @param argv     its arguments, then NULL, as for os_run()
 * @param options  how to run it, or NULL to run it as it is
 * @return the child, for os_child_close(); NULL with errno set, and nothing was started
 * @error ENOENT  there is no such program, or no such directory
 * @error EACCES  it may not be executed
 * @python subprocess.Popen(args, ...)
 * @shell no: a child would outlive the command
 */
OS_API OS_NONNULL(1) struct os_child *os_child_start(
    char *const argv[], const struct os_run_options *options) OS_MUST_CHECK;

/**
 * Whether a child has ended.
 *
 * @param child           which
 * @param ret_returncode  set to its exit code, or −N if signal N ended it, once it has; or NULL
 * @return 1 if it has, 0 while it runs; −1 with errno set
 * @python Popen.poll()
 * @shell no: a command has no children
 */
OS_API OS_NONNULL(1) int os_child_poll(struct os_child *child, int *ret_returncode);

/**
 * Waits for a child to end, and for the rest of its tree.
 *
 * Meanwhile what it prints is kept, so that it can't wait for a reader; what os_child_read_line()
 * has not given of it is in the result.
 *
 * @param child       which
 * @param timeout     seconds to wait at most, negative: without end
 * @param ret_result  filled in when it has ended; or NULL
 * @return 1 when it has ended, 0 when the time is over and it still runs; −1 with errno set
 * @python Popen.wait(timeout=None)
 * @shell no: a command has no children
 */
OS_API OS_NONNULL(1) int os_child_wait(struct os_child *child, double timeout,
                                       struct os_run_result *ret_result);

/**
 * Reads the next line of a captured stream, with its newline.
 *
 * @param child     which
 * @param stream    STDOUT_FILENO or STDERR_FILENO
 * @param ret_line  set to the line, to free(); the last one may end without a newline
 * @param ret_size  set to its bytes, as there may be NULs among them; or NULL
 * @return 1 with a line, 0 at the end of the stream; −1 with errno set
 * @error EBADF  the stream is not captured
 * @python Popen.stdout.readline()
 * @shell no: a command has no children
 */
OS_API OS_NONNULL(1, 3) int os_child_read_line(struct os_child *child, int stream, char **ret_line,
                                               size_t *ret_size);

/**
 * Sends bytes to the standard input of a child, all of them; meanwhile what it prints is kept.
 *
 * @param child  started with `in` as OS_RUN_PIPE
 * @param data   what to send, or NULL if `size` is 0
 * @param size   bytes
 * @return 0, or −1 with errno set
 * @error EPIPE  nobody reads it any more; there is no SIGPIPE
 * @error EBADF  there is no such pipe, or it was closed
 * @python Popen.stdin.write(data)
 * @shell no: a command has no children
 */
OS_API OS_NONNULL(1) int os_child_write(struct os_child *child, const void *data, size_t size);

/**
 * Closes the standard input of a child, which reads its end.
 *
 * @param child  which
 * @return 0, or −1 with errno set
 * @error EBADF  there is no such pipe, or it was closed
 * @python Popen.stdin.close()
 * @shell no: a command has no children
 */
OS_API OS_NONNULL() int os_child_close_stdin(struct os_child *child);

/**
 * Sends a signal to a child; a child that has ended gets none.
 *
 * @param child  which
 * @param sig    the signal
 * @return 0, or −1 with errno set
 * @error EINVAL  there is no such signal
 * @error EPERM   it has become another user
 * @python Popen.send_signal(signal)
 * @shell no: a command has no children
 */
OS_API OS_NONNULL() int os_child_send_signal(struct os_child *child, int sig);

/**
 * Sends SIGTERM to a child, or to every process of its tree.
 *
 * @param child  which
 * @return 0, or −1 with errno set
 * @python Popen.terminate()
 * @shell no: a command has no children
 */
OS_API OS_NONNULL() int os_child_terminate(struct os_child *child);

/**
 * Sends SIGKILL to a child, or ends its tree with it.
 *
 * @param child  which
 * @return 0, or −1 with errno set
 * @python Popen.kill()
 * @shell no: a command has no children
 */
OS_API OS_NONNULL() int os_child_kill(struct os_child *child);

/**
 * The process id of a child.
 *
 * @param child  which
 * @return the process id, which stays its own until os_child_poll() or os_child_wait() has told of
 *         its end
 * @python Popen.pid
 * @shell no: a command has no children
 */
OS_API OS_NONNULL() pid_t os_child_pid(const struct os_child *child);

/**
 * The descriptor of a child, for the caller's own poll(2): readable when it has ended.
 *
 * @param child  which
 * @return the descriptor, which stays the child's; −1 where the kernel has none (before Linux 5.3)
 * @source pidfd_open(2)
 * @shell no: a command has no children
 */
OS_API OS_NONNULL() int os_child_pidfd(const struct os_child *child);

/**
 * Ends a child that still runs, with its tree, waits for it and frees everything.
 *
 * It gets SIGTERM and the time of `grace`, then SIGKILL.
 *
 * @param child  which, or NULL for none
 * @return nothing; errno stays as it is
 * @python Popen.__exit__()
 * @shell no: a command has no children
 */
OS_API void os_child_close(struct os_child *child);

OS_END_DECLS

#endif
