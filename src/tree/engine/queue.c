/* SPDX-License-Identifier: MIT */
/** The queue: which directory is read next, and by whom. */
#include "tree/engine/internal.h"

#include <time.h>

/* ------------------------------------------------------------------------------- chains */

void chain_clear(struct tree_chain *chain) {
    chain->first = NULL;
    chain->end = &chain->first;
    chain->count = 0;
}

void chain_add(struct tree_chain *chain, struct tree_node *node) {
    own(node)->next = NULL;
    *chain->end = node;
    chain->end = &own(node)->next;
    chain->count++;
}

/* -------------------------------------------------------------------------------- order */

void queue_insert(struct tree *t, struct tree_node *place, const struct tree_chain *chain) {
    struct tree_node *previous = place && own(place)->queued ? place : NULL;
    struct tree_node **link = previous ? &own(previous)->next : &t->queue.first;
    struct tree_node *behind = *link;
    *chain->end = behind;
    *link = chain->first;
    for (struct tree_node *n = chain->first; n != behind; n = own(n)->next) {
        own(n)->previous = previous;
        own(n)->queued = true;
        node_set_state(n, TREE_UNREAD);
        previous = n;
    }
    if (behind)
        own(behind)->previous = previous;
}

void queue_remove(struct tree *t, struct tree_node *node) {
    struct tree_own *o = own(node);
    if (!o->queued)
        return;
    o->queued = false;
    *(o->previous ? &own(o->previous)->next : &t->queue.first) = o->next;
    if (o->next)
        own(o->next)->previous = o->previous;
}

struct tree_node *queue_first(const struct tree *t) {
    struct tree_node *node = t->queue.first;
    while (node && node_state(node) != TREE_UNREAD)
        node = own(node)->next;
    return node;
}

/* ------------------------------------------------------------------------------ waiting */

void queue_wake(struct tree *t, unsigned directories) {
    for (unsigned n = directories < t->queue.idle ? directories : t->queue.idle; n > 0; n--)
        pthread_cond_signal(&t->queue.changed);
}

/* Waits until another thread has changed something, but not beyond the next tick. */
static void wait_for_change(struct tree_thread *w) {
    struct tree *t = w->view.tree;
    t->queue.idle++;
    if (t->tick && w == &t->main) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TREE_TICK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&t->queue.changed, &t->lock, &until);
        pthread_mutex_unlock(&t->lock);
        tree_tick(t);
        pthread_mutex_lock(&t->lock);
    } else {
        pthread_cond_wait(&t->queue.changed, &t->lock);
    }
    t->queue.idle--;
}

void queue_await(struct tree *t, struct tree_node *node) {
    t->queue.awaited = node;
    pthread_cond_wait(&t->queue.arrived, &t->lock);
    t->queue.awaited = NULL;
}

void queue_arrived(struct tree *t, const struct tree_node *node) {
    if (t->queue.awaited == node)
        pthread_cond_signal(&t->queue.arrived);
}

/* -------------------------------------------------------------------------------- taken */

void queue_claim(struct tree *t, struct tree_node *node, struct tree_node *from) {
    int r = from ? handles_acquire(t, from, /* via= */ NULL) : 0;
    if (r < 0) {
        own(from)->pins++;
        node->error = r;
    }
    node_set_state(node, TREE_READING);
}

/* One that is read ahead keeps its place in the queue, for what will be found in it. */
static void take(struct tree_thread *w, struct tree_node *node, struct tree_node *from) {
    struct tree *t = w->view.tree;
    if (!t->pulled)
        queue_remove(t, node);
    queue_claim(t, node, from);
    t->queue.active++;
    w->busy = true;
}

/* Whether the node can be taken now. One whose parent was evicted waits for the thread below that
 * parent, which brings it back on the way up; if there is none, it is opened again from above. */
static bool may_take(const struct tree *t, const struct tree_node *from) {
    return !from || from->fd[0] >= 0 || (t->queue.active == 0 && !t->pulled);
}

/* Waits for a node, and takes it; NULL if there won't be any. */
static struct tree_node *take_next(struct tree_thread *w) {
    struct tree *t = w->view.tree;
    while (!t->stopping) {
        struct tree_node *node = readahead_has_room(t) ? queue_first(t) : NULL;
        if (!node && t->queue.active == 0 && !t->pulled)
            break;
        struct tree_node *from = !node ? NULL : own(node)->partial ? node : node->parent;
        if (node && may_take(t, from)) {
            take(w, node, from);
            return node;
        }
        wait_for_change(w);
    }
    return NULL;
}

struct tree_node *queue_take(struct tree_thread *w) {
    struct tree *t = w->view.tree;
    tree_lock(t);
    t->queue.active -= w->busy;
    w->busy = false;
    struct tree_node *node = take_next(w);
    if (!node)
        queue_wake(t, t->queue.idle); /* they have nothing more to wait for */
    else if (t->queue.idle && queue_first(t))
        queue_wake(t, 1);
    struct tree_spent *spent = t->spent;
    t->spent = NULL;
    tree_unlock(t);
    spent_free(spent);
    return node;
}
