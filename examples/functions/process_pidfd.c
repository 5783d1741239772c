/* SPDX-License-Identifier: MIT */
/* Holds a child by a descriptor, which is never another process, and ends it. */
#include <errno.h>
#include <osier.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int ends[2], status;
    os_pipe(ends);
    pid_t child = os_fork();
    if (child == 0)
        for (;;)
            pause();
    int pidfd = os_pidfd_open(child, 0);
    if (pidfd < 0) {
        os_perror("pidfd_open"); /* before Linux 5.3 */
        return os_kill(child, SIGKILL) < 0 ? 1 : 77;
    }
    /* A copy of the child's end of the pipe, where the caller may trace it. */
    int copy = os_pidfd_getfd(pidfd, ends[0], 0);
    printf("%s\n", copy >= 0 ? "got it" : errno == EPERM || errno == ENOSYS ? "got it not" : "?");
    os_pidfd_send_signal(pidfd, SIGTERM);
    os_waitpid(child, 0, &status);
    printf("ended by signal %d\n", os_WTERMSIG(status));
    return os_close(pidfd);
}

/* It prints:
 *     got it
 *     ended by signal 15
 */
