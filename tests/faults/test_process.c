/* SPDX-License-Identifier: MIT */
/** Faults in running shell lines and programs. */
#include "faults.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

/* A failed waitpid(2) leaves its child, which nobody else may collect. */
static void collect(void) {
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

/* Without clone3(2), clone(2) does. */
#define CHILDREN .skips = "waitpid kernel_clone3", .after = collect

/* system(3) tells a shell that can't be executed by the exit code 127. */
FAULT(os_system, CHILDREN, .absorbs = "kernel_execve") {
    int status = os_system("exit 3");
    return status == 3 << 8 || status == 127 << 8 ? 0 : -1;
}

FAULT(os_popen, CHILDREN) {
    struct os_popen *p = os_popen("true", "r");
    return p ? os_popen_close(p) : -1;
}

FAULT_CASE(os_popen, write, CHILDREN) {
    struct os_popen *p = os_popen("cat >/dev/null", "w");
    return p ? os_popen_close(p) : -1;
}

FAULT(os_popen_read, CHILDREN, .operation = ANY_NAME, .uncancelled = true) {
    struct os_popen *p = os_popen("echo x", "r");
    if (!p)
        return -1;
    long r = fault_free(os_popen_read(p, NULL));
    int number = errno;
    if (os_popen_close(p) < 0)
        return -1;
    errno = number;
    return r;
}

/* What fails after the line has started is told by its operation, "popen_close". */
static struct os_popen *line;
static void start_line(void) {
    line = os_popen("echo x", "r");
    assert_non_null(line);
}
static void end_line(void) {
    os_popen_close(line); /* which ends with SIGPIPE where nothing was read */
}
FAULT_CASE(os_popen_read, cancelled, .before = start_line, .after = end_line, .keeps_state = true) {
    return fault_free(os_popen_read(line, NULL));
}

FAULT(os_popen_close, CHILDREN, .operation = ANY_NAME) {
    struct os_popen *p = os_popen("true", "r");
    return p ? os_popen_close(p) : -1;
}

FAULT(os_getoutput, CHILDREN) {
    return fault_free(os_getoutput("echo x", NULL));
}

NO_FAULT(os_waitstatus_to_exitcode)
NO_FAULT(os_WIFEXITED)
NO_FAULT(os_WEXITSTATUS)
NO_FAULT(os_WIFSIGNALED)
NO_FAULT(os_WTERMSIG)
NO_FAULT(os_WCOREDUMP)
NO_FAULT(os_WIFSTOPPED)
NO_FAULT(os_WSTOPSIG)
NO_FAULT(os_WIFCONTINUED)
NO_FAULT(os__exit)
NO_FAULT(os_abort)

/* A child that has ended, for the calls that wait. */
static pid_t pid;

static void child(void) {
    pid = fork();
    if (pid == 0)
        _exit(0);
}

#define ENDED .before = child, .after = collect, .keeps_state = true

FAULT(os_wait, ENDED) {
    return os_wait(NULL);
}

FAULT(os_waitpid, ENDED) {
    return os_waitpid(pid, 0, NULL);
}

FAULT(os_wait3, ENDED) {
    return os_wait3(0, NULL, NULL);
}

FAULT(os_wait4, ENDED) {
    return os_wait4(pid, 0, NULL, NULL);
}

FAULT(os_waitid, ENDED) {
    struct os_waitid_result result;
    return os_waitid(P_PID, (id_t)pid, WEXITED, &result);
}

FAULT(os_kill) {
    return os_kill(getpid(), 0);
}

FAULT(os_killpg) {
    return os_killpg(0, 0);
}

FAULT(os_nice) {
    return os_nice(0, NULL);
}

FAULT(os_pidfd_open) {
    return fault_close(os_pidfd_open(getpid(), 0));
}

FAULT(os_pidfd_getfd, .skips = "kernel_pidfd_open") {
    int fd = os_pidfd_open(getpid(), 0);
    long r = fd < 0 ? -1 : fault_close(os_pidfd_getfd(fd, 1, 0));
    fault_close(fd);
    return r;
}

FAULT(os_pidfd_send_signal, .skips = "kernel_pidfd_open") {
    int fd = os_pidfd_open(getpid(), 0);
    long r = fd < 0 ? -1 : os_pidfd_send_signal(fd, 0);
    fault_close(fd);
    return r;
}

FAULT(os_times) {
    struct os_times_result now;
    return os_times(&now);
}

static pid_t end_child(pid_t child_pid) {
    if (child_pid == 0)
        _exit(0);
    int saved = errno;
    collect();
    errno = saved;
    return child_pid;
}

FAULT(os_fork, .uncancelled = true) {
    return end_child(os_fork());
}

/* What the child fails at ends the child. */
FAULT(os_forkpty, .skips = "setsid ioctl dup2", .uncancelled = true) {
    int fd = -1;
    pid_t r = end_child(os_forkpty(&fd));
    fault_close(fd);
    return r;
}

static void nothing(void) {}

FAULT(os_register_at_fork, .keeps_memory = true) {
    return os_register_at_fork(nothing, NULL, NULL);
}

FAULT(os_unshare) {
    return os_unshare(0);
}

FAULT(os_setns, .root = true, .uncancelled = true) {
    int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    int r = os_setns(fd, 0);
    int number = errno;
    close(fd);
    errno = number;
    return r;
}

#define SHELL ((char **)(const char *[]){"sh", "-c", "exit 0", NULL})
#define ENV   ((char **)(const char *[]){"PATH=/nowhere:/bin", NULL})
#define SH    "/bin/sh"

/* exec in a program that has to go on: in a place where there is nothing to execute. */
static int absent(const char *call, int number) {
    return fault_word("kernel_execve kernel_execveat execve", call) ? -1 : number;
}

#define EXEC .maps = absent, .filename = ANY_NAME

static long absence(long r) {
    return r < 0 && errno == ENOENT ? 0 : r;
}

FAULT(os_execv, EXEC) {
    return absence(os_execv("none", SHELL));
}

FAULT(os_execve, EXEC) {
    return absence(os_execve("none", SHELL, ENV));
}

FAULT(os_execvp, EXEC) {
    return absence(os_execvp("osier-none", SHELL));
}

FAULT(os_execvpe, EXEC) {
    return absence(os_execvpe("osier-none", SHELL, ENV));
}

FAULT(os_execl, EXEC) {
    return absence(os_execl("none", "a", NULL));
}

FAULT(os_execle, EXEC) {
    return absence(os_execle("none", "a", NULL, ENV));
}

FAULT(os_execlp, EXEC) {
    return absence(os_execlp("osier-none", "a", NULL));
}

FAULT(os_execlpe, EXEC) {
    return absence(os_execlpe("osier-none", "a", NULL, ENV));
}

FAULT(os_execveat, EXEC) {
    return absence(os_execveat(OS_CWD, "none", SHELL, NULL, 0));
}

FAULT(os_fexecve, EXEC, .absorbs = "kernel_execveat") { /* by the path in /proc */
    int r = os_fexecve(-1, SHELL, NULL);
    return r < 0 && errno == EBADF ? 0 : r;
}

/* A spawn call gives 127 where the program can't be executed. */
#define SPAWN(path) .filename = path, CHILDREN, .absorbs = "kernel_execve"

FAULT(os_spawnv, SPAWN(SH)) {
    return os_spawnv(OS_P_WAIT, SH, SHELL);
}

FAULT_CASE(os_spawnv, clone, .filename = SH, .skips = "waitpid", .after = collect,
           .absorbs = "kernel_clone3 kernel_execve", .uncancelled = true) {
    return os_spawnv(OS_P_WAIT, SH, SHELL);
}

FAULT_CASE(os_spawnv, nowait, .filename = SH, CHILDREN, .uncancelled = true) {
    return end_child(os_spawnv(OS_P_NOWAIT, SH, SHELL));
}

FAULT(os_spawnve, SPAWN(SH)) {
    return os_spawnve(OS_P_WAIT, SH, SHELL, ENV);
}

FAULT(os_spawnvp, SPAWN("sh")) {
    return os_spawnvp(OS_P_WAIT, "sh", SHELL);
}

FAULT(os_spawnvpe, SPAWN("sh")) {
    return os_spawnvpe(OS_P_WAIT, "sh", SHELL, ENV);
}

FAULT(os_spawnl, SPAWN(SH)) {
    return os_spawnl(OS_P_WAIT, SH, "sh", "-c", ":", NULL);
}

FAULT(os_spawnle, SPAWN(SH)) {
    return os_spawnle(OS_P_WAIT, SH, "sh", "-c", ":", NULL, ENV);
}

FAULT(os_spawnlp, SPAWN("sh")) {
    return os_spawnlp(OS_P_WAIT, "sh", "sh", "-c", ":", NULL);
}

FAULT(os_spawnlpe, SPAWN("sh")) {
    return os_spawnlpe(OS_P_WAIT, "sh", "sh", "-c", ":", NULL, ENV);
}

/* Every step that a child may take, which is what the record then tells of; where a step is missing
 * from the kernel, others do it. */
FAULT(os_posix_spawn, .operation = ANY_NAME, .filename = ANY_NAME, CHILDREN, .leaves_files = true,
      .absorbs = "kernel_close_range", .uncancelled = true) {
    const struct os_spawn_action actions[] = {
        {OS_POSIX_SPAWN_OPEN, .fd = 40, .path = "new", .flags = O_WRONLY | O_CREAT, .mode = 0600},
        {OS_POSIX_SPAWN_DUP2, .fd = 40, .new_fd = 41},
        {OS_POSIX_SPAWN_DUP2, .fd = 41, .new_fd = 41},
        {OS_POSIX_SPAWN_CLOSE, .fd = 40},
        {OS_POSIX_SPAWN_CHDIR, .path = "/"},
        {OS_POSIX_SPAWN_CLOSEFROM, .fd = 40},
    };
    struct os_posix_spawn_options options = {
        .size = sizeof options,
        .file_actions = actions,
        .file_action_count = sizeof actions / sizeof *actions,
        .setpgroup = &(pid_t){0},
        .resetids = true,
        .setsigmask = (int[]){SIGUSR1, 0},
        .setsigdef = (int[]){SIGUSR1, 0},
        .sched_priority = &(int){0},
    };
    return end_child(os_posix_spawn(SH, SHELL, NULL, &options));
}

/* The search goes on to the next directory. */
FAULT(os_posix_spawnp, .filename = "sh", CHILDREN, .absorbs = "kernel_execve",
      .uncancelled = true) {
    return end_child(os_posix_spawnp("sh", SHELL, NULL, NULL));
}
