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

/**
 * The same of paths of Windows.
 *
 * @param cwd  likewise, a path of POSIX that is read as one of Windows
 * @return 0, −EINVAL where they are on different drives, or −ENOMEM
 */
int nt_relative(const char *path, const char *start, const struct str *cwd, char **ret_text);

#endif
