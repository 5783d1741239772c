/* SPDX-License-Identifier: MIT */
/** What waits for the end of a round: who has to be told of files that change. */
#ifndef STATE_SERVICE_H
#define STATE_SERVICE_H

#include "state/assertion.h"

extern const struct driver driver_service;
extern const struct kind kind_service;

/** Whether the plan changes something that one of the patterns is for: 1, 0 or −errno. */
int plan_touches(struct os_state *state, const char *const *patterns);

/** Plans that systemd reads its units again, where any changes: 0 or −errno. Of a round with services. */
int end_units(struct os_state *state);

#endif
