/* SPDX-License-Identifier: MIT */
/** Names for what comes into being beside the name that it is to get. */
#include "fs/beside.h"

#include "base/seam.h"
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* It need not be a secret: where there is no randomness, the clock does. */
void beside_name(char name[static BESIDE_SIZE]) {
    uint64_t number;
    if (SYS(getrandom, &number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        number = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec << 16 ^ (uint64_t)getpid();
    }
    snprintf(name, BESIDE_SIZE, ".osier-%016llx", (unsigned long long)number);
}
