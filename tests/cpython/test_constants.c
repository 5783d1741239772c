/* SPDX-License-Identifier: MIT */
/** Constants by name; the differential test compares every one with the running Python. */
#include "support.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/uio.h>
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

/* What no Python of the day's builds has to be compared with: the headers of the libc, as far as
 * they go. */
static void newer_than_python(void **state) {
    (void)state;
#define SAME(name) assert_int_equal(value_of(#name), name)
#ifdef STATX_BASIC_STATS
    SAME(STATX_BASIC_STATS);
    SAME(STATX_BTIME);
#endif
#ifdef STATX_MNT_ID
    SAME(STATX_MNT_ID);
#endif
#ifdef STATX_DIOALIGN
    SAME(STATX_DIOALIGN);
#endif
#ifdef STATX_MNT_ID_UNIQUE
    SAME(STATX_MNT_ID_UNIQUE);
#endif
#ifdef STATX_SUBVOL
    SAME(STATX_SUBVOL);
#endif
#ifdef STATX_WRITE_ATOMIC
    SAME(STATX_WRITE_ATOMIC);
#endif
#ifdef STATX_DIO_READ_ALIGN
    SAME(STATX_DIO_READ_ALIGN);
#endif
#ifdef AT_STATX_DONT_SYNC
    SAME(AT_STATX_DONT_SYNC);
    SAME(AT_STATX_FORCE_SYNC);
#endif
#ifdef RWF_ATOMIC
    SAME(RWF_ATOMIC);
#endif
#ifdef RWF_DONTCACHE
    SAME(RWF_DONTCACHE);
#endif
#ifdef RWF_NOSIGNAL
    SAME(RWF_NOSIGNAL);
#endif
    SAME(AT_NO_AUTOMOUNT);
    SAME(SCHED_DEADLINE);
    SAME(SCHED_NORMAL);
    assert_int_equal(value_of("PIDFD_NONBLOCK"), O_NONBLOCK);
    assert_int_equal(value_of("RWF_NOSIGNAL"), 0x100);
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
        cmocka_unit_test(numbers), cmocka_unit_test(newer_than_python),
        cmocka_unit_test(texts),   cmocka_unit_test(unknown),
        cmocka_unit_test(table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
