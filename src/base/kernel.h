/* SPDX-License-Identifier: MIT */
/** System calls as the kernel has them: those that not every libc wraps, and those whose wrapper does
 *  more than call. Nothing else in the library uses syscall(2), but raw.h beside it. */
#ifndef BASE_KERNEL_H
#define BASE_KERNEL_H

#ifdef OSIER_FAULTS
#include "base/fault.h"
#include <errno.h>
#endif
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

struct iovec;
struct rusage;
struct sched_param;

/** Marks what may run in a child that has its parent's memory: it makes bare system calls alone, and
 *  sanitizers keep out of it. */
#if defined(__clang__)
#define IN_CHILD __attribute__((disable_sanitizer_instrumentation))
#else
#define IN_CHILD __attribute__((no_sanitize_address, no_sanitize_thread))
#endif

/** A system call of the kernel's own: KERNEL(int) kernel_close(int fd) { … } */
#define KERNEL(type) IN_CHILD static inline type

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

/* 32-bit processors have some calls twice; the newer ones take what the older ones can't hold. */
#ifdef SYS_fcntl64
#define KERNEL_FCNTL SYS_fcntl64
#else
#define KERNEL_FCNTL SYS_fcntl
#endif
#ifdef SYS_setresuid32
#define KERNEL_GETUID    SYS_getuid32
#define KERNEL_GETGID    SYS_getgid32
#define KERNEL_SETRESUID SYS_setresuid32
#define KERNEL_SETRESGID SYS_setresgid32
#define KERNEL_SETGROUPS SYS_setgroups32
#else
#define KERNEL_GETUID    SYS_getuid
#define KERNEL_GETGID    SYS_getgid
#define KERNEL_SETRESUID SYS_setresuid
#define KERNEL_SETRESGID SYS_setresgid
#define KERNEL_SETGROUPS SYS_setgroups
#endif

/* ------------------------------------------------------------------ names in directories */

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

KERNEL(int) kernel_faccessat(int dir_fd, const char *path, int mode) {
    return (int)syscall(SYS_faccessat, dir_fd, path, mode);
}

KERNEL(int) kernel_fchmodat2(int dir_fd, const char *path, mode_t mode, int at_flags) {
    return (int)syscall(KERNEL_CALL(452), dir_fd, path, mode, at_flags);
}

KERNEL(int) kernel_openat(int dir_fd, const char *path, int flags, mode_t mode) {
#ifdef O_LARGEFILE
    flags |= O_LARGEFILE;
#endif
    return (int)syscall(SYS_openat, dir_fd, path, flags, mode);
}

KERNEL(int) kernel_openat2(int dir_fd, const char *path, const struct kernel_open_how *how) {
    return (int)syscall(KERNEL_CALL(437), dir_fd, path, how, sizeof *how);
}

KERNEL(int)
kernel_statx(int dir_fd, const char *path, int at_flags, uint32_t mask,
             struct kernel_statx *ret_stat) {
    return (int)syscall(SYS_statx, dir_fd, path, at_flags, mask, ret_stat);
}

KERNEL(int)
kernel_renameat2(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst, unsigned flags) {
#ifdef OSIER_FAULTS
    if (flags && fault_plain_renames) {
        errno = EINVAL;
        return -1;
    }
#endif
    return (int)syscall(SYS_renameat2, src_dir_fd, src, dst_dir_fd, dst, flags);
}

/** musl has none, and its readdir(3) takes errors for the end. */
KERNEL(long) kernel_getdents64(int fd, void *buffer, size_t size) {
    return syscall(SYS_getdents64, fd, buffer, size);
}

/** libc's getcwd(3) differs between libcs for long paths. */
KERNEL(long) kernel_getcwd(char *buffer, size_t size) {
    return syscall(SYS_getcwd, buffer, size);
}

KERNEL(int) kernel_chdir(const char *path) {
    return (int)syscall(SYS_chdir, path);
}

KERNEL(int) kernel_fchdir(int fd) {
    return (int)syscall(SYS_fchdir, fd);
}

/* -------------------------------------------------------------------------------- mounts */

/** mount_setattr(2), Linux 5.12: nothing can be written to what is mounted there and below. */
KERNEL(int) kernel_mount_read_only(const char *path) {
    const uint64_t attributes[4] = {1 /* MOUNT_ATTR_RDONLY */, 0, 0, 0};
    const int recursive = 0x8000; /* AT_RECURSIVE */
    return (int)syscall(KERNEL_CALL(442), AT_FDCWD, path, recursive, attributes, sizeof attributes);
}

/** No libc offers it. */
KERNEL(int) kernel_pivot_root(const char *root, const char *old) {
    return (int)syscall(SYS_pivot_root, root, old);
}

/* --------------------------------------------------------------------------- descriptors */

KERNEL(int) kernel_close(int fd) {
    return (int)syscall(SYS_close, fd);
}

KERNEL(int) kernel_close_range(unsigned first, unsigned last, unsigned flags) {
    return (int)syscall(KERNEL_CALL(436), first, last, flags);
}

KERNEL(int) kernel_dup3(int fd, int new_fd, int flags) {
    return (int)syscall(SYS_dup3, fd, new_fd, flags);
}

KERNEL(int) kernel_fcntl(int fd, int command, int argument) {
    return (int)syscall(KERNEL_FCNTL, fd, command, argument);
}

KERNEL(int) kernel_ioctl(int fd, unsigned long request, long argument) {
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

KERNEL(ssize_t) kernel_write(int fd, const void *data, size_t size) {
    return syscall(SYS_write, fd, data, size);
}

/** The offset goes in two halves; on 64-bit processors the first is all that counts. */
KERNEL(ssize_t)
kernel_preadv2(int fd, const struct iovec *buffers, int count, int64_t offset, int flags) {
    return syscall(SYS_preadv2, fd, buffers, count, (long)offset, (long)(offset >> 32), flags);
}

KERNEL(ssize_t)
kernel_pwritev2(int fd, const struct iovec *buffers, int count, int64_t offset, int flags) {
    return syscall(SYS_pwritev2, fd, buffers, count, (long)offset, (long)(offset >> 32), flags);
}

/** musl before 1.2.5 and glibc before 2.27 have none, glibc up to 2.29 copies by hand where the kernel
 *  can't: the kernel's answer counts. */
KERNEL(ssize_t)
kernel_copy_file_range(int src, int64_t *src_offset, int dst, int64_t *dst_offset, size_t size) {
    return syscall(SYS_copy_file_range, src, src_offset, dst, dst_offset, size, 0);
}

/** glibc has had a wrapper since 2.27 only. */
KERNEL(int) kernel_memfd_create(const char *name, unsigned flags) {
    return (int)syscall(SYS_memfd_create, name, flags);
}

/* ----------------------------------------------------------------------------- processes */

/** Ends the process at once, without what libc does at an exit. */
KERNEL(void) kernel_exit_group(int status) {
    syscall(SYS_exit_group, status);
}

/** glibc has a wrapper from 2.25 on. */
KERNEL(ssize_t) kernel_getrandom(void *bytes, size_t size, unsigned flags) {
    return syscall(SYS_getrandom, bytes, size, flags);
}

KERNEL(int) kernel_execve(const char *path, char *const *argv, char *const *env) {
    return (int)syscall(SYS_execve, path, argv, env);
}

KERNEL(int)
kernel_execveat(int dir_fd, const char *path, char *const *argv, char *const *env, int flags) {
    return (int)syscall(SYS_execveat, dir_fd, path, argv, env, flags);
}

/** With what the process used, which libc's waitid(2) leaves out. */
KERNEL(int) kernel_waitid(int type, int id, siginfo_t *info, int options, struct rusage *usage) {
    return (int)syscall(SYS_waitid, type, id, info, options, usage);
}

KERNEL(pid_t) kernel_gettid(void) {
    return (pid_t)syscall(SYS_gettid);
}

/** libc may remember it, so that a child of clone(2) gets its grandparent's. */
KERNEL(pid_t) kernel_getppid(void) {
    return (pid_t)syscall(SYS_getppid);
}

KERNEL(int) kernel_setpgid(pid_t pid, pid_t group) {
    return (int)syscall(SYS_setpgid, pid, group);
}

KERNEL(int) kernel_setsid(void) {
    return (int)syscall(SYS_setsid);
}

KERNEL(mode_t) kernel_umask(mode_t mask) {
    return (mode_t)syscall(SYS_umask, mask);
}

KERNEL(int) kernel_prctl(int option, unsigned long argument) {
    return (int)syscall(SYS_prctl, option, argument, 0, 0, 0);
}

KERNEL(int) kernel_prlimit(pid_t pid, int resource, const uint64_t limits[2]) {
    return (int)syscall(SYS_prlimit64, pid, resource, limits, NULL);
}

/** fork(2) of a child whose end has no signal, so that the caller's waitpid(-1) passes it over. */
KERNEL(pid_t) kernel_fork_unseen(void) {
    return (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
}

/** fork(2), likewise, into namespaces of its own: CLONE_NEW…. On one processor the stack comes first. */
KERNEL(pid_t) kernel_fork_apart(unsigned long flags) {
#ifdef __s390__
    return (pid_t)syscall(SYS_clone, 0, flags, 0, 0, 0);
#else
    return (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
#endif
}

KERNEL(int) kernel_pidfd_open(pid_t pid, unsigned flags) {
    return (int)syscall(KERNEL_CALL(434), pid, flags);
}

/** What PIDFD_GET_INFO tells since Linux 6.13: struct pidfd_info as it was then. */
struct kernel_pidfd_info {
    uint64_t mask, cgroup;
    uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
#define KERNEL_PIDFD_INFO_CREDS 2u

KERNEL(int) kernel_pidfd_get_info(int pidfd, struct kernel_pidfd_info *info) {
    return ioctl(pidfd, _IOWR(0xff, 11, struct kernel_pidfd_info), info);
}

KERNEL(int) kernel_pidfd_getfd(int pidfd, int target_fd, unsigned flags) {
    return (int)syscall(KERNEL_CALL(438), pidfd, target_fd, flags);
}

KERNEL(int) kernel_pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned flags) {
    return (int)syscall(KERNEL_CALL(424), pidfd, sig, info, flags);
}

/* ------------------------------------------------------------------------------- signals */

/** What rt_sigaction(2) takes; all bits zero stand for SIG_DFL. */
struct kernel_action {
#ifdef __mips__
    unsigned int flags;
    uintptr_t handler;
    unsigned long rest[8];
#else
    uintptr_t handler;
    unsigned long rest[12];
#endif
};

/** How many bytes of a sigset_t the kernel knows. */
#define KERNEL_MASK_SIZE (_NSIG / 8)

KERNEL(int)
kernel_sigaction(int number, const struct kernel_action *action, struct kernel_action *ret_old) {
    return (int)syscall(SYS_rt_sigaction, number, action, ret_old, KERNEL_MASK_SIZE);
}

/** libc's keeps back the signals that it uses itself. */
KERNEL(int) kernel_sigprocmask(int how, const sigset_t *mask, sigset_t *ret_old) {
    return (int)syscall(SYS_rt_sigprocmask, how, mask, ret_old, KERNEL_MASK_SIZE);
}

/* -------------------------------------- ids of one thread: libc's would tell all the others */

KERNEL(int) kernel_setresuid(uid_t ruid, uid_t euid, uid_t suid) {
    return (int)syscall(KERNEL_SETRESUID, ruid, euid, suid);
}

KERNEL(int) kernel_setresgid(gid_t rgid, gid_t egid, gid_t sgid) {
    return (int)syscall(KERNEL_SETRESGID, rgid, egid, sgid);
}

KERNEL(int) kernel_setgroups(size_t count, const gid_t *groups) {
    return (int)syscall(KERNEL_SETGROUPS, count, groups);
}

KERNEL(uid_t) kernel_getuid(void) {
    return (uid_t)syscall(KERNEL_GETUID);
}

KERNEL(gid_t) kernel_getgid(void) {
    return (gid_t)syscall(KERNEL_GETGID);
}

/* --------- the scheduler of one thread: POSIX means the whole process by a pid, and musl's answer
 * ENOSYS; what Python gives is Linux's */

KERNEL(int)
kernel_sched_setscheduler(pid_t pid, int policy, const struct sched_param *param) {
    return (int)syscall(SYS_sched_setscheduler, pid, policy, param);
}

KERNEL(int) kernel_sched_getscheduler(pid_t pid) {
    return (int)syscall(SYS_sched_getscheduler, pid);
}

KERNEL(int) kernel_sched_setparam(pid_t pid, const struct sched_param *param) {
    return (int)syscall(SYS_sched_setparam, pid, param);
}

KERNEL(int) kernel_sched_getparam(pid_t pid, struct sched_param *ret_param) {
    return (int)syscall(SYS_sched_getparam, pid, ret_param);
}

/** How many bytes were written, which the wrappers of the libcs hide. */
KERNEL(int) kernel_sched_getaffinity(pid_t pid, size_t size, unsigned long *ret_mask) {
    return (int)syscall(SYS_sched_getaffinity, pid, size, ret_mask);
}

KERNEL(int) kernel_sched_setaffinity(pid_t pid, size_t size, const unsigned long *mask) {
    return (int)syscall(SYS_sched_setaffinity, pid, size, mask);
}

/** 20 − niceness, 1 to 40, so that no result looks like a failure. */
KERNEL(int) kernel_getpriority(int which, id_t who) {
    return (int)syscall(SYS_getpriority, which, who);
}

KERNEL(int) kernel_setpriority(int which, id_t who, int nice) {
    return (int)syscall(SYS_setpriority, which, who, nice);
}

#endif
