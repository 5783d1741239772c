/* SPDX-License-Identifier: MIT */
/** What osier watch does again and again. */
#ifndef CLI_VERBS_WATCH_H
#define CLI_VERBS_WATCH_H

#include "verbs/get.h"

/** How often, and how it is shown. */
struct rounds {
    const char *what;
    double interval; /* in seconds */
    long count;      /* 0: until it is stopped */
    bool screen;     /* each time in the place of what was there: on a terminal */
    bool news;       /* each line of JSON tells what has come and gone, too */
};

/** Asks at each time, until that fails or nobody reads on: the last exit status. */
int repeat(const struct rounds *rounds, int (*ask)(void *data), void *data);

/** Watches processes by what stays open of each: the exit status. */
int watch_processes(const struct rounds *rounds, const struct question *question);

/** Whether the answer is a list whose counters have rates: disks, links. */
bool has_rates(const struct question *question);

/** Watches such a list with what happened in a second between two looks: the exit status. */
int watch_rates(const struct rounds *rounds, const struct question *question);

#endif
