/* SPDX-License-Identifier: MIT */
/** File Descriptor Operations: opening, reading, writing, locking, copying; terminals; events. */
#include "door.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>

static PyObject *fd_or_error(int fd) {
    return fd < 0 ? door_error(NULL, NULL) : PyLong_FromLong(fd);
}

static PyObject *pair_or_error(int r, int first, int second) {
    return r < 0 ? door_error(NULL, NULL) : Py_BuildValue("(ii)", first, second);
}

static PyObject *bool_or_error(int r) {
    return r < 0 ? door_error(NULL, NULL) : PyBool_FromLong(r);
}

/** A function of numbers alone that answers None. */
#define PLAIN(name, signature, call)                                                               \
    FUNCTION(name, signature) {                                                                    \
        int r;                                                                                     \
        UNLOCKED(r = call);                                                                        \
        return none_or_error(r, NULL);                                                             \
    }

/* ------------------------------------------------------------------- opening and closing */

FUNCTION(open, "path: path, flags: int, mode: int = 511, *, dir_fd: dir_fd = None") {
    if (PySys_Audit("open", "OOi", OBJECT(0), Py_None, INT(1) | O_CLOEXEC) < 0)
        return NULL;
    int fd;
    UNLOCKED(fd = os_openat(INT(3), TEXT(0), INT(1), (mode_t)INT(2)));
    return fd < 0 ? door_error(ARG(0), NULL) : PyLong_FromLong(fd);
}

PLAIN(close, "fd: int", os_close(INT(0)))

FUNCTION(closerange, "fd_low: int, fd_high: int, /") {
    UNLOCKED(os_closerange(INT(0), INT(1)));
    Py_RETURN_NONE;
}

FUNCTION(dup, "fd: int, /") {
    int fd;
    UNLOCKED(fd = os_dup(INT(0)));
    return fd_or_error(fd);
}

FUNCTION(dup2, "fd: int, fd2: int, inheritable: bool = True") {
    int fd;
    UNLOCKED(fd = os_dup2(INT(0), INT(1), LONG(2)));
    return fd_or_error(fd);
}

FUNCTION(pipe, "") {
    int fds[2], r;
    UNLOCKED(r = os_pipe(fds));
    return pair_or_error(r, fds[0], fds[1]);
}

FUNCTION(pipe2, "flags: int, /") {
    int fds[2], r;
    UNLOCKED(r = os_pipe2(INT(0), fds));
    return pair_or_error(r, fds[0], fds[1]);
}

FUNCTION(get_inheritable, "fd: int, /") {
    return bool_or_error(os_get_inheritable(INT(0)));
}

PLAIN(set_inheritable, "fd: int, inheritable: int, /", os_set_inheritable(INT(0), INT(1)))

FUNCTION(get_blocking, "fd: int, /") {
    return bool_or_error(os_get_blocking(INT(0)));
}

/* Until 3.12 a truth value was an integer here. */
#if PY_VERSION_HEX >= 0x030C0000
#define SET_BLOCKING "fd: int, blocking: bool, /"
#else
#define SET_BLOCKING "fd: int, blocking: int, /"
#endif

PLAIN(set_blocking, SET_BLOCKING, os_set_blocking(INT(0), LONG(1)))

/* ------------------------------------------------------------------- reading and writing */

static PyObject *new_bytes(int64_t size) {
    if (size < 0) {
        errno = EINVAL;
        return door_error(NULL, NULL);
    }
    return PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(size < INT_MAX ? size : INT_MAX));
}

/* The bytes that were read, or the error. */
static PyObject *cut(PyObject *bytes, ssize_t size) {
    if (size < 0) {
        PyObject *error = door_error(NULL, NULL);
        Py_DECREF(bytes);
        return error;
    }
    if (size != PyBytes_GET_SIZE(bytes))
        _PyBytes_Resize(&bytes, size);
    return bytes;
}

FUNCTION(read, "fd: int, length: size, /") {
    PyObject *bytes = new_bytes(LONG(1));
    if (!bytes)
        return NULL;
    char *data = PyBytes_AS_STRING(bytes);
    size_t size = (size_t)PyBytes_GET_SIZE(bytes);
    ssize_t r;
    UNLOCKED(r = os_read(INT(0), data, size));
    return cut(bytes, r);
}

FUNCTION(pread, "fd: int, length: size, offset: int64, /") {
    PyObject *bytes = new_bytes(LONG(1));
    if (!bytes)
        return NULL;
    char *data = PyBytes_AS_STRING(bytes);
    size_t size = (size_t)PyBytes_GET_SIZE(bytes);
    ssize_t r;
    UNLOCKED(r = os_pread(INT(0), data, size, LONG(2)));
    return cut(bytes, r);
}

FUNCTION(readinto, "fd: int, buffer: writable, /") {
    ssize_t r;
    UNLOCKED(r = os_readinto(INT(0), v[1].buffer.buf, (size_t)v[1].buffer.len));
    return number_or_error(r, NULL);
}

FUNCTION(write, "fd: int, data: buffer, /") {
    ssize_t r;
    UNLOCKED(r = os_write(INT(0), v[1].buffer.buf, (size_t)v[1].buffer.len));
    return number_or_error(r, NULL);
}

FUNCTION(pwrite, "fd: int, buffer: buffer, offset: int64, /") {
    ssize_t r;
    UNLOCKED(r = os_pwrite(INT(0), v[1].buffer.buf, (size_t)v[1].buffer.len, LONG(2)));
    return number_or_error(r, NULL);
}

/* Several buffers, held while they are read or written. */
struct pieces {
    struct iovec *vector;
    Py_buffer *buffers;
    int count;
};

static void release_pieces(struct pieces *pieces) {
    while (pieces->count > 0)
        PyBuffer_Release(&pieces->buffers[--pieces->count]);
    PyMem_Free(pieces->buffers);
    PyMem_Free(pieces->vector);
}

static int hold_pieces(struct pieces *pieces, PyObject *sequence, int flags) {
    *pieces = (struct pieces){0};
    if (!PySequence_Check(sequence))
        return PyErr_SetString(PyExc_TypeError, "no sequence"), -1;
    Py_ssize_t count = PySequence_Size(sequence);
    if (count < 0)
        return -1;
    if (count > INT_MAX)
        return PyErr_SetString(PyExc_OverflowError, "too many buffers"), -1;
    pieces->vector = PyMem_New(struct iovec, count);
    pieces->buffers = PyMem_New(Py_buffer, count);
    if (!pieces->vector || !pieces->buffers)
        PyErr_NoMemory();
    while (!PyErr_Occurred() && pieces->count < count) {
        PyObject *item = PySequence_GetItem(sequence, pieces->count);
        Py_buffer *buffer = &pieces->buffers[pieces->count];
        if (item && PyObject_GetBuffer(item, buffer, flags) == 0)
            pieces->vector[pieces->count++] = (struct iovec){buffer->buf, (size_t)buffer->len};
        Py_XDECREF(item);
    }
    if (!PyErr_Occurred())
        return 0;
    release_pieces(pieces);
    return -1;
}

/** A function of several buffers. */
#define PIECES(name, signature, flags, call)                                                       \
    FUNCTION(name, signature) {                                                                    \
        struct pieces p;                                                                           \
        if (hold_pieces(&p, OBJECT(1), flags) < 0)                                                 \
            return DOOR_REFUSED;                                                                   \
        ssize_t r;                                                                                 \
        UNLOCKED(r = call);                                                                        \
        PyObject *result = number_or_error(r, NULL);                                               \
        release_pieces(&p);                                                                        \
        return result;                                                                             \
    }

PIECES(readv, "fd: int, buffers: object, /", PyBUF_WRITABLE, os_readv(INT(0), p.vector, p.count))
PIECES(preadv, "fd: int, buffers: object, offset: int64, flags: int = 0, /", PyBUF_WRITABLE,
       os_preadv(INT(0), p.vector, p.count, LONG(2), INT(3)))
PIECES(writev, "fd: int, buffers: object, /", PyBUF_SIMPLE, os_writev(INT(0), p.vector, p.count))
PIECES(pwritev, "fd: int, buffers: object, offset: int64, flags: int = 0, /", PyBUF_SIMPLE,
       os_pwritev(INT(0), p.vector, p.count, LONG(2), INT(3)))

#if PY_VERSION_HEX >= 0x030C0000
#define LSEEK "fd: int, position: int64, whence: int, /"
#else
#define LSEEK "fd: int, position: int64, how: int, /"
#endif

FUNCTION(lseek, LSEEK) {
    int64_t r;
    UNLOCKED(r = os_lseek(INT(0), LONG(1), INT(2)));
    return number_or_error(r, NULL);
}

PLAIN(fsync, "fd: fd", os_fsync(INT(0)))
PLAIN(fdatasync, "fd: fd", os_fdatasync(INT(0)))

FUNCTION(lockf, "fd: int, command: int, length: int64, /") {
    if (PySys_Audit("os.lockf", "iiL", INT(0), INT(1), (long long)LONG(2)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_lockf(INT(0), INT(1), LONG(2)));
    return none_or_error(r, NULL);
}

PLAIN(posix_fadvise, "fd: int, offset: int64, length: int64, advice: int, /",
      os_posix_fadvise(INT(0), LONG(1), LONG(2), INT(3)))
PLAIN(posix_fallocate, "fd: int, offset: int64, length: int64, /",
      os_posix_fallocate(INT(0), LONG(1), LONG(2)))

/* ------------------------------------------------------------------- copying */

FUNCTION(sendfile, "out_fd: int, in_fd: int, offset: int64|none, count: size") {
    if (LONG(3) < 0)
        return DOOR_REFUSED;
    ssize_t r;
    UNLOCKED(r = os_sendfile(INT(0), INT(1), LONG(2), (size_t)LONG(3)));
    return number_or_error(r, NULL);
}

FUNCTION(copy_file_range, "src: int, dst: int, count: size, offset_src: int64|none = None, "
                          "offset_dst: int64|none = None") {
    if (LONG(2) < 0)
        return DOOR_REFUSED;
    ssize_t r;
    UNLOCKED(r = os_copy_file_range(INT(0), INT(1), (size_t)LONG(2), LONG(3), LONG(4)));
    return number_or_error(r, NULL);
}

FUNCTION(splice, "src: int, dst: int, count: size, offset_src: int64|none = None, "
                 "offset_dst: int64|none = None, flags: uint = 0") {
    if (LONG(2) < 0)
        return DOOR_REFUSED;
    ssize_t r;
    UNLOCKED(r = os_splice(INT(0), INT(1), (size_t)LONG(2), LONG(3), LONG(4), (unsigned)LONG(5)));
    return number_or_error(r, NULL);
}

/* ------------------------------------------------------------------- terminals */

FUNCTION(isatty, "fd: int, /") {
    bool r;
    UNLOCKED(r = os_isatty(INT(0)));
    return PyBool_FromLong(r);
}

FUNCTION(ttyname, "fd: int, /") {
    char *name;
    UNLOCKED(name = os_ttyname(INT(0)));
    return name ? door_take(name, NULL) : door_error(NULL, NULL);
}

FUNCTION(get_terminal_size, "fd: int = 1, /") {
    struct os_terminal_size size;
    if (os_get_terminal_size(INT(0), &size) < 0)
        return door_error(NULL, NULL);
    PyObject *result = PyStructSequence_New(STATE(module)->terminal_size);
    if (!result)
        return NULL;
    PyStructSequence_SetItem(result, 0, PyLong_FromLong(size.columns));
    PyStructSequence_SetItem(result, 1, PyLong_FromLong(size.lines));
    return result;
}

FUNCTION(tcgetpgrp, "fd: int, /") {
    return number_or_error(os_tcgetpgrp(INT(0)), NULL);
}

PLAIN(tcsetpgrp, "fd: int, pgid: int, /", os_tcsetpgrp(INT(0), INT(1)))

FUNCTION(openpty, "") {
    int master, slave, r;
    UNLOCKED(r = os_openpty(&master, &slave));
    return pair_or_error(r, master, slave);
}

PLAIN(login_tty, "fd: fd, /", os_login_tty(INT(0)))

FUNCTION(posix_openpt, "oflag: int, /") {
    int fd;
    UNLOCKED(fd = os_posix_openpt(INT(0)));
    return fd_or_error(fd);
}

PLAIN(grantpt, "fd: fd, /", os_grantpt(INT(0)))
PLAIN(unlockpt, "fd: fd, /", os_unlockpt(INT(0)))

FUNCTION(ptsname, "fd: fd, /") {
    char *name;
    UNLOCKED(name = os_ptsname(INT(0)));
    return name ? door_take(name, NULL) : door_error(NULL, NULL);
}

/* ------------------------------------------------------------------- memory, events, timers */

FUNCTION(memfd_create, "name: fsname, flags: mask = MFD_CLOEXEC") {
    int fd;
    UNLOCKED(fd = os_memfd_create(TEXT(0), (unsigned)LONG(1)));
    return fd_or_error(fd);
}

FUNCTION(eventfd, "initval: uint, flags: int = EFD_CLOEXEC") {
    int fd;
    UNLOCKED(fd = os_eventfd((unsigned)LONG(0), INT(1)));
    return fd_or_error(fd);
}

FUNCTION(eventfd_read, "fd: fd") {
    uint64_t value;
    int r;
    UNLOCKED(r = os_eventfd_read(INT(0), &value));
    return r < 0 ? door_error(NULL, NULL) : PyLong_FromUnsignedLongLong(value);
}

PLAIN(eventfd_write, "fd: fd, value: uint64", os_eventfd_write(INT(0), (uint64_t)LONG(1)))
