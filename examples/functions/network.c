/* SPDX-License-Identifier: MIT */
/* The network as the kernel has it: the loopback interface, and what belongs to it. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    size_t count, routes, rules, neighbours;
    os_autofree struct os_net_link *links = os_net_links(OS_NET_SPEED, NULL, &count);
    if (!links) {
        os_perror("links");
        return 77;
    }
    size_t later;
    os_autofree struct os_net_link *now = os_net_links(0, NULL, &later);
    if (now) /* as if a second had passed */
        os_net_rates(now, later, links, count, 1000000000);
    for (size_t i = 0; i < count; i++)
        if (strcmp(links[i].link_type, "loopback") == 0)
            printf("%s: %s, duplex known: %d\n", links[i].ifname, links[i].address,
                   links[i].duplex != OS_NET_DUPLEX_UNKNOWN);

    /* Another namespace by its name, its path, or the number of a process in it. */
    os_autofree struct os_net_route *all = os_net_routes("/proc/self/ns/net", &routes);
    os_autofree struct os_net_rule *order = os_net_rules(NULL, &rules);
    os_autofree struct os_net_neighbour *near = os_net_neighbours(NULL, &neighbours);
    os_autofree struct os_net_address *addresses = os_net_addresses(NULL, &count);
    if (!order || !near || !addresses) {
        os_perror("network");
        return 1;
    }
    printf("the first rule looks up %s\n", order[0].table);
    return all ? 0 : 77; /* only root enters a namespace */
}

/* It prints:
 *     lo: 00:00:00:00:00:00, duplex known: 0
 *     the first rule looks up local
 */
