/* SPDX-License-Identifier: MIT */
/** What osier why finds between two looks at a machine. */
#ifndef CLI_VERBS_WHY_H
#define CLI_VERBS_WHY_H

#include <osier.h>

enum { WHY_RESOURCES = 3, WHY_BLAMED = 5 }; /* CPUs, memory and disks; processes of each */

/** One look. Lists that there are none of are NULL. */
struct sample {
    int64_t stamp;
    struct os_pressure_result pressure[WHY_RESOURCES], group[WHY_RESOURCES];
    bool has_pressure[WHY_RESOURCES], has_group[WHY_RESOURCES];
    struct os_cgroup_entry *groups;
    struct os_process_info *processes;
    struct os_disk *disks;
    struct os_cpu_times *cpus;
    struct os_named_number *events;
    size_t processes_count, disks_count, cpus_count, events_count, groups_count;
};

/** A control group that was throttled in between, or is near a limit. */
struct tight {
    const struct os_cgroup_entry *group;
    uint64_t throttled, periods; /* in how many of how many */
    int64_t throttled_time;
    double memory, pids; /* percent of its limit that it has; NaN: it is not near it */
};

/** A process, and what it did in between. */
struct blamed {
    const struct os_process_info *process;
    int64_t waited, used, iowait;  /* for a CPU; of one; for disks: nanoseconds */
    uint64_t faults;               /* pages that had to be read */
    uint64_t grown, read, written; /* bytes */
    double weight;                 /* by what it is the first of all */
    const char *cgroup;            /* of the tight ones that which it is in; or NULL */
};

struct why {
    struct sample before, now;
    pid_t pid; /* it is about this process alone; 0: about all */
    int64_t elapsed;
    double share
        [WHY_RESOURCES]; /* percent of the time in which somebody waited for it; NaN: unknown */
    double group_share[WHY_RESOURCES]; /* the same of the control group */
    bool stalled[WHY_RESOURCES];
    double busy, iowait; /* percent of what all CPUs could do; NaN: unknown */
    struct blamed *blamed[WHY_RESOURCES];
    size_t blamed_count[WHY_RESOURCES];
    struct tight *tight;
    size_t tight_count;
    struct os_mount *mounts;
    size_t mounts_count;
};

/** Compares the two looks: false where memory ran out. */
bool why_compare(struct why *why);

/** How much more of an event there was in between, and all since the start. */
uint64_t why_events(const struct why *why, const char *name, uint64_t *ret_all);

/** Finds the control groups that are tight, those that the process is in where it is about one, and of those who are blamed
 *  the tightest that each is in: false where memory ran out. */
bool why_find_groups(struct why *why);

/** The same of what is known of the groups of a process: whether it is in this one, for what it is tight. */
bool why_holds(const struct tight *tight, const struct os_cgroup_membership *own, size_t count);

/** Whether a mount doesn't answer, or is full. */
bool why_full(const struct os_mount *mount);

/** Prints what was found. */
void why_print(const struct why *why);

#endif
