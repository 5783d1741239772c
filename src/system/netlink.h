/* SPDX-License-Identifier: MIT */
/** Lists that the kernel gives by netlink(7), and the attributes in their messages. */
#ifndef SYSTEM_NETLINK_H
#define SYSTEM_NETLINK_H

#include "system/rows.h"
#include <stdbool.h>
#include <stdint.h>

/* No libc has these for itself, and musl hasn't Linux's own headers: as the kernel has them. */
struct netlink_message {
    uint32_t size;
    uint16_t type, flags;
    uint32_t sequence, port;
};
struct netlink_attribute {
    uint16_t size, type;
};

enum { NETLINK_FOR_ROUTES = 0, NETLINK_FOR_SOCKETS = 4 };
enum { NETLINK_DUMP = 0x301 }; /* NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH */

struct netlink {
    int fd;
    uint32_t sequence;
    char *buffer;
    size_t room;
};

/** What takes the messages of a list; `body` is what stands behind the message's header. */
struct netlink_reader {
    uint16_t type;    /* of the messages that are taken */
    size_t head_size; /* what is at the beginning of each; a shorter one is passed over */
    /** Adds what a message says to `rows`: 0, or −errno. */
    int (*take)(const void *body, size_t size, struct rows *rows, void *argument);
    void *argument;
};

/** Asks in the namespace `netns`, NULL for the own one: 0, or −errno. */
int netlink_open(struct netlink *n, const char *netns, int protocol);
void netlink_close(struct netlink *n);
#define AUTO_NETLINK __attribute__((cleanup(netlink_close))) struct netlink

/**
 * Asks for a list and gives each of its messages to the reader: 0, or −errno.
 *
 * A list that changed while it was read is asked for again, and what was added taken back.
 *
 * @param request  begins with a struct netlink_message, whose size, flags and number are filled in
 */
int netlink_list(struct netlink *n, void *request, size_t size, const struct netlink_reader *reader,
                 struct rows *rows);

/**
 * One datagram of an answer: 1 when the list goes on, 0 at its end, or −errno.
 *
 * @param changed  set to true where the list has changed while it was read
 */
int netlink_take(const void *datagram, size_t size, uint32_t sequence,
                 const struct netlink_reader *reader, struct rows *rows, bool *changed);

/** The attributes behind the first `head` bytes of a message's body, by their types; NULL: none. */
void netlink_attributes(const void *body, size_t size, size_t head,
                        const struct netlink_attribute **ret_table, size_t count);

/** What an attribute holds: NULL, 0 or "" where there is none, or too little in it. */
const void *attribute_data(const struct netlink_attribute *a, size_t at_least);
size_t attribute_size(const struct netlink_attribute *a);
uint32_t attribute_number(const struct netlink_attribute *a);
/** Its text, which may lack the NUL at its end: sets the size. NULL: none. */
const char *attribute_text(const struct netlink_attribute *a, size_t *ret_size);

/** The attributes that stand in an attribute, as netlink_attributes(). */
void attribute_nested(const struct netlink_attribute *a, const struct netlink_attribute **ret_table,
                      size_t count);

#endif
