/* SPDX-License-Identifier: MIT */
/** Copying one file: a clone where the file system can, else inside the kernel, else by hand. */
#include "tree/content.h"

#include "base/kernel.h"
#include "base/seam.h"
#include "fs/acl.h"
#include "fs/perm.h"
#include "io/readwrite.h"
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>
#include <unistd.h>

enum {
    SMALL = 16 * 1024,         /* below, the way through the program is the shortest */
    WORTH_CLONING = 64 * 1024, /* below, a clone costs more than the copy */
    PART = 8 * 1024 * 1024,    /* between two looks at whether to go on */
    BUFFER = 256 * 1024,
    NAMES = 1024, /* of extended attributes, on the stack */
};

static int tell(struct content *c, int64_t bytes) {
    return c->copied ? c->copied(c->data, (uint64_t)bytes) : 0;
}

/* ----------------------------------------------------------------------------- the ways */

#ifndef FICLONE
#define FICLONE _IOW(0x94, 9, int) /* of linux/fs.h, which musl-gcc doesn't see */
#endif

static int clone_file(int to, int from) {
    return ioctl(to, FICLONE, from);
}

/* What says that the two files don't go together, rather than that copying failed. */
static bool is_unfit(long r) {
    return r == -EXDEV || r == -EINVAL || r == -ENOSYS || r == -EOPNOTSUPP || r == -EPERM ||
           r == -EBADF || r == -ETXTBSY;
}

/* From where both files are, until the end, or `most` bytes. */
static int copy_by_hand(struct content *c, int from, int to, int64_t most) {
    AUTO_FREE char *buffer = mem_alloc(BUFFER);
    if (!buffer)
        return -ENOMEM;
    while (most > 0) {
        ssize_t n = SYS(read, from, buffer, most < BUFFER ? (size_t)most : BUFFER);
        if (n <= 0)
            return (int)n;
        int r = write_all(to, buffer, (size_t)n);
        if (r >= 0)
            r = tell(c, n);
        if (r < 0)
            return r;
        most -= n;
    }
    return 0;
}

/* From where both files are, whatever the size that the source tells: those of /proc tell 0, some
 * of FUSE less than there is, and one that is being written grows. */
static int copy_to_the_end(struct content *c, int from, int to) {
    char first[SMALL];
    ssize_t n = SYS(read, from, first, sizeof first);
    if (n <= 0)
        return (int)n;
    int r = write_all(to, first, (size_t)n);
    if (r >= 0)
        r = tell(c, n);
    return r < 0 ? r : copy_by_hand(c, from, to, INT64_MAX);
}

/* One step of at most `size` bytes: how many, 0 at the end, or −errno; `is_unfit` when no way
 * inside the kernel works. */
static long step(struct content *c, int from, int to, size_t size) {
    long n = -EXDEV;
    if (!c->no_range) {
        n = SYS(kernel_copy_file_range, from, NULL, to, NULL, size);
        if (n >= 0 || !is_unfit(n))
            return n;
        if (n == -EXDEV || n == -ENOSYS || n == -EOPNOTSUPP)
            c->no_range = true; /* EPERM may be this file's alone */
    }
    return SYS(sendfile, to, from, NULL, size);
}

/* `size` bytes from where both files are. */
static int copy_part(struct content *c, int from, int to, int64_t size) {
    while (size > 0) {
        long n = step(c, from, to, size < PART ? (size_t)size : PART);
        if (n < 0 && is_unfit(n))
            return copy_by_hand(c, from, to, size);
        if (n < 0)
            return (int)n;
        if (n == 0) /* the file became shorter, or tells a size that it hasn't got */
            return copy_by_hand(c, from, to, size);
        size -= n;
        int r = tell(c, n);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Only the parts that are there; between them `to` is as empty as `from`. Both are at the end
 * then. */
static int copy_with_holes(struct content *c, int from, int to, int64_t size) {
    int64_t r;
    for (int64_t end = 0; end < size;) {
        int64_t start = SYS(lseek, from, end, SEEK_DATA);
        if (start == -ENXIO)
            break; /* a hole up to the end */
        if (start < 0)
            return start == -EINVAL && end == 0 ? copy_part(c, from, to, size) : (int)start;
        end = SYS(lseek, from, start, SEEK_HOLE);
        if (end >= 0 && end > size)
            end = size;
        r = end < 0 ? end : SYS(lseek, from, start, SEEK_SET);
        if (r >= 0)
            r = SYS(lseek, to, start, SEEK_SET);
        if (r >= 0)
            r = copy_part(c, from, to, end - start);
        if (r < 0)
            return (int)r;
    }
    struct stat st;
    r = SYS(fstat, from, &st);
    if (r < 0)
        return (int)r;
    if (st.st_size < size) /* the end has come nearer meanwhile */
        size = st.st_size;
    r = SYS(ftruncate, to, size);
    if (r >= 0)
        r = SYS(lseek, from, size, SEEK_SET);
    if (r >= 0)
        r = SYS(lseek, to, size, SEEK_SET);
    return r < 0 ? (int)r : 0;
}

int content_copy(struct content *c, int from, int to, const struct stat *st, bool holes) {
    if (st->st_size < SMALL)
        return copy_to_the_end(c, from, to);
    if (st->st_size >= WORTH_CLONING && holes && !c->no_clone) {
        int r = SYS(clone_file, to, from);
        if (r >= 0)
            return tell(c, st->st_size);
        if (r == -ENOSPC || r == -EDQUOT || r == -EIO)
            return r;
        c->no_clone = true;
    }
    int r = holes && st->st_blocks < st->st_size / 512 ? copy_with_holes(c, from, to, st->st_size)
                                                       : copy_part(c, from, to, st->st_size);
    return r < 0 ? r : copy_to_the_end(c, from, to);
}

/* --------------------------------------------------------------------- what else belongs */

static bool may_be_missing(long r) {
    return r == -EPERM || r == -ENOTSUP || r == -ENODATA || r == -EINVAL || r == -EACCES;
}

static long copy_xattr(int from, int to, const char *name) {
    for (;;) {
        ssize_t size = SYS(fgetxattr, from, name, NULL, 0);
        if (size < 0)
            return size;
        AUTO_FREE char *value = mem_alloc((size_t)size);
        if (!value)
            return -ENOMEM;
        ssize_t got = size ? SYS(fgetxattr, from, name, value, (size_t)size) : 0;
        if (got == -ERANGE)
            continue; /* it has grown meanwhile */
        return got < 0 ? got : SYS(fsetxattr, to, name, value, (size_t)got, 0);
    }
}

/* One attribute of those that are named: 0 or −errno. A copy that is read-only from the beginning
 * takes none: `made` says then that its mode is to be set. A list of who has access is all or
 * nothing. */
static int copy_one(int from, int to, const char *name, int *made) {
    long r = copy_xattr(from, to, name);
    if (r == -EACCES && SYS(fchmod, to, 0700) >= 0) {
        *made = -1;
        r = copy_xattr(from, to, name);
    }
    if (r < 0 && r != -ENODATA && acl_is_name(name))
        return may_be_missing(r) ? -ENOTSUP : (int)r;
    return r < 0 && !may_be_missing(r) ? (int)r : 0;
}

/* All of them, whatever one fails with: 0, or the first −errno. */
static int copy_named(int from, int to, const char *names, ssize_t size, int *made) {
    int first = 0;
    for (const char *name = names; name < names + size; name += strlen(name) + 1) {
        int r = copy_one(from, to, name, made);
        if (first == 0)
            first = r;
    }
    return first;
}

/* The names of the attributes of an open file, one after the other: how many bytes, or −errno. They
 * are in `few`, or in a block to free(). */
static ssize_t list_xattrs(int fd, char few[static NAMES], char **ret_many) {
    ssize_t size = SYS(flistxattr, fd, few, NAMES);
    if (size != -ERANGE)
        return size;
    for (;;) {
        size = SYS(flistxattr, fd, NULL, 0);
        if (size < 0)
            return size;
        AUTO_FREE char *many = mem_alloc((size_t)size);
        if (!many)
            return -ENOMEM;
        size = SYS(flistxattr, fd, many, (size_t)size);
        if (size >= 0)
            *ret_many = TAKE_POINTER(many);
        if (size != -ERANGE) /* else they have become more meanwhile */
            return size;
    }
}

static int copy_xattrs(int from, int to, int *made) {
    char few[NAMES];
    AUTO_FREE char *many = NULL;
    ssize_t size = list_xattrs(from, few, &many);
    if (size < 0)
        return may_be_missing(size) ? 0 : (int)size;
    return copy_named(from, to, many ? many : few, size, made);
}

int content_look(struct content *c, int fd, struct original *ret) {
    char few[NAMES];
    AUTO_FREE char *many = NULL;
    ret->xattrs = ret->acl = false;
    int r = SYS(fstat, fd, &ret->st);
    if (r < 0 || c->plain || c->no_xattrs == (uint64_t)ret->st.st_dev + 1)
        return r;
    ssize_t size = list_xattrs(fd, few, &many);
    if (size == -ENOTSUP)
        c->no_xattrs = (uint64_t)ret->st.st_dev + 1;
    if (size < 0)
        return may_be_missing(size) ? 0 : (int)size;
    const char *names = many ? many : few;
    ret->xattrs = size > 0;
    for (const char *name = names; name < names + size; name += strlen(name) + 1)
        ret->acl |= acl_is_name(name);
    return 0;
}

mode_t content_first_mode(const struct content *c, const struct original *o) {
    if (c->plain)
        return 0666;
    mode_t mode = content_mode(c, &o->st) & (c->owner || o->acl ? 0700 : 0777);
    return S_ISDIR(o->st.st_mode) ? mode | 0700 : mode;
}

mode_t content_mode(const struct content *c, const struct stat *st) {
    mode_t mode = st->st_mode & 07777;
    if (mode & S_ISUID && !c->owner && st->st_uid != geteuid())
        mode &= ~(mode_t)S_ISUID;
    if (mode & S_ISGID && !c->owner && st->st_gid != getegid() && !S_ISDIR(st->st_mode))
        mode &= ~(mode_t)S_ISGID;
    return mode;
}

/* As cp -a: who may not give a file away (or has no such user, in a container) keeps it, but not
 * as one that others run with his rights. `r` is how giving it both went, `r2` the group alone. */
static int give_owner(int r, int r2, const struct stat *st, mode_t *mode) {
    if (r != -EPERM && r != -EINVAL)
        return r;
    if (st->st_uid != geteuid())
        *mode &= ~(mode_t)S_ISUID;
    if (r2 < 0 && st->st_gid != getegid() && !S_ISDIR(st->st_mode))
        *mode &= ~(mode_t)S_ISGID;
    return 0;
}

int content_disinherit(int fd) {
    static const char *const lists[] = {XATTR_DEFAULT_ACL, XATTR_ACL};
    for (int i = 0; i < 2; i++) {
        int r = SYS(fremovexattr, fd, lists[i]);
        if (r < 0 && r != -ENODATA && r != -ENOTSUP)
            return r;
    }
    return 0;
}

static int finish_xattrs(struct content *c, int from, int to, const struct original *o, int *made,
                         mode_t *mode) {
    int r = o->xattrs && !c->mode_only ? copy_xattrs(from, to, made) : 0;
    if (o->acl && (r < 0 || c->mode_only))
        *mode = acl_mode_without(NULL, from, *mode);
    return r;
}

int content_finish(struct content *c, int from, int to, const struct original *o, int made,
                   bool inherits) {
    if (c->plain)
        return 0;
    const struct stat *st = &o->st;
    const struct timespec times[2] = {st->st_atim, st->st_mtim};
    mode_t mode = content_mode(c, st);
    int r = c->owner ? SYS(fchown, to, st->st_uid, st->st_gid) : 0;
    if (r < 0)
        r = give_owner(r, SYS(fchown, to, (uid_t)-1, st->st_gid), st, &mode);
    if (r >= 0 && inherits)
        r = content_disinherit(to);
    if (r < 0)
        return r;
    int lacks = finish_xattrs(c, from, to, o, &made, &mode);
    if (c->owner || made != (int)mode)
        r = SYS(fchmod, to, mode);
    if (r >= 0 && !c->mode_only)
        r = SYS(futimens, to, times);
    return lacks < 0 ? lacks : r;
}

int content_finish_at(struct content *c, int dir, const char *name, const struct stat *st) {
    if (c->plain)
        return 0;
    const struct timespec times[2] = {st->st_atim, st->st_mtim};
    mode_t mode = content_mode(c, st);
    int flags = AT_SYMLINK_NOFOLLOW;
    int r = c->owner ? SYS(fchownat, dir, name, st->st_uid, st->st_gid, flags) : 0;
    if (r < 0)
        r = give_owner(r, SYS(fchownat, dir, name, (uid_t)-1, st->st_gid, flags), st, &mode);
    if (r >= 0 && !S_ISLNK(st->st_mode))
        r = perm_chmod_nofollow(dir, name, mode);
    return r < 0 ? r : SYS(utimensat, dir, name, times, AT_SYMLINK_NOFOLLOW);
}
