/* SPDX-License-Identifier: MIT */
/** What takes more than one system call on a name in a directory. */
#include "fs/at.h"

#include "base/kernel.h"
#include "base/seam.h"
#include <fcntl.h>
#include <osier/files.h>
#include <osier/system.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* readlink(2) cuts what has no room, so a full buffer tells nothing: once more with a larger one.
 */
static int read_growing(int dir, const char *name, size_t room, char **ret_target) {
    AUTO_FREE char *target = NULL;
    for (;; room *= 2) {
        char *larger = mem_realloc(target, room);
        if (!larger)
            return -ENOMEM;
        target = larger;
        ssize_t size = SYS(readlinkat, dir, name, target, room);
        if (size < 0)
            return (int)size;
        if ((size_t)size < room) {
            target[size] = '\0';
            *ret_target = TAKE_POINTER(target);
            return 0;
        }
    }
}

int at_readlink(int dir, const char *name, char **ret_target) {
    char small[512];
    ssize_t size = SYS(readlinkat, dir, name, small, sizeof small);
    if (size < 0)
        return (int)size;
    if ((size_t)size == sizeof small)
        return read_growing(dir, name, 4096, ret_target);
    char *target = mem_text(small, (size_t)size);
    if (!target)
        return -ENOMEM;
    *ret_target = target;
    return 0;
}

/* What can have no second name: what stands at the new one is looked at. Should another directory come
 * there meanwhile, rename(2) replaces an empty one at the most. */
static int rename_checked(int from_dir, const char *from, int to_dir, const char *to) {
    struct stat st;
    int r = SYS(fstatat, to_dir, to, &st, AT_SYMLINK_NOFOLLOW);
    if (r >= 0)
        return -EEXIST;
    return r == -ENOENT ? SYS(renameat, from_dir, from, to_dir, to) : r;
}

static int link_and_unlink(int from_dir, const char *from, int to_dir, const char *to) {
    int r = SYS(linkat, from_dir, from, to_dir, to, 0);
    if (r < 0)
        return r;
    r = SYS(unlinkat, from_dir, from, 0);
    if (r < 0)
        SYS(unlinkat, to_dir, to, 0);
    return r;
}

int at_rename_new(int from_dir, const char *from, int to_dir, const char *to) {
    struct stat st;
    int r = SYS(kernel_renameat2, from_dir, from, to_dir, to, RENAME_NOREPLACE);
    if (r != -EINVAL && r != -ENOSYS && r != -EPERM)
        return r;
    if (SYS(fstatat, from_dir, from, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISDIR(st.st_mode))
        return rename_checked(from_dir, from, to_dir, to);
    r = link_and_unlink(from_dir, from, to_dir, to);
    /* Without second names at all (FAT), or not for this file: as with directories. */
    bool lacks = r == -EPERM || r == -EOPNOTSUPP || r == -ENOSYS || r == -EMLINK;
    return lacks ? rename_checked(from_dir, from, to_dir, to) : r;
}

/* It need not be a secret: where there is no randomness, the clock does. */
void beside_name(char name[static BESIDE_SIZE]) {
    uint64_t number;
    if (SYS(kernel_getrandom, &number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        number = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec << 16 ^ (uint64_t)getpid();
    }
    snprintf(name, BESIDE_SIZE, ".osier-%016llx", (unsigned long long)number);
}
