/* SPDX-License-Identifier: MIT */
/** Directories of rehearsals in a journal, try/NAME: who rehearses holds the lock of its own. */
#ifndef PLAN_TRIES_H
#define PLAN_TRIES_H

#include "plan/journal.h"

#define TRIES_HELD "held" /* in a rehearsal's directory: it is kept when nobody uses it */

/** Makes the directory of a rehearsal, or with `again` opens one that is held: a descriptor, with
 *  `*ret_lock` the lock; −ENOENT, −EBUSY where somebody else uses it, or −errno. */
int tries_open(const struct journal *j, const char *name, bool again, int *ret_lock);

/** The number of a rehearsal that no journal's state directory has had: 0 or −errno. */
int tries_next(const struct journal *j, uint64_t *ret_id);

/** Removes a directory that the kernel may have closed, with all in it, as far as that can be done. */
void tries_clear(int dir, const char *name);

/** Removes a rehearsal's directory with all in it, as far as that can be done. */
void tries_remove(const struct journal *j, const char *name);

/** Removes what rehearsals have left that ended without a word; with `held` also what was kept. */
void tries_sweep(const struct journals *js, bool held);

#endif
