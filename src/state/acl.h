/* SPDX-License-Identifier: MIT */
/** Access control lists that a state asks for. */
#ifndef STATE_ACL_H
#define STATE_ACL_H

#include "state/state.h"

struct acl_entry {
    bool inherited; /* by what is made in a directory */
    uint16_t tag, bits;
    uint32_t id;
};

/** A list: its entries in the kernel's order. */
struct acl {
    size_t count;
    struct acl_entry entries[];
};

/** Reads "u:www-data:rx,g:adm:r": 0 with the arena's list, or −errno. */
int acl_take(struct os_state *state, const struct place *place, const char *text,
             const struct acl **ret);

/** The value of the attribute that says it: 1; 0 where there is to be none; −ENOMEM. `mode` has what the list
 *  doesn't say of owner, group and others; `*ret_mode` is what it becomes, the group's bits the mask. */
int acl_encode(const struct acl *acl, bool inherited, mode_t mode, struct str *ret,
               mode_t *ret_mode);

/** A mode with the group's own bits, where those of `mode` are the mask of a list. */
mode_t acl_group_mode(const struct str *list, mode_t mode);

#endif
