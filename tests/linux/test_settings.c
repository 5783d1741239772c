/* SPDX-License-Identifier: MIT */
/** Settings: what is refused, and what is in force of this machine. */
#include "recorded.h"

#include <sys/utsname.h>

static void what_is_in_force(void **state) {
    (void)state;
    size_t count = 0;
    struct utsname name;
    struct os_setting *one =
        os_settings(OS_SETTINGS_SYSCTL, "kernel.ostype", OS_SETTINGS_VALUE, &count);
    assert_non_null(one);
    assert_int_equal(count, 1);
    assert_string_equal(one->value, "Linux");
    assert_true(one->valid == OS_SETTINGS_VALUE && !one->configured);
    free(one);
    uname(&name);
    one = os_settings(OS_SETTINGS_HOSTNAME, NULL, OS_SETTINGS_VALUE, &count);
    assert_non_null(one);
    assert_string_equal(one->value, name.nodename);
    free(one);
    int descriptors = open_descriptors();
    struct os_setting *all =
        os_settings(OS_SETTINGS_SYSCTL, NULL, OS_SETTINGS_VALUE | OS_SETTINGS_CONFIGURED, &count);
    assert_non_null(all);
    assert_true(count > 100);
    for (size_t i = 1; i < count; i++)
        assert_true(strcmp(all[i - 1].name, all[i].name) < 0);
    free(all);
    assert_int_equal(open_descriptors(), descriptors);
}

static void what_is_refused(void **state) {
    (void)state;
    size_t count;
    uint64_t id;
    assert_null(os_settings((enum os_settings_kind)9, NULL, 1, &count));
    assert_error(EINVAL, "settings", NULL, NULL);
    assert_null(os_settings(OS_SETTINGS_SYSCTL, NULL, 4, &count));
    assert_error(EINVAL, "settings", NULL, NULL);
    assert_null(os_settings(OS_SETTINGS_SYSCTL, "no.such.thing", 1, &count));
    assert_error(ENOENT, "settings", "no.such.thing", NULL);
    assert_int_equal(os_set_setting(OS_SETTINGS_SYSCTL, "a/../b", "1", 0, NULL, &id), -1);
    assert_error(EINVAL, "set_setting", "a/../b", NULL);
    assert_int_equal(os_set_setting(OS_SETTINGS_SYSCTL, "a.b", "1",
                                    OS_SETTING_RUNTIME | OS_SETTING_PERSISTENT, NULL, &id),
                     -1);
    assert_error(EINVAL, "set_setting", "a.b", NULL);
    assert_int_equal(
        os_set_setting(OS_SETTINGS_SYSCTL, "no.such.thing", "1", OS_SETTING_RUNTIME, NULL, &id),
        -1);
    assert_error(ENOENT, "set_setting", "no.such.thing", NULL);
    assert_int_equal(
        os_set_setting(OS_SETTINGS_TIMEZONE, "", "Europe/Berlin", OS_SETTING_RUNTIME, NULL, &id),
        -1);
    assert_int_equal(errno, ENOTSUP);
}

static void assert_file(const char *path, const char *expected) {
    size_t size = 0;
    os_autofree char *text = os_read_file(path, &size);
    assert_non_null(text);
    assert_string_equal(text, expected);
}

/* Of several all are set or none; the record names the one that is refused. */
static void several(void **state) {
    (void)state;
    uint64_t id = 0;
    char **values = NULL;
    char *const *good = OS_ARGV("a.one=5", "a/two=x=y"), *const none[] = {NULL};
    char *const *bad = OS_ARGV("a.one=6", "a.two="), *const *word = OS_ARGV("a.one");
    char *const *two = OS_ARGV("=box", "=crate");
    plant("root/proc/sys/a/one", "1\n");
    assert_int_equal(setenv("OSIER_STATE", "state", 1), 0);
    assert_int_equal(RECORDED(os_set_settings(OS_SETTINGS_SYSCTL, good, 0, &values, &id)), 0);
    assert_true(id > 0 && values[0] && values[1] && !values[2] && !*values[0] && !*values[1]);
    free(values);
    assert_file("root/etc/sysctl.d/60-osier.conf", "a.one = 5\na.two = x=y\n");
    assert_int_equal(RECORDED(os_set_settings(OS_SETTINGS_SYSCTL, bad, 0, NULL, NULL)), -1);
    assert_error(EINVAL, "set_settings", "a.two", NULL);
    assert_int_equal(RECORDED(os_set_settings(OS_SETTINGS_SYSCTL, none, 0, NULL, NULL)), -1);
    assert_error(EINVAL, "set_settings", NULL, NULL);
    assert_int_equal(RECORDED(os_set_settings(OS_SETTINGS_SYSCTL, word, 0, NULL, NULL)), -1);
    assert_error(EINVAL, "set_settings", NULL, NULL);
    assert_int_equal(RECORDED(os_set_settings(OS_SETTINGS_HOSTNAME, two, 0, NULL, NULL)), -1);
    assert_error(EINVAL, "set_settings", "", NULL);
    assert_file("root/etc/sysctl.d/60-osier.conf", "a.one = 5\na.two = x=y\n");
    unsetenv("OSIER_STATE");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_in_force),
        cmocka_unit_test(what_is_refused),
        IN_SCRATCH(several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
