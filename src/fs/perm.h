/* SPDX-License-Identifier: MIT */
/** Permission bits without following a link. */
#ifndef FS_PERM_H
#define FS_PERM_H

#include <sys/types.h>

/** Changes what `path` itself is, never what a link there names: 0, or −EOPNOTSUPP for a link. */
int perm_chmod_nofollow(int dir_fd, const char *path, mode_t mode);

/** The same for what an O_PATH descriptor stands for. */
int perm_chmod_handle(int fd, mode_t mode);

/** As access(2), by the effective user: 0 or −errno. EPERM is also what sandboxes say that don't know faccessat2(2):
 *  the old call, which goes by the real user, tells then; −ENOSYS where it can't. */
int perm_access(int dir, const char *name, int mode);

#endif
