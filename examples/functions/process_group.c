/* SPDX-License-Identifier: MIT */
/* Ends a child together with everything in its process group; counts what it cost. */
#include <osier.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int status, nice;
    struct os_times_result times;
    pid_t child = os_fork();
    if (child == 0) {
        os_setpgrp();
        os_nice(1, &nice);
        for (;;)
            pause();
    }
    os_setpgid(child, child); /* on both sides: whoever comes first */
    if (os_killpg(child, SIGTERM) < 0 || os_waitpid(child, 0, &status) < 0 ||
        os_times(&times) < 0) {
        os_perror("child");
        return 1;
    }
    printf("signal %d, seconds of children: %d\n", os_WTERMSIG(status),
           (int)(times.children_user + times.children_system));
    return 0;
}

/* It prints:
 *     signal 15, seconds of children: 0
 */
