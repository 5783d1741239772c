/* SPDX-License-Identifier: MIT */
/**
 * Root: a directory handle that no path can escape, as Go's os.Root.
 *
 * Every path of these calls is relative to the root. Symbolic links and ".." are followed as long
 * as they stay below it; a path, a link or a ".." that would lead out of it, and any absolute one,
 * fails with EXDEV. That holds while others rename directories and swap links at the same moment.
 * Links of /proc that are no real links fail with ELOOP. Crossing a mount point is allowed.
 *
 * A root of os_root_inside() is one to be inside, as after chroot(2): there an absolute path or
 * link begins at the root, and ".." goes no further than the root; nothing fails with EXDEV.
 *
 * On kernels with openat2(2) the kernel resolves; elsewhere the library does, step by step.
 *
 * @since 0.1
 * @shell no: a root is for several calls of one program
 */
#ifndef OSIER_ROOT_H
#define OSIER_ROOT_H

#include <osier/contents.h>
#include <osier/stat.h>
#include <osier/types.h>

OS_BEGIN_DECLS

struct os_root;

/**
 * Makes a root of the directory `path`, which itself may be named in any way.
 *
 * @param path  the directory
 * @return the root, to end with os_root_close(); NULL with errno set
 * @error ENOTDIR  it is no directory
 * @source openat2(2)
 */
OS_API OS_NONNULL() struct os_root *os_root(const char *path);

/**
 * Makes a root of the directory `path`, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the directory
 * @return the root, to end with os_root_close(); NULL with errno set
 * @error ENOTDIR  it is no directory
 * @source openat2(2)
 */
OS_API OS_NONNULL() struct os_root *os_rootat(int dir_fd, const char *path);

/**
 * Makes a root that paths see from inside, as after chroot(2): to look at the system in an image or
 * a container, whose links are absolute.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the directory
 * @return the root, to end with os_root_close(); NULL with errno set
 * @error ENOTDIR  it is no directory
 * @source openat2(2) RESOLVE_IN_ROOT
 */
OS_API OS_NONNULL() struct os_root *os_root_inside(int dir_fd, const char *path);

/**
 * Makes a root of a directory below a root, to be seen from outside or inside as that is.
 *
 * @param root  the larger root
 * @param path  the directory in it
 * @return the smaller root, to end with os_root_close(); NULL with errno set
 * @error EXDEV  the path leads out of the root
 * @source openat2(2)
 */
OS_API OS_NONNULL() struct os_root *os_root_sub(const struct os_root *root, const char *path);

/**
 * Ends a root; what was opened through it stays open.
 *
 * @param root  the root, or NULL for nothing; errno stays as it is
 * @return NULL
 */
OS_API struct os_root *os_root_close(struct os_root *root);

/**
 * The descriptor of the root, for the `…at` calls; it stays the root's.
 *
 * @param root  the root
 * @return the descriptor, opened with O_PATH
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_root_fd(const struct os_root *root);

/**
 * Opens a file in the root.
 *
 * @param root  the root
 * @param path  the file
 * @param open_flags  as for os_open(): O_RDONLY, O_CREAT …; O_CLOEXEC is always added
 * @param mode  the permission bits of a file that is made, before the umask; 0777 in Python
 * @return the descriptor, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @source openat2(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_root_open(const struct os_root *root, const char *path, int open_flags,
                                     mode_t mode);

/**
 * Creates a directory in the root.
 *
 * @param root  the root
 * @param path  where
 * @param mode  the permission bits before the umask
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @source mkdirat(2)
 */
OS_API OS_NONNULL() int os_root_mkdir(const struct os_root *root, const char *path, mode_t mode);

/**
 * Creates a directory in the root and those that are missing on the way, with 0777 before the
 * umask. A link that leads nowhere is an error, and what it names is not made.
 *
 * @param root  the root
 * @param path  where, of any length
 * @param mode  the permission bits of the last one before the umask
 * @param flags  OS_EXIST_OK: a directory that is there already is fine
 * @return 0, or −1 with errno set; the record names the component that failed
 * @error EXDEV  the path leads out of the root
 * @source mkdirat(2)
 */
OS_API OS_NONNULL() int os_root_makedirs(const struct os_root *root, const char *path, mode_t mode,
                                         int flags);

/**
 * Removes a file or a link in the root.
 *
 * @param root  the root
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @source unlinkat(2)
 */
OS_API OS_NONNULL() int os_root_remove(const struct os_root *root, const char *path);

/**
 * Removes an empty directory in the root.
 *
 * @param root  the root
 * @param path  the directory
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @source unlinkat(2)
 */
OS_API OS_NONNULL() int os_root_rmdir(const struct os_root *root, const char *path);

/**
 * Renames within the root; a file that is there is replaced.
 *
 * @param root  the root
 * @param src  the old name
 * @param dst  the new name
 * @return 0, or −1 with errno set
 * @error EXDEV  a path leads out of the root, or the names are on different file systems
 * @source renameat(2)
 */
OS_API OS_NONNULL() int os_root_rename(const struct os_root *root, const char *src,
                                       const char *dst);

/**
 * Gives a file in the root a further name. A symbolic link itself gets it, not what it names.
 *
 * @param root  the root
 * @param src  the file
 * @param dst  the new name
 * @return 0, or −1 with errno set
 * @error EEXIST  there is something of that name
 * @error EXDEV  a path leads out of the root, or the names are on different file systems
 * @source linkat(2)
 */
OS_API OS_NONNULL() int os_root_link(const struct os_root *root, const char *src, const char *dst);

/**
 * Makes a symbolic link in the root. It may hold any text; following it out of the root fails.
 *
 * @param root  the root
 * @param src  what the link leads to
 * @param dst  the link
 * @return 0, or −1 with errno set
 * @error EXDEV  the path of the link leads out of the root
 * @source symlinkat(2)
 */
OS_API OS_NONNULL() int os_root_symlink(const struct os_root *root, const char *src,
                                        const char *dst);

/**
 * What a symbolic link in the root holds.
 *
 * @param root  the root
 * @param path  the link
 * @return the text, to free(); NULL with errno set
 * @error EXDEV  the path leads out of the root
 * @error EINVAL  it is no symbolic link
 * @source readlinkat(2)
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_root_readlink(const struct os_root *root,
                                                        const char *path);

/**
 * What is at a path in the root.
 *
 * @param root  the root
 * @param path  the file
 * @param ret_stat  filled on success
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @source fstat(2)
 */
OS_API OS_NONNULL() int os_root_stat(const struct os_root *root, const char *path,
                                     struct os_stat_result *ret_stat, int flags);

/**
 * Sets the permission bits of a file in the root.
 *
 * @param root  the root
 * @param path  the file
 * @param mode  the bits; the umask plays no part
 * @param flags  OS_NOFOLLOW: not what a symbolic link names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @error EOPNOTSUPP  with OS_NOFOLLOW: it is a symbolic link
 * @source fchmodat2(2)
 */
OS_API OS_NONNULL() int os_root_chmod(const struct os_root *root, const char *path, mode_t mode,
                                      int flags);

/**
 * Gives a file in the root to a user and a group.
 *
 * @param root  the root
 * @param path  the file
 * @param uid  the user, or −1 to leave it
 * @param gid  the group, or −1 to leave it
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @error EPERM  the caller may not give it away
 * @source fchownat(2)
 */
OS_API OS_NONNULL() int os_root_chown(const struct os_root *root, const char *path, uid_t uid,
                                      gid_t gid, int flags);

/**
 * Sets when a file in the root was last read and last changed.
 *
 * @param root  the root
 * @param path  the file
 * @param atime_ns  last read, in nanoseconds since 1970; OS_TIME_NOW or OS_TIME_OMIT
 * @param mtime_ns  last change of the content, likewise
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @source utimensat(2)
 */
OS_API OS_NONNULL() int os_root_utime(const struct os_root *root, const char *path,
                                      int64_t atime_ns, int64_t mtime_ns, int flags);

/**
 * Sets when a file in the root was last read and last changed, to any moment, also beyond 2262.
 *
 * @param root  the root
 * @param path  the file
 * @param times  last read, and last change of the content, as for os_utimensat(), or NULL for now
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @error EINVAL  the nanoseconds are not 0 to 999,999,999, UTIME_NOW or UTIME_OMIT
 * @source utimensat(2)
 */
OS_API OS_NONNULL(1, 2) int os_root_utimens(const struct os_root *root, const char *path,
                                            const struct os_time times[2], int flags);

/**
 * The names in a directory of the root, without "." and "..", in no order.
 *
 * @param root  the root
 * @param path  the directory, or NULL for the root itself
 * @return a list that ends with NULL, to free() as one block; NULL with errno set
 * @error EXDEV  the path leads out of the root
 * @source getdents64(2)
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char **os_root_listdir(const struct os_root *root,
                                                         const char *path);

/**
 * Everything that a file in the root holds.
 *
 * @param root  the root
 * @param path  the file
 * @param ret_size  how many bytes it held, or NULL
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @error EXDEV  the path leads out of the root
 * @source read(2)
 */
OS_API OS_MUST_FREE OS_NONNULL(1, 2) char *os_root_read_file(const struct os_root *root,
                                                             const char *path, size_t *ret_size);

/**
 * Gives a file in the root a new content, atomically and durably, as os_write_file() does. A
 * symbolic link at `path` is replaced, not followed.
 *
 * @param root  the root
 * @param path  the file; it need not exist
 * @param data  its new content, or NULL if `size` is 0
 * @param size  how many bytes
 * @param options  as for os_write_file(), without `follow`, or NULL for the defaults
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @error EINVAL  the options have a size that is none of theirs, or `follow`
 * @source rename(2), fsync(2)
 */
OS_API OS_NONNULL(1, 2) int os_root_write_file(const struct os_root *root, const char *path,
                                               const void *data, size_t size,
                                               const struct os_write_file_options *options);

#ifndef RESOLVE_BENEATH
#define RESOLVE_NO_XDEV       0x01
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS   0x04
#define RESOLVE_BENEATH       0x08
#define RESOLVE_IN_ROOT       0x10
#endif
#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

/**
 * Opens a file with a say on how its path is resolved: the bare system call, without the fallbacks
 * of a root.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param open_flags  as for open(2); unknown ones are EINVAL; O_CLOEXEC is always added
 * @param mode  the permission bits of a file that is made, else 0
 * @param resolve  RESOLVE_BENEATH, RESOLVE_IN_ROOT, RESOLVE_NO_SYMLINKS …
 * @return the descriptor, or −1 with errno set
 * @error ENOSYS  the kernel is older than 5.6
 * @error EAGAIN  something was renamed beside it: try again
 * @error EXDEV  the path leads out
 * @source openat2(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_openat2(int dir_fd, const char *path, uint64_t open_flags, mode_t mode,
                                   uint64_t resolve);

OS_END_DECLS

#endif
