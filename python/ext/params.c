/* SPDX-License-Identifier: MIT */
/** Process Parameters: who the process is, and the environment. */
#include "door.h"

#include <string.h>
#include <sys/wait.h>

/** A function that can't fail or wait, of a number. */
#define NUMBER(name, call)                                                                         \
    FUNCTION(name, "") {                                                                           \
        return PyLong_FromLongLong((int64_t)(call));                                               \
    }

/** A function of numbers that answers None. */
#define CHANGE(name, signature, call)                                                              \
    FUNCTION(name, signature) {                                                                    \
        return none_or_error(call, NULL);                                                          \
    }

NUMBER(getpid, os_getpid())
NUMBER(getppid, os_getppid())
NUMBER(getuid, os_getuid())
NUMBER(geteuid, os_geteuid())
NUMBER(getgid, os_getgid())
NUMBER(getegid, os_getegid())
NUMBER(getpgrp, os_getpgrp())

FUNCTION(getpgid, "pid: int") {
    return number_or_error(os_getpgid(INT(0)), NULL);
}

FUNCTION(getsid, "pid: int, /") {
    return number_or_error(os_getsid(INT(0)), NULL);
}

CHANGE(setsid, "", os_setsid() < 0 ? -1 : 0)
CHANGE(setpgrp, "", os_setpgrp())
CHANGE(setpgid, "pid: int, pgrp: int, /", os_setpgid(INT(0), INT(1)))
CHANGE(setuid, "uid: uid, /", os_setuid((uid_t)LONG(0)))
CHANGE(seteuid, "euid: uid, /", os_seteuid((uid_t)LONG(0)))
CHANGE(setreuid, "ruid: uid, euid: uid, /", os_setreuid((uid_t)LONG(0), (uid_t)LONG(1)))
CHANGE(setresuid, "ruid: uid, euid: uid, suid: uid, /",
       os_setresuid((uid_t)LONG(0), (uid_t)LONG(1), (uid_t)LONG(2)))
CHANGE(setgid, "gid: gid, /", os_setgid((gid_t)LONG(0)))
CHANGE(setegid, "egid: gid, /", os_setegid((gid_t)LONG(0)))
CHANGE(setregid, "rgid: gid, egid: gid, /", os_setregid((gid_t)LONG(0), (gid_t)LONG(1)))
CHANGE(setresgid, "rgid: gid, egid: gid, sgid: gid, /",
       os_setresgid((gid_t)LONG(0), (gid_t)LONG(1), (gid_t)LONG(2)))

FUNCTION(getresuid, "") {
    uid_t ruid, euid, suid;
    if (os_getresuid(&ruid, &euid, &suid) < 0)
        return door_error(NULL, NULL);
    return Py_BuildValue("(III)", ruid, euid, suid);
}

FUNCTION(getresgid, "") {
    gid_t rgid, egid, sgid;
    if (os_getresgid(&rgid, &egid, &sgid) < 0)
        return door_error(NULL, NULL);
    return Py_BuildValue("(III)", rgid, egid, sgid);
}

/* ------------------------------------------------------------------- groups */

static PyObject *take_groups(gid_t *groups, size_t count) {
    if (!groups)
        return door_error(NULL, NULL);
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list && i < count; i++) {
        PyObject *number = PyLong_FromUnsignedLong(groups[i]);
        if (!number)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, number);
    }
    free(groups);
    return list;
}

FUNCTION(getgroups, "") {
    size_t count = 0;
    gid_t *groups = os_getgroups(&count);
    return take_groups(groups, count);
}

FUNCTION(getgrouplist, "user: text, group: gid, /") {
    size_t count = 0;
    gid_t *groups;
    UNLOCKED(groups = os_getgrouplist(TEXT(0), (gid_t)LONG(1), &count));
    return take_groups(groups, count);
}

FUNCTION(initgroups, "username: fsname, gid: gid, /") {
    int r;
    UNLOCKED(r = os_initgroups(TEXT(0), (gid_t)LONG(1)));
    return none_or_error(r, NULL);
}

static int read_group(PyObject *item, gid_t *ret_group) {
    long long number = PyLong_Check(item) ? PyLong_AsLongLong(item) : -2;
    if (number < -1 || number > UINT32_MAX || (number == -1 && PyErr_Occurred()))
        return PyErr_SetString(PyExc_TypeError, "no group"), -1;
    *ret_group = (gid_t)number;
    return 0;
}

FUNCTION(setgroups, "groups: object, /") {
    if (!PySequence_Check(OBJECT(0)))
        return DOOR_REFUSED;
    Py_ssize_t count = PySequence_Size(OBJECT(0));
    if (count < 0)
        return NULL;
    gid_t *groups = PyMem_New(gid_t, count);
    if (!groups)
        return PyErr_NoMemory();
    int r = 0;
    for (Py_ssize_t i = 0; r == 0 && i < count; i++) {
        PyObject *item = PySequence_GetItem(OBJECT(0), i);
        r = item ? read_group(item, &groups[i]) : -1;
        Py_XDECREF(item);
    }
    PyObject *result =
        r < 0 ? DOOR_REFUSED : none_or_error(os_setgroups(groups, (size_t)count), NULL);
    PyMem_Free(groups);
    return result;
}

/* ------------------------------------------------------------------- names and priorities */

FUNCTION(getlogin, "") {
    char *name;
    UNLOCKED(name = os_getlogin());
    return name ? door_take(name, NULL) : door_error(NULL, NULL);
}

FUNCTION(ctermid, "") {
    return door_take(os_ctermid(), NULL);
}

FUNCTION(uname, "") {
    struct os_uname_result name;
    if (os_uname(&name) < 0)
        return door_error(NULL, NULL);
    const char *const texts[] = {name.sysname, name.nodename, name.release, name.version,
                                 name.machine};
    PyObject *result = PyStructSequence_New(STATE(module)->uname_result);
    for (int i = 0; result && i < 5; i++)
        PyStructSequence_SetItem(result, i, PyUnicode_DecodeFSDefault(texts[i]));
    if (PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

FUNCTION(getpriority, "which: int, who: int") {
    int priority;
    if (os_getpriority(INT(0), (id_t)INT(1), &priority) < 0)
        return door_error(NULL, NULL);
    return PyLong_FromLong(priority);
}

CHANGE(setpriority, "which: int, who: int, priority: int",
       os_setpriority(INT(0), (id_t)INT(1), INT(2)))

FUNCTION(umask, "mask: int, /") {
    return PyLong_FromUnsignedLong(os_umask((mode_t)INT(0)));
}

FUNCTION(strerror, "code: int, /") {
    return PyUnicode_DecodeLocale(os_strerror(INT(0)), "surrogateescape");
}

FUNCTION(fspath, "path: object") {
    return PyOS_FSPath(OBJECT(0));
}

/* ------------------------------------------------------------------- the environment */

FUNCTION(putenv, "name: fsname, value: fsname, /") {
    if (strchr(TEXT(0), '='))
        return DOOR_REFUSED;
    if (PySys_Audit("os.putenv", "OO", v[0].owner, v[1].owner) < 0)
        return NULL;
    return none_or_error(os_putenv(TEXT(0), TEXT(1)), NULL);
}

FUNCTION(unsetenv, "name: fsname, /") {
    if (PySys_Audit("os.unsetenv", "(O)", v[0].owner) < 0)
        return NULL;
    return none_or_error(os_unsetenv(TEXT(0)), NULL);
}

/* ------------------------------------------------------------------- what became of a process */

FUNCTION(system, "command: fsname") {
    if (PySys_Audit("os.system", "(O)", v[0].owner) < 0)
        return NULL;
    int status;
    Py_BEGIN_ALLOW_THREADS /* signals are seen to when the line has ended, whatever they raise */
        status = os_system(TEXT(0));
    Py_END_ALLOW_THREADS return PyLong_FromLong(status);
}

FUNCTION(waitstatus_to_exitcode, "status: int") {
    int code, status = INT(0);
    if (os_waitstatus_to_exitcode(status, &code) == 0)
        return PyLong_FromLong(code);
    return DOOR_REFUSED;
}

/** One of the macros of wait(2). */
#define STATUS(name, mark, answer)                                                                 \
    FUNCTION(name, "status: int" mark) {                                                           \
        int status = INT(0);                                                                       \
        return answer(name(status));                                                               \
    }

STATUS(WCOREDUMP, ", /", PyBool_FromLong)
STATUS(WIFCONTINUED, "", PyBool_FromLong)
STATUS(WIFSTOPPED, "", PyBool_FromLong)
STATUS(WIFSIGNALED, "", PyBool_FromLong)
STATUS(WIFEXITED, "", PyBool_FromLong)
STATUS(WEXITSTATUS, "", PyLong_FromLong)
STATUS(WTERMSIG, "", PyLong_FromLong)
STATUS(WSTOPSIG, "", PyLong_FromLong)
