/* SPDX-License-Identifier: MIT */
/**
 * What a file is besides its content: owner, times, all that statx tells, and the file system that
 * it is on. Names and permission bits are in files.h, extended attributes in xattr.h.
 *
 * @since 0.1
 */
#ifndef OSIER_ATTRIBUTES_H
#define OSIER_ATTRIBUTES_H

#include <osier/stat.h>
#include <sys/statvfs.h>

OS_BEGIN_DECLS

/**
 * Gives `path` to a user and a group.
 *
 * @param path  the file
 * @param uid  the user, or −1 to leave it
 * @param gid  the group, or −1 to leave it
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EPERM  the caller may not give it away
 * @python os.chown(path, uid, gid, *, follow_symlinks=True)
 * @source chown(2)
 * @shell see os_chownat
 */
OS_API OS_NONNULL() int os_chown(const char *path, uid_t uid, gid_t gid, int flags);

/**
 * Gives `path`, relative to a directory, to a user and a group.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param uid  the user, or −1 to leave it
 * @param gid  the group, or −1 to leave it
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EPERM  the caller may not give it away
 * @python os.chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True)
 * @source fchownat(2)
 * @shell os.chown PATH UID GID [--dir-fd=OS_CWD] [--nofollow] -> none
 */
OS_API OS_NONNULL() int os_chownat(int dir_fd, const char *path, uid_t uid, gid_t gid, int flags);

/**
 * Gives `path` to a user and a group; a symbolic link itself, not what it names.
 *
 * @param path  the file
 * @param uid  the user, or −1 to leave it
 * @param gid  the group, or −1 to leave it
 * @return 0, or −1 with errno set
 * @error EPERM  the caller may not give it away
 * @python os.lchown(path, uid, gid)
 * @source lchown(2)
 * @shell os.lchown PATH UID GID -> none
 */
OS_API OS_NONNULL() int os_lchown(const char *path, uid_t uid, gid_t gid);

/**
 * Gives what a descriptor is open on to a user and a group.
 *
 * @param fd  the descriptor
 * @param uid  the user, or −1 to leave it
 * @param gid  the group, or −1 to leave it
 * @return 0, or −1 with errno set
 * @error EPERM  the caller may not give it away
 * @python os.fchown(fd, uid, gid), os.chown(fd, uid, gid)
 * @source fchown(2)
 * @shell os.fchown FD UID GID -> none
 */
OS_API int os_fchown(int fd, uid_t uid, gid_t gid);

/** For a time in nanoseconds: the moment of the call. */
#define OS_TIME_NOW INT64_MIN
/** For a time in nanoseconds: leave it as it is. */
#define OS_TIME_OMIT (INT64_MIN + 1)

/**
 * Sets when `path` was last read and last changed.
 *
 * @param path  the file
 * @param atime_ns  last read, in nanoseconds since 1970; OS_TIME_NOW or OS_TIME_OMIT
 * @param mtime_ns  last change of the content, likewise
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @python os.utime(path, times=None, *, ns=None, follow_symlinks=True)
 * @source utimensat(2)
 * @shell see os_utimeat
 */
OS_API OS_NONNULL() int os_utime(const char *path, int64_t atime_ns, int64_t mtime_ns, int flags);

/**
 * Sets when `path`, relative to a directory, was last read and last changed.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param atime_ns  last read, in nanoseconds since 1970; OS_TIME_NOW or OS_TIME_OMIT
 * @param mtime_ns  last change of the content, likewise
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @python os.utime(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)
 * @source utimensat(2)
 * @shell os.utime PATH [--atime-ns=OS_TIME_NOW] [--mtime-ns=OS_TIME_NOW] [--dir-fd=OS_CWD]
 * [--nofollow] -> none
 */
OS_API OS_NONNULL() int os_utimeat(int dir_fd, const char *path, int64_t atime_ns, int64_t mtime_ns,
                                   int flags);

/**
 * Sets when what a descriptor is open on was last read and last changed.
 *
 * @param fd  the descriptor
 * @param atime_ns  last read, in nanoseconds since 1970; OS_TIME_NOW or OS_TIME_OMIT
 * @param mtime_ns  last change of the content, likewise
 * @return 0, or −1 with errno set
 * @python os.utime(fd, times=None, *, ns=None)
 * @source futimens(3)
 * @shell see os_utimeat
 */
OS_API int os_utime_fd(int fd, int64_t atime_ns, int64_t mtime_ns);

/**
 * Sets when `path` was last read and last changed, to any moment, also before 1677 and after 2262.
 * What the file system can't hold becomes the nearest that it can.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file, or NULL for what `dir_fd` itself is open on
 * @param times  last read, and last change of the content, or NULL for now
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EINVAL  the nanoseconds are not 0 to 999,999,999, UTIME_NOW or UTIME_OMIT
 * @error EOVERFLOW  the seconds are more than this machine can count
 * @python os.utime(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)
 * @source utimensat(2)
 * @shell see os_utimeat
 */
OS_API int os_utimensat(int dir_fd, const char *path, const struct os_time times[2], int flags);

/** Python's os.statvfs_result. */
struct os_statvfs_result {
    uint64_t f_bsize;   /**< preferred size of a read or write, in bytes */
    uint64_t f_frsize;  /**< size of a block, in bytes: the unit of the next three */
    uint64_t f_blocks;  /**< how many blocks there are */
    uint64_t f_bfree;   /**< how many are free */
    uint64_t f_bavail;  /**< how many of these anybody may use */
    uint64_t f_files;   /**< how many inodes there are */
    uint64_t f_ffree;   /**< how many are free */
    uint64_t f_favail;  /**< how many of these anybody may use */
    uint64_t f_flag;    /**< ST_RDONLY, ST_NOSUID … */
    uint64_t f_namemax; /**< the longest file name, in bytes */
    uint64_t f_fsid;    /**< the identity of the file system */
};

/**
 * The file system that `path` is on.
 *
 * @param path  any file of it
 * @param ret_statvfs  filled on success
 * @return 0, or −1 with errno set
 * @python os.statvfs(path)
 * @source statvfs(3)
 * @shell os.statvfs PATH -> statvfs
 */
OS_API OS_NONNULL() int os_statvfs(const char *path, struct os_statvfs_result *ret_statvfs);

/**
 * The file system that a descriptor is open on.
 *
 * @param fd  the descriptor of any file of it
 * @param ret_statvfs  filled on success
 * @return 0, or −1 with errno set
 * @python os.fstatvfs(fd), os.statvfs(fd)
 * @source fstatvfs(3)
 * @shell os.fstatvfs FD -> statvfs
 */
OS_API OS_NONNULL() int os_fstatvfs(int fd, struct os_statvfs_result *ret_statvfs);

/* What statx is asked for and tells, under the kernel's names. */
#ifndef STATX_TYPE
#define STATX_TYPE        0x00000001U
#define STATX_MODE        0x00000002U
#define STATX_NLINK       0x00000004U
#define STATX_UID         0x00000008U
#define STATX_GID         0x00000010U
#define STATX_ATIME       0x00000020U
#define STATX_MTIME       0x00000040U
#define STATX_CTIME       0x00000080U
#define STATX_INO         0x00000100U
#define STATX_SIZE        0x00000200U
#define STATX_BLOCKS      0x00000400U
#define STATX_BASIC_STATS 0x000007ffU
#define STATX_BTIME       0x00000800U
#define STATX_ALL         0x00000fffU
#endif
#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U
#endif
#ifndef STATX_DIOALIGN
#define STATX_DIOALIGN 0x00002000U
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x00004000U
#endif
#ifndef STATX_SUBVOL
#define STATX_SUBVOL 0x00008000U
#endif
#ifndef STATX_WRITE_ATOMIC
#define STATX_WRITE_ATOMIC 0x00010000U
#endif
#ifndef STATX_DIO_READ_ALIGN
#define STATX_DIO_READ_ALIGN 0x00020000U
#endif
#ifndef AT_NO_AUTOMOUNT
#define AT_NO_AUTOMOUNT 0x800
#endif
#ifndef AT_STATX_SYNC_AS_STAT
#define AT_STATX_SYNC_AS_STAT 0x0000
#define AT_STATX_FORCE_SYNC   0x2000
#define AT_STATX_DONT_SYNC    0x4000
#endif

/** Python's os.statx_result: a member means something where `stx_mask` has its bit. */
struct os_statx_result {
    uint32_t stx_mask;            /**< the STATX_… bits that were told */
    uint32_t stx_blksize;         /**< preferred size of a read or write; always told */
    uint64_t stx_attributes;      /**< STATX_ATTR_… bits: compressed, immutable … */
    uint64_t stx_attributes_mask; /**< those of them that the file system knows */
    uint32_t stx_nlink;           /**< number of hard links */
    uint32_t stx_uid;             /**< owner */
    uint32_t stx_gid;             /**< group */
    uint32_t stx_mode;            /**< type (STATX_TYPE) and permission bits (STATX_MODE) */
    uint64_t stx_ino;             /**< inode number */
    uint64_t stx_size;            /**< size in bytes */
    uint64_t stx_blocks;          /**< space taken, in units of 512 bytes */
    int64_t stx_atime_ns;         /**< last read, in nanoseconds since 1970 */
    int64_t stx_btime_ns;         /**< birth */
    int64_t stx_ctime_ns;         /**< last change of the inode */
    int64_t stx_mtime_ns;         /**< last change of the content */
    int64_t stx_atime_sec;        /**< the same in whole seconds, exact beyond 2262 … */
    int64_t stx_btime_sec;
    int64_t stx_ctime_sec;
    int64_t stx_mtime_sec;
    uint32_t stx_atime_nsec; /**< … and the nanoseconds to add to them */
    uint32_t stx_btime_nsec;
    uint32_t stx_ctime_nsec;
    uint32_t stx_mtime_nsec;
    uint64_t stx_rdev;       /**< device number, where the file is a device; always told */
    uint64_t stx_dev;        /**< device the file lives on; always told */
    uint32_t stx_rdev_major; /**< the two parts of stx_rdev */
    uint32_t stx_rdev_minor;
    uint32_t stx_dev_major; /**< the two parts of stx_dev */
    uint32_t stx_dev_minor;
    uint64_t stx_mnt_id;                    /**< mount (STATX_MNT_ID, STATX_MNT_ID_UNIQUE) */
    uint32_t stx_dio_mem_align;             /**< direct I/O: alignment of memory (STATX_DIOALIGN) */
    uint32_t stx_dio_offset_align;          /**< and of the place in the file */
    uint64_t stx_subvol;                    /**< subvolume (STATX_SUBVOL) */
    uint32_t stx_atomic_write_unit_min;     /**< writes that are never torn: least size
                                                 (STATX_WRITE_ATOMIC) */
    uint32_t stx_atomic_write_unit_max;     /**< greatest size */
    uint32_t stx_atomic_write_segments_max; /**< most pieces */
    uint32_t stx_dio_read_offset_align;     /**< alignment for reading (STATX_DIO_READ_ALIGN) */
    uint32_t stx_atomic_write_unit_max_opt; /**< greatest size that is still fast */
};

/**
 * What is at `path`, as far as `mask` asks for it. Where the kernel or a sandbox has no statx(2),
 * it tells what stat(2) knows, and says so in `stx_mask`.
 *
 * @param path  the file
 * @param mask  STATX_… bits: what is wanted; more or less of it may be told
 * @param at_flags  AT_NO_AUTOMOUNT, AT_STATX_FORCE_SYNC or AT_STATX_DONT_SYNC; else 0
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @param ret_statx  filled on success
 * @return 0, or −1 with errno set
 * @python os.statx(path, mask, *, flags=0, follow_symlinks=True), since 3.15
 * @source statx(2)
 * @shell see os_statxat
 */
OS_API OS_NONNULL() int os_statx(const char *path, uint32_t mask, int at_flags, int flags,
                                 struct os_statx_result *ret_statx);

/**
 * What is at `path`, relative to a directory, as far as `mask` asks for it.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param mask  STATX_… bits: what is wanted; more or less of it may be told
 * @param at_flags  AT_NO_AUTOMOUNT, AT_STATX_FORCE_SYNC or AT_STATX_DONT_SYNC; else 0
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @param ret_statx  filled on success
 * @return 0, or −1 with errno set
 * @python os.statx(path, mask, *, flags=0, dir_fd=None, follow_symlinks=True), since 3.15
 * @source statx(2)
 * @shell os.statx PATH MASK [--at-flags=0] [--dir-fd=OS_CWD] [--nofollow] -> statx
 */
OS_API OS_NONNULL() int os_statxat(int dir_fd, const char *path, uint32_t mask, int at_flags,
                                   int flags, struct os_statx_result *ret_statx);

/**
 * What a descriptor is open on, as far as `mask` asks for it.
 *
 * @param fd  the descriptor
 * @param mask  STATX_… bits: what is wanted; more or less of it may be told
 * @param at_flags  AT_STATX_FORCE_SYNC or AT_STATX_DONT_SYNC; else 0
 * @param ret_statx  filled on success
 * @return 0, or −1 with errno set
 * @python os.statx(fd, mask, *, flags=0), since 3.15
 * @source statx(2)
 * @shell see os_statxat
 */
OS_API OS_NONNULL() int os_statx_fd(int fd, uint32_t mask, int at_flags,
                                    struct os_statx_result *ret_statx);

OS_END_DECLS

#endif
