/* SPDX-License-Identifier: MIT */
/** SIGINT and SIGQUIT, which the process ignores while it waits for a shell line.
 *
 *  POSIX wants it of system(3). The first line of several threads starts it, the last one ends it;
 *  a child that another thread makes meanwhile has them as they were before.
 */
#include "process/interrupts.h"

#include "base/seam.h"
#include <pthread.h>
#include <stdatomic.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int lines;
static struct sigaction old_int, old_quit;

/* Which of the two are ignored for lines alone (bits 0 and 1), whether they are now (bit 2), and
 * how often that has begun. Children read it from the parent's memory without the lock. */
static _Atomic unsigned current;
enum { INT = 1, QUIT = 2, BOTH = INT | QUIT, NOW = 4, ONCE = 8 };

static void lock(void) {
    pthread_mutex_lock(&mutex);
}

static void unlock(void) {
    pthread_mutex_unlock(&mutex);
}

static void put_back(void) {
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGQUIT, &old_quit, NULL);
    atomic_fetch_and(&current, ~(unsigned)NOW);
}

/* A forked child runs no line. */
static void start_over(void) {
    if (lines > 0)
        put_back();
    lines = 0;
    pthread_mutex_init(&mutex, NULL);
}

__attribute__((constructor(101))) static void prepare_for_fork(void) {
    pthread_atfork(lock, unlock, start_over);
}

static void add_signals(unsigned bits, sigset_t *set) {
    if (bits & INT)
        sigaddset(set, SIGINT);
    if (bits & QUIT)
        sigaddset(set, SIGQUIT);
}

/* Says so first, as a child may be born right after. */
static int start_ignoring(void) {
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    int r = SYS(sigaction, SIGINT, NULL, &old_int);
    if (r >= 0)
        r = SYS(sigaction, SIGQUIT, NULL, &old_quit);
    if (r < 0)
        return r;
    unsigned bits = (old_int.sa_handler != SIG_IGN ? INT : 0) |
                    (old_quit.sa_handler != SIG_IGN ? QUIT : 0) | NOW;
    atomic_store(&current, ((atomic_load(&current) & ~7u) + ONCE) | bits);
    r = SYS(sigaction, SIGINT, &ignore, NULL);
    if (r >= 0)
        r = SYS(sigaction, SIGQUIT, &ignore, NULL);
    if (r < 0)
        put_back();
    return r;
}

int interrupts_ignore(sigset_t *ret_defaults) {
    lock();
    int r = lines == 0 ? start_ignoring() : 0;
    if (r >= 0) {
        lines++;
        sigemptyset(ret_defaults);
        add_signals(atomic_load(&current) & BOTH, ret_defaults);
    }
    unlock();
    return r;
}

void interrupts_restore(void) {
    lock();
    if (lines > 0 && --lines == 0) /* none in the child of a fork from a signal handler */
        put_back();
    unlock();
}

unsigned interrupts_seen(sigset_t *defaults) {
    unsigned seen = atomic_load(&current);
    if (seen & NOW)
        add_signals(seen & BOTH, defaults);
    return seen;
}

IN_CHILD unsigned interrupts_missed(unsigned seen) {
    unsigned now = atomic_load(&current);
    return now / ONCE == seen / ONCE ? 0 : now & BOTH;
}
