/* SPDX-License-Identifier: MIT */
/** Process Management: signals, priorities and waiting. What starts processes is the interpreter's
 *  own, as it runs the hooks of fork. */
#include "door.h"

FUNCTION(kill, "pid: int, signal: int, /", "Kill a process with a signal.") {
    if (PySys_Audit("os.kill", "ii", INT(0), INT(1)) < 0)
        return NULL;
    return none_or_error(os_kill(INT(0), INT(1)), NULL);
}

FUNCTION(killpg, "pgid: int, signal: int, /", "Kill a process group with a signal.") {
    if (PySys_Audit("os.killpg", "ii", INT(0), INT(1)) < 0)
        return NULL;
    return none_or_error(os_killpg(INT(0), INT(1)), NULL);
}

FUNCTION(nice, "increment: int, /",
         "Add increment to the priority of process and return the new priority.") {
    int nice;
    if (os_nice(INT(0), &nice) < 0)
        return door_error(NULL, NULL);
    return PyLong_FromLong(nice);
}

FUNCTION(pidfd_open, "pid: int, flags: uint = 0",
         "Return a file descriptor referring to the process *pid*.") {
    int fd = os_pidfd_open(INT(0), (unsigned)LONG(1));
    return fd < 0 ? door_error(NULL, NULL) : PyLong_FromLong(fd);
}

FUNCTION(wait, "", "Wait for completion of a child process.") {
    int status = 0, pid;
    UNLOCKED(pid = os_wait(&status));
    return pid < 0 ? door_error(NULL, NULL) : Py_BuildValue("(ii)", pid, status);
}

FUNCTION(waitpid, "pid: int, options: int, /", "Wait for completion of a given child process.") {
    int status = 0, pid;
    UNLOCKED(pid = os_waitpid(INT(0), INT(1), &status));
    return pid < 0 ? door_error(NULL, NULL) : Py_BuildValue("(ii)", pid, status);
}
