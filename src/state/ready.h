/* SPDX-License-Identifier: MIT */
/** Whether a service answers, within a time. */
#ifndef STATE_READY_H
#define STATE_READY_H

#include "state/kinds.h"

/** What is asked: "tcp:8080", "http://…", or a command for a shell. */
struct ready {
    const char *spec, *within;
};

/** Takes what a table says; `within` is in seconds, or NULL: 30. 0 or −errno. */
int ready_begin(struct os_state *state, const struct resource *resource,
                const struct data_value *said, const double *within, struct ready *ret);

/** Plans that it is asked in the end: 0 or −errno. */
int ready_plan(struct os_state *state, const struct resource *resource, const struct ready *ready);

/** Asks once, and says why it isn't so by problem(): 0 or −errno. */
int ready_check(struct os_state *state, const struct resource *resource, const struct ready *ready);

/** How driver_run() asks: argv is "@ready", what is asked, and the seconds. */
extern const char READY[];
int ready_run(char *const *argv, char **ret_said);

#endif
