/* SPDX-License-Identifier: MIT */
/** Replacing a file of a directory, atomically and durably, by one that is written beside it. */
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "base/str.h"
#include "fs/at.h"
#include "fs/xattr.h"
#include "io/contents.h"
#include "io/readwrite.h"

#include <fcntl.h>
#include <osier/files.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* What is to be replaced, and what is kept of it. */
struct old {
    bool there; /* a file; a link is replaced as if nothing were there */
    struct stat st;
    struct str acl; /* empty where it has none */
};

static int create_beside(int dir, mode_t mode, char name[static BESIDE_SIZE]) {
    int fd = -EEXIST;
    for (int i = 0; i < BESIDE_TRIES && fd == -EEXIST; i++) {
        beside_name(name);
        fd = SYS(openat, dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    }
    return fd;
}

/* The ACL of what a handle stands for; where there is no /proc, the file has to be opened. */
static int load_acl(int handle, int dir, const char *name, struct old *old) {
    char path[sizeof "/proc/self/fd/" + 3 * sizeof handle];
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    int r = xattr_load(path, -1, XATTR_ACL, &old->acl);
    if (r == -ENOENT) {
        AUTO_CLOSE int fd = SYS(openat, dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        r = fd < 0 ? fd : xattr_load(NULL, fd, XATTR_ACL, &old->acl);
    }
    return r == -ENODATA || r == -EOPNOTSUPP ? 0 : r;
}

static int look_at_old(int dir, const char *name, bool acl, struct old *old) {
    AUTO_CLOSE int handle = SYS(openat, dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (handle < 0)
        return handle == -ENOENT ? 0 : handle;
    int r = SYS(fstat, handle, &old->st);
    if (r < 0 || S_ISLNK(old->st.st_mode))
        return r;
    if (!S_ISREG(old->st.st_mode))
        return S_ISDIR(old->st.st_mode) ? -EISDIR : -EINVAL;
    old->there = true;
    return acl ? load_acl(handle, dir, name, old) : 0;
}

/* The old file's ACL or, where it had none, none: one that the directory gives to what is created in
 * it would let others in. */
static int keep_acl(int fd, const struct old *old) {
    if (old->acl.size)
        return SYS(fsetxattr, fd, XATTR_ACL, old->acl.data, old->acl.size, 0);
    int r = SYS(fremovexattr, fd, XATTR_ACL);
    return r == -ENODATA || r == -EOPNOTSUPP ? 0 : r;
}

/* What a file may do in somebody's name stays with whose name that was. */
static mode_t kept_mode(const struct stat *old, const struct stat *new) {
    mode_t mode = old->st_mode & 07777;
    if (new->st_uid != old->st_uid)
        mode &= ~(mode_t)S_ISUID;
    if (new->st_gid != old->st_gid)
        mode &= ~(mode_t)S_ISGID;
    return mode;
}

/* The owner first: changing it clears the set-user-ID bit. */
static int keep(int fd, const struct old *old, const struct os_write_file_options *options) {
    struct stat new;
    int r = options->keep_owner ? SYS(fchown, fd, old->st.st_uid, old->st.st_gid) : 0;
    if (r < 0 || !options->keep_mode)
        return r;
    r = keep_acl(fd, old);
    if (r >= 0)
        r = SYS(fstat, fd, &new);
    return r < 0 ? r : SYS(fchmod, fd, kept_mode(&old->st, &new));
}

/* Without a sync the close has to tell what a network's file system could not write. */
static int fill(int *fd, const void *data, size_t size, const struct old *old,
                const struct os_write_file_options *options, int bits) {
    int r = write_all(*fd, data, size);
    if (r >= 0 && old->there)
        r = keep(*fd, old, options);
    if (r >= 0 && bits >= 0)
        r = SYS(fchmod, *fd, (mode_t)bits);
    if (r < 0)
        return r;
    return options->nosync ? seam_close(TAKE_FD(*fd)) : SYS(fsync, *fd);
}

/* Has a rename last: the directory is synced or, where it may not be read, its file system. */
static int sync_rename(int readable, int fd) {
    int r = readable >= 0 ? SYS(fsync, readable) : SYS(syncfs, fd);
    return r == -EINVAL ? 0 : r; /* a file system that has nothing to sync in a directory */
}

/* The new file beside the old one, and the bits that it gets in the end: writing and changing the owner
 * take the set-ID bits away. −1: it has them, or gets the old file's. */
struct fresh {
    char name[BESIDE_SIZE];
    int bits;
};

/* A descriptor, or −errno. What gets another owner opens to nobody else before it has him: an empty
 * file shows then what the umask, or the directory's access control list, leaves of the mode. */
static int create(int dir, const struct old *old, const struct os_write_file_options *options,
                  struct fresh *fresh) {
    mode_t mode = options->mode ? options->mode & 07777 : 0666;
    bool given_away = old->there && options->keep_owner;
    fresh->bits = -1;
    if (old->there && options->keep_mode)
        return create_beside(dir, 0600, fresh->name);
    AUTO_CLOSE int fd = create_beside(dir, mode, fresh->name);
    if (fd < 0 || (!given_away && !(mode & (S_ISUID | S_ISGID))))
        return TAKE_FD(fd);
    struct stat st;
    int r = SYS(fstat, fd, &st);
    if (r >= 0)
        fresh->bits = st.st_mode & 07777;
    if (r >= 0 && !given_away)
        return TAKE_FD(fd);
    int removed = SYS(unlinkat, dir, fresh->name, 0);
    r = r < 0 ? r : removed;
    return r < 0 ? r : create_beside(dir, 0600, fresh->name);
}

/* Creates, fills and renames; what is created is gone again where that fails. */
static int replace(int dir, const char *name, const void *data, size_t size, const struct old *old,
                   const struct os_write_file_options *options) {
    struct fresh fresh;
    AUTO_CLOSE int readable = -1;
    if (!options->nosync) {
        readable = SYS(openat, dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (readable < 0 && readable != -EACCES)
            return readable;
    }
    AUTO_CLOSE int fd = create(dir, old, options, &fresh);
    if (fd < 0)
        return fd;
    int r = fill(&fd, data, size, old, options, fresh.bits);
    if (r >= 0)
        r = options->noreplace ? at_rename_new(dir, fresh.name, dir, name)
                               : SYS(renameat, dir, fresh.name, dir, name);
    if (r < 0)
        SYS(unlinkat, dir, fresh.name, 0);
    return r < 0 || options->nosync ? r : sync_rename(readable, fd);
}

int contents_replace(int dir, const char *name, const void *data, size_t size,
                     const struct os_write_file_options *options) {
    struct old old = {0};
    int r = options->noreplace ? 0 : look_at_old(dir, name, options->keep_mode, &old);
    if (r >= 0)
        r = replace(dir, name, data, size, &old, options);
    str_free(&old.acl);
    return r;
}
