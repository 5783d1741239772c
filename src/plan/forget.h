/* SPDX-License-Identifier: MIT */
/** Transactions forgotten, so that what they keep doesn't fill the disk. */
#ifndef PLAN_FORGET_H
#define PLAN_FORGET_H

#include "plan/journal.h"

/** After a transaction: forgets what is over the limits, as far as there is time. Needs the locks. */
void forget_over_limits(struct journals *js);

/** Removes what was forgotten, however long it takes. Needs the locks. */
void forget_at_once(struct journals *js);

/** How many bytes a transaction holds in a journal, counted once: 0; −ETIME where that takes more than
 *  `most` nanoseconds (−1: whatever it takes); −errno. */
int forget_size(const struct journal *j, enum journal_state state, uint64_t id, int64_t most,
                uint64_t *ret_bytes);

/** How many places a transaction's intent has changed, and how many programs it has run: 0 or −errno.
 *  `at` is its directory. */
int forget_count_steps(int at, uint64_t *ret_steps, uint64_t *ret_acts);

/** Numbers of those that are forgotten and can still be read, to free(): how many, or −errno. */
long forget_list(const struct journal *j, uint64_t **ret_ids);

/** The directory with what can be read of one of them: a descriptor or −errno. */
int forget_open(const struct journal *j, uint64_t id);

#endif
