/* SPDX-License-Identifier: MIT */
/** The network as the kernel tells it, answers of netlink that are odd, and files of /proc/net. */
#include "support.h"

#include "system/netlink.h"
#include "system/sockets.h"
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static void the_loopback_interface(void **state) {
    (void)state;
    size_t count = 0, addresses = 0, other = 0;
    int descriptors = open_descriptors();
    struct os_net_link *links = os_net_links(OS_NET_SPEED, NULL, &count), *lo = NULL;
    assert_non_null(links);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(links[i].ifindex, if_nametoindex(links[i].ifname));
        if (strcmp(links[i].link_type, "loopback") == 0)
            lo = &links[i];
    }
    assert_non_null(lo);
    assert_string_equal(lo->address, "00:00:00:00:00:00");
    assert_true(lo->valid == OS_NET_SPEED && lo->duplex == OS_NET_DUPLEX_UNKNOWN);
    struct os_net_address *list = os_net_addresses(NULL, &addresses);
    assert_non_null(list);
    for (size_t i = 0; i < addresses; i++)
        if (list[i].ifindex == lo->ifindex && strcmp(list[i].family, "inet") == 0)
            assert_string_equal(list[i].ifname, lo->ifname);
    free(list);
    free(links);
    struct os_net_route *routes = os_net_routes(NULL, &count);
    struct os_net_rule *rules = os_net_rules(NULL, &other);
    struct os_net_neighbour *neighbours = os_net_neighbours(NULL, &addresses);
    assert_true(routes && rules && neighbours && other > 0);
    assert_string_equal(rules[0].table, "local");
    free(routes);
    free(rules);
    free(neighbours);
    assert_int_equal(open_descriptors(), descriptors);
}

static void what_is_refused(void **state) {
    (void)state;
    size_t count;
    const pid_t nobody = 1 << 22;
    struct os_sockets_options options = {.size = sizeof options, .netns = "no such namespace"};
    assert_null(os_net_links(OS_NET_RATES << 1, NULL, &count)); /* that nobody knows */
    assert_error(EINVAL, "net_links", NULL, NULL);
    assert_null(os_net_routes("no such namespace", &count));
    assert_error(ENOENT, "net_routes", "no such namespace", NULL);
    assert_null(os_sockets(0, 0, &options, &count));
    assert_error(ENOENT, "sockets", "no such namespace", NULL);
    assert_null(os_sockets(1 << 20, 0, NULL, &count));
    assert_error(EINVAL, "sockets", NULL, NULL);
    options = (struct os_sockets_options){.size = sizeof options, .pids_count = 1};
    assert_null(os_sockets(0, 0, &options, &count));
    assert_error(EINVAL, "sockets", NULL, NULL);
    options.pids = &nobody;
    assert_null(os_sockets(0, 0, &options, &count));
    assert_error(ESRCH, "sockets", NULL, NULL);
}

static void own_sockets(void **state) {
    (void)state;
    int pair[2];
    size_t count = 0;
    const pid_t own = getpid();
    struct stat st;
    const struct os_sockets_options options = {
        .size = sizeof options, .pids = &own, .pids_count = 1};
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(fstat(pair[1], &st), 0);
    struct os_socket *sockets =
        os_sockets(OS_SOCKETS_UNIX, OS_SOCKETS_OWNERS | OS_SOCKETS_NAME, &options, &count);
    assert_non_null(sockets);
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (sockets[i].inode == st.st_ino) {
            found++;
            assert_int_equal(sockets[i].type, SOCK_SEQPACKET);
            assert_true(sockets[i].owners_count == 1 && sockets[i].owners[0].fd == pair[1]);
            assert_true((uintptr_t)sockets[i].owners % _Alignof(struct os_socket_owner) == 0);
            assert_int_equal(sockets[i].pid, own);
            assert_non_null(sockets[i].name);
        }
    assert_int_equal(found, 1);
    free(sockets);
    close(pair[0]);
    close(pair[1]);
}

/* ------------------------------------------------------------------- odd answers */

struct answer {
    struct netlink_message head;
    int32_t body[4];
};

static int take(const void *body, size_t size, struct rows *rows, void *argument) {
    (void)body, (void)size;
    ++*(int *)argument;
    int *row = rows_add(rows);
    return row ? 0 : -ENOMEM;
}

static void messages_that_lie_about_their_size(void **state) {
    (void)state;
    int taken = 0;
    bool changed = false;
    struct rows rows = {.size = sizeof(int)};
    const struct netlink_reader reader = {7, 16, take, &taken};
    struct answer a[2] = {{{sizeof *a, 7, 0, 1, 0}, {0}}, {{sizeof *a, 7, 0, 1, 0}, {0}}};
    assert_int_equal(netlink_take(a, sizeof a, 1, &reader, &rows, &changed), 1);
    assert_true(taken == 2 && !changed);
    assert_int_equal(netlink_take(a, sizeof a - 1, 1, &reader, &rows, &changed), -EPROTO);
    a[0].head.size = 15;
    assert_int_equal(netlink_take(a, sizeof a, 1, &reader, &rows, &changed), -EPROTO);
    a[0].head.size = 0;
    assert_int_equal(netlink_take(a, sizeof a, 1, &reader, &rows, &changed), -EPROTO);
    a[0].head.size = 17; /* too short for what it has to begin with: passed over */
    taken = 0;
    netlink_take(a, 20, 1, &reader, &rows, &changed);
    assert_int_equal(taken, 0);
    assert_int_equal(netlink_take(a, 3, 1, &reader, &rows, &changed), 1);
    rows_free(&rows);
}

static void the_end_of_a_list(void **state) {
    (void)state;
    int taken = 0;
    bool changed = false;
    struct rows rows = {.size = sizeof(int)};
    const struct netlink_reader reader = {7, 0, take, &taken};
    struct answer end = {{sizeof end, 3, 0x10, 1, 0}, {0}};
    assert_int_equal(netlink_take(&end, sizeof end, 1, &reader, &rows, &changed), 0);
    assert_true(changed); /* it says that the list changed while it was read */
    end.body[0] = -EPERM;
    assert_int_equal(netlink_take(&end, sizeof end, 1, &reader, &rows, &changed), -EPERM);
    end.body[0] = 5; /* no kernel's */
    assert_int_equal(netlink_take(&end, sizeof end, 1, &reader, &rows, &changed), -EPROTO);
    end.head.sequence = 2; /* another list's */
    assert_int_equal(netlink_take(&end, sizeof end, 1, &reader, &rows, &changed), 1);
    rows_free(&rows);
}

static void attributes_that_are_too_short(void **state) {
    (void)state;
    const struct netlink_attribute *table[4];
    size_t size = 9;
    struct {
        uint32_t head;
        struct netlink_attribute a;
        char text[4];
        struct netlink_attribute b;
        uint16_t half;
    } body = {.a = {7, 1}, .text = "abc", .b = {6, 2}, .half = 300};
    netlink_attributes(&body, sizeof body, 4, table, 4);
    assert_int_equal(strncmp(attribute_text(table[1], &size), "abc", size), 0);
    assert_int_equal(size, 3); /* without a NUL */
    assert_int_equal(attribute_number(table[2]), 300);
    assert_null(attribute_data(table[2], 4));
    assert_null(attribute_text(table[3], &size));
    assert_true(attribute_number(NULL) == 0 && attribute_size(NULL) == 0);
    body.b.size = 9;
    netlink_attributes(&body, sizeof body, 4, table, 4);
    assert_true(table[1] && !table[2]);
    body.a.size = 3;
    netlink_attributes(&body, sizeof body, 4, table, 4);
    assert_null(table[1]);
    netlink_attributes(&body, 2, 4, table, 4);
    assert_null(table[1]);
}

static void lines_of_other_forms(void **state) {
    (void)state;
    const struct socket_kind tcp = {OS_SOCKETS_TCP4, "tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP};
    const struct socket_kind local = {OS_SOCKETS_UNIX, "unix", AF_UNIX, SOCK_STREAM, 0};
    struct sockets_wanted wanted = {.kind = &tcp};
    struct rows rows = {.size = sizeof(struct os_socket)};
    char none[] = "", head[] = "a head alone",
         odd[] = "head\n0: 0100007F:0016 00000000:0000 0G 0:0 0:0 0 0 0 1\n1: 7F:0016 0:0 0A 0:0 "
                 "0:0 0 0 0 1\n"
                 "2: 0100007F:00000 00000000:0000 FF 0 0 0 0 0 1 2 3\n3: 0100007F:16:17 00000000:0 "
                 "1 0:0 0:0 0 0 0 1";
    char files[] = "head\nx: 1 0 10000 1 1\n: 1 0 0 1 1 5\nx: 1 0 0 5 1 18446744073709551615 \n";
    assert_int_equal(sockets_parse(none, &wanted, &rows), 0);
    assert_int_equal(sockets_parse(head, &wanted, &rows), 0);
    assert_int_equal(rows.count, 0);
    assert_int_equal(sockets_parse(odd, &wanted, &rows), 0);
    assert_int_equal(rows.count, 1);
    assert_int_equal(((struct os_socket *)(void *)rows.items)->status, OS_SOCKET_SYN_RECV);
    wanted.kind = &local;
    assert_int_equal(sockets_parse(files, &wanted, &rows), 0);
    assert_int_equal(rows.count, 3);
    rows_free(&rows);
}

struct worded {
    const char *word, *text;
};

/* A list that changed while it was read is cut, and with it where its last word stood. */
static void words_of_a_list_that_is_read_again(void **state) {
    (void)state;
    static const size_t places[] = {offsetof(struct worded, word), offsetof(struct worded, text),
                                    SIZE_MAX};
    static const char tcp[] = "tcp";
    struct rows rows = {.size = sizeof(struct worded)};
    struct worded *list;
    size_t count = 0;
    rows_word(&rows, tcp, &((struct worded *)rows_add(&rows))->word);
    rows_cut(&rows, 0, 0);
    for (int i = 0; i < 3; i++) {
        struct worded *row = rows_add(&rows);
        rows_text(&rows, "other", 1 + (size_t)i, &row->text);
        rows_word(&rows, tcp, &row->word);
    }
    assert_int_equal(rows.text.size, 2 + 3 + 4 + sizeof tcp); /* the word stands there once */
    assert_int_equal(rows_take(&rows, places, &list, &count), 0);
    assert_int_equal(count, 3);
    assert_string_equal(list[0].word, tcp);
    assert_string_equal(list[2].word, tcp);
    assert_string_equal(list[2].text, "oth");
    free(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loopback_interface),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(own_sockets),
        cmocka_unit_test(messages_that_lie_about_their_size),
        cmocka_unit_test(the_end_of_a_list),
        cmocka_unit_test(attributes_that_are_too_short),
        cmocka_unit_test(lines_of_other_forms),
        cmocka_unit_test(words_of_a_list_that_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
