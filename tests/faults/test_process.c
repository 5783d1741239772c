/* SPDX-License-Identifier: MIT */
/** Faults in running shell lines and programs. */
#include "faults.h"

#include <sys/wait.h>

/* A failed waitpid(2) leaves its child, which nobody else may collect. */
static void collect(void) {
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

#define CHILDREN .skips = "waitpid", .after = collect

/* system(3) tells a shell that can't be executed by the exit code 127. */
FAULT(os_system, CHILDREN, .absorbs = "kernel_execve") {
    int status = os_system("exit 3");
    return status == 3 << 8 || status == 127 << 8 ? 0 : -1;
}

FAULT(os_popen, CHILDREN) {
    struct os_popen *p = os_popen("true", "r");
    return p ? os_popen_close(p) : -1;
}

FAULT_CASE(os_popen, write, CHILDREN) {
    struct os_popen *p = os_popen("cat >/dev/null", "w");
    return p ? os_popen_close(p) : -1;
}

FAULT(os_popen_read, CHILDREN, .operation = ANY_NAME) {
    struct os_popen *p = os_popen("echo x", "r");
    if (!p)
        return -1;
    long r = fault_free(os_popen_read(p, NULL));
    int number = errno;
    if (os_popen_close(p) < 0)
        return -1;
    errno = number;
    return r;
}

/* What fails after the line has started is told by its operation, "popen_close". */
FAULT(os_popen_close, CHILDREN, .operation = ANY_NAME) {
    struct os_popen *p = os_popen("true", "r");
    return p ? os_popen_close(p) : -1;
}

FAULT(os_getoutput, CHILDREN) {
    return fault_free(os_getoutput("echo x", NULL));
}

NO_FAULT(os_waitstatus_to_exitcode)
