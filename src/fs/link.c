/* SPDX-License-Identifier: MIT */
/** Hard and symbolic links. */
#include "fs/link.h"

#include "base/error.h"
#include "base/seam.h"
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

/* readlink(2) cuts what has no room, so a full buffer tells nothing: once more with a larger one.
 */
static int read_growing(int dir_fd, const char *path, size_t room, char **ret_target) {
    AUTO_FREE char *target = NULL;
    for (;; room *= 2) {
        char *larger = mem_realloc(target, room);
        if (!larger)
            return -ENOMEM;
        target = larger;
        ssize_t size = SYS(readlinkat, dir_fd, path, target, room);
        if (size < 0)
            return (int)size;
        if ((size_t)size < room) {
            target[size] = '\0';
            *ret_target = TAKE_POINTER(target);
            return 0;
        }
    }
}

int link_read(int dir_fd, const char *path, char **ret_target) {
    char small[512];
    ssize_t size = SYS(readlinkat, dir_fd, path, small, sizeof small);
    if (size < 0)
        return (int)size;
    if ((size_t)size == sizeof small)
        return read_growing(dir_fd, path, 4096, ret_target);
    char *target = mem_text(small, (size_t)size);
    if (!target)
        return -ENOMEM;
    *ret_target = target;
    return 0;
}

bool link_at_path(const char *path) {
    struct stat st;
    return SYS(fstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISLNK(st.st_mode);
}

char *os_readlinkat(int dir_fd, const char *path) {
    char *target = NULL;
    return PUBLIC_POINTER(link_read(dir_fd, path, &target), target, "readlink", path, NULL);
}

char *os_readlink(const char *path) {
    return os_readlinkat(OS_CWD, path);
}
