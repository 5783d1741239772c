/* SPDX-License-Identifier: MIT */
/** The stopwatch of the small benchmarks: peers take turns, the best of many rounds counts.
 *
 *  A program lists its operations, several peers a row, and measure() prints a line for each:
 *  row, peer and nanoseconds, parted by tabs. bench/table makes ratios of them.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>

struct operation {
    const char *row;
    const char *peer;
    void (*run)(long times);
};

/** Defines `static void NAME(long times)` that does the statement that many times. */
#define OPERATION(name, ...)                                                                       \
    static void name(long times) {                                                                 \
        while (times-- > 0) {                                                                      \
            __VA_ARGS__;                                                                           \
            __asm__ volatile("" ::: "memory");                                                     \
        }                                                                                          \
    }

/** Measures and prints every operation; those of one row take turns in each round. */
void measure(const struct operation *operations, size_t count);

/** Likewise for what takes long: each row in a process of its own, which has the memory and threads of no other, and
 *  peers take turns after two calls, of which the second is measured; what a tenth of the calls is quicker than counts. */
void measure_apart(const struct operation *operations, size_t count);

/** Keeps the compiler from working out what a value is, or that nobody uses it. */
#define HIDE(value) __asm__ volatile("" : "+r"(value))

#endif
