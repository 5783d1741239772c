/* SPDX-License-Identifier: MIT */
/** What cp and mv share: each source, and the path that it goes to. */
#ifndef CLI_VERBS_TRANSFER_H
#define CLI_VERBS_TRANSFER_H

#include "frame/call.h"

struct transfer {
    const char *src;  /* as it was typed */
    const char *dst;  /* the last word */
    const char *path; /* what becomes of the source: `dst`, or its name in that directory */
    bool into;        /* `dst` is a directory that it goes into */
};

/** Calls `act` with each word and the last, which has to be a directory where they are many. What
 *  --no-clobber leaves out is left out, and what has just been made is not overwritten. */
int each_to_last(struct call *call, int (*act)(struct call *, const struct transfer *));

#endif
