/* SPDX-License-Identifier: MIT */
/** Interfaces, and their names for those who have their numbers. */
#ifndef SYSTEM_NETWORK_LINKS_H
#define SYSTEM_NETWORK_LINKS_H

#include "system/netlink.h"
#include <osier/network.h>

/** The interfaces: an array to free, as os_net_links() gives it: 0, or −errno. */
int links_list(struct netlink *n, struct os_net_link **ret_links, size_t *ret_count);

/** The names by the numbers. */
struct link_names {
    struct os_net_link *links;
    size_t count;
};

int link_names_load(struct netlink *n, struct link_names *names);
/** Puts the name of an interface where it stays; "if7" where it has come since; nothing for 0. */
void link_name(const struct link_names *names, struct rows *rows, unsigned index,
               const char **member);

#endif
