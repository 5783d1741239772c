/* SPDX-License-Identifier: MIT */
/** What a state looks at, so that it is known what it is about. */
#ifndef STATE_AGAINST_H
#define STATE_AGAINST_H

#include "state/state.h"

/** Notes that a path is looked at, or with `all_below` that all below it is meant, while that is asked. */
void note_look(struct os_state *state, const char *path, bool all_below);

/** Likewise a value of a driven kind. */
void note_value(struct os_state *state, const char *kind, const char *name);

#endif
