/* SPDX-License-Identifier: MIT */
/** A look, now and then, at how far the copy of one large file has come. */
#include "frame/watch.h"
#include "frame/interrupt.h"
#include "frame/message.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LARGE = 16 * 1024 * 1024, PAUSE_NS = 100 * 1000000, SECOND_NS = 1000000000 };

static void look(struct watch *watch) {
    struct stat st;
    struct os_progress done = {.bytes = stat(watch->copy, &st) == 0 ? (uint64_t)st.st_size : 0};
    if (progress_tell(&watch->progress, &done) == 0)
        return;
    if (watch->fresh)
        unlink(watch->copy);
    progress_end(&watch->progress, 0);
    if (watch->fresh)
        complain("cp", watch->src, "interrupted, not copied");
    else
        complain("cp", watch->copy, "interrupted, the copy is incomplete");
    interrupt_end();
}

static void *run(void *data) {
    struct watch *watch = data;
    struct timespec due;
    clock_gettime(CLOCK_REALTIME, &due);
    pthread_mutex_lock(&watch->lock);
    while (!watch->ending) {
        due.tv_nsec += PAUSE_NS;
        due.tv_sec += due.tv_nsec / SECOND_NS;
        due.tv_nsec %= SECOND_NS;
        if (pthread_cond_timedwait(&watch->changed, &watch->lock, &due) == ETIMEDOUT)
            look(watch);
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

void watch_begin(struct watch *watch, const char *verb, const char *src, const char *copy) {
    struct stat st;
    struct os_tree_control control;
    *watch = (struct watch){.progress.verb = verb, .src = src, .copy = copy};
    if (stat(src, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < LARGE)
        return;
    watch->progress.bytes = (uint64_t)st.st_size;
    watch->fresh = lstat(copy, &st) < 0;
    progress_begin(&watch->progress, &control);
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->changed, NULL);
    watch->begun = pthread_create(&watch->thread, NULL, run, watch) == 0;
}

void watch_end(struct watch *watch) {
    int saved = errno;
    if (watch->begun) {
        pthread_mutex_lock(&watch->lock);
        watch->ending = true;
        pthread_cond_signal(&watch->changed);
        pthread_mutex_unlock(&watch->lock);
        pthread_join(watch->thread, NULL);
    }
    progress_end(&watch->progress, 0);
    errno = saved;
}
