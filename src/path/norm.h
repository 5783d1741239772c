/* SPDX-License-Identifier: MIT */
/** Normalizing, for the other parts of os.path. */
#ifndef PATH_NORM_H
#define PATH_NORM_H

#include "path/slice.h"

/**
 * Appends the components of `path` to a path that is normalized: no empty ones and no ".", and
 * ".." takes one back.
 *
 * @param text  the path; `path` may lie behind its end in the same block
 * @param size  its size so far
 * @param root  how much of it never goes: the leading slashes, 0 for a relative path
 * @return the size then; room for size + path.size + 1 is enough
 */
size_t path_append_normal(char *text, size_t size, size_t root, struct os_slice path);

/** os_path_normpath() of a path, to free(): 0 or −ENOMEM. */
int path_normal(const char *path, char **ret_text);

/** Writes os_ntpath_normpath() without a NUL: how many bytes; path.size + 1 are enough. */
size_t nt_put_normal(char *text, struct os_slice path);

#endif
