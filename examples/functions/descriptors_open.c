/* SPDX-License-Identifier: MIT */
/* Opens a file, writes and reads at offsets and at its position, and waits for the disk. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int here = os_open(".", O_RDONLY | O_DIRECTORY, 0);
    int fd = os_openat(here, "log", O_RDWR | O_CREAT | O_EXCL, 0644);
    if (fd < 0 || os_write(fd, "one two three\n", 14) != 14 || os_pwrite(fd, "TWO", 3, 4) != 3 ||
        os_fdatasync(fd) < 0 || os_fsync(here) < 0 /* the name, too */) {
        os_perror("log");
        return 1;
    }
    char word[4] = "";
    size_t size;
    os_autofree char *middle = os_pread_bytes(fd, 3, 4, &size);
    if (os_pread(fd, word, 3, 0) == 3)
        printf("%s %s\n", word, middle);
    char last[8] = "";
    if (os_lseek(fd, -6, SEEK_END) < 0 || os_readinto(fd, last, 5) != 5)
        return 1;
    os_autofree char *rest = os_read_bytes(fd, 100, &size);
    printf("%s and %zu byte more\n", last, size);
    os_close(fd);
    return os_close(here);
}

/* It prints:
 *     one TWO
 *     three and 1 byte more
 */
