/* SPDX-License-Identifier: MIT */
/** Calls that no line in a header can describe. */
#ifndef CLI_CUSTOM_H
#define CLI_CUSTOM_H

#include "call.h"

/** Prints what the shell line prints while it runs, and ends with its exit status. */
int custom_os_popen(struct call *call);

#endif
