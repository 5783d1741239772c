/* SPDX-License-Identifier: MIT */
/** Sockets by sock_diag(7). */
#include "system/netlink.h"
#include "system/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { BY_FAMILY = 20, EVERY_STATE = 0xfff };

struct inet_id { /* struct inet_diag_sockid */
    uint16_t source_port, target_port;
    uint32_t source[4], target[4];
    uint32_t interface;
    uint32_t cookie[2];
};
struct inet_head { /* struct inet_diag_msg */
    uint8_t family, state, timer, retrans;
    struct inet_id id;
    uint32_t expires, receive_queue, write_queue, uid, inode;
};
enum { INET_INFO = 2, INET_V6ONLY = 11, INET_COUNT };

struct unix_head { /* struct unix_diag_msg */
    uint8_t family, type, state, pad;
    uint32_t inode;
    uint32_t cookie[2];
};
enum { UNIX_NAME = 0, UNIX_QUEUES = 4, UNIX_UID = 7, UNIX_COUNT };
enum { SHOW_NAME = 1, SHOW_QUEUES = 0x10, SHOW_UID = 0x40 };

/* Where in struct tcp_info each number stands: it only ever grows at its end. */
enum {
    TCP_LAST_SENT = 44,
    TCP_LAST_RECEIVED = 52,
    TCP_PMTU = 60,
    TCP_RTT = 68,
    TCP_RTTVAR = 72,
    TCP_CWND = 80,
    TCP_MSS = 16,
    TCP_UNACKED = 24,
    TCP_LOST = 32,
    TCP_RETRANSMITS = 100,
    TCP_ACKED = 120,
    TCP_RECEIVED = 128,
    TCP_RATE = 160,
    TCP_SENT = 200
};

/* The number at an offset; 0 where an older kernel doesn't have it. */
static uint64_t number_at(const struct netlink_attribute *a, size_t offset, size_t size) {
    uint64_t number = 0;
    uint32_t half;
    const char *data = attribute_data(a, offset + size);
    if (data && size == sizeof half)
        number = (memcpy(&half, data + offset, sizeof half), half);
    else if (data)
        memcpy(&number, data + offset, sizeof number);
    return number;
}

static void read_tcp_info(const struct netlink_attribute *a, struct os_tcp_info *tcp) {
#define SHORT(offset) number_at(a, offset, 4)
#define LONG(offset)  number_at(a, offset, 8)
    uint64_t sent = SHORT(TCP_LAST_SENT), received = SHORT(TCP_LAST_RECEIVED);
    *tcp = (struct os_tcp_info){
        .rtt = (int64_t)SHORT(TCP_RTT) * 1000,
        .rttvar = (int64_t)SHORT(TCP_RTTVAR) * 1000,
        .cwnd = (unsigned)SHORT(TCP_CWND),
        .mss = (unsigned)SHORT(TCP_MSS),
        .pmtu = (unsigned)SHORT(TCP_PMTU),
        .unacked = (unsigned)SHORT(TCP_UNACKED),
        .lost = (unsigned)SHORT(TCP_LOST),
        .retransmits = (unsigned)SHORT(TCP_RETRANSMITS),
        .bytes_sent = LONG(TCP_SENT),
        .bytes_acked = LONG(TCP_ACKED),
        .bytes_received = LONG(TCP_RECEIVED),
        .delivery_rate = LONG(TCP_RATE),
        .idle = (int64_t)(sent < received ? sent : received) * 1000000,
    };
#undef SHORT
#undef LONG
}

static int take_inet(const void *body, size_t size, struct rows *rows, void *argument) {
    const struct sockets_wanted *wanted = argument;
    const struct netlink_attribute *a[INET_COUNT];
    struct inet_head head;
    memcpy(&head, body, sizeof head);
    if (head.family != wanted->kind->family)
        return 0; /* an IPv6 list has IPv4's, too */
    struct os_socket *socket = socket_add(rows, wanted->kind);
    if (!socket)
        return -ENOMEM;
    netlink_attributes(body, size, sizeof head, a, INET_COUNT);
    socket->status = head.state < 12 ? head.state : OS_SOCKET_SYN_RECV;
    socket->ifindex = head.id.interface;
    socket->uid = head.uid;
    socket->inode = head.inode;
    socket->recv_q = head.receive_queue;
    socket->send_q = head.write_queue;
    socket->v6only = attribute_number(a[INET_V6ONLY]);
    socket_end(rows, head.family, head.id.source, ntohs(head.id.source_port), true, &socket->laddr);
    socket_end(rows, head.family, head.id.target, ntohs(head.id.target_port), false,
               &socket->raddr);
    if (wanted->tcp_info && a[INET_INFO]) {
        read_tcp_info(a[INET_INFO], &socket->tcp);
        socket->valid |= OS_SOCKETS_TCP_INFO;
    }
    return 0;
}

static int take_unix(const void *body, size_t size, struct rows *rows, void *argument) {
    const struct sockets_wanted *wanted = argument;
    const struct netlink_attribute *a[UNIX_COUNT];
    struct unix_head head;
    struct os_socket *socket = socket_add(rows, wanted->kind);
    if (!socket)
        return -ENOMEM;
    memcpy(&head, body, sizeof head);
    netlink_attributes(body, size, sizeof head, a, UNIX_COUNT);
    socket->type = head.type;
    socket->status = head.state < 12 ? head.state : OS_SOCKET_NONE;
    socket->inode = head.inode;
    socket->recv_q = number_at(a[UNIX_QUEUES], 0, 4);
    socket->send_q = number_at(a[UNIX_QUEUES], 4, 4);
    socket->uid = a[UNIX_UID] ? (int64_t)attribute_number(a[UNIX_UID]) : -1;
    socket_path(rows, attribute_data(a[UNIX_NAME], 1), attribute_size(a[UNIX_NAME]), socket);
    return 0;
}

static int ask_unix(struct netlink *n, const struct sockets_wanted *wanted, struct rows *rows) {
    struct {
        struct netlink_message message;
        uint8_t family, protocol; /* struct unix_diag_req */
        uint16_t pad;
        uint32_t states, inode, show, cookie[2];
    } request = {.message = {.type = BY_FAMILY},
                 .family = AF_UNIX,
                 .states = wanted->listening ? 1u << OS_SOCKET_LISTEN : EVERY_STATE,
                 .show = SHOW_NAME | SHOW_QUEUES | SHOW_UID};
    const struct netlink_reader reader = {BY_FAMILY, sizeof(struct unix_head), take_unix,
                                          (void *)wanted};
    return netlink_list(n, &request, sizeof request, &reader, rows);
}

static int ask_inet(struct netlink *n, const struct sockets_wanted *wanted, struct rows *rows) {
    const struct socket_kind *kind = wanted->kind;
    bool stream = kind->type == SOCK_STREAM;
    struct {
        struct netlink_message message;
        uint8_t family, protocol, extensions, pad; /* struct inet_diag_req_v2 */
        uint32_t states;
        struct inet_id id;
    } request = {.message = {.type = BY_FAMILY},
                 .family = (uint8_t)kind->family,
                 .protocol = (uint8_t)kind->number,
                 .extensions = stream && wanted->tcp_info ? 1 << (INET_INFO - 1) : 0,
                 .states = !wanted->listening
                               ? EVERY_STATE
                               : 1u << (stream ? OS_SOCKET_LISTEN : OS_SOCKET_CLOSE)};
    const struct netlink_reader reader = {BY_FAMILY, sizeof(struct inet_head), take_inet,
                                          (void *)wanted};
    return netlink_list(n, &request, sizeof request, &reader, rows);
}

int sockets_ask(const struct sockets_wanted *wanted, struct rows *rows) {
    AUTO_NETLINK n = {.fd = -1};
    int r = netlink_open(&n, wanted->netns, NETLINK_FOR_SOCKETS);
    if (r < 0)
        return r;
    return wanted->kind->family == AF_UNIX ? ask_unix(&n, wanted, rows)
                                           : ask_inet(&n, wanted, rows);
}
