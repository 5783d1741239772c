/* SPDX-License-Identifier: MIT */
/** A tree of the library's own removed again. */
#ifndef TREE_RMTREE_H
#define TREE_RMTREE_H

/** Removes the directory `name` of `dir` with all in it, as far as that can be done: errno and the
 *  record stay as they are. */
void rmtree_quietly(int dir, const char *name);

#endif
