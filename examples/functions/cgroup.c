/* SPDX-License-Identifier: MIT */
/* How much a program may take, in a container as on a bare machine. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_cgroup_result cgroup;
    uint64_t available;
    bool limited = os_cgroup(&cgroup) == 0 && cgroup.cpu_quota < 1; /* fails where there is none */
    if (os_available_memory(&available) < 0) {
        os_perror("memory");
        return 1;
    }
    printf("%s\n", available > 1 << 20 ? "sort in memory" : "sort on disk");
    return limited && os_available_cpus() > 1;
}

/* It prints:
 *     sort in memory
 */
