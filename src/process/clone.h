/* SPDX-License-Identifier: MIT */
/** A child in the parent's memory, on a stack of its own. */
#ifndef PROCESS_CLONE_H
#define PROCESS_CLONE_H

#include "base/kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** How a child is made, besides with the parent's memory. */
struct clone_how {
    unsigned flags; /* CLONE_VFORK: stand still until it executes a program or ends; CLONE_NEW… */
    int exit_signal; /* what the parent gets when it ends: SIGCHLD; 0 until it executes a program */
    int *pidfd;      /* set to a descriptor of it where the kernel can; or NULL */
    int cgroup;      /* the directory of the cgroup to start it in, or −1 */
    bool cleared;    /* set before it runs: whether the kernel has put its signal handlers back to
                        their defaults; what was ignored stays ignored */
    bool placed;     /* set before it runs: whether it is in that cgroup already */
};

/**
 * Runs `run(argument)` in a child.
 *
 * @param stack  aligned to 64
 * @return its process id or −errno
 */
pid_t clone_child(int (*run)(void *), void *argument, char *stack, size_t size,
                  struct clone_how *how);

/** Whether such a child has the parent's memory, as the kernel has it; emulators of processors make
 *  a copy, in which what it writes is lost. */
bool clone_shares_memory(void);

#endif
