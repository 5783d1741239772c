/* SPDX-License-Identifier: MIT */
/** Results of calls for trees, as the verbs and the call door print them. */
#ifndef CLI_TREES_H
#define CLI_TREES_H

#include "call.h"

#include <osier.h>

/** Whether an option was given. */
bool is_set(const struct call *call, const char *name);

/** The number an option was given, or `otherwise`. */
int option_number(struct call *call, const char *name, int otherwise);

/** What a directory of a walk holds, a path for each; `type` 'd', 'f' or 0 for both. */
void emit_paths(const struct os_walk_entry *at, char type);

/** Why a directory of a walk could not be read, on stderr. */
void tell_unread(const struct os_walk_entry *at);

/** A record of the numbers in bytes, with a list of what was asked for. */
void emit_os_usage(const struct os_usage *usage);

/** Each path that differs, and in what. */
void emit_os_compare(const struct os_compare *compare);

#endif
