/* SPDX-License-Identifier: MIT */
/** A pseudo-terminal, and a process on it. */
#ifndef IO_PTY_H
#define IO_PTY_H

/** Opens both ends, close-on-exec: 0 or −errno. */
int pty_open(int *ret_master, int *ret_slave);

/** Makes a terminal the controlling one and the standard streams, and closes `fd`: 0 or −errno. */
int pty_login(int fd);

#endif
