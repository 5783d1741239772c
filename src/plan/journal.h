/* SPDX-License-Identifier: MIT */
/** Journals: where a transaction is prepared, and where it keeps what undo needs.
 *
 *  A journal is a directory that only its owner can enter, on the file system of what is changed, so
 *  that everything goes in and out by a rename. The state of a transaction is the directory in which
 *  it stands: staging, active, log, trash, orphan.
 */
#ifndef PLAN_JOURNAL_H
#define PLAN_JOURNAL_H

#include "base/str.h"
#include "plan/look.h"

enum {
    JOURNAL_ID = 9,    /* bytes of a transaction's name, with its NUL */
    JOURNAL_UUID = 33, /* of what tells a journal from any other */
};

/** The states of a transaction, and the directories of a journal. */
enum journal_state {
    JOURNAL_STAGING, /* being prepared: without effect, and may be thrown away at any time */
    JOURNAL_ACTIVE,  /* has effects: is taken back, unless its coordinator says that it is done */
    JOURNAL_LOG,     /* done; what it keeps is what undo needs */
    JOURNAL_TRASH,   /* on its way out */
    JOURNAL_ORPHAN,  /* what taking back had to leave, as somebody else's was in the way */
    JOURNAL_STATES,
};

extern const char *const journal_names[JOURNAL_STATES];

/** A journal that is open. */
struct journal {
    int fd;
    int lock; /* −1 when it isn't held */
    char *path;
    char uuid[JOURNAL_UUID];
    uint64_t mount, device, ino;
    bool births; /* times of birth tell inodes apart on its file system */
    bool made;   /* the call has made it */
    bool used;   /* the call changes something in it, and needs its lock */
    int states[JOURNAL_STATES];
};

/** The journals that one call deals with; the first is the state directory's. */
struct journals {
    struct journal **list;
    size_t count;
    const char *failed; /* after a failure: the path that it was about, or NULL */
    char *failed_path;
    bool vanished; /* one was removed by who had the lock: the call may be tried again */
};

/** Opens the state directory's journal, making it where it is missing: 0 or −errno. */
int journals_begin(struct journals *js);

/** Closes those that aren't used: what they are on may have to be unmounted. */
void journals_close_unused(struct journals *js);

/** Unlocks and closes all of them. */
void journals_end(struct journals *js);

/**
 * The journal for changes in a directory, made where it is missing.
 *
 * It is the first of these that is on the same mount and gives what is made in it the same access
 * control lists, group, label and flags as the directory would: the state directory, `.osier-UID`
 * in the highest directory above that may be written to, `.osier-UID` in the directory itself.
 *
 * @param fd  the directory
 * @param path  its absolute path, without links
 * @param within  only the last of the three: a rename from elsewhere was refused
 */
int journals_for(struct journals *js, int fd, const char *path, bool within,
                 struct journal **ret_journal);

/** Opens all journals that the state directory knows, those that aren't there any more left out;
 *  `missing` is told of these. 0 or −errno. */
int journals_open_all(struct journals *js, int (*missing)(void *data, const char *path),
                      void *data);

/** The journal with this path and uuid, opened where it isn't yet; NULL where it isn't there. */
int journals_find(struct journals *js, const char *path, const char *uuid,
                  struct journal **ret_journal);

/**
 * Locks all journals that are used, in an order that is the same for everybody: 0, or −EBUSY.
 *
 * @param pause  asked now and then while somebody else has a lock: 0 to wait on, or −errno to give
 *               up with; NULL to give up at once
 */
int journals_lock(struct journals *js, int (*pause)(void *data), void *data);

/** The file that is locked, made where it is missing: a descriptor or −errno. */
int journal_open_lock(const struct journal *j);

/** Notes that a call failed at `path`, for js->failed: `r`. */
int journals_fail(struct journals *js, const char *path, int r);

/** Locks one at once: 0, −EBUSY or −errno. */
int journal_lock(struct journals *js, struct journal *j);

/** Removes a journal that is locked and has no transaction left, but never the state directory's. */
void journals_drop_unused(struct journals *js, struct journal *j);

/** Removes those that the call has made, where nothing came into them. */
void journals_drop_new(struct journals *js);

/** Takes a journal from the list of those that recovery looks for: 0 or −errno. */
int journals_make_unknown(const struct journals *js, const struct journal *j);

/** Draws the next transaction's number, which no journal that is used has seen: 0 or −errno. */
int journals_next(struct journals *js, uint64_t *ret_id);

/** How the directory of a transaction is called. */
void journal_name(uint64_t id, char ret_name[static JOURNAL_ID]);

/** The number behind a directory's name, or 0. */
uint64_t journal_number(const char *name);

/** Opens a transaction's directory: a descriptor or −errno. */
int journal_open(const struct journal *j, enum journal_state state, uint64_t id);

/** Whether it is there: 1, 0, or −errno. */
int journal_has(const struct journal *j, enum journal_state state, uint64_t id);

/** Makes the directory of a transaction that is to be prepared, and opens it: a descriptor, −errno.
 */
int journal_make(const struct journal *j, uint64_t id);

/** Moves a transaction on; it lasts after journal_settle(). 0 or −errno. */
int journal_move(const struct journal *j, uint64_t id, enum journal_state from,
                 enum journal_state to);

/** Has a move last, by the whole file system where that is asked for. */
int journal_settle(const struct journal *j, enum journal_state from, enum journal_state to,
                   bool whole);

/** Numbers of all transactions in a state, ascending, to free(): how many, or −errno. */
long journal_list(const struct journal *j, enum journal_state state, uint64_t **ret_ids);

/** Removes what is in trash, for as long as `most` nanoseconds (−1: until all is gone). */
void journal_empty(const struct journal *j, int64_t most);

/** Gives up the room that is held for taking back on a full disk, or takes it again. */
void journal_give_up_reserve(const struct journal *j);
void journal_take_reserve(const struct journal *j);

#endif
