/* SPDX-License-Identifier: MIT */
/** What osier why makes of two looks: of a machine without pressure, of mounts, processes and groups. */
#include "support.h"

#include "verbs/why.h"
#include <math.h>

#define SECOND INT64_C(1000000000)

static struct os_process_info process(pid_t pid, uint64_t start, int64_t delay, uint64_t written) {
    return (struct os_process_info){
        .pid = pid,
        .start_ticks = start,
        .valid = OS_PROCESS_STAT | OS_PROCESS_DELAY | OS_PROCESS_IO,
        .run_delay = delay,
        .io_counters.write_bytes = written,
    };
}

static void end(struct why *why) {
    for (int i = 0; i < WHY_RESOURCES; i++)
        free(why->blamed[i]);
}

static void by_pressure(void **state) {
    (void)state;
    struct why why = {.before.stamp = SECOND, .now.stamp = 3 * SECOND};
    for (int i = 0; i < WHY_RESOURCES; i++)
        why.before.has_pressure[i] = why.now.has_pressure[i] = true;
    why.now.pressure[OS_RESOURCE_CPU].some.total = SECOND;
    why.now.pressure[OS_RESOURCE_IO].some.avg10 = 5;
    assert_true(why_compare(&why));
    assert_true(why.share[OS_RESOURCE_CPU] == 50 && why.stalled[OS_RESOURCE_CPU]);
    assert_true(why.share[OS_RESOURCE_IO] == 0 && why.stalled[OS_RESOURCE_IO]);
    assert_false(why.stalled[OS_RESOURCE_MEMORY]);
    assert_true(isnan(why.busy) && isnan(why.group_share[0]));
    end(&why);
}

static void without_pressure(void **state) {
    (void)state;
    struct os_cpu_times before = {.user = 0}, busy = {.user = 96 * SECOND, .idle = 4 * SECOND},
                        waiting = {.idle = 80 * SECOND, .iowait = 20 * SECOND};
    struct os_named_number none[] = {{"pswpin", 5}, {"oom_kill", 1}},
                           some[] = {{"pswpin", 8}, {"oom_kill", 1}};
    struct why why = {.before = {.stamp = 1, .cpus = &before, .events = none, .events_count = 2},
                      .now = {.stamp = 2, .cpus = &busy, .events = some, .events_count = 2}};
    uint64_t kills = 0;
    assert_true(why_compare(&why));
    assert_true(why.stalled[OS_RESOURCE_CPU] && !why.stalled[OS_RESOURCE_IO]);
    assert_true(why.stalled[OS_RESOURCE_MEMORY] && why.busy == 96);
    assert_int_equal(why_events(&why, "pswpin", NULL), 3);
    assert_true(why_events(&why, "oom_kill", &kills) == 0 && kills == 1);
    assert_int_equal(why_events(&why, "no such", NULL), 0);
    end(&why);
    why.now.cpus = &waiting;
    why.now.events = none;
    assert_true(why_compare(&why));
    assert_true(!why.stalled[OS_RESOURCE_CPU] && why.stalled[OS_RESOURCE_IO]);
    assert_true(!why.stalled[OS_RESOURCE_MEMORY] && why.iowait == 20);
    end(&why);
}

/* Those that did most come first; one whose number another had before did all of it itself. */
static void the_five_that_did_most(void **state) {
    (void)state;
    struct os_process_info before[8], now[8];
    for (int i = 0; i < 8; i++) {
        before[i] = process(10 + i, 1, 100, 1000);
        now[i] = process(10 + i, 1, 100 + i, 1000);
    }
    now[1].start_ticks = 2; /* waited 101 */
    now[2].io_counters.write_bytes = 5000;
    struct why why = {.before = {.stamp = 1, .processes = before, .processes_count = 7},
                      .now = {.stamp = 2, .processes = now, .processes_count = 8}};
    why.before.has_pressure[0] = why.now.has_pressure[0] = true;
    why.now.pressure[0].some.avg10 = 50;
    why.before.has_pressure[2] = why.now.has_pressure[2] = true;
    why.now.pressure[2].some.avg10 = 50;
    assert_true(why_compare(&why));
    static const pid_t expected[] = {17, 11, 16, 15, 14}; /* 107: it was not there before */
    assert_int_equal(why.blamed_count[0], WHY_BLAMED);
    for (int i = 0; i < WHY_BLAMED; i++)
        assert_int_equal(why.blamed[0][i].process->pid, expected[i]);
    assert_int_equal(why.blamed[0][2].waited, 6);
    assert_int_equal(why.blamed_count[1], 0); /* memory is not short */
    assert_int_equal(why.blamed[2][0].process->pid, 12);
    assert_int_equal(why.blamed[2][0].written, 4000);
    end(&why);
}

static void mounts(void **state) {
    (void)state;
    struct os_mount mount = {.valid = OS_MOUNTS_SIZES, .opts = "rw", .total = 100, .percent = 95};
    assert_true(why_full(&mount));
    mount.percent = 94;
    assert_false(why_full(&mount));
    mount.stuck = true;
    assert_true(why_full(&mount));
    mount = (struct os_mount){
        .valid = OS_MOUNTS_SIZES, .opts = "ro,relatime", .total = 1, .percent = 100};
    assert_false(why_full(&mount)); /* an image */
    mount = (struct os_mount){.opts = "rw", .total = 1, .percent = 100};
    assert_false(why_full(&mount)); /* nothing is known */
}

static struct os_cgroup_entry group(const char *path) {
    return (struct os_cgroup_entry){
        .valid = OS_CGROUP_MEMORY | OS_CGROUP_CPU | OS_CGROUP_PIDS,
        .path = path,
        .memory_limit = UINT64_MAX,
        .pids_limit = UINT64_MAX,
        .cpu_quota = INFINITY,
    };
}

/* Wherever on the machine: by quota, by memory without what can be had back, by number. */
static void groups(void **state) {
    (void)state;
    struct os_cgroup_entry before[] = {group("/"), group("/a"), group("/b"), group("/c")};
    struct os_cgroup_entry now[] = {group("/"), group("/a"), group("/b"), group("/c"), group("/d")};
    before[1].periods = 5;
    now[1].periods = 15, now[1].throttled = 4, now[1].throttled_time = SECOND;
    now[2].memory_limit = 1000, now[2].memory_current = 1000, now[2].memory_reclaimable = 101;
    now[3].pids_limit = 100, now[3].pids_current = 90;
    now[4].throttled = 7; /* it was not there before: nobody knows when */
    struct why why = {.before = {.groups = before, .groups_count = 4},
                      .now = {.groups = now, .groups_count = 5}};
    assert_true(why_find_groups(&why));
    assert_int_equal(why.tight_count, 2);
    assert_true(why.tight[0].group == &now[1] && why.tight[0].throttled == 4);
    assert_true(why.tight[0].periods == 10 && why.tight[0].throttled_time == SECOND);
    assert_true(why.tight[1].group == &now[3] && why.tight[1].pids == 90);
    assert_true(isnan(why.tight[1].memory));
    free(why.tight);
    now[2].memory_reclaimable = 99;
    now[3].valid = OS_CGROUP_MEMORY;
    why.tight_count = 0;
    assert_true(why_find_groups(&why));
    assert_true(why.tight_count == 2 && fabs(why.tight[1].memory - 90.1) < 1e-9);
    free(why.tight);
}

/* By the tree of the controller that makes it tight; that of version 2 has all of them. */
static void who_is_in_a_group(void **state) {
    (void)state;
    struct os_cgroup_entry a = group("/a");
    struct tight cpu = {.group = &a, .throttled = 1, .memory = NAN, .pids = NAN};
    struct tight memory = {.group = &a, .memory = 95, .pids = NAN};
    struct os_cgroup_membership own[] = {{"cpu,cpuacct", "/a/b"}, {"memory", "/ab"}, {"", "/x"}};
    assert_true(why_holds(&cpu, own, 3));
    assert_false(why_holds(&memory, own, 3));
    own[0].controllers = "cpuacct";
    assert_false(why_holds(&cpu, own, 3));
    own[2].path = "/a";
    assert_true(why_holds(&cpu, own, 3) && why_holds(&memory, own, 3));
    a.path = "/";
    own[2].path = "/x";
    assert_true(why_holds(&memory, own, 3));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_pressure),
        cmocka_unit_test(without_pressure),
        cmocka_unit_test(the_five_that_did_most),
        cmocka_unit_test(mounts),
        cmocka_unit_test(groups),
        cmocka_unit_test(who_is_in_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
