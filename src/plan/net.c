/* SPDX-License-Identifier: MIT */
/** The net change of a plan, worked out when it is asked for and kept until the plan changes. */
#include "plan/net_memory.h"
#include "plan/was.h"

#include "base/error.h"

#include <string.h>

/* --------------------------------------------------------------------------------- entries */

static struct plan_was was_going(const struct object *object) {
    struct plan_was was = was_of(object);
    was.identity_only = object && is_dir(object);
    return was;
}

/* Its directory is that of `from`, its name another. */
static int aside_place(struct net_memory *net, const struct change *c, struct plan_place *ret) {
    int r = net_place(net, c->from, true, ret);
    if (r < 0)
        return r;
    size_t size = strlen(ret->path) - strlen(ret->name);
    AUTO_STR path = STR_INIT;
    str_append(&path, ret->path, size);
    str_append_text(&path, c->aside);
    ret->name = c->aside;
    ret->path = path.failed ? NULL : arena_text(&net->arena, path.data, path.size);
    return ret->path ? 0 : -ENOMEM;
}

static int fill_move(struct net_memory *net, const struct change *c, struct plan_entry *e) {
    e->was = was_going(c->object);
    e->was2 = was_going(c->old);
    e->aside = c->aside && c->to;
    int r = e->aside ? aside_place(net, c, &e->path) : net_place(net, c->from, true, &e->path);
    if (r < 0)
        return r;
    return c->to ? net_place(net, c->to, false, &e->path2) : aside_place(net, c, &e->path2);
}

static int fill_swap(struct net_memory *net, const struct change *c, struct plan_entry *e) {
    e->was = was_going(c->object);
    e->was2 = was_going(c->swap->object);
    int r = net_place(net, c->from, false, &e->path);
    return r < 0 ? r : net_place(net, c->to, false, &e->path2);
}

static int fill_new(struct net_memory *net, const struct change *c, struct plan_entry *e) {
    e->was = was_going(c->old);
    int r = net_place(net, c->to, false, &e->path);
    return r < 0 ? r : net_object(net, c->object, &e->is);
}

static int fill_changed(struct net_memory *net, const struct change *c, struct plan_entry *e) {
    e->was = was_of(c->object);
    e->was.attributes_only = c->kind == PLAN_META;
    e->undo = c->kind == PLAN_META ? PLAN_UNDO_EXACT : PLAN_UNDO_COPY;
    int r = net_place(net, c->object->home, true, &e->path);
    if (r >= 0)
        r = net_attributes(net, c->object, c->kind == PLAN_INPLACE, &e->is);
    return r;
}

static int fill_entry(struct net_memory *net, const struct change *c, struct plan_entry *e) {
    *e = (struct plan_entry){
        .kind = c->kind, .needs = -1, .step_count = c->step_count, .steps = c->steps};
    e->path.made_by = e->path2.made_by = -1;
    e->was.absent = e->was2.absent = true;
    const struct change *freeing = c->to ? c->to->loses : NULL;
    if ((c->kind == PLAN_MOVE || c->kind == PLAN_CREATE) && freeing && freeing != c &&
        freeing->kind == PLAN_MOVE)
        e->needs = freeing->entry;
    switch (c->kind) {
    case PLAN_MOVE:
        return fill_move(net, c, e);
    case PLAN_SWAP:
        return fill_swap(net, c, e);
    case PLAN_REMOVE:
        e->was = was_going(c->object);
        return net_place(net, c->from, true, &e->path);
    case PLAN_CREATE:
    case PLAN_REPLACE:
        return fill_new(net, c, e);
    default:
        return fill_changed(net, c, e);
    }
}

/* What was moved aside frees its place when it is aside. */
static void settle_needs(struct net_memory *net) {
    for (size_t i = 0; i < net->order_count; i++) {
        long needs = net->entries[i].needs;
        if (needs > (long)i) /* it goes on from there later */
            for (size_t j = 0; j < i; j++)
                if (net->order[j]->object == net->order[needs]->object)
                    net->entries[i].needs = (long)j;
        if (net->entries[i].needs >= (long)i)
            net->entries[i].needs = -1;
    }
}

static int fill_entries(struct net_memory *net) {
    net->entries = arena_alloc(&net->arena, net->order_count * sizeof *net->entries);
    if (!net->entries)
        return -ENOMEM;
    net->entry_count = net->order_count;
    for (size_t i = 0; i < net->order_count; i++) {
        int r = fill_entry(net, net->order[i], &net->entries[i]);
        if (r < 0)
            return r;
    }
    settle_needs(net);
    return 0;
}

/* ------------------------------------------------------------------------------------- saws */

static bool is_seen(const struct node *node) {
    return is_base_dir(node->dir) && (node->saw || node->read || node->listing);
}

/* Of a name that an entry changes, that entry has the object; not what was in it. */
static bool is_told(const struct node *node) {
    bool changed = node->gets || node->loses;
    return changed && !node->listing && !node->read;
}

static int fill_saw(struct net_memory *net, const struct node *node, struct plan_saw *saw) {
    saw->was = was_of(node->base);
    if (node->base && node->listing) {
        saw->was.listing = saw->was.has_content = true;
        saw->was.content = *node->listing;
    } else if (node->base && !node->read) {
        saw->was.attributes_only = true;
        saw->was.has_content = false;
    }
    return net_place(net, node, true, &saw->place);
}

static int compare_saws(const void *a, const void *b) {
    return strcmp(((const struct plan_saw *)a)->place.path,
                  ((const struct plan_saw *)b)->place.path);
}

static int fill_saws(struct net_memory *net) {
    const struct overlay *o = net->o;
    size_t count = 0;
    for (size_t i = 0; i < o->table_size; i++)
        count += o->table[i].node && is_seen(o->table[i].node) && !is_told(o->table[i].node);
    net->saws = arena_alloc(&net->arena, count * sizeof *net->saws);
    if (!net->saws)
        return -ENOMEM;
    for (size_t i = 0; i < o->table_size; i++) {
        const struct node *node = o->table[i].node;
        if (!node || !is_seen(node) || is_told(node))
            continue;
        int r = fill_saw(net, node, &net->saws[net->net.saw_count++]);
        if (r < 0)
            return r;
    }
    if (count > 1)
        qsort(net->saws, count, sizeof *net->saws, compare_saws);
    return 0;
}

/* ------------------------------------------------------------------------------------- all */

/* What changed right before it was looked at has to be known by its content. Where it is something
 * else by now, that stays unknown, and so a conflict. */
static int hash_racy(struct net_memory *net, const struct plan_place *place, struct plan_was *was) {
    bool needed = !was->absent && was->racy && S_ISREG(was->mode) && !was->has_content &&
                  !was->attributes_only;
    if (!needed || !place->before)
        return 0;
    AUTO_CLOSE int dir = plan_open_place(&net->net, place);
    int r = dir < 0 ? dir : was_hash(dir, place->name, was);
    was->has_content &= r >= 0;
    return r == -ESTALE ? 0 : r;
}

static int hash_all_racy(struct net_memory *net) {
    int r = 0;
    for (size_t i = 0; r >= 0 && i < net->entry_count; i++) {
        struct plan_entry *e = &net->entries[i];
        r = e->aside ? 0 : hash_racy(net, &e->path, &e->was);
        if (r >= 0)
            r = hash_racy(net, &e->path2, &e->was2);
    }
    struct plan_source **sources = (struct plan_source **)(void *)net->sources.data;
    for (size_t i = 0; r >= 0 && i < net->sources.size / sizeof *sources; i++)
        r = hash_racy(net, &sources[i]->place, &sources[i]->was);
    return r;
}

/* What is mounted in a directory would go with it. */
static int refuse_mounts(const struct net_memory *net, char **reterr_mount) {
    const struct plan_entry *losing;
    int r = plan_find_mount(&net->net, &losing, reterr_mount);
    return r < 0 ? r : losing ? -EBUSY : 0;
}

static int work_out(struct net_memory *net, struct os_plan *plan) {
    int r = net_find(net);
    if (r >= 0)
        r = net_order(net);
    if (r >= 0)
        r = fill_entries(net);
    if (r >= 0)
        r = fill_saws(net);
    net->net.root_fd = net->o->root_fd;
    net->net.root = plan->root;
    net->net.count = net->entry_count;
    net->net.entries = net->entries;
    net->net.saws = net->saws;
    if (r >= 0)
        r = refuse_mounts(net, &plan->failed);
    return r < 0 ? r : hash_all_racy(net);
}

void net_free(struct net_memory *net) {
    if (!net)
        return;
    arena_free(&net->arena);
    str_free(&net->sources);
    free(net);
}

int plan_net(struct os_plan *plan, struct plan_net *ret_net) {
    free(TAKE_POINTER(plan->failed));
    if (plan->loaded)
        return loaded_net(plan, ret_net);
    if (!plan->net) {
        struct net_memory *net = mem_zalloc(sizeof *net);
        if (!net)
            return -ENOMEM;
        net->o = &plan->overlay;
        int r = work_out(net, plan);
        if (r < 0) {
            net_free(net);
            return r;
        }
        plan->net = net;
    }
    *ret_net = plan->net->net;
    return 0;
}

static int hash_was(struct net_memory *net, const struct plan_place *place, struct plan_was *was) {
    if (was->absent || was->identity_only || !place->before)
        return 0;
    AUTO_CLOSE int dir = plan_open_place(&net->net, place);
    return dir < 0 ? dir : was_hash(dir, place->name, was);
}

int plan_hash(struct os_plan *plan) {
    struct plan_net whole;
    int r = plan_net(plan, &whole);
    if (r < 0 || plan->hashed || plan->loaded)
        return r;
    struct net_memory *net = plan->net;
    for (size_t i = 0; r >= 0 && i < net->entry_count; i++) {
        struct plan_entry *e = &net->entries[i];
        r = e->aside ? 0 : hash_was(net, &e->path, &e->was);
        if (r >= 0)
            r = hash_was(net, &e->path2, &e->was2);
    }
    struct plan_source **sources = (struct plan_source **)(void *)net->sources.data;
    for (size_t i = 0; r >= 0 && i < net->sources.size / sizeof *sources; i++)
        r = hash_was(net, &sources[i]->place, &sources[i]->was);
    for (size_t i = 0; r >= 0 && i < net->net.saw_count; i++)
        r = hash_was(net, &net->saws[i].place, &net->saws[i].was);
    plan->hashed = r >= 0;
    return r;
}
