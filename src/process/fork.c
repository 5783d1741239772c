/* SPDX-License-Identifier: MIT */
/** Copies of the process, and its end. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "io/pty.h"
#include <osier/process.h>
#include <pthread.h>
#include <unistd.h>

pid_t os_fork(void) {
    return PUBLIC(SYS(fork), "fork", NULL, NULL);
}

static pid_t fork_on_terminal(int *ret_fd) {
    AUTO_CLOSE int ours = -1, theirs = -1;
    int r = pty_open(&ours, &theirs);
    if (r < 0)
        return r;
    pid_t pid = SYS(fork);
    if (pid > 0)
        *ret_fd = TAKE_FD(ours);
    if (pid == 0) {
        *ret_fd = -1;
        if (pty_login(TAKE_FD(theirs)) < 0)
            _exit(1);
    }
    return pid;
}

pid_t os_forkpty(int *ret_fd) {
    UNCANCELLED;
    return PUBLIC(fork_on_terminal(ret_fd), "forkpty", NULL, NULL);
}

int os_register_at_fork(void (*before)(void), void (*after_in_parent)(void),
                        void (*after_in_child)(void)) {
    if (!before && !after_in_parent && !after_in_child)
        return (int)error_fail_message(-EINVAL, "register_at_fork",
                                       "TypeError: At least one argument is required.");
    int r = SYS_NUMBER(pthread_atfork, before, after_in_parent, after_in_child);
    return PUBLIC(r, "register_at_fork", NULL, NULL);
}

void os__exit(int status) {
    _exit(status);
}

void os_abort(void) {
    abort();
}
