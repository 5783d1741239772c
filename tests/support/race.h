/* SPDX-License-Identifier: MIT */
/** Races with others who create, save, exchange and read all the while: what the tests of them share.
 *  25 rounds each, or 500 when built in full (-DSLOW). */
#ifndef TESTS_RACE_H
#define TESTS_RACE_H

#include "trees.h"

#include <stdatomic.h>

/** What the others have done, in memory that all share. */
struct others {
    atomic_bool ends;
    atomic_int made;  /* files "new0" … of the source */
    atomic_int added; /* files "added0" … of a target that is there already */
    atomic_int saved; /* the latest version of "d/saved", 0 before the first */
    atomic_int shown; /* times that the content of a private file was read by somebody else */
    atomic_int torn;  /* times that a name which is replaced was absent, or a part of a file */
    atomic_int exchanges;
};
extern struct others *others;

/** Writes the new file `path`, `times` times the token. */
void put(const char *path, const char *token, int times);

/** Exchanges two names in one step. */
void swap(const char *a, const char *b);

/** A directory of `wide` directories with as many files, each with a token of its own, "t-1-2\n" with
 *  the first letter of `top`; and the directory "private", 0700, with the file "f" that is 0644. */
void plant(const char *top, int wide);

/** One of the others: creates files in "d", saves there as editors do, and exchanges what is in it, and
 *  itself, with what is in "elsewhere". */
void meddle(void);

/** Becomes nobody and reads these files whenever it may; ends with NULL. */
void peep(const char *const *paths);

/** Whether a token stands in no file of `all`, wherever; says so. */
bool is_lost(const char *all, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** How many tokens of "d" and "elsewhere", and of the files that meddle() made, are lost. */
int count_lost_of_source(const char *all, int wide);

/** A race. The test defines this one and has no main() of its own. */
extern const struct race {
    bool (*begin)(void); /**< once, in the empty directory, or NULL; false: it can't be run here */
    void (*prepare)(void); /**< what is there when a round begins */
    void (*acts[4])(void); /**< the others, each a process of its own; NULL at the end */
    int (*count_lost)(const char *all); /**< given what is in all files, when a round has ended */
    void (*by_osier)(void);             /**< what must lose, show and tear nothing */
    const char *gnu, *python; /**< the same by commands, to compare with when built in full */
    void (*end)(void);        /**< or NULL */
} race;

#endif
