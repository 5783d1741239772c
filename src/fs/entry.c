/* SPDX-License-Identifier: MIT */
/** Making, removing and renaming one entry of a directory. */
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include <fcntl.h>
#include <osier/files.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int os_mkdir(const char *path, mode_t mode) {
    return PUBLIC(SYS(mkdir, path, mode), "mkdir", path, NULL);
}

int os_mkdirat(int dir_fd, const char *path, mode_t mode) {
    return PUBLIC(SYS(mkdirat, dir_fd, path, mode), "mkdir", path, NULL);
}

int os_rmdir(const char *path) {
    return PUBLIC(SYS(rmdir, path), "rmdir", path, NULL);
}

int os_rmdirat(int dir_fd, const char *path) {
    return PUBLIC(SYS(unlinkat, dir_fd, path, AT_REMOVEDIR), "rmdir", path, NULL);
}

int os_remove(const char *path) {
    return PUBLIC(SYS(unlink, path), "remove", path, NULL);
}

int os_removeat(int dir_fd, const char *path) {
    return PUBLIC(SYS(unlinkat, dir_fd, path, 0), "remove", path, NULL);
}

int os_unlink(const char *path) {
    return PUBLIC(SYS(unlink, path), "unlink", path, NULL);
}

int os_unlinkat(int dir_fd, const char *path) {
    return PUBLIC(SYS(unlinkat, dir_fd, path, 0), "unlink", path, NULL);
}

int os_rename(const char *src, const char *dst) {
    return PUBLIC(SYS(rename, src, dst), "rename", src, dst);
}

int os_renameat(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst) {
    return PUBLIC(SYS(renameat, src_dir_fd, src, dst_dir_fd, dst), "rename", src, dst);
}

int os_replace(const char *src, const char *dst) {
    return PUBLIC(SYS(rename, src, dst), "replace", src, dst);
}

int os_replaceat(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst) {
    return PUBLIC(SYS(renameat, src_dir_fd, src, dst_dir_fd, dst), "replace", src, dst);
}

int os_rename_noreplace(const char *src, const char *dst) {
    int r = SYS(kernel_renameat2, OS_CWD, src, OS_CWD, dst, RENAME_NOREPLACE);
    return PUBLIC(r, "rename_noreplace", src, dst);
}

int os_rename_exchange(const char *src, const char *dst) {
    int r = SYS(kernel_renameat2, OS_CWD, src, OS_CWD, dst, RENAME_EXCHANGE);
    return PUBLIC(r, "rename_exchange", src, dst);
}

int os_renameat2(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst,
                 unsigned rename_flags) {
    int r = SYS(kernel_renameat2, src_dir_fd, src, dst_dir_fd, dst, rename_flags);
    return PUBLIC(r, "renameat2", src, dst);
}
