/* SPDX-License-Identifier: MIT */
/** The protocol: from what is staged to what is told, and back from wherever it fails. */
#ifndef PLAN_PROTOCOL_H
#define PLAN_PROTOCOL_H

#include "plan/txn.h"

/** Who runs a transaction. */
struct protocol {
    struct journals *js;
    struct txn *txn;
    int (*sync)(void *data, unsigned part); /* has all last that was prepared; NULL: the intent is
                                               all there is */
    int (*check)(void *data); /* asked when the intent is on the disk, before the first effect; or
                                 NULL */
    int (*pause)(void *data); /* asked between two steps: −errno takes everything back; or NULL */
    void *data;
    struct act_listener listener;  /* told of programs */
    const struct txn_step *failed; /* the step that it failed with, or NULL */
    bool active;                   /* effects may show */
    bool done;                     /* the transaction stands, whatever failed then */
    bool orphaned;                 /* not all could be taken back: it is in the journal's orphan/ */
};

/** Draws a number and makes the transaction's directories in staging/: 0 or −errno. */
int protocol_begin(struct protocol *p);

/** Writes the intents, makes all steps, and commits: 0 or −errno, with nothing done. What was staged
 *  goes in any case. */
int protocol_run(struct protocol *p);

/** Throws away what was staged, after something else failed. */
void protocol_drop(struct protocol *p);

struct recovery_event;

/** Finds out what became of a transaction that stands in a journal's active/, and ends it. */
struct recovery {
    struct journals *js;
    size_t taken_back, completed, orphaned;
    int error;    /* the first failure, of what stays in active/ */
    char *failed; /* the path that it was about, or NULL; to free() */
    /* Told of each transaction and, before that, of each place that was left; or NULL. */
    void (*tell)(void *data, const struct recovery_event *event);
    void *data;
};

/** What recovery tells. */
struct recovery_event {
    uint64_t id;
    const char *journal; /* its path */
    const char *path;    /* a place that was left as somebody else has it, or NULL */
    const char *kept;    /* and what belongs there, or NULL */
    int error;           /* −ESTALE, or what has failed: then it stays as it is */
    bool completed, orphaned;
};

/** Recovers one locked journal, and empties its staging/ and trash/. */
void recover_journal(struct recovery *r, struct journal *j);

#endif
