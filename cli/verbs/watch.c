/* SPDX-License-Identifier: MIT */
/** osier watch: what osier get shows, again and again. */
#include "verbs/watch.h"
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Sleeps until the next time, which doesn't move with what asking takes. */
static void sleep_until(struct timespec *next, double interval) {
    struct timespec now;
    long long nanoseconds = (long long)(interval * 1e9) + next->tv_nsec;
    next->tv_sec += (time_t)(nanoseconds / 1000000000);
    next->tv_nsec = (long)(nanoseconds % 1000000000);
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (next->tv_sec < now.tv_sec || (next->tv_sec == now.tv_sec && next->tv_nsec < now.tv_nsec))
        *next = now; /* it took longer than that */
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
        ;
}

/* On a terminal each answer takes the place of the one before. */
static void begin_screen(const char *what, double interval) {
    char text[32] = "";
    time_t now = time(NULL);
    struct tm parts;
    if (localtime_r(&now, &parts))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    printf("\033[H\033[2J%s  %s, every %g s\n\n", text, what, interval);
}

int repeat(const struct rounds *rounds, int (*ask)(void *data), void *data) {
    struct timespec next;
    int status = STATUS_YES;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (long i = 0; status == STATUS_YES && (rounds->count == 0 || i < rounds->count); i++) {
        if (i)
            sleep_until(&next, rounds->interval);
        if (rounds->screen)
            begin_screen(rounds->what, rounds->interval);
        status = ask(data);
        if (fflush(stdout) != 0 || output_broken())
            break;
    }
    return status;
}

static int ask(void *question) {
    return ask_question(question);
}

static int watch(const struct rounds *rounds, struct question *question) {
    if (!rounds->screen && !question->metrics)
        output_style.json = true;
    if (question->function && strcmp(question->function->name, "os.processes") == 0)
        return watch_processes(rounds, question);
    if (has_rates(question))
        return watch_rates(rounds, question);
    return repeat(rounds, ask, question);
}

/**
 * Shows what `osier get` shows, repeatedly.
 *
 * On a terminal each answer replaces the previous one; otherwise each is a line of JSON. WHAT and its words are
 * those of `osier get`: `osier watch procs --sort=-rss --top=20`.
 *
 * For processes, cpu_percent is the share of a CPU that each has used since the previous answer; a terminal shows the
 * highest first. The number of processes that started and ended in between is shown above the table, or with --news
 * in each line; it includes those that ended before they could be listed. The files of each process stay open, so
 * that every further answer costs half as much.
 *
 * For disks and links, rates are shown: bytes and requests or packets a second since the previous answer, and how
 * much of the time a disk was busy. There is no rate in the first line of JSON, nor for a device that is new or whose
 * counters have started again.
 *
 * @param what  what `osier get` takes
 * @param words  the words that WHAT takes
 * @param interval  seconds between two answers, 2 by default
 * @param count  the number of answers; 0: until it is stopped
 * @param news  print objects with started, ended, unseen, elapsed, and the list, as processes
 * @param root  read a machine whose /proc, /sys and /etc were recorded below this directory
 * @param prometheus  print metrics for Prometheus
 * @group machine
 * @since 0.1
 * @shell watch WHAT [WORDS...] [--interval=SECONDS] [--count=N] [--news] [--root=DIR] [--prometheus] + -> custom
 */
int verb_watch(struct call *call) {
    struct question question;
    int status = read_question(call, &question);
    if (status != STATUS_YES)
        return status;
    double interval = is_set(call, "interval") ? arg_float(call, arg_index(call, "interval")) : 2;
    long count = is_set(call, "count") ? ARG_INTEGER(call, arg_index(call, "count"), long, 0) : 0;
    if (call->misused)
        return STATUS_USAGE;
    if (!(interval >= 0.01 && interval <= 1e6) || count < 0)
        return misuse(call->function, "the least interval is 0.01 seconds, the least count 0");
    bool screen = output_terminal() && !output_style.json && !question.metrics;
    const struct rounds rounds = {arg_text(call, "WHAT"), interval, count, screen,
                                  is_set(call, "news")};
    if (rounds.news && strcmp(rounds.what, "procs") != 0)
        return misuse(call->function, "--news goes with procs only");
    return watch(&rounds, &question);
}
