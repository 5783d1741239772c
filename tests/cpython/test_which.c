/* SPDX-License-Identifier: MIT */
/** Where shutil.which() finds programs, and how full shutil.disk_usage() finds disks. */
#include "support.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

static void plant_program(const char *path, mode_t mode) {
    write_text(path, "#!/bin/sh\n");
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_not_found(const char *cmd, int mode, const char *path) {
    errno = 7;
    assert_null(os_which(cmd, mode, path));
    assert_int_equal(errno, 0);
}

static void in_path(void **state) {
    (void)state;
    assert_int_equal(mkdir("a", 0777) | mkdir("b", 0777) | mkdir("a/tool", 0777), 0);
    plant_program("b/tool", 0755);
    plant_program("a/text", 0644);
    plant_program("here", 0755);
    assert_text(os_which("tool", X_OK, "nowhere:a:b"), "b/tool"); /* a/tool is a directory */
    assert_text(os_which("tool", X_OK, "b/"), "b/tool");
    assert_text(os_which("here", X_OK, "a:"), "here");
    assert_text(os_which("here", X_OK, "::a"), "here");
    assert_text(os_which("text", F_OK, "a"), "a/text");
    assert_not_found("text", X_OK, "a:b");
    assert_not_found("tool", X_OK, "");
    assert_not_found("", X_OK, "a:b");
    assert_int_equal(symlink("b/tool", "link") | symlink("gone", "dangling"), 0);
    assert_text(os_which("link", X_OK, ":a"), "link");
    assert_not_found("dangling", F_OK, ":a");
}

static void with_slash(void **state) {
    (void)state;
    assert_int_equal(mkdir("b", 0777), 0);
    plant_program("b/tool", 0755);
    assert_text(os_which("b/tool", X_OK, NULL), "b/tool");
    assert_text(os_which("./b/tool", X_OK, "/nowhere"), "./b/tool");
    assert_not_found("b/", X_OK, NULL);
    assert_not_found("b/gone", X_OK, NULL);
}

static void by_environment(void **state) {
    (void)state;
    assert_int_equal(mkdir("b", 0777), 0);
    plant_program("b/sh", 0755);
    char *before = strdup(getenv("PATH"));
    assert_int_equal(setenv("PATH", "/nowhere:b", 1), 0);
    assert_text(os_which("sh", X_OK, NULL), "b/sh");
    assert_int_equal(setenv("PATH", "", 1), 0);
    assert_not_found("sh", X_OK, NULL);
    assert_int_equal(unsetenv("PATH"), 0);
    assert_text(os_which("sh", X_OK, NULL), "/bin/sh");
    assert_int_equal(setenv("PATH", before, 1), 0);
    free(before);
}

static void usage(void **state) {
    (void)state;
    struct os_disk_usage_result mine = {0};
    struct statvfs fs;
    assert_int_equal(os_disk_usage("/", &mine), 0);
    assert_int_equal(statvfs("/", &fs), 0);
    assert_int_equal(mine.total, (uint64_t)fs.f_blocks * fs.f_frsize);
    assert_true(mine.used <= mine.total && mine.free <= mine.total - mine.used);
    assert_int_equal(os_disk_usage("/proc", &mine), 0);
    assert_int_equal(mine.total | mine.used | mine.free, 0);
    assert_int_equal(os_disk_usage("/nowhere", &mine), -1);
    assert_error(ENOENT, "disk_usage", "/nowhere", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(in_path),
        IN_SCRATCH(with_slash),
        IN_SCRATCH(by_environment),
        cmocka_unit_test(usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
