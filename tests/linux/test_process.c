/* SPDX-License-Identifier: MIT */
/** fork, wait, signals, descriptors of processes, times and namespaces. */
#include "support.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static pid_t child_that_ends(int status) {
    pid_t pid = os_fork();
    if (pid == 0)
        os__exit(status);
    assert_true(pid > 0);
    return pid;
}

static pid_t child_that_waits(void) {
    pid_t pid = os_fork();
    if (pid == 0)
        for (;;)
            pause();
    assert_true(pid > 0);
    return pid;
}

static void waits(void **state) {
    (void)state;
    int status = -1;
    pid_t pid = child_that_ends(3);
    assert_int_equal(os_wait(&status), pid);
    assert_int_equal(status, 3 << 8);
    assert_true(os_WIFEXITED(status));
    assert_int_equal(os_WEXITSTATUS(status), 3);
    assert_false(os_WIFSIGNALED(status));
    pid = child_that_waits();
    assert_int_equal(os_waitpid(pid, WNOHANG, &status), 0);
    assert_int_equal(status, 0);
    assert_int_equal(os_kill(pid, SIGSTOP), 0);
    assert_int_equal(os_waitpid(pid, WUNTRACED, &status), pid);
    assert_true(os_WIFSTOPPED(status));
    assert_int_equal(os_WSTOPSIG(status), SIGSTOP);
    assert_int_equal(os_kill(pid, SIGCONT), 0);
    assert_int_equal(os_waitpid(pid, WCONTINUED, &status), pid);
    assert_true(os_WIFCONTINUED(status));
    assert_int_equal(os_kill(pid, SIGTERM), 0);
    assert_int_equal(os_waitpid(pid, 0, NULL), pid);
    assert_int_equal(os_waitpid(pid, 0, NULL), -1);
    assert_error(ECHILD, "waitpid", NULL, NULL);
    assert_int_equal(os_wait(NULL), -1);
    assert_error(ECHILD, "wait", NULL, NULL);
    assert_int_equal(os_WTERMSIG(SIGTERM), SIGTERM);
    assert_true(os_WCOREDUMP(0x80 | SIGSEGV));
}

static void waits_and_measures(void **state) {
    (void)state;
    struct os_rusage usage = {.ru_maxrss = -1};
    int status = -1;
    pid_t pid = child_that_ends(4);
    assert_int_equal(os_wait4(pid, 0, &status, &usage), pid);
    assert_int_equal(status, 4 << 8);
    assert_true(usage.ru_maxrss > 0 && usage.ru_utime >= 0 && usage.ru_utime < 5);
    pid = child_that_ends(5);
    assert_int_equal(os_wait3(0, &status, NULL), pid);
    assert_int_equal(status, 5 << 8);
    assert_int_equal(os_wait3(0, NULL, &usage), -1);
    assert_error(ECHILD, "wait3", NULL, NULL);
    assert_int_equal(os_wait4(pid, 0, NULL, NULL), -1);
    assert_error(ECHILD, "wait4", NULL, NULL);
}

static void waitid_tells_what_happened(void **state) {
    (void)state;
    struct os_waitid_result result = {.code = 99};
    pid_t pid = child_that_waits();
    assert_int_equal(os_waitid(P_PID, (id_t)pid, WEXITED | WNOHANG, &result), 0);
    assert_int_equal(result.code, 99);
    assert_int_equal(os_kill(pid, SIGKILL), 0);
    assert_int_equal(os_waitid(P_ALL, 0, WEXITED, &result), 1);
    assert_int_equal(result.pid, pid);
    assert_int_equal(result.uid, getuid());
    assert_int_equal(result.signo, SIGCHLD);
    assert_int_equal(result.status, SIGKILL);
    assert_int_equal(result.code, CLD_KILLED);
    assert_int_equal(os_waitid(P_ALL, 0, WEXITED, &result), -1);
    assert_error(ECHILD, "waitid", NULL, NULL);
}

static void signals(void **state) {
    (void)state;
    pid_t pid = child_that_waits();
    int status;
    assert_int_equal(os_kill(pid, 0), 0);
    assert_int_equal(os_kill(pid, 99), -1);
    assert_error(EINVAL, "kill", NULL, NULL);
    assert_int_equal(setpgid(pid, pid), 0);
    assert_int_equal(os_killpg(pid, SIGTERM), 0);
    assert_int_equal(os_waitpid(pid, 0, &status), pid);
    assert_int_equal(status, SIGTERM);
    assert_int_equal(os_kill(pid, 0), -1);
    assert_error(ESRCH, "kill", NULL, NULL);
    assert_int_equal(os_killpg(pid, 0), -1);
    assert_error(ESRCH, "killpg", NULL, NULL);
}

static void process_descriptors_of_another(void **state) {
    (void)state;
    NEEDS_CALL("pidfd_open");
    NEEDS_CALL("pidfd_getfd");
    int fd = os_pidfd_open(getpid(), 0);
    int copy = os_pidfd_getfd(fd, 0, 0);
    if (copy < 0)
        assert_error(errno, "pidfd_getfd", NULL, NULL); /* it needs the right to trace */
    else
        assert_int_equal(fcntl(copy, F_GETFD), FD_CLOEXEC);
    close(copy);
    close(fd);
    assert_int_equal(os_pidfd_getfd(-1, 0, 0), -1);
    assert_error(EBADF, "pidfd_getfd", NULL, NULL);
}

static void process_descriptors(void **state) {
    (void)state;
    NEEDS_CALL("pidfd_open");
    pid_t pid = child_that_waits();
    int status, fd = os_pidfd_open(pid, 0);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(os_pidfd_send_signal(fd, SIGTERM), 0);
    assert_int_equal(os_waitpid(pid, 0, &status), pid);
    assert_int_equal(status, SIGTERM);
    assert_int_equal(os_pidfd_send_signal(fd, 0), -1);
    assert_error(ESRCH, "pidfd_send_signal", NULL, NULL);
    close(fd);
    assert_int_equal(os_pidfd_open(pid, 0), -1);
    assert_error(ESRCH, "pidfd_open", NULL, NULL);
}

static int in_child(int (*call)(void)) {
    int status = -1;
    pid_t pid = os_fork();
    if (pid == 0)
        os__exit(call());
    assert_int_equal(os_waitpid(pid, 0, &status), pid);
    return WEXITSTATUS(status);
}

static int be_nicer(void) {
    int now = 99, before = getpriority(PRIO_PROCESS, 0);
    errno = E2BIG;
    if (os_nice(2, &now) || now != before + 2 || errno != E2BIG || os_nice(0, NULL))
        return 1;
    /* −1 is a niceness like others, for those who may reach it */
    if (geteuid() == 0 && (os_nice(-1 - now, &now) || now != -1))
        return 2;
    return 0;
}

static void niceness(void **state) {
    (void)state;
    assert_int_equal(in_child(be_nicer), 0);
}

static void processor_time(void **state) {
    (void)state;
    struct os_times_result a, b;
    assert_int_equal(os_times(&a), 0);
    assert_int_equal(os_system("i=0; while test $i -lt 20000; do i=$((i + 1)); done"), 0);
    assert_int_equal(os_times(&b), 0);
    assert_true(a.user >= 0 && a.system >= 0 && a.elapsed > 0);
    assert_true(b.elapsed >= a.elapsed);
    assert_true(b.children_user + b.children_system >= a.children_user + a.children_system);
}

static int leave_filesystem_attributes(void) {
    return os_unshare(CLONE_FS) != 0;
}

static void namespaces(void **state) {
    (void)state;
    assert_int_equal(in_child(leave_filesystem_attributes), 0);
    assert_int_equal(os_unshare(-1), -1);
    assert_error(errno, "unshare", NULL, NULL);
    assert_true(errno == EINVAL || errno == EPERM);
    assert_int_equal(os_setns(-1, 0), -1);
    assert_error(EBADF, "setns", NULL, NULL);
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_setns(fd, 0), -1);
    assert_error(EINVAL, "setns", NULL, NULL);
    close(fd);
}

static void a_terminal_of_its_own(void **state) {
    (void)state;
    int fd = -5, status;
    pid_t pid = os_forkpty(&fd);
    if (pid == 0)
        os__exit(fd != -1 || !isatty(0) || !isatty(1) || getsid(0) != getpid() ||
                 tcgetpgrp(0) != getpid() || write(1, "hello", 5) != 5);
    assert_true(pid > 0);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    char text[6] = "";
    assert_int_equal(read(fd, text, 5), 5);
    assert_string_equal(text, "hello");
    assert_int_equal(os_waitpid(pid, 0, &status), pid);
    assert_int_equal(status, 0);
    close(fd);
}

static int before, parent, child;

static void at_before(void) {
    before++;
}

static void at_parent(void) {
    parent++;
}

static void at_child(void) {
    child++;
}

static int child_was_called(void) {
    return child * 10 + before;
}

static void fork_handlers(void **state) {
    (void)state;
    assert_int_equal(os_register_at_fork(NULL, NULL, NULL), -1);
    assert_error(EINVAL, "register_at_fork", NULL, NULL);
    assert_int_equal(os_register_at_fork(at_before, at_parent, at_child), 0);
    assert_int_equal(os_register_at_fork(NULL, NULL, at_child), 0);
    assert_int_equal(in_child(child_was_called), 21);
    assert_int_equal(parent, 1);
    assert_int_equal(child, 0);
    assert_int_equal(os_system(":"), 0); /* which is no fork */
    assert_int_equal(before, 1);
}

static void aborts(void **state) {
    (void)state;
    int status;
    pid_t pid = os_fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        os_abort();
    }
    assert_int_equal(os_waitpid(pid, 0, &status), pid);
    assert_int_equal(os_WTERMSIG(status), SIGABRT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits),
        cmocka_unit_test(waits_and_measures),
        cmocka_unit_test(waitid_tells_what_happened),
        cmocka_unit_test(signals),
        cmocka_unit_test(process_descriptors),
        cmocka_unit_test(process_descriptors_of_another),
        cmocka_unit_test(niceness),
        cmocka_unit_test(processor_time),
        cmocka_unit_test(namespaces),
        cmocka_unit_test(a_terminal_of_its_own),
        cmocka_unit_test(fork_handlers),
        cmocka_unit_test(aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
