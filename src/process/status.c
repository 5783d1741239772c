/* SPDX-License-Identifier: MIT */
/** What a wait status says. */
#include "base/error.h"
#include "base/seam.h"
#include "process/spawn.h"
#include <osier/process.h>
#include <sys/wait.h>

int os_waitstatus_to_exitcode(int status, int *ret_exitcode) {
    if (WIFSTOPPED(status))
        return (int)error_fail_words(-EINVAL, "waitstatus_to_exitcode",
                                     "ValueError: process stopped by delivery of a signal");
    if (!WIFEXITED(status) && !WIFSIGNALED(status))
        return (int)error_fail_words(-EINVAL, "waitstatus_to_exitcode",
                                     "ValueError: invalid wait status");
    *ret_exitcode = spawn_exitcode(status);
    return 0;
}
