/* SPDX-License-Identifier: MIT */
/** Files that a command has moved: which of the disk they are. And what else is in directories that
 *  go with all in them. */
#include "try/changes.h"

#include "base/seam.h"
#include <fcntl.h>
#include <osier/tree.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct found {
    struct handle handle;
    struct object *object;
};

static int by_handle(const void *a, const void *b) {
    const struct handle *x = &((const struct found *)a)->handle,
                        *y = &((const struct found *)b)->handle;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    return memcmp(x->bytes, y->bytes, x->size);
}

static int note(struct changes *c, struct object *object, struct str *found) {
    struct found entry = {.object = object};
    int r = handle_of(c->o, object, &entry.handle);
    if (r < 0 || !entry.handle.size)
        return r;
    str_append(found, (const char *)&entry, sizeof entry);
    return found->failed ? -ENOMEM : 0;
}

/* All that is in a directory of the disk that goes, the directories in it last. */
static int note_below(struct changes *c, struct object *dir, struct str *found) {
    AUTO_STR todo = STR_INIT;
    str_append(&todo, (const char *)&dir, sizeof dir);
    int r = todo.failed ? -ENOMEM : 0;
    while (r >= 0 && todo.size) {
        struct names names = {0};
        memcpy(&dir, todo.data + todo.size - sizeof dir, sizeof dir);
        str_truncate(&todo, todo.size - sizeof dir);
        r = overlay_names(c->o, dir, /* base= */ true, &names);
        const char *name = names.list.text.data;
        for (size_t i = 0; i < names.list.count && r >= 0; i++, name += strlen(name) + 1) {
            struct node *node;
            r = overlay_lookup(c->o, dir, name, strlen(name), &node);
            if (r < 0 || !node->base)
                continue;
            if (S_ISDIR(node->base->was.mode))
                str_append(&todo, (const char *)&node->base, sizeof node->base);
            else
                r = note(c, node->base, found);
        }
        names_free(&names);
        r = r >= 0 && todo.failed ? -ENOMEM : r;
    }
    return r;
}

/* What isn't at its place any more: `below` tells whether it is looked for in directories, too. */
static int note_lost(struct changes *c, bool below, struct str *found) {
    int r = 0;
    for (size_t i = 0; i < c->lost.size / sizeof(struct object *) && r >= 0; i++) {
        struct object *object;
        memcpy(&object, c->lost.data + i * sizeof object, sizeof object);
        if (S_ISDIR(object->was.mode) == below)
            r = below ? note_below(c, object, found) : note(c, object, found);
    }
    if (found->size)
        qsort(found->data, found->size / sizeof(struct found), sizeof(struct found), by_handle);
    return r;
}

static struct object *find(const struct str *found, const struct handle *handle) {
    const struct found key = {.handle = *handle};
    const struct found *entry =
        found->size ? bsearch(&key, found->data, found->size / sizeof key, sizeof key, by_handle)
                    : NULL;
    return entry ? entry->object : NULL;
}

static int settle_one(struct changes *c, const struct stranger *s, struct object *object) {
    AUTO_MARKS marks = {0};
    struct object *known = changes_known(c, s->upper);
    int r = marks_load(c->o, s->upper, &marks);
    if (r < 0)
        return r;
    return known ? changes_put(c, s->node, known)
                 : changes_settle(c, s->node, s->upper, &marks, object);
}

static int lose(struct changes *c, const struct stranger *s) {
    AUTO_STR path = STR_INIT;
    int r = changes_path(&path, s->node);
    return r < 0 ? r
                 : conflict_add(c->t, path.data, "the file that the command has seen",
                                "none, or another one");
}

/* Without handles a file is known again by what a move leaves as it is. */
static struct object *find_alike(const struct changes *c, const struct object *upper) {
    const struct values *v = &upper->was;
    for (size_t i = 0; i < c->lost.size / sizeof(struct object *); i++) {
        struct object *object;
        memcpy(&object, c->lost.data + i * sizeof object, sizeof object);
        const struct values *was = &object->was;
        if (!object->place && was->mode == v->mode && was->size == v->size &&
            was->mtime.tv_sec == v->mtime.tv_sec && was->mtime.tv_nsec == v->mtime.tv_nsec)
            return object;
    }
    return NULL;
}

/* What was copied from below, but isn't known again: new, unless somebody has been at it. */
static int settle_unknown(struct changes *c, const struct stranger *s) {
    struct object *object = find_alike(c, s->upper);
    bool touched = s->lower_dir && changes_later(c->t, s->lower_dir->was.mtime);
    if (!object && touched && !s->node->base && !changes_known(c, s->upper))
        return lose(c, s);
    return settle_one(c, s, object);
}

int strangers_settle(struct changes *c) {
    AUTO_STR found = STR_INIT, below = STR_INIT;
    const size_t count = c->strangers.size / sizeof(struct stranger);
    const struct stranger *list = (const void *)c->strangers.data;
    bool looked = false;
    int r = count ? note_lost(c, /* below= */ false, &found) : 0;
    for (size_t i = 0; i < count && r >= 0; i++) {
        if (!list[i].origin.size) {
            r = settle_unknown(c, &list[i]);
            continue;
        }
        struct object *object = find(&found, &list[i].origin);
        if (!object && !changes_known(c, list[i].upper)) {
            if (!looked)
                r = note_lost(c, /* below= */ true, &below);
            looked = true;
            object = find(&below, &list[i].origin);
            if (r >= 0 && !object) {
                r = lose(c, &list[i]);
                continue;
            }
        }
        if (r >= 0)
            r = settle_one(c, &list[i], object);
    }
    return r;
}

/* ------------------------------------------------------------------ directories that go */

static int check_entry(struct os_try *t, const struct os_walk_entry *e, const char *name) {
    struct stat st;
    AUTO_STR path = STR_INIT;
    int r = SYS(fstatat, e->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    if (!changes_later(t, st.st_ctim))
        return 0;
    str_append_text(&path, e->dirpath);
    if (*name)
        str_printf(&path, "/%s", name);
    return path.failed ? -ENOMEM
                       : conflict_add(t, path.data, "what it was when the command began",
                                      "a change of somebody else");
}

static int check_directory(struct os_try *t, const char *path) {
    const struct os_walk_options options = {
        .size = sizeof options, .errors = true, .links_as_files = true};
    struct os_walk *walk = os_fwalk(OS_CWD, path, &options);
    int r = walk ? 0 : seam_failure();
    for (struct os_walk_entry *e; r >= 0 && (e = os_walk_next(walk));) {
        if (e->error)
            continue; /* what may not be read, the command hasn't read either */
        for (char **name = e->filenames; *name && r >= 0; name++)
            r = check_entry(t, e, *name);
        for (char **name = e->dirnames; *name && r >= 0; name++)
            r = check_entry(t, e, *name);
    }
    if (walk)
        os_walk_close(walk);
    return r == -ENOENT ? 0 : r;
}

int changes_check_gone(struct os_try *t) {
    int r = 0;
    for (size_t at = 0; at < t->gone.size && r >= 0; at += strlen(t->gone.data + at) + 1)
        r = check_directory(t, t->gone.data + at);
    return r;
}
