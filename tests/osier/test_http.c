/* SPDX-License-Identifier: MIT */
/** Chunked bodies of answers, whole, in parts and broken, each against a page that can't be read. */
#include "support.h"

#include "state/assertion.h"

#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 64 * 1024 };

static char *edge; /* what can be read ends here */

static int make_edge(void **state) {
    (void)state;
    char *room =
        mmap(NULL, ROOM + 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(room, MAP_FAILED);
    assert_return_code(mprotect(room + ROOM, 65536, PROT_NONE), errno);
    edge = room + ROOM;
    return 0;
}

static int end_edge(void **state) {
    (void)state;
    return munmap(edge - ROOM, ROOM + 65536);
}

/* What comes of a text that ends where memory does, and the body in `body`. */
static int join(const char *text, size_t size, struct str *body) {
    memcpy(edge - size, text, size);
    return http_join_chunks(edge - size, size, body);
}

struct answer {
    const char *text;
    int result;
    const char *body;
};

static void check(const struct answer *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        AUTO_STR body = STR_INIT;
        int r = join(list[i].text, strlen(list[i].text), &body);
        str_append(&body, "", 0);
        if (r != list[i].result || strcmp(body.data, list[i].body) != 0)
            fail_msg("'%s': %d, '%s'", list[i].text, r, body.data);
    }
}
#define CHECK(list) check(list, sizeof list / sizeof *list)

static void test_whole_bodies(void **state) {
    (void)state;
    static const struct answer list[] = {
        {"0\r\n\r\n", 1, ""},
        {"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 1, "hello"},
        {"A\r\n0123456789\r\n0\r\n\r\n", 1, "0123456789"},
        {"a\r\n0123456789\r\n00\r\n\r\n", 1, "0123456789"},
        {"0000000000000000000000002\r\nhe\r\n0\r\n\r\n", 1, "he"},
        {"2\r\n\r\n\r\n0\r\n\r\n", 1, "\r\n"},           /* the end of a line is its content */
        {"5\r\n0\r\n\r\n\r\n0\r\n\r\n", 1, "0\r\n\r\n"}, /* and what looks like the end */
    };
    CHECK(list);
}

static void test_extensions_and_trailers(void **state) {
    (void)state;
    static const struct answer list[] = {
        {"2;a=b\r\nhe\r\n0;c\r\n\r\n", 1, "he"},
        {"2 ;a=\"5\"\r\nhe\r\n0\r\n\r\n", 1, "he"},
        {"2\t \r\nhe\r\n0\r\n\r\n", 1, "he"},
        {"2;\r\nhe\r\n0 \r\n\r\n", 1, "he"},
        {"2\r\nhe\r\n0\r\nA: b\r\nContent-Length: 5\r\n\r\n", 1, "he"},
        {"2\r\nhe\r\n0\r\n", 1, "he"}, /* nothing behind it is asked for */
        {"2\r\nhe\r\n0\r\nA: ", 1, "he"},
    };
    CHECK(list);
}

static void test_bad_sizes(void **state) {
    (void)state;
    static const struct answer list[] = {
        {"\r\n", -EPROTO, ""},
        {"\r\n5\r\nhello\r\n", -EPROTO, ""},
        {"-5\r\nhello\r\n", -EPROTO, ""},
        {"+5\r\nhello\r\n", -EPROTO, ""},
        {" 5\r\nhello\r\n", -EPROTO, ""},
        {"0x5\r\nhello\r\n", -EPROTO, ""},
        {"5 5\r\nhello\r\n", -EPROTO, ""},
        {"5,\r\nhello\r\n", -EPROTO, ""},
        {"5\nhello\r\n", -EPROTO, ""},
        {"g\r\n", -EPROTO, ""},
        {";a\r\n", -EPROTO, ""},
        {"2\r\nhe\r\nx\r\n", -EPROTO, "he"},
    };
    CHECK(list);
}

static void test_huge_sizes(void **state) {
    (void)state;
    static const struct answer list[] = {
        {"ffffffffffffffff\r\nhel", 0, "hel"}, /* it may be that long: nobody waits for all of it */
        {"fffffffffffffffe\r\nhel", 0, "hel"},
        {"fffffffffffffffd\r\n", 0, ""},
        {"7fffffffffffffff\r\nhel", 0, "hel"},
        {"8000000000000000\r\nhel\r\n0\r\n\r\n", 0, "hel\r\n0\r\n\r\n"},
        {"10000000000000000\r\nhel", -EPROTO, ""},
        {"fffffffffffffffffffffffffffffffffff\r\nhel", -EPROTO, ""},
        {"00000000000000000ffffffffffffffff\r\nhel", 0, "hel"},
        {"2\r\nhe\r\nffffffffffffffff\r\nllo", 0, "hello"},
    };
    CHECK(list);
}

static void test_missing_ends(void **state) {
    (void)state;
    static const struct answer list[] = {
        {"", 0, ""},
        {"5", 0, ""},
        {"5\r", 0, ""},
        {"5\r\n", 0, ""},
        {"5\r\nhell", 0, "hell"},
        {"5\r\nhello", 0, "hello"},
        {"5\r\nhello\r", 0, "hello"},
        {"5\r\nhello\r\n", 0, "hello"},
        {"5\r\nhello\r\n0", 0, "hello"},
        {"5\r\nhello, you\r\n0\r\n", -EPROTO, "hello"},
        {"5\r\nhellox", -EPROTO, "hello"},
        {"5\r\nhello\rx", -EPROTO, "hello"},
        {"5\r\nhello\n0\r\n", -EPROTO, "hello"},
        {"5\r\nhello0\r\n\r\n", -EPROTO, "hello"},
    };
    CHECK(list);
}

/* Each beginning of an answer has a beginning of its body, and is never wrong. */
static void test_every_beginning(void **state) {
    (void)state;
    static const char text[] =
        "2;x=y\r\nhe\r\n3\r\nllo\r\n10 \r\n0123456789abcdef\r\n0\r\nT: 1\r\n\r\n";
    static const char all[] = "hello0123456789abcdef";
    for (size_t size = 0; size < sizeof text; size++) {
        AUTO_STR body = STR_INIT;
        int r = join(text, size, &body);
        assert_in_range(r, 0, 1);
        assert_int_equal(r, size >= sizeof text - 1 - strlen("T: 1\r\n\r\n"));
        assert_memory_equal(body.size ? body.data : "", all, body.size);
    }
}

static void test_a_line_without_an_end(void **state) {
    (void)state;
    AUTO_STR body = STR_INIT;
    memset(edge - ROOM, '5', ROOM);
    assert_int_equal(http_join_chunks(edge - ROOM, ROOM, &body), -EPROTO);
    assert_int_equal(http_join_chunks(edge - 20, 20, &body), 0);
    memset(edge - ROOM + 1, ';', ROOM - 1);
    assert_int_equal(http_join_chunks(edge - ROOM, ROOM, &body), -EPROTO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_bodies),
        cmocka_unit_test(test_extensions_and_trailers),
        cmocka_unit_test(test_bad_sizes),
        cmocka_unit_test(test_huge_sizes),
        cmocka_unit_test(test_missing_ends),
        cmocka_unit_test(test_every_beginning),
        cmocka_unit_test(test_a_line_without_an_end),
    };
    return cmocka_run_group_tests(tests, make_edge, end_edge);
}
