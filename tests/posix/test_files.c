/* SPDX-License-Identifier: MIT */
/** Files and directories, one call at a time: results, errno and the record. */
#include "support.h"

#include <fcntl.h>
#include <sys/stat.h>

static mode_t mode_of(const char *path) {
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

static bool exists(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0;
}

static void current_directory(void **state) {
    assert_text(os_getcwd(), *state);
    assert_int_equal(os_mkdir("d", 0755), 0);
    int fd = open(".", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_chdir("d"), 0);
    os_autofree char *inside = os_getcwd();
    assert_string_equal(inside + strlen(inside) - 2, "/d");
    assert_int_equal(os_fchdir(fd), 0);
    assert_text(os_getcwd(), *state);
    assert_int_equal(os_chdir("none"), -1);
    assert_error(ENOENT, "chdir", "none", NULL);
    close(fd);
    assert_int_equal(os_fchdir(fd), -1);
    assert_error(EBADF, "fchdir", NULL, NULL);
    assert_int_equal(os_chdir("d"), 0);
    assert_int_equal(os_rmdir("../d"), 0);
    os_autofree char *gone = os_getcwd();
    assert_null(gone);
    assert_error(ENOENT, "getcwd", NULL, NULL);
    assert_int_equal(os_chdir(*state), 0);
}

static void long_current_directory(void **state) {
    char name[201];
    memset(name, 'n', 200);
    name[200] = '\0';
    for (int i = 0; i < 40; i++) {
        assert_int_equal(os_mkdir(name, 0755), 0);
        assert_int_equal(os_chdir(name), 0);
    }
    os_autofree char *cwd = os_getcwd();
    assert_non_null(cwd);
    assert_int_equal(strlen(cwd), strlen(*state) + 40 * 201);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(os_chdir(".."), 0);
        assert_int_equal(os_rmdir(name), 0);
    }
}

static void directories(void **state) {
    (void)state;
    umask(022);
    assert_int_equal(os_mkdir("d", 0777), 0);
    assert_int_equal(mode_of("d"), 0755);
    assert_int_equal(os_mkdir("d", 0777), -1);
    assert_error(EEXIST, "mkdir", "d", NULL);
    int fd = open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(os_mkdirat(fd, "inner", 0700), 0);
    assert_int_equal(mode_of("d/inner"), 0700);
    assert_int_equal(os_mkdirat(fd, "x/y", 0700), -1);
    assert_error(ENOENT, "mkdir", "x/y", NULL);
    assert_int_equal(os_rmdir("d"), -1);
    assert_error(ENOTEMPTY, "rmdir", "d", NULL);
    assert_int_equal(os_rmdirat(fd, "inner"), 0);
    assert_false(exists("d/inner"));
    assert_int_equal(os_rmdirat(fd, "inner"), -1);
    assert_error(ENOENT, "rmdir", "inner", NULL);
    close(fd);
    assert_int_equal(os_mkdirat(-1, "x", 0777), -1);
    assert_error(EBADF, "mkdir", "x", NULL);
}

static void removing(void **state) {
    (void)state;
    write_text("a", "");
    assert_int_equal(os_remove("a"), 0);
    assert_false(exists("a"));
    assert_int_equal(os_remove("a"), -1);
    assert_error(ENOENT, "remove", "a", NULL);
    assert_int_equal(os_unlink("a"), -1);
    assert_error(ENOENT, "unlink", "a", NULL);
    assert_int_equal(os_mkdir("d", 0777), 0);
    assert_int_equal(os_removeat(OS_CWD, "d"), -1);
    assert_error(EISDIR, "remove", "d", NULL);
    int fd = open("d", O_RDONLY | O_CLOEXEC);
    write_text("d/a", "");
    write_text("d/b", "");
    assert_int_equal(os_removeat(fd, "a"), 0);
    assert_int_equal(os_unlinkat(fd, "b"), 0);
    assert_int_equal(os_unlinkat(fd, "b"), -1);
    assert_error(ENOENT, "unlink", "b", NULL);
    assert_int_equal(os_rmdir("d"), 0);
    close(fd);
}

static void renaming(void **state) {
    (void)state;
    write_text("a", "text");
    write_text("b", "other");
    assert_int_equal(os_rename("a", "b"), 0);
    assert_false(exists("a"));
    assert_int_equal(os_replace("b", "c"), 0);
    assert_int_equal(os_rename("b", "x"), -1);
    assert_error(ENOENT, "rename", "b", "x");
    assert_int_equal(os_replace("b", "x"), -1);
    assert_error(ENOENT, "replace", "b", "x");
    assert_int_equal(os_mkdir("d", 0777), 0);
    int fd = open("d", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_renameat(OS_CWD, "c", fd, "inside"), 0);
    assert_true(exists("d/inside"));
    assert_int_equal(os_replaceat(fd, "inside", OS_CWD, "out"), 0);
    assert_int_equal(os_renameat(fd, "inside", OS_CWD, "out"), -1);
    assert_error(ENOENT, "rename", "inside", "out");
    assert_int_equal(os_replaceat(OS_CWD, "out", OS_CWD, "d"), -1);
    assert_error(EISDIR, "replace", "out", "d");
    close(fd);
}

static void links(void **state) {
    (void)state;
    struct os_stat_result a, b;
    write_text("a", "text");
    assert_int_equal(os_symlink("a", "s", OS_IS_DIRECTORY), 0);
    assert_text(os_readlink("s"), "a");
    assert_int_equal(os_link("s", "followed", 0), 0);
    assert_int_equal(os_stat("a", &a, 0), 0);
    assert_int_equal(os_lstat("followed", &b), 0);
    assert_true(a.st_ino == b.st_ino);
    assert_int_equal(a.st_nlink, 2);
    assert_int_equal(os_link("s", "itself", OS_NOFOLLOW), 0);
    assert_text(os_readlink("itself"), "a");
    assert_int_equal(os_linkat(OS_CWD, "a", OS_CWD, "s", 0), -1);
    assert_error(EEXIST, "link", "a", "s");
    assert_int_equal(os_link("a", "x", OS_EXIST_OK), -1);
    assert_error(EINVAL, "link", "a", "x");
    assert_int_equal(os_symlinkat("to", OS_CWD, "s", 0), -1);
    assert_error(EEXIST, "symlink", "to", "s");
    assert_int_equal(os_symlink("to", "x", OS_NOFOLLOW), -1);
    assert_error(EINVAL, "symlink", "to", "x");
    os_autofree char *none = os_readlinkat(OS_CWD, "a");
    assert_null(none);
    assert_error(EINVAL, "readlink", "a", NULL);
}

static void links_of_any_length(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 511, 512, 513, 4000, 4095};
    char target[5000];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(target, 't', sizes[i]);
        target[sizes[i]] = '\0';
        assert_int_equal(os_symlink(target, "l", 0), 0);
        assert_text(os_readlink("l"), target);
        assert_int_equal(os_remove("l"), 0);
    }
}

static void stat_says_what_libc_says(void **state) {
    (void)state;
    struct stat st;
    struct os_stat_result mine, other;
    write_text("a", "12345");
    struct timespec times[2] = {{-5, 1}, {INT64_C(1) << 33, 999999999}};
    assert_int_equal(utimensat(AT_FDCWD, "a", times, 0), 0);
    assert_int_equal(stat("a", &st), 0);
    assert_int_equal(os_stat("a", &mine, 0), 0);
    assert_int_equal(mine.st_mode, st.st_mode);
    assert_true(mine.st_ino == st.st_ino && mine.st_dev == st.st_dev);
    assert_int_equal(mine.st_nlink, 1);
    assert_true(mine.st_uid == st.st_uid && mine.st_gid == st.st_gid);
    assert_int_equal(mine.st_size, 5);
    assert_true(mine.st_blocks == st.st_blocks && mine.st_blksize == (uint32_t)st.st_blksize);
    assert_true(mine.st_atime_ns == st.st_atim.tv_sec * INT64_C(1000000000) + st.st_atim.tv_nsec);
    assert_true(mine.st_mtime_ns == st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec);
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_fstat(fd, &other), 0);
    assert_memory_equal(&mine, &other,
                        offsetof(struct os_stat_result, st_ctime_nsec)); /* padding */
    assert_int_equal(mine.st_ctime_nsec, other.st_ctime_nsec);
    close(fd);
    assert_int_equal(os_fstat(fd, &other), -1);
    assert_error(EBADF, "fstat", NULL, NULL);
}

static void stat_and_links(void **state) {
    (void)state;
    struct os_stat_result st = {.st_size = 77};
    assert_int_equal(symlink("nowhere", "l"), 0);
    assert_int_equal(os_stat("l", &st, 0), -1);
    assert_error(ENOENT, "stat", "l", NULL);
    assert_int_equal(st.st_size, 77);
    assert_int_equal(os_lstat("l", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    st.st_mode = 0;
    assert_int_equal(os_stat("l", &st, OS_NOFOLLOW), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(os_stat("l", &st, OS_EXIST_OK), -1);
    assert_error(EINVAL, "stat", "l", NULL);
    assert_int_equal(os_statat(OS_CWD, "l", &st, OS_NOFOLLOW), 0);
    assert_int_equal(os_lstatat(OS_CWD, "l", &st), 0);
    assert_int_equal(st.st_size, 7);
    assert_int_equal(os_statat(OS_CWD, "l", &st, 0), -1);
    assert_error(ENOENT, "stat", "l", NULL);
    assert_int_equal(os_statat(OS_CWD, "l", &st, OS_EXIST_OK), -1);
    assert_error(EINVAL, "stat", "l", NULL);
    assert_int_equal(os_lstatat(OS_CWD, "none", &st), -1);
    assert_error(ENOENT, "lstat", "none", NULL);
    assert_int_equal(os_lstat("none", &st), -1);
    assert_error(ENOENT, "lstat", "none", NULL);
}

static void who_may(void **state) {
    (void)state;
    write_text("a", "");
    assert_int_equal(chmod("a", 0644), 0);
    assert_int_equal(os_access("a", R_OK | W_OK, 0), 0);
    assert_int_equal(os_access("a", X_OK, 0), -1);
    assert_error(EACCES, "access", "a", NULL);
    assert_int_equal(os_access("none", F_OK, 0), -1);
    assert_error(ENOENT, "access", "none", NULL);
    assert_int_equal(symlink("none", "l"), 0);
    assert_int_equal(os_access("l", F_OK, 0), -1);
    NEEDS_CALL("faccessat2"); /* on ENOSYS libc asks in another way, on EPERM it can't */
    assert_int_equal(os_accessat(OS_CWD, "l", F_OK, OS_NOFOLLOW), 0);
    assert_int_equal(os_accessat(OS_CWD, "a", R_OK, OS_EFFECTIVE_IDS), 0);
    assert_int_equal(os_accessat(OS_CWD, "a", R_OK, OS_EXIST_OK), -1);
    assert_error(EINVAL, "access", "a", NULL);
}

static void permission_bits(void **state) {
    (void)state;
    write_text("a", "");
    assert_int_equal(os_chmod("a", 0600, 0), 0);
    assert_int_equal(mode_of("a"), 0600);
    assert_int_equal(os_chmodat(OS_CWD, "a", 04711, OS_NOFOLLOW), 0);
    assert_int_equal(mode_of("a"), 04711);
    assert_int_equal(symlink("a", "l"), 0);
    assert_int_equal(os_chmodat(OS_CWD, "l", 0640, 0), 0);
    assert_int_equal(mode_of("a"), 0640);
    assert_int_equal(os_chmod("l", 0777, OS_NOFOLLOW), -1);
    assert_error(EOPNOTSUPP, "chmod", "l", NULL);
    assert_int_equal(mode_of("a"), 0640);
    assert_int_equal(os_chmod("a", 0777, OS_EXIST_OK), -1);
    assert_error(EINVAL, "chmod", "a", NULL);
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_fchmod(fd, 0444), 0);
    assert_int_equal(mode_of("a"), 0444);
    close(fd);
    assert_int_equal(os_fchmod(fd, 0444), -1);
    assert_error(EBADF, "fchmod", NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(current_directory), IN_SCRATCH(long_current_directory),
        IN_SCRATCH(directories),       IN_SCRATCH(removing),
        IN_SCRATCH(renaming),          IN_SCRATCH(links),
        IN_SCRATCH(stat_and_links),    IN_SCRATCH(links_of_any_length),
        IN_SCRATCH(who_may),           IN_SCRATCH(stat_says_what_libc_says),
        IN_SCRATCH(permission_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
