/* SPDX-License-Identifier: MIT */
/* Locks a file, makes sure of its space on the disk, and tells the kernel how it is read. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int fd = os_open("table", O_RDWR | O_CREAT, 0600);
    if (os_lockf(fd, F_TLOCK, 0) < 0 || os_posix_fallocate(fd, 0, 65536) < 0 ||
        os_posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) < 0) {
        os_perror("table");
        return 1;
    }
    /* A hole in the middle gives its space back. */
    if (os_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 16384, 32768) < 0 &&
        errno != ENOTSUP)
        os_perror("hole");
    printf("%" PRId64 " bytes\n", os_path_getsize("table"));
    os_lockf(fd, F_ULOCK, 0);
    return os_close(fd);
}

/* It prints:
 *     65536 bytes
 */
