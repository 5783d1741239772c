/* SPDX-License-Identifier: MIT */
/** The error record: what it keeps, when it is stale, and how it reads. */
#include "support.h"

#include "base/error.h"
#include "base/seam.h"
#include <pthread.h>

static void keeps_everything(void **state) {
    (void)state;
    assert_int_equal(error_fail(-EEXIST, "makedirs", "srv/app", NULL), -1);
    assert_error(EEXIST, "makedirs", "srv/app", NULL);
    assert_text(os_error_text(), "FileExistsError: [Errno 17] File exists: 'srv/app'");
}

static void two_names(void **state) {
    (void)state;
    error_fail(-EXDEV, "rename", "a", "b");
    assert_text(os_error_text(), "OSError: [Errno 18] Invalid cross-device link: 'a' -> 'b'");
}

static void python_words(void **state) {
    (void)state;
    error_fail_message(-EINVAL, "commonpath", "ValueError: Can't mix absolute and relative paths");
    assert_error(EINVAL, "commonpath", NULL, NULL);
    assert_text(os_error_text(), "ValueError: Can't mix absolute and relative paths");
    error_fail(-EINVAL, "readlink", "x", NULL);
    assert_null(os_last_error()->message);
}

static void stale_when_errno_differs(void **state) {
    (void)state;
    error_fail(-EEXIST, "mkdir", "x", NULL);
    errno = ENOENT;
    assert_null(os_last_error());
    assert_text(os_error_text(), "FileNotFoundError: [Errno 2] No such file or directory");
}

static int fails_without_a_number(void) {
    errno = 0;
    return -1;
}

/* A libc may fail and not say why: a failure all the same. */
static void failures_without_a_number(void **state) {
    (void)state;
    assert_int_equal(SYS(fails_without_a_number), -EIO);
}

static void long_names_survive_whole(void **state) {
    (void)state;
    char name[5000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    error_fail(-ENAMETOOLONG, "mkdir", name, name);
    assert_string_equal(os_last_error()->filename, name);
    assert_string_equal(os_last_error()->filename2, name);
    error_fail(-ENOENT, "rmdir", NULL, NULL);
    assert_null(os_last_error()->filename);
}

static void quotes_as_python(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"it's", "\"it's\""},
        {"it's \"x\"", "'it\\'s \"x\"'"},
        {"a\nb\\", "'a\\nb\\\\'"},
        {"\x1b[31m", "'\\x1b[31m'"},
        {"\xff\xc3\xa4", "'\\udcff\xc3\xa4'"},
        {"\xe2\x80\xae", "'\\u202e'"},
        {"\xed\xa0\x80", "'\\udced\\udca0\\udc80'"},
        {"\xf3\xa0\x80\x81", "'\\U000e0001'"},
        {"", "''"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[100];
        snprintf(expected, sizeof expected,
                 "FileNotFoundError: [Errno 2] No such file or directory: %s", cases[i][1]);
        error_fail(-ENOENT, "stat", cases[i][0], NULL);
        assert_text(os_error_text(), expected);
        assert_text(os_quote(cases[i][0]), cases[i][1]);
    }
}

static void decodes_as_python(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t given, size;
        uint32_t code;
    } cases[] = {
        {"a", 1, 1, 'a'},
        {"a", 0, 0, 7},
        {"", 1, 1, 0},
        {"\xc3\xa4x", 3, 2, 0xe4},
        {"\xe2\x82\xac", 3, 3, 0x20ac},
        {"\xe2\x82\xac", 2, 1, 0xdce2}, /* cut */
        {"\xf0\x9f\x98\x80", 4, 4, 0x1f600},
        {"\xc0\x80", 2, 1, 0xdcc0},             /* longer than it need be */
        {"\xed\xa0\x80", 3, 1, 0xdced},         /* a surrogate */
        {"\xf4\x90\x80\x80", 4, 1, 0xdcf4},     /* beyond the last */
        {"\xf9\x80\x80\x80\x80", 5, 1, 0xdcf9}, /* five bytes */
        {"\x80", 1, 1, 0xdc80},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t code = 7;
        assert_int_equal(os_fsdecode_character(cases[i].text, cases[i].given, &code),
                         cases[i].size);
        assert_int_equal(code, cases[i].code);
    }
}

static void columns_of_characters(void **state) {
    (void)state;
    assert_int_equal(os_character_width('a'), 1);
    assert_int_equal(os_character_width(0xe4), 1);
    assert_int_equal(os_character_width(0x301), 0);  /* an accent that is put on a letter */
    assert_int_equal(os_character_width(0x200d), 0); /* joins two emoji */
    assert_int_equal(os_character_width(0x65e5), 2);
    assert_int_equal(os_character_width(0xac00), 2);
    assert_int_equal(os_character_width(0x1f600), 2);
}

static void *other_thread(void *unused) {
    (void)unused;
    char name[1000];
    memset(name, 'y', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    error_fail(-EPERM, "other", name, NULL);
    return NULL;
}

static void belongs_to_the_thread(void **state) {
    (void)state;
    pthread_t thread;
    error_fail(-EEXIST, "mkdir", "mine", NULL);
    assert_int_equal(pthread_create(&thread, NULL, other_thread, NULL), 0);
    pthread_join(thread, NULL);
    errno = EEXIST;
    assert_error(EEXIST, "mkdir", "mine", NULL);
}

static void names_of_exceptions(void **state) {
    (void)state;
    assert_string_equal(os_error_name(ENOENT), "FileNotFoundError");
    assert_string_equal(os_error_name(EACCES), "PermissionError");
    assert_string_equal(os_error_name(EWOULDBLOCK), "BlockingIOError");
    assert_string_equal(os_error_name(ENOSPC), "OSError");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_everything),
        cmocka_unit_test(two_names),
        cmocka_unit_test(stale_when_errno_differs),
        cmocka_unit_test(failures_without_a_number),
        cmocka_unit_test(long_names_survive_whole),
        cmocka_unit_test(quotes_as_python),
        cmocka_unit_test(columns_of_characters),
        cmocka_unit_test(decodes_as_python),
        cmocka_unit_test(belongs_to_the_thread),
        cmocka_unit_test(names_of_exceptions),
        cmocka_unit_test(python_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
