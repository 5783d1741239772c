/* SPDX-License-Identifier: MIT */
/** JSON read and written: what RFC 8259 has, what it hasn't, and names that are no UTF-8. */
#include "support.h"

#include "base/json.h"

static int read_result(const char *text) {
    struct json json;
    int r = json_read(text, strlen(text), &json);
    json_free(&json);
    return r;
}

static void test_valid_and_invalid(void **state) {
    (void)state;
    static const char *const valid[] = {
        "0",
        "-1.5e+3",
        " true ",
        "null",
        "[]",
        "{}",
        "[[],{},[1,2]]",
        "{\"a\":{\"b\":[null]}}",
        "\"\\ud83d\\ude00 \\u00e9 \\n\"",
        "\"\xc3\xa9\"",
        "\"\"",
        "[1 , 2]",
        "{\"\":1}",
    };
    static const char *const invalid[] = {
        "",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "tru",
        "nulL",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,}",
        "\"\\x\"",
        "\"\\ud83d\"",
        "\"\n\"",
        "\"\xff\"",
        "\"\xc3\"",
        "\"open",
        "[",
        "{",
        "[}",
        "1 2",
        "]",
        "\"\\u00g0\"",
        "{\"a\\u0000\":1}",
    };
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        if (read_result(valid[i]) != 0)
            fail_msg("refused: %s", valid[i]);
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        if (read_result(invalid[i]) != -EBADMSG)
            fail_msg("accepted: %s", invalid[i]);
}

static void test_members(void **state) {
    (void)state;
    const char *text =
        "{\"n\":\"18446744073709551615\",\"list\":[{\"n\":5},2],\"s\":-9223372036854775808,"
        "\"t\":\"a\\u0000b\",\"big\":18446744073709551616,\"x\":\"\\ud83d\\ude00\"}";
    struct json json;
    uint64_t number;
    int64_t negative;
    assert_int_equal(json_read(text, strlen(text), &json), 0);
    const struct json_value *top = json.values;
    assert_int_equal(top->count, 6);
    assert_int_equal(json_unsigned(&json, top, "n", UINT64_MAX, &number), 0);
    assert_true(number == UINT64_MAX);
    assert_int_equal(json_unsigned(&json, top, "n", 5, &number), -EBADMSG);
    assert_int_equal(json_unsigned(&json, top, "big", UINT64_MAX, &number), -EBADMSG);
    assert_int_equal(json_unsigned(&json, top, "s", UINT64_MAX, &number), -EBADMSG);
    assert_int_equal(json_signed(&json, top, "s", &negative), 0);
    assert_true(negative == INT64_MIN);
    assert_null(json_text(&json, top, "t")); /* a name can't have a NUL */
    assert_int_equal(json_member(&json, top, "t")->size, 3);
    assert_string_equal(json_text(&json, top, "x"), "\xf0\x9f\x98\x80");
    assert_null(json_member(&json, top, "absent"));
    const struct json_value *list = json_member(&json, top, "list");
    assert_int_equal(list->count, 2);
    assert_int_equal(json_unsigned(&json, list + 1, "n", 9, &number), 0);
    assert_int_equal(number, 5);
    json_free(&json);
}

static void assert_round_trip(const char *name, const char *expected) {
    AUTO_STR s = STR_INIT;
    struct json json;
    char *back;
    str_append_text(&s, "{\"v\":1");
    json_append_name(&s, "path", name);
    str_append_char(&s, '}');
    assert_string_equal(s.data, expected);
    assert_int_equal(json_read(s.data, s.size, &json), 0);
    assert_int_equal(json_name(&json, json.values, "path", &back), 0);
    assert_string_equal(back, name);
    free(back);
    json_free(&json);
}

static void test_names(void **state) {
    (void)state;
    assert_round_trip("a b", "{\"v\":1,\"path\":\"a b\"}");
    assert_round_trip("\"\\\n\x01\x7f\xc3\xa9",
                      "{\"v\":1,\"path\":\"\\\"\\\\\\n\\u0001\\u007f\xc3\xa9\"}");
    assert_round_trip("\xff", "{\"v\":1,\"path_b64\":\"/w==\"}");
    assert_round_trip("ab\xc3", "{\"v\":1,\"path_b64\":\"YWLD\"}");
    assert_round_trip("\xed\xa0\x80", "{\"v\":1,\"path_b64\":\"7aCA\"}");
    assert_round_trip("", "{\"v\":1,\"path\":\"\"}");
}

static void test_base64(void **state) {
    (void)state;
    static const char *const bad[] = {
        "A", "AB", "ABC", "A===", "====", "AB=C", "AB==AB==", "AAB=", "AB==", "A*BC"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        AUTO_STR s = STR_INIT;
        if (json_decode_base64(bad[i], strlen(bad[i]), &s) != -EBADMSG)
            fail_msg("accepted: %s", bad[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_valid_and_invalid),
                                       cmocka_unit_test(test_members), cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_base64)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
