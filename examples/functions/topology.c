/* SPDX-License-Identifier: MIT */
/* How the machine is built: which CPU is which core, the caches, and whose memory is near. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    size_t cpus, caches, nodes;
    os_autofree struct os_cpu *cpu = os_cpu_topology(OS_CPU_PLACE | OS_CPU_NODE, &cpus);
    os_autofree struct os_cpu_cache *cache = os_cpu_caches(&caches);
    os_autofree struct os_numa_node *node = os_numa_nodes(&nodes);
    if (!cpu || !cache || !node) {
        os_perror("topology");
        return 1;
    }
    int online = 0, nearest = 1;
    for (size_t i = 0; i < cpus; i++)
        online += cpu[i].online;
    for (size_t i = 0; i < caches; i++) /* none in some virtual machines */
        nearest &= cache[i].level >= cache[0].level;
    for (size_t i = 0; i < nodes; i++)
        for (size_t k = 0; k < node[i].distances_count; k++)
            nearest &= node[i].distances[k].distance >= 10;
    printf("CPUs that are online: %d\n", online == os_cpu_count());
    printf("the nearest cache comes first, and one's own memory is nearest: %d\n", nearest);
    return 0;
}

/* It prints:
 *     CPUs that are online: 1
 *     the nearest cache comes first, and one's own memory is nearest: 1
 */
