/* SPDX-License-Identifier: MIT */
/** What counters say between two looks. */
#ifndef SYSTEM_RATES_H
#define SYSTEM_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How a counter has gone on, and where its rate goes. */
struct rate {
    uint64_t before, now;
    double *ret_rate;
};

/**
 * Sets how much each counter got more a second: false, and nothing is set, where one of them has
 * shrunk, as it began anew, or where no time has passed.
 */
static inline bool rates_set(const struct rate *rates, size_t count, int64_t elapsed) {
    for (size_t i = 0; i < count; i++)
        if (rates[i].now < rates[i].before)
            return false;
    for (size_t i = 0; elapsed > 0 && i < count; i++)
        *rates[i].ret_rate = (double)(rates[i].now - rates[i].before) * 1e9 / (double)elapsed;
    return elapsed > 0;
}

#endif
