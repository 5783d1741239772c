/* SPDX-License-Identifier: MIT */
/* Process groups, sessions and nice values, of a child. */
#include <osier.h>
#include <stdio.h>
#include <sys/resource.h>

static int in_the_child(void) {
    int nice;
    pid_t me = os_getpid();
    if (os_setpgrp() < 0 || os_getpgrp() != me || os_getpgid(0) != me)
        return 1;
    if (os_getpriority(PRIO_PROCESS, 0, &nice) < 0 || os_setpriority(PRIO_PROCESS, 0, nice + 1) < 0)
        return 2;
    return os_getsid(0) > 0 ? 0 : 3;
}

int main(void) {
    int status;
    pid_t child = os_fork();
    if (child == 0)
        os__exit(in_the_child());
    os_waitpid(child, 0, &status);
    printf("a group of its own: %d\n", status == 0);

    child = os_fork();
    if (child == 0)
        os__exit(os_setsid() == os_getpid() ? 0 : 1); /* no terminal can stop it any more */
    os_waitpid(child, 0, &status);
    printf("a session of its own: %d\n", status == 0);

    child = os_fork();
    if (child == 0)
        os__exit(os_setpgid(0, 0) < 0);
    os_waitpid(child, 0, &status);
    return status;
}

/* It prints:
 *     a group of its own: 1
 *     a session of its own: 1
 */
