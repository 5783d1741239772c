/* SPDX-License-Identifier: MIT */
/** Faults in owners, times, extended attributes, special files and whole files. */
#include "faults.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct os_statx_result sx;
static struct os_statvfs_result sv;
static int fd = -1;

static void open_a(void) {
    fd = open("a", O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
}

static void close_a(void) {
    close(fd);
}

NO_FAULT(os_major)
NO_FAULT(os_minor)
NO_FAULT(os_makedev)
NO_FAULT(os_sync)

FAULT(os_chown, .tree = "a", .filename = "a") {
    return os_chown("a", (uid_t)-1, (gid_t)-1, 0);
}
FAULT(os_chownat, .operation = "chown", .tree = "a", .filename = "a") {
    return os_chownat(OS_CWD, "a", (uid_t)-1, (gid_t)-1, OS_NOFOLLOW);
}
FAULT(os_lchown, .tree = "a", .filename = "a") {
    return os_lchown("a", (uid_t)-1, (gid_t)-1);
}
FAULT(os_fchown, .tree = "a", .before = open_a, .after = close_a) {
    return os_fchown(fd, (uid_t)-1, (gid_t)-1);
}
FAULT(os_utime, .tree = "a", .filename = "a") {
    return os_utime("a", 1, 2, 0);
}
FAULT(os_utimeat, .operation = "utime", .tree = "a", .filename = "a") {
    return os_utimeat(OS_CWD, "a", 1, 2, 0);
}
FAULT(os_utime_fd, .operation = "utime", .tree = "a", .before = open_a, .after = close_a) {
    return os_utime_fd(fd, 1, 2);
}
FAULT(os_utimensat, .operation = "utime", .tree = "a", .filename = "a") {
    return os_utimensat(OS_CWD, "a", NULL, OS_NOFOLLOW);
}
FAULT_CASE(os_utimensat, descriptor, .operation = "utime", .tree = "a", .before = open_a,
           .after = close_a) {
    return os_utimensat(fd, NULL, NULL, 0);
}
FAULT(os_statvfs, .tree = "a", .filename = "a") {
    return os_statvfs("a", &sv);
}
FAULT(os_fstatvfs, .tree = "a", .before = open_a, .after = close_a) {
    return os_fstatvfs(fd, &sv);
}
FAULT(os_syncfs, .tree = "a", .before = open_a, .after = close_a) {
    return os_syncfs(fd);
}
/* A sandbox may deny statx(2) and allow stat(2). */
static int denied(const char *call, int number) {
    return strcmp(call, "kernel_statx") == 0 && number == EPERM ? 0 : number;
}

FAULT(os_statx, .tree = "a", .filename = "a", .maps = denied) {
    return os_statx("a", STATX_SIZE, 0, 0, &sx);
}
FAULT(os_statxat, .operation = "statx", .tree = "a", .filename = "a", .maps = denied) {
    return os_statxat(OS_CWD, "a", STATX_SIZE, 0, 0, &sx);
}
FAULT(os_statx_fd, .operation = "statx", .tree = "a", .before = open_a, .after = close_a,
      .maps = denied) {
    return os_statx_fd(fd, STATX_SIZE, 0, &sx);
}
FAULT(os_rename_noreplace, .tree = "a", .filename = "a", .filename2 = "b") {
    return os_rename_noreplace("a", "b");
}
FAULT(os_rename_exchange, .tree = "a b", .filename = "a", .filename2 = "b") {
    return os_rename_exchange("a", "b");
}
FAULT(os_renameat2, .tree = "a", .filename = "a", .filename2 = "b") {
    return os_renameat2(OS_CWD, "a", OS_CWD, "b", 0);
}
FAULT(os_mkfifo, .filename = "p") {
    return os_mkfifo("p", 0666);
}
FAULT(os_mkfifoat, .operation = "mkfifo", .filename = "p") {
    return os_mkfifoat(OS_CWD, "p", 0666);
}
FAULT(os_mknod, .filename = "n") {
    return os_mknod("n", 0600, 0);
}
FAULT(os_mknodat, .operation = "mknod", .filename = "n") {
    return os_mknodat(OS_CWD, "n", 0600, 0);
}
/* The root of the tests stays as it is: "/" in its place. */
FAULT(os_chroot, .filename = "/", .keeps_state = true, .root = true) {
    return os_chroot("/");
}
FAULT(os_truncate, .tree = "a", .filename = "a") {
    return os_truncate("a", 1);
}
FAULT(os_ftruncate, .tree = "a", .before = open_a, .after = close_a) {
    return os_ftruncate(fd, 1);
}
FAULT(os_read_file, .tree = "a", .filename = "a") {
    return fault_free(os_read_file("a", NULL));
}
FAULT(os_read_fileat, .operation = "read_file", .tree = "a", .filename = "a") {
    return fault_free(os_read_fileat(OS_CWD, "a", NULL));
}

/* Without randomness the clock names the file beside; EEXIST there means another name; a directory
 * that may not be read is synced with its file system; and a directory that can't be synced is no
 * error where it says EINVAL. */
static int in_writing(const char *call, int number) {
    return (strcmp(call, "openat") == 0 && (number == EEXIST || number == EACCES)) ||
                   strcmp(call, "fsync") == 0
               ? -1
               : number;
}
FAULT(os_write_file, .tree = "a", .filename = "a", .absorbs = "kernel_getrandom openat fsync",
      .maps = in_writing, .leaves_files = true) {
    return os_write_file("a", "new", 3, NULL);
}
/* Without the rename the file is linked into its place, where it stays if that was all that worked. */
static int in_creating(const char *call, int number) {
    return strcmp(call, "kernel_renameat2") == 0 && (number == EINVAL || number == EPERM)
               ? 0
               : in_writing(call, number);
}
FAULT_CASE(os_write_file, noreplace, .filename = "a", .absorbs = "kernel_getrandom openat unlinkat",
           .maps = in_creating, .leaves_files = true) {
    static const struct os_write_file_options with = {
        .size = sizeof with, .noreplace = true, .nosync = true};
    return os_write_file("a", "new", 3, &with);
}
static struct os_write_file_options keeping = {
    .size = sizeof keeping, .keep_mode = true, .keep_owner = true, .follow = true, .nosync = true};
/* A file without an ACL says ENODATA, a file system without them EOPNOTSUPP. */
FAULT(os_write_fileat, .operation = "write_file", .tree = "a", .filename = "a",
      .absorbs = "kernel_getrandom openat readlinkat getxattr fremovexattr", .maps = in_writing) {
    return os_write_fileat(OS_CWD, "a", "new", 3, &keeping);
}
static void plant_acl(void) {
    static const uint32_t acl[] = {2,   6 << 16 | 1,  ~0u, 4 << 16 | 2, 1004, 4,
                                   ~0u, 4 << 16 | 16, ~0u, 32,          ~0u};
    if (os_setxattr("a", "system.posix_acl_access", acl, sizeof acl, 0, 0) < 0)
        skip();
}
FAULT_CASE(os_write_fileat, acl, .operation = "write_file", .tree = "a", .filename = "a",
           .before = plant_acl, .absorbs = "kernel_getrandom openat readlinkat getxattr",
           .maps = in_writing) {
    return os_write_fileat(OS_CWD, "a", "new", 3, &keeping);
}

/* What is given away begins as another file. */
FAULT_CASE(os_write_file, owner, .tree = "a", .filename = "a",
           .absorbs = "kernel_getrandom openat readlinkat", .maps = in_writing,
           .leaves_files = true) {
    static const struct os_write_file_options with = {
        .size = sizeof with, .mode = 04640, .keep_owner = true, .nosync = true};
    return os_write_file("a", "new", 3, &with);
}

static const char big[1000];
static void plant_attribute(void) {
    open_a();
    if (os_setxattr_fd(fd, "user.a", big, sizeof big, 0) < 0)
        skip();
}
/* ERANGE means: once more with a larger buffer. */
FAULT(os_getxattr, .tree = "a", .before = plant_attribute, .after = close_a, .filename = "a") {
    return fault_free(os_getxattr("a", "user.a", 0, NULL));
}
FAULT(os_getxattr_fd, .operation = "getxattr", .tree = "a", .before = plant_attribute,
      .after = close_a) {
    return fault_free(os_getxattr_fd(fd, "user.a", NULL));
}
FAULT(os_listxattr, .tree = "a", .before = plant_attribute, .after = close_a, .filename = "a") {
    return fault_free(os_listxattr("a", 0));
}
FAULT(os_listxattr_fd, .operation = "listxattr", .tree = "a", .before = plant_attribute,
      .after = close_a) {
    return fault_free(os_listxattr_fd(fd));
}
FAULT(os_setxattr, .tree = "a", .before = plant_attribute, .after = close_a, .filename = "a") {
    return os_setxattr("a", "user.b", "x", 1, 0, 0);
}
FAULT(os_setxattr_fd, .operation = "setxattr", .tree = "a", .before = plant_attribute,
      .after = close_a) {
    return os_setxattr_fd(fd, "user.b", "x", 1, 0);
}
FAULT(os_removexattr, .tree = "a", .before = plant_attribute, .after = close_a, .filename = "a") {
    return os_removexattr("a", "user.a", 0);
}
FAULT(os_removexattr_fd, .operation = "removexattr", .tree = "a", .before = plant_attribute,
      .after = close_a) {
    return os_removexattr_fd(fd, "user.a");
}
