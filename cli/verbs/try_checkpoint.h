/* SPDX-License-Identifier: MIT */
/** Where no rehearsal can be: directories copied first, so that they can be put back. */
#ifndef CLI_VERBS_TRY_CHECKPOINT_H
#define CLI_VERBS_TRY_CHECKPOINT_H

#include "frame/call.h"

/** What becomes of the changes in the end. */
enum checkpoint_end { CHECKPOINT_ASK, CHECKPOINT_KEEP, CHECKPOINT_DROP };

/** Runs the command of a call for real, shows where the directories differ from what they were, and puts
 *  them back unless that is kept: the exit status. */
int try_with_checkpoint(struct call *call, const char *const *directories, enum checkpoint_end end,
                        double timeout);

/** Asks on the terminal whether to keep what was changed. */
bool ask_to_keep(void);

#endif
