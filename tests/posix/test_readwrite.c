/* SPDX-License-Identifier: MIT */
/** Reading and writing: plain, in blocks of their own, scattered, at an offset, interrupted. */
#include "support.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#define PIECE(text, size)                                                                          \
    (struct iovec) {                                                                               \
        (text), (size)                                                                             \
    }

static int hello(void) {
    write_text("f", "hello world");
    int fd = os_open("f", O_RDWR, 0);
    assert_true(fd >= 0);
    return fd;
}

static void reads(void **state) {
    (void)state;
    char buffer[20] = "";
    int fd = hello();
    assert_int_equal(os_read(fd, buffer, 5), 5);
    assert_string_equal(buffer, "hello");
    assert_int_equal(os_readinto(fd, buffer, sizeof buffer), 6);
    assert_memory_equal(buffer, " world", 6);
    assert_int_equal(os_read(fd, buffer, sizeof buffer), 0);
    assert_int_equal(os_pread(fd, buffer, 3, 2), 3);
    assert_memory_equal(buffer, "llo", 3);
    assert_int_equal(os_lseek(fd, 0, SEEK_CUR), 11);
    assert_int_equal(os_pread(fd, buffer, 3, (int64_t)1 << 40), 0);
    close(fd);
}

static void reading_tells(void **state) {
    (void)state;
    char buffer[4] = "";
    int fd = hello(), fds[2];
    assert_int_equal(os_pread(fd, buffer, 4, -1), -1);
    assert_error(EINVAL, "pread", NULL, NULL);
    close(fd);
    assert_int_equal(os_readinto(fd, buffer, 4), -1);
    assert_error(EBADF, "readinto", NULL, NULL);
    assert_int_equal(os_pipe(fds), 0);
    assert_int_equal(os_pread(fds[0], buffer, 4, 0), -1);
    assert_error(ESPIPE, "pread", NULL, NULL);
    assert_int_equal(os_pwrite(fds[1], buffer, 4, 0), -1);
    assert_error(ESPIPE, "pwrite", NULL, NULL);
    close(fds[0]);
    close(fds[1]);
}

static void reads_blocks(void **state) {
    (void)state;
    int fd = hello();
    size_t size = 77;
    char *block = os_read_bytes(fd, 1 << 20, &size);
    assert_non_null(block);
    assert_int_equal(size, 11);
    assert_string_equal(block, "hello world");
    free(block);
    block = os_read_bytes(fd, 100, &size);
    assert_non_null(block);
    assert_int_equal(size, 0);
    assert_string_equal(block, "");
    free(block);
    block = os_pread_bytes(fd, 4, 7, &size);
    assert_int_equal(size, 4);
    assert_string_equal(block, "orld");
    free(block);

    size = 77;
    assert_null(os_read_bytes(fd, SIZE_MAX, &size));
    assert_error(EINVAL, "read", NULL, NULL);
    assert_null(os_pread_bytes(fd, 4, -1, &size));
    assert_error(EINVAL, "pread", NULL, NULL);
    close(fd);
    assert_null(os_read_bytes(fd, 4, &size));
    assert_error(EBADF, "read", NULL, NULL);
    assert_int_equal(size, 77);
}

static void writes(void **state) {
    (void)state;
    char buffer[20] = "";
    int fd = hello();
    assert_int_equal(os_write(fd, "J", 1), 1);
    assert_int_equal(os_write(fd, NULL, 0), 0);
    assert_int_equal(os_pwrite(fd, "W", 1, 6), 1);
    assert_int_equal(os_lseek(fd, 0, SEEK_CUR), 1);
    assert_int_equal(os_pread(fd, buffer, 20, 0), 11);
    assert_string_equal(buffer, "Jello World");
    assert_int_equal(os_pwrite(fd, "W", 1, -1), -1);
    assert_error(EINVAL, "pwrite", NULL, NULL);
    close(fd);
    fd = os_open("f", O_RDONLY, 0);
    assert_int_equal(os_write(fd, "x", 1), -1);
    assert_error(EBADF, "write", NULL, NULL);
    close(fd);
}

static void scatters_and_gathers(void **state) {
    (void)state;
    char a[4] = "", b[20] = "";
    struct iovec in[] = {PIECE(a, 3), PIECE(b, 19)};
    struct iovec out[] = {PIECE((char[]){"one"}, 3), PIECE((char[]){"three"}, 5)};
    int fd = hello();
    assert_int_equal(os_readv(fd, in, 2), 11);
    assert_string_equal(a, "hel");
    assert_string_equal(b, "lo world");
    assert_int_equal(os_readv(fd, in, 0), 0);
    assert_int_equal(os_writev(fd, out, 2), 8);
    assert_int_equal(os_pread(fd, b, 19, 11), 8);
    assert_memory_equal(b, "onethree", 8);
    struct iovec many[2000];
    for (size_t i = 0; i < 2000; i++)
        many[i] = PIECE(a, 1);
    assert_int_equal(os_readv(fd, many, 2000), -1);
    assert_error(EINVAL, "readv", NULL, NULL);
    close(fd);
    assert_int_equal(os_writev(fd, out, 2), -1);
    assert_error(EBADF, "writev", NULL, NULL);
}

static void scatters_at_an_offset(void **state) {
    (void)state;
    char a[4] = "", b[20] = "";
    struct iovec in[] = {PIECE(a, 3), PIECE(b, 19)};
    struct iovec out[] = {PIECE((char[]){"W"}, 1), PIECE((char[]){"O"}, 1)};
    int fd = hello();
    assert_int_equal(os_pwritev(fd, out, 2, 6, 0), 2);
    assert_int_equal(os_preadv(fd, in, 2, 4, 0), 7);
    assert_string_equal(a, "o W");
    assert_string_equal(b, "Orld");
    assert_int_equal(os_lseek(fd, 0, SEEK_CUR), 0);
    /* past 4 GiB: both halves of the offset arrive */
    int64_t far = ((int64_t)3 << 32) + 5;
    assert_int_equal(os_pwritev(fd, out, 1, far, 0), 1);
    assert_true(os_lseek(fd, 0, SEEK_END) == far + 1);
    assert_int_equal(os_preadv(fd, in, 1, far, 0), 1);
    assert_int_equal(a[0], 'W');
    /* −1 is the position, as in preadv2(2) and Python */
    assert_int_equal(os_lseek(fd, 3, SEEK_SET), 3);
    assert_int_equal(os_preadv(fd, in, 1, -1, 0), 3);
    assert_string_equal(a, "lo ");
    assert_int_equal(os_lseek(fd, 0, SEEK_CUR), 6);
    assert_int_equal(os_preadv(fd, in, 1, -2, 0), -1);
    assert_error(EINVAL, "preadv", NULL, NULL);
    assert_int_equal(os_pwritev(fd, out, 1, -2, 0), -1);
    assert_error(EINVAL, "pwritev", NULL, NULL);
    close(fd);
}

static volatile sig_atomic_t signals;

static void count_signal(int number) {
    (void)number;
    signals++;
}

static int give_up(void) {
    return 1;
}

/* A read that waits is interrupted every 5 ms; a child writes after some of them. */
static void goes_on_after_signals(void **state) {
    (void)state;
    int fds[2], status;
    char c = 0;
    struct sigaction action = {.sa_handler = count_signal}, before;
    struct itimerval often = {{0, 5000}, {0, 5000}}, never = {0};
    assert_int_equal(os_pipe(fds), 0);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    pid_t child = fork();
    if (child == 0) {
        usleep(60000);
        _exit(write(fds[1], "x", 1) == 1 ? 0 : 1);
    }
    setitimer(ITIMER_REAL, &often, NULL);
    ssize_t got = os_read(fds[0], &c, 1);
    int count = signals;
    os_set_interrupt_handler(give_up);
    ssize_t given_up = os_read(fds[0], &c, 1);
    int error = errno;
    setitimer(ITIMER_REAL, &never, NULL);
    os_set_interrupt_handler(NULL);
    assert_int_equal(got, 1);
    assert_true(count > 0);
    assert_int_equal(given_up, -1);
    assert_int_equal(error, EINTR);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    sigaction(SIGALRM, &before, NULL);
    close(fds[0]);
    close(fds[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(reads),
        IN_SCRATCH(reading_tells),
        IN_SCRATCH(reads_blocks),
        IN_SCRATCH(writes),
        IN_SCRATCH(scatters_and_gathers),
        IN_SCRATCH(scatters_at_an_offset),
        cmocka_unit_test(goes_on_after_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
