/* SPDX-License-Identifier: MIT */
/** Owner, times, statx, statvfs, devices and renameat2. */
#include "support.h"

#include "fs/perm.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

static struct stat look(const char *path) {
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st;
}

static void owners(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    write_text("a", "");
    assert_int_equal(symlink("a", "l"), 0);
    assert_int_equal(os_chown("l", 11, 12, 0), 0);
    assert_int_equal(look("a").st_uid, 11);
    assert_int_equal(look("a").st_gid, 12);
    assert_int_equal(look("l").st_uid, 0);
    assert_int_equal(os_chown("l", 13, (gid_t)-1, OS_NOFOLLOW), 0);
    assert_int_equal(look("l").st_uid, 13);
    assert_int_equal(os_lchown("l", 14, 15), 0);
    assert_int_equal(look("l").st_gid, 15);
    assert_int_equal(os_chownat(OS_CWD, "a", (uid_t)-1, 16, 0), 0);
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_fchown(fd, 17, (gid_t)-1), 0);
    close(fd);
    assert_int_equal(look("a").st_uid, 17);
    assert_int_equal(look("a").st_gid, 16);
    assert_int_equal(os_chown("none", 0, 0, 0), -1);
    assert_error(ENOENT, "chown", "none", NULL);
    assert_int_equal(os_chownat(OS_CWD, "a", 0, 0, OS_EXIST_OK), -1);
    assert_error(EINVAL, "chown", "a", NULL);
    assert_int_equal(os_lchown("none", 0, 0), -1);
    assert_error(ENOENT, "lchown", "none", NULL);
    assert_int_equal(os_fchown(fd, 0, 0), -1);
    assert_error(EBADF, "fchown", NULL, NULL);
}

static void times(void **state) {
    (void)state;
    static const int64_t samples[] = {0,  1,           -1,         999999999,          1000000000,
                                      -7, -1000000000, -999999999, 1700000000123456789};
    struct os_stat_result st;
    write_text("a", "");
    assert_int_equal(symlink("a", "l"), 0);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        assert_int_equal(os_utime("l", 5, samples[i], 0), 0);
        assert_int_equal(os_stat("a", &st, 0), 0);
        assert_true(st.st_atime_ns == 5 && st.st_mtime_ns == samples[i]);
    }
    assert_int_equal(os_utimeat(OS_CWD, "l", 77, 88, OS_NOFOLLOW), 0);
    assert_int_equal(os_lstat("l", &st), 0);
    assert_true(st.st_mtime_ns == 88);
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_utime_fd(fd, OS_TIME_OMIT, 99), 0);
    assert_int_equal(os_fstat(fd, &st), 0);
    assert_true(st.st_atime_ns == 5 && st.st_mtime_ns == 99);
    close(fd);
    int64_t before = time(NULL) * INT64_C(1000000000);
    assert_int_equal(os_utime("a", OS_TIME_NOW, OS_TIME_NOW, 0), 0);
    assert_int_equal(os_stat("a", &st, 0), 0);
    assert_true(st.st_atime_ns >= before && st.st_mtime_ns >= before);
    assert_int_equal(os_utime("none", 0, 0, 0), -1);
    assert_error(ENOENT, "utime", "none", NULL);
    assert_int_equal(os_utime("a", 0, 0, OS_EXIST_OK), -1);
    assert_error(EINVAL, "utime", "a", NULL);
    assert_int_equal(os_utime_fd(-1, 0, 0), -1);
    assert_error(EBADF, "utime", NULL, NULL);
}

/* 64 bits of nanoseconds end on 2262-04-11; the file system says whether it holds such a time. */
static void times_beyond_nanoseconds(void **state) {
    (void)state;
    static const struct os_time samples[] = {
        {10413792000, 0}, {10413792000, 999999999}, {-9223372037, 1}, {-2, 500000000}, {0, 0}};
    struct os_stat_result st;
    struct os_statx_result sx;
    write_text("a", "");
    assert_int_equal(symlink("a", "l"), 0);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct timespec by_hand[2] = {{.tv_nsec = 7},
                                      {samples[i].seconds, (long)samples[i].nanoseconds}};
        const struct os_time times[2] = {{0, 7}, samples[i]};
        assert_int_equal(utimensat(AT_FDCWD, "a", by_hand, 0), 0);
        struct stat held = look("a");
        assert_int_equal(os_utime("a", 5, 5, 0), 0);
        assert_int_equal(os_utimensat(OS_CWD, "l", times, 0), 0);
        assert_int_equal(os_stat("a", &st, 0), 0);
        assert_true(st.st_mtime_sec == held.st_mtim.tv_sec);
        assert_int_equal(st.st_mtime_nsec, held.st_mtim.tv_nsec);
        assert_true(st.st_atime_sec == 0 && st.st_atime_nsec == 7 && st.st_atime_ns == 7);
        if (held.st_mtim.tv_sec > 9223372036)
            assert_true(st.st_mtime_ns == INT64_MAX);
        assert_int_equal(os_statx("a", STATX_MTIME, 0, 0, &sx), 0);
        assert_true(sx.stx_mtime_sec == held.st_mtim.tv_sec);
        assert_int_equal(sx.stx_mtime_nsec, held.st_mtim.tv_nsec);
        assert_true(sx.stx_mtime_ns == st.st_mtime_ns);
    }
}

static void exact_times(void **state) {
    (void)state;
    struct os_stat_result st;
    write_text("a", "");
    assert_int_equal(symlink("a", "l"), 0);
    const struct os_time link_times[2] = {{1, 2}, {3, 4}};
    assert_int_equal(os_utimensat(OS_CWD, "l", link_times, OS_NOFOLLOW), 0);
    assert_true(look("l").st_mtim.tv_sec == 3 && look("a").st_mtim.tv_sec != 3);
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    const struct os_time kept[2] = {{8, 9}, {.nanoseconds = UTIME_OMIT}};
    assert_int_equal(os_utime("a", 5, 6, 0), 0);
    assert_int_equal(os_utimensat(fd, NULL, kept, 0), 0);
    assert_int_equal(os_fstat(fd, &st), 0);
    assert_true(st.st_atime_ns == 8000000009 && st.st_mtime_ns == 6);
    close(fd);
    int64_t before = time(NULL);
    assert_int_equal(os_utimensat(OS_CWD, "a", NULL, 0), 0);
    assert_int_equal(os_stat("a", &st, 0), 0);
    assert_true(st.st_atime_sec >= before && st.st_mtime_sec >= before);
    static const int64_t wrong[] = {-1, 1000000000, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct os_time times[2] = {{0, 0}, {0, wrong[i]}};
        assert_int_equal(os_utimensat(OS_CWD, "a", times, 0), -1);
        assert_error(EINVAL, "utime", "a", NULL);
    }
    assert_int_equal(os_utimensat(OS_CWD, "a", NULL, OS_EXIST_OK), -1);
    assert_error(EINVAL, "utime", "a", NULL);
    assert_int_equal(os_utimensat(-1, NULL, NULL, 0), -1);
    assert_error(EBADF, "utime", NULL, NULL);
}

static void statx_tells_what_stat_tells(void **state) {
    (void)state;
    struct os_stat_result st;
    struct os_statx_result sx;
    write_text("a", "12345");
    assert_int_equal(symlink("a", "l"), 0);
    assert_int_equal(os_stat("a", &st, 0), 0);
    assert_int_equal(os_statx("l", STATX_BASIC_STATS | STATX_BTIME, 0, 0, &sx), 0);
    assert_int_equal(sx.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
    assert_int_equal(sx.stx_mode, st.st_mode);
    assert_int_equal(sx.stx_size, 5);
    assert_true(sx.stx_ino == st.st_ino && sx.stx_dev == st.st_dev);
    assert_true(sx.stx_mtime_ns == st.st_mtime_ns && sx.stx_ctime_ns == st.st_ctime_ns);
    assert_int_equal(sx.stx_dev_major, os_major(st.st_dev));
    assert_int_equal(sx.stx_dev_minor, os_minor(st.st_dev));
    assert_int_equal(sx.stx_nlink, 1);
    if (sx.stx_mask & STATX_BTIME)
        assert_true(sx.stx_btime_ns > 0 && sx.stx_btime_ns <= st.st_ctime_ns);
    assert_int_equal(os_statxat(OS_CWD, "l", STATX_TYPE, AT_STATX_DONT_SYNC, OS_NOFOLLOW, &sx), 0);
    assert_true(S_ISLNK(sx.stx_mode));
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_statx_fd(fd, STATX_SIZE | STATX_MNT_ID, 0, &sx), 0);
    assert_int_equal(sx.stx_size, 5);
    assert_true(sx.stx_mask & STATX_MNT_ID || sx.stx_mask == STATX_BASIC_STATS); /* no statx(2) */
    close(fd);
    assert_int_equal(os_statx_fd(fd, STATX_SIZE, 0, &sx), -1);
    assert_error(EBADF, "statx", NULL, NULL);
    assert_int_equal(os_statx("none", STATX_SIZE, 0, 0, &sx), -1);
    assert_error(ENOENT, "statx", "none", NULL);
    assert_int_equal(os_statx("a", STATX_SIZE, 1, 0, &sx), -1);
    assert_error(EINVAL, "statx", "a", NULL);
    assert_int_equal(os_statx("a", 0x80000000, 0, 0, &sx), -1);
    assert_error(EINVAL, "statx", "a", NULL);
    assert_int_equal(os_statx("a", 0, AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, 0, &sx), -1);
    assert_error(EINVAL, "statx", "a", NULL);
    assert_int_equal(os_statx("a", STATX_SIZE, 0, OS_EXIST_OK, &sx), -1);
    assert_error(EINVAL, "statx", "a", NULL);
}

static void file_systems(void **state) {
    (void)state;
    struct os_statvfs_result mine, other;
    struct statvfs st;
    assert_int_equal(os_statvfs(".", &mine), 0);
    assert_int_equal(statvfs(".", &st), 0);
    assert_true(mine.f_bsize == st.f_bsize && mine.f_frsize == st.f_frsize);
    assert_true(mine.f_blocks == st.f_blocks && mine.f_files == st.f_files);
    assert_true(mine.f_namemax == st.f_namemax && mine.f_fsid == st.f_fsid);
    assert_true(mine.f_flag == st.f_flag && mine.f_bavail <= mine.f_bfree);
    int fd = open(".", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_fstatvfs(fd, &other), 0);
    assert_true(other.f_fsid == mine.f_fsid);
    assert_int_equal(os_syncfs(fd), 0);
    os_sync();
    close(fd);
    assert_int_equal(os_fstatvfs(fd, &other), -1);
    assert_error(EBADF, "fstatvfs", NULL, NULL);
    assert_int_equal(os_syncfs(fd), -1);
    assert_error(EBADF, "syncfs", NULL, NULL);
    assert_int_equal(os_statvfs("none", &mine), -1);
    assert_error(ENOENT, "statvfs", "none", NULL);
}

static void special_files(void **state) {
    (void)state;
    umask(022);
    assert_int_equal(os_mkfifo("p", 0666), 0);
    assert_int_equal(look("p").st_mode, S_IFIFO | 0644);
    assert_int_equal(os_mkfifoat(OS_CWD, "p", 0666), -1);
    assert_error(EEXIST, "mkfifo", "p", NULL);
    assert_int_equal(os_mknod("plain", 0600, 0), 0);
    assert_int_equal(look("plain").st_mode, S_IFREG | 0600);
    assert_int_equal(os_mknodat(OS_CWD, "s", S_IFSOCK | 0600, 0), 0);
    assert_true(S_ISSOCK(look("s").st_mode));
    assert_int_equal(os_mknod("plain", 0600, 0), -1);
    assert_error(EEXIST, "mknod", "plain", NULL);
}

static void device_numbers(void **state) {
    (void)state;
    static const uint32_t parts[] = {0, 1, 5, 255, 256, 4095, 4096, 1048575, UINT32_MAX};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t j = 0; j < sizeof parts / sizeof *parts; j++) {
            uint64_t device = os_makedev(parts[i], parts[j]);
            assert_true(device == makedev(parts[i], parts[j]));
            assert_int_equal(os_major(device), parts[i]);
            assert_int_equal(os_minor(device), parts[j]);
        }
    assert_int_equal(os_makedev(5, 1), 1281);
}

static void renames_with_flags(void **state) {
    (void)state;
    NEEDS_CALL("renameat2");
    NEEDS_CALL("renameat2");
    write_text("a", "");
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(os_rename_noreplace("a", "d"), -1);
    assert_error(EEXIST, "rename_noreplace", "a", "d");
    assert_int_equal(os_rename_exchange("a", "d"), 0);
    assert_true(S_ISDIR(look("a").st_mode) && S_ISREG(look("d").st_mode));
    assert_int_equal(os_rename_noreplace("d", "new"), 0);
    assert_int_equal(os_rename_exchange("new", "none"), -1);
    assert_error(ENOENT, "rename_exchange", "new", "none");
    assert_int_equal(os_renameat2(OS_CWD, "new", OS_CWD, "a", RENAME_EXCHANGE), 0);
    assert_int_equal(os_renameat2(OS_CWD, "a", OS_CWD, "new", 3), -1);
    assert_error(EINVAL, "renameat2", "a", "new");
}

static void another_root(void **state) {
    (void)state;
    assert_int_equal(os_chroot("none"), -1);
    assert_error(ENOENT, "chroot", "none", NULL);
    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir("r", 0777), 0);
    assert_int_equal(mkdir("r/inside", 0777), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(os_chroot("r") == 0 && access("/inside", F_OK) == 0 ? 0 : 1);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void chmod_of_a_pinned_file(void **state) {
    (void)state;
    write_text("a", "");
    assert_int_equal(symlink("a", "l"), 0);
    int fd = open("a", O_PATH | O_CLOEXEC);
    assert_int_equal(perm_chmod_handle(fd, 0604), 0);
    close(fd);
    assert_int_equal(look("a").st_mode & 07777, 0604);
    fd = open("l", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    assert_int_equal(perm_chmod_handle(fd, 0777), -EOPNOTSUPP);
    close(fd);
    assert_int_equal(look("a").st_mode & 07777, 0604);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(owners),
        IN_SCRATCH(times),
        IN_SCRATCH(times_beyond_nanoseconds),
        IN_SCRATCH(exact_times),
        IN_SCRATCH(file_systems),
        IN_SCRATCH(statx_tells_what_stat_tells),
        IN_SCRATCH(special_files),
        IN_SCRATCH(device_numbers),
        IN_SCRATCH(another_root),
        IN_SCRATCH(renames_with_flags),
        IN_SCRATCH(chmod_of_a_pinned_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
