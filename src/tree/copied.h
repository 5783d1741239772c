/* SPDX-License-Identifier: MIT */
/** The set of what a move has copied: nothing else is removed afterwards. */
#ifndef TREE_COPIED_H
#define TREE_COPIED_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/** 64 bits of each object, made of what tells whether it is the one that was copied, as it was. */
struct copied {
    pthread_mutex_t lock;
    uint64_t *prints;
    size_t count, room; /* a power of two; at most half of it taken */
};

void copied_begin(struct copied *set);
void copied_end(struct copied *set);

/** Adds an object as it was before it was copied, for any thread: 0 or −ENOMEM. */
int copied_add(struct copied *set, const struct stat *st);

/** Whether an object was copied and is as it was then; of a directory, whether it is the one. */
bool copied_has(const struct copied *set, const struct stat *st);

/** Whether two looks found the same object, unchanged but for its names. */
bool copied_same(const struct stat *a, const struct stat *b);

#endif
