/* SPDX-License-Identifier: MIT */
/** What a transaction has left whose process or machine died: done, not done, or somebody else's. */
#include "plan/protocol.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "plan/tries.h"
#include <osier/plan.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SPARE_TIME = 50 * 1000 * 1000L, /* nanoseconds */
};

/* What is told about one transaction. */
struct telling {
    struct recovery *recovery;
    uint64_t id;
    const char *journal;
};

static void tell(struct telling *t, struct recovery_event event) {
    event.id = t->id;
    event.journal = t->journal;
    if (t->recovery->tell)
        t->recovery->tell(t->recovery->data, &event);
}

static void tell_place(void *data, const struct txn *txn, const struct txn_step *step, int error) {
    struct telling *t = data;
    AUTO_FREE char *path = txn_path(txn, step, false);
    AUTO_STR kept = STR_INIT;
    enum journal_state state = txn->kept == txn->id ? JOURNAL_ORPHAN : JOURNAL_LOG;
    if (!step_sets_values(step) && step->dir2 == TXN_KEPT)
        str_printf(&kept, "%s/%s/%08llu/%u", t->journal, journal_names[state],
                   (unsigned long long)txn->kept, step->number);
    tell(t, (struct recovery_event){.path = path, .kept = kept.data, .error = error});
}

static void tell_act(const struct os_plan_act_event *event, void *data) {
    struct telling *t = data;
    AUTO_STR name = STR_INIT;
    if (!event->failed)
        return;
    if (event->act->value_count)
        act_name(&name, &event->act->values[0]);
    else
        str_append_text(&name, event->argv[0]);
    tell(t, (struct recovery_event){.path = name.data, .error = -ESTALE});
}

/* It stays in active/, and nothing else is done in this journal before somebody has looked. */
static void stays(struct telling *t, int error, const char *path) {
    if (!t->recovery->error) {
        t->recovery->error = error;
        t->recovery->failed = path ? mem_text(path, strlen(path)) : NULL;
    }
    tell(t, (struct recovery_event){.path = path, .error = error});
}

static int end(struct journal *j, uint64_t id, enum journal_state to) {
    int r = journal_move(j, id, JOURNAL_ACTIVE, to);
    return r < 0 ? r : journal_settle(j, JOURNAL_ACTIVE, to, false);
}

/* The part of a transaction that is in this journal, taken back: 0 or −errno. */
static int take_back(struct telling *t, struct txn *txn, unsigned part) {
    struct txn_outcome outcome = {.tell = tell_place, .data = t};
    struct journal *j = txn->parts[part].journal;
    txn->bulk = txn_syncs_whole(txn);
    journal_give_up_reserve(j);
    const struct act_listener listener = {tell_act, t};
    int r = part == 0 ? acts_read_begun(txn) : 0;
    if (r >= 0 && part == 0)
        outcome.foreign = acts_restore(txn, OS_PLAN_BEFORE, OS_PLAN_BEFORE, false, &listener);
    if (r >= 0) {
        txn_restore(txn, part, !txn->forward, &outcome);
        r = outcome.error ? outcome.error : txn_sync(txn);
    }
    if (r >= 0 && part == 0)
        outcome.foreign += acts_restore(txn, OS_PLAN_SETUP, OS_PLAN_LAST, false, &listener);
    if (r >= 0)
        r = end(j, txn->id, outcome.foreign ? JOURNAL_ORPHAN : JOURNAL_TRASH);
    if (r < 0)
        return r;
    journal_take_reserve(j);
    t->recovery->taken_back += !outcome.foreign;
    t->recovery->orphaned += outcome.foreign > 0;
    tell(t, (struct recovery_event){.orphaned = outcome.foreign > 0});
    return 0;
}

/* Whether a part is committed: 1, 0, −ENODEV where its coordinator isn't there, or −errno. */
static int is_committed(struct recovery *r, const struct txn *txn, unsigned part) {
    struct journal *first = NULL;
    if (part == 0)
        return 0;
    int result = journals_find(r->js, txn->parts[0].path, txn->parts[0].uuid, &first);
    if (result < 0)
        return result;
    return first ? journal_has(first, JOURNAL_LOG, txn->id) : -ENODEV;
}

static int complete(struct telling *t, struct journal *j) {
    int r = end(j, t->id, JOURNAL_LOG);
    if (r >= 0) {
        t->recovery->completed++;
        tell(t, (struct recovery_event){.completed = true});
    }
    return r;
}

static unsigned part_in(const struct txn *txn, const struct journal *j) {
    unsigned part = 0;
    while (txn->parts[part].journal != j)
        part++;
    return part;
}

static int open_kept(struct txn *txn, struct journal *j, struct txn_part *part) {
    part->kept = txn->kept == txn->id ? part->at : journal_open(j, JOURNAL_LOG, txn->kept);
    return part->kept < 0 ? part->kept : 0;
}

static void recover_one(struct recovery *recovery, struct journal *j, uint64_t id) {
    AUTO_TXN txn = {0};
    AUTO_STR path = STR_INIT;
    struct telling t = {recovery, id, j->path};
    str_printf(&path, "%s/%s/%08llu", j->path, journal_names[JOURNAL_ACTIVE],
               (unsigned long long)id);
    AUTO_CLOSE int at = journal_open(j, JOURNAL_ACTIVE, id);
    int r = at < 0 ? at : intent_read(&txn, j, at);
    if (r >= 0 && txn.id != id)
        r = -EBADMSG;
    if (r < 0) {
        stays(&t, r, path.data);
        return;
    }
    unsigned part = part_in(&txn, j);
    int committed = is_committed(recovery, &txn, part);
    if (committed < 0) {
        stays(&t, committed, txn.parts[0].path);
        return;
    }
    txn.parts[part].at = TAKE_FD(at);
    r = committed ? complete(&t, j) : open_kept(&txn, j, &txn.parts[part]);
    if (r >= 0 && !committed)
        r = take_back(&t, &txn, part);
    if (r < 0)
        stays(&t, r, path.data);
}

static void throw_away_staging(struct journal *j) {
    AUTO_FREE uint64_t *ids = NULL;
    long count = journal_list(j, JOURNAL_STAGING, &ids);
    for (long i = 0; i < count; i++)
        journal_move(j, ids[i], JOURNAL_STAGING, JOURNAL_TRASH);
}

void recover_journal(struct recovery *recovery, struct journal *j) {
    AUTO_FREE uint64_t *ids = NULL;
    long count = journal_list(j, JOURNAL_ACTIVE, &ids);
    if (count < 0 && !recovery->error) {
        recovery->error = (int)count;
        recovery->failed = mem_text(j->path, strlen(j->path));
    }
    /* The latest first: what an earlier one has left may be below it. */
    for (long i = count; i-- > 0;)
        recover_one(recovery, j, ids[i]);
    throw_away_staging(j);
    journal_empty(j, SPARE_TIME);
}

/* -------------------------------------------------------------------------- the public call */

struct public_recovery {
    struct os_recover_options options;
    struct journals js;
};

static void tell_public(void *data, const struct recovery_event *event) {
    const struct public_recovery *p = data;
    const struct os_recovery told = {.id = event->id,
                                     .journal = event->journal,
                                     .path = event->path,
                                     .kept = event->kept,
                                     .error = -event->error,
                                     .completed = event->completed,
                                     .orphaned = event->orphaned};
    p->options.on_recovery(&told, p->options.data);
}

static int patient(void *data) {
    (void)data;
    return 0;
}

/* What belongs to a step's place, where the journal has it. */
static int explain_step(struct telling *t, const struct txn *txn, const struct txn_part *part,
                        const struct txn_step *step) {
    bool first = txn->forward && step->kind == TXN_RENAME;
    const struct txn_mark *mark = first ? &step->a : &step->b;
    char name[16];
    struct look look;
    if (step_sets_values(step) || step->dir2 != TXN_KEPT || !mark->id.ino)
        return 0;
    snprintf(name, sizeof name, "%u", step->number);
    int r = look_at(part->kept, name, &look);
    if (r < 0 || !look_same(&look.id, &mark->id))
        return r;
    tell_place(t, txn, step, -ESTALE);
    return 1;
}

/* The places of an orphaned transaction of which the journal has an object: how many, or −errno. */
static int explain_one(struct public_recovery *p, struct recovery *recovery, struct journal *j) {
    AUTO_TXN txn = {0};
    struct telling t = {recovery, p->options.orphan, j->path};
    int count = 0;
    AUTO_CLOSE int at = journal_open(j, JOURNAL_ORPHAN, t.id);
    int r = at < 0 ? at : intent_read(&txn, j, at);
    if (r < 0)
        return r;
    struct txn_part *part = &txn.parts[part_in(&txn, j)];
    part->at = TAKE_FD(at);
    r = open_kept(&txn, j, part);
    for (size_t i = 0; i < txn.step_count && r >= 0; i++) {
        r = explain_step(&t, &txn, part, &txn.steps[i]);
        count += r > 0;
    }
    return r < 0 ? r : count;
}

static int explain(struct public_recovery *p, struct recovery *recovery) {
    int r = journals_begin(&p->js), count = 0;
    bool found = false;
    if (r >= 0)
        r = journals_open_all(&p->js, NULL, NULL);
    for (size_t i = 0; i < p->js.count && r >= 0; i++) {
        r = explain_one(p, recovery, p->js.list[i]);
        found |= r >= 0;
        count += r > 0 ? r : 0;
        r = r == -ENOENT ? 0 : r;
    }
    return r < 0 ? r : found ? count : -ENOENT;
}

/* Journals in which no transaction has begun are closed: a program that is taken back may unmount what they
 * are on. */
static int recover_idle(struct public_recovery *p, struct recovery *recovery) {
    for (size_t i = 1; i < p->js.count; i++) {
        AUTO_FREE uint64_t *ids = NULL;
        long count = journal_list(p->js.list[i], JOURNAL_ACTIVE, &ids);
        if (count < 0)
            return (int)count;
        if (count > 0)
            continue;
        recover_journal(recovery, p->js.list[i]);
        p->js.list[i]->used = false;
    }
    journals_close_unused(&p->js);
    return 0;
}

static int recover_all(struct public_recovery *p, struct recovery *recovery) {
    int r = journals_begin(&p->js);
    if (r >= 0)
        r = journals_open_all(&p->js, NULL, NULL);
    for (size_t i = 0; i < p->js.count; i++)
        p->js.list[i]->used = true;
    if (r >= 0)
        r = journals_lock(&p->js, p->options.wait ? patient : NULL, NULL);
    if (r >= 0)
        r = recover_idle(p, recovery);
    for (size_t i = 0; i < p->js.count && r >= 0; i++)
        if (p->js.list[i]->lock >= 0)
            recover_journal(recovery, p->js.list[i]);
    if (r < 0 || recovery->error)
        return r < 0 ? r : recovery->error;
    tries_sweep(&p->js, /* held= */ false);
    return recovery->orphaned ? -ESTALE : (int)(recovery->taken_back + recovery->completed);
}

int os_recover(const struct os_recover_options *options) {
    UNCANCELLED;
    struct public_recovery p = {0};
    struct recovery recovery = {.js = &p.js};
    int r = options_copy(&p.options, sizeof p.options, options);
    if (p.options.on_recovery) {
        recovery.tell = tell_public;
        recovery.data = &p;
    }
    while (r >= 0 &&
           (r = p.options.orphan ? explain(&p, &recovery) : recover_all(&p, &recovery)) == -EBUSY &&
           p.js.vanished) {
        journals_end(&p.js);
        r = 0;
    }
    r = PUBLIC(r, "recover", recovery.failed ? recovery.failed : p.js.failed, NULL);
    int saved = errno;
    free(recovery.failed);
    journals_end(&p.js);
    errno = saved;
    return r;
}
