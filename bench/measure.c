/* SPDX-License-Identifier: MIT */
/** The stopwatch of the small benchmarks. */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 25 };
enum { ROUNDS_AT_LEAST = 3 };
static const double ROW_SECONDS = 10;      /* after which it is enough, where one run takes long */
static const double ROUND_SECONDS = 0.004; /* long beside the clock's tick, short beside a burst */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(const struct operation *operation, long times) {
    double start = now();
    operation->run(times);
    return now() - start;
}

static long calibrate(const struct operation *operation) {
    long times = 1;
    while (seconds(operation, times) < ROUND_SECONDS && times < 1L << 30)
        times *= 2;
    return times;
}

static void measure_row(const struct operation *row, size_t count) {
    long *times = calloc(count, sizeof *times);
    double *best = calloc(count, sizeof *best);
    if (!times || !best)
        abort();
    for (size_t i = 0; i < count; i++)
        times[i] = calibrate(&row[i]);
    double start = now();
    for (int round = 0; round < ROUNDS; round++) {
        if (round >= ROUNDS_AT_LEAST && now() - start > ROW_SECONDS)
            break;
        for (size_t i = 0; i < count; i++) {
            double each = seconds(&row[i], times[i]) / (double)times[i];
            if (round == 0 || each < best[i])
                best[i] = each;
        }
    }
    for (size_t i = 0; i < count; i++)
        printf("%s\t%s\t%.1f\n", row[i].row, row[i].peer, best[i] * 1e9);
    free(times);
    free(best);
}

void measure(const struct operation *operations, size_t count) {
    for (size_t first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && strcmp(operations[next].row, operations[first].row) == 0)
            next++;
        measure_row(&operations[first], next - first);
    }
}
