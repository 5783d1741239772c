/* SPDX-License-Identifier: MIT */
/** What walk.c and walk_read.c share: a directory as it is shown to the caller. */
#ifndef TREE_WALK_H
#define TREE_WALK_H

#include "tree/readahead.h"

/** What a node holds of its directory. */
struct listing {
    struct tree_node *next_visit; /* on the stack of what is to be visited */
    struct tree_node **children;  /* one for each of dirnames, in one block with them */
    size_t count;
    char **dirnames, **filenames;
    char *text; /* of the files, where it has a block of its own; so have `filenames` then */
    size_t path_start, path_size; /* in the walk's `path` */
    int error;
    bool leaving; /* bottom-up: those below were visited */
    bool pruned;
};

struct os_walk {
    struct tree *tree;
    struct os_walk_options options;
    bool fds;                  /* os_fwalk */
    struct tree_node *stack;   /* to be visited next */
    struct tree_node *current; /* the one that was given out */
    bool pinned;
    struct str path;
    struct os_walk_entry entry;
    char *nothing[1];
};

static inline struct listing *listing_of(struct tree_node *node) {
    return (struct listing *)node->extra;
}

/** The client: a top-down walk's, and one that needs a directory once more after those below it. */
extern const struct tree_client walk_client, walk_keeping_client;

#endif
