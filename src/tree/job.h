/* SPDX-License-Identifier: MIT */
/** A traversal that does something everywhere and tells how it went: what rmtree, copytree … share.
 */
#ifndef TREE_JOB_H
#define TREE_JOB_H

#include "tree/client.h"

#include <pthread.h>
#include <stdatomic.h>

struct job {
    struct tree *tree;
    struct os_tree_control control;
    const char *operation;        /* of the record when nothing more is known */
    const char *root[TREE_SIDES]; /* the paths as the caller spelled them */
    _Atomic uint64_t directories, entries, bytes;
    bool goes_on;     /* after failures, and fails in the end with the first */
    pthread_t thread; /* the one that made the call */
    pthread_mutex_t reporting;
    /* The failure that ended it. */
    int error;
    const char *failed_operation;
    char *failed[TREE_SIDES];
};

/** Begins: 0 or −errno; job_end() follows in either case. */
int job_begin(struct job *job, const struct tree_client *client, int sides,
              const struct os_tree_control *control);

/** Runs it over these descriptors, which become its own: 0 or −errno. */
int job_run(struct job *job, const int fd[TREE_SIDES]);

/** Frees what it holds and gives the public result: 0, or −1 with errno and the record. */
int job_end(struct job *job, int r);

/** Tells of a failure: 0 to go on, or −errno to end with it. `name` NULL means `node` itself;
 *  `node` NULL means the root. */
int job_failed(struct job *job, const struct tree_node *node, const char *name,
               const char *operation, int error);
/** The same with the path on the other side (1), or on both (2). */
int job_failed_at(struct job *job, int side, const struct tree_node *node, const char *name,
                  const char *operation, int error);
/** A client's `failed`. */
int job_client_failed(struct tree_worker *w, struct tree_node *node, const char *name,
                      const char *operation, int error);

/** For long work on one entry: whether to go on (0) or to end it (−errno). Any thread may ask. */
int job_pause(struct job *job);

static inline struct job *job_of(struct tree_worker *w) {
    return w->data;
}

static inline void job_count(_Atomic uint64_t *counter, uint64_t n) {
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/** Opens a directory to begin with: a descriptor or −errno. Unless links are followed, a link is
 *  refused, with slashes behind it too. */
int job_open_root(int dir_fd, const char *path, bool follow);

#endif
