/* SPDX-License-Identifier: MIT */
/** What --help says, and usage lines. */
#ifndef CLI_FRAME_HELP_H
#define CLI_FRAME_HELP_H

#include "frame/function.h"

#include <stdio.h>

/** The verbs by their groups, and how to go on. */
void print_help(FILE *out);

/** The functions of the module `prefix`, "os" or "os.path", by topic: false where there are none. */
bool print_functions(const char *prefix);

/** The functions of a header, "files", with what each does: false where there is no such header. */
bool print_header(const char *name);

/** What one function or verb does and takes: all of it, or, `full` false, what half a screen holds. */
void print_function_help(const struct function *function, bool full);

/** "usage: osier os.mkdir PATH [--mode=MODE]" on stderr; of NULL that of the command. */
void print_usage(const struct function *function);

/** Prints what `osier help NAME` says of what is no call: whether there is such. */
bool print_guide(const char *name);

#endif
