/* SPDX-License-Identifier: MIT */
/** A system call that leaves errno alone, for a process that shares its memory with a running one.
 */
#ifndef PROCESS_RAW_H
#define PROCESS_RAW_H

#include "process/clone.h"

#if defined(__x86_64__) && !defined(__ILP32__) && !defined(__SANITIZE_THREAD__)

#define RAW_CALLS true

IN_CHILD static inline long raw_call(long number, long a, long b, long c, long d, long e, long f) {
    long result = number;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#else

#include <errno.h>
#include <unistd.h>

#define RAW_CALLS false

IN_CHILD static inline long raw_call(long number, long a, long b, long c, long d, long e, long f) {
    long result = syscall(number, a, b, c, d, e, f);
    return result < 0 ? -errno : result;
}

#endif

#endif
