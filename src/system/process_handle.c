/* SPDX-License-Identifier: MIT */
/** Handles of processes: what is read, signalled or waited for through one is one process.
 *
 *  The handle is a directory of /proc, which the kernel ties to the process and not to its number:
 *  after the end everything in it is ENOENT or ESRCH, whoever has the number by then.
 */
#include "system/process_handle.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "system/gather.h"
#include "system/machine.h"
#include "system/process_stat.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int open_process(pid_t pid, struct os_process *process) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    int fd = pid > 0 ? machine_open(path, O_RDONLY | O_DIRECTORY) : -ESRCH;
    if (fd < 0)
        return fd == -ENOENT ? -ESRCH : fd;
    *process = (struct os_process){
        .fd = fd, .pid = pid, .live = machine_is_live() == 0, .numbered = machine_proc_is_own()};
    return 0;
}

struct os_process *os_process_open(pid_t pid) {
    UNCANCELLED;
    struct os_process *process = mem_alloc(sizeof *process);
    int r = process ? open_process(pid, process) : -ENOMEM;
    if (r < 0)
        free(process);
    return PUBLIC_POINTER(r, process, "process_open", NULL, NULL);
}

struct os_process *os_process_close(struct os_process *process) {
    UNCANCELLED;
    int saved = errno;
    if (process)
        seam_close_quietly(process->fd);
    free(process);
    errno = saved;
    return NULL;
}

int os_process_fileno(const struct os_process *process) {
    return process->fd;
}

int process_is_there(const struct os_process *process) {
    int r = SYS(kernel_faccessat, process->fd, "stat", F_OK);
    return r == -ENOENT ? -ESRCH : r;
}

int process_gone(const struct os_process *process, int r) {
    return r == -ENOENT && process_is_there(process) == -ESRCH ? -ESRCH : r;
}

bool os_process_is_running(const struct os_process *process) {
    return process_is_there(process) == 0;
}

static int read_info(const struct os_process *process, unsigned fields,
                     struct os_process_info **ret_info) {
    struct reading reading;
    struct gather g = {.items = NULL};
    size_t count;
    int r = reading_init(&reading, fields);
    if (r == 0)
        r = gather_process(&g, &reading, process->fd, ".", NULL);
    if (r == 0)
        r = g.hidden ? g.refusal : -ESRCH;
    if (r > 0 && reading.fields & OS_PROCESS_USERNAME)
        r = gather_users(&g, 1);
    if (r >= 0)
        return gather_take(&g, 1, ret_info, &count);
    gather_free(&g);
    return r;
}

struct os_process_info *os_process_read(const struct os_process *process, unsigned fields) {
    UNCANCELLED;
    struct os_process_info *info = NULL;
    int r = read_info(process, fields, &info);
    return PUBLIC_POINTER(r, info, "process_read", NULL, NULL);
}

static int read_details(pid_t pid, unsigned fields, struct os_process_info **ret_info) {
    struct os_process process;
    int r = open_process(pid, &process);
    if (r < 0)
        return r;
    r = read_info(&process, fields, ret_info);
    cleanup_close(&process.fd);
    return r;
}

struct os_process_info *os_process_details(pid_t pid, unsigned fields) {
    UNCANCELLED;
    struct os_process_info *info = NULL;
    int r = read_details(pid, fields, &info);
    return PUBLIC_POINTER(r, info, "process_details", NULL, NULL);
}

/* What the kernel hasn't, or a filter takes away: whoever is refused for a better reason is refused
 * by the call that stands in, too. */
static bool is_missing(int r) {
    return r == -ENOSYS || r == -EPERM;
}

/* The number is looked at right before it is used: nothing better is left. */
static int signal_number(const struct os_process *process, int sig) {
    int r = process_is_there(process);
    return r < 0 ? r : SYS(kill, process->pid, sig);
}

static int send_signal(const struct os_process *process, int sig) {
    if (!process->live)
        return -ENOTSUP;
    int r = SYS(kernel_pidfd_send_signal, process->fd, sig, NULL, 0);
    return is_missing(r) && process->numbered ? signal_number(process, sig) : r;
}

int os_process_send_signal(const struct os_process *process, int sig) {
    return PUBLIC(send_signal(process, sig), "process_send_signal", NULL, NULL);
}

/* A descriptor to wait with. It is of this process if this one is still there after it was opened:
 * its number could not be another's until then. */
static int open_pidfd(const struct os_process *process) {
    AUTO_CLOSE int fd = SYS(kernel_pidfd_open, process->pid, 0);
    if (fd < 0)
        return fd;
    int r = process_is_there(process);
    return r < 0 ? r : TAKE_FD(fd);
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int poll_until(struct pollfd *wait, int64_t deadline) {
    int64_t left = deadline - now();
    struct timespec t = {.tv_sec = left > 0 ? left / 1000000000 : 0,
                         .tv_nsec = left > 0 ? left % 1000000000 : 0};
    return ppoll(wait, 1, deadline < 0 ? NULL : &t, NULL);
}

/* When to stop waiting; −1: never. */
static int64_t deadline_of(double timeout) {
    bool forever = timeout < 0 || timeout > 1e9;
    return forever ? -1 : now() + (int64_t)(timeout * 1e9);
}

struct waiting {
    struct pollfd end;
    int64_t deadline;
};

static ssize_t do_wait(void *data) {
    struct waiting *waiting = data;
    return SYS(poll_until, &waiting->end, waiting->deadline);
}

/* 1: ended; 0: the time is over. The thread may be cancelled meanwhile. */
static int wait_end(int fd, int64_t deadline, const struct cancel *cancel) {
    struct waiting waiting = {{.fd = fd, .events = POLLIN}, deadline};
    return (int)cancel_run(do_wait, &waiting, cancel);
}

/* As wait(2) puts it. */
static int wait_status(const siginfo_t *info) {
    if (info->si_code == CLD_EXITED)
        return info->si_status << 8;
    return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

/* 1: it was collected, or is no child; 0: it is a child that has not ended. */
static int collect(idtype_t type, pid_t id, int options, int *ret_status) {
    siginfo_t info = {.si_pid = 0};
    int r = SYS(waitid, type, (id_t)id, &info, WEXITED | options);
    if (r == 0 && !info.si_pid)
        return 0;
    *ret_status = r == 0 ? wait_status(&info) : -1;
    return r == -ECHILD || r == 0 ? 1 : r;
}

/* A process that is gone, or that its parent has yet to collect. */
static bool is_dead(const struct os_process *process) {
    char text[4096];
    struct process_stat stat;
    ssize_t size = machine_read_at(process->fd, "stat", text, sizeof text);
    return size <= 0 || (stat_parse(text, (size_t)size, &stat) && strchr("ZX", stat.status));
}

static int look_for_end(const struct os_process *process, int *ret_status) {
    if (process_is_there(process) < 0)
        return 1;
    int r = process->numbered ? collect(P_PID, process->pid, WNOHANG, ret_status) : 1;
    return r == 1 && *ret_status < 0 ? is_dead(process) : r;
}

/* Without a descriptor to wait with: looks, and looks again. */
static int wait_by_looking(const struct os_process *process, int64_t deadline,
                           const struct cancel *cancel, int *ret_status) {
    enum { FIRST_NS = 500000, LAST_NS = 40000000 };
    int64_t pause = FIRST_NS;
    int r;
    while ((r = look_for_end(process, ret_status)) == 0) {
        int64_t wake = now() + pause;
        if (deadline >= 0 && now() >= deadline)
            break;
        r = wait_end(-1, deadline >= 0 && deadline < wake ? deadline : wake, cancel);
        if (r < 0)
            break;
        pause = pause * 2 < LAST_NS ? pause * 2 : LAST_NS;
    }
    return r;
}

static void close_pidfd(void *fd) {
    cleanup_close(fd);
}

static int wait_process(const struct os_process *process, double timeout, int cancel_state,
                        int *ret_status) {
    if (!process->live)
        return -ENOTSUP;
    int64_t deadline = deadline_of(timeout);
    AUTO_CLOSE int fd = process->numbered ? open_pidfd(process) : -ENOSYS;
    const struct cancel cancel = {close_pidfd, &fd, cancel_state};
    if (fd == -ESRCH)
        return 1;
    if (is_missing(fd))
        return wait_by_looking(process, deadline, &cancel, ret_status);
    int r = fd < 0 ? fd : wait_end(fd, deadline, &cancel);
    return r > 0 ? collect((idtype_t)P_PIDFD, fd, 0, ret_status) : r;
}

int os_process_wait(const struct os_process *process, double timeout, int *ret_status) {
    UNCANCELLED;
    int status = -1;
    int r = wait_process(process, timeout, CANCEL_STATE, &status);
    if (r > 0 && ret_status)
        *ret_status = status;
    return PUBLIC(r, "process_wait", NULL, NULL);
}

double os_process_cpu_percent(const struct os_process_info *before,
                              const struct os_process_info *now_, int64_t elapsed) {
    const struct os_process_times *a = &before->cpu_times, *b = &now_->cpu_times;
    if (before->pid != now_->pid || before->start_ticks != now_->start_ticks ||
        elapsed < machine_tick())
        return __builtin_nan("");
    int64_t used = b->user + b->system - a->user - a->system;
    return used > 0 ? 100.0 * (double)used / (double)elapsed : 0;
}
