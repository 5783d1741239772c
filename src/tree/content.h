/* SPDX-License-Identifier: MIT */
/** Copying one file: its content by the shortest way, and what else belongs to it.
 *
 *  A copy is at no moment more open than its original: what is made anew begins with no more
 *  permission bits than content_first_mode() gives, and content_finish() widens them last, when the
 *  owner and the access control list are right.
 */
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
    /* Told of each part that was copied, and asked now and then while there is nothing to do (0
     * bytes); negative ends the copy with that. */
    int (*copied)(void *data, uint64_t bytes);
    void *data;
};

/** What a source is, before it is copied. */
struct original {
    struct stat st;
    bool xattrs; /* it has extended attributes (or may have) */
    bool acl;    /* an access control list is among them */
};

/** Looks at the open source: 0 or −errno. */
int content_look(struct content *c, int fd, struct original *ret);

/** The permission bits with which a copy is made: a directory's let its owner in. */
mode_t content_first_mode(const struct content *c, const struct original *o);

/** Copies all of `from` into `to`, which is empty or no regular file: 0 or −errno. Holes stay
 *  holes if `holes` says that they can. */
int content_copy(struct content *c, int from, int to, const struct stat *st, bool holes);

/**
 * Gives the copy the owner, the extended attributes, the mode and the times.
 *
 * @param made  the permission bits that it is known to have, or −1
 * @param inherits  it may have got access control lists from the directory it is in
 * @return 0, or −errno; −ENOTSUP when it could not get the original's access control list: it has
 *         then no more rights than the original grants without it
 */
int content_finish(struct content *c, int from, int to, const struct original *o, int made,
                   bool inherits);

/** The same for a link, or a special file, by its name: owner and times, and the mode of the
 * latter. */
int content_finish_at(struct content *c, int dir, const char *name, const struct stat *st);

/** Takes the access control lists away that a new directory has got from the one it is in: 0 or
 *  −errno. */
int content_disinherit(int fd);

/** The mode that a copy gets: without set-user-ID when it belongs to somebody else. */
mode_t content_mode(const struct content *c, const struct stat *st);

#endif
