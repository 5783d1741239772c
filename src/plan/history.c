/* SPDX-License-Identifier: MIT */
/** Transactions of the past: what the journals tell of them. */
#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "plan/forget.h"
#include "plan/plan.h"
#include "plan/txn.h"
#include <fcntl.h>
#include <osier/plan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A transaction that was found. */
struct found {
    struct txn head;
    struct journal *journal;
    bool orphaned, forgotten, not_durable;
    uint64_t undone_by, steps, acts;
};

struct os_history {
    struct journals js;
    struct found *list; /* the latest first */
    size_t count, room, next;
    struct os_history_entry entry;
};

static int add(struct os_history *h, struct journal *j, struct txn *head, enum journal_state state,
               bool forgotten) {
    int r = ARRAY_ROOM(h->list, h->room, h->count + 1, 64);
    if (r < 0)
        return r;
    h->list[h->count++] = (struct found){
        .head = *head, .journal = j, .orphaned = state == JOURNAL_ORPHAN, .forgotten = forgotten};
    *head = (struct txn){0};
    return 0;
}

/* What an intent tells, if the journal is the transaction's first. */
static int read_one(struct os_history *h, struct journal *j, int at, enum journal_state state,
                    bool forgotten) {
    AUTO_TXN head = {0};
    unsigned part;
    uint64_t steps, acts;
    int r = intent_read_head(&head, at, &part);
    if (r < 0 || part != 0)
        return r < 0 ? r : 0;
    struct look doubt = {0};
    r = forget_count_steps(at, &steps, &acts);
    if (r >= 0)
        r = look_at(at, NOT_DURABLE, &doubt);
    if (r >= 0)
        r = add(h, j, &head, state, forgotten);
    if (r < 0)
        return r;
    struct found *found = &h->list[h->count - 1];
    found->not_durable = doubt.id.ino != 0;
    found->steps = steps;
    found->acts = acts;
    return 0;
}

static int read_state(struct os_history *h, struct journal *j, enum journal_state state) {
    AUTO_FREE uint64_t *ids = NULL;
    long count = journal_list(j, state, &ids);
    int r = count < 0 ? (int)count : 0;
    for (long i = 0; i < count && r >= 0; i++) {
        AUTO_CLOSE int at = journal_open(j, state, ids[i]);
        if (at == -ENOENT) /* forgotten this moment */
            continue;
        r = at < 0 ? at : read_one(h, j, at, state, false);
    }
    return r;
}

static int read_forgotten(struct os_history *h, struct journal *j) {
    AUTO_FREE uint64_t *ids = NULL;
    long count = forget_list(j, &ids);
    int r = count < 0 ? (int)count : 0;
    for (long i = 0; i < count && r >= 0; i++) {
        AUTO_CLOSE int at = forget_open(j, ids[i]);
        r = at < 0 ? at : read_one(h, j, at, JOURNAL_LOG, true);
    }
    return r;
}

static int latest_first(const void *a, const void *b) {
    const struct found *x = a, *y = b;
    return x->head.id > y->head.id ? -1 : x->head.id < y->head.id;
}

/* An undo that was undone takes nothing back; so the latest is asked first. */
static void find_undone(struct os_history *h) {
    for (size_t i = 0; i < h->count; i++)
        for (size_t k = i + 1; k < h->count && h->list[i].head.undoes; k++)
            if (!h->list[i].undone_by && !h->list[i].orphaned &&
                h->list[k].journal == h->list[i].journal &&
                h->list[k].head.id == h->list[i].head.undoes && !h->list[k].undone_by)
                h->list[k].undone_by = h->list[i].head.id;
}

static int begin(struct os_history *h) {
    int r = journals_begin(&h->js);
    if (r >= 0)
        r = journals_open_all(&h->js, NULL, NULL);
    for (size_t i = 0; i < h->js.count && r >= 0; i++) {
        r = read_state(h, h->js.list[i], JOURNAL_LOG);
        if (r >= 0)
            r = read_state(h, h->js.list[i], JOURNAL_ORPHAN);
        if (r >= 0)
            r = read_forgotten(h, h->js.list[i]);
    }
    if (r >= 0 && h->count)
        qsort(h->list, h->count, sizeof *h->list, latest_first);
    find_undone(h);
    return r;
}

struct os_history *os_history(void) {
    UNCANCELLED;
    struct os_history *h = mem_zalloc(sizeof *h);
    int r = h ? begin(h) : -ENOMEM;
    if (r >= 0)
        return h;
    error_fail(r, "history", h ? h->js.failed : NULL, NULL);
    os_history_close(h);
    return NULL;
}

const struct os_history_entry *os_history_next(struct os_history *h) {
    UNCANCELLED;
    if (h->next == h->count) {
        errno = 0;
        return NULL;
    }
    const struct found *f = &h->list[h->next++];
    uint64_t held = 0;
    if (!f->forgotten)
        forget_size(f->journal, f->orphaned ? JOURNAL_ORPHAN : JOURNAL_LOG, f->head.id, -1, &held);
    h->entry = (struct os_history_entry){.id = f->head.id,
                                         .time_ns = f->head.time,
                                         .uid = (uid_t)f->head.uid,
                                         .user = f->head.user,
                                         .title = f->head.title,
                                         .argv = f->head.argv,
                                         .undoes = f->head.undoes,
                                         .undone_by = f->undone_by,
                                         .orphaned = f->orphaned,
                                         .not_durable = f->not_durable,
                                         .forgotten = f->forgotten,
                                         .with = f->head.with,
                                         .steps = f->steps,
                                         .acts = f->acts,
                                         .held = held,
                                         .journal = f->journal->path};
    return &h->entry;
}

struct os_history *os_history_close(struct os_history *h) {
    UNCANCELLED;
    int saved = errno;
    if (h) {
        for (size_t i = 0; i < h->count; i++)
            txn_free(&h->list[i].head);
        free(h->list);
        journals_end(&h->js);
        free(h);
    }
    errno = saved;
    return NULL;
}

/* The path of the file that has a transaction's plan, to free(): 0, −ENOENT or −errno. */
static int find_plan(const struct journals *js, uint64_t id, char **ret_path) {
    static const char *const states[] = {"log", "orphan", "forgotten"};
    char name[JOURNAL_ID];
    journal_name(id, name);
    for (size_t i = 0; i < js->count * 3; i++) {
        AUTO_STR path = STR_INIT;
        struct look look;
        str_printf(&path, "%s/%s/%s/plan.jsonl", js->list[i / 3]->path, states[i % 3], name);
        int r = path.failed ? -ENOMEM : look_at(AT_FDCWD, path.data, &look);
        if (r < 0 || look.id.ino)
            return r < 0 ? r : str_take(&path, ret_path);
    }
    return -ENOENT;
}

struct os_plan *os_history_plan(uint64_t id) {
    UNCANCELLED;
    struct journals js;
    AUTO_FREE char *path = NULL;
    int r = journals_begin(&js);
    if (r >= 0)
        r = journals_open_all(&js, NULL, NULL);
    if (r >= 0)
        r = find_plan(&js, id, &path);
    struct os_plan *plan = NULL;
    if (r >= 0)
        r = plan_load(path, /* of_journal= */ true, &plan);
    plan = PUBLIC_POINTER(r, plan, "history_plan", path ? path : js.failed, NULL);
    int saved = errno;
    journals_end(&js);
    errno = saved;
    return plan;
}

bool os_plan_in_journal(const char *path) {
    bool in = dir_is_journal(path);
    for (const char *at = strchr(path, '/'); at && !in; at = strchr(at + 1, '/'))
        in = dir_is_journal(at + 1);
    return in;
}
