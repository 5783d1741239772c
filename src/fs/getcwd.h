/* SPDX-License-Identifier: MIT */
/** The current directory as a text of any length. */
#ifndef FS_GETCWD_H
#define FS_GETCWD_H

#include "base/str.h"

/**
 * The absolute path of the current directory.
 *
 * @param ret  the text, to free()
 * @return 0, or −errno: −ENOENT where the directory was removed or is out of reach
 */
int cwd_get(char **ret);

/** The same, appended to `s`. */
int cwd_append(struct str *s);

#endif
