/* SPDX-License-Identifier: MIT */
/** Permission bits without following a link. */
#ifndef FS_PERM_H
#define FS_PERM_H

#include <sys/types.h>

/** Changes what `path` itself is, never what a link there names: 0, or −EOPNOTSUPP for a link. */
int perm_chmod_nofollow(int dir_fd, const char *path, mode_t mode);

/** The same for what an O_PATH descriptor stands for. */
int perm_chmod_handle(int fd, mode_t mode);

#endif
