/* SPDX-License-Identifier: MIT */
/** Interfaces, by rtnetlink(7); their speed by their driver. */
#include "system/network_links.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "system/netns.h"
#include "system/network_words.h"
#include "system/rates.h"
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

enum { NEW_LINK = 16, GET_LINK = 18 };
enum {
    LINK_ADDRESS = 1,
    LINK_BROADCAST = 2,
    LINK_NAME = 3,
    LINK_MTU = 4,
    LINK_LINK = 5,
    LINK_QDISC = 6,
    LINK_MASTER = 10,
    LINK_TXQLEN = 13,
    LINK_OPERSTATE = 16,
    LINK_INFO = 18,
    LINK_STATS64 = 23,
    LINK_PROPERTIES = 52,
    LINK_COUNT
};
enum { INFO_KIND = 1, INFO_COUNT };
enum { PROPERTY_NAME = 53 };

struct link_head { /* struct ifinfomsg */
    uint8_t family, pad;
    uint16_t type;
    int32_t index;
    uint32_t flags, change;
};

/* struct rtnl_link_stats64, as far as it is used */
enum {
    RX_PACKETS,
    TX_PACKETS,
    RX_BYTES,
    TX_BYTES,
    RX_ERRORS,
    TX_ERRORS,
    RX_DROPPED,
    TX_DROPPED,
    MULTICAST,
    COLLISIONS,
    STATS_COUNT
};

static void read_stats(const struct netlink_attribute *a, struct os_net_link *link) {
    uint64_t s[STATS_COUNT];
    const void *data = attribute_data(a, sizeof s);
    if (!data)
        return;
    memcpy(s, data, sizeof s);
    link->rx = (struct os_net_traffic){s[RX_BYTES], s[RX_PACKETS], s[RX_ERRORS], s[RX_DROPPED]};
    link->tx = (struct os_net_traffic){s[TX_BYTES], s[TX_PACKETS], s[TX_ERRORS], s[TX_DROPPED]};
    link->multicast = s[MULTICAST];
    link->collisions = s[COLLISIONS];
}

/* Its further names stand one after another in the list of its properties. */
static void read_altnames(const struct netlink_attribute *list, struct rows *rows,
                          const char **member) {
    AUTO_STR names = STR_INIT;
    const char *at = attribute_data(list, sizeof *list);
    size_t left = attribute_size(list);
    while (at && left >= sizeof(struct netlink_attribute)) {
        const struct netlink_attribute *a = (const void *)at;
        size_t step = ((size_t)a->size + 3) & ~(size_t)3, size;
        if (a->size < sizeof *a || a->size > left)
            break;
        const char *name = a->type == PROPERTY_NAME ? attribute_text(a, &size) : NULL;
        if (name && names.size)
            str_append_char(&names, ',');
        if (name)
            str_append(&names, name, size);
        step = step < left ? step : left;
        at += step;
        left -= step;
    }
    rows->text.failed |= names.failed;
    if (names.size && !names.failed)
        rows_text(rows, names.data, names.size, member);
}

static void read_texts(const struct netlink_attribute *const *a, struct rows *rows,
                       struct os_net_link *link) {
    const struct netlink_attribute *info[INFO_COUNT];
    attribute_nested(a[LINK_INFO], info, INFO_COUNT);
    words_text(rows, a[LINK_NAME], &link->ifname);
    words_text(rows, a[LINK_QDISC], &link->qdisc);
    words_text(rows, info[INFO_KIND], &link->kind);
    words_address(rows, 0, a[LINK_ADDRESS], 0, &link->address);
    words_address(rows, 0, a[LINK_BROADCAST], 0, &link->broadcast);
    words_bits(rows, network_link_flags, link->flag_bits, &link->flags);
    words_name(rows, network_operstates, attribute_number(a[LINK_OPERSTATE]), &link->operstate);
    read_altnames(a[LINK_PROPERTIES], rows, &link->altnames);
}

/* Until all names are known, `master` is the number plus 1. */
static int take_link(const void *body, size_t size, struct rows *rows, void *unused) {
    (void)unused;
    const struct netlink_attribute *a[LINK_COUNT];
    struct link_head head;
    struct os_net_link *link = rows_add(rows);
    if (!link)
        return -ENOMEM;
    memcpy(&head, body, sizeof head);
    netlink_attributes(body, size, sizeof head, a, LINK_COUNT);
    link->ifindex = (unsigned)head.index;
    link->flag_bits = head.flags;
    link->up = head.flags & IFF_UP;
    link->running = head.flags & IFF_RUNNING;
    link->mtu = attribute_number(a[LINK_MTU]);
    link->txqlen = attribute_number(a[LINK_TXQLEN]);
    link->link = attribute_number(a[LINK_LINK]);
    link->master = (const char *)(uintptr_t)attribute_number(a[LINK_MASTER]);
    words_name(rows, network_link_types, head.type, &link->link_type);
    read_texts(a, rows, link);
    read_stats(a[LINK_STATS64], link);
    return 0;
}

static const struct netlink_reader link_reader = {
    .type = NEW_LINK, .head_size = sizeof(struct link_head), .take = take_link};

static int compare_links(const void *a, const void *b) {
    const struct os_net_link *x = a, *y = b;
    return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static const char *find_name(const struct os_net_link *links, size_t count, unsigned index) {
    for (size_t i = 0; i < count; i++)
        if (links[i].ifindex == index)
            return links[i].ifname;
    return NULL;
}

int links_list(struct netlink *n, struct os_net_link **ret_links, size_t *ret_count) {
    static const size_t texts[] = {
        offsetof(struct os_net_link, ifname),  offsetof(struct os_net_link, altnames),
        offsetof(struct os_net_link, flags),   offsetof(struct os_net_link, operstate),
        offsetof(struct os_net_link, qdisc),   offsetof(struct os_net_link, link_type),
        offsetof(struct os_net_link, address), offsetof(struct os_net_link, broadcast),
        offsetof(struct os_net_link, kind),    SIZE_MAX};
    struct {
        struct netlink_message message;
        struct link_head head;
    } request = {.message = {.type = GET_LINK}};
    AUTO_ROWS rows = {.size = sizeof **ret_links};
    int r = netlink_list(n, &request, sizeof request, &link_reader, &rows);
    if (r == 0)
        r = rows_take(&rows, texts, ret_links, ret_count);
    if (r != 0)
        return r;
    struct os_net_link *links = *ret_links;
    qsort(links, *ret_count, sizeof *links, compare_links);
    for (size_t i = 0; i < *ret_count; i++)
        links[i].master = find_name(links, *ret_count, (unsigned)(uintptr_t)links[i].master);
    return 0;
}

int link_names_load(struct netlink *n, struct link_names *names) {
    return links_list(n, &names->links, &names->count);
}

void link_name(const struct link_names *names, struct rows *rows, unsigned index,
               const char **member) {
    char number[16];
    if (index == 0)
        return;
    const char *name = find_name(names->links, names->count, index);
    if (!name)
        snprintf(number, sizeof number, "if%u", index);
    name = name ? name : number;
    rows_text(rows, name, strlen(name), member);
}

/* ------------------------------------------------------------------- speed */

enum { ASK_DRIVER = 0x8946, GET_SETTINGS = 1 }; /* SIOCETHTOOL, ETHTOOL_GSET */

struct driver_settings { /* struct ethtool_cmd */
    uint32_t command, supported, advertising;
    uint16_t speed;
    uint8_t duplex, port, phy, transceiver, autonegotiation, mdio;
    uint32_t maxtxpkt, maxrxpkt;
    uint16_t speed_high;
    uint8_t unused[10];
};

/* What the driver doesn't tell stays 0. */
static void ask_driver(int socket, struct os_net_link *link) {
    struct driver_settings settings = {.command = GET_SETTINGS};
    struct ifreq request = {.ifr_data = (void *)&settings};
    strncpy(request.ifr_name, link->ifname ? link->ifname : "", sizeof request.ifr_name - 1);
    link->valid |= OS_NET_SPEED;
    if (SYS(kernel_ioctl, socket, ASK_DRIVER, (long)&request) < 0)
        return;
    uint32_t speed = (uint32_t)settings.speed_high << 16 | settings.speed;
    link->speed = speed == UINT32_MAX || speed == UINT16_MAX ? 0 : speed;
    link->duplex = settings.duplex == 0   ? OS_NET_DUPLEX_HALF
                   : settings.duplex == 1 ? OS_NET_DUPLEX_FULL
                                          : OS_NET_DUPLEX_UNKNOWN;
}

static int ask_drivers(const char *netns, struct os_net_link *links, size_t count) {
    AUTO_CLOSE int fd = netns_socket(netns, AF_INET, SOCK_DGRAM, 0);
    for (size_t i = 0; fd >= 0 && i < count; i++)
        ask_driver(fd, &links[i]);
    return fd < 0 ? fd : 0;
}

static int read_links(unsigned fields, const char *netns, struct os_net_link **ret_links,
                      size_t *ret_count) {
    AUTO_NETLINK n = {.fd = -1};
    AUTO_FREE struct os_net_link *links = NULL;
    if (fields & ~(unsigned)(OS_NET_SPEED | OS_NET_RATES))
        return -EINVAL;
    int r = netlink_open(&n, netns, NETLINK_FOR_ROUTES);
    if (r == 0)
        r = links_list(&n, &links, ret_count);
    if (r == 0 && fields & OS_NET_SPEED)
        r = ask_drivers(netns, links, *ret_count);
    if (r == 0)
        *ret_links = TAKE_POINTER(links);
    return r;
}

struct os_net_link *os_net_links(unsigned fields, const char *netns, size_t *ret_count) {
    UNCANCELLED;
    struct os_net_link *links = NULL;
    int r = read_links(fields, netns, &links, ret_count);
    return PUBLIC_POINTER(r, links, "net_links", netns, NULL);
}

static bool set_rates(struct os_net_link *now, const struct os_net_link *before, int64_t elapsed) {
    const struct rate rates[] = {
        {before->rx.bytes, now->rx.bytes, &now->rx_rate},
        {before->tx.bytes, now->tx.bytes, &now->tx_rate},
        {before->rx.packets, now->rx.packets, &now->rx_packets_rate},
        {before->tx.packets, now->tx.packets, &now->tx_packets_rate},
    };
    return rates_set(rates, sizeof rates / sizeof *rates, elapsed);
}

/* Whoever is renamed keeps his number. */
void os_net_rates(struct os_net_link *links, size_t count, const struct os_net_link *before,
                  size_t before_count, int64_t elapsed) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < before_count; k++) { /* mostly it stands where it stood */
            const struct os_net_link *then = &before[(i + k) % before_count];
            if (then->ifindex != links[i].ifindex)
                continue;
            if (set_rates(&links[i], then, elapsed))
                links[i].valid |= OS_NET_RATES;
            break;
        }
}
