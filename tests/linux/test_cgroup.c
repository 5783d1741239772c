/* SPDX-License-Identifier: MIT */
/** Limits and use of cgroups, in trees that are made up: version 2, version 1, both, containers. */
#include "recorded.h"

#include <math.h>

static void system_with(const char *groups, const char *mounts) {
    plant("root/proc/self/cgroup", groups);
    plant("root/proc/self/mountinfo", mounts);
}

static double quota(void) {
    double cpus = -1;
    assert_int_equal(os_set_root("root"), 0);
    int r = os_cpu_quota(&cpus);
    os_set_root(NULL);
    assert_int_equal(r, 0);
    return cpus;
}

#define VERSION_2 "31 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define OTHERS    "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n23 1 0:5 / /sys rw - sysfs sysfs rw\n"

static void no_cgroups(void **state) {
    (void)state;
    assert_int_equal(mkdir("root", 0777), 0);
    assert_true(isinf(quota()));
    system_with("", OTHERS);
    assert_true(isinf(quota()));
    system_with("0::/\n", OTHERS VERSION_2);
    assert_true(isinf(quota()));
    system_with("nonsense", "nonsense\n\n1 2 3\n - cgroup2 x y\n" VERSION_2);
    assert_true(isinf(quota()));
}

static void version_2(void **state) {
    (void)state;
    system_with("0::/a.slice/b.service\n", OTHERS VERSION_2);
    plant("root/sys/fs/cgroup/a.slice/b.service/cpu.max", "max 100000\n");
    assert_true(isinf(quota()));
    plant("root/sys/fs/cgroup/a.slice/b.service/cpu.max", "150000 100000\n");
    assert_true(quota() == 1.5);
    plant("root/sys/fs/cgroup/a.slice/cpu.max", "max 100000\n");
    assert_true(quota() == 1.5);
    plant("root/sys/fs/cgroup/a.slice/cpu.max", "20000 100000\n");
    assert_true(quota() == 0.2);
    plant("root/sys/fs/cgroup/cpu.max", "10000 100000\n");
    assert_true(quota() == 0.1);
}

static void version_1(void **state) {
    (void)state;
    system_with("9:cpuset:/x\n4:cpuacct,cpu:/docker/id\n1:name=systemd:/y\n0::/z\n",
                OTHERS "40 23 0:33 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
                       "41 23 0:34 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                       "42 23 0:35 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    plant("root/sys/fs/cgroup/cpuset/docker/id/cpu.cfs_quota_us", "1\n");
    plant("root/sys/fs/cgroup/cpuset/docker/id/cpu.cfs_period_us", "50000\n");
    plant("root/sys/fs/cgroup/cpu,cpuacct/docker/id/cpu.cfs_quota_us", "-1\n");
    plant("root/sys/fs/cgroup/cpu,cpuacct/docker/id/cpu.cfs_period_us", "50000\n");
    plant("root/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    assert_true(isinf(quota()));
    plant("root/sys/fs/cgroup/cpu,cpuacct/docker/id/cpu.cfs_quota_us", "200000\n");
    assert_true(quota() == 4);
    plant("root/sys/fs/cgroup/unified/z/cpu.max", "300000 100000\n");
    assert_true(quota() == 3);
}

/* A container of version 1 sees its own cgroup alone, as the root of the mount. */
static void mounted_below(void **state) {
    (void)state;
    system_with("4:cpu:/docker/id/inner\n",
                "41 23 0:34 /docker/id /sys/fs/my\\040cgroup ro - cgroup cgroup rw,cpu\n");
    plant("root/sys/fs/my cgroup/cpu.cfs_quota_us", "50000\n");
    plant("root/sys/fs/my cgroup/cpu.cfs_period_us", "100000\n");
    plant("root/sys/fs/my cgroup/inner/cpu.cfs_quota_us", "25000\n");
    plant("root/sys/fs/my cgroup/inner/cpu.cfs_period_us", "100000\n");
    assert_true(quota() == 0.25);
    plant("root/proc/self/cgroup", "4:cpu:/docker/identity\n");
    assert_true(quota() == 0.5);
    plant("root/proc/self/cgroup", "4:cpu:/docker/id\n");
    assert_true(quota() == 0.5);
}

/* A cgroup outside the namespace has a path that would lead out of the mount point. */
static void outside_the_namespace(void **state) {
    (void)state;
    system_with("0::/../../secret\n", VERSION_2);
    plant("root/sys/fs/cgroup/cpu.max", "100000 100000\n");
    plant("root/sys/secret/cpu.max", "1 100000\n");
    plant("root/sys/fs/secret/cpu.max", "1 100000\n");
    assert_true(quota() == 1);
}

static void unreadable(void **state) {
    (void)state;
    double cpus = -1;
    system_with("0::/a\n", VERSION_2);
    assert_int_equal(mkdir("root/sys", 0777) | mkdir("root/sys/fs", 0777), 0);
    assert_int_equal(symlink("cgroup", "root/sys/fs/cgroup"), 0);
    assert_int_equal(os_set_root("root"), 0);
    int r = os_cpu_quota(&cpus), number = errno;
    os_set_root(NULL);
    assert_int_equal(r, -1);
    assert_int_equal(number, ELOOP);
    assert_true(cpus == -1);
}

static struct os_cgroup_result group(void) {
    struct os_cgroup_result g;
    assert_int_equal(os_set_root("root"), 0);
    int r = os_cgroup(NULL, &g);
    os_set_root(NULL);
    assert_int_equal(r, 0);
    return g;
}

static void limits_of_version_2(void **state) {
    (void)state;
    system_with("0::/a.slice/b.service\n", OTHERS VERSION_2);
    plant("root/proc/meminfo", "MemTotal: 2000 kB\nMemFree: 500 kB\nMemAvailable: 1000 kB\n");
    struct os_cgroup_result g = group();
    assert_true(g.memory_limit == UINT64_MAX && g.pids_limit == UINT64_MAX && isinf(g.cpu_quota));
    assert_int_equal(g.memory_available, 1024000);
    plant("root/sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/memory.current", "300000\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/memory.stat", "anon 1\ninactive_file 100000\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/memory.events", "oom 3\noom_kill 2\n");
    plant("root/sys/fs/cgroup/a.slice/memory.max", "500000\n");
    plant("root/sys/fs/cgroup/a.slice/memory.current", "450000\n");
    plant("root/sys/fs/cgroup/a.slice/memory.stat", "inactive_file 50000\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/cpu.stat",
          "usage_usec 7\nuser_usec 5\nnr_periods 4\nnr_throttled 3\nthrottled_usec 2\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/cpu.max", "150000 100000\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/pids.max", "max\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/pids.current", "12\n");
    plant("root/sys/fs/cgroup/a.slice/pids.max", "100\n");
    g = group();
    assert_int_equal(g.memory_limit, 500000);
    assert_int_equal(g.memory_current, 300000);
    assert_int_equal(g.memory_reclaimable, 100000);
    assert_int_equal(g.memory_available, 100000);
    assert_int_equal(g.oom_kills, 2);
    assert_true(g.cpu_quota == 1.5);
    assert_int_equal(g.cpu_usage, 7000);
    assert_int_equal(g.periods, 4);
    assert_int_equal(g.throttled, 3);
    assert_int_equal(g.throttled_time, 2000);
    assert_int_equal(g.pids_limit, 100);
    assert_int_equal(g.pids_current, 12);
}

static void limits_of_version_1(void **state) {
    (void)state;
    system_with("9:memory:/m\n8:pids:/p\n4:cpu,cpuacct:/c\n",
                "40 23 0:33 / /cg/memory rw - cgroup cgroup rw,memory\n"
                "41 23 0:34 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
                "42 23 0:35 / /cg/pids rw - cgroup cgroup rw,pids\n");
    plant("root/proc/meminfo", "MemTotal: 2000 kB\nMemFree: 500 kB\nMemAvailable: 1000 kB\n");
    /* beyond /proc, /sys, /etc and /run, as some have it */
    plant("root/cg/memory/m/memory.limit_in_bytes", "9223372036854771712\n");
    plant("root/cg/memory/m/memory.usage_in_bytes", "4096\n");
    plant("root/cg/memory/m/memory.stat", "inactive_file 1\ntotal_inactive_file 2048\n");
    plant("root/cg/memory/m/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
    plant("root/cg/memory/memory.limit_in_bytes", "8192\n");
    plant("root/cg/memory/memory.usage_in_bytes", "8192\n");
    plant("root/cg/memory/memory.stat", "total_inactive_file 4096\n");
    plant("root/cg/cpu/c/cpuacct.usage", "123456789\n");
    plant("root/cg/cpu/c/cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 5\n");
    plant("root/cg/pids/p/pids.max", "7\n");
    plant("root/cg/pids/p/pids.current", "6\n");
    struct os_cgroup_result g = group();
    assert_int_equal(g.memory_limit, 8192);
    assert_int_equal(g.memory_current, 4096);
    assert_int_equal(g.memory_available, 4096);
    assert_int_equal(g.oom_kills, 1);
    assert_int_equal(g.cpu_usage, 123456789);
    assert_int_equal(g.throttled_time, 5);
    assert_int_equal(g.pids_limit, 7);
    assert_int_equal(g.pids_current, 6);
}

static int named(const char *path, struct os_cgroup_result *ret) {
    return RECORDED(os_cgroup(path, ret));
}

/* Any group, by its name or its directory, with the limits of those above it. */
static void a_group_that_is_named(void **state) {
    (void)state;
    static const char *const names[] = {"/a.slice/b.service", "a.slice/b.service/",
                                        "/sys/fs/cgroup/a.slice/b.service"};
    struct os_cgroup_result g;
    system_with("0::/other\n", OTHERS VERSION_2);
    plant("root/proc/meminfo", "MemTotal: 2000 kB\nMemFree: 500 kB\nMemAvailable: 1000 kB\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");
    plant("root/sys/fs/cgroup/a.slice/b.service/memory.current", "300\n");
    plant("root/sys/fs/cgroup/a.slice/memory.max", "5000\n");
    plant("root/sys/fs/cgroup/a.slice/memory.current", "4000\n");
    plant("root/sys/fs/cgroup/a.slice/pids.max", "7\n");
    plant("root/sys/fs/cgroup/other/memory.max", "1\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(named(names[i], &g), 0);
        assert_true(g.memory_limit == 5000 && g.memory_available == 1000);
        assert_true(g.memory_current == 300 && g.pids_limit == 7);
    }
    assert_int_equal(named("/", &g), 0);
    assert_true(g.memory_limit == UINT64_MAX && g.memory_current == 0);
    assert_int_equal(named("/sys/fs/cgroup", &g), 0);
    assert_int_equal(named("/no", &g), -1);
    assert_error(ENOENT, "cgroup", "/no", NULL);
    assert_int_equal(named("/a.slice/../other", &g), -1);
    assert_error(EINVAL, "cgroup", "/a.slice/../other", NULL);
    assert_int_equal(named("/a.slice/memory.max", &g), -1);
    assert_error(ENOENT, "cgroup", "/a.slice/memory.max", NULL);
}

#define TREES_OF_VERSION_1                                                                         \
    "40 23 0:33 / /cg/memory rw - cgroup cgroup rw,memory\n"                                       \
    "41 23 0:34 /docker/id /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"                            \
    "42 23 0:35 / /cg/pids rw - cgroup cgroup rw,pids\n"

/* A name is looked up in each tree; one that is mounted from a group on shows what is below that. */
static void a_group_of_version_1(void **state) {
    (void)state;
    struct os_cgroup_result g;
    system_with("4:memory:/\n3:cpu,cpuacct:/docker/id\n", TREES_OF_VERSION_1);
    plant("root/proc/meminfo", "MemTotal: 2000 kB\nMemFree: 500 kB\nMemAvailable: 1000 kB\n");
    plant("root/cg/memory/docker/id/memory.limit_in_bytes", "8192\n");
    plant("root/cg/memory/docker/id/memory.usage_in_bytes", "4096\n");
    plant("root/cg/cpu/cpu.cfs_quota_us", "50000\n");
    plant("root/cg/cpu/cpu.cfs_period_us", "100000\n");
    plant("root/cg/cpu/in/cpuacct.usage", "77\n");
    plant("root/cg/pids/docker/pids.max", "7\n");
    assert_int_equal(named("/docker/id", &g), 0);
    assert_true(g.memory_limit == 8192 && g.cpu_quota == 0.5 && g.pids_limit == UINT64_MAX);
    assert_int_equal(named("/cg/memory/docker/id", &g), 0);
    assert_true(g.memory_limit == 8192 && g.cpu_quota == 0.5);
    assert_int_equal(named("/cg/cpu/in", &g), 0);
    assert_true(g.cpu_usage == 77 && g.cpu_quota == 0.5 && g.memory_limit == UINT64_MAX);
    assert_int_equal(named("/docker", &g), 0);
    assert_true(g.pids_limit == 7 && isinf(g.cpu_quota));
}

static void all_groups(void **state) {
    (void)state;
    static const char *const expected[] = {"/", "/docker", "/docker/id", "/docker/id/in",
                                           "/docker-x"};
    size_t count;
    system_with("", TREES_OF_VERSION_1);
    plant("root/cg/memory/docker-x/memory.usage_in_bytes", "1\n");
    plant("root/cg/memory/docker/id/memory.limit_in_bytes", "8192\n");
    plant("root/cg/memory/docker/id/memory.stat", "total_inactive_file 5\n");
    plant("root/cg/cpu/cpu.cfs_quota_us", "-1\n");
    plant("root/cg/cpu/cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 5\n");
    plant("root/cg/cpu/in/cpuacct.usage", "77\n");
    plant("root/cg/pids/docker/pids.max", "7\n");
    assert_int_equal(symlink("..", "root/cg/pids/docker/loop"), 0);
    struct os_cgroup_entry *g = RECORDED(os_cgroups(NULL, 0, &count));
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(g[i].path, expected[i]);
    assert_int_equal(g[0].valid, 0);
    assert_int_equal(g[1].valid, OS_CGROUP_PIDS);
    assert_int_equal(g[2].valid, OS_CGROUP_MEMORY | OS_CGROUP_CPU);
    assert_int_equal(g[3].valid, OS_CGROUP_USAGE);
    assert_int_equal(g[4].valid, OS_CGROUP_MEMORY);
    assert_true(g[1].pids_limit == 7 && g[3].cpu_usage == 77 && g[4].memory_current == 1);
    assert_true(g[2].memory_limit == 8192 && g[2].memory_reclaimable == 5);
    assert_true(isinf(g[2].cpu_quota) && g[2].throttled == 1 && g[2].throttled_time == 5);
    free(g);
    g = RECORDED(os_cgroups("/docker/id", OS_CGROUP_CPU, &count));
    assert_true(count == 2 && g[0].valid == OS_CGROUP_CPU && g[1].valid == 0);
    free(g);
    assert_null(RECORDED(os_cgroups("/no", 0, &count)));
    assert_error(ENOENT, "cgroups", "/no", NULL);
    assert_null(os_cgroups(NULL, 16, &count));
    assert_error(EINVAL, "cgroups", NULL, NULL);
    system_with("", "");
    g = RECORDED(os_cgroups(NULL, 0, &count));
    assert_true(g && count == 0);
    free(g);
}

static void of_a_process(void **state) {
    (void)state;
    size_t count;
    plant("root/proc/7/cgroup", "4:cpu,cpuacct:/a b\n1:name=systemd:/x:y\n0::/z\nbroken\n\n");
    struct os_cgroup_membership *g = RECORDED(os_process_cgroups(7, &count));
    assert_int_equal(count, 3);
    assert_string_equal(g[0].controllers, "cpu,cpuacct");
    assert_string_equal(g[0].path, "/a b");
    assert_string_equal(g[1].path, "/x:y");
    assert_string_equal(g[2].controllers, "");
    free(g);
    assert_null(RECORDED(os_process_cgroups(8, &count)));
    assert_error(ESRCH, "process_cgroups", NULL, NULL);
    assert_null(os_process_cgroups(-1, &count));
    assert_error(EINVAL, "process_cgroups", NULL, NULL);
}

static void this_machine(void **state) {
    (void)state;
    double cpus = -1;
    assert_int_equal(os_cpu_quota(&cpus), 0);
    assert_true(cpus > 0);
    struct os_cgroup_result g;
    struct os_virtual_memory_result m;
    uint64_t bytes = 0;
    assert_int_equal(os_cgroup(NULL, &g), 0);
    assert_int_equal(os_virtual_memory(&m), 0);
    assert_int_equal(os_available_memory(&bytes), 0);
    assert_true(bytes > 0 && bytes <= m.total);
    int available = os_available_cpus();
    assert_true(available >= 1 && available <= os_process_cpu_count());
    assert_true(available >= cpus || available == os_process_cpu_count());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(no_cgroups),
        IN_SCRATCH(version_2),
        IN_SCRATCH(version_1),
        IN_SCRATCH(mounted_below),
        IN_SCRATCH(outside_the_namespace),
        IN_SCRATCH(unreadable),
        IN_SCRATCH(limits_of_version_2),
        IN_SCRATCH(limits_of_version_1),
        IN_SCRATCH(a_group_that_is_named),
        IN_SCRATCH(a_group_of_version_1),
        IN_SCRATCH(all_groups),
        IN_SCRATCH(of_a_process),
        cmocka_unit_test(this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
