/* SPDX-License-Identifier: MIT */
/** Faults in memory, CPUs, pressure and control groups. */
#include "faults.h"

#include <sys/stat.h>

static size_t count;

/* ENOENT is what says that there is none of it; the numbers that are injected are others. */
FAULT(os_virtual_memory, .absorbs = "open") { /* of ZFS's statistics */
    struct os_virtual_memory_result memory;
    return os_virtual_memory(&memory);
}

FAULT(os_swap_memory) {
    struct os_swap_memory_result swap;
    return os_swap_memory(&swap);
}

FAULT(os_meminfo) {
    return fault_free(os_meminfo(&count));
}

FAULT(os_vmstat) {
    return fault_free(os_vmstat(&count));
}

/* Of a device that /sys tells nothing of, the numbers are there all the same. */
FAULT(os_disks, .absorbs = "open read kernel_getdents64", .few = true) {
    return fault_free(os_disks(&count));
}

NO_FAULT(os_disk_rates)

FAULT(os_cpu_times) {
    return fault_free(os_cpu_times(&count));
}

FAULT(os_cpu_stats) {
    struct os_cpu_stats_result stats;
    return os_cpu_stats(&stats);
}

FAULT(os_cpu_count_cores) {
    return os_cpu_count_cores() < 0 ? -1 : 0;
}

FAULT(os_cpu_freq) {
    return fault_free(os_cpu_freq(&count));
}

FAULT(os_cpu_topology, .absorbs = "open read", .few = true) { /* speeds that nobody tells */
    return fault_free(os_cpu_topology(OS_CPU_PLACE | OS_CPU_NODE | OS_CPU_SPEED, &count));
}

FAULT(os_cpu_caches, .few = true) {
    return fault_free(os_cpu_caches(&count));
}

FAULT(os_numa_nodes) {
    return fault_free(os_numa_nodes(&count));
}

FAULT(os_boot_time) {
    int64_t boot;
    return os_boot_time(&boot);
}

FAULT(os_uptime) {
    double uptime;
    return os_uptime(&uptime);
}

static void record(void) {
    assert_int_equal(os_set_root("."), 0);
}

static void forget(void) {
    os_set_root(NULL);
}

FAULT(os_pressure, .tree = "proc/ proc/pressure/ proc/pressure/io=full", .before = record,
      .after = forget, .absorbs = "kernel_openat2") {
    struct os_pressure_result pressure;
    return os_pressure(OS_RESOURCE_IO, NULL, &pressure);
}

FAULT(os_pressure_watch, .tree = "io.pressure", .filename = ".") {
    return fault_close(os_pressure_watch(OS_RESOURCE_IO, ".", false, 1000, 1000));
}

FAULT(os_cgroup, .absorbs = "open") {
    struct os_cgroup_result group;
    return os_cgroup(NULL, &group);
}

FAULT(os_cgroups, .filename = "/", .few = true) {
    return fault_free(os_cgroups("/", 0, &count));
}

FAULT(os_process_cgroups) {
    return fault_free(os_process_cgroups(0, &count));
}

FAULT(os_available_memory, .absorbs = "open") {
    uint64_t bytes;
    return os_available_memory(&bytes);
}

/* Where no child can be made in this memory, it is a copy. */
FAULT(os_mounts, .absorbs = "kernel_clone3 clone") {
    return fault_free(os_mounts(OS_MOUNTS_SIZES, 60, &count));
}

FAULT(os_disk_usage_timeout, .filename = "/", .absorbs = "kernel_clone3 clone") {
    struct os_disk_usage_result usage;
    return os_disk_usage_timeout("/", 60, &usage);
}
