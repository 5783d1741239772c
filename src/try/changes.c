/* SPDX-License-Identifier: MIT */
/** What a command has changed: its layers, read into a plan. */
#include "try/changes.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "tree/match.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A directory of a layer, what it is in the plan, and what the disk has below it, or NULL. */
struct frame {
    struct object *upper, *dir, *lower;
    struct object *top; /* of the disk: what the layer covers */
};

struct true_mode {
    const struct object *upper;
    mode_t mode;
};

static int append(struct str *s, const void *data, size_t size) {
    if (str_reserve(s, size) < 0)
        return -ENOMEM;
    str_append(s, data, size);
    return 0;
}
#define APPEND(s, value) append(s, &(value), sizeof(value))

/* ----------------------------------------------------------------------------------- paths */

/* The directory that a node is in: where it was, or where the command has put it. */
static const struct node *home_of(const struct node *node) {
    return node->dir->home;
}

static const struct node *place_of(const struct node *node) {
    return node->dir->place;
}

/* The names from the top down to a node, each behind a slash. */
static int append_names(struct str *s, const struct node *node,
                        const struct node *up(const struct node *)) {
    AUTO_STR nodes = STR_INIT;
    for (const struct node *at = node; at; at = up(at))
        if (APPEND(&nodes, at) < 0)
            return -ENOMEM;
    for (size_t left = nodes.size / sizeof node; left-- > 0;) {
        const struct node *at;
        memcpy(&at, nodes.data + left * sizeof at, sizeof at);
        str_append_char(s, '/');
        str_append_text(s, at->name);
    }
    return s->failed ? -ENOMEM : 0;
}

int changes_path(struct str *s, const struct node *node) {
    if (!node)
        str_append_char(s, '/');
    return append_names(s, node, home_of);
}

/* As the command has called it. */
static int path_after(struct str *s, const struct node *node) {
    return append_names(s, node, place_of);
}

/* 1, 0 or −ENOMEM. */
static int is_ignored(const struct changes *c, const struct node *node) {
    AUTO_STR path = STR_INIT;
    for (char **pattern = c->t->ignore; *pattern; pattern++) {
        if (!strchr(*pattern, '/')) {
            if (match_name(*pattern, node->name))
                return 1;
            continue;
        }
        if (!path.size && path_after(&path, node) < 0)
            return -ENOMEM;
        if (match_name(*pattern, path.data))
            return 1;
    }
    return 0;
}

/* --------------------------------------------------------------------------- preconditions */

/* How fine a clock the time is of: file systems cut it. */
static long grain_of(long nanoseconds) {
    long grain = 1;
    if (!nanoseconds)
        return 1000000000;
    while (nanoseconds % (grain * 10) == 0)
        grain *= 10;
    return grain;
}

bool changes_later(const struct os_try *t, struct timespec time) {
    int64_t difference =
        (int64_t)(time.tv_sec - t->start.tv_sec) * 1000000000 + time.tv_nsec - t->start.tv_nsec;
    return difference + grain_of(time.tv_nsec) > 0;
}

int changes_check(struct changes *c, const struct object *object) {
    AUTO_STR path = STR_INIT;
    if (!changes_later(c->t, object->was.ctime))
        return 0;
    int r = changes_path(&path, object->home);
    return r < 0 ? r
                 : conflict_add(c->t, path.data, "what it was when the command began",
                                "a change of somebody else");
}

static int conflict_at(struct changes *c, const struct node *node, const char *expected,
                       const char *found) {
    AUTO_STR path = STR_INIT;
    int r = path_after(&path, node);
    return r < 0 ? r : conflict_add(c->t, path.data, expected, found);
}

/* --------------------------------------------------------------------------------- removal */

/* A directory may have been moved: whether it goes is known in the end. */
int changes_remove(struct changes *c, struct node *node) {
    struct object *object = node->object;
    if (!object)
        return 0;
    int r = 0;
    if (object->base && object == node->base) {
        r = changes_check(c, object);
        if (r >= 0)
            r = APPEND(&c->lost, object);
    }
    if (r < 0)
        return r;
    r = overlay_bind(c->o, node, NULL);
    return r < 0 || is_dir(object) ? r : change_names(c->o, object, -1);
}

/* The times of the directory are what the layer has, not those of this change. */
static int add(struct changes *c, struct node *node, struct object *object) {
    int r = overlay_bind(c->o, node, object);
    return r < 0 || is_dir(object) ? r : change_names(c->o, object, 1);
}

/* Directories that are at no place are gone, and what is in them with them. */
static int settle_lost(struct changes *c) {
    const size_t count = c->lost.size / sizeof(struct object *);
    for (size_t i = 0; i < count; i++) {
        struct object *object;
        AUTO_STR path = STR_INIT;
        memcpy(&object, c->lost.data + i * sizeof object, sizeof object);
        if (!is_dir(object) || object->place)
            continue;
        if (KEEP(c->o, c->o->gone) < 0)
            return -ENOMEM;
        object->gone = c->o->gone;
        c->o->gone = object;
        int r = changes_path(&path, object->home);
        if (r >= 0)
            r = append(&c->t->gone, path.data, path.size + 1);
        if (r < 0)
            return r;
    }
    return 0;
}

/* What was moved out of a directory before that went hasn't stayed in it. */
static int settle_moved(struct changes *c) {
    int r = 0;
    for (size_t i = 0; i < c->moved.size / sizeof(struct object *) && r >= 0; i++) {
        struct object *object;
        memcpy(&object, c->moved.data + i * sizeof object, sizeof object);
        if (object->home->object == object && !overlay_reaches(c->o, object->home->dir))
            r = change_take_away(c->o, object->home);
    }
    return r;
}

/* ------------------------------------------------------------------------------ directories */

mode_t changes_mode(const struct changes *c, const struct object *upper) {
    const struct true_mode *list = (const void *)c->modes.data;
    for (size_t i = 0; i < c->modes.size / sizeof *list; i++)
        if (list[i].upper == upper)
            return list[i].mode;
    return upper->was.mode;
}

static int push(struct changes *c, struct object *upper, struct object *dir, struct object *lower,
                struct object *top) {
    const struct frame frame = {upper, dir, lower, top};
    return APPEND(&c->frames, frame);
}

/* What the disk has at a path below what a layer covers, or at a name of `dir`: 0 or −errno. */
static int find_redirected(struct changes *c, const struct frame *f, const char *redirect,
                           struct object **ret) {
    struct object *at = redirect[0] == '/' ? f->top : f->lower;
    *ret = NULL;
    while (at && *redirect) {
        redirect += strspn(redirect, "/");
        size_t size = strcspn(redirect, "/");
        struct node *node;
        if (!size)
            break;
        if (!S_ISDIR(at->was.mode))
            return 0;
        int r = overlay_lookup(c->o, at, redirect, size, &node);
        if (r < 0)
            return r;
        at = node->base;
        redirect += size;
    }
    *ret = at;
    return 0;
}

static int lower_at(struct changes *c, const struct frame *f, const char *name,
                    struct object **ret) {
    struct node *node;
    *ret = NULL;
    int r = f->lower ? overlay_lookup(c->o, f->lower, name, strlen(name), &node) : 0;
    if (r >= 0 && f->lower)
        *ret = node->base;
    return r;
}

/* Whether a directory has stood at its place since before the start: one that was moved there has a
 * later ctime than mtime. 1, 0 or −errno. */
static int is_as_old(struct changes *c, struct object *lower) {
    enum { BIRTH = 0x800 }; /* STATX_BTIME */
    struct kernel_statx x = {0};
    if (!changes_later(c->t, lower->was.ctime))
        return 1;
    int dir = lower->home ? overlay_fd(c->o, lower->home->dir) : -ENOENT;
    int r =
        dir < 0 ? dir : SYS(kernel_statx, dir, lower->home->name, AT_SYMLINK_NOFOLLOW, BIRTH, &x);
    if (r < 0 && r != -ENOSYS && r != -EPERM)
        return r == -ENOENT ? 0 : r;
    const struct timespec birth = {(time_t)x.btime.seconds, (long)x.btime.nanoseconds};
    const struct values *v = &lower->was;
    return (!(x.mask & BIRTH) || !changes_later(c->t, birth)) &&
           v->mtime.tv_sec == v->ctime.tv_sec && v->mtime.tv_nsec == v->ctime.tv_nsec;
}

/* Whether the disk's is the one that the layer's was copied from: 1, 0 or −errno. */
static int is_origin(struct changes *c, const struct marks *marks, struct object *lower) {
    struct handle handle = {.unknown = true}; /* of ordinary users, and of file systems without */
    if (!marks->copied)
        return 0;
    int r = marks->origin.size ? handle_of(c->o, lower, &handle) : 0;
    if (r >= 0 && handle.unknown)
        return S_ISDIR(lower->was.mode) ? is_as_old(c, lower) : 1;
    return r < 0 ? r : handle_same(&handle, &marks->origin);
}

static int new_directory(struct changes *c, struct node *node, struct object *upper,
                         const struct marks *marks) {
    struct object *object;
    int r = changes_remove(c, node);
    if (r >= 0)
        r = changes_new(c, upper, marks, node->dir, &object);
    if (r >= 0)
        r = add(c, node, object);
    return r < 0 ? r : push(c, upper, object, NULL, NULL);
}

/* A directory of the disk, at its place or moved to this one. */
static int old_directory(struct changes *c, const struct frame *f, struct node *node,
                         struct object *upper, struct object *lower) {
    int r = 0;
    if (node->object != lower) {
        r = changes_remove(c, node);
        if (r >= 0)
            r = overlay_bind(c->o, node, lower);
        if (r >= 0 && lower->home->object == lower)
            r = overlay_bind(c->o, lower->home, NULL);
    }
    if (r >= 0)
        r = changes_give(c, node, lower, upper, /* top= */ false);
    return r < 0 ? r : push(c, upper, lower, lower, f->top);
}

static int directory(struct changes *c, const struct frame *f, struct node *node,
                     struct object *upper, const struct marks *marks) {
    struct object *lower = NULL;
    int r = 0;
    if (marks->redirect)
        r = find_redirected(c, f, marks->redirect, &lower);
    else if (!marks->opaque)
        r = lower_at(c, f, node->name, &lower);
    if (r < 0)
        return r;
    bool there = lower && S_ISDIR(lower->was.mode);
    if (marks->opaque || (!there && !marks->copied))
        return new_directory(c, node, upper, marks);
    r = there ? is_origin(c, marks, lower) : 0;
    if (r < 0)
        return r;
    if (r == 0)
        return conflict_at(c, node, "the directory that the command has seen",
                           there ? "another one" : "none");
    return old_directory(c, f, node, upper, lower);
}

/* ------------------------------------------------------------------------- everything else */

struct object *changes_known(const struct changes *c, const struct object *upper) {
    const struct known *list = (const void *)c->known.data;
    for (size_t i = 0; i < c->known.size / sizeof *list; i++)
        if (list[i].upper == upper)
            return list[i].object;
    return NULL;
}

static int get_content(struct changes *c, struct node *node, struct object *upper,
                       struct object *object) {
    int r = overlay_change(c->o, node, object, CHANGED_CONTENT);
    if (r < 0)
        return r;
    object->source = upper;
    object->data = NULL;
    object->have = object->now.size = upper->was.size;
    return 0;
}

int changes_put(struct changes *c, struct node *node, struct object *object) {
    if (node->object == object)
        return 0;
    int r = changes_remove(c, node);
    if (r >= 0 && object->base)
        r = APPEND(&c->moved, object);
    return r < 0 ? r : add(c, node, object);
}

/* A file whose content is another one: the new one takes its place, but where it has further names. */
static int settle_old(struct changes *c, struct node *node, struct object *upper,
                      const struct marks *marks, struct object *object, struct object **ret) {
    int r = changes_check(c, object);
    if (r >= 0)
        r = marks->metacopy ? 0 : changes_differ(c, upper, object);
    if (r < 0)
        return r;
    bool alone = object->was.nlink == 1;
    *ret = object;
    if (r > 0 && alone) {
        r = changes_new(c, upper, marks, node->dir, ret);
        return r < 0 ? r : changes_put(c, node, *ret);
    }
    bool content = r > 0;
    r = changes_put(c, node, object);
    if (r >= 0 && content)
        r = get_content(c, node, upper, object);
    return r < 0 ? r : changes_give(c, node, object, upper, /* top= */ false);
}

int changes_settle(struct changes *c, struct node *node, struct object *upper,
                   const struct marks *marks, struct object *object) {
    struct object *made = NULL;
    int r;
    if (object) {
        r = settle_old(c, node, upper, marks, object, &made);
    } else {
        r = changes_new(c, upper, marks, node->dir, &made);
        if (r >= 0)
            r = changes_put(c, node, made);
    }
    const struct known known = {upper, made};
    return r < 0 || upper->was.nlink < 2 ? r : APPEND(&c->known, known);
}

/* What the disk has at the same place, if that is it: 0 or −errno. */
static int find_same(struct changes *c, const struct frame *f, const struct node *node,
                     struct object *upper, const struct marks *marks, struct object **ret) {
    struct object *lower;
    int r = lower_at(c, f, node->name, &lower);
    *ret = NULL;
    if (r < 0 || !lower || (lower->was.mode & S_IFMT) != (upper->was.mode & S_IFMT))
        return r;
    if (S_ISLNK(upper->was.mode) && !marks->copied) /* links have no marks of ordinary users */
        r = strcmp(upper->link, lower->link) == 0;
    else
        r = is_origin(c, marks, lower);
    if (r > 0)
        *ret = lower;
    return r < 0 ? r : 0;
}

static int other(struct changes *c, const struct frame *f, struct node *node, struct object *upper,
                 const struct marks *marks) {
    struct object *object = changes_known(c, upper);
    if (object)
        return changes_put(c, node, object);
    int r = find_same(c, f, node, upper, marks, &object);
    if (r >= 0 && !object && marks->redirect && marks->metacopy) {
        r = find_redirected(c, f, marks->redirect, &object);
        if (r >= 0 && object)
            r = is_origin(c, marks, object);
        object = r > 0 ? object : NULL;
    }
    if (r < 0)
        return r;
    if (object || !marks->copied)
        return changes_settle(c, node, upper, marks, object);
    const struct stranger stranger = {node, upper, f->lower, marks->origin};
    return APPEND(&c->strangers, stranger);
}

/* ------------------------------------------------------------------------------------ walk */

/* What its owner may not read is opened up to him in the layer: nobody else sees that. */
static int open_up(struct changes *c, struct object *dir, const char *name, mode_t *ret_mode) {
    struct values v;
    *ret_mode = 0;
    if (!c->t->user)
        return 0;
    int fd = overlay_fd(c->o, dir);
    int r = fd < 0 ? fd : disk_values(fd, name, &v);
    mode_t needed = r < 0 ? 0 : S_ISDIR(v.mode) ? 0700 : S_ISREG(v.mode) ? 0400 : 0;
    if (r < 0 || (v.mode & needed) == needed)
        return r;
    *ret_mode = v.mode;
    return SYS(fchmodat, fd, name, (v.mode & 07777) | needed, 0);
}

static bool is_whiteout(const struct object *upper) {
    return S_ISCHR(upper->was.mode) && upper->was.rdev == 0;
}

static int visit(struct changes *c, const struct frame *f, const char *name) {
    struct node *from = NULL, *node;
    AUTO_MARKS marks = {0};
    mode_t mode;
    if (dir_is_journal(name))
        return 0;
    int r = open_up(c, f->upper, name, &mode);
    if (r >= 0)
        r = overlay_lookup(c->o, f->upper, name, strlen(name), &from);
    if (r >= 0)
        r = overlay_lookup(c->o, f->dir, name, strlen(name), &node);
    if (r < 0 || !from->base)
        return r;
    struct object *upper = from->base;
    upper->racy = false; /* nobody changes it any more */
    upper->ours = true;
    const struct true_mode true_mode = {upper, mode};
    if (mode && APPEND(&c->modes, true_mode) < 0)
        return -ENOMEM;
    r = is_ignored(c, node);
    if (r != 0)
        return r < 0 ? r : 0;
    if (is_whiteout(upper))
        return changes_remove(c, node);
    r = marks_load(c->o, upper, &marks);
    if (r < 0)
        return r;
    return S_ISDIR(upper->was.mode) ? directory(c, f, node, upper, &marks)
                                    : other(c, f, node, upper, &marks);
}

static int visit_all(struct changes *c, const struct frame *f) {
    struct names names = {0};
    int r = overlay_names(c->o, f->upper, /* base= */ true, &names);
    const char *name = names.list.text.data;
    for (size_t i = 0; i < names.list.count && r >= 0; i++, name += strlen(name) + 1)
        r = visit(c, f, name);
    names_free(&names);
    return r;
}

static int find_object(struct overlay *o, const char *path, struct where *ret) {
    int r = resolve_object(o, path, 0, ret);
    return r >= 0 && !(ret->object->base && is_dir(ret->object)) ? -ESTALE : r;
}

static int read_layer(struct changes *c, const struct layer *layer) {
    struct where top, upper;
    AUTO_STR path = STR_INIT;
    str_printf(&path, "%s/upper", layer->at);
    int r = path.failed ? -ENOMEM : find_object(c->o, layer->point, &top);
    if (r >= 0)
        r = find_object(c->o, path.data, &upper);
    if (r < 0)
        return try_fail(c->t, layer->point, r);
    r = changes_give(c, where_node(&top), top.object, upper.object, /* top= */ true);
    if (r >= 0)
        r = push(c, upper.object, top.object, top.object, top.object);
    while (r >= 0 && c->frames.size) {
        struct frame frame;
        size_t size = c->frames.size - sizeof frame;
        memcpy(&frame, c->frames.data + size, sizeof frame);
        str_truncate(&c->frames, size);
        r = visit_all(c, &frame);
    }
    return r;
}

static int read_all(struct os_try *t, struct os_plan *plan) {
    struct changes c = {.t = t, .o = &plan->overlay};
    int r = 0;
    for (size_t i = 0; i < t->layer_count && r >= 0; i++)
        r = read_layer(&c, &t->layers[i]);
    if (r >= 0)
        r = settle_lost(&c);
    if (r >= 0)
        r = strangers_settle(&c);
    if (r >= 0)
        r = settle_moved(&c);
    str_free(&c.frames);
    str_free(&c.strangers);
    str_free(&c.lost);
    str_free(&c.moved);
    str_free(&c.known);
    str_free(&c.modes);
    return r;
}

int changes_read(struct os_try *t) {
    const struct os_plan_options options = {.size = sizeof options, .title = t->title};
    struct os_plan *plan = os_plan(&options);
    if (!plan)
        return seam_failure();
    int r = plan_begin(plan);
    if (r >= 0) {
        r = read_all(t, plan);
        if (plan_end(plan, r, (struct step){.op = "try", .path = t->cwd}) < 0)
            r = -errno;
    }
    if (r >= 0)
        r = changes_check_gone(t);
    if (r >= 0)
        t->plan = plan;
    else
        os_plan_close(plan);
    return r;
}
