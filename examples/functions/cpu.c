/* SPDX-License-Identifier: MIT */
/* The processors: how many, how fast, what they do, and since when. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    size_t cpus, known;
    os_autofree struct os_cpu_times *times = os_cpu_times(&cpus);
    os_autofree struct os_cpu_freq *speeds =
        os_cpu_freq(&known); /* none in most virtual machines */
    struct os_cpu_stats_result stats;
    int64_t booted;
    double uptime;
    if (!times || os_cpu_stats(&stats) < 0 || os_boot_time(&booted) < 0 || os_uptime(&uptime) < 0) {
        os_perror("cpu");
        return 1;
    }
    printf("all together and each that is online: %d\n", (int)cpus == 1 + os_cpu_count());
    printf("CPUs whose speed is known: %d\n", speeds && known <= cpus);
    printf("at least one core: %d\n", os_cpu_count_cores() != 0);
    printf("it idled or worked: %d\n", times[0].idle + times[0].user > 0);
    printf("processes were started: %d\n", stats.forks > 0);
    printf("up for some time: %d, since after 1970: %d\n", uptime > 0, booted > 0);
    return 0;
}

/* It prints:
 *     all together and each that is online: 1
 *     CPUs whose speed is known: 1
 *     at least one core: 1
 *     it idled or worked: 1
 *     processes were started: 1
 *     up for some time: 1, since after 1970: 1
 */
