/* SPDX-License-Identifier: MIT */
/** The list of actions that -v prints. */
#ifndef CLI_VERBS_ACTIONS_H
#define CLI_VERBS_ACTIONS_H

#include "frame/call.h"

/** How the paths of a tree are listed. */
struct listing {
    const char *action; /* "copy" */
    bool bottom_up;     /* a directory comes after what is in it */
    bool follow_links;
    bool one_file_system;
    bool leave_journals;
    const char *const *ignore; /* patterns of names that are left out, or NULL */
};

/** Whether -v asks for a list; so does --dry-run where a plan can't tell: what is mounted below a
 *  directory stays with --one-file-system, and the directories above it. */
bool is_listed(const struct call *call);

/** Whether nothing is to be done. */
bool is_dry_run(const struct call *call);

/** Begins the list, and ends it; both do nothing where none is asked for. */
void begin_actions(const struct call *call);
void end_actions(const struct call *call);

/** One line, `copy PATH -> TO`, or an object; `to` may be NULL. */
void list_action(const char *action, const char *path, const char *to);

/** A line for `path` and, where it is a tree, for each path in it, with its path in `to`: the exit
 *  status, after messages about what can't be read. */
int list_tree(const struct listing *listing, const char *path, const char *to);

#endif
