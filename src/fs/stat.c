/* SPDX-License-Identifier: MIT */
/** What is at a path: stat and its forms. */
#include "base/stat.h"

#include "base/error.h"
#include "base/seam.h"
#include <fcntl.h>
#include <osier/files.h>

/* The end of each: the public layout, or −errno as it is. */
static int converted(int r, const struct stat *st, struct os_stat_result *ret_stat) {
    if (r >= 0)
        stat_convert(st, ret_stat);
    return r;
}

/* stat(2) where it will do: a word less for the kernel to look at. */
int os_stat(const char *path, struct os_stat_result *ret_stat, int flags) {
    struct stat st;
    if (flags)
        return os_statat(OS_CWD, path, ret_stat, flags);
    return PUBLIC(converted(SYS(stat, path, &st), &st, ret_stat), "stat", path, NULL);
}

int os_lstat(const char *path, struct os_stat_result *ret_stat) {
    struct stat st;
    return PUBLIC(converted(SYS(lstat, path, &st), &st, ret_stat), "lstat", path, NULL);
}

int os_fstat(int fd, struct os_stat_result *ret_stat) {
    struct stat st;
    return PUBLIC(converted(SYS(fstat, fd, &st), &st, ret_stat), "fstat", NULL, NULL);
}

int os_statat(int dir_fd, const char *path, struct os_stat_result *ret_stat, int flags) {
    struct stat st;
    int at_flags = flags & OS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : SYS(fstatat, dir_fd, path, &st, at_flags);
    return PUBLIC(converted(r, &st, ret_stat), "stat", path, NULL);
}

int os_lstatat(int dir_fd, const char *path, struct os_stat_result *ret_stat) {
    struct stat st;
    int r = SYS(fstatat, dir_fd, path, &st, AT_SYMLINK_NOFOLLOW);
    return PUBLIC(converted(r, &st, ret_stat), "lstat", path, NULL);
}
