/* SPDX-License-Identifier: MIT */
/** CPUs as the kernel tells of them: lists of their numbers, who is one core, how fast they run. */
#ifndef SYSTEM_CPU_H
#define SYSTEM_CPU_H

#include <osier/cpu.h>

#define CPU_FILES "/sys/devices/system/cpu"

/** How many CPUs a list like "0-3,5,7-9\n" has; 0 where it is none. */
int cpu_list_count(const char *list);

/** Calls `visit` for each run of CPUs in such a list, to its end or to what is no list. */
void cpu_list_each(const char *list, void (*visit)(long first, long last, void *), void *data);

/** The first of those CPUs that one of the two files (the newer name first) of the directory
 *  topology counts to the same core or socket as this one: −ENOENT where there is none of them. */
int cpu_leader(int cpu, const char *const files[2]);

/** What those files are called for a core. */
extern const char *const cpu_core_files[2];

/** Sets the speeds of a policy, "cpufreq/policy3" or "cpu3/cpufreq"; 0 where they are not known: 0, or −ENOMEM. */
int cpu_read_policy(const char *policy, struct os_cpu_freq *ret);

/** The speeds of the CPUs in /proc/cpuinfo, to free(): 0, or −errno. */
int cpu_read_cpuinfo(struct os_cpu_freq **ret_freqs, size_t *ret_count);

#endif
