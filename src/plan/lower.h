/* SPDX-License-Identifier: MIT */
/** Directories of a lower layer of overlayfs, which no rename can move. */
#ifndef PLAN_LOWER_H
#define PLAN_LOWER_H

#include "plan/net.h"

/** Whether an entry is to move such a directory in a way that pouring it (pour.h) can't stand in for: 1,
 *  0, also where the kernel doesn't tell (before Linux 6.6), or −ENOMEM. */
int lower_refuses(const struct plan_net *net, const struct plan_entry *e);

#endif
