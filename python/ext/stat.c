/* SPDX-License-Identifier: MIT */
/** What files are: stat and its like, access, and the numbers of devices. */
#include "door.h"

#include <math.h>

/* ------------------------------------------------------------------- stat_result */

/* A time in both forms that stat_result has: whole seconds, seconds, nanoseconds. */
static void set_time(PyObject *result, int whole, int seconds, int ns, int64_t time) {
    int64_t second = time / 1000000000, rest = time % 1000000000;
    if (rest < 0)
        second--, rest += 1000000000;
    PyStructSequence_SET_ITEM(result, whole, PyLong_FromLongLong(second));
    PyStructSequence_SET_ITEM(result, seconds,
                              PyFloat_FromDouble((double)second + 1e-9 * (double)rest));
    PyStructSequence_SET_ITEM(result, ns, PyLong_FromLongLong(time));
}

static PyObject *from_id(uint32_t id) {
    return id == UINT32_MAX ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(id);
}

PyObject *door_stat(PyObject *module, const struct os_stat_result *st) {
    PyObject *result = PyStructSequence_New(STATE(module)->stat_result);
    if (!result)
        return NULL;
    PyStructSequence_SET_ITEM(result, 0, PyLong_FromUnsignedLong(st->st_mode));
    PyStructSequence_SET_ITEM(result, 1, PyLong_FromUnsignedLongLong(st->st_ino));
    PyStructSequence_SET_ITEM(result, 2, PyLong_FromUnsignedLongLong(st->st_dev));
    PyStructSequence_SET_ITEM(result, 3, PyLong_FromUnsignedLongLong(st->st_nlink));
    PyStructSequence_SET_ITEM(result, 4, from_id(st->st_uid));
    PyStructSequence_SET_ITEM(result, 5, from_id(st->st_gid));
    PyStructSequence_SET_ITEM(result, 6, PyLong_FromLongLong(st->st_size));
    set_time(result, 7, 10, 13, st->st_atime_ns);
    set_time(result, 8, 11, 14, st->st_mtime_ns);
    set_time(result, 9, 12, 15, st->st_ctime_ns);
    PyStructSequence_SET_ITEM(result, 16, PyLong_FromUnsignedLong(st->st_blksize));
    PyStructSequence_SET_ITEM(result, 17, PyLong_FromLongLong(st->st_blocks));
    PyStructSequence_SET_ITEM(result, 18, PyLong_FromUnsignedLongLong(st->st_rdev));
    if (PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

/* ------------------------------------------------------------------- stat */

int door_check_fd(const char *function, const struct value *path, int64_t dir_fd, bool follow) {
    if (path->text || path->object == Py_None)
        return 0;
    if (dir_fd != OS_CWD)
        PyErr_Format(PyExc_ValueError, "%s: can't specify dir_fd without matching path", function);
    else if (!follow)
        PyErr_Format(PyExc_ValueError, "%s: cannot use fd and follow_symlinks together", function);
    else
        return 0;
    return -1;
}

FUNCTION(stat, "path: path|fd, *, dir_fd: dir_fd = None, follow_symlinks: bool = True",
         "Perform a stat system call on the given path.") {
    if (door_check_fd("stat", ARG(0), LONG(1), LONG(2)) < 0)
        return NULL;
    struct os_stat_result st;
    int r;
    if (TEXT(0))
        UNLOCKED(r = os_statat(INT(1), TEXT(0), &st, LONG(2) ? 0 : OS_NOFOLLOW));
    else
        UNLOCKED(r = os_fstat(INT(0), &st));
    return r < 0 ? door_error(ARG(0), NULL) : door_stat(module, &st);
}

FUNCTION(lstat, "path: path, *, dir_fd: dir_fd = None",
         "Perform a stat system call on the given path, without following symbolic links.") {
    struct os_stat_result st;
    int r;
    UNLOCKED(r = os_statat(INT(1), TEXT(0), &st, OS_NOFOLLOW));
    return r < 0 ? door_error(ARG(0), NULL) : door_stat(module, &st);
}

FUNCTION(fstat, "fd: int", "Perform a stat system call on the given file descriptor.") {
    struct os_stat_result st;
    int r;
    UNLOCKED(r = os_fstat(INT(0), &st));
    return r < 0 ? door_error(NULL, NULL) : door_stat(module, &st);
}

FUNCTION(access,
         "path: path, mode: int, *, dir_fd: dir_fd = None, effective_ids: bool = False, "
         "follow_symlinks: bool = True",
         "Use the real uid/gid to test for access to a path.") {
    int flags = (LONG(3) ? OS_EFFECTIVE_IDS : 0) | (LONG(4) ? 0 : OS_NOFOLLOW), r;
    UNLOCKED(r = os_accessat(INT(2), TEXT(0), INT(1), flags));
    if (r < 0 && errno == EINTR && PyErr_Occurred())
        return NULL;
    return Py_NewRef(r == 0 ? Py_True : Py_False);
}

/* ------------------------------------------------------------------- file systems */

static PyObject *statvfs_result(PyObject *module, const struct os_statvfs_result *st) {
    const uint64_t values[] = {st->f_bsize,  st->f_frsize,  st->f_blocks, st->f_bfree,
                               st->f_bavail, st->f_files,   st->f_ffree,  st->f_favail,
                               st->f_flag,   st->f_namemax, st->f_fsid};
    PyObject *result = PyStructSequence_New(STATE(module)->statvfs_result);
    for (int i = 0; result && i < 11; i++)
        PyStructSequence_SET_ITEM(result, i, PyLong_FromUnsignedLongLong(values[i]));
    if (PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

FUNCTION(statvfs, "path: path|fd", "Perform a statvfs system call on the given path.") {
    struct os_statvfs_result st;
    int r;
    UNLOCKED(r = TEXT(0) ? os_statvfs(TEXT(0), &st) : os_fstatvfs(INT(0), &st));
    return r < 0 ? door_error(ARG(0), NULL) : statvfs_result(module, &st);
}

FUNCTION(fstatvfs, "fd: int, /", "Perform an fstatvfs system call on the given fd.") {
    struct os_statvfs_result st;
    int r;
    UNLOCKED(r = os_fstatvfs(INT(0), &st));
    return r < 0 ? door_error(NULL, NULL) : statvfs_result(module, &st);
}

/* ------------------------------------------------------------------- devices */

/* The numbers of a device have no sign; but those of no device are −1 from Python 3.13 on. */
static PyObject *device_part(int64_t device, unsigned part) {
    if (device == -1 && PY_VERSION_HEX >= 0x030D0000)
        return PyLong_FromLong(-1);
    return PyLong_FromUnsignedLong(part);
}

FUNCTION(major, "device: device, /", "Extracts a device major number from a raw device number.") {
    return device_part(LONG(0), os_major((uint64_t)LONG(0)));
}

FUNCTION(minor, "device: device, /", "Extracts a device minor number from a raw device number.") {
    return device_part(LONG(0), os_minor((uint64_t)LONG(0)));
}

FUNCTION(makedev, "major: device part, minor: device part, /",
         "Composes a raw device number from the major and minor device numbers.") {
    uint64_t device = os_makedev((uint32_t)LONG(0), (uint32_t)LONG(1));
    if (device == UINT64_MAX || PY_VERSION_HEX < 0x030D0000)
        return PyLong_FromLongLong((int64_t)device);
    return PyLong_FromUnsignedLongLong(device);
}

/* ------------------------------------------------------------------- times */

static int out_of_range(void) {
    PyErr_SetString(PyExc_OverflowError, "timestamp out of range for platform time_t");
    return -1;
}

/* Seconds as a float, rounded down to nanoseconds as Python rounds them. */
static int from_double(double seconds, int64_t *ret_time) {
    if (isnan(seconds))
        return PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)"), -1;
    double whole, rest = floor(modf(seconds, &whole) * 1e9);
    if (!(whole > -9.2e9 && whole < 9.2e9))
        return out_of_range();
    *ret_time = (int64_t)whole * 1000000000 + (int64_t)rest;
    return 0;
}

static int from_seconds(PyObject *object, int64_t *ret_time) {
    if (PyFloat_Check(object))
        return from_double(PyFloat_AS_DOUBLE(object), ret_time);
    int64_t seconds = PyLong_AsLongLong(object);
    if (seconds == -1 && PyErr_Occurred())
        return -1;
    return __builtin_mul_overflow(seconds, 1000000000, ret_time) ? out_of_range() : 0;
}

static int from_ns(PyObject *object, int64_t *ret_time) {
    PyObject *index = PyNumber_Index(object);
    if (!index)
        return -1;
    int overflow;
    *ret_time = PyLong_AsLongLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    return overflow ? out_of_range() : *ret_time == -1 && PyErr_Occurred() ? -1 : 0;
}

/* Two times of the arguments `times` and `ns`. */
static int read_times(PyObject *times, PyObject *ns, int64_t ret_times[2]) {
    ret_times[0] = ret_times[1] = OS_TIME_NOW;
    if (times != Py_None && ns)
        return PyErr_SetString(PyExc_ValueError,
                               "utime: you may specify either 'times' or 'ns' but not both"),
               -1;
    PyObject *pair = times != Py_None ? times : ns;
    if (!pair)
        return 0;
    if (!PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) != 2) {
        PyErr_SetString(PyExc_TypeError,
                        pair == ns ? "utime: 'ns' must be a tuple of two ints"
                                   : "utime: 'times' must be either a tuple of two ints or None");
        return -1;
    }
    int (*convert)(PyObject *, int64_t *) = pair == ns ? from_ns : from_seconds;
    return convert(PyTuple_GET_ITEM(pair, 0), &ret_times[0]) < 0
               ? -1
               : convert(PyTuple_GET_ITEM(pair, 1), &ret_times[1]);
}

FUNCTION(utime,
         "path: path|fd, times: object = None, *, ns: object = <unrepresentable>, "
         "dir_fd: dir_fd = None, follow_symlinks: bool = True",
         "Set the access and modified time of path.") {
    int64_t times[2];
    if (read_times(OBJECT(1), v[2].object, times) < 0 ||
        door_check_fd("utime", ARG(0), LONG(3), LONG(4)) < 0)
        return NULL;
    PyObject *pair = v[1].object && v[1].object != Py_None ? v[1].object : NULL;
    if (PySys_Audit("os.utime", "OOOi", OBJECT(0), pair ? pair : Py_None,
                    v[2].object ? v[2].object : Py_None, AUDIT_FD(3)) < 0)
        return NULL;
    int r;
    if (TEXT(0))
        UNLOCKED(r = os_utimeat(INT(3), TEXT(0), times[0], times[1], LONG(4) ? 0 : OS_NOFOLLOW));
    else
        UNLOCKED(r = os_utime_fd(INT(0), times[0], times[1]));
    return none_or_error(r, PY_VERSION_HEX >= 0x030D0000 ? ARG(0) : NULL);
}
