/* SPDX-License-Identifier: MIT */
/** os.copyfile, os.copy, os.copy2: one file copied. */
#include "tree/copyfile.h"

#include "base/error.h"
#include "base/seam.h"
#include "base/str.h"
#include "fs/link.h"
#include <fcntl.h>
#include <osier/tree.h>
#include <unistd.h>

int copy_plain_open(void *data, int dir, const char *name, int flags, mode_t mode) {
    (void)data;
    return SYS(openat, dir, name, flags, mode);
}

static int fails(struct copy *copy, const char *operation, int side, int error) {
    copy->operation = operation;
    copy->side = side;
    return error;
}

/* Opens the copy. One that is there already is emptied, unless it is the source itself. */
static int open_copy(struct copy *copy, const struct stat *source, int *ret_fd) {
    mode_t mode = copy->content->plain ? 0666 : content_mode(copy->content, source) & 0777;
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK;
    flags |= copy->fresh ? O_EXCL | O_NOFOLLOW : copy->through ? 0 : O_NOFOLLOW;
    AUTO_CLOSE int fd = copy->open(copy->data, copy->to_dir, copy->to, flags, mode);
    struct stat st;
    if (fd == -ENXIO && SYS(fstatat, copy->to_dir, copy->to, &st, 0) >= 0 && S_ISFIFO(st.st_mode))
        return fails(copy, "copyfile", 1, -EOPNOTSUPP); /* one that nobody reads */
    if (fd < 0)
        return fails(copy, "open", 1, fd);
    if (!copy->fresh) {
        int r = SYS(fstat, fd, &st);
        if (r < 0)
            return fails(copy, "stat", 1, r);
        if (st.st_dev == source->st_dev && st.st_ino == source->st_ino)
            return fails(copy, "copyfile", 2, -EINVAL); /* SameFileError */
        if (S_ISFIFO(st.st_mode))
            return fails(copy, "copyfile", 1, -EOPNOTSUPP);
        if (S_ISREG(st.st_mode) && st.st_size && (r = SYS(ftruncate, fd, 0)) < 0)
            return fails(copy, "truncate", 1, r);
    }
    *ret_fd = TAKE_FD(fd);
    return 0;
}

/* The bits that a new file is known to have got, or −1. */
static int made_mode(const struct copy *copy, const struct stat *source) {
    mode_t mode = content_mode(copy->content, source);
    return copy->fresh && !(mode & ~copy->content->allowed) ? (int)mode : -1;
}

static int copy_between(struct copy *copy, int from, int to, const struct stat *source) {
    int r = content_copy(copy->content, from, to, source);
    if (r < 0 && copy->fresh) /* no half of it stays */
        SYS(unlinkat, copy->to_dir, copy->to, 0);
    if (r < 0)
        return fails(copy, "copyfile", 2, r);
    r = content_finish(copy->content, from, to, source, made_mode(copy, source));
    return r < 0 ? fails(copy, "copystat", 1, r) : 0;
}

int copy_regular(struct copy *copy) {
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (copy->no_links ? O_NOFOLLOW : 0);
    AUTO_CLOSE int from = copy->open(copy->data, copy->from_dir, copy->from, flags, 0);
    if (from < 0)
        return fails(copy, "open", 0, from);
    struct stat source;
    int r = SYS(fstat, from, &source);
    if (r < 0)
        return fails(copy, "stat", 0, r);
    if (S_ISDIR(source.st_mode))
        return fails(copy, "open", 0, -EISDIR);
    if (S_ISFIFO(source.st_mode))
        return fails(copy, "copyfile", 0, -EOPNOTSUPP);
    int to = -1;
    r = open_copy(copy, &source, &to);
    if (r < 0)
        return r;
    r = copy_between(copy, from, to, &source);
    int closed = seam_close(to);
    if (r >= 0 && closed < 0) /* disks that are full may say so only now */
        r = fails(copy, "close", 1, closed);
    return r;
}

static int finish_unopened(struct copy *copy, const struct stat *st) {
    int r = content_finish_at(copy->content, copy->to_dir, copy->to, st);
    if (r >= 0 && !copy->content->plain)
        r = copy_own_xattrs(copy->from_dir, copy->from, copy->to_dir, copy->to);
    return r < 0 ? fails(copy, "copystat", 1, r) : 0;
}

int copy_link(struct copy *copy) {
    AUTO_FREE char *target = NULL;
    struct stat st;
    int r = link_read(copy->from_dir, copy->from, &target);
    if (r < 0)
        return fails(copy, "readlink", 0, r);
    r = SYS(symlinkat, target, copy->to_dir, copy->to);
    if (r < 0)
        return fails(copy, "symlink", 1, r);
    if (copy->content->plain || copy->content->mode_only)
        return 0;
    r = SYS(fstatat, copy->from_dir, copy->from, &st, AT_SYMLINK_NOFOLLOW);
    return r < 0 ? fails(copy, "copystat", 1, r) : finish_unopened(copy, &st);
}

int copy_special(struct copy *copy) {
    struct stat st;
    int r = SYS(fstatat, copy->from_dir, copy->from, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return fails(copy, "stat", 0, r);
    if (!copy->special || S_ISDIR(st.st_mode) || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
        return fails(copy, "copyfile", 0, -EOPNOTSUPP);
    r = SYS(mknodat, copy->to_dir, copy->to, (st.st_mode & S_IFMT) | 0600, st.st_rdev);
    if (r < 0)
        return fails(copy, "mknod", 1, r);
    return finish_unopened(copy, &st);
}

/* ------------------------------------------------------------------- the public functions */

static bool is_link(const char *path) {
    struct stat st;
    return SYS(fstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISLNK(st.st_mode);
}

/* SameFileError and SpecialFileError come before anything is opened, through links too. */
static int refuse(struct copy *copy, const char *src, const char *dst) {
    struct stat a, b;
    bool source = SYS(stat, src, &a) >= 0, target = SYS(stat, dst, &b) >= 0;
    if (source && target && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        return fails(copy, "copyfile", 2, -EINVAL);
    if (source && S_ISFIFO(a.st_mode))
        return fails(copy, "copyfile", 0, -EOPNOTSUPP);
    if (target && S_ISFIFO(b.st_mode))
        return fails(copy, "copyfile", 1, -EOPNOTSUPP);
    return 0;
}

static int copy_path(struct copy *copy, const char *src, const char *dst, int flags) {
    copy->from_dir = copy->to_dir = AT_FDCWD;
    copy->from = src;
    copy->to = dst;
    copy->open = copy_plain_open;
    copy->through = true;
    if (flags & ~OS_NOFOLLOW)
        return fails(copy, "copyfile", 2, -EINVAL);
    int r = refuse(copy, src, dst);
    if (r < 0)
        return r;
    return flags & OS_NOFOLLOW && is_link(src) ? copy_link(copy) : copy_regular(copy);
}

static int copy_public(struct content *content, const char *src, const char *dst, int flags) {
    struct copy copy = {.content = content};
    int r = copy_path(&copy, src, dst, flags);
    return PUBLIC(r, copy.operation, copy.side == 1 ? dst : src, copy.side == 2 ? dst : NULL);
}

int os_copyfile(const char *src, const char *dst, int flags) {
    struct content content = {.plain = true};
    return copy_public(&content, src, dst, flags);
}

/* The name `src` has, in the directory `dst`. */
int copy_into(const char *src, const char *dst, char **ret_path) {
    size_t end = strlen(src);
    while (end > 1 && src[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && src[start - 1] != '/')
        start--;
    AUTO_STR path = STR_INIT;
    str_append_text(&path, dst);
    if (path.size && path.data[path.size - 1] != '/')
        str_append_char(&path, '/');
    str_append(&path, src + start, end - start);
    return str_take(&path, ret_path);
}

bool copy_is_dir(const char *path) {
    struct stat st;
    return SYS(stat, path, &st) >= 0 && S_ISDIR(st.st_mode);
}

static int copy_to(struct content *content, const char *src, const char *dst, int flags) {
    AUTO_FREE char *inside = NULL;
    int r = copy_is_dir(dst) ? copy_into(src, dst, &inside) : 0;
    if (r < 0)
        return PUBLIC(r, "copyfile", src, dst);
    return copy_public(content, src, inside ? inside : dst, flags);
}

int os_copy(const char *src, const char *dst, int flags) {
    struct content content = {.mode_only = true};
    return copy_to(&content, src, dst, flags);
}

int os_copy2(const char *src, const char *dst, int flags) {
    struct content content = {0};
    return copy_to(&content, src, dst, flags);
}
