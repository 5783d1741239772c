/* SPDX-License-Identifier: MIT */
/** Root: a directory handle that no path can escape. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "base/stat.h"
#include "fs/at.h"
#include "fs/dir.h"
#include "fs/perm.h"
#include "fs/root_resolve.h"
#include "fs/time.h"
#include <fcntl.h>
#include <osier/root.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int os_openat2(int dir_fd, const char *path, uint64_t open_flags, mode_t mode, uint64_t resolve) {
    struct kernel_open_how how = {
        .flags = open_flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
    return PUBLIC(SYS(kernel_openat2, dir_fd, path, &how), "openat2", path, NULL);
}

/* Takes over `fd`, which may be −errno. */
static int root_of(int fd, bool inside, struct os_root **ret_root) {
    if (fd < 0)
        return fd;
    struct os_root *root = mem_alloc(sizeof *root);
    if (!root) {
        seam_close_quietly(fd);
        return -ENOMEM;
    }
    *root = (struct os_root){.fd = fd, .inside = inside};
    *ret_root = root;
    return 0;
}

struct os_root *os_rootat(int dir_fd, const char *path) {
    UNCANCELLED;
    struct os_root *root = NULL;
    int fd = SYS(openat, dir_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return PUBLIC_POINTER(root_of(fd, /* inside= */ false, &root), root, "root", path, NULL);
}

struct os_root *os_root(const char *path) {
    UNCANCELLED;
    return os_rootat(OS_CWD, path);
}

struct os_root *os_root_inside(int dir_fd, const char *path) {
    UNCANCELLED;
    struct os_root *root = NULL;
    int fd = SYS(openat, dir_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return PUBLIC_POINTER(root_of(fd, /* inside= */ true, &root), root, "root_inside", path, NULL);
}

struct os_root *os_root_sub(const struct os_root *root, const char *path) {
    UNCANCELLED;
    struct os_root *sub = NULL;
    int fd = root_open(root, path, O_PATH | O_DIRECTORY, 0);
    return PUBLIC_POINTER(root_of(fd, root->inside, &sub), sub, "root_sub", path, NULL);
}

struct os_root *os_root_close(struct os_root *root) {
    UNCANCELLED;
    if (root)
        seam_close_quietly(root->fd);
    cleanup_free(&root);
    return NULL;
}

int os_root_fd(const struct os_root *root) {
    return root->fd;
}

int os_root_open(const struct os_root *root, const char *path, int open_flags, mode_t mode) {
    UNCANCELLED;
    return PUBLIC(root_open(root, path, open_flags, mode), "root_open", path, NULL);
}

/* The directory that holds the last component of a path: the root's own descriptor, or one that
 * is opened with `flags` and given to `*ret_owned` to close. The name keeps its trailing slashes:
 * no call that takes a name follows a link there, slash or not. */
int root_parent(const struct os_root *root, const char *path, int flags, int *ret_owned,
                const char **ret_name) {
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    if (!path[0] || (path[0] == '/' && !root->inside))
        return path[0] ? -EXDEV : -ENOENT;
    if (end == 0) { /* the root itself, from inside */
        *ret_name = ".";
        return root->fd;
    }
    if (end - start == 2 && strncmp(path + start, "..", 2) == 0) {
        AUTO_CLOSE int up = root_open(root, path, O_PATH, 0); /* out of the root or not? */
        if (up < 0)
            return up;
    }
    AUTO_FREE char *parent = mem_text(start ? path : "./", start ? start : 2);
    if (!parent)
        return -ENOMEM;
    *ret_name = path + start;
    if (start == 0 && (flags & O_PATH))
        return root->fd;
    return *ret_owned = root_open(root, parent, flags | O_DIRECTORY, 0);
}

static int mkdir_in(const struct os_root *root, const char *path, mode_t mode) {
    AUTO_CLOSE int owned = -1;
    const char *name;
    int dir = root_parent(root, path, O_PATH, &owned, &name);
    return dir < 0 ? dir : SYS(mkdirat, dir, name, mode);
}

int os_root_mkdir(const struct os_root *root, const char *path, mode_t mode) {
    UNCANCELLED;
    return PUBLIC(mkdir_in(root, path, mode), "root_mkdir", path, NULL);
}

static int stat_in(const struct os_root *root, const char *path, int flags, struct stat *ret_st) {
    AUTO_CLOSE int fd = root_open(root, path, O_PATH | flags, 0);
    return fd < 0 ? fd : SYS(fstat, fd, ret_st);
}

static bool is_dir(const struct os_root *root, const char *path) {
    struct stat st;
    return stat_in(root, path, 0, &st) >= 0 && S_ISDIR(st.st_mode);
}

/* The directories on the way to `path`, each with the default mode, and then itself. */
static int make_chain(const struct os_root *root, const char *path, mode_t mode,
                      size_t *reterr_failed) {
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    while (end > 0 && path[end - 1] != '/')
        end--;
    if (end == 0)
        return -ENOENT;
    AUTO_FREE char *parent = mem_text(path, end);
    if (!parent)
        return -ENOMEM;
    struct root_make make = {.mode = 0777};
    AUTO_CLOSE int dir = root_walk(root, parent, O_PATH | O_DIRECTORY, 0, &make);
    if (dir < 0) {
        *reterr_failed = make.failed;
        return dir;
    }
    return SYS(mkdirat, dir, path + end, mode);
}

static int makedirs_in(const struct os_root *root, const char *path, mode_t mode, int flags,
                       size_t *reterr_failed) {
    if (flags & ~OS_EXIST_OK)
        return -EINVAL;
    int r = mkdir_in(root, path, mode);
    if (r == -ENOENT)
        r = make_chain(root, path, mode, reterr_failed);
    if (r < 0 && (flags & OS_EXIST_OK) && is_dir(root, path))
        return 0;
    return r;
}

int os_root_makedirs(const struct os_root *root, const char *path, mode_t mode, int flags) {
    UNCANCELLED;
    size_t failed = strlen(path);
    int r = makedirs_in(root, path, mode, flags, &failed);
    if (r >= 0)
        return 0;
    AUTO_FREE char *name = mem_text(path, failed);
    return PUBLIC(r, "root_makedirs", name ? name : path, NULL);
}

static int remove_in(const struct os_root *root, const char *path, int at_flags) {
    AUTO_CLOSE int owned = -1;
    const char *name;
    int dir = root_parent(root, path, O_PATH, &owned, &name);
    return dir < 0 ? dir : SYS(unlinkat, dir, name, at_flags);
}

int os_root_remove(const struct os_root *root, const char *path) {
    UNCANCELLED;
    return PUBLIC(remove_in(root, path, 0), "root_remove", path, NULL);
}

int os_root_rmdir(const struct os_root *root, const char *path) {
    UNCANCELLED;
    return PUBLIC(remove_in(root, path, AT_REMOVEDIR), "root_rmdir", path, NULL);
}

static int rename_in(const struct os_root *root, const char *src, const char *dst) {
    AUTO_CLOSE int from_owned = -1, to_owned = -1;
    const char *from, *to;
    int from_dir = root_parent(root, src, O_PATH, &from_owned, &from);
    if (from_dir < 0)
        return from_dir;
    int to_dir = root_parent(root, dst, O_PATH, &to_owned, &to);
    return to_dir < 0 ? to_dir : SYS(renameat, from_dir, from, to_dir, to);
}

int os_root_rename(const struct os_root *root, const char *src, const char *dst) {
    UNCANCELLED;
    return PUBLIC(rename_in(root, src, dst), "root_rename", src, dst);
}

/* linkat(2) would go through a link that has a slash behind it. */
static int link_in(const struct os_root *root, const char *src, const char *dst) {
    AUTO_CLOSE int from_owned = -1, to_owned = -1;
    const char *from, *to;
    int from_dir = root_parent(root, src, O_PATH, &from_owned, &from);
    if (from_dir < 0)
        return from_dir;
    if (strchr(from, '/')) {
        AUTO_CLOSE int dir = root_open(root, src, O_PATH | O_DIRECTORY, 0);
        return dir < 0 ? dir : -EPERM;
    }
    int to_dir = root_parent(root, dst, O_PATH, &to_owned, &to);
    return to_dir < 0 ? to_dir : SYS(linkat, from_dir, from, to_dir, to, 0);
}

int os_root_link(const struct os_root *root, const char *src, const char *dst) {
    UNCANCELLED;
    return PUBLIC(link_in(root, src, dst), "root_link", src, dst);
}

static int symlink_in(const struct os_root *root, const char *src, const char *dst) {
    AUTO_CLOSE int owned = -1;
    const char *name;
    int dir = root_parent(root, dst, O_PATH, &owned, &name);
    return dir < 0 ? dir : SYS(symlinkat, src, dir, name);
}

int os_root_symlink(const struct os_root *root, const char *src, const char *dst) {
    UNCANCELLED;
    return PUBLIC(symlink_in(root, src, dst), "root_symlink", src, dst);
}

static int readlink_in(const struct os_root *root, const char *path, char **ret_target) {
    AUTO_CLOSE int fd = root_open(root, path, O_PATH | O_NOFOLLOW, 0);
    if (fd < 0)
        return fd;
    int r = at_readlink(fd, "", ret_target);
    return r == -ENOENT ? -EINVAL : r; /* what it says of a descriptor that is no link */
}

char *os_root_readlink(const struct os_root *root, const char *path) {
    UNCANCELLED;
    char *target = NULL;
    return PUBLIC_POINTER(readlink_in(root, path, &target), target, "root_readlink", path, NULL);
}

int os_root_stat(const struct os_root *root, const char *path, struct os_stat_result *ret_stat,
                 int flags) {
    UNCANCELLED;
    struct stat st;
    int r = flags & ~OS_NOFOLLOW ? -EINVAL
                                 : stat_in(root, path, flags & OS_NOFOLLOW ? O_NOFOLLOW : 0, &st);
    if (r >= 0)
        stat_convert(&st, ret_stat);
    return PUBLIC(r, "root_stat", path, NULL);
}

/* A handle of the file itself: a descriptor or −errno. */
static int open_handle(const struct os_root *root, const char *path, int flags) {
    if (flags & ~OS_NOFOLLOW)
        return -EINVAL;
    return root_open(root, path, O_PATH | (flags & OS_NOFOLLOW ? O_NOFOLLOW : 0), 0);
}

static int chmod_in(const struct os_root *root, const char *path, mode_t mode, int flags) {
    AUTO_CLOSE int fd = open_handle(root, path, flags);
    return fd < 0 ? fd : perm_chmod_handle(fd, mode);
}

int os_root_chmod(const struct os_root *root, const char *path, mode_t mode, int flags) {
    UNCANCELLED;
    return PUBLIC(chmod_in(root, path, mode, flags), "root_chmod", path, NULL);
}

static int chown_in(const struct os_root *root, const char *path, uid_t uid, gid_t gid, int flags) {
    AUTO_CLOSE int fd = open_handle(root, path, flags);
    return fd < 0 ? fd : SYS(fchownat, fd, "", uid, gid, AT_EMPTY_PATH);
}

int os_root_chown(const struct os_root *root, const char *path, uid_t uid, gid_t gid, int flags) {
    UNCANCELLED;
    return PUBLIC(chown_in(root, path, uid, gid, flags), "root_chown", path, NULL);
}

static int utime_in(const struct os_root *root, const char *path, const struct timespec times[2],
                    int flags) {
    AUTO_CLOSE int fd = open_handle(root, path, flags);
    return fd < 0 ? fd : time_set_handle(fd, times);
}

int os_root_utime(const struct os_root *root, const char *path, int64_t atime_ns, int64_t mtime_ns,
                  int flags) {
    UNCANCELLED;
    const struct timespec times[2] = {time_from_ns(atime_ns), time_from_ns(mtime_ns)};
    return PUBLIC(utime_in(root, path, times, flags), "root_utime", path, NULL);
}

int os_root_utimens(const struct os_root *root, const char *path, const struct os_time times[2],
                    int flags) {
    UNCANCELLED;
    struct timespec exact[2];
    int r = time_from_exact(times, exact);
    return PUBLIC(r < 0 ? r : utime_in(root, path, exact, flags), "root_utime", path, NULL);
}

static int list_in(const struct os_root *root, const char *path, char ***ret_list) {
    AUTO_CLOSE int fd = root_open(root, path ? path : ".", DIR_OPEN, 0);
    return fd < 0 ? fd : dir_list(fd, ret_list);
}

char **os_root_listdir(const struct os_root *root, const char *path) {
    UNCANCELLED;
    char **list = NULL;
    return PUBLIC_POINTER(list_in(root, path, &list), list, "root_listdir", path, NULL);
}
