/* SPDX-License-Identifier: MIT */
/** Calls that no line in a header can describe. */
#ifndef CLI_CUSTOM_H
#define CLI_CUSTOM_H

#include "call.h"

/** Prints what the shell line prints while it runs, and ends with its exit status. */
int custom_os_popen(struct call *call);

/** Prints the paths of a directory's entries; as JSON also their names, types and inode numbers. */
int custom_os_scandir(struct call *call);

#endif
