/* SPDX-License-Identifier: MIT */
/** What the kinds whose names stand for files in a directory have in common. */
#ifndef STATE_DROPINS_H
#define STATE_DROPINS_H

#include "state/assertion.h"
#include "state/kinds.h"

#include <stdlib.h>
#include <strings.h>

/** Their members besides their own. */
#define DROP_IN                                                                                    \
    {"absent", FLAG, offsetof(struct resource, gone)},                                             \
        {"check", TEXT, offsetof(struct resource, check)}, {                                       \
        "after", LIST, offsetof(struct resource, after)                                            \
    }

/** Gives a resource its text, root's, with a mode: 0 or −ENOMEM. */
int finish_drop_in(struct os_state *state, struct resource *resource, const struct str *text,
                   mode_t mode);

int plan_drop_in(struct os_state *state, const struct resource *resource);

/** Takes the texts of a member, one or a list, with names replaced; of none an empty list. */
int take_list(struct os_state *state, const struct resource *resource, const char *name,
              const char *const **ret);

/** Takes a text without ends of lines: 1, 0 where there is none, or −errno. */
int take_line(struct os_state *state, const struct resource *resource, const char *name,
              const char **ret);

/** Is told of each member of a table: its name, and its value as a text of one line. */
typedef int each_pair(struct os_state *state, const struct place *place, const char *name,
                      const char *value, struct str *text);
int take_pairs(struct os_state *state, const struct resource *resource, const char *name,
               each_pair *each, struct str *text);

#endif
