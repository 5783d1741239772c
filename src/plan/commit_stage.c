/* SPDX-License-Identifier: MIT */
/** What a plan's entries bring, made in the journals. */
#include "plan/commit_state.h"

#include "base/array.h"
#include "base/seam.h"
#include "io/readwrite.h"
#include "plan/beside.h"
#include "plan/was.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

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

int commit_prepare_stage(struct commit *c) {
    size_t count = 0;
    c->stage = (struct stage){.net = &c->net, .txn = &c->txn, .pause = commit_pause, .data = c};
    for (size_t i = 0; i < c->net.count; i++) {
        const struct plan_entry *e = &c->net.entries[i];
        int r = commit_makes(e) ? note_all_hard_links(c, &e->is) : 0;
        if (r < 0)
            return r;
        count += commit_makes(e) ? stage_count(&e->is) : 0;
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
    if (S_ISREG(was->mode) && was->has_content && !was->sealed && !was->listing && !was->tree) {
        memcpy(content->digest, was->content.bytes, sizeof content->digest);
        content->known = true;
    }
}

/* What undo compares with where a file's time has changed since, and maybe nothing else. */
static void note_contents(const struct plan_entry *e, struct txn_step *s) {
    const struct plan_object *is = &e->is;
    struct plan_digest digest;
    note_content(&s->a_content, &e->was);
    if (!commit_makes(e) || e->kind == PLAN_INPLACE || is->have != is->size)
        return;
    if (is->content == PLAN_CONTENT_SOURCE && is->source->was.size == is->size)
        note_content(&s->b_content, &is->source->was);
    if (is->content != PLAN_CONTENT_MEMORY)
        return;
    if (is->beside)
        digest = is->beside->digest;
    else
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
    if (!commit_makes(e) || s->kind == TXN_META)
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
    r = write_all(fd, text, size);
    if (r >= 0)
        stage_begin_sync(&c->stage, fd);
    if (r < 0 || !c->plan->forget)
        return r;
    AUTO_CLOSE int mark = SYS(openat, c->txn.parts[0].at, FORGET_AT_ONCE,
                              O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    return mark < 0 ? mark : 0;
}

int commit_stage(struct commit *c) {
    int r = write_plan(c);
    for (size_t i = 0; i < c->net.count && r >= 0; i++) {
        r = stage_entry(c, i);
        c->progress.entries++;
        if (r < 0 && !c->failed)
            c->failed = c->net.entries[i].path.path;
    }
    return r < 0 ? r : look_at_made_dirs(c);
}
