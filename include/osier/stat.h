/* SPDX-License-Identifier: MIT */
/** What stat(2) tells of a file, in one layout on every libc and processor. */
#ifndef OSIER_STAT_H
#define OSIER_STAT_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** Python's os.stat_result; the members have Python's names, the times are in nanoseconds. */
struct os_stat_result {
    uint32_t st_mode;    /**< type and permission bits; S_ISDIR() and its like work on it */
    uint32_t st_blksize; /**< preferred size of a read or write, in bytes */
    uint64_t st_ino;     /**< inode number */
    uint64_t st_dev;     /**< device the file lives on */
    uint64_t st_nlink;   /**< number of hard links */
    uint32_t st_uid;     /**< owner */
    uint32_t st_gid;     /**< group */
    int64_t st_size;     /**< size in bytes */
    int64_t st_blocks;   /**< space taken, in units of 512 bytes */
    uint64_t st_rdev;    /**< device number, where the file is a device */
    int64_t st_atime_ns; /**< last read, in nanoseconds since 1970 */
    int64_t st_mtime_ns; /**< last change of the content, likewise */
    int64_t st_ctime_ns; /**< last change of the inode, likewise */
};

OS_END_DECLS

#endif
