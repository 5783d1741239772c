/* SPDX-License-Identifier: MIT */
/** From descriptor to descriptor inside the kernel, with offsets and without; the RWF_ flags. */
#include "support.h"

static int fds[2], from, to;

static int set_up(void **state) {
    if (enter_scratch(state) < 0)
        return -1;
    write_text("from", "hello world");
    from = os_open("from", O_RDONLY, 0);
    to = os_open("to", O_RDWR | O_CREAT, 0600);
    return from < 0 || to < 0 || os_pipe(fds) < 0 ? -1 : 0;
}

static int tear_down(void **state) {
    close(fds[0]);
    close(fds[1]);
    close(from);
    close(to);
    return leave_scratch(state);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void has(int fd, const char *expected) {
    char buffer[100] = "";
    assert_int_equal(os_pread(fd, buffer, sizeof buffer - 1, 0), strlen(expected));
    assert_string_equal(buffer, expected);
}

static void pipe_has(const char *expected) {
    char buffer[100] = "";
    assert_int_equal(os_read(fds[0], buffer, sizeof buffer - 1), strlen(expected));
    assert_string_equal(buffer, expected);
}

static void sends_files(void **state) {
    (void)state;
    assert_int_equal(os_sendfile(to, from, 6, 3), 3);
    assert_int_equal(os_lseek(from, 0, SEEK_CUR), 0);
    assert_int_equal(os_sendfile(to, from, OS_POSITION, 2), 2);
    assert_int_equal(os_lseek(from, 0, SEEK_CUR), 2);
    has(to, "worhe");
    assert_int_equal(os_sendfile(to, from, 11, 3), 0);
    assert_int_equal(os_sendfile(to, from, -1, 3), -1);
    assert_error(EINVAL, "sendfile", NULL, NULL);
    assert_int_equal(os_sendfile(999, from, 0, 3), -1);
    assert_error(EBADF, "sendfile", NULL, NULL);
}

static void splices(void **state) {
    (void)state;
    assert_int_equal(os_splice(from, fds[1], 5, 6, OS_POSITION, 0), 5);
    assert_int_equal(os_lseek(from, 0, SEEK_CUR), 0);
    assert_int_equal(os_splice(fds[0], to, 100, OS_POSITION, 2, SPLICE_F_NONBLOCK), 5);
    assert_int_equal(os_lseek(to, 0, SEEK_CUR), 0);
    char buffer[8] = "";
    assert_int_equal(os_pread(to, buffer, 8, 0), 7);
    assert_memory_equal(buffer, "\0\0world", 7);
    assert_int_equal(os_splice(from, fds[1], 2, OS_POSITION, OS_POSITION, 0), 2);
    assert_int_equal(os_lseek(from, 0, SEEK_CUR), 2);
    assert_int_equal(os_splice(from, to, 5, 0, 0, 0), -1);
    assert_error(EINVAL, "splice", NULL, NULL);
    assert_int_equal(os_splice(from, fds[1], 5, 0, 0, 0), -1);
    assert_error(ESPIPE, "splice", NULL, NULL);
}

static void tees(void **state) {
    (void)state;
    int second[2];
    assert_int_equal(os_pipe(second), 0);
    assert_int_equal(os_write(fds[1], "text", 4), 4);
    assert_int_equal(os_tee(fds[0], second[1], 100, 0), 4);
    pipe_has("text");
    char buffer[8] = "";
    assert_int_equal(os_read(second[0], buffer, 8), 4);
    assert_string_equal(buffer, "text");
    assert_int_equal(os_tee(fds[0], second[1], 1, SPLICE_F_NONBLOCK), -1);
    assert_error(EAGAIN, "tee", NULL, NULL);
    assert_int_equal(os_tee(from, to, 1, 0), -1);
    assert_error(EINVAL, "tee", NULL, NULL);
    close(second[0]);
    close(second[1]);
}

static void lends_memory(void **state) {
    (void)state;
    struct iovec pieces[] = {{(char[]){"two"}, 3}, {(char[]){"halves"}, 6}};
    assert_int_equal(os_vmsplice(fds[1], pieces, 2, 0), 9);
    pipe_has("twohalves");
    assert_int_equal(os_vmsplice(from, pieces, 2, 0), -1);
    assert_error(EBADF, "vmsplice", NULL, NULL);
}

static void copies_ranges(void **state) {
    (void)state;
    NEEDS_CALL("copy_file_range");
    assert_int_equal(os_copy_file_range(from, to, 5, 6, OS_POSITION), 5);
    assert_int_equal(os_lseek(from, 0, SEEK_CUR), 0);
    assert_int_equal(os_lseek(to, 0, SEEK_CUR), 5);
    assert_int_equal(os_copy_file_range(from, to, 2, OS_POSITION, 1), 2);
    assert_int_equal(os_lseek(from, 0, SEEK_CUR), 2);
    assert_int_equal(os_lseek(to, 0, SEEK_CUR), 5);
    has(to, "wheld");
    assert_int_equal(os_copy_file_range(from, to, 2, 11, 0), 0);
    assert_int_equal(os_copy_file_range(to, to, 3, 0, 1), -1);
    assert_error(EINVAL, "copy_file_range", NULL, NULL);
    assert_int_equal(os_copy_file_range(from, fds[1], 3, 0, 0), -1);
    assert_error(EINVAL, "copy_file_range", NULL, NULL);
}

static void takes_flags(void **state) {
    (void)state;
    NEEDS_CALL("pwritev2");
    char buffer[20] = "";
    struct iovec out = {(char[]){"end"}, 3}, in = {buffer, 19};
    assert_int_equal(os_write(to, "start", 5), 5);
    assert_int_equal(os_pwritev(to, &out, 1, 0, RWF_APPEND), 3);
    has(to, "startend");
    assert_int_equal(os_pwritev(to, &out, 1, 0, RWF_DSYNC | RWF_SYNC), 3);
    has(to, "endrtend");
    assert_int_equal(os_preadv(from, &in, 1, 0, RWF_NOWAIT), 11);
    assert_string_equal(buffer, "hello world");
    assert_int_equal(os_preadv(from, &in, 1, 0, 1 << 20), -1);
    assert_error(EOPNOTSUPP, "preadv", NULL, NULL);
    assert_int_equal(os_pwritev(to, &out, 1, 0, 1 << 20), -1);
    assert_error(EOPNOTSUPP, "pwritev", NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_PLACE(sends_files),  IN_PLACE(splices),       IN_PLACE(tees),
        IN_PLACE(lends_memory), IN_PLACE(copies_ranges), IN_PLACE(takes_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
