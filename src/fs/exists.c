/* SPDX-License-Identifier: MIT */
/** Questions about what a path leads to: exists, isfile, getsize, samefile and their like. */
#include "base/error.h"
#include "base/seam.h"
#include "base/stat.h"

#include <fcntl.h>
#include <osier/path.h>

/* The type bits of what is there, or 0. Leaves errno alone, as a question that can't fail. */
static mode_t type_of(const char *path, int flags) {
    struct stat st;
    int saved = errno;
    int r = SYS(fstatat, AT_FDCWD, path, &st, flags);
    errno = saved;
    return r < 0 ? 0 : st.st_mode & S_IFMT;
}

bool os_path_exists(const char *path) {
    struct stat st;
    int saved = errno;
    int r = SYS(fstatat, AT_FDCWD, path, &st, 0);
    errno = saved;
    return r == 0;
}

bool os_path_exists_fd(int fd) {
    struct stat st;
    int saved = errno;
    int r = SYS(fstat, fd, &st);
    errno = saved;
    return r == 0;
}

bool os_path_lexists(const char *path) {
    struct stat st;
    int saved = errno;
    int r = SYS(fstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
    errno = saved;
    return r == 0;
}

bool os_path_isfile(const char *path) {
    return type_of(path, 0) == S_IFREG;
}

bool os_path_isdir(const char *path) {
    return type_of(path, 0) == S_IFDIR;
}

bool os_path_islink(const char *path) {
    return type_of(path, AT_SYMLINK_NOFOLLOW) == S_IFLNK;
}

bool os_path_isjunction(const char *path) {
    (void)path;
    return false;
}

bool os_path_isdevdrive(const char *path) {
    (void)path;
    return false;
}

int64_t os_path_getsize(const char *path) {
    struct stat st;
    int r = SYS(fstatat, AT_FDCWD, path, &st, 0);
    return PUBLIC(r < 0 ? r : (int64_t)st.st_size, "path_getsize", path, NULL);
}

/* Seconds as Python rounds them. */
static double seconds(struct timespec time) {
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int os_path_getatime(const char *path, double *ret_seconds) {
    struct stat st;
    int r = SYS(fstatat, AT_FDCWD, path, &st, 0);
    if (r == 0)
        *ret_seconds = seconds(st.st_atim);
    return PUBLIC(r, "path_getatime", path, NULL);
}

int os_path_getmtime(const char *path, double *ret_seconds) {
    struct stat st;
    int r = SYS(fstatat, AT_FDCWD, path, &st, 0);
    if (r == 0)
        *ret_seconds = seconds(st.st_mtim);
    return PUBLIC(r, "path_getmtime", path, NULL);
}

int os_path_getctime(const char *path, double *ret_seconds) {
    struct stat st;
    int r = SYS(fstatat, AT_FDCWD, path, &st, 0);
    if (r == 0)
        *ret_seconds = seconds(st.st_ctim);
    return PUBLIC(r, "path_getctime", path, NULL);
}

static bool same_stat(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

int os_path_samefile(const char *path1, const char *path2) {
    struct stat a, b;
    const char *failed = path1;
    int r = SYS(fstatat, AT_FDCWD, path1, &a, 0);
    if (r == 0) {
        failed = path2;
        r = SYS(fstatat, AT_FDCWD, path2, &b, 0);
    }
    return PUBLIC(r < 0 ? r : same_stat(&a, &b), "path_samefile", failed, NULL);
}

int os_path_sameopenfile(int fd1, int fd2) {
    struct stat a, b;
    int r = SYS(fstat, fd1, &a);
    if (r == 0)
        r = SYS(fstat, fd2, &b);
    return PUBLIC(r < 0 ? r : same_stat(&a, &b), "path_sameopenfile", NULL, NULL);
}

bool os_path_samestat(const struct os_stat_result *stat1, const struct os_stat_result *stat2) {
    return stat1->st_ino == stat2->st_ino && stat1->st_dev == stat2->st_dev;
}
