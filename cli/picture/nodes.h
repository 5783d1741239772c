/* SPDX-License-Identifier: MIT */
/** What a tree was measured to hold, as a tree again. */
#ifndef CLI_PICTURE_NODES_H
#define CLI_PICTURE_NODES_H

#include "picture/kinds.h"

#include <osier.h>
#include <stddef.h>

struct node {
    const struct os_tree_usage_entry *entry;
    double weight;
    size_t parent, first, count; /* of its children, among all nodes */
    double kinds[KINDS];         /* how much there is of each in it */
};

/** Arranges nodes whose entry and weight are set: the top is the first, and the children of each lie
 *  side by side, the largest first. Returns 0 or -ENOMEM. */
int nodes_arrange(struct node *nodes, size_t count);

/** The last part of a node's path. */
const char *node_name(const struct node *node);

#endif
