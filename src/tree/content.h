/* SPDX-License-Identifier: MIT */
/** Copying one file: its content by the shortest way, and what else belongs to it. */
#ifndef TREE_CONTENT_H
#define TREE_CONTENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** What is the same for all files of one copy; zero to begin with. Any thread may use it. */
struct content {
    bool owner;     /* the copy belongs to the same user and group */
    bool plain;     /* the content alone */
    bool mode_only; /* and the mode */
    mode_t allowed; /* permission bits that a new file is known to get when it asks for them */
    /* What turned out not to work between the two file systems. */
    atomic_bool no_clone, no_range;
    _Atomic uint64_t no_xattrs; /* the device that has none, plus 1 */
    /* Told of each part that was copied; negative ends the copy with that. */
    int (*copied)(void *data, uint64_t bytes);
    void *data;
};

/** Copies all of `from`, which is as `st` says, into the empty `to`: 0 or −errno. */
int content_copy(struct content *c, int from, int to, const struct stat *st);

/** Gives the copy the owner, the extended attributes, the mode and the times.
 *
 * @param made  the permission bits that it is known to have, or −1
 */
int content_finish(struct content *c, int from, int to, const struct stat *st, int made);

/** The same for a link, or a special file, by its name: owner and times, and the mode of the
 * latter. */
int content_finish_at(struct content *c, int dir, const char *name, const struct stat *st);

/** The mode that a copy gets: without set-user-ID when it belongs to somebody else. */
mode_t content_mode(const struct content *c, const struct stat *st);

#endif
