/* SPDX-License-Identifier: MIT */
/** From libc's struct stat to the public one. */
#include "base/stat.h"

#define NS_PER_SECOND INT64_C(1000000000)

int64_t stat_time_ns(struct timespec time) {
    int64_t ns;
    if (!__builtin_mul_overflow((int64_t)time.tv_sec, NS_PER_SECOND, &ns) &&
        !__builtin_add_overflow(ns, (int64_t)time.tv_nsec, &ns))
        return ns;
    return time.tv_sec < 0 ? INT64_MIN : INT64_MAX;
}

void stat_convert(const struct stat *st, struct os_stat_result *ret) {
    *ret = (struct os_stat_result){
        .st_mode = st->st_mode,
        .st_blksize = (uint32_t)st->st_blksize,
        .st_ino = st->st_ino,
        .st_dev = st->st_dev,
        .st_nlink = st->st_nlink,
        .st_uid = st->st_uid,
        .st_gid = st->st_gid,
        .st_size = st->st_size,
        .st_blocks = st->st_blocks,
        .st_rdev = st->st_rdev,
        .st_atime_ns = stat_time_ns(st->st_atim),
        .st_mtime_ns = stat_time_ns(st->st_mtim),
        .st_ctime_ns = stat_time_ns(st->st_ctim),
        .st_atime_sec = st->st_atim.tv_sec,
        .st_mtime_sec = st->st_mtim.tv_sec,
        .st_ctime_sec = st->st_ctim.tv_sec,
        .st_atime_nsec = (uint32_t)st->st_atim.tv_nsec,
        .st_mtime_nsec = (uint32_t)st->st_mtim.tv_nsec,
        .st_ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
    };
}
