/* SPDX-License-Identifier: MIT */
/** What is made in a directory gets from it: compared for two directories. */
#include "plan/birth.h"

#include "base/seam.h"
#include "fs/xattr.h"
#include "plan/look.h"
#include <sys/ioctl.h>
#include <sys/stat.h>

/* What a directory gives to what is made in it. */
struct birth {
    struct str acl, label;
    gid_t group; /* with set-group-ID, else −1 */
    uint32_t flags, project;
    bool unknown; /* it can't be asked */
};

/* struct fsxattr and FS_IOC_FSGETXATTR of linux/fs.h, which musl-gcc doesn't see */
struct flags {
    uint32_t xflags, extsize, nextents, projid, cowextsize;
    unsigned char pad[8];
};
#define GET_FLAGS     _IOR('X', 31, struct flags)
#define GET_OLD_FLAGS _IOR('f', 1, long)

/* FS_COMPR_FL, FS_ENCRYPT_FL, FS_NOCOW_FL, FS_PROJINHERIT_FL, FS_CASEFOLD_FL */
enum { INHERITED = 0x4 | 0x800 | 0x800000 | 0x20000000 | 0x40000000 };

static void free_birth(struct birth *b) {
    str_free(&b->acl);
    str_free(&b->label);
}
#define AUTO_BIRTH __attribute__((cleanup(free_birth))) struct birth

static int get_flags(int fd, struct flags *flags) {
    return ioctl(fd, GET_FLAGS, flags);
}

static int get_old_flags(int fd, long *flags) {
    return ioctl(fd, GET_OLD_FLAGS, flags);
}

static int load(int fd, const char *name, struct str *s) {
    int r = xattr_load(NULL, fd, name, s);
    return r == -ENODATA || r == -ENOTSUP ? 0 : r;
}

static int look_at_birth(int fd, struct birth *b) {
    struct look look;
    struct flags flags = {0};
    long old = 0;
    *b = (struct birth){.group = (gid_t)-1};
    int r = look_at(fd, "", &look);
    if (r >= 0)
        r = load(fd, "system.posix_acl_default", &b->acl);
    if (r == -EBADF) { /* a handle, of what may not be read */
        b->unknown = true;
        return 0;
    }
    if (r >= 0)
        r = load(fd, "security.selinux", &b->label);
    if (r < 0)
        return r;
    if (look.mode & S_ISGID)
        b->group = look.gid;
    if (SYS(get_flags, fd, &flags) >= 0 && SYS(get_old_flags, fd, &old) >= 0) {
        b->flags = (uint32_t)old & INHERITED;
        b->project = b->flags & 0x20000000 ? flags.projid : 0;
    }
    return 0;
}

int birth_is_same(int fd, int other) {
    AUTO_BIRTH a = {0};
    AUTO_BIRTH b = {0};
    int r = look_at_birth(fd, &a);
    if (r >= 0)
        r = look_at_birth(other, &b);
    if (r < 0)
        return r;
    return !a.unknown && !b.unknown && str_equal(&a.acl, &b.acl) && str_equal(&a.label, &b.label) &&
           a.group == b.group && a.flags == b.flags && a.project == b.project;
}
