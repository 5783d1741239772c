/* SPDX-License-Identifier: MIT */
/* A stream over a descriptor, by the modes of Python. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    int fd = os_open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    FILE *log = os_fdopen(fd, "a", -1); /* the descriptor is the stream's now */
    if (!log) {
        os_perror("log");
        os_close(fd);
        return 1;
    }
    fprintf(log, "started\n");
    fclose(log);
    os_autofree char *text = os_read_file("log", NULL);
    printf("%s", text);
    return 0;
}

/* It prints:
 *     started
 */
