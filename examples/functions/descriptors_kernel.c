/* SPDX-License-Identifier: MIT */
/* Moves data between files and pipes without taking it into the program. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <sys/uio.h>

int main(void) {
    os_write_file("in", "again and ", 10, NULL);
    int in = os_open("in", O_RDONLY, 0), out = os_open("out", O_RDWR | O_CREAT, 0600);
    int a[2], b[2];
    if (os_pipe(a) < 0 || os_pipe(b) < 0 ||
        os_copy_file_range(in, out, 5, OS_POSITION, OS_POSITION) != 5 || /* "again" */
        os_sendfile(out, in, 5, 5) != 5 ||                               /* " and " */
        os_splice(in, a[1], 5, 0, OS_POSITION, 0) != 5 ||                /* into a pipe */
        os_tee(a[0], b[1], 5, 0) != 5 || /* into the other as well */
        os_splice(b[0], out, 5, OS_POSITION, OS_POSITION, 0) != 5) {
        os_perror("copy");
        return 1;
    }
    struct iovec end = {"!\n", 2};
    char text[8];
    os_vmsplice(b[1], &end, 1, 0);
    os_write(out, text, (size_t)os_read(b[0], text, sizeof text));
    os_autofree char *content = os_read_file("out", NULL);
    printf("%s", content);
    os_closerange(in, b[1] + 1);
    return 0;
}

/* It prints:
 *     again and again!
 */
