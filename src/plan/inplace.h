/* SPDX-License-Identifier: MIT */
/** A file's content written into the inode that is there. */
#ifndef PLAN_INPLACE_H
#define PLAN_INPLACE_H

#include <stdbool.h>

/**
 * Writes what the journal keeps into a file: as step `number` the new content, behind that with ".old"
 * the old one.
 *
 * @param kept  the directory that has both
 * @param handle  of the file (O_PATH)
 * @param restoring  some of it may have been written already
 * @return 1, 0 when it was there already, −ESTALE where the file has something else, or −errno
 */
int inplace_turn(int kept, unsigned number, int handle, bool forward, bool restoring);

/** Whether a file has the new content (or the old): 1, 0 or −errno. */
int inplace_has(int kept, unsigned number, int handle, bool new);

#endif
