/* SPDX-License-Identifier: MIT */
/** The syncs that the protocol rests on, each of which a test can leave out.
 *
 *  tests/crash shows with that that its power cuts find what is wrong where one is missing.
 */
#ifndef PLAN_SYNC_H
#define PLAN_SYNC_H

enum sync_point {
    SYNC_STAGED = 1, /* what was made anew */
    SYNC_INTENT,     /* the intent, and the move to active */
    SYNC_EFFECTS,    /* the directories that were changed */
    SYNC_COMMIT,     /* the move to the log */
};

#ifdef OSIER_FAULTS
#include "base/fault.h"
#define SYNC(point, call) ((int)(point) == fault_skipped_sync ? 0 : (call))
#define SYNC_FORCED       fault_whole_sync
#else
#define SYNC_FORCED       0
#define SYNC(point, call) ((void)(point), (call))
#endif

#endif
