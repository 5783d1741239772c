/* SPDX-License-Identifier: MIT */
/** System calls that not every libc wraps, with their numbers where its headers lack them. */
#ifndef FS_KERNEL_H
#define FS_KERNEL_H

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Since 5.0 a new call has the same number on every processor, but for an offset on two. */
#if defined __alpha__
#define KERNEL_CALL(number) ((number) + 110)
#elif defined __NR_Linux
#define KERNEL_CALL(number) (__NR_Linux + (number)) /* mips */
#elif defined __x86_64__ && defined __ILP32__
#define KERNEL_CALL(number) (0x40000000 + (number))
#else
#define KERNEL_CALL(number) (number)
#endif

static inline int kernel_fchmodat2(int dir_fd, const char *path, mode_t mode, int at_flags) {
    return (int)syscall(KERNEL_CALL(452), dir_fd, path, mode, at_flags);
}

#endif
