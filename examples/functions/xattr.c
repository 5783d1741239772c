/* SPDX-License-Identifier: MIT */
/* Notes on a file that the file system keeps: extended attributes. */
#include <errno.h>
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_write_file("page", "<p>", 3, NULL);
    int fd = os_open("page", O_RDWR, 0);
    if (os_setxattr("page", "user.type", "text/html", 9, 0, 0) < 0 ||
        os_setxattr_fd(fd, "user.charset", "utf-8", 5, 0) < 0) {
        os_perror("page");
        return errno == ENOTSUP ? 77 : 1;
    }
    size_t size;
    os_autofree char *type = os_getxattr("page", "user.type", 0, NULL);
    os_autofree char *charset = os_getxattr_fd(fd, "user.charset", &size);
    printf("%s, %.*s\n", type, (int)size, charset);
    os_removexattr("page", "user.type", 0);
    os_removexattr_fd(fd, "user.charset");
    os_autofree char **names = os_listxattr("page", 0);
    os_autofree char **by_fd = os_listxattr_fd(fd);
    printf("left: %d\n", names[0] || by_fd[0]);
    return os_close(fd);
}

/* It prints:
 *     text/html, utf-8
 *     left: 0
 */
