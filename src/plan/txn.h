/* SPDX-License-Identifier: MIT */
/** A transaction: what it renames and sets, as its intent has it on the disk.
 *
 *  Every step can be asked, by inode numbers and values, whether it is done, isn't, or whether
 *  somebody else was there; so any subset of the steps may have reached the disk when the power goes,
 *  and nothing has to be noted while they are made.
 */
#ifndef PLAN_TXN_H
#define PLAN_TXN_H

#include "plan/act.h"
#include "plan/journal.h"
#include "plan/vector.h"
#include <stddef.h>

/** What stands at a place, enough to tell whether it is still that. */
struct txn_mark {
    struct look_id id; /* 0: nothing */
    mode_t mode;
    uid_t uid;
    gid_t gid;
    uint64_t size;
    struct timespec mtime;
};

/** A directory that holds a place. */
struct txn_dir {
    char *before,
        *after; /* its absolute path before and after the transaction; either may be NULL */
    struct look_id id;
    long made_in; /* the step whose new object it is in, or −1 */
    char *below;  /* its path below that object, "" for that itself */
    unsigned part;
    int fd; /* −1 while it isn't open */
    bool dirty;
};

/** SHA-256 of a file's content, where it is known. */
struct txn_content {
    bool known;
    uint8_t digest[32];
};

enum txn_kind {
    TXN_RENAME,  /* what stands at two places is exchanged; nothing may stand at one of them */
    TXN_META,    /* owner, mode, attributes, times are set */
    TXN_INPLACE, /* the same, and the content is written into the inode that is there */
    TXN_POUR,    /* a tree that no rename can move goes into the journal object by object */
};

#define NOT_DURABLE    "not-durable" /* a file of a transaction that the disk hasn't confirmed */
#define FORGET_AT_ONCE "forget"      /* and of one that is forgotten as soon as it is done */
#define TXN_KEPT       (-1L) /* instead of a directory: the journal, where a step's number is the name */

/** A step. Its first place is what people know it by. */
struct txn_step {
    enum txn_kind kind;
    unsigned number; /* what it keeps is called so */
    char sign;       /* + ~ - > = : created, changed, removed, moved, swapped */
    unsigned part;
    unsigned dir;
    char *name;
    long dir2; /* of a TXN_RENAME */
    char *name2;
    struct txn_mark a, b; /* what stands at the first and at the second place before; of a TXN_POUR
                             the tree, and the directory that its content comes to */
    struct txn_content a_content, b_content; /* of the files at both places */
    bool listed; /* `list` is known: the digest of all that is in the new directory */
    uint8_t list[32];
    struct vector before, after;
};

/** One of the journals that a transaction is in; the first one's log decides. */
struct txn_part {
    char *path, *uuid;
    struct journal *journal; /* NULL where it isn't there */
    int at;                  /* the transaction's own directory in it, or −1 */
    int kept;                /* what has the objects that its steps keep, or −1 */
};

struct txn {
    uint64_t id;
    uint64_t kept;   /* the transaction whose steps these are, and where what they keep is */
    uint64_t undoes; /* the one that it takes back, or 0 */
    bool forward;    /* its steps are made, not taken back */
    int64_t time;    /* nanoseconds since 1970 */
    uint64_t uid;
    char *user, *title;
    char **argv; /* NULL, or a list in one block */
    size_t part_count, dir_count, step_count;
    struct txn_part *parts;
    struct txn_dir *dirs;
    struct txn_step *steps;
    uint64_t with; /* the first of those that are taken back together; 0: it goes alone */
    struct acts acts;
    struct arena memory; /* theirs */
    bool *begun;         /* of each program: it may have been run */
    size_t open_dirs, next_closed;
    bool bulk; /* whole file systems are synced */
};

/** Whether a step gives an object values. */
static inline bool step_sets_values(const struct txn_step *step) {
    return step->kind == TXN_META || step->kind == TXN_INPLACE;
}

void txn_free(struct txn *txn);
#define AUTO_TXN __attribute__((cleanup(txn_free))) struct txn

/** Writes the intent of one part into its directory: 0 or −errno. */
int intent_write(const struct txn *txn, unsigned part, bool sync);

/** Reads the intent that a directory of journal `j` has, and joins it to what `txn` has of other
 *  parts: 0; −EBADMSG where it can't be relied on; −errno. */
int intent_read(struct txn *txn, struct journal *j, int at);

/** Reads only what an intent says of the whole, not its steps, and doesn't check its digest. */
int intent_read_head(struct txn *txn, int at, unsigned *ret_part);

/** Opens the directories of all parts of a transaction, in `state`; journals that aren't there stay
 *  NULL. 0 or −errno. */
int txn_open(struct txn *txn, struct journals *js, uint64_t id, enum journal_state state);

/** A directory's descriptor, which stays the transaction's; −ESTALE where it isn't to be found. */
int txn_dir(struct txn *txn, unsigned dir);

/** Fills a mark with what stands at a name: 0 or −errno. */
int txn_mark(const struct txn *txn, unsigned part, int dir, const char *name, struct txn_mark *ret);

/** Whether what was looked at is what the mark says. */
bool txn_is(const struct txn *txn, const struct txn_mark *mark, const struct look *look);

/** The step that gives an object values or content, or NULL. */
const struct txn_step *txn_values_of(const struct txn *txn, const struct look_id *id);

/** The path of a step's place as people know it, to free(); NULL without memory. */
char *txn_path(const struct txn *txn, const struct txn_step *step, bool second);

/**
 * Makes a step, or takes it back, and looks at what came out: 0; −ESTALE where that isn't what was
 * to be there, which is then put back; −errno.
 */
int step_turn(struct txn *txn, struct txn_step *step, bool forward);

/** The same when nobody knows whether it was made: 0; −ESTALE where somebody else was there, whose
 *  object is left as it is; −errno. */
int step_restore(struct txn *txn, struct txn_step *step, bool forward);

/** After a step: whether what the journal keeps is still what came out of its place, or somebody who
 *  had it open has written into it: 0, −ESTALE or −errno. */
int step_kept(const struct txn *txn, const struct txn_step *step, bool forward);

/** What became of restoring. */
struct txn_outcome {
    size_t foreign; /* steps that were left, as somebody else was there */
    int error;      /* the first other failure, or 0 */
    /* Told of each of both kinds. */
    void (*tell)(void *data, const struct txn *txn, const struct txn_step *step, int error);
    void *data;
};

/** Has all steps of a part (−1: of all) made, or none, whatever was: the outcome. */
void txn_restore(struct txn *txn, long part, bool forward, struct txn_outcome *outcome);

/** Has everything last that steps have changed: 0 or −errno. */
int txn_sync(struct txn *txn);

/** Whether whole file systems are synced for so many changes: one sync instead of one for each of what
 *  they touch; not while others have much to write. */
bool sync_may_be_whole(size_t changes);

/** The same for a transaction: what is poured has more directories than it knows. */
bool txn_syncs_whole(const struct txn *txn);

#endif
