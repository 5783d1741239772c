/* SPDX-License-Identifier: MIT */
/** What the kernel's numbers of the network are called, and addresses as text. */
#ifndef SYSTEM_NETWORK_WORDS_H
#define SYSTEM_NETWORK_WORDS_H

#include "system/netlink.h"
#include "system/rows.h"

/** A number and its name; a row without a name ends the table. */
struct network_word {
    unsigned number;
    const char *name;
};

extern const struct network_word network_families[], network_scopes[], network_tables[],
    network_protocols[], network_route_types[], network_actions[], network_states[],
    network_link_types[], network_operstates[], network_link_flags[], network_address_flags[];

/** Puts the number's name where it stays, or the number where it has none. */
void words_name(struct rows *rows, const struct network_word *table, unsigned number,
                const char **member);

/** Puts the names of all bits that are set there, with commas. */
void words_bits(struct rows *rows, const struct network_word *table, unsigned bits,
                const char **member);

/** Puts an attribute's text there; nothing where there is none. */
void words_text(struct rows *rows, const struct netlink_attribute *a, const char **member);

/** Puts an attribute's address of a family there, with "/`bits`" where that is less than it has;
 *  nothing where there is none. A hardware address has family 0. */
void words_address(struct rows *rows, int family, const struct netlink_attribute *a, int bits,
                   const char **member);

/** Puts an address of IPv4 or IPv6 there. */
void words_ip(struct rows *rows, int family, const void *address, const char **member);

/** How many bits an address of the family has. */
int words_address_bits(int family);

#endif
