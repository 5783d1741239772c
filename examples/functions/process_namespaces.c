/* SPDX-License-Identifier: MIT */
/* A thread's own current directory; with an argument, into the namespaces of a process. */
#define _GNU_SOURCE
#include <osier.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    if (os_unshare(CLONE_FS) < 0) { /* takes no privilege, other than most namespaces */
        os_perror("unshare");
        return 1;
    }
    printf("chdir is this thread's own now\n");
    if (argc > 1) {
        int pidfd = os_pidfd_open(atoi(argv[1]), 0);
        if (os_setns(pidfd, CLONE_NEWNET | CLONE_NEWUTS) < 0)
            os_perror(argv[1]);
    }
    return 0;
}

/* It prints:
 *     chdir is this thread's own now
 */
