/* SPDX-License-Identifier: MIT */
/** What stat(2) tells of a file, in one layout on every libc and processor. */
#ifndef OSIER_STAT_H
#define OSIER_STAT_H

#include <osier/types.h>
#include <sys/stat.h>

OS_BEGIN_DECLS

/** A moment, exact at any distance: seconds since 1970 and nanoseconds to add, which are positive
 *  also before 1970. */
struct os_time {
    int64_t seconds;     /**< whole seconds, rounded down */
    int64_t nanoseconds; /**< 0 to 999,999,999; os_utimensat() also takes UTIME_NOW, UTIME_OMIT */
};

/** Python's os.stat_result; the members have Python's names, the times are in nanoseconds.
 *
 *  64 bits of nanoseconds reach from 1677 to 2262; a time beyond is the nearest of these in
 *  `st_mtime_ns`, and exact in `st_mtime_sec` with `st_mtime_nsec`. os_utimensat() sets exact ones.
 */
struct os_stat_result {
    uint32_t st_mode;     /**< type and permission bits; S_ISDIR() and its like work on it */
    uint32_t st_blksize;  /**< preferred size of a read or write, in bytes */
    uint64_t st_ino;      /**< inode number */
    uint64_t st_dev;      /**< device the file lives on */
    uint64_t st_nlink;    /**< number of hard links */
    uint32_t st_uid;      /**< owner */
    uint32_t st_gid;      /**< group */
    int64_t st_size;      /**< size in bytes */
    int64_t st_blocks;    /**< space taken, in units of 512 bytes */
    uint64_t st_rdev;     /**< device number, where the file is a device */
    int64_t st_atime_ns;  /**< last read, in nanoseconds since 1970 */
    int64_t st_mtime_ns;  /**< last change of the content, likewise */
    int64_t st_ctime_ns;  /**< last change of the inode, likewise */
    int64_t st_atime_sec; /**< the same times in whole seconds since 1970, rounded down, */
    int64_t st_mtime_sec; /**< which may be negative … */
    int64_t st_ctime_sec;
    uint32_t st_atime_nsec; /**< … and the nanoseconds to add to them, less than 1,000,000,000 */
    uint32_t st_mtime_nsec;
    uint32_t st_ctime_nsec;
};

OS_END_DECLS

#endif
