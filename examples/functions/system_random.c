/* SPDX-License-Identifier: MIT */
/* Random bytes for a key, and how much of the CPUs a container has. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    unsigned char key[32] = {0}, none[32] = {0}, seed[8];
    double cpus;
    if (os_urandom(key, sizeof key) < 0 || os_getrandom(seed, sizeof seed, GRND_NONBLOCK) < 0 ||
        os_cpu_quota(&cpus) < 0) {
        os_perror("system");
        return 1;
    }
    printf("random: %d, more than no CPU: %d\n", memcmp(key, none, sizeof key) != 0, cpus > 0);
    return 0;
}

/* It prints:
 *     random: 1, more than no CPU: 1
 */
