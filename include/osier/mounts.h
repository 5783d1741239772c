/* SPDX-License-Identifier: MIT */
/**
 * Mounts and how full they are; one that does not respond never blocks the caller.
 *
 * The list is the kernel's alone: no file system is touched for it. A size is asked for by a helper
 * process that can be left behind, so neither the caller nor its end waits for a dead server.
 *
 * @since 0.1
 */
#ifndef OSIER_MOUNTS_H
#define OSIER_MOUNTS_H

#include <osier/system.h>

OS_BEGIN_DECLS

/** What os_mounts() does besides; also the bit of the sizes in a record's `valid`. */
enum os_mounts_flags {
    OS_MOUNTS_SIZES = 1 << 0,  /**< ask each file system how full it is */
    OS_MOUNTS_PSEUDO = 1 << 1, /**< list what holds no files of its own, too: proc, sysfs … */
};

/**
 * A mount.
 *
 * @table mountpoint, total, used, free, percent, fstype, device, stuck
 */
struct os_mount {
    unsigned valid;         /**< OS_MOUNTS_SIZES where the file system has answered */
    const char *device;     /**< what is mounted: a device, "server:/path", a name */
    const char *mountpoint; /**< where */
    const char *fstype;     /**< the kind of file system */
    const char *opts;       /**< options of the mount and the file system: "rw,relatime" */
    const char *root;       /**< the directory of the file system that is seen there */
    unsigned id;            /**< the mount's number */
    unsigned parent;        /**< the number of the mount that it is in */
    unsigned dev_major;     /**< the file system's device number */
    unsigned dev_minor;     /**< the same */
    bool pseudo;            /**< it holds no files of its own */
    bool stuck;             /**< it has not answered in time */
    bool covered;    /**< another mount hides it: on top of it, or of a directory on the way */
    uint64_t total;  /**< size [bytes] [OS_MOUNTS_SIZES] */
    uint64_t used;   /**< what files take [bytes] [OS_MOUNTS_SIZES] */
    uint64_t free;   /**< what an ordinary user may still write [bytes] [OS_MOUNTS_SIZES] */
    double percent;  /**< used of what an ordinary user may use [OS_MOUNTS_SIZES] */
    uint64_t inodes; /**< files that there can be, 0 where that has no limit [OS_MOUNTS_SIZES] */
    uint64_t inodes_free; /**< files that can still be made [OS_MOUNTS_SIZES] */
};

/**
 * What is mounted, in the order in which it was.
 *
 * With OS_MOUNTS_SIZES all file systems are asked at once. One that has not answered within
 * `timeout` is a record with `stuck` set, and is not asked again before it has answered the old
 * question.
 *
 * @param flags  OS_MOUNTS_SIZES, OS_MOUNTS_PSEUDO
 * @param timeout  how many seconds to wait for sizes, altogether; negative: 2
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error EINVAL  flags that are none
 * @error ENOTSUP  sizes of a recorded machine
 * @python psutil.disk_partitions(all=False)
 * @source proc_pid_mountinfo(5)
 * @shell os.mounts [--sizes:OS_MOUNTS_SIZES] [--pseudo:OS_MOUNTS_PSEUDO] [--timeout=-1]
 * -> list of mount
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_mount *os_mounts(int flags, double timeout,
                                                            size_t *ret_count);

/**
 * How full the file system is that a file or directory is on, where that can be had in time.
 *
 * @param path  the file or directory
 * @param timeout  how many seconds to wait
 * @param ret_usage  set to the sizes
 * @return 0, or −1 with errno set
 * @error ETIMEDOUT  the file system does not answer
 * @error ENOENT  no such file
 * @error ENOTSUP  a recorded machine is looked at
 * @source statfs(2)
 * @shell os.disk_usage_timeout PATH TIMEOUT -> disk_usage
 */
OS_API OS_NONNULL() int os_disk_usage_timeout(const char *path, double timeout,
                                              struct os_disk_usage_result *ret_usage);

OS_END_DECLS

#endif
