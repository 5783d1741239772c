/* SPDX-License-Identifier: MIT */
/* FIFOs, and the numbers of devices. */
#include <fcntl.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <sys/stat.h>

int main(void) {
    os_mkdir("run", 0755);
    int run = os_open("run", O_RDONLY | O_DIRECTORY, 0);
    struct os_stat_result fifo, null;
    if (os_mkfifo("run/requests", 0600) < 0 || os_mkfifoat(run, "answers", 0600) < 0 ||
        os_mknod("run/empty", S_IFREG | 0600, 0) < 0 ||
        os_mknodat(run, "more", S_IFIFO | 0600, 0) < 0 || os_stat("run/answers", &fifo, 0) < 0 ||
        os_stat("/dev/null", &null, 0) < 0) {
        os_perror("run");
        return 1;
    }
    printf("a FIFO: %d\n", S_ISFIFO(fifo.st_mode));
    printf("/dev/null is %" PRIu32 ":%" PRIu32 "\n", os_major(null.st_rdev),
           os_minor(null.st_rdev));
    printf("the same number: %d\n", os_makedev(1, 3) == null.st_rdev);
    return os_close(run);
}

/* It prints:
 *     a FIFO: 1
 *     /dev/null is 1:3
 *     the same number: 1
 */
