/* SPDX-License-Identifier: MIT */
/**
 * The network as the kernel has it: interfaces, addresses, routes, rules and neighbours.
 *
 * It is asked by rtnetlink, of this network namespace or of another one: `netns` is a name of
 * ip-netns(8), a path of a namespace, the number of a process that is in it, or NULL for the own one.
 * A program that isn't privileged may ask for its own alone. A recorded machine has none of this:
 * ENOTSUP.
 *
 * @since 0.1
 */
#ifndef OSIER_NETWORK_H
#define OSIER_NETWORK_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** What os_net_links() reads besides; also the bits of a record's `valid`. */
enum os_net_fields {
    OS_NET_SPEED = 1 << 0, /**< ask the driver of each interface for its speed and duplex */
    OS_NET_RATES = 1 << 1, /**< what went through in each second: os_net_rates() sets it alone */
};

/** How an interface sends and receives. */
enum os_net_duplex {
    OS_NET_DUPLEX_UNKNOWN = 0, /**< the driver doesn't tell */
    OS_NET_DUPLEX_HALF = 1,    /**< one at a time */
    OS_NET_DUPLEX_FULL = 2     /**< both at once */
};

/** What went one way through an interface. */
struct os_net_traffic {
    uint64_t bytes;   /**< bytes [bytes] */
    uint64_t packets; /**< packets */
    uint64_t errors;  /**< packets that were bad */
    uint64_t dropped; /**< packets that were dropped */
};

/**
 * An interface.
 *
 * @table ifname, operstate, mtu, address, rx.bytes, tx.bytes, kind, master
 */
struct os_net_link {
    unsigned valid;            /**< OS_NET_SPEED where that was read */
    unsigned ifindex;          /**< its number */
    const char *ifname;        /**< its name */
    const char *altnames;      /**< its further names, with commas; NULL: none */
    const char *flags;         /**< as ip-link(8) shows them: "BROADCAST,MULTICAST,UP,LOWER_UP" */
    unsigned flag_bits;        /**< the same as IFF_… bits */
    bool up;                   /**< it is switched on */
    bool running;              /**< it is on, and can send */
    const char *operstate;     /**< UP, DOWN, UNKNOWN, LOWERLAYERDOWN … */
    unsigned mtu;              /**< the largest packet, in bytes */
    unsigned txqlen;           /**< packets that may wait to be sent */
    const char *qdisc;         /**< in which order they are sent */
    const char *link_type;     /**< ether, loopback, none …, or the number of an ARPHRD_ type */
    const char *address;       /**< its hardware address; NULL: none */
    const char *broadcast;     /**< the hardware address of all; NULL: none */
    const char *kind;          /**< of a virtual one: veth, bridge, vlan …; NULL: none */
    const char *master;        /**< the bridge or bond that it belongs to; NULL: none */
    unsigned link;             /**< the number of the interface below or at its other end, or 0 */
    struct os_net_traffic rx;  /**< received */
    struct os_net_traffic tx;  /**< sent */
    uint64_t multicast;        /**< packets received for many */
    uint64_t collisions;       /**< collisions */
    unsigned speed;            /**< Mbit/s, 0 where the driver doesn't tell [OS_NET_SPEED] */
    enum os_net_duplex duplex; /**< whether it sends and receives at once [OS_NET_SPEED] */
    double rx_rate;            /**< bytes received a second [bytes] [OS_NET_RATES] */
    double tx_rate;            /**< bytes sent a second [bytes] [OS_NET_RATES] */
    double rx_packets_rate;    /**< packets received a second [OS_NET_RATES] */
    double tx_packets_rate;    /**< packets sent a second [OS_NET_RATES] */
};

/**
 * The interfaces, in the order of their numbers.
 *
 * @param fields  OS_NET_SPEED, or 0; OS_NET_RATES reads nothing
 * @param netns  the network namespace, or NULL for the own one
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ENOENT  no such network namespace
 * @error EPERM  it is another one, and the program isn't privileged
 * @error ENOTSUP  a recorded machine is looked at
 * @python psutil.net_if_stats()
 * @source rtnetlink(7)
 * @shell os.net_links [--netns=NULL] -> list of net_link
 */
OS_API OS_MUST_FREE OS_NONNULL(3) struct os_net_link *os_net_links(unsigned fields,
                                                                   const char *netns,
                                                                   size_t *ret_count);

/**
 * What went through each interface in a second between two lists.
 *
 * One that was not there before, and one whose counters began anew, gets no rates.
 *
 * @param links  the later list; its rates are set, and OS_NET_RATES in `valid`
 * @param count  how many there are
 * @param before  the earlier list
 * @param before_count  how many there are of those
 * @param elapsed  the time between them, in nanoseconds
 * @return nothing
 * @source rtnetlink(7)
 * @shell no: `osier watch links` looks twice
 */
OS_API OS_NONNULL() void os_net_rates(struct os_net_link *links, size_t count,
                                      const struct os_net_link *before, size_t before_count,
                                      int64_t elapsed);

/**
 * An address of an interface.
 *
 * @table ifname, family, local, prefixlen, scope, broadcast, peer
 */
struct os_net_address {
    unsigned ifindex;            /**< the number of the interface */
    const char *ifname;          /**< its name */
    const char *family;          /**< inet or inet6 */
    const char *local;           /**< the address */
    unsigned prefixlen;          /**< how many bits of it are the network's */
    const char *peer;            /**< the other end of a point-to-point link; NULL: none */
    const char *broadcast;       /**< the address of all in the network; NULL: none */
    const char *scope;           /**< global, link, host, site, or a number */
    const char *label;           /**< the interface's name as it was for this address; or NULL */
    const char *flags;           /**< permanent, secondary, tentative …, with commas */
    int64_t valid_life_time;     /**< seconds that it is still valid; −1: for ever */
    int64_t preferred_life_time; /**< seconds that new connections use it; −1: for ever */
};

/**
 * The addresses of all interfaces, in the kernel's order.
 *
 * @param netns  the network namespace, or NULL for the own one
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ENOENT  no such network namespace
 * @error EPERM  it is another one, and the program isn't privileged
 * @error ENOTSUP  a recorded machine is looked at
 * @python psutil.net_if_addrs()
 * @source rtnetlink(7)
 * @shell os.net_addresses [--netns=NULL] -> list of net_address
 */
OS_API OS_MUST_FREE OS_NONNULL(2) struct os_net_address *os_net_addresses(const char *netns,
                                                                          size_t *ret_count);

/**
 * A route; one with several next hops is as many records.
 *
 * @table dst, gateway, dev, table, protocol, scope, prefsrc, metric
 */
struct os_net_route {
    const char *family;   /**< inet or inet6 */
    const char *type;     /**< unicast, local, broadcast, blackhole, unreachable … */
    const char *dst;      /**< where to: "10.0.0.0/8", an address, or "default" */
    const char *src;      /**< for packets from there alone; NULL: from anywhere */
    const char *gateway;  /**< by which router; NULL: directly */
    const char *dev;      /**< through which interface; NULL: none */
    const char *table;    /**< in which table: main, local, default, or a number */
    const char *protocol; /**< who made it: kernel, boot, static, dhcp …, or a number */
    const char *scope;    /**< global, link, host …, or a number */
    const char *prefsrc;  /**< the address that packets are sent from; NULL: whichever fits */
    unsigned metric;      /**< of several the lowest counts */
    unsigned weight;      /**< of several next hops: its share; 0: it is the only one */
};

/**
 * The routes of all tables, in the kernel's order.
 *
 * @param netns  the network namespace, or NULL for the own one
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ENOENT  no such network namespace
 * @error EPERM  it is another one, and the program isn't privileged
 * @error ENOTSUP  a recorded machine is looked at
 * @source rtnetlink(7)
 * @shell os.net_routes [--netns=NULL] -> list of net_route
 */
OS_API OS_MUST_FREE OS_NONNULL(2) struct os_net_route *os_net_routes(const char *netns,
                                                                     size_t *ret_count);

/**
 * A rule that says which packets are looked up in which table of routes.
 *
 * @table priority, family, src, dst, iif, oif, fwmark, action, table
 */
struct os_net_rule {
    unsigned priority;  /**< the lowest comes first */
    const char *family; /**< inet or inet6 */
    bool inverted;      /**< for packets that it does not match */
    const char *src;    /**< from where: "10.0.0.0/8", an address, or "all" */
    const char *dst;    /**< where to; or "all" */
    const char *iif;    /**< by which interface they came; NULL: any */
    const char *oif;    /**< through which interface they are to go; NULL: any */
    unsigned fwmark;    /**< with this mark; 0: any */
    unsigned fwmask;    /**< the bits of the mark that count; 0: all */
    const char *action; /**< lookup, goto, nop, blackhole, unreachable, prohibit, or a number */
    const char *table;  /**< main, local, default, or a number; NULL where none is looked up */
};

/**
 * The rules of routing, of IPv4 and of IPv6, each by their priority.
 *
 * @param netns  the network namespace, or NULL for the own one
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ENOENT  no such network namespace
 * @error EPERM  it is another one, and the program isn't privileged
 * @error ENOTSUP  a recorded machine is looked at
 * @source rtnetlink(7)
 * @shell os.net_rules [--netns=NULL] -> list of net_rule
 */
OS_API OS_MUST_FREE OS_NONNULL(2) struct os_net_rule *os_net_rules(const char *netns,
                                                                   size_t *ret_count);

/**
 * A neighbour: a machine on the same link, by its hardware address.
 *
 * @table dst, dev, lladdr, state
 */
struct os_net_neighbour {
    const char *family; /**< inet or inet6 */
    const char *dst;    /**< its address */
    const char *dev;    /**< the interface that it is behind */
    const char *lladdr; /**< its hardware address; NULL where that isn't known */
    const char *state;  /**< REACHABLE, STALE, FAILED, PERMANENT … */
    bool router;        /**< it says that it is a router */
    bool proxy;         /**< this machine answers for it */
};

/**
 * The neighbours, in the kernel's order.
 *
 * @param netns  the network namespace, or NULL for the own one
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ENOENT  no such network namespace
 * @error EPERM  it is another one, and the program isn't privileged
 * @error ENOTSUP  a recorded machine is looked at
 * @source rtnetlink(7)
 * @shell os.net_neighbours [--netns=NULL] -> list of net_neighbour
 */
OS_API OS_MUST_FREE OS_NONNULL(2) struct os_net_neighbour *os_net_neighbours(const char *netns,
                                                                             size_t *ret_count);

OS_END_DECLS

#endif
