/* SPDX-License-Identifier: MIT */
/** How a fault test chooses which call through the seam fails. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#define FAULT_EXPORT __attribute__((visibility("default")))

/** Makes the `n`-th call from now fail with `number` (an allocation always with ENOMEM). */
FAULT_EXPORT void fault_arm(long n, int number);

/** Instead of an error: the process is killed before that call, as by SIGKILL. */
#define FAULT_KILL (-1)

/** The same for the n-th call of that name alone; NULL for any. */
FAULT_EXPORT void fault_arm_call(const char *name, long n, int number);

/** Lets each call take so many microseconds more, for what others do meanwhile. */
FAULT_EXPORT void fault_slow(unsigned microseconds);

/** The number of the sync (plan/sync.h) that is left out; 0 for none. */
FAULT_EXPORT extern int fault_skipped_sync;
/** For the tests of plans: 1 syncs whole file systems, −1 never does, 0 as src/plan decides. */
FAULT_EXPORT extern int fault_whole_sync;
/** Not 0: the file system exchanges no names, and refuses none that is taken (NFS, most of FUSE). */
FAULT_EXPORT extern int fault_plain_renames;

/** Cancels the calling thread before the n-th call from now that it makes: pthread_cancel(3), which
 *  acts at the next cancellation point; 0: not any more. */
FAULT_EXPORT void fault_arm_cancel(long n);

/**
 * Ends the faults.
 *
 * @param ret_calls  how many calls went through the seam since fault_arm(), or NULL
 * @return the name of the call that failed, or NULL when the n-th was never reached
 */
FAULT_EXPORT const char *fault_disarm(long *ret_calls);

bool fault_due(const char *name);

#endif
