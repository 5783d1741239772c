/* SPDX-License-Identifier: MIT */
/**
 * Whole files: reading one, replacing one so that no crash leaves half of it, cutting, syncing.
 *
 * @since 0.1
 */
#ifndef OSIER_CONTENTS_H
#define OSIER_CONTENTS_H

#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * The whole content of a file of any size, also of files that report no size, as those of /proc.
 *
 * @param path  the file
 * @param ret_size  how many bytes it held, or NULL
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @error EISDIR  it is a directory
 * @source read(2)
 * @shell os.read_file PATH -> content
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_read_file(const char *path, size_t *ret_size);

/**
 * The whole content of a file, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param ret_size  how many bytes it held, or NULL
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @error EISDIR  it is a directory
 * @source read(2)
 * @shell see os_read_file
 */
OS_API OS_MUST_FREE OS_NONNULL(2) char *os_read_fileat(int dir_fd, const char *path,
                                                       size_t *ret_size);

/** How os_write_file() writes; all zero but `size` is the default. */
struct os_write_file_options {
    size_t size;     /**< sizeof(struct os_write_file_options) */
    mode_t mode;     /**< permission bits before the umask; 0: 0666 */
    bool keep_mode;  /**< the new file gets the permission bits and the ACL of the one it replaces;
                          set-user-ID and set-group-ID only with the same user or group */
    bool keep_owner; /**< and its user and group, before anybody else may open it */
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
 * @param data  its new content, or NULL if `size` is 0
 * @param size  how many bytes
 * @param options  how to do it, or NULL for the defaults
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @error EINVAL  it is a device, a FIFO or a socket; or the options have no size
 * @error E2BIG  the options ask for something that this version doesn't know
 * @source rename(2), fsync(2)
 * @shell os.write_file PATH DATA [--mode=0] [--keep-mode] [--keep-owner] [--follow]
 *        [--noreplace] [--nosync] -> none
 */
OS_API OS_NONNULL(1) int os_write_file(const char *path, const void *data, size_t size,
                                       const struct os_write_file_options *options);

/**
 * Gives a file a new content atomically and durably, as os_write_file() does, relative to a
 * directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file; it need not exist
 * @param data  its new content, or NULL if `size` is 0
 * @param size  how many bytes
 * @param options  how to do it, or NULL for the defaults
 * @return 0, or −1 with errno set
 * @source rename(2), fsync(2)
 * @shell see os_write_file
 */
OS_API OS_NONNULL(2) int os_write_fileat(int dir_fd, const char *path, const void *data,
                                         size_t size, const struct os_write_file_options *options);

/**
 * Cuts the file `path` to a length, or fills it up to there with zeros.
 *
 * @param path  the file
 * @param length  in bytes
 * @return 0, or −1 with errno set
 * @error EINVAL  the length is negative
 * @python os.truncate(path, length)
 * @source truncate(2)
 * @shell os.truncate PATH LENGTH -> none
 */
OS_API OS_NONNULL() int os_truncate(const char *path, int64_t length);

/**
 * Cuts the file that a descriptor is open on to a length, or fills it up to there with zeros.
 *
 * @param fd  the descriptor, open for writing
 * @param length  in bytes
 * @return 0, or −1 with errno set
 * @error EINVAL  the length is negative, or it is not open for writing
 * @python os.ftruncate(fd, length, /), os.truncate(fd, length)
 * @source ftruncate(2)
 * @shell os.ftruncate FD LENGTH -> none
 */
OS_API int os_ftruncate(int fd, int64_t length);

/**
 * Writes everything that is cached to the disks, and waits for it.
 *
 * @python os.sync()
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
 * @source syncfs(2)
 * @shell os.syncfs FD -> none
 */
OS_API int os_syncfs(int fd);

OS_END_DECLS

#endif
