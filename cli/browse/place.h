/* SPDX-License-Identifier: MIT */
/** A tree that was measured, the directory of it that is looked at, and what is marked in it. */
#ifndef CLI_BROWSE_PLACE_H
#define CLI_BROWSE_PLACE_H

#include "picture/nodes.h"

#include <stdbool.h>

enum order { BY_SIZE, BY_NAME, BY_ENTRIES };

struct place {
    int top; /* a descriptor of the tree's own directory */
    bool apparent;
    struct os_tree_usage *usage;
    struct node *nodes;
    bool *marked, *gone; /* of each node */
    struct node *here;   /* the directory that is shown */
    struct node **shown; /* what is in it, in order */
    size_t count, at;    /* how much that is, and which of it is chosen */
    enum order order;
};

/** Measures a tree and looks at its top: 0 or −errno; place_leave() frees it after either. */
int place_enter(struct place *place, const char *path, const struct os_tree_usage_options *options);
void place_leave(struct place *place);

/** Goes into a directory, with `chosen` as what is chosen in it; NULL: the first. */
int place_go(struct place *place, struct node *directory, const struct node *chosen);

/** What is chosen, or NULL in an empty directory. */
struct node *place_chosen(const struct place *place);

/** How many are to be removed, the marked ones or what is chosen, and what they weigh. */
size_t place_doomed(const struct place *place, double *ret_weight);

/** Removes these from the disk: 0, or the −errno of the first that could not be removed whole. */
int place_remove(struct place *place);

#endif
