/* SPDX-License-Identifier: MIT */
/** Faults in running programs: whatever fails, nothing is left behind. */
#include "faults.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define LINE(...) OS_ARGV("/bin/sh", "-c", __VA_ARGS__)

/* Without clone3(2), clone(2) does; what the kernel lacks, older calls do. */
#define ANEW                                                                                       \
    .skips = "kernel_clone3", .filename = ANY_NAME, .operation = ANY_NAME,                         \
    .absorbs = "kernel_waitid kernel_pidfd_open kernel_pidfd_send_signal kernel_close_range"

static long end_result(long r, struct os_run_result *result) {
    int saved = errno;
    os_run_result_free(result);
    errno = saved;
    return r;
}

FAULT(os_run, ANEW) {
    struct os_run_options options = {.size = sizeof options,
                                     .out = {OS_RUN_PIPE},
                                     .err = {OS_RUN_PIPE},
                                     .input = "x\n",
                                     .input_size = 2};
    struct os_run_result result;
    return end_result(os_run(LINE("read x; echo $x; echo $x >&2"), &options, &result), &result);
}

/* Which is waited for by its number. */
FAULT_CASE(os_run, alone, ANEW) {
    return os_run(LINE("exit 0"), NULL, NULL);
}

/* Every step that the child may take. */
FAULT_CASE(os_run, setup, ANEW, .leaves_files = true) {
    const struct os_run_limit limits[] = {{RLIMIT_CORE, 0, 0}};
    const struct os_run_fd fds[] = {{1, 0}, {2, 9}};
    char *set[] = {(char *)(intptr_t) "A=1", NULL};
    struct os_run_options options = {
        .size = sizeof options,
        .out = {OS_RUN_FILE, .path = "out"},
        .err = {OS_RUN_STDOUT},
        .cwd = "/",
        .env_set = set,
        .umask = &(mode_t){022},
        .user = &(uid_t){geteuid()},
        .group = &(gid_t){getegid()},
        .new_session = true,
        .nice = 1,
        .limits = limits,
        .limit_count = 1,
        .fds = fds,
        .fd_count = 2,
        .parent_death_signal = SIGKILL,
    };
    return os_run(LINE("exit 0"), &options, NULL);
}

/* Where no cgroup can be made, a supervisor does. */
FAULT_CASE(os_run, tree, ANEW, .leaves_files = true) {
    struct os_run_options options = {
        .size = sizeof options, .tree = OS_RUN_SUPERVISOR, .out = {OS_RUN_PIPE}};
    struct os_run_result result;
    return end_result(os_run(LINE("echo x"), &options, &result), &result);
}

FAULT_CASE(os_run, timeout, ANEW) {
    struct os_run_options options = {.size = sizeof options, .timeout = 0.001};
    int r = os_run(LINE("sleep 10"), &options, NULL);
    return r < 0 && errno == ETIMEDOUT ? 0 : r;
}

NO_FAULT(os_run_result_free)
NO_FAULT(os_child_pid)
NO_FAULT(os_child_pidfd)
NO_FAULT(os_child_close_stdin)

/* os_child_close() has nobody to tell of a failure. */
#define WITH_CHILD                                                                                 \
    .skips = "kernel_clone3", .filename = ANY_NAME, .operation = ANY_NAME,                         \
    .absorbs = "kernel_waitid kernel_pidfd_open kernel_pidfd_send_signal kernel_close_range "      \
               "poll_once read"

static long with_child(int (*use)(struct os_child *child)) {
    struct os_run_options options = {
        .size = sizeof options, .in = {OS_RUN_PIPE}, .out = {OS_RUN_PIPE}};
    struct os_child *child = os_child_start(LINE("read x; echo got $x"), &options);
    if (!child)
        return -1;
    long r = use(child);
    int saved = errno;
    os_child_close(child);
    errno = saved;
    return r;
}

static int nothing(struct os_child *child) {
    (void)child;
    return 0;
}

FAULT(os_child_start, WITH_CHILD) {
    return with_child(nothing);
}

static int look(struct os_child *child) {
    return os_child_poll(child, NULL);
}

FAULT(os_child_poll, WITH_CHILD) {
    return with_child(look);
}

static int wait_long(struct os_child *child) {
    os_child_close_stdin(child);
    struct os_run_result result = {0};
    int r = os_child_wait(child, -1, &result);
    return (int)end_result(r, &result);
}

FAULT(os_child_wait, WITH_CHILD, .uncancelled = true) {
    return with_child(wait_long);
}

static int write_and_read(struct os_child *child) {
    char *line = NULL;
    if (os_child_write(child, "x\n", 2) < 0)
        return -1;
    int r = os_child_read_line(child, 1, &line, NULL);
    free(line);
    return r;
}

FAULT(os_child_write, WITH_CHILD, .uncancelled = true) {
    return with_child(write_and_read);
}

FAULT(os_child_read_line, WITH_CHILD, .uncancelled = true) {
    return with_child(write_and_read);
}

static int signal_it(struct os_child *child) {
    return os_child_send_signal(child, SIGTERM);
}

FAULT(os_child_send_signal, WITH_CHILD) {
    return with_child(signal_it);
}

FAULT(os_child_terminate, WITH_CHILD) {
    return with_child(os_child_terminate);
}

FAULT(os_child_kill, WITH_CHILD) {
    return with_child(os_child_kill);
}

/* Ends what runs, whatever fails meanwhile. */
FAULT(os_child_close, WITH_CHILD) {
    return with_child(nothing);
}

FAULT(os_shell_quote) {
    return fault_free(os_shell_quote("a b"));
}

FAULT(os_shell_split) {
    return fault_free(os_shell_split("a 'b c'", true));
}

FAULT(os_shell_join) {
    char a[] = "a", b[] = "b c", *words[] = {a, b, NULL};
    return fault_free(os_shell_join(words));
}
