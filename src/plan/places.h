/* SPDX-License-Identifier: MIT */
/** Places that steps have to do with, found by directory and name. */
#ifndef PLAN_PLACES_H
#define PLAN_PLACES_H

#include "plan/txn.h"

/** What stands at a place, as far as the steps say. */
struct txn_place {
    unsigned dir;
    const char *name; /* NULL: this slot is free */
    const struct txn_step *step;
    bool second; /* the place is the step's second one */
};

struct places {
    struct txn_place *slots;
    size_t size;
};

/** Begins with room for the places of all steps: 0 or −ENOMEM. */
int places_begin(struct places *places, const struct txn *txn);
void places_end(struct places *places);

/** The slot of a place; its `name` is NULL where nothing was noted there. */
struct txn_place *places_find(const struct places *places, unsigned dir, const char *name);

/** Notes a step at one of its places. */
void places_note(const struct places *places, const struct txn_step *step, bool second);

/** What stands at a step's first or second place before it is made, or after. NULL: nothing. */
const struct txn_mark *step_mark(const struct txn_step *step, bool second, bool made);

#endif
