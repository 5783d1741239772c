/* SPDX-License-Identifier: MIT */
/** A plan applied: its net change becomes a transaction, which is staged and committed. */
#include "plan/commit.h"

#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/at.h"
#include "fs/dir.h"
#include "fs/realpath.h"
#include "io/readwrite.h"
#include "plan/forget.h"
#include "plan/places.h"
#include "plan/plan.h"
#include "plan/protocol.h"
#include "plan/stage.h"
#include "plan/sync.h"
#include "plan/was.h"
#include <fcntl.h>
#include <osier/plan.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum {
    PROGRESS_EVERY = 100 * 1000 * 1000, /* nanoseconds between two calls of on_progress */
    CMDLINE = 64 * 1024,                /* of a command line, what is kept */
};

/* One call of os_plan_apply(). */
struct commit {
    struct os_plan *plan;
    struct os_plan_apply_options options;
    struct plan_net net;
    struct journals js;
    struct txn txn;
    struct stage stage;
    struct protocol protocol;
    char *root;                    /* where the plan's "/" is, without a slash at its end */
    bool *pours;                   /* of each entry: no rename can move it */
    bool within;                   /* journals are made in the directories themselves */
    unsigned *first;               /* of each entry its first step */
    struct journal **dir_journals; /* of each directory */
    size_t *table;                 /* directories by their hash, plus 1; 0 is free */
    size_t table_size;
    struct places places; /* what each step leaves where */
    const char *failed;   /* the path that it failed with */
    struct os_progress progress;
    int64_t told; /* when on_progress was called last */
};

static int64_t clock_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int pause_commit(void *data) {
    struct commit *c = data;
    if (!c->options.on_progress)
        return 0;
    int64_t now = clock_of(CLOCK_MONOTONIC);
    if (now - c->told < PROGRESS_EVERY)
        return 0;
    c->told = now;
    return c->options.on_progress(&c->progress, c->options.data) ? -ECANCELED : 0;
}

static int wait_for_lock(void *data) {
    const struct commit *c = data;
    return c->options.wait ? pause_commit(data) : -EBUSY;
}

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

/* A move to where something stands is an exchange, and then a removal. */
static bool takes_two(const struct plan_entry *e) {
    return e->kind == PLAN_MOVE && !e->was2.absent;
}

static int add_entry(struct commit *c, const struct plan_entry *e) {
    bool two = e->kind == PLAN_MOVE || e->kind == PLAN_SWAP;
    int r = add_step(c, e, &e->path, two ? &e->path2 : NULL);
    if (c->pours && c->pours[e - c->net.entries])
        c->txn.steps[c->txn.step_count - 1].kind = TXN_POUR;
    return r < 0 || !takes_two(e) ? r : add_step(c, e, &e->path, NULL);
}

static int add_steps(struct commit *c) {
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
        count += takes_two(&c->net.entries[i]) ? 2 : 1;
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
static int find_parts(struct commit *c) {
    struct txn *txn = &c->txn;
    int r = 0;
    for (size_t i = 0; i < txn->dir_count && r >= 0; i++)
        if (c->dir_journals[i])
            r = add_part(c, c->dir_journals[i]);
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

/* -------------------------------------------------------------------------- who did it */

static int note_argv(struct txn *txn) {
    AUTO_STR s = STR_INIT;
    AUTO_LIST list = {0};
    if (procfile_load("/proc/self/cmdline", &s) < 0)
        return 0;
    for (size_t at = 0; at < s.size && at < CMDLINE; at += strlen(s.data + at) + 1)
        list_add_text(&list, s.data + at);
    return s.failed ? -ENOMEM : list_take(&list, &txn->argv);
}

int commit_sign(struct txn *txn, const char *title) {
    struct passwd entry, *found = NULL;
    char room[1024];
    txn->time = clock_of(CLOCK_REALTIME);
    txn->uid = getuid();
    if (SYS_NUMBER(getpwuid_r, getuid(), &entry, room, sizeof room, &found) >= 0 && found &&
        !(txn->user = mem_text(found->pw_name, strlen(found->pw_name))))
        return -ENOMEM;
    if (title && !(txn->title = mem_text(title, strlen(title))))
        return -ENOMEM;
    return note_argv(txn);
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

static int look_at_entry(struct commit *c, size_t i) {
    const struct plan_entry *e = &c->net.entries[i];
    struct txn_step *s = &c->txn.steps[c->first[i]];
    int r = look_at_step(c, s);
    if (r >= 0 && takes_two(e))
        r = look_at_step(c, s + 1);
    if (r >= 0 && step_sets_values(s))
        r = look_at_values(c, s, &e->is);
    if (r >= 0 && step_sets_values(s))
        plan_times(s, &e->is);
    /* Before anything is made: what was to be there is, and what wasn't isn't. */
    return r >= 0 && !s->a.id.ino != e->was.absent ? -ESTALE : r;
}

/* -------------------------------------------------------------------------------- staging */

static int note_hard_links(struct commit *c, const struct plan_object *object) {
    int r = object->content == PLAN_CONTENT_HARD && object->hard
                ? stage_note_hard(&c->stage, object->hard)
                : 0;
    return r;
}

/* All objects of a tree, the deepest by a list of what is yet to be looked at. */
static int note_all_hard_links(struct commit *c, const struct plan_object *top) {
    AUTO_FREE const struct plan_object **todo = mem_alloc(sizeof *todo);
    size_t count = 1, room = 1;
    int r = 0;
    if (!todo)
        return -ENOMEM;
    todo[0] = top;
    while (count && r >= 0) {
        const struct plan_object *object = todo[--count];
        r = note_hard_links(c, object);
        if (ARRAY_ROOM(todo, room, count + object->child_count, 16) < 0)
            return -ENOMEM;
        for (size_t i = 0; i < object->child_count; i++)
            if (object->children[i].object)
                todo[count++] = object->children[i].object;
    }
    return r;
}

static bool makes_something(const struct plan_entry *e) {
    return e->kind == PLAN_CREATE || e->kind == PLAN_REPLACE || e->kind == PLAN_INPLACE;
}

static int prepare_stage(struct commit *c) {
    size_t count = 0;
    c->stage = (struct stage){.net = &c->net, .txn = &c->txn, .pause = pause_commit, .data = c};
    for (size_t i = 0; i < c->net.count; i++) {
        const struct plan_entry *e = &c->net.entries[i];
        int r = makes_something(e) ? note_all_hard_links(c, &e->is) : 0;
        if (r < 0)
            return r;
        count += makes_something(e) ? stage_count(&e->is) : 0;
    }
    c->stage.sync = sync_may_be_whole(count) ? STAGE_WHOLE : STAGE_FILES;
    return 0;
}

/* What came into being for a step, as its second place has it before the first effect. */
static int mark_made(struct commit *c, struct txn_step *s) {
    char name[16];
    snprintf(name, sizeof name, "%u", s->number);
    return txn_mark(&c->txn, s->part, c->txn.parts[s->part].at, name, &s->b);
}

/* Names in a new directory that other steps put something at. */
static int moved_in(struct commit *c, const struct txn_step *made, struct list *list) {
    for (size_t i = 0; i < c->txn.step_count; i++) {
        const struct txn_step *s = &c->txn.steps[i];
        AUTO_STR path = STR_INIT;
        if (s->dir2 == TXN_KEPT || c->txn.dirs[s->dir2].made_in != (long)made->number)
            continue;
        const char *below = c->txn.dirs[s->dir2].below;
        str_printf(&path, "%s%s%s", below, below[0] ? "/" : "", s->name2);
        if (path.failed)
            return -ENOMEM;
        list_add_text(list, path.data);
    }
    return 0;
}

static int list_made(struct commit *c, struct txn_step *s) {
    AUTO_LIST list = {0};
    AUTO_FREE char **except = NULL;
    char name[16];
    snprintf(name, sizeof name, "%u", s->number);
    int r = moved_in(c, s, &list);
    if (r >= 0)
        r = list_take(&list, &except);
    if (r >= 0)
        r = stage_list(c->txn.parts[s->part].at, name, (const char *const *)except, s->list);
    s->listed = r >= 0;
    return r;
}

static void note_content(struct txn_content *content, const struct plan_was *was) {
    if (S_ISREG(was->mode) && was->has_content && !was->listing && !was->tree) {
        memcpy(content->digest, was->content.bytes, sizeof content->digest);
        content->known = true;
    }
}

/* What undo compares with where a file's time has changed since, and maybe nothing else. */
static void note_contents(const struct plan_entry *e, struct txn_step *s) {
    const struct plan_object *is = &e->is;
    struct plan_digest digest;
    note_content(&s->a_content, &e->was);
    if (!makes_something(e) || e->kind == PLAN_INPLACE || is->have != is->size)
        return;
    if (is->content == PLAN_CONTENT_SOURCE && is->source->was.size == is->size)
        note_content(&s->b_content, &is->source->was);
    if (is->content != PLAN_CONTENT_MEMORY)
        return;
    was_digest(is->data, (size_t)is->have, &digest);
    memcpy(s->b_content.digest, digest.bytes, sizeof digest.bytes);
    s->b_content.known = true;
}

/* Where the content of a tree comes to. */
static int stage_room(struct commit *c, struct txn_step *s) {
    char name[16];
    snprintf(name, sizeof name, "%u", s->number);
    int r = SYS(mkdirat, c->txn.parts[s->part].at, name, 0700);
    return r < 0 ? r : mark_made(c, s);
}

static int stage_entry(struct commit *c, size_t i) {
    const struct plan_entry *e = &c->net.entries[i];
    struct txn_step *s = &c->txn.steps[c->first[i]];
    bool content = e->kind == PLAN_INPLACE && e->is.content != PLAN_CONTENT_NONE;
    int r = 0;
    if (e->kind == PLAN_INPLACE && !content) /* values alone */
        s->kind = TXN_META;
    if (content)
        r = stage_old(&c->stage, s->part, s->number, txn_dir(&c->txn, s->dir), s->name);
    if (s->kind == TXN_POUR)
        r = stage_room(c, s);
    if (r < 0)
        return r;
    note_contents(e, s);
    if (!makes_something(e) || s->kind == TXN_META)
        return 0;
    struct plan_object plain = e->is; /* the values are the inode's that is there */
    plain.set = PLAN_SET_MODE;
    plain.mode = S_IFREG | 0600;
    plain.xattr_count = 0;
    r = stage_object(&c->stage, s->part, s->number, content ? &plain : &e->is);
    if (r < 0 || content)
        return r;
    r = mark_made(c, s);
    return r >= 0 && S_ISDIR(s->b.mode) ? list_made(c, s) : r;
}

/* The inodes of new directories that something is moved into. */
static int look_at_made_dirs(struct commit *c) {
    int r = 0;
    for (size_t i = 0; i < c->txn.dir_count && r >= 0; i++) {
        struct txn_dir *d = &c->txn.dirs[i];
        AUTO_STR path = STR_INIT;
        struct look look;
        if (d->made_in < 0)
            continue;
        str_printf(&path, "%ld%s%s", d->made_in, d->below[0] ? "/" : "", d->below);
        r = path.failed ? -ENOMEM : look_at(c->txn.parts[d->part].at, path.data, &look);
        if (r < 0)
            break;
        d->id = look.id;
        if (!c->txn.parts[d->part].journal->births)
            d->id.birth = 0;
    }
    return r;
}

static int write_plan(struct commit *c) {
    AUTO_FREE char *text = NULL;
    size_t size;
    int r = plan_text(c->plan, /* for_journal= */ true, &text, &size);
    AUTO_CLOSE int fd = r < 0 ? -1
                              : SYS(openat, c->txn.parts[0].at, "plan.jsonl",
                                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (r < 0 || fd < 0)
        return r < 0 ? r : fd;
    return write_all(fd, text, size);
}

static int stage_all(struct commit *c) {
    int r = write_plan(c);
    for (size_t i = 0; i < c->net.count && r >= 0; i++) {
        r = stage_entry(c, i);
        c->progress.entries++;
        if (r < 0 && !c->failed)
            c->failed = c->net.entries[i].path.path;
    }
    return r < 0 ? r : look_at_made_dirs(c);
}

/* -------------------------------------------------------------------- others on the machine */

static int set_lease(int fd, int type) {
    return fcntl(fd, F_SETLEASE, type);
}

/* Whether somebody has the file open for writing: −ETXTBSY. Who may not ask is not told. */
static int check_writers(int dir, const char *name) {
    AUTO_CLOSE int fd = SYS(openat, dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return 0;
    /* Who opens it in this moment has the lease's holder sent a signal: one that nobody dies of. */
    SYS(fcntl, fd, F_SETSIG, SIGURG);
    int r = SYS(set_lease, fd, F_RDLCK);
    if (r >= 0)
        SYS(set_lease, fd, F_UNLCK);
    return r == -EAGAIN ? -ETXTBSY : 0;
}

static int sync_part(void *data, unsigned part) {
    const struct commit *c = data;
    return stage_sync(&c->stage, part);
}

static int check_again(void *data) {
    struct commit *c = data;
    int r = plan_check(c->plan);
    for (size_t i = 0; i < c->txn.step_count && r >= 0 && !c->options.open_files; i++) {
        struct txn_step *s = &c->txn.steps[i];
        if (!S_ISREG(s->a.mode) || s->kind == TXN_META || (s->kind == TXN_RENAME && s->sign == '>'))
            continue;
        int dir = txn_dir(&c->txn, s->dir);
        r = dir < 0 ? dir : check_writers(dir, s->name);
        if (r < 0)
            c->protocol.failed = s;
    }
    return r;
}

/* -------------------------------------------------------------------------------- the whole */

static int find_root(struct commit *c) {
    char path[sizeof "/proc/self/fd/" + 3 * sizeof(int)];
    snprintf(path, sizeof path, "/proc/self/fd/%d", c->net.root_fd);
    int r = at_readlink(AT_FDCWD, path, &c->root);
    if (r == -ENOENT) /* no /proc */
        r = realpath_resolve(c->net.root, OS_PATH_STRICT, &c->root, NULL);
    if (r >= 0 && strcmp(c->root, "/") == 0)
        c->root[0] = '\0';
    return r;
}

int commit_recover(struct journals *js, char **ret_failed) {
    struct recovery recovery = {.js = js};
    for (size_t i = 0; i < js->count && !recovery.error; i++)
        if (js->list[i]->lock >= 0)
            recover_journal(&recovery, js->list[i]);
    *ret_failed = recovery.failed;
    return recovery.error;
}

static int run(struct commit *c) {
    AUTO_FREE char *failed = NULL;
    int r = add_steps(c);
    if (r >= 0)
        r = find_parts(c);
    if (r >= 0)
        r = journals_lock(&c->js, wait_for_lock, c);
    if (r >= 0)
        r = commit_recover(&c->js, &failed);
    if (failed && !c->js.failed)
        c->js.failed = c->js.failed_path = TAKE_POINTER(failed);
    if (r >= 0)
        r = places_begin(&c->places, &c->txn);
    for (size_t i = 0; i < c->net.count && r >= 0; i++) {
        r = look_at_entry(c, i);
        if (r < 0)
            c->failed = c->net.entries[i].path.path;
    }
    if (r >= 0)
        r = plan_hash(c->plan);
    if (r >= 0)
        r = plan_check(c->plan);
    if (r >= 0)
        r = prepare_stage(c);
    if (r >= 0)
        r = commit_sign(&c->txn, c->plan->title);
    if (r < 0)
        return r;
    c->protocol = (struct protocol){.js = &c->js,
                                    .txn = &c->txn,
                                    .sync = sync_part,
                                    .check = check_again,
                                    .pause = pause_commit,
                                    .data = c};
    r = protocol_begin(&c->protocol);
    c->txn.kept = c->txn.id;
    c->txn.forward = true;
    for (size_t i = 0; i < c->txn.part_count; i++)
        c->txn.parts[i].kept = c->txn.parts[i].at;
    if (r >= 0)
        r = stage_all(c);
    if (r < 0) {
        protocol_drop(&c->protocol);
        return r;
    }
    r = protocol_run(&c->protocol);
    if (c->protocol.done)
        forget_over_limits(&c->js);
    return r;
}

static void end_attempt(struct commit *c) {
    stage_end(&c->stage);
    places_end(&c->places);
    txn_free(&c->txn);
    free(c->first);
    free(c->dir_journals);
    free(c->table);
    free(c->root);
    c->first = NULL;
    c->dir_journals = NULL;
    c->table = NULL;
    c->root = NULL;
    journals_end(&c->js);
}

/* The public result, told with the path that it failed with. */
static int tell(struct commit *c, int r) {
    AUTO_FREE char *path = NULL;
    const char *shown = c->js.failed ? c->js.failed : c->failed;
    if (r < 0 && c->protocol.failed)
        shown = path = txn_path(&c->txn, c->protocol.failed, false);
    return PUBLIC(r, "plan_apply", shown, NULL);
}

/* A rename from a journal elsewhere may be refused though the mount is the same: by a boundary that
 * only the kernel knows. Nothing has changed then, and the directory's own journal does. */
static bool is_boundary(const struct commit *c, int r) {
    return r == -EXDEV && !c->within && c->protocol.failed &&
           c->protocol.failed->dir2 == TXN_KEPT && !c->protocol.orphaned;
}

/* Whether something else is done in the tree that a step removes. */
static bool is_mixed(const struct commit *c, const struct txn_step *step) {
    AUTO_FREE char *path = txn_path(&c->txn, step, false);
    size_t size = path ? strlen(path) : 0;
    for (size_t i = 0; path && i < c->txn.dir_count; i++) {
        const char *dir = c->txn.dirs[i].before;
        if (dir && strncmp(dir, path, size) == 0 && (dir[size] == '/' || !dir[size]))
            return true;
    }
    return !path;
}

static bool may_be_lower(const struct commit *c, const struct txn_step *s) {
    bool goes = s->sign == '-' || (s->sign == '>' && s->dir2 != TXN_KEPT && !s->b.id.ino);
    return s->kind == TXN_RENAME && goes && S_ISDIR(s->a.mode) &&
           !c->txn.parts[s->part].journal->births && !is_mixed(c, s);
}

/* A directory of a lower layer can't be renamed, but what is in it can: whether it is to be tried so. All
 * that may be such are, as taking it back would change the directories that the plan has seen. */
static bool is_lower(struct commit *c, int r) {
    if (r != -EXDEV || c->pours || !c->protocol.failed || c->protocol.orphaned ||
        !may_be_lower(c, c->protocol.failed))
        return false;
    c->pours = mem_zalloc(c->net.count * sizeof *c->pours);
    for (size_t i = 0; c->pours && i < c->net.count; i++)
        c->pours[i] = may_be_lower(c, &c->txn.steps[c->first[i]]);
    return c->pours;
}

static int attempt(struct commit *c) {
    c->protocol = (struct protocol){0};
    c->failed = NULL;
    int r = journals_begin(&c->js);
    if (r >= 0)
        r = find_root(c);
    return r < 0 ? r : run(c);
}

/* What is forbidden is told before anything is made; about room only the file system knows. */
static int check_refusals(struct commit *c) {
    int r = plan_refusals(c->plan);
    const struct os_plan_refusal *list = (const void *)c->plan->refusals.data;
    for (size_t i = 0; r >= 0 && i < c->plan->refusals.size / sizeof *list; i++)
        if (list[i].error != ENOSPC) {
            c->failed = list[i].path;
            r = -list[i].error;
        }
    return r;
}

int os_plan_apply(struct os_plan *plan, const struct os_plan_apply_options *options,
                  uint64_t *ret_id) {
    UNCANCELLED;
    struct commit c = {.plan = plan};
    int r = options_copy(&c.options, sizeof c.options, options);
    if (r >= 0 && loaded_lacks_secrets(plan))
        r = -EPERM;
    if (r >= 0)
        r = plan_net(plan, &c.net);
    if (r >= 0)
        r = plan_check(plan);
    if (r >= 0)
        r = check_refusals(&c);
    if (r < 0)
        return PUBLIC(r, "plan_apply", c.failed, NULL);
    if (c.net.count == 0) {
        if (ret_id)
            *ret_id = 0;
        return 0;
    }
    r = attempt(&c);
    for (bool lower; (lower = is_lower(&c, r)) || is_boundary(&c, r);) {
        end_attempt(&c);
        c.within |= !lower;
        r = attempt(&c);
    }
    if (c.protocol.done && ret_id)
        *ret_id = c.txn.id;
    r = tell(&c, r);
    int saved = errno;
    end_attempt(&c);
    free(c.pours);
    errno = saved;
    return r;
}
