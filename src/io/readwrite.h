/* SPDX-License-Identifier: MIT */
/** Writing, for the library's own use. */
#ifndef IO_READWRITE_H
#define IO_READWRITE_H

#include <stddef.h>

/** Writes all of it, in as many calls as it takes: 0 or −errno. */
int write_all(int fd, const void *data, size_t size);

#endif
