/* SPDX-License-Identifier: MIT */
/** What control groups leave and use, of version 2 and version 1. */
#include "system/cgroup.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "base/str.h"
#include "system/cgroup_find.h"
#include "system/machine.h"
#include "system/memory.h"
#include "system/rows.h"
#include <math.h>
#include <osier/cgroup.h>
#include <stdio.h>

#define NO_LIMIT   UINT64_MAX
#define V1_NONE    (UINT64_C(1) << 62) /* version 1 has a number of pages above this for no limit */
#define EVERYTHING (OS_CGROUP_MEMORY | OS_CGROUP_CPU | OS_CGROUP_USAGE | OS_CGROUP_PIDS)

/* Reads DIR/NAME: how many bytes, or 0 where the group has no such file. */
static ssize_t read_file(const struct cgroup_level *level, const char *name, char *buffer,
                         size_t room) {
    struct str *dir = level->dir;
    size_t size = dir->size;
    str_append_text(dir, name);
    if (dir->failed)
        return -ENOMEM;
    ssize_t r = machine_read(dir->data, buffer, room);
    str_truncate(dir, size);
    if (r <= 0)
        buffer[0] = '\0';
    return r == -ENOENT || r == -ENOTDIR || r == -ENODEV || r == -EOPNOTSUPP ? 0 : r;
}

/* A file that holds one number, which stays as it is where there is no such file, or it says "max": 1
 * where there is one, 0, or −errno. */
static int read_number(const struct cgroup_level *level, const char *name, uint64_t *number) {
    char text[64];
    ssize_t r = read_file(level, name, text, sizeof text);
    if (text[0] >= '0' && text[0] <= '9')
        *number = strtoull(text, NULL, 10);
    return r < 0 ? (int)r : r > 0;
}

/* A line of a file of lines "label number"; `none` where there is none. */
static uint64_t labelled(const char *text, const char *label, uint64_t none) {
    const char *at = procfile_field(text, label);
    return at ? strtoull(at, NULL, 10) : none;
}

/* ------------------------------------------------------------------- one group */

/* What one has for itself. Of those above the group that is asked for the limits alone count. */

/* Microseconds in each period, or "max" or −1 for all. */
static int read_quota(const struct cgroup_level *level, struct os_cgroup_entry *g) {
    char text[64], period_text[64];
    ssize_t r =
        read_file(level, level->version_2 ? "/cpu.max" : "/cpu.cfs_quota_us", text, sizeof text);
    if (r <= 0)
        return (int)r;
    char *end;
    double runtime = (double)strtoll(text, &end, 10);
    g->valid |= OS_CGROUP_CPU;
    if (!level->version_2) {
        r = read_file(level, "/cpu.cfs_period_us", period_text, sizeof period_text);
        if (r <= 0)
            return (int)r;
        end = period_text;
    }
    double period = (double)strtoll(end, NULL, 10);
    if (runtime > 0 && period > 0)
        g->cpu_quota = runtime / period;
    return 0;
}

/* What stands in cpu.stat: microseconds in version 2, nanoseconds in version 1. */
static int read_cpu(const struct cgroup_level *level, struct os_cgroup_entry *g) {
    char text[2048];
    ssize_t r = read_file(level, "/cpu.stat", text, sizeof text);
    if (r <= 0)
        return (int)r;
    if (procfile_field(text, "nr_periods "))
        g->valid |= OS_CGROUP_CPU;
    g->periods = labelled(text, "nr_periods ", 0);
    g->throttled = labelled(text, "nr_throttled ", 0);
    g->throttled_time = level->version_2 ? (int64_t)labelled(text, "throttled_usec ", 0) * 1000
                                         : (int64_t)labelled(text, "throttled_time ", 0);
    if (level->version_2 && procfile_field(text, "usage_usec ")) {
        g->cpu_usage = (int64_t)labelled(text, "usage_usec ", 0) * 1000;
        g->valid |= OS_CGROUP_USAGE;
    }
    return 0;
}

static int read_usage(const struct cgroup_level *level, struct os_cgroup_entry *g) {
    uint64_t usage = 0;
    int r = level->version_2 ? 0 : read_number(level, "/cpuacct.usage", &usage);
    if (r > 0) {
        g->cpu_usage = (int64_t)usage;
        g->valid |= OS_CGROUP_USAGE;
    }
    return r < 0 ? r : 0;
}

static int read_reclaimable(const struct cgroup_level *level, uint64_t *ret) {
    char text[8192];
    ssize_t r = read_file(level, "/memory.stat", text, sizeof text);
    if (r > 0)
        *ret = labelled(text, level->version_2 ? "inactive_file " : "total_inactive_file ", 0);
    return r < 0 ? (int)r : 0;
}

static int read_kills(const struct cgroup_level *level, uint64_t *ret) {
    char text[1024];
    ssize_t r = read_file(level, level->version_2 ? "/memory.events" : "/memory.oom_control", text,
                          sizeof text);
    if (r > 0)
        *ret = labelled(text, "oom_kill ", 0);
    return r < 0 ? (int)r : 0;
}

/* memory.stat is dear: the kernel adds it up when it is read. `whole`: it is needed without a limit. */
static int read_memory(const struct cgroup_level *level, bool whole, struct os_cgroup_entry *g) {
    int r = read_number(level, level->version_2 ? "/memory.max" : "/memory.limit_in_bytes",
                        &g->memory_limit);
    if (!level->version_2 && g->memory_limit >= V1_NONE)
        g->memory_limit = NO_LIMIT;
    bool limited = g->memory_limit != NO_LIMIT;
    if (r < 0 || !(limited || level->own))
        return r < 0 ? r : 0;
    int known = read_number(level, level->version_2 ? "/memory.current" : "/memory.usage_in_bytes",
                            &g->memory_current);
    g->valid |= r > 0 || known > 0 ? OS_CGROUP_MEMORY : 0;
    r = known;
    if (r >= 0 && (limited || whole))
        r = read_reclaimable(level, &g->memory_reclaimable);
    return r < 0 || !level->own ? (r < 0 ? r : 0) : read_kills(level, &g->oom_kills);
}

static int read_pids(const struct cgroup_level *level, struct os_cgroup_entry *g) {
    int r = read_number(level, "/pids.max", &g->pids_limit);
    if (r > 0)
        g->valid |= OS_CGROUP_PIDS;
    if (r >= 0 && level->own && (r = read_number(level, "/pids.current", &g->pids_current)) > 0)
        g->valid |= OS_CGROUP_PIDS;
    return r < 0 ? r : 0;
}

static const struct os_cgroup_entry unlimited = {
    .memory_limit = NO_LIMIT, .cpu_quota = INFINITY, .pids_limit = NO_LIMIT};

static int read_entry(const struct cgroup_level *level, bool whole, struct os_cgroup_entry *g) {
    int r = level->bits & OS_CGROUP_MEMORY ? read_memory(level, whole, g) : 0;
    if (r == 0 && level->bits & OS_CGROUP_CPU)
        r = read_quota(level, g);
    if (r == 0 && level->own && level->bits & (OS_CGROUP_CPU | OS_CGROUP_USAGE))
        r = level->version_2 || level->bits & OS_CGROUP_CPU ? read_cpu(level, g) : 0;
    if (r == 0 && level->own && level->bits & OS_CGROUP_USAGE)
        r = read_usage(level, g);
    return r == 0 && level->bits & OS_CGROUP_PIDS ? read_pids(level, g) : r;
}

/* ------------------------------------------------------------------- with those above it */

/* What the group leaves: its limit without what it has, but with what can be had back of that. */
static uint64_t left_of(const struct os_cgroup_entry *g) {
    uint64_t kept =
        g->memory_current > g->memory_reclaimable ? g->memory_current - g->memory_reclaimable : 0;
    return g->memory_limit > kept ? g->memory_limit - kept : 0;
}

static void lower(uint64_t *limit, uint64_t to) {
    *limit = to < *limit ? to : *limit;
}

/* The trees of both versions may be there: what one of them doesn't tell stays as it is. */
static void take_own(const struct os_cgroup_entry *g, struct os_cgroup_result *ret) {
    if (g->valid & OS_CGROUP_MEMORY && g->memory_current) {
        ret->memory_current = g->memory_current;
        ret->memory_reclaimable = g->memory_reclaimable;
    }
    ret->oom_kills = g->oom_kills ? g->oom_kills : ret->oom_kills;
    if (g->valid & OS_CGROUP_CPU && g->periods) {
        ret->periods = g->periods;
        ret->throttled = g->throttled;
        ret->throttled_time = g->throttled_time;
    }
    if (g->valid & OS_CGROUP_USAGE)
        ret->cpu_usage = g->cpu_usage;
    ret->pids_current = g->pids_current ? g->pids_current : ret->pids_current;
}

static int visit_level(const struct cgroup_level *level, void *data) {
    struct os_cgroup_result *ret = data;
    struct os_cgroup_entry g = unlimited;
    int r = read_entry(level, level->own, &g);
    if (r < 0)
        return r;
    if (level->own)
        take_own(&g, ret);
    lower(&ret->memory_limit, g.memory_limit);
    if (g.memory_limit != NO_LIMIT)
        lower(&ret->memory_available, left_of(&g));
    ret->cpu_quota = g.cpu_quota < ret->cpu_quota ? g.cpu_quota : ret->cpu_quota;
    lower(&ret->pids_limit, g.pids_limit);
    return 0;
}

static int read_group(const char *path, struct os_cgroup_result *ret) {
    struct os_virtual_memory_result machine = {0};
    struct os_cgroup_result g = {
        .memory_limit = NO_LIMIT, .cpu_quota = INFINITY, .pids_limit = NO_LIMIT};
    int r = memory_read(&machine);
    g.memory_available = machine.available;
    if (r == 0)
        r = cgroup_up(path, EVERYTHING, visit_level, &g);
    if (r == 0)
        *ret = g;
    return r;
}

int os_cgroup(const char *path, struct os_cgroup_result *ret_cgroup) {
    UNCANCELLED;
    return PUBLIC(read_group(path, ret_cgroup), "cgroup", path, NULL);
}

int os_available_memory(uint64_t *ret_bytes) {
    UNCANCELLED;
    struct os_cgroup_result g;
    int r = read_group(NULL, &g);
    if (r == 0)
        *ret_bytes = g.memory_available;
    return PUBLIC(r, "available_memory", NULL, NULL);
}

static int visit_quota(const struct cgroup_level *level, void *quota) {
    struct os_cgroup_entry g = unlimited;
    int r = read_quota(level, &g);
    *(double *)quota = g.cpu_quota < *(double *)quota ? g.cpu_quota : *(double *)quota;
    return r;
}

int cgroup_cpu_quota(double *ret_cpus) {
    double quota = INFINITY;
    int r = cgroup_up(NULL, OS_CGROUP_CPU, visit_quota, &quota);
    if (r == 0)
        *ret_cpus = quota;
    return r;
}

/* ------------------------------------------------------------------- all of them */

static int visit_entry(const struct cgroup_level *level, void *data) {
    struct rows *rows = data;
    struct os_cgroup_entry *g = rows_add(rows);
    if (!g)
        return -ENOMEM;
    *g = unlimited;
    rows_text(rows, level->group, strlen(level->group), &g->path);
    int r = read_entry(level, false, g);
    g->valid &= level->bits;
    return r;
}

/* One behind that which it is in: a slash comes before whatever else a name may go on with. */
static int compare_paths(const void *a, const void *b) {
    const unsigned char *x = (const void *)((const struct os_cgroup_entry *)a)->path,
                        *y = (const void *)((const struct os_cgroup_entry *)b)->path;
    while (*x && *x == *y)
        x++, y++;
    int p = *x == '/' ? 1 : *x + (*x != 0), q = *y == '/' ? 1 : *y + (*y != 0);
    return p - q;
}

/* The group of that name in another tree tells the rest. */
static void merge(struct os_cgroup_entry *g, const struct os_cgroup_entry *other) {
    unsigned new = other->valid & ~g->valid;
    if (new &OS_CGROUP_MEMORY) {
        g->memory_limit = other->memory_limit;
        g->memory_current = other->memory_current;
        g->memory_reclaimable = other->memory_reclaimable;
        g->oom_kills = other->oom_kills;
    }
    if (new &OS_CGROUP_CPU) {
        g->cpu_quota = other->cpu_quota;
        g->periods = other->periods;
        g->throttled = other->throttled;
        g->throttled_time = other->throttled_time;
    }
    if (new &OS_CGROUP_USAGE)
        g->cpu_usage = other->cpu_usage;
    if (new &OS_CGROUP_PIDS) {
        g->pids_limit = other->pids_limit;
        g->pids_current = other->pids_current;
    }
    g->valid |= new;
}

static int read_groups(const char *path, unsigned fields, struct os_cgroup_entry **ret_groups,
                       size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_cgroup_entry, path), SIZE_MAX};
    AUTO_ROWS rows = {.size = sizeof **ret_groups};
    size_t count = 0, kept = 0;
    if (fields & ~(unsigned)EVERYTHING)
        return -EINVAL;
    int r = cgroup_down(path, fields ? fields : EVERYTHING, visit_entry, &rows);
    if (r == 0)
        r = rows_take(&rows, texts, ret_groups, &count);
    if (r < 0)
        return r;
    struct os_cgroup_entry *list = *ret_groups;
    qsort(list, count, sizeof *list, compare_paths);
    for (size_t i = 0; i < count; i++)
        if (kept && strcmp(list[kept - 1].path, list[i].path) == 0)
            merge(&list[kept - 1], &list[i]);
        else
            list[kept++] = list[i];
    *ret_count = kept;
    return 0;
}

struct os_cgroup_entry *os_cgroups(const char *path, unsigned fields, size_t *ret_count) {
    UNCANCELLED;
    struct os_cgroup_entry *groups = NULL;
    int r = read_groups(path, fields, &groups, ret_count);
    return PUBLIC_POINTER(r, groups, "cgroups", path, NULL);
}

/* ------------------------------------------------------------------- of a process */

/* "4:cpu,cpuacct:/path" */
static int add_membership(struct rows *rows, const char *line) {
    const char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
    if (!path)
        return 0;
    struct os_cgroup_membership *one = rows_add(rows);
    if (!one)
        return -ENOMEM;
    rows_text(rows, list + 1, (size_t)(path - list - 1), &one->controllers);
    rows_text(rows, path + 1, strlen(path + 1), &one->path);
    return 0;
}

static int read_memberships(pid_t pid, struct os_cgroup_membership **ret_list, size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_cgroup_membership, controllers),
                                   offsetof(struct os_cgroup_membership, path), SIZE_MAX};
    char path[40];
    AUTO_STR text = STR_INIT;
    AUTO_ROWS rows = {.size = sizeof **ret_list};
    if (pid < 0)
        return -EINVAL;
    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    int r = machine_load(pid ? path : "/proc/self/cgroup", &text);
    char *rest = r == 0 ? text.data : NULL, *line;
    while (r == 0 && (line = strsep(&rest, "\n")))
        r = add_membership(&rows, line);
    return r == -ENOENT ? -ESRCH : r < 0 ? r : rows_take(&rows, texts, ret_list, ret_count);
}

struct os_cgroup_membership *os_process_cgroups(pid_t pid, size_t *ret_count) {
    UNCANCELLED;
    struct os_cgroup_membership *list = NULL;
    int r = read_memberships(pid, &list, ret_count);
    return PUBLIC_POINTER(r, list, "process_cgroups", NULL, NULL);
}
