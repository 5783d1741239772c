/* SPDX-License-Identifier: MIT */
/** makedirs, removedirs and renames: whole chains of directories, of any length, without recursion.
 *
 *  The path is copied once and cut in place. Where it is longer than the kernel takes, the work
 *  goes on relative to a descriptor of a directory on the way: one is open at a time.
 */
#include "fs/makedirs.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include <fcntl.h>
#include <limits.h>
#include <osier/files.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many components are made relative to one directory before the next is opened, which keeps the
 * kernel's walk over them short. */
#define STRIDE 32

/* How often a chain is begun anew when another process deletes it under our hands. */
#define RESTARTS 64

struct descent {
    char *path; /* a copy, to be cut */
    size_t size;
    size_t cut;    /* where a NUL stands for the character `was` */
    char was;      /* the character that the NUL stands for */
    int base;      /* the caller's directory */
    int fd;        /* the directory that the rest is relative to: the base, or one of ours */
    size_t from;   /* where that rest begins */
    size_t failed; /* the end of the component that failed */
    bool again;    /* what was there a moment ago is gone: worth another attempt */
};

static int descent_init(struct descent *d, int dir_fd, const char *path) {
    size_t size = strlen(path);
    char *copy = mem_text(path, size);
    if (!copy)
        return -ENOMEM;
    *d = (struct descent){
        .path = copy, .size = size, .cut = size, .base = dir_fd, .fd = dir_fd, .failed = size};
    return 0;
}

static void restart(struct descent *d) {
    if (d->fd != d->base)
        seam_close_quietly(d->fd);
    d->fd = d->base;
    d->from = 0;
    d->again = false;
}

static void descent_end(struct descent *d) {
    restart(d);
    cleanup_free(&d->path);
}

static void uncut(struct descent *d) {
    d->path[d->cut] = d->was;
    d->cut = d->size;
    d->was = '\0';
}

/* The path up to `end`, relative to d->fd; valid until the next cut() or uncut(). */
static const char *cut(struct descent *d, size_t end) {
    uncut(d);
    d->cut = end;
    d->was = d->path[end];
    d->path[end] = '\0';
    return d->path + d->from;
}

/* Where the component after `at` ends; slashes at the end of the path belong to the last one. */
static size_t next_end(struct descent *d, size_t at) {
    uncut(d);
    at += strspn(d->path + at, "/");
    at += strcspn(d->path + at, "/");
    return at + strspn(d->path + at, "/") == d->size ? d->size : at;
}

/* Where the component before the one that ends at `end` ends; `least` when it is the first. */
static size_t previous_end(struct descent *d, size_t end, size_t least) {
    uncut(d);
    while (end > least && d->path[end - 1] == '/')
        end--;
    while (end > least && d->path[end - 1] != '/')
        end--;
    while (end > least && d->path[end - 1] == '/')
        end--;
    return end;
}

/* Makes the directory that ends at `end` the one that the rest is relative to. */
static int enter(struct descent *d, size_t end) {
    int fd = SYS(openat, d->fd, cut(d, end), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    restart(d);
    uncut(d);
    d->fd = fd;
    d->from = end + strspn(d->path + end, "/");
    return 0;
}

/* The end of the longest part of the rest that the kernel takes; d->from when there is none. */
static size_t stretch_end(struct descent *d) {
    size_t end = d->from;
    for (size_t next; (next = next_end(d, end)) < d->size && next - d->from < PATH_MAX;)
        end = next;
    return end;
}

/* Goes down the existing directories until the kernel takes what is left up to `end`. */
static int reach(struct descent *d, size_t end) {
    if (end <= d->from)
        restart(d);
    while (end - d->from >= PATH_MAX) {
        size_t stretch = stretch_end(d);
        if (stretch == d->from)
            return 0; /* one component alone is too long: let the kernel say so */
        int r = enter(d, stretch);
        if (r < 0)
            return r;
    }
    return 0;
}

static int look(struct descent *d, size_t end, int at_flags, struct stat *ret_st) {
    return SYS(fstatat, d->fd, cut(d, end), ret_st, at_flags);
}

/* Makes what is missing between d->from and `end`. A component that exists is not looked at: if
 * it is no directory, the next one finds out, and it is the one that Python names. */
static int make_parents(struct descent *d, size_t end, mode_t mode) {
    size_t at = end;
    int r;
    while (at > d->from) {
        r = SYS(mkdirat, d->fd, cut(d, at), mode);
        if (r >= 0 || r == -EEXIST)
            break;
        at = previous_end(d, at, d->from);
    }
    for (int made = 1; at < end; made++) {
        at = next_end(d, at);
        r = SYS(mkdirat, d->fd, cut(d, at), mode);
        struct stat st;
        if (r < 0 && r != -EEXIST && look(d, at, 0, &st) < 0) {
            d->failed = at;
            return r;
        }
        if (made % STRIDE == 0 && at < end)
            enter(d, at); /* if it can't be opened, the longer way still leads there */
    }
    return 0;
}

/* The end of the path without the slashes there, which would make the kernel follow a link. */
static size_t bare_end(struct descent *d) {
    size_t end = d->size;
    uncut(d);
    while (end > d->from && d->path[end - 1] == '/')
        end--;
    return end;
}

static bool leaf_is_dot(struct descent *d) {
    size_t end = bare_end(d);
    return end > 0 && d->path[end - 1] == '.' && (end == 1 || d->path[end - 2] == '/');
}

static int make_leaf(struct descent *d, mode_t mode, int flags) {
    int r = SYS(mkdirat, d->fd, cut(d, d->size), mode);
    if (r >= 0 || (r == -EEXIST && leaf_is_dot(d)))
        return 0;
    d->failed = d->size;
    struct stat st;
    if (!(flags & OS_EXIST_OK))
        return r;
    int seen = look(d, d->size, 0, &st);
    if (seen >= 0)
        return S_ISDIR(st.st_mode) ? 0 : r;
    d->again = r == -EEXIST && look(d, bare_end(d), AT_SYMLINK_NOFOLLOW, &st) == -ENOENT;
    return r;
}

static int make_once(struct descent *d, mode_t mode, mode_t parent_mode, int flags) {
    int r;
    for (size_t end; d->size - d->from >= PATH_MAX && (end = stretch_end(d)) > d->from;) {
        d->failed = next_end(d, end);
        if ((r = make_parents(d, end, parent_mode)) < 0 || (r = enter(d, end)) < 0)
            return r;
    }
    size_t parents = previous_end(d, d->size, d->from);
    if ((r = make_parents(d, parents, parent_mode)) < 0)
        return r;
    return make_leaf(d, mode, flags);
}

/* Whether the failure came from a directory on the way that was deleted meanwhile. A link that
 * leads nowhere gives ENOENT too but stays, and so does a current directory that is gone. */
static bool vanished(struct descent *d, int r) {
    if (r != -ENOENT)
        return d->again;
    size_t parent = previous_end(d, d->failed, d->from);
    if (parent <= d->from)
        return d->from > 0;
    struct stat st;
    return look(d, parent, AT_SYMLINK_NOFOLLOW, &st) < 0 || !S_ISLNK(st.st_mode);
}

/* The long way, for a leaf that mkdir(2) alone could not make. */
static int make_chain(int dir_fd, const char *path, mode_t mode, mode_t parent_mode, int flags,
                      char **reterr_failed) {
    struct descent d;
    int r = descent_init(&d, dir_fd, path);
    if (r < 0)
        return r;
    for (int tries = 0;; tries++) {
        r = make_once(&d, mode, parent_mode, flags);
        if (r >= 0 || tries == RESTARTS || !vanished(&d, r))
            break;
        restart(&d);
    }
    if (r < 0) {
        cut(&d, d.failed);
        *reterr_failed = TAKE_POINTER(d.path);
    }
    descent_end(&d);
    return r;
}

int makedirs_at(int dir_fd, const char *path, mode_t mode, mode_t parent_mode, int flags,
                char **reterr_failed) {
    if (flags & ~OS_EXIST_OK)
        return -EINVAL;
    int r = SYS(mkdirat, dir_fd, path, mode);
    if (r >= 0)
        return 0;
    switch (-r) {
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case ELOOP:
    case ENAMETOOLONG: /* a component is missing, or is the one to name */
        return make_chain(dir_fd, path, mode, parent_mode, flags, reterr_failed);
    }
    struct stat st;
    if (!(flags & OS_EXIST_OK))
        return r;
    int seen = SYS(fstatat, dir_fd, path, &st, 0);
    if (seen == -ENOENT && r == -EEXIST) /* deleted again, or a link that leads nowhere */
        return make_chain(dir_fd, path, mode, parent_mode, flags, reterr_failed);
    return seen >= 0 && S_ISDIR(st.st_mode) ? 0 : r;
}

int os_makedirsat(int dir_fd, const char *path, mode_t mode, mode_t parent_mode, int flags) {
    UNCANCELLED;
    AUTO_FREE char *failed = NULL;
    int r = makedirs_at(dir_fd, path, mode, parent_mode, flags, &failed);
    return PUBLIC(r, "makedirs", failed ? failed : path, NULL);
}

int os_makedirs_parents(const char *path, mode_t mode, mode_t parent_mode, int flags) {
    return os_makedirsat(OS_CWD, path, mode, parent_mode, flags);
}

int os_makedirs(const char *path, mode_t mode, int flags) {
    return os_makedirsat(OS_CWD, path, mode, 0777, flags);
}

static int remove_prefix(struct descent *d, size_t end) {
    int r = reach(d, end);
    return r < 0 ? r : SYS(unlinkat, d->fd, cut(d, end), AT_REMOVEDIR);
}

int removedirs_at(int dir_fd, const char *path) {
    struct descent d;
    int r = descent_init(&d, dir_fd, path);
    if (r < 0)
        return r;
    r = remove_prefix(&d, d.size);
    size_t end = d.size;
    while (r >= 0 && (end = previous_end(&d, end, 0)) > 0)
        if (remove_prefix(&d, end) < 0)
            break;
    descent_end(&d);
    return r < 0 ? r : 0;
}

int os_removedirs(const char *path) {
    return PUBLIC(removedirs_at(OS_CWD, path), "removedirs", path, NULL);
}

int makedirs_split_head(const char *path, char **ret_head) {
    const char *slash = strrchr(path, '/');
    *ret_head = NULL;
    if (!slash || !slash[1])
        return 0;
    size_t size = (size_t)(slash - path);
    while (size > 0 && path[size - 1] == '/')
        size--;
    if (size == 0)
        size = (size_t)(slash - path) + 1;
    *ret_head = mem_text(path, size);
    return *ret_head ? 0 : -ENOMEM;
}

/* rename(2), and once more after making the directories that `dst` lacks. */
static int rename_making(const char *src, const char *dst, char **reterr_failed) {
    int r = SYS(rename, src, dst);
    AUTO_FREE char *head = NULL;
    if (r >= 0)
        return r;
    if (makedirs_split_head(dst, &head) < 0)
        return -ENOMEM;
    struct stat st;
    if (!head || SYS(fstatat, OS_CWD, head, &st, 0) >= 0)
        return r;
    int made = makedirs_at(OS_CWD, head, 0777, 0777, OS_EXIST_OK, reterr_failed);
    if (made >= 0)
        return SYS(rename, src, dst);
    if (!*reterr_failed)
        *reterr_failed = TAKE_POINTER(head);
    return made;
}

int os_renames(const char *src, const char *dst) {
    AUTO_FREE char *failed = NULL, *head = NULL;
    int r = rename_making(src, dst, &failed);
    if (r < 0)
        return PUBLIC(r, "renames", failed ? failed : src, failed ? NULL : dst);
    if (makedirs_split_head(src, &head) >= 0 && head)
        removedirs_at(OS_CWD, head); /* as far as they are empty */
    return 0;
}
