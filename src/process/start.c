/* SPDX-License-Identifier: MIT */
/** Starting a program as a child: posix_spawn and the spawn family. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "process/program.h"
#include <osier/spawn.h>
#include <sys/wait.h>

#define WORDS(name)                                                                                \
    {                                                                                              \
        "ValueError: " name ": argv must not be empty",                                            \
            "ValueError: " name ": argv first element cannot be empty"                             \
    }

static int check_signals(const int *numbers) {
    for (; numbers && *numbers; numbers++)
        if (*numbers < 0 || *numbers >= _NSIG)
            return -EINVAL;
    return 0;
}

/* What Python and libc refuse before anything is started. */
static int check_options(const struct os_posix_spawn_options *options, const char **reterr_words) {
    if (check_signals(options->setsigmask) < 0 || check_signals(options->setsigdef) < 0) {
        *reterr_words = "ValueError: signal number out of range";
        return -EINVAL;
    }
    for (size_t i = 0; i < options->file_action_count; i++) {
        const struct os_spawn_action *action = &options->file_actions[i];
        if (action->kind > OS_POSIX_SPAWN_FCHDIR) {
            *reterr_words = "TypeError: Unknown file_actions identifier";
            return -EINVAL;
        }
        bool named = action->kind == OS_POSIX_SPAWN_CHDIR;
        bool second = action->kind == OS_POSIX_SPAWN_DUP2;
        if ((!named && action->fd < 0) || (second && action->new_fd < 0))
            return -EBADF;
    }
    return 0;
}

static pid_t start(const char *operation, const char *file, char *const *argv, char *const *env,
                   const struct os_posix_spawn_options *options, int flags,
                   const struct program_words *words) {
    UNCANCELLED;
    AUTO_PROGRAM p = {.spawn.posix_search = true};
    struct os_posix_spawn_options own;
    struct spawn_failure failure = {0};
    pid_t pid = -1;
    int r = options_copy(&own, sizeof own, options);
    if (r >= 0)
        r = check_options(&own, &p.words);
    if (r >= 0)
        r = program_prepare(&p, file, argv, env, flags, words);
    p.spawn.options = &own;
    if (r >= 0)
        r = flags & PROGRAM_SEARCH && !*file ? -ENOENT : spawn_start(&p.spawn, &pid, &failure);
    if (p.words)
        return (pid_t)error_fail_message(r, operation, p.words);
    if (failure.step)
        operation = failure.step;
    const char *failed = failure.step && failure.path ? failure.path : file;
    return PUBLIC(r < 0 ? r : pid, operation, failed, NULL);
}

pid_t os_posix_spawn(const char *path, char *const argv[], char *const env[],
                     const struct os_posix_spawn_options *options) {
    static const struct program_words words = WORDS("posix_spawn");
    return start("posix_spawn", path, argv, env, options, 0, &words);
}

pid_t os_posix_spawnp(const char *file, char *const argv[], char *const env[],
                      const struct os_posix_spawn_options *options) {
    static const struct program_words words = WORDS("posix_spawnp");
    int flags = PROGRAM_SEARCH | PROGRAM_PARENT_PATH;
    return start("posix_spawnp", file, argv, env, options, flags, &words);
}

/* What a thread gives back that is cancelled while it waits: the child is killed, as by system(3). */
struct running {
    struct program *program;
    pid_t pid;
};

static void abandon(void *argument) {
    struct running *running = argument;
    spawn_kill(running->pid);
    program_free(running->program);
}

/* Python's result of a spawn call. A program that can't be executed counts as one that ended with
 * 127, where there is an exit code to give. */
static int run(struct program *p, int mode, int cancel_state, int *ret_result) {
    struct spawn_failure failure = {0};
    struct running running = {.program = p};
    const struct cancel cancel = {abandon, &running, cancel_state};
    int status;
    int r = spawn_start(&p->spawn, &running.pid, &failure);
    bool waits = mode != OS_P_NOWAIT;
    if (r < 0 && !(failure.path && waits))
        return r;
    if (r >= 0 && waits && (r = cancel_wait(running.pid, &status, &cancel)) < 0)
        return r;
    *ret_result = !waits ? running.pid : failure.path ? 127 : spawn_exitcode(status);
    return 0;
}

static int spawn(const char *operation, int mode, const char *file, char *const *argv,
                 char *const *env, int flags) {
    static const struct program_words words = {"ValueError: argv first element cannot be empty",
                                               "ValueError: argv first element cannot be empty"};
    UNCANCELLED;
    AUTO_PROGRAM p = {0};
    int result = 0;
    int r = program_prepare(&p, file, argv, env, flags, &words);
    if (r >= 0)
        r = run(&p, mode, CANCEL_STATE, &result);
    if (p.words)
        return (int)error_fail_message(r, operation, p.words);
    if (r >= 0 && result == -1)
        errno = 0;
    return PUBLIC(r, operation, file, NULL) < 0 ? -1 : result;
}

int os_spawnv(int mode, const char *path, char *const argv[]) {
    return spawn("spawnv", mode, path, argv, NULL, 0);
}

int os_spawnve(int mode, const char *path, char *const argv[], char *const env[]) {
    return spawn("spawnve", mode, path, argv, env, 0);
}

int os_spawnvp(int mode, const char *file, char *const argv[]) {
    return spawn("spawnvp", mode, file, argv, NULL, PROGRAM_SEARCH);
}

int os_spawnvpe(int mode, const char *file, char *const argv[], char *const env[]) {
    return spawn("spawnvpe", mode, file, argv, env, PROGRAM_SEARCH);
}

/* The body of the variadic ones: the arguments start with `arg`. */
#define SPAWN_LISTED(operation, mode, file, arg, with_env, flags)                                  \
    ({                                                                                             \
        va_list rest_;                                                                             \
        char **argv_ = NULL;                                                                       \
        char *const *env_ = NULL;                                                                  \
        va_start(rest_, arg);                                                                      \
        int r_ = program_arguments(arg, rest_, &argv_, (with_env) ? &env_ : NULL);                 \
        va_end(rest_);                                                                             \
        r_ < 0 ? PUBLIC(r_, operation, file, NULL)                                                 \
               : spawn(operation, mode, file, argv_, env_, (flags) | PROGRAM_OWN_ARGUMENTS);       \
    })

int os_spawnl(int mode, const char *path, const char *arg, ...) {
    return SPAWN_LISTED("spawnl", mode, path, arg, false, 0);
}

int os_spawnle(int mode, const char *path, const char *arg, ...) {
    return SPAWN_LISTED("spawnle", mode, path, arg, true, 0);
}

int os_spawnlp(int mode, const char *file, const char *arg, ...) {
    return SPAWN_LISTED("spawnlp", mode, file, arg, false, PROGRAM_SEARCH);
}

int os_spawnlpe(int mode, const char *file, const char *arg, ...) {
    return SPAWN_LISTED("spawnlpe", mode, file, arg, true, PROGRAM_SEARCH);
}
