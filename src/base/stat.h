/* SPDX-License-Identifier: MIT */
/** From libc's struct stat to the public one. */
#ifndef BASE_STAT_H
#define BASE_STAT_H

#include <osier/stat.h>
#include <sys/stat.h>

/** A time in nanoseconds since 1970; one beyond what 64 bits hold becomes the nearest that fits. */
int64_t stat_time_ns(struct timespec time);

/** Whether both are about the same file. */
static inline bool stat_same(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/** Fills `ret` with what `st` says. */
void stat_convert(const struct stat *st, struct os_stat_result *ret);

#endif
