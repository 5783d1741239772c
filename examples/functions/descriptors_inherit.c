/* SPDX-License-Identifier: MIT */
/* Which descriptors a program gets that is started, and what they do when there is nothing. */
#include <errno.h>
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    int ends[2];
    if (os_pipe2(0, ends) < 0) { /* inheritable, other than those of os_pipe() */
        os_perror("pipe2");
        return 1;
    }
    int copy = os_dup(ends[0]), at_10 = os_dup2(ends[1], 10, /* inheritable= */ true);
    printf("%d %d %d\n", os_get_inheritable(ends[0]), os_get_inheritable(copy),
           os_get_inheritable(at_10));
    os_set_inheritable(ends[0], false);

    char byte;
    os_set_blocking(copy, false);
    if (os_get_blocking(copy) == 0 && os_read(copy, &byte, 1) < 0 && errno == EAGAIN)
        printf("nothing yet\n");

    os_close_range(10, 20, 0); /* in one system call */
    os_closerange(ends[0], ends[1] + 1);
    printf("closed: %d\n", os_get_inheritable(10) < 0 && errno == EBADF);
    return os_close(copy);
}

/* It prints:
 *     1 0 1
 *     nothing yet
 *     closed: 1
 */
