/* SPDX-License-Identifier: MIT */
/** The fault counter of the test build: the n-th call through the seam fails (OSIER_FAULTS). */
#include "base/fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

static _Atomic long countdown; /* 0: nothing fails; n: the n-th call from now does */
static _Atomic long calls;
static _Atomic int fault_errno;
static _Atomic(const char *) victim;

void fault_arm(long n, int number) {
    atomic_store(&calls, 0);
    atomic_store(&victim, NULL);
    atomic_store(&fault_errno, number);
    atomic_store(&countdown, n);
}

const char *fault_disarm(long *ret_calls) {
    atomic_store(&countdown, 0);
    if (ret_calls)
        *ret_calls = atomic_load(&calls);
    return atomic_load(&victim);
}

bool fault_due(const char *name) {
    atomic_fetch_add(&calls, 1);
    if (atomic_load(&countdown) == 0 || atomic_fetch_sub(&countdown, 1) != 1)
        return false;
    atomic_store(&victim, name);
    errno = strcmp(name, "malloc") ? atomic_load(&fault_errno) : ENOMEM;
    return true;
}
