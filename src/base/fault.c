/* SPDX-License-Identifier: MIT */
/** The fault counter of the test build: the n-th call through the seam fails (OSIER_FAULTS). */
#include "base/fault.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int fault_skipped_sync, fault_whole_sync, fault_plain_renames;
static unsigned delay; /* of each call, in microseconds */

/* In memory that forked children share, so that the calls they make count too. */
static struct counter {
    _Atomic long countdown; /* 0: nothing fails; n: the n-th call from now does */
    _Atomic long calls;
    _Atomic int number;
    _Atomic(const char *) victim;
    _Atomic(const char *) only; /* the calls that count; NULL: all */
} * shared;

/* In the thread that is to be cancelled: the calls until then. */
static _Thread_local long until_cancelled;

static bool share(void) {
    if (!shared) {
        void *page =
            mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
            return false;
        shared = page;
    }
    return true;
}

void fault_arm_cancel(long n) {
    if (n)
        fault_arm(0, 0);
    until_cancelled = n;
}

void fault_slow(unsigned microseconds) {
    delay = microseconds;
}

void fault_arm(long n, int number) {
    fault_arm_call(NULL, n, number);
}

void fault_arm_call(const char *name, long n, int number) {
    if (!share())
        return;
    atomic_store(&shared->only, name);
    atomic_store(&shared->calls, 0);
    atomic_store(&shared->victim, NULL);
    atomic_store(&shared->number, number);
    atomic_store(&shared->countdown, n);
}

const char *fault_disarm(long *ret_calls) {
    if (!shared)
        return NULL;
    atomic_store(&shared->countdown, 0);
    if (ret_calls)
        *ret_calls = atomic_load(&shared->calls);
    return atomic_load(&shared->victim);
}

bool fault_due(const char *name) {
    bool allocation = strcmp(name, "malloc") == 0;
    if (delay && !allocation)
        usleep(delay);
    if (!shared)
        return false;
    const char *only = atomic_load(&shared->only);
    bool kills = atomic_load(&shared->number) == FAULT_KILL;
    if ((only && strcmp(only, name) != 0) || (kills && allocation))
        return false; /* a death before an allocation is one before the next call */
    atomic_fetch_add(&shared->calls, 1);
    if (until_cancelled && --until_cancelled == 0) {
        atomic_store(&shared->victim, name);
        pthread_cancel(pthread_self());
    }
    if (atomic_load(&shared->countdown) == 0 || atomic_fetch_sub(&shared->countdown, 1) != 1)
        return false;
    if (kills)
        kill(getpid(), SIGKILL);
    atomic_store(&shared->victim, name);
    errno = allocation ? ENOMEM : atomic_load(&shared->number);
    return true;
}
