/* SPDX-License-Identifier: MIT */
/** What the kinds whose names stand for files in a directory have in common. */
#ifndef STATE_DROPINS_H
#define STATE_DROPINS_H

#include "state/assertion.h"
#include "state/kinds.h"

#include <stdlib.h>
#include <strings.h>

/** Their members besides their own. */
#define DROP_IN ABSENT, {"check", TEXT, IN_RESOURCE(check)}, AFTER

/** Gives a resource its text, root's, with a mode: 0 or −ENOMEM. */
int finish_drop_in(struct os_state *state, struct resource *resource, const struct str *text,
                   mode_t mode);

int plan_drop_in(struct os_state *state, const struct resource *resource);

/** Is told of each member of a table: its name, and its value as a text of one line. */
typedef int each_pair(struct os_state *state, const struct place *place, const char *name,
                      const char *value, struct str *text);
/** Tells of each member of a table, which may be NULL; `name` is what that is called. */
int take_pairs(struct os_state *state, const struct resource *resource, const char *name,
               const struct data_value *table, each_pair *each, struct str *text);

#endif
