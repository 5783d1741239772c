/* SPDX-License-Identifier: MIT */
/** Objects and places of the net change. */
#include "plan/net_memory.h"
#include "plan/was.h"

#include <dirent.h>
#include <string.h>

/* --------------------------------------------------------------------------------- paths */

static const struct node *name_of(const struct object *dir, bool before) {
    return before ? dir->home : dir->place;
}

static const char *path_of(struct net_memory *net, const struct object *dir, bool before) {
    size_t size = 0;
    const struct node *node;
    for (const struct object *d = dir; (node = name_of(d, before)); d = node->dir)
        size += node->size + 1u;
    char *path = arena_alloc(&net->arena, size + 2);
    if (!path)
        return NULL;
    path[0] = '/';
    for (const struct object *d = dir; (node = name_of(d, before)); d = node->dir) {
        memcpy(path + size - node->size, node->name, node->size);
        size -= node->size + 1u;
        path[size] = '/';
    }
    return path;
}

const char *net_path_before(struct net_memory *net, const struct object *dir) {
    return path_of(net, dir, true);
}

const char *net_path_after(struct net_memory *net, const struct object *dir) {
    return path_of(net, dir, false);
}

static const char *join(struct net_memory *net, const char *dir, const char *name) {
    if (!dir)
        return NULL;
    size_t size = strlen(dir), name_size = strlen(name);
    bool slash = size && dir[size - 1] != '/';
    char *path = arena_alloc(&net->arena, size + slash + name_size + 1);
    if (!path)
        return NULL;
    char *end = mempcpy(path, dir, size);
    if (slash)
        *end++ = '/';
    memcpy(end, name, name_size + 1);
    return path;
}

/* A name in a directory that is new: which entry makes that, and where below it. */
static int place_in_new(struct net_memory *net, const struct object *dir, struct plan_place *ret) {
    const char *below = "";
    for (const struct node *node = dir->place; node; node = node->dir->place) {
        const struct change *gets = node->gets;
        if (gets && gets->object == node->object && gets->kind != PLAN_MOVE) {
            ret->made_by = gets->entry;
            ret->made_below = below;
            return 0;
        }
        below = *below ? join(net, node->name, below) : node->name;
        if (!below)
            return -ENOMEM;
    }
    return -EINVAL;
}

int net_place(struct net_memory *net, const struct node *node, bool before,
              struct plan_place *ret) {
    const struct object *dir = node ? node->dir : net->o->root;
    bool base = is_base_dir(dir), reaches = overlay_reaches(net->o, dir);
    *ret = (struct plan_place){.name = node ? node->name : ".", .made_by = -1};
    ret->before = base ? net_path_before(net, dir) : NULL;
    ret->after = reaches ? net_path_after(net, dir) : NULL;
    const char *shown = (before && base) || !reaches ? ret->before : ret->after;
    ret->path = node ? join(net, shown, node->name) : "/";
    if (!ret->path || (base && !ret->before) || (reaches && !ret->after))
        return -ENOMEM;
    if (!base)
        return place_in_new(net, dir, ret);
    ret->parent = (struct plan_identity){dir->was.dev, dir->was.ino};
    return 0;
}

/* ------------------------------------------------------------------------------- sources */

static int add_source(struct net_memory *net, const struct object *object,
                      const struct plan_digest *tree, const struct plan_source **ret) {
    struct plan_source *source = arena_alloc(&net->arena, sizeof *source);
    if (!source)
        return -ENOMEM;
    source->was = was_of(object);
    source->was.ours = object->ours && net->o->takes;
    if (tree) {
        source->was.tree = source->was.has_content = true;
        source->was.content = *tree;
    }
    str_append(&net->sources, (const char *)&source, sizeof source);
    int r = net_place(net, object->home, true, &source->place);
    *ret = source;
    return r < 0 || net->sources.failed ? -ENOMEM : 0;
}

/* ----------------------------------------------------------------------------- attributes */

static int set_xattr(struct net_memory *net, struct plan_xattr *to, const char *name,
                     const void *value, size_t size) {
    to->name = arena_text(&net->arena, name, strlen(name));
    to->value = value ? arena_text(&net->arena, value, size) : NULL;
    to->size = size;
    return to->name && (!value || to->value) ? 0 : -ENOMEM;
}

/* Those that were set and removed. */
static int changed_xattrs(struct net_memory *net, const struct object *object,
                          struct plan_object *ret) {
    size_t count = 0;
    for (const struct attribute *a = object->attributes; a; a = a->next)
        count++;
    struct plan_xattr *list = arena_alloc(&net->arena, count * sizeof *list);
    if (!list)
        return -ENOMEM;
    ret->xattrs = list;
    for (const struct attribute *a = object->attributes; a; a = a->next)
        if (set_xattr(net, &list[ret->xattr_count++], a->name, a->value, a->size) < 0)
            return -ENOMEM;
    return 0;
}

/* All of a copy, its own and those of what it is a copy of. */
static int all_xattrs(struct net_memory *net, struct object *object, struct plan_object *ret) {
    AUTO_LIST names = {0};
    if (!object->like)
        return changed_xattrs(net, object, ret);
    int r = overlay_xattr_names(net->o, object, &names);
    if (r < 0)
        return r == -EOPNOTSUPP ? 0 : r;
    struct plan_xattr *list = arena_alloc(&net->arena, names.count * sizeof *list);
    if (!list)
        return -ENOMEM;
    ret->xattrs = list;
    const char *name = names.text.data;
    for (size_t i = 0; i < names.count; i++, name += strlen(name) + 1) {
        AUTO_STR value = STR_INIT;
        r = overlay_xattr(net->o, object, name, &value);
        if (r == -ENODATA || r == -EPERM || r == -EACCES)
            continue;
        if (r < 0)
            return r;
        const char *data = value.data ? value.data : "";
        if (set_xattr(net, &list[ret->xattr_count++], name, data, value.size) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int give_content(struct net_memory *net, struct object *object, struct plan_object *ret) {
    const struct object *source = content_source(object);
    mode_t mode = object->now.mode;
    ret->secret = object->secret;
    ret->size = S_ISREG(mode) ? object->now.size : 0;
    ret->have = S_ISREG(mode) ? object->have : 0;
    if (S_ISLNK(mode)) {
        ret->content = PLAN_CONTENT_LINK;
        ret->data = object->link;
        ret->size = strlen(object->link);
    } else if (S_ISCHR(mode) || S_ISBLK(mode)) {
        ret->content = PLAN_CONTENT_DEVICE;
        ret->rdev = object->now.rdev;
    } else if (S_ISREG(mode) && source) {
        ret->content = PLAN_CONTENT_SOURCE;
        return add_source(net, source, NULL, &ret->source);
    } else if (S_ISREG(mode)) {
        ret->content = PLAN_CONTENT_MEMORY;
        ret->data = object->data ? object->data : "";
    }
    return 0;
}

int net_attributes(struct net_memory *net, struct object *object, bool content,
                   struct plan_object *ret) {
    unsigned all = PLAN_SET_MODE | PLAN_SET_UID | PLAN_SET_GID | PLAN_SET_ATIME | PLAN_SET_MTIME;
    *ret = (struct plan_object){
        .mode = object->now.mode,
        .uid = object->now.uid,
        .gid = object->now.gid,
        .set = object->changed & all,
        .atime = object->now.atime,
        .mtime = object->now.mtime,
    };
    if (!object->base)
        ret->set |= PLAN_SET_MODE | PLAN_SET_UID | PLAN_SET_GID;
    if (object->derived)
        ret->set |= PLAN_SET_ATIME | PLAN_SET_MTIME;
    int r = object->base ? changed_xattrs(net, object, ret) : all_xattrs(net, object, ret);
    return r < 0 || !content ? r : give_content(net, object, ret);
}

/* --------------------------------------------------------------------------------- trees */

struct part {
    struct object *object;
    struct plan_object *as;
};

static int compare_children(const void *a, const void *b) {
    return strcmp(((const struct plan_child *)a)->name, ((const struct plan_child *)b)->name);
}

/* Whether a name of a new directory is a part of it: what is moved there comes by a change of its own;
 * of a copy, what is as it would be copied isn't told. */
static bool is_part(const struct object *dir, const struct node *node) {
    const struct object *object = node->object;
    if (node->gets && node->gets->kind == PLAN_MOVE)
        return dir->below && node->untouched;
    if (!dir->below)
        return object;
    return object != node->untouched || (object && (object->changed || object->differs));
}

/* An object of its own for each child, to be filled later; NULL for what a copy leaves out. */
static int add_child(struct net_memory *net, struct node *node, struct plan_child *child,
                     struct str *parts) {
    struct object *object = node->gets && node->gets->kind == PLAN_MOVE ? NULL : node->object;
    child->name = node->name;
    if (!object)
        return 0;
    struct plan_object *as = arena_alloc(&net->arena, sizeof *as);
    struct part part = {object, as};
    child->object = as;
    str_append(parts, (const char *)&part, sizeof part);
    return as && !parts->failed ? 0 : -ENOMEM;
}

static int fill_dir(struct net_memory *net, struct object *dir, struct plan_object *ret,
                    struct str *parts) {
    size_t count = 0;
    for (const struct node *node = dir->children; node; node = node->sibling)
        count += is_part(dir, node);
    struct plan_child *list = arena_alloc(&net->arena, count * sizeof *list);
    if (!list)
        return -ENOMEM;
    ret->content = dir->below ? PLAN_CONTENT_COPY : PLAN_CONTENT_TREE;
    ret->children = list;
    for (struct node *node = dir->children; node; node = node->sibling)
        if (is_part(dir, node) && add_child(net, node, &list[ret->child_count++], parts) < 0)
            return -ENOMEM;
    if (count > 1)
        qsort(list, count, sizeof *list, compare_children);
    return dir->below ? add_source(net, dir->below, dir->tree, &ret->source) : 0;
}

/* One object of the disk, or one that is new and has been made by another name, is linked. */
static int fill_part(struct net_memory *net, const struct part *part, struct str *parts) {
    struct object *object = part->object;
    struct plan_object *as = part->as;
    if (object->base || object->made) {
        *as = (struct plan_object){.mode = object->now.mode,
                                   .content = PLAN_CONTENT_HARD,
                                   .secret = object->secret,
                                   .size = object->now.size,
                                   .hard = object->made};
        return object->made ? 0 : add_source(net, object, NULL, &as->source);
    }
    int r = net_attributes(net, object, !is_dir(object), as);
    if (r < 0)
        return r;
    object->made = as;
    return is_dir(object) ? fill_dir(net, object, as, parts) : 0;
}

int net_object(struct net_memory *net, struct object *object, struct plan_object *ret) {
    AUTO_STR parts = STR_INIT;
    struct part part = {object, ret};
    int r = fill_part(net, &part, &parts);
    while (r >= 0 && parts.size) {
        memcpy(&part, parts.data + parts.size - sizeof part, sizeof part);
        str_truncate(&parts, parts.size - sizeof part);
        r = fill_part(net, &part, &parts);
    }
    return r;
}
