/* SPDX-License-Identifier: MIT */
/** Process Management: signals, waiting, processor time, and the end. */
#include "door.h"

#include <langinfo.h>

FUNCTION(kill, "pid: int, signal: size, /") {
    if (PySys_Audit("os.kill", "in", INT(0), (Py_ssize_t)LONG(1)) < 0)
        return NULL;
    return none_or_error(os_kill(INT(0), INT(1)), NULL);
}

FUNCTION(killpg, "pgid: int, signal: int, /") {
    if (PySys_Audit("os.killpg", "ii", INT(0), INT(1)) < 0)
        return NULL;
    return none_or_error(os_killpg(INT(0), INT(1)), NULL);
}

FUNCTION(nice, "increment: int, /") {
    int nice;
    if (os_nice(INT(0), &nice) < 0)
        return door_error(NULL, NULL);
    return PyLong_FromLong(nice);
}

FUNCTION(pidfd_open, "pid: int, flags: uint = 0") {
    int fd = os_pidfd_open(INT(0), (unsigned)LONG(1));
    return fd < 0 ? door_error(NULL, NULL) : PyLong_FromLong(fd);
}

FUNCTION(wait, "") {
    int status = 0, pid;
    UNLOCKED(pid = os_wait(&status));
    return pid < 0 ? door_error(NULL, NULL) : Py_BuildValue("(ii)", pid, status);
}

FUNCTION(waitpid, "pid: int, options: int, /") {
    int status = 0, pid;
    UNLOCKED(pid = os_waitpid(INT(0), INT(1), &status));
    return pid < 0 ? door_error(NULL, NULL) : Py_BuildValue("(ii)", pid, status);
}

/* A struct sequence of `values`, which it takes. */
static PyObject *make_sequence(PyTypeObject *type, PyObject *const *values, int count) {
    PyObject *result = PyStructSequence_New(type);
    for (int i = 0; i < count; i++)
        if (result)
            PyStructSequence_SetItem(result, i, values[i]);
        else
            Py_XDECREF(values[i]);
    if (PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

/* A resource.struct_rusage; what Linux doesn't count is 0. */
static PyObject *make_usage(const struct os_rusage *usage) {
    PyObject *resource = PyImport_ImportModule("resource");
    PyObject *type = resource ? PyObject_GetAttrString(resource, "struct_rusage") : NULL;
    Py_XDECREF(resource);
    if (!type)
        return NULL;
    const int64_t numbers[] = {
        usage->ru_maxrss,  0, 0, 0, usage->ru_minflt, usage->ru_majflt, 0, usage->ru_inblock,
        usage->ru_oublock, 0, 0, 0, usage->ru_nvcsw,  usage->ru_nivcsw,
    };
    PyObject *values[16] = {PyFloat_FromDouble(usage->ru_utime),
                            PyFloat_FromDouble(usage->ru_stime)};
    for (int i = 0; i < 14; i++)
        values[2 + i] = PyLong_FromLongLong(numbers[i]);
    PyObject *result = make_sequence((PyTypeObject *)type, values, 16);
    Py_DECREF(type);
    return result;
}

static PyObject *waited(int pid, int status, const struct os_rusage *usage) {
    if (pid < 0)
        return door_error(NULL, NULL);
    PyObject *object = make_usage(usage);
    return object ? Py_BuildValue("(iiN)", pid, status, object) : NULL;
}

FUNCTION(wait3, "options: int") {
    struct os_rusage usage = {0};
    int status = 0, pid;
    UNLOCKED(pid = os_wait3(INT(0), &status, &usage));
    return waited(pid, status, &usage);
}

FUNCTION(wait4, "pid: int, options: int") {
    struct os_rusage usage = {0};
    int status = 0, pid;
    UNLOCKED(pid = os_wait4(INT(0), INT(1), &status, &usage));
    return waited(pid, status, &usage);
}

FUNCTION(waitid, "idtype: int, id: int, options: int, /") {
    struct os_waitid_result info;
    int r;
    UNLOCKED(r = os_waitid(INT(0), (unsigned)INT(1), INT(2), &info));
    if (r < 0)
        return door_error(NULL, NULL);
    if (r == 0)
        Py_RETURN_NONE;
    PyObject *values[] = {PyLong_FromLong(info.pid), PyLong_FromUnsignedLong(info.uid),
                          PyLong_FromLong(info.signo), PyLong_FromLong(info.status),
                          PyLong_FromLong(info.code)};
    return make_sequence(STATE(module)->waitid_result, values, 5);
}

FUNCTION(times, "") {
    struct os_times_result times;
    if (os_times(&times) < 0)
        return door_error(NULL, NULL);
    PyObject *values[] = {PyFloat_FromDouble(times.user), PyFloat_FromDouble(times.system),
                          PyFloat_FromDouble(times.children_user),
                          PyFloat_FromDouble(times.children_system),
                          PyFloat_FromDouble(times.elapsed)};
    return make_sequence(STATE(module)->times_result, values, 5);
}

FUNCTION(unshare, "flags: int") {
    int r;
    UNLOCKED(r = os_unshare(INT(0)));
    return none_or_error(r, NULL);
}

FUNCTION(setns, "fd: fd, nstype: int = 0") {
    int r;
    UNLOCKED(r = os_setns(INT(0), INT(1)));
    return none_or_error(r, NULL);
}

FUNCTION(_exit, "status: int") {
    os__exit(INT(0));
}

FUNCTION(abort, "") {
    os_abort();
}

/* 1 in the interpreter's UTF-8 mode, 0 otherwise, −1 with an exception. */
static int in_utf8_mode(void) {
    PyObject *flags = PySys_GetObject("flags");
    PyObject *flag = flags ? PyObject_GetAttrString(flags, "utf8_mode") : NULL;
    int result = flag ? PyObject_IsTrue(flag) : -1;
    Py_XDECREF(flag);
    return result;
}

/* The encoding is the interpreter's own affair: that of its mode, else of its locale. */
FUNCTION(device_encoding, "fd: int") {
    bool terminal;
    UNLOCKED(terminal = os_isatty(INT(0)));
    if (!terminal)
        Py_RETURN_NONE;
    int utf8 = in_utf8_mode();
    if (utf8 < 0)
        return NULL;
    const char *name = utf8 ? "" : nl_langinfo(CODESET);
    return *name ? PyUnicode_DecodeLocale(name, "surrogateescape") : PyUnicode_FromString("utf-8");
}
