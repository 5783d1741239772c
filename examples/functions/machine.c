/* SPDX-License-Identifier: MIT */
/* Looks at a recorded machine: a folder with the files of its /proc and /sys. */
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    const char *meminfo = "MemTotal: 2048 kB\nMemFree: 512 kB\nMemAvailable: 1024 kB\n";
    os_makedirs("recorded/proc", 0755, 0);
    os_write_file("recorded/proc/meminfo", meminfo, 58, NULL);
    struct os_virtual_memory_result memory;
    if (os_set_root("recorded") < 0 || os_virtual_memory(&memory) < 0) {
        os_perror("recorded");
        return 1;
    }
    printf("recorded: %d, %" PRIu64 " of %" PRIu64 " bytes available\n", os_root_is_set(),
           memory.available, memory.total);
    os_set_root(NULL);           /* the machine itself again … */
    os_set_procfs_path("/proc"); /* … whose /proc may be mounted elsewhere */
    return os_root_is_set();
}

/* It prints:
 *     recorded: 1, 1048576 of 2097152 bytes available
 */
