/* SPDX-License-Identifier: MIT */
/** A command rehearsed: the process that the rehearsal is, and what the caller does meanwhile. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/options.h"
#include "base/quote.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "plan/tries.h"
#include "process/program.h"
#include "try/try.h"
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START "start" /* of the directory of a rehearsal: made when the command was about to run */

int try_fail(struct os_try *t, const char *what, int r) {
    if (!t->failed)
        t->failed = t->failed_path = mem_text(what, strlen(what));
    return r;
}

/* -------------------------------------------------------------------------------- the start */

/* The moment at which the command begins, by the clock of files: what somebody else changes from then
 * on is as late as this, or later; what was changed before the call is earlier. */
static int take_start(struct os_try *t, bool again) {
    struct stat first, st;
    int base = t->bases[0].dir;
    if (again)
        return SYS(fstatat, base, START, &st, 0) < 0 ? seam_failure() : (t->start = st.st_ctim, 0);
    int r = SYS(fstatat, base, "lock", &first, 0);
    for (;;) {
        const struct timespec a_tick = {.tv_nsec = 500 * 1000};
        AUTO_CLOSE int fd =
            r < 0 ? r : SYS(openat, base, START, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        r = fd < 0 ? fd : SYS(fchmod, fd, 0600);
        if (r >= 0)
            r = SYS(fstat, fd, &st);
        if (r < 0 || st.st_ctim.tv_sec != first.st_ctim.tv_sec ||
            st.st_ctim.tv_nsec != first.st_ctim.tv_nsec)
            break;
        nanosleep(&a_tick, NULL);
    }
    t->start = st.st_ctim;
    return r;
}

/* ------------------------------------------------------------------------- the rehearsal */

enum { MS = 1000000, SLICE = 250 /* milliseconds */ };

struct running {
    struct os_try *t;
    struct program *program;
    pid_t pid;
    int control;
    int64_t until;
};

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static const char *missing(const struct os_try *t, const char *step, int error) {
    if (strcmp(step, "namespaces") == 0)
        return t->user ? error == -ENOSPC ? "user namespaces (user.max_user_namespaces)"
                                          : "user namespaces for ordinary users"
                       : "the right to make namespaces (CAP_SYS_ADMIN)";
    if (strcmp(step, "uid_map") == 0)
        return "user namespaces for ordinary users";
    if (strcmp(step, "private") == 0 && error == -EINVAL)
        return "a root that is a mount (this one is a directory that chroot made it)";
    if (strcmp(step, "overlay") == 0)
        return t->user ? "overlay file systems for ordinary users (Linux 5.11)"
                       : "overlay file systems";
    if (strcmp(step, "mount_setattr") == 0 && (error == -ENOSYS || error == -EPERM))
        return "mount_setattr (Linux 5.12)";
    if (error != -EPERM && error != -EACCES && error != -ENOSYS)
        return NULL;
    if (strcmp(step, "prctl") == 0)
        return "prctl, which a sandbox forbids";
    if (strcmp(step, "pivot_root") == 0)
        return "pivot_root or umount, which a sandbox forbids";
    static const char *const mounts[] = {"private", "bind", "tmpfs", "proc", "mqueue"};
    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++)
        if (strcmp(step, mounts[i]) == 0)
            return "mount, which a sandbox forbids";
    return NULL;
}

/* What says that something isn't there or is forbidden, not that it has failed. */
static bool is_lack(int error) {
    static const int numbers[] = {EPERM,  EACCES, ENOSYS,     EINVAL, ENOSPC,
                                  EUSERS, ENODEV, EOPNOTSUPP, ELOOP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (error == -numbers[i])
            return true;
    return false;
}

static int cannot(struct os_try *t, const char *step, const char *path, int error) {
    const char *what = is_lack(error) ? missing(t, step, error) : NULL;
    if (what)
        return try_fail(t, what, -EOPNOTSUPP);
    return path ? try_fail(t, path, error) : error;
}

static int start(struct running *run, const struct entering *e, int theirs) {
    struct os_try *t = run->t;
    unsigned long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                          (t->user ? CLONE_NEWUSER : 0) | (t->options.network ? 0 : CLONE_NEWNET);
    pid_t pid = SYS(kernel_fork_apart, flags);
    if (pid == 0) {
        seam_close_quietly(run->control);
        enter(e);
    }
    seam_close_quietly(theirs);
    if (pid < 0)
        return cannot(t, "namespaces", NULL, pid);
    run->pid = pid;
    return 0;
}

static void end(struct running *run) {
    int saved = errno;
    seam_close_quietly(run->control);
    if (run->pid > 0) {
        kill(run->pid, SIGKILL);
        while (waitpid(run->pid, NULL, __WALL) < 0 && errno == EINTR)
            ;
    }
    run->pid = 0;
    errno = saved;
}

static void end_cancelled(void *argument) {
    struct running *run = argument;
    end(run);
    program_free(run->program);
    os_try_close(run->t);
}

/* In slices: a signal may come right before poll(2) begins. */
static ssize_t wait_for_word(void *data) {
    const struct running *run = data;
    struct pollfd events = {.fd = run->control, .events = POLLIN};
    int64_t left = run->until < 0 ? SLICE : (run->until - now()) / MS + 1;
    return SYS(poll, &events, 1, left < 0 ? 0 : left < SLICE ? (int)left : SLICE);
}

/* What it tells next: 0; −ETIMEDOUT; −EINTR where the caller's signal handler wants an end; −ECHILD
 * where somebody has killed it. */
static int hear(struct running *run, const struct cancel *cancel, struct entered *entered) {
    for (;;) {
        ssize_t r = cancel_run(wait_for_word, run, cancel);
        if (r < 0)
            return (int)r;
        if (r > 0)
            break;
        if (run->until >= 0 && now() >= run->until)
            return -ETIMEDOUT;
        if (!seam_retry())
            return -EINTR;
    }
    ssize_t got = SYS(recv, run->control, entered, sizeof *entered, 0);
    return got == sizeof *entered ? 0 : got < 0 ? (int)got : -ECHILD;
}

static int returncode_of(int status) {
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int attend(struct running *run, const struct cancel *cancel) {
    struct os_try *t = run->t;
    struct entered entered = {0};
    int r = hear(run, cancel, &entered);
    if (r >= 0 && entered.what == ENTER_READY) {
        r = take_start(t, t->options.again != 0);
        if (t->options.timeout > 0)
            run->until = now() + (int64_t)(t->options.timeout * 1e9);
        if (r >= 0)
            r = (int)SYS(send, run->control, "", 1, MSG_NOSIGNAL);
        if (r >= 0)
            r = hear(run, cancel, &entered);
    }
    if (r >= 0 && entered.what == ENTER_FAILED)
        return entered.step ? cannot(t, entered.step, entered.path, entered.error)
                            : try_fail(t, run->program->spawn.argv[0], entered.error);
    if (r >= 0)
        r = hear(run, cancel, &entered);
    if (r == -ETIMEDOUT) {
        t->timed_out = true;
        t->returncode = -SIGKILL;
        return 0;
    }
    if (r >= 0)
        t->returncode = returncode_of(entered.status);
    return r;
}

static int run_program(struct os_try *t, struct program *program, int cancel_state) {
    struct running run = {.t = t, .program = program, .until = -1};
    const struct cancel cancel = {end_cancelled, &run, cancel_state};
    int ends[2];
    sigset_t all, old;
    int r = SYS(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
    if (r < 0)
        return r;
    run.control = ends[0];
    const struct entering e = {.t = t,
                               .spawn = &program->spawn,
                               .mask = &old,
                               .control = ends[1],
                               .uid = (int)geteuid(),
                               .gid = (int)getegid()};
    memset(&all, 0xff, sizeof all);
    kernel_sigprocmask(SIG_SETMASK, &all, &old);
    r = start(&run, &e, ends[1]);
    kernel_sigprocmask(SIG_SETMASK, &old, NULL);
    if (r >= 0)
        r = attend(&run, &cancel);
    end(&run);
    return r;
}

static char **copy_list(const char *const *list) {
    AUTO_LIST copy = {0};
    char **texts = NULL;
    for (; list && *list; list++)
        list_add_text(&copy, *list);
    return list_take(&copy, &texts) < 0 ? NULL : texts;
}

static char *title_of(char *const *argv) {
    AUTO_STR s = STR_INIT;
    char *text = NULL;
    str_append_text(&s, "try");
    for (; *argv; argv++) {
        str_append_char(&s, ' ');
        quote_append_word(&s, *argv);
    }
    return str_take(&s, &text) < 0 ? NULL : text;
}

static int rehearse(struct os_try *t, char *const *argv, int cancel_state) {
    AUTO_PROGRAM program = {0};
    if (!argv[0])
        return -EINVAL;
    t->user = geteuid() != 0;
    t->held = t->options.again != 0; /* it stays where this fails */
    t->ignore = copy_list(t->options.ignore);
    t->title = title_of(argv);
    if (!t->ignore || !t->title)
        return -ENOMEM;
    int r = program_prepare(&program, argv[0], argv, t->options.env, PROGRAM_SEARCH, NULL);
    if (r >= 0)
        r = layers_find(t, t->options.again);
    return r < 0 ? r : run_program(t, &program, cancel_state);
}

struct os_try *os_try_run(char *const *argv, const struct os_try_options *options) {
    UNCANCELLED;
    struct os_try *t = mem_zalloc(sizeof *t);
    int r = t ? options_copy(&t->options, sizeof t->options, options) : -ENOMEM;
    if (r >= 0)
        r = rehearse(t, argv, cancel_state_);
    if (r >= 0) {
        t->held = false;
        return t;
    }
    const char *about = !t ? NULL : t->failed ? t->failed : t->js.failed;
    error_fail(r, "try_run", about, NULL);
    os_try_close(t);
    return NULL;
}

int os_try_returncode(const struct os_try *t) {
    return t->returncode;
}

bool os_try_timed_out(const struct os_try *t) {
    return t->timed_out;
}

uint64_t os_try_id(const struct os_try *t) {
    return t->id;
}

/* ---------------------------------------------------------------------------------- its end */

int os_try_hold(struct os_try *t) {
    UNCANCELLED;
    int r = 0;
    for (size_t i = 0; i < t->base_count && r >= 0; i++) {
        AUTO_CLOSE int fd =
            SYS(openat, t->bases[i].dir, TRIES_HELD, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        r = fd < 0 ? fd : SYS(futimens, fd, NULL);
    }
    t->held = t->held || r >= 0;
    return PUBLIC(r, "try_hold", NULL, NULL);
}

struct os_try *os_try_close(struct os_try *t) {
    UNCANCELLED;
    int saved = errno;
    if (!t)
        return NULL;
    t->plan = os_plan_close(t->plan);
    for (size_t i = 0; i < t->base_count; i++) {
        seam_close_quietly(TAKE_FD(t->bases[i].lock));
        if (!t->held)
            tries_remove(t->bases[i].journal, t->bases[i].name);
    }
    layers_free(t);
    conflicts_end(t);
    str_free(&t->gone);
    free(t->ignore);
    free(t->title);
    free(t->failed_path);
    free(t);
    errno = saved;
    return NULL;
}
