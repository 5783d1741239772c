/* SPDX-License-Identifier: MIT */
/** Opening a path that must not lead out of a directory. */
#ifndef FS_ROOT_RESOLVE_H
#define FS_ROOT_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct os_root {
    int fd;
    bool inside; /* an absolute path begins here, and ".." goes no further than here */
};

/**
 * Opens `path` below the directory `root`: a symbolic link or ".." that would lead out of it, and
 * an absolute path, is −EXDEV, unless the root is one to be inside.
 *
 * @param flags  as for open(2); the descriptor is close-on-exec
 * @return the descriptor, or −errno
 */
int root_open(const struct os_root *root, const char *path, int flags, mode_t mode);

/** What root_walk() may do on the way. */
struct root_make {
    mode_t mode;   /* directories that are missing are made, with these permission bits */
    size_t failed; /* set on failure: the end of the component of `path` that it was */
};

/**
 * The same without openat2(2), component by component, for a kernel that lacks it or a sandbox
 * that forbids it, and for paths of any length.
 *
 * @param make  makes the missing directories; NULL to make none
 */
int root_walk(const struct os_root *root, const char *path, int flags, mode_t mode,
              struct root_make *make);

/** The directory that holds the last component of a path: the root's own descriptor, or one that
 *  is opened with `flags` and given to `*ret_owned` to close. The name keeps its trailing slashes.
 */
int root_parent(const struct os_root *root, const char *path, int flags, int *ret_owned,
                const char **ret_name);

/** For the tests: use root_walk() alone. */
extern bool root_walks;

#endif
