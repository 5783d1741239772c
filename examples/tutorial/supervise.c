/* SPDX-License-Identifier: MIT */
/* Keeps a program running, and ends it with all that it started: supervise PROGRAM [ARGUMENT…] */
#include <osier.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

enum { ATTEMPTS = 3 };

static volatile sig_atomic_t stopped;

static void stop(int number) {
    stopped = number;
}

static void pause_for(double seconds) {
    struct timespec time = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
    nanosleep(&time, NULL); /* a signal ends it, and that is right */
}

/* Runs the program once: its return code, or 127 where it can't be started. */
static int run_once(char **argv, double *ret_seconds) {
    struct os_run_options options = {
        .size = sizeof options, .tree = OS_RUN_TREE, .grace = 5, .in.kind = OS_RUN_DEVNULL};
    struct os_run_result result = {0};
    struct os_child *child = os_child_start(argv, &options);
    if (!child) {
        os_perror(argv[0]);
        return 127;
    }
    while (!stopped && os_child_wait(child, 0.1, &result) == 0)
        continue;
    os_child_close(child); /* ends whatever is left of it */
    int code = result.returncode;
    *ret_seconds = result.wall;
    os_run_result_free(&result);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: supervise PROGRAM [ARGUMENT...]\n");
        return 64;
    }
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    double delay = 0.1, seconds = 0;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        int code = run_once(argv + 1, &seconds);
        if (stopped)
            return 128 + stopped;
        if (code == 0 || code == 127)
            return code;
        fprintf(stderr, "%s ended with %d after %.0f s\n", argv[1], code, seconds);
        if (seconds >= 60) { /* it worked for a while: a new failure, not the old one */
            attempt = 0;
            delay = 0.1;
        }
        pause_for(delay);
        delay *= 2;
    }
    fprintf(stderr, "%s failed %d times in a row\n", argv[1], ATTEMPTS);
    return 1;
}
