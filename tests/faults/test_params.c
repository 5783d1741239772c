/* SPDX-License-Identifier: MIT */
/** Faults in the process parameters and the scheduler. */
#include "faults.h"

#include "fs/umask.h"
#include <sys/wait.h>

NO_FAULT(os_getpid)
NO_FAULT(os_getppid)
NO_FAULT(os_gettid)
NO_FAULT(os_getuid)
NO_FAULT(os_geteuid)
NO_FAULT(os_getgid)
NO_FAULT(os_getegid)
NO_FAULT(os_getpgrp)
NO_FAULT(os_umask)

FAULT(os_ctermid) {
    return fault_free(os_ctermid());
}

/* Without a terminal nobody is logged in on it: a failure by itself, as good as a success here. */
static int may_have_no_terminal(const char *call, int number) {
    return strcmp(call, "getlogin_r") == 0 ? -1 : number;
}

FAULT(os_getlogin, .maps = may_have_no_terminal, .absorbs = "getlogin_r") {
    long r = fault_free(os_getlogin());
    return r < 0 && errno != ENOMEM ? 0 : r;
}

FAULT(os_uname) {
    struct os_uname_result result;
    return os_uname(&result);
}

FAULT(os_getresuid) {
    uid_t ids[3];
    return os_getresuid(&ids[0], &ids[1], &ids[2]);
}

FAULT(os_getresgid) {
    gid_t ids[3];
    return os_getresgid(&ids[0], &ids[1], &ids[2]);
}

FAULT(os_getgroups) {
    size_t count;
    return fault_free(os_getgroups(&count));
}

FAULT(os_getgrouplist) {
    size_t count;
    return fault_free(os_getgrouplist("root", 0, &count));
}

/* Whoever is not root may not set groups: that failure counts as the success it would be. */
static int only_root(const char *call, int number) {
    (void)call;
    return geteuid() != 0 && number == EPERM ? 0 : number;
}

static long if_root(long r) {
    return r < 0 && geteuid() != 0 && errno == EPERM ? 0 : r;
}

FAULT(os_setgroups, .maps = only_root) {
    gid_t groups[256];
    int count = getgroups(256, groups);
    return if_root(os_setgroups(groups, (size_t)count));
}

static gid_t groups_before[256];
static int groups_count;

static void keep_groups(void) {
    groups_count = getgroups(256, groups_before);
}

static void restore_groups(void) {
    if (geteuid() == 0)
        assert_int_equal(os_setgroups(groups_before, (size_t)groups_count), 0);
}

FAULT(os_initgroups, .maps = only_root, .before = keep_groups, .after = restore_groups) {
    return if_root(os_initgroups("root", 0));
}

FAULT(os_getpgid) {
    return os_getpgid(0);
}

FAULT(os_getsid) {
    return os_getsid(0);
}

/* What may be done once by a process is done by a child that shares this one's memory. */
static long by_child(pid_t (*call)(void)) {
    static volatile pid_t result;
    static volatile int number;
    int status;
    pid_t pid = vfork();
    if (pid == 0) {
        result = call();
        number = errno;
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    errno = number;
    return result;
}

static pid_t set_own_group(void) {
    return os_setpgid(0, 0);
}

FAULT(os_setsid, .uncancelled = true) {
    return by_child(os_setsid);
}

FAULT(os_setpgrp, .uncancelled = true) {
    return by_child(os_setpgrp);
}

FAULT(os_setpgid, .uncancelled = true) {
    return by_child(set_own_group);
}

FAULT(os_getpriority) {
    int priority;
    return os_getpriority(PRIO_PROCESS, 0, &priority);
}

FAULT(os_setpriority) {
    return os_setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0));
}

FAULT(os_setuid) {
    return os_setuid(getuid());
}

FAULT(os_seteuid) {
    return os_seteuid(geteuid());
}

FAULT(os_setreuid) {
    return os_setreuid((uid_t)-1, (uid_t)-1);
}

FAULT(os_setresuid) {
    return os_setresuid((uid_t)-1, (uid_t)-1, (uid_t)-1);
}

FAULT(os_setgid) {
    return os_setgid(getgid());
}

FAULT(os_setegid) {
    return os_setegid(getegid());
}

FAULT(os_setregid) {
    return os_setregid((gid_t)-1, (gid_t)-1);
}

FAULT(os_setresgid) {
    return os_setresgid((gid_t)-1, (gid_t)-1, (gid_t)-1);
}

FAULT(os_umask_get, .absorbs = "open read") {
    return os_umask_get();
}

FAULT_CASE(os_umask_get, without_proc, .no_record = true) {
    int r = umask_in_thread();
    errno = r < 0 ? -r : 0;
    return r < 0 ? -1 : 0;
}

FAULT(os_sched_get_priority_min) {
    return os_sched_get_priority_min(SCHED_FIFO);
}

FAULT(os_sched_get_priority_max) {
    return os_sched_get_priority_max(SCHED_FIFO);
}

FAULT(os_sched_setscheduler) {
    return os_sched_setscheduler(0, SCHED_OTHER, 0);
}

FAULT(os_sched_getscheduler) {
    return os_sched_getscheduler(0);
}

FAULT(os_sched_setparam) {
    return os_sched_setparam(0, 0);
}

FAULT(os_sched_getparam) {
    return os_sched_getparam(0);
}

FAULT(os_sched_rr_get_interval) {
    double seconds;
    return os_sched_rr_get_interval(0, &seconds);
}

FAULT(os_sched_rr_get_interval_ns, .operation = "sched_rr_get_interval") {
    return os_sched_rr_get_interval_ns(0) < 0 ? -1 : 0;
}

FAULT(os_sched_yield) {
    return os_sched_yield();
}

FAULT(os_sched_getaffinity) {
    size_t count;
    return fault_free(os_sched_getaffinity(0, &count));
}

FAULT(os_sched_setaffinity) {
    cpu_set_t set;
    int cpus[CPU_SETSIZE];
    size_t count = 0;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set))
            cpus[count++] = cpu;
    return os_sched_setaffinity(0, cpus, count);
}
