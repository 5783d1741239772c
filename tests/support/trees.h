/* SPDX-License-Identifier: MIT */
/** Trees to test on: deep, wide. */
#ifndef TESTS_TREES_H
#define TESTS_TREES_H

#include "support.h"

/** Like enter_scratch() and leave_scratch(), for trees that are large, or nftw(3) can't remove. */
int enter_trees(void **state);
int leave_trees(void **state);
#define IN_TREES(test) cmocka_unit_test_setup_teardown(test, enter_trees, leave_trees)

/** A chain of `depth` directories below the new directory `top`, all of that name, each with a
 *  file "f" in it, and with `siblings` further directories "s0" … beside the next one. */
void make_chain(const char *top, const char *name, int depth, int siblings);

/** How many directories and other entries there are in `top` and below; apart from the library. */
struct census {
    long directories, others;
};
struct census count_tree(const char *top);

/** A tree of `wide` directories with as many files each, two levels. */
void make_bush(const char *top, int wide);

/** Lowers how many descriptors may be open; returns what it was. */
long limit_descriptors(long most);

/** Waits for the result of `test` in a child process without privileges: 0 when it passed. */
int as_nobody(int (*test)(void));

#endif
