/* SPDX-License-Identifier: MIT */
/** How plans are shown: for people, as JSON, as a page. */
#ifndef CLI_VERBS_PLAN_OUTPUT_H
#define CLI_VERBS_PLAN_OUTPUT_H

#include "frame/call.h"

struct os_plan;
struct os_plan_act_event;

/** Prints a plan: as its file with --json, else as a list and, unless `list_only`, the changes of text
 *  files. The exit status: STATUS_TROUBLE with `detailed` where anything changes. */
int show_plan(struct os_plan *plan, bool list_only, bool detailed);

/** Tells why a plan has no file or text (errno): STATUS_NO. */
int failed_to_write(struct os_plan *plan);

/** Says on stderr what will be refused: STATUS_YES where nothing will that is known. */
int tell_refusals(struct os_plan *plan);

/** Prints it as a page of HTML that needs nothing else. */
int show_plan_page(struct os_plan *plan);

/** Tells of a program of a plan, that it is run, or why it has failed. */
void tell_act(const struct os_plan_act_event *event, const char *verb);

/** Says which preconditions don't hold: STATUS_REFUSED. */
int refuse_conflicts(const char *verb, struct os_plan *plan);

/** Says that a plan's secrets can't be compared: STATUS_REFUSED. */
int refuse_key(const char *verb);

#endif
