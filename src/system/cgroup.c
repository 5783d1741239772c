/* SPDX-License-Identifier: MIT */
/** What the control groups of the process leave it and what it uses, of version 2 and version 1. */
#include "system/cgroup.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "base/str.h"
#include "system/machine.h"
#include "system/memory.h"
#include <math.h>
#include <osier/cgroup.h>

/* One line of /proc/self/mountinfo, as far as it is needed. */
struct mount {
    char *root;              /* the cgroup that is to be seen at the mount point */
    char *point;             /* where */
    bool version_2;          /* all controllers in one tree */
    const char *controllers; /* of version 1: which are mounted here, "rw,cpu,cpuacct" */
};

/* Whether one of the words between commas is `word`. */
static bool has_word(const char *list, size_t size, const char *word) {
    size_t length = strlen(word);
    for (const char *end = list + size; list < end; list++) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *stop = comma ? comma : end;
        if ((size_t)(stop - list) == length && memcmp(list, word, length) == 0)
            return true;
        list = stop;
    }
    return false;
}

/* Takes a line apart, which is cut to pieces: whether it is about cgroups. */
static bool parse_mount(char *line, struct mount *m) {
    char *fields[5] = {0};
    for (int i = 0; i < 5; i++)
        fields[i] = strsep(&line, " ");
    char *rest = line ? strstr(line, " - ") : NULL;
    if (!rest)
        return false;
    rest += 3;
    const char *type = strsep(&rest, " ");
    strsep(&rest, " ");
    m->root = fields[3];
    m->point = fields[4];
    m->version_2 = strcmp(type, "cgroup2") == 0;
    m->controllers = strcmp(type, "cgroup") == 0 && rest ? rest : "";
    procfile_unescape(m->root);
    procfile_unescape(m->point);
    return m->version_2 || *m->controllers;
}

/* The path of the process's cgroup in a mount's hierarchy: what is behind the second colon of one
 * of the lines "4:cpu,cpuacct:/path" or "0::/path". */
static const char *group_path(const char *groups, const struct mount *m, const char *controller,
                              size_t *ret_size) {
    while (*groups) {
        const char *controllers = strchr(groups, ':');
        const char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            return NULL;
        controllers++;
        size_t size = (size_t)(path - controllers);
        *ret_size = strcspn(++path, "\n");
        if (m->version_2 ? size == 0 : has_word(controllers, size, controller))
            return path;
        groups = path + *ret_size;
        groups += *groups == '\n';
    }
    return NULL;
}

/* The part of the cgroup's path that is below the mount point; "" where it is not to be seen there,
 * as in a namespace of its own. */
static void append_below_root(struct str *dir, const struct mount *m, const char *path,
                              size_t size) {
    size_t root = strcmp(m->root, "/") == 0 ? 0 : strlen(m->root);
    bool below = root <= size && memcmp(path, m->root, root) == 0;
    size_t start = dir->size;
    if (below && (root == size || path[root] == '/'))
        str_append(dir, path + root, size - root);
    if (!dir->failed && strstr(dir->data + start, "/.."))
        str_truncate(dir, start);
    while (!dir->failed && dir->size > start && dir->data[dir->size - 1] == '/')
        str_truncate(dir, dir->size - 1);
}

/* One group that limits the process: its own or one above it. */
struct level {
    struct str *dir;
    bool version_2;
    bool own;
};

/* Reads DIR/NAME: how many bytes, or 0 where the group has no such file. */
static ssize_t read_file(const struct level *level, const char *name, char *buffer, size_t room) {
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

/* A file that holds one number: `none` where there is no such file, or it says "max". */
static int read_number(const struct level *level, const char *name, uint64_t none,
                       uint64_t *ret_number) {
    char text[64];
    ssize_t r = read_file(level, name, text, sizeof text);
    *ret_number = text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : none;
    return r < 0 ? (int)r : 0;
}

/* A line of a file of lines "label number"; `none` where there is none. */
static uint64_t labelled(const char *text, const char *label, uint64_t none) {
    const char *at = procfile_field(text, label);
    return at ? strtoull(at, NULL, 10) : none;
}

/* Calls `visit` for the group of the process and each above it, up to the mount point. */
static int visit_along(const struct mount *m, const char *groups, const char *controller,
                       int (*visit)(const struct level *, void *), void *data) {
    size_t size = 0;
    const char *path = group_path(groups, m, controller, &size);
    if (!path)
        return 0;
    AUTO_STR dir = STR_INIT;
    struct level level = {.dir = &dir, .version_2 = m->version_2, .own = true};
    str_append_text(&dir, m->point);
    size_t top = dir.size;
    append_below_root(&dir, m, path, size);
    int r = dir.failed ? -ENOMEM : visit(&level, data);
    while (r == 0 && dir.size > top) {
        str_truncate(&dir, (size_t)(strrchr(dir.data, '/') - dir.data));
        level.own = false;
        r = visit(&level, data);
    }
    return r;
}

/* The same wherever the controller is mounted: 0 too where there are no cgroups, or no /proc. */
static int visit_groups(const char *controller, int (*visit)(const struct level *, void *),
                        void *data) {
    AUTO_STR groups = STR_INIT;
    AUTO_STR mounts = STR_INIT;
    int r = machine_load("/proc/self/cgroup", &groups);
    if (r == 0)
        r = machine_load("/proc/self/mountinfo", &mounts);
    char *rest = r == 0 ? mounts.data : NULL, *line;
    struct mount m;
    while (r == 0 && (line = strsep(&rest, "\n")))
        if (parse_mount(line, &m) &&
            (m.version_2 || has_word(m.controllers, strlen(m.controllers), controller)))
            r = visit_along(&m, groups.data ? groups.data : "", controller, visit, data);
    return r == -ENOENT ? 0 : r;
}

/* ------------------------------------------------------------------- CPUs */

/* Lowers `quota` to what one group has: microseconds in each period, or "max" or −1 for all. */
static int lower_quota(const struct level *level, double *quota) {
    char text[64], period_text[64];
    ssize_t r =
        read_file(level, level->version_2 ? "/cpu.max" : "/cpu.cfs_quota_us", text, sizeof text);
    if (r <= 0)
        return (int)r;
    char *end;
    double runtime = (double)strtoll(text, &end, 10);
    if (!level->version_2) {
        r = read_file(level, "/cpu.cfs_period_us", period_text, sizeof period_text);
        if (r <= 0)
            return (int)r;
        end = period_text;
    }
    double period = (double)strtoll(end, NULL, 10);
    if (runtime > 0 && period > 0 && runtime / period < *quota)
        *quota = runtime / period;
    return 0;
}

static int visit_quota(const struct level *level, void *quota) {
    return lower_quota(level, quota);
}

int cgroup_cpu_quota(double *ret_cpus) {
    double quota = INFINITY;
    int r = visit_groups("cpu", visit_quota, &quota);
    if (r == 0)
        *ret_cpus = quota;
    return r;
}

/* What stands in cpu.stat: microseconds in version 2, nanoseconds in version 1. */
static int read_cpu(const struct level *level, struct os_cgroup_result *g) {
    char text[2048];
    ssize_t r = read_file(level, "/cpu.stat", text, sizeof text);
    if (r <= 0)
        return (int)r;
    g->periods = labelled(text, "nr_periods ", g->periods);
    g->throttled = labelled(text, "nr_throttled ", g->throttled);
    g->throttled_time = level->version_2 ? (int64_t)labelled(text, "throttled_usec ", 0) * 1000
                                         : (int64_t)labelled(text, "throttled_time ", 0);
    if (level->version_2)
        g->cpu_usage = (int64_t)labelled(text, "usage_usec ", 0) * 1000;
    return 0;
}

static int visit_cpu(const struct level *level, void *data) {
    struct os_cgroup_result *g = data;
    int r = level->own ? read_cpu(level, g) : 0;
    return r < 0 ? r : lower_quota(level, &g->cpu_quota);
}

static int visit_usage(const struct level *level, void *data) {
    struct os_cgroup_result *g = data;
    uint64_t usage = 0;
    if (!level->own || level->version_2)
        return 0;
    int r = read_number(level, "/cpuacct.usage", (uint64_t)g->cpu_usage, &usage);
    g->cpu_usage = (int64_t)usage;
    return r;
}

/* ------------------------------------------------------------------- memory and processes */

#define NO_LIMIT UINT64_MAX
#define V1_NONE  (UINT64_C(1) << 62) /* version 1 has a number of pages above this for no limit */

static int read_memory(const struct level *level, uint64_t *ret_current,
                       uint64_t *ret_reclaimable) {
    char text[8192];
    int r = read_number(level, level->version_2 ? "/memory.current" : "/memory.usage_in_bytes", 0,
                        ret_current);
    ssize_t size = r < 0 ? r : read_file(level, "/memory.stat", text, sizeof text);
    *ret_reclaimable = 0;
    if (size > 0)
        *ret_reclaimable =
            labelled(text, level->version_2 ? "inactive_file " : "total_inactive_file ", 0);
    return size < 0 ? (int)size : 0;
}

static int read_kills(const struct level *level, uint64_t *ret_kills) {
    char text[1024];
    ssize_t r = read_file(level, level->version_2 ? "/memory.events" : "/memory.oom_control", text,
                          sizeof text);
    if (r > 0)
        *ret_kills = labelled(text, "oom_kill ", *ret_kills);
    return r < 0 ? (int)r : 0;
}

/* What the group leaves: its limit without what it has, but with what can be had back of that. */
static uint64_t left_of(uint64_t limit, uint64_t current, uint64_t reclaimable) {
    uint64_t kept = current > reclaimable ? current - reclaimable : 0;
    return limit > kept ? limit - kept : 0;
}

static int visit_memory(const struct level *level, void *data) {
    struct os_cgroup_result *g = data;
    uint64_t limit, current, reclaimable;
    int r = read_number(level, level->version_2 ? "/memory.max" : "/memory.limit_in_bytes",
                        NO_LIMIT, &limit);
    bool limited = r == 0 && limit < (level->version_2 ? NO_LIMIT : V1_NONE);
    if (r < 0 || !(limited || level->own))
        return r;
    r = read_memory(level, &current, &reclaimable);
    if (r == 0 && level->own)
        r = read_kills(level, &g->oom_kills);
    if (r == 0 && level->own && current) {
        g->memory_current = current;
        g->memory_reclaimable = reclaimable;
    }
    if (r < 0 || !limited)
        return r;
    if (limit < g->memory_limit)
        g->memory_limit = limit;
    if (left_of(limit, current, reclaimable) < g->memory_available)
        g->memory_available = left_of(limit, current, reclaimable);
    return 0;
}

static int visit_pids(const struct level *level, void *data) {
    struct os_cgroup_result *g = data;
    uint64_t limit;
    int r = read_number(level, "/pids.max", NO_LIMIT, &limit);
    if (limit < g->pids_limit)
        g->pids_limit = limit;
    if (r == 0 && level->own)
        r = read_number(level, "/pids.current", g->pids_current, &g->pids_current);
    return r;
}

static int read_group(struct os_cgroup_result *ret) {
    struct os_virtual_memory_result machine = {0};
    struct os_cgroup_result g = {
        .memory_limit = NO_LIMIT, .cpu_quota = INFINITY, .pids_limit = NO_LIMIT};
    int r = memory_read(&machine);
    g.memory_available = machine.available;
    if (r == 0)
        r = visit_groups("memory", visit_memory, &g);
    if (r == 0)
        r = visit_groups("cpu", visit_cpu, &g);
    if (r == 0)
        r = visit_groups("cpuacct", visit_usage, &g);
    if (r == 0)
        r = visit_groups("pids", visit_pids, &g);
    if (r == 0)
        *ret = g;
    return r;
}

int os_cgroup(struct os_cgroup_result *ret_cgroup) {
    UNCANCELLED;
    return PUBLIC(read_group(ret_cgroup), "cgroup", NULL, NULL);
}

int os_available_memory(uint64_t *ret_bytes) {
    UNCANCELLED;
    struct os_cgroup_result g;
    int r = read_group(&g);
    if (r == 0)
        *ret_bytes = g.memory_available;
    return PUBLIC(r, "available_memory", NULL, NULL);
}
