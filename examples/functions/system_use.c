/* SPDX-License-Identifier: MIT */
/* Asks how much the machine has for this process. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_disk_usage_result disk;
    double loads[3];
    if (os_disk_usage("/", &disk) < 0 || os_getloadavg(loads) < 0) {
        os_perror("machine");
        return 1;
    }
    printf("threads to start: %s\n", os_available_cpus() >= 1 ? "some" : "none");
    printf("CPUs: %s\n", os_cpu_count() >= os_process_cpu_count() ? "online" : "?");
    printf("disk: %s\n", disk.free <= disk.total ? "not overfull" : "?");
    os_autofree char *shell = os_which("sh", 1 /* X_OK */, NULL);
    printf("sh: %s\n", shell ? "found" : "none");
    return 0;
}

/* It prints:
 *     threads to start: some
 *     CPUs: online
 *     disk: not overfull
 *     sh: found
 */
