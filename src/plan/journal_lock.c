/* SPDX-License-Identifier: MIT */
/** Locks of journals: all that are used, in one order, and what a dead holder has left. */
#include "base/kernel.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "io/readwrite.h"
#include "plan/journal.h"
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    LOCK_PAUSE = 20 * 1000 * 1000, /* between two looks at a lock, in nanoseconds */
    LEFT_PAUSES = 100,             /* for a lock that somebody dead has left to a child */
};

static int by_place(const void *a, const void *b) {
    const struct journal *x = *(struct journal *const *)a, *y = *(struct journal *const *)b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* The same by the number alone, where there are no pidfds (before Linux 5.3, or in a sandbox). */
static bool number_has_ended(pid_t pid) {
    char path[32], stat[512];
    if (kill(pid, 0) < 0 && errno == ESRCH)
        return true;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    const char *name_end = procfile_read(path, stat, sizeof stat) > 0 ? strrchr(stat, ')') : NULL;
    return name_end && (strncmp(name_end, ") Z", 3) == 0 || strncmp(name_end, ") X", 3) == 0);
}

/* Whether who has the lock, by its own note, has ended, reaped or not. The lock outlives it where it was
 * starting a program just then: the child has all descriptors until it is that program. */
static bool holder_has_ended(int fd) {
    char note[32] = "";
    ssize_t size = SYS(pread, fd, note, sizeof note - 1, 0);
    long pid = size > 0 ? strtol(note, NULL, 10) : 0;
    if (pid <= 0 || pid > INT_MAX)
        return false;
    AUTO_CLOSE int process = SYS(kernel_pidfd_open, (pid_t)pid, 0);
    if (process == -ENOSYS || process == -EPERM)
        return number_has_ended((pid_t)pid);
    struct pollfd end = {.fd = process, .events = POLLIN};
    return process == -ESRCH || (process >= 0 && poll(&end, 1, 0) > 0);
}

/* Who had the lock has removed it, see unused.c: what was opened of it has no name any more. */
static bool has_gone(const struct journal *j) {
    struct stat st;
    return SYS(fstat, j->states[JOURNAL_ACTIVE], &st) >= 0 && !st.st_nlink;
}

static int lock_one(struct journals *js, struct journal *j, int (*pause)(void *data), void *data) {
    AUTO_CLOSE int fd = journal_open_lock(j);
    js->vanished |= fd == -ENOENT;
    if (fd < 0)
        return fd == -ENOENT ? -EBUSY : fd;
    int r, left = LEFT_PAUSES;
    while ((r = SYS(flock, fd, LOCK_EX | LOCK_NB)) == -EWOULDBLOCK) {
        const struct timespec a_moment = {.tv_nsec = LOCK_PAUSE};
        r = pause ? pause(data) : -EBUSY;
        if (r == -EBUSY && left-- > 0 && holder_has_ended(fd))
            r = 0;
        if (r < 0)
            return r;
        nanosleep(&a_moment, NULL);
    }
    if (r >= 0 && has_gone(j)) {
        js->vanished = true;
        r = -EBUSY;
    }
    if (r < 0)
        return r;
    char holder
        [32]; /* for people; always as long: to truncate it would wait for what is being written */
    int size = snprintf(holder, sizeof holder, "%-10ld\n", (long)getpid());
    write_all(fd, holder, (size_t)size);
    j->lock = TAKE_FD(fd);
    return 0;
}

int journal_lock(struct journals *js, struct journal *j) {
    return lock_one(js, j, NULL, NULL);
}

int journals_lock(struct journals *js, int (*pause)(void *data), void *data) {
    AUTO_FREE struct journal **order = mem_alloc(js->count * sizeof *order);
    if (!order)
        return -ENOMEM;
    memcpy(order, js->list, js->count * sizeof *order);
    qsort(order, js->count, sizeof *order, by_place);
    for (size_t i = 0; i < js->count; i++) {
        bool wanted = order[i]->used && order[i]->lock < 0;
        int r = wanted ? lock_one(js, order[i], pause, data) : 0;
        if (r < 0)
            return journals_fail(js, order[i]->path, r);
    }
    return 0;
}
