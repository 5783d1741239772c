/* SPDX-License-Identifier: MIT */
/** makedirs, removedirs and renames as CPython has them, down to the component that an error names.
 */
#include "support.h"

#include <sys/stat.h>

static mode_t mode_of(const char *path) {
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

static bool is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void makes_all(void **state) {
    (void)state;
    assert_int_equal(os_makedirs("a/b//c/d/", 0777, 0), 0);
    assert_true(is_dir("a/b/c/d"));
    assert_int_equal(os_makedirs("a/b/c/d", 0777, 0), -1);
    assert_error(EEXIST, "makedirs", "a/b/c/d", NULL);
    assert_int_equal(os_makedirs("a/b/c/d", 0777, OS_EXIST_OK), 0);
    assert_int_equal(os_makedirs("x/./y/../z", 0777, 0), 0);
    assert_true(is_dir("x/y"));
    assert_true(is_dir("x/z"));
    assert_int_equal(os_makedirs("new/.", 0777, 0), 0);
    assert_int_equal(os_makedirs("new/.", 0777, 0), -1);
    assert_error(EEXIST, "makedirs", "new/.", NULL);
    assert_int_equal(os_makedirs("/", 0777, OS_EXIST_OK), 0);
    assert_int_equal(os_makedirs("", 0777, OS_EXIST_OK), -1);
    assert_error(ENOENT, "makedirs", "", NULL);
    assert_int_equal(os_makedirs("q", 0777, OS_NOFOLLOW), -1);
    assert_error(EINVAL, "makedirs", "q", NULL);
}

static void absolute_and_relative(void **state) {
    char path[500];
    snprintf(path, sizeof path, "%s/one/two/three", (char *)*state);
    assert_int_equal(os_makedirs(path, 0777, 0), 0);
    assert_true(is_dir("one/two/three"));
    int fd = open_descriptors();
    assert_int_equal(os_makedirsat(OS_CWD, "one/x/y", 0777, 0777, 0), 0);
    assert_true(is_dir("one/x/y"));
    assert_int_equal(open_descriptors(), fd);
    assert_int_equal(os_makedirsat(-1, "one/x/z", 0777, 0777, 0), -1);
    assert_error(EBADF, "makedirs", "one/x/z", NULL);
}

static void modes(void **state) {
    (void)state;
    umask(022);
    assert_int_equal(os_makedirs("a/b/c", 0700, 0), 0);
    assert_int_equal(mode_of("a"), 0755);
    assert_int_equal(mode_of("a/b"), 0755);
    assert_int_equal(mode_of("a/b/c"), 0700);
    assert_int_equal(os_makedirs_parents("p/q/r", 0777, 0711, 0), 0);
    assert_int_equal(mode_of("p"), 0711);
    assert_int_equal(mode_of("p/q"), 0711);
    assert_int_equal(mode_of("p/q/r"), 0755);
    assert_int_equal(os_makedirs_parents("p", 0777, 0711, 0), -1);
    assert_error(EEXIST, "makedirs", "p", NULL);
}

static void names_the_component(void **state) {
    (void)state;
    write_text("file", "");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    char long_name[400] = "d/";
    memset(long_name + 2, 'n', 300);
    strcpy(long_name + 302, "/x");
    static const struct {
        const char *path;
        int number;
        const char *named;
    } cases[] = {
        {"file", EEXIST, "file"},           {"file/x", ENOTDIR, "file/x"},
        {"file/x/y/z", ENOTDIR, "file/x"},  {"dangling", EEXIST, "dangling"},
        {"dangling/", EEXIST, "dangling/"}, {"dangling/x/y", ENOENT, "dangling/x"},
        {"loop/x/y", ELOOP, "loop/x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int flags = 0; flags <= OS_EXIST_OK; flags += OS_EXIST_OK) {
            assert_int_equal(os_makedirs(cases[i].path, 0777, flags), -1);
            assert_error(cases[i].number, "makedirs", cases[i].named, NULL);
        }
    }
    assert_int_equal(os_makedirs(long_name, 0777, 0), -1);
    long_name[302] = '\0';
    assert_error(ENAMETOOLONG, "makedirs", long_name, NULL);
    assert_true(is_dir("d"));
}

static void without_permission(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir("closed", 0700), 0);
    assert_int_equal(mkdir("closed/in", 0777), 0);
    assert_int_equal(mkdir("fixed", 0755), 0);
    assert_int_equal(mkdir("fixed/in", 0755), 0);
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(seteuid(65534), 0);
    assert_int_equal(os_makedirs("closed/x/y", 0777, 0), -1);
    assert_error(EACCES, "makedirs", "closed/x", NULL);
    assert_int_equal(os_makedirs("fixed/x/y", 0777, OS_EXIST_OK), -1);
    assert_error(EACCES, "makedirs", "fixed/x", NULL);
    assert_int_equal(os_makedirs("fixed/in", 0777, OS_EXIST_OK), 0);
    assert_int_equal(seteuid(0), 0);
}

static void removes_what_is_empty(void **state) {
    (void)state;
    assert_int_equal(os_makedirs("a/b/c//d", 0777, 0), 0);
    write_text("a/keep", "");
    assert_int_equal(os_removedirs("a/b/c//d/"), 0);
    assert_false(is_dir("a/b"));
    assert_true(is_dir("a"));
    assert_int_equal(os_removedirs("a"), -1);
    assert_error(ENOTEMPTY, "removedirs", "a", NULL);
    assert_int_equal(os_removedirs("a/none"), -1);
    assert_error(ENOENT, "removedirs", "a/none", NULL);
    assert_int_equal(os_removedirs(""), -1);
    assert_error(ENOENT, "removedirs", "", NULL);
}

static void renames_with_directories(void **state) {
    (void)state;
    assert_int_equal(os_makedirs("a/b", 0777, 0), 0);
    write_text("a/b/file", "");
    assert_int_equal(os_renames("a/b/file", "x/y/z"), 0);
    assert_false(is_dir("a"));
    assert_int_equal(access("x/y/z", F_OK), 0);
    assert_int_equal(os_renames("x/y/z", "plain"), 0);
    assert_false(is_dir("x"));
    assert_int_equal(os_renames("none/a", "new/b"), -1);
    assert_error(ENOENT, "renames", "none/a", "new/b");
    assert_true(is_dir("new"));
    assert_int_equal(os_renames("new", "plain/x/y"), -1);
    assert_error(ENOTDIR, "renames", "plain/x", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(makes_all),
        IN_SCRATCH(absolute_and_relative),
        IN_SCRATCH(modes),
        IN_SCRATCH(names_the_component),
        IN_SCRATCH(without_permission),
        IN_SCRATCH(removes_what_is_empty),
        IN_SCRATCH(renames_with_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
