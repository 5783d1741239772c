/* SPDX-License-Identifier: MIT */
/** Nodes: made, counted, and ended from below. */
#include "tree/engine/internal.h"
#include "tree/readahead.h"

#include "base/seam.h"
#include <string.h>
#include <unistd.h>

enum { MOST_SPENT = 1024 }; /* blocks of memory that wait for a helper to free them */

/* --------------------------------------------------------------------- made and freed */

struct tree_node *node_new(struct tree *t, struct tree_node *parent, const char *name) {
    size_t extra = t->client->extra, size = strlen(name) + 1;
    struct tree_own *block = mem_alloc(sizeof *block + sizeof(struct tree_node) + extra + size);
    if (!block)
        return NULL;
    memset(block, 0, sizeof *block + sizeof(struct tree_node) + extra);
    struct tree_node *node = (struct tree_node *)(void *)(block + 1);
    node->fd[0] = node->fd[1] = -1;
    node->name = memcpy((char *)node->extra + extra, name, size);
    node->parent = parent;
    node->depth = parent ? parent->depth + 1 : 0;
    return node;
}

struct tree_node *tree_name_child(struct tree_worker *view, struct tree_node *node,
                                  const char *name) {
    struct tree *t = view->tree;
    struct tree_node *child = node_new(t, node, name);
    if (child)
        own(child)->made_by_helper = t->pulled && thread_of(view) != &t->main;
    return child;
}

struct tree_node *tree_add_child(struct tree_worker *view, struct tree_node *parent,
                                 const char *name) {
    struct tree_thread *w = thread_of(view);
    struct tree_node *child = tree_name_child(view, parent, name);
    if (child)
        chain_add(&w->found, child);
    return child;
}

/* In a tree that is pulled, what a helper has allocated goes back to be freed there: in glibc
 * threads that allocate and free each other's memory wait for each other, asleep. */
void node_free_memory(struct tree_thread *w, void *memory, bool by_helper) {
    struct tree *t = w->view.tree;
    struct tree_spent *spent = memory;
    if (!memory || !by_helper || w != &t->main || !t->shared || w->spent_count == MOST_SPENT) {
        free(memory);
        return;
    }
    spent->next = w->spent;
    w->spent = spent;
    w->spent_count++;
}

void node_free(struct tree_thread *w, struct tree_node *node) {
    node_free_memory(w, own(node), own(node)->made_by_helper);
}

void tree_forget_child(struct tree_worker *view, struct tree_node *child) {
    node_free(thread_of(view), child);
}

void tree_free_read(struct tree_worker *view, const struct tree_node *node, void *memory) {
    node_free_memory(thread_of(view), memory, own(node)->read_by_helper);
}

void spent_free(struct tree_spent *spent) {
    while (spent) {
        struct tree_spent *next = spent->next;
        free(spent);
        spent = next;
    }
}

static void hand_over_spent(struct tree_thread *w) {
    struct tree *t = w->view.tree;
    if (!w->spent || t->spent)
        return;
    t->spent = w->spent;
    w->spent = NULL;
    w->spent_count = 0;
}

/* ------------------------------------------------------------------------------- ended */

/* The last that is done with an open node: 0, TREE_AGAIN, or −errno. */
static int end_one(struct tree_thread *w, struct tree_node *node) {
    struct tree *t = w->view.tree;
    const struct tree_client *client = t->client;
    struct tree_node *parent = node->parent;
    int r = 0;
    if (client->post && !node->unopened && !t->stopping)
        r = client->post(&w->view, node);
    bool pinned = false;
    if (parent && !t->stopping && (client->closed || t->handles.evicted)) {
        tree_lock(t);
        pinned = handles_acquire(t, parent, /* via= */ node) >= 0;
        tree_unlock(t);
    }
    if (parent)
        handles_close(node);
    if (r >= 0 && client->closed && !t->stopping)
        r = client->closed(&w->view, node);
    if (!parent && r != TREE_AGAIN)
        handles_close(node);
    if (pinned) {
        tree_lock(t);
        handles_release(parent);
        tree_unlock(t);
    }
    return r;
}

/* The node is read once more. */
static void begin_again(struct tree *t, struct tree_node *node) {
    struct tree_chain chain;
    own(node)->identified = node->unopened = false;
    node->error = 0;
    if (!node->parent) /* it stays open */
        SYS(lseek, node->fd[0], 0, SEEK_SET);
    chain_clear(&chain);
    chain_add(&chain, node);
    tree_lock(t);
    if (node->parent)
        own(node->parent)->to_open++;
    queue_insert(t, NULL, &chain);
    tree_unlock(t);
}

void node_count_children(struct tree_node *node, unsigned count) {
    own(node)->to_open += count;
    own(node)->unfinished += count;
    own(node)->had_children |= count > 0;
}

/* One child less: whether nothing is left, so that the node itself can end. A pulled tree's node
 * that nobody has to open again is the business of the thread that began alone. */
static bool was_last(struct tree_thread *w, struct tree_node *node) {
    struct tree *t = w->view.tree;
    bool counts_alone = t->pulled && !t->client->keeps;
    if (counts_alone && (--own(node)->unfinished > 0 || !own(node)->had_children))
        return own(node)->unfinished == 0;
    tree_lock(t);
    hand_over_spent(w);
    bool last = counts_alone || --own(node)->unfinished == 0;
    if (last && t->client->keeps && node->fd[0] < 0 && !t->stopping &&
        handles_acquire(t, node, /* via= */ NULL) >= 0)
        handles_release(node);
    if (last)
        handles_remove(t, node);
    tree_unlock(t);
    return last;
}

void node_finish(struct tree_thread *w, struct tree_node *node) {
    struct tree *t = w->view.tree;
    do {
        struct tree_node *parent = node->parent;
        int r = end_one(w, node);
        if (r < 0)
            tree_stop(t, r);
        if (r == TREE_AGAIN) {
            begin_again(t, node);
            return;
        }
        if (t->client->forget)
            t->client->forget(&w->view, node);
        node_free(w, node);
        node = parent;
    } while (node && was_last(w, node));
}

void node_drop(struct tree_thread *w, struct tree_node *node) {
    if (was_last(w, node))
        node_finish(w, node);
}

/* ------------------------------------------------------------------------------- paths */

void tree_append_path(struct str *s, const struct tree_node *node, const char *name) {
    if (!name && !node->parent)
        return;
    if (!name) {
        name = node->name;
        node = node->parent;
    }
    size_t size = strlen(name) + 1;
    for (const struct tree_node *n = node; n->parent; n = n->parent)
        size += strlen(n->name) + 1;
    bool slash = s->size && s->data[s->size - 1] != '/';
    if (str_reserve(s, size) < 0)
        return;
    size_t end = s->size + size - !slash;
    s->size = end;
    s->data[end] = '\0';
    for (const struct tree_node *n = node; name; n = n->parent) {
        size_t length = strlen(name);
        end -= length;
        memcpy(s->data + end, name, length);
        size -= length + 1;
        if (size || slash)
            s->data[--end] = '/';
        name = n->parent ? n->name : NULL;
    }
}
