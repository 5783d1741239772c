/* SPDX-License-Identifier: MIT */
/** A place in the file tree: an absolute path without links that can be looked at at any length.
 *
 *  System calls take less than PATH_MAX bytes, so a long path is looked at from a directory
 *  descriptor of its front part, which follows the path when it grows and shrinks.
 */
#ifndef FS_PLACE_H
#define FS_PLACE_H

#include "base/str.h"
#include <sys/types.h>

struct place {
    struct str path;  /* "/" at the least; without a slash at its end */
    int base;         /* a descriptor of the front part, or −1: the path is looked at as it is */
    size_t base_size; /* the size of that front part, 0 for the root */
};

#define PLACE_INIT                                                                                 \
    (struct place) {                                                                               \
        .base = -1                                                                                 \
    }

/** Goes to another path. Out of memory, `path.failed` says so. */
void place_set(struct place *place, const char *path, size_t size);

/** Goes to a name in it. */
void place_enter(struct place *place, const char *name, size_t size);

/** Goes back to the first `size` bytes of the path; at most one component is dropped. */
void place_leave(struct place *place, size_t size);

/** How long the path of the parent is. */
size_t place_parent(const struct place *place);

/** The type bits of what is there: ≥ 0, or −errno. */
long place_type(struct place *place);

/** Appends what the link there says to `text`: its size; −EINVAL where there is no link, −errno. */
long place_readlink(struct place *place, struct str *text);

void place_free(struct place *place);
#define AUTO_PLACE __attribute__((cleanup(place_free))) struct place

#endif
