/* SPDX-License-Identifier: MIT */
/** Whole trees in the overlay: removed and moved as one name, copied as one where they can be. */
#include "plan/plan.h"

#include "fs/dir.h"
#include "tree/copyfile.h"
#include "tree/match.h"

#include <fcntl.h>
#include <string.h>

/* -------------------------------------------------------------------------------- finding */

/* The path without the slashes behind it, so that a link isn't followed. */
static char *bare(const char *path) {
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    return mem_text(path, size);
}

/* A directory, not a link to one, as os_rmtree() and os_chmodtree() open it. */
int find_tree(struct overlay *o, const char *path, struct where *ret) {
    AUTO_FREE char *text = bare(path);
    int r = text ? resolve_object(o, text, 0, ret) : -ENOMEM;
    if (r < 0)
        return r;
    return is_dir(ret->object) ? 0 : -ENOTDIR;
}

/* -------------------------------------------------------------------- each object of a tree */

static int push(struct str *stack, struct object *dir) {
    str_append(stack, (const char *)&dir, sizeof dir);
    return stack->failed ? -ENOMEM : 0;
}

static struct object *pop(struct str *stack) {
    struct object *dir;
    memcpy(&dir, stack->data + stack->size - sizeof dir, sizeof dir);
    str_truncate(stack, stack->size - sizeof dir);
    return dir;
}

struct visit {
    struct overlay *o;
    const struct os_tree_control *control;
    each_object_of *each;
    void *data;
    struct str stack; /* directories that are yet to be read */
};

static int visit_one(struct visit *v, const struct where *w) {
    int r = v->each(v->o, w, v->data);
    return r < 0 && r != -ENOMEM && v->control->ignore_errors ? 0 : r;
}

static int visit_in(struct visit *v, struct object *dir) {
    struct names names = {0};
    int r = overlay_names(v->o, dir, false, &names);
    const char *name = names.list.text.data;
    for (size_t i = 0; r >= 0 && i < names.list.count; i++, name += strlen(name) + 1) {
        struct where w = {.dir = dir, .last = LAST_NAME};
        r = overlay_lookup(v->o, dir, name, strlen(name), &w.node);
        if (r < 0 || !w.node->object)
            continue;
        w.object = w.node->object;
        if (v->control->one_file_system && change_is_mount(w.node))
            continue;
        r = visit_one(v, &w);
        if (r >= 0 && is_dir(w.object))
            r = push(&v->stack, w.object);
    }
    names_free(&names);
    return r < 0 && r != -ENOMEM && v->control->ignore_errors ? 0 : r;
}

int each_object(struct overlay *o, const struct where *top, const struct os_tree_control *control,
                each_object_of *each, void *data) {
    struct visit v = {o, control, each, data, STR_INIT};
    int r = visit_one(&v, top);
    if (r >= 0)
        r = push(&v.stack, top->object);
    while (r >= 0 && v.stack.size)
        r = visit_in(&v, pop(&v.stack));
    str_free(&v.stack);
    return r;
}

/* ------------------------------------------------------------------------------- removing */

/* The directories in one that are yet to be read; −EXDEV where one is mounted, or a subvolume. */
static int add_own_dirs(struct overlay *o, struct object *dir, struct str *stack) {
    struct names names = {0};
    int r = overlay_names(o, dir, false, &names);
    const char *name = names.list.text.data;
    for (size_t i = 0; r >= 0 && i < names.list.count; i++, name += strlen(name) + 1) {
        struct node *node;
        if (names.types.data[i] != DT_DIR && names.types.data[i] != DT_UNKNOWN)
            continue;
        r = overlay_lookup(o, dir, name, strlen(name), &node);
        if (r < 0 || !node->object || !is_dir(node->object))
            continue;
        r = change_is_mount(node) ? -EXDEV : push(stack, node->object);
    }
    names_free(&names);
    return r;
}

static int refuse_mounts(struct overlay *o, struct object *top) {
    AUTO_STR stack = STR_INIT;
    int r = push(&stack, top);
    while (r >= 0 && stack.size)
        r = add_own_dirs(o, pop(&stack), &stack);
    return r;
}

int compose_rmtree(struct overlay *o, const char *path, bool one_file_system) {
    struct where w;
    int r = find_tree(o, path, &w);
    if (r >= 0 && one_file_system)
        r = refuse_mounts(o, w.object);
    if (r < 0)
        return r;
    if (w.object == o->root)
        return -EBUSY;
    if (w.last != LAST_NAME)
        return w.last == LAST_DOT ? -EINVAL : -ENOTEMPTY;
    return change_remove_tree(o, w.node);
}

/* -------------------------------------------------------------------------------- copying */

struct pair {
    struct object *from, *to;
    struct object *copy; /* what `to` will be like: as `from` was before anything was copied */
    struct pair *up;     /* the pair of the directory above */
    struct pair *next;
    bool fresh;
};

struct copying {
    struct overlay *o;
    const struct os_copytree_options *options;
    int how;
    struct object *target; /* the new root: it isn't copied into itself */
    struct pair *pending, *done;
    struct str twins; /* what has several names, and its copy */
    int first;        /* −errno of the first failure */
};

struct twin {
    struct object *from, *to;
};

/* A failure in the tree: the copy goes on only where errors are ignored. */
static int tell(struct copying *c, int r) {
    if (r >= 0 || r == -ENOMEM || !c->options->control.ignore_errors)
        return r;
    return 0;
}

static struct object *find_twin(const struct copying *c, const struct object *from) {
    const struct twin *twins = (const struct twin *)(const void *)c->twins.data;
    for (size_t i = 0; i < c->twins.size / sizeof *twins; i++)
        if (twins[i].from == from)
            return twins[i].to;
    return NULL;
}

static int make_copy(struct copying *c, struct object *from, struct object *dir,
                     struct object **ret) {
    bool linked = c->options->hard_links && from->now.nlink > 1 && !is_dir(from);
    *ret = linked ? find_twin(c, from) : NULL;
    if (*ret)
        return 0;
    int r = overlay_copy(c->o, from, dir, c->how, ret);
    if (r < 0 || !linked)
        return r;
    struct twin twin = {from, *ret};
    str_append(&c->twins, (const char *)&twin, sizeof twin);
    return c->twins.failed ? -ENOMEM : 0;
}

static int add_pair(struct copying *c, struct object *from, struct object *to, struct pair *up,
                    bool fresh) {
    struct pair *pair = overlay_alloc(c->o, sizeof *pair);
    if (!pair)
        return -ENOMEM;
    *pair = (struct pair){.from = from, .to = to, .up = up, .next = c->pending, .fresh = fresh};
    c->pending = pair;
    return 0;
}

static int place_copy(struct copying *c, struct node *node, struct object *copy) {
    struct object *there = node->object;
    if (there && is_dir(there))
        return -EISDIR;
    if (there == copy)
        return 0;
    return there && change_is_mount(node) ? -EBUSY : change_replace(c->o, node, copy);
}

static int copy_dir(struct copying *c, struct object *from, struct node *node, struct pair *up) {
    struct object *made = node->object;
    bool fresh = !made;
    if (made && !c->options->dirs_exist_ok)
        return -EEXIST;
    if (made && !is_dir(made))
        return -ENOTDIR;
    int r = 0;
    if (!made) {
        r = overlay_copy(c->o, from, node->dir, c->how, &made);
        if (r >= 0)
            r = change_create(c->o, node, made);
    }
    return r < 0 ? r : add_pair(c, from, made, up, fresh);
}

/* Where something is mounted that is to be left alone, the copy has something empty. */
static int copy_mount(struct copying *c, struct object *from, struct node *node) {
    struct object *made;
    if (node->object)
        return 0;
    mode_t mode = is_dir(from) ? S_IFDIR | 0777 : S_IFREG | 0600;
    int r = overlay_new(c->o, node->dir, mode, &made);
    return r < 0 ? r : change_create(c->o, node, made);
}

static bool leads_back(const struct pair *pair, const struct object *dir) {
    for (; pair; pair = pair->up)
        if (pair->from == dir)
            return true;
    return false;
}

/* What a link leads to, in its place: the link itself where links are copied. */
static int follow_link(struct copying *c, struct object *dir, const char *name,
                       struct object **from, struct pair *up) {
    struct where w;
    int r = resolve_from(c->o, dir, name, FOLLOW, &w);
    if (r < 0)
        return r;
    if (!w.object)
        return -ENOENT;
    if (w.slash && !is_dir(w.object))
        return -ENOTDIR;
    *from = w.object;
    return is_dir(w.object) && leads_back(up, w.object) ? -ELOOP : 0;
}

static bool ignored(const struct copying *c, const char *name) {
    for (const char *const *p = c->options->ignore; p && *p; p++)
        if (match_name(*p, name))
            return true;
    return false;
}

static int copy_entry(struct copying *c, struct pair *pair, const char *name) {
    struct node *source, *target;
    struct object *from, *copy;
    int r = overlay_lookup(c->o, pair->from, name, strlen(name), &source);
    if (r < 0 || !(from = source->object))
        return r;
    if (S_ISLNK(from->now.mode) && !c->options->symlinks) {
        r = follow_link(c, pair->from, name, &from, pair);
        if (r == -ENOENT && c->options->ignore_dangling_symlinks)
            return 0;
    }
    if (r >= 0)
        r = overlay_lookup(c->o, pair->to, name, strlen(name), &target);
    if (r < 0)
        return r;
    if (from == c->target)
        return -EINVAL;
    if (c->options->control.one_file_system && change_is_mount(source))
        return copy_mount(c, from, target);
    if (is_dir(from) && c->options->control.leave_journals && dir_is_journal(name))
        return 0;
    if (is_dir(from))
        return copy_dir(c, from, target, pair);
    mode_t mode = from->now.mode;
    if (!S_ISREG(mode) && !S_ISLNK(mode) && !c->options->special_files)
        return -EOPNOTSUPP;
    r = make_copy(c, from, target->dir, &copy);
    return r < 0 ? r : place_copy(c, target, copy);
}

static int copy_entries(struct copying *c, struct pair *pair) {
    struct names names = {0};
    int r = overlay_names(c->o, pair->from, false, &names);
    const char *name = names.list.text.data;
    for (size_t i = 0; r >= 0 && i < names.list.count; i++, name += strlen(name) + 1)
        if (!ignored(c, name))
            r = tell(c, copy_entry(c, pair, name));
    names_free(&names);
    return r;
}

/* A directory's attributes come last: filling it has changed its times. */
static int finish_dir(struct copying *c, const struct pair *pair) {
    struct object *copy = pair->copy, *to = pair->to;
    if (!to->place || !copy)
        return 0;
    if (overlay_change(c->o, to->place, to, copy->changed & ~(unsigned)CHANGED_CONTENT) < 0)
        return -ENOMEM;
    uint64_t nlink = to->now.nlink, ino = to->now.ino, dev = to->now.dev, mnt = to->now.mnt;
    uint64_t size = to->now.size;
    uid_t uid = c->how & COPY_OWNER || pair->fresh ? copy->now.uid : to->now.uid;
    gid_t gid = c->how & COPY_OWNER || pair->fresh ? copy->now.gid : to->now.gid;
    to->now = copy->now;
    to->now.nlink = nlink;
    to->now.ino = ino;
    to->now.dev = dev;
    to->now.mnt = mnt;
    to->now.size = size;
    to->now.uid = uid;
    to->now.gid = gid;
    if (pair->fresh) {
        to->attributes = copy->attributes;
        to->like = copy->like;
        return 0;
    }
    return copy_xattrs(c->o, pair->from, to);
}

static int copy_all(struct copying *c) {
    int r = 0;
    while (r >= 0 && c->pending) {
        struct pair *pair = c->pending;
        c->pending = pair->next;
        pair->next = c->done;
        c->done = pair;
        if (pair->to->place)
            r = overlay_copy(c->o, pair->from, pair->to->place->dir, c->how, &pair->copy);
        if (r >= 0)
            r = copy_entries(c, pair);
    }
    for (struct pair *pair = c->done; r >= 0 && pair; pair = pair->next)
        r = finish_dir(c, pair);
    str_free(&c->twins);
    return r;
}

/* ------------------------------------------------------------------------- a copy in one piece */

/* Whether nothing below a directory of the disk was changed by the plan. */
static int is_pristine(struct object *top, bool *ret) {
    AUTO_STR stack = STR_INIT;
    *ret = false;
    if (!top->base || top->below != top)
        return 0;
    int r = push(&stack, top);
    while (r >= 0 && stack.size) {
        struct object *dir = pop(&stack);
        if (dir->changed)
            return 0;
        for (struct node *node = dir->children; r >= 0 && node; node = node->sibling) {
            if (node->object != node->base || (node->object && node->object->changed))
                return 0;
            if (node->object && is_dir(node->object))
                r = push(&stack, node->object);
        }
    }
    *ret = r >= 0;
    return r;
}

/* What a copy of the disk's own tree, with nothing in it that has to be looked at, is: one name. */
static int try_whole(struct copying *c, struct object *from, struct object *to, bool *ret_done) {
    struct tree_scan scan;
    *ret_done = false;
    if (c->how || c->options->ignore || c->options->control.one_file_system)
        return 0;
    int r = is_pristine(from, ret_done);
    if (r < 0 || !*ret_done)
        return r;
    *ret_done = false;
    AUTO_CLOSE int fd = overlay_open(c->o, from, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    r = fd < 0 ? fd : scan_tree(fd, ".", &scan);
    if (r < 0) /* something in it can't be read: copying one by one tells what */
        return r == -ENOMEM ? r : 0;
    if (!scan.plain || (scan.links && !c->options->symlinks) ||
        (scan.journals && c->options->control.leave_journals))
        return 0;
    struct object *copy;
    r = overlay_copy_base(c->o, from, to->place->dir, &copy);
    struct plan_digest *digest = r < 0 ? NULL : overlay_alloc(c->o, sizeof *digest);
    if (r < 0 || !digest || overlay_change(c->o, to->place, to, 0) < 0)
        return r < 0 ? r : -ENOMEM;
    *digest = scan.digest;
    copy->now.ino = to->now.ino;
    to->now = copy->now;
    to->below = copy->below;
    to->like = copy->like;
    to->changed = 0;
    to->derived = true;
    to->tree = digest;
    *ret_done = true;
    return 0;
}

/* ------------------------------------------------------------------------------- copytree */

/* The directory `path`, or the nearest above it that is there. */
static int find_nearest(struct overlay *o, const char *path, struct where *ret) {
    AUTO_FREE char *text = mem_text(path, strlen(path));
    if (!text)
        return -ENOMEM;
    for (;;) {
        int r = resolve_object(o, *text ? text : ".", FOLLOW | ANY_SIZE, ret);
        if (r >= 0 && !is_dir(ret->object))
            r = -ENOTDIR;
        size_t size = strlen(text);
        if ((r != -ENOENT && r != -ENOTDIR) || size == 0)
            return r;
        while (size > 0 && text[size - 1] == '/')
            size--;
        while (size > 0 && text[size - 1] != '/')
            size--;
        text[size] = '\0';
    }
}

static bool is_inside(const struct object *dir, const struct object *above) {
    while (dir && dir != above)
        dir = overlay_parent(dir);
    return dir;
}

static int find_source(struct overlay *o, const char *src, const char *dst, struct where *from) {
    struct where nearest;
    int r = resolve_object(o, src, FOLLOW, from);
    if (r >= 0 && !is_dir(from->object))
        r = -ENOTDIR;
    if (r >= 0)
        r = find_nearest(o, dst, &nearest);
    if (r < 0)
        return r;
    return is_inside(nearest.object, from->object) ? -EINVAL : 0;
}

/* Makes the new root: whether it is fresh, or −errno. */
static int make_root(struct overlay *o, const char *dst, const struct os_copytree_options *options,
                     struct where *to) {
    AUTO_FREE char *failed = NULL;
    struct where w;
    bool fresh = !options->dirs_exist_ok || resolve_object(o, dst, 0, &w) == -ENOENT;
    int r = compose_makedirs(o, dst, 0777, 0777, options->dirs_exist_ok ? OS_EXIST_OK : 0, &failed);
    if (r >= 0) /* a new one is no link, unless ".." behind a directory that was made led to one */
        r = resolve_object(o, dst, fresh ? 0 : FOLLOW, to);
    if (r >= 0 && !is_dir(to->object))
        r = -ENOTDIR;
    if (r >= 0 && !to->object->place)
        r = -EEXIST; /* the root directory */
    return r < 0 ? r : fresh;
}

int compose_copytree(struct overlay *o, const char *src, const char *dst,
                     const struct os_copytree_options *options) {
    struct where from, to;
    struct copying c = {.o = o, .options = options, .how = options->owner ? COPY_OWNER : 0};
    int r = find_source(o, src, dst, &from);
    if (r >= 0)
        r = make_root(o, dst, options, &to);
    if (r < 0)
        return r;
    bool done = false, fresh = r;
    c.target = to.object;
    r = fresh ? try_whole(&c, from.object, to.object, &done) : 0;
    if (r < 0 || done)
        return r;
    r = add_pair(&c, from.object, to.object, NULL, fresh);
    return r < 0 ? r : copy_all(&c);
}

/* ----------------------------------------------------------------------------------- move */

/* As goes_into() of src/tree/move.c. */
static int goes_into(struct overlay *o, const char *src, const char *dst) {
    struct where a, b;
    int r = resolve_object(o, dst, FOLLOW, &b);
    if (r < 0)
        return r == -ENOENT || r == -ENOTDIR || r == -ELOOP ? false : r;
    if (!is_dir(b.object))
        return false;
    return resolve_object(o, src, 0, &a) < 0 || a.object != b.object;
}

/* To another file system: a copy, and the original goes. */
static int move_across(struct overlay *o, const char *src, const char *dst, bool noreplace,
                       bool new_owner) {
    AUTO_FREE char *from_text = bare(src), *to_text = bare(dst);
    const struct os_copytree_options options = {
        .symlinks = true, .owner = !new_owner, .hard_links = true, .special_files = true};
    struct copying c = {.o = o, .options = &options, .how = new_owner ? 0 : COPY_OWNER};
    struct where from, to;
    struct object *copy;
    if (!from_text || !to_text)
        return -ENOMEM;
    int r = resolve_object(o, from_text, 0, &from);
    if (r >= 0)
        r = resolve(o, to_text, PARENT, &to);
    if (r < 0)
        return r;
    if (from.last != LAST_NAME || to.last != LAST_NAME || change_is_mount(from.node))
        return -EBUSY;
    if (is_dir(from.object) && is_inside(to.dir, from.object))
        return -EINVAL;
    if (to.object && noreplace)
        return -EEXIST;
    if (to.object && is_dir(to.object) != is_dir(from.object))
        return is_dir(to.object) ? -EISDIR : -ENOTDIR;
    r = to.object && is_dir(to.object) ? overlay_filled(o, to.object) : 0;
    if (r)
        return r < 0 ? r : -ENOTEMPTY;
    r = overlay_copy(o, from.object, to.dir, c.how, &copy);
    if (r >= 0)
        r = change_replace(o, to.node, copy);
    if (r >= 0 && is_dir(copy))
        r = add_pair(&c, from.object, copy, NULL, true);
    if (r >= 0)
        r = copy_all(&c);
    return r < 0 ? r : change_remove_tree(o, from.node);
}

int compose_move(struct overlay *o, const char *src, const char *dst, bool new_owner) {
    AUTO_FREE char *inside = NULL;
    struct where w;
    int into = goes_into(o, src, dst);
    if (into < 0)
        return into;
    if (!*src) { /* it is looked for in its directory, the current one, when that of `dst` is open */
        int failed = resolve(o, dst, PARENT | DEFER, &w);
        return failed < 0 ? failed : -ENOENT;
    }
    bool noreplace = into;
    if (noreplace && copy_into(src, dst, &inside) < 0)
        return -ENOMEM;
    const char *to = inside ? inside : dst;
    int r = change_rename(o, src, to, noreplace);
    return r == -EXDEV ? move_across(o, src, to, noreplace, new_owner) : r;
}
