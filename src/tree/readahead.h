/* SPDX-License-Identifier: MIT */
/** A tree that is pulled: the client asks for one directory after another, and helpers read ahead.
 *
 *  The client decides which node comes next, a parent before its children. Each node is read once,
 *  by the thread that began when it asks for it, or by a helper before that: then the client's
 *  read() is called with the −errno of opening it, or 0. read() adds what is to be gone into
 *  (tree_add_child), leaves what it has found in the node's `extra`, and answers −errno (what it has
 *  added is forgotten), 0 or TREE_KEEP.
 *
 *  All calls but those that take a worker are for the thread that began.
 */
#ifndef TREE_READAHEAD_H
#define TREE_READAHEAD_H

#include "tree/client.h"

/** The root, around a descriptor that becomes its own, or with the −errno of opening it: 0 or
 *  −errno. */
int tree_pull_root(struct tree *t, int fd, struct tree_node **ret_root);

/** A child of a node that was read, which the caller names: NULL without memory. */
struct tree_node *tree_pull_child(struct tree *t, struct tree_node *node, const char *name);

/** Makes sure that the node was read. */
void tree_pull(struct tree *t, struct tree_node *node);

/** The node is not wanted: whether it was read ahead. If so, its children are the client's to skip
 *  too, before tree_pull_done(); else it has ended. */
bool tree_pull_skip(struct tree *t, struct tree_node *node);

/** The client is done with a node that was read: it ends when everything below it has. */
void tree_pull_done(struct tree *t, struct tree_node *node);

/** Holds the descriptors of a node that was read, opened again where need be: 0 or −errno. */
int tree_pin(struct tree *t, struct tree_node *node);
void tree_unpin(struct tree *t, struct tree_node *node);

/** Stops reading ahead, and waits for the helpers to end. */
void tree_pull_stop(struct tree *t);

/** For read(): a child that is only a name, in no list; tree_forget_child() frees it. NULL without
 *  memory. */
struct tree_node *tree_name_child(struct tree_worker *w, struct tree_node *node, const char *name);
void tree_forget_child(struct tree_worker *w, struct tree_node *child);

/** Frees memory that read() took for the node, or leaves it to the helper that did. */
void tree_free_read(struct tree_worker *w, const struct tree_node *node, void *memory);

#endif
