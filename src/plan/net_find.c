/* SPDX-License-Identifier: MIT */
/** From the overlay to a list of changes: which names have another object than on the disk. */
#include "plan/net_memory.h"

#include <string.h>

/* ------------------------------------------------------------------------------- differences */

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* What was changed and changed back is no change. */
bool net_has_changed(const struct object *object) {
    const struct values *now = &object->now, *was = &object->was;
    unsigned c = object->changed;
    return (c & CHANGED_CONTENT) || (c & CHANGED_XATTRS) ||
           (c & CHANGED_MODE && now->mode != was->mode) ||
           (c & CHANGED_UID && now->uid != was->uid) || (c & CHANGED_GID && now->gid != was->gid) ||
           (c & CHANGED_ATIME && !same_time(now->atime, was->atime)) ||
           (c & CHANGED_MTIME && !same_time(now->mtime, was->mtime));
}

static struct change *add_change(struct net_memory *net, enum plan_kind kind) {
    struct change *change = arena_alloc(&net->arena, sizeof *change);
    if (!change)
        return NULL;
    change->kind = kind;
    change->entry = -1;
    change->first = SIZE_MAX;
    change->next = net->changes;
    net->changes = change;
    net->count++;
    return change;
}

/* ---------------------------------------------------------------- which names lose and get what */

static void forget_earlier(struct node *node) {
    node->chain = NULL;
    node->gets = node->loses = NULL;
    struct object *objects[] = {node->object, node->base, node->untouched};
    for (size_t i = 0; i < 3; i++)
        if (objects[i]) {
            objects[i]->leaves = objects[i]->comes = NULL;
            objects[i]->change = NULL;
            objects[i]->made = NULL;
            objects[i]->differs = false;
        }
}

/* A directory that the plan leaves in the tree, or one on the disk that it removes. */
static bool counts(const struct overlay *o, const struct node *node) {
    return is_base_dir(node->dir) || overlay_reaches(o, node->dir);
}

/* An object of the disk at a name that isn't its own: it comes; a name without its object: it leaves.
 * A name that both loses and gets something is in two lists, so the second has a chain of its own. */
static void sort_name(struct net_memory *net, struct node *node) {
    struct object *object = node->object, *base = node->base;
    if (object == base)
        return;
    if (base) {
        node->chain = base->leaves;
        base->leaves = node;
    }
    if (object && object->base && overlay_reaches(net->o, node->dir)) {
        node->arrival = object->comes;
        object->comes = node;
    }
}

/* ------------------------------------------------------------------------------ moves and links */

static int add_move(struct net_memory *net, struct object *object, struct node *from,
                    struct node *to) {
    struct change *change = add_change(net, PLAN_MOVE);
    if (!change)
        return -ENOMEM;
    change->object = object;
    change->from = from;
    change->to = to;
    from->loses = change;
    to->gets = change;
    return 0;
}

static struct node *take(struct node **list) {
    struct node *node = list ? *list : NULL;
    if (node)
        *list = node->chain;
    return node;
}

/* Prefers to move what would else be removed: names in directories that stay. */
static struct node *take_leaving(struct overlay *o, struct object *object) {
    struct node **best = NULL;
    for (struct node **at = &object->leaves; *at; at = &(*at)->chain)
        if (!best || (overlay_reaches(o, (*at)->dir) && !overlay_reaches(o, (*best)->dir)))
            best = at;
    return take(best);
}

static struct node *take_origin(struct overlay *o, struct object *object, const struct node *to) {
    struct node **at = &object->leaves;
    while (*at && *at != to->origin)
        at = &(*at)->chain;
    return *at && overlay_reaches(o, (*at)->dir) ? take(at) : NULL;
}

/* Of several names of a file each goes to where a step has renamed it. */
static int pair_renamed(struct net_memory *net, struct object *object) {
    struct node **at = &object->comes, *to;
    while ((to = *at)) {
        struct node *from = to->origin ? take_origin(net->o, object, to) : NULL;
        if (from && add_move(net, object, from, to) < 0)
            return -ENOMEM;
        if (from)
            *at = to->arrival;
        else
            at = &to->arrival;
    }
    return 0;
}

/* Each name that an object of the disk gets is one that it has lost elsewhere, or a further one. */
static int pair_names(struct net_memory *net, struct object *object) {
    struct node *to;
    if (pair_renamed(net, object) < 0)
        return -ENOMEM;
    while ((to = object->comes)) {
        object->comes = to->arrival;
        struct node *from = take_leaving(net->o, object);
        if (from && add_move(net, object, from, to) < 0)
            return -ENOMEM;
        if (from)
            continue;
        if (!is_base_dir(to->dir))
            continue; /* it is a part of what is made there */
        struct change *change = add_change(net, PLAN_CREATE);
        if (!change)
            return -ENOMEM;
        change->object = object;
        change->to = to;
        to->gets = change;
    }
    return 0;
}

/* ------------------------------------------------------------------------ the other changes */

static int add_created(struct net_memory *net, struct node *node) {
    struct change *change = add_change(net, PLAN_CREATE);
    if (!change)
        return -ENOMEM;
    change->object = node->object;
    change->to = node;
    node->gets = change;
    return 0;
}

/* What a name loses goes with what it gets, or is removed alone. */
static int settle_old(struct net_memory *net, struct node *node) {
    if (node->loses || !node->base || node->object == node->base)
        return 0;
    if (node->gets) {
        node->gets->old = node->base;
        if (node->gets->kind == PLAN_CREATE)
            node->gets->kind = PLAN_REPLACE;
        return 0;
    }
    struct change *change = add_change(net, PLAN_REMOVE);
    if (!change)
        return -ENOMEM;
    change->object = node->base;
    change->from = node;
    node->loses = change;
    return 0;
}

static int add_meta(struct net_memory *net, struct node *node) {
    struct object *object = node->object;
    if (!object || !object->base || object->change || !net_has_changed(object))
        return 0;
    bool content = object->changed & CHANGED_CONTENT;
    struct change *change = add_change(net, content ? PLAN_INPLACE : PLAN_META);
    if (!change)
        return -ENOMEM;
    change->object = object;
    change->to = node;
    object->change = change;
    return 0;
}

/* A copy as a whole in which something differs is told so up to its root. */
static void mark_differing(struct node *node) {
    struct object *dir = node->dir;
    bool differs = node->object != node->untouched || (node->object && node->object->changed);
    if (is_base_dir(dir) || !dir->below || !differs)
        return;
    for (; dir && !dir->differs && !is_base_dir(dir); dir = overlay_parent(dir))
        dir->differs = true;
}

typedef int each_node(struct net_memory *net, struct node *node);

static int for_each(struct net_memory *net, each_node *each) {
    const struct overlay *o = net->o;
    int r = 0;
    for (size_t i = 0; i < o->table_size && r >= 0; i++)
        if (o->table[i].node)
            r = each(net, o->table[i].node);
    return r;
}

static int reset(struct net_memory *net, struct node *node) {
    (void)net;
    forget_earlier(node);
    return 0;
}

static int sort(struct net_memory *net, struct node *node) {
    if (counts(net->o, node))
        sort_name(net, node);
    return 0;
}

static int pair(struct net_memory *net, struct node *node) {
    return node->object && node->object->comes ? pair_names(net, node->object) : 0;
}

static int created(struct net_memory *net, struct node *node) {
    bool new = node->object && !node->object->base &&is_base_dir(node->dir);
    return new &&overlay_reaches(net->o, node->dir) ? add_created(net, node) : 0;
}

/* What was in a directory that goes, goes with it. */
static int settle(struct net_memory *net, struct node *node) {
    mark_differing(node);
    return overlay_reaches(net->o, node->dir) ? settle_old(net, node) : 0;
}

static int meta(struct net_memory *net, struct node *node) {
    return overlay_reaches(net->o, node->dir) ? add_meta(net, node) : 0;
}

/* The root directory has no name. */
static int root_meta(struct net_memory *net) {
    struct object *root = net->o->root;
    if (!net_has_changed(root))
        return 0;
    struct change *change = add_change(net, PLAN_META);
    if (!change)
        return -ENOMEM;
    change->object = root;
    root->change = change;
    return 0;
}

int net_find(struct net_memory *net) {
    int r = for_each(net, reset);
    net->o->root->change = NULL;
    if (r >= 0)
        r = for_each(net, sort);
    if (r >= 0)
        r = for_each(net, pair);
    if (r >= 0)
        r = for_each(net, created);
    if (r >= 0)
        r = for_each(net, settle);
    if (r >= 0)
        r = for_each(net, meta);
    return r < 0 ? r : root_meta(net);
}
