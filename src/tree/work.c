/* SPDX-License-Identifier: MIT */
/** The work on a tree: which node is read next, by which thread. */
#include "tree/engine.h"

#include "base/seam.h"
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum {
    BATCH = 4096,        /* children found before reading pauses: memory stays bounded */
    LOOK = 32,           /* directories that a thread reads before it looks whether others help */
    SAMPLE = 8,          /* … one in eight of which shows whether it waits for the disk */
    TICK_NS = 100000000, /* between two ticks */
    MOST_THREADS = 8,    /* that help where everything is cached */
    MOST_SLOW_THREADS = 16,
};

/* ------------------------------------------------------------------------------ ticks */

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void tree_tick(struct tree_worker *w) {
    struct tree *t = w->tree;
    if (!t->tick || w != t->main)
        return;
    int64_t now = now_ns();
    if (now < t->tick_due_ns)
        return;
    t->tick_due_ns = now + TICK_NS;
    int r = t->tick(w);
    if (r < 0)
        tree_stop(t, r);
}

/* ---------------------------------------------------------------------------- helpers */

static unsigned processors(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 2;
    return count < 1 ? 1 : (unsigned)count;
}

static void *helper(void *argument);

static bool start_helper(struct tree *t) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the program's own threads' */
    int r = SYS_NUMBER(pthread_create, &t->helpers[t->started], NULL, helper, t);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return r == 0;
}

static long switches_of_thread(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) < 0 ? 0 : usage.ru_nvcsw;
}

/* A thread that goes to sleep while it reads a directory waits for the disk. One in so many shows
 * that, as the question costs a system call. */
void tree_reads(struct tree_worker *w) {
    w->looks = w->tree->threads == 0 && w->directories % SAMPLE == 0;
    if (w->looks)
        w->switches = switches_of_thread();
}

void tree_has_read(struct tree_worker *w) {
    w->directories++;
    if (w->looks && switches_of_thread() > w->switches)
        w->waits++;
}

/* Whether this thread mostly waits for the disk: then more threads than processors help. */
static bool disk_is_slow(struct tree_worker *w) {
    bool slow = w->waits * SAMPLE >= LOOK / 2;
    w->waits = 0;
    return slow;
}

/* How many threads there should be, by what this one has seen: no more than there are descriptors
 * to share out. */
static unsigned wanted(struct tree_worker *w) {
    struct tree *t = w->tree;
    unsigned most = t->budget / (unsigned)t->sides;
    unsigned n = t->threads > 0 ? (unsigned)t->threads : t->wanted;
    if (n == 0) {
        n = processors();
        n = n > MOST_THREADS ? MOST_THREADS : n;
    }
    if (disk_is_slow(w))
        n = MOST_SLOW_THREADS;
    return n > most ? most : n;
}

static void start_helpers(struct tree *t) {
    size_t room = (t->threads > 0 ? (size_t)t->threads : MOST_SLOW_THREADS) * sizeof *t->helpers;
    if (!t->helpers && !(t->helpers = mem_alloc(room)))
        return;
    while (t->started + 1 < t->wanted && start_helper(t))
        t->started++;
    t->wanted = t->started + 1; /* what could not be started is not tried again at once */
}

/* Calls others to help once there is enough to do for them. */
void tree_call_helpers(struct tree_worker *w) {
    struct tree *t = w->tree;
    if (t->threads == 1 || w->directories % LOOK || w->directories == 0)
        return;
    tree_lock(t);
    unsigned n = wanted(w);
    struct tree_node *next = tree_next(t);
    bool missing = n > t->started + 1 && next && next->next && !t->stopping;
    t->wanted = n;
    if (missing && !t->shared) { /* it is this thread alone that could have locked it */
        t->shared = true;
        tree_lock(t);
    }
    if (missing)
        start_helpers(t);
    tree_unlock(t);
}

void tree_dismiss(struct tree *t) {
    for (unsigned i = 0; i < t->started; i++)
        pthread_join(t->helpers[i], NULL);
    t->started = 0;
    t->shared = false;
    free(t->helpers);
    t->helpers = NULL;
    tree_free_spent(t->spent);
    tree_free_spent(t->main->spent);
    t->spent = t->main->spent = NULL;
    t->main->spent_count = 0;
}

/* ---------------------------------------------------------------------- one directory */

/* Reads on until the end, or until there are many children: 1 then, else 0 or −errno; a client's
 * own failure has stopped the tree already. */
static int read_some(struct tree_worker *w, struct tree_node *node) {
    struct tree *t = w->tree;
    struct dir d;
    struct dir_entry entry;
    dir_start(&d, node->fd[0], w->buffer, DIR_BUFFER);
    for (unsigned n = 1;; n++) {
        if (w->count >= BATCH && d.position >= d.filled)
            return 1;
        int r = dir_read(&d, &entry);
        if (r <= 0)
            return r;
        r = t->client->entry(w, node, &entry);
        if (r == TREE_DESCEND)
            r = tree_found(w, node, entry.name) ? 0 : -ENOMEM;
        if (r < 0)
            tree_stop(t, r);
        if (n % 256 == 0)
            tree_tick(w);
        if (t->stopping)
            return 0;
    }
}

struct tree_node *tree_found(struct tree_worker *w, struct tree_node *parent, const char *name) {
    struct tree_node *child = tree_child(w->tree, parent, name);
    if (child) {
        child->next = NULL;
        *w->last = child;
        w->last = &child->next;
        w->count++;
    }
    return child;
}

/* Opens and reads a node: whether there is more to read. */
static bool open_and_read(struct tree_worker *w, struct tree_node *node) {
    struct tree *t = w->tree;
    const char *operation = "open";
    bool resumed = node->partial;
    int r = node->error ? node->error : resumed ? 0 : tree_open(t, node);
    int go = 0;
    if (r < 0)
        node->unopened = true;
    else if (!resumed && t->client->enter)
        go = t->client->enter(w, node);
    if (r >= 0 && go == 0) {
        operation = "scandir";
        r = read_some(w, node);
    }
    if (r < 0)
        go = t->client->failed(w, node, NULL, operation, r);
    if (go < 0)
        tree_stop(t, go);
    return r > 0;
}

/* What was found is to be read next; a node with nothing below it ends here. */
static void spread(struct tree_worker *w, struct tree_node *node, bool more) {
    struct tree *t = w->tree;
    bool resumed = node->partial;
    if (more)
        *w->last = node;
    tree_lock(t);
    struct tree_node *owner = resumed ? node : node->parent;
    if (owner)
        tree_release(t, owner);
    if (owner && !resumed)
        owner->waiting--;
    node->unfinished += (unsigned)more - resumed;
    node->partial = more;
    if (w->count || more) {
        tree_register(t, node, w->count);
        tree_list(t, NULL, w->found, more ? &node->next : w->last);
    }
    bool done = node->unfinished == 0;
    if (done)
        tree_unregister(t, node);
    tree_wake(t, w->count + more);
    tree_unlock(t);
    if (done)
        tree_finish(w, node);
}

static void process(struct tree_worker *w, struct tree_node *node) {
    w->found = NULL;
    w->last = &w->found;
    w->count = 0;
    tree_reads(w);
    bool more = open_and_read(w, node);
    tree_has_read(w);
    spread(w, node, more);
    tree_tick(w);
}

/* ------------------------------------------------------------------------ which is next */

/* Waits until another thread has changed something, but not beyond the next tick. */
void tree_wait(struct tree_worker *w) {
    struct tree *t = w->tree;
    t->idle++;
    if (t->tick && w == t->main) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TICK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&t->changed, &t->lock, &until);
        pthread_mutex_unlock(&t->lock);
        tree_tick(w);
        pthread_mutex_lock(&t->lock);
    } else {
        pthread_cond_wait(&t->changed, &t->lock);
    }
    t->idle--;
}

void tree_await(struct tree *t, struct tree_node *node) {
    t->awaited = node;
    pthread_cond_wait(&t->arrived, &t->lock);
    t->awaited = NULL;
}

void tree_arrived(struct tree *t, struct tree_node *node) {
    if (t->awaited == node)
        pthread_cond_signal(&t->arrived);
}

void tree_wake(struct tree *t, unsigned things) {
    for (unsigned n = things < t->idle ? things : t->idle; n > 0; n--)
        pthread_cond_signal(&t->changed);
}

/* Takes the node, and pins what it is opened from. Where that can't be had the node has `error`.
 * One that is read ahead keeps its place in the list, for what will be found in it. */
static void take(struct tree_worker *w, struct tree_node *node, struct tree_node *owner) {
    struct tree *t = w->tree;
    if (!t->pulled)
        tree_unlist(t, node);
    int r = owner ? tree_acquire(t, owner, NULL) : 0;
    if (r < 0) {
        owner->pins++;
        node->error = r;
    }
    node->taken = true;
    t->active++;
    w->busy = true;
}

/* The next node to be read, or NULL when all is done. One whose parent's descriptor was given up
 * waits for the thread below that parent, who brings it back on the way up. */
static struct tree_node *next_node(struct tree_worker *w) {
    struct tree *t = w->tree;
    struct tree_node *node = NULL;
    tree_lock(t);
    t->active -= w->busy;
    w->busy = false;
    while (!t->stopping) {
        node = t->ahead < t->most_ahead || !t->pulled ? tree_next(t) : NULL;
        struct tree_node *owner = node && node->partial ? node : node ? node->parent : NULL;
        if (!node && t->active == 0 && !t->pulled)
            break;
        if (node && (!owner || owner->fd[0] >= 0 || (t->active == 0 && !t->pulled))) {
            take(w, node, owner);
            break;
        }
        node = NULL;
        tree_wait(w);
    }
    if (!node)
        tree_wake(t, t->idle); /* they have nothing more to wait for */
    else if (t->idle && tree_next(t))
        tree_wake(t, 1);
    struct tree_spent *spent = t->spent;
    t->spent = NULL;
    tree_unlock(t);
    tree_free_spent(spent);
    return node;
}

static void work(struct tree_worker *w) {
    struct tree *t = w->tree;
    struct tree_node *node;
    while ((node = next_node(w))) {
        t->client->read ? t->client->read(w, node) : process(w, node);
        tree_call_helpers(w);
    }
}

static void *helper(void *argument) {
    struct tree *t = argument;
    struct tree_worker w = {.tree = t};
    w.buffer = mem_alloc(DIR_BUFFER);
    w.local = mem_zalloc(t->client->local_size);
    if (w.buffer && w.local)
        work(&w);
    tree_lock(t);
    if (w.local && t->client->merge)
        t->client->merge(&w);
    tree_unlock(t);
    free(w.buffer);
    free(w.local);
    return NULL;
}

/* What a stopped traversal has left behind. */
static void discard(struct tree_worker *w) {
    struct tree *t = w->tree;
    t->stopping = true;
    while (t->todo) {
        struct tree_node *node = t->todo;
        tree_unlist(t, node);
        if (!node->partial || --node->unfinished == 0) {
            tree_unregister(t, node);
            tree_finish(w, node);
        }
    }
}

int tree_run(struct tree_worker *w, struct tree_node *root) {
    struct tree *t = w->tree;
    root->next = NULL;
    tree_list(t, NULL, root, &root->next);
    work(w);
    tree_dismiss(t);
    if (t->client->merge)
        t->client->merge(w);
    if (t->stopping)
        discard(w);
    return t->result;
}
