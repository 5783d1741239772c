/* SPDX-License-Identifier: MIT */
/** Lists of CPUs as the kernel writes them. */
#ifndef SYSTEM_CPU_H
#define SYSTEM_CPU_H

/** How many CPUs a list like "0-3,5,7-9\n" has; 0 where it is none. */
int cpu_list_count(const char *list);

#endif
