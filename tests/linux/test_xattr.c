/* SPDX-License-Identifier: MIT */
/** Extended attributes: values of any bytes and sizes, by path, by link and by descriptor. */
#include "support.h"

#include <fcntl.h>

static bool unsupported(void) {
    write_text("probe", "");
    return os_setxattr("probe", "user.probe", "", 0, 0, 0) < 0 && errno == EOPNOTSUPP;
}

static void values(void **state) {
    (void)state;
    if (unsupported())
        skip();
    char big[3000];
    static const size_t sizes[] = {0, 1, 255, 256, 257, 3000};
    memset(big, 'v', sizeof big);
    big[0] = '\0';
    write_text("a", "");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(os_setxattr("a", "user.v", big, sizes[i], 0, 0), 0);
        size_t size = 12345;
        os_autofree char *value = os_getxattr("a", "user.v", 0, &size);
        assert_non_null(value);
        assert_int_equal(size, sizes[i]);
        assert_memory_equal(value, big, size);
        assert_int_equal(value[size], 0);
    }
    assert_int_equal(os_removexattr("a", "user.v", 0), 0);
    os_autofree char *none = os_getxattr("a", "user.v", 0, NULL);
    assert_null(none);
    assert_error(ENODATA, "getxattr", "a", NULL);
    assert_int_equal(os_removexattr("a", "user.v", 0), -1);
    assert_error(ENODATA, "removexattr", "a", NULL);
}

static void names(void **state) {
    (void)state;
    if (unsupported())
        skip();
    write_text("a", "");
    os_autofree char **none = os_listxattr("a", 0);
    assert_non_null(none);
    assert_null(none[0]);
    char name[60];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "user.a-name-that-is-rather-long-%03d", i);
        assert_int_equal(os_setxattr("a", name, "x", 1, XATTR_CREATE, 0), 0);
    }
    int fd = open("a", O_RDONLY | O_CLOEXEC), count = 0;
    os_autofree char **all = os_listxattr_fd(fd);
    assert_non_null(all);
    for (; all[count]; count++)
        assert_int_equal(strncmp(all[count], "user.a-name", 11), 0);
    assert_int_equal(count, 20);
    close(fd);
    os_autofree char **here = os_listxattr(NULL, OS_NOFOLLOW);
    assert_non_null(here);
    os_autofree char **wrong = os_listxattr("none", 0);
    assert_null(wrong);
    assert_error(ENOENT, "listxattr", "none", NULL);
    os_autofree char **closed = os_listxattr_fd(-1);
    assert_null(closed);
    assert_error(EBADF, "listxattr", NULL, NULL);
}

static void descriptors_and_links(void **state) {
    (void)state;
    if (unsupported())
        skip();
    write_text("a", "");
    assert_int_equal(symlink("a", "l"), 0);
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_setxattr_fd(fd, "user.v", "abc", 3, XATTR_CREATE), 0);
    assert_int_equal(os_setxattr_fd(fd, "user.v", "x", 1, XATTR_CREATE), -1);
    assert_error(EEXIST, "setxattr", NULL, NULL);
    assert_text(os_getxattr_fd(fd, "user.v", NULL), "abc");
    assert_text(os_getxattr("l", "user.v", 0, NULL), "abc");
    os_autofree char *link = os_getxattr("l", "user.v", OS_NOFOLLOW, NULL);
    assert_null(link);
    assert_int_equal(os_setxattr("l", "user.v", "x", 1, 0, OS_NOFOLLOW), -1);
    assert_error(EPERM, "setxattr", "l", NULL);
    assert_int_equal(os_removexattr("l", "user.v", OS_NOFOLLOW), -1);
    assert_int_equal(os_removexattr_fd(fd, "user.v"), 0);
    assert_int_equal(os_removexattr_fd(fd, "user.v"), -1);
    assert_error(ENODATA, "removexattr", NULL, NULL);
    close(fd);
    assert_int_equal(os_setxattr("a", "user.v", "x", 1, XATTR_REPLACE, 0), -1);
    assert_error(ENODATA, "setxattr", "a", NULL);
    assert_int_equal(os_setxattr("a", "user.v", "x", 1, 0, OS_EXIST_OK), -1);
    assert_error(EINVAL, "setxattr", "a", NULL);
    assert_int_equal(os_removexattr("a", "user.v", OS_EXIST_OK), -1);
    assert_error(EINVAL, "removexattr", "a", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(values),
        IN_SCRATCH(names),
        IN_SCRATCH(descriptors_and_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
