/* SPDX-License-Identifier: MIT */
/** A plan's net change as the steps of a transaction: where they are, and what they find there. */
#include "plan/commit_state.h"

#include "base/seam.h"
#include "fs/at.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>

/* --------------------------------------------------------------------- its directories */

static int absolute(const struct commit *c, const char *path, char **ret) {
    AUTO_STR s = STR_INIT;
    if (!path) {
        *ret = NULL;
        return 0;
    }
    str_append_text(&s, c->root);
    if (strcmp(path, "/") != 0 || s.size == 0)
        str_append_text(&s, path);
    return str_take(&s, ret);
}

static size_t hash_text(const char *text, size_t hash) {
    for (; text && *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

/* Whether a directory of the transaction is where a place is: of those that are new by where they
 * are made, of others by their path before. */
static bool is_place_dir(const struct commit *c, const struct txn_dir *d,
                         const struct plan_place *place) {
    if (place->made_by >= 0)
        return d->made_in == (long)c->first[place->made_by] &&
               strcmp(d->below ? d->below : "", place->made_below ? place->made_below : "") == 0;
    size_t root = strlen(c->root);
    return d->made_in < 0 && d->before && strncmp(d->before, c->root, root) == 0 &&
           strcmp(d->before[root] ? d->before + root : "/", place->before) == 0;
}

static size_t *find_slot(const struct commit *c, const struct plan_place *place) {
    size_t hash = place->made_by >= 0 ? hash_text(place->made_below, (size_t)place->made_by + 1)
                                      : hash_text(place->before, 0);
    size_t at = (hash ^ hash >> 4 * sizeof hash) & (c->table_size - 1);
    while (c->table[at] && !is_place_dir(c, &c->txn.dirs[c->table[at] - 1], place))
        at = (at + 1) & (c->table_size - 1);
    return &c->table[at];
}

/* Opens a directory that is there, and finds its journal. */
static int open_dir(struct commit *c, const struct plan_place *place, size_t at) {
    struct txn_dir *d = &c->txn.dirs[at];
    struct look look;
    AUTO_CLOSE int handle = plan_open_place(&c->net, place);
    AUTO_CLOSE int fd = handle < 0 ? handle : look_reopen_directory(handle);
    int r = fd < 0 ? fd : look_at(fd, "", &look);
    if (r >= 0)
        r = journals_for(&c->js, fd, d->before, c->within, &c->dir_journals[at]);
    if (r < 0)
        return r;
    d->id = look.id;
    if (!c->dir_journals[at]->births)
        d->id.birth = 0;
    return 0;
}

/* The directory that a place is in, as one of the transaction's. */
static int add_dir(struct commit *c, const struct plan_place *place, unsigned *ret_dir) {
    size_t *slot = find_slot(c, place);
    if (*slot) {
        *ret_dir = (unsigned)(*slot - 1);
        return 0;
    }
    size_t at = c->txn.dir_count;
    struct txn_dir *d = &c->txn.dirs[at];
    *d = (struct txn_dir){.fd = -1, .made_in = -1};
    c->txn.dir_count++;
    int r = absolute(c, place->before, &d->before);
    if (r >= 0)
        r = absolute(c, place->after, &d->after);
    if (r < 0)
        return r;
    *slot = at + 1;
    *ret_dir = (unsigned)at;
    if (place->made_by < 0)
        return open_dir(c, place, at);
    const char *below = place->made_below ? place->made_below : "";
    d->made_in = (long)c->first[place->made_by];
    d->below = mem_text(below, strlen(below));
    return d->below ? 0 : -ENOMEM;
}

/* -------------------------------------------------------------------------- its steps */

static int name_of(const struct plan_place *place, char **ret_name) {
    *ret_name = mem_text(place->name, strlen(place->name));
    return *ret_name ? 0 : -ENOMEM;
}

static char sign_of(enum plan_kind kind) {
    static const char signs[] = "+~->=:~";
    return signs[kind];
}

/* A step at a place; where `second` isn't NULL it is the other place, else the journal. */
static int add_step(struct commit *c, const struct plan_entry *e, const struct plan_place *place,
                    const struct plan_place *second) {
    struct txn_step *s = &c->txn.steps[c->txn.step_count];
    unsigned dir2;
    *s = (struct txn_step){.kind = e->kind == PLAN_META      ? TXN_META
                                   : e->kind == PLAN_INPLACE ? TXN_INPLACE
                                                             : TXN_RENAME,
                           .number = (unsigned)c->txn.step_count,
                           .sign = sign_of(e->kind),
                           .dir2 = TXN_KEPT};
    c->txn.step_count++;
    int r = add_dir(c, place, &s->dir);
    if (r >= 0)
        r = name_of(place, &s->name);
    if (r < 0 || !second)
        return r;
    r = add_dir(c, second, &dir2);
    if (r < 0)
        return r;
    s->dir2 = (long)dir2;
    return name_of(second, &s->name2);
}

static int add_entry(struct commit *c, const struct plan_entry *e) {
    bool two = e->kind == PLAN_MOVE || e->kind == PLAN_SWAP;
    int r = add_step(c, e, &e->path, two ? &e->path2 : NULL);
    if (c->pours && c->pours[e - c->net.entries])
        c->txn.steps[c->txn.step_count - 1].kind = TXN_POUR;
    return r < 0 || !commit_takes_two(e) ? r : add_step(c, e, &e->path, NULL);
}

int commit_add_steps(struct commit *c) {
    size_t count = 0, most = 2 * c->net.count;
    for (c->table_size = 16; c->table_size < 4 * c->net.count;)
        c->table_size *= 2;
    c->first = mem_alloc((c->net.count + 1) * sizeof *c->first);
    c->table = mem_zalloc(c->table_size * sizeof *c->table);
    c->txn.steps = mem_zalloc(most * sizeof *c->txn.steps);
    c->txn.dirs = mem_zalloc(most * sizeof *c->txn.dirs);
    c->dir_journals = mem_zalloc(most * sizeof *c->dir_journals);
    if (!c->first || !c->table || !c->txn.steps || !c->txn.dirs || !c->dir_journals)
        return -ENOMEM;
    for (size_t i = 0; i < c->net.count; i++) {
        c->first[i] = (unsigned)count;
        count += commit_takes_two(&c->net.entries[i]) ? 2 : 1;
    }
    for (size_t i = 0; i < c->net.count; i++) {
        int r = add_entry(c, &c->net.entries[i]);
        if (r < 0) {
            c->failed = c->net.entries[i].path.path;
            return r;
        }
    }
    return 0;
}

/* --------------------------------------------------------------------------- its parts */

static int add_part(struct commit *c, struct journal *j) {
    struct txn *txn = &c->txn;
    for (size_t i = 0; i < txn->part_count; i++)
        if (txn->parts[i].journal == j)
            return 0;
    struct txn_part *more = mem_realloc(txn->parts, (txn->part_count + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    txn->parts = more;
    struct txn_part *part = &more[txn->part_count++];
    *part = (struct txn_part){.journal = j, .at = -1, .kept = -1};
    part->path = mem_text(j->path, strlen(j->path));
    part->uuid = mem_text(j->uuid, strlen(j->uuid));
    return part->path && part->uuid ? 0 : -ENOMEM;
}

/* The state directory's is the coordinator, or the first by its path. */
static void choose_coordinator(struct commit *c) {
    struct txn_part *parts = c->txn.parts;
    size_t best = 0;
    for (size_t i = 1; i < c->txn.part_count; i++)
        if (parts[i].journal == c->js.list[0] ||
            (parts[best].journal != c->js.list[0] && strcmp(parts[i].path, parts[best].path) < 0))
            best = i;
    struct txn_part first = parts[best];
    parts[best] = parts[0];
    parts[0] = first;
}

static unsigned part_of(const struct commit *c, const struct journal *j) {
    unsigned part = 0;
    while (c->txn.parts[part].journal != j)
        part++;
    return part;
}

/* What is new is in the journal of the step that makes it; that step's own directory is there. */
int commit_find_parts(struct commit *c) {
    struct txn *txn = &c->txn;
    int r = 0;
    for (size_t i = 0; i < txn->dir_count && r >= 0; i++)
        if (c->dir_journals[i])
            r = add_part(c, c->dir_journals[i]);
    if (r >= 0 && !txn->part_count) /* programs alone */
        r = add_part(c, c->js.list[0]);
    if (r < 0)
        return r;
    choose_coordinator(c);
    for (size_t i = 0; i < txn->dir_count; i++) {
        size_t at = i;
        for (size_t hops = 0; !c->dir_journals[at] && hops < txn->dir_count; hops++)
            at = txn->steps[txn->dirs[at].made_in].dir;
        if (!c->dir_journals[at])
            return -EINVAL;
        txn->dirs[i].part = part_of(c, c->dir_journals[at]);
    }
    for (size_t i = 0; i < txn->step_count; i++)
        txn->steps[i].part = txn->dirs[txn->steps[i].dir].part;
    return 0;
}

/* ------------------------------------------------------------------------- what is there */

static int look_at_values(struct commit *c, struct txn_step *s, const struct plan_object *is) {
    struct vector names = {0};
    AUTO_CLOSE int handle =
        SYS(openat, txn_dir(&c->txn, s->dir), s->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int r = handle < 0 ? handle : 0;
    bool owner = is->set & (PLAN_SET_UID | PLAN_SET_GID) && S_ISREG(is->mode), capability = owner;
    for (size_t i = 0; i < is->xattr_count && r >= 0; i++) {
        r = vector_add(&names, is->xattrs[i].name, NULL, 0);
        capability &= strcmp(is->xattrs[i].name, "security.capability") != 0;
    }
    if (r >= 0 && capability) /* which a change of the owner takes */
        r = vector_add(&names, "security.capability", NULL, 0);
    if (r >= 0)
        r = vector_read(&s->before, handle, &names);
    vector_free(&names);
    if (r < 0)
        return r;
    struct vector *to = &s->after;
    *to = s->before;
    to->count = 0;
    to->xattrs = NULL;
    if (is->set & PLAN_SET_UID)
        to->uid = is->uid;
    if (is->set & PLAN_SET_GID)
        to->gid = is->gid;
    if (is->set & PLAN_SET_MODE)
        to->mode = is->mode & 07777;
    else if (owner && (to->uid != s->before.uid || to->gid != s->before.gid))
        to->mode &= ~(mode_t)(to->mode & S_IXGRP ? S_ISUID | S_ISGID : S_ISUID);
    for (size_t i = 0; i < is->xattr_count && r >= 0; i++)
        r = vector_add(to, is->xattrs[i].name, is->xattrs[i].value, is->xattrs[i].size);
    if (r >= 0 && capability) {
        const struct vector_xattr *x = &s->before.xattrs[is->xattr_count];
        bool stays = to->uid == s->before.uid && to->gid == s->before.gid;
        r = vector_add(to, x->name, stays ? x->value : NULL, stays ? x->size : 0);
    }
    return r;
}

static void set_time(struct timespec *to, const struct timespec *from) {
    if (from->tv_nsec == UTIME_NOW)
        clock_gettime(CLOCK_REALTIME, to);
    else
        *to = *from;
}

/* What is written in place gets a time that taking its undo back can give it again. */
static void plan_times(struct txn_step *s, const struct plan_object *is) {
    bool inplace = s->kind == TXN_INPLACE;
    s->before.times = s->after.times = inplace || is->set & (PLAN_SET_ATIME | PLAN_SET_MTIME);
    if (inplace)
        clock_gettime(CLOCK_REALTIME, &s->after.mtime);
    if (is->set & PLAN_SET_ATIME)
        set_time(&s->after.atime, &is->atime);
    if (is->set & PLAN_SET_MTIME)
        set_time(&s->after.mtime, &is->mtime);
}

/* What stands at a place when the step's turn comes: what an earlier one has put there, or what is
 * on the disk. */
static int look_at_place(struct commit *c, struct txn_step *s, bool second, struct txn_mark *mark) {
    unsigned at = second ? (unsigned)s->dir2 : s->dir;
    const char *name = second ? s->name2 : s->name;
    const struct txn_place *known = places_find(&c->places, at, name);
    const struct txn_mark *left = known->name ? step_mark(known->step, known->second, true) : NULL;
    *mark = left ? *left : (struct txn_mark){0};
    if (known->name || c->txn.dirs[at].made_in >= 0)
        return 0;
    int dir = txn_dir(&c->txn, at);
    return dir < 0 ? dir : txn_mark(&c->txn, s->part, dir, name, mark);
}

static int look_at_step(struct commit *c, struct txn_step *s) {
    bool two = !step_sets_values(s) && s->dir2 != TXN_KEPT;
    int r = look_at_place(c, s, false, &s->a);
    if (r >= 0 && two)
        r = look_at_place(c, s, true, &s->b);
    if (r < 0)
        return r;
    places_note(&c->places, s, false);
    if (two)
        places_note(&c->places, s, true);
    return 0;
}

int commit_look_at_entry(struct commit *c, size_t i) {
    const struct plan_entry *e = &c->net.entries[i];
    struct txn_step *s = &c->txn.steps[c->first[i]];
    int r = look_at_step(c, s);
    if (r >= 0 && commit_takes_two(e))
        r = look_at_step(c, s + 1);
    if (r >= 0 && step_sets_values(s))
        r = look_at_values(c, s, &e->is);
    if (r >= 0 && step_sets_values(s))
        plan_times(s, &e->is);
    /* Before anything is made: what was to be there is, and what wasn't isn't. */
    return r >= 0 && !s->a.id.ino != e->was.absent ? -ESTALE : r;
}
