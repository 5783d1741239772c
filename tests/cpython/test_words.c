/* SPDX-License-Identifier: MIT */
/** Words of a shell: the results that Python's shlex gives. */
#include "support.h"

#define LIST(...) ((char **)(const char *[]){__VA_ARGS__, NULL})

/* That a line has these words. */
static void check(const char *line, bool comments, char *const *words) {
    char **list = os_shell_split(line, comments);
    if (!list)
        fail_msg("%s: %s", line, os_error_text());
    size_t i = 0;
    for (; words[i] && list[i]; i++)
        assert_string_equal(list[i], words[i]);
    if (words[i] || list[i])
        fail_msg("%s: it has %zu words and another number was expected", line, i);
    free(list);
}

#define SPLITS(line, ...) check(line, false, LIST(__VA_ARGS__))

static void splits(void **state) {
    (void)state;
    check("", false, LIST(NULL));
    check("  \t\r\n ", false, LIST(NULL));
    SPLITS("x", "x");
    SPLITS("foo bar", "foo", "bar");
    SPLITS(" foo  bar \n baz ", "foo", "bar", "baz");
    SPLITS("foo#bar # x", "foo#bar", "#", "x");
    SPLITS("a;b|c>d(e)", "a;b|c>d(e)");
    SPLITS("\\x", "x");
    SPLITS("\\\\ \\\" \\'", "\\", "\"", "'");
    SPLITS("a\\ b c", "a b", "c");
    SPLITS("\"foo\" 'bar'", "foo", "bar");
    SPLITS("foo\"bar\"'baz'x", "foobarbazx");
    SPLITS("'' \"\" a''", "", "", "a");
    SPLITS("\"a\\\"b\\\\c\\d\\$e\"", "a\"b\\c\\d\\$e");
    SPLITS("'a\\b\"c'", "a\\b\"c");
    SPLITS("\"'\" '\"'", "'", "\"");
    SPLITS("a\\\nb", "a\nb");
    SPLITS("h\xc3\xa9 \xff", "h\xc3\xa9", "\xff");
    check("a # b\nc", true, LIST("a", "c"));
    check("a#b c", true, LIST("a"));
    check("# only", true, LIST(NULL));
    check("'#' \\#", true, LIST("#", "#"));
}

static void refuses(void **state) {
    (void)state;
    static const char *const open[] = {"'", "\"", "a 'b", "\"a", "a'", "\"a\\\""};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        assert_null(os_shell_split(open[i], false));
        assert_error(EINVAL, "shell_split", NULL, NULL);
        assert_text(os_error_text(), "ValueError: No closing quotation");
    }
    static const char *const escapes[] = {"\\", "a\\", "\"a\\"};
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        assert_null(os_shell_split(escapes[i], false));
        assert_text(os_error_text(), "ValueError: No escaped character");
    }
}

static void quotes(void **state) {
    (void)state;
    assert_text(os_shell_quote(""), "''");
    assert_text(os_shell_quote("aZ09@%_-+=:,./"), "aZ09@%_-+=:,./");
    assert_text(os_shell_quote("a b"), "'a b'");
    assert_text(os_shell_quote("it's"), "'it'\"'\"'s'");
    assert_text(os_shell_quote("'"), "''\"'\"''");
    assert_text(os_shell_quote("~"), "'~'");
    assert_text(os_shell_quote("\xc3\xa9"), "'\xc3\xa9'");
    assert_text(os_shell_join(LIST("a", "b c", "", "'")), "a 'b c' '' ''\"'\"''");
    assert_text(os_shell_join(LIST(NULL)), "");
}

/* What was joined is split into the same again, and a shell agrees. */
static void comes_back(void **state) {
    (void)state;
    unsigned seed = 1;
    static const char bytes[] = "ab \t\n'\"\\$`*#;&|~\xff";
    for (int round = 0; round < 2000; round++) {
        char texts[3][9], *words[] = {texts[0], texts[1], texts[2], NULL};
        for (int i = 0; i < 3; i++) {
            int size = rand_r(&seed) % 8;
            for (int c = 0; c < size; c++)
                texts[i][c] = bytes[(size_t)rand_r(&seed) % (sizeof bytes - 1)];
            texts[i][size] = '\0';
        }
        char *line = os_shell_join(words);
        check(line, false, words);
        free(line);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits),
        cmocka_unit_test(refuses),
        cmocka_unit_test(quotes),
        cmocka_unit_test(comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
