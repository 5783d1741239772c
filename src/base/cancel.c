/* SPDX-License-Identifier: MIT */
/** Waiting in a thread that may be cancelled meanwhile. */
#include "base/cancel.h"

#include "base/seam.h"
#include <sys/wait.h>
#include <unistd.h>

/* Alone in its function, as pthread_cleanup_push(3) may save the registers as setjmp(3) does. */
ssize_t cancel_run(ssize_t (*call)(void *data), void *data, const struct cancel *cancel) {
    ssize_t result;
    int held;
    pthread_cleanup_push(cancel->undo, cancel->argument);
    pthread_setcancelstate(cancel->state, &held);
    result = call(data);
    pthread_setcancelstate(held, &held);
    pthread_cleanup_pop(0);
    return result;
}

struct reading {
    int fd;
    void *data;
    size_t size;
};

static ssize_t do_read(void *data) {
    const struct reading *reading = data;
    return SYS(read, reading->fd, reading->data, reading->size);
}

ssize_t cancel_read(int fd, void *data, size_t size, const struct cancel *cancel) {
    struct reading reading = {fd, data, size};
    return cancel_run(do_read, &reading, cancel);
}

struct waiting {
    pid_t pid;
    int status;
};

static ssize_t do_wait(void *data) {
    struct waiting *waiting = data;
    return SYS(waitpid, waiting->pid, &waiting->status, 0);
}

int cancel_wait(pid_t pid, int *ret_status, const struct cancel *cancel) {
    struct waiting waiting = {.pid = pid};
    int r = (int)cancel_run(do_wait, &waiting, cancel);
    if (r < 0)
        return r;
    *ret_status = waiting.status;
    return 0;
}
