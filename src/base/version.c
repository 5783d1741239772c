/* SPDX-License-Identifier: MIT */
/** What the library says of itself, and the destructor that its headers offer. */
#include "base/seam.h"

#include <osier/types.h>

const char *os_version(void) {
    return OSIER_VERSION;
}

void os_free_pointer(void *p) {
    cleanup_free(p);
}
