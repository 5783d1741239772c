/* SPDX-License-Identifier: MIT */
/* What was read from all disks, each byte counted once. */
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
    printf("less than with partitions and mappings: %d\n", bytes <= all);
    return 0;
}

/* It prints:
 *     less than with partitions and mappings: 1
 */
