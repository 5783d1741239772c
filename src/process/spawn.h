/* SPDX-License-Identifier: MIT */
/** The one way in which the library starts a program: everything is prepared, then vfork and exec.
 *
 *  The child runs in the parent's memory until it executes the program, so it allocates nothing,
 *  locks nothing and calls nothing but the kernel; the cost does not depend on the parent's size.
 */
#ifndef PROCESS_SPAWN_H
#define PROCESS_SPAWN_H

#include <osier/spawn.h>
#include <signal.h>

struct clone_how;

/** What a child could not do. */
struct spawn_failure {
    int error;        /* −errno, or 0 when the program runs */
    const char *path; /* what it is about: the program if `step` is NULL; or NULL */
    const char *step; /* what was done before the program, a static text; or NULL */
};

struct spawn {
    char *const *programs; /* paths tried in turn, then NULL */
    bool posix_search;     /* errors other than those of a search end it, as in posix_spawnp(3) */
    char *const *argv;
    char *const *env;
    const struct os_posix_spawn_options *options; /* NULL: none */
    const sigset_t *defaults; /* signals to reset besides those of the options, or NULL */
    const sigset_t *mask;     /* the signal mask, or NULL: that of the calling thread */
    int (*setup)(const void *setup_argument, struct spawn_failure *failure); /* or NULL: what else
                                 the child does first; bare system calls: 0 or −errno */
    const void *setup_argument;
    struct clone_how *how; /* how it is made; NULL: a plain child */
};

/** Starts it: 0, or −errno, and nothing was started. Then *reterr_failure (unless NULL) tells what the
 *  child could not do; it is empty if it did not come to that. */
int spawn_start(const struct spawn *s, pid_t *ret_pid, struct spawn_failure *reterr_failure);

/** Replaces the process: −errno, with *reterr_failed the path that the error is about. All programs
 * are tried; told is the first error that isn't absence, else the last one. */
int spawn_execute(const struct spawn *s, const char **reterr_failed);

/** Starts a line by /bin/sh with the environment as it is now: 0, or −errno, with *reterr_no_shell (or
 *  NULL) saying whether it was the shell that could not be executed. */
int spawn_shell(const char *command, struct spawn *s, pid_t *ret_pid, bool *reterr_no_shell);

/** Waits for a child: 0 or −errno. */
int spawn_wait(pid_t pid, int *ret_status);

/** Ends a child that nobody will wait for, and collects it. */
void spawn_kill(pid_t pid);

/** What Python makes of a wait status: the exit code, or −signal. */
int spawn_exitcode(int status);

/** A pipe whose ends are no standard streams, even where those are closed: 0 or −errno. */
int spawn_pipe(int ret_ends[2]);

#endif
