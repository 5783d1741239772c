/* SPDX-License-Identifier: MIT */
/** A child in the parent's memory, on a stack of its own: clone3(2), or clone(2) without it.
 *
 *  clone3(2) can reset the handlers of all signals, which saves sixty system calls. No libc offers
 *  it and its child returns on another stack, so it takes a few instructions by hand.
 */
#include "process/clone.h"

#include "base/seam.h"
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ThreadSanitizer takes clone(2) for a fork, after which it refuses new threads; glibc has a second
 * name for it. */
#if defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
int __clone(int (*run)(void *), void *stack, int flags, void *argument, ...);
#define clone __clone
#endif

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif

#if defined(__x86_64__) && !defined(__ILP32__)

#define CLEAR_HANDLERS 0x100000000u /* CLONE_CLEAR_SIGHAND, Linux 5.5 */

#define INTO_CGROUP 0x200000000u /* CLONE_INTO_CGROUP, Linux 5.7 */

struct clone_arguments {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    uint64_t set_tid, set_tid_size, cgroup; /* of Linux 5.7 */
};
#define SIZE_AT_FIRST 64

static int kernel_clone3(const struct clone_arguments *how, size_t size, int (*run)(void *),
                         void *argument) {
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
                     : "D"(how), "S"(size), [run] "r"(run), [argument] "r"(argument)
                     : "rcx", "r11", "memory");
    if (result >= 0)
        return (int)result;
    errno = (int)-result;
    return -1;
}

/* −ENOSYS where the kernel, a filter or a processor has nothing of the kind. */
static int clone_cleared(int (*run)(void *), void *argument, char *stack, size_t size,
                         struct clone_how *how) {
    static atomic_bool absent;
    if (absent)
        return -ENOSYS;
    bool into = how->cgroup >= 0;
    const struct clone_arguments arguments = {
        .flags = CLONE_VM | CLEAR_HANDLERS | how->flags | (how->pidfd ? CLONE_PIDFD : 0) |
                 (into ? INTO_CGROUP : 0),
        .pidfd = (uintptr_t)how->pidfd,
        .exit_signal = (unsigned)how->exit_signal,
        .stack = (uintptr_t)stack,
        .stack_size = size,
        .cgroup = into ? (unsigned)how->cgroup : 0,
    };
    how->cleared = true;
    how->placed = into;
    int r = SYS(kernel_clone3, &arguments, into ? sizeof arguments : SIZE_AT_FIRST, run, argument);
    if (!into && (r == -EINVAL || r == -ENOSYS))
        absent = true;
    return r == -EINVAL || r == -EPERM || (into && r == -E2BIG) ? -ENOSYS : r;
}

#else

static int clone_cleared(int (*run)(void *), void *argument, char *stack, size_t size,
                         struct clone_how *how) {
    (void)run, (void)argument, (void)stack, (void)size, (void)how;
    return -ENOSYS;
}

#endif

pid_t clone_child(int (*run)(void *), void *argument, char *stack, size_t size,
                  struct clone_how *how) {
    int unused;
    int *pidfd = how->pidfd ? how->pidfd : &unused;
    *pidfd = -1;
    int r = clone_cleared(run, argument, stack, size, how);
    if (r != -ENOSYS)
        return r;
    how->cleared = how->placed = false;
    int flags = (int)how->flags | CLONE_VM | how->exit_signal;
    r = SYS(clone, run, stack + size, flags | (how->pidfd ? CLONE_PIDFD : 0), argument, pidfd);
    if (r == -EINVAL && how->pidfd) /* before Linux 5.2, and in emulators */
        r = SYS(clone, run, stack + size, flags, argument);
    return r;
}

IN_CHILD static int leave_mark(void *argument) {
    *(volatile bool *)argument = true;
    kernel_exit_group(0);
    return 0;
}

/* Blocks all signals, as a handler would run in the parent's memory. */
static int probe(void) {
    alignas(64) char stack[4096];
    volatile bool mark = false;
    struct clone_how how = {.flags = CLONE_VFORK, .cgroup = -1};
    sigset_t all, old;
    memset(&all, 0xff, sizeof all);
    kernel_sigprocmask(SIG_SETMASK, &all, &old);
    pid_t pid = clone_child(leave_mark, (void *)&mark, stack, sizeof stack, &how);
    if (pid == -EINVAL) { /* qemu wants a signal */
        how.exit_signal = SIGCHLD;
        pid = clone_child(leave_mark, (void *)&mark, stack, sizeof stack, &how);
    }
    while (pid > 0 && waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
    kernel_sigprocmask(SIG_SETMASK, &old, NULL);
    return pid < 0 ? 0 : mark ? 1 : 2;
}

bool clone_shares_memory(void) {
    static atomic_int known; /* 1: it does, 2: it doesn't, 0: no child could be made yet */
    if (!known)
        known = probe();
    return known != 2;
}
