/* SPDX-License-Identifier: MIT */
/* A timer that is read as a file, and so can be waited for together with others. */
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>

int main(void) {
    struct os_itimer_ns ns;
    struct os_itimer seconds;
    uint64_t times;
    int fd = os_timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (fd < 0 || os_timerfd_settime(fd, 0, 30, 0, NULL) < 0 ||
        os_timerfd_gettime(fd, &seconds) < 0 ||
        os_timerfd_settime_ns(fd, 0, 1000000, 0, &ns) < 0) { /* 1 ms, instead of 30 s */
        os_perror("timerfd");
        return 1;
    }
    printf("it had %.0f s left, and %d more than 29 s\n", seconds.next, ns.next > 29000000000);
    if (os_read(fd, &times, sizeof times) == sizeof times)
        printf("it rang %" PRIu64 " time\n", times);
    os_timerfd_gettime_ns(fd, &ns);
    printf("set again: %d\n", ns.next != 0);
    return os_close(fd);
}

/* It prints:
 *     it had 30 s left, and 1 more than 29 s
 *     it rang 1 time
 *     set again: 0
 */
