/* SPDX-License-Identifier: MIT */
/**
 * Disks and what is made of them: partitions, mappings, arrays, and what was read and written.
 *
 * @since 0.1
 */
#ifndef OSIER_DISKS_H
#define OSIER_DISKS_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** The bits of a record's `valid`. */
enum os_disk_fields {
    OS_DISK_RATES = 1 << 0, /**< what happened in each second: os_disk_rates() has set it */
};

/**
 * A block device, and what was read from it and written to it since the machine started.
 *
 * @table name, type, size, read_bytes, write_bytes, busy_time, in_flight, below
 */
struct os_disk {
    unsigned valid;       /**< OS_DISK_RATES where those are known */
    const char *name;     /**< what the kernel calls it: "sda1", "dm-0" */
    const char *type;     /**< disk, partition, loop, ram, rom, dm (a mapping) or md (an array) */
    const char *label;    /**< of a mapping: its own name, "vg-root"; NULL: none */
    const char *below;    /**< what it is made of, with commas: "sda,sdb"; NULL: of itself */
    unsigned dev_major;   /**< its device number */
    unsigned dev_minor;   /**< the same */
    bool counted;         /**< it is neither a part nor made of others: what totals add up */
    uint64_t size;        /**< bytes it has [bytes] */
    uint64_t read_count;  /**< requests to read */
    uint64_t write_count; /**< requests to write */
    uint64_t read_bytes;  /**< bytes read [bytes] */
    uint64_t write_bytes; /**< bytes written [bytes] */
    uint64_t read_merged_count;  /**< requests to read that became a part of another one */
    uint64_t write_merged_count; /**< requests to write that did */
    int64_t read_time;           /**< what all requests to read took, nanoseconds [duration] */
    int64_t write_time;          /**< what all requests to write took, nanoseconds [duration] */
    int64_t busy_time;           /**< how long any request was under way, nanoseconds [duration] */
    uint64_t in_flight;          /**< requests that are under way */
    double read_rate;            /**< bytes read a second [bytes] [OS_DISK_RATES] */
    double write_rate;           /**< bytes written a second [bytes] [OS_DISK_RATES] */
    double read_ops_rate;        /**< requests to read a second [OS_DISK_RATES] */
    double write_ops_rate;       /**< requests to write a second [OS_DISK_RATES] */
    double busy_percent;         /**< of how much of the time any was under way [OS_DISK_RATES] */
};

/**
 * The block devices, in the kernel's order.
 *
 * What goes to a mapping goes to the disks below it, too: add up those alone that are `counted`.
 *
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ENOENT  the kernel has no /proc/diskstats
 * @python psutil.disk_io_counters(perdisk=False, nowrap=True)
 * @source proc_diskstats(5), Documentation/admin-guide/iostats.rst
 * @shell os.disks -> list of disk
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_disk *os_disks(size_t *ret_count);

/**
 * What happened on each disk in a second between two lists, and how much of the time it was busy.
 *
 * A disk that was not there before, and one whose counters began anew, gets no rates.
 *
 * @param disks  the later list; its rates are set, and OS_DISK_RATES in `valid`
 * @param count  how many there are
 * @param before  the earlier list
 * @param before_count  how many there are of those
 * @param elapsed  the time between them, in nanoseconds
 * @return nothing
 * @source Documentation/admin-guide/iostats.rst
 * @shell no: `osier watch disks` looks twice
 */
OS_API OS_NONNULL() void os_disk_rates(struct os_disk *disks, size_t count,
                                       const struct os_disk *before, size_t before_count,
                                       int64_t elapsed);

OS_END_DECLS

#endif
