/* SPDX-License-Identifier: MIT */
/** Configuration values by name and by number. */
#include "support.h"

#include <fcntl.h>

static void sysconf_values(void **state) {
    (void)state;
    int64_t value = 0;
    assert_int_equal(os_sysconf("SC_PAGE_SIZE", &value), 0);
    assert_int_equal(value, sysconf(_SC_PAGESIZE));
    assert_int_equal(os_sysconf_number(_SC_OPEN_MAX, &value), 0);
    assert_int_equal(value, sysconf(_SC_OPEN_MAX));
    errno = 77;
    assert_int_equal(os_sysconf("SC_XOPEN_LEGACY", &value), 0);
    assert_int_equal(errno, 77);
    assert_int_equal(value, sysconf(_SC_XOPEN_LEGACY));
    value = 5;
    assert_int_equal(os_sysconf_number(99999, &value), -1);
    assert_error(EINVAL, "sysconf", NULL, NULL);
    assert_int_equal(os_sysconf("SC_NOTHING", &value), -1);
    assert_text(os_error_text(), "ValueError: unrecognized configuration name");
    assert_int_equal(value, 5);
}

static void no_limit(void **state) {
    (void)state;
    int64_t value = 0;
    assert_int_equal(os_pathconf("/", "PC_SYMLINK_MAX", &value), 0);
    assert_int_equal(value, pathconf("/", _PC_SYMLINK_MAX));
    assert_int_equal(os_pathconf_number("/", _PC_SOCK_MAXBUF, &value), 0);
    assert_int_equal(value, -1);
}

static void confstr_values(void **state) {
    (void)state;
    char path[300];
    assert_true(confstr(_CS_PATH, path, sizeof path) > 0);
    assert_text(os_confstr("CS_PATH"), path);
    assert_text(os_confstr_number(_CS_PATH), path);
    assert_null(os_confstr("CS_NOTHING"));
    assert_text(os_error_text(), "ValueError: unrecognized configuration name");
    assert_null(os_confstr_number(99999));
    assert_error(EINVAL, "confstr", NULL, NULL);
#ifdef __GLIBC__
    assert_text(os_confstr("CS_LFS_CFLAGS"), "");
#endif
}

static void pathconf_values(void **state) {
    (void)state;
    int64_t value = 0;
    int fds[2];
    assert_int_equal(os_pathconf(".", "PC_NAME_MAX", &value), 0);
    assert_int_equal(value, pathconf(".", _PC_NAME_MAX));
    assert_int_equal(os_pathconf("gone", "PC_NAME_MAX", &value), -1);
    assert_error(ENOENT, "pathconf", "gone", NULL);
    assert_int_equal(os_pathconf_number(".", 99999, &value), -1);
    assert_error(EINVAL, "pathconf", NULL, NULL);
    assert_int_equal(os_pathconf(".", "PC_NOTHING", &value), -1);
    assert_text(os_error_text(), "ValueError: unrecognized configuration name");
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(os_fpathconf(fds[1], "PC_PIPE_BUF", &value), 0);
    assert_int_equal(value, 4096);
    assert_int_equal(os_fpathconf_number(fds[1], _PC_NAME_MAX, &value), 0);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(os_fpathconf(fds[1], "PC_NAME_MAX", &value), -1);
    assert_error(EBADF, "fpathconf", NULL, NULL);
    assert_int_equal(os_fpathconf(0, "PC_NOTHING", &value), -1);
    assert_error(EINVAL, "fpathconf", NULL, NULL);
}

static void in_order(const struct os_conf_name *names, size_t count, size_t expected) {
    assert_int_equal(count, expected);
    for (size_t i = 1; i < count; i++)
        assert_true(strcmp(names[i - 1].name, names[i].name) < 0);
}

/* As many as CPython lists on Linux; the differential test compares them one by one. */
static void tables(void **state) {
    (void)state;
    size_t count;
    const struct os_conf_name *names = os_sysconf_names(&count);
    in_order(names, count, 135);
    for (size_t i = 0; i < count; i++) {
        int64_t by_name = -7, by_number = -8;
        int r = os_sysconf(names[i].name, &by_name);
        assert_int_equal(os_sysconf_number(names[i].number, &by_number), r);
        if (r == 0 && !strstr("SC_AVPHYS_PAGES", names[i].name))
            assert_int_equal(by_name, by_number);
    }
    names = os_confstr_names(&count);
    in_order(names, count, 27);
    names = os_pathconf_names(&count);
    in_order(names, count, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sysconf_values), cmocka_unit_test(no_limit),
        cmocka_unit_test(confstr_values), IN_SCRATCH(pathconf_values),
        cmocka_unit_test(tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
