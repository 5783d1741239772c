/* SPDX-License-Identifier: MIT */
/** What is mounted and can be seen, in the order of mountinfo. */
#ifndef TRY_MOUNTED_H
#define TRY_MOUNTED_H

#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>

struct mounted {
    const char *point;
    bool read_only;
    bool pseudo;    /* it shows the kernel's things, not files */
    bool directory; /* it is mounted on one */
    bool seen;      /* nothing is mounted over it; else no other member counts */
};

struct mounts {
    struct str text; /* mountinfo, which the list points into */
    struct mounted *list;
    size_t count;
};

/** Loads them: 0 or −errno. */
int mounts_load(struct mounts *mounts);
void mounts_free(struct mounts *mounts);
#define AUTO_MOUNTS __attribute__((cleanup(mounts_free))) struct mounts

/** Whether something is mounted at a path, and whether below it. */
bool mounts_has(const struct mounts *mounts, const char *path);
bool mounts_below(const struct mounts *mounts, const char *path);

#endif
