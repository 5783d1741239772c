/* SPDX-License-Identifier: MIT */
/* A counter that one part of a program adds to and another waits for. */
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <sys/eventfd.h>

int main(void) {
    uint64_t jobs;
    int fd = os_eventfd(0, EFD_CLOEXEC);
    if (fd < 0 || os_eventfd_write(fd, 2) < 0 || os_eventfd_write(fd, 1) < 0 ||
        os_eventfd_read(fd, &jobs) < 0) {
        os_perror("eventfd");
        return 1;
    }
    printf("%" PRIu64 " jobs\n", jobs);
    return os_close(fd);
}

/* It prints:
 *     3 jobs
 */
