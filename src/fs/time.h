/* SPDX-License-Identifier: MIT */
/** The times of a file by a handle of it. */
#ifndef FS_TIME_H
#define FS_TIME_H

#include <osier/stat.h>
#include <time.h>

/** A time in nanoseconds, OS_TIME_NOW or OS_TIME_OMIT as the kernel takes it. */
struct timespec time_from_ns(int64_t ns);

/** Two exact times as the kernel takes them, NULL for now: 0, −EINVAL or −EOVERFLOW. */
int time_from_exact(const struct os_time times[2], struct timespec ret_times[2]);

/** Sets the times of what an O_PATH descriptor stands for, a link itself: 0 or −errno. */
int time_set_handle(int fd, const struct timespec times[2]);

#endif
