/* SPDX-License-Identifier: MIT */
/** Plans applied, by apply, undo and --undoable. */
#ifndef CLI_VERBS_PLAN_APPLY_H
#define CLI_VERBS_PLAN_APPLY_H

#include "frame/call.h"

#include <stdint.h>

struct os_plan;

/** Loads a plan: NULL after a message. */
struct os_plan *load_plan(const char *verb, const char *file);

/** Shows a plan, and what `show_more` has to show, and asks for it on a terminal; elsewhere, and after a
 *  no, STATUS_REFUSED. */
int ask_for_plan(const char *verb, struct os_plan *plan, void (*show_more)(void *data), void *data);

/** Makes all changes of a plan, or none, and says so: the exit status. */
int apply_plan(const char *verb, struct os_plan *plan, bool wait, bool open_files);

/** Says why a plan wasn't applied, by errno and the last error: the exit status. */
int refuse_plan(const char *verb, struct os_plan *plan);

/** Says under which number something was done. */
void tell_done(const char *verb, uint64_t id);

/** With --undoable, and with --dry-run that doesn't list, the call's actions become steps of
 *  call->plan: STATUS_YES, or after a message. */
int begin_planned(struct call *call);

/** Shows that plan, or applies it if nothing has failed; without one the status stays. */
int end_planned(struct call *call, int status);

#endif
