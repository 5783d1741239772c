/* SPDX-License-Identifier: MIT */
/** Looks names up in the table, and suggests names for mistyped ones. */
#ifndef CLI_FRAME_SUGGEST_H
#define CLI_FRAME_SUGGEST_H

#include "frame/function.h"

/** The function or verb of that name, or of that other name; NULL where there is none. */
const struct function *find_function(const char *name);

/** A suggestion for an unknown name, in quotes; NULL where no name is similar. */
const char *suggest(const char *name);

/** The same of an option, without its dashes. */
const char *suggest_option(const struct function *function, const char *name);

#endif
