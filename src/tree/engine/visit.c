/* SPDX-License-Identifier: MIT */
/** A visit to a directory: it is opened and read, the client is called, its children are queued. */
#include "tree/engine/internal.h"

enum { BATCH = 4096 }; /* children found before reading pauses: memory stays bounded */

/* Reads on until the end, or until there are many children: 1 then, else 0 or −errno; a client's
 * own failure has stopped the tree already. */
static int read_some(struct tree_thread *w, struct tree_node *node) {
    struct tree *t = w->view.tree;
    struct dir d;
    struct dir_entry entry;
    dir_start(&d, node->fd[0], w->view.buffer, DIR_BUFFER);
    for (unsigned n = 1;; n++) {
        if (w->found.count >= BATCH && d.position >= d.filled)
            return 1;
        int r = dir_read(&d, &entry);
        if (r <= 0)
            return r;
        r = t->client->entry(&w->view, node, &entry);
        if (r == TREE_DESCEND)
            r = tree_add_child(&w->view, node, entry.name) ? 0 : -ENOMEM;
        if (r < 0)
            tree_stop(t, r);
        if (n % 256 == 0 && w == &t->main)
            tree_tick(t);
        if (t->stopping)
            return 0;
    }
}

/* Opens and reads a node: whether there is more to read. */
static bool open_and_read(struct tree_thread *w, struct tree_node *node) {
    const struct tree_client *client = w->view.tree->client;
    const char *operation = "open";
    bool resumed = own(node)->partial;
    int r = resumed ? node->error : handles_open(w->view.tree, node);
    int go = 0;
    if (r < 0)
        node->unopened = true;
    else if (!resumed && client->pre)
        go = client->pre(&w->view, node);
    if (r >= 0 && go == 0) {
        operation = "scandir";
        r = read_some(w, node);
    }
    if (r < 0)
        go = client->failed(&w->view, node, NULL, operation, r);
    if (go < 0)
        tree_stop(w->view.tree, go);
    return r > 0;
}

/* What was found is to be read next, and then the node itself if there is more to read: whether
 * anything is left to do in it. */
static bool queue_found(struct tree_thread *w, struct tree_node *node, bool more) {
    struct tree *t = w->view.tree;
    struct tree_own *o = own(node);
    bool resumed = o->partial;
    struct tree_node *from = resumed ? node : node->parent;
    if (from)
        handles_release(from);
    if (from && !resumed)
        own(from)->to_open--;
    node_set_state(node, TREE_READ);
    o->partial = more;
    o->unfinished += (unsigned)more - resumed;
    node_count_children(node, w->found.count);
    if (more)
        chain_add(&w->found, node);
    if (w->found.count) {
        handles_add(t, node);
        queue_insert(t, NULL, &w->found);
        queue_wake(t, w->found.count);
    }
    return o->unfinished;
}

static void visit(struct tree_thread *w, struct tree_node *node) {
    struct tree *t = w->view.tree;
    chain_clear(&w->found);
    thread_reads(w);
    bool more = open_and_read(w, node);
    thread_has_read(w);
    tree_lock(t);
    bool left = queue_found(w, node, more);
    if (!left)
        handles_remove(t, node);
    tree_unlock(t);
    if (!left)
        node_finish(w, node);
    if (w == &t->main)
        tree_tick(t);
}

void visit_all(struct tree_thread *w) {
    struct tree *t = w->view.tree;
    struct tree_node *node;
    while ((node = queue_take(w))) {
        if (t->pulled)
            readahead_read(w, node);
        else
            visit(w, node);
        threads_start(w);
    }
}
