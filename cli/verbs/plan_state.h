/* SPDX-License-Identifier: MIT */
/** States, for plan, apply and show. */
#ifndef CLI_VERBS_PLAN_STATE_H
#define CLI_VERBS_PLAN_STATE_H

#include "frame/call.h"

struct os_state;
struct os_state_problem;

/** Whether a word is the name of a state's file, and no plan and no call. */
bool is_state(const char *word);

/** Reads the state that a call is about, with its --var: NULL after a message. */
struct os_state *load_state(struct call *call, const char *file);

/** Tells what is wrong with a state that nobody has written: without the place. `data` is the call. */
void tell_problem_of_text(const struct os_state_problem *problem, void *data);

/** osier plan STATE. */
int plan_state(struct call *call, const char *file);

/** osier apply STATE. */
int apply_state(struct call *call, const char *file);

/** osier show STATE --vars. */
int show_vars(struct call *call, const char *file);

#endif
