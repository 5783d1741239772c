/* SPDX-License-Identifier: MIT */
/** Descriptors that are no files: event counters, timers, memory and its seals. */
#include "support.h"

#include <limits.h>
#include <math.h>
#include <sys/mman.h>
#include <time.h>

#define SECOND 1000000000

static bool is_cloexec(int fd) {
    return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static void counts(void **state) {
    (void)state;
    uint64_t value = 0;
    int fd = os_eventfd(3, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(fd >= 0);
    assert_true(is_cloexec(fd));
    assert_int_equal(os_eventfd_write(fd, 4), 0);
    assert_int_equal(os_eventfd_read(fd, &value), 0);
    assert_int_equal(value, 7);
    assert_int_equal(os_eventfd_read(fd, &value), -1);
    assert_error(EAGAIN, "eventfd_read", NULL, NULL);
    assert_int_equal(os_eventfd_write(fd, UINT64_MAX), -1);
    assert_error(EINVAL, "eventfd_write", NULL, NULL);
    assert_int_equal(os_eventfd_write(fd, UINT64_MAX - 1), 0);
    assert_int_equal(os_eventfd_write(fd, 1), -1);
    assert_error(EAGAIN, "eventfd_write", NULL, NULL);
    assert_int_equal(os_eventfd_read(fd, &value), 0);
    assert_true(value == UINT64_MAX - 1);
    close(fd);
    fd = os_eventfd(2, EFD_SEMAPHORE);
    assert_false(is_cloexec(fd));
    assert_int_equal(os_eventfd_read(fd, &value), 0);
    assert_int_equal(value, 1);
    close(fd);
    assert_int_equal(os_eventfd(0, 1 << 30), -1);
    assert_error(EINVAL, "eventfd", NULL, NULL);
}

static void counters_only(void **state) {
    (void)state;
    uint64_t value = 77;
    write_text("f", "text");
    int fd = os_open("f", O_RDONLY, 0);
    assert_int_equal(os_eventfd_read(fd, &value), -1);
    assert_error(EINVAL, "eventfd_read", NULL, NULL);
    assert_int_equal(value, 77);
    close(fd);
    assert_int_equal(os_eventfd_read(fd, &value), -1);
    assert_error(EBADF, "eventfd_read", NULL, NULL);
}

static void times(void **state) {
    (void)state;
    struct os_itimer_ns timer = {7, 7};
    int fd = os_timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    uint64_t expirations = 0;
    assert_true(fd >= 0);
    assert_true(is_cloexec(fd));
    assert_int_equal(os_timerfd_settime_ns(fd, 0, 3600ll * SECOND + 5, 250, &timer), 0);
    assert_int_equal(timer.next, 0);
    assert_int_equal(timer.interval, 0);
    assert_int_equal(os_timerfd_gettime_ns(fd, &timer), 0);
    assert_true(timer.next > 3590ll * SECOND && timer.next <= 3600ll * SECOND + 5);
    assert_int_equal(timer.interval, 250);
    assert_int_equal(os_timerfd_settime_ns(fd, 0, 1, 0, NULL), 0);
    struct timespec moment = {0, 2000000};
    nanosleep(&moment, NULL);
    assert_int_equal(os_read(fd, &expirations, sizeof expirations), sizeof expirations);
    assert_int_equal(expirations, 1);
    /* a time of the clock that has passed */
    assert_int_equal(os_timerfd_settime_ns(fd, TFD_TIMER_ABSTIME, 1, 0, NULL), 0);
    nanosleep(&moment, NULL);
    assert_int_equal(os_read(fd, &expirations, sizeof expirations), sizeof expirations);
    close(fd);
}

static void times_in_seconds(void **state) {
    (void)state;
    struct os_itimer timer = {7, 7};
    struct os_itimer_ns exact;
    int fd = os_timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
    assert_int_equal(os_timerfd_settime(fd, 0, 3600, 0.25, NULL), 0);
    assert_int_equal(os_timerfd_settime(fd, 0, 50, 1e-9 * 1.9, &timer), 0);
    assert_true(timer.next > 3590 && timer.next <= 3600);
    assert_true(timer.interval == 0.25);
    assert_int_equal(os_timerfd_gettime_ns(fd, &exact), 0);
    assert_int_equal(exact.interval, 1);
    assert_int_equal(os_timerfd_gettime(fd, &timer), 0);
    assert_true(timer.interval == 1e-9);
    /* less than a nanosecond is none: the timer stops */
    assert_int_equal(os_timerfd_settime(fd, 0, 1e-10, 0, NULL), 0);
    assert_int_equal(os_timerfd_gettime(fd, &timer), 0);
    assert_true(timer.next == 0);
    close(fd);
}

static void timers_tell(void **state) {
    (void)state;
    struct os_itimer timer = {7, 7};
    struct os_itimer_ns exact;
    int fd = os_timerfd_create(CLOCK_MONOTONIC, 0);
    assert_false(is_cloexec(fd));
    const double negative[] = {-1, -1e-10, -1e9};
    for (size_t i = 0; i < sizeof negative / sizeof *negative; i++) {
        assert_int_equal(os_timerfd_settime(fd, 0, negative[i], 0, &timer), -1);
        assert_error(EINVAL, "timerfd_settime", NULL, NULL);
        assert_int_equal(os_timerfd_settime(fd, 0, 1, negative[i], &timer), -1);
        assert_error(EINVAL, "timerfd_settime", NULL, NULL);
    }
    const double too_much[] = {NAN, INFINITY, -INFINITY, 1e10, -1e10};
    for (size_t i = 0; i < sizeof too_much / sizeof *too_much; i++) {
        assert_int_equal(os_timerfd_settime(fd, 0, too_much[i], 0, &timer), -1);
        assert_error(EOVERFLOW, "timerfd_settime", NULL, NULL);
        assert_text(os_error_text(), "OverflowError: timestamp out of range for platform time_t");
    }
    assert_int_equal(os_timerfd_settime_ns(fd, 0, -1, 0, NULL), -1);
    assert_error(EINVAL, "timerfd_settime_ns", NULL, NULL);
    assert_int_equal(os_timerfd_settime_ns(fd, 77, 0, 0, NULL), -1);
    assert_error(EINVAL, "timerfd_settime_ns", NULL, NULL);
    close(fd);
    assert_int_equal(os_timerfd_gettime(fd, &timer), -1);
    assert_error(EBADF, "timerfd_gettime", NULL, NULL);
    assert_int_equal(os_timerfd_gettime_ns(fd, &exact), -1);
    assert_error(EBADF, "timerfd_gettime_ns", NULL, NULL);
    assert_true(timer.next == 7);
    assert_int_equal(os_timerfd_create(99, 0), -1);
    assert_error(EINVAL, "timerfd_create", NULL, NULL);
}

static void remembers(void **state) {
    (void)state;
    NEEDS_CALL("memfd_create");
    char buffer[8] = "", name[300];
    int fd = os_memfd_create("note", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(is_cloexec(fd));
    assert_int_equal(os_write(fd, "text", 4), 4);
    assert_int_equal(os_pread(fd, buffer, 8, 0), 4);
    assert_string_equal(buffer, "text");
    assert_int_equal(os_memfd_get_seals(fd) & F_SEAL_SEAL, F_SEAL_SEAL);
    assert_int_equal(os_memfd_add_seals(fd, F_SEAL_GROW), -1);
    assert_error(EPERM, "memfd_add_seals", NULL, NULL);
    close(fd);
    fd = os_memfd_create("", 0);
    assert_false(is_cloexec(fd));
    close(fd);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(os_memfd_create(name, MFD_CLOEXEC), -1);
    assert_error(EINVAL, "memfd_create", NULL, NULL);
}

static void seals(void **state) {
    (void)state;
    NEEDS_CALL("memfd_create");
    int fd = os_memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(os_write(fd, "text", 4), 4);
    assert_int_equal(os_memfd_get_seals(fd), 0);
    void *map = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(map != MAP_FAILED);
    assert_int_equal(os_memfd_add_seals(fd, F_SEAL_WRITE), -1);
    assert_error(EBUSY, "memfd_add_seals", NULL, NULL);
    munmap(map, 4);
    assert_int_equal(os_memfd_add_seals(fd, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW), 0);
    assert_int_equal(os_memfd_get_seals(fd), F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW);
    assert_int_equal(os_pwrite(fd, "x", 1, 0), -1);
    assert_error(EPERM, "pwrite", NULL, NULL);
    struct iovec piece = {(char[]){"x"}, 1};
    assert_int_equal(os_pwritev(fd, &piece, 1, 0, 0), -1);
    assert_error(EPERM, "pwritev", NULL, NULL);
    close(fd);
    fd = os_open("/dev/null", O_RDONLY, 0);
    assert_int_equal(os_memfd_get_seals(fd), -1);
    assert_error(EINVAL, "memfd_get_seals", NULL, NULL);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),      IN_SCRATCH(counters_only),
        cmocka_unit_test(times),       cmocka_unit_test(times_in_seconds),
        cmocka_unit_test(timers_tell), cmocka_unit_test(remembers),
        cmocka_unit_test(seals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
