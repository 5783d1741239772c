/* SPDX-License-Identifier: MIT */
/** Python's modes for streams, its size and encoding of terminals, its inheritance of descriptors.
 */
#include "support.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static int copy_of(const char *path, int flags) {
    int fd = os_open(path, flags, 0600);
    assert_true(fd >= 0);
    return fd;
}

static void refuses_modes(void **state) {
    (void)state;
    static const struct {
        const char *mode, *words;
    } cases[] = {
        {"", "ValueError: must have exactly one of create/read/write/append mode"},
        {"+", "ValueError: must have exactly one of create/read/write/append mode"},
        {"b", "ValueError: must have exactly one of create/read/write/append mode"},
        {"rw", "ValueError: must have exactly one of create/read/write/append mode"},
        {"q", "ValueError: invalid mode"},
        {"rU", "ValueError: invalid mode"},
        {"rr", "ValueError: invalid mode"},
        {"r++", "ValueError: invalid mode"},
        {"rbb", "ValueError: invalid mode"},
        {"re", "ValueError: invalid mode"},
        {"rbt", "ValueError: can't have text and binary mode at once"},
    };
    int before = open_descriptors();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(os_fdopen(0, cases[i].mode, -1));
        assert_error(EINVAL, "fdopen", NULL, NULL);
        assert_text(os_error_text(), cases[i].words);
    }
    assert_int_equal(open_descriptors(), before);
}

static void takes_modes(void **state) {
    (void)state;
    static const char *const modes[] = {"r",   "rb",  "br",  "rt", "w",  "wb",  "wt", "x",  "bx",
                                        "x+b", "r+b", "rb+", "+r", "w+", "+bw", "a",  "ab", "a+"};
    write_text("f", "hello world");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        int fd = copy_of("f", O_RDWR);
        FILE *stream = os_fdopen(fd, modes[i], -1);
        assert_non_null(stream);
        assert_int_equal(fileno(stream), fd);
        assert_int_equal(ftell(stream), strchr(modes[i], 'a') ? 11 : 0);
        assert_int_equal(fcntl(fd, F_GETFL) & O_APPEND, 0);
        assert_int_equal(os_lseek(fd, 0, SEEK_END), 11); /* "w" cuts nothing off */
        assert_int_equal(fclose(stream), 0);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
    }
}

static void reads_and_writes(void **state) {
    (void)state;
    char line[20] = "";
    int fds[2];
    assert_int_equal(os_pipe(fds), 0);
    FILE *in = os_fdopen(fds[0], "r", -1), *out = os_fdopen(fds[1], "a", -1);
    assert_non_null(in);
    assert_non_null(out);
    assert_true(fputs("a line\n", out) >= 0);
    assert_int_equal(fclose(out), 0);
    assert_non_null(fgets(line, sizeof line, in));
    assert_string_equal(line, "a line\n");
    assert_null(fgets(line, sizeof line, in));
    assert_int_equal(fclose(in), 0);
}

static int waiting(int fd) {
    int count = -1;
    assert_int_equal(ioctl(fd, FIONREAD, &count), 0);
    return count;
}

static void buffers(void **state) {
    (void)state;
    static const struct {
        const char *mode;
        int buffering, after_text, after_line;
    } cases[] = {
        {"wb", 0, 2, 4}, {"w", 1, 0, 4}, {"wb", 1, 0, 0}, {"w", 4096, 0, 0}, {"w", -1, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int fds[2];
        assert_int_equal(os_pipe(fds), 0);
        FILE *out = os_fdopen(fds[1], cases[i].mode, cases[i].buffering);
        assert_non_null(out);
        fputs("ab", out);
        assert_int_equal(waiting(fds[0]), cases[i].after_text);
        fputs("c\n", out);
        assert_int_equal(waiting(fds[0]), cases[i].after_line);
        fclose(out);
        assert_int_equal(waiting(fds[0]), 4);
        close(fds[0]);
    }
    assert_null(os_fdopen(0, "r", 0));
    assert_error(EINVAL, "fdopen", NULL, NULL);
    assert_text(os_error_text(), "ValueError: can't have unbuffered text I/O");
}

static void wants_a_fitting_descriptor(void **state) {
    (void)state;
    write_text("f", "text");
    int dir = copy_of(".", O_RDONLY), in = copy_of("f", O_RDONLY), out = copy_of("f", O_WRONLY);
    assert_null(os_fdopen(dir, "r", -1));
    assert_error(EISDIR, "fdopen", NULL, NULL);
    assert_null(os_fdopen(in, "w", -1));
    assert_error(EINVAL, "fdopen", NULL, NULL);
    assert_null(os_fdopen(out, "r+", -1));
    assert_error(EINVAL, "fdopen", NULL, NULL);
    assert_null(os_fdopen(999, "r", -1));
    assert_error(EBADF, "fdopen", NULL, NULL);
    assert_null(os_fdopen(-1, "r", -1));
    assert_error(EBADF, "fdopen", NULL, NULL);
    assert_int_equal(os_close(dir), 0); /* a failure closes nothing */
    assert_int_equal(os_close(in), 0);
    assert_int_equal(os_close(out), 0);
}

/* With a terminal of 132 × 43 as standard output, or none. */
static void check_size(bool terminal, const char *columns, const char *lines, int expected_columns,
                       int expected_lines) {
    int saved = dup(1), master, slave;
    struct winsize set = {.ws_col = 132, .ws_row = 43};
    assert_int_equal(os_openpty(&master, &slave), 0);
    assert_int_equal(ioctl(slave, TIOCSWINSZ, &set), 0);
    assert_int_equal(columns ? setenv("COLUMNS", columns, 1) : unsetenv("COLUMNS"), 0);
    assert_int_equal(lines ? setenv("LINES", lines, 1) : unsetenv("LINES"), 0);
    fflush(stdout);
    int null = open("/dev/null", O_WRONLY);
    struct os_terminal_size size = {0};
    dup2(terminal ? slave : null, 1);
    os_get_terminal_size_or(80, 24, &size);
    dup2(saved, 1);
    close(null);
    close(saved);
    close(master);
    close(slave);
    assert_int_equal(size.columns, expected_columns);
    assert_int_equal(size.lines, expected_lines);
}

static void sizes_for_output(void **state) {
    (void)state;
    check_size(true, NULL, NULL, 132, 43);
    check_size(false, NULL, NULL, 80, 24);
    check_size(true, "100", "50", 100, 50);
    check_size(true, "100", NULL, 100, 43);
    check_size(true, "0", "-3", 132, 43);
    check_size(false, "abc", "9x", 80, 24);
    check_size(false, " +12 ", "1_0", 12, 10);
    check_size(false, "_1", "1_", 80, 24);
    check_size(false, "1__0", "", 80, 24);
    check_size(false, "99999999999999999999", "+", 80, 24);
    unsetenv("COLUMNS");
    unsetenv("LINES");
}

static void encodings(void **state) {
    (void)state;
    int master, slave;
    assert_int_equal(os_openpty(&master, &slave), 0);
    setenv("LC_ALL", "C.UTF-8", 1);
    assert_text(os_device_encoding(slave), "UTF-8");
    setenv("LC_ALL", "C", 1);
    assert_text(os_device_encoding(slave), "utf-8");
    setenv("LC_ALL", "xx_YY", 1); /* no such locale: that of C */
    assert_text(os_device_encoding(slave), "utf-8");
    unsetenv("LC_ALL");
    close(master);
    errno = EXDEV;
    assert_null(os_device_encoding(master));
    assert_int_equal(errno, 0);
    close(slave);
}

/* Whether a program that is started has the descriptor. */
static bool child_has(int fd) {
    char path[40];
    int status;
    pid_t child;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    char *const arguments[] = {(char[]){"test"}, (char[]){"-e"}, path, NULL};
    extern char **environ;
    assert_int_equal(posix_spawn(&child, "/usr/bin/test", NULL, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0;
}

static void inherits_on_request(void **state) {
    (void)state;
    int fd = os_open("/", O_RDONLY, 0);
    assert_int_equal(os_get_inheritable(fd), 0);
    assert_false(child_has(fd));
    assert_int_equal(os_set_inheritable(fd, true), 0);
    assert_int_equal(os_get_inheritable(fd), 1);
    assert_true(child_has(fd));
    assert_int_equal(os_set_inheritable(fd, false), 0);
    assert_int_equal(os_get_inheritable(fd), 0);
    assert_false(child_has(fd));
    close(fd);
    assert_int_equal(os_get_inheritable(999), -1);
    assert_error(EBADF, "get_inheritable", NULL, NULL);
    assert_int_equal(os_set_inheritable(999, true), -1);
    assert_error(EBADF, "set_inheritable", NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_modes),
        IN_SCRATCH(takes_modes),
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(buffers),
        IN_SCRATCH(wants_a_fitting_descriptor),
        cmocka_unit_test(sizes_for_output),
        cmocka_unit_test(encodings),
        cmocka_unit_test(inherits_on_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
