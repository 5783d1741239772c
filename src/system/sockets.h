/* SPDX-License-Identifier: MIT */
/** Lists of sockets under construction: from the kernel's answers, or from the files of /proc/net. */
#ifndef SYSTEM_SOCKETS_H
#define SYSTEM_SOCKETS_H

#include "system/rows.h"
#include <osier/sockets.h>

/** A kind of sockets. */
struct socket_kind {
    int flag; /* OS_SOCKETS_… */
    const char *protocol;
    int family, type, number; /* SOCK_…, IPPROTO_… */
};

/** What is asked for. */
struct sockets_wanted {
    const struct socket_kind *kind;
    const char *netns;
    bool listening, tcp_info;
};

/** Whether a state is what listening means of this kind. */
bool socket_listens(const struct socket_kind *kind, int status);

/** A further record of a kind, with what is known by then; NULL: no memory. */
struct os_socket *socket_add(struct rows *rows, const struct socket_kind *kind);

/** Puts an end there, where it has an address and a port or `always`. */
void socket_end(struct rows *rows, int family, const void *address, unsigned port, bool always,
                struct os_socket_address *end);

/** Puts the name of one of unix(7) there: an abstract one's NULs become @. */
void socket_path(struct rows *rows, const char *name, size_t size, struct os_socket *socket);

/** By sock_diag(7): 0, or −errno; −ENOENT and the like where the kernel has no such list. */
int sockets_ask(const struct sockets_wanted *wanted, struct rows *rows);

/** From /proc/net: 0, or −errno. */
int sockets_read(const struct sockets_wanted *wanted, struct rows *rows);
/** The lines of such a file, without the first. */
int sockets_parse(char *text, const struct sockets_wanted *wanted, struct rows *rows);

#endif
