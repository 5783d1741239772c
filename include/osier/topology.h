/* SPDX-License-Identifier: MIT */
/**
 * How the machine is built: sockets, cores, CPUs and their caches, and which memory is near to whom.
 *
 * @since 0.1
 */
#ifndef OSIER_TOPOLOGY_H
#define OSIER_TOPOLOGY_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** What is to be read of each CPU; also the bits of a record's `valid`. */
enum os_cpu_fields {
    OS_CPU_PLACE = 1 << 0, /**< its socket and core */
    OS_CPU_NODE = 1 << 1,  /**< its NUMA node */
    OS_CPU_SPEED = 1 << 2, /**< how fast it runs */
};

/**
 * A CPU: where it is, and how fast.
 *
 * @table cpu, socket, core, thread, node, online, mhz, mhz_max
 */
struct os_cpu {
    unsigned valid; /**< the bits that are known: of a CPU that is offline mostly none */
    int cpu;        /**< its number */
    bool online;    /**< the kernel uses it */
    int socket;     /**< its socket, counted from 0 [OS_CPU_PLACE] */
    int core;       /**< its core, counted from 0 over all sockets [OS_CPU_PLACE] */
    int thread;     /**< which of the CPUs of its core it is, from 0 [OS_CPU_PLACE] */
    int socket_id;  /**< what the hardware calls its socket; −1: not known [OS_CPU_PLACE] */
    int core_id;    /**< what it calls its core, in the socket; −1: not known [OS_CPU_PLACE] */
    int node;       /**< its NUMA node [OS_CPU_NODE] */
    double mhz;     /**< how fast it runs now [OS_CPU_SPEED] */
    double mhz_min; /**< at least; NaN where that isn't known [OS_CPU_SPEED] */
    double mhz_max; /**< at most; NaN where that isn't known [OS_CPU_SPEED] */
};

/**
 * The CPUs that are there, those that are offline too, with the core and socket of each.
 *
 * @param fields  what is to be read: OS_CPU_PLACE, OS_CPU_NODE, OS_CPU_SPEED
 * @param ret_count  set to how many there are
 * @return an array in the order of their numbers, to free(); NULL with errno set
 * @error EINVAL  fields that are none
 * @error ENODATA  the machine doesn't tell, as a recorded one may not
 * @source /sys/devices/system/cpu, Documentation/admin-guide/cputopology.rst
 * @shell os.cpu_topology -> list of cpu
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_cpu *os_cpu_topology(unsigned fields, size_t *ret_count);

/**
 * A cache, of one CPU or of several.
 *
 * @table name, size, ways, line, cpus
 */
struct os_cpu_cache {
    const char *name; /**< "L1d", "L2" */
    const char *type; /**< data, instruction or unified */
    int level;        /**< how far from the CPU it is, from 1 */
    uint64_t size;    /**< bytes it holds [bytes] */
    unsigned ways;    /**< places in which a line may be; 0 where that isn't known */
    unsigned sets;    /**< of such places; 0 where that isn't known */
    unsigned line;    /**< bytes of a line; 0 where that isn't known */
    const char *cpus; /**< whose it is: "0-3,8" */
};

/**
 * The caches of the CPUs that are online, each once, the nearest first.
 *
 * @param ret_count  set to how many there are, 0 where the machine doesn't tell
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @source /sys/devices/system/cpu/cpu0/cache
 * @shell os.cpu_caches -> list of cpu_cache
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_cpu_cache *os_cpu_caches(size_t *ret_count);

/** How far the memory of a node is. */
struct os_numa_distance {
    int node;          /**< whose memory */
    unsigned distance; /**< 10 is one's own; 20 takes twice as long */
};

/**
 * A NUMA node: CPUs, and the memory that is near to them.
 *
 * @table node, cpus, total, free, used
 */
struct os_numa_node {
    int node;         /**< its number */
    const char *cpus; /**< its CPUs: "0-3,8"; "" of a node that is memory alone */
    uint64_t total;   /**< bytes of memory it has [bytes] */
    uint64_t free;    /**< bytes that nothing uses [bytes] */
    uint64_t used;    /**< bytes that something does, caches included [bytes] */
    const struct os_numa_distance *distances; /**< how far it is to the memory of each node */
    size_t distances_count;                   /**< how many there are */
};

/**
 * The NUMA nodes, with their memory and their distances.
 *
 * @param ret_count  set to how many there are, 0 where the kernel knows of none
 * @return an array with what belongs to it in one block, to free(); NULL with errno set
 * @source /sys/devices/system/node, numa(7)
 * @shell os.numa_nodes -> list of numa_node
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_numa_node *os_numa_nodes(size_t *ret_count);

OS_END_DECLS

#endif
