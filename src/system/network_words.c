/* SPDX-License-Identifier: MIT */
/** What the kernel's numbers of the network are called, as ip(8) calls them; addresses as text. */
#include "system/network_words.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

const struct network_word network_families[] = {{AF_INET, "inet"}, {AF_INET6, "inet6"}, {0, NULL}};
const struct network_word network_scopes[] = {{0, "global"}, {200, "site"},    {253, "link"},
                                              {254, "host"}, {255, "nowhere"}, {0, NULL}};
const struct network_word network_tables[] = {
    {253, "default"}, {254, "main"}, {255, "local"}, {0, NULL}};
const struct network_word network_protocols[] = {
    {0, "unspec"},    {1, "redirect"}, {2, "kernel"}, {3, "boot"},   {4, "static"},
    {8, "gated"},     {9, "ra"},       {10, "mrt"},   {11, "zebra"}, {12, "bird"},
    {13, "dnrouted"}, {14, "xorp"},    {15, "ntk"},   {16, "dhcp"},  {18, "keepalived"},
    {42, "babel"},    {186, "bgp"},    {187, "isis"}, {188, "ospf"}, {189, "rip"},
    {192, "eigrp"},   {0, NULL}};
const struct network_word network_route_types[] = {
    {1, "unicast"},   {2, "local"},     {3, "broadcast"},   {4, "anycast"},
    {5, "multicast"}, {6, "blackhole"}, {7, "unreachable"}, {8, "prohibit"},
    {9, "throw"},     {10, "nat"},      {0, NULL}};
const struct network_word network_actions[] = {
    {1, "lookup"},      {2, "goto"},     {3, "nop"}, {6, "blackhole"},
    {7, "unreachable"}, {8, "prohibit"}, {0, NULL}};
const struct network_word network_states[] = {
    {0x01, "INCOMPLETE"}, {0x02, "REACHABLE"}, {0x04, "STALE"},
    {0x08, "DELAY"},      {0x10, "PROBE"},     {0x20, "FAILED"},
    {0x40, "NOARP"},      {0x80, "PERMANENT"}, {0, NULL}};
const struct network_word network_link_types[] = {{0, "netrom"},
                                                  {1, "ether"},
                                                  {32, "infiniband"},
                                                  {512, "ppp"},
                                                  {768, "ipip"},
                                                  {769, "tunnel6"},
                                                  {772, "loopback"},
                                                  {776, "sit"},
                                                  {778, "gre"},
                                                  {801, "ieee802.11"},
                                                  {803, "ieee802.11/radiotap"},
                                                  {823, "gre6"},
                                                  {824, "netlink"},
                                                  {280, "can"},
                                                  {65534, "none"},
                                                  {0, NULL}};
const struct network_word network_operstates[] = {
    {0, "UNKNOWN"}, {1, "NOTPRESENT"}, {2, "DOWN"}, {3, "LOWERLAYERDOWN"},
    {4, "TESTING"}, {5, "DORMANT"},    {6, "UP"},   {0, NULL}};
const struct network_word network_link_flags[] = {{1 << 3, "LOOPBACK"},
                                                  {1 << 1, "BROADCAST"},
                                                  {1 << 4, "POINTOPOINT"},
                                                  {1 << 12, "MULTICAST"},
                                                  {1 << 7, "NOARP"},
                                                  {1 << 9, "ALLMULTI"},
                                                  {1 << 8, "PROMISC"},
                                                  {1 << 10, "MASTER"},
                                                  {1 << 11, "SLAVE"},
                                                  {1 << 2, "DEBUG"},
                                                  {1 << 15, "DYNAMIC"},
                                                  {1 << 14, "AUTOMEDIA"},
                                                  {1 << 13, "PORTSEL"},
                                                  {1 << 5, "NOTRAILERS"},
                                                  {1 << 0, "UP"},
                                                  {1 << 16, "LOWER_UP"},
                                                  {1 << 17, "DORMANT"},
                                                  {1 << 18, "ECHO"},
                                                  {0, NULL}};
const struct network_word network_address_flags[] = {{0x80, "permanent"},
                                                     {0x01, "secondary"},
                                                     {0x02, "nodad"},
                                                     {0x04, "optimistic"},
                                                     {0x08, "dadfailed"},
                                                     {0x10, "home"},
                                                     {0x20, "deprecated"},
                                                     {0x40, "tentative"},
                                                     {0x100, "mngtmpaddr"},
                                                     {0x200, "noprefixroute"},
                                                     {0x400, "autojoin"},
                                                     {0x800, "stable-privacy"},
                                                     {0, NULL}};

void words_name(struct rows *rows, const struct network_word *table, unsigned number,
                const char **member) {
    char digits[16];
    while (table->name && table->number != number)
        table++;
    if (!table->name)
        snprintf(digits, sizeof digits, "%u", number);
    const char *name = table->name ? table->name : digits;
    rows_text(rows, name, strlen(name), member);
}

void words_bits(struct rows *rows, const struct network_word *table, unsigned bits,
                const char **member) {
    char text[256];
    size_t size = 0;
    for (; table->name; table++)
        if (bits & table->number)
            size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", size ? "," : "",
                                     table->name);
    rows_text(rows, text, size, member);
}

void words_text(struct rows *rows, const struct netlink_attribute *a, const char **member) {
    size_t size;
    const char *text = attribute_text(a, &size);
    if (text)
        rows_text(rows, text, size, member);
}

/* "02:42:ac:11:00:02"; of 32 bytes at most, as the kernel's are. */
static size_t hardware_address(const unsigned char *bytes, size_t count, char *text, size_t room) {
    size_t size = 0;
    for (size_t i = 0; i < count && i < 32; i++)
        size += (size_t)snprintf(text + size, room - size, "%s%02x", i ? ":" : "", bytes[i]);
    return size;
}

int words_address_bits(int family) {
    return family == AF_INET ? 32 : family == AF_INET6 ? 128 : 0;
}

static char *put_byte(char *at, unsigned byte) {
    if (byte >= 100)
        *at++ = (char)('0' + byte / 100);
    if (byte >= 10)
        *at++ = (char)('0' + byte / 10 % 10);
    *at++ = (char)('0' + byte % 10);
    return at;
}

/* inet_ntop(3) goes through printf, ten times as slow; thousands of sockets have two addresses each. */
static size_t ipv4_text(const unsigned char *bytes, char *text) {
    char *at = text;
    for (int i = 0; i < 4; i++) {
        if (i)
            *at++ = '.';
        at = put_byte(at, bytes[i]);
    }
    return (size_t)(at - text);
}

static size_t ip_text(int family, const void *address, char *text, size_t room) {
    if (family == AF_INET)
        return ipv4_text(address, text);
    return inet_ntop(family, address, text, (socklen_t)room) ? strlen(text) : 0;
}

void words_ip(struct rows *rows, int family, const void *address, const char **member) {
    char text[INET6_ADDRSTRLEN];
    rows_text(rows, text, ip_text(family, address, text, sizeof text), member);
}

void words_address(struct rows *rows, int family, const struct netlink_attribute *a, int bits,
                   const char **member) {
    char text[INET6_ADDRSTRLEN + 64];
    size_t size;
    int whole = words_address_bits(family);
    const void *data = attribute_data(a, whole ? (size_t)whole / 8 : 1);
    if (!data)
        return;
    size = whole ? ip_text(family, data, text, sizeof text)
                 : hardware_address(data, attribute_size(a), text, sizeof text);
    if (bits < whole)
        size += (size_t)snprintf(text + size, sizeof text - size, "/%d", bits);
    rows_text(rows, text, size, member);
}
