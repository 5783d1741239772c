/* SPDX-License-Identifier: MIT */
/**
 * Memory of the machine, in bytes. What the control group of the process leaves of it stands in
 * osier/cgroup.h.
 *
 * @since 0.1
 */
#ifndef OSIER_MEMORY_H
#define OSIER_MEMORY_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** What os_virtual_memory() tells, in bytes. */
struct os_virtual_memory_result {
    uint64_t total;     /**< all RAM that the kernel uses [bytes] */
    uint64_t available; /**< what programs can get without swapping [bytes] */
    uint64_t used;      /**< total − available [bytes] */
    uint64_t free;      /**< unused [bytes] */
    uint64_t active;    /**< used recently [bytes] */
    uint64_t inactive;  /**< not used for a while [bytes] */
    uint64_t buffers;   /**< the cache of block devices [bytes] */
    uint64_t cached;    /**< the cache of files, and kernel memory that can be reclaimed [bytes] */
    uint64_t shared;    /**< of tmpfs and shared mappings [bytes] */
    uint64_t slab;      /**< the kernel's own structures [bytes] */
    uint64_t arc; /**< what the cache of ZFS can give back; it is counted as available [bytes] */
};

/**
 * How much memory the machine has, and how it is used.
 *
 * @param ret_memory  set to the sizes
 * @return 0, or −1 with errno set
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @python psutil.virtual_memory()
 * @source proc_meminfo(5)
 * @shell os.virtual_memory -> virtual_memory
 */
OS_API OS_NONNULL() int os_virtual_memory(struct os_virtual_memory_result *ret_memory);

/** What os_swap_memory() tells, in bytes. */
struct os_swap_memory_result {
    uint64_t total; /**< all swap [bytes] */
    uint64_t used;  /**< total − free [bytes] */
    uint64_t free;  /**< what is not used [bytes] */
    uint64_t sin;   /**< read from it since the machine started [bytes] */
    uint64_t sout;  /**< written to it since then [bytes] */
};

/**
 * How much swap the machine has, and how it is used.
 *
 * @param ret_swap  set to the sizes
 * @return 0, or −1 with errno set
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @python psutil.swap_memory()
 * @source proc_meminfo(5), proc_vmstat(5)
 * @shell os.swap_memory -> swap_memory
 */
OS_API OS_NONNULL() int os_swap_memory(struct os_swap_memory_result *ret_swap);

/** A name and its number. */
struct os_named_number {
    const char *name; /**< what it is called */
    int64_t number;   /**< how much it is */
};

/**
 * Every line of /proc/meminfo: sizes in bytes, numbers of pages as they are.
 *
 * @param ret_count  set to how many there are
 * @return an array with its names in one block, to free(); NULL with errno set
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @source proc_meminfo(5)
 * @shell os.meminfo -> map
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_named_number *os_meminfo(size_t *ret_count);

/**
 * Every line of /proc/vmstat: pages of each kind, and events since the machine started.
 *
 * @param ret_count  set to how many there are
 * @return an array with its names in one block, to free(); NULL with errno set
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @source proc_vmstat(5)
 * @shell os.vmstat -> map
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_named_number *os_vmstat(size_t *ret_count);

OS_END_DECLS

#endif
