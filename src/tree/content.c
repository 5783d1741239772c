/* SPDX-License-Identifier: MIT */
/** Copying one file: a clone where the file system can, else inside the kernel, else by hand. */
#include "tree/content.h"

#include "base/seam.h"
#include "fs/perm.h"
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

enum {
    WORTH_CLONING = 64 * 1024, /* below, a clone costs more than the copy */
    WORTH_HOLES = 16 * 1024,
    PART = 64 * 1024 * 1024, /* between two looks at whether to go on */
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

/* musl before 1.2.5 and glibc before 2.27 have a copy of their own, or none. */
static long copy_range(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t size) {
    return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, size, 0);
}

/* What says that the two files don't go together, rather than that copying failed. */
static bool is_unfit(long r) {
    return r == -EXDEV || r == -EINVAL || r == -ENOSYS || r == -EOPNOTSUPP || r == -EPERM ||
           r == -EBADF || r == -ETXTBSY;
}

static int write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t n = SYS(write, fd, data, size);
        if (n < 0)
            return (int)n;
        data += n;
        size -= (size_t)n;
    }
    return 0;
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

/* Most of these are empty; those of /proc are not. */
static int copy_sizeless(struct content *c, int from, int to) {
    char first[1024];
    ssize_t n = SYS(read, from, first, sizeof first);
    if (n <= 0)
        return (int)n;
    int r = write_all(to, first, (size_t)n);
    return r < 0 ? r : copy_by_hand(c, from, to, INT64_MAX);
}

/* One step of at most `size` bytes: how many, 0 at the end, or −errno; `is_unfit` when no way
 * inside the kernel works. */
static long step(struct content *c, int from, int to, size_t size) {
    long n = -EXDEV;
    if (!c->no_range) {
        n = SYS(copy_range, from, NULL, to, NULL, size);
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

/* Only the parts that are there; between them `to` is as empty as `from`. */
static int copy_with_holes(struct content *c, int from, int to, int64_t size) {
    for (int64_t end = 0; end < size;) {
        int64_t start = SYS(lseek, from, end, SEEK_DATA);
        if (start == -ENXIO) {
            struct stat st; /* a hole up to the end, which may have come nearer meanwhile */
            int r = SYS(fstat, from, &st);
            if (r < 0)
                return r;
            size = st.st_size < size ? st.st_size : size;
            break;
        }
        if (start < 0)
            return start == -EINVAL && end == 0 ? copy_part(c, from, to, size) : (int)start;
        end = SYS(lseek, from, start, SEEK_HOLE);
        if (end >= 0 && end > size)
            end = size;
        int64_t r = end < 0 ? end : SYS(lseek, from, start, SEEK_SET);
        if (r >= 0)
            r = SYS(lseek, to, start, SEEK_SET);
        if (r >= 0)
            r = copy_part(c, from, to, end - start);
        if (r < 0)
            return (int)r;
    }
    return SYS(ftruncate, to, size);
}

int content_copy(struct content *c, int from, int to, const struct stat *st) {
    if (st->st_size >= WORTH_CLONING && !c->no_clone) {
        int r = SYS(clone_file, to, from);
        if (r >= 0)
            return tell(c, st->st_size);
        if (r == -ENOSPC || r == -EDQUOT || r == -EIO)
            return r;
        c->no_clone = true;
    }
    if (st->st_size == 0)
        return copy_sizeless(c, from, to);
    if (st->st_size >= WORTH_HOLES && st->st_blocks < st->st_size / 512)
        return copy_with_holes(c, from, to, st->st_size);
    return copy_part(c, from, to, st->st_size);
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

/* A copy that is read-only from the beginning takes none: `made` says that its mode is to be set.
 */
static int copy_named(int from, int to, const char *names, ssize_t size, int *made) {
    bool tried = false;
    for (const char *name = names; name < names + size; name += strlen(name) + 1) {
        long r = copy_xattr(from, to, name);
        if (r == -EACCES && !tried && SYS(fchmod, to, 0700) >= 0) {
            tried = true;
            *made = -1;
            r = copy_xattr(from, to, name);
        }
        if (r < 0 && !may_be_missing(r))
            return (int)r;
    }
    return 0;
}

static int copy_xattrs(struct content *c, int from, int to, const struct stat *st, int *made) {
    if (c->no_xattrs == (uint64_t)st->st_dev + 1)
        return 0;
    char names[NAMES];
    ssize_t size = SYS(flistxattr, from, names, sizeof names);
    if (size == -ENOTSUP)
        c->no_xattrs = (uint64_t)st->st_dev + 1;
    if (size != -ERANGE)
        return size > 0               ? copy_named(from, to, names, size, made)
               : may_be_missing(size) ? 0
                                      : (int)size;
    size = SYS(flistxattr, from, NULL, 0);
    AUTO_FREE char *many = mem_alloc(size > 0 ? (size_t)size : 0);
    if (!many)
        return -ENOMEM;
    size = size < 0 ? size : SYS(flistxattr, from, many, (size_t)size);
    return size < 0 ? (int)size : copy_named(from, to, many, size, made);
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

int content_finish(struct content *c, int from, int to, const struct stat *st, int made) {
    if (c->plain)
        return 0;
    const struct timespec times[2] = {st->st_atim, st->st_mtim};
    mode_t mode = content_mode(c, st);
    int r = c->owner ? SYS(fchown, to, st->st_uid, st->st_gid) : 0;
    if (r < 0)
        r = give_owner(r, SYS(fchown, to, (uid_t)-1, st->st_gid), st, &mode);
    if (r >= 0 && !c->mode_only)
        r = copy_xattrs(c, from, to, st, &made);
    if (r >= 0 && (c->owner || made != (int)mode))
        r = SYS(fchmod, to, mode);
    return r < 0 || c->mode_only ? r : SYS(futimens, to, times);
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
