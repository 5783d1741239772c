/* SPDX-License-Identifier: MIT */
/** Descriptors that are no files: event counters, timers, memory. */
#include <osier/events.h>

#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000 /* in nanoseconds */

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif

int os_eventfd(unsigned int initval, int flags) {
    return PUBLIC(SYS(eventfd, initval, flags), "eventfd", NULL, NULL);
}

/* What another kind of descriptor may answer, a few bytes, is no count. */
static int whole(ssize_t r) {
    return r < 0 ? (int)r : r == sizeof(uint64_t) ? 0 : -EINVAL;
}

static int read_counter(int fd, uint64_t *ret_value) {
    uint64_t value;
    int r = whole(SYS(read, fd, &value, sizeof value));
    if (r == 0)
        *ret_value = value;
    return r;
}

int os_eventfd_read(int fd, uint64_t *ret_value) {
    return PUBLIC(read_counter(fd, ret_value), "eventfd_read", NULL, NULL);
}

int os_eventfd_write(int fd, uint64_t value) {
    return PUBLIC(whole(SYS(write, fd, &value, sizeof value)), "eventfd_write", NULL, NULL);
}

int os_timerfd_create(int clockid, int flags) {
    return PUBLIC(SYS(timerfd_create, clockid, flags), "timerfd_create", NULL, NULL);
}

/* Of a negative time either part is negative, and the kernel refuses both. */
static struct timespec to_timespec(int64_t ns) {
    return (struct timespec){.tv_sec = (time_t)(ns / SECOND), .tv_nsec = (long)(ns % SECOND)};
}

static int64_t from_timespec(struct timespec t) {
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static struct os_itimer_ns from_itimerspec(const struct itimerspec *t) {
    return (struct os_itimer_ns){from_timespec(t->it_value), from_timespec(t->it_interval)};
}

static int set_timer(int fd, int flags, int64_t initial, int64_t interval,
                     struct os_itimer_ns *ret_old) {
    struct itimerspec new = {to_timespec(interval), to_timespec(initial)}, old = {0};
    int r = SYS(timerfd_settime, fd, flags, &new, &old);
    if (r == 0 && ret_old)
        *ret_old = from_itimerspec(&old);
    return r;
}

static int get_timer(int fd, struct os_itimer_ns *ret_timer) {
    struct itimerspec timer = {0};
    int r = SYS(timerfd_gettime, fd, &timer);
    if (r == 0)
        *ret_timer = from_itimerspec(&timer);
    return r;
}

int os_timerfd_settime_ns(int fd, int flags, int64_t initial, int64_t interval,
                          struct os_itimer_ns *ret_old) {
    return PUBLIC(set_timer(fd, flags, initial, interval, ret_old), "timerfd_settime_ns", NULL,
                  NULL);
}

int os_timerfd_gettime_ns(int fd, struct os_itimer_ns *ret_timer) {
    return PUBLIC(get_timer(fd, ret_timer), "timerfd_gettime_ns", NULL, NULL);
}

/* Rounds down, as Python does. False for what is no number or has no room. */
static bool to_ns(double seconds, int64_t *ret) {
    double ns = seconds * SECOND;
    if (!(ns >= -0x1p63 && ns < 0x1p63))
        return false;
    int64_t whole_ns = (int64_t)ns;
    *ret = whole_ns - ((double)whole_ns > ns);
    return true;
}

/* A whole number of seconds is exact, however large. */
static double to_seconds(int64_t ns) {
    return ns % SECOND ? (double)ns / SECOND : (double)(ns / SECOND);
}

static struct os_itimer in_seconds(struct os_itimer_ns timer) {
    return (struct os_itimer){to_seconds(timer.next), to_seconds(timer.interval)};
}

int os_timerfd_settime(int fd, int flags, double initial, double interval,
                       struct os_itimer *ret_old) {
    int64_t initial_ns, interval_ns;
    struct os_itimer_ns old;
    if (!to_ns(initial, &initial_ns) || !to_ns(interval, &interval_ns))
        return (int)error_fail_message(-EOVERFLOW, "timerfd_settime",
                                       "OverflowError: timestamp out of range for platform time_t");
    int r = set_timer(fd, flags, initial_ns, interval_ns, &old);
    if (r == 0 && ret_old)
        *ret_old = in_seconds(old);
    return PUBLIC(r, "timerfd_settime", NULL, NULL);
}

int os_timerfd_gettime(int fd, struct os_itimer *ret_timer) {
    struct os_itimer_ns timer;
    int r = get_timer(fd, &timer);
    if (r == 0)
        *ret_timer = in_seconds(timer);
    return PUBLIC(r, "timerfd_gettime", NULL, NULL);
}

int os_memfd_create(const char *name, unsigned int flags) {
    return PUBLIC(SYS(kernel_memfd_create, name, flags), "memfd_create", NULL, NULL);
}

int os_memfd_add_seals(int fd, int seals) {
    return PUBLIC(SYS(fcntl, fd, F_ADD_SEALS, seals), "memfd_add_seals", NULL, NULL);
}

int os_memfd_get_seals(int fd) {
    return PUBLIC(SYS(fcntl, fd, F_GET_SEALS), "memfd_get_seals", NULL, NULL);
}
