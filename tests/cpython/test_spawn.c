/* SPDX-License-Identifier: MIT */
/** exec, spawn and posix_spawn, with the results and errors that CPython gives. */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define LIST(...)   ((char **)(const char *[]){__VA_ARGS__, NULL})
#define SHELL(line) LIST("sh", "-c", line)

/* The result of a call that replaces a forked child: its exit code, 1000 + errno if it failed. */
#define IN_FORK(call)                                                                              \
    ({                                                                                             \
        fflush(NULL);                                                                              \
        int pipe_[2], number_ = 0, status_;                                                        \
        assert_int_equal(pipe2(pipe_, O_CLOEXEC), 0);                                              \
        pid_t pid_ = fork();                                                                       \
        if (pid_ == 0) {                                                                           \
            (void)(call);                                                                          \
            number_ = errno;                                                                       \
            _exit(write(pipe_[1], &number_, sizeof number_) < 0);                                  \
        }                                                                                          \
        close(pipe_[1]);                                                                           \
        ssize_t got_ = read(pipe_[0], &number_, sizeof number_);                                   \
        close(pipe_[0]);                                                                           \
        assert_int_equal(waitpid(pid_, &status_, 0), pid_);                                        \
        got_ > 0 ? 1000 + number_ : WEXITSTATUS(status_);                                          \
    })

static int ended(pid_t pid) {
    int status = -1, exitcode = -1000;
    if (os_waitpid(pid, 0, &status) == pid)
        os_waitstatus_to_exitcode(status, &exitcode);
    return exitcode;
}

static void exec_replaces(void **state) {
    (void)state;
    char **env = LIST("A=1", "PATH=/nowhere:/bin:/usr/bin");
    assert_int_equal(IN_FORK(os_execv("/bin/sh", SHELL("exit 3"))), 3);
    assert_int_equal(IN_FORK(os_execve("/bin/sh", SHELL("test \"$A\" = 1 && exit 4"), env)), 4);
    assert_int_equal(IN_FORK(os_execvp("sh", SHELL("exit 5"))), 5);
    assert_int_equal(IN_FORK(os_execvpe("sh", SHELL("test \"$A\" = 1 && exit 6"), env)), 6);
    assert_int_equal(IN_FORK(os_execl("/bin/sh", "sh", "-c", "exit 7", NULL)), 7);
    assert_int_equal(IN_FORK(os_execle("/bin/sh", "sh", "-c", "exit $((A + 7))", NULL, env)), 8);
    assert_int_equal(IN_FORK(os_execlp("sh", "sh", "-c", "exit 9", NULL)), 9);
    assert_int_equal(IN_FORK(os_execlpe("sh", "sh", "-c", "exit $((A + 9))", NULL, env)), 10);
    assert_int_equal(IN_FORK(os_execve("/bin/sh", SHELL("exit 13"), LIST("=a=b"))), 13);
    int fd = open("/bin/sh", O_RDONLY | O_CLOEXEC);
    assert_int_equal(IN_FORK(os_fexecve(fd, SHELL("exit 12"), env)), 12);
    close(fd);
}

static void exec_errors(void **state) {
    (void)state;
    assert_int_equal(os_execv("/nowhere", LIST("a")), -1);
    assert_error(ENOENT, "execv", "/nowhere", NULL);
    assert_int_equal(os_execv("/etc/passwd", LIST("a")), -1);
    assert_error(EACCES, "execv", "/etc/passwd", NULL);
    assert_int_equal(os_execv("", LIST("a")), -1);
    assert_error(ENOENT, "execv", "", NULL);
    assert_int_equal(os_fexecve(999, LIST("a"), NULL), -1);
    assert_error(EBADF, "fexecve", NULL, NULL);
    assert_int_equal(os_execl("/nowhere", "a", NULL), -1);
    assert_error(ENOENT, "execl", "/nowhere", NULL);
}

static void exec_at(void **state) {
    (void)state;
    assert_int_equal(os_execveat(OS_CWD, "link", LIST("a"), NULL, OS_EXIST_OK), -1);
    assert_error(EINVAL, "execveat", "link", NULL);
    NEEDS_CALL("execveat");
    assert_int_equal(IN_FORK(os_execveat(OS_CWD, "/bin/sh", SHELL("exit 11"), NULL, 0)), 11);
    assert_int_equal(symlink("/bin/sh", "link"), 0);
    assert_int_equal(os_execveat(OS_CWD, "link", LIST("a"), NULL, OS_NOFOLLOW), -1);
    assert_error(ELOOP, "execveat", "link", NULL);
}

static void exec_words(void **state) {
    (void)state;
    char *none[] = {NULL};
    assert_int_equal(os_execv("/bin/sh", none), -1);
    assert_error(EINVAL, "execv", NULL, NULL);
    assert_text(os_error_text(), "ValueError: execv() arg 2 must not be empty");
    assert_int_equal(os_execvp("sh", LIST("")), -1);
    assert_text(os_error_text(), "ValueError: execv() arg 2 first element cannot be empty");
    assert_int_equal(os_execve("/bin/sh", none, LIST("A=1")), -1);
    assert_text(os_error_text(), "ValueError: execve: argv must not be empty");
    assert_int_equal(os_execve("/bin/sh", LIST("a"), LIST("=c")), -1);
    assert_error(EINVAL, "execve", NULL, NULL);
    assert_text(os_error_text(), "ValueError: illegal environment variable name");
}

/* As os._execvpe: the first error that isn't absence, else the last one. */
static void exec_search_errors(void **state) {
    (void)state;
    assert_int_equal(os_execvpe("passwd", LIST("a"), LIST("PATH=/etc/passwd:/nowhere")), -1);
    assert_error(ENOENT, "execvpe", "/nowhere/passwd", NULL);
    assert_int_equal(os_execvpe("passwd", LIST("a"), LIST("PATH=/nowhere:/etc/passwd")), -1);
    assert_error(ENOTDIR, "execvpe", "/etc/passwd/passwd", NULL);
    assert_int_equal(os_execvpe("passwd", LIST("a"), LIST("PATH=/etc:/nowhere")), -1);
    assert_error(EACCES, "execvpe", "/etc/passwd", NULL);
    assert_int_equal(os_execvpe("nowhere", LIST("a"), LIST("PATH=")), -1);
    assert_error(ENOENT, "execvpe", "nowhere", NULL);
    assert_int_equal(os_execvp("", LIST("a")), -1);
    assert_int_equal(errno, EACCES);
    assert_int_equal(os_execvp("/nowhere/x", LIST("a")), -1);
    assert_error(ENOENT, "execvp", "/nowhere/x", NULL);
}

static void spawn_waits(void **state) {
    (void)state;
    char **env = LIST("A=1", "PATH=/nowhere:/bin");
    int descriptors = open_descriptors();
    assert_int_equal(os_spawnv(OS_P_WAIT, "/bin/sh", SHELL("exit 5")), 5);
    assert_int_equal(os_spawnv(OS_P_WAIT, "/bin/sh", SHELL("kill -9 $$")), -9);
    assert_int_equal(os_spawnv(7, "/bin/sh", SHELL("exit 5")), 5);
    assert_int_equal(os_spawnve(OS_P_WAIT, "/bin/sh", SHELL("exit $((A + 1))"), env), 2);
    assert_int_equal(os_spawnvp(OS_P_WAIT, "sh", SHELL("exit 3")), 3);
    assert_int_equal(os_spawnvpe(OS_P_WAIT, "sh", SHELL("exit $((A + 3))"), env), 4);
    assert_int_equal(os_spawnl(OS_P_WAIT, "/bin/sh", "sh", "-c", "exit 6", NULL), 6);
    assert_int_equal(os_spawnle(OS_P_WAIT, "/bin/sh", "sh", "-c", "exit $A", NULL, env), 1);
    assert_int_equal(os_spawnlp(OS_P_WAIT, "sh", "sh", "-c", "exit 7", NULL), 7);
    assert_int_equal(os_spawnlpe(OS_P_WAIT, "sh", "sh", "-c", "exit $A", NULL, env), 1);
    assert_int_equal(os_spawnv(OS_P_WAIT, "/nowhere", LIST("a")), 127);
    assert_int_equal(os_spawnvp(OS_P_WAIT, "osier-nowhere", LIST("a")), 127);
    errno = EIO;
    assert_int_equal(os_spawnv(OS_P_WAIT, "/bin/sh", SHELL("kill -1 $$")), -1);
    assert_int_equal(errno, 0);
    assert_int_equal(open_descriptors(), descriptors);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void spawn_does_not_wait(void **state) {
    (void)state;
    pid_t pid = os_spawnv(OS_P_NOWAIT, "/bin/sh", SHELL("exit 5"));
    assert_true(pid > 0);
    assert_int_equal(ended(pid), 5);
    assert_int_equal(os_spawnv(OS_P_NOWAIT, "/nowhere", LIST("a")), -1);
    assert_error(ENOENT, "spawnv", "/nowhere", NULL);
    assert_int_equal(os_spawnv(OS_P_WAIT, "/bin/sh", LIST("")), -1);
    assert_error(EINVAL, "spawnv", NULL, NULL);
    assert_text(os_error_text(), "ValueError: argv first element cannot be empty");
}

static void posix_spawn_errors(void **state) {
    (void)state;
    char *none[] = {NULL};
    assert_int_equal(os_posix_spawn("/nowhere", LIST("a"), NULL, NULL), -1);
    assert_error(ENOENT, "posix_spawn", "/nowhere", NULL);
    assert_int_equal(os_posix_spawn("/etc/passwd", LIST("a"), NULL, NULL), -1);
    assert_error(EACCES, "posix_spawn", "/etc/passwd", NULL);
    assert_int_equal(os_posix_spawnp("osier-nowhere", LIST("a"), NULL, NULL), -1);
    assert_error(ENOENT, "posix_spawnp", "osier-nowhere", NULL);
    assert_int_equal(os_posix_spawnp("", LIST("a"), NULL, NULL), -1);
    assert_error(ENOENT, "posix_spawnp", "", NULL);
    assert_int_equal(os_posix_spawn("/bin/sh", none, NULL, NULL), -1);
    assert_text(os_error_text(), "ValueError: posix_spawn: argv must not be empty");
    assert_int_equal(os_posix_spawn("/bin/sh", LIST(""), NULL, NULL), -1);
    assert_text(os_error_text(), "ValueError: posix_spawn: argv first element cannot be empty");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void posix_spawnp_searches_the_own_path(void **state) {
    (void)state;
    pid_t pid = os_posix_spawnp("sh", SHELL("exit $((A + 1))"), LIST("A=1", "PATH=/etc"), NULL);
    assert_int_equal(ended(pid), 2);
    /* What can't be executed stands in the way of nothing. */
    assert_int_equal(mkdir("first", 0755), 0);
    write_text("first/sh", "");
    os_autofree char *saved = os_getenv("PATH", NULL), *cwd = getcwd(NULL, 0);
    char path[5000];
    snprintf(path, sizeof path, "%s/first:/bin:/usr/bin", cwd);
    assert_int_equal(os_putenv("PATH", path), 0);
    pid = os_posix_spawnp("sh", SHELL("exit 3"), NULL, NULL);
    assert_int_equal(ended(pid), 3);
    assert_int_equal(os_putenv("PATH", saved), 0);
}

static pid_t spawn_with(const char *line, const struct os_spawn_action *actions, size_t count) {
    struct os_posix_spawn_options options = {
        .size = sizeof options, .file_actions = actions, .file_action_count = count};
    return os_posix_spawn("/bin/sh", SHELL(line), NULL, &options);
}

static void file_actions(void **state) {
    (void)state;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), high = fcntl(fd, F_DUPFD, 300);
    struct os_spawn_action actions[] = {
        {OS_POSIX_SPAWN_OPEN, .fd = 1, .path = "out", .flags = O_WRONLY | O_CREAT, .mode = 0600},
        {OS_POSIX_SPAWN_DUP2, .fd = 1, .new_fd = 7},
        {OS_POSIX_SPAWN_DUP2, .fd = fd, .new_fd = fd},
        {OS_POSIX_SPAWN_CLOSE, .fd = 0},
        {OS_POSIX_SPAWN_CLOSE, .fd = 250},
        {OS_POSIX_SPAWN_CHDIR, .path = "/"},
        {OS_POSIX_SPAWN_CLOSEFROM, .fd = 200},
    };
    char line[200];
    assert_true(fd > 2 && high >= 300);
    snprintf(
        line, sizeof line,
        "echo one; echo two >&7; pwd; cd /proc/$$/fd; test ! -e 0 && test ! -e %d && test -e %d",
        high, fd);
    assert_int_equal(ended(spawn_with(line, actions, sizeof actions / sizeof *actions)), 0);
    assert_text(os_getoutput("cat out", NULL), "one\ntwo\n/");
    close(fd);
    close(high);
}

static void file_action_errors(void **state) {
    (void)state;
    const struct os_spawn_action missing = {OS_POSIX_SPAWN_OPEN, .fd = 1, .path = "no/file"},
                                 closed = {OS_POSIX_SPAWN_DUP2, .fd = 250, .new_fd = 1},
                                 negative = {OS_POSIX_SPAWN_CLOSE, .fd = -1},
                                 unknown = {(enum os_spawn_action_kind)17},
                                 directory = {OS_POSIX_SPAWN_FCHDIR, .fd = 250},
                                 elsewhere = {OS_POSIX_SPAWN_CHDIR, .path = "none/at/all"};
    assert_int_equal(spawn_with("exit", &missing, 1), -1);
    assert_error(ENOENT, "open", missing.path, NULL);
    assert_int_equal(spawn_with("exit", &elsewhere, 1), -1);
    assert_error(ENOENT, "chdir", "none/at/all", NULL);
    assert_int_equal(spawn_with("exit", &closed, 1), -1);
    assert_error(EBADF, "dup2", "/bin/sh", NULL);
    assert_int_equal(spawn_with("exit", &negative, 1), -1);
    assert_error(EBADF, "posix_spawn", "/bin/sh", NULL);
    assert_int_equal(spawn_with("exit", &directory, 1), -1);
    assert_error(EBADF, "fchdir", "/bin/sh", NULL);
    assert_int_equal(spawn_with("exit", &unknown, 1), -1);
    assert_error(EINVAL, "posix_spawn", NULL, NULL);
    assert_text(os_error_text(), "TypeError: Unknown file_actions identifier");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void groups_and_sessions(void **state) {
    (void)state;
    struct os_posix_spawn_options options = {.size = sizeof options, .setpgroup = &(pid_t){0}};
    pid_t pid = os_posix_spawn("/bin/cat", LIST("cat", "/dev/null"), NULL, &options);
    assert_true(pid > 0);
    siginfo_t info;
    assert_int_equal(waitid(P_PGID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(info.si_pid, pid);
    assert_int_equal(ended(pid), 0);
    options.setpgroup = NULL;
    options.setsid = true;
    options.resetids = true;
    pid = os_posix_spawn("/bin/sh", SHELL("test $(ps -o sid= -p $$ 2>/dev/null || echo $$) = $$"),
                         NULL, &options);
    assert_int_equal(ended(pid), 0);
}

/* 0 if SIGUSR1 and SIGUSR2 (0x200 and 0x800) are in the mask of a child, else 1; the process may
 * have inherited others from whoever started the tests. */
static int mask_of(const char *field, const struct os_posix_spawn_options *options) {
    char line[100];
    snprintf(line, sizeof line, "^%s:.*[abef][0-9a-f][0-9a-f]$", field);
    return ended(
        os_posix_spawnp("grep", LIST("grep", "-q", line, "/proc/self/status"), NULL, options));
}

static void signals(void **state) {
    (void)state;
    struct os_posix_spawn_options options = {.size = sizeof options};
    int both[] = {SIGUSR1, SIGUSR2, 0}, none[] = {0}, wrong[] = {999, 0};
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGUSR2);
    assert_int_equal(mask_of("SigBlk", NULL), 1);
    pthread_sigmask(SIG_SETMASK, &mask, &old);
    assert_int_equal(mask_of("SigBlk", NULL), 0);
    options.setsigmask = none;
    assert_int_equal(mask_of("SigBlk", &options), 1);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    options.setsigmask = both;
    assert_int_equal(mask_of("SigBlk", &options), 0);
    options.setsigmask = NULL;
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, SIG_IGN);
    assert_int_equal(mask_of("SigIgn", &options), 0);
    options.setsigdef = both;
    assert_int_equal(mask_of("SigIgn", &options), 1);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    options.setsigdef = wrong;
    assert_int_equal(os_posix_spawnp("true", LIST("true"), NULL, &options), -1);
    assert_error(EINVAL, "posix_spawnp", NULL, NULL);
    assert_text(os_error_text(), "ValueError: signal number out of range");
}

static void scheduling(void **state) {
    (void)state;
    struct os_posix_spawn_options options = {
        .size = sizeof options, .scheduler = &(int){SCHED_BATCH}, .sched_priority = &(int){0}};
    pid_t pid = os_posix_spawn("/bin/sleep", LIST("sleep", "100"), NULL, &options);
    assert_true(pid > 0);
    assert_int_equal(sched_getscheduler(pid), SCHED_BATCH);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(ended(pid), -9);
    options.sched_priority = &(int){50}; /* SCHED_BATCH has none */
    assert_int_equal(os_posix_spawn("/bin/true", LIST("true"), NULL, &options), -1);
    assert_error(EINVAL, "sched_setscheduler", "/bin/true", NULL);
}

static pid_t self;
static volatile sig_atomic_t handled, handled_elsewhere;

static void on_signal(int number) {
    (void)number;
    handled++;
    handled_elsewhere += getpid() != self;
}

/* A handler must not run in the child, which has the parent's memory, even while signals pour in.
 */
static void handlers_stay_out_of_the_child(void **state) {
    (void)state;
    pid_t group = getpgrp();
    self = getpid();
    signal(SIGUSR1, on_signal);
    assert_int_equal(setpgid(0, 0), 0);
    pid_t flood = fork();
    if (flood == 0) {
        signal(SIGUSR1, SIG_IGN);
        while (getppid() == self)
            kill(0, SIGUSR1);
        _exit(0);
    }
    for (int i = 0; i < 200; i++) {
        int exitcode = ended(os_posix_spawn("/bin/true", LIST("true"), NULL, NULL));
        assert_true(exitcode == 0 || exitcode == -SIGUSR1);
    }
    assert_int_equal(kill(flood, SIGKILL), 0);
    assert_int_equal(ended(flood), -SIGKILL);
    signal(SIGUSR1, SIG_DFL);
    setpgid(0, group);
    assert_true(handled > 0);
    assert_int_equal(handled_elsewhere, 0);
}

int main(void) {
    signal(SIGHUP, SIG_DFL); /* a child dies of it below; under nohup(1) it would not */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exec_replaces),
        cmocka_unit_test(exec_errors),
        IN_SCRATCH(exec_at),
        cmocka_unit_test(exec_words),
        cmocka_unit_test(exec_search_errors),
        cmocka_unit_test(spawn_waits),
        cmocka_unit_test(spawn_does_not_wait),
        cmocka_unit_test(posix_spawn_errors),
        IN_SCRATCH(posix_spawnp_searches_the_own_path),
        IN_SCRATCH(file_actions),
        cmocka_unit_test(file_action_errors),
        cmocka_unit_test(groups_and_sessions),
        cmocka_unit_test(signals),
        cmocka_unit_test(scheduling),
        cmocka_unit_test(handlers_stay_out_of_the_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
