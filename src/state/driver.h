/* SPDX-License-Identifier: MIT */
/** Driven kinds: what is made so by a program (systemctl, apt-get, useradd), not by a change of files.
 *
 *  Such a kind is an entry of `kinds` in resource.c with a `driver`, its members, `begin` (begin_driven(),
 *  or its own which calls that) and `plan`, and an entry of `drivers` in driver.c. Its plan says by
 *  want_value() how each value shall be; the rest is the driver's:
 *
 *      look    how the value is now, as a text. The plan is made by it, refused by it when it isn't so any
 *              more, and known by it to be done or not after a crash; so it is the same for the same
 *              state of things, and about nothing else than `change` changes.
 *      change  the program that brings a value `from` → `to`. It is asked for both directions, so what
 *              takes it back is known before anything is done. No words: nothing has to be run.
 *      when    when the program that brings a value `to` is run: what stops something before files
 *              change, what starts it after. Without it: the change after them, its undo before.
 *
 *  A program gets no shell, no input, and LC_ALL=C. What no value tells (a restart) is planned by
 *  plan_driven() with an act that has no values: it is run whenever its turn comes.
 */
#ifndef STATE_DRIVER_H
#define STATE_DRIVER_H

#include "base/str.h"

#include <osier/plan.h>

struct os_state;
struct resource;

struct driver {
    const char *kind;
    int (*look)(const char *name, const char *what, struct str *now);
    int (*change)(const char *name, const char *what, const char *from, const char *to,
                  struct list *argv);
    enum os_plan_when (*when)(const char *what, const char *to); /* or NULL */
};

/** The driver of a kind, or NULL. */
const struct driver *driver_of(const char *kind);

/** Plans that a value shall be so, where it isn't: 0, AGAIN (see view.h), or −errno. */
int want_value(struct os_state *state, const struct resource *resource, const char *what,
               const char *wanted);

/** Plans a program: as want_value(). Its undo_on_failure is the resource's. */
int plan_driven(struct os_state *state, const struct resource *resource,
                const struct os_plan_act *act);

/** Names that no program could take for an option or more than one word. */
int begin_driven(struct os_state *state, struct resource *resource);

/** A list as an argv, to free(); NULL where it is empty. 0 or −ENOMEM. */
int argv_take(struct list *list, char ***ret);

/** Where a program is, to free(): 0, −ENOENT, −ENOMEM. In PATH, and where administrators have theirs. */
int driver_find(const char *program, char **ret_path);

/** Runs a program that only tells something: its exit status, or −errno. */
int driver_read(char *const *argv, struct str *out);

/** Likewise, with what it says of errors among the rest. */
int driver_read_all(char *const *argv, struct str *out);

#endif
