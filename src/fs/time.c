/* SPDX-License-Identifier: MIT */
/** The times of a file. */
#include "fs/time.h"

#include "base/error.h"
#include "base/seam.h"
#include <fcntl.h>
#include <osier/attributes.h>
#include <stdio.h>
#include <sys/stat.h>

#define NS_PER_SECOND INT64_C(1000000000)

/* Seconds are rounded down, so that the nanoseconds of a time before 1970 are positive too. */
static struct timespec timespec_of(int64_t ns) {
    if (ns == OS_TIME_NOW)
        return (struct timespec){.tv_nsec = UTIME_NOW};
    if (ns == OS_TIME_OMIT)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    int64_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0);
    return (struct timespec){.tv_sec = (time_t)seconds,
                             .tv_nsec = (long)(ns - seconds * NS_PER_SECOND)};
}

/* Kernels before 5.8 take no handle, but the name that /proc has for it. */
int time_set_handle(int fd, int64_t atime_ns, int64_t mtime_ns) {
    struct timespec times[2] = {timespec_of(atime_ns), timespec_of(mtime_ns)};
    int r = SYS(utimensat, fd, "", times, AT_EMPTY_PATH);
    if (r != -EINVAL)
        return r;
    char name[sizeof "/proc/self/fd/" + 3 * sizeof fd];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    return SYS(utimensat, AT_FDCWD, name, times, 0);
}

int os_utimeat(int dir_fd, const char *path, int64_t atime_ns, int64_t mtime_ns, int flags) {
    struct timespec times[2] = {timespec_of(atime_ns), timespec_of(mtime_ns)};
    int at_flags = flags & OS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : SYS(utimensat, dir_fd, path, times, at_flags);
    return PUBLIC(r, "utime", path, NULL);
}

int os_utime(const char *path, int64_t atime_ns, int64_t mtime_ns, int flags) {
    return os_utimeat(OS_CWD, path, atime_ns, mtime_ns, flags);
}

int os_utime_fd(int fd, int64_t atime_ns, int64_t mtime_ns) {
    struct timespec times[2] = {timespec_of(atime_ns), timespec_of(mtime_ns)};
    return PUBLIC(SYS(futimens, fd, times), "utime", NULL, NULL);
}
