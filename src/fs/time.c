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
struct timespec time_from_ns(int64_t ns) {
    if (ns == OS_TIME_NOW)
        return (struct timespec){.tv_nsec = UTIME_NOW};
    if (ns == OS_TIME_OMIT)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    int64_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0);
    return (struct timespec){.tv_sec = (time_t)seconds,
                             .tv_nsec = (long)(ns - seconds * NS_PER_SECOND)};
}

static int from_exact(struct os_time exact, struct timespec *ret_time) {
    int64_t ns = exact.nanoseconds;
    if ((ns < 0 || ns >= NS_PER_SECOND) && ns != UTIME_NOW && ns != UTIME_OMIT)
        return -EINVAL;
    *ret_time = (struct timespec){.tv_sec = (time_t)exact.seconds, .tv_nsec = (long)ns};
    return ret_time->tv_sec == exact.seconds ? 0 : -EOVERFLOW;
}

int time_from_exact(const struct os_time times[2], struct timespec ret_times[2]) {
    static const struct os_time now[2] = {{.nanoseconds = UTIME_NOW}, {.nanoseconds = UTIME_NOW}};
    if (!times)
        times = now;
    int r = from_exact(times[0], &ret_times[0]);
    return r < 0 ? r : from_exact(times[1], &ret_times[1]);
}

/* Kernels before 5.8 take no handle, but the name that /proc has for it. */
int time_set_handle(int fd, const struct timespec times[2]) {
    int r = SYS(utimensat, fd, "", times, AT_EMPTY_PATH);
    if (r != -EINVAL)
        return r;
    char name[sizeof "/proc/self/fd/" + 3 * sizeof fd];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    return SYS(utimensat, AT_FDCWD, name, times, 0);
}

static int set_times(int dir_fd, const char *path, const struct timespec times[2], int flags) {
    if (flags & ~OS_NOFOLLOW)
        return -EINVAL;
    if (!path)
        return SYS(futimens, dir_fd, times);
    return SYS(utimensat, dir_fd, path, times, flags & OS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0);
}

int os_utimensat(int dir_fd, const char *path, const struct os_time times[2], int flags) {
    struct timespec exact[2];
    int r = time_from_exact(times, exact);
    return PUBLIC(r < 0 ? r : set_times(dir_fd, path, exact, flags), "utime", path, NULL);
}

int os_utimeat(int dir_fd, const char *path, int64_t atime_ns, int64_t mtime_ns, int flags) {
    struct timespec times[2] = {time_from_ns(atime_ns), time_from_ns(mtime_ns)};
    return PUBLIC(set_times(dir_fd, path, times, flags), "utime", path, NULL);
}

int os_utime(const char *path, int64_t atime_ns, int64_t mtime_ns, int flags) {
    return os_utimeat(OS_CWD, path, atime_ns, mtime_ns, flags);
}

int os_utime_fd(int fd, int64_t atime_ns, int64_t mtime_ns) {
    struct timespec times[2] = {time_from_ns(atime_ns), time_from_ns(mtime_ns)};
    return PUBLIC(set_times(fd, NULL, times, 0), "utime", NULL, NULL);
}
