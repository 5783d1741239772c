/* SPDX-License-Identifier: MIT */
/** Running programs: options, captured streams, timeouts, whole trees, and what is left behind. */
#include "support.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#define SHELL(...)   OS_ARGV("sh", "-c", __VA_ARGS__)
#define OPTIONS(...) (&(struct os_run_options){.size = sizeof(struct os_run_options), __VA_ARGS__})
#define LIST(...)    ((char **)(const char *[]){__VA_ARGS__, NULL})
#define PIPE                                                                                       \
    { OS_RUN_PIPE }

static struct os_run_result result;

/* Runs a line with what it prints captured. */
static const char *output_of(const char *line, struct os_run_options *options) {
    os_run_result_free(&result);
    if (!options->out.kind)
        options->out.kind = OS_RUN_PIPE;
    if (os_run(SHELL(line), options, &result) < 0)
        fail_msg("%s", os_error_text());
    return result.out;
}

static char *read_text(const char *path) {
    return os_read_file(path, NULL);
}

static int release(void **state) {
    (void)state;
    os_run_result_free(&result);
    return 0;
}

static bool no_children(void) {
    return waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD;
}

/* ------------------------------------------------------------------- interrupted */

static void on_alarm(int number) {
    (void)number;
}

static int give_up(void) {
    return 1;
}

/* First of all tests: where no other thread was, a program is waited for in another way. */
static void interrupted_call_kills_after_the_grace(void **state) {
    (void)state;
    const struct itimerval soon = {.it_value.tv_usec = 300000};
    struct sigaction action = {.sa_handler = on_alarm}, old;
    struct timespec before, after;
    sigaction(SIGALRM, &action, &old);
    os_set_interrupt_handler(give_up);
    clock_gettime(CLOCK_MONOTONIC, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    int r = os_run(SHELL("trap '' TERM; exec sleep 20"), OPTIONS(.grace = 0.2), &result);
    int number = errno;
    clock_gettime(CLOCK_MONOTONIC, &after);
    os_set_interrupt_handler(NULL);
    sigaction(SIGALRM, &old, NULL);
    assert_int_equal(r, -1);
    assert_int_equal(number, EINTR);
    assert_true(after.tv_sec - before.tv_sec < 15);
    assert_true(no_children());
}

/* ------------------------------------------------------------------- results */

static void tells_return_codes(void **state) {
    (void)state;
    assert_int_equal(os_run(OS_ARGV("true"), NULL, NULL), 0);
    assert_int_equal(os_run(SHELL("exit 3"), NULL, &result), 0);
    assert_int_equal(result.returncode, 3);
    assert_null(result.out);
    assert_int_equal(os_run(SHELL("kill -9 $$"), NULL, &result), 0);
    assert_int_equal(result.returncode, -SIGKILL);
    assert_true(result.wall > 0 && result.peak_memory > 0);
    assert_true(no_children());
}

static void checks(void **state) {
    (void)state;
    assert_int_equal(os_run(SHELL("echo x; exit 3"), OPTIONS(.check = true, .out = PIPE), &result),
                     -1);
    assert_error(ECANCELED, "run", NULL, NULL);
    assert_text(os_error_text(), "CalledProcessError: the program returned a non-zero exit status");
    assert_string_equal(result.out, "x\n");
    assert_int_equal(os_run(SHELL("exit 0"), OPTIONS(.check = true), NULL), 0);
}

static void names_what_failed(void **state) {
    (void)state;
    int descriptors = open_descriptors();
    assert_int_equal(os_run(OS_ARGV("osier-nowhere"), NULL, NULL), -1);
    assert_error(ENOENT, "run", "osier-nowhere", NULL);
    assert_int_equal(os_run(OS_ARGV("/etc/passwd"), NULL, NULL), -1);
    assert_error(EACCES, "run", "/etc/passwd", NULL);
    assert_int_equal(os_run(OS_ARGV("x"), OPTIONS(.executable = "/nowhere"), NULL), -1);
    assert_error(ENOENT, "run", "/nowhere", NULL);
    assert_int_equal(os_run(OS_ARGV("true"), OPTIONS(.cwd = "gone"), NULL), -1);
    assert_error(ENOENT, "chdir", "gone", NULL);
    assert_int_equal(os_run(OS_ARGV("true"), OPTIONS(.in = {OS_RUN_FILE, .path = "none"}), NULL),
                     -1);
    assert_error(ENOENT, "run", "none", NULL);
    assert_int_equal(os_run(OS_ARGV("true"), OPTIONS(.out = {OS_RUN_FD, .fd = 999}), NULL), -1);
    assert_error(EBADF, "dup2", NULL, NULL);
    assert_int_equal(os_run((char *[]){NULL}, NULL, NULL), -1);
    assert_text(os_error_text(), "ValueError: argv must not be empty");
    char **wrong = LIST("no-equals-sign");
    assert_int_equal(os_run(OS_ARGV("true"), OPTIONS(.env_set = wrong), NULL), -1);
    assert_text(os_error_text(), "ValueError: illegal environment variable name");
    for (int tree = OS_RUN_TREE; tree <= OS_RUN_SUPERVISOR; tree++) {
        assert_int_equal(os_run(OS_ARGV("/nowhere/x"), OPTIONS(.tree = tree), NULL), -1);
        const char *name = os_last_error()->filename;
        bool no_cgroup = tree == OS_RUN_CGROUP && name && strcmp(name, "/sys/fs/cgroup") == 0;
        if (!no_cgroup) /* none can be made here, which is told */
            assert_error(ENOENT, "run", "/nowhere/x", NULL);
    }
    assert_true(no_children());
    assert_int_equal(open_descriptors(), descriptors);
}

/* ------------------------------------------------------------------- streams */

/* More than the pipe, the buffer and what is brought in ahead hold at any moment. */
static void captures_much(void **state) {
    (void)state;
    enum { LAST = 2000000, WIDTH = 8 };
    size_t right = 0;
    const char *text = output_of("seq -w 1 2000000; seq -w 1 2000000 >&2", OPTIONS(.err = PIPE));
    const char *streams[] = {text, result.err};
    assert_int_equal(result.out_size, (size_t)LAST * WIDTH);
    assert_int_equal(result.err_size, (size_t)LAST * WIDTH);
    for (int i = 0; i < 2; i++)
        for (long n = 1; n <= LAST; n++)
            right += strtol(streams[i] + (n - 1) * WIDTH, NULL, 10) == n;
    assert_int_equal(right, 2 * (size_t)LAST);
}

static void captures(void **state) {
    (void)state;
    int descriptors = open_descriptors();
    struct os_run_options *o =
        OPTIONS(.out = PIPE, .err = PIPE, .input = "in\0put", .input_size = 6);
    assert_int_equal(os_run(SHELL("cat; echo err >&2"), o, &result), 0);
    assert_int_equal(result.out_size, 6);
    assert_memory_equal(result.out, "in\0put", 7);
    assert_string_equal(result.err, "err\n");
    assert_int_equal(open_descriptors(), descriptors);
}

static void keeps_true_order(void **state) {
    (void)state;
    struct os_run_options *o = OPTIONS(.err = {OS_RUN_STDOUT});
    assert_string_equal(output_of("for i in 1 2 3; do echo $i; echo $i >&2; done", o),
                        "1\n1\n2\n2\n3\n3\n");
    assert_null(result.err);
}

static void fills_both_streams_and_reads(void **state) {
    (void)state;
    enum { SIZE = 3000000 };
    char *input = malloc(SIZE);
    memset(input, 'x', SIZE);
    struct os_run_options *o =
        OPTIONS(.out = PIPE, .err = PIPE, .input = input, .input_size = SIZE);
    assert_int_equal(os_run(SHELL("tee /dev/stderr"), o, &result), 0);
    assert_int_equal(result.out_size, SIZE);
    assert_int_equal(result.err_size, SIZE);
    assert_memory_equal(result.out, input, SIZE);
    assert_memory_equal(result.err, input, SIZE);
    os_run_result_free(&result);
    assert_int_equal(os_run(OS_ARGV("true"), o, &result), 0); /* which reads nothing: no SIGPIPE */
    assert_int_equal(result.out_size, 0);
    free(input);
}

static void takes_files_and_descriptors(void **state) {
    (void)state;
    write_text("in", "one\n");
    struct os_run_options *o = OPTIONS(.in = {OS_RUN_FILE, .path = "in"},
                                       .out = {OS_RUN_FILE, .path = "out"}, .err = {OS_RUN_STDOUT});
    assert_int_equal(os_run(SHELL("cat; echo two >&2"), o, NULL), 0);
    o->out.kind = OS_RUN_APPEND;
    assert_int_equal(os_run(SHELL("cat"), o, NULL), 0);
    char *text = read_text("out");
    assert_string_equal(text, "one\ntwo\none\n");
    free(text);
    int fd = open("fd", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    o = OPTIONS(.in = {OS_RUN_DEVNULL}, .out = {OS_RUN_FD, .fd = fd}, .err = {OS_RUN_DEVNULL});
    assert_int_equal(os_run(SHELL("cat; echo x; echo y >&2"), o, NULL), 0);
    close(fd);
    text = read_text("fd");
    assert_string_equal(text, "x\n");
    free(text);
}

/* Standard output and error change places, and a further one goes between them. */
static void renumbers(void **state) {
    (void)state;
    int a = open("a", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int b = open("b", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const struct os_run_fd fds[] = {{a, b}, {b, a}, {a, 9}};
    char line[100];
    snprintf(line, sizeof line, "echo a >&%d; echo b >&%d; echo nine >&9", b, a);
    struct os_run_options *o = OPTIONS(.fds = fds, .fd_count = 3);
    assert_int_equal(os_run(OS_ARGV("bash", "-c", line), o, &result), 0);
    assert_int_equal(result.returncode, 0);
    close(a);
    close(b);
    char *text = read_text("a");
    assert_string_equal(text, "a\nnine\n");
    free(text);
    text = read_text("b");
    assert_string_equal(text, "b\n");
    free(text);
}

static void passes_no_descriptor_on(void **state) {
    (void)state;
    int open_end = fcntl(0, F_DUPFD, 20); /* inheritable */
    struct os_run_options *o = OPTIONS(.inherit_fds = false);
    const char *list = "echo /proc/self/fd/*";
    assert_null(strstr(output_of(list, o), "/20"));
    const struct os_run_fd fds[] = {{open_end, open_end}};
    o->fds = fds;
    o->fd_count = 1;
    assert_non_null(strstr(output_of(list, o), "/20"));
    o->fd_count = 0;
    o->inherit_fds = true;
    assert_non_null(strstr(output_of(list, o), "/20"));
    close(open_end);
}

static void limits_what_is_kept(void **state) {
    (void)state;
    struct os_run_options *o = OPTIONS(.capture_limit = 1000);
    const char *line = "head -c 500000 /dev/zero";
    output_of(line, o);
    assert_int_equal(result.out_size, 1000);
    assert_int_equal(result.out_total, 500000);
    o->over_limit = OS_RUN_DROP;
    output_of(line, o);
    assert_int_equal(result.out_size, 1000);
    assert_int_equal(result.out_total, 1000);
    o->over_limit = OS_RUN_ERROR;
    os_run_result_free(&result);
    assert_int_equal(os_run(SHELL("cat /dev/zero"), o, &result), -1);
    assert_error(EFBIG, "run", "sh", NULL);
    assert_true(result.limited);
    assert_int_equal(result.out_size, 1000);
    assert_int_equal(result.returncode, -SIGKILL);
}

/* ------------------------------------------------------------------- what the program is */

static void runs_in_a_directory(void **state) {
    (void)state;
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(mkdir("d/e", 0777), 0);
    assert_non_null(strstr(output_of("pwd", OPTIONS(.cwd = "d")), "/d\n"));
    int fd = open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_non_null(strstr(output_of("pwd", OPTIONS(.cwd_fd = &fd)), "/d\n"));
    assert_non_null(strstr(output_of("pwd", OPTIONS(.cwd_fd = &fd, .cwd = "e")), "/d/e\n"));
    close(fd);
}

static void has_an_environment_of_its_own(void **state) {
    (void)state;
    char **env = LIST("A=1", "B=2", "C=3", "PATH=/bin:/usr/bin");
    char **set = LIST("B=9", "D=4", "D=5", "E=a=b"), **unset = LIST("A");
    char **keep = LIST("C", "PATH");
    const char *line = "echo $A.$B.$C.$D.$E";
    assert_string_equal(output_of(line, OPTIONS(.env = env)), "1.2.3..\n");
    assert_string_equal(output_of(line, OPTIONS(.env = env, .env_set = set, .env_unset = unset)),
                        ".9.3.5.a=b\n");
    struct os_run_options *o =
        OPTIONS(.env = env, .env_clear = true, .env_keep = keep, .env_set = set);
    assert_string_equal(output_of(line, o), ".9.3.5.a=b\n");
    assert_int_equal(os_putenv("OSIER_TEST_RUN", "here"), 0);
    assert_string_equal(output_of("echo $OSIER_TEST_RUN", OPTIONS(.nice = 0)), "here\n");
    os_unsetenv("OSIER_TEST_RUN");
}

static void runs_lines(void **state) {
    (void)state;
    struct os_run_options *o = OPTIONS(.shell = true, .out = PIPE);
    assert_int_equal(os_run(OS_ARGV("echo $0 $2", "zero", "one", "two"), o, &result), 0);
    assert_string_equal(result.out, "zero two\n");
    os_run_result_free(&result);
    o->executable = "/bin/bash";
    assert_int_equal(os_run(OS_ARGV("echo ${BASH_VERSION:+bash}"), o, &result), 0);
    assert_string_equal(result.out, "bash\n");
    os_run_result_free(&result);
    assert_int_equal(os_run(OS_ARGV("another name", "-c", "echo $0"),
                            OPTIONS(.executable = "/bin/sh", .out = PIPE), &result),
                     0);
    assert_string_equal(result.out, "another name\n");
}

static void sets_what_a_process_has(void **state) {
    (void)state;
    const mode_t mask = 0027;
    const pid_t own = 0;
    const struct os_run_limit limits[] = {{RLIMIT_CPU, 50, 60}};
    assert_string_equal(output_of("umask", OPTIONS(.umask = &mask)), "0027\n");
    int before =
        atoi(output_of("nice", OPTIONS(.nice = 0))); /* the tests may be run with nice(1) */
    assert_int_equal(atoi(output_of("nice", OPTIONS(.nice = 3))),
                     before + 3 < 19 ? before + 3 : 19);
    assert_string_equal(
        output_of("ulimit -St; ulimit -Ht", OPTIONS(.limits = limits, .limit_count = 1)),
        "50\n60\n");
    struct os_run_options *o = OPTIONS(.new_session = true);
    const char *session = "test $(ps -o sid= -p $$) -eq $$ && echo own";
    const char *group = "test $(ps -o pgid= -p $$) -eq $$ && echo own || echo other";
    assert_string_equal(output_of(session, o), "own\n");
    assert_string_equal(output_of(group, OPTIONS(.process_group = &own)), "own\n");
    assert_string_equal(output_of(group, OPTIONS(.nice = 0)), "other\n");
}

static void has_a_terminal_of_its_own(void **state) {
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(terminal >= 0);
    assert_int_equal(os_run(SHELL("echo here >/dev/tty"),
                            OPTIONS(.new_session = true, .terminal = &terminal), &result),
                     0);
    assert_int_equal(result.returncode, 0);
    char text[10] = "";
    assert_int_equal(read(master, text, sizeof text - 1), strlen("here\r\n"));
    assert_string_equal(text, "here\r\n");
    close(terminal);
    close(master);
}

/* The program has the other end of a pipe, which closes with it. */
static void ends_with_its_parent(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const struct os_run_fd fds[] = {{ends[1], ends[1]}};
    pid_t pid = fork();
    if (pid == 0) {
        struct os_run_options *o =
            OPTIONS(.parent_death_signal = SIGKILL, .fds = fds, .fd_count = 1);
        _exit(os_child_start(OS_ARGV("sleep", "20"), o) ? 0 : 1);
    }
    int status;
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    struct pollfd end = {.fd = ends[0]};
    assert_int_equal(poll(&end, 1, 10000), 1);
    assert_int_equal(end.revents, POLLHUP);
    close(ends[0]);
}

static void becomes_somebody(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    const uid_t user = 1234;
    const gid_t group = 2345, groups[] = {10, 20};
    struct os_run_options *o =
        OPTIONS(.user = &user, .group = &group, .groups = groups, .group_count = 2);
    assert_string_equal(output_of("id -u; id -g; id -G", o), "1234\n2345\n2345 10 20\n");
    o->group_count = 0;
    assert_string_equal(output_of("id -G", o), "2345\n");
}

/* The signals that this process ignores, as /proc has them: bit 0 is signal 1. */
static unsigned long long ignored_here(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[200];
    unsigned long long mask = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) && sscanf(line, "SigIgn: %llx", &mask) != 1)
        ;
    fclose(file);
    return mask;
}

static unsigned long long ignored_by(struct os_run_options *options) {
    return strtoull(output_of("grep SigIgn /proc/self/status | cut -f 2", options), NULL, 16);
}

/* A handler is no more, what is ignored stays so but for SIGPIPE. What ignores more than this test
 * is whoever started it: nohup, a container's first process. */
static void signals_are_as_they_should_be(void **state) {
    (void)state;
    const unsigned long long pipe_bit = 1u << (SIGPIPE - 1), size_bit = 1u << (SIGXFSZ - 1);
    void (*old_pipe)(int) = signal(SIGPIPE, SIG_IGN), (*old_usr)(int) = signal(SIGUSR1, SIG_IGN);
    unsigned long long here = ignored_here();
    assert_true(here & pipe_bit && here & 1u << (SIGUSR1 - 1));
    assert_int_equal(ignored_by(OPTIONS(.nice = 0)), here & ~(pipe_bit | size_bit));
    assert_int_equal(ignored_by(OPTIONS(.inherit_signals = true)), here);
    signal(SIGPIPE, old_pipe);
    signal(SIGUSR1, old_usr);
}

/* ------------------------------------------------------------------- the end of it */

static void timeout_ends_it(void **state) {
    (void)state;
    struct os_run_options *o = OPTIONS(.out = PIPE, .timeout = 0.3);
    assert_int_equal(os_run(SHELL("echo x; exec sleep 100"), o, &result), -1);
    assert_error(ETIMEDOUT, "run", NULL, NULL);
    assert_true(result.timed_out);
    assert_int_equal(result.returncode, -SIGKILL);
    assert_string_equal(result.out, "x\n");
    os_run_result_free(&result);
    o->grace = 100;
    assert_int_equal(os_run(SHELL("exec sleep 100"), o, &result), -1);
    assert_int_equal(result.returncode, -SIGTERM);
    os_run_result_free(&result);
    o->grace = 0.2;
    o->timeout = 0.2;
    assert_int_equal(
        os_run(SHELL("trap '' TERM; echo x; while :; do sleep 0.05; done"), o, &result), -1);
    assert_int_equal(result.returncode, -SIGKILL);
    assert_true(no_children());
}

/* What the environment of all that belongs to this test has, and nothing else. */
static char mark[40];
static char *marks[] = {mark, NULL};

static const char bomb[] =
    "for i in 1 2 3; do (setsid sh -c 'trap \"\" TERM HUP INT; (sleep 100 & sleep 100) & wait; "
    "sleep 100' &) & done; trap '' TERM; sleep 100";

static void tree_ends_whole(void **state) {
    (void)state;
    for (int tree = OS_RUN_TREE; tree <= OS_RUN_SUPERVISOR; tree++) {
        struct os_run_options *o =
            OPTIONS(.timeout = 0.4, .grace = 0.1, .tree = tree, .env_set = marks, .out = PIPE);
        int descriptors = open_descriptors();
        int r = os_run(SHELL(bomb), o, &result);
        if (tree == OS_RUN_CGROUP && r < 0 && errno != ETIMEDOUT)
            continue; /* none can be made here */
        assert_int_equal(r, -1);
        assert_int_equal(errno, ETIMEDOUT);
        assert_int_equal(result.returncode, -SIGKILL);
        assert_int_equal(result.left, 0);
        assert_int_equal(processes_with(mark), 0);
        assert_int_equal(open_descriptors(), descriptors);
        assert_true(no_children());
        os_run_result_free(&result);
    }
}

/* A daemon that the program leaves is ended as well, and does not hold the call up. */
static void tree_ends_what_is_left(void **state) {
    (void)state;
    for (int tree = OS_RUN_TREE; tree <= OS_RUN_SUPERVISOR; tree++) {
        struct os_run_options *o = OPTIONS(.tree = tree, .env_set = marks, .out = PIPE);
        int r = os_run(SHELL("setsid sleep 100 & echo done; exit 4"), o, &result);
        if (tree == OS_RUN_CGROUP && r < 0)
            continue;
        assert_int_equal(r, 0);
        assert_int_equal(result.returncode, 4);
        assert_string_equal(result.out, "done\n");
        assert_int_equal(processes_with(mark), 0);
        os_run_result_free(&result);
    }
    assert_true(no_children());
}

/* SIGTERM reaches everybody, who may clean up. */
static void tree_ends_in_peace(void **state) {
    (void)state;
    for (int tree = OS_RUN_TREE; tree <= OS_RUN_SUPERVISOR; tree++) {
        struct os_run_options *o = OPTIONS(.timeout = 0.5, .grace = 100, .tree = tree, .out = PIPE);
        const char *line = "trap 'echo outer; exit 1' TERM; "
                           "setsid sh -c 'trap \"echo inner; exit 1\" TERM; sleep 100 & wait' & "
                           "sleep 100 & wait; wait";
        int r = os_run(SHELL(line), o, &result);
        if (tree == OS_RUN_CGROUP && errno != ETIMEDOUT)
            continue;
        assert_int_equal(r, -1);
        assert_non_null(strstr(result.out, "inner\n"));
        assert_non_null(strstr(result.out, "outer\n"));
        assert_int_equal(result.returncode, 1);
        os_run_result_free(&result);
    }
}

static void *run_forever(void *options) {
    os_run(SHELL("sleep 100 & sleep 100"), options, NULL);
    return NULL;
}

/* A thread that is cancelled takes its program with it. */
static void cancelled_thread_leaves_nothing(void **state) {
    (void)state;
    for (int tree = OS_RUN_TREE; tree <= OS_RUN_SUPERVISOR; tree++) {
        struct os_run_options *o = OPTIONS(.tree = tree, .env_set = marks, .out = PIPE);
        int descriptors = open_descriptors();
        pthread_t thread;
        void *end;
        assert_int_equal(pthread_create(&thread, NULL, run_forever, o), 0);
        usleep(200000);
        assert_int_equal(pthread_cancel(thread), 0);
        assert_int_equal(pthread_join(thread, &end), 0);
        assert_true(end == PTHREAD_CANCELED || tree == OS_RUN_CGROUP);
        assert_int_equal(processes_with(mark), 0);
        assert_int_equal(open_descriptors(), descriptors);
        assert_true(no_children());
    }
}

/* ------------------------------------------------------------------- the caller's own waiting */

static atomic_int collected;

static void collect(int number) {
    (void)number;
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        collected++;
    errno = saved;
}

static void handlers_of_the_caller_do_not_disturb(void **state) {
    (void)state;
    struct sigaction handler = {.sa_handler = collect}, old;
    sigaction(SIGCHLD, &handler, &old);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(os_run(SHELL("exit 5"), NULL, &result), 0);
        assert_int_equal(result.returncode, 5);
    }
    assert_int_equal(collected, 0);
    handler.sa_handler = SIG_IGN;
    sigaction(SIGCHLD, &handler, NULL);
    assert_int_equal(os_run(SHELL("exit 6"), NULL, &result), 0);
    assert_int_equal(result.returncode, 6);
    sigaction(SIGCHLD, &old, NULL);
}

/* ------------------------------------------------------------------- beside the caller */

static void talks_line_by_line(void **state) {
    (void)state;
    int descriptors = open_descriptors();
    struct os_run_options *o = OPTIONS(.in = PIPE, .out = PIPE, .err = PIPE);
    struct os_child *child =
        os_child_start(SHELL("while read x; do echo got $x; done; printf end"), o);
    assert_non_null(child);
    char *line;
    size_t size;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(os_child_write(child, "a\n", 2), 0);
        assert_int_equal(os_child_read_line(child, STDOUT_FILENO, &line, &size), 1);
        assert_string_equal(line, "got a\n");
        assert_int_equal(size, 6);
        free(line);
    }
    assert_int_equal(os_child_poll(child, NULL), 0);
    assert_int_equal(os_child_wait(child, 0.01, NULL), 0);
    assert_int_equal(os_child_close_stdin(child), 0);
    assert_int_equal(os_child_close_stdin(child), -1);
    assert_error(EBADF, "child_close_stdin", NULL, NULL);
    assert_int_equal(os_child_read_line(child, STDOUT_FILENO, &line, NULL), 1);
    assert_string_equal(line, "end");
    free(line);
    assert_int_equal(os_child_read_line(child, STDOUT_FILENO, &line, NULL), 0);
    assert_int_equal(os_child_read_line(child, 7, &line, NULL), -1);
    assert_int_equal(os_child_wait(child, -1, &result), 1);
    assert_int_equal(result.returncode, 0);
    assert_int_equal(os_child_write(child, "a\n", 2), -1);
    os_child_close(child);
    os_child_close(NULL);
    assert_int_equal(open_descriptors(), descriptors);
}

static void is_ended_from_outside(void **state) {
    (void)state;
    for (int tree = OS_RUN_NO_TREE; tree <= OS_RUN_SUPERVISOR; tree++) {
        struct os_run_options *o = OPTIONS(.tree = tree, .env_set = marks);
        struct os_child *child = os_child_start(OS_ARGV("sleep", "100"), o);
        if (!child && tree == OS_RUN_CGROUP)
            continue;
        assert_non_null(child);
        assert_true(os_child_pid(child) > 0);
        assert_int_equal(kill(os_child_pid(child), 0), 0);
        struct pollfd end = {.fd = os_child_pidfd(child), .events = POLLIN};
        assert_int_equal(poll(&end, 1, 0), 0);
        assert_int_equal(tree % 2 ? os_child_terminate(child) : os_child_kill(child), 0);
        if (end.fd >= 0)
            assert_int_equal(poll(&end, 1, 10000), 1);
        assert_int_equal(os_child_wait(child, -1, &result), 1);
        assert_int_equal(result.returncode, tree % 2 ? -SIGTERM : -SIGKILL);
        assert_int_equal(os_child_send_signal(child, SIGTERM), 0);
        os_child_close(child);
        child = os_child_start(OS_ARGV("sleep", "100"), o);
        os_child_close(child); /* which runs still */
        assert_int_equal(processes_with(mark), 0);
        assert_true(no_children());
    }
}

int main(void) {
    snprintf(mark, sizeof mark, "OSIER_MARK=%ld.", (long)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupted_call_kills_after_the_grace),
        cmocka_unit_test_teardown(tells_return_codes, release),
        cmocka_unit_test_teardown(checks, release),
        cmocka_unit_test_teardown(names_what_failed, release),
        cmocka_unit_test_teardown(captures, release),
        cmocka_unit_test_teardown(captures_much, release),
        cmocka_unit_test_teardown(keeps_true_order, release),
        cmocka_unit_test_teardown(fills_both_streams_and_reads, release),
        IN_SCRATCH(takes_files_and_descriptors),
        IN_SCRATCH(renumbers),
        cmocka_unit_test_teardown(passes_no_descriptor_on, release),
        cmocka_unit_test_teardown(limits_what_is_kept, release),
        IN_SCRATCH(runs_in_a_directory),
        cmocka_unit_test_teardown(has_an_environment_of_its_own, release),
        cmocka_unit_test_teardown(runs_lines, release),
        cmocka_unit_test_teardown(sets_what_a_process_has, release),
        cmocka_unit_test_teardown(has_a_terminal_of_its_own, release),
        cmocka_unit_test(ends_with_its_parent),
        cmocka_unit_test_teardown(becomes_somebody, release),
        cmocka_unit_test_teardown(signals_are_as_they_should_be, release),
        cmocka_unit_test_teardown(timeout_ends_it, release),
        cmocka_unit_test_teardown(tree_ends_whole, release),
        cmocka_unit_test_teardown(tree_ends_what_is_left, release),
        cmocka_unit_test_teardown(tree_ends_in_peace, release),
        cmocka_unit_test_teardown(cancelled_thread_leaves_nothing, release),
        cmocka_unit_test_teardown(handlers_of_the_caller_do_not_disturb, release),
        cmocka_unit_test_teardown(talks_line_by_line, release),
        cmocka_unit_test_teardown(is_ended_from_outside, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
