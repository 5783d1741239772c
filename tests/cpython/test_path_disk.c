/* SPDX-License-Identifier: MIT */
/** os.path where it looks at the disk, realpath apart. */
#include "support.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int plant(void **state) {
    if (enter_scratch(state) < 0)
        return -1;
    write_text("file", "12345");
    if (mkdir("dir", 0755) < 0 || symlink("file", "to_file") < 0 || symlink("dir", "to_dir") < 0 ||
        symlink("nowhere", "dangling") < 0 || symlink("loop", "loop") < 0 ||
        mkfifo("fifo", 0644) < 0 || link("file", "second") < 0)
        return -1;
    return 0;
}

static void answers_every_question(void **state) {
    (void)state;
    static const struct {
        const char *path;
        bool exists, lexists, isfile, isdir, islink;
    } rows[] = {
        {"file", true, true, true, false, false},
        {"dir", true, true, false, true, false},
        {"dir/", true, true, false, true, false},
        {"to_file", true, true, true, false, true},
        {"to_dir", true, true, false, true, true},
        {"to_dir/", true, true, false, true, false},
        {"dangling", false, true, false, false, true},
        {"loop", false, true, false, false, true},
        {"fifo", true, true, false, false, false},
        {"missing", false, false, false, false, false},
        {"file/", false, false, false, false, false},
        {"", false, false, false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(os_path_exists(rows[i].path), rows[i].exists);
        assert_int_equal(os_path_lexists(rows[i].path), rows[i].lexists);
        assert_int_equal(os_path_isfile(rows[i].path), rows[i].isfile);
        assert_int_equal(os_path_isdir(rows[i].path), rows[i].isdir);
        assert_int_equal(os_path_islink(rows[i].path), rows[i].islink);
    }
}

static void questions_leave_the_error_alone(void **state) {
    (void)state;
    double seconds;
    assert_int_equal(os_path_getmtime("missing", &seconds), -1);
    errno = ENOENT;
    assert_false(os_path_exists("file/x"));
    assert_false(os_path_lexists("file/x"));
    assert_false(os_path_isdir("loop"));
    assert_false(os_path_ismount("file/x"));
    assert_false(os_path_exists_fd(-1));
    assert_error(ENOENT, "path_getmtime", "missing", NULL);
}

static void descriptors_exist(void **state) {
    (void)state;
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    assert_true(os_path_exists_fd(fd));
    assert_int_equal(os_path_sameopenfile(fd, fd), 1);
    assert_int_equal(os_path_sameopenfile(fd, 0), 0);
    close(fd);
    assert_false(os_path_exists_fd(fd));
    assert_int_equal(os_path_sameopenfile(0, fd), -1);
    assert_error(EBADF, "path_sameopenfile", NULL, NULL);
}

static void sizes_and_times(void **state) {
    (void)state;
    double seconds = 0;
    const struct timespec times[] = {{1000000000, 250000000}, {1234567890, 123456789}};
    assert_int_equal(utimensat(AT_FDCWD, "file", times, 0), 0);
    assert_int_equal(os_path_getsize("to_file"), 5);
    assert_int_equal(os_path_getatime("to_file", &seconds), 0);
    assert_true(seconds == 1000000000.25);
    assert_int_equal(os_path_getmtime("file", &seconds), 0);
    assert_true(seconds == 1234567890 + 1e-9 * 123456789);
    assert_int_equal(os_path_getctime("file", &seconds), 0);
    assert_true(seconds > 1234567890);
}

static void failures_name_the_path(void **state) {
    (void)state;
    double seconds = 7;
    assert_int_equal(os_path_getsize("dangling"), -1);
    assert_error(ENOENT, "path_getsize", "dangling", NULL);
    assert_int_equal(os_path_getatime("loop", &seconds), -1);
    assert_error(ELOOP, "path_getatime", "loop", NULL);
    assert_int_equal(os_path_getctime("file/x", &seconds), -1);
    assert_error(ENOTDIR, "path_getctime", "file/x", NULL);
    assert_true(seconds == 7);
}

static void same_files(void **state) {
    (void)state;
    assert_int_equal(os_path_samefile("file", "to_file"), 1);
    assert_int_equal(os_path_samefile("file", "second"), 1);
    assert_int_equal(os_path_samefile("dir", "dir/../to_dir/."), 1);
    assert_int_equal(os_path_samefile("file", "dir"), 0);
    assert_int_equal(os_path_samefile("missing", "file"), -1);
    assert_error(ENOENT, "path_samefile", "missing", NULL);
    assert_int_equal(os_path_samefile("file", "loop"), -1);
    assert_error(ELOOP, "path_samefile", "loop", NULL);
}

static void same_stats(void **state) {
    (void)state;
    struct os_stat_result a = {.st_ino = 1, .st_dev = 2}, b = a;
    b.st_size = 5;
    assert_true(os_path_samestat(&a, &b));
    b.st_dev = 3;
    assert_false(os_path_samestat(&a, &b));
    b = a;
    b.st_ino = 2;
    assert_false(os_path_samestat(&a, &b));
}

static void mount_points(void **state) {
    (void)state;
    assert_true(os_path_ismount("/"));
    assert_true(os_path_ismount("/proc"));
    assert_true(os_path_ismount("/proc/"));
    assert_false(os_path_ismount("dir"));
    assert_false(os_path_ismount("file"));
    assert_false(os_path_ismount("missing"));
    assert_false(os_path_ismount("."));
    assert_int_equal(symlink("/proc", "to_proc"), 0);
    assert_false(os_path_ismount("to_proc"));
}

/* Runs in a child with mounts of its own: 77 where it may have none. */
static int mount_in_child(int (*test)(void)) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWNS | CLONE_NEWUSER) < 0)
            _exit(77);
        if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
            _exit(77);
        _exit(test());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A bind mount on the same file system: the same device as its parent. CPython says no. */
static int bind_mounts(void) {
    if (mount("dir", "dir", NULL, MS_BIND, NULL) < 0 ||
        mount("file", "second", NULL, MS_BIND, NULL) < 0)
        return 77;
    return os_path_ismount("dir") && os_path_ismount("second") && !os_path_ismount("to_dir") ? 0
                                                                                             : 1;
}

static void ismount_sees_bind_mounts(void **state) {
    (void)state;
    const char *denied = getenv("OSIER_DENIED");
    int result = denied && strstr(denied, "statx") ? 77 : mount_in_child(bind_mounts);
    if (result == 77)
        skip();
    assert_int_equal(result, 0);
}

static int change_root(void) {
    if (chroot("dir") < 0 || chdir("/") < 0)
        return 77;
    return os_path_ismount("/") && os_path_ismount("..") ? 0 : 1;
}

static void ismount_of_a_changed_root(void **state) {
    (void)state;
    int result = mount_in_child(change_root);
    if (result == 77)
        skip();
    assert_int_equal(result, 0);
}

int main(void) {
#define PLANTED(test) cmocka_unit_test_setup_teardown(test, plant, leave_scratch)
    const struct CMUnitTest tests[] = {
        PLANTED(answers_every_question),   PLANTED(questions_leave_the_error_alone),
        PLANTED(descriptors_exist),        PLANTED(sizes_and_times),
        PLANTED(failures_name_the_path),   PLANTED(same_files),
        cmocka_unit_test(same_stats),      PLANTED(mount_points),
        PLANTED(ismount_sees_bind_mounts), PLANTED(ismount_of_a_changed_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
