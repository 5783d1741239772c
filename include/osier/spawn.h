/* SPDX-License-Identifier: MIT */
/**
 * Programs: replacing the process by one (exec), and starting one as a child (spawn).
 *
 * Arguments are lists that end with NULL, and the first one is the program's own name. An
 * environment is a list of "KEY=value" texts that ends with NULL, what os_environ() returns for
 * one; NULL stands for that of the process. The calls whose name holds a `p` look for a name
 * without '/' in the directories of PATH; with an `l` they take the arguments one by one; with an
 * `e` they take an environment. All of them take an empty list of arguments, or an empty first one,
 * for an error (EINVAL, Python's ValueError), and also a text without a name in the environment.
 *
 * @since 0.1
 */
#ifndef OSIER_SPAWN_H
#define OSIER_SPAWN_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** What a spawn call does with the child. */
enum os_spawn_mode {
    OS_P_WAIT = 0,   /**< waits for it and gives its exit code */
    OS_P_NOWAIT = 1, /**< gives its process id */
    OS_P_NOWAITO = 1 /**< the same */
};

/**
 * Replaces the process by the program at a path, with a list of arguments.
 *
 * @param path  the program
 * @param argv  its arguments
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execv(path, argv, /)
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API OS_NONNULL() int os_execv(const char *path, char *const argv[]);

/**
 * Replaces the process by the program at a path, with a list of arguments and an environment.
 *
 * @param path  the program
 * @param argv  its arguments
 * @param env   its environment, or NULL for that of the process
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execve(path, argv, env)
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API OS_NONNULL(1, 2) int os_execve(const char *path, char *const argv[], char *const env[]);

/**
 * Replaces the process by a program that is looked for in PATH, with a list of arguments.
 *
 * Each directory is tried. The error told is the first one that isn't absence, else the last one,
 * with the path that it is about.
 *
 * @param file  the program; a name without '/' is looked for in PATH
 * @param argv  its arguments
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execvp(file, args)
 * @source execve(2)
 * @shell os.execvp FILE ARGV... -> none
 */
OS_API OS_NONNULL() int os_execvp(const char *file, char *const argv[]);

/**
 * Replaces the process by a program that is looked for in PATH, with a list of arguments and an
 * environment.
 *
 * The PATH is that of `env`.
 *
 * @param file  the program; a name without '/' is looked for in PATH
 * @param argv  its arguments
 * @param env   its environment, or NULL for that of the process
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execvpe(file, args, env)
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API OS_NONNULL(1, 2) int os_execvpe(const char *file, char *const argv[], char *const env[]);

/**
 * Replaces the process by the program at a path, with its arguments one by one.
 *
 * @param path  the program
 * @param arg   its arguments, then NULL
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execl(path, *args)
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API OS_NONNULL(1, 2) int os_execl(const char *path, const char *arg, ...) OS_SENTINEL;

/**
 * Replaces the process by the program at a path, with its arguments one by one and an
 * environment.
 *
 * @param path  the program
 * @param arg   its arguments, then NULL, then the environment
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execle(path, *args)
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API OS_NONNULL(1, 2) int os_execle(const char *path, const char *arg, ...);

/**
 * Replaces the process by a program that is looked for in PATH, with its arguments one by one.
 *
 * @param file  the program; a name without '/' is looked for in PATH
 * @param arg   its arguments, then NULL
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execlp(file, *args)
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API OS_NONNULL(1, 2) int os_execlp(const char *file, const char *arg, ...) OS_SENTINEL;

/**
 * Replaces the process by a program that is looked for in PATH, with its arguments one by one
 * and an environment.
 *
 * @param file  the program; a name without '/' is looked for in PATH
 * @param arg   its arguments, then NULL, then the environment
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execlpe(file, *args)
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API OS_NONNULL(1, 2) int os_execlpe(const char *file, const char *arg, ...);

/**
 * Replaces the process by the program that a descriptor leads to.
 *
 * A script needs a descriptor that is inherited, as its interpreter opens it by number.
 *
 * @param fd    the program, opened
 * @param argv  its arguments
 * @param env   its environment, or NULL for that of the process
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execve(fd, argv, env)
 * @source execve(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL(2) int os_fexecve(int fd, char *const argv[], char *const env[]);

/**
 * Replaces the process by the program at a path that is relative to a directory.
 *
 * @param dir_fd  where a relative path starts
 * @param path  the program
 * @param argv  its arguments
 * @param env   its environment, or NULL for that of the process
 * @param flags  OS_NOFOLLOW: a symbolic link is no program (ELOOP)
 * @return −1 with errno set; on success it does not return
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execve(path, argv, env)
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API OS_NONNULL(2, 3) int os_execveat(int dir_fd, const char *path, char *const argv[],
                                        char *const env[], int flags);

/**
 * Starts the program at a path as a child, with a list of arguments.
 *
 * With OS_P_NOWAIT, a program that can't be executed is an error; Python gives the process id of a
 * child that ends with 127. When the thread is cancelled while it waits with OS_P_WAIT, the child is
 * killed and collected, as by system(3).
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param path  the program
 * @param argv  its arguments
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnv(mode, path, args)
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API OS_NONNULL() int os_spawnv(int mode, const char *path, char *const argv[]);

/**
 * Starts the program at a path as a child, with a list of arguments and an environment.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param path  the program
 * @param argv  its arguments
 * @param env   its environment, or NULL for that of the process
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnve(mode, path, args, env)
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API OS_NONNULL(2, 3) int os_spawnve(int mode, const char *path, char *const argv[],
                                       char *const env[]);

/**
 * Starts a program that is looked for in PATH as a child, with a list of arguments.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param file  the program; a name without '/' is looked for in PATH
 * @param argv  its arguments
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnvp(mode, file, args)
 * @source posix_spawn(3)
 * @shell os.spawnvp MODE FILE ARGV... -> int
 */
OS_API OS_NONNULL() int os_spawnvp(int mode, const char *file, char *const argv[]);

/**
 * Starts a program that is looked for in PATH as a child, with a list of arguments and an
 * environment.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param file  the program; a name without '/' is looked for in PATH
 * @param argv  its arguments
 * @param env   its environment, or NULL for that of the process
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnvpe(mode, file, args, env)
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API OS_NONNULL(2, 3) int os_spawnvpe(int mode, const char *file, char *const argv[],
                                        char *const env[]);

/**
 * Starts the program at a path as a child, with its arguments one by one.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param path  the program
 * @param arg   its arguments, then NULL
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnl(mode, path, *args)
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API OS_NONNULL(2, 3) int os_spawnl(int mode, const char *path, const char *arg, ...) OS_SENTINEL;

/**
 * Starts the program at a path as a child, with its arguments one by one and an environment.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param path  the program
 * @param arg   its arguments, then NULL, then the environment
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnle(mode, path, *args)
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API OS_NONNULL(2, 3) int os_spawnle(int mode, const char *path, const char *arg, ...);

/**
 * Starts a program that is looked for in PATH as a child, with its arguments one by one.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param file  the program; a name without '/' is looked for in PATH
 * @param arg   its arguments, then NULL
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnlp(mode, file, *args)
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API OS_NONNULL(2, 3) int os_spawnlp(int mode, const char *file, const char *arg,
                                       ...) OS_SENTINEL;

/**
 * Starts a program that is looked for in PATH as a child, with its arguments one by one and an
 * environment.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param file  the program; a name without '/' is looked for in PATH
 * @param arg   its arguments, then NULL, then the environment
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnlpe(mode, file, *args)
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API OS_NONNULL(2, 3) int os_spawnlpe(int mode, const char *file, const char *arg, ...);

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

/**
 * Starts the program at a path as a child, with file actions and attributes.
 *
 * Where a step before the program fails, the record's operation is that step ("open", "dup2",
 * "chdir", "setsid" …), and its filename the path of the step where it has one.
 *
 * @param path     the program
 * @param argv     its arguments
 * @param env      its environment, or NULL for that of the process
 * @param options  what to change in the child first, or NULL for nothing
 * @return its process id; −1 with errno set, and nothing was started
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @error EBADF   a step of `file_actions` is about a descriptor that isn't open
 * @error EINVAL  an option is wrong
 * @python os.posix_spawn(path, argv, env, *, file_actions=None, setpgroup=None, ...)
 * @source posix_spawn(3)
 * @shell no: a child would outlive the command; see os.spawnvp
 */
OS_API OS_NONNULL(1, 2) pid_t
    os_posix_spawn(const char *path, char *const argv[], char *const env[],
                   const struct os_posix_spawn_options *options);

/**
 * Starts a program that is looked for in the PATH of the process as a child, with file actions
 * and attributes.
 *
 * @param file     the program
 * @param argv     its arguments
 * @param env      its environment, or NULL for that of the process
 * @param options  what to change in the child first, or NULL for nothing
 * @return its process id; −1 with errno set, and nothing was started
 * @python os.posix_spawnp(path, argv, env, *, file_actions=None, setpgroup=None, ...)
 * @source posix_spawnp(3)
 * @shell no: a child would outlive the command; see os.spawnvp
 */
OS_API OS_NONNULL(1, 2) pid_t
    os_posix_spawnp(const char *file, char *const argv[], char *const env[],
                    const struct os_posix_spawn_options *options);

OS_END_DECLS

#endif
