/* SPDX-License-Identifier: MIT */
/** Who may do what: access and permission bits. */
#include "fs/perm.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include <fcntl.h>
#include <osier/files.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int access_at(int dir_fd, const char *path, int mode, int flags) {
    if (flags & ~(OS_NOFOLLOW | OS_EFFECTIVE_IDS))
        return -EINVAL;
    int at_flags = (flags & OS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) |
                   (flags & OS_EFFECTIVE_IDS ? AT_EACCESS : 0);
    /* Without flags the old call does, which every sandbox allows; libc asks faccessat2(2). */
    return at_flags ? SYS(faccessat, dir_fd, path, mode, at_flags)
                    : SYS(kernel_faccessat, dir_fd, path, mode);
}

int perm_access(int dir, const char *name, int mode) {
    int r = SYS(faccessat, dir, name, mode, AT_EACCESS);
    if (r != -EPERM)
        return r;
    r = SYS(kernel_faccessat, dir, name, mode);
    return r < 0 && r != -EPERM && (getuid() != geteuid() || getgid() != getegid()) ? -ENOSYS : r;
}

int os_access(const char *path, int mode, int flags) {
    return PUBLIC(access_at(OS_CWD, path, mode, flags), "access", path, NULL);
}

int os_accessat(int dir_fd, const char *path, int mode, int flags) {
    return PUBLIC(access_at(dir_fd, path, mode, flags), "access", path, NULL);
}

static int try_fchmodat2(int dir_fd, const char *path, mode_t mode, int at_flags) {
    static atomic_bool missing;
    if (atomic_load_explicit(&missing, memory_order_relaxed))
        return -ENOSYS;
    int r = SYS(kernel_fchmodat2, dir_fd, path, mode, at_flags);
    if (r == -ENOSYS)
        atomic_store_explicit(&missing, true, memory_order_relaxed);
    return r;
}

/* The older way, through the name that /proc has for the descriptor. */
static int chmod_by_proc(int fd, mode_t mode) {
    struct stat st;
    int r = SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    if (S_ISLNK(st.st_mode)) /* kernels before 6.6 change some file systems' links and fail */
        return -EOPNOTSUPP;
    char name[sizeof "/proc/self/fd/" + 3 * sizeof fd];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    r = SYS(chmod, name, mode);
    return r == -ENOENT ? -EOPNOTSUPP : r; /* no /proc: it can't be done here */
}

int perm_chmod_handle(int fd, mode_t mode) {
    int r = try_fchmodat2(fd, "", mode, AT_EMPTY_PATH);
    return r == -ENOSYS || r == -EPERM ? chmod_by_proc(fd, mode) : r;
}

int perm_chmod_nofollow(int dir_fd, const char *path, mode_t mode) {
    int r = try_fchmodat2(dir_fd, path, mode, AT_SYMLINK_NOFOLLOW);
    if (r != -ENOSYS && r != -EPERM) /* EPERM may be a sandbox's, which forbids it */
        return r;
    AUTO_CLOSE int fd = SYS(openat, dir_fd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? fd : chmod_by_proc(fd, mode);
}

static int chmod_at(int dir_fd, const char *path, mode_t mode, int flags) {
    if (flags & ~OS_NOFOLLOW)
        return -EINVAL;
    if (flags & OS_NOFOLLOW)
        return perm_chmod_nofollow(dir_fd, path, mode);
    return SYS(fchmodat, dir_fd, path, mode, 0);
}

int os_chmod(const char *path, mode_t mode, int flags) {
    return PUBLIC(chmod_at(OS_CWD, path, mode, flags), "chmod", path, NULL);
}

int os_chmodat(int dir_fd, const char *path, mode_t mode, int flags) {
    UNCANCELLED;
    return PUBLIC(chmod_at(dir_fd, path, mode, flags), "chmod", path, NULL);
}

int os_fchmod(int fd, mode_t mode) {
    return PUBLIC(SYS(fchmod, fd, mode), "fchmod", NULL, NULL);
}
