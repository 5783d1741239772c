/* SPDX-License-Identifier: MIT */
/* What was read from all disks, each byte counted once, and how busy the first one is. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    size_t count;
    uint64_t bytes = 0, all = 0;
    os_autofree struct os_disk *disks = os_disks(&count);
    if (!disks) {
        os_perror("disks");
        return 77;
    }
    for (size_t i = 0; i < count; i++) {
        all += disks[i].read_bytes;
        bytes += disks[i].counted ? disks[i].read_bytes : 0;
    }
    size_t later;
    os_autofree struct os_disk *now = os_disks(&later);
    if (now) /* as if a second had passed */
        os_disk_rates(now, later, disks, count, 1000000000);
    if (now && later && now[0].valid & OS_DISK_RATES && now[0].busy_percent > 100)
        return 1; /* never */
    printf("less than with partitions and mappings: %d\n", bytes <= all);
    return 0;
}

/* It prints:
 *     less than with partitions and mappings: 1
 */
