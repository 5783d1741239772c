/* SPDX-License-Identifier: MIT */
/** Lists that the kernel gives by netlink(7), and the attributes in their messages. */
#include "system/netlink.h"

#include "base/seam.h"
#include "system/netns.h"
#include <sys/socket.h>
#include <sys/uio.h>

#define FIRST_ROOM 65536 /* the kernel gives 32 KiB at a time, unless one message is longer */
#define ATTEMPTS   64    /* at a list that changes all the time */

enum { MESSAGE_ERROR = 2, MESSAGE_DONE = 3, FLAG_INTERRUPTED = 0x10 };

static size_t aligned(size_t size) {
    return (size + 3) & ~(size_t)3;
}

int netlink_open(struct netlink *n, const char *netns, int protocol) {
    *n = (struct netlink){.fd = -1};
    n->buffer = mem_alloc(FIRST_ROOM);
    if (!n->buffer)
        return -ENOMEM;
    n->room = FIRST_ROOM;
    n->fd = netns_socket(netns, AF_NETLINK, SOCK_RAW, protocol);
    return n->fd < 0 ? n->fd : 0;
}

void netlink_close(struct netlink *n) {
    seam_close_quietly(n->fd);
    free(n->buffer);
}

/* The −errno that a message ends or refuses a list with. */
static int failure(const struct netlink_message *m) {
    int number = 0;
    if (m->size >= sizeof *m + sizeof number)
        memcpy(&number, m + 1, sizeof number);
    return number <= 0 ? number : -EPROTO;
}

/* One message: 1 when the list goes on. */
static int take_message(const struct netlink_message *m, const struct netlink_reader *reader,
                        struct rows *rows) {
    size_t size = m->size - sizeof *m;
    if (m->type == MESSAGE_DONE || m->type == MESSAGE_ERROR)
        return failure(m);
    if (m->type != reader->type || size < reader->head_size)
        return 1;
    int r = reader->take(m + 1, size, rows, reader->argument);
    return r < 0 ? r : 1;
}

int netlink_take(const void *datagram, size_t size, uint32_t sequence,
                 const struct netlink_reader *reader, struct rows *rows, bool *changed) {
    const char *at = datagram;
    int r = 1;
    while (r > 0 && size >= sizeof(struct netlink_message)) {
        const struct netlink_message *m = (const void *)at;
        if (m->size < sizeof *m || m->size > size)
            return -EPROTO;
        if (m->sequence == sequence) {
            *changed |= m->flags & FLAG_INTERRUPTED;
            r = take_message(m, reader, rows);
        }
        size_t step = aligned(m->size) < size ? aligned(m->size) : size;
        at += step;
        size -= step;
    }
    return rows->text.failed ? -ENOMEM : r;
}

static int send_request(struct netlink *n, void *request, size_t size) {
    struct netlink_message *m = request;
    m->size = (uint32_t)size;
    m->flags = NETLINK_DUMP;
    m->sequence = ++n->sequence;
    ssize_t r = SYS(send, n->fd, request, size, 0);
    return r < 0 ? (int)r : 0;
}

static int grow(struct netlink *n) {
    char *buffer = mem_realloc(n->buffer, n->room * 2);
    if (!buffer)
        return -ENOMEM;
    n->buffer = buffer;
    n->room *= 2;
    return 0;
}

/* The next datagram: its size, 0 for one that isn't the kernel's or did not fit, or −errno. */
static ssize_t receive(struct netlink *n, bool *lost) {
    struct {
        uint16_t family, unused;
        uint32_t port, groups;
    } from = {0};
    struct iovec part = {n->buffer, n->room};
    struct msghdr header = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t r = SYS(recvmsg, n->fd, &header, 0);
    if (r >= 0 && header.msg_flags & MSG_TRUNC) {
        *lost = true;
        return grow(n);
    }
    return r >= 0 && from.port != 0 ? 0 : r;
}

/* Once, to its end: 0, or −errno. */
static int list_once(struct netlink *n, void *request, size_t size,
                     const struct netlink_reader *reader, struct rows *rows, bool *again) {
    int r = send_request(n, request, size);
    if (r == 0)
        r = 1;
    while (r > 0) {
        ssize_t got = receive(n, again);
        r = got < 0 ? (int)got
                    : netlink_take(n->buffer, (size_t)got, n->sequence, reader, rows, again);
    }
    return r;
}

int netlink_list(struct netlink *n, void *request, size_t size, const struct netlink_reader *reader,
                 struct rows *rows) {
    size_t count = rows->count, text = rows->text.size;
    bool again = true;
    int r = 0;
    for (int i = 0; r == 0 && again && i < ATTEMPTS; i++) {
        rows_cut(rows, count, text);
        again = false;
        r = list_once(n, request, size, reader, rows, &again);
    }
    return r == 0 && again ? -EAGAIN : r;
}

/* ------------------------------------------------------------------- attributes */

static void read_attributes(const char *at, size_t size, const struct netlink_attribute **ret_table,
                            size_t count) {
    memset(ret_table, 0, count * sizeof(struct netlink_attribute *));
    while (size >= sizeof(struct netlink_attribute)) {
        const struct netlink_attribute *a = (const void *)at;
        if (a->size < sizeof *a || a->size > size)
            return;
        unsigned type = a->type & 0x3fff; /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
        if (type < count)
            ret_table[type] = a;
        size_t step = aligned(a->size) < size ? aligned(a->size) : size;
        at += step;
        size -= step;
    }
}

void netlink_attributes(const void *body, size_t size, size_t head,
                        const struct netlink_attribute **ret_table, size_t count) {
    head = aligned(head) < size ? aligned(head) : size;
    read_attributes((const char *)body + head, size - head, ret_table, count);
}

size_t attribute_size(const struct netlink_attribute *a) {
    return a ? a->size - sizeof *a : 0;
}

const void *attribute_data(const struct netlink_attribute *a, size_t at_least) {
    return a && attribute_size(a) >= at_least ? a + 1 : NULL;
}

uint32_t attribute_number(const struct netlink_attribute *a) {
    const unsigned char *data = attribute_data(a, 1);
    uint32_t number = data ? *data : 0;
    uint16_t half;
    if (attribute_size(a) >= sizeof number)
        memcpy(&number, data, sizeof number);
    else if (attribute_size(a) >= sizeof half)
        number = (memcpy(&half, data, sizeof half), half);
    return number;
}

const char *attribute_text(const struct netlink_attribute *a, size_t *ret_size) {
    const char *text = attribute_data(a, 1);
    if (text)
        *ret_size = strnlen(text, attribute_size(a));
    return text;
}

void attribute_nested(const struct netlink_attribute *a, const struct netlink_attribute **ret_table,
                      size_t count) {
    read_attributes((const char *)(a ? a + 1 : NULL), attribute_size(a), ret_table, count);
}
