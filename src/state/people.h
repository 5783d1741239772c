/* SPDX-License-Identifier: MIT */
/** Users and groups of a state, who may not be there yet. */
#ifndef STATE_PEOPLE_H
#define STATE_PEOPLE_H

#include "state/driver.h"
#include "state/state.h"

/** Somebody of a state: who they will be. */
struct person {
    const char *name;
    bool group;
    uint32_t id, gid; /* their number; a user's own group */
    const char *home; /* of a user */
};

extern const struct kind kind_user, kind_group;

/** Gives everybody of a state a number, before its resources are read: 0 or −errno. */
int find_people(struct os_state *state);

/** Somebody of the state who shall be there, or NULL. */
const struct person *person_of(const struct os_state *state, const char *name, bool group);

#endif
