/* SPDX-License-Identifier: MIT */
/** A child in the parent's memory, on a stack of its own: clone3(2), or clone(2) without it.
 *
 *  clone3(2) can reset the handlers of all signals, which saves sixty system calls. No libc offers
 * it and its child returns on another stack, so it takes a few instructions by hand.
 */
#include "process/clone.h"

#include "base/seam.h"
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ThreadSanitizer takes clone(2) for a fork, after which it refuses new threads; glibc has a second
 * name for it. */
#if defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
int __clone(int (*run)(void *), void *stack, int flags, void *argument, ...);
#define clone __clone
#endif

#if defined(__x86_64__) && !defined(__ILP32__)

#define CLEAR_HANDLERS 0x100000000u /* CLONE_CLEAR_SIGHAND, Linux 5.5 */

struct clone_arguments {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static int kernel_clone3(const struct clone_arguments *how, int (*run)(void *), void *argument) {
    long result = 435;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "mov %[argument], %%rdi\n\t"
                     "call *%[run]\n\t"
                     "mov %%eax, %%edi\n\t"
                     "mov $60, %%eax\n\t" /* exit(2) */
                     "syscall\n"
                     "1:"
                     : "+a"(result)
                     : "D"(how), "S"(sizeof *how), [run] "r"(run), [argument] "r"(argument)
                     : "rcx", "r11", "memory");
    if (result >= 0)
        return (int)result;
    errno = (int)-result;
    return -1;
}

/* −ENOSYS where the kernel, a filter or a processor has nothing of the kind. */
static int clone_cleared(int (*run)(void *), void *argument, char *stack, size_t size) {
    static atomic_bool absent;
    if (absent)
        return -ENOSYS;
    const struct clone_arguments how = {
        .flags = CLONE_VM | CLONE_VFORK | CLEAR_HANDLERS,
        .exit_signal = SIGCHLD,
        .stack = (uintptr_t)stack,
        .stack_size = size,
    };
    int r = SYS(kernel_clone3, &how, run, argument);
    if (r == -EINVAL || r == -ENOSYS)
        absent = true;
    return r == -EINVAL || r == -EPERM ? -ENOSYS : r;
}

#else

static int clone_cleared(int (*run)(void *), void *argument, char *stack, size_t size) {
    (void)run, (void)argument, (void)stack, (void)size;
    return -ENOSYS;
}

#endif

pid_t clone_vfork(int (*run)(void *), void *argument, char *stack, size_t size, bool *cleared) {
    *cleared = true;
    int r = clone_cleared(run, argument, stack, size);
    if (r != -ENOSYS)
        return r;
    *cleared = false;
    return SYS(clone, run, stack + size, CLONE_VM | CLONE_VFORK | SIGCHLD, argument);
}
