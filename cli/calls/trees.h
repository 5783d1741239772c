/* SPDX-License-Identifier: MIT */
/** Results of calls for trees, as the verbs and the call door print them. */
#ifndef CLI_CALLS_TREES_H
#define CLI_CALLS_TREES_H

#include <osier.h>

/** Prints the paths of the entries of a directory of a walk; `type` 'd', 'f', or 0 for both. */
void emit_paths(const struct os_walk_entry *at, char type);

/** Prints each path that differs, and in what. */
void emit_os_tree_compare(const struct os_tree_compare *compare);

#endif
