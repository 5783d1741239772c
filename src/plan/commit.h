/* SPDX-License-Identifier: MIT */
/** What applying and undoing share. */
#ifndef PLAN_COMMIT_H
#define PLAN_COMMIT_H

#include "plan/txn.h"

/** Notes who runs a transaction, when, and by which command: 0 or −ENOMEM. */
int commit_sign(struct txn *txn, const char *title);

/** Recovers all locked journals: 0, or −errno where something stays that has to be looked at;
 *  `*ret_failed`, to free(), is what. */
int commit_recover(struct journals *js, char **ret_failed);

#endif
