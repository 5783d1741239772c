/* SPDX-License-Identifier: MIT */
/** Faults in files and directories. */
#include "faults.h"

#include <fcntl.h>

static struct os_stat_result st;

FAULT(os_getcwd) {
    return fault_free(os_getcwd());
}
FAULT(os_chdir, .tree = "d/", .filename = "d", .keeps_state = true) {
    return os_chdir("d");
}
FAULT(os_fchdir, .tree = "d/", .keeps_state = true, .uncancelled = true) {
    int fd = open("d", O_PATH);
    long r = os_fchdir(fd);
    int saved = errno;
    close(fd);
    errno = saved;
    return r;
}
FAULT(os_mkdir, .filename = "new") {
    return os_mkdir("new", 0777);
}
FAULT(os_mkdirat, .operation = "mkdir", .filename = "new") {
    return os_mkdirat(OS_CWD, "new", 0777);
}
FAULT(os_rmdir, .tree = "d/", .filename = "d") {
    return os_rmdir("d");
}
FAULT(os_rmdirat, .operation = "rmdir", .tree = "d/", .filename = "d") {
    return os_rmdirat(OS_CWD, "d");
}
FAULT(os_remove, .tree = "a", .filename = "a") {
    return os_remove("a");
}
FAULT(os_removeat, .operation = "remove", .tree = "a", .filename = "a") {
    return os_removeat(OS_CWD, "a");
}
FAULT(os_unlink, .tree = "a", .filename = "a") {
    return os_unlink("a");
}
FAULT(os_unlinkat, .operation = "unlink", .tree = "a", .filename = "a") {
    return os_unlinkat(OS_CWD, "a");
}
FAULT(os_rename, .tree = "a", .filename = "a", .filename2 = "b") {
    return os_rename("a", "b");
}
FAULT(os_renameat, .operation = "rename", .tree = "a", .filename = "a", .filename2 = "b") {
    return os_renameat(OS_CWD, "a", OS_CWD, "b");
}
FAULT(os_replace, .tree = "a", .filename = "a", .filename2 = "b") {
    return os_replace("a", "b");
}
FAULT(os_replaceat, .operation = "replace", .tree = "a", .filename = "a", .filename2 = "b") {
    return os_replaceat(OS_CWD, "a", OS_CWD, "b");
}
FAULT(os_link, .tree = "a", .filename = "a", .filename2 = "b") {
    return os_link("a", "b", 0);
}
FAULT(os_linkat, .operation = "link", .tree = "a", .filename = "a", .filename2 = "b") {
    return os_linkat(OS_CWD, "a", OS_CWD, "b", 0);
}
FAULT(os_symlink, .filename = "a", .filename2 = "b") {
    return os_symlink("a", "b", 0);
}
FAULT(os_symlinkat, .operation = "symlink", .filename = "a", .filename2 = "b") {
    return os_symlinkat("a", OS_CWD, "b", 0);
}
FAULT(os_readlink, .tree = "l->x", .filename = "l") {
    return fault_free(os_readlink("l"));
}
static void plant_long_link(void) {
    char target[3000];
    memset(target, 'x', sizeof target - 1);
    target[sizeof target - 1] = '\0';
    assert_int_equal(symlink(target, "l"), 0);
}
FAULT(os_readlinkat, .operation = "readlink", .before = plant_long_link, .filename = "l") {
    return fault_free(os_readlinkat(OS_CWD, "l"));
}
FAULT(os_stat, .tree = "a", .filename = "a") {
    return os_stat("a", &st, 0);
}
FAULT(os_statat, .operation = "stat", .tree = "a", .filename = "a") {
    return os_statat(OS_CWD, "a", &st, 0);
}
FAULT(os_lstat, .tree = "a", .filename = "a") {
    return os_lstat("a", &st);
}
FAULT(os_lstatat, .operation = "lstat", .tree = "a", .filename = "a") {
    return os_lstatat(OS_CWD, "a", &st);
}
FAULT(os_fstat) {
    return os_fstat(0, &st);
}
FAULT(os_access, .tree = "a", .filename = "a") {
    return os_access("a", F_OK, 0);
}
FAULT(os_accessat, .operation = "access", .tree = "a", .filename = "a") {
    return os_accessat(OS_CWD, "a", F_OK, OS_EFFECTIVE_IDS);
}
FAULT(os_chmod, .tree = "a", .filename = "a") {
    return os_chmod("a", 0600, 0);
}
/* A sandbox may forbid fchmodat2 with EPERM: the older way is tried then. */
FAULT(os_chmodat, .operation = "chmod", .tree = "a", .filename = "a",
      .absorbs = "kernel_fchmodat2") {
    return os_chmodat(OS_CWD, "a", 0600, OS_NOFOLLOW);
}
FAULT(os_fchmod, .uncancelled = true) {
    int fd = open("a", O_RDWR | O_CREAT, 0644);
    long r = os_fchmod(fd, 0600);
    int saved = errno;
    close(fd);
    unlink("a");
    errno = saved;
    return r;
}

/* A failed attempt may be made up for in another way, so a fault need not be seen. */
static int may_absorb(const char *call, int number) {
    (void)call, (void)number;
    return -1;
}
FAULT(os_makedirs, .filename = ANY_NAME, .leaves_files = true, .absorbs = "*") {
    return os_makedirs("a/b/c/d", 0777, 0);
}
FAULT_CASE(os_makedirs, there, .filename = "d", .tree = "d/", .absorbs = "mkdirat",
           .maps = may_absorb) {
    return os_makedirs("d", 0777, OS_EXIST_OK);
}
FAULT(os_makedirs_parents, .operation = "makedirs", .filename = ANY_NAME, .leaves_files = true,
      .absorbs = "*") {
    return os_makedirs_parents("a/b", 0777, 0700, 0);
}
static char long_path[6000];
static void plant_long_path(void) {
    for (size_t i = 0; i + 2 < sizeof long_path; i += 2)
        memcpy(long_path + i, "a/", 3);
}
FAULT(os_makedirsat, .operation = "makedirs", .before = plant_long_path, .filename = ANY_NAME,
      .leaves_files = true, .absorbs = "*") {
    /* 40 components, so that a directory on the way is opened */
    return os_makedirsat(OS_CWD, long_path + sizeof long_path - 82, 0777, 0777, 0);
}
static void make_chain(void) {
    assert_int_equal(os_makedirs("x/y/z", 0777, 0), 0);
}
FAULT(os_removedirs, .before = make_chain, .filename = "x/y/z", .leaves_files = true,
      .absorbs = "unlinkat") {
    return os_removedirs("x/y/z");
}
FAULT(os_renames, .tree = "x/ x/a", .filename = ANY_NAME, .filename2 = ANY_NAME,
      .leaves_files = true, .absorbs = "*") {
    return os_renames("x/a", "y/z/a");
}
