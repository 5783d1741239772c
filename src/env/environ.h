/* SPDX-License-Identifier: MIT */
/** The environment, kept so that threads can use it: the store under <osier/environ.h>.
 *
 *  `environ` stays the one truth, so code that knows nothing of osier sees every change. Writers
 *  take a lock and publish by single pointer stores; an array or a string that was published is
 *  never freed; readers take no lock. Names come with their length, and need no NUL behind them.
 */
#ifndef ENV_ENVIRON_H
#define ENV_ENVIRON_H

#include <stdbool.h>
#include <stddef.h>

/** The value where it stands, or NULL if the name is unset. Safe in signal handlers too. */
const char *env_find(const char *name, size_t size);

/** A copy of the value, to free(): 1 if it is set, 0 if not (then *ret_value is NULL), −ENOMEM. */
int env_get(const char *name, size_t size, char **ret_value);

/** All variables as of one moment, "K=V", in one block that ends with NULL: 0 or −ENOMEM. As in
 *  Python's os.environ, the first of two equal names counts, and text without '=' does not. */
int env_snapshot(char ***ret_list);

/** The entries as of one moment as execve(2) takes them, whatever they are, in one block: 0 or −ENOMEM.
 *  The texts are copies only where libc's setenv(3) frees one that was replaced. */
int env_for_program(char ***ret_list);

/** How many variables that would be, or −ENOMEM. */
long env_count(void);

/** Sets a variable; one that is there already only if `overwrite`: 0 or −ENOMEM. */
int env_set(const char *name, size_t size, const char *value, bool overwrite);

/** Sets a variable unless it is set, and copies what it is then: 1 or −ENOMEM. */
int env_set_default(const char *name, size_t size, const char *value, char **ret_value);

/** Sets every "K=V" of a list that ends with NULL, all at one moment or (−ENOMEM) none. */
int env_set_all(const char *const *list);

/** Removes a variable: 1 if it was there, 0 if not, −ENOMEM. */
int env_unset(const char *name, size_t size);

/** The same, with a copy of the value that it had; it stays when there is no memory for that. */
int env_pop(const char *name, size_t size, char **ret_value);

/** Removes all of them. */
void env_clear(void);

/** Takes over an array that other code has put in place of `environ`: 0 or −ENOMEM. */
int env_adopt(void);

/** How many bytes the store holds for good: every string and array that it ever published. */
size_t env_retained(void);

#endif
