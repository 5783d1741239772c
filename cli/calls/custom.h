/* SPDX-License-Identifier: MIT */
/** Calls that no line in a header can describe. */
#ifndef CLI_CALLS_CUSTOM_H
#define CLI_CALLS_CUSTOM_H

#include "frame/call.h"

/** Prints what the shell line prints while it runs, and ends with its exit status. */
int custom_os_popen(struct call *call);

/** Prints the paths of a directory's entries; as JSON also their names, types and inode numbers. */
int custom_os_scandir(struct call *call);

/** Prints the paths of a tree; as JSON what json.dumps(list(os.walk(top))) gives. */
int custom_os_walk(struct call *call);

/** Copies a tree, and tells of each failure on stderr. */
int custom_os_copytree(struct call *call);

/** Prints what a tree takes, in bytes. */
int custom_os_tree_usage(struct call *call);

/** Prints where two trees differ. */
int custom_os_tree_compare(struct call *call);

#endif
