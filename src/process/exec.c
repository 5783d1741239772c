/* SPDX-License-Identifier: MIT */
/** Replacing the process by a program: the exec family. */
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "process/program.h"
#include <fcntl.h>
#include <osier/spawn.h>
#include <stdio.h>
#include <unistd.h>

#define WORDS(name, list)                                                                          \
    static const struct program_words name = {"ValueError: " list " must not be empty",            \
                                              "ValueError: " list " first element cannot be "      \
                                              "empty"}
WORDS(execv_words, "execv() arg 2");
WORDS(execve_words, "execve: argv");

/* Python's fexecve and execveat come under the name of execve. */
static int fail(int r, const char *operation, const struct program *p, const char *path) {
    if (p->words)
        return (int)error_fail_message(r, operation, p->words);
    return (int)error_fail(r, operation, path, NULL);
}

static int execute(const char *operation, const char *file, char *const *argv, char *const *env,
                   int flags) {
    AUTO_PROGRAM p = {0};
    const char *failed = file;
    int r = program_prepare(&p, file, argv, env, flags, env ? &execve_words : &execv_words);
    if (r >= 0)
        r = spawn_execute(&p.spawn, &failed);
    return fail(r, operation, &p, failed);
}

int os_execv(const char *path, char *const argv[]) {
    return execute("execv", path, argv, NULL, 0);
}

int os_execve(const char *path, char *const argv[], char *const env[]) {
    return execute("execve", path, argv, env, 0);
}

int os_execvp(const char *file, char *const argv[]) {
    return execute("execvp", file, argv, NULL, PROGRAM_SEARCH);
}

int os_execvpe(const char *file, char *const argv[], char *const env[]) {
    return execute("execvpe", file, argv, env, PROGRAM_SEARCH);
}

/* The body of the variadic ones: the arguments start with `arg`. */
#define EXECUTE_LISTED(operation, file, arg, with_env, flags)                                      \
    ({                                                                                             \
        va_list rest_;                                                                             \
        AUTO_FREE char **argv_ = NULL;                                                             \
        char *const *env_ = NULL;                                                                  \
        va_start(rest_, arg);                                                                      \
        int r_ = program_arguments(arg, rest_, &argv_, (with_env) ? &env_ : NULL);                 \
        va_end(rest_);                                                                             \
        r_ < 0 ? PUBLIC(r_, operation, file, NULL) : execute(operation, file, argv_, env_, flags); \
    })

int os_execl(const char *path, const char *arg, ...) {
    return EXECUTE_LISTED("execl", path, arg, false, 0);
}

int os_execle(const char *path, const char *arg, ...) {
    return EXECUTE_LISTED("execle", path, arg, true, 0);
}

int os_execlp(const char *file, const char *arg, ...) {
    return EXECUTE_LISTED("execlp", file, arg, false, PROGRAM_SEARCH);
}

int os_execlpe(const char *file, const char *arg, ...) {
    return EXECUTE_LISTED("execlpe", file, arg, true, PROGRAM_SEARCH);
}

int os_execveat(int dir_fd, const char *path, char *const argv[], char *const env[], int flags) {
    AUTO_PROGRAM p = {0};
    int r = program_prepare(&p, path, argv, env, 0, &execve_words);
    if (r >= 0 && flags & ~OS_NOFOLLOW)
        r = -EINVAL;
    int at = flags & OS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    if (r >= 0)
        r = SYS(kernel_execveat, dir_fd, path, p.spawn.argv, p.spawn.env, at);
    return fail(r, "execveat", &p, path);
}

int os_fexecve(int fd, char *const argv[], char *const env[]) {
    char path[40];
    AUTO_PROGRAM p = {0};
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int r = program_prepare(&p, path, argv, env, 0, &execve_words);
    if (r >= 0)
        r = SYS(kernel_execveat, fd, "", argv, p.spawn.env, AT_EMPTY_PATH);
    if (r == -ENOSYS || r == -EPERM) { /* before Linux 3.19, or in a sandbox; takes /proc */
        r = SYS(fcntl, fd, F_GETFD);
        r = r < 0 ? r : SYS(execve, path, argv, p.spawn.env);
    }
    return fail(r, "fexecve", &p, NULL);
}
