/* SPDX-License-Identifier: MIT */
/** Paths as the verbs that change trees need them. */
#ifndef CLI_VERBS_PATHS_H
#define CLI_VERBS_PATHS_H

#include "frame/call.h"

#include <stdint.h>

/** Whether it is a directory, and not a link to one. */
bool is_real_dir(const char *path);

/** Whether the last component of a path is "." or "..". */
bool ends_with_dots(const char *path);

/** Takes the journals of plans, and what is in them, out of a list that ends with NULL. */
void leave_journals(char **paths);

/** The path of `src` in the directory `dst`, to free(). */
char *path_inside(const char *src, const char *dst);

/** The bytes of content below a path, for the progress bar; 0 where no bar is shown. */
uint64_t size_of(const char *path);

#endif
