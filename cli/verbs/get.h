/* SPDX-License-Identifier: MIT */
/** What osier get and osier watch ask. */
#ifndef CLI_VERBS_GET_H
#define CLI_VERBS_GET_H

#include "frame/call.h"

/** A call that answers, or what metrics are printed of. */
struct question {
    const char *metrics; /* or NULL */
    const struct function *function;
    char **words;
};

/** Reads WHAT and the words behind it, and looks at the machine of --root: STATUS_YES, or after a
 *  message. */
int read_question(struct call *call, struct question *question);

/** Prints the answer: the exit status. */
int ask_question(const struct question *question);

#endif
