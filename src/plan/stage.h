/* SPDX-License-Identifier: MIT */
/** What a transaction makes anew, made in its journal with all that belongs to it. */
#ifndef PLAN_STAGE_H
#define PLAN_STAGE_H

#include "plan/net.h"
#include "plan/txn.h"

struct stage_name;

/** The making of one transaction's objects; zero to begin with, but for what is set. */
struct stage {
    const struct plan_net *net;
    struct txn *txn;
    enum stage_sync {
        STAGE_FILES, /* its writing begins when it is complete, and stage_sync() waits for all */
        STAGE_WHOLE, /* the whole file system is synced */
    } sync;
    int (*pause)(void *data); /* asked now and then: −errno ends it; or NULL */
    void *data;
    struct stage_name *names; /* of objects that others are further names of */
    size_t name_count;
    const char *failed; /* the name that it failed with */
};

/** Makes an object as `number` of a part's directory: 0 or −errno. */
int stage_object(struct stage *stage, unsigned part, unsigned number,
                 const struct plan_object *object);

/** Keeps a file's content as `number`.old, for what is written in place: 0 or −errno. */
int stage_old(struct stage *stage, unsigned part, unsigned number, int dir, const char *name);

/** Has what was written to a file on its way to the disk, where each file is waited for later. */
void stage_begin_sync(const struct stage *stage, int fd);

/** Has all last that a part's directory has, the intent too: 0 or −errno. */
int stage_sync(const struct stage *stage, unsigned part);

void stage_end(struct stage *stage);

/** How many objects are made for this one: a copy of a tree counts as many. */
size_t stage_count(const struct plan_object *object);

/** Notes that others will be further names of this object. */
int stage_note_hard(struct stage *stage, const struct plan_object *object);

/** The digest of all that is in a directory, but for `except` (paths in it, a list that ends with
 *  NULL): 0 or −errno. */
int stage_list(int dir, const char *name, const char *const *except, uint8_t ret_digest[static 32]);

#endif
