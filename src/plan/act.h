/* SPDX-License-Identifier: MIT */
/** Programs that a plan runs, and what is known of them: done, not done, or somebody else's. */
#ifndef PLAN_ACT_H
#define PLAN_ACT_H

#include "base/json.h"
#include "plan/arena.h"

#include <osier/plan.h>

struct txn;

/** A list of them; the texts are in an arena. */
struct acts {
    struct os_plan_act *list;
    size_t count, room;
};

/** Adds a copy: 0 or −ENOMEM. */
int acts_add(struct acts *acts, struct arena *arena, const struct os_plan_act *act);

/** Writes one as a line of a plan's file, or of an intent. */
void act_append(struct str *s, const struct os_plan_act *act, size_t number);

/** Reads such a line: 0; −EBADMSG; −EPROTONOSUPPORT for a member that isn't known; −ENOMEM. */
int act_parse(const struct json *json, struct arena *arena, size_t number, struct os_plan_act *ret);

/** How the values of one are. */
struct act_look {
    bool was, is, known;             /* all as before; all as after; each as one of both */
    const struct os_plan_value *odd; /* the first that isn't as asked */
    struct str found;                /* how that one is */
};

/** Looks at the values: 0 or −errno. The first that isn't as `after` (else before) has it is `odd`. */
int act_look(const struct os_plan_act *act, bool after, struct act_look *ret);

/** Whether a value is to be another one: some are known since they are to stay. */
bool value_changes(const struct os_plan_value *value);

/** "service nginx: state" */
void act_name(struct str *s, const struct os_plan_value *value);

/** What is told of programs, or nothing. */
struct act_listener {
    void (*tell)(const struct os_plan_act_event *event, void *data);
    void *data;
};

/** Runs those of a transaction whose turn it is, in the direction in which it goes: 0; −ECANCELED
 *  where one has failed, which was told; −errno. Each is noted in the journal before. */
int acts_run(struct txn *txn, enum os_plan_when when, const struct act_listener *listener);

/** Takes back those that had begun, of the turns from `first` to `last`. What is as neither of both is
 *  left, unless it is `ours`: nobody else was there. How many were left. */
size_t acts_restore(struct txn *txn, enum os_plan_when first, enum os_plan_when last, bool ours,
                    const struct act_listener *listener);

/** Reads from the journal which had begun: 0 or −errno. */
int acts_read_begun(struct txn *txn);

/* What a floor above does for this one (state/driver.c), which knows programs and kinds. */

/** Runs a program, which inherits the descriptor `hold`: its exit status, 128 + N where signal N has ended it, or −errno; `*ret_said` is the
 *  end of what it said, to free(), where the answer isn't 0 or negative. */
int driver_run(char *const *argv, int hold, char **ret_said);

/** How a value is now: 0, −ENOTSUP where nobody knows the kind, or −errno. */
int driver_look(const struct os_plan_value *value, struct str *now);

/** Runs a line of a shell that prints a secret: 0 with all of it, to free(); its exit status with the end
 *  of what it said, to free(); −ENODATA where it printed nothing, or −errno. */
int driver_secret(const char *line, char **ret_data, size_t *ret_size, char **reterr_said);

#endif
