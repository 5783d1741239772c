/* SPDX-License-Identifier: MIT */
/** How one directory below another is opened: through links or not, past mounts or not. */
#include "tree/engine/internal.h"

#include "base/kernel.h"
#include "base/procfile.h"
#include "base/seam.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define NO_MOUNTS 1 /* RESOLVE_NO_XDEV */

enum { MOUNT_ROOT = 0x2000 }; /* STATX_ATTR_MOUNT_ROOT, since Linux 5.8 */

/* The mount that a descriptor is on: −ENOENT where there is no /proc. */
static int mount_id(int fd) {
    char path[40], text[512];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    ssize_t got = procfile_read(path, text, sizeof text);
    const char *field = got > 0 ? procfile_field(text, "mnt_id:") : NULL;
    return field ? (int)strtol(field, NULL, 10) : -ENOENT;
}

/* A file that another one of the same device was mounted over. */
static int is_other_mount(int at, const char *name) {
    AUTO_CLOSE int fd = SYS(openat, at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int outer = mount_id(at);
    return fd < 0 ? fd : outer >= 0 && outer != mount_id(fd);
}

/* Without statx(2), what is on another device or another mount was mounted. */
static int is_other_device(int at, const char *name) {
    struct stat outer, inner;
    int r = SYS(fstatat, at, "", &outer, AT_EMPTY_PATH);
    if (r >= 0)
        r = SYS(fstatat, at, name, &inner, AT_SYMLINK_NOFOLLOW);
    return r < 0 ? r : outer.st_dev != inner.st_dev;
}

int tree_is_mount(int at, const char *name) {
    struct kernel_statx st;
    int r = SYS(kernel_statx, at, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &st);
    if (r >= 0 && st.attributes_mask & MOUNT_ROOT)
        return (st.attributes & MOUNT_ROOT) != 0;
    if (r >= 0 || r == -ENOSYS || r == -EPERM)
        r = is_other_device(at, name);
    return r == 0 ? is_other_mount(at, name) : r;
}

/* Something may be on another device without a mount: a subvolume of btrfs. */
static int refuse_other_device(int at, int fd) {
    struct stat outer, inner;
    int r = SYS(fstat, at, &outer);
    if (r >= 0)
        r = SYS(fstat, fd, &inner);
    if (r >= 0 && outer.st_dev == inner.st_dev)
        return fd;
    seam_close_quietly(fd);
    return r < 0 ? r : -EXDEV;
}

/* Opens a directory unless something is mounted on it: a descriptor, −EXDEV or another −errno. */
static int open_unmounted(int at, const char *name, int flags) {
    struct kernel_open_how how = {.flags = (uint64_t)flags, .resolve = NO_MOUNTS};
    int fd = SYS(kernel_openat2, at, name, &how);
    if (fd == -ENOSYS || fd == -EPERM || fd == -EAGAIN) {
        int mounted = tree_is_mount(at, name);
        fd = mounted > 0 ? -EXDEV : mounted < 0 ? mounted : SYS(openat, at, name, flags);
    }
    return fd < 0 ? fd : refuse_other_device(at, fd);
}

/* A link may lead through other file systems, as long as it ends in this one. */
int mounts_open(const struct tree *t, int at, const char *name, bool link) {
    int flags = DIR_OPEN | (link ? 0 : O_NOFOLLOW);
    if (t->one_file_system && !link)
        return open_unmounted(at, name, flags);
    int fd = SYS(openat, at, name, flags);
    return fd >= 0 && t->one_file_system ? refuse_other_device(at, fd) : fd;
}
