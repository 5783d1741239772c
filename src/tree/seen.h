/* SPDX-License-Identifier: MIT */
/** A set of files, for those that several names lead to. */
#ifndef TREE_SEEN_H
#define TREE_SEEN_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct seen_file {
    uint64_t dev, ino;
    uint64_t copy; /* for whoever copies: the inode of the copy, */
    char *path;    /* and where it is; freed with the set */
};

struct seen {
    pthread_mutex_t lock;
    struct seen_file *files;
    size_t count, room; /* a power of two; at most half of it taken */
};

void seen_begin(struct seen *s);
void seen_end(struct seen *s);

/** Adds a file, for any thread: 1 if it is new, 0 if not, or −ENOMEM. */
int seen_add(struct seen *s, uint64_t dev, uint64_t ino);

/** The place of a file, new (without a path) or not; under the lock. NULL without memory. */
struct seen_file *seen_place(struct seen *s, uint64_t dev, uint64_t ino);

#endif
