/* SPDX-License-Identifier: MIT */
/** Extended attributes, for the library's own use. */
#ifndef FS_XATTR_H
#define FS_XATTR_H

#include "base/str.h"

#define XATTR_ACL "system.posix_acl_access" /* who may do what, beside the permission bits */

/** Appends the value of an attribute of `path`, or where that is NULL of `fd`: 0 or −errno. */
int xattr_load(const char *path, int fd, const char *name, struct str *s);

#endif
