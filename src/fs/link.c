/* SPDX-License-Identifier: MIT */
/** Hard and symbolic links. */
#include "base/error.h"
#include "base/seam.h"
#include "fs/at.h"
#include <fcntl.h>
#include <osier/files.h>
#include <unistd.h>

static int link_at(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst, int flags) {
    if (flags & ~OS_NOFOLLOW)
        return -EINVAL;
    /* link(2) does not follow a link at `src`, so the default has to be asked for. */
    int at_flags = flags & OS_NOFOLLOW ? 0 : AT_SYMLINK_FOLLOW;
    return SYS(linkat, src_dir_fd, src, dst_dir_fd, dst, at_flags);
}

int os_link(const char *src, const char *dst, int flags) {
    return PUBLIC(link_at(OS_CWD, src, OS_CWD, dst, flags), "link", src, dst);
}

int os_linkat(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst, int flags) {
    return PUBLIC(link_at(src_dir_fd, src, dst_dir_fd, dst, flags), "link", src, dst);
}

int os_symlinkat(const char *src, int dir_fd, const char *dst, int flags) {
    int r = flags & ~OS_IS_DIRECTORY ? -EINVAL : SYS(symlinkat, src, dir_fd, dst);
    return PUBLIC(r, "symlink", src, dst);
}

int os_symlink(const char *src, const char *dst, int flags) {
    return os_symlinkat(src, OS_CWD, dst, flags);
}

char *os_readlinkat(int dir_fd, const char *path) {
    char *target = NULL;
    return PUBLIC_POINTER(at_readlink(dir_fd, path, &target), target, "readlink", path, NULL);
}

char *os_readlink(const char *path) {
    return os_readlinkat(OS_CWD, path);
}
