/* SPDX-License-Identifier: MIT */
/** realpath for the library's own use. */
#ifndef FS_REALPATH_H
#define FS_REALPATH_H

#include <osier/path.h>

/**
 * Resolves every symbolic link of a path.
 *
 * @param ret_path  the absolute path, to free()
 * @param reterr_failed  on failure the component that failed, to free(), or NULL; may be NULL itself
 * @return 0 or −errno
 */
int realpath_resolve(const char *path, enum os_path_strict strict, char **ret_path,
                     char **reterr_failed);

#endif
