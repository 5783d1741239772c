/* SPDX-License-Identifier: MIT */
/* Waits for children in all the ways there are, and says how each ended. */
#define _GNU_SOURCE
#include <osier.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

static pid_t child_that_exits(int code) {
    pid_t child = os_fork();
    if (child == 0)
        os__exit(code);
    return child;
}

static void tell(int status) {
    int code;
    if (os_WIFEXITED(status))
        printf("exit code %d", os_WEXITSTATUS(status));
    else if (os_WIFSIGNALED(status))
        printf("signal %d%s", os_WTERMSIG(status), os_WCOREDUMP(status) ? ", core dumped" : "");
    else if (os_WIFSTOPPED(status))
        printf("stopped by %d", os_WSTOPSIG(status));
    else if (os_WIFCONTINUED(status))
        printf("continued");
    if (os_waitstatus_to_exitcode(status, &code) == 0)
        printf(", in Python %d", code);
    printf("\n");
}

int main(void) {
    int status;
    struct os_rusage usage;
    struct os_waitid_result result;
    child_that_exits(1);
    if (os_wait(&status) > 0)
        tell(status);
    pid_t stopped = os_fork();
    if (stopped == 0)
        os__exit(os_kill(os_getpid(), SIGSTOP));
    if (os_waitpid(stopped, WUNTRACED, &status) == stopped)
        tell(status);
    os_kill(stopped, SIGKILL);
    if (os_wait3(0, &status, &usage) == stopped)
        tell(status);
    if (os_wait4(child_that_exits(4), 0, &status, &usage) > 0)
        tell(status);
    if (os_waitid(P_PID, (unsigned)child_that_exits(5), WEXITED, &result) == 1)
        printf("%d by itself: %d\n", result.status, result.code == CLD_EXITED);
    return 0;
}

/* It prints:
 *     exit code 1, in Python 1
 *     stopped by 19
 *     signal 9, in Python -9
 *     exit code 4, in Python 4
 *     5 by itself: 1
 */
