/* SPDX-License-Identifier: MIT */
/** The umask is read without being set: other threads' files never get other bits. */
#include "support.h"

#include "fs/umask.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>

static void without_proc(void **state) {
    (void)state;
    mode_t before = umask(031);
    assert_int_equal(umask_in_thread(), 031);
    assert_int_equal(os_umask_get(), 031);
    assert_int_equal(umask(before), 031);
}

static void signals_are_as_before(void **state) {
    (void)state;
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_true(umask_in_thread() >= 0);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < NSIG; number++)
        assert_int_equal(sigismember(&before, number), sigismember(&after, number));
}

static atomic_bool stop;

static void *read_mask(void *unused) {
    (void)unused;
    while (!atomic_load(&stop))
        if (os_umask_get() != 022 || umask_in_thread() != 022)
            return &stop; /* it was wrong */
    return NULL;
}

static void files_get_their_mode(void **state) {
    (void)state;
    mode_t before = umask(022);
    pthread_t reader;
    assert_int_equal(pthread_create(&reader, NULL, read_mask, NULL), 0);
    for (int i = 0; i < 2000; i++) {
        struct stat st;
        int fd = open("file", O_CREAT | O_EXCL | O_WRONLY, 0777);
        assert_true(fd >= 0);
        assert_int_equal(fstat(fd, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0755);
        close(fd);
        unlink("file");
    }
    void *wrong;
    atomic_store(&stop, true);
    pthread_join(reader, &wrong);
    assert_null(wrong);
    umask(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_proc),
        cmocka_unit_test(signals_are_as_before),
        IN_SCRATCH(files_get_their_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
