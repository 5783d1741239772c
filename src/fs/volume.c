/* SPDX-License-Identifier: MIT */
/** The file system that a file is on: what it says of itself, and writing it to disk. */
#include "base/error.h"
#include "base/seam.h"
#include <osier/attributes.h>
#include <osier/contents.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int converted(int r, const struct statvfs *st, struct os_statvfs_result *ret_statvfs) {
    if (r < 0)
        return r;
    *ret_statvfs = (struct os_statvfs_result){
        .f_bsize = st->f_bsize,
        .f_frsize = st->f_frsize,
        .f_blocks = st->f_blocks,
        .f_bfree = st->f_bfree,
        .f_bavail = st->f_bavail,
        .f_files = st->f_files,
        .f_ffree = st->f_ffree,
        .f_favail = st->f_favail,
        .f_flag = st->f_flag,
        .f_namemax = st->f_namemax,
        .f_fsid = st->f_fsid,
    };
    return 0;
}

int os_statvfs(const char *path, struct os_statvfs_result *ret_statvfs) {
    struct statvfs st;
    return PUBLIC(converted(SYS(statvfs, path, &st), &st, ret_statvfs), "statvfs", path, NULL);
}

int os_fstatvfs(int fd, struct os_statvfs_result *ret_statvfs) {
    struct statvfs st;
    return PUBLIC(converted(SYS(fstatvfs, fd, &st), &st, ret_statvfs), "fstatvfs", NULL, NULL);
}

void os_sync(void) {
    sync();
}

int os_syncfs(int fd) {
    return PUBLIC(SYS(syncfs, fd), "syncfs", NULL, NULL);
}
