/* SPDX-License-Identifier: MIT */
/** Every call for whole trees, each as a test of whether it sees the whole tree. */
#ifndef TESTS_CLIENTS_H
#define TESTS_CLIENTS_H

#include "trees.h"

/** A tree that is known, and how to go through it. */
struct known {
    const char *top;
    long directories; /**< the top included */
    long others;
    const char *pattern; /**< for glob; NULL to leave it out */
    long matches;
    int threads;
    void (*called)(void); /* as soon as the call is over; or NULL */
};

/** One of the calls. They come in this order: copytree makes "copy" (which is not there), compare
 *  looks at it, rmtree removes it; all others leave the tree as it is but for modes and owners. */
struct client {
    const char *name;
    void (*check)(const struct known *known);
};
extern const struct client clients[];
extern const size_t client_count;

/** All of them, one after the other. */
void check_clients(const struct known *known);

/** What is asked of an entry's state; −1 where anything will do. */
struct wanted {
    int file_mode, dir_mode;
    int uid, gid;
};

/** How many entries of `top` and below are like that; of any depth, and apart from the library.
 *  NULL: all. */
struct census count_like(const char *top, const struct wanted *wanted);

#endif
