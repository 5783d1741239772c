/* SPDX-License-Identifier: MIT */
/**
 * Extended attributes: small values that a file carries under names such as "user.origin".
 *
 * @since 0.1
 */
#ifndef OSIER_XATTR_H
#define OSIER_XATTR_H

#include <osier/types.h>
#include <sys/xattr.h>

OS_BEGIN_DECLS

#ifndef XATTR_CREATE
#define XATTR_CREATE  1
#define XATTR_REPLACE 2
#endif
#ifndef XATTR_SIZE_MAX
#define XATTR_SIZE_MAX 65536
#endif

/**
 * The value of an extended attribute of `path`.
 *
 * @param path  the file
 * @param name  the attribute, "user.origin"
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @param ret_size  how many bytes the value has, or NULL
 * @return the value with a NUL behind it, to free(); NULL with errno set
 * @error ENODATA  the file has no such attribute
 * @error EOPNOTSUPP  the file system has none, or not of this kind
 * @python os.getxattr(path, attribute, *, follow_symlinks=True)
 * @source getxattr(2)
 * @shell os.getxattr PATH NAME [--nofollow] -> bytes
 */
OS_API OS_MUST_FREE OS_NONNULL(1, 2) char *os_getxattr(const char *path, const char *name,
                                                       int flags, size_t *ret_size);

/**
 * The value of an extended attribute of what a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param name  the attribute
 * @param ret_size  how many bytes the value has, or NULL
 * @return the value with a NUL behind it, to free(); NULL with errno set
 * @error ENODATA  the file has no such attribute
 * @python os.getxattr(fd, attribute)
 * @source fgetxattr(2)
 * @shell see os_getxattr
 */
OS_API OS_MUST_FREE OS_NONNULL(2) char *os_getxattr_fd(int fd, const char *name, size_t *ret_size);

/**
 * The names of the extended attributes of `path`.
 *
 * @param path  the file, or NULL for the current directory
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return a list that ends with NULL, to free() as one block; NULL with errno set
 * @python os.listxattr(path=None, *, follow_symlinks=True)
 * @source listxattr(2)
 * @shell os.listxattr [PATH] [--nofollow] -> list
 */
OS_API OS_MUST_FREE char **os_listxattr(const char *path, int flags);

/**
 * The names of the extended attributes of what a descriptor is open on.
 *
 * @param fd  the descriptor; −1 is an error here, not the current directory
 * @return a list that ends with NULL, to free() as one block; NULL with errno set
 * @python os.listxattr(fd)
 * @source flistxattr(2)
 * @shell see os_listxattr
 */
OS_API OS_MUST_FREE char **os_listxattr_fd(int fd);

/**
 * Sets an extended attribute of `path`.
 *
 * @param path  the file
 * @param name  the attribute
 * @param value  its bytes, or NULL if `size` is 0
 * @param size  how many
 * @param xattr_flags  XATTR_CREATE: it must be new; XATTR_REPLACE: it must be there; else 0
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EEXIST  with XATTR_CREATE: it is there
 * @error ENODATA  with XATTR_REPLACE: it is not there
 * @error EOPNOTSUPP  the file system has none, or not of this kind
 * @python os.setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)
 * @source setxattr(2)
 * @shell os.setxattr PATH NAME VALUE [--xattr-flags=0] [--nofollow] -> none
 */
OS_API OS_NONNULL(1, 2) int os_setxattr(const char *path, const char *name, const void *value,
                                        size_t size, int xattr_flags, int flags);

/**
 * Sets an extended attribute of what a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param name  the attribute
 * @param value  its bytes, or NULL if `size` is 0
 * @param size  how many
 * @param xattr_flags  XATTR_CREATE, XATTR_REPLACE or 0
 * @return 0, or −1 with errno set
 * @python os.setxattr(fd, attribute, value, flags=0)
 * @source fsetxattr(2)
 * @shell see os_setxattr
 */
OS_API OS_NONNULL(2) int os_setxattr_fd(int fd, const char *name, const void *value, size_t size,
                                        int xattr_flags);

/**
 * Removes an extended attribute of `path`.
 *
 * @param path  the file
 * @param name  the attribute
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error ENODATA  the file has no such attribute
 * @python os.removexattr(path, attribute, *, follow_symlinks=True)
 * @source removexattr(2)
 * @shell os.removexattr PATH NAME [--nofollow] -> none
 */
OS_API OS_NONNULL() int os_removexattr(const char *path, const char *name, int flags);

/**
 * Removes an extended attribute of what a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param name  the attribute
 * @return 0, or −1 with errno set
 * @error ENODATA  the file has no such attribute
 * @python os.removexattr(fd, attribute)
 * @source fremovexattr(2)
 * @shell see os_removexattr
 */
OS_API OS_NONNULL() int os_removexattr_fd(int fd, const char *name);

OS_END_DECLS

#endif
