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
    s->has_cgroup = os_cgroup(NULL, &s->cgroup) == 0;
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
}

/* The directory of the control group that this program is in; NULL where it is not of version 2. */
static char *own_cgroup(struct call *call) {
    struct os_process *self = os_process_open(getpid());
    struct os_process_info *info = self ? os_process_read(self, OS_PROCESS_CGROUP) : NULL;
    const char *path = info && info->valid & OS_PROCESS_CGROUP ? info->cgroup : NULL;
    static const char top[] = "/sys/fs/cgroup";
    char *whole =
        path && strcmp(path, "/") != 0 ? call_alloc(call, sizeof top + strlen(path), 1) : NULL;
    if (whole)
        strcat(strcpy(whole, top), path);
    free(info);
    os_process_close(self);
    return whole;
}

static void wait_for(double seconds) {
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

static int answer(struct call *call, double interval) {
    struct why why = {.before = {0}};
    struct os_process_watch *watch = os_process_watch_open(PROCESSES, NULL);
    if (!watch)
        return failed();
    const char *cgroup = own_cgroup(call);
    look(&why.before, watch, cgroup);
    wait_for(interval);
    look(&why.now, watch, cgroup);
    os_process_watch_close(watch);
    why.mounts = os_mounts(OS_MOUNTS_SIZES, 1, &why.mounts_count);
    int status = why.before.processes && why.now.processes ? STATUS_YES : failed();
    if (status == STATUS_YES && why_compare(&why))
        why_print(&why);
    else if (status == STATUS_YES)
        status = failed();
    forget(&why.before);
    forget(&why.now);
    free(why.mounts);
    for (int i = 0; i < WHY_RESOURCES; i++)
        free(why.blamed[i]);
    return status;
}

/**
 * Tells what the machine waits for, and who makes it wait.
 *
 * It looks twice, a second apart. Of CPUs, memory and disks it tells how much of the time somebody
 * waited for them (the kernel's pressure, of the machine and of the control group), and of each that
 * is waited for the five processes that wait for it or use it most. Then, where there are any:
 * control groups that are throttled, disks that are busy all the time, mounts that are full or don't
 * answer, swapping, and processes that were killed because memory was short. Where the kernel tells
 * no pressure it goes by what CPUs and disks do.
 *
 * @param interval  seconds between the two looks, 1 unless given
 * @group machine
 * @since 0.1
 * @shell why [--interval=SECONDS] -> custom
 */
int verb_why(struct call *call) {
    double interval = is_set(call, "interval") ? arg_float(call, arg_index(call, "interval")) : 1;
    if (call->misused)
        return STATUS_USAGE;
    if (!(interval >= 0.1 && interval <= 1e6))
        return misuse(call->function, "an interval is at least 0.1 seconds");
    return answer(call, interval);
}
