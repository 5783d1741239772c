/* SPDX-License-Identifier: MIT */
/** The copy of a tree: what os_copytree() and os_move() share. */
#ifndef TREE_COPYTREE_H
#define TREE_COPYTREE_H

#include "tree/content.h"
#include "tree/copied.h"
#include "tree/job.h"
#include "tree/seen.h"

struct copying {
    struct job job;
    struct os_copytree_options options;
    struct content content;
    struct seen links;
    struct stat target;    /* the new root: not to be copied into itself */
    bool fresh;            /* it was made just now */
    struct copied *copied; /* notes what was copied; or NULL */
};

/** Begins: 0 or −errno; copytree_end() follows in either case. */
int copytree_begin(struct copying *copying, const struct os_copytree_options *options,
                   const char *src, const char *dst);

/** A copy's `copied`, for a job. */
int copytree_count(void *data, uint64_t bytes);

/** Refuses to copy the directory `from` into what is below it: 0, −EINVAL or another −errno. */
int copytree_refuse_inside(int from, int to);

/** The permission bits that the new root is to be made with: 0 or −errno. */
int copytree_first_mode(struct copying *copying, int from, mode_t *ret_mode);

/** Copies the tree at `from` into the directory `to`, which become the call's own: 0 or −errno. */
int copytree_run(struct copying *copying, int from, int to);

/** Frees what it holds and gives the public result: 0, or −1 with errno and the record. */
int copytree_end(struct copying *copying, int r);

#endif
