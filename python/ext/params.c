/* SPDX-License-Identifier: MIT */
/** Process Parameters: who the process is, and the environment. */
#include "door.h"

#include <string.h>
#include <sys/wait.h>

/** A function that can't fail or wait, of a number. */
#define NUMBER(name, doc, call)                                                                    \
    FUNCTION(name, "", doc) {                                                                      \
        return PyLong_FromLongLong((int64_t)(call));                                               \
    }

/** A function of numbers that answers None. */
#define CHANGE(name, signature, doc, call)                                                         \
    FUNCTION(name, signature, doc) {                                                               \
        return none_or_error(call, NULL);                                                          \
    }

NUMBER(getpid, "Return the current process id.", os_getpid())
NUMBER(getppid, "Return the parent's process id.", os_getppid())
NUMBER(getuid, "Return the current process's user id.", os_getuid())
NUMBER(geteuid, "Return the current process's effective user id.", os_geteuid())
NUMBER(getgid, "Return the current process's group id.", os_getgid())
NUMBER(getegid, "Return the current process's effective group id.", os_getegid())
NUMBER(getpgrp, "Return the current process group id.", os_getpgrp())

FUNCTION(getpgid, "pid: int", "Call the system call getpgid(), and return the result.") {
    return number_or_error(os_getpgid(INT(0)), NULL);
}

FUNCTION(getsid, "pid: int, /", "Call the system call getsid(pid) and return the result.") {
    return number_or_error(os_getsid(INT(0)), NULL);
}

CHANGE(setsid, "", "Call the system call setsid().", os_setsid() < 0 ? -1 : 0)
CHANGE(setpgrp, "", "Make the current process the leader of its process group.", os_setpgrp())
CHANGE(setpgid, "pid: int, pgrp: int, /", "Call the system call setpgid(pid, pgrp).",
       os_setpgid(INT(0), INT(1)))
CHANGE(setuid, "uid: uid, /", "Set the current process's user id.", os_setuid((uid_t)LONG(0)))
CHANGE(seteuid, "euid: uid, /", "Set the current process's effective user id.",
       os_seteuid((uid_t)LONG(0)))
CHANGE(setreuid, "ruid: uid, euid: uid, /",
       "Set the current process's real and effective user ids.",
       os_setreuid((uid_t)LONG(0), (uid_t)LONG(1)))
CHANGE(setresuid, "ruid: uid, euid: uid, suid: uid, /",
       "Set the current process's real, effective, and saved user ids.",
       os_setresuid((uid_t)LONG(0), (uid_t)LONG(1), (uid_t)LONG(2)))
CHANGE(setgid, "gid: gid, /", "Set the current process's group id.", os_setgid((gid_t)LONG(0)))
CHANGE(setegid, "egid: gid, /", "Set the current process's effective group id.",
       os_setegid((gid_t)LONG(0)))
CHANGE(setregid, "rgid: gid, egid: gid, /",
       "Set the current process's real and effective group ids.",
       os_setregid((gid_t)LONG(0), (gid_t)LONG(1)))
CHANGE(setresgid, "rgid: gid, egid: gid, sgid: gid, /",
       "Set the current process's real, effective, and saved group ids.",
       os_setresgid((gid_t)LONG(0), (gid_t)LONG(1), (gid_t)LONG(2)))

FUNCTION(getresuid, "",
         "Return a tuple of the current process's real, effective, and saved user ids.") {
    uid_t ruid, euid, suid;
    if (os_getresuid(&ruid, &euid, &suid) < 0)
        return door_error(NULL, NULL);
    return Py_BuildValue("(III)", ruid, euid, suid);
}

FUNCTION(getresgid, "",
         "Return a tuple of the current process's real, effective, and saved group ids.") {
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

FUNCTION(getgroups, "", "Return list of supplemental group IDs for the process.") {
    size_t count = 0;
    gid_t *groups = os_getgroups(&count);
    return take_groups(groups, count);
}

FUNCTION(getgrouplist, "user: text, group: gid, /",
         "Returns a list of groups to which a user belongs.") {
    size_t count = 0;
    gid_t *groups;
    UNLOCKED(groups = os_getgrouplist(TEXT(0), (gid_t)LONG(1), &count));
    return take_groups(groups, count);
}

FUNCTION(initgroups, "username: fsname, gid: gid, /", "Initialize the group access list.") {
    int r;
    UNLOCKED(r = os_initgroups(TEXT(0), (gid_t)LONG(1)));
    return none_or_error(r, NULL);
}

static int read_group(PyObject *item, gid_t *ret_group) {
    if (!PyLong_Check(item))
        return PyErr_SetString(PyExc_TypeError, "groups must be integers"), -1;
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(item, &overflow);
    if (overflow || number < -1 || number > UINT32_MAX) {
        PyErr_Format(PyExc_OverflowError, "gid is %s",
                     overflow < 0 || number < -1 ? "less than minimum" : "greater than maximum");
        return -1;
    }
    *ret_group = (gid_t)number;
    return 0;
}

FUNCTION(setgroups, "groups: object, /", "Set the groups of the current process to list.") {
    if (!PySequence_Check(OBJECT(0)))
        return PyErr_SetString(PyExc_TypeError, "setgroups argument must be a sequence"), NULL;
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
    PyObject *result = r < 0 ? NULL : none_or_error(os_setgroups(groups, (size_t)count), NULL);
    PyMem_Free(groups);
    return result;
}

/* ------------------------------------------------------------------- names and priorities */

FUNCTION(getlogin, "", "Return the actual login name.") {
    char *name;
    UNLOCKED(name = os_getlogin());
    return name ? door_take(name, NULL) : door_error(NULL, NULL);
}

FUNCTION(ctermid, "", "Return the name of the controlling terminal for this process.") {
    return door_take(os_ctermid(), NULL);
}

FUNCTION(uname, "", "Return an object identifying the current operating system.") {
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

FUNCTION(getpriority, "which: int, who: int", "Return program scheduling priority.") {
    int priority;
    if (os_getpriority(INT(0), (id_t)INT(1), &priority) < 0)
        return door_error(NULL, NULL);
    return PyLong_FromLong(priority);
}

CHANGE(setpriority, "which: int, who: int, priority: int", "Set program scheduling priority.",
       os_setpriority(INT(0), (id_t)INT(1), INT(2)))

FUNCTION(umask, "mask: int, /", "Set the current numeric umask and return the previous umask.") {
    return PyLong_FromUnsignedLong(os_umask((mode_t)INT(0)));
}

FUNCTION(strerror, "code: int, /", "Translate an error code to a message string.") {
    return PyUnicode_DecodeLocale(os_strerror(INT(0)), "surrogateescape");
}

FUNCTION(fspath, "path: object", "Return the file system path representation of the object.") {
    return PyOS_FSPath(OBJECT(0));
}

/* ------------------------------------------------------------------- the environment */

static PyObject *wrong_name(void) {
    PyErr_SetString(PyExc_ValueError, "illegal environment variable name");
    return NULL;
}

FUNCTION(putenv, "name: fsname, value: fsname, /", "Change or add an environment variable.") {
    if (PySys_Audit("os.putenv", "OO", v[0].owner, v[1].owner) < 0)
        return NULL;
    if (strchr(TEXT(0), '='))
        return wrong_name();
    return none_or_error(os_putenv(TEXT(0), TEXT(1)), NULL);
}

FUNCTION(unsetenv, "name: fsname, /", "Delete an environment variable.") {
    if (PySys_Audit("os.unsetenv", "(O)", v[0].owner) < 0)
        return NULL;
    return none_or_error(os_unsetenv(TEXT(0)), NULL);
}

/* ------------------------------------------------------------------- what became of a process */

FUNCTION(system, "command: fsname", "Execute the command in a subshell.") {
    if (PySys_Audit("os.system", "(O)", v[0].owner) < 0)
        return NULL;
    int status;
    Py_BEGIN_ALLOW_THREADS /* signals are seen to when the line has ended, whatever they raise */
        status = os_system(TEXT(0));
    Py_END_ALLOW_THREADS return PyLong_FromLong(status);
}

FUNCTION(waitstatus_to_exitcode, "status: int", "Convert a wait status to an exit code.") {
    int code, status = INT(0);
    if (os_waitstatus_to_exitcode(status, &code) == 0)
        return PyLong_FromLong(code);
    if (WIFSTOPPED(status))
        PyErr_Format(PyExc_ValueError, "process stopped by delivery of signal %i",
                     WSTOPSIG(status));
    else
        PyErr_Format(PyExc_ValueError, "invalid wait status: %i", status);
    return NULL;
}

/** One of the macros of wait(2). */
#define STATUS(name, mark, doc, answer)                                                            \
    FUNCTION(name, "status: int" mark, doc) {                                                      \
        int status = INT(0);                                                                       \
        return answer(name(status));                                                               \
    }

STATUS(WCOREDUMP, ", /", "Return True if the process returning status was dumped to a core file.",
       PyBool_FromLong)
STATUS(WIFCONTINUED, "",
       "Return True if a particular process was continued from a job control stop.",
       PyBool_FromLong)
STATUS(WIFSTOPPED, "", "Return True if the process returning status was stopped.", PyBool_FromLong)
STATUS(WIFSIGNALED, "", "Return True if the process returning status was terminated by a signal.",
       PyBool_FromLong)
STATUS(WIFEXITED, "",
       "Return True if the process returning status exited via the exit() system call.",
       PyBool_FromLong)
STATUS(WEXITSTATUS, "", "Return the process return code from status.", PyLong_FromLong)
STATUS(WTERMSIG, "",
       "Return the signal that terminated the process that provided the status value.",
       PyLong_FromLong)
STATUS(WSTOPSIG, "", "Return the signal that stopped the process that provided the status value.",
       PyLong_FromLong)
