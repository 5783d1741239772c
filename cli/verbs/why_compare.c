/* SPDX-License-Identifier: MIT */
/** Two looks at a machine compared: what is waited for, and by whom. */
#include "verbs/why.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double STALLED = 1;    /* percent of the time from which on it is waited for */
static const double CPUS_BUSY = 95; /* of all CPUs: then somebody else would have to wait */
static const double CPUS_WAIT = 10; /* for disks */
static const double FULL = 95;      /* of a file system */

static uint64_t more(uint64_t now, uint64_t before) {
    return now > before ? now - before : 0; /* one that shrank began anew */
}

static double share_of(const struct why *why, const struct os_pressure_result *now,
                       const struct os_pressure_result *before) {
    int64_t stalled = now->some.total - before->some.total;
    double share = 100.0 * (double)stalled / (double)why->elapsed;
    return share < 0 ? 0 : share > 100 ? 100 : share;
}

/* Of all CPUs together, which come first. */
static void compare_cpus(struct why *why) {
    why->busy = why->iowait = NAN;
    if (!why->before.cpus || !why->now.cpus)
        return;
    const struct os_cpu_times *a = why->before.cpus, *b = why->now.cpus;
    double idle = (double)(b->idle - a->idle), wait = (double)(b->iowait - a->iowait);
    double used = (double)(b->user - a->user + b->nice - a->nice + b->system - a->system + b->irq -
                           a->irq + b->softirq - a->softirq + b->steal - a->steal);
    double all = used + idle + wait;
    if (!(all > 0))
        return;
    why->busy = 100 * used / all;
    why->iowait = 100 * (wait > 0 ? wait : 0) / all;
}

uint64_t why_events(const struct why *why, const char *name, uint64_t *ret_all) {
    uint64_t both[2] = {0};
    const struct sample *samples[2] = {&why->before, &why->now};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; samples[k]->events && i < samples[k]->events_count; i++)
            if (strcmp(samples[k]->events[i].name, name) == 0)
                both[k] = (uint64_t)samples[k]->events[i].number;
    if (ret_all)
        *ret_all = both[1];
    return more(both[1], both[0]);
}

bool why_full(const struct os_mount *mount) {
    bool known = mount->valid & OS_MOUNTS_SIZES && mount->total > 0;
    bool read_only = strncmp(mount->opts, "ro", 2) == 0; /* an image is as large as what is in it */
    return mount->stuck ||
           (known && !read_only && !mount->pseudo && !mount->covered && mount->percent >= FULL);
}

/* ----------------------------------------------------------------------- who makes it wait */

static struct blamed compare_process(const struct os_process_info *now,
                                     const struct os_process_info *before) {
    const struct os_process_times *a = &before->cpu_times, *b = &now->cpu_times;
    struct blamed one = {.process = now};
    unsigned both = now->valid & before->valid;
    one.used = b->user + b->system - a->user - a->system;
    one.iowait = b->iowait - a->iowait;
    one.faults = more(now->major_faults, before->major_faults);
    one.grown = more(now->rss, before->rss);
    if (both & OS_PROCESS_DELAY)
        one.waited = now->run_delay - before->run_delay;
    if (both & OS_PROCESS_IO) {
        one.read = more(now->io_counters.read_bytes, before->io_counters.read_bytes);
        one.written = more(now->io_counters.write_bytes, before->io_counters.write_bytes);
    }
    return one;
}

static double weight_of(const struct blamed *one, enum os_resource resource) {
    const double page = 4096, bytes_a_second = 1e8; /* to weigh time against bytes */
    if (resource == OS_RESOURCE_CPU)
        return (double)one->waited + (double)one->used;
    if (resource == OS_RESOURCE_MEMORY)
        return (double)one->faults * page + (double)one->grown;
    return (double)one->read + (double)one->written + (double)one->iowait / 1e9 * bytes_a_second;
}

/* The heaviest first; who does nothing is no reason. */
static void insert(struct why *why, enum os_resource resource, const struct blamed *one) {
    struct blamed *list = why->blamed[resource];
    size_t at = why->blamed_count[resource];
    while (at > 0 && list[at - 1].weight < one->weight) {
        if (at < WHY_BLAMED)
            list[at] = list[at - 1];
        at--;
    }
    if (at < WHY_BLAMED) {
        list[at] = *one;
        why->blamed_count[resource] += why->blamed_count[resource] < WHY_BLAMED;
    }
}

static int compare_pid(const void *pid, const void *info) {
    pid_t a = *(const pid_t *)pid, b = ((const struct os_process_info *)info)->pid;
    return (a > b) - (a < b);
}

/* One that was started in between did all that it has done meanwhile. */
static void compare_processes(struct why *why, enum os_resource resource) {
    for (size_t i = 0; i < why->now.processes_count; i++) {
        const struct os_process_info *now = &why->now.processes[i];
        const struct os_process_info none = {.valid = ~0u};
        if (why->pid && now->pid != why->pid)
            continue;
        const struct os_process_info *before =
            bsearch(&now->pid, why->before.processes, why->before.processes_count, sizeof *now,
                    compare_pid);
        bool same = before && before->start_ticks == now->start_ticks;
        struct blamed one = compare_process(now, same ? before : &none);
        one.weight = weight_of(&one, resource);
        if (one.weight > 0)
            insert(why, resource, &one);
    }
}

static bool is_stalled(const struct why *why, int i) {
    if (!isnan(why->share[i]))
        return why->share[i] >= STALLED || why->now.pressure[i].some.avg10 >= STALLED ||
               why->group_share[i] >= STALLED;
    if (i == OS_RESOURCE_CPU)
        return why->busy >= CPUS_BUSY;
    if (i == OS_RESOURCE_IO)
        return why->iowait >= CPUS_WAIT;
    return why_events(why, "pswpin", NULL) + why_events(why, "pswpout", NULL) > 0;
}

bool why_compare(struct why *why) {
    const struct sample *a = &why->before, *b = &why->now;
    bool fine = true;
    why->elapsed = b->stamp > a->stamp ? b->stamp - a->stamp : 1;
    compare_cpus(why);
    if (a->disks && b->disks)
        os_disk_rates(b->disks, b->disks_count, a->disks, a->disks_count, why->elapsed);
    for (int i = 0; i < WHY_RESOURCES; i++) {
        bool known = a->has_pressure[i] && b->has_pressure[i];
        bool group = a->has_group[i] && b->has_group[i];
        why->share[i] = known ? share_of(why, &b->pressure[i], &a->pressure[i]) : NAN;
        why->group_share[i] = group ? share_of(why, &b->group[i], &a->group[i]) : NAN;
        why->stalled[i] = is_stalled(why, i);
        why->blamed[i] = calloc(WHY_BLAMED, sizeof *why->blamed[i]);
        fine = fine && why->blamed[i];
        if ((why->stalled[i] || why->pid) && why->blamed[i])
            compare_processes(why, (enum os_resource)i);
    }
    return fine;
}
