/* SPDX-License-Identifier: MIT */
/** What a supervisor runs: it starts the program, adopts its orphans, and ends them all.
 *
 *  It has the memory of the caller, who goes on meanwhile. So, once the program is started, it
 *  calls nothing but raw_call(), which leaves errno alone, and uses no memory but its own stack.
 *  Where that can't be (other processors, emulators), it is a fork.
 */
#include "process/contain.h"

#include "base/procfile.h"
#include "base/raw.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "process/clone.h"
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

enum { SWEEP_MOST = 4096, SWEEP_AGAIN_MS = 10 };
enum phase { RUNS, TERMINATES, KILLS };

/* A process below the supervisor, and whose child it was when it was found. */
struct found {
    pid_t pid, parent;
};

struct state {
    struct supervision *s;
    enum phase phase;
    int64_t deadline;
    int signals;
    bool blind; /* the kernel doesn't tell of children */
    struct found found[SWEEP_MOST];
    int count;
};

/* ------------------------------------------------------------------- text, by hand */

IN_CHILD static char *put_text(char *at, const char *text) {
    while (*text)
        *at++ = *text++;
    *at = '\0';
    return at;
}

IN_CHILD static char *put_number(char *at, int number) {
    char digits[12];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10));
    while (count)
        *at++ = digits[--count];
    *at = '\0';
    return at;
}

IN_CHILD static const char *skip_number(const char *at, int *ret_number) {
    int number = 0;
    while (*at >= '0' && *at <= '9')
        number = number * 10 + *at++ - '0';
    *ret_number = number;
    return at;
}

IN_CHILD static int open_file(const char *path, int flags) {
    return (int)raw_call(SYS_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0, 0, 0);
}

IN_CHILD static int read_some(int fd, char *buffer, int size) {
    long got;
    do
        got = raw_call(SYS_read, fd, (long)buffer, size, 0, 0, 0);
    while (got == -EINTR);
    return (int)got;
}

IN_CHILD static void close_file(int fd) {
    raw_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

IN_CHILD static int64_t now(void) {
    struct timespec time = {0};
    raw_call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&time, 0, 0, 0, 0);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* ------------------------------------------------------------------- who is there */

/* The parent in the line of /proc/PID/stat, behind the name in parentheses: −1 if it is gone. */
IN_CHILD static pid_t parent_of(pid_t pid) {
    char path[40], text[512];
    put_text(put_number(put_text(path, "/proc/"), pid), "/stat");
    int fd = open_file(path, O_RDONLY), parent = -1;
    int size = fd < 0 ? 0 : read_some(fd, text, sizeof text - 1);
    if (fd >= 0)
        close_file(fd);
    text[size > 0 ? size : 0] = '\0';
    const char *end = NULL;
    for (const char *c = text; *c; c++)
        if (*c == ')')
            end = c;
    if (end && end[1] && end[2] && end[3])
        skip_number(end + 4, &parent); /* ") S 123" */
    return parent;
}

IN_CHILD static void add_found(struct state *t, pid_t pid, pid_t parent) {
    if (t->count < SWEEP_MOST)
        t->found[t->count++] = (struct found){pid, parent};
}

/* "12 34 56 " in pieces. */
IN_CHILD static void add_listed(struct state *t, int fd, pid_t parent) {
    char text[513];
    int size, number = 0;
    bool within = false;
    while ((size = read_some(fd, text, sizeof text - 1)) > 0)
        for (int i = 0; i < size; i++) {
            bool digit = text[i] >= '0' && text[i] <= '9';
            if (digit)
                number = number * 10 + text[i] - '0';
            else if (within)
                add_found(t, number, parent), number = 0;
            within = digit;
        }
    if (within)
        add_found(t, number, parent);
}

/* Calls `use` with each number among the names of a directory. */
IN_CHILD static int each_number(struct state *t, const char *path,
                                void (*use)(struct state *t, int number, int argument),
                                int argument) {
    _Alignas(8) char buffer[1024];
    int list = open_file(path, O_RDONLY | O_DIRECTORY);
    if (list < 0)
        return list;
    long size;
    while ((size = raw_call(SYS_getdents64, list, (long)buffer, sizeof buffer, 0, 0, 0)) > 0)
        for (int at = 0; at < size;) {
            const struct dir_record *entry = (const void *)(buffer + at);
            int number = procfile_number(entry->name);
            if (number > 0)
                use(t, number, argument);
            at += entry->size;
        }
    close_file(list);
    return 0;
}

IN_CHILD static void add_children_of_thread(struct state *t, int thread, int process) {
    char path[64];
    char *end = put_number(put_text(path, "/proc/"), process);
    put_text(put_number(put_text(end, "/task/"), thread), "/children");
    int fd = open_file(path, O_RDONLY);
    t->blind |= fd == -ENOENT && thread == process && process == t->s->self;
    if (fd < 0)
        return;
    add_listed(t, fd, process);
    close_file(fd);
}

IN_CHILD static void add_children(struct state *t, pid_t pid) {
    char path[40];
    put_text(put_number(put_text(path, "/proc/"), pid), "/task");
    each_number(t, path, add_children_of_thread, pid);
}

/* A process of the whole system, if its parent is one of those found before. */
IN_CHILD static void add_if_below(struct state *t, int pid, int unused) {
    (void)unused;
    pid_t parent = parent_of(pid);
    bool below = parent == t->s->self;
    for (int i = 0; i < t->count; i++) {
        if (t->found[i].pid == pid)
            return;
        below |= t->found[i].pid == parent;
    }
    if (below)
        add_found(t, pid, parent);
}

/* Finds all processes below: by the kernel's lists, or by everybody's parent. */
IN_CHILD static void find_all(struct state *t) {
    t->count = 0;
    if (!t->blind) {
        add_children(t, t->s->self);
        for (int i = 0; i < t->count; i++)
            add_children(t, t->found[i].pid);
    }
    for (int before = -1; t->blind && before != t->count;) {
        before = t->count;
        each_number(t, "/proc", add_if_below, 0);
    }
}

/* ------------------------------------------------------------------- signals */

/* A child of one's own keeps its number until it is waited for; another process is held by a
 * descriptor, and looked at once more. */
IN_CHILD static int signal_found(const struct state *t, struct found one, int sig) {
    if (one.parent == t->s->self)
        return (int)raw_call(SYS_kill, one.pid, sig, 0, 0, 0, 0);
    int fd = (int)raw_call(KERNEL_CALL(434), one.pid, 0, 0, 0, 0, 0); /* pidfd_open(2) */
    if (fd < 0)
        return fd == -ENOSYS || fd == -EPERM ? (int)raw_call(SYS_kill, one.pid, sig, 0, 0, 0, 0)
                                             : 0;
    pid_t parent = parent_of(one.pid);
    int r = 0;
    if (parent == one.parent || parent == t->s->self)
        r = (int)raw_call(KERNEL_CALL(424), fd, sig, 0, 0, 0, 0); /* pidfd_send_signal(2) */
    close_file(fd);
    return r;
}

/* Sends a signal to everything below: how many processes refused it, −1 where nothing is. */
IN_CHILD static int sweep(struct state *t, int sig) {
    if (t->s->kind == SUPERVISOR_NAMESPACE) {
        long r = raw_call(SYS_kill, -1, sig, 0, 0, 0, 0);
        return r == -ESRCH ? -1 : 0;
    }
    int refused = 0;
    find_all(t);
    for (int i = 0; i < t->count; i++)
        refused += signal_found(t, t->found[i], sig) == -EPERM;
    return t->count ? refused : -1;
}

/* ------------------------------------------------------------------- talking */

IN_CHILD static void tell(const struct supervision *s, const struct supervisor_message *message,
                          int fd) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.room = {0}};
    struct iovec part = {(void *)message, sizeof *message};
    struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        packet.msg_control = control.room;
        packet.msg_controllen = sizeof control.room;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof fd);
        __builtin_memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    raw_call(SYS_sendmsg, s->control, (long)&packet, MSG_NOSIGNAL, 0, 0, 0);
}

IN_CHILD static void finish(const struct state *t, int left) {
    const struct supervisor_message message = {.word = SUPERVISOR_DONE, .left = left};
    tell(t->s, &message, -1);
    raw_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

/* SIGTERM for all, which those that are stopped get as well; or at once the next phase. */
IN_CHILD static void begin_end(struct state *t, int64_t grace_ns) {
    if (t->s->kind == SUPERVISOR_LEAVES)
        return;
    if (t->phase == KILLS || (t->phase == TERMINATES && grace_ns > 0))
        return;
    t->phase = grace_ns > 0 ? TERMINATES : KILLS;
    t->deadline = now() + grace_ns;
    if (grace_ns > 0) {
        sweep(t, SIGTERM);
        sweep(t, SIGCONT);
    }
}

/* What the caller says: a signal and a time, or that it has gone. */
IN_CHILD static void listen_once(struct state *t) {
    int64_t words[2];
    int size = read_some(t->s->control, (char *)words, sizeof words);
    if (size != sizeof words)
        begin_end(t, t->s->grace_ns);
    else if (words[0])
        sweep(t, (int)words[0]);
    else
        begin_end(t, words[1]);
}

/* ------------------------------------------------------------------- the work */

/* Collects who has ended; ends itself when nobody is left. */
IN_CHILD static void reap(struct state *t) {
    struct supervisor_message message = {.word = SUPERVISOR_ENDED};
    long pid;
    while ((pid = raw_call(SYS_wait4, -1, (long)&message.status, WNOHANG | __WALL,
                           (long)&message.usage, 0, 0)) > 0)
        if (pid == t->s->program) {
            t->s->program = 0;
            tell(t->s, &message, -1);
            if (t->s->kind == SUPERVISOR_LEAVES)
                finish(t, 0);
            begin_end(t, t->s->grace_ns);
        }
    if (pid == -ECHILD)
        finish(t, 0);
}

IN_CHILD static void kill_all(struct state *t) {
    int refused = sweep(t, SIGKILL);
    if (refused > 0 && refused == t->count) {
        reap(t);
        finish(t, refused);
    }
}

IN_CHILD static void wait_for_something(struct state *t) {
    struct pollfd events[] = {
        {t->s->control, POLLIN, 0}, {t->signals, POLLIN, 0}, {t->s->host, POLLIN, 0}};
    int64_t ns = t->phase == KILLS ? SWEEP_AGAIN_MS * INT64_C(1000000) : t->deadline - now();
    struct timespec limit = {.tv_sec = ns < 0 ? 0 : (time_t)(ns / 1000000000),
                             .tv_nsec = ns < 0 ? 0 : (long)(ns % 1000000000)};
    raw_call(SYS_ppoll, (long)events, 3, t->phase == RUNS ? 0 : (long)&limit, 0, 0, 0);
    char buffer[sizeof(struct signalfd_siginfo) * 4];
    if (events[1].revents)
        read_some(t->signals, buffer, sizeof buffer);
    if (events[0].revents)
        listen_once(t);
    if (events[2].revents) { /* the caller is no more: nobody listens */
        begin_end(t, t->s->grace_ns);
        t->s->host = -1;
    }
    if (events[0].revents & POLLHUP)
        t->s->control = -1;
    if (t->s->control < 0 && t->s->kind == SUPERVISOR_LEAVES)
        raw_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

IN_CHILD static void close_all(unsigned first, unsigned last) {
    enum { MANY = 65536 };
    if (raw_call(KERNEL_CALL(436), first, last, 0, 0, 0, 0) == 0) /* close_range(2) */
        return;
    for (unsigned fd = first; fd <= last && fd < MANY; fd++)
        close_file((int)fd);
}

/* The caller's descriptors must end with the caller. */
IN_CHILD static void keep_only(const struct supervision *s) {
    int kept[] = {s->control, s->pidfd, s->host};
    for (int i = 0; i < 3; i++) /* in order */
        for (int j = i + 1; j < 3; j++)
            if (kept[j] < kept[i]) {
                int swap = kept[i];
                kept[i] = kept[j];
                kept[j] = swap;
            }
    unsigned first = 0;
    for (int i = 0; i < 3; i++)
        if (kept[i] >= 0) {
            if ((unsigned)kept[i] > first)
                close_all(first, (unsigned)kept[i] - 1);
            first = (unsigned)kept[i] + 1;
        }
    close_all(first, ~0u);
}

/* The caller stands still meanwhile, so the memory is its own. */
IN_CHILD static int start_program(struct supervision *s) {
    struct clone_how how = *s->spawn->how;
    struct spawn spawn = *s->spawn;
    s->pidfd = -1;
    how.pidfd = &s->pidfd;
    how.exit_signal = SIGCHLD;
    spawn.how = &how;
    int r = spawn_start(&spawn, &s->program, &s->failure);
    s->failure.error = r < 0 ? r : 0;
    return r;
}

IN_CHILD static void adopt(const struct supervision *s) {
    static const struct kernel_action by_default;
    raw_call(SYS_rt_sigaction, SIGCHLD, (long)&by_default, 0, KERNEL_MASK_SIZE, 0, 0);
    if (s->kind == SUPERVISOR_SWEEPS)
        raw_call(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0);
    raw_call(SYS_prctl, PR_SET_NAME, (long)"osier-run", 0, 0, 0, 0);
}

IN_CHILD static void supervise_program(struct supervision *s) {
    static const char root[] = "/";
    struct state t = {.s = s, .phase = RUNS};
    unsigned long only_child[KERNEL_MASK_SIZE / sizeof(long)] = {0};
    only_child[(SIGCHLD - 1) / (8 * sizeof(long))] |= 1UL << (SIGCHLD - 1) % (8 * sizeof(long));
    const struct supervisor_message started = {.word = SUPERVISOR_STARTED, .status = s->program};
    keep_only(s);
    raw_call(SYS_chdir, (long)root, 0, 0, 0, 0, 0);
    t.signals = (int)raw_call(SYS_signalfd4, -1, (long)only_child, KERNEL_MASK_SIZE,
                              SFD_CLOEXEC | SFD_NONBLOCK, 0, 0);
    tell(s, &started, s->pidfd);
    if (s->pidfd >= 0)
        close_file(s->pidfd);
    for (;;) {
        reap(&t);
        if (t.phase == TERMINATES && now() >= t.deadline)
            t.phase = KILLS;
        if (t.phase == KILLS)
            kill_all(&t);
        wait_for_something(&t);
    }
}

IN_CHILD int supervise(void *supervision) {
    struct supervision *s = supervision;
    char go;
    close_file(s->other); /* or the caller's end would never be seen */
    adopt(s);
    s->self = (pid_t)raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
    if (read_some(s->control, &go, 1) == 1 && start_program(s) >= 0)
        supervise_program(s);
    const struct supervisor_message failed = {.word = SUPERVISOR_FAILED, .failure = s->failure};
    tell(s, &failed, -1);
    raw_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
    return 0;
}
