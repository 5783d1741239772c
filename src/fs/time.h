/* SPDX-License-Identifier: MIT */
/** The times of a file by a handle of it. */
#ifndef FS_TIME_H
#define FS_TIME_H

#include <stdint.h>

/** Sets the times of what an O_PATH descriptor stands for, a link itself: 0 or −errno. */
int time_set_handle(int fd, int64_t atime_ns, int64_t mtime_ns);

#endif
