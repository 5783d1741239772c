/* SPDX-License-Identifier: MIT */
/** Who owns a file. */
#include "base/error.h"
#include "base/seam.h"
#include <fcntl.h>
#include <osier/attributes.h>
#include <unistd.h>

static int chown_at(int dir_fd, const char *path, uid_t uid, gid_t gid, int flags) {
    if (flags & ~OS_NOFOLLOW)
        return -EINVAL;
    return SYS(fchownat, dir_fd, path, uid, gid, flags & OS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0);
}

int os_chown(const char *path, uid_t uid, gid_t gid, int flags) {
    return PUBLIC(chown_at(OS_CWD, path, uid, gid, flags), "chown", path, NULL);
}

int os_chownat(int dir_fd, const char *path, uid_t uid, gid_t gid, int flags) {
    return PUBLIC(chown_at(dir_fd, path, uid, gid, flags), "chown", path, NULL);
}

int os_lchown(const char *path, uid_t uid, gid_t gid) {
    return PUBLIC(SYS(lchown, path, uid, gid), "lchown", path, NULL);
}

int os_fchown(int fd, uid_t uid, gid_t gid) {
    return PUBLIC(SYS(fchown, fd, uid, gid), "fchown", NULL, NULL);
}
