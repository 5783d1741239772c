/* SPDX-License-Identifier: MIT */
/** Constants by name; the differential test compares every one with the running Python. */
#include "support.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>

static int64_t value_of(const char *name) {
    int64_t value = 0;
    if (os_constant(name, &value) < 0)
        fail_msg("no constant %s", name);
    return value;
}

static void numbers(void **state) {
    (void)state;
    assert_int_equal(value_of("O_CREAT"), O_CREAT);
    assert_int_equal(value_of("os.O_CREAT"), O_CREAT);
    assert_int_equal(value_of("O_DIRECTORY"), O_DIRECTORY);
    assert_int_equal(value_of("O_ACCMODE"), 3);
    assert_int_equal(value_of("WNOHANG"), WNOHANG);
    assert_int_equal(value_of("RTLD_GLOBAL"), RTLD_GLOBAL);
    assert_int_equal(value_of("MFD_HUGE_16GB"), 2281701376);
    assert_int_equal(value_of("NODEV"), -1);
    assert_int_equal(value_of("supports_bytes_environ"), 1);
    assert_int_equal(value_of("path.supports_unicode_filenames"), 0);
}

/* Newer than the headers of many a libc, by the numbers of the kernel's own. */
static void of_the_kernel(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t value;
    } cases[] = {
        {"STATX_BASIC_STATS", 0x7ff},
        {"STATX_BTIME", 0x800},
        {"STATX_MNT_ID", 0x1000},
        {"STATX_DIOALIGN", 0x2000},
        {"STATX_MNT_ID_UNIQUE", 0x4000},
        {"STATX_SUBVOL", 0x8000},
        {"STATX_WRITE_ATOMIC", 0x10000},
        {"STATX_DIO_READ_ALIGN", 0x20000},
        {"AT_NO_AUTOMOUNT", 0x800},
        {"AT_STATX_SYNC_AS_STAT", 0},
        {"AT_STATX_FORCE_SYNC", 0x2000},
        {"AT_STATX_DONT_SYNC", 0x4000},
        {"RWF_ATOMIC", 0x40},
        {"RWF_DONTCACHE", 0x80},
        {"RWF_NOSIGNAL", 0x100},
        {"PIDFD_NONBLOCK", O_NONBLOCK},
        {"SCHED_DEADLINE", 6},
        {"SCHED_NORMAL", 0},
        {"CLONE_NEWTIME", 0x80},
        {"P_PIDFD", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(value_of(cases[i].name), cases[i].value);
}

static void texts(void **state) {
    (void)state;
    assert_string_equal(os_constant_text("sep"), "/");
    assert_string_equal(os_constant_text("os.path.defpath"), "/bin:/usr/bin");
    assert_string_equal(os_constant_text("linesep"), "\n");
    assert_string_equal(os_constant_text("name"), "posix");
    errno = 7;
    assert_null(os_constant_text("altsep"));
    assert_int_equal(errno, 0);
}

static void unknown(void **state) {
    (void)state;
    int64_t value = 5;
    assert_int_equal(os_constant("O_BINARY", &value), -1);
    assert_error(EINVAL, "constant", NULL, NULL);
    assert_text(os_error_text(), "AttributeError: module 'os' has no attribute 'O_BINARY'");
    assert_int_equal(os_constant("sep", &value), -1);
    assert_int_equal(os_constant("", &value), -1);
    assert_int_equal(value, 5);
    assert_null(os_constant_text("O_CREAT"));
    assert_error(EINVAL, "constant_text", NULL, NULL);
}

static void table(void **state) {
    (void)state;
    size_t count;
    const struct os_named_constant *all = os_constants(&count);
    assert_true(count > 150);
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0);
        assert_true(strlen(all[i].section) > 0);
        assert_memory_equal(all[i].since, "3.1", 3);
        if (all[i].kind == OS_CONSTANT_TEXT)
            assert_ptr_equal(os_constant_text(all[i].name), all[i].text);
        else
            assert_int_equal(value_of(all[i].name), all[i].value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers), cmocka_unit_test(of_the_kernel), cmocka_unit_test(texts),
        cmocka_unit_test(unknown), cmocka_unit_test(table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
