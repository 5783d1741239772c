/* SPDX-License-Identifier: MIT */
/** How far a long call has come, on the terminal; and its end by Ctrl-C. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <osier.h>

struct progress {
    const char *verb;  /* "copying" */
    uint64_t bytes;    /* in all, or 0 where nobody knows */
    bool drawn;        /* something stands on the terminal's line */
    bool failed;       /* an error was told */
    bool missing_fine; /* ENOENT is none */
};

/** Has `control` tell `progress` of everything, and Ctrl-C end the call. */
void progress_begin(struct progress *progress, struct os_tree_control *control);

/** Takes the bar away. */
void progress_end(struct progress *progress);

/** Whether anybody looks at a bar. */
bool progress_shown(void);

/** "1.5 GiB" in a buffer of at least 16 bytes. */
const char *human_size(char *buffer, size_t size, uint64_t bytes);

#endif
