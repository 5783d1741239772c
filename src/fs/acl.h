/* SPDX-License-Identifier: MIT */
/** Access control lists, as the kernel keeps them in extended attributes (acl(5)). */
#ifndef FS_ACL_H
#define FS_ACL_H

#include "fs/xattr.h"
#include <stdbool.h>
#include <sys/types.h>

#define XATTR_DEFAULT_ACL "system.posix_acl_default" /* for what is made in a directory */

/** Whether an extended attribute of this name is an access control list. */
bool acl_is_name(const char *name);

/** The permission bits that a copy of `path`, or where that is NULL of `fd`, may have without its
 *  list, so that nobody gains access: the group's bits of `mode` are the list's mask, and become what
 *  the list grants to the group. */
mode_t acl_mode_without(const char *path, int fd, mode_t mode);

#endif
