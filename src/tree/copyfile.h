/* SPDX-License-Identifier: MIT */
/** One entry of a directory copied into another, whatever it is (but a directory). */
#ifndef TREE_COPYFILE_H
#define TREE_COPYFILE_H

#include "tree/content.h"
#include <stdbool.h>

/** What becomes of something that has the copy's name already. */
enum copy_how {
    COPY_NEW,     /* nothing can be there: the copy is made under its own name */
    COPY_REPLACE, /* the same if nothing is there, else as COPY_BESIDE */
    COPY_BESIDE,  /* the copy is made under another name, and renamed when it is complete */
    COPY_INTO /* a file is emptied and written into, through a link too; a device is written to */
};

/** A copy from one place to another. */
struct copy {
    struct content *content;
    int from_dir, to_dir;
    const char *from, *to;
    enum copy_how how;
    bool no_links;   /* it was no link when it was looked at: it must not be one now */
    bool special;    /* make special files anew; otherwise they are refused */
    bool into_pipes; /* with COPY_INTO: write into a pipe that stands there, too */
    bool noreplace;  /* with COPY_BESIDE: what has the name in the end stays, −EEXIST */
    bool durable;    /* with COPY_BESIDE: on the disk before it gets its name */
    bool exact;      /* whatever changes the source from now on is to show in its times */
    bool inherits;   /* the directory may give its access control lists to what is made in it */
    int (*open)(void *data, int dir, const char *name, int flags, mode_t mode);
    void *data; /* of open() */
    /* Set in any case: */
    struct stat source; /* what was copied, as it was before */
    const char *operation;
    int side; /* of the path that it failed with: 0 the source, 1 the copy, 2 both */
};

/** Copies a regular file, or what can be read as one: 0 or −errno. */
int copy_regular(struct copy *copy);

/** Copies a link as a link. */
int copy_link(struct copy *copy);

/** Copies a special file by making another. */
int copy_special(struct copy *copy);

/** Makes the copy another name of `target` in the directory `dir`. */
int copy_as_link(struct copy *copy, int dir, const char *target);

/** Gives the extended attributes of something that isn't opened, a link or a special file: 0 or
 *  −errno. */
int copy_own_xattrs(int from_dir, const char *from, int to_dir, const char *to);

/** openat(2), for those that have nothing better. */
int copy_plain_open(void *data, int dir, const char *name, int flags, mode_t mode);

/** Opens what is a regular file: what somebody else has a lease on is waited for, nothing else is.
 *  A descriptor, or −errno; `pause` is asked now and then while it waits. */
int copy_open_patiently(int (*open)(void *data, int dir, const char *name, int flags, mode_t mode),
                        void *data, int dir, const char *name, int flags,
                        int (*pause)(void *data, uint64_t bytes), void *pause_data);

/** The path of what is called as `src` in the directory `dst`, to free(): 0 or −ENOMEM. */
int copy_into(const char *src, const char *dst, char **ret_path);

#endif
