/* SPDX-License-Identifier: MIT */
/** Times a command: prints COLUMN, PEER, nanoseconds passed, of processors used, and peak KiB.
 *
 *      stopwatch COLUMN PEER COMMAND…
 *
 *  What the command prints goes nowhere; its failure ends the benchmark.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double time_ns(const struct timeval *t) {
    return (double)t->tv_sec * 1e9 + (double)t->tv_usec * 1e3;
}

int main(int argc, char **argv) {
    if (argc < 4)
        return fputs("stopwatch COLUMN PEER COMMAND...\n", stderr), 64;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    int status;
    struct rusage usage;
    double start = now_ns();
    if (posix_spawnp(&pid, argv[3], &actions, NULL, argv + 3, environ) != 0 ||
        wait4(pid, &status, 0, &usage) < 0)
        return perror(argv[3]), 1;
    double passed = now_ns() - start;
    posix_spawn_file_actions_destroy(&actions);
    if (status != 0)
        return fprintf(stderr, "stopwatch: %s (%s, %s) failed\n", argv[3], argv[1], argv[2]), 1;
    printf("%s\t%s\t%.0f\t%.0f\t%ld\n", argv[1], argv[2], passed,
           time_ns(&usage.ru_utime) + time_ns(&usage.ru_stime), usage.ru_maxrss);
    return 0;
}
