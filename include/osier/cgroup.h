/* SPDX-License-Identifier: MIT */
/**
 * Control groups: what containers and services are limited to, and use, of version 2 and 1.
 *
 * @since 0.1
 */
#ifndef OSIER_CGROUP_H
#define OSIER_CGROUP_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** What os_cgroup() tells. Of a limit the lowest of the group and all above it counts. */
struct os_cgroup_result {
    uint64_t memory_limit;   /**< bytes it may have; 2⁶⁴ − 1: no limit [bytes] */
    uint64_t memory_current; /**< bytes it has, caches included [bytes] */
    uint64_t
        memory_reclaimable; /**< of these what the kernel can take back: inactive file pages [bytes] */
    uint64_t memory_available; /**< bytes its programs can still get [bytes] */
    uint64_t oom_kills;        /**< processes that were killed for memory */
    double cpu_quota;          /**< CPUs it may use; infinity: all */
    int64_t cpu_usage;         /**< CPU time it used, nanoseconds [duration] */
    uint64_t periods;          /**< periods in which it ran, with a quota */
    uint64_t throttled;        /**< periods in which it was throttled */
    int64_t throttled_time;    /**< how long it was throttled, nanoseconds [duration] */
    uint64_t pids_limit;       /**< processes it may have; 2⁶⁴ − 1: no limit */
    uint64_t pids_current;     /**< processes and threads it has */
};

/**
 * The limits of the control group of this process, and what it uses.
 *
 * @param ret_cgroup  set to the limits and numbers; what isn't known is 0, or no limit
 * @return 0, or −1 with errno set
 * @source cgroups(7)
 * @shell os.cgroup -> cgroup
 */
OS_API OS_NONNULL() int os_cgroup(struct os_cgroup_result *ret_cgroup);

/**
 * How much memory a program may still take: what the machine has available, or its control group
 * leaves of that.
 *
 * @param ret_bytes  set to the number of bytes
 * @return 0, or −1 with errno set
 * @source cgroups(7), proc_meminfo(5)
 * @shell os.available_memory -> int
 */
OS_API OS_NONNULL() int os_available_memory(uint64_t *ret_bytes);

OS_END_DECLS

#endif
