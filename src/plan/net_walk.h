/* SPDX-License-Identifier: MIT */
/** What is below an object of the net change, in the order of the paths: a walk without recursion. */
#ifndef PLAN_NET_WALK_H
#define PLAN_NET_WALK_H

#include "base/str.h"
#include "plan/net.h"

struct net_walk {
    struct str stack; /* of the directories on the way */
    struct str path;  /* of what was found last, below the object that the walk began at */
};

/** Begins a walk, or goes on below an object. */
void net_walk_into(struct net_walk *w, const struct plan_object *dir);

/** The next child: NULL at the end, and without memory. */
const struct plan_child *net_walk_next(struct net_walk *w);

/** Ends it: 0 or −ENOMEM. */
int net_walk_end(struct net_walk *w);

#endif
