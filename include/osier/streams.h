/* SPDX-License-Identifier: MIT */
/** Streams of C's <stdio.h> over descriptors, with Python's modes. */
#ifndef OSIER_STREAMS_H
#define OSIER_STREAMS_H

#include <osier/types.h>
#include <stdio.h>

OS_BEGIN_DECLS

/**
 * A stream over an open descriptor.
 *
 * `mode` has exactly one of "r", "w", "a", "x", at most one "+", and at most one of "b" and "t",
 * which mean the same here. As in Python the file is not cut off for "w", and for "a" the position
 * goes to the end once, the descriptor is not made O_APPEND.
 *
 * @param fd  which; fclose() closes it, a failure of this call leaves it open
 * @param mode  "r" in Python
 * @param buffering  0 for none (with "b" only), 1 by lines (with "t" only), more for a buffer of
 *                   the C library's own size, −1 for its default: by lines on a terminal
 * @return the stream, to fclose(); NULL with errno set
 * @error EBADF  not open
 * @error EINVAL  an invalid mode, or one that the descriptor was not opened for
 * @error EISDIR  a directory
 * @python os.fdopen(fd, mode='r', buffering=-1, encoding=None)
 * @since 0.1
 * @source fdopen(3)
 * @shell no: a stream ends with the command
 */
OS_API OS_MUST_CHECK OS_NONNULL() FILE *os_fdopen(int fd, const char *mode, int buffering);

OS_END_DECLS

#endif
