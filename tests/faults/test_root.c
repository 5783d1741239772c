/* SPDX-License-Identifier: MIT */
/** Faults in roots: the kernel's resolution first, and the library's own where that fails. */
#include "faults.h"

#include "fs/root_resolve.h"
#include <fcntl.h>

static struct os_root *root;
static struct os_stat_result st;

static void open_root(void) {
    root = os_root(".");
    assert_non_null(root);
}

static void open_root_by_steps(void) {
    open_root();
    root_walks = true;
}

static void close_root(void) {
    root_walks = false;
    root = os_root_close(root);
}

/* Where openat2 is missing, forbidden or busy, the library resolves itself, and succeeds. */
#define ROOTED                                                                                     \
    .tree = "d/ d/d/ d/f l->d/f", .before = open_root, .after = close_root,                        \
    .absorbs = "kernel_openat2 kernel_fchmodat2 kernel_getrandom openat fsync", .maps = resolved
#define STEPPED                                                                                    \
    .tree = "d/ d/d/ d/f l->d/f", .before = open_root_by_steps, .after = close_root,               \
    .absorbs = "*", .maps = resolved

static int resolved(const char *call, int number) {
    (void)call, (void)number;
    return -1;
}

NO_FAULT(os_root_close)
NO_FAULT(os_root_fd)

FAULT(os_root, .filename = ".") {
    struct os_root *made = os_root(".");
    int saved = errno;
    os_root_close(made);
    errno = saved;
    return made ? 0 : -1;
}
FAULT(os_rootat, .operation = "root", .filename = ".") {
    struct os_root *made = os_rootat(OS_CWD, ".");
    int saved = errno;
    os_root_close(made);
    errno = saved;
    return made ? 0 : -1;
}
FAULT(os_root_sub, .filename = "d/d", ROOTED) {
    struct os_root *made = os_root_sub(root, "d/d");
    int saved = errno;
    os_root_close(made);
    errno = saved;
    return made ? 0 : -1;
}
FAULT(os_openat2, .tree = "a", .filename = "a") {
    return fault_close(os_openat2(OS_CWD, "a", O_RDONLY, 0, 0));
}
FAULT(os_root_open, .filename = "l", ROOTED) {
    return fault_close(os_root_open(root, "l", O_RDONLY, 0));
}
FAULT_CASE(os_root_open, by_steps, .filename = "d/d/../../l", STEPPED) {
    return fault_close(os_root_open(root, "d/d/../../l", O_PATH, 0));
}
FAULT(os_root_mkdir, .filename = "d/new", ROOTED) {
    return os_root_mkdir(root, "d/new", 0777);
}
FAULT(os_root_makedirs, .filename = ANY_NAME, .leaves_files = true, ROOTED) {
    return os_root_makedirs(root, "d/x/y/z", 0777, 0);
}
FAULT_CASE(os_root_makedirs, by_steps, .filename = ANY_NAME, .leaves_files = true, STEPPED) {
    return os_root_makedirs(root, "d/x/y/z", 0777, 0);
}
FAULT(os_root_remove, .filename = "d/f", ROOTED) {
    return os_root_remove(root, "d/f");
}
FAULT(os_root_rmdir, .filename = "d/d", ROOTED) {
    return os_root_rmdir(root, "d/d");
}
FAULT(os_root_rename, .filename = "d/f", .filename2 = "d/g", ROOTED) {
    return os_root_rename(root, "d/f", "d/g");
}
FAULT(os_root_symlink, .filename = "x", .filename2 = "d/l", ROOTED) {
    return os_root_symlink(root, "x", "d/l");
}
FAULT(os_root_readlink, .filename = "l", ROOTED) {
    return fault_free(os_root_readlink(root, "l"));
}
FAULT(os_root_stat, .filename = "l", ROOTED) {
    return os_root_stat(root, "l", &st, 0);
}
FAULT(os_root_chmod, .filename = "l", ROOTED) {
    return os_root_chmod(root, "l", 0600, 0);
}
FAULT(os_root_listdir, .filename = "d", ROOTED) {
    return fault_free(os_root_listdir(root, "d"));
}
FAULT(os_root_read_file, .filename = "l", ROOTED) {
    return fault_free(os_root_read_file(root, "l", NULL));
}
FAULT(os_root_write_file, .filename = "d/f", .leaves_files = true, ROOTED) {
    return os_root_write_file(root, "d/f", "new", 3, NULL);
}
FAULT(os_root_inside, .filename = ".") {
    struct os_root *made = os_root_inside(OS_CWD, ".");
    int saved = errno;
    os_root_close(made);
    errno = saved;
    return made ? 0 : -1;
}
FAULT(os_root_link, .filename = "d/f", .filename2 = "d/g", ROOTED) {
    return os_root_link(root, "d/f", "d/g");
}
FAULT(os_root_chown, .filename = "l", ROOTED) {
    return os_root_chown(root, "l", (uid_t)-1, (gid_t)-1, 0);
}
FAULT(os_root_utime, .filename = "l", ROOTED) {
    return os_root_utime(root, "l", 0, 0, 0);
}
FAULT(os_root_utimens, .operation = "root_utime", .filename = "l", ROOTED) {
    return os_root_utimens(root, "l", NULL, 0);
}
FAULT(os_root_rmtree, .operation = ANY_NAME, .filename = ANY_NAME, .leaves_files = true, ROOTED) {
    return os_root_rmtree(root, "d", NULL);
}
