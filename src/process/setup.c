/* SPDX-License-Identifier: MIT */
/** What a child does to itself before it executes the program: bare system calls alone. */
#include "process/setup.h"

#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define CLOSE_ON_EXEC 4 /* CLOSE_RANGE_CLOEXEC, Linux 5.11 */

void setup_arrange(struct setup *s) {
    s->above = STDERR_FILENO + 1;
    for (size_t i = 0; i < s->move_count; i++) {
        struct setup_move *move = &s->moves[i];
        if (move->to >= s->above)
            s->above = move->to + 1;
        for (size_t j = 0; j < s->move_count; j++)
            move->lift |= j != i && s->moves[j].to == move->from && s->moves[j].from != move->from;
    }
}

IN_CHILD static int keep_listed(int list) {
    _Alignas(8) char buffer[1024];
    int size;
    while ((size = SYS(kernel_getdents64, list, buffer, sizeof buffer)) > 0)
        for (int at = 0; at < size;) {
            const struct dir_record *entry = (const void *)(buffer + at);
            int fd = procfile_number(entry->name);
            if (fd > STDERR_FILENO)
                kernel_fcntl(fd, F_SETFD, FD_CLOEXEC);
            at += entry->size;
        }
    return size;
}

/* Keeps everything but the standard streams from the program. */
IN_CHILD static int keep_descriptors(void) {
    int r = SYS(kernel_close_range, STDERR_FILENO + 1, ~0u, CLOSE_ON_EXEC);
    if (r != -ENOSYS && r != -EPERM && r != -EINVAL)
        return r;
    int list = SYS(kernel_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);
    if (list < 0)
        return list;
    r = keep_listed(list);
    kernel_close(list);
    return r;
}

IN_CHILD static int lift(const struct setup *s) {
    for (size_t i = 0; i < s->move_count; i++) {
        if (!s->moves[i].lift)
            continue;
        int fd = SYS(kernel_fcntl, s->moves[i].from, F_DUPFD_CLOEXEC, s->above);
        if (fd < 0)
            return fd;
        s->moves[i].from = fd;
    }
    return 0;
}

IN_CHILD static int move(const struct setup *s) {
    int r = lift(s);
    if (r >= 0 && !s->options->inherit_fds)
        r = keep_descriptors();
    for (size_t i = 0; r >= 0 && i < s->move_count; i++) {
        int from = s->moves[i].from, to = s->moves[i].to;
        r = from == to ? SYS(kernel_fcntl, from, F_SETFD, 0) : SYS(kernel_dup3, from, to, 0);
    }
    return r;
}

IN_CHILD static int go_to_directory(const struct os_run_options *o) {
    int r = o->cwd_fd ? SYS(kernel_fchdir, *o->cwd_fd) : 0;
    return r >= 0 && o->cwd ? SYS(kernel_chdir, o->cwd) : r;
}

IN_CHILD static int add_niceness(int increment) {
    enum { LEAST = -20, MOST = 19 };
    int priority = kernel_getpriority(PRIO_PROCESS, 0);
    int nice = 20 - priority + increment;
    return SYS(kernel_setpriority, PRIO_PROCESS, 0,
               nice < LEAST  ? LEAST
               : nice > MOST ? MOST
                             : nice);
}

IN_CHILD static int set_limits(const struct os_run_options *o) {
    int r = 0;
    for (size_t i = 0; r >= 0 && i < o->limit_count; i++) {
        const uint64_t limits[2] = {o->limits[i].soft, o->limits[i].hard};
        r = SYS(kernel_prlimit, 0, o->limits[i].resource, limits);
    }
    return r;
}

/* Dies with its parent, also when that has ended in between. */
IN_CHILD static int follow_parent(const struct setup *s) {
    int r = SYS(kernel_prctl, PR_SET_PDEATHSIG, s->death_signal);
    if (r >= 0 && s->parent && kernel_getppid() != s->parent)
        kernel_exit_group(127);
    return r;
}

/* Goes on with the next step, unless this one fails. */
#define STEP(name, about, needed, call)                                                            \
    do {                                                                                           \
        if (needed) {                                                                              \
            int step_ = (call);                                                                    \
            if (step_ < 0) {                                                                       \
                failure->step = name;                                                              \
                failure->path = about;                                                             \
                return step_;                                                                      \
            }                                                                                      \
        }                                                                                          \
    } while (0)

IN_CHILD int setup_apply(const void *setup, struct spawn_failure *failure) {
    const struct setup *s = setup;
    const struct os_run_options *o = s->options;
    STEP("cgroup", NULL, s->cgroup >= 0 && !*s->placed, (int)SYS(kernel_write, s->cgroup, "0", 1));
    STEP("chdir", o->cwd, o->cwd || o->cwd_fd, go_to_directory(o));
    STEP("setsid", NULL, o->new_session, SYS(kernel_setsid));
    STEP("set_terminal", NULL, o->terminal, SYS(kernel_ioctl, *o->terminal, TIOCSCTTY, 0));
    STEP("setpgid", NULL, o->process_group, SYS(kernel_setpgid, 0, *o->process_group));
    STEP("dup2", NULL, true, move(s));
    if (o->umask)
        kernel_umask(*o->umask);
    STEP("nice", NULL, o->nice, add_niceness(o->nice));
    STEP("setrlimit", NULL, o->limit_count, set_limits(o));
    STEP("setgroups", NULL, o->groups, SYS(kernel_setgroups, o->group_count, o->groups));
    STEP("setgid", NULL, o->group, SYS(kernel_setresgid, *o->group, *o->group, *o->group));
    STEP("setuid", NULL, o->user, SYS(kernel_setresuid, *o->user, *o->user, *o->user));
    STEP("prctl", NULL, s->death_signal, follow_parent(s));
    return 0;
}
