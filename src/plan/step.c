/* SPDX-License-Identifier: MIT */
/** A step made, taken back, or found in either state; never at the cost of somebody else's file. */
#include "plan/txn.h"

#include "base/procfile.h"
#include "base/seam.h"
#include "fs/at.h"
#include "fs/dir.h"
#include "fs/perm.h"
#include "plan/exchange.h"
#include "plan/inplace.h"
#include "plan/pour.h"
#include "plan/sync.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_OPEN = 100,         /* directories at a time */
    FEW = 16,                /* changes, each of which could be synced for itself */
    MOST_DIRTY = 256 * 1024, /* kB that wait for being written, with which a syncfs(2) is shorter
                                 than syncing many things, or a few */
    LITTLE_DIRTY = 4 * 1024,
    NUMBER = 3 * sizeof(int), /* of the digits of a step's number */
};

/* -------------------------------------------------------------------------- directories */

/* Opens a path if it leads to that very directory: a descriptor, −ESTALE, or −errno. */
static int open_same(const struct txn_dir *d, int fd) {
    struct look look;
    if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP || fd == -EACCES)
        return -ESTALE;
    if (fd < 0)
        return fd;
    int r = look_at(fd, "", &look);
    if (r >= 0 && look_same(&look.id, &d->id))
        return fd;
    seam_close_quietly(fd);
    return r < 0 ? r : -ESTALE;
}

/* In what a step keeps: a new directory that has not got its name yet. */
static int open_made(const struct txn *txn, const struct txn_dir *d) {
    AUTO_STR path = STR_INIT;
    int kept = txn->parts[d->part].kept;
    if (d->made_in < 0 || kept < 0)
        return -ESTALE;
    str_printf(&path, "%ld", d->made_in);
    if (d->below && d->below[0])
        str_printf(&path, "/%s", d->below);
    if (path.failed)
        return -ENOMEM;
    return open_same(d, SYS(openat, kept, path.data, DIR_OPEN | O_NOFOLLOW));
}

/* What a path is below the place of a step, or NULL. */
static const char *below_place(const struct txn *txn, const struct txn_step *s, const char *path) {
    const char *dir = txn->dirs[s->dir].before;
    size_t size = dir && strcmp(dir, "/") != 0 ? strlen(dir) : 0, name = strlen(s->name);
    if (!dir || strncmp(path, dir, size) != 0 || path[size] != '/' ||
        strncmp(path + size + 1, s->name, name) != 0)
        return NULL;
    path += size + 1 + name;
    return *path == '\0' || *path == '/' ? path : NULL;
}

/* In what the journal keeps: a directory that was removed after something was moved out of it. */
static int open_kept(const struct txn *txn, const struct txn_dir *d) {
    int fd = -ESTALE;
    for (size_t i = 0; i < txn->step_count && d->before && fd == -ESTALE; i++) {
        const struct txn_step *s = &txn->steps[i];
        bool kept = s->kind == TXN_RENAME && s->dir2 == TXN_KEPT && txn->parts[s->part].kept >= 0;
        const char *below = kept ? below_place(txn, s, d->before) : NULL;
        AUTO_STR path = STR_INIT;
        if (!below)
            continue;
        str_printf(&path, "%u%s", s->number, below);
        if (path.failed)
            return -ENOMEM;
        fd = open_same(d, SYS(openat, txn->parts[s->part].kept, path.data, DIR_OPEN | O_NOFOLLOW));
    }
    return fd;
}

static int find_dir(const struct txn *txn, const struct txn_dir *d) {
    int fd = d->before ? open_same(d, look_open_directory(d->before)) : -ESTALE;
    if (fd == -ESTALE && d->after)
        fd = open_same(d, look_open_directory(d->after));
    if (fd == -ESTALE)
        fd = open_made(txn, d);
    return fd == -ESTALE ? open_kept(txn, d) : fd;
}

/* Closes the next one in turn. */
static void close_one(struct txn *txn) {
    for (size_t i = 0; i < txn->dir_count; i++) {
        struct txn_dir *d = &txn->dirs[txn->next_closed++ % txn->dir_count];
        if (d->fd >= 0) {
            seam_close_quietly(TAKE_FD(d->fd));
            txn->open_dirs--;
            return;
        }
    }
}

int txn_dir(struct txn *txn, unsigned dir) {
    struct txn_dir *d = &txn->dirs[dir];
    if (d->fd >= 0)
        return d->fd;
    if (txn->open_dirs >= MOST_OPEN)
        close_one(txn);
    int fd = find_dir(txn, d);
    if (fd == -EMFILE && txn->open_dirs) {
        close_one(txn);
        fd = find_dir(txn, d);
    }
    if (fd >= 0) {
        d->fd = fd;
        txn->open_dirs++;
    }
    return fd;
}

/* -------------------------------------------------------------------------------- marks */

int txn_mark(const struct txn *txn, unsigned part, int dir, const char *name,
             struct txn_mark *ret) {
    struct look look;
    int r = look_at(dir, name, &look);
    if (r < 0)
        return r;
    *ret = (struct txn_mark){look.id, look.mode, look.uid, look.gid, look.size, look.mtime};
    if (!txn->parts[part].journal->births)
        ret->id.birth = 0;
    return 0;
}

const struct txn_step *txn_values_of(const struct txn *txn, const struct look_id *id) {
    for (size_t i = 0; i < txn->step_count; i++)
        if (step_sets_values(&txn->steps[i]) && look_same(&txn->steps[i].a.id, id))
            return &txn->steps[i];
    return NULL;
}

static bool same_time(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* What another step gives a time, by this name of it or by another, has the one or the other. */
static bool is_on_its_way(const struct txn *txn, const struct txn_mark *mark,
                          const struct look *look) {
    const struct txn_step *s = txn_values_of(txn, &mark->id);
    return s && s->after.times && (s->kind == TXN_INPLACE || mark->size == look->size) &&
           (same_time(&look->mtime, &s->after.mtime) || same_time(&look->mtime, &s->before.mtime));
}

/* A directory's size and time change with what is in it, and that may have been moved out. */
bool txn_is(const struct txn *txn, const struct txn_mark *mark, const struct look *look) {
    if (!look_same(&mark->id, &look->id))
        return false;
    return mark->id.ino == 0 || S_ISDIR(mark->mode) ||
           (mark->size == look->size && same_time(&mark->mtime, &look->mtime)) ||
           is_on_its_way(txn, mark, look);
}

char *txn_path(const struct txn *txn, const struct txn_step *step, bool second) {
    AUTO_STR s = STR_INIT;
    char *path = NULL;
    const struct txn_dir *d = &txn->dirs[second ? (unsigned)step->dir2 : step->dir];
    const char *dir = d->after ? d->after : d->before ? d->before : "?";
    str_printf(&s, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, second ? step->name2 : step->name);
    return str_take(&s, &path) < 0 ? NULL : path;
}

/* ------------------------------------------------------------------------------- places */

/* Both places of a step, and what is to be at each in the state that it shall come to and in the
 * other one. */
struct turn {
    struct exchange at;
    char number[NUMBER], aside[NUMBER + 1];
    const struct txn_mark *a_now, *b_now, *a_then, *b_then;
    bool kept; /* the second place is the journal's */
};

static int open_places(struct txn *txn, struct txn_step *step, bool forward, struct turn *t) {
    static const struct txn_mark nothing;
    t->kept = step->dir2 == TXN_KEPT;
    snprintf(t->number, sizeof t->number, "%u", step->number);
    snprintf(t->aside, sizeof t->aside, "%u~", step->number);
    /* The second first: the first may be closed for it, and is needed more. */
    int b = t->kept ? txn->parts[step->part].kept : txn_dir(txn, (unsigned)step->dir2);
    if (b < 0)
        return b == -1 ? -ESTALE : b;
    int a = txn_dir(txn, step->dir);
    if (a < 0)
        return a;
    if (!t->kept) /* it may have been closed for the other one */
        b = txn_dir(txn, (unsigned)step->dir2);
    if (b < 0)
        return b;
    t->at.a = (struct spot){a, step->name};
    t->at.b = (struct spot){b, t->kept ? t->number : step->name2};
    t->at.aside = (struct spot){txn->parts[step->part].kept, t->aside};
    const struct txn_mark *x = step->a.id.ino ? &step->a : &nothing,
                          *y = step->b.id.ino ? &step->b : &nothing;
    t->a_now = t->b_then = forward ? x : y;
    t->b_now = t->a_then = forward ? y : x;
    return 0;
}

static void set_dirty(struct txn *txn, const struct txn_step *step) {
    txn->dirs[step->dir].dirty = true;
    if (!step_sets_values(step) && step->dir2 != TXN_KEPT)
        txn->dirs[step->dir2].dirty = true;
}

/* Whether the kernel refuses its owner to give a directory another parent: that would be written in it. */
static bool is_locked(const struct txn *txn, const struct txn_mark *mark) {
    return mark->id.ino && S_ISDIR(mark->mode) && !(mark->mode & S_IWUSR) &&
           mark->uid == geteuid() && !txn_values_of(txn, &mark->id);
}

static int set_lock(const struct spot *spot, const struct txn_mark *mark, mode_t more) {
    return perm_chmod_nofollow(spot->dir, spot->name, (mark->mode & 07777) | more);
}

/* An exchange, also of directories that their owner may not write to: he may for that moment. Who dies in it has
 * that taken back by lock_again(). */
static int exchange_all(const struct txn *txn, const struct turn *t, bool has_a, bool has_b) {
    const struct exchange *at = &t->at;
    bool a = has_a && is_locked(txn, t->a_now), b = has_b && is_locked(txn, t->b_now);
    int r = exchange(at, has_a, has_b);
    if (r != -EACCES || (!a && !b))
        return r;
    r = a ? set_lock(&at->a, t->a_now, S_IWUSR) : 0;
    if (r >= 0 && b)
        r = set_lock(&at->b, t->b_now, S_IWUSR);
    if (r >= 0)
        r = exchange(at, has_a, has_b);
    int locked_a = a ? set_lock(r >= 0 ? &at->b : &at->a, t->a_now, 0) : 0;
    int locked_b = b ? set_lock(r >= 0 ? &at->a : &at->b, t->b_now, 0) : 0;
    return r < 0 ? r : locked_a < 0 ? locked_a : locked_b;
}

static int lock_again(const struct txn *txn, const struct spot *spot, const struct txn_mark *mark) {
    struct look look;
    if (!is_locked(txn, mark))
        return 0;
    int r = look_at(spot->dir, spot->name, &look);
    bool open = r >= 0 && look_same(&look.id, &mark->id) && look.mode == (mark->mode | S_IWUSR);
    return open ? set_lock(spot, mark, 0) : r;
}

/* What came out isn't what was to: it goes back. When something newer stood there by then, which now
 * has come out instead, that goes back too. */
static int put_back(const struct txn *txn, const struct turn *t, bool has_a, bool has_b) {
    struct look a, b;
    int r = exchange_all(txn, t, !has_a || has_b, !has_b || has_a);
    if (r >= 0)
        r = look_at(t->at.a.dir, t->at.a.name, &a);
    if (r >= 0)
        r = look_at(t->at.b.dir, t->at.b.name, &b);
    if (r >= 0 && has_a && has_b && !look_same(&b.id, &t->b_now->id))
        r = exchange_all(txn, t, true, true);
    return r < 0 ? r : -ESTALE;
}

/* What somebody put there, or took away, in the moment before. */
static int changed_meanwhile(int r) {
    return r == -EEXIST || r == -ENOENT || r == -ENOTEMPTY ? -ESTALE : r;
}

static int turn_rename(struct txn *txn, struct txn_step *step, struct turn *t) {
    struct look b, a;
    bool has_a = t->a_now->id.ino, has_b = t->b_now->id.ino;
    set_dirty(txn, step);
    int r = exchange_all(txn, t, has_a, has_b);
    if (r < 0)
        return changed_meanwhile(r);
    r = has_a ? look_at(t->at.b.dir, t->at.b.name, &b) : 0;
    if (r >= 0 && has_b && !t->kept)
        r = look_at(t->at.a.dir, t->at.a.name, &a);
    if (r < 0)
        return r;
    bool right =
        (!has_a || txn_is(txn, t->b_then, &b)) && (!has_b || t->kept || txn_is(txn, t->a_then, &a));
    return right ? 0 : put_back(txn, t, has_a, has_b);
}

int step_kept(const struct txn *txn, const struct txn_step *step, bool forward) {
    const struct txn_mark *mark = forward ? &step->a : &step->b;
    char number[NUMBER];
    struct look look;
    if (step->kind != TXN_RENAME || step->dir2 != TXN_KEPT || !S_ISREG(mark->mode))
        return 0;
    snprintf(number, sizeof number, "%u", step->number);
    int r = look_at(txn->parts[step->part].kept, number, &look);
    return r < 0 ? r : txn_is(txn, mark, &look) ? 0 : -ESTALE;
}

/* ------------------------------------------------------------------------------ values */

/* A handle of the object that is given values: −ESTALE where it isn't that one. */
static int open_object(struct txn *txn, const struct txn_step *step) {
    struct look look;
    int dir = txn_dir(txn, step->dir);
    if (dir < 0)
        return dir;
    AUTO_CLOSE int handle = SYS(openat, dir, step->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (handle < 0)
        return handle == -ENOENT ? -ESTALE : handle;
    int r = look_at(handle, "", &look);
    if (r < 0)
        return r;
    return look_same(&look.id, &step->a.id) ? TAKE_FD(handle) : -ESTALE;
}

/* Has an object's values last; where it can't be opened, by its whole file system. */
static int sync_object(const struct txn *txn, const struct txn_step *step, int handle) {
    char path[sizeof "/proc/self/fd/" + NUMBER];
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    if (txn->bulk) /* txn_sync() does */
        return 0;
    bool opens = S_ISREG(step->a.mode) || S_ISDIR(step->a.mode);
    AUTO_CLOSE int fd = opens ? SYS(open, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -EACCES;
    if (fd < 0)
        return SYNC(SYNC_EFFECTS, SYS(syncfs, txn->parts[step->part].at));
    return SYNC(SYNC_EFFECTS, SYS(fsync, fd));
}

/* Where only some of the values are set, those that are on their way are nobody else's. */
static int turn_values(struct txn *txn, struct txn_step *step, bool forward, bool restoring) {
    AUTO_CLOSE int handle = open_object(txn, step);
    if (handle < 0)
        return handle;
    const struct vector *to = forward ? &step->after : &step->before,
                        *from = forward ? &step->before : &step->after;
    bool inplace = step->kind == TXN_INPLACE;
    bool dir = S_ISDIR(step->a.mode);
    struct vector a = *to, b = *from;
    if (inplace || dir) /* the content, and names that come and go, have a time of their own */
        a.times = b.times = false;
    int r = vector_stands(handle, &a, &b);
    if (r == VECTOR_NEITHER || (r == VECTOR_BETWEEN && !restoring))
        return -ESTALE;
    bool set = r != VECTOR_A || (dir && to->times);
    if (r >= 0 && inplace)
        r = inplace_turn(txn->parts[step->part].kept, step->number, handle, forward, restoring);
    if (r >= 0 && (set || inplace))
        r = vector_set(to, handle);
    return r < 0 ? r : sync_object(txn, step, handle);
}

/* ------------------------------------------------------------------------------- trees */

/* Where a poured tree can be: at its place, in the journal, or moved on from there. */
struct pouring {
    struct spot from, kept, to;
    char number[NUMBER];
    struct look at_from, at_kept, at_to;
};

static int open_pouring(struct txn *txn, const struct txn_step *step, struct pouring *p) {
    bool moves = step->dir2 != TXN_KEPT;
    snprintf(p->number, sizeof p->number, "%u", step->number);
    p->kept = (struct spot){txn->parts[step->part].kept, p->number};
    p->to = (struct spot){moves ? txn_dir(txn, (unsigned)step->dir2) : -1, step->name2};
    if (moves && p->to.dir < 0)
        return p->to.dir;
    p->from = (struct spot){txn_dir(txn, step->dir), step->name};
    if (moves) /* it may have been closed for the other one */
        p->to.dir = txn_dir(txn, (unsigned)step->dir2);
    if (p->from.dir < 0 || (moves && p->to.dir < 0))
        return p->from.dir < 0 ? p->from.dir : p->to.dir;
    p->at_to = (struct look){0};
    int r = look_at(p->from.dir, p->from.name, &p->at_from);
    if (r >= 0)
        r = look_at(p->kept.dir, p->kept.name, &p->at_kept);
    return r < 0 || !moves ? r : look_at(p->to.dir, p->to.name, &p->at_to);
}

static int move_spot(const struct spot *from, const struct spot *to) {
    return changed_meanwhile(at_rename_new(from->dir, from->name, to->dir, to->name));
}

/* The directories that came back once are new ones, and can go by a rename. */
static int pour_forth(const struct txn_step *step, const struct pouring *p, bool restoring) {
    bool is_kept = look_same(&p->at_kept.id, &step->b.id), gone = !p->at_from.id.ino;
    bool is_moved = step->dir2 != TXN_KEPT && look_same(&p->at_to.id, &step->b.id);
    int r = -ESTALE;
    if (gone && is_moved)
        return restoring ? 0 : -ESTALE;
    if (p->at_to.id.ino)
        return -ESTALE;
    if (look_same(&p->at_from.id, &step->b.id))
        r = move_spot(&p->from, &p->kept);
    else if (look_same(&p->at_from.id, &step->a.id) && is_kept)
        r = pour_out(p->from.dir, p->from.name, p->kept.dir, p->kept.name);
    else if (gone && is_kept && restoring)
        r = 0;
    return r < 0 || step->dir2 == TXN_KEPT ? r : move_spot(&p->kept, &p->to);
}

static int take_in(const struct txn_step *step, const struct pouring *p) {
    bool is_kept = look_same(&p->at_kept.id, &step->b.id);
    if (look_same(&p->at_from.id, &step->b.id))
        return 0;
    if (!is_kept && step->dir2 != TXN_KEPT && look_same(&p->at_to.id, &step->b.id)) {
        int r = move_spot(&p->to, &p->kept);
        if (r < 0)
            return r;
    } else if (!is_kept) {
        bool untouched = !p->at_kept.id.ino && look_same(&p->at_from.id, &step->a.id);
        return untouched ? 0 : -ESTALE;
    }
    if (!p->at_from.id.ino)
        return move_spot(&p->kept, &p->from);
    return look_same(&p->at_from.id, &step->a.id)
               ? pour_back(p->from.dir, p->from.name, p->kept.dir, p->kept.name)
               : -ESTALE;
}

static int turn_tree(struct txn *txn, struct txn_step *step, bool forward, bool restoring) {
    struct pouring p;
    int r = open_pouring(txn, step, &p);
    set_dirty(txn, step);
    return r < 0 ? r : forward ? pour_forth(step, &p, restoring) : take_in(step, &p);
}

int step_turn(struct txn *txn, struct txn_step *step, bool forward) {
    struct turn t;
    if (step->kind == TXN_POUR)
        return turn_tree(txn, step, forward, false);
    if (step->kind != TXN_RENAME)
        return turn_values(txn, step, forward, false);
    int r = open_places(txn, step, forward, &t);
    return r < 0 ? r : turn_rename(txn, step, &t);
}

/* ---------------------------------------------------------------------------- restoring */

/* Whether another step moves the same object on: then where it is, is that one's to tell. */
static bool is_moved_twice(const struct txn *txn, const struct txn_step *step) {
    for (size_t i = 0; i < txn->step_count; i++) {
        const struct txn_step *s = &txn->steps[i];
        if (s != step && s->kind == TXN_RENAME && look_same(&s->a.id, &step->a.id))
            return true;
    }
    return false;
}

/* Where the file system lacks the renames that a step is, several calls stand for it, between any two of which
 * somebody may have died. */
static int settle_exchange(struct txn *txn, const struct txn_step *step, const struct turn *t) {
    set_dirty(txn, step);
    return exchange_settle(&t->at, t->a_then->id.ino, t->b_then->id.ino);
}

static int restore_places(struct txn *txn, struct txn_step *step, struct turn *t) {
    struct look a, b;
    int r = look_at(t->at.b.dir, t->at.b.name, &b);
    if (r >= 0)
        r = look_at(t->at.a.dir, t->at.a.name, &a);
    if (r < 0)
        return r;
    /* What the journal keeps is what it is to keep: the step was never made, or is taken back,
     * whoever has the place since. */
    if (t->kept && look_same(&b.id, &t->b_then->id))
        return 0;
    if (!t->kept && t->a_then->id.ino && look_same(&a.id, &t->a_then->id) &&
        (!t->b_then->id.ino || look_same(&b.id, &t->b_then->id)))
        return 0;
    if (!t->kept && !t->a_then->id.ino && look_same(&b.id, &t->b_then->id))
        return 0;
    /* Who had the old file open may have written into it since: it goes back with that. */
    bool same_b = t->kept ? look_same(&t->b_now->id, &b.id) : txn_is(txn, t->b_now, &b);
    if (!txn_is(txn, t->a_now, &a) || !same_b)
        return !t->kept && is_moved_twice(txn, step) ? 0 : -ESTALE;
    return turn_rename(txn, step, t);
}

static int restore_rename(struct txn *txn, struct txn_step *step, bool forward) {
    struct turn t;
    int r = open_places(txn, step, forward, &t);
    if (r >= 0)
        r = settle_exchange(txn, step, &t);
    if (r >= 0)
        r = restore_places(txn, step, &t);
    if (r >= 0)
        r = lock_again(txn, &t.at.a, t.a_then);
    return r < 0 ? r : lock_again(txn, &t.at.b, t.b_then);
}

int step_restore(struct txn *txn, struct txn_step *step, bool forward) {
    return step->kind == TXN_RENAME ? restore_rename(txn, step, forward)
           : step->kind == TXN_POUR ? turn_tree(txn, step, forward, true)
                                    : turn_values(txn, step, forward, true);
}

static void tell(struct txn_outcome *outcome, const struct txn *txn, const struct txn_step *step,
                 int error) {
    if (error == -ESTALE)
        outcome->foreign++;
    else if (!outcome->error)
        outcome->error = error;
    if (outcome->tell)
        outcome->tell(outcome->data, txn, step, error);
}

/* A directory that another step moves may be where neither its old nor its new path leads, until
 * that step is restored: so those that failed are tried again as long as any other succeeds. */
void txn_restore(struct txn *txn, long part, bool forward, struct txn_outcome *outcome) {
    AUTO_FREE bool *done = mem_zalloc(txn->step_count * sizeof *done);
    bool progress = true;
    if (!done) {
        outcome->error = -ENOMEM;
        return;
    }
    for (bool last = false; progress || !last;) {
        last = !progress;
        progress = false;
        for (size_t i = 0; i < txn->step_count; i++) {
            size_t at = forward ? i : txn->step_count - 1 - i;
            struct txn_step *step = &txn->steps[at];
            if (done[at] || (part >= 0 && step->part != (unsigned)part))
                continue;
            int r = step_restore(txn, step, forward);
            done[at] = r >= 0;
            progress |= r >= 0;
            if (r < 0 && last) {
                tell(outcome, txn, step, r);
                done[at] = true;
            }
        }
    }
}

/* ------------------------------------------------------------------------------ syncing */

bool sync_may_be_whole(size_t changes) {
    AUTO_STR s = STR_INIT;
    if (SYNC_FORCED)
        return SYNC_FORCED > 0;
    if (procfile_load("/proc/meminfo", &s) < 0 || s.failed)
        return false;
    const char *dirty = procfile_field(s.data, "Dirty:");
    return dirty && strtoul(dirty, NULL, 10) < (changes > FEW ? MOST_DIRTY : LITTLE_DIRTY);
}

bool txn_syncs_whole(const struct txn *txn) {
    for (size_t i = 0; i < txn->step_count; i++)
        if (txn->steps[i].kind == TXN_POUR)
            return true;
    return sync_may_be_whole(txn->step_count);
}

static int sync_dirs(struct txn *txn) {
    for (unsigned i = 0; i < txn->dir_count; i++) {
        struct txn_dir *d = &txn->dirs[i];
        if (!d->dirty)
            continue;
        int fd = txn_dir(txn, i);
        /* Gone from where it was: what was moved out of it came to a directory that is synced. */
        int r = fd == -ESTALE ? 0 : fd < 0 ? fd : look_sync(fd, txn->parts[d->part].at);
        if (r < 0)
            return r;
    }
    return 0;
}

int txn_sync(struct txn *txn) {
    int r = txn->bulk ? 0 : SYNC(SYNC_EFFECTS, sync_dirs(txn));
    for (size_t i = 0; i < txn->part_count && r >= 0; i++) {
        int at = txn->parts[i].at, kept = txn->parts[i].kept;
        if (at < 0)
            continue;
        r = SYNC(SYNC_EFFECTS, txn->bulk ? SYS(syncfs, at) : SYS(fsync, at));
        if (r >= 0 && kept != at && kept >= 0 && !txn->bulk)
            r = SYNC(SYNC_EFFECTS, SYS(fsync, kept));
    }
    return r;
}
