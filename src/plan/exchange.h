/* SPDX-License-Identifier: MIT */
/** What stands at two places, exchanged; also where the file system has no call for it. */
#ifndef PLAN_EXCHANGE_H
#define PLAN_EXCHANGE_H

#include "plan/look.h"

/** Where something stands. */
struct spot {
    int dir;
    const char *name;
};

/** Two places, and a free one in the journal that an exchange by several renames goes by way of. */
struct exchange {
    struct spot a, b, aside;
};

/**
 * Exchanges what stands at `a` and `b`, or moves what stands at one of them: 0 or −errno.
 *
 * Where there is no such rename (NFS, most of FUSE, exFAT) three take its place. `a` is never without a
 * file meanwhile, where that may have a second name; but what somebody else puts there in the moment
 * between the link and the rename is lost.
 */
int exchange(const struct exchange *x, bool has_a, bool has_b);

/** After a death: what is at `aside`, and a file that has the names of both places, are on their way; they are
 *  brought to where they came from or were to come to. 0; −ESTALE where somebody else has both; −errno. */
int exchange_settle(const struct exchange *x, bool has_a, bool has_b);

#endif
