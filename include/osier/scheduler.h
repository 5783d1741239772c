/* SPDX-License-Identifier: MIT */
/**
 * The scheduler: which policy a process runs under, and on which CPUs.
 *
 * Python's os.sched_param has one member, which stands for itself here: the static priority, an
 * int.
 *
 * @since 0.1
 */
#ifndef OSIER_SCHEDULER_H
#define OSIER_SCHEDULER_H

#include <osier/types.h>
#include <sched.h>

#ifndef SCHED_NORMAL
#define SCHED_NORMAL 0 /**< the kernel's name for SCHED_OTHER */
#endif
#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6 /**< known to be asked for; sched_setattr(2) sets it */
#endif
#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000 /**< joined to a policy: children don't inherit it */
#endif

OS_BEGIN_DECLS

/**
 * The lowest static priority of a policy.
 *
 * @param policy  SCHED_OTHER, SCHED_FIFO, SCHED_RR …
 * @return the priority, or −1 with errno set
 * @error EINVAL  no such policy
 * @python os.sched_get_priority_min(policy)
 * @source sched_get_priority_min(2)
 * @shell os.sched_get_priority_min POLICY -> int
 */
OS_API int os_sched_get_priority_min(int policy);

/**
 * The highest static priority of a policy.
 *
 * @param policy  SCHED_OTHER, SCHED_FIFO, SCHED_RR …
 * @return the priority, or −1 with errno set
 * @error EINVAL  no such policy
 * @python os.sched_get_priority_max(policy)
 * @source sched_get_priority_max(2)
 * @shell os.sched_get_priority_max POLICY -> int
 */
OS_API int os_sched_get_priority_max(int policy);

/**
 * Sets the policy and the static priority of a process (to the kernel: of one thread).
 *
 * @param pid  the process; 0: the calling thread
 * @param policy  SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_FIFO or SCHED_RR, with or without
 *                SCHED_RESET_ON_FORK
 * @param priority  the static priority: 0 but for SCHED_FIFO and SCHED_RR
 * @return 0, or −1 with errno set
 * @error EINVAL  no such policy, or a priority that it does not have
 * @error EPERM  the process lacks CAP_SYS_NICE
 * @error ESRCH  no such process
 * @python os.sched_setscheduler(pid, policy, param, /)
 * @source sched_setscheduler(2)
 * @shell os.sched_setscheduler PID POLICY PRIORITY -> none
 */
OS_API int os_sched_setscheduler(pid_t pid, int policy, int priority);

/**
 * The policy of a process.
 *
 * @param pid  the process; 0: the calling thread
 * @return the policy, with SCHED_RESET_ON_FORK where it is set; or −1 with errno set
 * @error ESRCH  no such process
 * @python os.sched_getscheduler(pid, /)
 * @source sched_getscheduler(2)
 * @shell os.sched_getscheduler PID -> int
 */
OS_API int os_sched_getscheduler(pid_t pid);

/**
 * Sets the static priority of a process.
 *
 * @param pid  the process; 0: the calling thread
 * @param priority  the static priority; the policy of the process says which there are
 * @return 0, or −1 with errno set
 * @error EINVAL  the policy does not have this priority
 * @error EPERM  the process lacks CAP_SYS_NICE
 * @error ESRCH  no such process
 * @python os.sched_setparam(pid, param, /)
 * @source sched_setparam(2)
 * @shell os.sched_setparam PID PRIORITY -> none
 */
OS_API int os_sched_setparam(pid_t pid, int priority);

/**
 * The static priority of a process.
 *
 * @param pid  the process; 0: the calling thread
 * @return the priority, or −1 with errno set
 * @error ESRCH  no such process
 * @python os.sched_getparam(pid, /)
 * @source sched_getparam(2)
 * @shell os.sched_getparam PID -> int
 */
OS_API int os_sched_getparam(pid_t pid);

/**
 * The time slice of a process under SCHED_RR, in seconds.
 *
 * @param pid  the process; 0: the calling one
 * @param ret_seconds  set to the time slice in seconds
 * @return 0, or −1 with errno set
 * @error ESRCH  no such process
 * @python os.sched_rr_get_interval(pid, /)
 * @source sched_rr_get_interval(2)
 * @shell os.sched_rr_get_interval PID -> float
 */
OS_API OS_NONNULL() int os_sched_rr_get_interval(pid_t pid, double *ret_seconds);

/**
 * The time slice of a process under SCHED_RR, in nanoseconds.
 *
 * @param pid  the process; 0: the calling one
 * @return the time slice, or −1 with errno set
 * @error ESRCH  no such process
 * @source sched_rr_get_interval(2)
 * @shell os.sched_rr_get_interval_ns PID -> int
 */
OS_API int64_t os_sched_rr_get_interval_ns(pid_t pid);

/**
 * Yields the CPU: the calling thread goes to the end of the queue of its priority.
 *
 * @return 0, or −1 with errno set
 * @python os.sched_yield()
 * @source sched_yield(2)
 * @shell no: nothing is to be seen of it
 */
OS_API int os_sched_yield(void);

/**
 * Restricts a process (to the kernel: one thread) to a set of CPUs.
 *
 * @param pid  the process; 0: the calling thread
 * @param cpus  the numbers of the CPUs, in any order; those that the machine lacks do not count;
 *              or NULL if `count` is 0
 * @param count  how many
 * @return 0, or −1 with errno set
 * @error EINVAL  none that the machine has and the process may use, or a negative one
 * @error EPERM  another user's process, without CAP_SYS_NICE
 * @error ESRCH  no such process
 * @python os.sched_setaffinity(pid, mask, /)
 * @source sched_setaffinity(2)
 * @shell os.sched_setaffinity PID CPUS... -> none
 */
OS_API int os_sched_setaffinity(pid_t pid, const int *cpus, size_t count);

/**
 * The set of CPUs that a process may run on.
 *
 * @param pid  the process; 0: the calling thread
 * @param ret_count  set to how many there are
 * @return their numbers in ascending order in one block, to free(); NULL with errno set
 * @error ESRCH  no such process
 * @python os.sched_getaffinity(pid, /)
 * @source sched_getaffinity(2)
 * @shell os.sched_getaffinity PID -> ints
 */
OS_API OS_MUST_FREE OS_NONNULL() int *os_sched_getaffinity(pid_t pid, size_t *ret_count);

OS_END_DECLS

#endif
