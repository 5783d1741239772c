/* SPDX-License-Identifier: MIT */
/** The symbolic links that a realpath has met: where each leads, or that it is being followed. */
#ifndef FS_LINKS_H
#define FS_LINKS_H

#include "base/str.h"
#include <stdint.h>

/** A table by path; all zero is an empty one. */
struct links {
    struct str entries; /* of struct link */
    struct str texts;   /* the paths and what they resolve to */
    uint32_t *slots;    /* open addressing: the number of an entry + 1 */
    size_t slot_count;
    size_t count;
};

/** What is known of a link. */
enum link_state { LINK_NEW, LINK_FOLLOWING, LINK_RESOLVED };

/**
 * Looks a link up, and enters it as being followed where it is new.
 *
 * @param ret_number  its number in the table
 * @return a link_state, or −ENOMEM
 */
int links_enter(struct links *links, const char *path, size_t size, size_t *ret_number);

/** Says what a link resolves to: 0 or −ENOMEM. */
int links_resolve(struct links *links, size_t number, const char *target, size_t size);

/** What a resolved link resolves to. */
const char *links_target(const struct links *links, size_t number, size_t *ret_size);

void links_free(struct links *links);

#endif
