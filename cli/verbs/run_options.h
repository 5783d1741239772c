/* SPDX-License-Identifier: MIT */
/** What osier run is told: times, sizes, limits and users from their words. */
#ifndef CLI_VERBS_RUN_OPTIONS_H
#define CLI_VERBS_RUN_OPTIONS_H

#include "frame/call.h"

#include <osier.h>
#include <sys/types.h>

enum { RUN_LIMITS = 16, RUN_GROUPS = 256 };

struct run_options {
    struct os_run_options run;
    struct os_run_limit limits[RUN_LIMITS];
    uid_t user;
    gid_t group, groups[RUN_GROUPS];
    int retries; /* −1: without end */
    double delay, backoff;
    bool jitter;
    const char *until, *log;
    bool quiet;
};

/** Reads them: 0, or STATUS_USAGE after a message. */
int run_options_read(struct call *call, struct run_options *options);

/** The time that an option gives, "30s", "250ms", "1.5m", "2h", "1d", without a unit seconds; where it
 *  isn't given nothing is set. 0, or STATUS_USAGE after a message. */
int read_time(struct call *call, const char *option, double *ret_seconds);

#endif
