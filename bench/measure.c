/* SPDX-License-Identifier: MIT */
/** The stopwatch of the small benchmarks. */
#include "measure.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How a row is measured: rounds of many calls, of which the best one counts; or of one call each,
 * of which those count that a tenth is quicker than. */
struct manner {
    bool singly;
    int rounds;
    int quicker; /* of a hundred */
};
static const struct manner many_calls = {.rounds = 25};
static const struct manner single_calls = {.singly = true, .rounds = 2000, .quicker = 10};

static void measure_row(const struct operation *row, size_t count, const struct manner *manner) {
    long *times = calloc(count, sizeof *times);
    double *samples = calloc(count * (size_t)manner->rounds, sizeof *samples);
    if (!times || !samples)
        abort();
    for (size_t i = 0; i < count; i++)
        times[i] = manner->singly ? (row[i].run(1), 1) : calibrate(&row[i]);
    double start = now();
    int round = 0;
    for (; round < manner->rounds; round++) {
        if (round >= ROUNDS_AT_LEAST && now() - start > ROW_SECONDS)
            break;
        for (size_t i = 0; i < count; i++) {
            if (manner->singly)
                row[i].run(1); /* not the first after another peer, whose traces it would pay for */
            samples[i * (size_t)manner->rounds + (size_t)round] =
                seconds(&row[i], times[i]) / (double)times[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        double *own = samples + i * (size_t)manner->rounds;
        qsort(own, (size_t)round, sizeof *own, compare);
        printf("%s\t%s\t%.1f\n", row[i].row, row[i].peer, own[round * manner->quicker / 100] * 1e9);
    }
    free(times);
    free(samples);
}

static void measure_here(const struct operation *row, size_t count) {
    measure_row(row, count, &many_calls);
}

static void in_a_process(const struct operation *row, size_t count) {
    fflush(stdout);
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        measure_row(row, count, &single_calls);
        exit(EXIT_SUCCESS);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
        abort();
}

static void measure_rows(const struct operation *operations, size_t count,
                         void (*row)(const struct operation *operations, size_t count)) {
    for (size_t first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && strcmp(operations[next].row, operations[first].row) == 0)
            next++;
        row(&operations[first], next - first);
    }
}

void measure(const struct operation *operations, size_t count) {
    measure_rows(operations, count, measure_here);
}

void measure_apart(const struct operation *operations, size_t count) {
    measure_rows(operations, count, in_a_process);
}
