/* SPDX-License-Identifier: MIT */
/* A pipe, whose two ends no child inherits. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    int ends[2];
    char text[16];
    if (os_pipe(ends) < 0 || os_write(ends[1], "hello", 5) != 5) {
        os_perror("pipe");
        return 1;
    }
    os_close(ends[1]);
    ssize_t size = os_read(ends[0], text, sizeof text);
    printf("%zd bytes: %.*s, inheritable: %d\n", size, (int)size, text,
           os_get_inheritable(ends[0]));
    return os_close(ends[0]);
}

/* It prints:
 *     5 bytes: hello, inheritable: 0
 */
