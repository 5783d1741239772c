/* SPDX-License-Identifier: MIT */
/**
 * Pressure stall information: how much of the time tasks were stalled because CPUs, memory or disks
 * were short, on the machine or in one control group.
 *
 * @since 0.1
 */
#ifndef OSIER_PRESSURE_H
#define OSIER_PRESSURE_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** A resource that may be short. */
enum os_resource {
    OS_RESOURCE_CPU = 0,    /**< CPUs */
    OS_RESOURCE_MEMORY = 1, /**< memory */
    OS_RESOURCE_IO = 2,     /**< disks */
    OS_RESOURCE_IRQ = 3     /**< CPUs, for interrupts; it has no `some` */
};

/** How much of the time, in percent, over the last seconds. */
struct os_pressure_line {
    double avg10;  /**< of 10 seconds */
    double avg60;  /**< of 60 seconds */
    double avg300; /**< of 300 seconds */
    int64_t total; /**< since the start, in nanoseconds [duration] */
};

/** What os_pressure() tells. */
struct os_pressure_result {
    struct os_pressure_line some; /**< at least one thread was stalled */
    struct os_pressure_line full; /**< all threads that had work were stalled */
};

/**
 * How much of the time tasks were stalled because a resource was short.
 *
 * @param resource  which one
 * @param cgroup  the directory of a control group of version 2, as "/sys/fs/cgroup/user.slice",
 *                or NULL for the machine
 * @param ret_pressure  set to the shares
 * @return 0, or −1 with errno set
 * @error ENOENT  the kernel is older than 4.20, or has no such group
 * @error EOPNOTSUPP  it is switched off: start the kernel with psi=1
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @source Documentation/accounting/psi
 * @shell os.pressure RESOURCE [--cgroup=NULL] -> pressure
 */
OS_API OS_NONNULL(3) int os_pressure(enum os_resource resource, const char *cgroup,
                                     struct os_pressure_result *ret_pressure);

/**
 * Watches for stalls that are too long: poll(2) reports POLLPRI on the descriptor for each.
 *
 * @param resource  which one
 * @param cgroup  as for os_pressure(), or NULL for the machine
 * @param full  whether all threads have to be stalled, or one is enough
 * @param stall  for how long, in nanoseconds
 * @param window  within how much time, in nanoseconds: from 500 ms to 10 s
 * @return the descriptor, to close; −1 with errno set
 * @error EINVAL  the kernel takes no such times; an ordinary user's windows are multiples of 2 s
 * @error ENOTSUP  a recorded machine is looked at
 * @source Documentation/accounting/psi
 * @shell no: a descriptor ends with the command
 */
OS_API int os_pressure_watch(enum os_resource resource, const char *cgroup, bool full,
                             int64_t stall, int64_t window) OS_MUST_CHECK;

OS_END_DECLS

#endif
