/* SPDX-License-Identifier: MIT */
/** What statx(2) tells of a file. */
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "base/stat.h"
#include <fcntl.h>
#include <osier/attributes.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int64_t ns_of(struct kernel_time time) {
    struct timespec spec = {.tv_sec = (time_t)time.seconds, .tv_nsec = (long)time.nanoseconds};
    return stat_time_ns(spec);
}

static void convert(const struct kernel_statx *st, struct os_statx_result *ret_statx) {
    *ret_statx = (struct os_statx_result){
        .stx_mask = st->mask,
        .stx_blksize = st->blksize,
        .stx_attributes = st->attributes,
        .stx_attributes_mask = st->attributes_mask,
        .stx_nlink = st->nlink,
        .stx_uid = st->uid,
        .stx_gid = st->gid,
        .stx_mode = st->mode,
        .stx_ino = st->ino,
        .stx_size = st->size,
        .stx_blocks = st->blocks,
        .stx_atime_ns = ns_of(st->atime),
        .stx_btime_ns = ns_of(st->btime),
        .stx_ctime_ns = ns_of(st->ctime),
        .stx_mtime_ns = ns_of(st->mtime),
        .stx_atime_sec = st->atime.seconds,
        .stx_btime_sec = st->btime.seconds,
        .stx_ctime_sec = st->ctime.seconds,
        .stx_mtime_sec = st->mtime.seconds,
        .stx_atime_nsec = st->atime.nanoseconds,
        .stx_btime_nsec = st->btime.nanoseconds,
        .stx_ctime_nsec = st->ctime.nanoseconds,
        .stx_mtime_nsec = st->mtime.nanoseconds,
        .stx_rdev = makedev(st->rdev_major, st->rdev_minor),
        .stx_dev = makedev(st->dev_major, st->dev_minor),
        .stx_rdev_major = st->rdev_major,
        .stx_rdev_minor = st->rdev_minor,
        .stx_dev_major = st->dev_major,
        .stx_dev_minor = st->dev_minor,
        .stx_mnt_id = st->mnt_id,
        .stx_dio_mem_align = st->dio_mem_align,
        .stx_dio_offset_align = st->dio_offset_align,
        .stx_subvol = st->subvol,
        .stx_atomic_write_unit_min = st->atomic_write_unit_min,
        .stx_atomic_write_unit_max = st->atomic_write_unit_max,
        .stx_atomic_write_segments_max = st->atomic_write_segments_max,
        .stx_dio_read_offset_align = st->dio_read_offset_align,
        .stx_atomic_write_unit_max_opt = st->atomic_write_unit_max_opt,
    };
}

/* ----------------------------------------------------- where the kernel or a sandbox has none */

#define SYNC_FLAGS 0x6000 /* AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC */
#define RESERVED   0x80000000
#define BASIC      0x7ff /* STATX_BASIC_STATS */

static void convert_stat(const struct stat *st, struct os_statx_result *ret_statx) {
    *ret_statx = (struct os_statx_result){
        .stx_mask = BASIC,
        .stx_blksize = (uint32_t)st->st_blksize,
        .stx_nlink = (uint32_t)st->st_nlink,
        .stx_uid = st->st_uid,
        .stx_gid = st->st_gid,
        .stx_mode = st->st_mode,
        .stx_ino = st->st_ino,
        .stx_size = (uint64_t)st->st_size,
        .stx_blocks = (uint64_t)st->st_blocks,
        .stx_atime_ns = stat_time_ns(st->st_atim),
        .stx_ctime_ns = stat_time_ns(st->st_ctim),
        .stx_mtime_ns = stat_time_ns(st->st_mtim),
        .stx_atime_sec = st->st_atim.tv_sec,
        .stx_ctime_sec = st->st_ctim.tv_sec,
        .stx_mtime_sec = st->st_mtim.tv_sec,
        .stx_atime_nsec = (uint32_t)st->st_atim.tv_nsec,
        .stx_ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
        .stx_mtime_nsec = (uint32_t)st->st_mtim.tv_nsec,
        .stx_rdev = st->st_rdev,
        .stx_dev = st->st_dev,
        .stx_rdev_major = major(st->st_rdev),
        .stx_rdev_minor = minor(st->st_rdev),
        .stx_dev_major = major(st->st_dev),
        .stx_dev_minor = minor(st->st_dev),
    };
}

/* What stat(2) knows; it asks as it always does, whatever was said about that. */
static int stat_instead(int dir_fd, const char *path, uint32_t mask, int at_flags,
                        struct os_statx_result *ret_statx) {
    struct stat st;
    if ((at_flags & SYNC_FLAGS) == SYNC_FLAGS || mask & RESERVED)
        return -EINVAL;
    int r = SYS(fstatat, dir_fd, path, &st, at_flags & ~SYNC_FLAGS);
    if (r >= 0)
        convert_stat(&st, ret_statx);
    return r;
}

static int statx_at(int dir_fd, const char *path, uint32_t mask, int at_flags,
                    struct os_statx_result *ret_statx) {
    struct kernel_statx st = {0};
    int r = SYS(kernel_statx, dir_fd, path, at_flags, mask, &st);
    if (r == -ENOSYS || r == -EPERM)
        return stat_instead(dir_fd, path, mask, at_flags, ret_statx);
    if (r >= 0)
        convert(&st, ret_statx);
    return r;
}

int os_statxat(int dir_fd, const char *path, uint32_t mask, int at_flags, int flags,
               struct os_statx_result *ret_statx) {
    if (flags & OS_NOFOLLOW)
        at_flags |= AT_SYMLINK_NOFOLLOW;
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : statx_at(dir_fd, path, mask, at_flags, ret_statx);
    return PUBLIC(r, "statx", path, NULL);
}

int os_statx(const char *path, uint32_t mask, int at_flags, int flags,
             struct os_statx_result *ret_statx) {
    return os_statxat(OS_CWD, path, mask, at_flags, flags, ret_statx);
}

int os_statx_fd(int fd, uint32_t mask, int at_flags, struct os_statx_result *ret_statx) {
    int r = statx_at(fd, "", mask, at_flags | AT_EMPTY_PATH, ret_statx);
    return PUBLIC(r, "statx", NULL, NULL);
}
