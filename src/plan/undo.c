/* SPDX-License-Identifier: MIT */
/** A transaction taken back, by one that exchanges the same inodes once more. */
#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "fs/getcwd.h"
#include "plan/commit.h"
#include "plan/forget.h"
#include "plan/inplace.h"
#include "plan/places.h"
#include "plan/protocol.h"
#include "plan/stage.h"
#include "plan/was.h"
#include <fcntl.h>
#include <osier/path.h>
#include <osier/plan.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* One call of os_undo(). */
struct undo {
    struct os_undo_options options;
    struct journals js;
    struct txn txn; /* the one that is taken back, and then the one that does it */
    struct places places;
    struct protocol protocol;
    uint64_t with; /* the first of the undos that belong together */
    size_t conflicts;
    char *failed; /* the first path of a conflict */
};

static int pause_undo(void *data) {
    struct undo *u = data;
    const struct os_progress progress = {0};
    return u->options.on_progress && u->options.on_progress(&progress, u->options.data) ? -ECANCELED
                                                                                        : 0;
}

static int wait_for_lock(void *data) {
    const struct undo *u = data;
    return u->options.wait ? pause_undo(data) : -EBUSY;
}

/* -------------------------------------------------------------------------- which steps */

/* Which steps of the transactions that share these objects are made at present: by number; behind them
 * whether the programs were run. */
static int made_steps(struct undo *u, uint64_t kept, bool **ret_made, size_t count) {
    const struct journal *j = u->txn.parts[0].journal;
    AUTO_FREE bool *made = mem_zalloc((count + 1) * sizeof *made);
    AUTO_FREE uint64_t *ids = NULL;
    long id_count = made ? journal_list(j, JOURNAL_LOG, &ids) : -ENOMEM;
    if (id_count < 0)
        return (int)id_count;
    for (long i = 0; i < id_count; i++) {
        AUTO_TXN head = {0};
        AUTO_TXN one = {0};
        unsigned part;
        AUTO_CLOSE int at = journal_open(j, JOURNAL_LOG, ids[i]);
        int r = at < 0 ? at : intent_read_head(&head, at, &part);
        if (r >= 0 && head.kept != kept)
            continue;
        if (r >= 0)
            r = txn_open(&one, &u->js, ids[i], JOURNAL_LOG);
        if (r < 0)
            return r;
        for (size_t k = 0; k < one.step_count; k++)
            if (one.steps[k].number < count)
                made[one.steps[k].number] = one.forward;
        if (one.acts.count)
            made[count] = one.forward;
    }
    *ret_made = TAKE_POINTER(made);
    return 0;
}

static bool is_below(const char *path, const char *top) {
    size_t size = strlen(top);
    return strncmp(path, top, size) == 0 &&
           (path[size] == '\0' || path[size] == '/' || strcmp(top, "/") == 0);
}

/* Whether the caller has asked for a step: 1, 0 or −ENOMEM. */
static int is_wanted(const struct undo *u, const struct txn_step *step) {
    const char *const *top = u->options.paths;
    if (!top || !*top)
        return 1;
    for (; *top; top++) {
        AUTO_FREE char *wanted = os_path_abspath(*top);
        AUTO_FREE char *path = txn_path(&u->txn, step, false);
        AUTO_FREE char *path2 = !step_sets_values(step) && step->dir2 != TXN_KEPT
                                    ? txn_path(&u->txn, step, true)
                                    : NULL;
        if (!wanted || !path)
            return -ENOMEM;
        if (is_below(path, wanted) || (path2 && is_below(path2, wanted)))
            return 1;
    }
    return 0;
}

static void drop_step(struct txn *txn, size_t at) {
    struct txn_step *s = &txn->steps[at];
    free(s->name);
    free(s->name2);
    vector_free(&s->before);
    vector_free(&s->after);
    memmove(s, s + 1, (--txn->step_count - at) * sizeof *s);
}

/* Leaves the steps that are to be taken back: −EALREADY where all of them are, −ENOENT where none
 * is asked for. */
static int choose_steps(struct undo *u) {
    struct txn *txn = &u->txn;
    size_t count = txn->step_count ? txn->steps[txn->step_count - 1].number + 1 : 0;
    AUTO_FREE bool *made = NULL;
    int r = made_steps(u, txn->kept, &made, count);
    size_t kept = 0, asked = 0;
    bool alone = u->options.paths && *u->options.paths; /* files alone */
    for (size_t i = 0; i < txn->step_count && r >= 0; i++) {
        struct txn_step *s = &txn->steps[i];
        r = is_wanted(u, s);
        asked += r > 0;
        if (r > 0 && made[s->number] == txn->forward) {
            struct txn_step moved = *s;
            *s = txn->steps[kept];
            txn->steps[kept++] = moved;
        }
    }
    while (r >= 0 && txn->step_count > kept)
        drop_step(txn, txn->step_count - 1);
    if (r < 0)
        return r;
    asked += !alone && txn->acts.count;
    if (alone || made[count] != txn->forward)
        txn->acts.count = 0;
    return kept || txn->acts.count ? 0 : asked ? -EALREADY : -ENOENT;
}

/* ---------------------------------------------------------------------------- conflicts */

/* The latest later transaction that has to do with a path, or 0. */
static uint64_t find_later(struct undo *u, const char *path) {
    const struct journal *j = u->txn.parts[0].journal;
    AUTO_FREE uint64_t *ids = NULL;
    long count = journal_list(j, JOURNAL_LOG, &ids);
    for (long i = count; i-- > 0 && ids[i] > u->txn.id;) {
        AUTO_TXN later = {0};
        if (txn_open(&later, &u->js, ids[i], JOURNAL_LOG) < 0)
            continue;
        for (size_t k = 0; k < later.step_count; k++) {
            AUTO_FREE char *other = txn_path(&later, &later.steps[k], false);
            if (other && (is_below(path, other) || is_below(other, path)))
                return ids[i];
        }
    }
    return 0;
}

static int conflict(struct undo *u, const struct txn_step *step, bool second, const char *what) {
    AUTO_FREE char *path = txn_path(&u->txn, step, second);
    if (!path)
        return -ENOMEM;
    u->conflicts++;
    if (u->options.on_conflict) {
        const struct os_undo_conflict told = {
            .path = path, .what = what, .later = find_later(u, path)};
        u->options.on_conflict(&told, u->options.data);
    }
    if (!u->failed)
        u->failed = TAKE_POINTER(path);
    return 0;
}

/* What is in a directory that a step has made, but for what others have moved there. */
static int check_list(struct undo *u, const struct txn_step *step, int dir, const char **what) {
    AUTO_LIST list = {0};
    AUTO_FREE char **except = NULL;
    uint8_t now[32];
    for (size_t i = 0; i < u->txn.step_count; i++) {
        const struct txn_step *s = &u->txn.steps[i];
        AUTO_STR path = STR_INIT;
        if (s->dir2 == TXN_KEPT || u->txn.dirs[s->dir2].made_in != (long)step->number)
            continue;
        const char *below = u->txn.dirs[s->dir2].below;
        str_printf(&path, "%s%s%s", below, below[0] ? "/" : "", s->name2);
        if (path.failed)
            return -ENOMEM;
        list_add_text(&list, path.data);
    }
    int r = list_take(&list, &except);
    if (r >= 0)
        r = stage_list(dir, step->name, (const char *const *)except, now);
    if (r >= 0 && memcmp(now, step->list, sizeof now) != 0)
        *what = "something in it was changed, added or removed";
    return r;
}

/* A file that was touched, or written anew with the same bytes, is what it was: 1, 0 or −errno. */
static int same_content(const struct txn_content *content, int dir, const char *name,
                        const struct look *look) {
    struct plan_digest digest;
    if (!content->known || !S_ISREG(look->mode))
        return 0;
    int r = was_file_digest(dir, name, &digest);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    return memcmp(digest.bytes, content->digest, sizeof content->digest) == 0;
}

/* What the transaction takes for its own from here on: it goes into the journal. */
static void adopt(const struct undo *u, const struct txn_step *step, struct txn_mark *mark,
                  const struct look *look) {
    *mark = (struct txn_mark){look->id, look->mode, look->uid, look->gid, look->size, look->mtime};
    if (!u->txn.parts[step->part].journal->births)
        mark->id.birth = 0;
}

/* The directory that a tree's content came to has got its attributes since it was noted. */
static int look_at_poured(struct undo *u, struct txn_step *step, const char **what) {
    char number[16];
    struct look look;
    snprintf(number, sizeof number, "%u", step->number);
    int r = look_at(u->txn.parts[step->part].kept, number, &look);
    if (r >= 0 && look_same(&look.id, &step->b.id))
        adopt(u, step, &step->b, &look);
    else if (r >= 0)
        *what = "what was kept of it is gone";
    return r;
}

/* What speaks against taking a step back at one of its places: NULL for nothing. */
static int check_place(struct undo *u, struct txn_step *step, bool second, int dir,
                       const char **what) {
    const char *name = second ? step->name2 : step->name;
    bool first = second == u->txn.forward, kept = step->dir2 == TXN_KEPT;
    bool pours = step->kind == TXN_POUR, poured = pours && u->txn.forward && kept;
    struct txn_mark *at = pours   ? u->txn.forward ? &step->b : &step->a
                          : first ? &step->a
                                  : &step->b;
    const struct txn_mark *mark = at->id.ino && (!pours || second == u->txn.forward) ? at : NULL;
    struct look look;
    int r = look_at(dir, name, &look);
    if (r < 0)
        return r;
    if (mark && look_same(&mark->id, &look.id) && !txn_is(&u->txn, mark, &look) &&
        mark->size == look.size) {
        r = same_content(first ? &step->a_content : &step->b_content, dir, name, &look);
        if (r > 0)
            at->mtime = look.mtime;
    }
    if (r >= 0 && poured && !look.id.ino)
        r = look_at_poured(u, step, what);
    if (r < 0 || *what)
        return r;
    if (!mark)
        *what = look.id.ino ? "something was put there" : NULL;
    else if (!look.id.ino)
        *what = "it is gone";
    else if (!look_same(&mark->id, &look.id))
        *what = "something else is there";
    else if (!txn_is(&u->txn, mark, &look))
        *what = "its content was changed";
    else if (kept && (mark->mode != look.mode || mark->uid != look.uid || mark->gid != look.gid) &&
             !txn_values_of(&u->txn, &mark->id)) /* that step tells of them */
        *what = "its owner or mode was changed";
    else if (kept && u->txn.forward && step->listed)
        r = check_list(u, step, dir, what);
    if (r >= 0 && *what && kept && u->options.force && step->kind == TXN_RENAME) {
        adopt(u, step, at, &look);
        step->listed = false;
        (first ? &step->a_content : &step->b_content)->known = false;
        *what = NULL;
    }
    return r < 0 ? r : 0;
}

static int check_values(struct undo *u, const struct txn_step *step, int dir, const char **what) {
    bool forward = u->txn.forward, inplace = step->kind == TXN_INPLACE;
    struct vector now = forward ? step->after : step->before,
                  other = forward ? step->before : step->after;
    struct look look;
    if (inplace)
        now.times = other.times = false;
    AUTO_CLOSE int handle = SYS(openat, dir, step->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int r = handle == -ENOENT ? 0 : handle < 0 ? handle : look_at(handle, "", &look);
    if (r < 0)
        return r;
    if (handle < 0 || !look_same(&look.id, &step->a.id)) {
        *what = handle < 0 ? "it is gone" : "something else is there";
        return 0;
    }
    r = vector_stands(handle, &now, &other);
    if (r > VECTOR_A)
        *what = "its owner, mode, attributes or times were changed";
    else if (r >= 0 && inplace &&
             (r = inplace_has(u->txn.parts[step->part].kept, step->number, handle, forward)) == 0)
        *what = "its content was changed";
    return r;
}

static int check_one(struct undo *u, struct txn_step *step, bool second) {
    unsigned at = second ? (unsigned)step->dir2 : step->dir;
    const char *what = NULL;
    struct txn_place *seen = places_find(&u->places, at, second ? step->name2 : step->name);
    if (seen->name) /* a later step has left what is there */
        return 0;
    places_note(&u->places, step, second);
    int dir = txn_dir(&u->txn, at);
    if (dir == -ESTALE)
        return conflict(u, step, second, "its directory is gone");
    int r = dir < 0                   ? dir
            : !step_sets_values(step) ? check_place(u, step, second, dir, &what)
                                      : check_values(u, step, dir, &what);
    return r < 0 || !what ? r : conflict(u, step, second, what);
}

/* A value that is as it was before is as good as one that the transaction has left. */
static int check_act(struct undo *u, const struct os_plan_act *act) {
    AUTO_STR name = STR_INIT, what = STR_INIT;
    struct act_look look;
    int r = act_look(act, u->txn.forward, &look);
    if (r < 0)
        return r;
    if (look.odd && !look.known && !u->options.force) {
        act_name(&name, look.odd);
        str_printf(&what, "it is %s by now, not %s", *look.found.data ? look.found.data : "nothing",
                   u->txn.forward ? look.odd->is : look.odd->was);
        u->conflicts++;
    }
    str_free(&look.found);
    if (name.failed || what.failed)
        return -ENOMEM;
    if (name.data && u->options.on_conflict)
        u->options.on_conflict(&(struct os_undo_conflict){.path = name.data, .what = what.data},
                               u->options.data);
    if (name.data && !u->failed)
        return str_take(&name, &u->failed);
    return 0;
}

/* With `force`, what was made may be gone by now, and nothing was there before. */
static void drop_nothings(struct undo *u) {
    struct txn *txn = &u->txn;
    for (size_t i = txn->step_count; i-- > 0;) {
        const struct txn_step *s = &txn->steps[i];
        if (s->kind == TXN_RENAME && !s->a.id.ino && !s->b.id.ino)
            drop_step(txn, i);
    }
}

/* Everything has to be as the transaction has left it: 0, −ESTALE with all conflicts told, −errno.
 */
static int check(struct undo *u) {
    struct txn *txn = &u->txn;
    int r = places_begin(&u->places, txn);
    for (size_t i = 0; i < txn->step_count && r >= 0; i++) {
        struct txn_step *s = &txn->steps[txn->forward ? txn->step_count - 1 - i : i];
        r = check_one(u, s, false);
        if (r >= 0 && !step_sets_values(s) && s->dir2 != TXN_KEPT)
            r = check_one(u, s, true);
    }
    for (size_t i = 0; i < txn->acts.count && r >= 0; i++)
        r = check_act(u, &txn->acts.list[i]);
    if (r >= 0 && !u->conflicts && u->options.force)
        drop_nothings(u);
    return r < 0 ? r : u->conflicts ? -ESTALE : 0;
}

/* ----------------------------------------------------------------------------- the whole */

/* The latest transaction that is done and was not undone: its number, −ENOENT or −errno. */
static int find_latest(struct undo *u, uint64_t *id) {
    uint64_t best = 0;
    for (size_t i = 0; i < u->js.count; i++) {
        AUTO_FREE uint64_t *ids = NULL;
        AUTO_FREE uint64_t *undone = NULL;
        size_t undone_count = 0;
        long count = journal_list(u->js.list[i], JOURNAL_LOG, &ids);
        if (count < 0 || !(undone = mem_alloc((size_t)count * sizeof *undone)))
            return count < 0 ? (int)count : -ENOMEM;
        for (long k = count; k-- > 0 && ids[k] > best;) {
            AUTO_TXN head = {0};
            unsigned part;
            AUTO_CLOSE int at = journal_open(u->js.list[i], JOURNAL_LOG, ids[k]);
            int r = at < 0 ? at : intent_read_head(&head, at, &part);
            if (r < 0)
                return r;
            bool is_undone = false;
            for (size_t n = 0; n < undone_count; n++)
                is_undone |= undone[n] == ids[k];
            if (head.undoes && !is_undone)
                undone[undone_count++] = head.undoes;
            if (!head.undoes && !is_undone)
                best = ids[k];
        }
    }
    *id = best;
    return best ? 0 : -ENOENT;
}

/* Opens the transaction; all its parts have to be there: −ENODEV names the first that isn't. */
static int open_all(struct undo *u, uint64_t id) {
    int r = journals_open_all(&u->js, NULL, NULL);
    if (r >= 0 && id == 0)
        r = find_latest(u, &id);
    if (r >= 0)
        r = txn_open(&u->txn, &u->js, id, JOURNAL_LOG);
    for (size_t i = 0; i < u->txn.part_count && r >= 0; i++)
        if (!u->txn.parts[i].journal || u->txn.parts[i].kept < 0) {
            u->failed = mem_text(u->txn.parts[i].path, strlen(u->txn.parts[i].path));
            r = -ENODEV;
        }
    return r;
}

/* The transaction becomes the one that takes it back. */
static int become_undo(struct undo *u) {
    struct txn *txn = &u->txn;
    txn->undoes = txn->id;
    txn->forward = !txn->forward;
    for (size_t i = 0; i < txn->step_count; i++)
        if (txn->steps[i].kind == TXN_POUR) /* what comes back is the copy of its directories */
            txn->steps[i].a = txn->steps[i].b;
    if (txn->acts.count) /* without, there is no list, and memset takes no NULL */
        memset(txn->begun, 0, txn->acts.count * sizeof *txn->begun);
    txn->with = u->with;
    free(txn->user);
    free(txn->title);
    free(txn->argv);
    txn->user = txn->title = NULL;
    txn->argv = NULL;
    for (size_t i = 0; i < txn->part_count; i++) {
        struct txn_part *part = &txn->parts[i];
        if (part->kept != part->at)
            seam_close_quietly(part->at);
        part->at = -1;
    }
    return commit_sign(txn, NULL);
}

static int run(struct undo *u, uint64_t id) {
    int r = journals_begin(&u->js);
    if (r >= 0)
        r = open_all(u, id);
    if (r >= 0)
        r = journals_lock(&u->js, wait_for_lock, u);
    if (r >= 0)
        r = commit_recover(&u->js, &u->failed);
    /* What stood before the lock was held may have been undone or forgotten meanwhile. */
    if (r >= 0) {
        id = u->txn.id;
        txn_free(&u->txn);
        r = open_all(u, id);
    }
    if (r >= 0)
        r = choose_steps(u);
    if (r >= 0)
        r = check(u);
    if (r >= 0)
        r = become_undo(u);
    if (r < 0)
        return r;
    journals_close_unused(&u->js);
    u->protocol = (struct protocol){.js = &u->js,
                                    .txn = &u->txn,
                                    .pause = pause_undo,
                                    .data = u,
                                    .listener = {u->options.on_act, u->options.data}};
    r = protocol_begin(&u->protocol);
    if (r < 0) {
        protocol_drop(&u->protocol);
        return r;
    }
    r = protocol_run(&u->protocol);
    if (u->protocol.done)
        forget_over_limits(&u->js);
    return r;
}

/* Takes one transaction back: 0 or −errno; `*ret_id` is the one that did, once it is done. */
static int undo_one(uint64_t id, const struct os_undo_options *options, uint64_t with,
                    uint64_t *ret_id, char **reterr_path) {
    struct undo u = {.options = *options, .with = with};
    int r = run(&u, id);
    if (r == -EBUSY && u.js.vanished) {
        places_end(&u.places);
        txn_free(&u.txn);
        journals_end(&u.js);
        free(u.failed);
        u = (struct undo){.options = *options, .with = with};
        r = run(&u, id);
    }
    if (u.protocol.done)
        *ret_id = u.txn.id;
    if (r < 0 && r != -ENOMEM) {
        const char *path = u.failed ? u.failed : u.js.failed;
        free(*reterr_path);
        *reterr_path = u.protocol.failed ? txn_path(&u.txn, u.protocol.failed, false)
                       : path            ? mem_text(path, strlen(path))
                                         : NULL;
    }
    places_end(&u.places);
    txn_free(&u.txn);
    journals_end(&u.js);
    free(u.failed);
    return r;
}

/* ------------------------------------------------------------------- those that go together */

/* The numbers of those that go with a transaction, the latest first; itself, where it goes alone. */
struct together {
    uint64_t *ids;
    size_t count, room;
};

static int add_together(struct together *t, uint64_t id) {
    int r = ARRAY_ROOM(t->ids, t->room, t->count + 1, 8);
    if (r >= 0)
        t->ids[t->count++] = id;
    return r;
}

static int find_in(struct together *t, const struct journal *j, uint64_t first) {
    AUTO_FREE uint64_t *ids = NULL;
    long count = journal_list(j, JOURNAL_LOG, &ids);
    int r = count < 0 ? (int)count : 0;
    for (long i = 0; i < count && r >= 0; i++) {
        AUTO_TXN head = {0};
        unsigned part;
        AUTO_CLOSE int at = journal_open(j, JOURNAL_LOG, ids[i]);
        r = at < 0 ? at : intent_read_head(&head, at, &part);
        if (r >= 0 && part == 0 && (head.id == first || head.with == first))
            r = add_together(t, head.id);
        r = r == -ENOENT ? 0 : r; /* forgotten this moment */
    }
    return r;
}

static int latest_first(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return *x > *y ? -1 : *x < *y;
}

static int find_together(struct undo *u, uint64_t id, struct together *t) {
    int r = journals_begin(&u->js);
    if (r >= 0)
        r = journals_open_all(&u->js, NULL, NULL);
    if (r >= 0 && id == 0)
        r = find_latest(u, &id);
    if (r >= 0)
        r = txn_open(&u->txn, &u->js, id, JOURNAL_LOG);
    uint64_t first = r >= 0 && u->txn.with ? u->txn.with : id;
    for (size_t i = 0; i < u->js.count && r >= 0; i++)
        r = find_in(t, u->js.list[i], first);
    if (r >= 0 && t->count)
        qsort(t->ids, t->count, sizeof *t->ids, latest_first);
    return r;
}

static int undo_together(uint64_t id, const struct os_undo_options *options, uint64_t *ret_id,
                         char **reterr_path) {
    struct undo look = {0};
    struct together all = {0}, done = {0};
    uint64_t made = 0;
    int r = find_together(&look, id, &all), least = -ENOENT, unsure = 0;
    if (r < 0 && r != -ENOMEM && look.js.failed)
        *reterr_path = mem_text(look.js.failed, strlen(look.js.failed));
    txn_free(&look.txn);
    journals_end(&look.js);
    if (r >= 0) /* what was done can't fail to be noted */
        r = ARRAY_ROOM(done.ids, done.room, all.count, 8);
    for (size_t i = 0; i < all.count && r >= 0; i++) {
        uint64_t this = 0;
        r = undo_one(all.ids[i], options, done.count ? done.ids[0] : 0, &this, reterr_path);
        if (r < 0 && this) { /* it stands, though the disk hasn't confirmed it */
            unsure = r;
            r = 0;
        }
        made = this ? this : made;
        bool none = r == -EALREADY || r == -ENOENT; /* of this one: another may be left */
        if (none && (least != -EALREADY))
            least = r;
        if (r >= 0)
            r = add_together(&done, this);
        r = none ? 0 : r;
    }
    if (r >= 0 && !done.count)
        r = least;
    if (r >= 0) {
        *ret_id = made;
        r = unsure;
        done.count = 0; /* nothing goes back */
    }
    const struct os_undo_options back = {.size = sizeof back, .wait = true};
    for (size_t i = done.count; r < 0 && i-- > 0;) /* all of them, or none */
        undo_one(done.ids[i], &back, 0, &made, reterr_path);
    free(all.ids);
    free(done.ids);
    return r;
}

int os_undo(uint64_t id, const struct os_undo_options *given, uint64_t *ret_id) {
    UNCANCELLED;
    struct os_undo_options options;
    AUTO_FREE char *path = NULL;
    uint64_t made = 0;
    int r = options_copy(&options, sizeof options, given);
    if (r >= 0)
        r = undo_together(id, &options, &made, &path);
    if (made && ret_id)
        *ret_id = made;
    return PUBLIC(r, "undo", path, NULL);
}
