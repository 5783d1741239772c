/* SPDX-License-Identifier: MIT */
/** What stands at a name, and the ways to directories that no link can bend. */
#include "plan/look.h"

#include "base/kernel.h"
#include "base/seam.h"
#include "base/str.h"
#include "fs/dir.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WANTED = 0x7ff | 0x800 | 0x1000, /* STATX_BASIC_STATS, _BTIME, _MNT_ID */
    BIRTH = 0x800,
    MOUNT = 0x1000,
};

static int64_t nanoseconds(const struct kernel_time *t) {
    return t->seconds * 1000000000 + t->nanoseconds;
}

static struct timespec time_of(const struct kernel_time *t) {
    return (struct timespec){.tv_sec = (time_t)t->seconds, .tv_nsec = (long)t->nanoseconds};
}

/* Before statx(2), and where a sandbox forbids it. */
static int look_plainly(int dir, const char *name, struct look *ret) {
    struct stat st;
    int r = SYS(fstatat, dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    if (r < 0)
        return r;
    *ret = (struct look){.id = {st.st_ino, 0},
                         .device = st.st_dev,
                         .mode = st.st_mode,
                         .uid = st.st_uid,
                         .gid = st.st_gid,
                         .links = st.st_nlink,
                         .size = (uint64_t)st.st_size,
                         .atime = st.st_atim,
                         .mtime = st.st_mtim};
    return 0;
}

int look_at(int dir, const char *name, struct look *ret) {
    struct kernel_statx st;
    int r = SYS(kernel_statx, dir, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT,
                WANTED, &st);
    if (r == -ENOSYS || r == -EPERM)
        r = look_plainly(dir, name, ret);
    else if (r >= 0)
        *ret = (struct look){
            .id = {st.ino, st.mask & BIRTH ? nanoseconds(&st.btime) : 0},
            .mount = st.mask & MOUNT ? st.mnt_id : 0,
            .device = (uint64_t)st.dev_major << 32 | st.dev_minor,
            .mode = st.mode,
            .uid = st.uid,
            .gid = st.gid,
            .links = st.nlink,
            .size = st.size,
            .atime = time_of(&st.atime),
            .mtime = time_of(&st.mtime),
        };
    if (r == -ENOENT || r == -ENOTDIR) {
        *ret = (struct look){0};
        r = 0;
    }
    return r;
}

bool look_same(const struct look_id *a, const struct look_id *b) {
    return a->ino == b->ino && (a->birth == b->birth || !a->birth || !b->birth);
}

/* ------------------------------------------------------------------------- directories */

int look_reopen_directory(int handle) {
    int fd = SYS(openat, handle, ".", DIR_OPEN);
    return fd == -EACCES ? SYS(openat, handle, ".", O_PATH | O_DIRECTORY | O_CLOEXEC) : fd;
}

/* One name after the other, for paths of any length and kernels without openat2(2). */
static int walk_to(const char *path) {
    AUTO_FREE char *copy = mem_text(path, strlen(path));
    char *state = NULL;
    if (!copy)
        return -ENOMEM;
    int at = SYS(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (char *name = strtok_r(copy, "/", &state); name && at >= 0;
         name = strtok_r(NULL, "/", &state)) {
        int next = SYS(openat, at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        seam_close_quietly(at);
        at = next;
    }
    return at;
}

int look_open_directory(const char *path) {
    const struct kernel_open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                                        .resolve = 0x4 /* RESOLVE_NO_SYMLINKS */};
    if (path[0] != '/')
        return -EINVAL;
    AUTO_CLOSE int handle = SYS(kernel_openat2, AT_FDCWD, path, &how);
    if (handle == -ENOSYS || handle == -EPERM || handle == -ENAMETOOLONG || handle == -E2BIG)
        handle = walk_to(path);
    return handle < 0 ? handle : look_reopen_directory(handle);
}

int look_sync(int dir, int other) {
    int r = SYS(fsync, dir);
    if (r == -EBADF) /* a handle, of a directory that may not be read */
        r = SYS(syncfs, other);
    return r == -EINVAL ? 0 : r; /* a file system that has nothing to sync in a directory */
}
