/* SPDX-License-Identifier: MIT */
/** The threads of a traversal: what each has of its own, and when others are called to help. */
#include "tree/engine/internal.h"

#include "base/seam.h"
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

enum {
    LOOK = 32,        /* directories that a thread reads before it looks whether others help */
    SAMPLE = 8,       /* … one in eight of which shows whether it waits for the disk */
    MOST_THREADS = 8, /* that help where everything is cached */
    MOST_SLOW_THREADS = 16,
};

/* -------------------------------------------------------------------------- one thread */

int thread_begin(struct tree_thread *w, struct tree *t) {
    *w = (struct tree_thread){.view = {.tree = t, .data = t->data}};
    w->view.buffer = mem_alloc(DIR_BUFFER);
    w->view.local = mem_zalloc(t->client->local_size);
    return w->view.buffer && w->view.local ? 0 : -ENOMEM;
}

void thread_end(struct tree_thread *w) {
    free(w->view.buffer);
    free(w->view.local);
}

static long switches_of_thread(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) < 0 ? 0 : usage.ru_nvcsw;
}

/* A thread that goes to sleep while it reads a directory waits for the disk. One in so many shows
 * that, as the question costs a system call. */
void thread_reads(struct tree_thread *w) {
    w->looks = w->view.tree->asked == 0 && w->directories % SAMPLE == 0;
    if (w->looks)
        w->switches = switches_of_thread();
}

void thread_has_read(struct tree_thread *w) {
    w->directories++;
    if (w->looks && switches_of_thread() > w->switches)
        w->waits++;
}

/* Whether this thread mostly waits for the disk: then more threads than processors help. */
static bool disk_is_slow(struct tree_thread *w) {
    bool slow = w->waits * SAMPLE >= LOOK / 2;
    w->waits = 0;
    return slow;
}

/* ----------------------------------------------------------------------------- helpers */

static void *helper(void *argument) {
    struct tree *t = argument;
    struct tree_thread w;
    if (thread_begin(&w, t) >= 0)
        visit_all(&w);
    tree_lock(t);
    if (w.view.local && t->client->ended)
        t->client->ended(&w.view);
    tree_unlock(t);
    thread_end(&w);
    return NULL;
}

static bool start_helper(struct tree *t) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the program's own threads' */
    int r = SYS_NUMBER(pthread_create, &t->threads.helpers[t->threads.started], NULL, helper, t);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return r == 0;
}

static unsigned processors(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 2;
    return count < 1 ? 1 : (unsigned)count;
}

/* How many threads there should be, by what this one has seen: no more than there are descriptors
 * to share out. */
static unsigned wanted(struct tree_thread *w) {
    struct tree *t = w->view.tree;
    unsigned most = t->handles.budget / (unsigned)t->sides;
    unsigned n = t->asked > 0 ? (unsigned)t->asked : t->threads.wanted;
    if (n == 0) {
        n = processors();
        n = n > MOST_THREADS ? MOST_THREADS : n;
    }
    if (disk_is_slow(w))
        n = MOST_SLOW_THREADS;
    return n > most ? most : n;
}

static void start_missing(struct tree *t) {
    size_t most = t->asked > 0 ? (size_t)t->asked : MOST_SLOW_THREADS;
    if (!t->threads.helpers)
        t->threads.helpers = mem_alloc(most * sizeof *t->threads.helpers);
    while (t->threads.helpers && t->threads.started + 1 < t->threads.wanted && start_helper(t))
        t->threads.started++;
    if (t->threads.helpers)
        t->threads.wanted = t->threads.started + 1; /* a failure is not repeated at once */
}

/* Once there is enough to do for them. */
void threads_start(struct tree_thread *w) {
    struct tree *t = w->view.tree;
    if (t->asked == 1 || w->directories % LOOK || w->directories == 0)
        return;
    tree_lock(t);
    unsigned n = wanted(w);
    const struct tree_node *first = queue_first(t);
    bool missing = n > t->threads.started + 1 && first && own(first)->next && !t->stopping;
    t->threads.wanted = n;
    if (missing && !t->shared) { /* it is this thread alone that could have locked it */
        t->shared = true;
        tree_lock(t);
    }
    if (missing)
        start_missing(t);
    tree_unlock(t);
}

void threads_join(struct tree *t) {
    for (unsigned i = 0; i < t->threads.started; i++)
        pthread_join(t->threads.helpers[i], NULL);
    t->threads.started = 0;
    t->shared = false;
    free(t->threads.helpers);
    t->threads.helpers = NULL;
    spent_free(t->spent);
    spent_free(t->main.spent);
    t->spent = t->main.spent = NULL;
    t->main.spent_count = 0;
}
