/* SPDX-License-Identifier: MIT */
/** The way from one path to another, as text. */
#ifndef PATH_COMMON_H
#define PATH_COMMON_H

#include "base/str.h"

/**
 * The way from the directory `start` to `path`.
 *
 * @param cwd  the current directory; looked at only where one of them is relative
 * @return 0 or −ENOMEM
 */
int path_relative(const char *path, const char *start, const struct str *cwd, char **ret_text);

#endif
