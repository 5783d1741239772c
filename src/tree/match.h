/* SPDX-License-Identifier: MIT */
/** Names against patterns, by the rules of Python's fnmatch. */
#ifndef TREE_MATCH_H
#define TREE_MATCH_H

#include <stdbool.h>

/** Whether the whole name matches: `*`, `?`, `[a-z]`, `[!a-z]`; a dot or a slash is nothing
 * special, and nothing escapes. */
bool match_name(const char *pattern, const char *name);

/** Whether a pattern has anything of that in it. */
bool match_has_magic(const char *pattern);

#endif
