/* SPDX-License-Identifier: MIT */
/* Writes a record from several pieces of memory in one call, and reads it back into others. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <sys/uio.h>

int main(void) {
    char head[] = "head:", body[] = "body\n", first[6] = "", second[6] = "";
    struct iovec out[] = {{head, 5}, {body, 5}}, in[] = {{first, 5}, {second, 5}};
    int fd = os_open("record", O_RDWR | O_CREAT, 0600);
    if (os_writev(fd, out, 2) != 10 || os_pwritev(fd, out + 1, 1, 10, 0) != 5) {
        os_perror("record");
        return 1;
    }
    if (os_preadv(fd, in, 2, 0, 0) == 10)
        printf("%s %s", first, second);
    printf("%zd bytes\n", os_lseek(fd, 0, SEEK_SET) == 0 ? os_readv(fd, in, 2) : -1);
    return os_close(fd);
}

/* It prints:
 *     head: body
 *     10 bytes
 */
