/* SPDX-License-Identifier: MIT */
/* On which CPUs a thread may run: binds it to the first of them. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    size_t count, now;
    os_autofree int *cpus = os_sched_getaffinity(0, &count);
    if (!cpus || os_sched_setaffinity(0, cpus, 1) < 0) {
        os_perror("affinity");
        return 1;
    }
    os_autofree int *bound = os_sched_getaffinity(0, &now);
    printf("%zu CPU, the same: %d\n", now, bound[0] == cpus[0]);
    return os_sched_setaffinity(0, cpus, count);
}

/* It prints:
 *     1 CPU, the same: 1
 */
