/* SPDX-License-Identifier: MIT */
/** Whole files, read and replaced. */
#ifndef IO_CONTENTS_H
#define IO_CONTENTS_H

#include <osier/contents.h>

/** All that a descriptor gives until its end, with a NUL behind it, to free(): 0 or −errno. The
 *  descriptor is closed in any case. */
int contents_read(int fd, char **ret_data, size_t *ret_size);

/** Replaces the file `name` of a directory, of which a handle (O_PATH) is enough: 0 or −errno.
 *  `follow` is not looked at. */
int contents_replace(int dir, const char *name, const void *data, size_t size,
                     const struct os_write_file_options *options);

#endif
