/* SPDX-License-Identifier: MIT */
/** Pipes and devices with a name, device numbers, and another root. */
#include "base/error.h"
#include "base/seam.h"
#include <osier/files.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int os_mkfifoat(int dir_fd, const char *path, mode_t mode) {
    return PUBLIC(SYS(mkfifoat, dir_fd, path, mode), "mkfifo", path, NULL);
}

int os_mkfifo(const char *path, mode_t mode) {
    return os_mkfifoat(OS_CWD, path, mode);
}

int os_mknodat(int dir_fd, const char *path, mode_t mode, uint64_t device) {
    return PUBLIC(SYS(mknodat, dir_fd, path, mode, (dev_t)device), "mknod", path, NULL);
}

int os_mknod(const char *path, mode_t mode, uint64_t device) {
    return os_mknodat(OS_CWD, path, mode, device);
}

uint32_t os_major(uint64_t device) {
    return major((dev_t)device);
}

uint32_t os_minor(uint64_t device) {
    return minor((dev_t)device);
}

uint64_t os_makedev(uint32_t major_number, uint32_t minor_number) {
    return makedev(major_number, minor_number);
}

int os_chroot(const char *path) {
    return PUBLIC(SYS(chroot, path), "chroot", path, NULL);
}
