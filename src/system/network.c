/* SPDX-License-Identifier: MIT */
/** Addresses, routes, rules and neighbours, by rtnetlink(7). */
#include <osier/network.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "system/netlink.h"
#include "system/network_links.h"
#include "system/network_words.h"
#include <netinet/in.h>
#include <sys/socket.h>

/* A kind of list: what is asked for, how it is read, what the records' texts are. */
struct kind {
    uint16_t ask;
    struct netlink_reader reader;
    size_t record_size;
    const size_t *texts;
};

static int read_list(const struct kind *kind, const char *netns, void *ret_items,
                     size_t *ret_count) {
    struct {
        struct netlink_message message;
        uint8_t head[20]; /* of any kind: family 0 */
    } request = {.message = {.type = kind->ask}};
    AUTO_NETLINK n = {.fd = -1};
    AUTO_ROWS rows = {.size = kind->record_size};
    struct link_names names = {0};
    struct netlink_reader reader = kind->reader;
    reader.argument = &names;
    int r = netlink_open(&n, netns, NETLINK_FOR_ROUTES);
    if (r == 0)
        r = link_names_load(&n, &names);
    if (r == 0)
        r = netlink_list(&n, &request, sizeof request.message + reader.head_size, &reader, &rows);
    if (r == 0)
        r = rows_take(&rows, kind->texts, ret_items, ret_count);
    free(names.links);
    return r;
}

/* ------------------------------------------------------------------- addresses */

struct address_head { /* struct ifaddrmsg */
    uint8_t family, prefixlen, flags, scope;
    uint32_t index;
};
enum {
    ADDRESS_ADDRESS = 1,
    ADDRESS_LOCAL = 2,
    ADDRESS_LABEL = 3,
    ADDRESS_BROADCAST = 4,
    ADDRESS_TIMES = 6,
    ADDRESS_FLAGS = 8,
    ADDRESS_COUNT
};

static int64_t life_time(const struct netlink_attribute *a, size_t which) {
    uint32_t times[2];
    const void *data = attribute_data(a, sizeof times);
    if (!data)
        return -1;
    memcpy(times, data, sizeof times);
    return times[which] == UINT32_MAX ? -1 : (int64_t)times[which];
}

static bool same(const struct netlink_attribute *a, const struct netlink_attribute *b) {
    return a->size == b->size && memcmp(a + 1, b + 1, attribute_size(a)) == 0;
}

/* Between two points LOCAL is the own address and ADDRESS the peer's; else ADDRESS may stand alone. */
static int take_address(const void *body, size_t size, struct rows *rows, void *names) {
    const struct netlink_attribute *a[ADDRESS_COUNT];
    struct address_head head;
    memcpy(&head, body, sizeof head);
    int bits = words_address_bits(head.family);
    if (!bits)
        return 0;
    struct os_net_address *address = rows_add(rows);
    if (!address)
        return -ENOMEM;
    netlink_attributes(body, size, sizeof head, a, ADDRESS_COUNT);
    const struct netlink_attribute *local = a[ADDRESS_LOCAL], *peer = a[ADDRESS_ADDRESS];
    address->ifindex = head.index;
    address->prefixlen = head.prefixlen;
    address->preferred_life_time = life_time(a[ADDRESS_TIMES], 0);
    address->valid_life_time = life_time(a[ADDRESS_TIMES], 1);
    link_name(names, rows, head.index, &address->ifname);
    words_name(rows, network_families, head.family, &address->family);
    words_name(rows, network_scopes, head.scope, &address->scope);
    words_address(rows, head.family, local ? local : peer, bits, &address->local);
    if (local && peer && !same(local, peer))
        words_address(rows, head.family, peer, bits, &address->peer);
    words_address(rows, head.family, a[ADDRESS_BROADCAST], bits, &address->broadcast);
    words_text(rows, a[ADDRESS_LABEL], &address->label);
    words_bits(rows, network_address_flags,
               a[ADDRESS_FLAGS] ? attribute_number(a[ADDRESS_FLAGS]) : head.flags, &address->flags);
    return 0;
}

struct os_net_address *os_net_addresses(const char *netns, size_t *ret_count) {
    UNCANCELLED;
    static const size_t texts[] = {offsetof(struct os_net_address, ifname),
                                   offsetof(struct os_net_address, family),
                                   offsetof(struct os_net_address, local),
                                   offsetof(struct os_net_address, peer),
                                   offsetof(struct os_net_address, scope),
                                   offsetof(struct os_net_address, broadcast),
                                   offsetof(struct os_net_address, label),
                                   offsetof(struct os_net_address, flags),
                                   SIZE_MAX};
    static const struct kind kind = {22,
                                     {20, sizeof(struct address_head), take_address, NULL},
                                     sizeof(struct os_net_address),
                                     texts};
    struct os_net_address *items = NULL;
    int r = read_list(&kind, netns, &items, ret_count);
    return PUBLIC_POINTER(r, items, "net_addresses", netns, NULL);
}

/* ------------------------------------------------------------------- routes */

struct route_head { /* struct rtmsg */
    uint8_t family, dst_bits, src_bits, tos, table, protocol, scope, type;
    uint32_t flags;
};
enum {
    ROUTE_DST = 1,
    ROUTE_SRC = 2,
    ROUTE_OIF = 4,
    ROUTE_GATEWAY = 5,
    ROUTE_PRIORITY = 6,
    ROUTE_PREFSRC = 7,
    ROUTE_MULTIPATH = 9,
    ROUTE_TABLE = 15,
    ROUTE_VIA = 18,
    ROUTE_COUNT
};
enum { ROUTE_CLONED = 0x200 }; /* one of the cache's: RTM_F_CLONED */

struct hop_head { /* struct rtnexthop */
    uint16_t size;
    uint8_t flags, hops;
    int32_t index;
};

/* A router of the other family stands behind its family's number. */
static void read_gateway(const struct netlink_attribute *const *a, int family, struct rows *rows,
                         const char **member) {
    const unsigned char *via = attribute_data(a[ROUTE_VIA], 18);
    if (a[ROUTE_GATEWAY]) {
        words_address(rows, family, a[ROUTE_GATEWAY], words_address_bits(family), member);
    } else if (via) {
        struct {
            struct netlink_attribute head;
            unsigned char bytes[16];
        } other = {.head.size = sizeof other};
        memcpy(other.bytes, via + 2, sizeof other.bytes);
        words_address(rows, AF_INET6, &other.head, 128, member);
    }
}

static int add_route(const struct route_head *head, const struct netlink_attribute *const *a,
                     const struct netlink_attribute *const *hop, unsigned index, unsigned weight,
                     struct rows *rows, const struct link_names *names) {
    struct os_net_route *route = rows_add(rows);
    if (!route)
        return -ENOMEM;
    unsigned table = a[ROUTE_TABLE] ? attribute_number(a[ROUTE_TABLE]) : head->table;
    route->metric = attribute_number(a[ROUTE_PRIORITY]);
    route->weight = weight;
    words_name(rows, network_families, head->family, &route->family);
    words_name(rows, network_route_types, head->type, &route->type);
    words_name(rows, network_tables, table, &route->table);
    words_name(rows, network_protocols, head->protocol, &route->protocol);
    words_name(rows, network_scopes, head->scope, &route->scope);
    if (a[ROUTE_DST])
        words_address(rows, head->family, a[ROUTE_DST], head->dst_bits, &route->dst);
    else
        rows_text(rows, "default", strlen("default"), &route->dst);
    words_address(rows, head->family, a[ROUTE_SRC], head->src_bits, &route->src);
    words_address(rows, head->family, a[ROUTE_PREFSRC], words_address_bits(head->family),
                  &route->prefsrc);
    read_gateway(hop, head->family, rows, &route->gateway);
    link_name(names, rows, index, &route->dev);
    return 0;
}

static int add_hops(const struct route_head *head, const struct netlink_attribute *const *a,
                    struct rows *rows, const struct link_names *names) {
    const char *at = attribute_data(a[ROUTE_MULTIPATH], sizeof(struct hop_head));
    size_t left = attribute_size(a[ROUTE_MULTIPATH]);
    int r = 0;
    while (r == 0 && at && left >= sizeof(struct hop_head)) {
        const struct netlink_attribute *inner[ROUTE_COUNT];
        struct hop_head hop;
        memcpy(&hop, at, sizeof hop);
        if (hop.size < sizeof hop || hop.size > left)
            break;
        netlink_attributes(at, hop.size, sizeof hop, inner, ROUTE_COUNT);
        r = add_route(head, a, inner, (unsigned)hop.index, hop.hops + 1u, rows, names);
        size_t step = ((size_t)hop.size + 3) & ~(size_t)3;
        step = step < left ? step : left;
        at += step;
        left -= step;
    }
    return r;
}

static int take_route(const void *body, size_t size, struct rows *rows, void *names) {
    const struct netlink_attribute *a[ROUTE_COUNT];
    struct route_head head;
    memcpy(&head, body, sizeof head);
    if (!words_address_bits(head.family) || head.flags & ROUTE_CLONED)
        return 0;
    netlink_attributes(body, size, sizeof head, a, ROUTE_COUNT);
    if (a[ROUTE_MULTIPATH])
        return add_hops(&head, a, rows, names);
    return add_route(&head, a, a, attribute_number(a[ROUTE_OIF]), 0, rows, names);
}

struct os_net_route *os_net_routes(const char *netns, size_t *ret_count) {
    UNCANCELLED;
    static const size_t texts[] = {offsetof(struct os_net_route, family),
                                   offsetof(struct os_net_route, type),
                                   offsetof(struct os_net_route, dst),
                                   offsetof(struct os_net_route, src),
                                   offsetof(struct os_net_route, gateway),
                                   offsetof(struct os_net_route, dev),
                                   offsetof(struct os_net_route, table),
                                   offsetof(struct os_net_route, protocol),
                                   offsetof(struct os_net_route, scope),
                                   offsetof(struct os_net_route, prefsrc),
                                   SIZE_MAX};
    static const struct kind kind = {
        26, {24, sizeof(struct route_head), take_route, NULL}, sizeof(struct os_net_route), texts};
    struct os_net_route *items = NULL;
    int r = read_list(&kind, netns, &items, ret_count);
    return PUBLIC_POINTER(r, items, "net_routes", netns, NULL);
}

/* ------------------------------------------------------------------- rules */

struct rule_head { /* struct fib_rule_hdr */
    uint8_t family, dst_bits, src_bits, tos, table, reserved, reserved2, action;
    uint32_t flags;
};
enum {
    RULE_DST = 1,
    RULE_SRC = 2,
    RULE_IIF = 3,
    RULE_PRIORITY = 6,
    RULE_MARK = 10,
    RULE_TABLE = 15,
    RULE_MASK = 16,
    RULE_OIF = 17,
    RULE_COUNT
};
enum { RULE_LOOKUP = 1, RULE_INVERTED = 2 };

static void read_prefix(struct rows *rows, int family, const struct netlink_attribute *a, int bits,
                        const char **member) {
    if (a)
        words_address(rows, family, a, bits, member);
    else
        rows_text(rows, "all", strlen("all"), member);
}

static int take_rule(const void *body, size_t size, struct rows *rows, void *unused) {
    (void)unused;
    const struct netlink_attribute *a[RULE_COUNT];
    struct rule_head head;
    memcpy(&head, body, sizeof head);
    if (!words_address_bits(head.family))
        return 0;
    struct os_net_rule *rule = rows_add(rows);
    if (!rule)
        return -ENOMEM;
    netlink_attributes(body, size, sizeof head, a, RULE_COUNT);
    uint32_t mask = attribute_number(a[RULE_MASK]);
    rule->priority = attribute_number(a[RULE_PRIORITY]);
    rule->inverted = head.flags & RULE_INVERTED;
    rule->fwmark = attribute_number(a[RULE_MARK]);
    rule->fwmask = mask == UINT32_MAX ? 0 : mask;
    words_name(rows, network_families, head.family, &rule->family);
    words_name(rows, network_actions, head.action, &rule->action);
    if (head.action == RULE_LOOKUP)
        words_name(rows, network_tables,
                   a[RULE_TABLE] ? attribute_number(a[RULE_TABLE]) : head.table, &rule->table);
    read_prefix(rows, head.family, a[RULE_SRC], head.src_bits, &rule->src);
    read_prefix(rows, head.family, a[RULE_DST], head.dst_bits, &rule->dst);
    words_text(rows, a[RULE_IIF], &rule->iif);
    words_text(rows, a[RULE_OIF], &rule->oif);
    return 0;
}

struct os_net_rule *os_net_rules(const char *netns, size_t *ret_count) {
    UNCANCELLED;
    static const size_t texts[] = {
        offsetof(struct os_net_rule, family), offsetof(struct os_net_rule, src),
        offsetof(struct os_net_rule, dst),    offsetof(struct os_net_rule, iif),
        offsetof(struct os_net_rule, oif),    offsetof(struct os_net_rule, action),
        offsetof(struct os_net_rule, table),  SIZE_MAX};
    static const struct kind kind = {
        34, {32, sizeof(struct rule_head), take_rule, NULL}, sizeof(struct os_net_rule), texts};
    struct os_net_rule *items = NULL;
    int r = read_list(&kind, netns, &items, ret_count);
    return PUBLIC_POINTER(r, items, "net_rules", netns, NULL);
}

/* ------------------------------------------------------------------- neighbours */

struct neighbour_head { /* struct ndmsg */
    uint8_t family, pad;
    uint16_t pad2;
    int32_t index;
    uint16_t state;
    uint8_t flags, type;
};
enum { NEIGHBOUR_DST = 1, NEIGHBOUR_ADDRESS = 2, NEIGHBOUR_COUNT };
enum { NEIGHBOUR_PROXY = 0x08, NEIGHBOUR_ROUTER = 0x80 };

static int take_neighbour(const void *body, size_t size, struct rows *rows, void *names) {
    const struct netlink_attribute *a[NEIGHBOUR_COUNT];
    struct neighbour_head head;
    memcpy(&head, body, sizeof head);
    if (!words_address_bits(head.family))
        return 0;
    struct os_net_neighbour *neighbour = rows_add(rows);
    if (!neighbour)
        return -ENOMEM;
    netlink_attributes(body, size, sizeof head, a, NEIGHBOUR_COUNT);
    neighbour->router = head.flags & NEIGHBOUR_ROUTER;
    neighbour->proxy = head.flags & NEIGHBOUR_PROXY;
    words_name(rows, network_families, head.family, &neighbour->family);
    words_address(rows, head.family, a[NEIGHBOUR_DST], words_address_bits(head.family),
                  &neighbour->dst);
    words_address(rows, 0, a[NEIGHBOUR_ADDRESS], 0, &neighbour->lladdr);
    words_bits(rows, network_states, head.state, &neighbour->state);
    link_name(names, rows, (unsigned)head.index, &neighbour->dev);
    return 0;
}

struct os_net_neighbour *os_net_neighbours(const char *netns, size_t *ret_count) {
    UNCANCELLED;
    static const size_t texts[] = {
        offsetof(struct os_net_neighbour, family), offsetof(struct os_net_neighbour, dst),
        offsetof(struct os_net_neighbour, dev),    offsetof(struct os_net_neighbour, lladdr),
        offsetof(struct os_net_neighbour, state),  SIZE_MAX};
    static const struct kind kind = {30,
                                     {28, sizeof(struct neighbour_head), take_neighbour, NULL},
                                     sizeof(struct os_net_neighbour),
                                     texts};
    struct os_net_neighbour *items = NULL;
    int r = read_list(&kind, netns, &items, ret_count);
    return PUBLIC_POINTER(r, items, "net_neighbours", netns, NULL);
}
