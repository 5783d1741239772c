/* SPDX-License-Identifier: MIT */
/** What Linux adds to descriptors, and that it works on kernels which lack or forbid a call. */
#include "support.h"

#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define FIRST 300
#define COUNT 40

static void open_some(void) {
    for (int fd = FIRST; fd < FIRST + COUNT; fd++)
        if (dup2(0, fd) < 0)
            _exit(100);
}

/* The first of them that is open though it should not be, or the other way round; else 0. */
static int wrong_one(int closed_from, int closed_to) {
    for (int fd = FIRST; fd < FIRST + COUNT; fd++)
        if ((fcntl(fd, F_GETFD) < 0) != (fd >= closed_from && fd < closed_to))
            return fd;
    return 0;
}

/* From here on the system call fails: it does not exist, or is forbidden. */
static void take_away(unsigned call, int number) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        _exit(77);
}

static int ranges(void) {
    open_some();
    errno = EXDEV;
    os_closerange(FIRST + 5, FIRST + 10);
    if (errno != EXDEV || wrong_one(FIRST + 5, FIRST + 10))
        return 1;
    os_closerange(FIRST + 20, FIRST + 20);
    os_closerange(FIRST + 30, FIRST + 20);
    if (wrong_one(FIRST + 5, FIRST + 10))
        return 2;
    open_some();
    if (os_close_range(FIRST + 1, FIRST + 1, 0) < 0 || wrong_one(FIRST + 1, FIRST + 2))
        return 3;
    open_some();
    if (os_close_range(FIRST + 2, FIRST + 8, CLOSE_RANGE_CLOEXEC) < 0 || wrong_one(0, 0))
        return 4;
    for (int fd = FIRST; fd < FIRST + COUNT; fd++)
        if (!!(fcntl(fd, F_GETFD) & FD_CLOEXEC) != (fd >= FIRST + 2 && fd <= FIRST + 8))
            return 5;
    if (os_close_range(FIRST + 20, UINT_MAX, CLOSE_RANGE_UNSHARE) < 0 ||
        wrong_one(FIRST + 20, INT_MAX))
        return 6;
    if (os_close_range(5, 4, 0) != -1 || errno != EINVAL)
        return 7;
    if (os_close_range(900, 901, 1u << 20) != -1 || errno != EINVAL)
        return 8;
    os_closerange(-5, INT_MAX);
    return wrong_one(0, INT_MAX) || fcntl(2, F_GETFD) >= 0 ? 9 : 0;
}

static int ranges_without(void) {
    take_away(SYS_close_range, ENOSYS);
    return ranges();
}

static int ranges_forbidden(void) {
    take_away(SYS_close_range, EPERM);
    return ranges();
}

/* Nor can /proc/self/fd be opened: there is no number left for it. */
static int ranges_blind(void) {
    open_some();
    struct rlimit limit = {3, 4096};
    for (int fd = 3; fd < FIRST; fd++)
        close(fd);
    take_away(SYS_close_range, ENOSYS);
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 100;
    os_closerange(FIRST + 5, FIRST + 10);
    if (wrong_one(FIRST + 5, FIRST + 10))
        return 1;
    os_closerange(3, INT_MAX);
    return wrong_one(0, INT_MAX) ? 2 : 0;
}

/* Without preadv2(2) and pwritev2(2). */
static int vectors(int number) {
    char text[4] = "";
    struct iovec in = {text, 3}, out = {(char[]){"new"}, 3};
    take_away(SYS_preadv2, number);
    take_away(SYS_pwritev2, number);
    int fd = memfd_create("file", MFD_CLOEXEC);
    int64_t far = (int64_t)3 << 32;
    if (os_pwritev(fd, &out, 1, far, 0) != 3 || os_preadv(fd, &in, 1, far, 0) != 3)
        return 1;
    if (strcmp(text, "new") != 0 || os_lseek(fd, 0, SEEK_CUR) != 0)
        return 2;
    if (os_pwritev(fd, &out, 1, -1, 0) != 3 || os_lseek(fd, 0, SEEK_CUR) != 3)
        return 3;
    if (os_preadv(fd, &in, 1, -1, 0) != 3 || text[0] != '\0' || os_lseek(fd, 0, SEEK_CUR) != 6)
        return 4;
    int expected = number == ENOSYS ? EOPNOTSUPP : number;
    if (os_preadv(fd, &in, 1, 0, RWF_HIPRI) != -1 || errno != expected)
        return 5;
    return os_pwritev(fd, &out, 1, 0, RWF_DSYNC) == -1 && errno == expected ? 0 : 6;
}

static int vectors_without(void) {
    return vectors(ENOSYS);
}

static int vectors_forbidden(void) {
    return vectors(EPERM);
}

static void run(int (*body)(void)) {
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(body());
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status >> 8, 0);
    assert_int_equal(status, 0);
}

static void closes_ranges(void **state) {
    (void)state;
    run(ranges);
}

static void closes_ranges_without_the_call(void **state) {
    (void)state;
    run(ranges_without);
}

static void closes_ranges_where_it_is_forbidden(void **state) {
    (void)state;
    run(ranges_forbidden);
}

static void closes_ranges_without_proc(void **state) {
    (void)state;
    run(ranges_blind);
}

static void vectors_without_the_calls(void **state) {
    (void)state;
    NEEDS_CALL("preadv2");
    run(vectors_without);
}

static void vectors_where_they_are_forbidden(void **state) {
    (void)state;
    NEEDS_CALL("preadv2");
    run(vectors_forbidden);
}

static void range_tells(void **state) {
    (void)state;
    assert_int_equal(os_close_range(5, 4, 0), -1);
    assert_error(EINVAL, "close_range", NULL, NULL);
}

static void inherits_path_descriptors(void **state) {
    (void)state;
    int fd = os_open("/", O_PATH, 0);
    assert_true(fd >= 0);
    assert_int_equal(os_get_inheritable(fd), 0);
    assert_int_equal(os_set_inheritable(fd, true), 0);
    assert_int_equal(os_get_inheritable(fd), 1);
    assert_int_equal(os_set_inheritable(fd, false), 0);
    assert_int_equal(os_get_inheritable(fd), 0);
    close(fd);
}

static void holes(void **state) {
    (void)state;
    int fd = os_open("f", O_RDWR | O_CREAT, 0600);
    struct stat st;
    assert_int_equal(os_pwrite(fd, "x", 1, 1 << 20), 1);
    int64_t data = os_lseek(fd, 0, SEEK_DATA);
    assert_true(data > 0 && data <= 1 << 20);
    assert_int_equal(os_lseek(fd, 0, SEEK_HOLE), 0);
    assert_int_equal(os_lseek(fd, 1 << 21, SEEK_DATA), -1);
    assert_error(ENXIO, "lseek", NULL, NULL);
    assert_int_equal(os_fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 1 << 22), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, (1 << 20) + 1);
    assert_true(st.st_blocks >= 1 << 13);
    assert_int_equal(os_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1 << 22), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_true(st.st_blocks < 1 << 13);
    assert_int_equal(os_fallocate(fd, 0, 0, 0), -1);
    assert_error(EINVAL, "fallocate", NULL, NULL);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closes_ranges),
        cmocka_unit_test(closes_ranges_without_the_call),
        cmocka_unit_test(closes_ranges_where_it_is_forbidden),
        cmocka_unit_test(closes_ranges_without_proc),
        cmocka_unit_test(vectors_without_the_calls),
        cmocka_unit_test(vectors_where_they_are_forbidden),
        cmocka_unit_test(range_tells),
        cmocka_unit_test(inherits_path_descriptors),
        IN_SCRATCH(holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
