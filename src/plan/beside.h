/* SPDX-License-Identifier: MIT */
/** Large contents of a plan's file, which stand in files beside it: sha256-DIGEST. */
#ifndef PLAN_BESIDE_H
#define PLAN_BESIDE_H

#include "plan/net.h"

/** What is larger stands beside. */
enum { BESIDE_ABOVE = 64 * 1024 * 1024 };

/** A content that is there. */
struct plan_beside {
    int dir; /* the plan's; of all of them the same descriptor */
    struct plan_digest digest;
};

/** Opens the directory of a plan's file: a handle or −errno. */
int beside_open(const char *path);

/** Puts a content there, unless it is there already: 0 or −errno. */
int beside_put(int dir, const struct plan_digest *digest, const void *data, size_t size);

/** Copies one that is in a directory to another: 0; −EBADMSG where it isn't what it was; −errno. */
int beside_put_copy(int dir, const struct plan_beside *beside, uint64_t size);

/** Reads all of one: 0; −EBADMSG where it is another one, or not all of it; −errno. */
int beside_check(const struct plan_beside *beside, uint64_t size);

/** Writes it to a file, likewise; `pause` is asked now and then, see struct stage. */
int beside_copy(const struct plan_beside *beside, uint64_t size, int to, int (*pause)(void *data),
                void *data);

#endif
