/* SPDX-License-Identifier: MIT */
/** Memory of the machine, for what sets it against limits. */
#ifndef SYSTEM_MEMORY_H
#define SYSTEM_MEMORY_H

#include <osier/memory.h>

/** os_virtual_memory() without the error record. */
int memory_read(struct os_virtual_memory_result *ret);

#endif
