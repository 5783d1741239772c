/* SPDX-License-Identifier: MIT */
/* The file system below a path, and below a descriptor. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_statvfs_result by_path, by_fd;
    int fd = os_open(".", O_RDONLY | O_DIRECTORY, 0);
    if (os_statvfs(".", &by_path) < 0 || os_fstatvfs(fd, &by_fd) < 0) {
        os_perror("statvfs");
        return 1;
    }
    printf("%s\n",
           by_path.f_bavail <= by_path.f_blocks ? "what is free is a part of the whole" : "?");
    printf("names of at least 14 bytes: %d\n", by_fd.f_namemax >= 14);
    return os_close(fd);
}

/* It prints:
 *     what is free is a part of the whole
 *     names of at least 14 bytes: 1
 */
