/* SPDX-License-Identifier: MIT */
/** What is below an object of the net change, one after the other. */
#include "plan/net_walk.h"

#include <errno.h>

struct place_in_tree {
    const struct plan_object *dir;
    size_t next;      /* the child that comes next */
    size_t path_size; /* of the directory's own path */
};

void net_walk_into(struct net_walk *w, const struct plan_object *dir) {
    struct place_in_tree place = {dir, 0, w->path.size};
    str_append(&w->stack, (const char *)&place, sizeof place);
}

const struct plan_child *net_walk_next(struct net_walk *w) {
    while (w->stack.size && !w->stack.failed) {
        struct place_in_tree *top =
            (struct place_in_tree *)(void *)(w->stack.data + w->stack.size - sizeof *top);
        str_truncate(&w->path, top->path_size);
        if (top->next == top->dir->child_count) {
            str_truncate(&w->stack, w->stack.size - sizeof *top);
            continue;
        }
        const struct plan_child *child = &top->dir->children[top->next++];
        if (w->path.size)
            str_append_char(&w->path, '/');
        str_append_text(&w->path, child->name);
        if (child->object && child->object->child_count)
            net_walk_into(w, child->object);
        return child;
    }
    return NULL;
}

int net_walk_end(struct net_walk *w) {
    bool failed = w->stack.failed || w->path.failed;
    str_free(&w->stack);
    str_free(&w->path);
    return failed ? -ENOMEM : 0;
}
