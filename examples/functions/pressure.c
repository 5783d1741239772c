/* SPDX-License-Identifier: MIT */
/* How much work stands still because something is short, and a warning when it does. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_pressure_result memory;
    if (os_pressure(OS_RESOURCE_MEMORY, NULL, &memory) < 0) {
        os_perror("pressure"); /* a kernel without it */
        return 77;
    }
    printf("at most all of the time: %d\n", memory.some.avg10 <= 100);

    /* 300 ms in two seconds: poll(2) says POLLPRI on it. */
    int fd = os_pressure_watch(OS_RESOURCE_MEMORY, NULL, false, 300000000, 2000000000);
    if (fd < 0 && errno != EACCES && errno != EPERM && errno != EROFS)
        os_perror("watch");
    return fd < 0 ? 0 : os_close(fd);
}

/* It prints:
 *     at most all of the time: 1
 */
