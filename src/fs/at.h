/* SPDX-License-Identifier: MIT */
/** What takes more than one system call on a name in a directory: 0 or −errno, for the library's own
 *  use. Larger ones of this kind stand on their own: makedirs.h, perm.h, root_resolve.h,
 *  io/contents.h (a file replaced), tree/copyfile.h (an entry copied), tree/rmtree.h. */
#ifndef FS_AT_H
#define FS_AT_H

#include <stddef.h>

/** What a symbolic link holds, whatever its length, to free(). */
int at_readlink(int dir, const char *name, char **ret_target);

/**
 * Renames something to a name that must be free: −EEXIST where it isn't.
 *
 * Where kernel or file system have no such rename, a file gets the new name first and loses the old
 * one then, so that nothing is ever replaced; what can't have two names is renamed after a look.
 */
int at_rename_new(int from_dir, const char *from, int to_dir, const char *to);

enum {
    BESIDE_SIZE = 32,  /* of a name, with its NUL */
    BESIDE_TRIES = 100 /* until one is found that nobody has */
};

/** Draws a name for what comes into being beside the name that it is to get, ".osier-" and 16
 *  hexadecimal digits. */
void beside_name(char name[static BESIDE_SIZE]);

#endif
