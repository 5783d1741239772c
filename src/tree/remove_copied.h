/* SPDX-License-Identifier: MIT */
/** The second half of a move to another file system: the original goes, and nothing else. */
#ifndef TREE_REMOVE_COPIED_H
#define TREE_REMOVE_COPIED_H

#include "tree/copied.h"
#include <osier/tree.h>

/** What is to be removed: the object `name` of the directory `dir`, as far as it was copied. */
struct original_place {
    int dir;
    const char *name; /* without slashes behind it */
    const char *path; /* how the caller calls it */
};

/** Removes what is no directory: 0; −EBUSY, and it is where it was, unless it is what was copied. */
int remove_copied_file(const struct original_place *place, const struct copied *set);

/** Removes the tree at `fd`, which becomes the call's own; what is not as it was copied stays, with
 *  the directories that it is in, and is a failure, EBUSY: the public result, 0 or −1 with errno
 *  and the record set. */
int remove_copied_tree(const struct original_place *place, int fd, const struct copied *set,
                       const struct os_tree_control *control);

#endif
