/* SPDX-License-Identifier: MIT */
/** Where the files of control groups are: which trees are mounted, and the way through each. */
#ifndef SYSTEM_CGROUP_FIND_H
#define SYSTEM_CGROUP_FIND_H

#include "base/str.h"

/** A group that is looked at, in one of the trees. */
struct cgroup_level {
    struct str *dir;   /* its directory */
    const char *group; /* its name: "/a.slice/b.service"; NULL on the way up */
    unsigned bits;     /* of enum os_cgroup_fields: what that tree tells */
    bool version_2;
    bool own; /* the one that was asked for, none above it */
};

typedef int cgroup_visit(const struct cgroup_level *level, void *data);

/**
 * Calls `visit` for a group and each above it, in every tree that tells some of `bits`.
 *
 * @param path  the group, or NULL for that of this process, which may be in none
 * @return 0; what `visit` returned where that is not 0; −ENOENT: no such group; or −errno
 */
int cgroup_up(const char *path, unsigned bits, cgroup_visit *visit, void *data);

/** Calls `visit` for a group (NULL: the top) and all below it, likewise. */
int cgroup_down(const char *path, unsigned bits, cgroup_visit *visit, void *data);

#endif
