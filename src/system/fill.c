/* SPDX-License-Identifier: MIT */
/** How full file systems are, asked by helpers that can be left behind at one that hangs.
 *
 *  A thread that hangs in statfs(2) can't be killed, and keeps its process from ending. A process
 *  that shares memory with this one, but nothing else, can be left behind: it ends whenever the file
 *  system lets it go. It writes its answer into pages that stay until then. It makes bare system
 *  calls, as errno would be the caller's, and has none of its descriptors.
 */
#include "system/fill.h"

#include "base/raw.h"
#include "base/seam.h"
#include "process/clone.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HELPER_SIZE 32768 /* a helper's pages: what it was asked, and its stack */
#define AT_ONCE     64    /* helpers that run beside each other */

/* What helper and asker share, at the beginning of the pages. */
struct helper {
    struct helper *next; /* of those that were left behind */
    pid_t pid;
    int pidfd;
    atomic_int done;
    int result;
    struct statfs answer;
    char path[4096];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct helper *left_behind;

/* Where system calls can't be made without errno, the helper is a copy of the process. */
#define SHARES_MEMORY (RAW_CALLS && clone_shares_memory())

IN_CHILD static int answer(void *argument) {
    struct helper *h = argument;
    static const char root[] = "/";
    raw_call(KERNEL_CALL(436), 0, 0xffffffffL, 0, 0, 0, 0); /* close_range */
    raw_call(SYS_chdir, (long)root, 0, 0, 0, 0, 0);
#if defined SYS_statfs64 && !defined __LP64__
    h->result =
        (int)raw_call(SYS_statfs64, (long)h->path, sizeof h->answer, (long)&h->answer, 0, 0, 0);
#else
    h->result = (int)raw_call(SYS_statfs, (long)h->path, (long)&h->answer, 0, 0, 0, 0);
#endif
    atomic_store(&h->done, 1);
    raw_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
    return 0;
}

static pid_t copy_process(struct helper *h) {
    pid_t pid = fork();
    if (pid == 0)
        answer(h);
    return pid;
}

/* Its handlers would run in this process's memory: it has all signals blocked. */
static int start(struct helper *h) {
    struct clone_how how = {.pidfd = &h->pidfd, .cgroup = -1};
    char *pages = (char *)h;
    size_t used = (sizeof *h + 63) & ~(size_t)63;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = SHARES_MEMORY ? clone_child(answer, h, pages + used, HELPER_SIZE - used, &how)
                          : SYS(copy_process, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r < 0)
        return r;
    h->pid = r;
    return 0;
}

static void end(struct helper *h) {
    seam_close_quietly(h->pidfd);
    munmap(h, HELPER_SIZE);
}

/* mmap(2) in the shape of other calls. */
static int map_pages(void **ret) {
    *ret = mmap(NULL, HELPER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return *ret == MAP_FAILED ? -1 : 0;
}

static int make(const char *path, struct helper **ret) {
    size_t size = strlen(path) + 1;
    if (size > sizeof(*ret)->path)
        return -ENAMETOOLONG;
    void *pages;
    int r = SYS(map_pages, &pages);
    if (r < 0)
        return r;
    struct helper *h = pages;
    memcpy(h->path, path, size);
    h->pidfd = -1;
    r = start(h);
    if (r < 0) {
        end(h);
        return r;
    }
    *ret = h;
    return 0;
}

/* Whether it has ended, and is no child any more. */
static bool collected(struct helper *h) {
    pid_t r;
    int saved = errno;
    while ((r = waitpid(h->pid, NULL, WNOHANG | __WALL)) < 0 && errno == EINTR)
        ;
    errno = saved;
    return r != 0;
}

/* Whether the same was asked before and still hangs. Who has ended meanwhile is let go. */
static bool hangs(const char *path) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct helper **at = &left_behind; *at;) {
        struct helper *h = *at;
        if (collected(h)) {
            *at = h->next;
            end(h);
            continue;
        }
        found |= strcmp(h->path, path) == 0;
        at = &h->next;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static void leave_behind(struct helper *h) {
    pthread_mutex_lock(&lock);
    h->next = left_behind;
    left_behind = h;
    pthread_mutex_unlock(&lock);
}

static void take_answer(const struct helper *h, struct question *q) {
    const struct statfs *fs = &h->answer;
    uint64_t unit = fs->f_frsize ? (uint64_t)fs->f_frsize : (uint64_t)fs->f_bsize;
    q->result = h->result;
    if (q->result < 0)
        return;
    q->total = (uint64_t)fs->f_blocks * unit;
    q->used = (uint64_t)(fs->f_blocks - fs->f_bfree) * unit;
    q->free = (uint64_t)fs->f_bavail * unit;
    q->inodes = (uint64_t)fs->f_files;
    q->inodes_free = (uint64_t)fs->f_ffree;
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Sleeps until a helper ends, or the time is over; without pidfds for a millisecond. */
static void sleep_until(struct helper *const *helpers, size_t count, int64_t deadline) {
    struct pollfd fds[AT_ONCE];
    size_t used = 0;
    int64_t left = deadline - now();
    for (size_t i = 0; i < count; i++)
        if (helpers[i] && helpers[i]->pidfd >= 0)
            fds[used++] = (struct pollfd){.fd = helpers[i]->pidfd, .events = POLLIN};
        else if (helpers[i] && left > 1000000)
            left = 1000000;
    struct timespec t = {.tv_sec = left > 0 ? left / 1000000000 : 0,
                         .tv_nsec = left > 0 ? left % 1000000000 : 0};
    int saved = errno;
    ppoll(fds, used, &t, NULL);
    errno = saved;
}

/* Takes the answers that are there: how many are still awaited. */
static size_t take_answers(struct helper **helpers, struct question *questions, size_t count) {
    size_t waiting = 0;
    for (size_t i = 0; i < count; i++) {
        if (!helpers[i])
            continue;
        if (!collected(helpers[i])) {
            waiting++;
            continue;
        }
        if (helpers[i]->done)
            take_answer(helpers[i], &questions[i]);
        else
            questions[i].result = -EIO; /* it was killed */
        end(helpers[i]);
        helpers[i] = NULL;
    }
    return waiting;
}

static void await(struct helper **helpers, struct question *questions, size_t count,
                  int64_t deadline) {
    while (take_answers(helpers, questions, count) && now() < deadline)
        sleep_until(helpers, count, deadline);
    for (size_t i = 0; i < count; i++)
        if (helpers[i]) {
            questions[i].result = -ETIMEDOUT;
            leave_behind(helpers[i]);
        }
}

static int ask_some(struct question *questions, size_t count, int64_t deadline) {
    struct helper *helpers[AT_ONCE] = {NULL};
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (hangs(questions[i].path))
            questions[i].result = -ETIMEDOUT;
        else
            r = make(questions[i].path, &helpers[i]);
        if (r == -ENAMETOOLONG) {
            questions[i].result = r;
            r = 0;
        }
    }
    await(helpers, questions, count, deadline);
    return r;
}

int fill_ask(struct question *questions, size_t count, double seconds) {
    if (seconds > 1e9)
        seconds = 1e9;
    int64_t deadline = now() + (int64_t)(seconds * 1e9);
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i += AT_ONCE)
        r = ask_some(questions + i, count - i < AT_ONCE ? count - i : AT_ONCE, deadline);
    return r;
}
