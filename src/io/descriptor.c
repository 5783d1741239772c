/* SPDX-License-Identifier: MIT */
/** Descriptors as such: open, close, duplicate, inherit, block, pipes. */
#include <osier/descriptors.h>

#include "base/error.h"
#include "base/kernel.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

/* More than the kernel's default of fs.nr_open; counts only where /proc can't be read. */
#define MAX_DESCRIPTORS (1u << 20)

int os_open(const char *path, int flags, mode_t mode) {
    return PUBLIC(SYS(open, path, flags | O_CLOEXEC, mode), "open", path, NULL);
}

int os_openat(int dir_fd, const char *path, int flags, mode_t mode) {
    return PUBLIC(SYS(openat, dir_fd, path, flags | O_CLOEXEC, mode), "open", path, NULL);
}

int os_close(int fd) {
    return PUBLIC(seam_close(fd), "close", NULL, NULL);
}

int os_dup(int fd) {
    return PUBLIC(SYS(fcntl, fd, F_DUPFD_CLOEXEC, 0), "dup", NULL, NULL);
}

int os_dup2(int fd, int fd2, bool inheritable) {
    int r = inheritable ? SYS(dup2, fd, fd2) : SYS(dup3, fd, fd2, O_CLOEXEC);
    return PUBLIC(r, "dup2", NULL, NULL);
}

static int get_inheritable(int fd) {
    int flags = SYS(fcntl, fd, F_GETFD);
    return flags < 0 ? flags : !(flags & FD_CLOEXEC);
}

int os_get_inheritable(int fd) {
    return PUBLIC(get_inheritable(fd), "get_inheritable", NULL, NULL);
}

/* One ioctl(2) does it, except on O_PATH descriptors (EBADF) and under some security modules. */
static int set_inheritable(int fd, bool inheritable) {
    if (SYS(ioctl, fd, inheritable ? FIONCLEX : FIOCLEX, NULL) == 0)
        return 0;
    int flags = SYS(fcntl, fd, F_GETFD);
    if (flags < 0)
        return flags;
    return SYS(fcntl, fd, F_SETFD, inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC);
}

int os_set_inheritable(int fd, bool inheritable) {
    return PUBLIC(set_inheritable(fd, inheritable), "set_inheritable", NULL, NULL);
}

static int get_blocking(int fd) {
    int flags = SYS(fcntl, fd, F_GETFL);
    return flags < 0 ? flags : !(flags & O_NONBLOCK);
}

int os_get_blocking(int fd) {
    return PUBLIC(get_blocking(fd), "get_blocking", NULL, NULL);
}

int os_set_blocking(int fd, bool blocking) {
    int on = !blocking;
    return PUBLIC(SYS(ioctl, fd, FIONBIO, &on), "set_blocking", NULL, NULL);
}

int os_pipe(int ret_fds[2]) {
    return PUBLIC(SYS(pipe2, ret_fds, O_CLOEXEC), "pipe", NULL, NULL);
}

int os_pipe2(int flags, int ret_fds[2]) {
    return PUBLIC(SYS(pipe2, ret_fds, flags), "pipe2", NULL, NULL);
}

/* Without close_range(2) (before Linux 5.9, or forbidden) the open descriptors are ended one by
 * one. It takes no memory and no lock, so that it works between fork and exec. */

static void end_one(int fd, unsigned flags) {
    if (flags & CLOSE_RANGE_CLOEXEC)
        (void)set_inheritable(fd, false);
    else
        (void)seam_close(fd);
}

/* Ends those that /proc lists: 0, or −errno where it can't be read. */
static int end_listed(unsigned first, unsigned last, unsigned flags) {
    _Alignas(uint64_t) char buffer[1024];
    struct dir dir;
    struct dir_entry entry;
    int r;
    AUTO_CLOSE int fd = SYS(open, "/proc/self/fd", DIR_OPEN);
    if (fd < 0)
        return fd;
    dir_start(&dir, fd, buffer, sizeof buffer);
    while ((r = dir_read(&dir, &entry)) > 0) {
        unsigned number = (unsigned)procfile_number(entry.name);
        if (number >= first && number <= last && (int)number != fd)
            end_one((int)number, flags);
    }
    return r;
}

/* Ends every number there can be. The limit may be below a descriptor that was opened before. */
static void end_all(unsigned first, unsigned last, unsigned flags) {
    struct rlimit limit = {0, RLIM_INFINITY};
    (void)SYS(getrlimit, RLIMIT_NOFILE, &limit);
    if (limit.rlim_max != RLIM_INFINITY && last >= limit.rlim_max)
        last = (unsigned)limit.rlim_max;
    if (last >= MAX_DESCRIPTORS)
        last = MAX_DESCRIPTORS - 1;
    for (unsigned fd = first; fd <= last; fd++)
        end_one((int)fd, flags);
}

static int close_range_by_hand(unsigned first, unsigned last, unsigned flags) {
    if (first > last || flags & ~(CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE))
        return -EINVAL;
    int r = flags & CLOSE_RANGE_UNSHARE ? SYS(unshare, CLONE_FILES) : 0;
    if (r < 0)
        return r;
    if (end_listed(first, last, flags) < 0)
        end_all(first, last, flags);
    return 0;
}

/* EINVAL stands for CLOSE_RANGE_CLOEXEC on Linux 5.9 and 5.10. */
static int range(unsigned first, unsigned last, unsigned flags) {
    int r = SYS(kernel_close_range, first, last, flags);
    return r < 0 ? close_range_by_hand(first, last, flags) : 0;
}

int os_close_range(unsigned int first, unsigned int last, unsigned int flags) {
    return PUBLIC(range(first, last, flags), "close_range", NULL, NULL);
}

void os_closerange(int fd_low, int fd_high) {
    int saved = errno;
    if (fd_low < 0)
        fd_low = 0;
    if (fd_high > fd_low)
        (void)range((unsigned)fd_low, (unsigned)fd_high - 1, 0);
    errno = saved;
}
