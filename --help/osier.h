/*
 * osier: Python's os module, natively in C; its whole interface in one file.
 *
 * MIT License
 *
 * Copyright (c) 2026 The osier authors
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy
 * of this software and associated documentation files (the "Software"), to deal
 * in the Software without restriction, including without limitation the rights
 * to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
 * copies of the Software, and to permit persons to whom the Software is
 * furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all
 * copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
 * FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
 * OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
 * SOFTWARE.
 */
/** The whole of osier: Python's os module for C, one header a topic. */
#ifndef OSIER_H
#define OSIER_H

/**
 * What a file is besides its content: owner, times, all that statx tells, and the file system that
 * it is on. Names and permission bits are in files.h, extended attributes in xattr.h.
 */
#ifndef OSIER_ATTRIBUTES_H
#define OSIER_ATTRIBUTES_H

/** What stat(2) tells of a file, in one layout on every libc and processor. */
#ifndef OSIER_STAT_H
#define OSIER_STAT_H

/** What every other header of osier shares: attributes, flags, the version, and who frees what. */
#ifndef OSIER_TYPES_H
#define OSIER_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** The version of these headers; os_version() tells that of the library a program runs with. */
#define OSIER_VERSION_MAJOR 0
#define OSIER_VERSION_MINOR 1
#define OSIER_VERSION_PATCH 0
#define OSIER_VERSION       "0.1.0"

#ifdef __cplusplus
#define OS_BEGIN_DECLS extern "C" {
#define OS_END_DECLS   }
#else
#define OS_BEGIN_DECLS
#define OS_END_DECLS
#endif

#ifdef __GNUC__
#define OS_ATTRIBUTE(...) __attribute__((__VA_ARGS__))
#else
#define OS_ATTRIBUTE(...)
#endif

/** Marks a function as part of the contract; everything else in the library is hidden. */
#define OS_API OS_ATTRIBUTE(visibility("default"))
/** The result is a block of its own: the caller owns it and calls free(). */
#define OS_MUST_FREE OS_ATTRIBUTE(malloc, warn_unused_result)
/** The result says whether the call worked: ignoring it is a mistake. */
#define OS_MUST_CHECK OS_ATTRIBUTE(warn_unused_result)
/** These arguments (counted from 1; none named: all) must not be NULL. */
#define OS_NONNULL(...) OS_ATTRIBUTE(nonnull(__VA_ARGS__))
/** A list of arguments that ends with NULL. */
#define OS_SENTINEL OS_ATTRIBUTE(sentinel)
/** The result depends on nothing but the arguments and what they point to. */
#define OS_PURE OS_ATTRIBUTE(pure)

OS_BEGIN_DECLS

/**
 * Options that calls take in their `flags` argument; each bit means the same wherever it is
 * taken, and a call answers EINVAL to a bit that it does not take. 0 means Python's defaults.
 */
enum os_flags {
    OS_EXIST_OK = 1 << 0,       /**< exist_ok=True: a directory that is there already is fine */
    OS_NOFOLLOW = 1 << 1,       /**< follow_symlinks=False: the link itself, not what it names */
    OS_EFFECTIVE_IDS = 1 << 2,  /**< effective_ids=True: ask for the effective user and group */
    OS_IS_DIRECTORY = 1 << 3,   /**< target_is_directory=True: taken and ignored, as on POSIX */
    OS_RECURSIVE = 1 << 4,      /**< recursive=True: `**` stands for directories at any depth */
    OS_INCLUDE_HIDDEN = 1 << 5, /**< include_hidden=True: `*` matches hidden names, too */
};

/** The current directory, wherever a call takes a directory descriptor (`dir_fd`). */
#define OS_CWD (-100) /* AT_FDCWD on Linux */

/** A piece of text inside a longer one; not terminated, not owned. */
struct os_slice {
    const char *data; /**< where it starts */
    size_t size;      /**< how many bytes it has */
};

/**
 * The version of the library that the program runs with, "0.1.0".
 *
 * @return a static string
 * @since 0.1
 * @shell no: `osier --version`
 */
OS_API const char *os_version(void);

/**
 * Frees what a pointer points to: the function behind os_autofree. errno stays as it is.
 *
 * @param p  a pointer to the pointer
 * @since 0.1
 * @shell no: it is about memory of the caller
 */
OS_API void os_free_pointer(void *p);

/** Frees a variable's block when it goes out of scope: `os_autofree char *cwd = os_getcwd();` */
#ifdef __GNUC__
#define os_autofree __attribute__((cleanup(os_free_pointer)))
#endif

OS_END_DECLS

#endif
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
 * @since 0.1
 * @source chown(2)
 * @shell see os_chownat
 */
OS_API int os_chown(const char *path, uid_t uid, gid_t gid, int flags);

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
 * @since 0.1
 * @source fchownat(2)
 * @shell os.chown PATH UID GID [--dir-fd=OS_CWD] [--nofollow] -> none
 */
OS_API int os_chownat(int dir_fd, const char *path, uid_t uid, gid_t gid, int flags);

/**
 * Gives `path` to a user and a group; a symbolic link itself, not what it names.
 *
 * @param path  the file
 * @param uid  the user, or −1 to leave it
 * @param gid  the group, or −1 to leave it
 * @return 0, or −1 with errno set
 * @error EPERM  the caller may not give it away
 * @python os.lchown(path, uid, gid)
 * @since 0.1
 * @source lchown(2)
 * @shell os.lchown PATH UID GID -> none
 */
OS_API int os_lchown(const char *path, uid_t uid, gid_t gid);

/**
 * Gives what a descriptor is open on to a user and a group.
 *
 * @param fd  the descriptor
 * @param uid  the user, or −1 to leave it
 * @param gid  the group, or −1 to leave it
 * @return 0, or −1 with errno set
 * @error EPERM  the caller may not give it away
 * @python os.fchown(fd, uid, gid), os.chown(fd, uid, gid)
 * @since 0.1
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
 * @since 0.1
 * @source utimensat(2)
 * @shell see os_utimeat
 */
OS_API int os_utime(const char *path, int64_t atime_ns, int64_t mtime_ns, int flags);

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
 * @since 0.1
 * @source utimensat(2)
 * @shell os.utime PATH [--atime-ns=OS_TIME_NOW] [--mtime-ns=OS_TIME_NOW] [--dir-fd=OS_CWD]
 * [--nofollow] -> none
 */
OS_API int os_utimeat(int dir_fd, const char *path, int64_t atime_ns, int64_t mtime_ns, int flags);

/**
 * Sets when what a descriptor is open on was last read and last changed.
 *
 * @param fd  the descriptor
 * @param atime_ns  last read, in nanoseconds since 1970; OS_TIME_NOW or OS_TIME_OMIT
 * @param mtime_ns  last change of the content, likewise
 * @return 0, or −1 with errno set
 * @python os.utime(fd, times=None, *, ns=None)
 * @since 0.1
 * @source futimens(3)
 * @shell see os_utimeat
 */
OS_API int os_utime_fd(int fd, int64_t atime_ns, int64_t mtime_ns);

/**
 * Sets when `path` was last read and last changed, to any moment, also before 1677 and after 2262.
 * What the file system can't hold becomes the nearest that it can.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file; NULL: what `dir_fd` itself is open on
 * @param times  last read, and last change of the content; NULL: both are now
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EINVAL  the nanoseconds are not 0 to 999,999,999, UTIME_NOW or UTIME_OMIT
 * @error EOVERFLOW  the seconds are more than this machine can count
 * @python os.utime(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)
 * @since 0.1
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
 * @since 0.1
 * @source statvfs(3)
 * @shell os.statvfs PATH -> statvfs
 */
OS_API int os_statvfs(const char *path, struct os_statvfs_result *ret_statvfs);

/**
 * The file system that a descriptor is open on.
 *
 * @param fd  the descriptor of any file of it
 * @param ret_statvfs  filled on success
 * @return 0, or −1 with errno set
 * @python os.fstatvfs(fd), os.statvfs(fd)
 * @since 0.1
 * @source fstatvfs(3)
 * @shell os.fstatvfs FD -> statvfs
 */
OS_API int os_fstatvfs(int fd, struct os_statvfs_result *ret_statvfs);

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
 * @since 0.1
 * @source statx(2)
 * @shell see os_statxat
 */
OS_API int os_statx(const char *path, uint32_t mask, int at_flags, int flags,
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
 * @since 0.1
 * @source statx(2)
 * @shell os.statx PATH MASK [--at-flags=0] [--dir-fd=OS_CWD] [--nofollow] -> statx
 */
OS_API int os_statxat(int dir_fd, const char *path, uint32_t mask, int at_flags, int flags,
                      struct os_statx_result *ret_statx);

/**
 * What a descriptor is open on, as far as `mask` asks for it.
 *
 * @param fd  the descriptor
 * @param mask  STATX_… bits: what is wanted; more or less of it may be told
 * @param at_flags  AT_STATX_FORCE_SYNC or AT_STATX_DONT_SYNC; else 0
 * @param ret_statx  filled on success
 * @return 0, or −1 with errno set
 * @python os.statx(fd, mask, *, flags=0), since 3.15
 * @since 0.1
 * @source statx(2)
 * @shell see os_statxat
 */
OS_API int os_statx_fd(int fd, uint32_t mask, int at_flags, struct os_statx_result *ret_statx);

OS_END_DECLS

#endif
/**
 * Constants by name, for scripts and other languages: every number and text that Python's os has.
 *
 * The values are the kernel's for this processor, whatever the headers of the libc know of them. In
 * C the constants that C has keep C's names: O_CREAT, WNOHANG.
 */
#ifndef OSIER_CONSTANTS_H
#define OSIER_CONSTANTS_H


OS_BEGIN_DECLS

/** What a constant is. */
enum os_constant_kind {
    OS_CONSTANT_INT,  /**< a number: O_CREAT */
    OS_CONSTANT_BOOL, /**< 0 or 1: supports_bytes_environ */
    OS_CONSTANT_TEXT, /**< a text: sep; None where there is none: altsep */
};

/** A constant of Python's os. */
struct os_named_constant {
    const char *name;           /**< without "os.": "O_CREAT", "path.sep" */
    int64_t value;              /**< of a number or truth value, else 0 */
    const char *text;           /**< of a text, or NULL */
    enum os_constant_kind kind; /**< what it is */
    const char *section;        /**< of Python's documentation: "Process Management" */
    const char *since;          /**< the Python that brought it: "3.13"; "3.11" or before */
};

/**
 * The value of a constant that is a number.
 *
 * @param name  its name: "O_CREAT"; "os." in front of it may be there or not
 * @param ret_value  set to its value
 * @return 0, or −1 with errno set
 * @error EINVAL  Python's os has no such constant, or it is a text
 * @python os.O_CREAT and its like
 * @since 0.1
 * @shell see os_constants
 */
OS_API int os_constant(const char *name, int64_t *ret_value);

/**
 * The value of a constant that is text.
 *
 * @param name  its name: "sep", "path.sep"; "os." in front of it may be there or not
 * @return a static string; NULL with errno 0 for "altsep", which is None, and with errno set on an
 *         error
 * @error EINVAL  Python's os has no such constant, or it is a number
 * @python os.sep and its like
 * @since 0.1
 * @shell see os_constants
 */
OS_API const char *os_constant_text(const char *name);

/**
 * All constants.
 *
 * @param ret_count  set to how many there are
 * @return a static array, in the order of the names (strcmp(3))
 * @python vars(os)
 * @since 0.1
 * @shell no: each of them answers to its own name, as in `osier os.O_CREAT`
 */
OS_API const struct os_named_constant *os_constants(size_t *ret_count);

OS_END_DECLS

#endif
/** Whole files: reading one, replacing one so that no crash leaves half of it, cutting, syncing. */
#ifndef OSIER_CONTENTS_H
#define OSIER_CONTENTS_H


OS_BEGIN_DECLS

/**
 * Everything that a file holds, however much it is, and whether or not it tells its size (those of
 * /proc don't).
 *
 * @param path  the file
 * @param ret_size  how many bytes it held, or NULL
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @error EISDIR  it is a directory
 * @since 0.1
 * @source read(2)
 * @shell os.read_file PATH -> content
 */
OS_API OS_MUST_FREE char *os_read_file(const char *path, size_t *ret_size);

/**
 * Everything that a file holds, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param ret_size  how many bytes it held, or NULL
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @error EISDIR  it is a directory
 * @since 0.1
 * @source read(2)
 * @shell see os_read_file
 */
OS_API OS_MUST_FREE char *os_read_fileat(int dir_fd, const char *path, size_t *ret_size);

/** How os_write_file() writes; all zero but `size` is the default. */
struct os_write_file_options {
    size_t size;     /**< sizeof(struct os_write_file_options) */
    mode_t mode;     /**< permission bits before the umask; 0: 0666 */
    bool keep_mode;  /**< the new file gets the permission bits and the ACL of the one it replaces;
                          set-user-ID and set-group-ID only with the same user or group */
    bool keep_owner; /**< and its user and group */
    bool follow;     /**< where `path` is a symbolic link, replace what it names, not the link */
    bool noreplace;  /**< fail with EEXIST where something is there */
    bool nosync;     /**< don't wait for the disk: atomic, but after a crash old or new */
};

/**
 * Gives `path` a new content, atomically and durably: whoever looks, and whatever crashes, sees
 * the whole old file or the whole new one, and once the call has returned the new one is on disk.
 *
 * It writes a file beside the target (".osier-…"), syncs it, renames it over the target and syncs
 * the directory. On failure the old file stands as it did, unless it was that last sync that
 * failed. The new file is a new inode: hard links keep the old content. The directory need not be
 * readable; where it isn't, its whole file system is synced.
 *
 * @param path  the file; it need not exist
 * @param data  its new content
 * @param size  how many bytes
 * @param options  NULL for the defaults
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @error EINVAL  it is a device, a FIFO or a socket; or the options have no size
 * @error E2BIG  the options ask for something that this version doesn't know
 * @since 0.1
 * @source rename(2), fsync(2)
 * @shell os.write_file PATH DATA [--mode=0] [--keep-mode] [--keep-owner] [--follow]
 *        [--noreplace] [--nosync] -> none
 */
OS_API int os_write_file(const char *path, const void *data, size_t size,
                         const struct os_write_file_options *options);

/**
 * Does what os_write_file() does, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file; it need not exist
 * @param data  its new content
 * @param size  how many bytes
 * @param options  NULL for the defaults
 * @return 0, or −1 with errno set
 * @since 0.1
 * @source rename(2), fsync(2)
 * @shell see os_write_file
 */
OS_API int os_write_fileat(int dir_fd, const char *path, const void *data, size_t size,
                           const struct os_write_file_options *options);

/**
 * Cuts the file `path` to a length, or fills it up to there with zeros.
 *
 * @param path  the file
 * @param length  in bytes
 * @return 0, or −1 with errno set
 * @error EINVAL  the length is negative
 * @python os.truncate(path, length)
 * @since 0.1
 * @source truncate(2)
 * @shell os.truncate PATH LENGTH -> none
 */
OS_API int os_truncate(const char *path, int64_t length);

/**
 * Cuts the file that a descriptor is open on to a length, or fills it up to there with zeros.
 *
 * @param fd  the descriptor, open for writing
 * @param length  in bytes
 * @return 0, or −1 with errno set
 * @error EINVAL  the length is negative, or it is not open for writing
 * @python os.ftruncate(fd, length, /), os.truncate(fd, length)
 * @since 0.1
 * @source ftruncate(2)
 * @shell os.ftruncate FD LENGTH -> none
 */
OS_API int os_ftruncate(int fd, int64_t length);

/**
 * Writes everything that is cached to the disks, and waits for it.
 *
 * @python os.sync()
 * @since 0.1
 * @source sync(2)
 * @shell os.sync -> none
 */
OS_API void os_sync(void);

/**
 * Writes what is cached of one file system to its disk, and waits for it.
 *
 * @param fd  the descriptor of any file on it
 * @return 0, or −1 with errno set
 * @error EIO  something could not be written
 * @since 0.1
 * @source syncfs(2)
 * @shell os.syncfs FD -> none
 */
OS_API int os_syncfs(int fd);

OS_END_DECLS

#endif
/**
 * File descriptor operations: open, read, write, position, locks, pipes, inheritance.
 *
 * Every descriptor is born close-on-exec (PEP 446) unless the call says otherwise; every call is
 * tried again when a signal interrupts it (PEP 475), close() alone is not. Sizes and positions of
 * a file are int64_t, on 32-bit processors too.
 */
#ifndef OSIER_DESCRIPTORS_H
#define OSIER_DESCRIPTORS_H

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the kernel knows, for a libc or a set of feature macros that leaves it out: C's names, the
 * kernel's values. The headers that own them came first, so none is defined twice. */
#ifndef SEEK_DATA
#define SEEK_DATA 3 /* os_lseek(): to the next byte that is not in a hole */
#define SEEK_HOLE 4 /* os_lseek(): to the next hole; the end counts as one */
#endif
#ifndef RWF_HIPRI
#define RWF_HIPRI 0x00000001 /* poll for the result; wants O_DIRECT */
#endif
#ifndef RWF_DSYNC
#define RWF_DSYNC 0x00000002 /* this write as with O_DSYNC */
#endif
#ifndef RWF_SYNC
#define RWF_SYNC 0x00000004 /* this write as with O_SYNC */
#endif
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008 /* EAGAIN rather than wait for the disk */
#endif
#ifndef RWF_APPEND
#define RWF_APPEND 0x00000010 /* this write as with O_APPEND */
#endif
#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x00000020 /* at the offset, O_APPEND or not; Linux 6.9 */
#endif
#ifndef RWF_ATOMIC
#define RWF_ATOMIC 0x00000040 /* all or nothing, even when the power fails; Linux 6.11 */
#endif
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080 /* leave nothing in the page cache; Linux 6.14 */
#endif
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x00000100 /* EPIPE without SIGPIPE; Linux 6.18 */
#endif
#ifndef SPLICE_F_MOVE
#define SPLICE_F_MOVE     1 /* move pages rather than copy them */
#define SPLICE_F_NONBLOCK 2 /* EAGAIN rather than wait for the pipe */
#define SPLICE_F_MORE     4 /* more follows soon */
#define SPLICE_F_GIFT     8 /* os_vmsplice(): the pages are the kernel's from now on */
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1) /* stop sharing the table with other threads first */
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2) /* mark them close-on-exec, close none now */
#endif
#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE 0x01 /* the file does not grow */
#endif
#ifndef FALLOC_FL_PUNCH_HOLE
#define FALLOC_FL_PUNCH_HOLE 0x02 /* free the range; with FALLOC_FL_KEEP_SIZE */
#endif
#ifndef FALLOC_FL_COLLAPSE_RANGE
#define FALLOC_FL_COLLAPSE_RANGE 0x08 /* cut the range out */
#endif
#ifndef FALLOC_FL_ZERO_RANGE
#define FALLOC_FL_ZERO_RANGE 0x10 /* make the range zeros */
#endif
#ifndef FALLOC_FL_INSERT_RANGE
#define FALLOC_FL_INSERT_RANGE 0x20 /* put a hole in before the offset */
#endif
#ifndef FALLOC_FL_UNSHARE_RANGE
#define FALLOC_FL_UNSHARE_RANGE 0x40 /* give the file its own copy of shared blocks */
#endif

/** As an offset: the descriptor's own position, which moves (Python's None). */
#define OS_POSITION INT64_MIN

OS_BEGIN_DECLS

/**
 * Opens a file.
 *
 * @param path  which; relative to the current directory
 * @param flags  O_RDONLY, O_WRONLY | O_CREAT …; O_CLOEXEC is always added
 * @param mode  the permission bits of a file that is created, before the umask: 0777 in Python
 * @return a descriptor, or −1 with errno set
 * @error ENOENT  no such file, and no O_CREAT
 * @error EEXIST  O_CREAT | O_EXCL, and something stands there already
 * @python os.open(path, flags, mode=0o777, *, dir_fd=None)
 * @since 0.1
 * @source open(2), PEP 446
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK OS_NONNULL() int os_open(const char *path, int flags, mode_t mode);

/**
 * Opens a file relative to a directory.
 *
 * @param dir_fd  the directory, or OS_CWD
 * @param path  which; relative to the directory
 * @param flags  O_RDONLY, O_WRONLY | O_CREAT …; O_CLOEXEC is always added
 * @param mode  the permission bits of a file that is created, before the umask
 * @return a descriptor, or −1 with errno set
 * @error EBADF  dir_fd is no descriptor, and the path is relative
 * @error ENOTDIR  dir_fd is no directory
 * @python os.open(path, flags, mode=0o777, *, dir_fd=None)
 * @since 0.1
 * @source openat(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK OS_NONNULL() int os_openat(int dir_fd, const char *path, int flags,
                                                mode_t mode);

/**
 * Closes a descriptor.
 *
 * On Linux it is closed even where close(2) says EINTR, so that counts as success.
 *
 * @param fd  which
 * @return 0, or −1 with errno set
 * @error EBADF  it was not open
 * @error EIO  an earlier write did not reach the disk; the descriptor is closed all the same
 * @python os.close(fd)
 * @since 0.1
 * @source close(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_close(int fd);

/**
 * Closes all descriptors from `fd_low` up to but not including `fd_high`; ignores every error.
 *
 * @param fd_low  the first; a negative number counts as 0
 * @param fd_high  the one after the last
 * @return nothing
 * @python os.closerange(fd_low, fd_high, /)
 * @since 0.1
 * @source close_range(2)
 * @shell no: a descriptor ends with the command
 */
OS_API void os_closerange(int fd_low, int fd_high);

/**
 * Closes all descriptors from `first` to `last`, or marks them close-on-exec.
 *
 * Works on kernels before 5.9 too, in more than one step.
 *
 * @param first  the first
 * @param last  the last one, included; UINT_MAX for all that follow
 * @param flags  0, CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE or both
 * @return 0, or −1 with errno set
 * @error EINVAL  last is below first, or an unknown flag
 * @since 0.1
 * @source close_range(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_close_range(unsigned int first, unsigned int last, unsigned int flags);

/**
 * Duplicates a descriptor; the copy is not inheritable.
 *
 * @param fd  which
 * @return the lowest free descriptor, or −1 with errno set
 * @python os.dup(fd, /)
 * @since 0.1
 * @source fcntl(2) F_DUPFD_CLOEXEC
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK int os_dup(int fd);

/**
 * Duplicates `fd` to `fd2`, closing that one first if it is open.
 *
 * @param fd  which
 * @param fd2  the number of the copy
 * @param inheritable  whether programs that are started get it: true in Python
 * @return fd2, or −1 with errno set
 * @error EINVAL  both are the same, and not inheritable
 * @python os.dup2(fd, fd2, inheritable=True)
 * @since 0.1
 * @source dup2(2), dup3(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_dup2(int fd, int fd2, bool inheritable);

/**
 * Whether programs that the process starts get the descriptor.
 *
 * @param fd  which
 * @return 1 or 0, or −1 with errno set
 * @python os.get_inheritable(fd, /)
 * @since 0.1
 * @source PEP 446, fcntl(2) F_GETFD
 * @shell os.get_inheritable FD -> bool
 */
OS_API int os_get_inheritable(int fd);

/**
 * Says whether programs that the process starts get the descriptor.
 *
 * @param fd  which; one of O_PATH too
 * @param inheritable  whether they do
 * @return 0, or −1 with errno set
 * @python os.set_inheritable(fd, inheritable, /)
 * @since 0.1
 * @source PEP 446, ioctl(2) FIOCLEX
 * @shell no: a descriptor ends with the command
 */
OS_API int os_set_inheritable(int fd, bool inheritable);

/**
 * Whether reads and writes of the descriptor wait.
 *
 * @param fd  which
 * @return 1, or 0 where it is O_NONBLOCK, or −1 with errno set
 * @python os.get_blocking(fd, /)
 * @since 0.1
 * @source fcntl(2) F_GETFL
 * @shell os.get_blocking FD -> bool
 */
OS_API int os_get_blocking(int fd);

/**
 * Says whether reads and writes of the descriptor wait, for all who share its open file.
 *
 * @param fd  which
 * @param blocking  whether they do
 * @return 0, or −1 with errno set
 * @python os.set_blocking(fd, blocking, /)
 * @since 0.1
 * @source ioctl(2) FIONBIO
 * @shell os.set_blocking FD BLOCKING -> none
 */
OS_API int os_set_blocking(int fd, bool blocking);

/**
 * Makes a pipe; neither end is inheritable.
 *
 * @param ret_fds  the end to read from, and the end to write to
 * @return 0, or −1 with errno set
 * @python os.pipe()
 * @since 0.1
 * @source pipe2(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_pipe(int ret_fds[2]);

/**
 * Makes a pipe with the given flags and no others: without O_CLOEXEC it is inheritable.
 *
 * @param flags  O_CLOEXEC, O_NONBLOCK, O_DIRECT, or several
 * @param ret_fds  the end to read from, and the end to write to
 * @return 0, or −1 with errno set
 * @error EINVAL  an unknown flag
 * @python os.pipe2(flags, /)
 * @since 0.1
 * @source pipe2(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_pipe2(int flags, int ret_fds[2]);

/**
 * Reads into memory of the caller.
 *
 * @param fd  where from
 * @param buffer  where to
 * @param size  how many bytes at most
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @error EAGAIN  nothing there yet, and the descriptor does not block
 * @python os.read(fd, n, /)
 * @since 0.1
 * @source read(2)
 * @shell see os_read_bytes
 */
OS_API OS_MUST_CHECK ssize_t os_read(int fd, void *buffer, size_t size);

/**
 * The same, under the name that Python gives it.
 *
 * @param fd  where from
 * @param buffer  where to
 * @param size  how many bytes at most
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @python os.readinto(fd, buffer, /), since 3.14
 * @since 0.1
 * @source read(2)
 * @shell no: it fills memory of the caller; os.read prints
 */
OS_API OS_MUST_CHECK ssize_t os_readinto(int fd, void *buffer, size_t size);

/**
 * Reads into a block of its own.
 *
 * @param fd  where from
 * @param size  how many bytes at most; one read(2) gives up to 2,147,479,552
 * @param ret_size  how many bytes came, 0 at the end
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @python os.read(fd, n, /)
 * @since 0.1
 * @source read(2)
 * @shell os.read FD SIZE -> bytes
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_read_bytes(int fd, size_t size, size_t *ret_size);

/**
 * Reads into several pieces of memory, one after the other.
 *
 * @param fd  where from
 * @param buffers  the pieces
 * @param count  how many; up to IOV_MAX (1024)
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @python os.readv(fd, buffers, /)
 * @since 0.1
 * @source readv(2)
 * @shell no: it fills memory of the caller
 */
OS_API OS_MUST_CHECK ssize_t os_readv(int fd, const struct iovec *buffers, int count);

/**
 * Reads at an offset; the position stays as it is.
 *
 * @param fd  where from
 * @param buffer  where to
 * @param size  how many bytes at most
 * @param offset  in bytes from the start of the file
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @error ESPIPE  a pipe or socket has no offsets
 * @python os.pread(fd, n, offset, /)
 * @since 0.1
 * @source pread(2)
 * @shell see os_pread_bytes
 */
OS_API OS_MUST_CHECK ssize_t os_pread(int fd, void *buffer, size_t size, int64_t offset);

/**
 * Reads at an offset into a block of its own; the position stays as it is.
 *
 * @param fd  where from
 * @param size  how many bytes at most; one pread(2) gives up to 2,147,479,552
 * @param offset  in bytes from the start of the file
 * @param ret_size  how many bytes came, 0 at the end
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @python os.pread(fd, n, offset, /)
 * @since 0.1
 * @source pread(2)
 * @shell os.pread FD SIZE OFFSET -> bytes
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_pread_bytes(int fd, size_t size, int64_t offset,
                                                      size_t *ret_size);

/**
 * Reads at an offset into several pieces of memory.
 *
 * @param fd  where from
 * @param buffers  the pieces
 * @param count  how many; up to IOV_MAX (1024)
 * @param offset  in bytes from the start; −1: at the position, which moves
 * @param flags  0, or RWF_HIPRI, RWF_NOWAIT …
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @error EAGAIN  RWF_NOWAIT, and it is not in memory
 * @error EOPNOTSUPP  a flag that the kernel or the file does not know
 * @python os.preadv(fd, buffers, offset, flags=0, /)
 * @since 0.1
 * @source preadv2(2)
 * @shell no: it fills memory of the caller
 */
OS_API OS_MUST_CHECK ssize_t os_preadv(int fd, const struct iovec *buffers, int count,
                                       int64_t offset, int flags);

/**
 * Writes.
 *
 * @param fd  where to
 * @param data  what
 * @param size  how many bytes
 * @return how many bytes were taken, perhaps fewer, or −1 with errno set
 * @error EPIPE  nobody reads from the pipe any more
 * @error EAGAIN  no room now, and the descriptor does not block
 * @python os.write(fd, str, /)
 * @since 0.1
 * @source write(2)
 * @shell os.write FD DATA -> int
 */
OS_API ssize_t os_write(int fd, const void *data, size_t size);

/**
 * Writes several pieces of memory, one after the other.
 *
 * @param fd  where to
 * @param buffers  the pieces
 * @param count  how many; up to IOV_MAX (1024)
 * @return how many bytes were taken, perhaps fewer, or −1 with errno set
 * @python os.writev(fd, buffers, /)
 * @since 0.1
 * @source writev(2)
 * @shell no: os.write does it
 */
OS_API ssize_t os_writev(int fd, const struct iovec *buffers, int count);

/**
 * Writes at an offset; the position stays as it is.
 *
 * @param fd  where to
 * @param data  what
 * @param size  how many bytes
 * @param offset  in bytes from the start of the file
 * @return how many bytes were taken, perhaps fewer, or −1 with errno set
 * @error ESPIPE  a pipe or socket has no offsets
 * @python os.pwrite(fd, str, offset, /)
 * @since 0.1
 * @source pwrite(2)
 * @shell os.pwrite FD DATA OFFSET -> int
 */
OS_API ssize_t os_pwrite(int fd, const void *data, size_t size, int64_t offset);

/**
 * Writes several pieces of memory at an offset.
 *
 * @param fd  where to
 * @param buffers  the pieces
 * @param count  how many; up to IOV_MAX (1024)
 * @param offset  in bytes from the start; −1: at the position, which moves
 * @param flags  0, or RWF_DSYNC, RWF_SYNC, RWF_APPEND, RWF_ATOMIC, RWF_NOSIGNAL …
 * @return how many bytes were taken, perhaps fewer, or −1 with errno set
 * @error EOPNOTSUPP  a flag that the kernel or the file does not know
 * @python os.pwritev(fd, buffers, offset, flags=0, /)
 * @since 0.1
 * @source pwritev2(2)
 * @shell no: os.pwrite does it
 */
OS_API ssize_t os_pwritev(int fd, const struct iovec *buffers, int count, int64_t offset,
                          int flags);

/**
 * Sets the position where the next read or write begins.
 *
 * @param fd  which
 * @param position  in bytes
 * @param whence  from where: SEEK_SET the start, SEEK_CUR here, SEEK_END the end; SEEK_DATA and
 *                SEEK_HOLE: the next data or hole at or after it
 * @return the new position from the start, or −1 with errno set
 * @error ESPIPE  a pipe, socket or terminal has no position
 * @error ENXIO  SEEK_DATA or SEEK_HOLE, and position is at the end or behind
 * @python os.lseek(fd, position, whence, /)
 * @since 0.1
 * @source lseek(2)
 * @shell os.lseek FD POSITION WHENCE -> int
 */
OS_API int64_t os_lseek(int fd, int64_t position, int whence);

/**
 * Waits until what was written is on the disk, with all that stat(2) tells of the file.
 *
 * @param fd  which
 * @return 0, or −1 with errno set
 * @error EIO  something did not get there, and another try will not tell
 * @python os.fsync(fd)
 * @since 0.1
 * @source fsync(2)
 * @shell os.fsync FD -> none
 */
OS_API int os_fsync(int fd);

/**
 * Waits until what was written is on the disk, with what is needed to read it back.
 *
 * @param fd  which
 * @return 0, or −1 with errno set
 * @python os.fdatasync(fd)
 * @since 0.1
 * @source fdatasync(2)
 * @shell os.fdatasync FD -> none
 */
OS_API int os_fdatasync(int fd);

/**
 * Locks, unlocks or tests a part of a file that is open for writing.
 *
 * The lock belongs to the process: it goes when the process closes *any* descriptor of the file.
 *
 * @param fd  which
 * @param command  F_LOCK (waits), F_TLOCK (does not), F_ULOCK, F_TEST
 * @param length  in bytes from the position on; negative: before it; 0: to the end, however it
 * grows
 * @return 0, or −1 with errno set
 * @error EAGAIN  F_TLOCK or F_TEST, and another process has it; EACCES likewise
 * @error EDEADLK  F_LOCK, and the two would wait for each other
 * @python os.lockf(fd, cmd, len, /)
 * @since 0.1
 * @source lockf(3)
 * @shell no: a lock ends with the command
 */
OS_API int os_lockf(int fd, int command, int64_t length);

/**
 * Tells the kernel how a part of a file will be used.
 *
 * @param fd  which
 * @param offset  in bytes from the start
 * @param length  in bytes; 0: to the end
 * @param advice  POSIX_FADV_NORMAL, _SEQUENTIAL, _RANDOM, _NOREUSE, _WILLNEED, _DONTNEED
 * @return 0, or −1 with errno set
 * @python os.posix_fadvise(fd, offset, len, advice, /)
 * @since 0.1
 * @source posix_fadvise(2)
 * @shell os.posix_fadvise FD OFFSET LENGTH ADVICE -> none
 */
OS_API int os_posix_fadvise(int fd, int64_t offset, int64_t length, int advice);

/**
 * Makes sure that the disk has room for a part of a file, which grows if it must.
 *
 * @param fd  which
 * @param offset  in bytes from the start
 * @param length  in bytes
 * @return 0, or −1 with errno set
 * @error ENOSPC  it has not
 * @python os.posix_fallocate(fd, offset, len, /)
 * @since 0.1
 * @source posix_fallocate(3)
 * @shell os.posix_fallocate FD OFFSET LENGTH -> none
 */
OS_API int os_posix_fallocate(int fd, int64_t offset, int64_t length);

/**
 * Changes the space that a part of a file takes: allocates, frees, zeroes, cuts out, inserts.
 *
 * @param fd  which
 * @param mode  0 to allocate, or FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_ZERO_RANGE …
 * @param offset  in bytes from the start
 * @param length  in bytes
 * @return 0, or −1 with errno set
 * @error EOPNOTSUPP  this file system can't
 * @since 0.1
 * @source fallocate(2)
 * @shell os.fallocate FD MODE OFFSET LENGTH -> none
 */
OS_API int os_fallocate(int fd, int mode, int64_t offset, int64_t length);

/**
 * Copies from a file to a descriptor inside the kernel.
 *
 * @param out_fd  where to: a socket, pipe or file
 * @param in_fd  where from: a file, or since Linux 5.12 a pipe
 * @param offset  where in the file; or OS_POSITION
 * @param count  how many bytes
 * @return how many bytes were copied, perhaps fewer, 0 at the end, or −1 with errno set
 * @python os.sendfile(out_fd, in_fd, offset, count)
 * @since 0.1
 * @source sendfile(2)
 * @shell os.sendfile OUT_FD IN_FD OFFSET COUNT -> int
 */
OS_API ssize_t os_sendfile(int out_fd, int in_fd, int64_t offset, size_t count);

/**
 * Moves bytes between a pipe and another descriptor inside the kernel.
 *
 * @param src  where from; it or dst is a pipe
 * @param dst  where to
 * @param count  how many bytes at most
 * @param offset_src  where in src; OS_POSITION, as it must be for a pipe
 * @param offset_dst  where in dst, likewise
 * @param flags  0, or SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE
 * @return how many bytes were moved, perhaps fewer, 0 at the end, or −1 with errno set
 * @error EINVAL  neither is a pipe
 * @error ESPIPE  an offset for a pipe
 * @python os.splice(src, dst, count, offset_src=None, offset_dst=None, flags=0)
 * @since 0.1
 * @source splice(2)
 * @shell os.splice SRC DST COUNT [--offset-src=OS_POSITION] [--offset-dst=OS_POSITION] [--flags=0]
 * -> int
 */
OS_API ssize_t os_splice(int src, int dst, size_t count, int64_t offset_src, int64_t offset_dst,
                         unsigned int flags);

/**
 * Copies bytes from one pipe to another; they stay in the first.
 *
 * @param src  where from
 * @param dst  where to
 * @param count  how many bytes at most
 * @param flags  0 or SPLICE_F_NONBLOCK
 * @return how many bytes were copied, perhaps fewer, 0 at the end, or −1 with errno set
 * @since 0.1
 * @source tee(2)
 * @shell os.tee SRC DST COUNT [--flags=0] -> int
 */
OS_API ssize_t os_tee(int src, int dst, size_t count, unsigned int flags);

/**
 * Puts memory of the caller into a pipe without copying it: it must not change until it was read.
 *
 * @param fd  the pipe
 * @param buffers  the pieces
 * @param count  how many; up to IOV_MAX (1024)
 * @param flags  0, or SPLICE_F_NONBLOCK, SPLICE_F_GIFT
 * @return how many bytes were put in, perhaps fewer, or −1 with errno set
 * @since 0.1
 * @source vmsplice(2)
 * @shell no: it is about memory of the caller
 */
OS_API ssize_t os_vmsplice(int fd, const struct iovec *buffers, size_t count, unsigned int flags);

/**
 * Copies from one file to another inside the kernel or the file system.
 *
 * @param src  where from
 * @param dst  where to
 * @param count  how many bytes at most
 * @param offset_src  where in src, or OS_POSITION
 * @param offset_dst  where in dst, or OS_POSITION
 * @return how many bytes were copied, perhaps fewer, 0 at the end, or −1 with errno set
 * @error EINVAL  the two ranges overlap in one file, or one is no regular file
 * @error EXDEV  two file systems that can't; os_sendfile() can
 * @python os.copy_file_range(src, dst, count, offset_src=None, offset_dst=None)
 * @since 0.1
 * @source copy_file_range(2)
 * @shell os.copy_file_range SRC DST COUNT [--offset-src=OS_POSITION] [--offset-dst=OS_POSITION] ->
 * int
 */
OS_API ssize_t os_copy_file_range(int src, int dst, size_t count, int64_t offset_src,
                                  int64_t offset_dst);

OS_END_DECLS

#endif
/** What a directory holds: its names, and its entries with their types. */
#ifndef OSIER_DIRECTORIES_H
#define OSIER_DIRECTORIES_H


OS_BEGIN_DECLS

/**
 * The names in the directory `path`, in the order the file system gives them, without `.` and `..`.
 *
 * @param path  the directory, or NULL for the current one
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 * @error ENOENT  nothing is there
 * @error ENOTDIR  it is not a directory
 * @python os.listdir(path='.')
 * @since 0.1
 * @source getdents(2)
 * @shell os.listdir [PATH] -> list
 */
OS_API OS_MUST_FREE char **os_listdir(const char *path);

/**
 * The same for a directory that is open; its position is at the start afterwards.
 *
 * @param fd  a descriptor of the directory, which stays open
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 * @error EBADF  it is no open descriptor, or one that can't read
 * @error ENOTDIR  it is not a directory
 * @python os.listdir(fd)
 * @since 0.1
 * @source getdents(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_FREE char **os_listdir_fd(int fd);

/**
 * Puts a list of texts in order, as sorted() does with the names of os.listdir() as bytes.
 *
 * @param list  a list as os_listdir() gives it; its block stays the same
 * @python sorted(list)
 * @since 0.1
 * @source qsort(3), strcmp(3)
 * @shell no: sort(1) does it
 */
OS_API void os_sort(char **list) OS_NONNULL();

/** An entry of a directory; it and its texts are valid until the next os_scandir_next(). */
struct os_dir_entry {
    const char *name; /**< its name in the directory; for its path, os_dir_entry_path() */
    uint64_t inode;   /**< its inode number; that of the directory below at a mount point */
    uint8_t d_type; /**< DT_REG, DT_DIR … of dirent.h; DT_UNKNOWN on file systems that keep none */
};

/** A directory being read; made by os_scandir(). */
struct os_scandir;

/**
 * Reads the directory `path` entry by entry, in a memory that does not grow with it.
 *
 *     struct os_scandir *scan = os_scandir("/etc");
 *     struct os_dir_entry *entry;
 *     while ((entry = os_scandir_next(scan)))
 *         if (os_dir_entry_is_file(entry, 0) > 0)
 *             puts(os_dir_entry_path(entry));
 *     int failed = errno;
 *     scan = os_scandir_close(scan);
 *
 * @param path  the directory, or NULL for "."
 * @return the iterator, for os_scandir_close(); NULL with errno set
 * @error ENOENT  nothing is there
 * @error ENOTDIR  it is not a directory
 * @python os.scandir(path='.')
 * @since 0.1
 * @source getdents(2), PEP 471
 * @shell os.scandir [PATH] -> custom
 */
OS_API struct os_scandir *os_scandir(const char *path);

/**
 * The same for a directory that is open; its position is at the start after os_scandir_close().
 *
 * @param fd  a descriptor of the directory; the iterator uses a copy of it
 * @return the iterator, for os_scandir_close(); NULL with errno set
 * @error EBADF  it is no open descriptor, or one that can't read
 * @error ENOTDIR  it is not a directory
 * @python os.scandir(fd), since 3.7
 * @since 0.1
 * @source getdents(2)
 * @shell no: a descriptor ends with the command
 */
OS_API struct os_scandir *os_scandir_fd(int fd);

/**
 * The next entry, `.` and `..` left out.
 *
 * @param scan  the iterator; NULL is at its end
 * @return the entry; at the end NULL with errno 0, on an error NULL with errno set
 * @python next(os.scandir(path))
 * @since 0.1
 * @shell no: part of an iterator
 */
OS_API struct os_dir_entry *os_scandir_next(struct os_scandir *scan);

/**
 * Ends the iterator, whether it came to the end or not.
 *
 * @param scan  the iterator, or NULL
 * @return NULL; errno stays as it is
 * @python os.scandir(path).close(), since 3.6
 * @since 0.1
 * @shell no: part of an iterator
 */
OS_API struct os_scandir *os_scandir_close(struct os_scandir *scan);

/**
 * The entry's path: the directory's as the caller spelled it, a slash and the name.
 *
 * It is put together when it is asked for.
 *
 * @param entry  from os_scandir_next()
 * @return the path, valid as long as the entry; the name alone where the directory came as a
 *         descriptor
 * @python os.DirEntry.path, os.DirEntry.__fspath__(), since 3.6
 * @since 0.1
 * @shell no: part of an iterator
 */
OS_API const char *os_dir_entry_path(struct os_dir_entry *entry) OS_NONNULL();

/**
 * Whether the entry is a directory, or a link to one.
 *
 * Costs no system call unless the entry is a link, or the file system keeps no types.
 *
 * @param entry  from os_scandir_next()
 * @param flags  OS_NOFOLLOW: a link is a link
 * @return 1 or 0 (0 too where it vanished, or the link leads nowhere), or −1 with errno set
 * @error ELOOP  a link leads back to itself
 * @python os.DirEntry.is_dir(*, follow_symlinks=True)
 * @since 0.1
 * @source PEP 471
 * @shell no: part of an iterator
 */
OS_API int os_dir_entry_is_dir(struct os_dir_entry *entry, int flags) OS_NONNULL();

/**
 * Whether the entry is a regular file, or a link to one.
 *
 * @param entry  from os_scandir_next()
 * @param flags  OS_NOFOLLOW: a link is a link
 * @return 1 or 0 (0 too where it vanished, or the link leads nowhere), or −1 with errno set
 * @error ELOOP  a link leads back to itself
 * @python os.DirEntry.is_file(*, follow_symlinks=True)
 * @since 0.1
 * @source PEP 471
 * @shell no: part of an iterator
 */
OS_API int os_dir_entry_is_file(struct os_dir_entry *entry, int flags) OS_NONNULL();

/**
 * Whether the entry is a symbolic link, wherever it leads.
 *
 * @param entry  from os_scandir_next()
 * @return 1 or 0, or −1 with errno set
 * @python os.DirEntry.is_symlink()
 * @since 0.1
 * @source PEP 471
 * @shell no: part of an iterator
 */
OS_API int os_dir_entry_is_symlink(struct os_dir_entry *entry) OS_NONNULL();

/**
 * Whether the entry is a junction of Windows: never, here.
 *
 * @param entry  from os_scandir_next()
 * @return false
 * @python os.DirEntry.is_junction(), since 3.12
 * @since 0.1
 * @shell no: part of an iterator
 */
OS_API bool os_dir_entry_is_junction(const struct os_dir_entry *entry) OS_NONNULL();

/**
 * The entry's inode number.
 *
 * @param entry  from os_scandir_next()
 * @return the number that the directory holds
 * @python os.DirEntry.inode()
 * @since 0.1
 * @shell no: part of an iterator
 */
OS_API uint64_t os_dir_entry_inode(const struct os_dir_entry *entry) OS_NONNULL();

/**
 * What stat(2) tells of the entry; asked of the kernel once, then kept as long as the entry.
 *
 * It is looked up in the directory itself, so a directory that was renamed or replaced meanwhile
 * does no harm.
 *
 * @param entry  from os_scandir_next()
 * @param flags  OS_NOFOLLOW: of the link itself
 * @return the result, valid as long as the entry; NULL with errno set
 * @error ENOENT  it vanished, or the link leads nowhere
 * @python os.DirEntry.stat(*, follow_symlinks=True)
 * @since 0.1
 * @source fstatat(2)
 * @shell no: part of an iterator
 */
OS_API const struct os_stat_result *os_dir_entry_stat(struct os_dir_entry *entry, int flags)
    OS_NONNULL();

OS_END_DECLS

#endif
/**
 * The environment as a mapping, which any thread may read and change at any time.
 *
 * There is one environment, that of the process: what these calls set, getenv(3) and children see,
 * and what setenv(3) sets, these calls see. Reads give copies. What was once in the environment is
 * never freed, so no reader meets freed memory; equal texts are kept once, so a variable that
 * changes to and fro costs nothing. Changes by libc's own setenv(3) are as unsafe as ever, unless
 * the program is linked with or preloads libosier-env, which puts libc's names on these calls.
 */
#ifndef OSIER_ENVIRON_H
#define OSIER_ENVIRON_H


OS_BEGIN_DECLS

/**
 * The value of an environment variable, or a default.
 *
 * @param key            its name
 * @param default_value  what to give if it is not set, or NULL
 * @return a copy, to free(); NULL with errno 0 if it is not set and there is no default, NULL with
 *         errno ENOMEM if memory ran out
 * @python os.getenv(key, default=None)
 * @since 0.1
 * @shell os.getenv KEY [DEFAULT_VALUE] -> str
 */
OS_API char *os_getenv(const char *key, const char *default_value) OS_MUST_CHECK OS_NONNULL(1);

/**
 * Sets an environment variable.
 *
 * @param key    its name: not empty, and without '='
 * @param value  its value
 * @return 0, or −1 with errno set
 * @error EINVAL  the name is empty or holds '='
 * @error ENOMEM  memory ran out; nothing has changed
 * @python os.putenv(name, value, /)
 * @since 0.1
 * @source setenv(3)
 * @shell no: the environment that it changes ends with the command
 */
OS_API int os_putenv(const char *key, const char *value) OS_NONNULL();

/**
 * Removes an environment variable; one that is not set is no error.
 *
 * @param key  its name: not empty, and without '='
 * @return 0, or −1 with errno set
 * @error EINVAL  the name is empty or holds '='
 * @python os.unsetenv(name, /)
 * @since 0.1
 * @source unsetenv(3)
 * @shell no: the environment that it changes ends with the command
 */
OS_API int os_unsetenv(const char *key) OS_NONNULL();

/**
 * All environment variables as of one moment, "KEY=value" each, in their order.
 *
 * As in Python, of two equal names the first counts, and text without '=' is left out.
 *
 * @return a list that ends with NULL, one block to free(); NULL with errno ENOMEM
 * @python os.environ.copy()
 * @since 0.1
 * @shell os.environ -> dict
 */
OS_API OS_MUST_FREE char **os_environ(void);

/**
 * The value of an environment variable that has to be set.
 *
 * @param key  its name
 * @return a copy, to free(); NULL with errno set
 * @error ENOENT  it is not set (Python's KeyError)
 * @python os.environ[key]
 * @since 0.1
 * @shell os.environ.get KEY -> str
 */
OS_API OS_MUST_FREE char *os_environ_get(const char *key) OS_NONNULL();

/**
 * The value itself where it stands in the environment, without a copy.
 *
 * @param key  its name
 * @return the value, or NULL if it is not set. It stays valid for the life of the process, also
 *         when the variable changes, unless other code than osier set it and frees it
 * @since 0.1
 * @source getenv(3)
 * @shell see os_getenv
 */
OS_API const char *os_environ_peek(const char *key) OS_NONNULL();

/**
 * Sets an environment variable.
 *
 * @param key    its name: not empty, and without '='
 * @param value  its value
 * @return 0, or −1 with errno set
 * @error EINVAL  the name is empty or holds '='
 * @error ENOMEM  memory ran out; nothing has changed
 * @python os.environ[key] = value
 * @since 0.1
 * @shell no: the environment that it changes ends with the command
 */
OS_API int os_environ_set(const char *key, const char *value) OS_NONNULL();

/**
 * Removes an environment variable that has to be set.
 *
 * @param key  its name
 * @return 0, or −1 with errno set
 * @error ENOENT  it is not set (Python's KeyError)
 * @error EINVAL  the name is empty or holds '='
 * @python del os.environ[key]
 * @since 0.1
 * @shell no: the environment that it changes ends with the command
 */
OS_API int os_environ_del(const char *key) OS_NONNULL();

/**
 * The value of an environment variable, which is set to `value` first if it is not set.
 *
 * @param key    its name: not empty, and without '='
 * @param value  its value unless it has one
 * @return a copy of what it is now, to free(); NULL with errno set
 * @error EINVAL  it is not set, and the name is empty or holds '='
 * @python os.environ.setdefault(key, value)
 * @since 0.1
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_MUST_FREE char *os_environ_setdefault(const char *key, const char *value) OS_NONNULL();

/**
 * Removes an environment variable and tells what its value was.
 *
 * @param key            its name
 * @param default_value  what to give if it is not set; NULL makes that an error
 * @return a copy, to free(); NULL with errno set
 * @error ENOENT  it is not set, and there is no default (Python's KeyError)
 * @python os.environ.pop(key, default)
 * @since 0.1
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_MUST_FREE char *os_environ_pop(const char *key, const char *default_value) OS_NONNULL(1);

/**
 * Sets all variables of a list at one moment, or after an error none of them.
 *
 * @param list  "KEY=value" texts, then NULL: what os_environ() returns, for one
 * @return 0, or −1 with errno set
 * @error EINVAL  a text holds no '=', or no name before it
 * @error ENOMEM  memory ran out; nothing has changed
 * @python os.environ.update(mapping)
 * @since 0.1
 * @shell no: the environment that it changes ends with the command
 */
OS_API int os_environ_update(char *const list[]) OS_NONNULL();

/**
 * Removes all environment variables.
 *
 * @return nothing; it can't fail
 * @python os.environ.clear()
 * @since 0.1
 * @source clearenv(3)
 * @shell no: the environment that it changes ends with the command
 */
OS_API void os_environ_clear(void);

/**
 * The names of all environment variables, in their order.
 *
 * @return a list that ends with NULL, one block to free(); NULL with errno ENOMEM
 * @python os.environ.keys()
 * @since 0.1
 * @shell os.environ.keys -> list
 */
OS_API OS_MUST_FREE char **os_environ_keys(void);

/**
 * How many environment variables are set.
 *
 * @return the count; −1 with errno ENOMEM
 * @python len(os.environ)
 * @since 0.1
 * @shell os.environ.size -> int
 */
OS_API int64_t os_environ_size(void);

/**
 * Whether an environment variable is set.
 *
 * @param key  its name
 * @return true if it is
 * @python key in os.environ
 * @since 0.1
 * @shell os.environ.contains KEY -> bool
 */
OS_API bool os_environ_contains(const char *key) OS_NONNULL();

/**
 * How many bytes the environment holds for good: the texts and arrays that were ever part of it.
 *
 * It grows with the number of different values that variables were set to, not with how often.
 *
 * @return bytes
 * @since 0.1
 * @shell no: a command starts with none
 */
OS_API size_t os_environ_retained(void);

/**
 * Brings the mapping up to date with the environment of the process.
 *
 * In C they are one, so there is nothing to bring: it takes over an array that other code has put
 * in place of `environ`, which the next change would do as well.
 *
 * @return 0, or −1 with errno ENOMEM
 * @python os.reload_environ(), since 3.14
 * @since 0.1
 * @shell no: a command sees the environment that it starts with
 */
OS_API int os_reload_environ(void);

/**
 * The directories in which a program is looked for.
 *
 * @param env  "KEY=value" texts, then NULL; NULL for the environment of the process
 * @return the parts of its PATH, or of "/bin:/usr/bin" without one: a list that ends with NULL, one
 *         block to free(); NULL with errno ENOMEM
 * @python os.get_exec_path(env=None)
 * @since 0.1
 * @shell os.get_exec_path {env=NULL} -> list
 */
OS_API OS_MUST_FREE char **os_get_exec_path(char *const env[]);

OS_END_DECLS

#endif
/**
 * Errors: errno says what went wrong, the thread's error record says with what.
 *
 * A public function fails as its POSIX namesake does: −1 or NULL, with errno set. The record then
 * holds the rest of what Python's OSError carries. A success never touches it, and it belongs to
 * the thread. A record whose number differs from errno is stale: os_last_error() gives NULL then.
 */
#ifndef OSIER_ERROR_H
#define OSIER_ERROR_H

#include <errno.h>

OS_BEGIN_DECLS

/** What Python's OSError carries. */
struct os_error {
    int number;            /**< errno: ENOENT, EEXIST … (OSError.errno) */
    const char *operation; /**< the function that failed: "makedirs"; a static string */
    const char *filename;  /**< the path it failed at, as the caller spelled it, or NULL */
    const char *filename2; /**< the second path of a call that takes two, or NULL */
    const char *message;   /**< where Python raises no OSError, what it says: "ValueError: …"; a
                                static string, else NULL */
};

/**
 * The error record of the calling thread, as its last failed call left it.
 *
 * @return the record, valid until the thread's next failing call; NULL when errno says otherwise
 * @python OSError
 * @since 0.1
 * @shell no: the command prints what it says
 */
OS_API const struct os_error *os_last_error(void);

/**
 * Prints the last error to stderr in Python's words:
 * `deploy: FileExistsError: [Errno 17] File exists: 'srv/app'`.
 *
 * @param prefix  what to print before it, or NULL for nothing
 * @return nothing; errno and the record stay as they are
 * @since 0.1
 * @shell no: the command prints it by itself
 */
OS_API void os_perror(const char *prefix);

/**
 * The last error in Python's words, `FileExistsError: [Errno 17] File exists: 'srv/app'`.
 *
 * @return the text, to free(); NULL with errno ENOMEM
 * @python str(OSError)
 * @since 0.1
 * @shell no: the command prints it by itself
 */
OS_API OS_MUST_FREE char *os_error_text(void);

/**
 * The name of the exception that Python raises for an errno: "FileExistsError".
 *
 * @param number  an errno
 * @return a static string; "OSError" where Python has no class of its own
 * @python OSError, since 3.3
 * @since 0.1
 * @source PEP 3151
 * @shell os.error_name NUMBER -> str
 */
OS_API const char *os_error_name(int number);

/**
 * The message for an error number: "No such file or directory".
 *
 * @param number  an errno
 * @return a string that stays valid for the life of the thread
 * @python os.strerror(code, /)
 * @since 0.1
 * @source strerror(3)
 * @shell os.strerror NUMBER -> str
 */
OS_API const char *os_strerror(int number);

/**
 * Says what to do when a signal interrupts a system call; without it every call is retried.
 *
 * @param handler  called on EINTR: 0 to retry the call, anything else to fail with EINTR; NULL for
 *                 the default
 * @return the handler before it, or NULL
 * @since 0.1
 * @source PEP 475
 * @shell no: it is about signals of the calling program
 */
OS_API int (*os_set_interrupt_handler(int (*handler)(void)))(void);

/**
 * A name made safe to show, as errors show it: in the form of a Python string.
 *
 * Control characters, bytes that are not UTF-8 and whatever else does not print become escapes:
 * `'a\nb'`, `'\udcff'`.
 *
 * @param name  any bytes
 * @return the text, to free(); NULL with errno ENOMEM
 * @python repr(os.fsdecode(name))
 * @since 0.1
 * @shell os.quote NAME -> str
 */
OS_API OS_MUST_FREE char *os_quote(const char *name) OS_NONNULL();

OS_END_DECLS

#endif
/** Descriptors that are no files: counters, timers, and memory that can be read like a file. */
#ifndef OSIER_EVENTS_H
#define OSIER_EVENTS_H

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

/* C's names and the kernel's values, for a libc that leaves them out. Spelled as the kernel's own
 * headers do, so that a program may include those as well. */
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 0x0001U /* not inheritable */
#endif
#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING 0x0002U /* os_memfd_add_seals() may seal it */
#endif
#ifndef MFD_HUGETLB
#define MFD_HUGETLB 0x0004U /* in huge pages; | (log2 of their size << MFD_HUGE_SHIFT) */
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* not executable, for good; Linux 6.3 */
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* executable; Linux 6.3 */
#endif
#ifndef MFD_HUGE_SHIFT
#define MFD_HUGE_SHIFT 26
#endif
#ifndef F_SEAL_SEAL
#define F_SEAL_SEAL   0x0001 /* no further seals */
#define F_SEAL_SHRINK 0x0002 /* it does not get smaller */
#define F_SEAL_GROW   0x0004 /* it does not get larger */
#define F_SEAL_WRITE  0x0008 /* nobody writes */
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010 /* nobody but existing mappings writes; Linux 5.1 */
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020 /* its executable bits stay as they are; Linux 6.3 */
#endif

OS_BEGIN_DECLS

/** A timer in nanoseconds. */
struct os_itimer_ns {
    int64_t next;     /**< until it goes off; 0 where it is not set */
    int64_t interval; /**< from then on, the time between two; 0: once only */
};

/** A timer in seconds. */
struct os_itimer {
    double next;     /**< until it goes off; 0 where it is not set */
    double interval; /**< from then on, the time between two; 0: once only */
};

/**
 * Makes a counter that one thread or process adds to and another waits for.
 *
 * @param initval  where it starts
 * @param flags  EFD_CLOEXEC in Python, perhaps | EFD_NONBLOCK | EFD_SEMAPHORE; without EFD_CLOEXEC
 *               it is inheritable
 * @return a descriptor, or −1 with errno set
 * @python os.eventfd(initval, flags=os.EFD_CLOEXEC)
 * @since 0.1
 * @source eventfd(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK int os_eventfd(unsigned int initval, int flags);

/**
 * Takes what the counter has, or 1 of it with EFD_SEMAPHORE; waits while it is 0.
 *
 * @param fd  which
 * @param ret_value  what was taken
 * @return 0, or −1 with errno set
 * @error EAGAIN  it is 0, and EFD_NONBLOCK
 * @error EINVAL  it is no counter
 * @python os.eventfd_read(fd)
 * @since 0.1
 * @source eventfd(2)
 * @shell no: a counter ends with the command
 */
OS_API OS_NONNULL() int os_eventfd_read(int fd, uint64_t *ret_value);

/**
 * Adds to the counter; waits while that would be more than 2⁶⁴ − 2.
 *
 * @param fd  which
 * @param value  how much
 * @return 0, or −1 with errno set
 * @error EAGAIN  it has no room, and EFD_NONBLOCK
 * @error EINVAL  value is 2⁶⁴ − 1
 * @python os.eventfd_write(fd, value)
 * @since 0.1
 * @source eventfd(2)
 * @shell no: a counter ends with the command
 */
OS_API int os_eventfd_write(int fd, uint64_t value);

/**
 * Makes a timer that is read like a file.
 *
 * @param clockid  CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME …
 * @param flags  TFD_CLOEXEC in Python, perhaps | TFD_NONBLOCK; without TFD_CLOEXEC it is
 * inheritable
 * @return a descriptor, or −1 with errno set
 * @error EINVAL  an unknown clock or flag
 * @python os.timerfd_create(clockid, /, *, flags=os.TFD_CLOEXEC), since 3.13
 * @since 0.1
 * @source timerfd_create(2)
 * @shell no: a timer ends with the command
 */
OS_API OS_MUST_CHECK int os_timerfd_create(int clockid, int flags);

/**
 * Sets a timer, in nanoseconds.
 *
 * @param fd  which
 * @param flags  0: after that time; TFD_TIMER_ABSTIME: at that time of its clock; perhaps
 *               | TFD_TIMER_CANCEL_ON_SET
 * @param initial  when it goes off first; 0 stops it
 * @param interval  the time between two from then on; 0: once only
 * @param ret_old  how it was set before, or NULL
 * @return 0, or −1 with errno set
 * @error EINVAL  it is no timer, or a negative time
 * @python os.timerfd_settime_ns(fd, /, *, flags=0, initial=0, interval=0), since 3.13
 * @since 0.1
 * @source timerfd_settime(2)
 * @shell no: a timer ends with the command
 */
OS_API int os_timerfd_settime_ns(int fd, int flags, int64_t initial, int64_t interval,
                                 struct os_itimer_ns *ret_old);

/**
 * Sets a timer, in seconds; a fraction of a nanosecond is dropped.
 *
 * @param fd  which
 * @param flags  0: after that time; TFD_TIMER_ABSTIME: at that time of its clock; perhaps
 *               | TFD_TIMER_CANCEL_ON_SET
 * @param initial  when it goes off first; 0 stops it
 * @param interval  the time between two from then on; 0: once only
 * @param ret_old  how it was set before, or NULL
 * @return 0, or −1 with errno set
 * @error EINVAL  it is no timer, or a negative time
 * @error EOVERFLOW  no number, or more than 292 years
 * @python os.timerfd_settime(fd, /, *, flags=0, initial=0.0, interval=0.0), since 3.13
 * @since 0.1
 * @source timerfd_settime(2)
 * @shell no: a timer ends with the command
 */
OS_API int os_timerfd_settime(int fd, int flags, double initial, double interval,
                              struct os_itimer *ret_old);

/**
 * How a timer is set, in nanoseconds.
 *
 * @param fd  which
 * @param ret_timer  the time until it goes off, and the time between two
 * @return 0, or −1 with errno set
 * @error EINVAL  it is no timer
 * @python os.timerfd_gettime_ns(fd, /), since 3.13
 * @since 0.1
 * @source timerfd_gettime(2)
 * @shell no: a timer ends with the command
 */
OS_API OS_NONNULL() int os_timerfd_gettime_ns(int fd, struct os_itimer_ns *ret_timer);

/**
 * How a timer is set, in seconds.
 *
 * @param fd  which
 * @param ret_timer  the time until it goes off, and the time between two
 * @return 0, or −1 with errno set
 * @error EINVAL  it is no timer
 * @python os.timerfd_gettime(fd, /), since 3.13
 * @since 0.1
 * @source timerfd_gettime(2)
 * @shell no: a timer ends with the command
 */
OS_API OS_NONNULL() int os_timerfd_gettime(int fd, struct os_itimer *ret_timer);

/**
 * Makes a file in memory, without a place in the file system.
 *
 * @param name  shown in /proc/self/fd, and for nothing else; up to 249 bytes
 * @param flags  MFD_CLOEXEC in Python, perhaps | MFD_ALLOW_SEALING …; without MFD_CLOEXEC it is
 *               inheritable
 * @return a descriptor, or −1 with errno set
 * @error EINVAL  a longer name, or an unknown flag
 * @python os.memfd_create(name, flags=os.MFD_CLOEXEC)
 * @since 0.1
 * @source memfd_create(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK OS_NONNULL() int os_memfd_create(const char *name, unsigned int flags);

/**
 * Seals a file in memory: what is sealed off can't be done to it any more, by anybody.
 *
 * @param fd  which
 * @param seals  F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE …, or several
 * @return 0, or −1 with errno set
 * @error EPERM  made without MFD_ALLOW_SEALING, or sealed by F_SEAL_SEAL
 * @error EBUSY  F_SEAL_WRITE, and somebody has it mapped for writing
 * @since 0.1
 * @source fcntl(2) F_ADD_SEALS
 * @shell no: os.memfd_create is not for a shell
 */
OS_API int os_memfd_add_seals(int fd, int seals);

/**
 * The seals of a file in memory.
 *
 * @param fd  which
 * @return F_SEAL_SEAL, F_SEAL_SHRINK … or several, or −1 with errno set
 * @error EINVAL  another kind of file
 * @since 0.1
 * @source fcntl(2) F_GET_SEALS
 * @shell os.memfd_get_seals FD -> int
 */
OS_API int os_memfd_get_seals(int fd);

OS_END_DECLS

#endif
/**
 * Files and directories: the current directory, making, renaming, linking and removing, and what
 * stat tells.
 *
 * Where Python takes `dir_fd=`, a function here has an `…at` form: a relative path starts at that
 * directory, OS_CWD being the current one. A call that takes two paths names both in the error
 * record.
 */
#ifndef OSIER_FILES_H
#define OSIER_FILES_H


OS_BEGIN_DECLS

/**
 * The absolute path of the current directory, however long it is.
 *
 * @return the path, to free(); NULL with errno set
 * @error ENOENT  the directory was removed, or can't be reached from the root
 * @python os.getcwd(), os.getcwdb()
 * @since 0.1
 * @source getcwd(3)
 * @shell os.getcwd -> str
 */
OS_API OS_MUST_FREE char *os_getcwd(void);

/**
 * Changes the current directory of the whole process.
 *
 * @param path  the directory to go to
 * @return 0, or −1 with errno set
 * @error ENOTDIR  something else stands there
 * @python os.chdir(path)
 * @since 0.1
 * @source chdir(2)
 * @shell no: the directory changes for the command alone, and ends with it
 */
OS_API int os_chdir(const char *path);

/**
 * Changes the current directory to the one that a descriptor is open on.
 *
 * @param fd  the descriptor of a directory
 * @return 0, or −1 with errno set
 * @python os.fchdir(fd), os.chdir(fd)
 * @since 0.1
 * @source fchdir(2)
 * @shell no: the directory changes for the command alone, and ends with it
 */
OS_API int os_fchdir(int fd);

/**
 * Creates the directory `path`.
 *
 * @param path  where; its parent has to exist
 * @param mode  the permission bits before the umask; 0777 in Python
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already
 * @error ENOENT  the parent does not exist
 * @python os.mkdir(path, mode=0o777)
 * @since 0.1
 * @source mkdir(2)
 * @shell see os_mkdirat
 */
OS_API int os_mkdir(const char *path, mode_t mode);

/**
 * Creates the directory `path`, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  where; its parent has to exist
 * @param mode  the permission bits before the umask; 0777 in Python
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already
 * @error ENOENT  the parent does not exist
 * @python os.mkdir(path, mode=0o777, *, dir_fd=None)
 * @since 0.1
 * @source mkdirat(2)
 * @shell os.mkdir PATH [--mode=0777] [--dir-fd=OS_CWD] -> none
 */
OS_API int os_mkdirat(int dir_fd, const char *path, mode_t mode);

/**
 * Creates the directory `path` and every directory that is missing on the way to it.
 *
 * The path may be of any length, beyond PATH_MAX too, and other processes may create and remove the
 * same directories meanwhile. On failure the record names the component that could not be made;
 * those before it stay.
 *
 * @param path  where
 * @param mode  the permission bits of the last directory before the umask; 0777 in Python. The
 *              others get 0777, as in Python since 3.7
 * @param flags  OS_EXIST_OK: a directory that is there already is fine
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already; with OS_EXIST_OK: and it is no directory
 * @error ENOTDIR  a component on the way is no directory
 * @python os.makedirs(name, mode=0o777, exist_ok=False)
 * @since 0.1
 * @shell see os_makedirsat
 */
OS_API int os_makedirs(const char *path, mode_t mode, int flags);

/**
 * Does what os_makedirs() does, with a mode for the directories on the way.
 *
 * @param path  where
 * @param mode  the permission bits of the last directory before the umask
 * @param parent_mode  those of the directories made on the way
 * @param flags  OS_EXIST_OK
 * @return 0, or −1 with errno set
 * @python os.makedirs(name, mode=0o777, exist_ok=False, *, parent_mode=None), since 3.15
 * @since 0.1
 * @shell see os_makedirsat
 */
OS_API int os_makedirs_parents(const char *path, mode_t mode, mode_t parent_mode, int flags);

/**
 * Does what os_makedirs_parents() does, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  where
 * @param mode  the permission bits of the last directory before the umask
 * @param parent_mode  those of the directories made on the way
 * @param flags  OS_EXIST_OK
 * @return 0, or −1 with errno set
 * @python os.makedirs(name, mode=0o777, exist_ok=False, *, parent_mode=None), since 3.15
 * @since 0.1
 * @shell os.makedirs PATH [--mode=0777] [--parent-mode=0777] [--exist-ok] [--dir-fd=OS_CWD] -> none
 */
OS_API int os_makedirsat(int dir_fd, const char *path, mode_t mode, mode_t parent_mode, int flags);

/**
 * Removes the empty directory `path`.
 *
 * @param path  the directory
 * @return 0, or −1 with errno set
 * @error ENOTEMPTY  it has entries
 * @python os.rmdir(path)
 * @since 0.1
 * @source rmdir(2)
 * @shell see os_rmdirat
 */
OS_API int os_rmdir(const char *path);

/**
 * Removes the empty directory `path`, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the directory
 * @return 0, or −1 with errno set
 * @error ENOTEMPTY  it has entries
 * @python os.rmdir(path, *, dir_fd=None)
 * @since 0.1
 * @source unlinkat(2)
 * @shell os.rmdir PATH [--dir-fd=OS_CWD] -> none
 */
OS_API int os_rmdirat(int dir_fd, const char *path);

/**
 * Removes the empty directory `path`, then each directory of the path above it that is empty.
 *
 * It ends at the first one that can't be removed, which is no error. The path may be of any length.
 *
 * @param path  the directory to begin with
 * @return 0, or −1 with errno set when the first can't be removed
 * @python os.removedirs(name)
 * @since 0.1
 * @shell os.removedirs PATH -> none
 */
OS_API int os_removedirs(const char *path);

/**
 * Removes the file or the link `path`, no directory.
 *
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @python os.remove(path)
 * @since 0.1
 * @source unlink(2)
 * @shell see os_removeat
 */
OS_API int os_remove(const char *path);

/**
 * Removes the file or the link `path`, no directory, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @python os.remove(path, *, dir_fd=None)
 * @since 0.1
 * @source unlinkat(2)
 * @shell os.remove PATH [--dir-fd=OS_CWD] -> none
 */
OS_API int os_removeat(int dir_fd, const char *path);

/**
 * Removes the file or the link `path`: os_remove() under its Unix name.
 *
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @python os.unlink(path)
 * @since 0.1
 * @source unlink(2)
 * @shell see os_unlinkat
 */
OS_API int os_unlink(const char *path);

/**
 * Removes the file or the link `path`, relative to a directory: os_removeat() under its Unix name.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @python os.unlink(path, *, dir_fd=None)
 * @since 0.1
 * @source unlinkat(2)
 * @shell os.unlink PATH [--dir-fd=OS_CWD] -> none
 */
OS_API int os_unlinkat(int dir_fd, const char *path);

/**
 * Renames `src` to `dst`, in one step that nobody sees half done; a file that is there is replaced.
 *
 * @param src  the old name
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EXDEV  the names are on different file systems
 * @python os.rename(src, dst)
 * @since 0.1
 * @source rename(2)
 * @shell see os_renameat
 */
OS_API int os_rename(const char *src, const char *dst);

/**
 * Renames `src` to `dst`, each relative to a directory.
 *
 * @param src_dir_fd  where a relative `src` starts; OS_CWD for the current directory
 * @param src  the old name
 * @param dst_dir_fd  where a relative `dst` starts
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EXDEV  the names are on different file systems
 * @python os.rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)
 * @since 0.1
 * @source renameat(2)
 * @shell os.rename SRC DST [--src-dir-fd=OS_CWD] [--dst-dir-fd=OS_CWD] -> none
 */
OS_API int os_renameat(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst);

/**
 * Renames `src` to `dst`, replacing what is there: os_rename(), which on POSIX does so too.
 *
 * @param src  the old name
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EXDEV  the names are on different file systems
 * @python os.replace(src, dst)
 * @since 0.1
 * @source rename(2)
 * @shell see os_replaceat
 */
OS_API int os_replace(const char *src, const char *dst);

/**
 * Renames `src` to `dst`, replacing what is there, each relative to a directory.
 *
 * @param src_dir_fd  where a relative `src` starts; OS_CWD for the current directory
 * @param src  the old name
 * @param dst_dir_fd  where a relative `dst` starts
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EXDEV  the names are on different file systems
 * @python os.replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)
 * @since 0.1
 * @source renameat(2)
 * @shell os.replace SRC DST [--src-dir-fd=OS_CWD] [--dst-dir-fd=OS_CWD] -> none
 */
OS_API int os_replaceat(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst);

/**
 * Renames `src` to `dst`, making the directories that `dst` lacks and removing those that `src`
 * leaves empty.
 *
 * @param src  the old name
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set; directories made for `dst` stay
 * @python os.renames(old, new)
 * @since 0.1
 * @shell os.renames SRC DST -> none
 */
OS_API int os_renames(const char *src, const char *dst);

/**
 * Makes `dst` a further name of the file `src`: a hard link.
 *
 * @param src  the file; where it is a symbolic link, the file that it names (as in Python from 3.14
 *             on; before, Python linked the link)
 * @param dst  the new name
 * @param flags  OS_NOFOLLOW: a symbolic link at `src` itself gets the new name
 * @return 0, or −1 with errno set
 * @python os.link(src, dst, *, follow_symlinks=True)
 * @since 0.1
 * @source linkat(2)
 * @shell see os_linkat
 */
OS_API int os_link(const char *src, const char *dst, int flags);

/**
 * Makes `dst` a further name of the file `src`, each relative to a directory.
 *
 * @param src_dir_fd  where a relative `src` starts; OS_CWD for the current directory
 * @param src  the file; where it is a symbolic link, the file that it names
 * @param dst_dir_fd  where a relative `dst` starts
 * @param dst  the new name
 * @param flags  OS_NOFOLLOW: a symbolic link at `src` itself gets the new name
 * @return 0, or −1 with errno set
 * @python os.link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)
 * @since 0.1
 * @source linkat(2)
 * @shell os.link SRC DST [--src-dir-fd=OS_CWD] [--dst-dir-fd=OS_CWD] [--nofollow] -> none
 */
OS_API int os_linkat(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst, int flags);

/**
 * Makes a symbolic link `dst` that holds the text `src`.
 *
 * @param src  what the link leads to; a relative one starts where the link stands
 * @param dst  the link
 * @param flags  OS_IS_DIRECTORY is taken and changes nothing, as in Python on POSIX
 * @return 0, or −1 with errno set
 * @python os.symlink(src, dst, target_is_directory=False)
 * @since 0.1
 * @source symlink(2)
 * @shell see os_symlinkat
 */
OS_API int os_symlink(const char *src, const char *dst, int flags);

/**
 * Makes a symbolic link `dst` that holds the text `src`, relative to a directory.
 *
 * @param src  what the link leads to; a relative one starts where the link stands
 * @param dir_fd  where a relative `dst` starts; OS_CWD for the current directory
 * @param dst  the link
 * @param flags  OS_IS_DIRECTORY is taken and changes nothing, as in Python on POSIX
 * @return 0, or −1 with errno set
 * @python os.symlink(src, dst, target_is_directory=False, *, dir_fd=None)
 * @since 0.1
 * @source symlinkat(2)
 * @shell os.symlink SRC DST [--is-directory] [--dir-fd=OS_CWD] -> none
 */
OS_API int os_symlinkat(const char *src, int dir_fd, const char *dst, int flags);

/**
 * What the symbolic link `path` holds, however long it is.
 *
 * @param path  the link
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  it is no symbolic link
 * @python os.readlink(path)
 * @since 0.1
 * @source readlink(2)
 * @shell see os_readlinkat
 */
OS_API OS_MUST_FREE char *os_readlink(const char *path);

/**
 * What the symbolic link `path` holds, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the link
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  it is no symbolic link
 * @python os.readlink(path, *, dir_fd=None)
 * @since 0.1
 * @source readlinkat(2)
 * @shell os.readlink PATH [--dir-fd=OS_CWD] -> str
 */
OS_API OS_MUST_FREE char *os_readlinkat(int dir_fd, const char *path);

/**
 * What is at `path`.
 *
 * @param path  the file
 * @param ret_stat  filled on success
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @python os.stat(path, *, follow_symlinks=True)
 * @since 0.1
 * @source stat(2)
 * @shell see os_statat
 */
OS_API int os_stat(const char *path, struct os_stat_result *ret_stat, int flags);

/**
 * What is at `path`, relative to a directory; the parameters are in the order of fstatat(2).
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param ret_stat  filled on success
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @python os.stat(path, *, dir_fd=None, follow_symlinks=True)
 * @since 0.1
 * @source fstatat(2)
 * @shell os.stat PATH [--dir-fd=OS_CWD] [--nofollow] -> stat
 */
OS_API int os_statat(int dir_fd, const char *path, struct os_stat_result *ret_stat, int flags);

/**
 * What is at `path`; a symbolic link itself, not what it names.
 *
 * @param path  the file
 * @param ret_stat  filled on success
 * @return 0, or −1 with errno set
 * @python os.lstat(path)
 * @since 0.1
 * @source lstat(2)
 * @shell see os_lstatat
 */
OS_API int os_lstat(const char *path, struct os_stat_result *ret_stat);

/**
 * What is at `path`, relative to a directory; a symbolic link itself, not what it names.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param ret_stat  filled on success
 * @return 0, or −1 with errno set
 * @python os.lstat(path, *, dir_fd=None)
 * @since 0.1
 * @source fstatat(2)
 * @shell os.lstat PATH [--dir-fd=OS_CWD] -> stat
 */
OS_API int os_lstatat(int dir_fd, const char *path, struct os_stat_result *ret_stat);

/**
 * What a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param ret_stat  filled on success
 * @return 0, or −1 with errno set
 * @python os.fstat(fd), os.stat(fd)
 * @since 0.1
 * @source fstat(2)
 * @shell os.fstat FD -> stat
 */
OS_API int os_fstat(int fd, struct os_stat_result *ret_stat);

/**
 * Whether the user may use `path` in the ways `mode` asks for.
 *
 * Between the answer and its use anything may change: to open a file, open it.
 *
 * @param path  the file
 * @param mode  F_OK (it is there), or of R_OK, W_OK and X_OK those wanted
 * @param flags  OS_EFFECTIVE_IDS: for the effective user and group, not the real ones; OS_NOFOLLOW:
 *               a symbolic link itself
 * @return 0 for yes, or −1 with errno telling why not
 * @error EACCES  it is forbidden
 * @python os.access(path, mode, *, effective_ids=False, follow_symlinks=True)
 * @since 0.1
 * @source access(2)
 * @shell see os_accessat
 */
OS_API int os_access(const char *path, int mode, int flags);

/**
 * Whether the user may use `path` in the ways `mode` asks for, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param mode  F_OK (it is there), or of R_OK, W_OK and X_OK those wanted
 * @param flags  OS_EFFECTIVE_IDS, OS_NOFOLLOW
 * @return 0 for yes, or −1 with errno telling why not
 * @error EACCES  it is forbidden
 * @python os.access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)
 * @since 0.1
 * @source faccessat(2)
 * @shell os.access PATH MODE [--dir-fd=OS_CWD] [--effective-ids] [--nofollow] -> ok
 */
OS_API int os_accessat(int dir_fd, const char *path, int mode, int flags);

/**
 * Sets the permission bits of `path`.
 *
 * @param path  the file
 * @param mode  the bits; the umask plays no part
 * @param flags  OS_NOFOLLOW: not what a symbolic link names; a link itself has no bits to set
 * @return 0, or −1 with errno set
 * @error EOPNOTSUPP  with OS_NOFOLLOW: it is a symbolic link
 * @python os.chmod(path, mode, *, follow_symlinks=True)
 * @since 0.1
 * @source chmod(2)
 * @shell see os_chmodat
 */
OS_API int os_chmod(const char *path, mode_t mode, int flags);

/**
 * Sets the permission bits of `path`, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param mode  the bits; the umask plays no part
 * @param flags  OS_NOFOLLOW: not what a symbolic link names
 * @return 0, or −1 with errno set
 * @error EOPNOTSUPP  with OS_NOFOLLOW: it is a symbolic link
 * @python os.chmod(path, mode, *, dir_fd=None, follow_symlinks=True)
 * @since 0.1
 * @source fchmodat2(2)
 * @shell os.chmod PATH MODE [--dir-fd=OS_CWD] [--nofollow] -> none
 */
OS_API int os_chmodat(int dir_fd, const char *path, mode_t mode, int flags);

/**
 * Sets the permission bits of what a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param mode  the bits; the umask plays no part
 * @return 0, or −1 with errno set
 * @python os.fchmod(fd, mode), os.chmod(fd, mode)
 * @since 0.1
 * @source fchmod(2)
 * @shell os.fchmod FD MODE -> none
 */
OS_API int os_fchmod(int fd, mode_t mode);

/**
 * Renames `src` to `dst` unless something is there: nothing is ever replaced.
 *
 * @param src  the old name
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EEXIST  `dst` is there
 * @error EINVAL  the file system can't do it in one step
 * @since 0.1
 * @source renameat2(2)
 * @shell os.rename_noreplace SRC DST -> none
 */
OS_API int os_rename_noreplace(const char *src, const char *dst);

/**
 * Exchanges what `src` and `dst` name, in one step that nobody sees half done.
 *
 * @param src  the one name
 * @param dst  the other name, on the same file system; the two may be of different types
 * @return 0, or −1 with errno set
 * @error EINVAL  the file system can't do it in one step
 * @since 0.1
 * @source renameat2(2)
 * @shell os.rename_exchange SRC DST -> none
 */
OS_API int os_rename_exchange(const char *src, const char *dst);

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#define RENAME_EXCHANGE  (1 << 1)
#define RENAME_WHITEOUT  (1 << 2)
#endif

/**
 * Renames `src` to `dst` as the kernel's own flags say, each relative to a directory.
 *
 * @param src_dir_fd  where a relative `src` starts; OS_CWD for the current directory
 * @param src  the old name
 * @param dst_dir_fd  where a relative `dst` starts
 * @param dst  the new name, on the same file system
 * @param rename_flags  RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT, or 0
 * @return 0, or −1 with errno set
 * @error EINVAL  the file system can't do it, or the flags contradict each other
 * @since 0.1
 * @source renameat2(2)
 * @shell os.renameat2 SRC DST [--rename-flags=0] [--src-dir-fd=OS_CWD] [--dst-dir-fd=OS_CWD] ->
 * none
 */
OS_API int os_renameat2(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst,
                        unsigned rename_flags);

/**
 * Makes a FIFO, a pipe with a name.
 *
 * @param path  where
 * @param mode  the permission bits before the umask; 0666 in Python
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already
 * @python os.mkfifo(path, mode=0o666)
 * @since 0.1
 * @source mkfifo(3)
 * @shell see os_mkfifoat
 */
OS_API int os_mkfifo(const char *path, mode_t mode);

/**
 * Makes a FIFO, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  where
 * @param mode  the permission bits before the umask; 0666 in Python
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already
 * @python os.mkfifo(path, mode=0o666, *, dir_fd=None)
 * @since 0.1
 * @source mkfifoat(3)
 * @shell os.mkfifo PATH [--mode=0666] [--dir-fd=OS_CWD] -> none
 */
OS_API int os_mkfifoat(int dir_fd, const char *path, mode_t mode);

/**
 * Makes a file, a FIFO, a socket or a device.
 *
 * @param path  where
 * @param mode  the permission bits before the umask, 0600 in Python, and the type: S_IFREG (also
 *              when none is given), S_IFCHR, S_IFBLK, S_IFIFO or S_IFSOCK
 * @param device  for a device its number, from os_makedev()
 * @return 0, or −1 with errno set
 * @error EPERM  devices are for the superuser
 * @python os.mknod(path, mode=0o600, device=0)
 * @since 0.1
 * @source mknod(2)
 * @shell see os_mknodat
 */
OS_API int os_mknod(const char *path, mode_t mode, uint64_t device);

/**
 * Makes a file, a FIFO, a socket or a device, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  where
 * @param mode  the permission bits before the umask and the type, as in os_mknod()
 * @param device  for a device its number, from os_makedev()
 * @return 0, or −1 with errno set
 * @error EPERM  devices are for the superuser
 * @python os.mknod(path, mode=0o600, device=0, *, dir_fd=None)
 * @since 0.1
 * @source mknodat(2)
 * @shell os.mknod PATH [--mode=0600] [--device=0] [--dir-fd=OS_CWD] -> none
 */
OS_API int os_mknodat(int dir_fd, const char *path, mode_t mode, uint64_t device);

/**
 * The major number of a device: which driver.
 *
 * @param device  a device number, from st_dev or st_rdev
 * @return its major number
 * @python os.major(device, /)
 * @since 0.1
 * @source major(3)
 * @shell os.major DEVICE -> int
 */
OS_API uint32_t os_major(uint64_t device);

/**
 * The minor number of a device: which one of its driver's.
 *
 * @param device  a device number, from st_dev or st_rdev
 * @return its minor number
 * @python os.minor(device, /)
 * @since 0.1
 * @source minor(3)
 * @shell os.minor DEVICE -> int
 */
OS_API uint32_t os_minor(uint64_t device);

/**
 * The device number of two parts.
 *
 * @param major_number  which driver
 * @param minor_number  which one of its devices
 * @return the number
 * @python os.makedev(major, minor, /)
 * @since 0.1
 * @source makedev(3)
 * @shell os.makedev MAJOR_NUMBER MINOR_NUMBER -> int
 */
OS_API uint64_t os_makedev(uint32_t major_number, uint32_t minor_number);

/**
 * Makes `path` the root directory of the process; the current directory stays.
 *
 * @param path  the directory
 * @return 0, or −1 with errno set
 * @error EPERM  it is for the superuser
 * @python os.chroot(path)
 * @since 0.1
 * @source chroot(2)
 * @shell no: the root changes for the command alone, and ends with it
 */
OS_API int os_chroot(const char *path);

OS_END_DECLS

#endif
/**
 * Which machine is looked at: this one, or one whose /proc, /sys, /etc and /run were recorded.
 *
 * Every file of those that the library reads about the machine is opened below the chosen root, by
 * the same code in both cases. What no file holds (sockets and addresses by netlink, sizes of file
 * systems, signals) is ENOTSUP for a recorded machine, never the live machine's.
 */
#ifndef OSIER_MACHINE_H
#define OSIER_MACHINE_H


OS_BEGIN_DECLS

/**
 * Looks at a recorded machine from here on, in every thread of the process.
 *
 * Symbolic links in it, absolute ones too, stay in it. Processes that were opened before stay what
 * they are.
 *
 * @param root  the directory that holds its proc, sys, etc and run; NULL: this machine
 * @return 0, or −1 with errno set and everything as it was
 * @error ENOENT  no such directory
 * @error ENOTDIR  no directory
 * @since 0.1
 * @shell no: `osier get --root=DIR` looks at a recorded machine
 */
OS_API int os_set_root(const char *root);

/**
 * Whether a recorded machine is looked at.
 *
 * @return whether os_set_root() was called with a directory
 * @since 0.1
 * @shell no: a command begins with this machine
 */
OS_API bool os_root_is_set(void);

/**
 * Reads a /proc that is mounted elsewhere, of the machine that is looked at.
 *
 * @param path  where it is mounted; NULL: "/proc"
 * @return 0, or −1 with errno ENOMEM
 * @since 0.1
 * @shell no: `osier get --root=DIR` looks at another machine
 */
OS_API int os_set_procfs_path(const char *path);

OS_END_DECLS

#endif
/**
 * Paths of Windows as text, on any system: Python's ntpath.
 *
 * Both "\" and "/" part names, and "\" is written. A path may begin with a drive: "C:", a share
 * "\\server\share", or a device "\\.\name", "\\?\name" or "\\?\UNC\server\share". Case does not
 * count where drives and names are compared. None of these calls looks at a file; a path is bytes,
 * and what of it is not ASCII is read as UTF-8 where its case matters.
 *
 * Results are those of Python 3.13 and later given bytes, on a system other than Windows.
 */
#ifndef OSIER_NTPATH_H
#define OSIER_NTPATH_H


OS_BEGIN_DECLS

/* ---- Taking paths apart -------------------------------------------------------------------- */

/**
 * The part of a path after its last separator: "b" of "C:\a\b", "" of "C:\".
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.basename(path)
 * @since 0.1
 * @shell ntpath.basename PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_basename(const char *path);

/**
 * os_ntpath_basename() without a copy.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python ntpath.basename(path)
 * @since 0.1
 * @shell see os_ntpath_basename
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_ntpath_basename_slice(const char *path);

/**
 * The part of a path before its last separator: "C:\a" of "C:\a\b", "C:\" of "C:\a".
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.dirname(path)
 * @since 0.1
 * @shell ntpath.dirname PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_dirname(const char *path);

/**
 * os_ntpath_dirname() without a copy.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python ntpath.dirname(path)
 * @since 0.1
 * @shell see os_ntpath_dirname
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_ntpath_dirname_slice(const char *path);

/**
 * Both of them at once: "C:\a" and "b" of "C:\a\b".
 *
 * @param path  any path
 * @return a list of two, head and tail, to free() at once; NULL with errno ENOMEM
 * @python ntpath.split(path)
 * @since 0.1
 * @shell ntpath.split PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_ntpath_split(const char *path);

/**
 * os_ntpath_split() without a copy.
 *
 * @param path  any path
 * @param ret_head  what os_ntpath_dirname() gives; may be NULL
 * @param ret_tail  what os_ntpath_basename() gives; may be NULL
 * @return nothing
 * @python ntpath.split(path)
 * @since 0.1
 * @shell see os_ntpath_split
 */
OS_API OS_NONNULL(1) void os_ntpath_split_slices(const char *path, struct os_slice *ret_head,
                                                 struct os_slice *ret_tail);

/**
 * A path without its extension, and the extension with its dot: "a.tar" and ".gz". Leading dots of
 * a name start none: ".bashrc" has no extension.
 *
 * @param path  any path
 * @return a list of two, root and extension, to free() at once; NULL with errno ENOMEM
 * @python ntpath.splitext(path)
 * @since 0.1
 * @shell ntpath.splitext PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_ntpath_splitext(const char *path);

/**
 * os_ntpath_splitext() without a copy.
 *
 * @param path  any path
 * @param ret_root  the path without the extension; may be NULL
 * @param ret_extension  the extension, empty where there is none; may be NULL
 * @return nothing
 * @python ntpath.splitext(path)
 * @since 0.1
 * @shell see os_ntpath_splitext
 */
OS_API OS_NONNULL(1) void os_ntpath_splitext_slices(const char *path, struct os_slice *ret_root,
                                                    struct os_slice *ret_extension);

/**
 * A path's drive, share or device, and the rest of it: "C:" and "\a" of "C:\a", "\\server\share"
 * and "\a" of "\\server\share\a".
 *
 * @param path  any path
 * @return a list of two, drive and rest, to free() at once; NULL with errno ENOMEM
 * @python ntpath.splitdrive(path)
 * @since 0.1
 * @shell ntpath.splitdrive PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_ntpath_splitdrive(const char *path);

/**
 * os_ntpath_splitdrive() without a copy.
 *
 * @param path  any path
 * @param ret_drive  the drive, share or device, empty where there is none; may be NULL
 * @param ret_rest  the rest; may be NULL
 * @return nothing
 * @python ntpath.splitdrive(path)
 * @since 0.1
 * @shell see os_ntpath_splitdrive
 */
OS_API OS_NONNULL(1) void os_ntpath_splitdrive_slices(const char *path, struct os_slice *ret_drive,
                                                      struct os_slice *ret_rest);

/**
 * A path's drive, its root (one separator or nothing) and what follows: "C:", "\" and "a" of
 * "C:\a"; "C:", "" and "a" of "C:a", which is relative to the current directory of that drive.
 *
 * @param path  any path
 * @return a list of three, to free() at once; NULL with errno ENOMEM
 * @python ntpath.splitroot(path), since 3.12
 * @since 0.1
 * @shell ntpath.splitroot PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_ntpath_splitroot(const char *path);

/**
 * os_ntpath_splitroot() without a copy.
 *
 * @param path  any path
 * @param ret_drive  the drive, share or device, empty where there is none; may be NULL
 * @param ret_root  one separator, or nothing; may be NULL
 * @param ret_tail  the rest; may be NULL
 * @return nothing
 * @python ntpath.splitroot(path), since 3.12
 * @since 0.1
 * @shell see os_ntpath_splitroot
 */
OS_API OS_NONNULL(1) void os_ntpath_splitroot_slices(const char *path, struct os_slice *ret_drive,
                                                     struct os_slice *ret_root,
                                                     struct os_slice *ret_tail);

/* ---- Putting paths together ---------------------------------------------------------------- */

/**
 * Joins paths with "\" between each two: "C:\a\b" of "C:\a" and "b". One with a root drops the names
 * that stand before it, one with another drive all that stands before it.
 *
 *     os_autofree char *path = os_ntpath_join("C:\\Users", name, "app.ini");
 *
 * The macro of this name adds the NULL that ends the list.
 *
 * @param path  the first; further ones up to a NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.join(path, *paths)
 * @since 0.1
 * @shell see os_ntpath_joinv
 */
OS_API OS_MUST_FREE OS_SENTINEL OS_NONNULL(1) char *os_ntpath_join(const char *path, ...);
#define os_ntpath_join(...) os_ntpath_join(__VA_ARGS__, (char *)NULL)

/**
 * The same of a list.
 *
 * @param paths  the paths, and NULL behind the last; "" where there is none
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.join(path, *paths)
 * @since 0.1
 * @shell ntpath.join PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_joinv(const char *const *paths);

/**
 * Removes from a path what does not matter, and writes its separators as "\": "C:\a\b" of
 * "C:/a/.//c/../b/". A ".." stays where no name stands before it, but not behind a root.
 *
 * @param path  any path
 * @return the text, "." at the least, to free(); NULL with errno ENOMEM
 * @python ntpath.normpath(path)
 * @since 0.1
 * @shell ntpath.normpath PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_normpath(const char *path);

/**
 * The path in lower case, with "\" for each "/". Letters are those of Unicode 17, and "Σ" becomes "ς"
 * at the end of a word; bytes that are no UTF-8 stay.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.normcase(path)
 * @since 0.1
 * @source UnicodeData.txt
 * @shell ntpath.normcase PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_normcase(const char *path);

/**
 * The way to `path` from the directory `start`, by their texts alone: "..\c" of "C:\a\c" from
 * "C:\a\b". Names are compared in lower case. A path that isn't absolute is taken behind the
 * current directory of the process, read as a path of Windows.
 *
 * @param path  where to; not empty
 * @param start  where from
 * @return the text, "." at the least, to free(); NULL with errno set
 * @error EINVAL  `path` is empty, or the two are on different drives
 * @error ENOENT  one of them is relative, and the current directory was removed
 * @python ntpath.relpath(path, start)
 * @since 0.1
 * @shell ntpath.relpath PATH START -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_relpath(const char *path, const char *start);

/**
 * The longest path that all of the paths begin with: "C:\a" of "C:\a\b" and "c:/A/c". The case of
 * ASCII letters does not count; what is written is as the first path has it.
 *
 * @param paths  at least one, all with the same drive, all or none with a root; NULL behind the last
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  there is none, their drives differ, or some have a root and some not
 * @python ntpath.commonpath(paths)
 * @since 0.1
 * @shell ntpath.commonpath PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_commonpath(const char *const *paths);

/**
 * The longest text that all of the texts begin with, byte by byte; not always a path.
 *
 * @param paths  any texts, and NULL behind the last
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.commonprefix(list)
 * @since 0.1
 * @shell ntpath.commonprefix PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_commonprefix(const char *const *paths);

/**
 * Puts the values of environment variables in place of "%NAME%", "$NAME" and "${NAME}", and one "%"
 * or "$" in place of two. What stands in single quotes stays, and so do variables that are not
 * set; what was put in is not looked at again.
 *
 * @param path  any text
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.expandvars(path)
 * @since 0.1
 * @shell ntpath.expandvars PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_expandvars(const char *path);

/* ---- Questions ----------------------------------------------------------------------------- */

/**
 * Whether a path begins with a drive and a root, or with two separators. "\a" and "C:a" do not:
 * what they mean depends on the current drive or directory.
 *
 * @param path  any path
 * @return true if so
 * @python ntpath.isabs(path)
 * @since 0.1
 * @shell ntpath.isabs PATH -> bool
 */
OS_API OS_PURE OS_NONNULL() bool os_ntpath_isabs(const char *path);

/**
 * Whether a name in a path is one that Windows keeps for itself or does not allow: "NUL", "com1.txt",
 * a name that ends in a dot or a space, or one with a control character or one of "*:<>?| in it.
 *
 * @param path  any path
 * @return true if so
 * @python ntpath.isreserved(path), since 3.13
 * @since 0.1
 * @source Naming Files, Paths, and Namespaces (Microsoft)
 * @shell ntpath.isreserved PATH -> bool
 */
OS_API OS_PURE OS_NONNULL() bool os_ntpath_isreserved(const char *path);

OS_END_DECLS

#endif
/**
 * Process parameters: who the process is, whom it belongs to, what it may do.
 *
 * The environment has a header of its own (environ.h). os.fspath() needs no counterpart in C, where
 * a path is a `const char *` already; os.fsencode() and os.fsdecode() need none either: a name is
 * the kernel's own bytes everywhere in osier, and nothing is ever converted.
 */
#ifndef OSIER_PARAMS_H
#define OSIER_PARAMS_H

#include <sys/resource.h> /* PRIO_PROCESS, PRIO_PGRP, PRIO_USER */

OS_BEGIN_DECLS

/** What os_uname() tells; the sizes are the kernel's. */
struct os_uname_result {
    char sysname[65];    /**< "Linux" */
    char nodename[65];   /**< the host's name */
    char release[65];    /**< "6.1.0-44-amd64" */
    char version[65];    /**< "#1 SMP PREEMPT_DYNAMIC …" */
    char machine[65];    /**< "x86_64" */
    char domainname[65]; /**< of NIS, mostly "(none)"; Python leaves it out */
};

/**
 * The name of the controlling terminal of any process: "/dev/tty".
 *
 * @return the name, to free(); NULL with errno ENOMEM
 * @python os.ctermid()
 * @since 0.1
 * @source ctermid(3)
 * @shell os.ctermid -> str
 */
OS_API OS_MUST_FREE char *os_ctermid(void);

/**
 * The name of the user logged in on the controlling terminal.
 *
 * @return the name, to free(); NULL with errno set
 * @error ENXIO  there is no controlling terminal
 * @python os.getlogin()
 * @since 0.1
 * @source getlogin_r(3)
 * @shell os.getlogin -> str
 */
OS_API OS_MUST_FREE char *os_getlogin(void);

/**
 * The name of the system, the host and the processor.
 *
 * @param ret_result  set to them
 * @return 0, or −1 with errno set
 * @python os.uname()
 * @since 0.1
 * @source uname(2)
 * @shell os.uname -> uname
 */
OS_API int os_uname(struct os_uname_result *ret_result);

/**
 * The id of the process.
 *
 * @return the id; can't fail
 * @python os.getpid()
 * @since 0.1
 * @source getpid(2)
 * @shell os.getpid -> int
 */
OS_API pid_t os_getpid(void);

/**
 * The id of the process's parent.
 *
 * @return the id, 0 where the parent is outside the pid namespace; can't fail
 * @python os.getppid()
 * @since 0.1
 * @source getppid(2)
 * @shell os.getppid -> int
 */
OS_API pid_t os_getppid(void);

/**
 * The kernel's id of the calling thread.
 *
 * @return the id; can't fail
 * @python threading.get_native_id()
 * @since 0.1
 * @source gettid(2)
 * @shell os.gettid -> int
 */
OS_API pid_t os_gettid(void);

/**
 * The real user id of the process.
 *
 * @return the id; can't fail
 * @python os.getuid()
 * @since 0.1
 * @source getuid(2)
 * @shell os.getuid -> int
 */
OS_API uid_t os_getuid(void);

/**
 * The effective user id of the process: what it may do follows from it.
 *
 * @return the id; can't fail
 * @python os.geteuid()
 * @since 0.1
 * @source geteuid(2)
 * @shell os.geteuid -> int
 */
OS_API uid_t os_geteuid(void);

/**
 * The real group id of the process.
 *
 * @return the id; can't fail
 * @python os.getgid()
 * @since 0.1
 * @source getgid(2)
 * @shell os.getgid -> int
 */
OS_API gid_t os_getgid(void);

/**
 * The effective group id of the process.
 *
 * @return the id; can't fail
 * @python os.getegid()
 * @since 0.1
 * @source getegid(2)
 * @shell os.getegid -> int
 */
OS_API gid_t os_getegid(void);

/**
 * The real, effective and saved user ids of the process.
 *
 * @param ret_ruid  set to the real one
 * @param ret_euid  set to the effective one
 * @param ret_suid  set to the saved one
 * @return 0, or −1 with errno set
 * @python os.getresuid()
 * @since 0.1
 * @source getresuid(2)
 * @shell os.getresuid -> ints
 */
OS_API int os_getresuid(uid_t *ret_ruid, uid_t *ret_euid, uid_t *ret_suid);

/**
 * The real, effective and saved group ids of the process.
 *
 * @param ret_rgid  set to the real one
 * @param ret_egid  set to the effective one
 * @param ret_sgid  set to the saved one
 * @return 0, or −1 with errno set
 * @python os.getresgid()
 * @since 0.1
 * @source getresgid(2)
 * @shell os.getresgid -> ints
 */
OS_API int os_getresgid(gid_t *ret_rgid, gid_t *ret_egid, gid_t *ret_sgid);

/**
 * The supplementary group ids of the process.
 *
 * @param ret_count  set to how many there are
 * @return the ids in one block, to free(), even for none; NULL with errno set
 * @python os.getgroups()
 * @since 0.1
 * @source getgroups(2)
 * @shell os.getgroups -> ints
 */
OS_API OS_MUST_FREE gid_t *os_getgroups(size_t *ret_count);

/**
 * The groups that a user belongs to, as the system's group database has them.
 *
 * @param user  the user's name; one that nobody has belongs to `group` alone
 * @param group  a group that is put in as well: the one of the user's password entry
 * @param ret_count  set to how many there are
 * @return the ids in one block, to free(); NULL with errno set
 * @python os.getgrouplist(user, group, /)
 * @since 0.1
 * @source getgrouplist(3)
 * @shell os.getgrouplist USER GROUP -> ints
 */
OS_API OS_MUST_FREE gid_t *os_getgrouplist(const char *user, gid_t group, size_t *ret_count);

/**
 * Gives the process the groups of a user: os_getgrouplist(), then os_setgroups().
 *
 * @param user  the user's name
 * @param group  a group that is put in as well
 * @return 0, or −1 with errno set
 * @error EPERM  the process lacks CAP_SETGID
 * @python os.initgroups(username, gid, /)
 * @since 0.1
 * @source initgroups(3)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_initgroups(const char *user, gid_t group);

/**
 * Sets the supplementary group ids of the process.
 *
 * @param groups  the ids; may be NULL where `count` is 0
 * @param count  how many
 * @return 0, or −1 with errno set
 * @error EINVAL  more than 65536
 * @error EPERM  the process lacks CAP_SETGID
 * @python os.setgroups(groups, /)
 * @since 0.1
 * @source setgroups(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setgroups(const gid_t *groups, size_t count);

/**
 * The process group of a process.
 *
 * @param pid  the process; 0: the calling one
 * @return the group's id, or −1 with errno set
 * @error ESRCH  no such process
 * @python os.getpgid(pid)
 * @since 0.1
 * @source getpgid(2)
 * @shell os.getpgid PID -> int
 */
OS_API pid_t os_getpgid(pid_t pid);

/**
 * The process group of the calling process.
 *
 * @return the group's id; can't fail
 * @python os.getpgrp()
 * @since 0.1
 * @source getpgrp(2)
 * @shell os.getpgrp -> int
 */
OS_API pid_t os_getpgrp(void);

/**
 * Moves a process into a process group.
 *
 * @param pid  the process; 0: the calling one
 * @param pgrp  the group; 0: a new one with the id of the process
 * @return 0, or −1 with errno set
 * @error ESRCH  neither the process itself nor a child of it
 * @error EACCES  a child that has called exec already
 * @error EPERM  a session leader, or a group of another session
 * @python os.setpgid(pid, pgrp, /)
 * @since 0.1
 * @source setpgid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setpgid(pid_t pid, pid_t pgrp);

/**
 * Makes the calling process the leader of a process group of its own: os_setpgid(0, 0).
 *
 * @return 0, or −1 with errno set
 * @error EPERM  a session leader has one already
 * @python os.setpgrp()
 * @since 0.1
 * @source setpgid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setpgrp(void);

/**
 * The session of a process.
 *
 * @param pid  the process; 0: the calling one
 * @return the session's id, or −1 with errno set
 * @error ESRCH  no such process
 * @python os.getsid(pid, /)
 * @since 0.1
 * @source getsid(2)
 * @shell os.getsid PID -> int
 */
OS_API pid_t os_getsid(pid_t pid);

/**
 * Starts a session: the process leads it, and has no controlling terminal any more.
 *
 * @return the session's id, or −1 with errno set
 * @error EPERM  the process leads a process group already
 * @python os.setsid()
 * @since 0.1
 * @source setsid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API pid_t os_setsid(void);

/**
 * How kindly the scheduler treats a process, a process group or a user's processes.
 *
 * @param which  PRIO_PROCESS, PRIO_PGRP or PRIO_USER
 * @param who  the id of that; 0: the calling one
 * @param ret_priority  set to the nice value, −20 (most favourable) to 19
 * @return 0, or −1 with errno set; −1 is a legal priority, which is why it has a place of its own
 * @error ESRCH  no such process
 * @python os.getpriority(which, who)
 * @since 0.1
 * @source getpriority(2)
 * @shell os.getpriority WHICH WHO -> int
 */
OS_API int os_getpriority(int which, id_t who, int *ret_priority);

/**
 * Sets it.
 *
 * @param which  PRIO_PROCESS, PRIO_PGRP or PRIO_USER
 * @param who  the id of that; 0: the calling one
 * @param priority  the nice value, −20 to 19; more or less is taken for the nearest of these
 * @return 0, or −1 with errno set
 * @error EACCES  lower than it is, without CAP_SYS_NICE
 * @error EPERM  another user's process
 * @error ESRCH  no such process
 * @python os.setpriority(which, who, priority)
 * @since 0.1
 * @source setpriority(2)
 * @shell os.setpriority WHICH WHO PRIORITY -> none
 */
OS_API int os_setpriority(int which, id_t who, int priority);

/**
 * Sets the user id of the process; with CAP_SETUID the real, effective and saved one.
 *
 * @param uid  the id
 * @return 0, or −1 with errno set
 * @error EPERM  neither the real nor the saved id, without CAP_SETUID
 * @python os.setuid(uid, /)
 * @since 0.1
 * @source setuid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setuid(uid_t uid);

/**
 * Sets the effective user id of the process.
 *
 * @param euid  the id
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.seteuid(euid, /)
 * @since 0.1
 * @source seteuid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_seteuid(uid_t euid);

/**
 * Sets the real and the effective user id of the process.
 *
 * @param ruid  the real one; (uid_t)-1 leaves it
 * @param euid  the effective one; likewise
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setreuid(ruid, euid, /)
 * @since 0.1
 * @source setreuid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setreuid(uid_t ruid, uid_t euid);

/**
 * Sets the real, effective and saved user ids of the process.
 *
 * @param ruid  the real one; (uid_t)-1 leaves it
 * @param euid  the effective one; likewise
 * @param suid  the saved one; likewise
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setresuid(ruid, euid, suid, /)
 * @since 0.1
 * @source setresuid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setresuid(uid_t ruid, uid_t euid, uid_t suid);

/**
 * Sets the group id of the process; with CAP_SETGID the real, effective and saved one.
 *
 * @param gid  the id
 * @return 0, or −1 with errno set
 * @error EPERM  neither the real nor the saved id, without CAP_SETGID
 * @python os.setgid(gid, /)
 * @since 0.1
 * @source setgid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setgid(gid_t gid);

/**
 * Sets the effective group id of the process.
 *
 * @param egid  the id
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setegid(egid, /)
 * @since 0.1
 * @source setegid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setegid(gid_t egid);

/**
 * Sets the real and the effective group id of the process.
 *
 * @param rgid  the real one; (gid_t)-1 leaves it
 * @param egid  the effective one; likewise
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setregid(rgid, egid, /)
 * @since 0.1
 * @source setregid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setregid(gid_t rgid, gid_t egid);

/**
 * Sets the real, effective and saved group ids of the process.
 *
 * @param rgid  the real one; (gid_t)-1 leaves it
 * @param egid  the effective one; likewise
 * @param sgid  the saved one; likewise
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setresgid(rgid, egid, sgid, /)
 * @since 0.1
 * @source setresgid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setresgid(gid_t rgid, gid_t egid, gid_t sgid);

/**
 * Sets the process's umask: the permission bits that its new files do not get.
 *
 * @param mask  the bits; those above 0777 do not count
 * @return the umask before it; can't fail
 * @python os.umask(mask, /)
 * @since 0.1
 * @source umask(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API mode_t os_umask(mode_t mask);

/**
 * Tells the umask without setting it, which the two calls of os_umask() that this takes otherwise
 * do: for a moment other threads make files under the wrong one.
 *
 * It is read from /proc; where there is none, from a short-lived thread that has parted with the
 * process's umask (unshare(2)) and may set its own.
 *
 * @return the umask, or −1 with errno set
 * @error EPERM  no /proc, and a sandbox that forbids unshare(2)
 * @since 0.1
 * @source proc(5)
 * @shell os.umask_get -> octal
 */
OS_API int os_umask_get(void);

OS_END_DECLS

#endif
/**
 * Paths as text, and the questions one asks of them: Python's os.path.
 *
 * Most of these calls look at nothing but the text; those that look at the disk say so. A path is
 * bytes in any encoding, and two slashes at its start are kept where POSIX keeps them. Nothing has
 * a limit on its length, and no call is slower than linear in it.
 *
 * Calls that only cut a path up also exist in a form that allocates nothing and answers with
 * `struct os_slice`s, which point into the path that was given.
 */
#ifndef OSIER_PATH_H
#define OSIER_PATH_H


OS_BEGIN_DECLS

/* ---- Taking paths apart -------------------------------------------------------------------- */

/**
 * The part of a path after its last slash: "b" of "/a/b", "" of "/a/".
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.basename(path)
 * @since 0.1
 * @shell os.path.basename PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_basename(const char *path);

/**
 * os_path_basename() without a copy.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python os.path.basename(path)
 * @since 0.1
 * @shell see os_path_basename
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_path_basename_slice(const char *path);

/**
 * The part of a path before its last slash: "/a" of "/a/b", "/" of "/a", "" of "a".
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.dirname(path)
 * @since 0.1
 * @shell os.path.dirname PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_dirname(const char *path);

/**
 * os_path_dirname() without a copy.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python os.path.dirname(path)
 * @since 0.1
 * @shell see os_path_dirname
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_path_dirname_slice(const char *path);

/**
 * Both of them at once: "/a" and "b" of "/a/b".
 *
 * @param path  any path
 * @return a list of two, head and tail, to free() at once; NULL with errno ENOMEM
 * @python os.path.split(path)
 * @since 0.1
 * @shell os.path.split PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_path_split(const char *path);

/**
 * os_path_split() without a copy.
 *
 * @param path  any path
 * @param ret_head  what os_path_dirname() gives; may be NULL
 * @param ret_tail  what os_path_basename() gives; may be NULL
 * @return nothing
 * @python os.path.split(path)
 * @since 0.1
 * @shell see os_path_split
 */
OS_API OS_NONNULL(1) void os_path_split_slices(const char *path, struct os_slice *ret_head,
                                               struct os_slice *ret_tail);

/**
 * A path without its extension, and the extension with its dot: "a.tar" and ".gz". Leading dots of
 * a name start none: ".bashrc" has no extension.
 *
 * @param path  any path
 * @return a list of two, root and extension, to free() at once; NULL with errno ENOMEM
 * @python os.path.splitext(path)
 * @since 0.1
 * @shell os.path.splitext PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_path_splitext(const char *path);

/**
 * os_path_splitext() without a copy.
 *
 * @param path  any path
 * @param ret_root  the path without the extension; may be NULL
 * @param ret_extension  the extension, empty where there is none; may be NULL
 * @return nothing
 * @python os.path.splitext(path)
 * @since 0.1
 * @shell see os_path_splitext
 */
OS_API OS_NONNULL(1) void os_path_splitext_slices(const char *path, struct os_slice *ret_root,
                                                  struct os_slice *ret_extension);

/**
 * A path's drive, which is empty on POSIX, and the rest of it.
 *
 * @param path  any path
 * @return a list of two, drive and rest, to free() at once; NULL with errno ENOMEM
 * @python os.path.splitdrive(path)
 * @since 0.1
 * @shell os.path.splitdrive PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_path_splitdrive(const char *path);

/**
 * os_path_splitdrive() without a copy.
 *
 * @param path  any path
 * @param ret_drive  the empty start of the path; may be NULL
 * @param ret_rest  the path; may be NULL
 * @return nothing
 * @python os.path.splitdrive(path)
 * @since 0.1
 * @shell see os_path_splitdrive
 */
OS_API OS_NONNULL(1) void os_path_splitdrive_slices(const char *path, struct os_slice *ret_drive,
                                                    struct os_slice *ret_rest);

/**
 * A path's drive (empty on POSIX), root ("", "/" or "//") and what follows it.
 *
 * @param path  any path
 * @return a list of three, to free() at once; NULL with errno ENOMEM
 * @python os.path.splitroot(path), since 3.12
 * @since 0.1
 * @shell os.path.splitroot PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_path_splitroot(const char *path);

/**
 * os_path_splitroot() without a copy.
 *
 * @param path  any path
 * @param ret_drive  the empty start of the path; may be NULL
 * @param ret_root  its one or two slashes, or nothing; may be NULL
 * @param ret_tail  the rest; may be NULL
 * @return nothing
 * @python os.path.splitroot(path), since 3.12
 * @since 0.1
 * @shell see os_path_splitroot
 */
OS_API OS_NONNULL(1) void os_path_splitroot_slices(const char *path, struct os_slice *ret_drive,
                                                   struct os_slice *ret_root,
                                                   struct os_slice *ret_tail);

/* ---- Putting paths together ---------------------------------------------------------------- */

/**
 * Joins paths with a slash between each two: "a/b" of "a" and "b". An absolute one drops all that
 * stand before it; an empty last one leaves a slash at the end.
 *
 *     os_autofree char *path = os_path_join(home, ".config", "app");
 *
 * The macro of this name adds the NULL that ends the list.
 *
 * @param path  the first; further ones up to a NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.join(path, *paths)
 * @since 0.1
 * @shell see os_path_joinv
 */
OS_API OS_MUST_FREE OS_SENTINEL OS_NONNULL(1) char *os_path_join(const char *path, ...);
#define os_path_join(...) os_path_join(__VA_ARGS__, (char *)NULL)

/**
 * The same of a list.
 *
 * @param paths  the paths, and NULL behind the last; "" where there is none
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.join(path, *paths)
 * @since 0.1
 * @shell os.path.join PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_joinv(const char *const *paths);

/**
 * Removes from a path what does not matter: "a/b" of "a//./c/../b/". The disk isn't asked, so that
 * ".." behind a symbolic link may change what the path means.
 *
 * @param path  any path
 * @return the text, "." at the least, to free(); NULL with errno ENOMEM
 * @python os.path.normpath(path)
 * @since 0.1
 * @shell os.path.normpath PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_normpath(const char *path);

/**
 * The path in the case that the system compares by: on POSIX the path as it is.
 *
 * @param path  any path
 * @return a copy, to free(); NULL with errno ENOMEM
 * @python os.path.normcase(path)
 * @since 0.1
 * @shell os.path.normcase PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_normcase(const char *path);

/**
 * The path made absolute with the current directory, of any length, and normalized.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno set
 * @error ENOENT  the path is relative, and the current directory was removed
 * @python os.path.abspath(path)
 * @since 0.1
 * @shell os.path.abspath PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_abspath(const char *path);

/**
 * The way to `path` from the directory `start`, by their texts alone: "../c" of "/a/c" from "/a/b".
 *
 * @param path  where to; not empty
 * @param start  where from; NULL for the current directory
 * @return the text, "." at the least, to free(); NULL with errno set
 * @error EINVAL  `path` is empty
 * @error ENOENT  one of them is relative, and the current directory was removed
 * @python os.path.relpath(path, start=os.curdir)
 * @since 0.1
 * @shell os.path.relpath PATH [START] -> str
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_path_relpath(const char *path, const char *start);

/**
 * The longest path that all of the paths begin with: "/usr" of "/usr/lib" and "/usr/bin".
 *
 * @param paths  at least one, all absolute or all relative, and NULL behind the last
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  there is none, or absolute and relative ones are mixed
 * @python os.path.commonpath(paths)
 * @since 0.1
 * @shell os.path.commonpath PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_commonpath(const char *const *paths);

/**
 * The longest text that all of the texts begin with, byte by byte: "/usr/li" of "/usr/lib" and
 * "/usr/lint". It is not always a path: os_path_commonpath() gives one.
 *
 * @param paths  any texts, and NULL behind the last
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.commonprefix(list)
 * @since 0.1
 * @shell os.path.commonprefix PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_commonprefix(const char *const *paths);

/**
 * Puts the home directory in place of a leading "~" ($HOME, else that of the user database) or
 * "~user". Where there is none the path comes back as it was.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.expanduser(path)
 * @since 0.1
 * @shell os.path.expanduser PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_expanduser(const char *path);

/**
 * Puts the values of environment variables in place of "$NAME" and "${NAME}". Those that are not
 * set stay as they are; what was put in is not looked at again.
 *
 * @param path  any text
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.expandvars(path)
 * @since 0.1
 * @shell os.path.expandvars PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_expandvars(const char *path);

/** What os_path_realpath() does where it can't follow a path: Python's `strict=`. */
enum os_path_strict {
    OS_PATH_LENIENT = 0,       /**< strict=False: what can't be looked at stays as it is */
    OS_PATH_STRICT = 1,        /**< strict=True: everything has to exist and be accessible */
    OS_PATH_ALLOW_MISSING = 2, /**< what is missing stays as it is, other errors count */
    OS_PATH_ALL_BUT_LAST = 3   /**< only the last component may be missing */
};

/**
 * The path that leads to the same file without a symbolic link in it, absolute and normalized.
 * Neither the path nor what it becomes is limited in length.
 *
 * @param path  any path; relative to the current directory
 * @param strict  what has to exist
 * @return the text, to free(); NULL with errno set, and in the record the component that failed
 * @error ENOENT  something that has to exist doesn't
 * @error ENOTDIR  not lenient: something that isn't a directory is used as one
 * @error ELOOP  not lenient: a symbolic link leads to itself
 * @error EINVAL  `strict` is none of the four
 * @python os.path.realpath(path, *, strict=False); ALLOW_MISSING since 3.14, ALL_BUT_LAST
 * since 3.15
 * @since 0.1
 * @shell os.path.realpath PATH [--strict=0] -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_realpath(const char *path,
                                                        enum os_path_strict strict);

/* ---- Questions ----------------------------------------------------------------------------- */

/* Those with a bool answer never fail: what can't be looked at is not there. They leave errno and
 * the error record as they are. */

/**
 * Whether a path begins with a slash.
 *
 * @param path  any path
 * @return true if so
 * @python os.path.isabs(path)
 * @since 0.1
 * @shell os.path.isabs PATH -> bool
 */
OS_API OS_PURE OS_NONNULL() bool os_path_isabs(const char *path);

/**
 * Whether a path leads to something; false for a symbolic link that leads nowhere.
 *
 * @param path  relative to the current directory
 * @return true if so; false where it can't be told
 * @python os.path.exists(path)
 * @since 0.1
 * @shell os.path.exists PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_exists(const char *path);

/**
 * Whether a descriptor is open: os.path.exists() of an integer.
 *
 * @param fd  any number
 * @return true if so
 * @python os.path.exists(fd)
 * @since 0.1
 * @shell no: a descriptor ends with the command
 */
OS_API bool os_path_exists_fd(int fd);

/**
 * Whether there is something at a path, be it a symbolic link that leads nowhere.
 *
 * @param path  relative to the current directory
 * @return true if so; false where it can't be told
 * @python os.path.lexists(path)
 * @since 0.1
 * @shell os.path.lexists PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_lexists(const char *path);

/**
 * Whether a path leads to a regular file.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @return true if so; false where it can't be told
 * @python os.path.isfile(path)
 * @since 0.1
 * @shell os.path.isfile PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_isfile(const char *path);

/**
 * Whether a path leads to a directory.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @return true if so; false where it can't be told
 * @python os.path.isdir(path)
 * @since 0.1
 * @shell os.path.isdir PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_isdir(const char *path);

/**
 * Whether a path is a symbolic link.
 *
 * @param path  relative to the current directory
 * @return true if so; false where it can't be told
 * @python os.path.islink(path)
 * @since 0.1
 * @shell os.path.islink PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_islink(const char *path);

/**
 * Whether a path is a mount point. From Linux 5.8 on the kernel says so itself, bind mounts and
 * mounted files included; before that the devices and inodes of the path and its parent tell.
 *
 * @param path  relative to the current directory; a symbolic link is none
 * @return true if so; false where it can't be told
 * @python os.path.ismount(path)
 * @since 0.1
 * @source statx(2), STATX_ATTR_MOUNT_ROOT
 * @shell os.path.ismount PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_ismount(const char *path);

/**
 * Whether a path is a junction, which only Windows has.
 *
 * @param path  any path
 * @return false
 * @python os.path.isjunction(path), since 3.12
 * @since 0.1
 * @shell os.path.isjunction PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_isjunction(const char *path);

/**
 * Whether a path is on a Dev Drive, which only Windows has.
 *
 * @param path  any path
 * @return false
 * @python os.path.isdevdrive(path), since 3.13
 * @since 0.1
 * @shell os.path.isdevdrive PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_isdevdrive(const char *path);

/**
 * The size of a file.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @return bytes, or −1 with errno set
 * @python os.path.getsize(path)
 * @since 0.1
 * @source stat(2)
 * @shell os.path.getsize PATH -> int
 */
OS_API OS_NONNULL() int64_t os_path_getsize(const char *path);

/**
 * When a file was last read.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @param ret_seconds  seconds since 1970
 * @return 0, or −1 with errno set
 * @python os.path.getatime(path)
 * @since 0.1
 * @source stat(2)
 * @shell os.path.getatime PATH -> float
 */
OS_API OS_NONNULL() int os_path_getatime(const char *path, double *ret_seconds);

/**
 * When the content of a file last changed.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @param ret_seconds  seconds since 1970
 * @return 0, or −1 with errno set
 * @python os.path.getmtime(path)
 * @since 0.1
 * @source stat(2)
 * @shell os.path.getmtime PATH -> float
 */
OS_API OS_NONNULL() int os_path_getmtime(const char *path, double *ret_seconds);

/**
 * When the inode of a file last changed.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @param ret_seconds  seconds since 1970
 * @return 0, or −1 with errno set
 * @python os.path.getctime(path)
 * @since 0.1
 * @source stat(2)
 * @shell os.path.getctime PATH -> float
 */
OS_API OS_NONNULL() int os_path_getctime(const char *path, double *ret_seconds);

/**
 * Whether two paths lead to the same file.
 *
 * @param path1  relative to the current directory; symbolic links are followed
 * @param path2  likewise
 * @return 1 or 0, or −1 with errno set, and in the record the path that failed
 * @python os.path.samefile(path1, path2)
 * @since 0.1
 * @source stat(2)
 * @shell os.path.samefile PATH1 PATH2 -> bool
 */
OS_API OS_NONNULL() int os_path_samefile(const char *path1, const char *path2);

/**
 * Whether two descriptors are of the same file.
 *
 * @param fd1  an open descriptor
 * @param fd2  likewise
 * @return 1 or 0, or −1 with errno set
 * @python os.path.sameopenfile(fp1, fp2)
 * @since 0.1
 * @source fstat(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_path_sameopenfile(int fd1, int fd2);

/**
 * Whether two results of os_stat() are of the same file.
 *
 * @param stat1  what os_stat(), os_lstat() or os_fstat() gave
 * @param stat2  likewise
 * @return true if so
 * @python os.path.samestat(stat1, stat2)
 * @since 0.1
 * @shell no: os.path.samefile takes paths
 */
OS_API OS_PURE OS_NONNULL() bool os_path_samestat(const struct os_stat_result *stat1,
                                                  const struct os_stat_result *stat2);

/** os.path.supports_unicode_filenames: a name is any bytes here. */
#define OS_PATH_SUPPORTS_UNICODE_FILENAMES false

OS_END_DECLS

#endif
/**
 * The functions of osier/path.h that look at the text alone, by their other name: Python has them
 * as os.path and as posixpath, which is there on Windows too. Each is the very function of
 * os_path_.
 */
#ifndef OSIER_POSIXPATH_H
#define OSIER_POSIXPATH_H


OS_BEGIN_DECLS

/**
 * os_path_basename() by its other name.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.basename(path)
 * @since 0.1
 * @shell posixpath.basename PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_basename(const char *path);

/**
 * os_path_basename_slice() by its other name.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python posixpath.basename(path)
 * @since 0.1
 * @shell see os_posixpath_basename
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_posixpath_basename_slice(const char *path);

/**
 * os_path_dirname() by its other name.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.dirname(path)
 * @since 0.1
 * @shell posixpath.dirname PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_dirname(const char *path);

/**
 * os_path_dirname_slice() by its other name.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python posixpath.dirname(path)
 * @since 0.1
 * @shell see os_posixpath_dirname
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_posixpath_dirname_slice(const char *path);

/**
 * os_path_split() by its other name.
 *
 * @param path  any path
 * @return a list of two, head and tail, to free() at once; NULL with errno ENOMEM
 * @python posixpath.split(path)
 * @since 0.1
 * @shell posixpath.split PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_posixpath_split(const char *path);

/**
 * os_path_split_slices() by its other name.
 *
 * @param path  any path
 * @param ret_head  what os_posixpath_dirname() gives; may be NULL
 * @param ret_tail  what os_posixpath_basename() gives; may be NULL
 * @return nothing
 * @python posixpath.split(path)
 * @since 0.1
 * @shell see os_posixpath_split
 */
OS_API OS_NONNULL(1) void os_posixpath_split_slices(const char *path, struct os_slice *ret_head,
                                                    struct os_slice *ret_tail);

/**
 * os_path_splitext() by its other name.
 *
 * @param path  any path
 * @return a list of two, root and extension, to free() at once; NULL with errno ENOMEM
 * @python posixpath.splitext(path)
 * @since 0.1
 * @shell posixpath.splitext PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_posixpath_splitext(const char *path);

/**
 * os_path_splitext_slices() by its other name.
 *
 * @param path  any path
 * @param ret_root  the path without the extension; may be NULL
 * @param ret_extension  the extension, empty where there is none; may be NULL
 * @return nothing
 * @python posixpath.splitext(path)
 * @since 0.1
 * @shell see os_posixpath_splitext
 */
OS_API OS_NONNULL(1) void os_posixpath_splitext_slices(const char *path, struct os_slice *ret_root,
                                                       struct os_slice *ret_extension);

/**
 * os_path_splitdrive() by its other name.
 *
 * @param path  any path
 * @return a list of two, drive and rest, to free() at once; NULL with errno ENOMEM
 * @python posixpath.splitdrive(path)
 * @since 0.1
 * @shell posixpath.splitdrive PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_posixpath_splitdrive(const char *path);

/**
 * os_path_splitdrive_slices() by its other name.
 *
 * @param path  any path
 * @param ret_drive  the empty start of the path; may be NULL
 * @param ret_rest  the path; may be NULL
 * @return nothing
 * @python posixpath.splitdrive(path)
 * @since 0.1
 * @shell see os_posixpath_splitdrive
 */
OS_API OS_NONNULL(1) void os_posixpath_splitdrive_slices(const char *path,
                                                         struct os_slice *ret_drive,
                                                         struct os_slice *ret_rest);

/**
 * os_path_splitroot() by its other name.
 *
 * @param path  any path
 * @return a list of three, to free() at once; NULL with errno ENOMEM
 * @python posixpath.splitroot(path), since 3.12
 * @since 0.1
 * @shell posixpath.splitroot PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_posixpath_splitroot(const char *path);

/**
 * os_path_splitroot_slices() by its other name.
 *
 * @param path  any path
 * @param ret_drive  the empty start of the path; may be NULL
 * @param ret_root  its one or two slashes, or nothing; may be NULL
 * @param ret_tail  the rest; may be NULL
 * @return nothing
 * @python posixpath.splitroot(path), since 3.12
 * @since 0.1
 * @shell see os_posixpath_splitroot
 */
OS_API OS_NONNULL(1) void os_posixpath_splitroot_slices(const char *path,
                                                        struct os_slice *ret_drive,
                                                        struct os_slice *ret_root,
                                                        struct os_slice *ret_tail);

/**
 * os_path_join() by its other name.
 *
 * @param path  the first; further ones up to a NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.join(path, *paths)
 * @since 0.1
 * @shell see os_posixpath_joinv
 */
OS_API OS_MUST_FREE OS_SENTINEL OS_NONNULL(1) char *os_posixpath_join(const char *path, ...);
#define os_posixpath_join(...) os_posixpath_join(__VA_ARGS__, (char *)NULL)

/**
 * os_path_joinv() by its other name.
 *
 * @param paths  the paths, and NULL behind the last; "" where there is none
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.join(path, *paths)
 * @since 0.1
 * @shell posixpath.join PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_joinv(const char *const *paths);

/**
 * os_path_normpath() by its other name.
 *
 * @param path  any path
 * @return the text, "." at the least, to free(); NULL with errno ENOMEM
 * @python posixpath.normpath(path)
 * @since 0.1
 * @shell posixpath.normpath PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_normpath(const char *path);

/**
 * os_path_normcase() by its other name.
 *
 * @param path  any path
 * @return a copy, to free(); NULL with errno ENOMEM
 * @python posixpath.normcase(path)
 * @since 0.1
 * @shell posixpath.normcase PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_normcase(const char *path);

/**
 * os_path_relpath() by its other name.
 *
 * @param path  where to; not empty
 * @param start  where from; NULL for the current directory
 * @return the text, "." at the least, to free(); NULL with errno set
 * @error EINVAL  `path` is empty
 * @error ENOENT  one of them is relative, and the current directory was removed
 * @python posixpath.relpath(path, start=os.curdir)
 * @since 0.1
 * @shell posixpath.relpath PATH [START] -> str
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_posixpath_relpath(const char *path, const char *start);

/**
 * os_path_commonpath() by its other name.
 *
 * @param paths  at least one, all absolute or all relative, and NULL behind the last
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  there is none, or absolute and relative ones are mixed
 * @python posixpath.commonpath(paths)
 * @since 0.1
 * @shell posixpath.commonpath PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_commonpath(const char *const *paths);

/**
 * os_path_commonprefix() by its other name.
 *
 * @param paths  any texts, and NULL behind the last
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.commonprefix(list)
 * @since 0.1
 * @shell posixpath.commonprefix PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_commonprefix(const char *const *paths);

/**
 * os_path_expandvars() by its other name.
 *
 * @param path  any text
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.expandvars(path)
 * @since 0.1
 * @shell posixpath.expandvars PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_expandvars(const char *path);

/**
 * os_path_isabs() by its other name.
 *
 * @param path  any path
 * @return true if so
 * @python posixpath.isabs(path)
 * @since 0.1
 * @shell posixpath.isabs PATH -> bool
 */
OS_API OS_PURE OS_NONNULL() bool os_posixpath_isabs(const char *path);

OS_END_DECLS

#endif
/**
 * Processes: running shell lines and programs, waiting for them, signalling them.
 *
 * Every child is started with an environment that is a snapshot, so that it is whole whatever other
 * threads do, and by vfork, so that the size of the calling process costs nothing.
 */
#ifndef OSIER_PROCESS_H
#define OSIER_PROCESS_H

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

OS_BEGIN_DECLS

/**
 * Runs a line by /bin/sh and waits for it; SIGINT and SIGQUIT go to the line alone.
 *
 * @param command  the line
 * @return the wait status, 127 << 8 if there is no shell; −1 with errno set
 * @python os.system(command)
 * @since 0.1
 * @source system(3)
 * @shell os.system COMMAND -> status
 */
OS_API int os_system(const char *command) OS_NONNULL();

/**
 * What Python makes of a wait status: the exit code of a process that ended by itself, −N for one
 * that was ended by signal N.
 *
 * @param status        from os_system(), os_wait() and their like
 * @param ret_exitcode  set on success
 * @return 0, or −1 with errno set
 * @error EINVAL  the process is only stopped, or the status is none
 * @python os.waitstatus_to_exitcode(status)
 * @since 0.1
 * @shell os.waitstatus_to_exitcode STATUS -> int
 */
OS_API int os_waitstatus_to_exitcode(int status, int *ret_exitcode) OS_NONNULL();

/** A shell line that runs beside the program, connected by a pipe. */
struct os_popen {
    FILE
        *stream; /**< read what the line prints, or write what it reads; closed by os_popen_close */
    pid_t pid;   /**< the process of the shell */
};

/**
 * Starts a line by /bin/sh with a pipe to it.
 *
 * @param command  the line
 * @param mode     "r" to read what it prints, "w" to write what it reads
 * @return the connection, for os_popen_close(); NULL with errno set
 * @error EINVAL  the mode is another
 * @python os.popen(command, mode="r", buffering=-1)
 * @since 0.1
 * @source popen(3)
 * @shell os.popen COMMAND -> stream
 */
OS_API struct os_popen *os_popen(const char *command, const char *mode) OS_MUST_CHECK OS_NONNULL();

/**
 * Reads all that a line still prints, up to its end.
 *
 * @param popen     opened with "r"
 * @param ret_size  set to the number of bytes, as there may be NULs among them; or NULL
 * @return the bytes and a NUL, to free(); NULL with errno set
 * @python os.popen(command).read()
 * @since 0.1
 * @shell see os_popen
 */
OS_API OS_MUST_FREE char *os_popen_read(struct os_popen *popen, size_t *ret_size) OS_NONNULL(1);

/**
 * Closes the pipe, waits for the line to end and frees the connection, also after an error.
 *
 * @param popen  what to close; NULL is fine
 * @return 0 if the line ended with exit code 0, else its exit code × 256, or −N × 256 if signal N
 *         ended it; −1 with errno set
 * @error EPIPE  what was left to write could not be written
 * @python os.popen(command).close()
 * @since 0.1
 * @shell see os_popen
 */
OS_API int os_popen_close(struct os_popen *popen);

/**
 * Runs a line by /bin/sh and gives what it printed, on both of its output streams.
 *
 * @param command       the line
 * @param ret_exitcode  set to its exit code, or to −N if signal N ended it; or NULL
 * @return the output without a final newline, to free(); NULL with errno set
 * @python subprocess.getstatusoutput(cmd)
 * @since 0.1
 * @shell os.getoutput COMMAND -> str
 */
OS_API OS_MUST_FREE char *os_getoutput(const char *command, int *ret_exitcode) OS_NONNULL(1);

/**
 * Waits for any child to end.
 *
 * @param ret_status  set to its wait status; or NULL
 * @return its process id; −1 with errno set
 * @error ECHILD  there is no child
 * @python os.wait()
 * @since 0.1
 * @source wait(2)
 * @shell no: a command has no children
 */
OS_API pid_t os_wait(int *ret_status);

/**
 * Waits for a child to end.
 *
 * @param pid         which; −1 any, 0 any of the caller's process group, −N any of group N
 * @param options     WNOHANG, WUNTRACED, WCONTINUED
 * @param ret_status  set to its wait status, to 0 if there is none yet; or NULL
 * @return its process id, 0 with WNOHANG if none has ended; −1 with errno set
 * @error ECHILD  there is no such child
 * @python os.waitpid(pid, options, /)
 * @since 0.1
 * @source waitpid(2)
 * @shell no: a command has no children
 */
OS_API pid_t os_waitpid(pid_t pid, int options, int *ret_status);

/** What a process has used, as in Python's resource.getrusage(). */
struct os_rusage {
    double ru_utime;    /**< seconds in its own code */
    double ru_stime;    /**< seconds in the kernel */
    int64_t ru_maxrss;  /**< most memory at any time, in KiB */
    int64_t ru_minflt;  /**< page faults without reading */
    int64_t ru_majflt;  /**< page faults that read */
    int64_t ru_inblock; /**< blocks read */
    int64_t ru_oublock; /**< blocks written */
    int64_t ru_nvcsw;   /**< times it waited */
    int64_t ru_nivcsw;  /**< times it was interrupted */
};

/**
 * Waits for any child and tells what it used.
 *
 * @param options     WNOHANG, WUNTRACED, WCONTINUED
 * @param ret_status  set to its wait status; or NULL
 * @param ret_usage   set to what it used; or NULL
 * @return its process id, 0 with WNOHANG if none has ended; −1 with errno set
 * @python os.wait3(options)
 * @since 0.1
 * @source wait4(2)
 * @shell no: a command has no children
 */
OS_API pid_t os_wait3(int options, int *ret_status, struct os_rusage *ret_usage);

/**
 * Waits for a child and tells what it used.
 *
 * @param pid         which, as for os_waitpid()
 * @param options     WNOHANG, WUNTRACED, WCONTINUED
 * @param ret_status  set to its wait status; or NULL
 * @param ret_usage   set to what it used; or NULL
 * @return its process id, 0 with WNOHANG if none has ended; −1 with errno set
 * @python os.wait4(pid, options)
 * @since 0.1
 * @source wait4(2)
 * @shell no: a command has no children
 */
OS_API pid_t os_wait4(pid_t pid, int options, int *ret_status, struct os_rusage *ret_usage);

/** What os_waitid() tells of a child; Python's names without `si_`, which are macros in C. */
struct os_waitid_result {
    pid_t pid;  /**< its process id */
    uid_t uid;  /**< its real user */
    int signo;  /**< SIGCHLD */
    int status; /**< its exit code, or the number of the signal */
    int code;   /**< what happened: CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_STOPPED … */
};

/**
 * Waits for a change of a child.
 *
 * @param idtype      P_PID, P_PGID, P_ALL or P_PIDFD (3)
 * @param id          the process, the group or the pidfd
 * @param options     WEXITED, WSTOPPED, WCONTINUED, with WNOHANG, WNOWAIT
 * @param ret_result  set to what happened, if it did
 * @return 1; 0 with WNOHANG if nothing has happened (Python's None); −1 with errno set
 * @python os.waitid(idtype, id, options, /)
 * @since 0.1
 * @source waitid(2)
 * @shell no: a command has no children
 */
OS_API int os_waitid(int idtype, unsigned int id, int options, struct os_waitid_result *ret_result)
    OS_NONNULL();

/**
 * Whether the process ended by itself.
 *
 * @param status  a wait status
 * @return true if it did
 * @python os.WIFEXITED(status)
 * @since 0.1
 * @shell os.WIFEXITED STATUS -> bool
 */
OS_API bool os_WIFEXITED(int status);

/**
 * The exit code of a process that ended by itself.
 *
 * @param status  a wait status
 * @return 0 to 255
 * @python os.WEXITSTATUS(status)
 * @since 0.1
 * @shell os.WEXITSTATUS STATUS -> int
 */
OS_API int os_WEXITSTATUS(int status);

/**
 * Whether a signal ended the process.
 *
 * @param status  a wait status
 * @return true if one did
 * @python os.WIFSIGNALED(status)
 * @since 0.1
 * @shell os.WIFSIGNALED STATUS -> bool
 */
OS_API bool os_WIFSIGNALED(int status);

/**
 * The signal that ended the process.
 *
 * @param status  a wait status
 * @return its number
 * @python os.WTERMSIG(status)
 * @since 0.1
 * @shell os.WTERMSIG STATUS -> int
 */
OS_API int os_WTERMSIG(int status);

/**
 * Whether the process left a core dump.
 *
 * @param status  a wait status
 * @return true if it did
 * @python os.WCOREDUMP(status, /)
 * @since 0.1
 * @shell os.WCOREDUMP STATUS -> bool
 */
OS_API bool os_WCOREDUMP(int status);

/**
 * Whether the process is stopped.
 *
 * @param status  a wait status
 * @return true if it is
 * @python os.WIFSTOPPED(status)
 * @since 0.1
 * @shell os.WIFSTOPPED STATUS -> bool
 */
OS_API bool os_WIFSTOPPED(int status);

/**
 * The signal that stopped the process.
 *
 * @param status  a wait status
 * @return its number
 * @python os.WSTOPSIG(status)
 * @since 0.1
 * @shell os.WSTOPSIG STATUS -> int
 */
OS_API int os_WSTOPSIG(int status);

/**
 * Whether the process was continued.
 *
 * @param status  a wait status
 * @return true if it was
 * @python os.WIFCONTINUED(status)
 * @since 0.1
 * @shell os.WIFCONTINUED STATUS -> bool
 */
OS_API bool os_WIFCONTINUED(int status);

/**
 * Sends a signal to a process.
 *
 * @param pid  which; 0 all of the caller's process group, −1 all that it may, −N those of group N
 * @param sig  the signal; 0 only looks whether it could be sent
 * @return 0, or −1 with errno set
 * @error ESRCH  there is no such process
 * @error EPERM  it belongs to somebody else
 * @python os.kill(pid, signal, /)
 * @since 0.1
 * @source kill(2)
 * @shell os.kill PID SIG -> none
 */
OS_API int os_kill(pid_t pid, int sig);

/**
 * Sends a signal to a process group.
 *
 * @param pgid  which; 0 the caller's
 * @param sig   the signal; 0 only looks whether it could be sent
 * @return 0, or −1 with errno set
 * @python os.killpg(pgid, signal, /)
 * @since 0.1
 * @source killpg(3)
 * @shell os.killpg PGID SIG -> none
 */
OS_API int os_killpg(pid_t pgid, int sig);

/**
 * Adds to the niceness of the process: the higher, the less it gets.
 *
 * @param increment  what to add
 * @param ret_nice   set to the new one, −20 to 19; or NULL
 * @return 0, or −1 with errno set
 * @error EPERM  it would fall, and the caller has no right to that
 * @python os.nice(increment, /)
 * @since 0.1
 * @source nice(2)
 * @shell no: the process that it changes ends with the command
 */
OS_API int os_nice(int increment, int *ret_nice);

/**
 * A descriptor that stands for a process, and for no later one of the same number.
 *
 * @param pid    which
 * @param flags  O_NONBLOCK (PIDFD_NONBLOCK)
 * @return the descriptor, close-on-exec; −1 with errno set
 * @python os.pidfd_open(pid, flags=0)
 * @since 0.1
 * @source pidfd_open(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_pidfd_open(pid_t pid, unsigned int flags) OS_MUST_CHECK;

/**
 * A descriptor of another process, as one of one's own.
 *
 * @param pidfd      from os_pidfd_open()
 * @param target_fd  the other's descriptor
 * @param flags      0
 * @return a descriptor of the same file, close-on-exec; −1 with errno set
 * @python os.pidfd_getfd(pidfd, targetfd, flags=0), since 3.16
 * @since 0.1
 * @source pidfd_getfd(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_pidfd_getfd(int pidfd, int target_fd, unsigned int flags) OS_MUST_CHECK;

/**
 * Sends a signal to a process by its descriptor.
 *
 * @param pidfd  from os_pidfd_open()
 * @param sig    the signal; 0 only looks whether it could be sent
 * @return 0, or −1 with errno set
 * @error ESRCH  the process has ended
 * @python signal.pidfd_send_signal(pidfd, signalnum)
 * @since 0.1
 * @source pidfd_send_signal(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_pidfd_send_signal(int pidfd, int sig);

/** Processor time, in seconds. */
struct os_times_result {
    double user;            /**< in the process's own code */
    double system;          /**< in the kernel */
    double children_user;   /**< the same of children that were waited for */
    double children_system; /**< the same */
    double elapsed;         /**< since some moment in the past */
};

/**
 * The processor time of the process.
 *
 * @param ret_times  set on success
 * @return 0, or −1 with errno set
 * @python os.times()
 * @since 0.1
 * @source times(2)
 * @shell no: it tells of the command itself
 */
OS_API int os_times(struct os_times_result *ret_times) OS_NONNULL();

/**
 * Makes a child that is a copy of the process, with the calling thread alone.
 *
 * @return 0 in the child, its process id in the parent; −1 with errno set
 * @python os.fork()
 * @since 0.1
 * @source fork(2)
 * @shell no: it would copy the command
 */
OS_API pid_t os_fork(void);

/**
 * The same with a new pseudo-terminal, which is the child's standard input, output and error.
 *
 * @param ret_fd  in the parent, set to the other end of the terminal, close-on-exec; in the child
 * −1
 * @return 0 in the child, its process id in the parent; −1 with errno set
 * @python os.forkpty()
 * @since 0.1
 * @source forkpty(3)
 * @shell no: it would copy the command
 */
OS_API pid_t os_forkpty(int *ret_fd) OS_NONNULL();

/**
 * Has functions called at every fork, for the life of the process; os_system() and its like don't
 * fork.
 *
 * @param before           called before it, the last registered first; or NULL
 * @param after_in_parent  called after it in the parent, in the order of registration; or NULL
 * @param after_in_child   the same in the child; or NULL
 * @return 0, or −1 with errno set
 * @error EINVAL  all of them are NULL
 * @python os.register_at_fork(*, before=None, after_in_child=None, after_in_parent=None)
 * @since 0.1
 * @source pthread_atfork(3)
 * @shell no: a command does not fork
 */
OS_API int os_register_at_fork(void (*before)(void), void (*after_in_parent)(void),
                               void (*after_in_child)(void));

/**
 * Ends the process at once, without flushing streams or running handlers.
 *
 * @param status  the exit code
 * @return never
 * @python os._exit(status)
 * @since 0.1
 * @source _exit(2)
 * @shell no: the exit code is that of the command
 */
OS_API void os__exit(int status) OS_ATTRIBUTE(noreturn);

/**
 * Ends the process with SIGABRT, and a core dump where those are on.
 *
 * @return never
 * @python os.abort()
 * @since 0.1
 * @source abort(3)
 * @shell no: it would abort the command
 */
OS_API void os_abort(void) OS_ATTRIBUTE(noreturn);

/**
 * Moves the process out of namespaces and other things that it shares.
 *
 * @param flags  CLONE_FS, CLONE_NEWNS, CLONE_NEWNET …
 * @return 0, or −1 with errno set
 * @python os.unshare(flags), since 3.12
 * @since 0.1
 * @source unshare(2)
 * @shell no: the process that it changes ends with the command
 */
OS_API int os_unshare(int flags);

/**
 * Moves the calling thread into a namespace.
 *
 * @param fd      a file of /proc/PID/ns, or a pidfd
 * @param nstype  CLONE_NEWNS … which it has to be; 0 for any
 * @return 0, or −1 with errno set
 * @python os.setns(fd, nstype=0), since 3.12
 * @since 0.1
 * @source setns(2)
 * @shell no: the process that it changes ends with the command
 */
OS_API int os_setns(int fd, int nstype);

OS_END_DECLS

#endif
/**
 * Processes of the machine: lists whose cost follows the fields asked for, and handles that are
 * one process and never another, however often its number is used again.
 *
 * Times are in nanoseconds, sizes in bytes. What a record's `valid` does not name was not read and
 * is 0, −1 or NULL; what `refused` names may not be read by this user.
 */
#ifndef OSIER_PROCESSES_H
#define OSIER_PROCESSES_H


OS_BEGIN_DECLS

/** What to read of a process; each costs the files it names, below /proc/PID. */
enum os_process_fields {
    OS_PROCESS_STAT = 1 << 0,      /**< stat: all that has no bit of its own; always read */
    OS_PROCESS_NAME = 1 << 1,      /**< the name beyond 15 bytes: cmdline where it is that long */
    OS_PROCESS_CMDLINE = 1 << 2,   /**< cmdline */
    OS_PROCESS_MEMORY = 1 << 3,    /**< statm: memory_info beyond rss and vms */
    OS_PROCESS_EUID = 1 << 4,      /**< the owner of the directory: the effective user alone */
    OS_PROCESS_IDS = 1 << 5,       /**< status: uids, gids and num_ctx_switches */
    OS_PROCESS_USERNAME = 1 << 6,  /**< status, and the name of the real user */
    OS_PROCESS_IO = 1 << 7,        /**< io */
    OS_PROCESS_FDS = 1 << 8,       /**< fd: how many descriptors are open */
    OS_PROCESS_EXE = 1 << 9,       /**< exe: the program's file */
    OS_PROCESS_CWD = 1 << 10,      /**< cwd */
    OS_PROCESS_CGROUP = 1 << 11,   /**< cgroup */
    OS_PROCESS_DELAY = 1 << 12,    /**< schedstat: how long it waited for a CPU */
    OS_PROCESS_FOOTPRINT = 1 << 13 /**< smaps_rollup: dear, and the process waits meanwhile */
};

/** User or group numbers. */
struct os_process_ids {
    int64_t real;      /**< who started it */
    int64_t effective; /**< whose rights it has */
    int64_t saved;     /**< whose rights it may take again */
};

/** CPU time, in nanoseconds. */
struct os_process_times {
    int64_t user;            /**< in the program itself [duration] */
    int64_t system;          /**< in the kernel for it [duration] */
    int64_t children_user;   /**< of children that it waited for [duration] */
    int64_t children_system; /**< of these in the kernel [duration] */
    int64_t iowait; /**< waiting for blocks of a disk; 0 without delay accounting [duration] */
};

/** Memory, in bytes. */
struct os_process_memory {
    uint64_t rss;    /**< in RAM, what it shares with others counted in full [bytes] */
    uint64_t vms;    /**< addresses that are taken [bytes] */
    uint64_t shared; /**< of rss what is of files or shared [bytes] */
    uint64_t text;   /**< the program's code [bytes] */
    uint64_t data;   /**< data and stack [bytes] */
};

/** What would be free if it ended, in bytes. */
struct os_process_footprint {
    uint64_t uss;  /**< its own alone [bytes] */
    uint64_t pss;  /**< its own, and its part of what is shared [bytes] */
    uint64_t swap; /**< of its own in swap [bytes] */
};

/** Input and output since its start. */
struct os_process_io {
    uint64_t read_count;  /**< calls that read */
    uint64_t write_count; /**< calls that wrote */
    uint64_t read_bytes;  /**< bytes from disks [bytes] */
    uint64_t write_bytes; /**< bytes for disks [bytes] */
    uint64_t read_chars; /**< bytes of all calls that read, those of pipes and caches too [bytes] */
    uint64_t write_chars; /**< bytes of all calls that wrote [bytes] */
};

/** How often another got its CPU. */
struct os_process_switches {
    int64_t voluntary;   /**< because it waited */
    int64_t involuntary; /**< because its time was over */
};

/**
 * A process as it was when it was read. With `pid`, `start_ticks` says which one it is.
 *
 * @table pid, username, status, rss, num_threads, create_time, name
 */
struct os_process_info {
    unsigned valid;   /**< the bits of what was read */
    unsigned refused; /**< the bits of what this user may not read */
    pid_t pid;        /**< its number */
    pid_t ppid;       /**< its parent's, 0 where that is outside the pid namespace */
    pid_t pgrp;       /**< its process group */
    pid_t session;    /**< its session */
    const char *name; /**< its name, of any bytes [OS_PROCESS_NAME] */
    const char *exe;  /**< the program's file; "" for a kernel thread [OS_PROCESS_EXE] */
    char *const *
        cmdline; /**< the words it was started with, or has put in their place [OS_PROCESS_CMDLINE] */
    size_t cmdline_count; /**< how many */
    const char *cwd;      /**< its current directory [OS_PROCESS_CWD] */
    const char *
        username; /**< the real user's name, or the number where it has none [OS_PROCESS_USERNAME] */
    const char
        *cgroup;    /**< its control group, of version 2 where there are both [OS_PROCESS_CGROUP] */
    char status[2]; /**< the kernel's letter: R, S, D, Z, T, t, X, P, I … */
    bool kernel_thread;   /**< a thread of the kernel, without a program */
    int num_threads;      /**< how many threads it has */
    int nice;             /**< its nice value */
    int cpu_num;          /**< the CPU it ran on last */
    unsigned terminal;    /**< the device number of its terminal, 0 for none */
    int num_fds;          /**< how many descriptors it has open [OS_PROCESS_FDS] */
    uint64_t start_ticks; /**< when it started, in ticks of the clock since the machine did */
    int64_t create_time; /**< the same in nanoseconds since the epoch, by the clock of now [time] */
    uint64_t rss;        /**< memory in RAM, as memory_info has it [bytes] */
    uint64_t minor_faults; /**< pages that were mapped */
    uint64_t major_faults; /**< pages that were read from a disk */
    int64_t
        run_delay; /**< how long it waited for a CPU while it could run [duration] [OS_PROCESS_DELAY] */
    uint64_t euid;                                /**< the effective user [OS_PROCESS_EUID] */
    struct os_process_times cpu_times;            /**< CPU time */
    struct os_process_memory memory_info;         /**< memory [OS_PROCESS_MEMORY] */
    struct os_process_footprint memory_footprint; /**< memory of its own [OS_PROCESS_FOOTPRINT] */
    struct os_process_ids uids;                   /**< users [OS_PROCESS_IDS] */
    struct os_process_ids gids;                   /**< groups [OS_PROCESS_IDS] */
    struct os_process_io io_counters;             /**< input and output [OS_PROCESS_IO] */
    struct os_process_switches num_ctx_switches;  /**< changes of its CPU [OS_PROCESS_IDS] */
};

/** What os_processes() can be told; NULL or zeros for all processes. */
struct os_processes_options {
    size_t size;        /**< sizeof(struct os_processes_options) */
    int threads;        /**< how many read; 0: as many as help, 1: none but the caller */
    const pid_t *pids;  /**< these processes alone, or NULL */
    size_t pids_count;  /**< how many */
    size_t *ret_hidden; /**< set to how many are there that may not be looked at, or NULL */
};

/**
 * The numbers of all processes, in order.
 *
 * @param ret_count  set to how many there are
 * @return an array, to free(); NULL with errno set
 * @python psutil.pids()
 * @since 0.1
 * @source proc(5)
 * @shell os.pids -> ints
 */
OS_API OS_MUST_FREE pid_t *os_pids(size_t *ret_count);

/**
 * Whether a process of that number exists; the number of a thread is none.
 *
 * @param pid  the number
 * @return whether it is there, as a zombie too
 * @python psutil.pid_exists(pid)
 * @since 0.1
 * @source proc(5)
 * @shell os.pid_exists PID -> bool
 */
OS_API bool os_pid_exists(pid_t pid);

/**
 * All processes, or those asked for, in the order of their numbers.
 *
 * A process that ends meanwhile is left out. What is read of one process is of one process, also
 * where its number is used again at that moment.
 *
 * @param fields  bits of enum os_process_fields: what to read
 * @param options  which processes, and how many threads read them; NULL for all
 * @param ret_count  set to how many there are
 * @return an array with all it points to in one block, to free(); NULL with errno set
 * @error EINVAL  fields or options that are none
 * @python psutil.process_iter(attrs=None, ad_value=None)
 * @since 0.1
 * @source proc(5)
 * @shell os.processes [--threads=0] -> list of process_info
 */
OS_API OS_MUST_FREE struct os_process_info *os_processes(unsigned fields,
                                                         const struct os_processes_options *options,
                                                         size_t *ret_count);

/** A process: a descriptor of its directory in /proc, which is never another's. */
struct os_process;

/**
 * Takes hold of a process.
 *
 * @param pid  its number
 * @return the handle, to end with os_process_close(); NULL with errno set
 * @error ESRCH  no such process
 * @python psutil.Process(pid=None)
 * @since 0.1
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API struct os_process *os_process_open(pid_t pid) OS_MUST_CHECK;

/**
 * Lets a process go; errno stays as it is.
 *
 * @param process  the handle, or NULL for nothing
 * @return NULL
 * @since 0.1
 * @shell no: a handle ends with the command
 */
OS_API struct os_process *os_process_close(struct os_process *process);

/**
 * The handle's descriptor, of the directory /proc/PID; it stays the handle's.
 *
 * @param process  the handle
 * @return the descriptor
 * @since 0.1
 * @shell no: a descriptor ends with the command
 */
OS_API int os_process_fileno(const struct os_process *process) OS_NONNULL();

/**
 * Whether the process is still there, as a zombie too.
 *
 * @param process  the handle
 * @return whether it is
 * @python psutil.Process.is_running()
 * @since 0.1
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API bool os_process_is_running(const struct os_process *process) OS_NONNULL();

/**
 * Reads what is asked for of the process.
 *
 * @param process  the handle
 * @param fields  bits of enum os_process_fields
 * @return the record with all it points to in one block, to free(); NULL with errno set
 * @error ESRCH  it has ended
 * @error EINVAL  fields that are none
 * @python psutil.Process.as_dict(attrs=None, ad_value=None)
 * @since 0.1
 * @source proc(5)
 * @shell no: `osier get proc PID`
 */
OS_API OS_MUST_FREE struct os_process_info *os_process_read(const struct os_process *process,
                                                            unsigned fields) OS_NONNULL();

/**
 * Sends a signal to this process and to no other.
 *
 * @param process  the handle
 * @param sig  the signal; 0 asks whether one could be sent
 * @return 0, or −1 with errno set
 * @error ESRCH  it has ended
 * @error EPERM  it is another user's
 * @error ENOTSUP  it is a recorded machine's
 * @python psutil.Process.send_signal(sig)
 * @since 0.1
 * @source pidfd_send_signal(2)
 * @shell no: `osier kill PID`
 */
OS_API int os_process_send_signal(const struct os_process *process, int sig) OS_NONNULL();

/**
 * Waits until the process ends; a child is collected.
 *
 * @param process  the handle
 * @param timeout  how many seconds at most; negative: as long as it takes
 * @param ret_status  set to a child's wait status, as os_waitstatus_to_exitcode() takes it, or to
 *                    −1 where the process is not a child of this one; or NULL
 * @return 1: it has ended; 0: the time is over; −1 with errno set
 * @error ENOTSUP  it is a recorded machine's
 * @python psutil.Process.wait(timeout=None)
 * @since 0.1
 * @source pidfd_open(2)
 * @shell no: `osier wait PID`
 */
OS_API int os_process_wait(const struct os_process *process, double timeout, int *ret_status)
    OS_NONNULL(1);

/**
 * The environment that the process was started with, or has put in its place.
 *
 * @param process  the handle
 * @return the variables, "NAME=value", in one block to free(); NULL with errno set
 * @error EACCES  it is another user's
 * @python psutil.Process.environ()
 * @since 0.1
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_MUST_FREE char **os_process_environ(const struct os_process *process) OS_NONNULL();

/** A thread of a process. */
struct os_process_thread {
    pid_t id;            /**< its number */
    char status[2];      /**< the kernel's letter */
    int64_t user_time;   /**< CPU time in the program, nanoseconds [duration] */
    int64_t system_time; /**< CPU time in the kernel, nanoseconds [duration] */
};

/**
 * The threads of a process, in the order of their numbers.
 *
 * @param process  the handle
 * @param ret_count  set to how many there are
 * @return an array, to free(); NULL with errno set
 * @error ESRCH  the process has ended
 * @python psutil.Process.threads()
 * @since 0.1
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_MUST_FREE struct os_process_thread *os_process_threads(const struct os_process *process,
                                                                 size_t *ret_count) OS_NONNULL();

/** A descriptor that a process has open. */
struct os_open_file {
    const char *path; /**< what it is open on: a file, "socket:[1234]", "pipe:[5678]" … */
    int fd;           /**< its number */
    int flags;        /**< as for open(2), with O_CLOEXEC where that is set */
    int64_t position; /**< where it reads or writes next */
};

/**
 * The descriptors that a process has open, in the order of their numbers.
 *
 * One that is closed meanwhile is left out.
 *
 * @param process  the handle
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error EACCES  it is another user's
 * @error ESRCH  it has ended
 * @python psutil.Process.open_files()
 * @since 0.1
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_MUST_FREE struct os_open_file *os_process_open_files(const struct os_process *process,
                                                               size_t *ret_count) OS_NONNULL();

/** A mapping of a process; sizes in bytes. */
struct os_memory_map {
    uint64_t start;         /**< its first address */
    uint64_t end;           /**< the address behind its last */
    const char *perms;      /**< "r-xp" */
    const char *path;       /**< the file, "[heap]", or "" for memory of no file */
    uint64_t rss;           /**< in RAM [bytes] */
    uint64_t size;          /**< of the addresses [bytes] */
    uint64_t pss;           /**< in RAM, what is shared divided by who shares it [bytes] */
    uint64_t shared_clean;  /**< shared, as in the file [bytes] */
    uint64_t shared_dirty;  /**< shared, changed [bytes] */
    uint64_t private_clean; /**< its own, as in the file [bytes] */
    uint64_t private_dirty; /**< its own, changed [bytes] */
    uint64_t referenced;    /**< used lately [bytes] */
    uint64_t anonymous;     /**< of no file [bytes] */
    uint64_t swap;          /**< in swap [bytes] */
};

/**
 * The mappings of a process, in the order of their addresses. The process waits meanwhile.
 *
 * @param process  the handle
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error EACCES  it is another user's
 * @error ESRCH  it has ended, or is a zombie
 * @python psutil.Process.memory_maps(grouped=True)
 * @since 0.1
 * @source proc(5)
 * @shell no: a handle ends with the command
 */
OS_API OS_MUST_FREE struct os_memory_map *os_process_memory_maps(const struct os_process *process,
                                                                 size_t *ret_count) OS_NONNULL();

/**
 * How much of one CPU a process used between two readings, in percent.
 *
 * @param before  the first reading
 * @param now  the second, of the same process
 * @param elapsed  the time between them in nanoseconds, by a clock that does not jump
 * @return the percentage, above 100 with several threads; NaN where less than a tick has passed or
 *         the two are not of one process
 * @python psutil.Process.cpu_percent(interval=None)
 * @since 0.1
 * @shell no: it takes two readings
 */
OS_API double os_process_cpu_percent(const struct os_process_info *before,
                                     const struct os_process_info *now, int64_t elapsed)
    OS_NONNULL();

OS_END_DECLS

#endif
/**
 * Root: a directory handle that no path can escape, as Go's os.Root.
 *
 * Every path of these calls is relative to the root. Symbolic links and ".." are followed as long
 * as they stay below it; a path, a link or a ".." that would lead out of it, and any absolute one,
 * fails with EXDEV. That holds while others rename directories and swap links at the same moment.
 * Links of /proc that are no real links fail with ELOOP. Crossing a mount point is allowed.
 *
 * A root of os_root_inside() is one to be inside, as after chroot(2): there an absolute path or
 * link begins at the root, and ".." goes no further than the root; nothing fails with EXDEV.
 *
 * On kernels with openat2(2) the kernel resolves; elsewhere the library does, step by step.
 */
#ifndef OSIER_ROOT_H
#define OSIER_ROOT_H


OS_BEGIN_DECLS

struct os_root;

/**
 * Makes a root of the directory `path`, which itself may be named in any way.
 *
 * @param path  the directory
 * @return the root, to end with os_root_close(); NULL with errno set
 * @error ENOTDIR  it is no directory
 * @since 0.1
 * @source openat2(2)
 * @shell no: a root is for several calls of one program
 */
OS_API struct os_root *os_root(const char *path);

/**
 * Makes a root of the directory `path`, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the directory
 * @return the root, to end with os_root_close(); NULL with errno set
 * @error ENOTDIR  it is no directory
 * @since 0.1
 * @source openat2(2)
 * @shell no: a root is for several calls of one program
 */
OS_API struct os_root *os_rootat(int dir_fd, const char *path);

/**
 * Makes a root that paths see from inside, as after chroot(2): to look at the system in an image or
 * a container, whose links are absolute.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the directory
 * @return the root, to end with os_root_close(); NULL with errno set
 * @error ENOTDIR  it is no directory
 * @since 0.1
 * @source openat2(2) RESOLVE_IN_ROOT
 * @shell no: a root is for several calls of one program
 */
OS_API struct os_root *os_root_inside(int dir_fd, const char *path);

/**
 * Makes a root of a directory below a root, to be seen from outside or inside as that is.
 *
 * @param root  the larger root
 * @param path  the directory in it
 * @return the smaller root, to end with os_root_close(); NULL with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source openat2(2)
 * @shell no: a root is for several calls of one program
 */
OS_API struct os_root *os_root_sub(const struct os_root *root, const char *path);

/**
 * Ends a root; what was opened through it stays open.
 *
 * @param root  the root, or NULL for nothing; errno stays as it is
 * @return NULL
 * @since 0.1
 * @shell no: a root is for several calls of one program
 */
OS_API struct os_root *os_root_close(struct os_root *root);

/**
 * The descriptor of the root, for the `…at` calls; it stays the root's.
 *
 * @param root  the root
 * @return the descriptor, opened with O_PATH
 * @since 0.1
 * @shell no: a descriptor ends with the command
 */
OS_API int os_root_fd(const struct os_root *root);

/**
 * Opens a file in the root.
 *
 * @param root  the root
 * @param path  the file
 * @param open_flags  as for os_open(): O_RDONLY, O_CREAT …; O_CLOEXEC is always added
 * @param mode  the permission bits of a file that is made, before the umask; 0777 in Python
 * @return the descriptor, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source openat2(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_root_open(const struct os_root *root, const char *path, int open_flags, mode_t mode);

/**
 * Creates a directory in the root.
 *
 * @param root  the root
 * @param path  where
 * @param mode  the permission bits before the umask
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source mkdirat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_mkdir(const struct os_root *root, const char *path, mode_t mode);

/**
 * Creates a directory in the root and those that are missing on the way, with 0777 before the
 * umask. A link that leads nowhere is an error, and what it names is not made.
 *
 * @param root  the root
 * @param path  where, of any length
 * @param mode  the permission bits of the last one before the umask
 * @param flags  OS_EXIST_OK: a directory that is there already is fine
 * @return 0, or −1 with errno set; the record names the component that failed
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source mkdirat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_makedirs(const struct os_root *root, const char *path, mode_t mode, int flags);

/**
 * Removes a file or a link in the root.
 *
 * @param root  the root
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source unlinkat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_remove(const struct os_root *root, const char *path);

/**
 * Removes an empty directory in the root.
 *
 * @param root  the root
 * @param path  the directory
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source unlinkat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_rmdir(const struct os_root *root, const char *path);

/**
 * Renames within the root; a file that is there is replaced.
 *
 * @param root  the root
 * @param src  the old name
 * @param dst  the new name
 * @return 0, or −1 with errno set
 * @error EXDEV  a path leads out of the root, or the names are on different file systems
 * @since 0.1
 * @source renameat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_rename(const struct os_root *root, const char *src, const char *dst);

/**
 * Gives a file in the root a further name. A symbolic link itself gets it, not what it names.
 *
 * @param root  the root
 * @param src  the file
 * @param dst  the new name
 * @return 0, or −1 with errno set
 * @error EEXIST  there is something of that name
 * @error EXDEV  a path leads out of the root, or the names are on different file systems
 * @since 0.1
 * @source linkat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_link(const struct os_root *root, const char *src, const char *dst);

/**
 * Makes a symbolic link in the root. It may hold any text; following it out of the root fails.
 *
 * @param root  the root
 * @param src  what the link leads to
 * @param dst  the link
 * @return 0, or −1 with errno set
 * @error EXDEV  the path of the link leads out of the root
 * @since 0.1
 * @source symlinkat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_symlink(const struct os_root *root, const char *src, const char *dst);

/**
 * What a symbolic link in the root holds.
 *
 * @param root  the root
 * @param path  the link
 * @return the text, to free(); NULL with errno set
 * @error EXDEV  the path leads out of the root
 * @error EINVAL  it is no symbolic link
 * @since 0.1
 * @source readlinkat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API OS_MUST_FREE char *os_root_readlink(const struct os_root *root, const char *path);

/**
 * What is at a path in the root.
 *
 * @param root  the root
 * @param path  the file
 * @param ret_stat  filled on success
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source fstat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_stat(const struct os_root *root, const char *path,
                        struct os_stat_result *ret_stat, int flags);

/**
 * Sets the permission bits of a file in the root.
 *
 * @param root  the root
 * @param path  the file
 * @param mode  the bits; the umask plays no part
 * @param flags  OS_NOFOLLOW: not what a symbolic link names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @error EOPNOTSUPP  with OS_NOFOLLOW: it is a symbolic link
 * @since 0.1
 * @source fchmodat2(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_chmod(const struct os_root *root, const char *path, mode_t mode, int flags);

/**
 * Gives a file in the root to a user and a group.
 *
 * @param root  the root
 * @param path  the file
 * @param uid  the user, or −1 to leave it
 * @param gid  the group, or −1 to leave it
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @error EPERM  the caller may not give it away
 * @since 0.1
 * @source fchownat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_chown(const struct os_root *root, const char *path, uid_t uid, gid_t gid,
                         int flags);

/**
 * Sets when a file in the root was last read and last changed.
 *
 * @param root  the root
 * @param path  the file
 * @param atime_ns  last read, in nanoseconds since 1970; OS_TIME_NOW or OS_TIME_OMIT
 * @param mtime_ns  last change of the content, likewise
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source utimensat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_utime(const struct os_root *root, const char *path, int64_t atime_ns,
                         int64_t mtime_ns, int flags);

/**
 * Sets when a file in the root was last read and last changed, to any moment, also beyond 2262.
 *
 * @param root  the root
 * @param path  the file
 * @param times  last read, and last change of the content, as for os_utimensat(); NULL: now
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @error EINVAL  the nanoseconds are not 0 to 999,999,999, UTIME_NOW or UTIME_OMIT
 * @since 0.1
 * @source utimensat(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_utimens(const struct os_root *root, const char *path,
                           const struct os_time times[2], int flags);

/**
 * The names in a directory of the root, without "." and "..", in no order.
 *
 * @param root  the root
 * @param path  the directory; NULL for the root itself
 * @return a list that ends with NULL, to free() as one block; NULL with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source getdents64(2)
 * @shell no: a root is for several calls of one program
 */
OS_API OS_MUST_FREE char **os_root_listdir(const struct os_root *root, const char *path);

/**
 * Everything that a file in the root holds.
 *
 * @param root  the root
 * @param path  the file
 * @param ret_size  how many bytes it held, or NULL
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @error EXDEV  the path leads out of the root
 * @since 0.1
 * @source read(2)
 * @shell no: a root is for several calls of one program
 */
OS_API OS_MUST_FREE char *os_root_read_file(const struct os_root *root, const char *path,
                                            size_t *ret_size);

/**
 * Gives a file in the root a new content, atomically and durably, as os_write_file() does. A
 * symbolic link at `path` is replaced, not followed.
 *
 * @param root  the root
 * @param path  the file; it need not exist
 * @param data  its new content
 * @param size  how many bytes
 * @param options  as for os_write_file(), without `follow`; NULL for the defaults
 * @return 0, or −1 with errno set
 * @error EXDEV  the path leads out of the root
 * @error EINVAL  the options have a size that is none of theirs, or `follow`
 * @since 0.1
 * @source rename(2), fsync(2)
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_write_file(const struct os_root *root, const char *path, const void *data,
                              size_t size, const struct os_write_file_options *options);

#ifndef RESOLVE_BENEATH
#define RESOLVE_NO_XDEV       0x01
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS   0x04
#define RESOLVE_BENEATH       0x08
#define RESOLVE_IN_ROOT       0x10
#endif
#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

/**
 * Opens a file with a say on how its path is resolved: the bare system call, without the fallbacks
 * of a root.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param open_flags  as for open(2); unknown ones are EINVAL; O_CLOEXEC is always added
 * @param mode  the permission bits of a file that is made, else 0
 * @param resolve  RESOLVE_BENEATH, RESOLVE_IN_ROOT, RESOLVE_NO_SYMLINKS …
 * @return the descriptor, or −1 with errno set
 * @error ENOSYS  the kernel is older than 5.6
 * @error EAGAIN  something was renamed beside it: try again
 * @error EXDEV  the path leads out
 * @since 0.1
 * @source openat2(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_openat2(int dir_fd, const char *path, uint64_t open_flags, mode_t mode,
                      uint64_t resolve);

OS_END_DECLS

#endif
/**
 * The scheduler: which policy a process runs under, and on which CPUs.
 *
 * Python's os.sched_param has one member, which stands for itself here: the static priority, an
 * int.
 */
#ifndef OSIER_SCHEDULER_H
#define OSIER_SCHEDULER_H

#include <sched.h>

#ifndef SCHED_NORMAL
#define SCHED_NORMAL 0 /**< the kernel's name for SCHED_OTHER */
#endif
#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6 /**< known to be asked for; sched_setattr(2) sets it */
#endif
#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000 /**< joined to a policy: children don't inherit it */
#endif

OS_BEGIN_DECLS

/**
 * The lowest static priority of a policy.
 *
 * @param policy  SCHED_OTHER, SCHED_FIFO, SCHED_RR …
 * @return the priority, or −1 with errno set
 * @error EINVAL  no such policy
 * @python os.sched_get_priority_min(policy)
 * @since 0.1
 * @source sched_get_priority_min(2)
 * @shell os.sched_get_priority_min POLICY -> int
 */
OS_API int os_sched_get_priority_min(int policy);

/**
 * The highest static priority of a policy.
 *
 * @param policy  SCHED_OTHER, SCHED_FIFO, SCHED_RR …
 * @return the priority, or −1 with errno set
 * @error EINVAL  no such policy
 * @python os.sched_get_priority_max(policy)
 * @since 0.1
 * @source sched_get_priority_max(2)
 * @shell os.sched_get_priority_max POLICY -> int
 */
OS_API int os_sched_get_priority_max(int policy);

/**
 * Sets the policy and the static priority of a process (to the kernel: of one thread).
 *
 * @param pid  the process; 0: the calling thread
 * @param policy  SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_FIFO or SCHED_RR, with or without
 *                SCHED_RESET_ON_FORK
 * @param priority  the static priority: 0 but for SCHED_FIFO and SCHED_RR
 * @return 0, or −1 with errno set
 * @error EINVAL  no such policy, or a priority that it does not have
 * @error EPERM  the process lacks CAP_SYS_NICE
 * @error ESRCH  no such process
 * @python os.sched_setscheduler(pid, policy, param, /)
 * @since 0.1
 * @source sched_setscheduler(2)
 * @shell os.sched_setscheduler PID POLICY PRIORITY -> none
 */
OS_API int os_sched_setscheduler(pid_t pid, int policy, int priority);

/**
 * The policy of a process.
 *
 * @param pid  the process; 0: the calling thread
 * @return the policy, with SCHED_RESET_ON_FORK where it is set; or −1 with errno set
 * @error ESRCH  no such process
 * @python os.sched_getscheduler(pid, /)
 * @since 0.1
 * @source sched_getscheduler(2)
 * @shell os.sched_getscheduler PID -> int
 */
OS_API int os_sched_getscheduler(pid_t pid);

/**
 * Sets the static priority of a process.
 *
 * @param pid  the process; 0: the calling thread
 * @param priority  the static priority; the policy of the process says which there are
 * @return 0, or −1 with errno set
 * @error EINVAL  the policy does not have this priority
 * @error EPERM  the process lacks CAP_SYS_NICE
 * @error ESRCH  no such process
 * @python os.sched_setparam(pid, param, /)
 * @since 0.1
 * @source sched_setparam(2)
 * @shell os.sched_setparam PID PRIORITY -> none
 */
OS_API int os_sched_setparam(pid_t pid, int priority);

/**
 * The static priority of a process.
 *
 * @param pid  the process; 0: the calling thread
 * @return the priority, or −1 with errno set
 * @error ESRCH  no such process
 * @python os.sched_getparam(pid, /)
 * @since 0.1
 * @source sched_getparam(2)
 * @shell os.sched_getparam PID -> int
 */
OS_API int os_sched_getparam(pid_t pid);

/**
 * How long a process runs under SCHED_RR before it is the next one's turn.
 *
 * @param pid  the process; 0: the calling one
 * @param ret_seconds  set to the time slice in seconds
 * @return 0, or −1 with errno set
 * @error ESRCH  no such process
 * @python os.sched_rr_get_interval(pid, /)
 * @since 0.1
 * @source sched_rr_get_interval(2)
 * @shell os.sched_rr_get_interval PID -> float
 */
OS_API int os_sched_rr_get_interval(pid_t pid, double *ret_seconds);

/**
 * The same in nanoseconds.
 *
 * @param pid  the process; 0: the calling one
 * @return the time slice, or −1 with errno set
 * @error ESRCH  no such process
 * @since 0.1
 * @source sched_rr_get_interval(2)
 * @shell os.sched_rr_get_interval_ns PID -> int
 */
OS_API int64_t os_sched_rr_get_interval_ns(pid_t pid);

/**
 * Lets others run: the calling thread goes to the end of the queue.
 *
 * @return 0, or −1 with errno set
 * @python os.sched_yield()
 * @since 0.1
 * @source sched_yield(2)
 * @shell no: nothing is to be seen of it
 */
OS_API int os_sched_yield(void);

/**
 * Restricts a process (to the kernel: one thread) to a set of CPUs.
 *
 * @param pid  the process; 0: the calling thread
 * @param cpus  the numbers of the CPUs, in any order; those that the machine lacks do not count
 * @param count  how many
 * @return 0, or −1 with errno set
 * @error EINVAL  none that the machine has and the process may use, or a negative one
 * @error EPERM  another user's process, without CAP_SYS_NICE
 * @error ESRCH  no such process
 * @python os.sched_setaffinity(pid, mask, /)
 * @since 0.1
 * @source sched_setaffinity(2)
 * @shell os.sched_setaffinity PID CPUS... -> none
 */
OS_API int os_sched_setaffinity(pid_t pid, const int *cpus, size_t count);

/**
 * The set of CPUs that a process may run on.
 *
 * @param pid  the process; 0: the calling thread
 * @param ret_count  set to how many there are
 * @return their numbers in ascending order in one block, to free(); NULL with errno set
 * @error ESRCH  no such process
 * @python os.sched_getaffinity(pid, /)
 * @since 0.1
 * @source sched_getaffinity(2)
 * @shell os.sched_getaffinity PID -> ints
 */
OS_API OS_MUST_FREE int *os_sched_getaffinity(pid_t pid, size_t *ret_count);

OS_END_DECLS

#endif
/**
 * Programs: replacing the process by one (exec), and starting one as a child (spawn).
 *
 * Arguments are lists that end with NULL, and the first one is the program's own name. An
 * environment is a list of "KEY=value" texts that ends with NULL, what os_environ() returns for
 * one; NULL stands for that of the process. The calls whose name holds a `p` look for a name
 * without '/' in the directories of PATH; with an `l` they take the arguments one by one; with an
 * `e` they take an environment. All of them take an empty list of arguments, or an empty first one,
 * for an error (EINVAL, Python's ValueError), and also a text without a name in the environment.
 */
#ifndef OSIER_SPAWN_H
#define OSIER_SPAWN_H


OS_BEGIN_DECLS

/** What a spawn call does with the child. */
enum os_spawn_mode {
    OS_P_WAIT = 0,   /**< waits for it and gives its exit code */
    OS_P_NOWAIT = 1, /**< gives its process id */
    OS_P_NOWAITO = 1 /**< the same */
};

/**
 * Replaces the process by a program.
 *
 * @param path  the program
 * @param argv  its arguments
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execv(path, argv, /)
 * @since 0.1
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API int os_execv(const char *path, char *const argv[]);

/**
 * Replaces the process by a program.
 *
 * @param path  the program
 * @param argv  its arguments
 * @param env   its environment
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execve(path, argv, env)
 * @since 0.1
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API int os_execve(const char *path, char *const argv[], char *const env[]);

/**
 * Replaces the process by a program.
 *
 * Each directory is tried. The error told is the first one that isn't absence, else the last one,
 * with the path that it is about.
 *
 * @param file  the program; a name without '/' is looked for in PATH
 * @param argv  its arguments
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execvp(file, args)
 * @since 0.1
 * @source execve(2)
 * @shell os.execvp FILE ARGV... -> none
 */
OS_API int os_execvp(const char *file, char *const argv[]);

/**
 * Replaces the process by a program.
 *
 * The PATH is that of `env`.
 *
 * @param file  the program; a name without '/' is looked for in PATH
 * @param argv  its arguments
 * @param env   its environment
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execvpe(file, args, env)
 * @since 0.1
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API int os_execvpe(const char *file, char *const argv[], char *const env[]);

/**
 * Replaces the process by a program.
 *
 * @param path  the program
 * @param arg   its arguments, then NULL
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execl(path, *args)
 * @since 0.1
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API int os_execl(const char *path, const char *arg, ...) OS_SENTINEL;

/**
 * Replaces the process by a program.
 *
 * @param path  the program
 * @param arg   its arguments, then NULL, then the environment
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execle(path, *args)
 * @since 0.1
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API int os_execle(const char *path, const char *arg, ...);

/**
 * Replaces the process by a program.
 *
 * @param file  the program; a name without '/' is looked for in PATH
 * @param arg   its arguments, then NULL
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execlp(file, *args)
 * @since 0.1
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API int os_execlp(const char *file, const char *arg, ...) OS_SENTINEL;

/**
 * Replaces the process by a program.
 *
 * @param file  the program; a name without '/' is looked for in PATH
 * @param arg   its arguments, then NULL, then the environment
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execlpe(file, *args)
 * @since 0.1
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API int os_execlpe(const char *file, const char *arg, ...);

/**
 * Replaces the process by the program that a descriptor leads to.
 *
 * A script needs a descriptor that is inherited, as its interpreter opens it by number.
 *
 * @param fd    the program, opened
 * @param argv  its arguments
 * @param env   its environment
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execve(fd, argv, env)
 * @since 0.1
 * @source execve(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_fexecve(int fd, char *const argv[], char *const env[]);

/**
 * Replaces the process by a program.
 *
 * @param dir_fd  where a relative path starts
 * @param path  the program
 * @param argv  its arguments
 * @param env   its environment
 * @param flags  OS_NOFOLLOW: a symbolic link is no program (ELOOP)
 * @return −1 with errno set; on success never
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @python os.execve(path, argv, env)
 * @since 0.1
 * @source execve(2)
 * @shell see os_execvp
 */
OS_API int os_execveat(int dir_fd, const char *path, char *const argv[], char *const env[],
                       int flags);

/**
 * Starts a program as a child.
 *
 * With OS_P_NOWAIT, a program that can't be executed is an error; Python gives the process id of a
 * child that ends with 127.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param path  the program
 * @param argv  its arguments
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnv(mode, path, args)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API int os_spawnv(int mode, const char *path, char *const argv[]);

/**
 * Starts a program as a child.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param path  the program
 * @param argv  its arguments
 * @param env   its environment
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnve(mode, path, args, env)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API int os_spawnve(int mode, const char *path, char *const argv[], char *const env[]);

/**
 * Starts a program as a child.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param file  the program; a name without '/' is looked for in PATH
 * @param argv  its arguments
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnvp(mode, file, args)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell os.spawnvp MODE FILE ARGV... -> int
 */
OS_API int os_spawnvp(int mode, const char *file, char *const argv[]);

/**
 * Starts a program as a child.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param file  the program; a name without '/' is looked for in PATH
 * @param argv  its arguments
 * @param env   its environment
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnvpe(mode, file, args, env)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API int os_spawnvpe(int mode, const char *file, char *const argv[], char *const env[]);

/**
 * Starts a program as a child.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param path  the program
 * @param arg   its arguments, then NULL
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnl(mode, path, *args)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API int os_spawnl(int mode, const char *path, const char *arg, ...) OS_SENTINEL;

/**
 * Starts a program as a child.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param path  the program
 * @param arg   its arguments, then NULL, then the environment
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnle(mode, path, *args)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API int os_spawnle(int mode, const char *path, const char *arg, ...);

/**
 * Starts a program as a child.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param file  the program; a name without '/' is looked for in PATH
 * @param arg   its arguments, then NULL
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnlp(mode, file, *args)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API int os_spawnlp(int mode, const char *file, const char *arg, ...) OS_SENTINEL;

/**
 * Starts a program as a child.
 *
 * @param mode  OS_P_WAIT or OS_P_NOWAIT
 * @param file  the program; a name without '/' is looked for in PATH
 * @param arg   its arguments, then NULL, then the environment
 * @return with OS_P_WAIT its exit code, −N if signal N ended it, 127 if it could not be executed;
 *         with OS_P_NOWAIT its process id; −1 with errno set. When signal 1 ended it, −1 with errno
 * 0
 * @python os.spawnlpe(mode, file, *args)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell see os_spawnvp
 */
OS_API int os_spawnlpe(int mode, const char *file, const char *arg, ...);

/** What a step of `file_actions` does in the child; the first four have Python's values. */
enum os_spawn_action_kind {
    OS_POSIX_SPAWN_OPEN = 0,      /**< opens `path` with `flags` and `mode` as descriptor `fd` */
    OS_POSIX_SPAWN_CLOSE = 1,     /**< closes `fd`; one that isn't open is no error */
    OS_POSIX_SPAWN_DUP2 = 2,      /**< makes `new_fd` another name of `fd`, and inherited */
    OS_POSIX_SPAWN_CLOSEFROM = 3, /**< closes `fd` and all above it */
    OS_POSIX_SPAWN_CHDIR = 4,     /**< makes `path` the current directory */
    OS_POSIX_SPAWN_FCHDIR = 5     /**< makes the directory `fd` the current one */
};

/** A step that the child takes before it executes the program. */
struct os_spawn_action {
    enum os_spawn_action_kind kind; /**< what it does */
    int fd;                         /**< the descriptor */
    int new_fd;                     /**< the second descriptor of DUP2 */
    const char *path;               /**< the path of OPEN and CHDIR */
    int flags;                      /**< the flags of OPEN: O_RDONLY … */
    mode_t mode;                    /**< the mode of OPEN */
};

/** What os_posix_spawn() takes beside the program; 0 and NULL mean Python's defaults. */
struct os_posix_spawn_options {
    size_t size;                                /**< sizeof (struct os_posix_spawn_options) */
    const struct os_spawn_action *file_actions; /**< the steps, in their order */
    size_t file_action_count;                   /**< how many there are */
    const pid_t *setpgroup;    /**< the process group to join, 0 for one of its own; NULL: none */
    bool resetids;             /**< effective user and group become the real ones */
    bool setsid;               /**< the child starts a session of its own */
    const int *setsigmask;     /**< signals to block, then 0; NULL: those of the calling thread */
    const int *setsigdef;      /**< signals whose default action to restore, then 0; or NULL */
    const int *scheduler;      /**< the scheduling policy, with `sched_priority`; NULL: the same */
    const int *sched_priority; /**< the priority of the policy; NULL: the same */
};

/**
 * Starts a program as a child.
 *
 * @param path     the program
 * @param argv     its arguments
 * @param env      its environment
 * @param options  what to change in the child first; NULL: nothing
 * @return its process id; −1 with errno set, and nothing was started
 * @error ENOENT  there is no such program
 * @error EACCES  it may not be executed
 * @error EBADF   a step of `file_actions` is about a descriptor that isn't open
 * @error EINVAL  an option is wrong
 * @python os.posix_spawn(path, argv, env, *, file_actions=None, setpgroup=None, ...)
 * @since 0.1
 * @source posix_spawn(3)
 * @shell no: a child would outlive the command; see os.spawnvp
 */
OS_API pid_t os_posix_spawn(const char *path, char *const argv[], char *const env[],
                            const struct os_posix_spawn_options *options) OS_NONNULL(1, 2);

/**
 * The same; a name without '/' is looked for in the PATH of the process.
 *
 * @param file     the program
 * @param argv     its arguments
 * @param env      its environment
 * @param options  what to change in the child first; NULL: nothing
 * @return its process id; −1 with errno set, and nothing was started
 * @python os.posix_spawnp(path, argv, env, *, file_actions=None, setpgroup=None, ...)
 * @since 0.1
 * @source posix_spawnp(3)
 * @shell no: a child would outlive the command; see os.spawnvp
 */
OS_API pid_t os_posix_spawnp(const char *file, char *const argv[], char *const env[],
                             const struct os_posix_spawn_options *options) OS_NONNULL(1, 2);

OS_END_DECLS

#endif
/** Streams of C's <stdio.h> over descriptors, with Python's modes. */
#ifndef OSIER_STREAMS_H
#define OSIER_STREAMS_H

#include <stdio.h>

OS_BEGIN_DECLS

/**
 * A stream over an open descriptor.
 *
 * `mode` has exactly one of "r", "w", "a", "x", at most one "+", and at most one of "b" and "t",
 * which mean the same here. As in Python the file is not cut off for "w", and for "a" the position
 * goes to the end once, the descriptor is not made O_APPEND.
 *
 * @param fd  which; fclose() closes it, a failure of this call leaves it open
 * @param mode  "r" in Python
 * @param buffering  0 for none (with "b" only), 1 by lines (with "t" only), more for a buffer of
 *                   the C library's own size, −1 for its default: by lines on a terminal
 * @return the stream, to fclose(); NULL with errno set
 * @error EBADF  not open
 * @error EINVAL  an invalid mode, or one that the descriptor was not opened for
 * @error EISDIR  a directory
 * @python os.fdopen(fd, mode='r', buffering=-1, encoding=None)
 * @since 0.1
 * @source fdopen(3)
 * @shell no: a stream ends with the command
 */
OS_API OS_MUST_CHECK OS_NONNULL() FILE *os_fdopen(int fd, const char *mode, int buffering);

OS_END_DECLS

#endif
/** The system: configuration values, CPUs, load, disks, programs, random bytes, how paths read. */
#ifndef OSIER_SYSTEM_H
#define OSIER_SYSTEM_H


#ifndef GRND_NONBLOCK
#define GRND_NONBLOCK 1 /**< os_getrandom(): EAGAIN instead of waiting for the first entropy */
#endif
#ifndef GRND_RANDOM
#define GRND_RANDOM 2 /**< os_getrandom(): from the source of /dev/random */
#endif

OS_BEGIN_DECLS

/** os.curdir: the current directory. */
#define OS_CURDIR "."
/** os.pardir: the directory above. */
#define OS_PARDIR ".."
/** os.sep: what stands between the parts of a path. */
#define OS_SEP "/"
/** os.altsep: None, as no other character does. */
#define OS_ALTSEP ((const char *)0)
/** os.extsep: what stands before a file's extension. */
#define OS_EXTSEP "."
/** os.pathsep: what stands between the paths of $PATH. */
#define OS_PATHSEP ":"
/** os.defpath: where programs are looked for without $PATH. */
#define OS_DEFPATH "/bin:/usr/bin"
/** os.linesep: what ends a line. */
#define OS_LINESEP "\n"
/** os.devnull: the null device. */
#define OS_DEVNULL "/dev/null"
/** os.name: the kind of system. */
#define OS_NAME "posix"

/** A name of a configuration value and its number. */
struct os_conf_name {
    const char *name; /**< "SC_PAGE_SIZE" */
    int number;       /**< _SC_PAGE_SIZE */
};

/**
 * A configuration value of the system that is text.
 *
 * @param name  one of os_confstr_names(), "CS_PATH"
 * @return the text, to free(); NULL with errno 0 where the system does not set it, and with errno
 *         set on an error
 * @error EINVAL  no such name, or one that this libc does not know
 * @python os.confstr(name, /)
 * @since 0.1
 * @source confstr(3)
 * @shell os.confstr NAME -> str
 */
OS_API OS_MUST_FREE char *os_confstr(const char *name);

/**
 * The same by number.
 *
 * @param number  _CS_PATH …
 * @return the text, to free(); NULL with errno 0 where the system does not set it, and with errno
 *         set on an error
 * @error EINVAL  no such number
 * @python os.confstr(name, /)
 * @since 0.1
 * @source confstr(3)
 * @shell see os_confstr
 */
OS_API OS_MUST_FREE char *os_confstr_number(int number);

/**
 * A configuration value of the system that is a number.
 *
 * @param name  one of os_sysconf_names(), "SC_PAGE_SIZE"
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EINVAL  no such name, or one that this libc does not know
 * @python os.sysconf(name, /)
 * @since 0.1
 * @source sysconf(3)
 * @shell os.sysconf NAME -> int
 */
OS_API int os_sysconf(const char *name, int64_t *ret_value);

/**
 * The same by number.
 *
 * @param number  _SC_PAGESIZE …
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EINVAL  no such number
 * @python os.sysconf(name, /)
 * @since 0.1
 * @source sysconf(3)
 * @shell see os_sysconf
 */
OS_API int os_sysconf_number(int number, int64_t *ret_value);

/**
 * A configuration value of the file system that a file is on.
 *
 * @param path  the file
 * @param name  one of os_pathconf_names(), "PC_NAME_MAX"
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EINVAL  no such name, or one that the file system does not know
 * @error ENOENT  no such file
 * @python os.pathconf(path, name)
 * @since 0.1
 * @source pathconf(3)
 * @shell os.pathconf PATH NAME -> int
 */
OS_API int os_pathconf(const char *path, const char *name, int64_t *ret_value);

/**
 * The same by number.
 *
 * @param path  the file
 * @param number  _PC_NAME_MAX …
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EINVAL  no such number, or one that the file system does not know
 * @error ENOENT  no such file
 * @python os.pathconf(path, name)
 * @since 0.1
 * @source pathconf(3)
 * @shell see os_pathconf
 */
OS_API int os_pathconf_number(const char *path, int number, int64_t *ret_value);

/**
 * The same for an open file.
 *
 * @param fd  the file
 * @param name  one of os_pathconf_names(), "PC_PIPE_BUF"
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EBADF  not an open descriptor
 * @error EINVAL  no such name, or one that the file system does not know
 * @python os.fpathconf(fd, name, /)
 * @since 0.1
 * @source fpathconf(3)
 * @shell os.fpathconf FD NAME -> int
 */
OS_API int os_fpathconf(int fd, const char *name, int64_t *ret_value);

/**
 * The same by number.
 *
 * @param fd  the file
 * @param number  _PC_PIPE_BUF …
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EBADF  not an open descriptor
 * @error EINVAL  no such number, or one that the file system does not know
 * @python os.fpathconf(fd, name, /)
 * @since 0.1
 * @source fpathconf(3)
 * @shell see os_fpathconf
 */
OS_API int os_fpathconf_number(int fd, int number, int64_t *ret_value);

/**
 * The names that os_confstr() takes.
 *
 * @param ret_count  set to how many there are
 * @return a static array, in the order of the names
 * @python os.confstr_names
 * @since 0.1
 * @shell os.confstr_names -> map
 */
OS_API const struct os_conf_name *os_confstr_names(size_t *ret_count);

/**
 * The names that os_sysconf() takes.
 *
 * @param ret_count  set to how many there are
 * @return a static array, in the order of the names
 * @python os.sysconf_names
 * @since 0.1
 * @shell os.sysconf_names -> map
 */
OS_API const struct os_conf_name *os_sysconf_names(size_t *ret_count);

/**
 * The names that os_pathconf() and os_fpathconf() take.
 *
 * @param ret_count  set to how many there are
 * @return a static array, in the order of the names
 * @python os.pathconf_names
 * @since 0.1
 * @shell os.pathconf_names -> map
 */
OS_API const struct os_conf_name *os_pathconf_names(size_t *ret_count);

/**
 * How many CPUs the machine has online, whether the process may use them or not.
 *
 * @return the number, or −1 with errno set
 * @python os.cpu_count()
 * @since 0.1
 * @source /sys/devices/system/cpu/online
 * @shell os.cpu_count -> int
 */
OS_API int os_cpu_count(void);

/**
 * How many CPUs the calling thread may run on.
 *
 * @return the number, or −1 with errno set
 * @python os.process_cpu_count(), since 3.13
 * @since 0.1
 * @source sched_getaffinity(2)
 * @shell os.process_cpu_count -> int
 */
OS_API int os_process_cpu_count(void);

/**
 * How much CPU time the cgroups of the process leave it, as containers and services are limited:
 * 1.5 is a second and a half in every second.
 *
 * The lowest quota of its cgroup and all those above counts, of version 2 and version 1.
 *
 * @param ret_cpus  set to the number of CPUs; infinity where there is no quota
 * @return 0, or −1 with errno set
 * @since 0.1
 * @source cgroups(7)
 * @shell os.cpu_quota -> float
 */
OS_API int os_cpu_quota(double *ret_cpus);

/**
 * How many threads can make progress at once: os_process_cpu_count(), or the quota of
 * os_cpu_quota() rounded up where that is less. The number of workers to start.
 *
 * @return the number, at least 1, or −1 with errno set; a quota that can't be read does not count
 * @since 0.1
 * @source sched_getaffinity(2), cgroups(7)
 * @shell os.available_cpus -> int
 */
OS_API int os_available_cpus(void);

/**
 * How many processes ran or waited to run, on average.
 *
 * @param ret_loads  an array of three: set to the averages over 1, 5 and 15 minutes
 * @return 0, or −1 with errno set
 * @python os.getloadavg()
 * @since 0.1
 * @source getloadavg(3)
 * @shell os.getloadavg -> floats
 */
OS_API int os_getloadavg(double ret_loads[3]);

/**
 * Random bytes from the kernel, as many as it gives at once.
 *
 * @param ret_bytes  where they go
 * @param size  how many are wanted
 * @param flags  GRND_NONBLOCK, GRND_RANDOM
 * @return how many there are, or −1 with errno set
 * @error EAGAIN  none yet, soon after the start of the machine, with GRND_NONBLOCK
 * @error EINVAL  unknown flags
 * @python os.getrandom(size, flags=0)
 * @since 0.1
 * @source getrandom(2)
 * @shell os.getrandom SIZE [--flags=0] -> bytes
 */
OS_API ssize_t os_getrandom(void *ret_bytes, size_t size, unsigned flags);

/**
 * Random bytes that are good enough for keys.
 *
 * @param ret_bytes  where they go
 * @param size  how many
 * @return 0 with all of them, or −1 with errno set
 * @python os.urandom(size, /)
 * @since 0.1
 * @source getrandom(2), urandom(4)
 * @shell os.urandom SIZE -> bytes
 */
OS_API int os_urandom(void *ret_bytes, size_t size);

/** What os_disk_usage() tells, in bytes. */
struct os_disk_usage_result {
    uint64_t total; /**< size of the file system */
    uint64_t used;  /**< what files take of it */
    uint64_t free;  /**< what an ordinary user may still write; less than total − used by the part
                         that is kept for root */
};

/**
 * How full the file system is that a file or directory is on.
 *
 * @param path  the file or directory
 * @param ret_usage  set to the sizes
 * @return 0, or −1 with errno set
 * @error ENOENT  no such file
 * @python shutil.disk_usage(path)
 * @since 0.1
 * @source statvfs(3)
 * @shell os.disk_usage PATH -> disk_usage
 */
OS_API int os_disk_usage(const char *path, struct os_disk_usage_result *ret_usage);

/**
 * Finds the program that a command name stands for.
 *
 * A name with a slash in it is looked at as it is. An empty part of the search path stands for the
 * current directory.
 *
 * @param cmd  the name
 * @param mode  what must be allowed, as os_access() takes it: X_OK
 * @param path  where to look, with colons in between; NULL for $PATH, or without it the system's
 *              own search path
 * @return the name of a file that is no directory, to free(); NULL with errno 0 where there is
 *         none, and with errno set on an error
 * @python shutil.which(cmd, mode=os.F_OK | os.X_OK, path=None)
 * @since 0.1
 * @shell os.which CMD [--mode=X_OK] [--path=NULL] -> str
 */
OS_API OS_MUST_FREE char *os_which(const char *cmd, int mode, const char *path);

OS_END_DECLS

#endif
/** Terminals: whether a descriptor is one, its name, size and foreground group; pseudo-terminals.
 */
#ifndef OSIER_TERMINAL_H
#define OSIER_TERMINAL_H


OS_BEGIN_DECLS

/** Python's os.terminal_size. */
struct os_terminal_size {
    int columns; /**< width in characters */
    int lines;   /**< height in characters */
};

/**
 * Whether a descriptor is a terminal.
 *
 * @param fd  which
 * @return true if so; false too where it is not open; errno stays as it is
 * @python os.isatty(fd, /)
 * @since 0.1
 * @source isatty(3)
 * @shell os.isatty FD -> bool
 */
OS_API bool os_isatty(int fd);

/**
 * The character encoding of a terminal: that of the locale which the environment names.
 *
 * @param fd  which
 * @return "UTF-8", "utf-8" in the locale C, "ISO-8859-15" …, to free(); NULL with errno 0 where it
 *         is no terminal or not open; NULL with errno ENOMEM
 * @python os.device_encoding(fd)
 * @since 0.1
 * @source nl_langinfo(3) CODESET, PEP 540
 * @shell os.device_encoding FD -> str
 */
OS_API OS_MUST_FREE char *os_device_encoding(int fd);

/**
 * The path of a terminal.
 *
 * @param fd  which
 * @return the path, to free(); NULL with errno set
 * @error ENOTTY  it is no terminal
 * @error ENODEV  it is one of another container
 * @python os.ttyname(fd, /)
 * @since 0.1
 * @source ttyname(3)
 * @shell os.ttyname FD -> str
 */
OS_API OS_MUST_FREE char *os_ttyname(int fd);

/**
 * The size of the terminal.
 *
 * @param fd  which: STDOUT_FILENO in Python
 * @param ret_size  its columns and lines; 0 and 0 where nobody told it
 * @return 0, or −1 with errno set
 * @error ENOTTY  it is no terminal
 * @python os.get_terminal_size(fd=STDOUT_FILENO, /)
 * @since 0.1
 * @source ioctl(2) TIOCGWINSZ
 * @shell os.get_terminal_size [FD=1] -> terminal_size
 */
OS_API OS_NONNULL() int os_get_terminal_size(int fd, struct os_terminal_size *ret_size);

/**
 * The size that output should have: COLUMNS and LINES of the environment where they are above 0,
 * else the size of the terminal that is standard output, else what is given.
 *
 * @param columns  where neither tells: 80 in Python
 * @param lines  likewise: 24
 * @param ret_size  the size
 * @return nothing
 * @python shutil.get_terminal_size(fallback=(columns, lines))
 * @since 0.1
 * @shell shutil.get_terminal_size [--columns=80] [--lines=24] -> terminal_size
 */
OS_API OS_NONNULL() void os_get_terminal_size_or(int columns, int lines,
                                                 struct os_terminal_size *ret_size);

/**
 * The process group in the foreground of a terminal.
 *
 * @param fd  the terminal
 * @return the group, or −1 with errno set
 * @error ENOTTY  it is not the terminal that controls the process
 * @python os.tcgetpgrp(fd, /)
 * @since 0.1
 * @source tcgetpgrp(3)
 * @shell os.tcgetpgrp FD -> int
 */
OS_API pid_t os_tcgetpgrp(int fd);

/**
 * Puts a process group into the foreground of a terminal.
 *
 * @param fd  the terminal
 * @param pgid  a group of the session
 * @return 0, or −1 with errno set
 * @error ENOTTY  it is not the terminal that controls the process
 * @error EPERM  a group of another session
 * @python os.tcsetpgrp(fd, pgid, /)
 * @since 0.1
 * @source tcsetpgrp(3)
 * @shell os.tcsetpgrp FD PGID -> none
 */
OS_API int os_tcsetpgrp(int fd, pid_t pgid);

/**
 * Opens a pair of pseudo-terminals; neither is inheritable.
 *
 * @param ret_master  the side of the program that plays the terminal
 * @param ret_slave  the side of the program that uses one
 * @return 0, or −1 with errno set
 * @error ENOSPC  no more of them
 * @python os.openpty()
 * @since 0.1
 * @source openpty(3), ioctl(2) TIOCGPTPEER
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_openpty(int *ret_master, int *ret_slave);

/**
 * Opens the master of a new pseudo-terminal.
 *
 * @param oflag  O_RDWR, perhaps | O_NOCTTY; O_CLOEXEC is always added
 * @return a descriptor, or −1 with errno set
 * @python os.posix_openpt(oflag, /), since 3.13
 * @since 0.1
 * @source posix_openpt(3)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK int os_posix_openpt(int oflag);

/**
 * Gives the slave of a pseudo-terminal to the user.
 *
 * @param fd  the master
 * @return 0, or −1 with errno set
 * @error EINVAL  not a master
 * @python os.grantpt(fd, /), since 3.13
 * @since 0.1
 * @source grantpt(3)
 * @shell no: a pseudo-terminal ends with the command
 */
OS_API int os_grantpt(int fd);

/**
 * Lets the slave of a pseudo-terminal be opened.
 *
 * @param fd  the master
 * @return 0, or −1 with errno set
 * @error EINVAL  not a master
 * @python os.unlockpt(fd, /), since 3.13
 * @since 0.1
 * @source unlockpt(3)
 * @shell no: a pseudo-terminal ends with the command
 */
OS_API int os_unlockpt(int fd);

/**
 * The path of the slave of a pseudo-terminal.
 *
 * @param fd  the master
 * @return the path, to free(); NULL with errno set
 * @error ENOTTY  not a master
 * @python os.ptsname(fd, /), since 3.13
 * @since 0.1
 * @source ptsname(3)
 * @shell os.ptsname FD -> str
 */
OS_API OS_MUST_FREE char *os_ptsname(int fd);

/**
 * Makes a terminal that of the process: a new session, standard input, output and error.
 *
 * @param fd  the terminal; closed afterwards, unless it is one of the three
 * @return 0, or −1 with errno set
 * @error EPERM  the process leads a session with a terminal, or another session has this one
 * @python os.login_tty(fd, /)
 * @since 0.1
 * @source login_tty(3)
 * @shell no: the session ends with the command
 */
OS_API int os_login_tty(int fd);

OS_END_DECLS

#endif
/**
 * Whole trees: removed, walked, copied, measured.
 *
 * Every call here works on trees of any depth with a few descriptors, and follows no link that is
 * swapped in while it works: nothing outside of the tree is touched.
 *
 * Structures of options begin with their size, and a zero in them means the default:
 *
 *     struct os_rmtree_options options = {.size = sizeof options, .ignore_errors = true};
 *     os_rmtree("build", &options);
 */
#ifndef OSIER_TREE_H
#define OSIER_TREE_H


OS_BEGIN_DECLS

/** How far a call has come. */
struct os_progress {
    uint64_t directories; /**< done so far */
    uint64_t entries;     /**< everything else, likewise */
    uint64_t bytes;       /**< of content, where the call reads or writes any */
};

/**
 * What the calls for whole trees have in common; a part of their options.
 *
 * `on_error` is told of each failure, with what, where and why; 0 goes on. It may be called from
 * another thread, but never from two at once. Without it the first failure ends the call.
 * `on_progress` is called ten times a second at most, from the thread that made the call; anything
 * but 0 cancels the call, which fails with ECANCELED.
 */
struct os_tree_control {
    int (*on_error)(const struct os_error *error, void *data);
    int (*on_progress)(const struct os_progress *progress, void *data);
    void *data;           /**< for both */
    int threads;          /**< how many may work; 0 for as many as help */
    bool ignore_errors;   /**< go on after failures, and succeed in the end */
    bool one_file_system; /**< leave alone what is mounted below; a copy has an empty directory
                             there */
};

/** The options of os_rmtree(). */
struct os_rmtree_options {
    size_t size; /**< sizeof (struct os_rmtree_options) */
    struct os_tree_control control;
};

/**
 * Removes a tree: the directory `path` and everything in it. Links are removed, never followed.
 *
 * @param path  the directory; a link to one is refused, with a slash behind it too
 * @param options  NULL for Python's defaults
 * @return 0, or −1 with errno set, and in the record what could not be removed
 * @error ENOENT  nothing is there
 * @error ENOTDIR  it is not a directory
 * @error ENOTEMPTY  somebody kept filling it
 * @error EBUSY  it is the root directory
 * @error ECANCELED  by `on_progress`
 * @python shutil.rmtree(path, ignore_errors=False, onerror=None, *, onexc=None)
 * @since 0.1
 * @shell see os_rmtreeat
 */
OS_API int os_rmtree(const char *path, const struct os_rmtree_options *options) OS_NONNULL(1);

/**
 * The same, relative to an open directory.
 *
 * @param dir_fd  where `path` begins, or OS_CWD
 * @param path  the directory
 * @param options  NULL for Python's defaults
 * @return 0, or −1 with errno set
 * @python shutil.rmtree(path, ignore_errors=False, onerror=None, *, onexc=None, dir_fd=None), since
 * 3.11
 * @since 0.1
 * @shell os.rmtree PATH [--ignore-errors] [--one-file-system] [--threads=0] [--dir-fd=OS_CWD] ->
 * none
 */
OS_API int os_rmtreeat(int dir_fd, const char *path, const struct os_rmtree_options *options)
    OS_NONNULL(2);

struct os_root;

/**
 * Removes a directory of a root (root.h) and everything in it.
 *
 * @param root  the root
 * @param path  the directory in it; a link to one is refused
 * @param options  NULL for the defaults
 * @return 0, or −1 with errno set, and in the record what could not be removed
 * @error EXDEV  the path leads out of the root
 * @error EINVAL  it ends with "." or ".."
 * @since 0.1
 * @shell no: a root is for several calls of one program
 */
OS_API int os_root_rmtree(const struct os_root *root, const char *path,
                          const struct os_rmtree_options *options) OS_NONNULL(1, 2);

/** The options of os_walk() and os_fwalk(). */
struct os_walk_options {
    size_t size;          /**< sizeof (struct os_walk_options) */
    bool bottom_up;       /**< topdown=False: a directory comes after those in it */
    bool follow_links;    /**< followlinks=True: go into links to directories; a link that leads
                               back to where the walk has come from is an error, ELOOP */
    bool links_as_files;  /**< a link to a directory is not one: all links are in `filenames`,
                               which saves a stat of each */
    bool errors;          /**< directories that can't be read come as entries with `error` set;
                               otherwise they are left out, as by Python's onerror=None */
    bool one_file_system; /**< what is mounted below is an error, EXDEV */
    int threads;          /**< 0 or 1: each directory is read when it is asked for, as by Python;
                               more read ahead, -1 as many as help; the order stays the same */
};

/** A directory of a walk; it and all its texts are valid until the next os_walk_next(). */
struct os_walk_entry {
    const char *dirpath; /**< the path that the walk began with, and the names down to here */
    char **dirnames;     /**< the directories in it, links to directories among them; a list that
                              ends with NULL. Top-down, the walk goes where this list says: leave
                              some out, sort it, or put a list of your own here, with others */
    char **filenames;    /**< everything else in it; a list that ends with NULL */
    int dir_fd;          /**< os_fwalk(): a descriptor of the directory, until the next call */
    int error;           /**< 0, or the errno that kept it from being read (see the options) */
};

/** A walk; made by os_walk() and os_fwalk(). */
struct os_walk;

/**
 * Walks through the tree below `path`, directory by directory.
 *
 *     struct os_walk *walk = os_walk("src", NULL);
 *     struct os_walk_entry *at;
 *     while ((at = os_walk_next(walk)))
 *         for (char **name = at->filenames; *name; name++)
 *             printf("%s/%s\n", at->dirpath, *name);
 *     walk = os_walk_close(walk);
 *
 * It reaches every depth (Python's stops at PATH_MAX), with a few descriptors. Directories come in
 * the order of their parent's `dirnames`, each at once followed by those below it (bottom-up:
 * preceded by them), whatever `threads` says.
 *
 * @param path  where to begin; a link is followed here
 * @param options  NULL for Python's defaults
 * @return the walk, for os_walk_close(); NULL with errno set when memory is lacking
 * @option top  where to begin
 * @option topdown  False: a directory comes after those in it
 * @option onerror  tell on stderr what can't be read; without it nobody is told, as by Python
 * @option followlinks  go into links to directories, but not round in circles
 * @python os.walk(top, topdown=True, onerror=None, followlinks=False)
 * @since 0.1
 * @shell os.walk TOP [--topdown=True] [--onerror] [--followlinks] -> custom
 */
OS_API struct os_walk *os_walk(const char *path, const struct os_walk_options *options)
    OS_NONNULL(1);

/**
 * The same with a descriptor of each directory, for the calls that take a `dir_fd`.
 *
 * @param dir_fd  where `path` begins, or OS_CWD
 * @param path  where to begin; a link is followed only if `follow_links` is set
 * @param options  NULL for Python's defaults; `threads` has no effect
 * @return the walk, for os_walk_close(); NULL with errno set
 * @error ENOENT  nothing is there
 * @python os.fwalk(top='.', topdown=True, onerror=None, *, follow_symlinks=False, dir_fd=None)
 * @since 0.1
 * @shell no: a descriptor ends with the command; os.walk tells the rest
 */
OS_API struct os_walk *os_fwalk(int dir_fd, const char *path, const struct os_walk_options *options)
    OS_NONNULL(2);

/**
 * The next directory.
 *
 * @param walk  the walk; NULL is at its end
 * @return the entry; at the end NULL with errno 0, without memory NULL with errno ENOMEM
 * @python next(os.walk(top))
 * @since 0.1
 * @shell no: part of an iterator
 */
OS_API struct os_walk_entry *os_walk_next(struct os_walk *walk);

/**
 * Leaves out what is below the entry that os_walk_next() gave last (top-down only): the same as
 * ending its `dirnames` before the first.
 *
 * @param walk  the walk
 * @python dirnames.clear()
 * @since 0.1
 * @shell no: part of an iterator
 */
OS_API void os_walk_prune(struct os_walk *walk) OS_NONNULL();

/**
 * Ends the walk, whether it came to the end or not.
 *
 * @param walk  the walk, or NULL
 * @return NULL; errno stays as it is
 * @since 0.1
 * @shell no: part of an iterator
 */
OS_API struct os_walk *os_walk_close(struct os_walk *walk);

/** The options of os_tree_usage(). */
struct os_tree_usage_options {
    size_t size; /**< sizeof (struct os_tree_usage_options) */
    struct os_tree_control control;
    int depth;       /**< list what is down to so many levels below; 0: nothing, -1: everything */
    bool files;      /**< list what is no directory, too */
    size_t top;      /**< list so many of the largest at most; 0: all */
    bool apparent;   /**< "largest" by apparent size, not by space taken */
    bool every_link; /**< count a file with several hard links each time it is met */
};

/** What one directory takes with all below it, or one file. */
struct os_tree_usage_entry {
    const char *path;   /**< from the path that was asked for */
    uint64_t apparent;  /**< bytes that can be read */
    uint64_t allocated; /**< bytes of the disk that are taken */
    uint64_t entries;   /**< files and directories in it and below */
    uint32_t depth;     /**< 0 for the path itself */
    bool is_dir;        /**< whether it is a directory */
};

/** What os_tree_usage() found out. */
struct os_tree_usage {
    uint64_t apparent;    /**< bytes of content; directories themselves have none */
    uint64_t allocated;   /**< bytes of the disk that are taken, as `du` counts */
    uint64_t directories; /**< how many there are, the first one included */
    uint64_t files;       /**< how many there are that are no directories; each link counts */
    size_t count;         /**< how many are listed */
    struct os_tree_usage_entry *list; /**< those that were asked for, the largest first */
};

/**
 * How much the tree `path` takes. A file with several hard links counts once, where it is met
 * first.
 *
 * @param path  a directory, or anything else; a link is not followed
 * @param options  NULL for the totals alone
 * @return the result in one block, to free(); NULL with errno set
 * @error ENOENT  nothing is there
 * @error EACCES  a directory can't be read (unless errors are ignored or told)
 * @python no: a loop over os.walk and os.lstat
 * @since 0.1
 * @source du(1)
 * @shell os.tree_usage PATH [--depth=0] [--files] [--top=0] [--apparent] [--every-link]
 * [--ignore-errors] [--one-file-system] [--threads=0] -> tree_usage
 */
OS_API OS_MUST_FREE struct os_tree_usage *os_tree_usage(const char *path,
                                                        const struct os_tree_usage_options *options)
    OS_NONNULL(1);

/**
 * Copies the content of the file `src` to `dst`, in the fastest way the file systems offer.
 *
 * @param src  the file; a link is followed
 * @param dst  the copy's path; what is there already is overwritten, through a link too
 * @param flags  OS_NOFOLLOW: where `src` is a link, make another one
 * @return 0, or −1 with errno set
 * @error EINVAL  both are the same file (SameFileError)
 * @error EISDIR  one of them is a directory
 * @error EOPNOTSUPP  one of them is a named pipe (SpecialFileError)
 * @python shutil.copyfile(src, dst, *, follow_symlinks=True)
 * @since 0.1
 * @source copy_file_range(2), ioctl_ficlone(2), sendfile(2)
 * @shell os.copyfile SRC DST [--nofollow] -> none
 */
OS_API int os_copyfile(const char *src, const char *dst, int flags) OS_NONNULL();

/**
 * Copies the file `src` with its mode.
 *
 * The copy of somebody else's file is never set-user-ID or set-group-ID, as of os_copy2().
 *
 * @param src  the file; a link is followed
 * @param dst  the copy's path, or a directory to put it into
 * @param flags  OS_NOFOLLOW: where `src` is a link, make another one
 * @return 0, or −1 with errno set
 * @error EINVAL  both are the same file (SameFileError)
 * @python shutil.copy(src, dst, *, follow_symlinks=True)
 * @since 0.1
 * @shell os.copy SRC DST [--nofollow] -> none
 */
OS_API int os_copy(const char *src, const char *dst, int flags) OS_NONNULL();

/**
 * Gives the file `dst` the permission bits of `src`.
 *
 * @param src  the file or directory that has them
 * @param dst  what gets them
 * @param flags  OS_NOFOLLOW: where both are links, do nothing, as these have none
 * @return 0, or −1 with errno set, and in the record which of them it is about
 * @error EPERM  `dst` belongs to somebody else
 * @python shutil.copymode(src, dst, *, follow_symlinks=True)
 * @since 0.1
 * @source chmod(2)
 * @shell os.copymode SRC DST [--nofollow] -> none
 */
OS_API int os_copymode(const char *src, const char *dst, int flags) OS_NONNULL();

/**
 * Gives the file `dst` the times, the extended attributes and the permission bits of `src`.
 *
 * Attributes that the file system lacks, or that one may not set, are left out.
 *
 * @param src  the file or directory that has them
 * @param dst  what gets them
 * @param flags  OS_NOFOLLOW: where both are links, from one link to the other
 * @return 0, or −1 with errno set, and in the record which of them it is about
 * @error EPERM  `dst` belongs to somebody else
 * @python shutil.copystat(src, dst, *, follow_symlinks=True)
 * @since 0.1
 * @source utimensat(2), listxattr(2), chmod(2)
 * @shell os.copystat SRC DST [--nofollow] -> none
 */
OS_API int os_copystat(const char *src, const char *dst, int flags) OS_NONNULL();

/**
 * Copies the file `src` with its mode, times and extended attributes.
 *
 * The copy of somebody else's file is never set-user-ID or set-group-ID (Python's is, and then
 * runs as whoever copied it).
 *
 * @param src  the file; a link is followed
 * @param dst  the copy's path, or a directory to put it into
 * @param flags  OS_NOFOLLOW: where `src` is a link, make another one
 * @return 0, or −1 with errno set
 * @error EINVAL  both are the same file (SameFileError)
 * @python shutil.copy2(src, dst, *, follow_symlinks=True)
 * @since 0.1
 * @shell os.copy2 SRC DST [--nofollow] -> none
 */
OS_API int os_copy2(const char *src, const char *dst, int flags) OS_NONNULL();

/** The options of os_copytree(). */
struct os_copytree_options {
    size_t size; /**< sizeof (struct os_copytree_options) */
    struct os_tree_control control;
    bool symlinks;                 /**< copy links as links, not what they lead to */
    bool ignore_dangling_symlinks; /**< leave out those that lead nowhere */
    bool dirs_exist_ok;            /**< copy into what is there already */
    bool owner;                    /**< keep user and group (as far as one may) */
    bool hard_links;               /**< what is one file with several names stays one */
    bool special_files;            /**< make pipes, sockets and devices anew; otherwise each is an
                                        error, EOPNOTSUPP */
    const char *const *ignore;     /**< patterns of names to leave out, "*.o", a list that ends with
                                        NULL */
};

/**
 * Copies the tree `src` to `dst`, with modes, times and extended attributes.
 *
 * It goes on after failures and fails in the end with the first of them, as Python does.
 * Holes in files stay holes; where the file system can, copies share their blocks. Nothing is
 * written through a link that is in `dst`, and a new file whose content can't be copied is removed.
 *
 * @param src  a directory, or a link to one
 * @param dst  the new directory; those on the way to it are made, too
 * @param options  NULL for Python's defaults
 * @return 0, or −1 with errno set, and in the record what could not be copied
 * @error EEXIST  `dst` is there already
 * @error EINVAL  `dst` is in `src`
 * @error ECANCELED  by `on_progress`
 * @python shutil.copytree(src, dst, symlinks=False, ignore=None, copy_function=copy2,
 * ignore_dangling_symlinks=False, dirs_exist_ok=False)
 * @since 0.1
 * @shell os.copytree SRC DST [--symlinks] [--ignore=PATTERN...] [--ignore-dangling-symlinks]
 * [--dirs-exist-ok] [--owner] [--hard-links] [--special-files] [--ignore-errors]
 * [--one-file-system] [--threads=N] -> custom
 */
OS_API int os_copytree(const char *src, const char *dst, const struct os_copytree_options *options)
    OS_NONNULL(1, 2);

/** The options of os_move(). */
struct os_move_options {
    size_t size; /**< sizeof (struct os_move_options) */
    struct os_tree_control control;
};

/**
 * Moves a file or a tree, to another file system too: then it is copied and, when the copy is
 * complete, removed. Cancelled before that, it leaves no copy; afterwards it isn't asked any more.
 * When something could not be copied it fails, whatever `on_error` says, and the original stays.
 *
 * @param src  what is moved; a link itself
 * @param dst  its new path, or a directory to put it into
 * @param options  NULL for Python's defaults; what happens to something that is copied
 * @return 0, or −1 with errno set
 * @error EEXIST  in the directory `dst` there is something of that name already
 * @error EINVAL  `dst` is in `src`
 * @error ECANCELED  by `on_progress`
 * @python shutil.move(src, dst)
 * @since 0.1
 * @shell os.move SRC DST {options=NULL} -> none
 */
OS_API int os_move(const char *src, const char *dst, const struct os_move_options *options)
    OS_NONNULL(1, 2);

/**
 * The paths that match a pattern, each where there is something, in no particular order.
 *
 * `*` stands for any text in a name, `?` for one character, `[a-z]` for one of these, `[!a-z]` for
 * one of the others. Hidden names have to be asked for, by a pattern with a dot or the flag.
 *
 * @param pathname  the pattern; `[*]` is a star itself, see os_glob_escape()
 * @param flags  OS_RECURSIVE: `**` stands for this directory and all below, links to directories
 *               among them, but not round in circles; OS_INCLUDE_HIDDEN
 * @return a NULL-terminated list in one block, to free(); empty where nothing matches; NULL with
 *         errno set when memory or descriptors are lacking
 * @python glob.glob(pathname, *, recursive=False, include_hidden=False)
 * @since 0.1
 * @shell see os_globat
 */
OS_API OS_MUST_FREE char **os_glob(const char *pathname, int flags) OS_NONNULL();

/**
 * The same below another directory than the current one; the paths are relative to that.
 *
 * @param dir_fd  where `root_dir` begins, or OS_CWD
 * @param root_dir  the directory, or NULL for that of `dir_fd`
 * @param pathname  the pattern
 * @param flags  OS_RECURSIVE, OS_INCLUDE_HIDDEN
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 * @python glob.glob(pathname, *, root_dir=None, dir_fd=None, recursive=False,
 * include_hidden=False), since 3.10
 * @since 0.1
 * @shell os.glob PATHNAME [--root-dir=NULL] [--dir-fd=OS_CWD] [--recursive] [--include-hidden] ->
 * list
 */
OS_API OS_MUST_FREE char **os_globat(int dir_fd, const char *root_dir, const char *pathname,
                                     int flags) OS_NONNULL(3);

/**
 * A pattern for os_glob() that stands for this very path.
 *
 * @param pathname  the path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python glob.escape(pathname)
 * @since 0.1
 * @shell os.glob_escape PATHNAME -> str
 */
OS_API OS_MUST_FREE char *os_glob_escape(const char *pathname) OS_NONNULL();

/** The options of os_chmodtree() and os_chowntree(). */
struct os_tree_options {
    size_t size; /**< sizeof (struct os_tree_options) */
    struct os_tree_control control;
};

/**
 * Sets the modes of everything in the tree `path`; links, which have none, stay as they are. A
 * directory comes before what is in it if its new mode lets the owner in, and after it otherwise.
 *
 * @param path  the directory; a link to one is refused
 * @param file_mode  for all that is no directory; (mode_t)-1 leaves them alone
 * @param dir_mode  for the directories, `path` included; (mode_t)-1 leaves them alone
 * @param options  NULL for the defaults
 * @return 0, or −1 with errno set, and in the record what could not be changed
 * @error EPERM  it belongs to somebody else
 * @python no: a loop over os.walk and os.chmod
 * @since 0.1
 * @source chmod(1) -R
 * @shell os.chmodtree PATH [--file-mode=(mode_t)-1] [--dir-mode=(mode_t)-1] [--ignore-errors]
 * [--one-file-system] [--threads=0] -> none
 */
OS_API int os_chmodtree(const char *path, mode_t file_mode, mode_t dir_mode,
                        const struct os_tree_options *options) OS_NONNULL(1);

/**
 * Gives everything in the tree `path` to a user and a group; links themselves, never what they
 * lead to.
 *
 * @param path  the directory; a link to one is refused
 * @param uid  the user; (uid_t)-1 leaves it alone
 * @param gid  the group; (gid_t)-1 leaves it alone
 * @param options  NULL for the defaults
 * @return 0, or −1 with errno set, and in the record what could not be changed
 * @error EPERM  only root may
 * @python no: a loop over os.walk and os.lchown
 * @since 0.1
 * @source chown(1) -R
 * @shell os.chowntree PATH UID GID [--ignore-errors] [--one-file-system] [--threads=0] -> none
 */
OS_API int os_chowntree(const char *path, uid_t uid, gid_t gid,
                        const struct os_tree_options *options) OS_NONNULL(1);

/** In what two entries differ; bits that may come together. */
enum os_tree_compare_bits {
    OS_COMPARE_LEFT = 1 << 0,    /**< it is on the left side alone, with all below it */
    OS_COMPARE_RIGHT = 1 << 1,   /**< it is on the right side alone, with all below it */
    OS_COMPARE_TYPE = 1 << 2,    /**< one is a directory, say, the other a file */
    OS_COMPARE_CONTENT = 1 << 3, /**< what is in the files, or where the links lead */
    OS_COMPARE_MODE = 1 << 4,    /**< the permission bits */
    OS_COMPARE_OWNER = 1 << 5,   /**< the user or the group */
    OS_COMPARE_TIME = 1 << 6,    /**< the time of the last change of the content */
};

/** The options of os_tree_compare(). */
struct os_tree_compare_options {
    size_t size; /**< sizeof (struct os_tree_compare_options) */
    struct os_tree_control control;
    bool shallow;              /**< files of the same size and time are taken for the same */
    bool modes;                /**< compare permission bits, too */
    bool owners;               /**< compare users and groups, too */
    bool times;                /**< compare times of change, too */
    const char *const *ignore; /**< patterns of names to leave out, a list that ends with NULL */
};

/** An entry in which two trees differ. */
struct os_tree_compare_entry {
    const char *path; /**< from the two paths on; "" for these themselves */
    int what;         /**< OS_COMPARE_LEFT … */
};

/** What os_tree_compare() found. */
struct os_tree_compare {
    size_t count;                       /**< how many differences; 0: the trees are the same */
    struct os_tree_compare_entry *list; /**< in the order of their paths */
};

/**
 * Where two trees (or two files) differ: in names, types and contents, and in what is asked for.
 *
 * @param left  a directory or a file; a link is followed here
 * @param right  likewise
 * @param options  NULL for names, types and contents
 * @return the differences in one block, to free(); NULL with errno set
 * @error ENOENT  one of them isn't there
 * @error EACCES  something can't be read (unless errors are ignored or told)
 * @python no: filecmp.dircmp(left, right) looks at names, and shallowly at files
 * @since 0.1
 * @source diff(1) -rq
 * @shell os.tree_compare LEFT RIGHT [--shallow] [--modes] [--owners] [--times] [--ignore=PATTERN...]
 * [--ignore-errors] [--one-file-system] [--threads=N] -> custom
 */
OS_API OS_MUST_FREE struct os_tree_compare *os_tree_compare(
    const char *left, const char *right, const struct os_tree_compare_options *options)
    OS_NONNULL(1, 2);

OS_END_DECLS

#endif
/** Extended attributes: small values that a file carries under names such as "user.origin". */
#ifndef OSIER_XATTR_H
#define OSIER_XATTR_H

#include <sys/xattr.h>

OS_BEGIN_DECLS

#ifndef XATTR_CREATE
#define XATTR_CREATE  1
#define XATTR_REPLACE 2
#endif
#ifndef XATTR_SIZE_MAX
#define XATTR_SIZE_MAX 65536
#endif

/**
 * The value of an extended attribute of `path`.
 *
 * @param path  the file
 * @param name  the attribute, "user.origin"
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @param ret_size  how many bytes the value has, or NULL
 * @return the value with a NUL behind it, to free(); NULL with errno set
 * @error ENODATA  the file has no such attribute
 * @error EOPNOTSUPP  the file system has none, or not of this kind
 * @python os.getxattr(path, attribute, *, follow_symlinks=True)
 * @since 0.1
 * @source getxattr(2)
 * @shell os.getxattr PATH NAME [--nofollow] -> bytes
 */
OS_API OS_MUST_FREE char *os_getxattr(const char *path, const char *name, int flags,
                                      size_t *ret_size);

/**
 * The value of an extended attribute of what a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param name  the attribute
 * @param ret_size  how many bytes the value has, or NULL
 * @return the value with a NUL behind it, to free(); NULL with errno set
 * @error ENODATA  the file has no such attribute
 * @python os.getxattr(fd, attribute)
 * @since 0.1
 * @source fgetxattr(2)
 * @shell see os_getxattr
 */
OS_API OS_MUST_FREE char *os_getxattr_fd(int fd, const char *name, size_t *ret_size);

/**
 * The names of the extended attributes of `path`.
 *
 * @param path  the file; NULL for the current directory
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return a list that ends with NULL, to free() as one block; NULL with errno set
 * @python os.listxattr(path=None, *, follow_symlinks=True)
 * @since 0.1
 * @source listxattr(2)
 * @shell os.listxattr [PATH] [--nofollow] -> list
 */
OS_API OS_MUST_FREE char **os_listxattr(const char *path, int flags);

/**
 * The names of the extended attributes of what a descriptor is open on.
 *
 * @param fd  the descriptor; −1 is an error here, not the current directory
 * @return a list that ends with NULL, to free() as one block; NULL with errno set
 * @python os.listxattr(fd)
 * @since 0.1
 * @source flistxattr(2)
 * @shell see os_listxattr
 */
OS_API OS_MUST_FREE char **os_listxattr_fd(int fd);

/**
 * Sets an extended attribute of `path`.
 *
 * @param path  the file
 * @param name  the attribute
 * @param value  its bytes
 * @param size  how many
 * @param xattr_flags  XATTR_CREATE: it must be new; XATTR_REPLACE: it must be there; else 0
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error EEXIST  with XATTR_CREATE: it is there
 * @error ENODATA  with XATTR_REPLACE: it is not there
 * @error EOPNOTSUPP  the file system has none, or not of this kind
 * @python os.setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)
 * @since 0.1
 * @source setxattr(2)
 * @shell os.setxattr PATH NAME VALUE [--xattr-flags=0] [--nofollow] -> none
 */
OS_API int os_setxattr(const char *path, const char *name, const void *value, size_t size,
                       int xattr_flags, int flags);

/**
 * Sets an extended attribute of what a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param name  the attribute
 * @param value  its bytes
 * @param size  how many
 * @param xattr_flags  XATTR_CREATE, XATTR_REPLACE or 0
 * @return 0, or −1 with errno set
 * @python os.setxattr(fd, attribute, value, flags=0)
 * @since 0.1
 * @source fsetxattr(2)
 * @shell see os_setxattr
 */
OS_API int os_setxattr_fd(int fd, const char *name, const void *value, size_t size,
                          int xattr_flags);

/**
 * Removes an extended attribute of `path`.
 *
 * @param path  the file
 * @param name  the attribute
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @error ENODATA  the file has no such attribute
 * @python os.removexattr(path, attribute, *, follow_symlinks=True)
 * @since 0.1
 * @source removexattr(2)
 * @shell os.removexattr PATH NAME [--nofollow] -> none
 */
OS_API int os_removexattr(const char *path, const char *name, int flags);

/**
 * Removes an extended attribute of what a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param name  the attribute
 * @return 0, or −1 with errno set
 * @error ENODATA  the file has no such attribute
 * @python os.removexattr(fd, attribute)
 * @since 0.1
 * @source fremovexattr(2)
 * @shell see os_removexattr
 */
OS_API int os_removexattr_fd(int fd, const char *name);

OS_END_DECLS

#endif

#endif
