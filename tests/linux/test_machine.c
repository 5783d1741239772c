/* SPDX-License-Identifier: MIT */
/** Memory, CPUs and pressure: of this machine, and of recorded ones that are older, larger, odd. */
#include "recorded.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <time.h>

static void memory_of_this_machine(void **state) {
    (void)state;
    struct os_virtual_memory_result m;
    struct os_swap_memory_result s;
    struct sysinfo info;
    size_t count = 0;
    assert_int_equal(os_virtual_memory(&m), 0);
    assert_int_equal(sysinfo(&info), 0);
    assert_int_equal(m.total, (uint64_t)info.totalram * info.mem_unit);
    assert_int_equal(m.used, m.total - m.available);
    assert_true(m.free <= m.total && m.available <= m.total && m.available > 0);
    assert_int_equal(os_swap_memory(&s), 0);
    assert_int_equal(s.total, (uint64_t)info.totalswap * info.mem_unit);
    assert_int_equal(s.total, s.used + s.free);
    struct os_named_number *lines = os_meminfo(&count);
    assert_non_null(lines);
    assert_string_equal(lines[0].name, "MemTotal");
    assert_int_equal(lines[0].number, m.total);
    free(lines);
}

/* What they say of this machine is what its files say. */
static void events_and_disks_of_this_machine(void **state) {
    (void)state;
    size_t count = 0, lines = 0;
    char line[512];
    struct os_named_number *events = os_vmstat(&count);
    assert_true(events && count > 20);
    assert_string_equal(events[0].name, "nr_free_pages");
    free(events);
    FILE *file = fopen("/proc/diskstats", "r");
    struct os_disk *disks = file ? os_disks(&count) : NULL;
    if (!file)
        skip();
    for (; fgets(line, sizeof line, file); lines++) {
        unsigned major, minor;
        char name[64];
        assert_int_equal(sscanf(line, "%u %u %63s", &major, &minor, name), 3);
        assert_true(lines < count);
        assert_string_equal(disks[lines].name, name);
        assert_true(disks[lines].dev_major == major && disks[lines].dev_minor == minor);
    }
    fclose(file);
    assert_int_equal(lines, count);
    free(disks);
}

/* By what they are, not by where they stand; what began anew and what is new has none. */
static void rates(void **state) {
    (void)state;
    const struct os_disk before[] = {
        {.name = "a", .dev_minor = 1, .read_bytes = 1000, .write_count = 4, .busy_time = 100},
        {.name = "b", .dev_minor = 2, .read_bytes = 9},
        {.name = "c", .dev_minor = 3},
    };
    struct os_disk now[] = {
        {.name = "b", .dev_minor = 2, .read_bytes = 8},
        {.name = "a",
         .dev_minor = 1,
         .read_bytes = 3000,
         .write_count = 5,
         .busy_time = 1000000100},
        {.name = "c", .dev_minor = 4},
        {.name = "d", .dev_minor = 5},
    };
    os_disk_rates(now, 4, before, 3, 2000000000);
    assert_true(now[1].valid == OS_DISK_RATES && now[1].read_rate == 1000);
    assert_true(now[1].write_ops_rate == 0.5 && now[1].write_rate == 0 &&
                now[1].busy_percent == 50);
    assert_true(now[0].valid == 0 && now[2].valid == 0 && now[3].valid == 0);
    now[1].valid = 0;
    os_disk_rates(now, 4, before, 3, 0);
    assert_int_equal(now[1].valid, 0);
    os_disk_rates(now, 4, before, 3, 1000);
    assert_true(now[1].busy_percent == 100);
    const struct os_net_link were[] = {{.ifindex = 2, .rx.bytes = 5}, {.ifindex = 3}};
    struct os_net_link links[] = {{.ifindex = 3, .tx.packets = 7, .valid = OS_NET_SPEED},
                                  {.ifindex = 4}};
    os_net_rates(links, 2, were, 2, 500000000);
    assert_true(links[0].valid == (OS_NET_SPEED | OS_NET_RATES) && links[0].tx_packets_rate == 14);
    assert_int_equal(links[1].valid, 0);
}

static void memory_of_others(void **state) {
    (void)state;
    struct os_virtual_memory_result m;
    struct os_swap_memory_result s;
    size_t count;
    mkdir("root", 0777);
    assert_int_equal(RECORDED(os_virtual_memory(&m)), -1);
    assert_error(ENOENT, "virtual_memory", NULL, NULL);
    plant("root/proc/meminfo", "");
    assert_int_equal(RECORDED(os_virtual_memory(&m)), -1);
    assert_error(ENODATA, "virtual_memory", NULL, NULL);
    plant("root/proc/meminfo",
          "MemTotal: 100 kB\nMemFree: 10 kB\nCached: 20 kB\n"); /* before 3.14 */
    assert_int_equal(RECORDED(os_virtual_memory(&m)), 0);
    assert_int_equal(m.available, 30 * 1024);
    plant("root/proc/meminfo",
          "MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     300 kB\n"
          "Buffers:           11 kB\nCached:            50 kB\nSwapCached:         0 kB\n"
          "Active:            21 kB\nInactive:          22 kB\nActive(anon):       1 kB\n"
          "SwapTotal:        200 kB\nSwapFree:          50 kB\nShmem:              7 kB\n"
          "Slab:               9 kB\nSReclaimable:       4 kB\nHugePages_Total:    3\nbroken\n:");
    plant("root/proc/vmstat", "pgpgin 1\npswpin 2\npswpout 3\n");
    plant("root/proc/spl/kstat/zfs/arcstats",
          "9 1 0x01 123 33456 1 2\nname                            type data\n"
          "hits                            4    1\nc_min                           4    10240\n"
          "size                            4    112640\nsize_other   4 5\n");
    assert_int_equal(RECORDED(os_virtual_memory(&m)), 0);
    assert_int_equal(m.arc, 102400);
    assert_int_equal(m.available, 400 * 1024);
    assert_int_equal(m.used, 600 * 1024);
    assert_int_equal(m.cached, 54 * 1024);
    assert_int_equal(m.active, 21 * 1024);
    assert_int_equal(RECORDED(os_swap_memory(&s)), 0);
    assert_int_equal(s.used, 150 * 1024);
    assert_int_equal(s.sout, 3 * 4096);
    struct os_named_number *lines = RECORDED(os_meminfo(&count));
    assert_non_null(lines);
    assert_int_equal(count, 15);
    assert_string_equal(lines[14].name, "HugePages_Total");
    assert_int_equal(lines[14].number, 3);
    free(lines);
}

static void cpus_of_this_machine(void **state) {
    (void)state;
    size_t count = 0;
    struct os_cpu_stats_result a, b;
    struct os_cpu_times *times = os_cpu_times(&count);
    assert_non_null(times);
    assert_int_equal(times[0].cpu, -1);
    assert_int_equal(count, 1 + (size_t)os_cpu_count());
    assert_true(times[0].user > 0 && times[0].idle >= times[1].idle);
    free(times);
    assert_int_equal(os_cpu_stats(&a), 0);
    assert_int_equal(os_cpu_stats(&b), 0);
    assert_true(a.ctx_switches > 0 && b.ctx_switches >= a.ctx_switches && b.forks >= a.forks);
    assert_true(a.running >= 1);
    int cores = os_cpu_count_cores();
    assert_true(cores >= 0 && cores <= os_cpu_count());
    struct os_cpu_freq *freqs = os_cpu_freq(&count);
    assert_non_null(freqs);
    for (size_t i = 0; i < count; i++)
        assert_true(freqs[i].current > 0);
    free(freqs);
    int64_t boot;
    double uptime;
    assert_int_equal(os_boot_time(&boot), 0);
    assert_int_equal(os_uptime(&uptime), 0);
    assert_true(fabs((double)time(NULL) - (double)boot / 1e9 - uptime) < 5);
}

static void many_cpus(void **state) {
    (void)state;
    size_t count;
    FILE *stat = (plant("root/proc/stat", ""), fopen("root/proc/stat", "w"));
    fputs("cpu  10 20 30 40 50 60 70 80 90 100\n", stat);
    for (int i = 0; i < 256; i++) {
        char path[100], text[30];
        if (i != 7) /* it is offline */
            fprintf(stat, "cpu%d %d 2 3 4\n", i, i);
        snprintf(path, sizeof path, "root/sys/devices/system/cpu/cpu%d/topology/core_cpus_list", i);
        snprintf(text, sizeof text, "%d,%d\n", i % 128, i % 128 + 128);
        plant(path, text);
        snprintf(path, sizeof path, "root/sys/devices/system/cpu/cpufreq/policy%d/scaling_cur_freq",
                 i);
        plant(path, "2100000\n");
    }
    fputs("intr 77 0 1\nctxt 88\nbtime 1700000000\nprocesses 99\nprocs_running 2\nprocs_blocked 1\n"
          "softirq 66 1 2\n",
          stat);
    fclose(stat);
    plant("root/sys/devices/system/cpu/cpufreq/policy3/scaling_max_freq", "3000000\n");
    plant("root/sys/devices/system/cpu/cpuidle/current_driver", "none\n");
    struct os_cpu_times *times = RECORDED(os_cpu_times(&count));
    assert_int_equal(count, 256);
    int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
    assert_int_equal(times[0].guest_nice, 100 * tick);
    assert_int_equal(times[255].cpu, 255);
    assert_int_equal(times[255].user, 255 * tick);
    assert_int_equal(times[255].iowait, 0);
    assert_int_equal(times[8].cpu, 8);
    free(times);
    assert_int_equal(RECORDED(os_cpu_count_cores()), 128);
    struct os_cpu_freq *freqs = RECORDED(os_cpu_freq(&count));
    assert_int_equal(count, 256);
    assert_true(freqs[3].cpu == 3 && freqs[3].max == 3000 && freqs[3].current == 2100);
    assert_true(freqs[4].max == 0);
    free(freqs);
    struct os_cpu_stats_result stats;
    assert_int_equal(RECORDED(os_cpu_stats(&stats)), 0);
    assert_int_equal(stats.interrupts, 77);
    assert_int_equal(stats.ctx_switches, 88);
    assert_int_equal(stats.forks, 99);
    assert_int_equal(stats.soft_interrupts, 66);
    assert_int_equal(stats.blocked, 1);
    int64_t boot;
    assert_int_equal(RECORDED(os_boot_time(&boot)), 0);
    assert_int_equal(boot, 1700000000000000000);
}

static void cpus_without_topology(void **state) {
    (void)state;
    size_t count;
    double loads[3], uptime;
    plant("root/proc/cpuinfo",
          "processor\t: 0\ncpu MHz\t\t: 2194.840\nphysical id\t: 0\ncpu cores\t: 4\n\n"
          "processor\t: 1\ncpu MHz\t\t: 800.5\nphysical id\t: 0\ncpu cores\t: 4\n\n"
          "processor\t: 2\nphysical id\t: 1\ncpu cores\t: 2\n");
    assert_int_equal(RECORDED(os_cpu_count_cores()), 6);
    struct os_cpu_freq *freqs = RECORDED(os_cpu_freq(&count));
    assert_int_equal(count, 2);
    assert_true(fabs(freqs[0].current - 2194.84) < 1e-9 && fabs(freqs[1].current - 800.5) < 1e-9);
    free(freqs);
    plant("root/proc/cpuinfo", "Processor\t: ARMv7\n");
    assert_int_equal(RECORDED(os_cpu_count_cores()), 0);
    freqs = RECORDED(os_cpu_freq(&count));
    assert_non_null(freqs);
    assert_int_equal(count, 0);
    free(freqs);
    plant("root/proc/loadavg", "0.25 1.50 12.75 3/200 999\n");
    assert_int_equal(RECORDED(os_getloadavg(loads)), 0);
    assert_true(fabs(loads[0] - 0.25) + fabs(loads[1] - 1.5) + fabs(loads[2] - 12.75) < 1e-9);
    plant("root/proc/uptime", "1234.56 99.00\n");
    assert_int_equal(RECORDED(os_uptime(&uptime)), 0);
    assert_true(fabs(uptime - 1234.56) < 1e-9);
}

/* The bits that are asked for are set where there is something to read, and no others. */
static void topology(void **state) {
    (void)state;
    size_t count = 0;
    struct os_cpu *cpus = os_cpu_topology(OS_CPU_PLACE | OS_CPU_NODE | OS_CPU_SPEED, &count);
    assert_non_null(cpus);
    int online = 0;
    for (size_t i = 0; i < count; i++) {
        online += cpus[i].online;
        assert_true(i == 0 || cpus[i].cpu > cpus[i - 1].cpu);
        if (cpus[i].valid & OS_CPU_PLACE)
            assert_true(cpus[i].core >= 0 && cpus[i].core <= (int)i && cpus[i].thread >= 0);
    }
    free(cpus);
    assert_int_equal(online, os_cpu_count());
    assert_null(os_cpu_topology(8, &count));
    assert_error(EINVAL, "cpu_topology", NULL, NULL);
    plant("root/sys/devices/system/cpu/cpu3/topology/core_cpus_list", "3,9\n");
    plant("root/sys/devices/system/cpu/cpu3/topology/physical_package_id", "-1\n");
    plant("root/sys/devices/system/cpu/cpu9/topology/core_cpus_list", "3,9\n");
    plant("root/sys/devices/system/cpu/cpu4/topology/core_cpus_list", "x\n");
    plant("root/sys/devices/system/cpu/cpu4/online", "0\n");
    cpus = RECORDED(os_cpu_topology(OS_CPU_PLACE | OS_CPU_NODE, &count));
    assert_int_equal(count, 3);
    assert_true(cpus[0].cpu == 3 && cpus[0].online && cpus[0].valid == OS_CPU_PLACE);
    assert_true(cpus[0].socket_id == -1 && cpus[0].core_id == -1 && cpus[0].socket == -1);
    assert_true(cpus[1].cpu == 4 && !cpus[1].online && cpus[1].valid == 0);
    assert_true(cpus[2].cpu == 9 && cpus[2].core == 0 && cpus[2].thread == 1);
    free(cpus);
    cpus = RECORDED(os_cpu_topology(0, &count));
    assert_true(count == 3 && cpus[0].valid == 0);
    free(cpus);
}

/* Of hostile texts the numbers are whatever they are, and nothing is read beyond them. */
static void caches_and_nodes(void **state) {
    (void)state;
    size_t count;
    static const char *const levels[] = {"", "0", "100", "2"};
    for (int i = 0; i < 4; i++) {
        char path[100];
        snprintf(path, sizeof path, "root/sys/devices/system/cpu/cpu1/cache/index%d/level", i);
        plant(path, levels[i]);
    }
    plant("root/sys/devices/system/cpu/cpu1/cache/index3/size", "3M");
    struct os_cpu_cache *caches = RECORDED(os_cpu_caches(&count));
    assert_int_equal(count, 1);
    assert_string_equal(caches[0].name, "L2");
    assert_string_equal(caches[0].type, "unified");
    assert_string_equal(caches[0].cpus, "1"); /* as nobody says that others share it */
    assert_true(caches[0].size == 3 << 20 && caches[0].ways == 0);
    free(caches);
    plant("root/sys/devices/system/node/node4/distance", "10 20 30\n");
    plant("root/sys/devices/system/node/node7/cpulist", "0-1\n");
    struct os_numa_node *nodes = RECORDED(os_numa_nodes(&count));
    assert_int_equal(count, 2);
    assert_true(nodes[0].node == 4 && nodes[0].distances_count == 2 && nodes[0].total == 0);
    assert_true(nodes[0].distances[1].node == 7 && nodes[0].distances[1].distance == 20);
    assert_string_equal(nodes[1].cpus, "0-1");
    assert_int_equal(nodes[1].distances_count, 0);
    free(nodes);
}

static void pressure(void **state) {
    (void)state;
    struct os_pressure_result p;
    plant("root/proc/pressure/io", "some avg10=1.25 avg60=0.50 avg300=0.00 total=12\n"
                                   "full avg10=0.75 avg60=99.99 avg300=100.00 total=7\n");
    plant("root/proc/pressure/cpu", "some avg10=3.00 avg60=0.00 avg300=0.00 total=1\n");
    plant("root/proc/pressure/irq", "full avg10=2.00 avg60=0.00 avg300=0.00 total=1\n");
    plant("root/sys/fs/cgroup/a/memory.pressure",
          "some avg10=5.00 avg60=0.00 avg300=0.00 total=1\n");
    assert_int_equal(RECORDED(os_pressure(OS_RESOURCE_IO, NULL, &p)), 0);
    assert_true(p.some.avg10 == 1.25 && p.some.total == 12000 && p.full.avg300 == 100);
    assert_true(fabs(p.full.avg60 - 99.99) < 1e-9);
    assert_int_equal(RECORDED(os_pressure(OS_RESOURCE_CPU, NULL, &p)), 0);
    assert_true(p.some.avg10 == 3 && p.full.avg10 == 0);
    assert_int_equal(RECORDED(os_pressure(OS_RESOURCE_IRQ, NULL, &p)), 0);
    assert_true(p.some.avg10 == 0 && p.full.avg10 == 2);
    assert_int_equal(RECORDED(os_pressure(OS_RESOURCE_MEMORY, "/sys/fs/cgroup/a", &p)), 0);
    assert_true(p.some.avg10 == 5);
    assert_int_equal(RECORDED(os_pressure(OS_RESOURCE_MEMORY, NULL, &p)), -1);
    assert_error(ENOENT, "pressure", NULL, NULL);
    assert_int_equal(os_pressure((enum os_resource)9, NULL, &p), -1);
    assert_error(EINVAL, "pressure", NULL, NULL);
    assert_int_equal(RECORDED(os_pressure_watch(OS_RESOURCE_IO, NULL, false, 1, 1)), -1);
    assert_error(ENOTSUP, "pressure_watch", NULL, NULL);
}

static void a_trigger_can_be_polled(void **state) {
    (void)state;
    if (access("/proc/pressure/cpu", W_OK) < 0 || geteuid() != 0)
        skip();
    int fd = os_pressure_watch(OS_RESOURCE_CPU, NULL, false, 1000000, 1000000000);
    if (fd < 0)
        skip(); /* switched off, or a kernel without triggers */
    assert_true(fd >= 0);
    struct pollfd wait = {.fd = fd, .events = POLLPRI};
    assert_true(poll(&wait, 1, 0) >= 0 && !(wait.revents & POLLERR));
    close(fd);
    assert_int_equal(os_pressure_watch(OS_RESOURCE_CPU, NULL, false, 5, 1), -1);
    assert_error(EINVAL, "pressure_watch", NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_of_this_machine),
        cmocka_unit_test(events_and_disks_of_this_machine),
        cmocka_unit_test(rates),
        IN_SCRATCH(memory_of_others),
        cmocka_unit_test(cpus_of_this_machine),
        IN_SCRATCH(many_cpus),
        IN_SCRATCH(cpus_without_topology),
        IN_SCRATCH(topology),
        IN_SCRATCH(caches_and_nodes),
        IN_SCRATCH(pressure),
        cmocka_unit_test(a_trigger_can_be_polled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
