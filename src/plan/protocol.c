/* SPDX-License-Identifier: MIT */
/** The protocol: from what is staged to what is told, and back from wherever it fails.
 *
 *      staging/ID   prepared and synced, with the intent      no effect yet
 *      active/ID    one rename, synced                        effects may show
 *      log/ID       one rename, synced                        done: told to the caller
 *
 *  Until the rename to the log everything is taken back, by the steps' own looks at the disk.
 */
#include "plan/protocol.h"

#include "base/seam.h"
#include "fs/time.h"
#include "plan/look.h"
#include "plan/sync.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SPARE_TIME = 50 * 1000 * 1000L, /* for emptying the trash, in nanoseconds */
};

static struct txn_part *part_of(struct protocol *p, size_t i) {
    return &p->txn->parts[i];
}

int protocol_begin(struct protocol *p) {
    struct txn *txn = p->txn;
    int r = journals_next(p->js, &txn->id);
    txn->bulk = txn_syncs_whole(txn);
    for (size_t i = 0; i < txn->part_count && r >= 0; i++) {
        r = part_of(p, i)->at = journal_make(part_of(p, i)->journal, txn->id);
        if (r < 0)
            part_of(p, i)->at = -1;
    }
    return r < 0 ? r : 0;
}

/* Moves the transaction on in one journal, without having it last. */
static int move(struct protocol *p, size_t part, enum journal_state from, enum journal_state to) {
    return journal_move(part_of(p, part)->journal, p->txn->id, from, to);
}

static int settle(struct protocol *p, size_t part, enum journal_state from, enum journal_state to) {
    return journal_settle(part_of(p, part)->journal, from, to, p->txn->bulk);
}

void protocol_drop(struct protocol *p) {
    for (size_t i = 0; i < p->txn->part_count; i++) {
        if (part_of(p, i)->at < 0)
            continue;
        if (move(p, i, JOURNAL_STAGING, JOURNAL_TRASH) >= 0)
            journal_empty(part_of(p, i)->journal, SPARE_TIME);
    }
}

/* Everything is written before anything is waited for: most file systems then do it in one go. */
static int write_intents(struct protocol *p) {
    int r = 0;
    for (unsigned i = 0; i < p->txn->part_count && r >= 0; i++)
        r = intent_write(p->txn, i, !p->sync && !p->txn->bulk);
    for (unsigned i = 0; i < p->txn->part_count && r >= 0; i++) {
        int at = part_of(p, i)->at;
        r = p->sync        ? p->sync(p->data, i)
            : p->txn->bulk ? SYNC(SYNC_INTENT, SYS(syncfs, at))
                           : SYNC(SYNC_INTENT, SYS(fsync, at));
    }
    return r;
}

/* The coordinator's journal comes last: what has it in active/ had it in all of them. */
static int activate(struct protocol *p) {
    int r = 0;
    for (size_t i = p->txn->part_count; i-- > 0 && r >= 0;) {
        r = move(p, i, JOURNAL_STAGING, JOURNAL_ACTIVE);
        p->active |= r >= 0;
        if (r >= 0)
            r = settle(p, i, JOURNAL_STAGING, JOURNAL_ACTIVE);
    }
    return r;
}

static int make_steps(struct protocol *p) {
    struct txn *txn = p->txn;
    for (size_t i = 0; i < txn->step_count; i++) {
        struct txn_step *step = &txn->steps[txn->forward ? i : txn->step_count - 1 - i];
        int r = p->pause ? p->pause(p->data) : 0;
        if (r >= 0)
            r = step_turn(txn, step, txn->forward);
        if (r < 0) {
            p->failed = step;
            return r;
        }
    }
    return 0;
}

/* A handle of a directory that was given values, where it is now: at its place, or where another step
 * has moved it. */
static int open_moved(struct txn *txn, const struct txn_step *step) {
    for (size_t i = 0; i <= txn->step_count; i++) {
        const struct txn_step *s = i ? &txn->steps[i - 1] : step;
        bool kept = s->kind == TXN_RENAME && s->dir2 == TXN_KEPT;
        if (kept || (i && (s->kind != TXN_RENAME || !look_same(&s->a.id, &step->a.id))))
            continue;
        struct look look;
        int dir = txn_dir(txn, i ? (unsigned)s->dir2 : s->dir);
        AUTO_CLOSE int handle = dir < 0 ? dir
                                        : SYS(openat, dir, i ? s->name2 : s->name,
                                              O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
        if (handle >= 0 && look_at(handle, "", &look) >= 0 && look_same(&look.id, &step->a.id))
            return TAKE_FD(handle);
    }
    return -ESTALE;
}

/* Names that come and go in a directory change its times: those that are to be set come last. */
static int set_times_last(struct protocol *p) {
    struct txn *txn = p->txn;
    int r = 0;
    for (size_t i = 0; i < txn->step_count && r >= 0 && txn->forward; i++) {
        const struct txn_step *step = &txn->steps[i];
        if (step->kind != TXN_META || !S_ISDIR(step->a.mode) || !step->after.times)
            continue;
        AUTO_CLOSE int handle = open_moved(txn, step);
        const struct timespec times[2] = {step->after.atime, step->after.mtime};
        r = handle < 0 ? handle : time_set_handle(handle, times);
        p->failed = r < 0 ? step : NULL;
    }
    return r;
}

/* Writers that had opened a file before it was replaced: as long as nothing is decided, theirs wins. */
static int check_kept(struct protocol *p) {
    struct txn *txn = p->txn;
    int r = 0;
    for (size_t i = 0; i < txn->step_count && r >= 0; i++) {
        r = step_kept(txn, &txn->steps[i], txn->forward);
        if (r < 0)
            p->failed = &txn->steps[i];
    }
    return r;
}

/* The coordinator's rename decides; the others follow, now or when they are recovered. */
static int commit(struct protocol *p) {
    int r = move(p, 0, JOURNAL_ACTIVE, JOURNAL_LOG);
    if (r < 0)
        return r;
    p->done = true;
    r = settle(p, 0, JOURNAL_ACTIVE, JOURNAL_LOG);
    if (r < 0) /* told to who looks back; syncing once more would be believed wrongly */
        seam_close_quietly(SYS(openat, part_of(p, 0)->at, NOT_DURABLE,
                               O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    for (size_t i = 1; i < p->txn->part_count && r >= 0; i++) {
        r = move(p, i, JOURNAL_ACTIVE, JOURNAL_LOG);
        if (r >= 0)
            r = settle(p, i, JOURNAL_ACTIVE, JOURNAL_LOG);
    }
    return r;
}

/* Takes everything back. A part that fails with an error other than somebody else's change stays in
 * active/ with all others, for the next recovery. */
static void take_back(struct protocol *p) {
    struct txn *txn = p->txn;
    struct txn_outcome outcome = {0};
    for (size_t i = 0; i < txn->part_count; i++)
        journal_give_up_reserve(part_of(p, i)->journal);
    outcome.foreign = acts_restore(txn, OS_PLAN_BEFORE, OS_PLAN_BEFORE, true, &p->listener);
    txn_restore(txn, -1, !txn->forward, &outcome);
    if (!outcome.error)
        outcome.error = txn_sync(txn);
    outcome.foreign += acts_restore(txn, OS_PLAN_SETUP, OS_PLAN_LAST, true, &p->listener);
    p->orphaned = outcome.foreign || outcome.error;
    enum journal_state to = outcome.foreign ? JOURNAL_ORPHAN : JOURNAL_TRASH;
    for (size_t i = 0; i < txn->part_count; i++) {
        struct journal *j = part_of(p, i)->journal;
        enum journal_state from =
            journal_has(j, JOURNAL_ACTIVE, txn->id) > 0 ? JOURNAL_ACTIVE : JOURNAL_STAGING;
        if (!outcome.error && move(p, i, from, to) >= 0 && settle(p, i, from, to) >= 0)
            journal_empty(j, SPARE_TIME);
        journal_take_reserve(j);
    }
}

int protocol_run(struct protocol *p) {
    int r = write_intents(p);
    if (r >= 0)
        r = activate(p);
    if (r < 0 && !p->active) {
        protocol_drop(p);
        return r;
    }
    if (r >= 0 && p->check)
        r = p->check(p->data);
    if (r >= 0)
        r = acts_run(p->txn, OS_PLAN_BEFORE, &p->listener);
    if (r >= 0)
        r = make_steps(p);
    if (r >= 0)
        r = set_times_last(p);
    if (r >= 0)
        r = txn_sync(p->txn);
    if (r >= 0 && p->check)
        r = check_kept(p);
    for (enum os_plan_when when = OS_PLAN_SETUP; r >= 0 && when <= OS_PLAN_LAST; when++)
        r = acts_run(p->txn, when, &p->listener);
    if (r >= 0)
        r = commit(p);
    if (r < 0 && !p->done)
        take_back(p);
    return r;
}
