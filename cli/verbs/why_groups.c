/* SPDX-License-Identifier: MIT */
/** Control groups that make a machine or a process wait: throttled, or near a limit. */
#include "verbs/why.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double NEAR = 90; /* percent of a limit */

static double share_of(uint64_t has, uint64_t limit) {
    double share = limit != UINT64_MAX && limit > 0 ? 100.0 * (double)has / (double)limit : 0;
    return share >= NEAR ? share : NAN;
}

static const struct os_cgroup_entry *find(const struct sample *s, const char *path) {
    for (size_t i = 0; i < s->groups_count; i++)
        if (strcmp(s->groups[i].path, path) == 0)
            return &s->groups[i];
    return NULL;
}

static struct tight compare(const struct os_cgroup_entry *now,
                            const struct os_cgroup_entry *before) {
    struct tight tight = {.group = now, .memory = NAN, .pids = NAN};
    uint64_t kept = now->memory_current > now->memory_reclaimable
                        ? now->memory_current - now->memory_reclaimable
                        : 0;
    if (now->valid & OS_CGROUP_MEMORY)
        tight.memory = share_of(kept, now->memory_limit);
    if (now->valid & OS_CGROUP_PIDS)
        tight.pids = share_of(now->pids_current, now->pids_limit);
    if (before && now->valid & before->valid & OS_CGROUP_CPU &&
        now->throttled > before->throttled) {
        tight.throttled = now->throttled - before->throttled;
        tight.periods = now->periods - before->periods;
        tight.throttled_time = now->throttled_time - before->throttled_time;
    }
    return tight;
}

static bool is_tight(const struct tight *tight) {
    return tight->throttled || !isnan(tight->memory) || !isnan(tight->pids);
}

/* ------------------------------------------------------------------- who is in them */

/* Whether one of the words between commas is `word`; "" is the tree of version 2, which has all. */
static bool has_word(const char *list, const char *word) {
    size_t size = strlen(word);
    for (const char *at = list; *list && at; at = (at = strchr(at, ',')) ? at + 1 : NULL)
        if (strncmp(at, word, size) == 0 && (at[size] == ',' || !at[size]))
            return true;
    return !*list;
}

static bool is_below(const char *path, const char *group) {
    size_t size = strcmp(group, "/") == 0 ? 0 : strlen(group);
    return strncmp(path, group, size) == 0 && (path[size] == '/' || !path[size]);
}

static bool is_in(const struct os_cgroup_membership *own, size_t count, const char *controller,
                  const char *group) {
    for (size_t i = 0; i < count; i++)
        if (has_word(own[i].controllers, controller) && is_below(own[i].path, group))
            return true;
    return false;
}

bool why_holds(const struct tight *tight, const struct os_cgroup_membership *own, size_t count) {
    const char *path = tight->group->path;
    return (tight->throttled && is_in(own, count, "cpu", path)) ||
           (!isnan(tight->memory) && is_in(own, count, "memory", path)) ||
           (!isnan(tight->pids) && is_in(own, count, "pids", path));
}

/* A process that has ended is in none. */
static const char *group_of(const struct why *why, pid_t pid) {
    size_t count = 0;
    struct os_cgroup_membership *own = os_process_cgroups(pid, &count);
    const char *path = NULL;
    for (size_t i = why->tight_count; own && !path && i-- > 0;) /* the innermost comes last */
        if (why_holds(&why->tight[i], own, count))
            path = why->tight[i].group->path;
    free(own);
    return path;
}

bool why_find_groups(struct why *why) {
    size_t count = 0;
    struct os_cgroup_membership *own = why->pid ? os_process_cgroups(why->pid, &count) : NULL;
    why->tight = calloc(why->now.groups_count + 1, sizeof *why->tight);
    for (size_t i = 0; why->tight && i < why->now.groups_count; i++) {
        const struct os_cgroup_entry *now = &why->now.groups[i];
        struct tight tight = compare(now, find(&why->before, now->path));
        if (is_tight(&tight) && (!why->pid || why_holds(&tight, own, count)))
            why->tight[why->tight_count++] = tight;
    }
    free(own);
    for (int r = 0; why->tight_count && r < WHY_RESOURCES; r++)
        for (size_t i = 0; i < why->blamed_count[r]; i++)
            why->blamed[r][i].cgroup = group_of(why, why->blamed[r][i].process->pid);
    return why->tight != NULL;
}
