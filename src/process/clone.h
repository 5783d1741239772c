/* SPDX-License-Identifier: MIT */
/** A child in the parent's memory, on a stack of its own. */
#ifndef PROCESS_CLONE_H
#define PROCESS_CLONE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** Marks what runs in such a child: it keeps to bare system calls, and sanitizers keep out of it.
 */
#if defined(__clang__)
#define IN_CHILD __attribute__((disable_sanitizer_instrumentation))
#else
#define IN_CHILD __attribute__((no_sanitize_address, no_sanitize_thread))
#endif

/**
 * Runs `run(argument)` in a child, and goes on when that has executed a program or ended.
 *
 * @param stack  aligned to 64
 * @param cleared  set before the child runs: whether the kernel has put its signal handlers back to
 *                 their defaults; what was ignored stays ignored
 * @return its process id or −errno
 */
pid_t clone_vfork(int (*run)(void *), void *argument, char *stack, size_t size, bool *cleared);

#endif
