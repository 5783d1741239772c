/* SPDX-License-Identifier: MIT */
/** Whole chains of directories. */
#ifndef FS_MAKEDIRS_H
#define FS_MAKEDIRS_H

#include <sys/types.h>

/**
 * Makes a directory and what is missing on the way to it.
 *
 * @param parent_mode  the permission bits of those on the way
 * @param flags  OS_EXIST_OK
 * @param reterr_failed  on failure the path up to the component that failed, to free(); untouched when
 *                    it is the whole path
 * @return 0 or −errno
 */
int makedirs_at(int dir_fd, const char *path, mode_t mode, mode_t parent_mode, int flags,
                char **reterr_failed);

/** Removes an empty directory and then each one above it that is empty: 0, or −errno of the first.
 */
int removedirs_at(int dir_fd, const char *path);

/** The part of os.path.split() before the last slash, to free(), or NULL where either part is empty:
 *  0 or −ENOMEM. */
int makedirs_split_head(const char *path, char **ret_head);

#endif
