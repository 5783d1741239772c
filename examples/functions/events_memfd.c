/* SPDX-License-Identifier: MIT */
/* A file in memory, sealed before another program gets it: nobody changes it any more. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <sys/mman.h>

int main(void) {
    int fd = os_memfd_create("config", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || os_write(fd, "port = 80\n", 10) != 10 ||
        os_memfd_add_seals(fd, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) < 0) {
        os_perror("memfd");
        return errno == ENOSYS ? 77 : 1;
    }
    printf("sealed: %d\n", (os_memfd_get_seals(fd) & F_SEAL_WRITE) != 0);
    if (os_write(fd, "x", 1) < 0)
        printf("%s\n", os_error_name(errno));
    return os_close(fd);
}

/* It prints:
 *     sealed: 1
 *     PermissionError
 */
