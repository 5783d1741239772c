/* SPDX-License-Identifier: MIT */
/** The umask: set as ever, and read without being set. */
#include "fs/umask.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include <osier/params.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>

mode_t os_umask(mode_t mask) {
    return umask(mask);
}

/* The main thread's directory in /proc has no umask once that thread is over: the own one's. */
static int umask_in_proc(void) {
    char text[512];
    ssize_t size = procfile_read("/proc/thread-self/status", text, sizeof text);
    if (size < 0)
        return (int)size;
    const char *mask = procfile_field(text, "Umask:");
    return mask ? (int)strtoul(mask, NULL, 8) : -ENODATA; /* before Linux 4.7 */
}

static void *report_umask(void *unused) {
    (void)unused;
    int r = SYS(unshare, CLONE_FS);
    return (void *)(intptr_t)(r < 0 ? r : (int)umask(0));
}

/* With every signal blocked, so that no handler runs in a thread that has parted from the rest. */
int umask_in_thread(void) {
    sigset_t all, before;
    sigfillset(&all);
    int r = SYS_NUMBER(pthread_sigmask, SIG_SETMASK, &all, &before);
    if (r < 0)
        return r;
    pthread_t thread;
    void *result = NULL;
    r = SYS_NUMBER(pthread_create, &thread, NULL, report_umask, NULL);
    if (r == 0)
        pthread_join(thread, &result);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r < 0 ? r : (int)(intptr_t)result;
}

int os_umask_get(void) {
    UNCANCELLED;
    int r = umask_in_proc();
    if (r < 0)
        r = umask_in_thread();
    return PUBLIC(r, "umask_get", NULL, NULL);
}
