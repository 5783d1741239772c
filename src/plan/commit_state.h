/* SPDX-License-Identifier: MIT */
/** One call of os_plan_apply(), for the files that it is made of. */
#ifndef PLAN_COMMIT_STATE_H
#define PLAN_COMMIT_STATE_H

#include "plan/commit.h"
#include "plan/places.h"
#include "plan/plan.h"
#include "plan/protocol.h"
#include "plan/stage.h"

/** One call of os_plan_apply(). */
struct commit {
    struct os_plan *plan;
    struct os_plan_apply_options options;
    struct plan_net net;
    struct journals js;
    struct txn txn;
    struct stage stage;
    struct protocol protocol;
    char *root;                    /* where the plan's "/" is, without a slash at its end */
    bool *pours;                   /* of each entry: no rename can move it */
    bool within;                   /* journals are made in the directories themselves */
    unsigned *first;               /* of each entry its first step */
    struct journal **dir_journals; /* of each directory */
    size_t *table;                 /* directories by their hash, plus 1; 0 is free */
    size_t table_size;
    struct places places; /* what each step leaves where */
    const char *failed;   /* the path that it failed with */
    struct os_progress progress;
    int64_t told; /* when on_progress was called last */
};

/** Asked now and then: −ECANCELED where on_progress says so. */
int commit_pause(void *data);

/** Makes of the net change steps, with their directories and journals: 0 or −errno. */
int commit_add_steps(struct commit *c);

/** Finds the parts of a transaction, one a journal, the coordinator's first: 0 or −errno. */
int commit_find_parts(struct commit *c);

/** Looks at what an entry's steps find: 0; −ESTALE where that isn't what the plan has seen; −errno. */
int commit_look_at_entry(struct commit *c, size_t i);

/** Prepares making what is new, and makes all of it: 0 or −errno. */
int commit_prepare_stage(struct commit *c);
int commit_stage(struct commit *c);

/** A move to where something stands is an exchange, and then a removal. */
static inline bool commit_takes_two(const struct plan_entry *e) {
    return e->kind == PLAN_MOVE && !e->was2.absent;
}

/** Whether an entry brings an object that has to be made. */
static inline bool commit_makes(const struct plan_entry *e) {
    return e->kind == PLAN_CREATE || e->kind == PLAN_REPLACE || e->kind == PLAN_INPLACE;
}

#endif
