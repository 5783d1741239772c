/* SPDX-License-Identifier: MIT */
/** The one traversal: directories as nodes, opened by name from their parents' descriptors.
 *
 *  A node is a directory that was found and is not finished. Its descriptor is opened without
 *  following links, is there while somebody needs it, and may be given up in between: the oldest
 *  goes when there are more than the budget allows, or when the process has no descriptor left. It
 *  comes back through the `..` of a child, if that leads to the same inode in the same parent, or
 *  else down from the nearest ancestor by names. So neither the depth of a tree nor a link swapped
 *  in for a directory matters, and no path is ever given to the kernel.
 *
 *  A client (rmtree, usage …) is a table of calls; they come from as many threads as work. Two
 * trees may be walked side by side (copy, compare): a node has a descriptor on each side.
 */
#ifndef TREE_ENGINE_H
#define TREE_ENGINE_H

#include "base/str.h"
#include "fs/dir.h"
#include <osier/tree.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { TREE_SIDES = 2 };

struct tree_identity {
    uint64_t dev, ino;
};

struct tree_node {
    struct tree_node *parent;          /* NULL for the root */
    struct tree_node *previous, *next; /* in the list of those to be read */
    struct tree_node *older, *newer;   /* among those whose descriptors may be given up */
    struct tree_identity identity[TREE_SIDES];
    int64_t offset;      /* where reading goes on */
    int fd[TREE_SIDES];  /* −1: given up, or never there */
    int error;           /* −errno: it is lost for good */
    unsigned pins;       /* threads that use the descriptors now */
    unsigned waiting;    /* children that have yet to be opened */
    unsigned unfinished; /* children that are not finished */
    unsigned depth;
    bool taken;      /* by a thread, from that list */
    bool listed;     /* it is in that list; when it is taken too, only for its place there */
    bool registered; /* its descriptors may be given up */
    bool identified; /* `identity` is filled */
    bool missed;     /* given up and needed again */
    bool partial;    /* reading goes on after the children found so far */
    bool link;       /* reached by a symbolic link that is to be followed */
    bool unopened;   /* could not be opened, or was not meant to be */
    bool spread;     /* it has had children to be opened */
    bool helped;     /* allocated by a helper, in a pulled tree */
    uint16_t mark;   /* the client's own */
    char *name;
    max_align_t extra[]; /* the client's own part, `extra` bytes */
};

/** Memory that is not needed any more. */
struct tree_spent {
    struct tree_spent *next;
};

struct tree;

/** One thread's part in the work. */
struct tree_worker {
    struct tree *tree;
    char *buffer;            /* for reading a directory */
    struct tree_node *found; /* the children found in the directory that is being read */
    struct tree_node **last;
    unsigned count;
    unsigned directories; /* that this thread has read */
    unsigned waits;       /* for the disk, among the directories looked at, since the last look */
    long switches;        /* away from this thread, before it began to read this one */
    bool looks;           /* at this one */
    bool busy;
    struct tree_spent *spent; /* for helpers to free */
    unsigned spent_count;
    void *local; /* the client's own */
};

/** What an entry() answers: go on, or go into this directory later. */
enum { TREE_NEXT, TREE_DESCEND };
/** What an enter() answers: don't read this directory (it says so in `unopened` if leave() is not
 *  to be called either). */
enum { TREE_SKIP = 1 };
/** What a left() answers: this directory has to be read again. */
enum { TREE_AGAIN = 1 };

/** A client's calls; any but entry() may be missing. A negative answer ends the whole traversal. */
struct tree_client {
    size_t extra;      /* bytes of its own in every node */
    size_t local_size; /* bytes of its own in every thread */
    bool keeps;        /* left() or leave() need descriptors: a node's stay needed to its end */
    /* A directory is open, its parent too. */
    int (*enter)(struct tree_worker *w, struct tree_node *node);
    /* An entry of it was read. */
    int (*entry)(struct tree_worker *w, struct tree_node *node, const struct dir_entry *entry);
    /* Everything below is done; the directory is open for the last time (unless its fd is −1). */
    int (*leave)(struct tree_worker *w, struct tree_node *node);
    /* The directory is closed, its parent open. */
    int (*left)(struct tree_worker *w, struct tree_node *node);
    /* `name` in `node` (or `node` itself, if `name` is NULL) failed with −errno. */
    int (*failed)(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error);
    /* Instead of all of the above: reads a node that was taken from the list. */
    void (*read)(struct tree_worker *w, struct tree_node *node);
    /* The node ends, its parent is still there: frees what hangs on it. */
    void (*forget)(struct tree_worker *w, struct tree_node *node);
    /* Adds what a thread has in `local` to the whole, one thread at a time. */
    void (*merge)(struct tree_worker *w);
};

struct tree {
    const struct tree_client *client;
    void *data; /* the client's own */
    int sides;
    bool one_file_system;
    int threads;    /* 1, or how many may work; 0 as many as help */
    char apart[64]; /* what threads only read from what they write: lines of their caches */
    /* From here on the engine's own; guarded by `lock` when `shared`. */
    bool shared;
    atomic_bool stopping;
    int result; /* the −errno that stopped it, or 0 */
    unsigned budget, open;
    atomic_uint missed;   /* nodes whose descriptors were given up and are needed again */
    atomic_uint given_up; /* how many times a node's descriptors were */
    unsigned active, idle, started, wanted;
    struct tree_node *todo, *oldest, *newest;
    bool pulled;       /* helpers only read ahead of the thread that began */
    atomic_uint ahead; /* nodes they have read that nobody has asked for yet */
    unsigned most_ahead;
    struct tree_node *awaited; /* by the thread that began */
    struct tree_spent *spent;  /* for a helper to free */
    struct tree_worker *main;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* `idle` threads wait for something to do */
    pthread_cond_t arrived; /* the thread that began waits for `awaited` */
    pthread_t *helpers;
    /* A call every tenth of a second, from the thread that began the traversal; negative stops. */
    int (*tick)(struct tree_worker *w);
    int64_t tick_due_ns;
};

/** Sets up a tree that has its client, data and options: 0 or −errno. tree_end() frees it. */
int tree_begin(struct tree *t, struct tree_worker *w);
void tree_end(struct tree *t, struct tree_worker *w);

/** A root node around descriptors, which become its own (−1 on an unused side): 0 or −errno. */
int tree_root(struct tree *t, const int fd[TREE_SIDES], struct tree_node **ret_node);

/** A new child of `parent`, not yet in any list: NULL without memory. */
struct tree_node *tree_child(struct tree *t, struct tree_node *parent, const char *name);

/** Reads the tree below `root` to its end: 0, or the −errno that stopped it. Frees all nodes. */
int tree_run(struct tree_worker *w, struct tree_node *root);

/** Stops the traversal; the first reason counts. */
void tree_stop(struct tree *t, int error);

/* Steps of a traversal, for one that is pulled. */

/** Has the parent's descriptors pinned and opens the node: 0 or −errno. */
int tree_open(struct tree *t, struct tree_node *node);
/** The node was opened, or is not going to be: its parent is needed once less. */
void tree_opened(struct tree *t, struct tree_node *node);
/** The node has `count` children to be opened; its descriptors may be given up in between. */
void tree_register(struct tree *t, struct tree_node *node, unsigned count);
void tree_unregister(struct tree *t, struct tree_node *node);
/** Makes sure that a node's descriptors are there, by way of the open child `via` (or NULL) if they
 *  were given up, and pins them: 0 or −errno. */
int tree_acquire(struct tree *t, struct tree_node *node, struct tree_node *via);
void tree_release(struct tree *t, struct tree_node *node);
/** Ends a node with nothing unfinished, and those above that had nothing else left. Gives the
 *  nearest one that is not finished, NULL after the root. */
struct tree_node *tree_finish(struct tree_worker *w, struct tree_node *node);
/** Frees a node's memory, or leaves it to a helper that has allocated it. */
void tree_free(struct tree_worker *w, void *memory, bool helped);
void tree_free_spent(struct tree_spent *spent);
/** One thing less is unfinished in the node: ends it if it was the last. */
void tree_drop(struct tree_worker *w, struct tree_node *node);
/** Closes its descriptors. */
void tree_close(struct tree_node *node);
/** Calls the client's tick if it is due and this is the thread for it. */
void tree_tick(struct tree_worker *w);
/** Waits until another thread has changed something. */
void tree_wait(struct tree_worker *w);
/** Waits until the node was read ahead: tree_arrived() tells. */
void tree_await(struct tree *t, struct tree_node *node);
void tree_arrived(struct tree *t, struct tree_node *node);
/** Wakes threads that wait, for so many things to do. */
void tree_wake(struct tree *t, unsigned things);
/** The next node to be read that nobody has taken, or NULL. */
struct tree_node *tree_next(const struct tree *t);
/** Before and after a directory is read: counts it, and looks whether the thread had to wait. */
void tree_reads(struct tree_worker *w);
void tree_has_read(struct tree_worker *w);
/** Calls helpers if there are none yet and they are of use. */
void tree_call_helpers(struct tree_worker *w);
/** Takes a node out of the list of those to be read. */
void tree_unlist(struct tree *t, struct tree_node *node);
/** Puts a chain of nodes into that list: behind `place` if that is listed, else in front. */
void tree_list(struct tree *t, struct tree_node *place, struct tree_node *first,
               struct tree_node **last);

/** A child that was found while `parent` is being read: NULL without memory. */
struct tree_node *tree_found(struct tree_worker *w, struct tree_node *parent, const char *name);
/** Waits for the helpers to end. */
void tree_dismiss(struct tree *t);

void tree_lock(struct tree *t);
void tree_unlock(struct tree *t);

/** Gives up descriptors if `r` is −EMFILE or −ENFILE: whether any were given up since `*seen`, the
 *  value of `given_up` before the call that gave `r`, so that this call is worth another try. */
bool tree_try_again(struct tree *t, int r, unsigned *seen);

/** openat(2) that gives up descriptors when there are none left: a descriptor or −errno. */
int tree_openat(struct tree *t, int at, const char *name, int flags, mode_t mode);

/** Opens a directory likewise, by the rules for those of the tree: links, mounts. */
int tree_open_below(struct tree *t, int at, const char *name, bool link);

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
