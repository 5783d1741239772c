/* SPDX-License-Identifier: MIT */
/** osier why: what a machine waits for, and who makes it wait. */
#include "verbs/why.h"
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES = OS_PROCESS_NAME | OS_PROCESS_USERNAME | OS_PROCESS_IO | OS_PROCESS_DELAY };

/* Lists that may be missing are NULL: a container may lack any of them. */
static void look(struct sample *s, struct os_process_watch *watch, const char *cgroup) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    s->stamp = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    for (int i = 0; i < WHY_RESOURCES; i++) {
        s->has_pressure[i] = os_pressure((enum os_resource)i, NULL, &s->pressure[i]) == 0;
        s->has_group[i] = cgroup && os_pressure((enum os_resource)i, cgroup, &s->group[i]) == 0;
    }
    s->groups =
        os_cgroups(NULL, OS_CGROUP_MEMORY | OS_CGROUP_CPU | OS_CGROUP_PIDS, &s->groups_count);
    s->processes = os_process_watch_read(watch, NULL, &s->processes_count);
    s->disks = os_disks(&s->disks_count);
    s->cpus = os_cpu_times(&s->cpus_count);
    s->events = os_vmstat(&s->events_count);
}

static void forget(struct sample *s) {
    free(s->processes);
    free(s->disks);
    free(s->cpus);
    free(s->events);
    free(s->groups);
}

/* The directory of the control group that a process is in; NULL where it is not of version 2. */
static char *cgroup_of(struct call *call, pid_t pid) {
    struct os_process *process = os_process_open(pid);
    struct os_process_info *info = process ? os_process_read(process, OS_PROCESS_CGROUP) : NULL;
    const char *path = info && info->valid & OS_PROCESS_CGROUP ? info->cgroup : NULL;
    static const char top[] = "/sys/fs/cgroup";
    char *whole =
        path && strcmp(path, "/") != 0 ? call_alloc(call, sizeof top + strlen(path), 1) : NULL;
    if (whole)
        strcat(strcpy(whole, top), path);
    free(info);
    os_process_close(process);
    return whole;
}

static void wait_for(double seconds) {
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

/* Whether the process that it is about was there both times. */
static bool is_there(const struct why *why) {
    size_t found = !why->pid;
    for (size_t i = 0; !found && i < why->now.processes_count; i++)
        found = why->now.processes[i].pid == why->pid;
    return found;
}

static int answer(struct call *call, double interval, pid_t pid) {
    struct why why = {.pid = pid};
    struct os_process_watch *watch = os_process_watch_open(PROCESSES, NULL);
    if (!watch)
        return failed();
    const char *cgroup = cgroup_of(call, pid ? pid : getpid());
    look(&why.before, watch, cgroup);
    wait_for(interval);
    look(&why.now, watch, cgroup);
    os_process_watch_close(watch);
    why.mounts = os_mounts(OS_MOUNTS_SIZES, 1, &why.mounts_count);
    int status = why.before.processes && why.now.processes ? STATUS_YES : failed();
    if (status == STATUS_YES && !is_there(&why))
        status = complain("why", NULL, "there is no process %d", (int)pid);
    else if (status == STATUS_YES && why_compare(&why) && why_find_groups(&why))
        why_print(&why);
    else if (status == STATUS_YES)
        status = failed();
    forget(&why.before);
    forget(&why.now);
    free(why.mounts);
    free(why.tight);
    for (int i = 0; i < WHY_RESOURCES; i++)
        free(why.blamed[i]);
    return status;
}

/**
 * Shows what the machine waits for, and what causes it.
 *
 * The command looks twice, a second apart. For CPUs, memory and disks it shows how much of the time processes had to
 * wait for them (the kernel's pressure, of the machine and of the control group), and the five processes that wait
 * most or use most. Then it lists, if there are any: control groups that are throttled or near a limit, and each
 * process's group; disks that are busy all the time; mounts that are full or don't answer; swapping; and processes that
 * the kernel killed because memory was short. Without pressure from the kernel it uses the load of CPUs and disks.
 *
 * @param pid  a process: show what it waited for, and which of its groups are near a limit
 * @param interval  seconds between the two looks, 1 by default
 * @group machine
 * @since 0.1
 * @shell why [PID] [--interval=SECONDS] -> custom
 */
int verb_why(struct call *call) {
    double interval = is_set(call, "interval") ? arg_float(call, arg_index(call, "interval")) : 1;
    pid_t pid = arg_text(call, "PID") ? ARG_INTEGER(call, arg_index(call, "PID"), pid_t, 0) : 0;
    if (call->misused)
        return STATUS_USAGE;
    if (!(interval >= 0.1 && interval <= 1e6))
        return misuse(call->function, "an interval is at least 0.1 seconds");
    if (pid < 0)
        return misuse(call->function, "a process has a number above 0");
    return answer(call, interval, pid);
}
