/* SPDX-License-Identifier: MIT */
/** CPUs and load, as Linux tells them. */
#include "support.h"

#include "system/cpu.h"
#include <sched.h>

static void cpu_lists(void **state) {
    (void)state;
    static const struct {
        const char *list;
        int count;
    } cases[] = {
        {"0\n", 1},          {"0-1\n", 2},     {"0-3,5,7-9\n", 8}, {"5", 1},
        {"0-8191\n", 8192},  {"", 0},          {"\n", 0},          {"x", 0},
        {"3-1\n", 0},        {"0,\n", 0},      {"0-1x", 0},        {"0-", 0},
        {"0-4294967295", 0}, {"0,2,4,6\n", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cpu_list_count(cases[i].list), cases[i].count);
}

static void cpus(void **state) {
    (void)state;
    cpu_set_t before, one;
#ifdef __GLIBC__
    assert_int_equal(os_cpu_count(), sysconf(_SC_NPROCESSORS_ONLN));
#endif
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    assert_int_equal(os_process_cpu_count(), CPU_COUNT(&before));
    assert_true(os_cpu_count() >= os_process_cpu_count());
    int count = os_cpu_count();
    int first = 0;
    while (!CPU_ISSET(first, &before))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(os_process_cpu_count(), 1);
    assert_int_equal(os_available_cpus(), 1);
    assert_int_equal(os_cpu_count(), count);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

static void loads(void **state) {
    (void)state;
    double mine[3] = {-1, -1, -1}, theirs[3];
    assert_int_equal(os_getloadavg(mine), 0);
    assert_int_equal(getloadavg(theirs, 3), 3);
    for (int i = 0; i < 3; i++)
        assert_true(mine[i] >= 0 && mine[i] - theirs[i] < 1 && theirs[i] - mine[i] < 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpu_lists),
        cmocka_unit_test(cpus),
        cmocka_unit_test(loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
