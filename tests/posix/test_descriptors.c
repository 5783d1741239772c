/* SPDX-License-Identifier: MIT */
/** Descriptors: open, close, duplicate, block, pipes; positions and locks of open files. */
#include "support.h"

#include <sys/stat.h>
#include <sys/wait.h>

static bool is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

static bool is_cloexec(int fd) {
    return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static void opens_close_on_exec(void **state) {
    (void)state;
    umask(022);
    int fd = os_open("new", O_RDWR | O_CREAT | O_EXCL, 0777);
    assert_true(fd >= 0);
    assert_true(is_cloexec(fd));
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755);
    assert_int_equal(os_close(fd), 0);
    assert_false(is_open(fd));
    assert_int_equal(os_open("new", O_RDWR | O_CREAT | O_EXCL, 0777), -1);
    assert_error(EEXIST, "open", "new", NULL);
    assert_text(os_error_text(), "FileExistsError: [Errno 17] File exists: 'new'");
}

static void opens_in_a_directory(void **state) {
    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    write_text("d/f", "in d");
    int dir = os_open("d", O_RDONLY | O_DIRECTORY, 0);
    int fd = os_openat(dir, "f", O_RDONLY, 0);
    assert_true(fd >= 0);
    assert_true(is_cloexec(fd));
    close(fd);
    assert_int_equal(os_openat(OS_CWD, "f", O_RDONLY, 0), -1);
    assert_error(ENOENT, "open", "f", NULL);
    fd = os_openat(OS_CWD, "d/f", O_RDONLY, 0);
    assert_true(fd >= 0);
    assert_int_equal(os_openat(fd, "f", O_RDONLY, 0), -1);
    assert_error(ENOTDIR, "open", "f", NULL);
    assert_int_equal(os_openat(999, "f", O_RDONLY, 0), -1);
    assert_error(EBADF, "open", "f", NULL);
    close(fd);
    close(dir);
}

static void close_tells(void **state) {
    (void)state;
    assert_int_equal(os_close(999), -1);
    assert_error(EBADF, "close", NULL, NULL);
    assert_int_equal(os_close(-1), -1);
    assert_error(EBADF, "close", NULL, NULL);
}

static void duplicates(void **state) {
    (void)state;
    int fds[2];
    assert_int_equal(os_pipe(fds), 0);
    assert_true(is_cloexec(fds[0]) && is_cloexec(fds[1]));
    int copy = os_dup(fds[1]);
    assert_true(copy > fds[1]);
    assert_true(is_cloexec(copy));
    assert_int_equal(write(copy, "x", 1), 1);
    char c = 0;
    assert_int_equal(os_read(fds[0], &c, 1), 1);
    assert_int_equal(c, 'x');

    assert_int_equal(os_dup2(fds[0], 700, true), 700);
    assert_false(is_cloexec(700));
    assert_int_equal(os_dup2(fds[0], 700, false), 700);
    assert_true(is_cloexec(700));
    for (int i = 0; i < 2; i++)
        close(fds[i]);
    close(copy);
    close(700);
}

static void dup_tells(void **state) {
    (void)state;
    assert_int_equal(os_dup(999), -1);
    assert_error(EBADF, "dup", NULL, NULL);
    assert_int_equal(os_dup2(999, 5, true), -1);
    assert_error(EBADF, "dup2", NULL, NULL);
    assert_int_equal(os_dup2(0, -1, false), -1);
    assert_error(EBADF, "dup2", NULL, NULL);
    assert_int_equal(os_dup2(0, 0, false), -1);
    assert_error(EINVAL, "dup2", NULL, NULL);
    assert_int_equal(os_dup2(0, 0, true), 0);
}

static void pipe_flags_are_the_callers(void **state) {
    (void)state;
    int fds[2] = {-7, -7};
    assert_int_equal(os_pipe2(0, fds), 0);
    assert_false(is_cloexec(fds[0]) || is_cloexec(fds[1]));
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(os_pipe2(O_CLOEXEC | O_NONBLOCK, fds), 0);
    assert_true(is_cloexec(fds[0]) && is_cloexec(fds[1]));
    char c;
    assert_int_equal(os_read(fds[0], &c, 1), -1);
    assert_error(EAGAIN, "read", NULL, NULL);
    close(fds[0]);
    close(fds[1]);
    fds[0] = -7;
    assert_int_equal(os_pipe2(1, fds), -1);
    assert_error(EINVAL, "pipe2", NULL, NULL);
    assert_int_equal(fds[0], -7);
}

static void blocking(void **state) {
    (void)state;
    int fds[2];
    assert_int_equal(os_pipe(fds), 0);
    assert_int_equal(os_get_blocking(fds[0]), 1);
    assert_int_equal(os_set_blocking(fds[0], false), 0);
    assert_int_equal(os_get_blocking(fds[0]), 0);
    assert_true(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
    assert_int_equal(os_set_blocking(fds[0], true), 0);
    assert_int_equal(os_get_blocking(fds[0]), 1);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(os_get_blocking(999), -1);
    assert_error(EBADF, "get_blocking", NULL, NULL);
    assert_int_equal(os_set_blocking(999, true), -1);
    assert_error(EBADF, "set_blocking", NULL, NULL);
}

static void positions(void **state) {
    (void)state;
    write_text("f", "hello world");
    int fd = os_open("f", O_RDWR, 0), fds[2];
    assert_int_equal(os_lseek(fd, 6, SEEK_SET), 6);
    assert_int_equal(os_lseek(fd, -2, SEEK_CUR), 4);
    assert_int_equal(os_lseek(fd, 1, SEEK_END), 12);
    int64_t far = (int64_t)5 << 32;
    assert_true(os_lseek(fd, far, SEEK_SET) == far);
    assert_int_equal(os_lseek(fd, -1, SEEK_SET), -1);
    assert_error(EINVAL, "lseek", NULL, NULL);
    assert_int_equal(os_lseek(fd, 0, 99), -1);
    assert_error(EINVAL, "lseek", NULL, NULL);
    assert_int_equal(os_pipe(fds), 0);
    assert_int_equal(os_lseek(fds[0], 0, SEEK_SET), -1);
    assert_error(ESPIPE, "lseek", NULL, NULL);
    close(fd);
    close(fds[0]);
    close(fds[1]);
}

static void reaches_the_disk(void **state) {
    (void)state;
    write_text("f", "text");
    int fd = os_open("f", O_RDWR, 0), fds[2];
    assert_int_equal(os_fsync(fd), 0);
    assert_int_equal(os_fdatasync(fd), 0);
    close(fd);
    assert_int_equal(os_fsync(fd), -1);
    assert_error(EBADF, "fsync", NULL, NULL);
    assert_int_equal(os_pipe(fds), 0);
    assert_int_equal(os_fdatasync(fds[0]), -1);
    assert_error(EINVAL, "fdatasync", NULL, NULL);
    close(fds[0]);
    close(fds[1]);
}

/* Whether another process can have the lock: a lock never stands in the way of its owner. */
static int other_process_locks(const char *path) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_RDWR);
        _exit(os_lockf(fd, F_TLOCK, 0) == 0 ? 0 : errno);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

static void locks(void **state) {
    (void)state;
    write_text("f", "text");
    int fd = os_open("f", O_RDWR, 0);
    assert_int_equal(os_lockf(fd, F_LOCK, 2), 0);
    int answer = other_process_locks("f");
    assert_true(answer == EAGAIN || answer == EACCES);
    assert_int_equal(os_lockf(fd, F_TEST, 0), 0);
    assert_int_equal(os_lockf(fd, F_ULOCK, 0), 0);
    assert_int_equal(other_process_locks("f"), 0);
    assert_int_equal(os_lockf(fd, 77, 0), -1);
    assert_error(EINVAL, "lockf", NULL, NULL);
    close(fd);
    assert_int_equal(os_lockf(fd, F_TLOCK, 0), -1);
    assert_error(EBADF, "lockf", NULL, NULL);
}

static void advice_and_space(void **state) {
    (void)state;
    write_text("f", "text");
    int fd = os_open("f", O_RDWR, 0), fds[2];
    struct stat st;
    assert_int_equal(os_posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL), 0);
    assert_int_equal(os_posix_fadvise(fd, 0, 0, 99), -1);
    assert_error(EINVAL, "posix_fadvise", NULL, NULL);
    assert_int_equal(os_posix_fallocate(fd, 0, 10000), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, 10000);
    assert_true(st.st_blocks * 512 >= 10000);
    assert_int_equal(os_posix_fallocate(fd, -1, 10), -1);
    assert_error(EINVAL, "posix_fallocate", NULL, NULL);
    assert_int_equal(os_pipe(fds), 0);
    assert_int_equal(os_posix_fadvise(fds[0], 0, 0, POSIX_FADV_NORMAL), -1);
    assert_error(ESPIPE, "posix_fadvise", NULL, NULL);
    assert_int_equal(os_posix_fallocate(fds[1], 0, 10), -1);
    assert_error(ESPIPE, "posix_fallocate", NULL, NULL);
    close(fds[0]);
    close(fds[1]);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(opens_close_on_exec), IN_SCRATCH(opens_in_a_directory),
        cmocka_unit_test(close_tells),   cmocka_unit_test(duplicates),
        cmocka_unit_test(dup_tells),     cmocka_unit_test(pipe_flags_are_the_callers),
        cmocka_unit_test(blocking),      IN_SCRATCH(positions),
        IN_SCRATCH(reaches_the_disk),    IN_SCRATCH(locks),
        IN_SCRATCH(advice_and_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
