/* SPDX-License-Identifier: MIT */
/** The log of a program: what it prints, each line with the time it came. */
#include "verbs/run_log.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct run_log {
    FILE *file;
    int ends[2];
    pthread_t thread;
    atomic_bool finished; /* the program has ended: nothing has to be waited for */
    bool within;          /* a line has begun */
};

static void put_time(FILE *file) {
    struct timespec now;
    struct tm parts;
    char text[40], zone[8];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    strftime(zone, sizeof zone, "%z", &parts);
    fprintf(file, "%s.%03ld%s ", text, now.tv_nsec / 1000000, zone);
}

static void put(struct run_log *log, const char *bytes, ssize_t size) {
    for (ssize_t i = 0; i < size; i++) {
        if (!log->within)
            put_time(log->file);
        log->within = bytes[i] != '\n';
        putc_unlocked(bytes[i], log->file);
    }
    fflush(log->file);
}

static void *copy_lines(void *argument) {
    struct run_log *log = argument;
    char bytes[16384];
    for (;;) {
        struct pollfd event = {.fd = log->ends[0], .events = POLLIN};
        bool finished = log->finished;
        if (poll(&event, 1, finished ? 0 : 50) <= 0) {
            if (finished)
                break;
            continue;
        }
        ssize_t size = read(log->ends[0], bytes, sizeof bytes);
        if (size <= 0)
            break;
        put(log, bytes, size);
    }
    if (log->within)
        putc('\n', log->file);
    return NULL;
}

/* Signals are for the thread that waits for the program. */
static bool start(struct run_log *log) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    bool started = pthread_create(&log->thread, NULL, copy_lines, log) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return started;
}

struct run_log *run_log_open(const char *path, int *ret_fd) {
    struct run_log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->file = fopen(path, "ae");
    bool piped = log->file && pipe2(log->ends, O_CLOEXEC) == 0;
    if (piped && start(log)) {
        *ret_fd = log->ends[1];
        return log;
    }
    if (piped) {
        close(log->ends[0]);
        close(log->ends[1]);
    }
    if (log->file)
        fclose(log->file);
    free(log);
    return NULL;
}

void run_log_close(struct run_log *log) {
    if (!log)
        return;
    close(log->ends[1]);
    log->finished = true;
    pthread_join(log->thread, NULL);
    close(log->ends[0]);
    fclose(log->file);
    free(log);
}
