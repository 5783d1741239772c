/* SPDX-License-Identifier: MIT */
/* A pseudo-terminal for a child, made in one call and step by step. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    int master, slave, status;
    int other = os_posix_openpt(O_RDWR | O_NOCTTY);
    if (other < 0 || os_grantpt(other) < 0 || os_unlockpt(other) < 0 ||
        os_openpty(&master, &slave) < 0) {
        os_perror("pty");
        return 1;
    }
    os_autofree char *by_master = os_ptsname(other);
    os_autofree char *by_slave = os_ttyname(slave);
    printf("terminals: %d\n",
           strncmp(by_master, "/dev/", 5) == 0 && strncmp(by_slave, "/dev/", 5) == 0);

    pid_t child = os_fork();
    if (child == 0) {
        if (os_login_tty(slave) < 0 || os_tcsetpgrp(0, os_getpgrp()) < 0)
            os__exit(1);
        os__exit(os_tcgetpgrp(0) == os_getpid() ? 0 : 2);
    }
    os_waitpid(child, 0, &status);
    printf("in the foreground of its own: %d\n", status == 0);
    os_close(other);
    os_close(slave);
    return os_close(master);
}

/* It prints:
 *     terminals: 1
 *     in the foreground of its own: 1
 */
