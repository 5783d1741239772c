/* SPDX-License-Identifier: MIT */
/** The names of terminals, of any length. */
#ifndef IO_TTYNAME_H
#define IO_TTYNAME_H

#include <stddef.h>

/** What ttyname_r(3) or ptsname_r(3) says of `fd`, to free(): 0, or −errno. */
int tty_name(int (*ask)(int fd, char *buffer, size_t size), int fd, char **ret);

#endif
