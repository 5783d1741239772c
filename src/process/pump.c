/* SPDX-License-Identifier: MIT */
/** What goes on while a program runs: bytes in and out, its end, and how it is brought about. */
#include "process/child.h"

#include "base/kernel.h"
#include "base/seam.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

int64_t child_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

int64_t child_ns(double seconds) {
    const double most = 4e9; /* a century */
    return !(seconds > 0)   ? 0
           : seconds < most ? (int64_t)(seconds * 1e9)
                            : INT64_C(4000000000) * SECOND;
}

/* ------------------------------------------------------------------- its end */

/* struct pidfd_info as of Linux 6.13. */
struct pidfd_info {
    uint64_t mask, cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};
#define GET_INFO  _IOWR(0xFF, 11, struct pidfd_info)
#define INFO_EXIT 8u /* Linux 6.15 */

static void set_ended(struct os_child *c, int returncode) {
    c->ended = true;
    c->returncode = returncode;
    c->ended_at = child_now();
}

/* Somebody else has waited for it. A newer kernel knows its status still. */
static void ask_again(struct os_child *c) {
    struct pidfd_info info = {.mask = INFO_EXIT};
    if (c->pidfd >= 0 && ioctl(c->pidfd, GET_INFO, &info) == 0 && info.mask & INFO_EXIT) {
        set_ended(c, spawn_exitcode(info.exit_code));
        return;
    }
    c->lost = true;
    set_ended(c, 0);
}

static int reap(struct os_child *c) {
    enum { BY_PIDFD = 3 }; /* P_PIDFD */
    siginfo_t info = {0};
    int r = -EINVAL;
    if (c->pidfd >= 0)
        r = SYS(kernel_waitid, BY_PIDFD, c->pidfd, &info, WEXITED | WNOHANG | __WALL, &c->usage);
    if (r == -EINVAL) /* before Linux 5.4 */
        r = SYS(kernel_waitid, P_PID, c->pid, &info, WEXITED | WNOHANG | __WALL, &c->usage);
    if (r == -ECHILD)
        ask_again(c);
    else if (r >= 0 && info.si_pid)
        set_ended(c, info.si_code == CLD_EXITED ? info.si_status : -info.si_status);
    return r == -ECHILD ? 0 : r;
}

static int hear(struct os_child *c) {
    struct supervisor_message message;
    int r;
    while ((r = supervisor_hear(&c->supervisor, &message)) > 0) {
        if (message.word == SUPERVISOR_ENDED) {
            c->usage = message.usage;
            set_ended(c, spawn_exitcode(message.status));
        } else if (message.word == SUPERVISOR_DONE)
            c->left = message.left;
    }
    if (r == 0) { /* it has ended; if not by itself, the program's status is lost */
        c->empty = true;
        if (!c->ended) {
            c->lost = c->left == 0;
            set_ended(c, 0);
        }
    }
    return r == -EAGAIN || r == -ECONNRESET ? 0 : r;
}

bool child_done(const struct os_child *c) {
    return c->ended && (c->empty || c->tree == OS_RUN_NO_TREE);
}

int child_signal(struct os_child *c, int sig) {
    if (c->ended)
        return 0;
    int r = -ENOSYS;
    if (c->pidfd >= 0)
        r = SYS(kernel_pidfd_send_signal, c->pidfd, sig, NULL, 0);
    if (r == -ENOSYS || r == -EPERM)
        r = SYS(kill, c->pid, sig);
    return r == -ESRCH ? 0 : r;
}

int child_signal_tree(struct os_child *c, int sig) {
    if (c->empty)
        return 0;
    if (c->tree == OS_RUN_CGROUP)
        return sig == SIGKILL ? cgroup_kill(&c->cgroup) : cgroup_signal(&c->cgroup, sig);
    if (c->tree == OS_RUN_NO_TREE)
        return child_signal(c, sig);
    return supervisor_tell(&c->supervisor, sig, 0);
}

static int kill_all(struct os_child *c) {
    bool own = c->tree == OS_RUN_NO_TREE || c->tree == OS_RUN_CGROUP;
    int r = own ? child_signal_tree(c, SIGKILL) : supervisor_tell(&c->supervisor, 0, 0);
    c->killed = r >= 0;
    return r;
}

int child_begin_end(struct os_child *c, int64_t grace_ns) {
    if (c->killed || (c->ending && grace_ns > 0))
        return 0;
    c->ending = true;
    c->kill_at = grace_ns > 0 ? child_now() + grace_ns : 0;
    if (grace_ns <= 0)
        return kill_all(c);
    if (c->tree != OS_RUN_NO_TREE && c->tree != OS_RUN_CGROUP)
        return supervisor_tell(&c->supervisor, 0, grace_ns);
    int r = child_signal_tree(c, SIGTERM);
    if (r >= 0)
        r = child_signal_tree(c, SIGCONT); /* those that are stopped get it, too */
    return r;
}

/* What is left in the cgroup when the program has ended. */
static int look_at_rest(struct os_child *c) {
    int r = cgroup_populated(&c->cgroup);
    c->empty = r == 0;
    return r <= 0 ? r : child_begin_end(c, c->grace_ns);
}

int child_look(struct os_child *c) {
    int r = 0;
    if (c->supervised)
        return c->empty ? 0 : hear(c);
    if (!c->ended)
        r = reap(c);
    if (r >= 0 && c->ended && !c->empty && c->tree == OS_RUN_CGROUP)
        r = look_at_rest(c);
    return r;
}

/* ------------------------------------------------------------------- bytes */

/* write(2) without SIGPIPE. */
static ssize_t write_quietly(int fd, const void *data, size_t size) {
    sigset_t pipe_signal, pending, old;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &old);
    ssize_t r = SYS(write, fd, data, size);
    if (r == -EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&pipe_signal, NULL, &(struct timespec){0}) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return r;
}

/* Sends what there is room for. A program that doesn't read all of it is none of our business. */
static int feed(struct os_child *c) {
    ssize_t r = write_quietly(c->in, c->input, c->input_left);
    if (r > 0) {
        c->input += r;
        c->input_left -= (size_t)r;
    }
    bool refused = r == -EPIPE || r == -ECONNRESET;
    if (refused && c->input_ends)
        c->input_left = 0;
    if (!c->input_left && c->input_ends)
        seam_close_quietly(TAKE_FD(c->in));
    return r >= 0 || r == -EAGAIN || (refused && c->input_ends) ? 0 : (int)r;
}

/* How much may still be kept. */
static size_t room_for(const struct os_child *c, const struct capture *capture) {
    size_t kept = capture->text.size - capture->given;
    return kept < c->capture_limit ? c->capture_limit - kept : 0;
}

/* Beyond the limit. */
static int overflow(struct os_child *c, struct capture *capture) {
    char scratch[65536];
    ssize_t got = SYS(read, capture->fd, scratch, sizeof scratch);
    if (got > 0 && c->over_limit == OS_RUN_COUNT)
        capture->total += (uint64_t)got;
    if (got > 0 && c->over_limit == OS_RUN_ERROR)
        c->over = true;
    if (got == 0)
        seam_close_quietly(TAKE_FD(capture->fd));
    return got < 0 ? (int)got : 0;
}

enum { LEAST = 4096, MOST = 1 << 20, FULL = 65536 };

/* Brings in memory for what comes next. Pages that come many at once take half the time of those
 * that read(2) falls on one by one, which is most of what much output costs. Linux 5.14; where it is
 * not to be had, read(2) does it. */
static void bring_in(struct capture *capture) {
    enum { POPULATE_WRITE = 23 }; /* MADV_POPULATE_WRITE */
    const struct str *text = &capture->text;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t from = capture->present > text->size ? capture->present : text->size;
    size_t end = text->room < text->size + MOST ? text->room : text->size + MOST;
    uintptr_t start = (uintptr_t)(text->data + from) & ~(page - 1);
    if (from + FULL > end)
        return;
    capture->present = end;
    madvise((void *)start, (uintptr_t)(text->data + end) - start, POPULATE_WRITE);
}

static int take(struct os_child *c, struct capture *capture) {
    struct str *text = &capture->text;
    size_t room = room_for(c, capture);
    if (!room)
        return overflow(c, capture);
    size_t wanted = text->size < LEAST ? LEAST : text->size < MOST ? text->size : MOST;
    if (str_reserve(text, wanted) < 0)
        return -ENOMEM;
    if (text->size >= MOST)
        bring_in(capture);
    size_t most = text->room - text->size - 1;
    ssize_t got = SYS(read, capture->fd, text->data + text->size, most < room ? most : room);
    if (got < 0)
        return (int)got;
    text->size += (size_t)got;
    text->data[text->size] = '\0';
    capture->total += (uint64_t)got;
    if (got == 0)
        seam_close_quietly(TAKE_FD(capture->fd));
    if (text->size >= FULL && !capture->enlarged && capture->fd >= 0) {
        capture->enlarged = true; /* fewer turns; as much as the user may have */
        fcntl(capture->fd, F_SETPIPE_SZ, MOST);
    }
    return 0;
}

/* ------------------------------------------------------------------- one step */

enum { END, REST, INPUT, OUTPUT, ERRORS, EVENTS };

static void ask_for(struct os_child *c, struct pollfd events[EVENTS]) {
    bool waits = c->supervised ? !c->empty : !c->ended;
    bool rest = c->ended && !c->empty && c->tree == OS_RUN_CGROUP;
    int end = !waits ? -1 : c->supervised ? c->supervisor.control : c->pidfd;
    events[END] = (struct pollfd){.fd = end, .events = POLLIN};
    events[REST] = (struct pollfd){.fd = rest ? c->cgroup.events : -1, .events = POLLPRI};
    events[INPUT] = (struct pollfd){.fd = c->input_left ? c->in : -1, .events = POLLOUT};
    events[OUTPUT] = (struct pollfd){.fd = c->out.fd, .events = POLLIN};
    events[ERRORS] = (struct pollfd){.fd = c->err.fd, .events = POLLIN};
}

static int answer(struct os_child *c, const struct pollfd events[EVENTS]) {
    int r = 0;
    if (events[INPUT].revents)
        r = feed(c);
    if (r >= 0 && events[OUTPUT].revents)
        r = take(c, &c->out);
    if (r >= 0 && events[ERRORS].revents)
        r = take(c, &c->err);
    bool blind = !c->ended && !c->supervised && c->pidfd < 0;
    if (r >= 0 && (events[END].revents || events[REST].revents || blind))
        r = child_look(c);
    return r;
}

static int poll_once(struct pollfd events[EVENTS], int64_t until) {
    int64_t ns = until == NEVER ? 0 : until - child_now();
    struct timespec limit = {.tv_sec = ns > 0 ? (time_t)(ns / SECOND) : 0,
                             .tv_nsec = ns > 0 ? (long)(ns % SECOND) : 0};
    return ppoll(events, EVENTS, until == NEVER ? NULL : &limit, NULL);
}

/* Here alone a thread may be cancelled. */
static int poll_events(const struct os_child *c, struct pollfd events[EVENTS], int64_t until) {
    pthread_setcancelstate(c->cancel_state, NULL);
    int r = SYS(poll_once, events, until);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    return r;
}

/* Nobody else sends SIGKILL when the grace is over. */
static bool kills(const struct os_child *c) {
    bool own = c->tree == OS_RUN_NO_TREE || c->tree == OS_RUN_CGROUP;
    return own && c->ending && !c->killed;
}

/* As poll_events() and child_look() in one. */
static int wait_for_end(struct os_child *c) {
    int status;
    pthread_setcancelstate(c->cancel_state, NULL);
    pid_t r = SYS(wait4, c->pid, &status, __WALL, &c->usage);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    if (r >= 0)
        set_ended(c, spawn_exitcode(status));
    else if (r == -ECHILD)
        ask_again(c);
    return r < 0 && r != -ECHILD ? (int)r : 1;
}

int child_step(struct os_child *c, int64_t until) {
    const int64_t blink = 2000000; /* between two looks, without a descriptor to wait for */
    struct pollfd events[EVENTS];
    int r = 0;
    if (kills(c) && child_now() >= c->kill_at)
        r = kill_all(c);
    if (r < 0)
        return r;
    if (c->by_number && !c->ended && until == NEVER && !kills(c))
        return wait_for_end(c);
    int64_t wake = until;
    if (kills(c) && c->kill_at < wake)
        wake = c->kill_at;
    bool blind = !c->ended && !c->supervised && c->pidfd < 0;
    if (blind && child_now() + blink < wake)
        wake = child_now() + blink;
    ask_for(c, events);
    r = poll_events(c, events, wake);
    if (r >= 0)
        r = answer(c, events);
    return r < 0 ? r : until == NEVER || child_now() < until;
}

/* ------------------------------------------------------------------- the end */

void child_close(struct os_child *c) {
    seam_close_quietly(TAKE_FD(c->in));
    seam_close_quietly(TAKE_FD(c->out.fd));
    seam_close_quietly(TAKE_FD(c->err.fd));
    seam_close_quietly(TAKE_FD(c->pidfd));
    if (c->supervised)
        supervisor_free(&c->supervisor);
    cgroup_remove(&c->cgroup);
    str_free(&c->out.text);
    str_free(&c->err.text);
}

/* What fails here can't be told to anybody. */
void child_end(struct os_child *c) {
    enum { ENOUGH = 10 };
    int saved = errno;
    c->cancel_state = PTHREAD_CANCEL_DISABLE;
    child_look(c);
    if (!child_done(c))
        child_begin_end(c, c->ending ? 0 : c->grace_ns);
    c->input_left = 0;
    c->capture_limit = 0; /* what it still prints is read, but not kept */
    c->over_limit = OS_RUN_DROP;
    for (int failures = 0; !child_done(c) && failures < ENOUGH;) {
        int r = child_step(c, NEVER);
        if (r < 0 && r != -EINTR) {
            failures++;
            child_begin_end(c, 0);
        }
    }
    child_close(c);
    errno = saved;
}

static double seconds(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static int move_text(struct capture *capture, char **ret_text, size_t *ret_size) {
    struct str *text = &capture->text;
    if (!capture->wanted)
        return 0;
    size_t size = text->size - capture->given;
    if (capture->given)
        memmove(text->data, text->data + capture->given, size);
    str_truncate(text, size);
    capture->given = 0;
    int r = str_take(text, ret_text);
    if (r >= 0)
        *ret_size = size;
    return r;
}

int child_result(struct os_child *c, struct os_run_result *ret) {
    *ret = (struct os_run_result){
        .returncode = c->returncode,
        .out_total = c->out.total,
        .err_total = c->err.total,
        .wall = (double)(c->ended_at - c->started_at) / 1e9,
        .user = seconds(c->usage.ru_utime),
        .system = seconds(c->usage.ru_stime),
        .peak_memory = (int64_t)c->usage.ru_maxrss * 1024,
        .limited = c->over,
        .left = c->left,
    };
    int r = move_text(&c->out, &ret->out, &ret->out_size);
    return r < 0 ? r : move_text(&c->err, &ret->err, &ret->err_size);
}
