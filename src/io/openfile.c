/* SPDX-License-Identifier: MIT */
/** An open file: its position, its way to the disk, its locks, its space. */
#include <osier/descriptors.h>

#include "base/error.h"
#include "base/seam.h"

int64_t os_lseek(int fd, int64_t position, int whence) {
    return PUBLIC((int64_t)SYS(lseek, fd, position, whence), "lseek", NULL, NULL);
}

int os_fsync(int fd) {
    return PUBLIC(SYS(fsync, fd), "fsync", NULL, NULL);
}

int os_fdatasync(int fd) {
    return PUBLIC(SYS(fdatasync, fd), "fdatasync", NULL, NULL);
}

int os_lockf(int fd, int command, int64_t length) {
    return PUBLIC(SYS(lockf, fd, command, length), "lockf", NULL, NULL);
}

int os_posix_fadvise(int fd, int64_t offset, int64_t length, int advice) {
    return PUBLIC(SYS_NUMBER(posix_fadvise, fd, offset, length, advice), "posix_fadvise", NULL,
                  NULL);
}

int os_posix_fallocate(int fd, int64_t offset, int64_t length) {
    return PUBLIC(SYS_NUMBER(posix_fallocate, fd, offset, length), "posix_fallocate", NULL, NULL);
}

int os_fallocate(int fd, int mode, int64_t offset, int64_t length) {
    return PUBLIC(SYS(fallocate, fd, mode, offset, length), "fallocate", NULL, NULL);
}
