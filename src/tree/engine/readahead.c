/* SPDX-License-Identifier: MIT */
/** A tree that is pulled: directories are read when they are asked for, or by helpers before. */
#include "tree/readahead.h"

#include "tree/engine/internal.h"

enum { FEW_AHEAD = 384 }; /* with so many left, helpers that rest go on */

/* ------------------------------------------------------------------------------- nodes */

int tree_pull_root(struct tree *t, int fd, struct tree_node **ret_root) {
    struct tree_node *root = node_new(t, /* parent= */ NULL, "");
    if (!root)
        return -ENOMEM;
    root->fd[0] = fd < 0 ? -1 : fd;
    root->error = fd < 0 ? fd : 0;
    *ret_root = root;
    return 0;
}

struct tree_node *tree_pull_child(struct tree *t, struct tree_node *node, const char *name) {
    struct tree_node *child = node_new(t, node, name);
    if (child) {
        tree_lock(t);
        node_count_children(node, 1);
        tree_unlock(t);
    }
    return child;
}

int tree_pin(struct tree *t, struct tree_node *node) {
    tree_lock(t);
    int r = handles_acquire(t, node, /* via= */ NULL);
    tree_unlock(t);
    return r;
}

void tree_unpin(struct tree *t, struct tree_node *node) {
    tree_lock(t);
    handles_release(node);
    tree_unlock(t);
}

/* -------------------------------------------------------------------------------- read */

/* Forgets what was found in a directory that then could not be read to its end. */
static void forget_found(struct tree_thread *w) {
    struct tree_node *next;
    for (struct tree_node *node = w->found.first; node; node = next) {
        next = own(node)->next;
        node_free(w, node);
    }
    chain_clear(&w->found);
}

/* Opens a node, which was claimed, and has the client read it. */
static void read_node(struct tree_thread *w, struct tree_node *node) {
    struct tree *t = w->view.tree;
    chain_clear(&w->found);
    thread_reads(w);
    int r = t->client->read(&w->view, node, handles_open(t, node));
    if (r < 0)
        forget_found(w);
    /* The root stays open: the caller may add names to a directory that has none. */
    if (node->parent && w->found.count == 0 && r != TREE_KEEP)
        handles_close(node);
    thread_has_read(w);
}

/* The node is READ; what was found in it takes its place in the queue: that is in the order in
 * which it will be asked for. */
static void publish(struct tree_thread *w, struct tree_node *node, bool ahead) {
    struct tree *t = w->view.tree;
    tree_lock(t);
    if (node->parent) {
        handles_release(node->parent);
        own(node->parent)->to_open--;
    }
    own(node)->unfinished++; /* until the client is done with it */
    if (w->found.count) {
        node_count_children(node, w->found.count);
        handles_add(t, node);
        if (t->asked != 1)
            queue_insert(t, node, &w->found);
        if (readahead_has_room(t))
            queue_wake(t, w->found.count);
    }
    queue_remove(t, node);
    own(node)->ahead = ahead;
    own(node)->read_by_helper = w != &t->main;
    atomic_fetch_add_explicit(&t->ahead, ahead, memory_order_relaxed);
    node_set_state(node, TREE_READ);
    queue_arrived(t, node);
    tree_unlock(t);
}

void readahead_read(struct tree_thread *w, struct tree_node *node) {
    read_node(w, node);
    publish(w, node, /* ahead= */ true);
}

/* -------------------------------------------------------------------------- asked for */

/* While a helper reads the node, reads something else ahead. */
static void wait_until_read(struct tree *t, struct tree_node *node) {
    while (node_state(node) != TREE_READ) {
        struct tree_node *other = readahead_has_room(t) ? queue_first(t) : NULL;
        if (!other || other->parent->fd[0] < 0) {
            queue_await(t, node);
            continue;
        }
        queue_claim(t, other, other->parent);
        tree_unlock(t);
        readahead_read(&t->main, other);
        tree_lock(t);
    }
}

/* A node that was read is asked for: helpers that rest go on when there are only few more. */
static void consume(struct tree *t, const struct tree_node *node) {
    if (!own(node)->ahead ||
        atomic_fetch_sub_explicit(&t->ahead, 1, memory_order_relaxed) != FEW_AHEAD)
        return;
    tree_lock(t);
    queue_wake(t, t->queue.idle);
    tree_unlock(t);
}

void tree_pull(struct tree *t, struct tree_node *node) {
    bool mine = false;
    if (node_state(node) != TREE_READ) { /* mostly it is, and then there is no need for the lock */
        tree_lock(t);
        mine = node_state(node) == TREE_UNREAD;
        if (mine)
            queue_claim(t, node, node->parent);
        else
            wait_until_read(t, node);
        tree_unlock(t);
    }
    if (mine) {
        read_node(&t->main, node);
        publish(&t->main, node, /* ahead= */ false);
        threads_start(&t->main);
    }
    consume(t, node);
}

bool tree_pull_skip(struct tree *t, struct tree_node *node) {
    tree_lock(t);
    bool unread = node_state(node) == TREE_UNREAD;
    if (unread) {
        queue_remove(t, node);
        node->unopened = true;
        if (node->parent)
            own(node->parent)->to_open--;
    } else {
        wait_until_read(t, node);
    }
    tree_unlock(t);
    if (unread)
        node_finish(&t->main, node);
    else
        consume(t, node);
    return !unread;
}

void tree_pull_done(struct tree *t, struct tree_node *node) {
    node_drop(&t->main, node);
}

void tree_pull_stop(struct tree *t) {
    tree_stop(t, 0);
    threads_join(t);
    if (t->client->ended)
        t->client->ended(&t->main.view);
}
