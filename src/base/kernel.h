/* SPDX-License-Identifier: MIT */
/** System calls that not every libc wraps, with their numbers where its headers lack them. */
#ifndef BASE_KERNEL_H
#define BASE_KERNEL_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Since 5.0 a new call has the same number on every processor, but for an offset on three. */
#if defined __alpha__
#define KERNEL_CALL(number) ((number) + 110)
#elif defined __NR_Linux
#define KERNEL_CALL(number) (__NR_Linux + (number)) /* mips */
#elif defined __x86_64__ && defined __ILP32__
#define KERNEL_CALL(number) (0x40000000 + (number))
#else
#define KERNEL_CALL(number) (number)
#endif

struct kernel_time {
    int64_t seconds;
    uint32_t nanoseconds;
    int32_t unused;
};

/** struct statx as of Linux 6.16; an older kernel leaves what it does not know 0. */
struct kernel_statx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, unused;
    uint64_t ino, size, blocks, attributes_mask;
    struct kernel_time atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t mnt_id;
    uint32_t dio_mem_align, dio_offset_align;
    uint64_t subvol;
    uint32_t atomic_write_unit_min, atomic_write_unit_max, atomic_write_segments_max;
    uint32_t dio_read_offset_align, atomic_write_unit_max_opt;
    uint32_t spare[17];
};
_Static_assert(sizeof(struct kernel_statx) == 256, "the kernel fills 256 bytes");

/** struct open_how */
struct kernel_open_how {
    uint64_t flags, mode, resolve;
};

static inline int kernel_faccessat(int dir_fd, const char *path, int mode) {
    return (int)syscall(SYS_faccessat, dir_fd, path, mode);
}

static inline int kernel_fchmodat2(int dir_fd, const char *path, mode_t mode, int at_flags) {
    return (int)syscall(KERNEL_CALL(452), dir_fd, path, mode, at_flags);
}

static inline int kernel_openat2(int dir_fd, const char *path, const struct kernel_open_how *how) {
    return (int)syscall(KERNEL_CALL(437), dir_fd, path, how, sizeof *how);
}

static inline int kernel_statx(int dir_fd, const char *path, int at_flags, uint32_t mask,
                               struct kernel_statx *ret_stat) {
    return (int)syscall(SYS_statx, dir_fd, path, at_flags, mask, ret_stat);
}

static inline int kernel_pidfd_open(pid_t pid, unsigned flags) {
    return (int)syscall(KERNEL_CALL(434), pid, flags);
}

static inline int kernel_pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned flags) {
    return (int)syscall(KERNEL_CALL(424), pidfd, sig, info, flags);
}

static inline int kernel_renameat2(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst,
                                   unsigned flags) {
    return (int)syscall(SYS_renameat2, src_dir_fd, src, dst_dir_fd, dst, flags);
}

#endif
