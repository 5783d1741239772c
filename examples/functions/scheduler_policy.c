/* SPDX-License-Identifier: MIT */
/* How urgent a process is: here as little as can be, for work that may wait. */
#define _GNU_SOURCE
#include <osier.h>
#include <sched.h>
#include <stdio.h>

int main(void) {
    double slice;
    printf("real time: %d to %d\n", os_sched_get_priority_min(SCHED_FIFO),
           os_sched_get_priority_max(SCHED_FIFO));
    if (os_sched_setscheduler(0, SCHED_BATCH, 0) < 0 || os_sched_setparam(0, 0) < 0 ||
        os_sched_rr_get_interval(0, &slice) < 0 || os_sched_yield() < 0) {
        os_perror("scheduler");
        return 1;
    }
    printf("batch: %d, priority %d\n", os_sched_getscheduler(0) == SCHED_BATCH,
           os_sched_getparam(0));
    printf("a slice in ns and s: %d\n", os_sched_rr_get_interval_ns(0) >= 0 && slice >= 0);
    return 0;
}

/* It prints:
 *     real time: 1 to 99
 *     batch: 1, priority 0
 *     a slice in ns and s: 1
 */
