/* SPDX-License-Identifier: MIT */
/** A look, now and then, at how far the copy of one large file has come. */
#ifndef CLI_FRAME_WATCH_H
#define CLI_FRAME_WATCH_H

#include "frame/progress.h"

#include <pthread.h>

struct watch {
    struct progress progress;
    const char *src, *copy;
    bool fresh;  /* the copy was not there before */
    bool begun;  /* there is a thread that looks */
    bool ending; /* it is to end */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/** Begins, where `src` is a large file: a bar is drawn, and Ctrl-C takes the half copy away. */
void watch_begin(struct watch *watch, const char *verb, const char *src, const char *copy);

/** Ends; errno and the error record stay as they are. */
void watch_end(struct watch *watch);

#endif
