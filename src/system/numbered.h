/* SPDX-License-Identifier: MIT */
/** Directories of /sys whose names end with a number: cpu0, cpu1, node0, policy4. */
#ifndef SYSTEM_NUMBERED_H
#define SYSTEM_NUMBERED_H

#include <stddef.h>

/**
 * The numbers of the names in a directory that are `prefix` and a number, in order.
 *
 * @param ret_numbers  set to an array, to free(); empty where there is no such directory
 * @return 0, or −errno
 */
int numbered_list(const char *path, const char *prefix, int **ret_numbers, size_t *ret_count);

#endif
