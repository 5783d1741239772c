/* SPDX-License-Identifier: MIT */
/** The processes that a verb is about: found by what they are, and held so that none is mistaken for another. */
#ifndef CLI_VERBS_TARGETS_H
#define CLI_VERBS_TARGETS_H

#include "frame/call.h"

#include <osier.h>

/* What was looked at and is meant is signalled through the same handle: never another process. */
struct target {
    struct os_process *process;
    pid_t pid;
    uint64_t start_ticks;
    char *name;
    bool ended;
};

struct targets {
    struct target *items;
    size_t count;
    struct os_socket *sockets; /* those of --port, whose processes alone are meant; or NULL */
    size_t sockets_count;
};

/** Finds those that the words (PID, PID:START_TICKS, names), --filter and --port of `call` mean: the exit
 *  status, not 0 after a message where one of the words is no process, or nothing is meant. */
int targets_find(struct call *call, struct targets *targets);

/** Takes in all that descend from them. With `stop` they are stopped meanwhile, so that they start no more. */
int targets_add_descendants(struct targets *targets, bool stop);

/** Sends a signal to those from number `first` on; what fails is left to whoever asks them next. */
void targets_signal(const struct targets *targets, size_t first, int sig);

/** Waits at most so many seconds, negative: as long as it takes. 1: all have ended; 0: the time is over; −1
 *  with errno set: one of them can't be waited for. */
int targets_await(struct targets *targets, double seconds);

/** Ends all handles. */
void targets_free(struct targets *targets);

#endif
