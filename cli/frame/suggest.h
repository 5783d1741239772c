/* SPDX-License-Identifier: MIT */
/** Names in the table: found, and guessed where they are mistyped. */
#ifndef CLI_FRAME_SUGGEST_H
#define CLI_FRAME_SUGGEST_H

#include "frame/function.h"

/** The function or verb of that name, or of that other name; NULL where there is none. */
const struct function *find_function(const char *name);

/** What a name that is unknown may be meant for, between quotes; NULL where nothing is like it. */
const char *suggest(const char *name);

/** The same of an option, without its dashes. */
const char *suggest_option(const struct function *function, const char *name);

#endif
