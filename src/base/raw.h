/* SPDX-License-Identifier: MIT */
/** A system call that leaves errno alone, for a process that shares its memory with a running one.
 */
#ifndef BASE_RAW_H
#define BASE_RAW_H

#include "base/kernel.h"
#include <stdbool.h>

/** raw_call(): the result of a system call, or −errno. RAW_CALLS says whether errno stays as it is. */
#if defined __x86_64__ && !defined __ILP32__

#define RAW_CALLS true

KERNEL(long) raw_call(long number, long a, long b, long c, long d, long e, long f) {
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

#elif defined __aarch64__

#define RAW_CALLS true

KERNEL(long) raw_call(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

#else

#include <errno.h>

#define RAW_CALLS false

KERNEL(long) raw_call(long number, long a, long b, long c, long d, long e, long f) {
    long result = syscall(number, a, b, c, d, e, f);
    return result < 0 ? -errno : result;
}

#endif

#endif
