/* SPDX-License-Identifier: MIT */
/** The set of CPUs of a thread, on machines with any number of them. */
#ifndef PROCESS_AFFINITY_H
#define PROCESS_AFFINITY_H

#include <stddef.h>
#include <sys/types.h>

/** A set as the kernel writes it: bit n of the array is CPU n. */
struct affinity {
    unsigned long small[16]; /* 1024 CPUs, for which no memory has to be asked */
    unsigned long *block;    /* more of them, or NULL */
    size_t size;             /* how many bytes the kernel wrote */
};

/** Asks the kernel: 0, or −errno. */
int affinity_load(struct affinity *a, pid_t pid);

/** How many CPUs the set has. */
size_t affinity_count(const struct affinity *a);

void affinity_free(struct affinity *a);
#define AUTO_AFFINITY __attribute__((cleanup(affinity_free))) struct affinity

#endif
