/* SPDX-License-Identifier: MIT */
/** Signals, descriptors of processes, niceness, times and namespaces. */
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include <osier/process.h>
#include <sched.h>
#include <signal.h>
#include <sys/times.h>
#include <unistd.h>

int os_kill(pid_t pid, int sig) {
    return PUBLIC(SYS(kill, pid, sig), "kill", NULL, NULL);
}

int os_killpg(pid_t pgid, int sig) {
    return PUBLIC(SYS(killpg, pgid, sig), "killpg", NULL, NULL);
}

/* nice(2) in the shape of other calls: its −1 may be a niceness. */
static int add_nice(int increment, int *ret_nice) {
    errno = 0;
    *ret_nice = nice(increment);
    return *ret_nice == -1 && errno ? -1 : 0;
}

int os_nice(int increment, int *ret_nice) {
    int now = 0, saved = errno;
    int r = SYS(add_nice, increment, &now);
    errno = saved;
    if (r >= 0 && ret_nice)
        *ret_nice = now;
    return PUBLIC(r, "nice", NULL, NULL);
}

int os_pidfd_open(pid_t pid, unsigned int flags) {
    return PUBLIC(SYS(kernel_pidfd_open, pid, flags), "pidfd_open", NULL, NULL);
}

int os_pidfd_getfd(int pidfd, int target_fd, unsigned int flags) {
    int r = SYS(kernel_pidfd_getfd, pidfd, target_fd, flags);
    return PUBLIC(r, "pidfd_getfd", NULL, NULL);
}

int os_pidfd_send_signal(int pidfd, int sig) {
    int r = SYS(kernel_pidfd_send_signal, pidfd, sig, NULL, 0);
    return PUBLIC(r, "pidfd_send_signal", NULL, NULL);
}

int os_times(struct os_times_result *ret_times) {
    struct tms now;
    clock_t elapsed = SYS(times, &now);
    if (elapsed < 0)
        return PUBLIC((int)elapsed, "times", NULL, NULL);
    double second = (double)sysconf(_SC_CLK_TCK);
    *ret_times = (struct os_times_result){
        .user = (double)now.tms_utime / second,
        .system = (double)now.tms_stime / second,
        .children_user = (double)now.tms_cutime / second,
        .children_system = (double)now.tms_cstime / second,
        .elapsed = (double)elapsed / second,
    };
    return 0;
}

int os_unshare(int flags) {
    return PUBLIC(SYS(unshare, flags), "unshare", NULL, NULL);
}

int os_setns(int fd, int nstype) {
    return PUBLIC(SYS(setns, fd, nstype), "setns", NULL, NULL);
}
