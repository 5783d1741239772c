/* SPDX-License-Identifier: MIT */
/**
 * The verbs, the commands of osier's own.
 *
 * Each stands in a file of its name, below the comment that --help, the manual and the completions
 * are made of: as of a function of the library, but with a @group, and a @param for each word of
 * its @shell line.
 */
#ifndef CLI_VERBS_VERBS_H
#define CLI_VERBS_VERBS_H

struct call;

int verb_compare(struct call *call);
int verb_cp(struct call *call);
int verb_du(struct call *call);
int verb_glob(struct call *call);
int verb_mv(struct call *call);
int verb_rm(struct call *call);
int verb_walk(struct call *call);

#endif
