/* SPDX-License-Identifier: MIT */
/** Waiting in a thread that may be cancelled meanwhile. */
#include "base/cancel.h"

#include "base/seam.h"
#include <sys/wait.h>
#include <unistd.h>

/* In functions of their own, as pthread_cleanup_push(3) may save the registers as setjmp(3) does. */
ssize_t cancel_read(int fd, void *data, size_t size, const struct cancel *cancel) {
    ssize_t result;
    pthread_cleanup_push(cancel->undo, cancel->argument);
    int held;
    pthread_setcancelstate(cancel->state, &held);
    result = SYS(read, fd, data, size);
    pthread_setcancelstate(held, &held);
    pthread_cleanup_pop(0);
    return result;
}

int cancel_wait(pid_t pid, int *ret_status, const struct cancel *cancel) {
    int status = 0;
    pid_t result;
    pthread_cleanup_push(cancel->undo, cancel->argument);
    int held;
    pthread_setcancelstate(cancel->state, &held);
    result = SYS(waitpid, pid, &status, 0);
    pthread_setcancelstate(held, &held);
    pthread_cleanup_pop(0);
    if (result < 0)
        return (int)result;
    *ret_status = status;
    return 0;
}
