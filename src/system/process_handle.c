/* SPDX-License-Identifier: MIT */
/** Handles of processes: what is read, signalled or waited for through one is one process.
 *
 *  The handle is a directory of /proc, which the kernel ties to the process and not to its number:
 *  after the end everything in it is ENOENT or ESRCH, whoever has the number by then.
 */
#include "system/process_handle.h"

#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "system/gather.h"
#include "system/machine.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
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
    *process = (struct os_process){.fd = fd, .pid = pid, .live = machine_is_live() == 0};
    return 0;
}

struct os_process *os_process_open(pid_t pid) {
    struct os_process *process = mem_alloc(sizeof *process);
    int r = process ? open_process(pid, process) : -ENOMEM;
    if (r < 0)
        free(process);
    return PUBLIC_POINTER(r, process, "process_open", NULL, NULL);
}

struct os_process *os_process_close(struct os_process *process) {
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
    int r = SYS(faccessat, process->fd, "stat", F_OK, 0);
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
        r = gather_process(&g, &reading, process->fd, ".");
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
    struct os_process_info *info = NULL;
    int r = read_info(process, fields, &info);
    return PUBLIC_POINTER(r, info, "process_read", NULL, NULL);
}

static int send_signal(const struct os_process *process, int sig) {
    if (!process->live)
        return -ENOTSUP;
    return SYS(kernel_pidfd_send_signal, process->fd, sig, NULL, 0);
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

/* 1: ended; 0: the time is over. */
static int wait_end(int fd, double timeout) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    bool forever = timeout < 0 || timeout > 1e9;
    int64_t deadline = forever ? -1 : now() + (int64_t)(timeout * 1e9);
    return SYS(poll_until, &wait, deadline);
}

/* As wait(2) puts it. */
static int wait_status(const siginfo_t *info) {
    if (info->si_code == CLD_EXITED)
        return info->si_status << 8;
    return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

static int collect(int fd, int *ret_status) {
    siginfo_t info = {.si_pid = 0};
    int r = SYS(waitid, (idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED);
    if (ret_status)
        *ret_status = r == 0 ? wait_status(&info) : -1;
    return r == -ECHILD || r == 0 ? 1 : r;
}

static int wait_process(const struct os_process *process, double timeout, int *ret_status) {
    if (!process->live)
        return -ENOTSUP;
    AUTO_CLOSE int fd = open_pidfd(process);
    if (fd == -ESRCH) {
        if (ret_status)
            *ret_status = -1;
        return 1;
    }
    int r = fd < 0 ? fd : wait_end(fd, timeout);
    return r > 0 ? collect(fd, ret_status) : r;
}

int os_process_wait(const struct os_process *process, double timeout, int *ret_status) {
    return PUBLIC(wait_process(process, timeout, ret_status), "process_wait", NULL, NULL);
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
