/* SPDX-License-Identifier: MIT */
/** One entry of a directory copied into another, whatever it is (but a directory). */
#ifndef TREE_COPYFILE_H
#define TREE_COPYFILE_H

#include "tree/content.h"
#include <stdbool.h>

/** A copy from one place to another. */
struct copy {
    struct content *content;
    int from_dir, to_dir;
    const char *from, *to;
    bool no_links; /* it was no link when it was looked at: it must not be one now */
    bool through;  /* what is there already may be a link to the file to be overwritten */
    bool fresh;    /* nothing can be there yet, or must not */
    bool special;  /* make special files anew; otherwise they are refused */
    int (*open)(void *data, int dir, const char *name, int flags, mode_t mode);
    void *data; /* of open() */
    /* On failure: */
    const char *operation;
    int side; /* of the path that it happened to: 0 the source, 1 the copy, 2 both */
};

/** Copies a regular file: 0 or −errno. */
int copy_regular(struct copy *copy);

/** Copies a link as a link. */
int copy_link(struct copy *copy);

/** Copies a special file by making another. */
int copy_special(struct copy *copy);

/** Gives the extended attributes of something that isn't opened, a link or a special file: 0 or
 *  −errno. */
int copy_own_xattrs(int from_dir, const char *from, int to_dir, const char *to);

/** openat(2), for those that have nothing better. */
int copy_plain_open(void *data, int dir, const char *name, int flags, mode_t mode);

/** Whether there is a directory, or a link to one. */
bool copy_is_dir(const char *path);

/** The path of what is called as `src` in the directory `dst`, to free(): 0 or −ENOMEM. */
int copy_into(const char *src, const char *dst, char **ret_path);

#endif
