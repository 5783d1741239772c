/* SPDX-License-Identifier: MIT */
/** ismount: what the kernel says of mount points, or what devices and inodes let one guess. */
#include "base/kernel.h"
#include "base/seam.h"
#include "base/stat.h"
#include "fs/realpath.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WANT_TYPE_MODE_INO 0x103u
#define MOUNT_ROOT         0x2000u

/* Whether the kernel says that it is one: 1, 0, or −errno; −ENOSYS where it doesn't tell. */
static int ask_kernel(const char *path) {
    struct kernel_statx st;
    int r = SYS(kernel_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, WANT_TYPE_MODE_INO, &st);
    if (r < 0)
        return r;
    if (S_ISLNK(st.mode))
        return 0;
    if (!(st.attributes_mask & MOUNT_ROOT))
        return -ENOSYS;
    return (st.attributes & MOUNT_ROOT) != 0;
}

/* Looks at the parent: "path/..", or for what is no directory the one that it lies in. */
static int stat_parent(const char *path, struct stat *ret) {
    size_t size = strlen(path);
    AUTO_FREE char *dotted = mem_alloc(size + sizeof "/..");
    AUTO_FREE char *parent = NULL;
    if (!dotted)
        return -ENOMEM;
    bool slash = size > 0 && path[size - 1] != '/';
    strcpy(mempcpy(dotted, path, size), slash ? "/.." : "..");
    int r = SYS(fstatat, AT_FDCWD, dotted, ret, AT_SYMLINK_NOFOLLOW);
    if (r == 0)
        return 0;
    r = realpath_resolve(dotted, OS_PATH_LENIENT, &parent, NULL);
    return r < 0 ? r : SYS(fstatat, AT_FDCWD, parent, ret, AT_SYMLINK_NOFOLLOW);
}

static bool is_mount(const char *path) {
    struct stat st, parent;
    int known = ask_kernel(path);
    if (known > 0 || (known < 0 && known != -ENOSYS && known != -EPERM))
        return known > 0;
    if (SYS(fstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISLNK(st.st_mode) ||
        stat_parent(path, &parent) < 0)
        return false;
    /* The root of the process is its own parent, and where chroot(2) made it no mount's root. */
    return stat_same(&st, &parent) || (known < 0 && st.st_dev != parent.st_dev);
}

bool os_path_ismount(const char *path) {
    int saved = errno;
    bool mount = is_mount(path);
    errno = saved;
    return mount;
}
