/* SPDX-License-Identifier: MIT */
/** How much CPU time the cgroups of the process leave it. */
#ifndef SYSTEM_CGROUP_H
#define SYSTEM_CGROUP_H

/**
 * The lowest quota of the process's cgroups.
 *
 * @param ret_cpus  the quota in CPUs, or infinity
 * @return 0, or −errno
 */
int cgroup_cpu_quota(double *ret_cpus);

#endif
