/* SPDX-License-Identifier: MIT */
/** What the verbs that change trees share: where a path ends, and where it goes to. */
#ifndef CLI_VERBS_PATHS_H
#define CLI_VERBS_PATHS_H

#include "frame/call.h"

#include <stdint.h>

/** Whether it is a directory itself, no link to one. */
bool is_real_dir(const char *path);

/** Whether a path ends with "." or "..", which is no name. */
bool ends_with_dots(const char *path);

/** The path of `src` in the directory `dst`, to free(). */
char *path_inside(const char *src, const char *dst);

/** How much there is to copy, for the bar: 0 where nobody looks at one. */
uint64_t size_of(const char *path);

#endif
