/* SPDX-License-Identifier: MIT */
/** The net change while it is worked out: one `struct change` for each entry. */
#ifndef PLAN_NET_MEMORY_H
#define PLAN_NET_MEMORY_H

#include "plan/plan.h"

enum change_state { CHANGE_NEW, CHANGE_BEGUN, CHANGE_DONE };

/** What happens at a name, or to an object. */
struct change {
    struct change *next;
    enum plan_kind kind;
    struct node *from; /* MOVE, REMOVE: the name that is left */
    struct node *to;   /* else: the name that gets something; META, INPLACE: a name of `object` */
    struct object *object; /* what is moved or changed, or the new object */
    struct object *old;    /* REPLACE, MOVE: what goes from `to` */
    struct change *swap;   /* SWAP: the move that is done by it, too */
    const char *aside; /* a MOVE from, or without `to` to, this name in the directory of `from` */
    enum change_state state;
    size_t first; /* the first step that led to it */
    long entry;   /* its number */
    size_t step_count, *steps, last_step;
    const char *path; /* by which those of one step are in order */
};

struct net_memory {
    struct arena arena;
    struct overlay *o;
    struct change *changes; /* in the order in which they were found */
    size_t count;
    struct change **order;
    size_t order_count;
    unsigned asides;
    struct plan_net net;
    struct plan_entry *entries;
    size_t entry_count;
    struct plan_saw *saws;
    struct str sources; /* struct plan_source *: all that something is copied from */
};

/** Finds out what has changed: `changes` (net_find.c). 0 or −errno. */
int net_find(struct net_memory *net);

/** Puts the changes in an order in which they can be made: `entries` (net_order.c). */
int net_order(struct net_memory *net);

/** Fills an object as it shall be (net_object.c). */
int net_object(struct net_memory *net, struct object *object, struct plan_object *ret);

/** What an object of the disk gets, or with `content` all that it will be. */
int net_attributes(struct net_memory *net, struct object *object, bool content,
                   struct plan_object *ret);

/** A place: of the name as it will be, or with `before` as it is. */
int net_place(struct net_memory *net, const struct node *node, bool before, struct plan_place *ret);

/** The path of a directory on the disk, or as the plan leaves it: NULL with errno ENOMEM. */
const char *net_path_before(struct net_memory *net, const struct object *dir);
const char *net_path_after(struct net_memory *net, const struct object *dir);

/** Whether an object's attributes differ from those on the disk. */
bool net_has_changed(const struct object *object);

#endif
