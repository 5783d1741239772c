/* SPDX-License-Identifier: MIT */
/** Bare system calls for a child in the parent's memory: nothing of libc but syscall(2). */
#ifndef PROCESS_IN_CHILD_H
#define PROCESS_IN_CHILD_H

#include "process/clone.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* rt_sigaction(2) as the kernel has it; all bits zero stand for SIG_DFL. */
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

#define MASK_BYTES (_NSIG / 8)

IN_CHILD static inline int kernel_sigaction(int number, const struct kernel_action *action,
                                            struct kernel_action *old) {
    return (int)syscall(SYS_rt_sigaction, number, action, old, MASK_BYTES);
}

IN_CHILD static inline int kernel_sigprocmask(int how, const sigset_t *mask, sigset_t *old) {
    return (int)syscall(SYS_rt_sigprocmask, how, mask, old, MASK_BYTES);
}

IN_CHILD static inline int kernel_openat(int dir_fd, const char *path, int flags, mode_t mode) {
#ifdef O_LARGEFILE
    flags |= O_LARGEFILE;
#endif
    return (int)syscall(SYS_openat, dir_fd, path, flags, mode);
}

IN_CHILD static inline int kernel_close(int fd) {
    return (int)syscall(SYS_close, fd);
}

IN_CHILD static inline int kernel_dup3(int fd, int new_fd, int flags) {
    return (int)syscall(SYS_dup3, fd, new_fd, flags);
}

IN_CHILD static inline int kernel_inherit(int fd) {
#ifdef SYS_fcntl
    return (int)syscall(SYS_fcntl, fd, F_SETFD, 0);
#else
    return (int)syscall(SYS_fcntl64, fd, F_SETFD, 0);
#endif
}

IN_CHILD static inline int kernel_close_range(unsigned first, unsigned last, unsigned flags) {
#ifdef SYS_close_range
    return (int)syscall(SYS_close_range, first, last, flags);
#else
    return (int)syscall(436, first, last, flags);
#endif
}

IN_CHILD static inline int kernel_getdents64(int fd, void *buffer, size_t size) {
    return (int)syscall(SYS_getdents64, fd, buffer, size);
}

IN_CHILD static inline int kernel_chdir(const char *path) {
    return (int)syscall(SYS_chdir, path);
}

IN_CHILD static inline int kernel_fchdir(int fd) {
    return (int)syscall(SYS_fchdir, fd);
}

IN_CHILD static inline int kernel_setpgid(pid_t pid, pid_t group) {
    return (int)syscall(SYS_setpgid, pid, group);
}

IN_CHILD static inline int kernel_setsid(void) {
    return (int)syscall(SYS_setsid);
}

/* For the child alone: libc's would tell the threads of the parent. */
IN_CHILD static inline int kernel_reset_ids(void) {
#ifdef SYS_setresuid32
    if (syscall(SYS_setresgid32, -1, syscall(SYS_getgid32), -1) < 0)
        return -1;
    return (int)syscall(SYS_setresuid32, -1, syscall(SYS_getuid32), -1);
#else
    if (syscall(SYS_setresgid, -1, syscall(SYS_getgid), -1) < 0)
        return -1;
    return (int)syscall(SYS_setresuid, -1, syscall(SYS_getuid), -1);
#endif
}

IN_CHILD static inline int kernel_setscheduler(int policy, int priority) {
    return (int)syscall(SYS_sched_setscheduler, 0, policy, &priority);
}

IN_CHILD static inline int kernel_setparam(int priority) {
    return (int)syscall(SYS_sched_setparam, 0, &priority);
}

IN_CHILD static inline int kernel_getparam(int *ret_priority) {
    return (int)syscall(SYS_sched_getparam, 0, ret_priority);
}

IN_CHILD static inline int kernel_execve(const char *path, char *const *argv, char *const *env) {
    return (int)syscall(SYS_execve, path, argv, env);
}

IN_CHILD static inline int kernel_lift(int fd, int least) {
#ifdef SYS_fcntl
    return (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, least);
#else
    return (int)syscall(SYS_fcntl64, fd, F_DUPFD_CLOEXEC, least);
#endif
}

IN_CHILD static inline int kernel_keep_from_program(int fd) {
#ifdef SYS_fcntl
    return (int)syscall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
#else
    return (int)syscall(SYS_fcntl64, fd, F_SETFD, FD_CLOEXEC);
#endif
}

IN_CHILD static inline int kernel_set_groups(size_t count, const gid_t *groups) {
#ifdef SYS_setgroups32
    return (int)syscall(SYS_setgroups32, count, groups);
#else
    return (int)syscall(SYS_setgroups, count, groups);
#endif
}

IN_CHILD static inline int kernel_set_group(gid_t group) {
#ifdef SYS_setresgid32
    return (int)syscall(SYS_setresgid32, group, group, group);
#else
    return (int)syscall(SYS_setresgid, group, group, group);
#endif
}

IN_CHILD static inline int kernel_set_user(uid_t user) {
#ifdef SYS_setresuid32
    return (int)syscall(SYS_setresuid32, user, user, user);
#else
    return (int)syscall(SYS_setresuid, user, user, user);
#endif
}

IN_CHILD static inline int kernel_limit(int resource, const uint64_t limits[2]) {
    return (int)syscall(SYS_prlimit64, 0, resource, limits, NULL);
}

/* 20 − niceness, as the kernel tells it. */
IN_CHILD static inline int kernel_get_priority(void) {
    return (int)syscall(SYS_getpriority, PRIO_PROCESS, 0);
}

IN_CHILD static inline int kernel_set_priority(int nice) {
    return (int)syscall(SYS_setpriority, PRIO_PROCESS, 0, nice);
}

IN_CHILD static inline int kernel_set_terminal(int fd) {
    return (int)syscall(SYS_ioctl, fd, TIOCSCTTY, 0);
}

IN_CHILD static inline int kernel_death_signal(int number) {
    return (int)syscall(SYS_prctl, PR_SET_PDEATHSIG, number, 0, 0, 0);
}

IN_CHILD static inline ssize_t kernel_write(int fd, const void *data, size_t size) {
    return syscall(SYS_write, fd, data, size);
}

/* −1 for what is none. */
IN_CHILD static inline int number_of(const char *text) {
    int number = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + *text - '0';
    return *text ? -1 : number;
}

#endif
