/* SPDX-License-Identifier: MIT */
/** os.copymode and os.copystat: what belongs to a file besides its content, given to another. */
#include "base/error.h"
#include "base/seam.h"
#include "base/str.h"
#include "fs/acl.h"
#include "tree/copyfile.h"

#include <fcntl.h>
#include <osier/tree.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* From where to where, and which of the two it was that failed. */
struct pair {
    const char *src, *dst;
    bool links; /* both are links, and meant themselves */
    const char *failed;
};

static int fails(struct pair *pair, const char *path, int error) {
    pair->failed = path;
    return error;
}

static bool is_link(const char *path) {
    struct stat st;
    return SYS(fstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISLNK(st.st_mode);
}

static struct pair pair_of(const char *src, const char *dst, int flags) {
    bool links = flags & OS_NOFOLLOW && is_link(src) && is_link(dst);
    return (struct pair){.src = src, .dst = dst, .links = links, .failed = src};
}

static int stat_source(struct pair *pair, struct stat *ret_st) {
    int at_flags = pair->links ? AT_SYMLINK_NOFOLLOW : 0;
    return fails(pair, pair->src, SYS(fstatat, AT_FDCWD, pair->src, ret_st, at_flags));
}

/* ------------------------------------------------------------------------------ the mode */

/* What a file may do in somebody's name stays with whose name that was; and without the list of the
 * source its mask is nobody's. A link has no mode of its own. */
static int give_mode(struct pair *pair, const struct stat *st, bool without_list) {
    struct stat to;
    if (pair->links)
        return 0;
    mode_t mode = st->st_mode & 07777;
    if (without_list)
        mode = acl_mode_without(pair->src, -1, mode);
    int r = mode & (S_ISUID | S_ISGID) ? SYS(fstatat, AT_FDCWD, pair->dst, &to, 0) : 0;
    if (r < 0)
        return fails(pair, pair->dst, r);
    if (mode & S_ISUID && to.st_uid != st->st_uid)
        mode &= ~(mode_t)S_ISUID;
    if (mode & S_ISGID && to.st_gid != st->st_gid && !S_ISDIR(to.st_mode))
        mode &= ~(mode_t)S_ISGID;
    return fails(pair, pair->dst, SYS(fchmodat, AT_FDCWD, pair->dst, mode, 0));
}

static int copy_mode(struct pair *pair) {
    struct stat st;
    if (pair->links)
        return 0;
    int r = stat_source(pair, &st);
    return r < 0 ? r : give_mode(pair, &st, /* without_list= */ true);
}

int os_copymode(const char *src, const char *dst, int flags) {
    struct pair pair = pair_of(src, dst, flags);
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : copy_mode(&pair);
    return PUBLIC(r, "copymode", pair.failed, NULL);
}

/* -------------------------------------------------------------------- extended attributes */

static bool may_be_missing(long r) {
    return r == -EPERM || r == -ENOTSUP || r == -ENODATA || r == -EINVAL || r == -EACCES;
}

static ssize_t list_names(const struct pair *pair, char *names, size_t size) {
    return pair->links ? SYS(llistxattr, pair->src, names, size)
                       : SYS(listxattr, pair->src, names, size);
}

static ssize_t get_value(const struct pair *pair, const char *name, char *value, size_t size) {
    return pair->links ? SYS(lgetxattr, pair->src, name, value, size)
                       : SYS(getxattr, pair->src, name, value, size);
}

/* All of what `get` gives, which may grow meanwhile: its size or −errno. */
static ssize_t read_all(const struct pair *pair, const char *name, char **ret_data) {
    for (;;) {
        ssize_t size = name ? get_value(pair, name, NULL, 0) : list_names(pair, NULL, 0);
        if (size < 0)
            return size;
        AUTO_FREE char *data = mem_alloc((size_t)size + 1);
        if (!data)
            return -ENOMEM;
        ssize_t got = size == 0 ? 0
                      : name    ? get_value(pair, name, data, (size_t)size)
                                : list_names(pair, data, (size_t)size);
        if (got == -ERANGE)
            continue;
        if (got >= 0)
            *ret_data = TAKE_POINTER(data);
        return got;
    }
}

static int give_xattr(struct pair *pair, const char *name) {
    AUTO_FREE char *value = NULL;
    ssize_t size = read_all(pair, name, &value);
    if (size < 0)
        return fails(pair, pair->src, (int)size);
    int r = pair->links ? SYS(lsetxattr, pair->dst, name, value, (size_t)size, 0)
                        : SYS(setxattr, pair->dst, name, value, (size_t)size, 0);
    return fails(pair, pair->dst, r);
}

/* One of them, if the file system has it, and one may set it; a list of who has access is all or
 * nothing. */
static int try_xattr(struct pair *pair, const char *name) {
    int r = give_xattr(pair, name);
    if (!may_be_missing(r))
        return r;
    return acl_is_name(name) && r != -ENODATA ? fails(pair, pair->dst, -ENOTSUP) : 0;
}

/* All of them, whatever one fails with: 0, or the first −errno. */
static int give_xattrs(struct pair *pair) {
    AUTO_FREE char *names = NULL;
    ssize_t size = read_all(pair, NULL, &names);
    if (size < 0)
        return size == -ENOTSUP || size == -ENODATA || size == -EINVAL
                   ? 0
                   : fails(pair, pair->src, (int)size);
    int first = 0;
    const char *failed = NULL;
    for (const char *name = names; name < names + size; name += strlen(name) + 1) {
        int r = try_xattr(pair, name);
        if (r < 0 && first == 0) {
            first = r;
            failed = pair->failed;
        }
    }
    return first < 0 ? fails(pair, failed, first) : 0;
}

/* A path to `name` in the directory `dir`: there is no lgetxattr() relative to one before Linux
 * 6.13. */
static int path_below(int dir, const char *name, char **ret_path) {
    AUTO_STR path = STR_INIT;
    char prefix[40];
    snprintf(prefix, sizeof prefix, "/proc/self/fd/%d/", dir);
    if (dir != AT_FDCWD)
        str_append_text(&path, prefix);
    str_append_text(&path, name);
    return str_take(&path, ret_path);
}

int copy_own_xattrs(int from_dir, const char *from, int to_dir, const char *to) {
    AUTO_FREE char *src = NULL, *dst = NULL;
    int r = path_below(from_dir, from, &src);
    if (r >= 0)
        r = path_below(to_dir, to, &dst);
    if (r < 0)
        return r;
    struct pair pair = {.src = src, .dst = dst, .links = true};
    r = give_xattrs(&pair);
    return r == -ENOENT || may_be_missing(r) ? 0 : r; /* without /proc there are none to be seen */
}

/* ------------------------------------------------------------------------------------ all */

static int copy_stat(struct pair *pair) {
    struct stat st;
    int r = stat_source(pair, &st);
    if (r < 0)
        return r;
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    int at_flags = pair->links ? AT_SYMLINK_NOFOLLOW : 0;
    r = fails(pair, pair->dst, SYS(utimensat, AT_FDCWD, pair->dst, times, at_flags));
    if (r < 0)
        return r;
    int lacks = give_xattrs(pair);
    const char *lacking = pair->failed;
    r = give_mode(pair, &st, /* without_list= */ lacks < 0);
    return lacks < 0 ? fails(pair, lacking, lacks) : r;
}

int os_copystat(const char *src, const char *dst, int flags) {
    struct pair pair = pair_of(src, dst, flags);
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : copy_stat(&pair);
    return PUBLIC(r, "copystat", pair.failed, NULL);
}
