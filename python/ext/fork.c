/* SPDX-License-Identifier: MIT */
/** Copies of the interpreter: fork and forkpty, with the hooks that os.register_at_fork() and the
 *  interpreter itself have for them. */
#include "door.h"

bool door_main_interpreter(void) {
    return PyInterpreterState_Get() == PyInterpreterState_Main();
}

PyObject *door_ask_original(PyObject *module, const char *name, PyObject *arguments) {
    PyObject *functions = STATE(module)->functions;
    PyObject *function = functions && arguments ? PyMapping_GetItemString(functions, name) : NULL;
    PyObject *result = function ? PyObject_CallObject(function, arguments) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(arguments);
    if (!functions && !PyErr_Occurred())
        PyErr_Format(PyExc_RuntimeError, "can't %s at interpreter shutdown", name);
    return result;
}

/* Whether only the interpreter's own posix can tell if it may fork: in a sub-interpreter, and
 * always in 3.12, which refuses from the start of its end on, before functions of atexit are
 * called. */
static bool must_ask(void) {
    return PY_VERSION_HEX >> 16 == 0x030C || !door_main_interpreter();
}

#if PY_VERSION_HEX >= 0x030D0000

/* −1 with an exception when the interpreter is shutting down. */
static int check_running(void) {
    if (!Py_IsFinalizing())
        return 0;
    PyErr_SetString(PyExc_PythonFinalizationError, "can't fork at interpreter shutdown");
    return -1;
}

/* The threads of the process, whoever started them; 0 without /proc. */
static int count_threads(void) {
    struct os_stat_result tasks;
    return os_stat("/proc/self/task", &tasks, 0) < 0 ? 0 : (int)tasks.st_nlink - 2;
}

/* 0, or −1 with an exception if the warning is to be one: that is so from 3.14 on. */
static int warn_of_threads(const char *function, int threads) {
    if (threads <= 1)
        return 0;
    int result = PyErr_WarnFormat(
        PyExc_DeprecationWarning, 1,
        "This process (pid=%d) is multi-threaded, use of %s() may lead to deadlocks in the child.",
        (int)os_getpid(), function);
    if (result < 0 && PY_VERSION_HEX < 0x030E0000)
        PyErr_Clear();
    return PY_VERSION_HEX < 0x030E0000 ? 0 : result;
}

#else

static int check_running(void) {
    return 0;
}

static int count_threads(void) {
    return 0;
}

static int warn_of_threads(const char *function, int threads) {
    (void)function, (void)threads;
    return 0;
}

#endif

/* Makes the copy, with a terminal if there is a place for its descriptor: 0 in the child, the
 * process id in the parent; −1 with an exception. The interpreter's lock is kept, for the child to
 * have it. */
static int copy(const char *function, const char *event, int *ret_fd) {
    if (check_running() < 0 || PySys_Audit(event, NULL) < 0)
        return -1;
    PyOS_BeforeFork();
    int pid = ret_fd ? os_forkpty(ret_fd) : os_fork();
    int number = errno;
    if (pid == 0) {
        PyOS_AfterFork_Child();
        return 0;
    }
    int threads = count_threads();
    PyOS_AfterFork_Parent();
    if (warn_of_threads(function, threads) < 0)
        return -1;
    errno = number;
    if (pid < 0)
        door_error(NULL, NULL);
    return pid;
}

FUNCTION(fork, "") {
    if (must_ask())
        return door_ask_original(module, "fork", PyTuple_New(0));
    int pid = copy("fork", "os.fork", NULL);
    return pid < 0 ? NULL : PyLong_FromLong(pid);
}

FUNCTION(forkpty, "") {
    if (must_ask())
        return door_ask_original(module, "forkpty", PyTuple_New(0));
    int fd = -1;
    int pid = copy("forkpty", "os.forkpty", &fd);
    if (pid < 0)
        return NULL;
#if PY_VERSION_HEX < 0x030F0000 /* since when it isn't inherited */
    if (pid > 0)
        os_set_inheritable(fd, true);
#endif
    return Py_BuildValue("(ii)", pid, fd);
}
