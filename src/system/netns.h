/* SPDX-License-Identifier: MIT */
/** What is opened in another network namespace: sockets, and files of /proc/net. */
#ifndef SYSTEM_NETNS_H
#define SYSTEM_NETNS_H

/** Whether there is such a namespace, and it is a live machine's: 0, or −errno. */
int netns_check(const char *netns);

/** A socket of the namespace `netns`, NULL for the own one: a descriptor, or −errno. */
int netns_socket(const char *netns, int family, int type, int protocol);

/** The file /proc/net/`name` of that namespace: a descriptor, or −errno. */
int netns_open(const char *netns, const char *name);

#endif
