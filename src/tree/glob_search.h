/* SPDX-License-Identifier: MIT */
/** The search of os.glob, over whatever answers for directories: the disk, or a plan. */
#ifndef TREE_GLOB_SEARCH_H
#define TREE_GLOB_SEARCH_H

#include "base/str.h"

#include <osier/tree.h>
#include <stdbool.h>

struct glob;

/** Who answers for names. Each path is one that can be opened: "." for the current directory. */
struct glob_source {
    /** Whether the path is there, as a directory where asked for: 1, 0 or −ENOMEM. */
    int (*is_there)(const struct glob *, const char *path, bool directory);
    /** Emits what glob_takes() of the directory `path`, called `dir` in the results, and only the
     *  directories of it but for the `last` component. What can't be read has no names. */
    int (*match)(const struct glob *, const char *path, const char *dir, const char *pattern,
                 bool last, struct list *out);
    /** Walks as os_walk() does with these options; NULL with errno if it can't be begun. */
    void *(*walk)(const struct glob *, const char *path, const struct os_walk_options *);
    struct os_walk_entry *(*walk_next)(void *walk);
    void (*walk_close)(void *walk);
};

struct glob {
    const struct glob_source *source;
    struct os_plan *plan; /**< for a plan's source */
    int dir_fd;           /**< for that of the disk */
    const char *root_dir; /**< what relative results are relative to, or "" */
    bool recursive, hidden;
};

/** Whether a component of the pattern takes a name: by its letters, and hidden or not. */
bool glob_takes(const struct glob *g, const char *pattern, const char *name);

/** Adds the path of a name in `dir`. */
int glob_emit(struct list *out, const char *dir, const char *name);

/** The paths that match. `flags` are OS_RECURSIVE and OS_INCLUDE_HIDDEN, others −EINVAL. */
int glob_search(struct glob *g, const char *pathname, int flags, char ***ret_list);

#endif
