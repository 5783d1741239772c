/* SPDX-License-Identifier: MIT */
/** What a child does to itself before it executes the program, beyond what posix_spawn(3) has. */
#ifndef PROCESS_SETUP_H
#define PROCESS_SETUP_H

#include "process/spawn.h"
#include <osier/run.h>

/** A descriptor on its way to its number in the program. */
struct setup_move {
    int from, to;
    bool lift; /* another move needs the number that it comes from */
};

struct setup {
    const struct os_run_options *options;
    struct setup_move *moves; /* the child changes them */
    size_t move_count;
    int above;          /* a number above all that a move goes to */
    int cgroup;         /* the file cgroup.procs to write itself into, or −1 */
    const bool *placed; /* whether it is there already */
    pid_t parent;       /* whose end its parent death signal tells of; 0: not known here */
    int death_signal;   /* or 0 */
};

/** Works out which moves collide with each other: `moves` and `move_count` are set. */
void setup_arrange(struct setup *s);

/** The steps: spawn.setup, with a struct setup. */
int setup_apply(const void *setup, struct spawn_failure *failure);

#endif
