/* SPDX-License-Identifier: MIT */
/** Random bytes: from the call, in pieces, and from the device where the call is not to be had. */
#include "support.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>

static size_t most = SIZE_MAX; /* what getrandom(2) gives at once */
static int refusal;            /* the errno that it fails with */
static int calls;

/* Stands before the libc's. */
long syscall(long number, ...) {
    long words[6];
    va_list list;
    va_start(list, number);
    for (size_t i = 0; i < 6; i++)
        words[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_getrandom) {
        calls++;
        if (refusal) {
            errno = refusal;
            return -1;
        }
        words[1] = (size_t)words[1] < most ? words[1] : (long)most;
    }
    long (*libc)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return libc(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

/* Whether no 16 bytes in a row stayed zero. */
static bool all_written(const unsigned char *bytes, size_t size) {
    size_t zeros = 0;
    for (size_t i = 0; i < size; i++) {
        zeros = bytes[i] ? 0 : zeros + 1;
        if (zeros == 16)
            return false;
    }
    return true;
}

static void some(void **state) {
    (void)state;
    NEEDS_CALL("getrandom");
    NEEDS_CALL("getrandom");
    unsigned char bytes[256] = {0};
    assert_int_equal(os_getrandom(bytes, sizeof bytes, 0), sizeof bytes);
    assert_true(all_written(bytes, sizeof bytes));
    assert_int_equal(os_getrandom(bytes, 0, GRND_NONBLOCK), 0);
    assert_int_equal(os_getrandom(bytes, 4, 0x80), -1);
    assert_error(EINVAL, "getrandom", NULL, NULL);
    most = 7;
    assert_int_equal(os_getrandom(bytes, sizeof bytes, 0), 7);
    most = SIZE_MAX;
}

static void fill_and_check(void) {
    unsigned char bytes[1026] = {0};
    assert_int_equal(os_urandom(bytes + 1, 1024), 0);
    assert_true(all_written(bytes + 1, 1024));
    assert_int_equal(bytes[0] | bytes[1025], 0);
}

static void whole(void **state) {
    (void)state;
    fill_and_check();
    assert_int_equal(os_urandom(NULL, 0), 0);
}

static void in_pieces(void **state) {
    (void)state;
    NEEDS_CALL("getrandom");
    NEEDS_CALL("getrandom");
    most = 100;
    calls = 0;
    fill_and_check();
    assert_int_equal(calls, 11);
    most = SIZE_MAX;
}

static void bad_buffer(void **state) {
    (void)state;
    void *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_int_equal(os_urandom(hole, 16), -1);
    assert_error(EFAULT, "urandom", NULL, NULL);
    munmap(hole, 4096);
}

/* A sandbox may forbid the call for a while, so it is asked again; a kernel without it is not. */
static void from_the_device(void **state) {
    (void)state;
    NEEDS_CALL("getrandom");
    NEEDS_CALL("getrandom");
    int open_before = open_descriptors();
    refusal = EPERM;
    calls = 0;
    fill_and_check();
    fill_and_check();
    assert_int_equal(calls, 2);
    refusal = ENOSYS;
    fill_and_check();
    fill_and_check();
    assert_int_equal(calls, 3);
    refusal = 0;
    assert_int_equal(open_descriptors(), open_before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some),
        cmocka_unit_test(whole),
        cmocka_unit_test(in_pieces),
        cmocka_unit_test(bad_buffer),
        cmocka_unit_test(from_the_device), /* the last: afterwards the call is not tried any more */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
