/* SPDX-License-Identifier: MIT */
/** expandvars and expanduser. */
#include "support.h"

#include <pwd.h>

static int set_variables(void **state) {
    (void)state;
    setenv("HOME", "/home/me", 1);
    setenv("A", "value", 1);
    setenv("A1", "other", 1);
    setenv("EMPTY", "", 1);
    setenv("NESTED", "$A ${A}", 1);
    setenv("BYTES", "\xff", 1);
    return unsetenv("NOTHING");
}

static void expands_variables(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"$A", "value"},
        {"$A/x", "value/x"},
        {"x$A", "xvalue"},
        {"$A$A", "valuevalue"},
        {"$A1", "other"},
        {"${A}1", "value1"},
        {"[$EMPTY]", "[]"},
        {"$NESTED", "$A ${A}"},
        {"$BYTES\xfe", "\xff\xfe"},
        {"$NOTHING/${NOTHING}", "$NOTHING/${NOTHING}"},
        {"$", "$"},
        {"$$", "$$"},
        {"$$A", "$value"},
        {"$-$A", "$-value"},
        {"${}", "${}"},
        {"${", "${"},
        {"${A", "${A"},
        {"${A$A", "${A$A"},
        {"${A B}$A", "${A B}value"},
        {"${${A}}", "${${A}}"},
        {"${A=x}", "${A=x}"},
        {"$A\xc3\xa4", "value\xc3\xa4"},
        {"{$A}", "{value}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_text(os_path_expandvars(cases[i][0]), cases[i][1]);
}

/* CPython before 3.14 would take hours for this (gh-136065), and a test may take two minutes. */
static void expandvars_is_linear(void **state) {
    (void)state;
    enum { TIMES = 1000000 };
    char *text = malloc(TIMES * 4 + 1);
    assert_non_null(text);
    for (size_t i = 0; i < TIMES; i++)
        memcpy(text + i * 4, "$A/\x7f", 4);
    text[(size_t)TIMES * 4] = '\0';
    char *expanded = os_path_expandvars(text);
    assert_non_null(expanded);
    assert_int_equal(strlen(expanded), TIMES * 7);
    free(expanded);
    memset(text, '$', (size_t)TIMES * 4);
    assert_text(os_path_expandvars(text), text);
    for (size_t i = 0; i < TIMES * 2; i++)
        text[2 * i + 1] = '{';
    assert_text(os_path_expandvars(text), text);
    free(text);
}

static void expands_home(void **state) {
    (void)state;
    assert_text(os_path_expanduser(""), "");
    assert_text(os_path_expanduser("a/~"), "a/~");
    assert_text(os_path_expanduser("~"), "/home/me");
    assert_text(os_path_expanduser("~/"), "/home/me/");
    assert_text(os_path_expanduser("~/a"), "/home/me/a");
    setenv("HOME", "/home/me//", 1);
    assert_text(os_path_expanduser("~/a"), "/home/me/a");
    setenv("HOME", "/", 1);
    assert_text(os_path_expanduser("~"), "/");
    assert_text(os_path_expanduser("~/"), "/");
    assert_text(os_path_expanduser("~/a"), "/a");
    setenv("HOME", "", 1);
    assert_text(os_path_expanduser("~"), "/");
    assert_text(os_path_expanduser("~/a"), "/a");
}

static void asks_the_user_database(void **state) {
    (void)state;
    struct passwd *root = getpwnam("root"), *me = getpwuid(getuid());
    char expected[500];
    if (!root || !me)
        skip();
    snprintf(expected, sizeof expected, "%s/a", root->pw_dir);
    assert_text(os_path_expanduser("~root/a"), expected);
    unsetenv("HOME");
    me = getpwuid(getuid());
    snprintf(expected, sizeof expected, "%s/a", me->pw_dir);
    assert_text(os_path_expanduser("~/a"), expected);
}

static void unknown_users_stay(void **state) {
    (void)state;
    assert_text(os_path_expanduser("~no-such-user-here/a"), "~no-such-user-here/a");
    assert_text(os_path_expanduser("~\xff"), "~\xff");
    assert_text(os_path_expanduser("~~/a"), "~~/a");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(expands_variables, set_variables),
        cmocka_unit_test_setup(expandvars_is_linear, set_variables),
        cmocka_unit_test_setup(expands_home, set_variables),
        cmocka_unit_test_setup(asks_the_user_database, set_variables),
        cmocka_unit_test_setup(unknown_users_stay, set_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
