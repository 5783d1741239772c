/* SPDX-License-Identifier: MIT */
/** Which processes have a socket open: the descriptors of all, by the sockets' numbers. */
#ifndef SYSTEM_SOCKET_OWNERS_H
#define SYSTEM_SOCKET_OWNERS_H

#include <osier/sockets.h>

struct socket_owner {
    uint64_t inode;
    struct os_socket_owner owner;
};

struct socket_owners {
    struct socket_owner *items;
    size_t count, room;
};

/** Looks through all processes, or those of `pids` alone: 0, or −errno. */
int owners_load(struct socket_owners *o, const pid_t *pids, size_t pids_count);

/** The first of a socket's, in the order of their numbers, or NULL; sets how many follow it. */
const struct socket_owner *owners_find(const struct socket_owners *o, uint64_t inode,
                                       size_t *ret_count);

void owners_free(struct socket_owners *o);
#define AUTO_OWNERS __attribute__((cleanup(owners_free))) struct socket_owners

#endif
