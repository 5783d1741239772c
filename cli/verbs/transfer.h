/* SPDX-License-Identifier: MIT */
/** The sources and destinations of cp and mv. */
#ifndef CLI_VERBS_TRANSFER_H
#define CLI_VERBS_TRANSFER_H

#include "frame/call.h"

struct transfer {
    const char *src;  /* as it was typed */
    const char *dst;  /* the last word */
    const char *path; /* the destination: `dst`, or the name of `src` in that directory */
    const char *twin; /* the copy that this call made of another hard link of `src`, or NULL */
    bool into;        /* `dst` is a directory, and `path` is in it */
};

/** Calls `act` for each source. The last word is the destination; with several sources it has to be
 *  a directory. Existing files are skipped with --no-clobber, and what this call has created is
 *  never overwritten. */
int each_to_last(struct call *call, int (*act)(struct call *, const struct transfer *));

#endif
