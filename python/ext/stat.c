/* SPDX-License-Identifier: MIT */
/** What files are: stat and its like, access, and the numbers of devices. */
#include "door.h"

#include <math.h>

enum { BILLION = 1000000000 };

/* ------------------------------------------------------------------- stat_result */

/* Nanoseconds since 1970, which may be more than 64 bits hold. */
static PyObject *from_time(int64_t seconds, uint32_t rest) {
    int64_t ns;
    if (!__builtin_mul_overflow(seconds, BILLION, &ns) && !__builtin_add_overflow(ns, rest, &ns))
        return PyLong_FromLongLong(ns);
    PyObject *whole = PyLong_FromLongLong(seconds), *billion = PyLong_FromLong(BILLION);
    PyObject *product = whole && billion ? PyNumber_Multiply(whole, billion) : NULL;
    PyObject *more = product ? PyLong_FromUnsignedLong(rest) : NULL;
    PyObject *sum = more ? PyNumber_Add(product, more) : NULL;
    Py_XDECREF(whole);
    Py_XDECREF(billion);
    Py_XDECREF(product);
    Py_XDECREF(more);
    return sum;
}

/* A time in the three forms that stat_result has: whole seconds, seconds, nanoseconds. */
static void set_time(PyObject *result, int which, int64_t second, uint32_t rest) {
    PyStructSequence_SET_ITEM(result, 7 + which, PyLong_FromLongLong(second));
    PyStructSequence_SET_ITEM(result, 10 + which,
                              PyFloat_FromDouble((double)second + 1e-9 * (double)rest));
    PyStructSequence_SET_ITEM(result, 13 + which, from_time(second, rest));
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
    set_time(result, 0, st->st_atime_sec, st->st_atime_nsec);
    set_time(result, 1, st->st_mtime_sec, st->st_mtime_nsec);
    set_time(result, 2, st->st_ctime_sec, st->st_ctime_nsec);
    PyStructSequence_SET_ITEM(result, 16, PyLong_FromUnsignedLong(st->st_blksize));
    PyStructSequence_SET_ITEM(result, 17, PyLong_FromLongLong(st->st_blocks));
    PyStructSequence_SET_ITEM(result, 18, PyLong_FromUnsignedLongLong(st->st_rdev));
    if (PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

/* ------------------------------------------------------------------- stat */

int door_check_fd(const struct value *path, int64_t dir_fd, bool follow) {
    if (path->text || path->object == Py_None || (dir_fd == OS_CWD && follow))
        return 0;
    return PyErr_SetString(PyExc_ValueError, "a descriptor stands for no path"), -1;
}

FUNCTION(stat, "path: path|fd, *, dir_fd: dir_fd = None, follow_symlinks: bool = True") {
    if (door_check_fd(ARG(0), LONG(1), LONG(2)) < 0)
        return DOOR_REFUSED;
    struct os_stat_result st;
    int r;
    if (TEXT(0))
        UNLOCKED(r = os_statat(INT(1), TEXT(0), &st, LONG(2) ? 0 : OS_NOFOLLOW));
    else
        UNLOCKED(r = os_fstat(INT(0), &st));
    return r < 0 ? door_error(ARG(0), NULL) : door_stat(module, &st);
}

FUNCTION(lstat, "path: path, *, dir_fd: dir_fd = None") {
    struct os_stat_result st;
    int r;
    UNLOCKED(r = os_statat(INT(1), TEXT(0), &st, OS_NOFOLLOW));
    return r < 0 ? door_error(ARG(0), NULL) : door_stat(module, &st);
}

FUNCTION(fstat, "fd: int") {
    struct os_stat_result st;
    int r;
    UNLOCKED(r = os_fstat(INT(0), &st));
    return r < 0 ? door_error(NULL, NULL) : door_stat(module, &st);
}

FUNCTION(access, "path: path, mode: int, *, dir_fd: dir_fd = None, effective_ids: bool = False, "
                 "follow_symlinks: bool = True") {
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

FUNCTION(statvfs, "path: path|fd") {
    struct os_statvfs_result st;
    int r;
    UNLOCKED(r = TEXT(0) ? os_statvfs(TEXT(0), &st) : os_fstatvfs(INT(0), &st));
    return r < 0 ? door_error(ARG(0), NULL) : statvfs_result(module, &st);
}

FUNCTION(fstatvfs, "fd: int, /") {
    struct os_statvfs_result st;
    int r;
    UNLOCKED(r = os_fstatvfs(INT(0), &st));
    return r < 0 ? door_error(NULL, NULL) : statvfs_result(module, &st);
}

/* ------------------------------------------------------------------- devices */

FUNCTION(major, "device: device, /") {
    return PyLong_FromUnsignedLong(os_major((uint64_t)LONG(0)));
}

FUNCTION(minor, "device: device, /") {
    return PyLong_FromUnsignedLong(os_minor((uint64_t)LONG(0)));
}

FUNCTION(makedev, "major: device part, minor: device part, /") {
    int64_t device = (int64_t)os_makedev((uint32_t)LONG(0), (uint32_t)LONG(1));
    return device < 0 ? DOOR_REFUSED : PyLong_FromLongLong(device);
}

/* ------------------------------------------------------------------- times */

static int refuse_time(void) {
    PyErr_SetString(PyExc_OverflowError, "no time that is read here");
    return -1;
}

/* Seconds as a float, rounded down to nanoseconds as Python rounds them. */
static int from_double(double seconds, struct os_time *ret_time) {
    double whole, rest = floor(modf(seconds, &whole) * 1e9);
    if (!(whole > -9e18 && whole < 9e18))
        return refuse_time();
    bool before = rest < 0;
    *ret_time = (struct os_time){(int64_t)whole - before, (int64_t)rest + (before ? BILLION : 0)};
    return 0;
}

static int from_seconds(PyObject *object, struct os_time *ret_time) {
    if (PyFloat_Check(object))
        return from_double(PyFloat_AS_DOUBLE(object), ret_time);
    if (!PyLong_Check(object))
        return refuse_time();
    *ret_time = (struct os_time){PyLong_AsLongLong(object), 0};
    return ret_time->seconds == -1 && PyErr_Occurred() ? -1 : 0;
}

static int from_ns(PyObject *object, struct os_time *ret_time) {
    int64_t ns = PyLong_Check(object) ? PyLong_AsLongLong(object) : refuse_time();
    if (ns == -1 && PyErr_Occurred())
        return -1;
    int64_t rest = ns % BILLION;
    bool before = rest < 0;
    *ret_time = (struct os_time){ns / BILLION - before, rest + (before ? BILLION : 0)};
    return 0;
}

/* The times of the arguments `times` or `ns`: 1, or 0 where there are none, or −1. */
static int read_times(PyObject *times, PyObject *ns, struct os_time ret_times[2]) {
    PyObject *pair = times != Py_None ? times : ns;
    if (!pair)
        return 0;
    if ((times != Py_None && ns) || !PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) != 2)
        return refuse_time();
    int (*convert)(PyObject *, struct os_time *) = pair == ns ? from_ns : from_seconds;
    return convert(PyTuple_GET_ITEM(pair, 0), &ret_times[0]) < 0 ||
                   convert(PyTuple_GET_ITEM(pair, 1), &ret_times[1]) < 0
               ? -1
               : 1;
}

FUNCTION(utime, "path: path|fd, times: object = None, *, ns: object = <unrepresentable>, "
                "dir_fd: dir_fd = None, follow_symlinks: bool = True") {
    struct os_time pair[2];
    int given = read_times(OBJECT(1), v[2].object, pair);
    if (given < 0 || door_check_fd(ARG(0), LONG(3), LONG(4)) < 0 || (!TEXT(0) && INT(0) < 0))
        return DOOR_REFUSED;
    if (PySys_Audit("os.utime", "OOOi", OBJECT(0), OBJECT(1), v[2].object ? v[2].object : Py_None,
                    AUDIT_FD(3)) < 0)
        return NULL;
    const struct os_time *times = given ? pair : NULL;
    int r;
    if (TEXT(0))
        UNLOCKED(r = os_utimensat(INT(3), TEXT(0), times, LONG(4) ? 0 : OS_NOFOLLOW));
    else
        UNLOCKED(r = os_utimensat(INT(0), NULL, times, 0));
    return none_or_error(r, PY_VERSION_HEX >= 0x030D0000 ? ARG(0) : NULL);
}
