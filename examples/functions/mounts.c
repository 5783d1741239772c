/* SPDX-License-Identifier: MIT */
/* What is mounted, and how full it is; a server that doesn't answer costs half a second. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    size_t count;
    os_autofree struct os_mount *mounts =
        os_mounts(OS_MOUNTS_SIZES | OS_MOUNTS_PSEUDO, 0.5, &count);
    struct os_disk_usage_result disk;
    if (!mounts || os_disk_usage_timeout("/", 0.5, &disk) < 0) {
        os_perror("mounts");
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(mounts[i].mountpoint, "/") == 0 && !mounts[i].covered)
            printf("/ is mounted, stuck: %d\n", mounts[i].stuck);
    printf("used is less than all: %d\n", disk.used <= disk.total);
    return 0;
}

/* It prints:
 *     / is mounted, stuck: 0
 *     used is less than all: 1
 */
