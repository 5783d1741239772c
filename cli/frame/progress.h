/* SPDX-License-Identifier: MIT */
/** The progress of a long call, on the terminal. */
#ifndef CLI_FRAME_PROGRESS_H
#define CLI_FRAME_PROGRESS_H

#include <osier.h>

struct progress {
    const char *verb;   /* "copying" */
    uint64_t bytes;     /* the total, or 0 if unknown */
    int64_t begun_ns;   /* when, by the clock */
    bool quiet;         /* no bar */
    bool silent;        /* no message about errors either */
    bool drawn;         /* the bar is on the terminal's line */
    bool failed;        /* an error was printed */
    bool missing_fine;  /* ENOENT is no error */
    size_t most_errors; /* print so many errors, then only their number; 0 prints all */
    size_t errors;      /* how many there were */
};

/** Sets the callbacks of `control`: progress and errors are printed, and Ctrl-C cancels the call. */
void progress_begin(struct progress *progress, struct os_tree_control *control);

/** Removes the bar, and prints the error that a call ended with (unless it was printed already, or
 *  Ctrl-C ended it): the exit status. */
int progress_end(struct progress *progress, int r);

/** Draws the bar on a terminal; not 0 after Ctrl-C. */
int progress_tell(struct progress *progress, const struct os_progress *done);

/** Whether a bar is shown: stderr is a terminal. */
bool progress_shown(void);

#endif
