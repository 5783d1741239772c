/* SPDX-License-Identifier: MIT */
/* How much a program may take, in a container as on a bare machine. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_cgroup_result cgroup;
    uint64_t available;
    bool limited =
        os_cgroup(NULL, &cgroup) == 0 && cgroup.cpu_quota < 1; /* fails where there is none */
    if (os_available_memory(&available) < 0) {
        os_perror("memory");
        return 1;
    }
    size_t groups, trees;
    os_autofree struct os_cgroup_entry *all = os_cgroups(NULL, OS_CGROUP_CPU, &groups);
    os_autofree struct os_cgroup_membership *own = os_process_cgroups(0, &trees);
    for (size_t i = 0; all && own && i < groups; i++)
        if (all[i].throttled > all[i].periods)
            return 1; /* never */
    printf("%s\n", available > 1 << 20 ? "sort in memory" : "sort on disk");
    return limited && os_available_cpus() > 1;
}

/* It prints:
 *     sort in memory
 */
