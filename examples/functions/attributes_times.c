/* SPDX-License-Identifier: MIT */
/* Sets when a file was last read and last changed: now, to a moment, or one of the two alone. */
#include <fcntl.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    const int64_t second = 1000000000;
    os_write_file("log", "", 0, NULL);
    int fd = os_open("log", O_WRONLY, 0), here = os_open(".", O_RDONLY | O_DIRECTORY, 0);
    const struct os_time moon[2] = {{-14182940, 0}, {-14182940, 0}}; /* 20 July 1969, 20:17:40 */
    struct os_stat_result stat;
    if (os_utime("log", OS_TIME_NOW, OS_TIME_NOW, 0) < 0 ||
        os_utime_fd(fd, 1000 * second, 1000 * second) < 0 ||
        os_utimeat(here, "log", OS_TIME_OMIT, 2000 * second, 0) < 0 ||
        os_stat("log", &stat, 0) < 0) {
        os_perror("utime");
        return 1;
    }
    printf("read at %" PRId64 ", changed at %" PRId64 "\n", stat.st_atime_sec, stat.st_mtime_sec);
    if (os_utimensat(here, "log", moon, 0) == 0 && os_stat("log", &stat, 0) == 0)
        printf("changed at %" PRId64 "\n", stat.st_mtime_sec);
    os_close(fd);
    return os_close(here);
}

/* It prints:
 *     read at 1000, changed at 2000
 *     changed at -14182940
 */
