/* SPDX-License-Identifier: MIT */
/** A test in a namespace of processes of its own, where it may choose their numbers. */
#ifndef SUPPORT_PIDS_H
#define SUPPORT_PIDS_H

#include "support.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

/** Runs `body` as the first process there: it returns 0, or 77 where something lacks, and the test is skipped then and
 *  without root. */
static inline void in_own_pids(int (*body)(void)) {
    int status;
    pid_t outer = fork();
    if (outer == 0) {
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
            _exit(77);
        pid_t inner = fork();
        if (inner == 0)
            _exit(body());
        waitpid(inner, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
    }
    assert_int_equal(waitpid(outer, &status, 0), outer);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

#endif
