/* SPDX-License-Identifier: MIT */
/* Sets permission bits by path, in a directory, and by descriptor. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_write_file("run", "#!/bin/sh\n", 10, NULL);
    os_write_file("key", "secret", 6, NULL);
    int fd = os_open("key", O_RDONLY, 0);
    struct os_stat_result run, key;
    if (os_chmod("run", 0644, 0) < 0 || os_chmodat(OS_CWD, "run", 0755, 0) < 0 ||
        os_fchmod(fd, 0600) < 0 || os_stat("run", &run, 0) < 0 || os_stat("key", &key, 0) < 0) {
        os_perror("chmod");
        return 1;
    }
    printf("run %o, key %o\n", run.st_mode & 07777, key.st_mode & 07777);
    return os_close(fd);
}

/* It prints:
 *     run 755, key 600
 */
