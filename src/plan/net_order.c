/* SPDX-License-Identifier: MIT */
/** The changes in an order in which each can be made: by their steps, but what frees a place first. */
#include "plan/net_memory.h"

#include <stdio.h>
#include <string.h>

/* --------------------------------------------------------------------- which steps led to it */

/* The change that a name is in: its own, or that of the nearest directory above that is made or goes. */
static struct change *covering(const struct overlay *o, struct node *node) {
    while (node) {
        if (node->gets)
            return node->gets;
        if (node->loses)
            return node->loses;
        struct object *dir = node->dir;
        if (is_base_dir(dir))
            node = overlay_reaches(o, dir) ? NULL : dir->home;
        else
            node = dir->place;
    }
    return NULL;
}

static void add_step(struct change *change, size_t step) {
    if (!change || (change->step_count && change->last_step == step))
        return;
    if (change->steps)
        change->steps[change->step_count] = step;
    change->last_step = step;
    change->first = change->step_count++ ? change->first : step;
}

static void add_steps(struct net_memory *net) {
    const struct touch *touches = (const struct touch *)(const void *)net->o->touches.data;
    for (size_t i = 0; i < net->o->touches.size / sizeof *touches; i++) {
        const struct touch *t = &touches[i];
        if (t->object && t->object->change) {
            add_step(t->object->change, t->step);
        } else if (!t->object && t->node->gets && t->node->loses) {
            add_step(t->node->gets, t->step);
            add_step(t->node->loses, t->step);
        } else {
            add_step(covering(net->o, t->node), t->step);
        }
    }
}

/* Counted first, then written down. */
static int find_steps(struct net_memory *net) {
    add_steps(net);
    for (struct change *c = net->changes; c; c = c->next) {
        c->steps = arena_alloc(&net->arena, c->step_count * sizeof *c->steps);
        if (!c->steps)
            return -ENOMEM;
        c->step_count = 0;
    }
    add_steps(net);
    return 0;
}

/* -------------------------------------------------------------------------------- sorting */

static int compare(const void *a, const void *b) {
    const struct change *x = *(const struct change *const *)a,
                        *y = *(const struct change *const *)b;
    bool x_first = x->kind >= PLAN_META, y_first = y->kind >= PLAN_META;
    if (x_first != y_first)
        return x_first ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    int r = strcmp(x->path, y->path);
    return r ? r : (int)x->kind - (int)y->kind;
}

static int sort(struct net_memory *net, struct change **list) {
    size_t i = 0;
    for (struct change *c = net->changes; c; c = c->next) {
        struct node *node = c->to ? c->to : c->from;
        const char *dir = !node                                ? ""
                          : overlay_reaches(net->o, node->dir) ? net_path_after(net, node->dir)
                                                               : net_path_before(net, node->dir);
        AUTO_STR path = STR_INIT;
        str_append_text(&path, dir ? dir : "");
        str_append_char(&path, '/');
        str_append_text(&path, node ? node->name : "");
        c->path = path.failed || !dir ? NULL : arena_text(&net->arena, path.data, path.size);
        if (!c->path)
            return -ENOMEM;
        list[i++] = c;
    }
    if (net->count > 1)
        qsort(list, net->count, sizeof(struct change *), compare);
    return 0;
}

/* ------------------------------------------------------------------------- what comes first */

/* A change that waits for others: first for who frees its place, then, of a directory that is moved
 * to below what is below it now, for each of those that are to leave it. */
struct frame {
    struct change *change;
    bool asked; /* who frees the place */
    struct object *above;
};

static void start_climb(struct frame *f) {
    struct change *c = f->change;
    bool dir = c->kind == PLAN_MOVE && is_dir(c->object) && is_base_dir(c->to->dir);
    f->above = NULL;
    for (struct object *d = dir ? c->to->dir : NULL; d && d->home; d = d->home->dir)
        if (d == c->object)
            f->above = c->to->dir; /* it is below: all on the way are looked at */
}

static struct change *next_needed(struct frame *f) {
    struct change *c = f->change;
    if (!f->asked) {
        f->asked = true;
        start_climb(f);
        struct change *freeing = c->to ? c->to->loses : NULL;
        bool waits = c->kind == PLAN_MOVE || c->kind == PLAN_CREATE;
        if (waits && freeing && freeing != c && freeing->kind == PLAN_MOVE)
            return freeing;
    }
    while (f->above && f->above != c->object) {
        struct object *dir = f->above;
        f->above = dir->home ? dir->home->dir : NULL;
        if (dir->home && dir->home->loses && dir->home->loses->kind == PLAN_MOVE)
            return dir->home->loses;
    }
    return NULL;
}

static void emit(struct net_memory *net, struct change *change) {
    if (change->state != CHANGE_DONE)
        net->order[net->order_count++] = change;
    change->state = CHANGE_DONE;
}

/* Whether two moves that wait for each other are a swap: of two names that stay where they are. */
static bool is_swap(const struct change *a, const struct change *b) {
    return a->kind == PLAN_MOVE && !a->aside && !b->aside && a->to == b->from && b->to == a->from &&
           is_base_dir(a->to->dir) && is_base_dir(b->to->dir);
}

static bool is_under(const struct object *dir, const struct object *above) {
    for (; dir && dir->home; dir = dir->home->dir)
        if (dir == above)
            return true;
    return false;
}

/* Moves what stands in the way to a name that nobody knows, from where its own move goes on. */
static int move_aside(struct net_memory *net, struct change *change) {
    char name[64];
    snprintf(name, sizeof name, ".osier-%016llx-%u", (unsigned long long)change->object->was.ino,
             net->asides++);
    struct change *aside = arena_alloc(&net->arena, sizeof *aside);
    if (!aside || !(change->aside = arena_text(&net->arena, name, strlen(name))))
        return -ENOMEM;
    *aside = *change;
    aside->to = NULL;
    aside->old = NULL;
    aside->state = CHANGE_NEW;
    emit(net, aside);
    return 0;
}

/* The change `f` needs one that needs it. */
static int break_circle(struct net_memory *net, struct frame *f, struct change *needed) {
    struct change *c = f->change;
    if (needed->aside)
        return 0; /* it is out of the way already */
    bool nested = is_under(c->from ? c->from->dir : NULL, needed->object) ||
                  is_under(needed->from->dir, c->object);
    if (c->from && !nested && is_swap(c, needed)) {
        c->kind = PLAN_SWAP;
        c->swap = needed;
        needed->state = CHANGE_DONE;
        return 0;
    }
    return move_aside(net, needed);
}

static int push(struct str *stack, struct change *change) {
    struct frame frame = {.change = change};
    change->state = CHANGE_BEGUN;
    str_append(stack, (const char *)&frame, sizeof frame);
    return stack->failed ? -ENOMEM : 0;
}

/* A walk along what is needed, without recursion: a chain of renames may be as long as the plan. */
static int visit(struct net_memory *net, struct change *change) {
    AUTO_STR stack = STR_INIT;
    int r = change->state == CHANGE_NEW ? push(&stack, change) : 0;
    while (r >= 0 && stack.size) {
        struct frame *top =
            (struct frame *)(void *)(stack.data + stack.size - sizeof(struct frame));
        struct change *needed = top->change->state == CHANGE_DONE ? NULL : next_needed(top);
        if (!needed) {
            emit(net, top->change);
            str_truncate(&stack, stack.size - sizeof(struct frame));
        } else if (needed->state == CHANGE_NEW) {
            r = push(&stack, needed);
        } else if (needed->state == CHANGE_BEGUN) {
            r = break_circle(net, top, needed);
        }
    }
    return r;
}

int net_order(struct net_memory *net) {
    AUTO_FREE struct change **list = mem_alloc(net->count * sizeof(struct change *));
    net->order = arena_alloc(&net->arena, net->count * 2 * sizeof(struct change *));
    int r = list && net->order ? find_steps(net) : -ENOMEM;
    if (r >= 0)
        r = sort(net, list);
    for (size_t i = 0; r >= 0 && i < net->count; i++)
        r = visit(net, list[i]);
    for (size_t i = 0; r >= 0 && i < net->order_count; i++)
        net->order[i]->entry = (long)i;
    return r;
}
