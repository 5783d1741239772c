/* SPDX-License-Identifier: MIT */
/* Cuts a file, lets it grow, and has it written to the disk; with an argument, everything else too. */
#include <fcntl.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(int argc, char **argv) {
    (void)argv;
    os_write_file("data", "0123456789", 10, NULL);
    int fd = os_open("data", O_RDWR, 0);
    if (os_truncate("data", 4) < 0 || os_ftruncate(fd, 6) < 0) {
        os_perror("data");
        return 1;
    }
    size_t size;
    os_autofree char *content = os_read_file("data", &size);
    printf("%zu bytes, of them text: %s\n", size, content);
    if (os_syncfs(fd) < 0)
        os_perror("syncfs");
    if (argc > 1)
        os_sync(); /* every disk of the machine */
    return os_close(fd);
}

/* It prints:
 *     6 bytes, of them text: 0123
 */
