/* SPDX-License-Identifier: MIT */
/** CPU quotas of cgroups, in trees that are made up: version 2, version 1, both, containers. */
#include "support.h"

#include "system/cgroup.h"
#include <math.h>
#include <sys/stat.h>

/* Writes a file and makes the directories above it. */
static void plant(const char *path, const char *text) {
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
        char *directory = strndup(path, (size_t)(slash - path));
        mkdir(directory, 0777);
        free(directory);
    }
    write_text(path, text);
}

static void system_with(const char *groups, const char *mounts) {
    plant("root/proc/self/cgroup", groups);
    plant("root/proc/self/mountinfo", mounts);
}

static double quota(void) {
    double cpus = -1;
    assert_int_equal(cgroup_cpu_quota("root", &cpus), 0);
    return cpus;
}

#define VERSION_2 "31 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define OTHERS    "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n23 1 0:5 / /sys rw - sysfs sysfs rw\n"

static void no_cgroups(void **state) {
    (void)state;
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
    assert_int_equal(cgroup_cpu_quota("root", &cpus), -ELOOP);
    assert_true(cpus == -1);
}

static void this_machine(void **state) {
    (void)state;
    double cpus = -1;
    assert_int_equal(os_cpu_quota(&cpus), 0);
    assert_true(cpus > 0);
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
        cmocka_unit_test(this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
