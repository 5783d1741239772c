/* SPDX-License-Identifier: MIT */
/** Starting a program: what the parent prepares, and what the child does until it executes it.
 *
 *  The child is a vfork (clone.c): it has the parent's memory but a stack of its own, and the
 *  calling thread stands still meanwhile. All signals are blocked until every handler is back at its
 *  default, as a handler would run in the parent's memory. The functions marked IN_CHILD keep to
 *  bare system calls, which sanitizers don't intercept.
 */
#include "process/spawn.h"

#include "base/cancel.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "env/environ.h"
#include "fs/dir.h"
#include "process/interrupts.h"
#include <fcntl.h>
#include <sched.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE 16384

/* What parent and child share. */
struct child {
    const struct spawn *spawn;
    struct clone_how how;
    sigset_t mask;       /* for the program */
    sigset_t defaults;   /* signals to reset even where they are ignored */
    unsigned interrupts; /* as the parent saw them */
    int report;          /* where the child tells of its failure; −1: in `failure` */
    struct spawn_failure failure;
};

IN_CHILD static bool has_signal(const sigset_t *set, int number) {
    unsigned long word;
    const int bits = 8 * sizeof word;
    word = ((const unsigned long *)set)[(number - 1) / bits];
    return word >> (number - 1) % bits & 1;
}

IN_CHILD static bool has_handler(int number) {
    struct kernel_action action = {0};
    return kernel_sigaction(number, NULL, &action) == 0 && action.handler != (uintptr_t)SIG_DFL &&
           action.handler != (uintptr_t)SIG_IGN;
}

IN_CHILD static bool is_default(const struct child *child, int number, unsigned missed) {
    return has_signal(&child->defaults, number) || (missed & 1 && number == SIGINT) ||
           (missed & 2 && number == SIGQUIT);
}

/* Puts handlers back to their default, and the signals of `defaults` in any case. */
IN_CHILD static int reset_signals(const struct child *child) {
    static const struct kernel_action by_default;
    unsigned missed = interrupts_missed(child->interrupts);
    for (int number = 1; number < _NSIG; number++) {
        if (number == SIGKILL || number == SIGSTOP)
            continue;
        if (!is_default(child, number, missed) && (child->how.cleared || !has_handler(number)))
            continue;
        int r = SYS(kernel_sigaction, number, &by_default, NULL);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Closes what one read of /proc/self/fd tells: how many, or −errno. */
IN_CHILD static int close_listed(int list, int first, int kept) {
    alignas(8) char buffer[1024];
    int closed = 0, size;
    while ((size = SYS(kernel_getdents64, list, buffer, sizeof buffer)) > 0)
        for (int at = 0; at < size;) {
            const struct dir_record *entry = (const void *)(buffer + at);
            int fd = procfile_number(entry->name);
            if (fd >= first && fd != list && fd != kept && kernel_close(fd) == 0)
                closed++;
            at += entry->size;
        }
    return size < 0 ? size : closed;
}

/* Where the kernel has no close_range(2), or a filter forbids it. */
IN_CHILD static int close_one_by_one(int first, int kept) {
    int closed;
    do {
        int list = SYS(kernel_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);
        if (list < 0)
            return list;
        closed = close_listed(list, first, kept);
        kernel_close(list);
    } while (closed > 0);
    return closed;
}

/* All but `kept`, which may be −1. */
IN_CHILD static int close_from(int first, int kept) {
    int r = 0;
    if (kept > first)
        r = SYS(kernel_close_range, (unsigned)first, (unsigned)kept - 1, 0);
    if (r >= 0)
        r = SYS(kernel_close_range, (unsigned)(kept >= first ? kept + 1 : first), ~0u, 0);
    return r == -ENOSYS || r == -EPERM ? close_one_by_one(first, kept) : r;
}

IN_CHILD static int duplicate(int fd, int new_fd) {
    return fd == new_fd ? SYS(kernel_fcntl, fd, F_SETFD, 0) : SYS(kernel_dup3, fd, new_fd, 0);
}

/* The descriptor is free before the file is opened, as in posix_spawn(3). */
IN_CHILD static int open_as(const struct os_spawn_action *action) {
    kernel_close(action->fd);
    int fd = SYS(kernel_openat, AT_FDCWD, action->path, action->flags, action->mode);
    if (fd < 0 || fd == action->fd)
        return fd;
    int r = SYS(kernel_dup3, fd, action->fd, action->flags & O_CLOEXEC);
    kernel_close(fd);
    return r;
}

IN_CHILD static int act(const struct os_spawn_action *action, int kept) {
    switch (action->kind) {
    case OS_POSIX_SPAWN_OPEN:
        return open_as(action);
    case OS_POSIX_SPAWN_CLOSE:
        kernel_close(action->fd);
        return 0;
    case OS_POSIX_SPAWN_DUP2:
        return duplicate(action->fd, action->new_fd);
    case OS_POSIX_SPAWN_CLOSEFROM:
        return close_from(action->fd, kept);
    case OS_POSIX_SPAWN_CHDIR:
        return SYS(kernel_chdir, action->path);
    case OS_POSIX_SPAWN_FCHDIR:
        return SYS(kernel_fchdir, action->fd);
    }
    return -EINVAL;
}

IN_CHILD static int set_scheduler(const struct os_posix_spawn_options *options) {
    struct sched_param param = {0};
    if (options->sched_priority)
        param.sched_priority = *options->sched_priority;
    else if (kernel_sched_getparam(0, &param) < 0)
        return seam_failure();
    if (options->scheduler)
        return SYS(kernel_sched_setscheduler, 0, *options->scheduler, &param);
    return options->sched_priority ? SYS(kernel_sched_setparam, 0, &param) : 0;
}

/* What is told when an action fails: the call and, where it has one, its path. */
IN_CHILD static void tell_action(const struct os_spawn_action *action,
                                 struct spawn_failure *failure) {
    static const char *const steps[] = {
        [OS_POSIX_SPAWN_OPEN] = "open",   [OS_POSIX_SPAWN_CLOSE] = "close",
        [OS_POSIX_SPAWN_DUP2] = "dup2",   [OS_POSIX_SPAWN_CLOSEFROM] = "closefrom",
        [OS_POSIX_SPAWN_CHDIR] = "chdir", [OS_POSIX_SPAWN_FCHDIR] = "fchdir",
    };
    failure->step = steps[action->kind];
    if (action->kind == OS_POSIX_SPAWN_OPEN || action->kind == OS_POSIX_SPAWN_CHDIR)
        failure->path = action->path;
}

/* Names the step that failed, and hands its result on. */
IN_CHILD static int step(int r, const char *name, struct spawn_failure *failure) {
    if (r < 0)
        failure->step = name;
    return r;
}

/* The effective ids become the real ones. */
IN_CHILD static int reset_ids(void) {
    int r = SYS(kernel_setresgid, -1, kernel_getgid(), -1);
    return r < 0 ? r : SYS(kernel_setresuid, -1, kernel_getuid(), -1);
}

IN_CHILD static int apply(const struct os_posix_spawn_options *options, int kept,
                          struct spawn_failure *failure) {
    int r = 0;
    if (options->scheduler || options->sched_priority)
        r = step(set_scheduler(options), "sched_setscheduler", failure);
    if (r >= 0 && options->setsid)
        r = step(SYS(kernel_setsid), "setsid", failure);
    if (r >= 0 && options->setpgroup)
        r = step(SYS(kernel_setpgid, 0, *options->setpgroup), "setpgid", failure);
    if (r >= 0 && options->resetids)
        r = step(reset_ids(), "setresuid", failure);
    for (size_t i = 0; r >= 0 && i < options->file_action_count; i++) {
        r = act(&options->file_actions[i], kept);
        if (r < 0)
            tell_action(&options->file_actions[i], failure);
    }
    return r;
}

/* Errors that say no more than that the program isn't here. */
IN_CHILD static bool goes_on(int error, bool posix_search) {
    bool absent = error == -ENOENT || error == -ENOTDIR;
    return !posix_search || absent || error == -EACCES || error == -ESTALE || error == -ENODEV ||
           error == -ETIMEDOUT;
}

IN_CHILD int spawn_execute(const struct spawn *s, const char **reterr_failed) {
    int told = -ENOENT;
    bool final = false;
    for (char *const *program = s->programs; *program; program++) {
        int r = SYS(kernel_execve, *program, s->argv, s->env);
        bool ends = !goes_on(r, s->posix_search);
        if (!final || ends) {
            told = r;
            *reterr_failed = *program;
            final = r != -ENOENT && r != -ENOTDIR;
        }
        if (ends)
            break;
    }
    return told;
}

IN_CHILD static int prepare_child(struct child *child) {
    const struct spawn *s = child->spawn;
    int r = reset_signals(child);
    if (r >= 0 && s->options)
        r = apply(s->options, child->report, &child->failure);
    if (r >= 0 && s->setup)
        r = s->setup(s->setup_argument, &child->failure);
    return r >= 0 ? SYS(kernel_sigprocmask, SIG_SETMASK, &child->mask, NULL) : r;
}

/* What was there before a fork has the same address in both processes. */
IN_CHILD static int run_child(void *argument) {
    struct child *child = argument;
    int r = prepare_child(child);
    if (r >= 0)
        r = spawn_execute(child->spawn, &child->failure.path);
    child->failure.error = r;
    if (child->report >= 0)
        kernel_write(child->report, &child->failure, sizeof child->failure);
    kernel_exit_group(127);
    return 127;
}

/* Runs the child up to its program. */
static pid_t start_child(struct child *child, const sigset_t *old_mask) {
    alignas(64) char stack[STACK_SIZE];
    int saved = errno;
    if (!child->spawn->mask)
        child->mask = *old_mask;
    pid_t pid = clone_child(run_child, child, stack, sizeof stack, &child->how);
    errno = saved; /* the child shares it */
    return pid;
}

/* Above what the program's own descriptors are likely to be. */
static int move_report(int *fd) {
    enum { HIGH = 200 };
    int moved = SYS(fcntl, *fd, F_DUPFD_CLOEXEC, HIGH);
    if (moved < 0)
        return 0; /* there are fewer descriptors than that */
    seam_close_quietly(*fd);
    *fd = moved;
    return 0;
}

/* The same where the child has a copy of the memory: it tells of its failure through a pipe, whose
 * end is that of the whole way up to the program. */
static pid_t start_copy(struct child *child, const sigset_t *old_mask) {
    int ends[2];
    int r = spawn_pipe(ends);
    if (r < 0)
        return r;
    move_report(&ends[1]);
    child->report = ends[1];
    pid_t pid = start_child(child, old_mask);
    seam_close_quietly(ends[1]);
    struct spawn_failure failure;
    ssize_t got = pid < 0 ? 0 : SYS(read, ends[0], &failure, sizeof failure);
    if (got == sizeof failure)
        child->failure = failure;
    seam_close_quietly(ends[0]);
    return pid;
}

static int signal_set(const int *numbers, sigset_t *set) {
    for (; numbers && *numbers; numbers++)
        if (*numbers < 0 || sigaddset(set, *numbers) < 0)
            return -EINVAL;
    return 0;
}

static int prepare_signals(struct child *child) {
    const struct spawn *s = child->spawn;
    sigemptyset(&child->mask);
    sigemptyset(&child->defaults);
    if (s->defaults)
        child->defaults = *s->defaults;
    if (s->mask)
        child->mask = *s->mask;
    child->interrupts = interrupts_seen(&child->defaults);
    int r = s->options ? signal_set(s->options->setsigdef, &child->defaults) : 0;
    return r >= 0 && s->options ? signal_set(s->options->setsigmask, &child->mask) : r;
}

/* What is left of a child that didn't come to its program. */
static void collect(struct child *child, pid_t pid) {
    int *pidfd = child->how.pidfd;
    while (SYS(waitpid, pid, NULL, __WALL) == -EINTR)
        ;
    if (pidfd)
        seam_close_quietly(TAKE_FD(*pidfd));
}

int spawn_start(const struct spawn *s, pid_t *ret_pid, struct spawn_failure *reterr_failure) {
    UNCANCELLED;
    struct child child = {.spawn = s, .report = -1};
    struct spawn own;
    int r = prepare_signals(&child);
    if (r < 0)
        return r;
    child.how = s->how ? *s->how : (struct clone_how){.exit_signal = SIGCHLD, .cgroup = -1};
    child.how.flags |= CLONE_VFORK;
    if (s->options && s->options->setsigmask && !s->mask) {
        own = *s;
        own.mask = &child.mask;
        child.spawn = &own;
    }
    bool shares = clone_shares_memory();
    sigset_t all, old = {0};
    memset(&all, 0xff, sizeof all); /* libc's own signals too, which sigfillset(3) leaves out */
    r = SYS(kernel_sigprocmask, SIG_SETMASK, &all, &old);
    if (r < 0)
        return r;
    pid_t pid = shares ? start_child(&child, &old) : start_copy(&child, &old);
    if (pid >= 0 && child.failure.error < 0)
        collect(&child, pid);
    kernel_sigprocmask(SIG_SETMASK, &old, NULL);
    if (pid < 0 || child.failure.error < 0) {
        if (reterr_failure && pid >= 0)
            *reterr_failure = child.failure;
        return pid < 0 ? (int)pid : child.failure.error;
    }
    *ret_pid = pid;
    return 0;
}

int spawn_shell(const char *command, struct spawn *s, pid_t *ret_pid, bool *reterr_no_shell) {
    static const char shell[] = "/bin/sh";
    const char *programs[] = {shell, NULL};
    const char *argv[] = {"sh", "-c", "--", command, NULL};
    AUTO_FREE char **env = NULL;
    int r = env_for_program(&env);
    if (r < 0)
        return r;
    s->programs = (char *const *)programs;
    s->argv = (char *const *)argv;
    s->env = env;
    struct spawn_failure failure = {0};
    r = spawn_start(s, ret_pid, &failure);
    if (reterr_no_shell)
        *reterr_no_shell = r < 0 && failure.path && !failure.step;
    return r;
}

int spawn_wait(pid_t pid, int *ret_status) {
    int status;
    pid_t r = SYS(waitpid, pid, &status, 0);
    if (r < 0)
        return (int)r;
    *ret_status = status;
    return 0;
}

void spawn_kill(pid_t pid) {
    int status;
    SYS(kill, pid, SIGKILL);
    spawn_wait(pid, &status);
}

int spawn_exitcode(int status) {
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int move_up(int *fd) {
    if (*fd > STDERR_FILENO)
        return 0;
    int moved = SYS(fcntl, *fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0)
        return moved;
    seam_close_quietly(*fd);
    *fd = moved;
    return 0;
}

int spawn_pipe(int ret_ends[2]) {
    int ends[2];
    int r = SYS(pipe2, ends, O_CLOEXEC);
    if (r < 0)
        return r;
    r = move_up(&ends[0]);
    if (r >= 0)
        r = move_up(&ends[1]);
    if (r < 0) {
        seam_close_quietly(ends[0]);
        seam_close_quietly(ends[1]);
        return r;
    }
    ret_ends[0] = ends[0];
    ret_ends[1] = ends[1];
    return 0;
}
