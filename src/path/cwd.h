/* SPDX-License-Identifier: MIT */
/** The current directory as a text of any length. */
#ifndef PATH_CWD_H
#define PATH_CWD_H

#include "base/str.h"

/**
 * The absolute path of the current directory.
 *
 * @param ret  the text, to free()
 * @return 0, or −errno: −ENOENT where the directory was removed or is out of reach
 */
int path_getcwd(char **ret);

/** The same, appended to `s`. */
int path_append_cwd(struct str *s);

#endif
