/* SPDX-License-Identifier: MIT */
/** The scheduler: policies and priorities, and CPU sets of any size. */
#include "support.h"

#include <limits.h>
#include <sys/wait.h>
#include <time.h>

static void priorities(void **state) {
    (void)state;
    assert_int_equal(os_sched_get_priority_min(SCHED_FIFO), 1);
    assert_int_equal(os_sched_get_priority_max(SCHED_RR), 99);
    assert_int_equal(os_sched_get_priority_max(SCHED_OTHER), 0);
    assert_int_equal(os_sched_get_priority_min(SCHED_DEADLINE), 0);
    assert_int_equal(os_sched_get_priority_min(99), -1);
    assert_error(EINVAL, "sched_get_priority_min", NULL, NULL);
    assert_int_equal(os_sched_get_priority_max(99), -1);
    assert_error(EINVAL, "sched_get_priority_max", NULL, NULL);
}

static int in_child(int (*check)(void)) {
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(check());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* The number of the line that went wrong, or 0. */
static int run_batch(void) {
    if (os_sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, 0) != 0)
        return __LINE__;
    if (os_sched_getscheduler(0) != (SCHED_BATCH | SCHED_RESET_ON_FORK))
        return __LINE__;
    return os_sched_setparam(0, 0) == 0 && os_sched_getparam(0) == 0 ? 0 : __LINE__;
}

static int run_fifo(void) {
    if (os_sched_setscheduler(0, SCHED_FIFO, 7) != 0)
        return errno == EPERM ? 0 : __LINE__;
    if (os_sched_getscheduler(0) != SCHED_FIFO || os_sched_getparam(0) != 7)
        return __LINE__;
    return os_sched_setparam(0, 8) == 0 && os_sched_getparam(0) == 8 ? 0 : __LINE__;
}

static void policies(void **state) {
    (void)state;
    assert_int_equal(os_sched_getscheduler(0), SCHED_OTHER);
    assert_int_equal(in_child(run_batch), 0);
    assert_int_equal(in_child(run_fifo), 0);
    assert_int_equal(os_sched_setscheduler(0, 99, 0), -1);
    assert_error(EINVAL, "sched_setscheduler", NULL, NULL);
    assert_int_equal(os_sched_setparam(0, 50), -1);
    assert_error(EINVAL, "sched_setparam", NULL, NULL);
    assert_int_equal(os_sched_getscheduler(99999999), -1);
    assert_error(ESRCH, "sched_getscheduler", NULL, NULL);
    assert_int_equal(os_sched_getparam(99999999), -1);
    assert_error(ESRCH, "sched_getparam", NULL, NULL);
    assert_int_equal(os_sched_yield(), 0);
}

static void slices(void **state) {
    (void)state;
    struct timespec slice;
    double seconds = -1;
    assert_int_equal(sched_rr_get_interval(0, &slice), 0);
    assert_int_equal(os_sched_rr_get_interval_ns(0),
                     (int64_t)slice.tv_sec * 1000000000 + slice.tv_nsec);
    assert_int_equal(os_sched_rr_get_interval(0, &seconds), 0);
    assert_true(seconds == (double)slice.tv_sec + 1e-9 * (double)slice.tv_nsec);
    assert_int_equal(os_sched_rr_get_interval(99999999, &seconds), -1);
    assert_error(ESRCH, "sched_rr_get_interval", NULL, NULL);
}

static void affinity(void **state) {
    (void)state;
    size_t count, now;
    int *cpus = os_sched_getaffinity(0, &count);
    assert_non_null(cpus);
    assert_true(count >= 1);
    for (size_t i = 1; i < count; i++)
        assert_true(cpus[i - 1] < cpus[i]);
    assert_int_equal(os_sched_setaffinity(0, &cpus[count - 1], 1), 0);
    int *one = os_sched_getaffinity(0, &now);
    assert_int_equal(now, 1);
    assert_int_equal(one[0], cpus[count - 1]);
    free(one);
    int far[] = {cpus[0], 100000, INT_MAX, INT_MAX - 1};
    assert_int_equal(os_sched_setaffinity(0, far, 4), 0);
    one = os_sched_getaffinity(0, &now);
    assert_int_equal(now, 1);
    assert_int_equal(one[0], cpus[0]);
    free(one);
    assert_int_equal(os_sched_setaffinity(0, cpus, count), 0);
    free(cpus);
}

static void no_affinity(void **state) {
    (void)state;
    size_t count = 77;
    int negative = -1, none = 100000;
    assert_int_equal(os_sched_setaffinity(0, NULL, 0), -1);
    assert_error(EINVAL, "sched_setaffinity", NULL, NULL);
    assert_int_equal(os_sched_setaffinity(0, &none, 1), -1);
    assert_error(EINVAL, "sched_setaffinity", NULL, NULL);
    assert_int_equal(os_sched_setaffinity(0, &negative, 1), -1);
    assert_text(os_error_text(), "ValueError: negative CPU number");
    assert_null(os_sched_getaffinity(-1, &count));
    assert_error(ESRCH, "sched_getaffinity", NULL, NULL);
    assert_int_equal(count, 77);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(priorities), cmocka_unit_test(policies),    cmocka_unit_test(slices),
        cmocka_unit_test(affinity),   cmocka_unit_test(no_affinity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
