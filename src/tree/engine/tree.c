/* SPDX-License-Identifier: MIT */
/** A traversal: begun, stopped and ended. */
#include "tree/engine/internal.h"

#include "base/seam.h"
#include <time.h>

/* The lock is held for moments: it is better to try again than to sleep and be woken. */
static void init_lock(pthread_mutex_t *lock) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP /* glibc */
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

int tree_new(const struct tree_options *options, struct tree **ret_tree) {
    struct tree *t = mem_zalloc(sizeof *t);
    if (!t)
        return -ENOMEM;
    t->client = options->client;
    t->data = options->data;
    t->tick = options->tick;
    t->sides = options->sides;
    t->one_file_system = options->one_file_system;
    t->asked = options->threads;
    t->pulled = options->client->read;
    t->handles.budget = handles_budget(t->sides);
    init_lock(&t->lock);
    pthread_cond_init(&t->queue.changed, NULL);
    pthread_cond_init(&t->queue.arrived, NULL);
    int r = thread_begin(&t->main, t);
    if (r < 0)
        tree_free(t);
    else
        *ret_tree = t;
    return r;
}

struct tree *tree_free(struct tree *t) {
    if (!t)
        return NULL;
    thread_end(&t->main);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->queue.changed);
    pthread_cond_destroy(&t->queue.arrived);
    free(t);
    return NULL;
}

/* -------------------------------------------------------------------- ticks and the stop */

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void tree_tick(struct tree *t) {
    if (!t->tick)
        return;
    int64_t now = now_ns();
    if (now < t->tick_due_ns)
        return;
    t->tick_due_ns = now + TREE_TICK_NS;
    int r = t->tick(t->data);
    if (r < 0)
        tree_stop(t, r);
}

void tree_stop(struct tree *t, int error) {
    tree_lock(t);
    if (!t->stopping)
        t->result = error;
    t->stopping = true;
    if (t->shared)
        pthread_cond_broadcast(&t->queue.changed);
    tree_unlock(t);
}

bool tree_stopping(const struct tree *t) {
    return t->stopping;
}

/* ---------------------------------------------------------------------------- the whole */

/* What a stopped traversal has left behind. */
static void discard(struct tree *t) {
    struct tree_node *node;
    while ((node = t->queue.first)) {
        queue_remove(t, node);
        if (!own(node)->partial || --own(node)->unfinished == 0) {
            handles_remove(t, node);
            node_finish(&t->main, node);
        }
    }
}

int tree_run(struct tree *t, const int fd[TREE_SIDES]) {
    struct tree_chain chain;
    struct tree_node *root = node_new(t, /* parent= */ NULL, "");
    if (!root) {
        for (int i = 0; i < TREE_SIDES; i++)
            seam_close_quietly(fd[i]);
        return -ENOMEM;
    }
    for (int i = 0; i < TREE_SIDES; i++)
        root->fd[i] = fd[i];
    chain_clear(&chain);
    chain_add(&chain, root);
    queue_insert(t, NULL, &chain);
    visit_all(&t->main);
    threads_join(t);
    if (t->client->ended)
        t->client->ended(&t->main.view);
    if (t->stopping)
        discard(t);
    return t->result;
}
