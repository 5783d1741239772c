/* SPDX-License-Identifier: MIT */
/**
 * What the CPUs have done since the machine started, and how the machine is built.
 *
 * How many there are, how many the process may use and the load stand in osier/system.h.
 *
 * @since 0.1
 */
#ifndef OSIER_CPU_H
#define OSIER_CPU_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** What a CPU spent its time on, in nanoseconds. */
struct os_cpu_times {
    int cpu;            /**< its number; −1: all of them together */
    int64_t user;       /**< programs, guests among them [duration] */
    int64_t nice;       /**< programs of a nice value above 0, guests among them [duration] */
    int64_t system;     /**< the kernel for programs [duration] */
    int64_t idle;       /**< nothing [duration] */
    int64_t iowait;     /**< nothing, while a program waited for a disk [duration] */
    int64_t irq;        /**< interrupts [duration] */
    int64_t softirq;    /**< soft interrupts [duration] */
    int64_t steal;      /**< other virtual machines on the same hardware [duration] */
    int64_t guest;      /**< programs of guests [duration] */
    int64_t guest_nice; /**< programs of guests with a nice value above 0 [duration] */
};

/**
 * What the CPUs that are online have spent their time on.
 *
 * @param ret_count  set to how many records there are
 * @return an array, first all CPUs together and then each, to free(); NULL with errno set
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @python psutil.cpu_times(percpu=False)
 * @source proc_stat(5)
 * @shell os.cpu_times -> list of cpu_times
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_cpu_times *os_cpu_times(size_t *ret_count);

/** Events since the machine started, and processes now. */
struct os_cpu_stats_result {
    uint64_t ctx_switches;    /**< context switches */
    uint64_t interrupts;      /**< interrupts */
    uint64_t soft_interrupts; /**< soft interrupts */
    uint64_t forks;           /**< processes and threads that were started */
    uint64_t running;         /**< threads that run or could run now */
    uint64_t blocked;         /**< threads that wait for a disk now */
};

/**
 * Counts of interrupts, context switches and new processes.
 *
 * @param ret_stats  set to the numbers
 * @return 0, or −1 with errno set
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @python psutil.cpu_stats()
 * @source proc_stat(5)
 * @shell os.cpu_stats -> cpu_stats
 */
OS_API OS_NONNULL() int os_cpu_stats(struct os_cpu_stats_result *ret_stats);

/**
 * How many cores the machine has: CPUs of one core are counted once.
 *
 * @return the number; 0 where the machine doesn't tell; or −1 with errno set
 * @python psutil.cpu_count(logical=False)
 * @source /sys/devices/system/cpu/cpu0/topology
 * @shell os.cpu_count_cores -> int
 */
OS_API int os_cpu_count_cores(void);

/** How fast a CPU runs, in MHz. */
struct os_cpu_freq {
    int cpu;        /**< its number, or that of its policy */
    double current; /**< now */
    double min;     /**< at least; 0 where that isn't known */
    double max;     /**< at most; 0 where that isn't known */
};

/**
 * How fast the CPUs run.
 *
 * @param ret_count  set to how many records there are, 0 where the machine doesn't tell
 * @return an array, to free(); NULL with errno set
 * @python psutil.cpu_freq(percpu=False)
 * @source /sys/devices/system/cpu/cpufreq, proc_cpuinfo(5)
 * @shell os.cpu_freq -> list of cpu_freq
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_cpu_freq *os_cpu_freq(size_t *ret_count);

/**
 * When the machine started, by its clock as that is set now.
 *
 * @param ret_nanoseconds  set to the time since the epoch
 * @return 0, or −1 with errno set
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @python psutil.boot_time()
 * @source clock_gettime(2)
 * @shell os.boot_time -> int
 */
OS_API OS_NONNULL() int os_boot_time(int64_t *ret_nanoseconds);

/**
 * How long the machine has been running, the time it slept included.
 *
 * @param ret_seconds  set to the time
 * @return 0, or −1 with errno set
 * @error ENODATA  the file is empty or of another form, as a recorded one may be
 * @source proc_uptime(5)
 * @shell os.uptime -> float
 */
OS_API OS_NONNULL() int os_uptime(double *ret_seconds);

OS_END_DECLS

#endif
