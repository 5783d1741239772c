/* SPDX-License-Identifier: MIT */
/** Faults in what the kernel tells of the network. */
#include "faults.h"

static size_t count;

/* The file of /proc/net that is read where the kernel has no such list is not there, either. */
NO_FAULT(os_net_rates)

FAULT(os_net_links, .absorbs = "kernel_ioctl") {
    return fault_free(os_net_links(OS_NET_SPEED, NULL, &count));
}

FAULT_CASE(os_net_links, elsewhere, .filename = "/proc/self/ns/net", .root = true) {
    return fault_free(os_net_links(0, "/proc/self/ns/net", &count));
}

FAULT(os_net_addresses) {
    return fault_free(os_net_addresses(NULL, &count));
}

FAULT(os_net_routes) {
    return fault_free(os_net_routes(NULL, &count));
}

FAULT(os_net_rules) {
    return fault_free(os_net_rules(NULL, &count));
}

FAULT(os_net_neighbours) {
    return fault_free(os_net_neighbours(NULL, &count));
}

FAULT(os_sockets,
      .absorbs = "open openat openat2 read") { /* what tells the order of bytes is not needed */
    return fault_free(os_sockets(OS_SOCKETS_TCP4 | OS_SOCKETS_RAW4, 0, NULL, &count));
}

/* A descriptor or a process may go at any time: what may not be read of one is left out. */
FAULT_CASE(os_sockets, owners, .absorbs = "readlinkat") {
    const pid_t own = getpid();
    const struct os_sockets_options options = {
        .size = sizeof options, .pids = &own, .pids_count = 1};
    return fault_free(
        os_sockets(OS_SOCKETS_UNIX, OS_SOCKETS_OWNERS | OS_SOCKETS_NAME, &options, &count));
}
