/* SPDX-License-Identifier: MIT */
/** Waiting for children, and what a wait status says. */
#include "base/error.h"
#include "base/seam.h"
#include "process/spawn.h"
#include <osier/process.h>
#include <sys/resource.h>
#include <sys/wait.h>

int os_waitstatus_to_exitcode(int status, int *ret_exitcode) {
    if (WIFSTOPPED(status))
        return (int)error_fail_message(-EINVAL, "waitstatus_to_exitcode",
                                       "ValueError: process stopped by delivery of a signal");
    if (!WIFEXITED(status) && !WIFSIGNALED(status))
        return (int)error_fail_message(-EINVAL, "waitstatus_to_exitcode",
                                       "ValueError: invalid wait status");
    *ret_exitcode = spawn_exitcode(status);
    return 0;
}

bool os_WIFEXITED(int status) {
    return WIFEXITED(status);
}

int os_WEXITSTATUS(int status) {
    return WEXITSTATUS(status);
}

bool os_WIFSIGNALED(int status) {
    return WIFSIGNALED(status);
}

int os_WTERMSIG(int status) {
    return WTERMSIG(status);
}

bool os_WCOREDUMP(int status) {
    return WCOREDUMP(status);
}

bool os_WIFSTOPPED(int status) {
    return WIFSTOPPED(status);
}

int os_WSTOPSIG(int status) {
    return WSTOPSIG(status);
}

bool os_WIFCONTINUED(int status) {
    return WIFCONTINUED(status);
}

static pid_t wait_for(pid_t pid, int options, int *ret_status) {
    int status = 0;
    pid_t r = SYS(waitpid, pid, &status, options);
    if (r >= 0 && ret_status)
        *ret_status = status;
    return r;
}

pid_t os_wait(int *ret_status) {
    return PUBLIC(wait_for(-1, 0, ret_status), "wait", NULL, NULL);
}

pid_t os_waitpid(pid_t pid, int options, int *ret_status) {
    return PUBLIC(wait_for(pid, options, ret_status), "waitpid", NULL, NULL);
}

static double seconds(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static pid_t wait_and_measure(pid_t pid, int options, int *ret_status,
                              struct os_rusage *ret_usage) {
    int status = 0;
    struct rusage usage = {0};
    pid_t r = SYS(wait4, pid, &status, options, &usage);
    if (r >= 0 && ret_status)
        *ret_status = status;
    if (r >= 0 && ret_usage)
        *ret_usage = (struct os_rusage){
            .ru_utime = seconds(usage.ru_utime),
            .ru_stime = seconds(usage.ru_stime),
            .ru_maxrss = usage.ru_maxrss,
            .ru_minflt = usage.ru_minflt,
            .ru_majflt = usage.ru_majflt,
            .ru_inblock = usage.ru_inblock,
            .ru_oublock = usage.ru_oublock,
            .ru_nvcsw = usage.ru_nvcsw,
            .ru_nivcsw = usage.ru_nivcsw,
        };
    return r;
}

pid_t os_wait3(int options, int *ret_status, struct os_rusage *ret_usage) {
    return PUBLIC(wait_and_measure(-1, options, ret_status, ret_usage), "wait3", NULL, NULL);
}

pid_t os_wait4(pid_t pid, int options, int *ret_status, struct os_rusage *ret_usage) {
    return PUBLIC(wait_and_measure(pid, options, ret_status, ret_usage), "wait4", NULL, NULL);
}

int os_waitid(int idtype, unsigned int id, int options, struct os_waitid_result *ret_result) {
    siginfo_t info = {0};
    int r = SYS(waitid, (idtype_t)idtype, id, &info, options);
    if (r < 0)
        return PUBLIC(r, "waitid", NULL, NULL);
    if (!info.si_pid)
        return 0;
    *ret_result = (struct os_waitid_result){
        .pid = info.si_pid,
        .uid = info.si_uid,
        .signo = info.si_signo,
        .status = info.si_status,
        .code = info.si_code,
    };
    return 1;
}
