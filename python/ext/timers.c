/* SPDX-License-Identifier: MIT */
/** Timers that are read like files: timerfd. */
#include "door.h"

#include <sys/timerfd.h>

FUNCTION(timerfd_create, "clockid: int, /, *, flags: uint = 0") {
    int fd;
    UNLOCKED(fd = os_timerfd_create(INT(0), INT(1) | TFD_CLOEXEC));
    return fd < 0 ? door_error(NULL, NULL) : PyLong_FromLong(fd);
}

static PyObject *seconds_or_error(int r, const struct os_itimer *timer) {
    if (r == 0)
        return Py_BuildValue("(dd)", timer->next, timer->interval);
    if (errno != EOVERFLOW)
        return door_error(NULL, NULL);
    PyErr_SetString(PyExc_OverflowError, "timestamp out of range for platform time_t");
    return NULL;
}

static PyObject *nanoseconds_or_error(int r, const struct os_itimer_ns *timer) {
    if (r < 0)
        return door_error(NULL, NULL);
    return Py_BuildValue("(LL)", (long long)timer->next, (long long)timer->interval);
}

FUNCTION(timerfd_settime,
         "fd: fd, /, *, flags: int = 0, initial: double = 0.0, interval: double = 0.0") {
    struct os_itimer old;
    int r;
    UNLOCKED(r = os_timerfd_settime(INT(0), INT(1), v[2].real, v[3].real, &old));
    return seconds_or_error(r, &old);
}

FUNCTION(timerfd_settime_ns,
         "fd: fd, /, *, flags: int = 0, initial: int64 = 0, interval: int64 = 0") {
    struct os_itimer_ns old;
    int r;
    UNLOCKED(r = os_timerfd_settime_ns(INT(0), INT(1), LONG(2), LONG(3), &old));
    return nanoseconds_or_error(r, &old);
}

FUNCTION(timerfd_gettime, "fd: fd, /") {
    struct os_itimer timer;
    int r;
    UNLOCKED(r = os_timerfd_gettime(INT(0), &timer));
    return seconds_or_error(r, &timer);
}

FUNCTION(timerfd_gettime_ns, "fd: fd, /") {
    struct os_itimer_ns timer;
    int r;
    UNLOCKED(r = os_timerfd_gettime_ns(INT(0), &timer));
    return nanoseconds_or_error(r, &timer);
}
