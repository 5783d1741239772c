/* SPDX-License-Identifier: MIT */
/** The inside of the tree engine: for the files of this folder. Clients read tree/client.h, and walk
 *  tree/readahead.h.
 *
 *      tree.c       a traversal begins, ticks, stops and ends
 *      node.c       a directory's node is made, counts what is unfinished below it, and ends
 *      handles.c    its descriptors are opened, pinned, evicted and opened again
 *      mounts.c     how one directory is opened where something may be mounted on it
 *      queue.c      which directory is read next, and the threads that wait for one
 *      visit.c      a directory is read, and the client called
 *      threads.c    helpers are started where they are of use, and joined
 *      readahead.c  in place of visit.c, a tree that is pulled
 *
 *  The states of a directory
 *
 *                   taken              to its end              finished
 *         UNREAD ───────────► READING ───────────► READ ────────────────► freed
 *          ▲  ▲                  │                  │
 *          │  └──────────────────┘                  │
 *          │   in part, 4096 children               │
 *          └────────────────────────────────────────┘
 *                   closed() answers TREE_AGAIN
 *
 *      UNREAD   It was found. It is put at the front of the queue when the thread that reads its
 *               parent pauses or comes to the end: the newest come first, so that few directories
 *               are known at a time. If a part of it was read (`partial`), it stands behind the
 *               children that were found, and reading goes on where it was.
 *      READING  A thread has taken it, and has pinned the node that it is opened from: the parent,
 *               or itself where it is partial. What that thread finds nobody else knows yet.
 *      READ     It waits until `unfinished` is 0. The thread that ends its last child ends it, too:
 *               post(), its descriptors are closed, closed(), forget(). Then its parent has one
 *               unfinished less.
 *
 *      In a tree that is pulled the client keeps UNREAD nodes as well, in an order of its own. A
 *      node keeps its place in the queue while it is READING: its children take that place, so
 *      that helpers read what will be asked for next. The client counts as one in `unfinished`,
 *      from READ until tree_pull_done().
 *
 *  The states of its descriptors
 *
 *                opened               released             evicted            not found
 *         none ──────────► pinned ◄────────────► idle ──────────────► evicted ─────────► lost
 *                            ▲        acquired                           │
 *                            └───────────────────────────────────────────┘
 *                                            acquired
 *
 *      none     Before the node is READING; for ever on a side where it has no directory.
 *      pinned   Threads read it, or open a child from it: `pins` says how many.
 *      idle     It is open and nobody uses it. If it has children it is in the ring, and the oldest
 *               there is evicted when more nodes are open than the budget has, or when an open
 *               fails with EMFILE.
 *      evicted  `fd` is −1, and what it was is in `identity`. It is acquired through the `..` of a
 *               child that is open, else down by names from the nearest ancestor that is open. What
 *               is found must be the same device and inode.
 *      lost     It was not found: `error` says why, and is the answer to all who want to acquire it.
 *
 *  What always holds
 *
 *      1. A child is counted in its parent's `unfinished` before another thread can see it. So a
 *         parent outlives its children.
 *      2. Descriptors are closed only while `pins` is 0, or by the thread that ends the node.
 *      3. The root's stay open: they are where the way down begins.
 *      4. `handles.evicted` is the number of nodes whose `evicted` is set: those that will be
 *         needed again, as they have children to open or a part to read, or the client keeps
 *         descriptors. While it isn't 0, who ends a node acquires its parent first, through it.
 *      5. A node whose parent is evicted is not taken while another thread is active: that thread
 *         will end a node below the parent, and acquires it for less. When none is active it is
 *         taken, and its parent acquired from above. So there is always one that can go on.
 *
 *  Who may touch what. Once there are helpers (`shared`), the engine's part of nodes and of the tree
 *  needs the lock, and so does `fd` of a node that is not READING. But
 *
 *      of a READING node             its thread writes the client's part, `identity`, `partial`
 *      of a node with 0 unfinished   whoever ends it does all
 *      `state`                       is read without the lock in a tree that is pulled: what was
 *                                    written before it became READ is seen by who sees that
 *      `unfinished`                  is counted without the lock by the thread that began, in a
 *                                    tree that is pulled, once the node is READ, if the client
 *                                    keeps no descriptors
 *      evicted, evictions, ahead, stopping   are atomic; an old answer does no harm
 */
#ifndef TREE_ENGINE_INTERNAL_H
#define TREE_ENGINE_INTERNAL_H

#include "tree/client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { TREE_MOST_AHEAD = 512 }; /* directories read ahead of the caller */

enum tree_state { TREE_UNREAD, TREE_READING, TREE_READ };

struct tree_identity {
    uint64_t dev, ino;
};

/** The engine's part of a node. */
struct tree_own {
    /* node.c */
    unsigned unfinished; /* children, and what else keeps it from its end */
    bool had_children;   /* that were to be opened */
    bool made_by_helper; /* in a tree that is pulled: the node's memory is a helper's, */
    bool read_by_helper; /* and so is what read() took for it */
    /* queue.c */
    struct tree_node *previous, *next;
    bool queued;           /* it has a place in the queue */
    bool partial;          /* a part of it was read, up to `offset` */
    _Atomic uint8_t state; /* enum tree_state */
    bool ahead;            /* it was read before it was asked for */
    /* handles.c */
    bool in_ring;     /* of those that may be evicted */
    bool identified;  /* `identity` is filled */
    bool evicted;     /* and needed again */
    unsigned pins;    /* threads that use the descriptors now */
    unsigned to_open; /* children that have yet to be opened */
    struct tree_node *older, *newer;
    struct tree_identity identity[TREE_SIDES];
    int64_t offset;
} __attribute__((aligned(__alignof__(max_align_t))));

static inline struct tree_own *own(const struct tree_node *node) {
    return (struct tree_own *)(void *)node - 1;
}

/** Memory that is not needed any more. */
struct tree_spent {
    struct tree_spent *next;
};

/** Nodes that are linked by `next`, on their way into the queue. */
struct tree_chain {
    struct tree_node *first, **end;
    unsigned count;
};

/** One thread's part in the work; clients see the first of it. */
struct tree_thread {
    struct tree_worker view;
    struct tree_chain found;  /* children, in the directory that is being read */
    unsigned directories;     /* that this thread has read */
    unsigned waits;           /* for the disk, among those looked at, since it was asked for */
    long switches;            /* away from this thread, before it began to read this one */
    bool looks;               /* at this one */
    bool busy;                /* it counts in `active` */
    struct tree_spent *spent; /* for helpers to free */
    unsigned spent_count;
};

struct tree {
    const struct tree_client *client;
    void *data;
    int (*tick)(void *data);
    int sides;
    bool one_file_system;
    bool pulled;
    int asked; /* how many threads may work; 0 as many as help */
    /* What threads write is kept in other lines of their caches than what they only read. */
    char apart_shared[64];
    pthread_mutex_t lock;
    bool shared; /* there are helpers, and the lock is taken */
    atomic_bool stopping;
    int result; /* the −errno that stopped it, or 0 */
    struct {
        struct tree_node *oldest, *newest; /* the ring */
        unsigned open, budget;             /* nodes */
        atomic_uint evicted;               /* and needed again */
        atomic_uint evictions;             /* so far */
    } handles;
    struct {
        struct tree_node *first;
        unsigned active, idle;     /* threads that read, that wait */
        pthread_cond_t changed;    /* for those that wait */
        struct tree_node *awaited; /* by the thread that began, */
        pthread_cond_t arrived;    /* until it was read */
    } queue;
    struct {
        unsigned started, wanted; /* with and without the thread that began */
        pthread_t *helpers;
    } threads;
    atomic_uint ahead;        /* nodes that were read ahead and are yet to be asked for */
    struct tree_spent *spent; /* for a helper to free */
    char apart_main[64];
    struct tree_thread main; /* of the thread that began */
    int64_t tick_due_ns;
};

static inline void tree_lock(struct tree *t) {
    if (t->shared)
        pthread_mutex_lock(&t->lock);
}

static inline void tree_unlock(struct tree *t) {
    if (t->shared)
        pthread_mutex_unlock(&t->lock);
}

static inline struct tree_thread *thread_of(struct tree_worker *w) {
    return (struct tree_thread *)w;
}

static inline enum tree_state node_state(const struct tree_node *node) {
    return atomic_load_explicit(&own(node)->state, memory_order_acquire);
}

static inline void node_set_state(struct tree_node *node, enum tree_state state) {
    atomic_store_explicit(&own(node)->state, state, memory_order_release);
}

/* ------------------------------------------------------------------------------ node.c */

/** A node in no list; `parent` NULL for the root. NULL without memory. */
struct tree_node *node_new(struct tree *t, struct tree_node *parent, const char *name);
/** Frees a node, or other memory, or leaves it to the helper that has allocated it. */
void node_free(struct tree_thread *w, struct tree_node *node);
void node_free_memory(struct tree_thread *w, void *memory, bool by_helper);
void spent_free(struct tree_spent *spent);

/** `count` children more, which are to be opened. Under the lock. */
void node_count_children(struct tree_node *node, unsigned count);
/** One thing less is unfinished in the node: ends it if that was the last. */
void node_drop(struct tree_thread *w, struct tree_node *node);
/** Ends a node with nothing unfinished, and those above that had nothing else left. */
void node_finish(struct tree_thread *w, struct tree_node *node);

/* --------------------------------------------------------------------------- handles.c */

/** How many nodes may be open. */
unsigned handles_budget(int sides);
/** Opens the node's first side, its parent being pinned: 0 or −errno. */
int handles_open(struct tree *t, struct tree_node *node);
/** Closes what the node has open. */
void handles_close(struct tree_node *node);
/** Under the lock: the node has children to be opened, and may be evicted in between; or no more. */
void handles_add(struct tree *t, struct tree_node *node);
void handles_remove(struct tree *t, struct tree_node *node);
/** Under the lock: makes sure that the descriptors are there, by way of the open child `via` (or
 *  NULL) if they were evicted, and pins them: 0 or −errno. */
int handles_acquire(struct tree *t, struct tree_node *node, struct tree_node *via);
void handles_release(struct tree_node *node);

/* ---------------------------------------------------------------------------- mounts.c */

/** Opens a directory by the rules for those of the tree: a descriptor or −errno. */
int mounts_open(const struct tree *t, int at, const char *name, bool link);

/* ----------------------------------------------------------------------------- queue.c */

void chain_clear(struct tree_chain *chain);
void chain_add(struct tree_chain *chain, struct tree_node *node);

/** Takes the next node to be read; NULL when all is done. */
struct tree_node *queue_take(struct tree_thread *w);

/* All of these under the lock. */

/** Puts nodes into the queue: behind `place` if that is queued, else (or if NULL) in front. */
void queue_insert(struct tree *t, struct tree_node *place, const struct tree_chain *chain);
void queue_remove(struct tree *t, struct tree_node *node);
/** The first that is UNREAD, or NULL. */
struct tree_node *queue_first(const struct tree *t);
/** Makes the node READING, and pins the one that it is opened or read from (NULL for the root).
 *  Where that can't be had the node has `error`. */
void queue_claim(struct tree *t, struct tree_node *node, struct tree_node *from);
/** Wakes threads that wait, for so many directories. */
void queue_wake(struct tree *t, unsigned directories);
/** Waits until the node was read, and tells the thread that began that it was. */
void queue_await(struct tree *t, struct tree_node *node);
void queue_arrived(struct tree *t, const struct tree_node *node);

/* ----------------------------------------------------------------------------- visit.c */

/** Reads directories until all is done. */
void visit_all(struct tree_thread *w);

/* --------------------------------------------------------------------------- threads.c */

/** Begins and ends a thread's part: 0 or −ENOMEM. */
int thread_begin(struct tree_thread *w, struct tree *t);
void thread_end(struct tree_thread *w);
/** Before and after a directory is read: counts it, and looks whether the thread had to wait. */
void thread_reads(struct tree_thread *w);
void thread_has_read(struct tree_thread *w);
/** Starts helpers if they are of use. */
void threads_start(struct tree_thread *w);
/** Waits for the helpers to end. */
void threads_join(struct tree *t);

/* ------------------------------------------------------------------------- readahead.c */

/** A helper's turn: the node was taken. */
void readahead_read(struct tree_thread *w, struct tree_node *node);

/** Whether helpers may go on. */
static inline bool readahead_has_room(struct tree *t) {
    return !t->pulled || atomic_load_explicit(&t->ahead, memory_order_relaxed) < TREE_MOST_AHEAD;
}

/* ------------------------------------------------------------------------------ tree.c */

enum { TREE_TICK_NS = 100000000 }; /* between two ticks */

#endif
