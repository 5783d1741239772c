/* SPDX-License-Identifier: MIT */
/** How far a long call has come, on the terminal. */
#ifndef CLI_FRAME_PROGRESS_H
#define CLI_FRAME_PROGRESS_H

#include <osier.h>

struct progress {
    const char *verb;   /* "copying" */
    uint64_t bytes;     /* in all, or 0 where nobody knows */
    int64_t begun_ns;   /* when, by the clock */
    bool quiet;         /* no bar */
    bool silent;        /* no message about errors either */
    bool drawn;         /* something stands on the terminal's line */
    bool failed;        /* an error was told */
    bool missing_fine;  /* ENOENT is none */
    size_t most_errors; /* so many are told, then their number alone; 0: all */
    size_t errors;      /* how many there were */
};

/** Has `control` tell `progress` of everything, and Ctrl-C end the call. */
void progress_begin(struct progress *progress, struct os_tree_control *control);

/** Takes the bar away, and tells of the failure that a call ended with (unless it was told, or was
 *  somebody's Ctrl-C): the exit status. */
int progress_end(struct progress *progress, int r);

/** Draws the bar, where anybody looks at it: not 0 when the call is to end. */
int progress_tell(struct progress *progress, const struct os_progress *done);

/** Whether anybody looks at a bar. */
bool progress_shown(void);

#endif
