/* SPDX-License-Identifier: MIT */
/** The scheduler: policies, priorities, and on which CPUs a process runs. */
#include <osier/scheduler.h>

#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "process/affinity.h"
#include <limits.h>
#include <time.h>
#include <unistd.h>

int os_sched_get_priority_min(int policy) {
    return PUBLIC(SYS(sched_get_priority_min, policy), "sched_get_priority_min", NULL, NULL);
}

int os_sched_get_priority_max(int policy) {
    return PUBLIC(SYS(sched_get_priority_max, policy), "sched_get_priority_max", NULL, NULL);
}

int os_sched_setscheduler(pid_t pid, int policy, int priority) {
    struct sched_param param = {.sched_priority = priority};
    int r = SYS(kernel_sched_setscheduler, pid, policy, &param);
    return PUBLIC(r, "sched_setscheduler", NULL, NULL);
}

int os_sched_getscheduler(pid_t pid) {
    return PUBLIC(SYS(kernel_sched_getscheduler, pid), "sched_getscheduler", NULL, NULL);
}

int os_sched_setparam(pid_t pid, int priority) {
    struct sched_param param = {.sched_priority = priority};
    return PUBLIC(SYS(kernel_sched_setparam, pid, &param), "sched_setparam", NULL, NULL);
}

int os_sched_getparam(pid_t pid) {
    struct sched_param param;
    int r = SYS(kernel_sched_getparam, pid, &param);
    return PUBLIC(r < 0 ? r : param.sched_priority, "sched_getparam", NULL, NULL);
}

int64_t os_sched_rr_get_interval_ns(pid_t pid) {
    struct timespec slice;
    int r = SYS(sched_rr_get_interval, pid, &slice);
    int64_t ns = r < 0 ? r : (int64_t)slice.tv_sec * 1000000000 + slice.tv_nsec;
    return PUBLIC(ns, "sched_rr_get_interval", NULL, NULL);
}

int os_sched_rr_get_interval(pid_t pid, double *ret_seconds) {
    int64_t ns = os_sched_rr_get_interval_ns(pid);
    if (ns < 0)
        return -1;
    *ret_seconds = (double)(ns / 1000000000) + 1e-9 * (double)(ns % 1000000000);
    return 0;
}

int os_sched_yield(void) {
    return PUBLIC(SYS(sched_yield), "sched_yield", NULL, NULL);
}

#define WORD_BITS      (sizeof(unsigned long) * CHAR_BIT)
#define AFFINITY_LIMIT ((size_t)1 << 20) /* bytes: eight million CPUs */

int affinity_load(struct affinity *a, pid_t pid) {
    a->block = NULL;
    size_t size = sizeof a->small;
    int r = SYS(kernel_sched_getaffinity, pid, size, a->small);
    while (r == -EINVAL && size < AFFINITY_LIMIT) { /* the machine has more */
        size *= 2;
        unsigned long *larger = mem_realloc(a->block, size);
        if (!larger)
            return -ENOMEM;
        a->block = larger;
        r = SYS(kernel_sched_getaffinity, pid, size, a->block);
    }
    a->size = r < 0 ? 0 : (size_t)r;
    return r < 0 ? r : 0;
}

static const unsigned long *affinity_words(const struct affinity *a) {
    return a->block ? a->block : a->small;
}

size_t affinity_count(const struct affinity *a) {
    size_t count = 0;
    for (size_t i = 0; i < a->size / sizeof(unsigned long); i++)
        count += (size_t)__builtin_popcountl(affinity_words(a)[i]);
    return count;
}

void affinity_free(struct affinity *a) {
    cleanup_free(&a->block);
    a->block = NULL;
}

static int affinity_list(pid_t pid, int **ret_cpus, size_t *ret_count) {
    AUTO_AFFINITY set = {.block = NULL};
    int r = affinity_load(&set, pid);
    if (r < 0)
        return r;
    size_t count = affinity_count(&set);
    int *cpus = mem_alloc(count * sizeof *cpus);
    if (!cpus)
        return -ENOMEM;
    size_t filled = 0;
    for (size_t cpu = 0; filled < count; cpu++)
        if (affinity_words(&set)[cpu / WORD_BITS] >> cpu % WORD_BITS & 1)
            cpus[filled++] = (int)cpu;
    *ret_cpus = cpus;
    *ret_count = count;
    return 0;
}

int *os_sched_getaffinity(pid_t pid, size_t *ret_count) {
    int *cpus = NULL;
    int r = affinity_list(pid, &cpus, ret_count);
    return PUBLIC_POINTER(r, cpus, "sched_getaffinity", NULL, NULL);
}

int os_sched_setaffinity(pid_t pid, const int *cpus, size_t count) {
    int last = 0;
    for (size_t i = 0; i < count; i++) {
        if (cpus[i] < 0)
            return (int)error_fail_message(-EINVAL, "sched_setaffinity",
                                           "ValueError: negative CPU number");
        if (cpus[i] > last && (size_t)cpus[i] < AFFINITY_LIMIT * CHAR_BIT)
            last = cpus[i];
    }
    size_t words = (size_t)last / WORD_BITS + 1;
    AUTO_FREE unsigned long *mask = mem_zalloc(words * sizeof *mask);
    int r = mask ? 0 : -ENOMEM;
    for (size_t i = 0; mask && i < count; i++)
        if (cpus[i] <= last) /* no machine has those beyond the limit */
            mask[(size_t)cpus[i] / WORD_BITS] |= 1UL << (size_t)cpus[i] % WORD_BITS;
    if (r == 0)
        r = SYS(kernel_sched_setaffinity, pid, words * sizeof *mask, mask);
    return PUBLIC(r, "sched_setaffinity", NULL, NULL);
}
