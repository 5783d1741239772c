/* SPDX-License-Identifier: MIT */
/**
 * Control groups: what containers and services are limited to, and use, of version 2 and 1.
 *
 * A group is named as /proc/PID/cgroup names it, "/system.slice/ssh.service"; the directory of one,
 * "/sys/fs/cgroup/system.slice/ssh.service", does as well. Of version 1 each controller has a tree of
 * its own: a group is what has that name in any of them.
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
 * The limits of a control group, and what it uses.
 *
 * @param path  the group, or NULL for the one of this process
 * @param ret_cgroup  set to the limits and numbers; what isn't known is 0, or no limit
 * @return 0, or −1 with errno set
 * @error ENOENT  there is no such group
 * @error EINVAL  a path with `..` in it
 * @source cgroups(7)
 * @shell os.cgroup [PATH] -> cgroup
 */
OS_API OS_NONNULL(2) int os_cgroup(const char *path, struct os_cgroup_result *ret_cgroup);

/** What is to be read of each control group; also the bits of a record's `valid`. */
enum os_cgroup_fields {
    OS_CGROUP_MEMORY = 1 << 0, /**< memory */
    OS_CGROUP_CPU = 1 << 1,    /**< quotas of CPU time */
    OS_CGROUP_USAGE = 1 << 2,  /**< CPU time that was used */
    OS_CGROUP_PIDS = 1 << 3,   /**< how many processes */
};

/**
 * A control group, with the limits that it has itself: those above it count as well.
 *
 * @table path, memory_current, memory_limit, cpu_usage, cpu_quota, throttled, pids_current, pids_limit
 */
struct os_cgroup_entry {
    unsigned valid;   /**< the bits that are known: of version 2 a group may lack a controller */
    const char *path; /**< its name: "/system.slice/ssh.service" */
    uint64_t memory_limit; /**< bytes it may have; 2⁶⁴ − 1: no limit [bytes] [OS_CGROUP_MEMORY] */
    uint64_t memory_current; /**< bytes it has, caches included [bytes] [OS_CGROUP_MEMORY] */
    uint64_t
        memory_reclaimable; /**< of these inactive file pages, where it has a limit [bytes] [OS_CGROUP_MEMORY] */
    uint64_t oom_kills; /**< processes that were killed for memory [OS_CGROUP_MEMORY] */
    double cpu_quota;   /**< CPUs it may use; infinity: all [OS_CGROUP_CPU] */
    uint64_t periods;   /**< periods in which it ran, with a quota [OS_CGROUP_CPU] */
    uint64_t throttled; /**< periods in which it was throttled [OS_CGROUP_CPU] */
    int64_t
        throttled_time;    /**< how long it was throttled, nanoseconds [duration] [OS_CGROUP_CPU] */
    int64_t cpu_usage;     /**< CPU time it used, nanoseconds [duration] [OS_CGROUP_USAGE] */
    uint64_t pids_limit;   /**< processes it may have; 2⁶⁴ − 1: no limit [OS_CGROUP_PIDS] */
    uint64_t pids_current; /**< processes and threads it has [OS_CGROUP_PIDS] */
};

/**
 * A control group and all below it, each behind the one that it is in.
 *
 * @param path  the group, or NULL for all
 * @param fields  what is to be read: OS_CGROUP_MEMORY, OS_CGROUP_CPU, OS_CGROUP_USAGE, OS_CGROUP_PIDS
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ENOENT  there is no such group
 * @error EINVAL  fields that are none, or a path with `..` in it
 * @source cgroups(7)
 * @shell os.cgroups [PATH] -> list of cgroup_entry
 */
OS_API OS_MUST_FREE OS_NONNULL(3) struct os_cgroup_entry *os_cgroups(const char *path,
                                                                     unsigned fields,
                                                                     size_t *ret_count);

/** A tree of control groups, and which group of it a process is in. */
struct os_cgroup_membership {
    const char *controllers; /**< what the tree is for: "cpu,cpuacct"; "" of version 2 */
    const char *path;        /**< the group: "/system.slice/ssh.service" */
};

/**
 * The control groups that a process is in: of version 2 one, of version 1 one for each tree.
 *
 * @param pid  the process; 0: this one
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ESRCH  no such process
 * @source cgroups(7)
 * @shell os.process_cgroups [PID=0] -> list of cgroup_membership
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_cgroup_membership *os_process_cgroups(pid_t pid,
                                                                                 size_t *ret_count);

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
