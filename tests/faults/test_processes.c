/* SPDX-License-Identifier: MIT */
/** Faults in lists and handles of processes. */
#include "faults.h"

#include <signal.h>
#include <sys/wait.h>

static size_t count;
static struct os_process *self;

static void hold_self(void) {
    self = os_process_open(getpid());
}

static void let_go(void) {
    self = os_process_close(self);
}

/* EPERM and EACCES: a process that may not be looked at; the rest of the list is there. Where there are many
 * processes, two threads look at them, if there are two processors. */
#define LIST_ABSORBS                                                                               \
    "open openat read pread fstat fstatat readlinkat kernel_faccessat getpwuid_r pthread_create "  \
    "getdents64 kernel_sched_getaffinity kernel_pidfd_open kernel_pidfd_get_info"

static struct os_processes_options options(void) {
    static pid_t one;
    one = getpid();
    return (struct os_processes_options){
        .size = sizeof(struct os_processes_options), .threads = 1, .pids = &one, .pids_count = 1};
}

FAULT(os_set_root, .filename = "d", .tree = "d/") {
    int r = os_set_root("d");
    return r < 0 ? r : os_set_root(NULL);
}

NO_FAULT(os_root_is_set)

FAULT(os_set_procfs_path, .filename = "/somewhere/else") {
    int r = os_set_procfs_path("/somewhere/else");
    return r < 0 ? r : os_set_procfs_path(NULL);
}

FAULT(os_pids) {
    return fault_free(os_pids(&count));
}

FAULT(os_pid_exists, .absorbs = "*") {
    os_pid_exists(getpid());
    return 0;
}

FAULT(os_processes, .absorbs = LIST_ABSORBS) {
    struct os_processes_options one = options();
    return fault_free(os_processes(0x3fff, &one, &count));
}

FAULT(os_process_details, .absorbs = LIST_ABSORBS) {
    return fault_free(os_process_details(getpid(), 0x3fff));
}

FAULT(os_process_tree, .absorbs = LIST_ABSORBS) {
    return fault_free(os_process_tree(0, &count));
}

FAULT_CASE(os_processes, by_stat_alone, .absorbs = LIST_ABSORBS) {
    struct os_processes_options one = options();
    return fault_free(os_processes(0, &one, &count));
}

/* A pidfd tells it, or else a file. */
FAULT_CASE(os_processes, with_users, .absorbs = LIST_ABSORBS) {
    struct os_processes_options one = options();
    return fault_free(os_processes(OS_PROCESS_USERNAME | OS_PROCESS_EUID, &one, &count));
}

FAULT(os_process_open) {
    struct os_process *process = os_process_open(getpid());
    os_process_close(process);
    return process ? 0 : -1;
}

NO_FAULT(os_process_close)
NO_FAULT(os_process_fileno)
NO_FAULT(os_process_cpu_percent)

FAULT(os_process_is_running, .before = hold_self, .after = let_go, .absorbs = "*") {
    os_process_is_running(self);
    return 0;
}

FAULT(os_process_read, .before = hold_self, .after = let_go, .absorbs = LIST_ABSORBS) {
    return fault_free(os_process_read(self, 0x3fff));
}

FAULT(os_process_send_signal, .before = hold_self, .after = let_go,
      .absorbs = "kernel_pidfd_send_signal") {
    return os_process_send_signal(self, 0);
}

NO_FAULT(os_process_watch_close)

FAULT(os_process_watch_open, .absorbs = "getrlimit") {
    struct os_processes_options one = options();
    struct os_process_watch *list = os_process_watch_open(0x3fff, &one);
    os_process_watch_close(list);
    return list ? 0 : -1;
}

static struct os_process_watch *watch;

/* Of a list that was read what is open stays so, whether it can be read again or not. */
static void watch_self(void) {
    struct os_processes_options one = options();
    watch = os_process_watch_open(0x3fff, &one);
    free(os_process_watch_read(watch, NULL, &count));
}

static void watch_no_more(void) {
    watch = os_process_watch_close(watch);
}

FAULT(os_process_watch_read, .before = watch_self, .after = watch_no_more,
      .absorbs = LIST_ABSORBS) {
    struct os_process_news news;
    return fault_free(os_process_watch_read(watch, &news, &count));
}

static struct os_process *child;

static void make_child(void) {
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    siginfo_t info;
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    child = os_process_open(pid);
}

static void end_child(void) {
    child = os_process_close(child);
    while (waitpid(-1, NULL, 0) > 0) {
    }
}

FAULT(os_process_wait, .before = make_child, .after = end_child, .keeps_state = true,
      .absorbs = "kernel_pidfd_open kernel_faccessat") {
    return os_process_wait(child, 10, NULL);
}

FAULT(os_process_environ, .before = hold_self, .after = let_go) {
    return fault_free(os_process_environ(self));
}

FAULT(os_process_threads, .before = hold_self, .after = let_go) {
    return fault_free(os_process_threads(self, &count));
}

FAULT(os_process_open_files, .before = hold_self, .after = let_go) {
    return fault_free(os_process_open_files(self, &count));
}

FAULT(os_process_memory_maps, .before = hold_self, .after = let_go) {
    return fault_free(os_process_memory_maps(self, &count));
}
