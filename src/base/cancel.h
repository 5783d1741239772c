/* SPDX-License-Identifier: MIT */
/** Cancelled threads, pthread_cancel(3): a call finishes what it has begun; one that waits for
 *  somebody else ends, and gives back what it holds.
 *
 *  A function that holds something across a cancellation point begins with UNCANCELLED. Where it
 *  waits for long it calls cancel_run() or one of its like, with what has to be undone.
 */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <pthread.h>
#include <sys/types.h>

static inline int cancel_hold(void) {
    int old = PTHREAD_CANCEL_ENABLE;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    return old;
}

static inline void cancel_release(int *state) {
    int held;
    pthread_setcancelstate(*state, &held);
}

/** Until the end of the scope nobody cancels the thread. */
#define UNCANCELLED                                                                                \
    __attribute__((cleanup(cancel_release), unused)) int cancel_state_ = cancel_hold()

/** The state that UNCANCELLED ends with, for a struct cancel. */
#define CANCEL_STATE cancel_state_

/** What to do when a thread is cancelled while it waits, and whether it may be. */
struct cancel {
    void (*undo)(void *argument);
    void *argument;
    int state;
};

/** Makes a call in which the thread may be cancelled: its result. */
ssize_t cancel_run(ssize_t (*call)(void *data), void *data, const struct cancel *cancel);

/** read(2) in which the thread may be cancelled: bytes or −errno. */
ssize_t cancel_read(int fd, void *data, size_t size, const struct cancel *cancel);

/** waitpid(2) for one child in which the thread may be cancelled: 0 or −errno. */
int cancel_wait(pid_t pid, int *ret_status, const struct cancel *cancel);

#endif
