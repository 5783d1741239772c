/* SPDX-License-Identifier: MIT */
/** Whole files, read and replaced. */
#ifndef IO_CONTENTS_H
#define IO_CONTENTS_H

#include <osier/contents.h>

/** All that a descriptor gives until its end, with a NUL behind it, to free(): 0 or −errno. */
int contents_read(int fd, char **ret_data, size_t *ret_size);

/** The caller's options in full: what a shorter struct lacks is 0; −EINVAL for a size of no kind.
 */
int contents_options(const struct os_write_file_options *options,
                     struct os_write_file_options *ret_options);

/** Replaces the file `name` of a directory that is open for reading; `follow` is not looked at. */
int contents_replace(int dir, const char *name, const void *data, size_t size,
                     const struct os_write_file_options *options);

#endif
