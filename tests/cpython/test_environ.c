/* SPDX-License-Identifier: MIT */
/** os.environ and its like: what CPython gives for each call. */
#include "support.h"

#define LIST(...) ((char **)(const char *[]){__VA_ARGS__, NULL})

/* Starts from an environment of its own, and gives the old one back. */
static int enter_environ(void **state) {
    *state = os_environ();
    os_environ_clear();
    return *state ? os_environ_update(LIST("A=1", "B=two=2", "PATH=/x")) : -1;
}

static int leave_environ(void **state) {
    os_environ_clear();
    int r = os_environ_update(*state);
    free(*state);
    return r;
}

static void assert_list(char **list, char **expected) {
    assert_non_null(list);
    size_t i = 0;
    for (; expected[i]; i++)
        assert_string_equal(list[i], expected[i]);
    assert_null(list[i]);
    free(list);
}

static void getenv_gives_copies(void **state) {
    (void)state;
    assert_text(os_getenv("A", NULL), "1");
    assert_text(os_getenv("B", "x"), "two=2");
    assert_text(os_getenv("NOPE", "default"), "default");
    errno = E2BIG;
    assert_null(os_getenv("NOPE", NULL));
    assert_int_equal(errno, 0);
    assert_null(os_getenv("B=two", NULL));
    assert_null(os_getenv("", NULL));
    assert_string_equal(os_environ_peek("A"), "1");
    assert_null(os_environ_peek("NOPE"));
    assert_null(os_environ_peek("B=two"));
}

static void set_is_seen_by_libc(void **state) {
    (void)state;
    assert_int_equal(os_putenv("A", "2"), 0);
    assert_int_equal(os_environ_set("NEW", ""), 0);
    assert_string_equal(getenv("A"), "2");
    assert_string_equal(getenv("NEW"), "");
    assert_int_equal(os_unsetenv("A"), 0);
    assert_int_equal(os_unsetenv("A"), 0);
    assert_null(getenv("A"));
    assert_list(os_environ(), LIST("B=two=2", "PATH=/x", "NEW="));
}

static void libc_set_is_seen(void **state) {
    (void)state;
    assert_int_equal(setenv("FOREIGN", "1", 1), 0);
    assert_int_equal(setenv("A", "foreign", 1), 0);
    assert_text(os_getenv("FOREIGN", NULL), "1");
    assert_text(os_getenv("A", NULL), "foreign");
    assert_int_equal(os_putenv("MORE", "m"), 0);
    assert_list(os_environ(), LIST("A=foreign", "B=two=2", "PATH=/x", "FOREIGN=1", "MORE=m"));
    assert_int_equal(unsetenv("B"), 0);
    assert_false(os_environ_contains("B"));
    assert_int_equal(os_environ_size(), 4);
    assert_int_equal(clearenv(), 0);
    assert_int_equal(os_environ_size(), 0);
    assert_int_equal(os_environ_del("A"), -1);
    assert_int_equal(os_putenv("A", "again"), 0);
    assert_list(os_environ(), LIST("A=again"));
}

static void foreign_array(void **state) {
    (void)state;
    char **array = LIST("X=1", "noequals", "X=2", "=hidden=1", "Y=3", "");
    environ = array;
    assert_list(os_environ(), LIST("X=1", "=hidden=1", "Y=3"));
    assert_list(os_environ_keys(), LIST("X", "", "Y"));
    assert_text(os_getenv("", NULL), "hidden=1");
    assert_int_equal(os_environ_size(), 3);
    assert_int_equal(os_environ_del("X"), 0); /* both, as unsetenv(3) */
    assert_ptr_not_equal(environ, array);
    assert_string_equal(array[0], "X=1");
    assert_list(os_environ(), LIST("=hidden=1", "Y=3"));
    environ++; /* a part of the array that osier made */
    assert_int_equal(os_reload_environ(), 0);
    assert_int_equal(os_putenv("Z", "4"), 0);
    assert_list(os_environ(), LIST("=hidden=1", "Y=3", "Z=4"));
}

static void mapping(void **state) {
    (void)state;
    assert_text(os_environ_get("A"), "1");
    assert_true(os_environ_contains("A"));
    assert_false(os_environ_contains("a"));
    assert_text(os_environ_setdefault("A", "x"), "1");
    assert_text(os_environ_setdefault("D", "x"), "x");
    assert_text(os_environ_pop("D", NULL), "x");
    assert_text(os_environ_pop("D", "gone"), "gone");
    assert_text(os_environ_pop("=", "gone"), "gone");
    assert_int_equal(os_environ_del("B"), 0);
    assert_list(os_environ_keys(), LIST("A", "PATH"));
    os_environ_clear();
    assert_int_equal(os_environ_size(), 0);
}

static void missing_is_key_error(void **state) {
    (void)state;
    assert_null(os_environ_get("nope"));
    assert_error(ENOENT, "environ_get", "nope", NULL);
    assert_text(os_error_text(), "KeyError: 'nope'");
    assert_null(os_environ_get("B=two"));
    assert_error(ENOENT, "environ_get", "B=two", NULL);
    assert_int_equal(os_environ_del("nope"), -1);
    assert_error(ENOENT, "environ_del", "nope", NULL);
    assert_null(os_environ_pop("", NULL));
    assert_error(ENOENT, "environ_pop", "", NULL);
    assert_text(os_error_text(), "KeyError: ''");
}

static void bad_names(void **state) {
    (void)state;
    assert_int_equal(os_putenv("", "x"), -1);
    assert_error(EINVAL, "putenv", NULL, NULL);
    assert_text(os_error_text(), "OSError: [Errno 22] Invalid argument");
    assert_int_equal(os_putenv("a=b", "x"), -1);
    assert_error(EINVAL, "putenv", NULL, NULL);
    assert_text(os_error_text(), "ValueError: illegal environment variable name");
    assert_int_equal(os_environ_set("=", "x"), -1);
    assert_error(EINVAL, "environ_set", NULL, NULL);
    assert_null(os_environ_setdefault("a=b", "x"));
    assert_error(EINVAL, "environ_setdefault", NULL, NULL);
    assert_int_equal(os_unsetenv("a=b"), -1);
    assert_error(EINVAL, "unsetenv", NULL, NULL);
    assert_text(os_error_text(), "OSError: [Errno 22] Invalid argument");
    assert_int_equal(os_unsetenv(""), -1);
    assert_int_equal(os_environ_del(""), -1);
    assert_error(EINVAL, "environ_del", NULL, NULL);
    assert_int_equal(os_environ_size(), 3);
}

static void update_is_all_or_nothing(void **state) {
    (void)state;
    assert_int_equal(os_environ_update(LIST("A=9", "E=5", "A=10")), 0);
    assert_list(os_environ(), LIST("A=10", "B=two=2", "PATH=/x", "E=5"));
    assert_int_equal(os_environ_update(LIST("A=0", "novalue")), -1);
    assert_error(EINVAL, "environ_update", NULL, NULL);
    assert_text(os_getenv("A", NULL), "10");
}

static void many_variables(void **state) {
    (void)state;
    char key[20];
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "V%d", i);
        assert_int_equal(os_putenv(key, key), 0);
    }
    assert_int_equal(os_environ_size(), 5003);
    for (int i = 0; i < 5000; i += 2) {
        snprintf(key, sizeof key, "V%d", i);
        assert_int_equal(os_unsetenv(key), 0);
    }
    assert_int_equal(os_environ_size(), 2503);
    assert_text(os_getenv("V4999", NULL), "V4999");
    assert_null(os_getenv("V4998", NULL));
}

static void exec_path(void **state) {
    (void)state;
    assert_list(os_get_exec_path(NULL), LIST("/x"));
    assert_list(os_get_exec_path((char *[]){NULL}), LIST("/bin", "/usr/bin"));
    assert_list(os_get_exec_path(LIST("X=1", "PATH=a::b:", "PATH=c")), LIST("a", "", "b", ""));
    assert_list(os_get_exec_path(LIST("PATH=")), LIST(""));
    os_environ_clear();
    assert_list(os_get_exec_path(NULL), LIST("/bin", "/usr/bin"));
}

#define IN_ENVIRON(test) cmocka_unit_test_setup_teardown(test, enter_environ, leave_environ)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_ENVIRON(getenv_gives_copies),
        IN_ENVIRON(set_is_seen_by_libc),
        IN_ENVIRON(libc_set_is_seen),
        IN_ENVIRON(foreign_array),
        IN_ENVIRON(mapping),
        IN_ENVIRON(missing_is_key_error),
        IN_ENVIRON(bad_names),
        IN_ENVIRON(update_is_all_or_nothing),
        IN_ENVIRON(many_variables),
        IN_ENVIRON(exec_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
