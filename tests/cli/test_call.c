/* SPDX-License-Identifier: MIT */
/** A call of the command owns the lists that its arguments become, until it ends. */
#include "support.h"

#include "frame/arguments.h"

static int run(struct call *call) {
    (void)call;
    return 0;
}

static const struct argument arguments[] = {
    {POSITIONAL, "NUMBERS", "NUMBERS", "", true, true, NULL},
    {VALUE_OPTION, "ignore", "PATTERN", "", true, true, NULL},
    {VALUE_OPTION, "only", "PATTERN", "", true, true, NULL},
    {0},
};
static const char *const no_names[] = {NULL};
static const struct error_note no_errors[] = {{0}};

/* The table of a command with one function. */
const struct function functions[] = {
    {.name = "two", .names = no_names, .arguments = arguments, .errors = no_errors, .run = run},
    {0},
};
const struct topic topics[] = {{0}};

static void parse(struct call *call, const char **words) {
    assert_true(call_parse(call, functions, (char **)words));
}

static void two_lists_of_options(void **state) {
    (void)state;
    struct call call;
    const char *words[] = {"--ignore=a", "--only=b", "--ignore=c", "--only=d", "--only=e", NULL};
    parse(&call, words);
    const char *const *ignored = arg_values(&call, "ignore");
    const char *const *only = arg_values(&call, "only");
    assert_ptr_not_equal(ignored, only);
    assert_string_equal(ignored[0], "a");
    assert_string_equal(ignored[1], "c");
    assert_null(ignored[2]);
    assert_string_equal(only[0], "b");
    assert_string_equal(only[2], "e");
    assert_null(only[3]);
    call_free(&call);
}

static void two_buffers_and_lists_of_numbers(void **state) {
    (void)state;
    struct call call;
    const char *words[] = {"1", "2", "3", NULL};
    parse(&call, words);
    const int *first = arg_integers(&call), *second = arg_integers(&call);
    char *buffer = arg_buffer(&call, 100), *other = arg_buffer(&call, 100);
    memset(buffer, 1, 100);
    memset(other, 2, 100);
    assert_int_equal(first[0] + second[2], 4);
    assert_int_equal(buffer[99], 1);
    call_free(&call);
}

static void two_calls(void **state) {
    (void)state;
    struct call first, second;
    const char *words[] = {"--ignore=a", NULL}, *others[] = {"--ignore=b", NULL};
    parse(&first, words);
    parse(&second, others);
    const char *const *one = arg_values(&first, "ignore");
    const char *const *two = arg_values(&second, "ignore");
    assert_string_equal(*one, "a");
    assert_string_equal(*two, "b");
    call_free(&first);
    assert_string_equal(*two, "b");
    call_free(&second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_lists_of_options),
        cmocka_unit_test(two_buffers_and_lists_of_numbers),
        cmocka_unit_test(two_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
