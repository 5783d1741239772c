/* SPDX-License-Identifier: MIT */
/** What a client of the tree engine sees: directories as nodes, and the calls between the two.
 *
 *  The engine goes through the directories of a tree; a client (rmtree, usage …) is a table of
 *  calls that come for each of them, from as many threads as work:
 *
 *      pre       the directory is open, and its parent is too
 *      entry     once for each name in it
 *      post      everything below it is done; it is open for the last time
 *      closed    it is closed, and its parent is open
 *      forget    its node is about to be freed
 *
 *  Two trees may be walked side by side (copytree, compare): a node has a descriptor on each side,
 *  and the client's pre() opens the second. No path is given to the kernel: a client works on names
 *  in `node->fd`. readahead.h is for a client that asks for directories one by one (walk).
 */
#ifndef TREE_CLIENT_H
#define TREE_CLIENT_H

#include "base/str.h"
#include "fs/dir.h"
#include <osier/tree.h>

enum { TREE_SIDES = 2 };

struct tree;

/** A directory that was found and is not finished. The engine has more of it, in front of this. */
struct tree_node {
    struct tree_node *parent; /* NULL for the root */
    char *name;               /* in its parent; "" for the root */
    int fd[TREE_SIDES];       /* −1: closed, or never there */
    int error;                /* −errno: its descriptors are lost for good */
    unsigned depth;           /* 0 for the root */
    bool link;                /* reached by a symbolic link that is to be followed */
    bool unopened;            /* could not be opened, or was not meant to be: no post() */
    max_align_t extra[];      /* the client's own part, zero at first */
};

/** One thread's part in a traversal. */
struct tree_worker {
    struct tree *tree;
    void *data;   /* the client's own, of the whole traversal */
    void *local;  /* the client's own, of this thread, zero at first */
    char *buffer; /* DIR_BUFFER bytes that the engine reads with; pre() may use them too */
};

/** What an entry() answers: go on, or go into this directory later. */
enum { TREE_NEXT, TREE_DESCEND };
/** What a pre() answers: don't read this directory (it sets `unopened` if post() is not to be
 *  called either). */
enum { TREE_SKIP = 1 };
/** What a closed() answers: this directory has to be read again. */
enum { TREE_AGAIN = 1 };
/** What a read() answers: the descriptor stays, though nothing was found to be opened from it. */
enum { TREE_KEEP = 1 };

/** A client's calls; any but entry() may be missing. A negative answer ends the whole traversal. */
struct tree_client {
    size_t extra;      /* bytes of its own in every node */
    size_t local_size; /* bytes of its own in every thread */
    bool keeps;        /* post() or closed() need descriptors: a node's are needed to its end */
    int (*pre)(struct tree_worker *w, struct tree_node *node);
    int (*entry)(struct tree_worker *w, struct tree_node *node, const struct dir_entry *entry);
    /* The descriptor is −1 where the directory can't be found again: `error` says why. */
    int (*post)(struct tree_worker *w, struct tree_node *node);
    int (*closed)(struct tree_worker *w, struct tree_node *node);
    /* `name` in `node` (or `node` itself, if `name` is NULL) failed with −errno. */
    int (*failed)(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error);
    /* Frees what hangs on the node; its parent is still there. */
    void (*forget)(struct tree_worker *w, struct tree_node *node);
    /* A thread has ended: adds what it has in `local` to the whole, and frees what hangs on it. One
     * thread at a time, and before tree_run() returns. */
    void (*ended)(struct tree_worker *w);
    /* Instead of pre() to failed(), for a tree that is pulled: see readahead.h. */
    int (*read)(struct tree_worker *w, struct tree_node *node, int r);
};

/** How a tree is gone through. */
struct tree_options {
    const struct tree_client *client;
    void *data; /* the client's own */
    /* Ten times a second at most, in the thread that began; a negative answer stops. */
    int (*tick)(void *data);
    int sides;
    int threads; /* 1, or how many may work; 0 as many as help */
    bool one_file_system;
};

/** A traversal: 0 or −errno. tree_free() ends it, and takes NULL too. */
int tree_new(const struct tree_options *options, struct tree **ret_tree);
struct tree *tree_free(struct tree *t);

/** Goes through the tree at these descriptors, which become its own (−1 on an unused side), to its
 *  end: 0, or the −errno that stopped it. */
int tree_run(struct tree *t, const int fd[TREE_SIDES]);

/** Stops the traversal; the first reason counts. */
void tree_stop(struct tree *t, int error);
bool tree_stopping(const struct tree *t);

/** Ticks if that is due. For the thread that began, in long work on one entry. */
void tree_tick(struct tree *t);

/** Adds a directory in `parent`, which is being read, to what is gone into later: as
 *  TREE_DESCEND does, but gives the node. NULL without memory. */
struct tree_node *tree_add_child(struct tree_worker *w, struct tree_node *parent, const char *name);

/** When links are followed: −ELOOP if the directory that was just opened is one of those above it,
 *  0 or −errno. */
int tree_refuse_loop(struct tree *t, struct tree_node *node);

/** openat(2) that evicts other descriptors when there are none left: a descriptor or −errno. */
int tree_openat(struct tree *t, int at, const char *name, int flags, mode_t mode);

/** Opens a directory likewise, by the rules for those of the tree: links, mounts. */
int tree_open_below(struct tree *t, int at, const char *name, bool link);

/** How often descriptors were evicted so far. */
unsigned tree_evictions(const struct tree *t);

/** Evicts descriptors if `r` is −EMFILE or −ENFILE: whether any were evicted since `*seen`, the
 *  number of evictions before the call that gave `r`, so that this call is worth another try. */
bool tree_try_again(struct tree *t, int r, unsigned *seen);

/** Whether something is mounted on `name` itself, in the directory `at`: 1, 0 or −errno. */
int tree_is_mount(int at, const char *name);

/** The type of an entry, asked where the directory doesn't tell it: ≥ 0 or −errno. */
static inline int tree_type(const struct tree_node *node, const struct dir_entry *entry) {
    return entry->type != DT_UNKNOWN ? entry->type : dir_type(node->fd[0], entry->name);
}

/** Appends the way from the root to `node`, and `name` unless NULL, each after a slash unless the
 *  text ends with one (or is empty). */
void tree_append_path(struct str *s, const struct tree_node *node, const char *name);

#endif
