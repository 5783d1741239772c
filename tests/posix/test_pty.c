/* SPDX-License-Identifier: MIT */
/** Terminals and pseudo-terminals: names, sizes, foreground groups, sessions. */
#include "support.h"

#include "io/ttyname.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

static bool is_cloexec(int fd) {
    return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static void a_pair(void **state) {
    (void)state;
    int master = -1, slave = -1;
    char buffer[20] = "";
    assert_int_equal(os_openpty(&master, &slave), 0);
    assert_true(is_cloexec(master) && is_cloexec(slave));
    assert_true(os_isatty(slave));
    char *name = os_ttyname(slave), *expected = os_ptsname(master);
    assert_non_null(name);
    assert_non_null(expected);
    assert_string_equal(name, expected);
    assert_int_equal(strncmp(name, "/dev/pts/", 9), 0);
    assert_int_equal(os_write(slave, "hi\n", 3), 3);
    assert_int_equal(os_read(master, buffer, sizeof buffer), 4);
    assert_string_equal(buffer, "hi\r\n");
    free(name);
    free(expected);
    close(master);
    close(slave);
}

static void step_by_step(void **state) {
    (void)state;
    int master = os_posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0);
    assert_true(is_cloexec(master));
    assert_int_equal(os_grantpt(master), 0);
    assert_int_equal(os_unlockpt(master), 0);
    char *name = os_ptsname(master);
    assert_non_null(name);
    int slave = os_open(name, O_RDWR | O_NOCTTY, 0);
    assert_true(os_isatty(slave));
    free(name);
    assert_null(os_ptsname(slave));
    assert_error(ENOTTY, "ptsname", NULL, NULL);
    close(slave);
    close(master);
    assert_null(os_ptsname(999));
    assert_error(EBADF, "ptsname", NULL, NULL);
    assert_int_equal(os_grantpt(999), -1);
    assert_error(EBADF, "grantpt", NULL, NULL);
    assert_int_equal(os_unlockpt(999), -1);
    assert_error(EBADF, "unlockpt", NULL, NULL);
}

static void no_terminal(void **state) {
    (void)state;
    int fds[2];
    struct os_terminal_size size = {7, 7};
    assert_int_equal(os_pipe(fds), 0);
    errno = EXDEV;
    assert_false(os_isatty(fds[0]));
    assert_false(os_isatty(999));
    assert_false(os_isatty(-1));
    assert_int_equal(errno, EXDEV);
    assert_null(os_ttyname(fds[0]));
    assert_error(ENOTTY, "ttyname", NULL, NULL);
    assert_null(os_ttyname(999));
    assert_error(EBADF, "ttyname", NULL, NULL);
    assert_int_equal(os_get_terminal_size(fds[0], &size), -1);
    assert_error(ENOTTY, "get_terminal_size", NULL, NULL);
    assert_int_equal(os_get_terminal_size(999, &size), -1);
    assert_error(EBADF, "get_terminal_size", NULL, NULL);
    assert_int_equal(size.columns, 7);
    assert_int_equal(os_tcgetpgrp(fds[0]), -1);
    assert_error(ENOTTY, "tcgetpgrp", NULL, NULL);
    assert_int_equal(os_tcsetpgrp(fds[0], 1), -1);
    assert_error(ENOTTY, "tcsetpgrp", NULL, NULL);
    close(fds[0]);
    close(fds[1]);
}

static void sizes(void **state) {
    (void)state;
    int master, slave;
    struct os_terminal_size size = {7, 7};
    struct winsize set = {.ws_col = 132, .ws_row = 43};
    assert_int_equal(os_openpty(&master, &slave), 0);
    assert_int_equal(os_get_terminal_size(slave, &size), 0);
    assert_int_equal(size.columns, 0);
    assert_int_equal(size.lines, 0);
    assert_int_equal(ioctl(master, TIOCSWINSZ, &set), 0);
    assert_int_equal(os_get_terminal_size(slave, &size), 0);
    assert_int_equal(size.columns, 132);
    assert_int_equal(size.lines, 43);
    close(master);
    close(slave);
}

/* What a child finds after os_login_tty(): 0, or the number of the check that failed. */
static int logged_in(int master, int slave) {
    struct stat terminal, standard;
    close(master);
    if (fstat(slave, &terminal) < 0 || os_login_tty(slave) < 0)
        return 1;
    if (fcntl(slave, F_GETFD) >= 0 || getsid(0) != getpid())
        return 2;
    for (int fd = 0; fd < 3; fd++)
        if (fstat(fd, &standard) < 0 || standard.st_rdev != terminal.st_rdev || is_cloexec(fd))
            return 3;
    if (os_tcgetpgrp(0) != getpgrp())
        return 4;
    return os_tcsetpgrp(0, getpgrp()) == 0 ? 0 : 5;
}

static void logs_in(void **state) {
    (void)state;
    int master, slave, status;
    assert_int_equal(os_openpty(&master, &slave), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(logged_in(master, slave));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(master);
    close(slave);
}

static void login_wants_a_terminal(void **state) {
    (void)state;
    int fds[2], status;
    assert_int_equal(os_pipe(fds), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(os_login_tty(fds[0]) == -1 ? errno : 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), ENOTTY);
    close(fds[0]);
    close(fds[1]);
}

/* A name of 5000 bytes; from a terminal that is none, an error. */
static int ask_long(int fd, char *buffer, size_t size) {
    if (fd < 0 || size <= 5000)
        return fd < 0 ? ENOTTY : ERANGE;
    memset(buffer, 'x', 5000);
    buffer[5000] = '\0';
    return 0;
}

static void names_of_any_length(void **state) {
    (void)state;
    char *name = NULL;
    assert_int_equal(tty_name(ask_long, 0, &name), 0);
    assert_int_equal(strlen(name), 5000);
    free(name);
    name = NULL;
    assert_int_equal(tty_name(ask_long, -1, &name), -ENOTTY);
    assert_null(name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair),
        cmocka_unit_test(step_by_step),
        cmocka_unit_test(no_terminal),
        cmocka_unit_test(sizes),
        cmocka_unit_test(logs_in),
        cmocka_unit_test(login_wants_a_terminal),
        cmocka_unit_test(names_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
