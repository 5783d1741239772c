/* SPDX-License-Identifier: MIT */
/**
 * Processes: running shell lines and programs, waiting for them, signalling them.
 *
 * Every child is started with an environment that is a snapshot, so that it is whole whatever other
 * threads do, and by vfork, so that the size of the calling process costs nothing.
 */
#ifndef OSIER_PROCESS_H
#define OSIER_PROCESS_H

#include <osier/types.h>
#include <stdio.h>

OS_BEGIN_DECLS

/**
 * Runs a line by /bin/sh and waits for it; SIGINT and SIGQUIT go to the line alone.
 *
 * @param command  the line
 * @return the wait status, 127 << 8 if there is no shell; −1 with errno set
 * @python os.system(command)
 * @since 0.1
 * @source system(3)
 * @shell os.system COMMAND -> status
 */
OS_API int os_system(const char *command) OS_NONNULL();

/**
 * What Python makes of a wait status: the exit code of a process that ended by itself, −N for one
 * that was ended by signal N.
 *
 * @param status        from os_system(), os_wait() and their like
 * @param ret_exitcode  set on success
 * @return 0, or −1 with errno set
 * @error EINVAL  the process is only stopped, or the status is none
 * @python os.waitstatus_to_exitcode(status)
 * @since 0.1
 * @shell os.waitstatus_to_exitcode STATUS -> int
 */
OS_API int os_waitstatus_to_exitcode(int status, int *ret_exitcode) OS_NONNULL();

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
 * @error EINVAL  the mode is another
 * @python os.popen(command, mode="r", buffering=-1)
 * @since 0.1
 * @source popen(3)
 * @shell os.popen COMMAND -> stream
 */
OS_API struct os_popen *os_popen(const char *command, const char *mode) OS_MUST_CHECK OS_NONNULL();

/**
 * Reads all that a line still prints, up to its end.
 *
 * @param popen     opened with "r"
 * @param ret_size  set to the number of bytes, as there may be NULs among them; or NULL
 * @return the bytes and a NUL, to free(); NULL with errno set
 * @python os.popen(command).read()
 * @since 0.1
 * @shell see os_popen
 */
OS_API OS_MUST_FREE char *os_popen_read(struct os_popen *popen, size_t *ret_size) OS_NONNULL(1);

/**
 * Closes the pipe, waits for the line to end and frees the connection, also after an error.
 *
 * @param popen  what to close; NULL is fine
 * @return 0 if the line ended with exit code 0, else its exit code × 256, or −N × 256 if signal N
 *         ended it; −1 with errno set
 * @error EPIPE  what was left to write could not be written
 * @python os.popen(command).close()
 * @since 0.1
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
 * @since 0.1
 * @shell os.getoutput COMMAND -> str
 */
OS_API OS_MUST_FREE char *os_getoutput(const char *command, int *ret_exitcode) OS_NONNULL(1);

/** What a step of `file_actions` does in the child; the first four have Python's values. */
enum os_spawn_action_kind {
    OS_POSIX_SPAWN_OPEN = 0,      /**< opens `path` with `flags` and `mode` as descriptor `fd` */
    OS_POSIX_SPAWN_CLOSE = 1,     /**< closes `fd`; one that isn't open is no error */
    OS_POSIX_SPAWN_DUP2 = 2,      /**< makes `new_fd` another name of `fd`, and inherited */
    OS_POSIX_SPAWN_CLOSEFROM = 3, /**< closes `fd` and all above it */
    OS_POSIX_SPAWN_CHDIR = 4,     /**< makes `path` the current directory */
    OS_POSIX_SPAWN_FCHDIR = 5     /**< makes the directory `fd` the current one */
};

/** A step that the child takes before it executes the program. */
struct os_spawn_action {
    enum os_spawn_action_kind kind; /**< what it does */
    int fd;                         /**< the descriptor */
    int new_fd;                     /**< the second descriptor of DUP2 */
    const char *path;               /**< the path of OPEN and CHDIR */
    int flags;                      /**< the flags of OPEN: O_RDONLY … */
    mode_t mode;                    /**< the mode of OPEN */
};

/** What os_posix_spawn() takes beside the program; 0 and NULL mean Python's defaults. */
struct os_posix_spawn_options {
    size_t size;                                /**< sizeof (struct os_posix_spawn_options) */
    const struct os_spawn_action *file_actions; /**< the steps, in their order */
    size_t file_action_count;                   /**< how many there are */
    const pid_t *setpgroup;    /**< the process group to join, 0 for one of its own; NULL: none */
    bool resetids;             /**< effective user and group become the real ones */
    bool setsid;               /**< the child starts a session of its own */
    const int *setsigmask;     /**< signals to block, then 0; NULL: those of the calling thread */
    const int *setsigdef;      /**< signals whose default action to restore, then 0; or NULL */
    const int *scheduler;      /**< the scheduling policy, with `sched_priority`; NULL: the same */
    const int *sched_priority; /**< the priority of the policy; NULL: the same */
};

OS_END_DECLS

#endif
