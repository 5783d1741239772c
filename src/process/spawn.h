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

struct spawn {
    char *const *programs; /* paths tried in turn, then NULL */
    bool posix_search;     /* errors other than those of a search end it, as in posix_spawnp(3) */
    char *const *argv;
    char *const *env;
    const struct os_posix_spawn_options *options; /* NULL: none */
    const sigset_t *defaults; /* signals to reset besides those of the options, or NULL */
    const sigset_t *mask;     /* the signal mask, or NULL: that of the calling thread */
};

/** Starts it: 0, or −errno, and nothing was started. Then *ret_failed (unless NULL) is the path
 * that could not be executed; NULL if it did not come to that. */
int spawn_start(const struct spawn *s, pid_t *ret_pid, const char **ret_failed);

/** Replaces the process: −errno, with *ret_failed the path that the error is about. All programs
 * are tried; told is the first error that isn't absence, else the last one. */
int spawn_execute(const struct spawn *s, const char **ret_failed);

/** Starts a line by /bin/sh with the environment as it is now: 0, or −errno, with *ret_no_shell (or
 *  NULL) saying whether it was the shell that could not be executed. */
int spawn_shell(const char *command, struct spawn *s, pid_t *ret_pid, bool *ret_no_shell);

/** Waits for a child: 0 or −errno. */
int spawn_wait(pid_t pid, int *ret_status);

/** What Python makes of a wait status: the exit code, or −signal. */
int spawn_exitcode(int status);

/** A pipe whose ends are no standard streams, even where those are closed: 0 or −errno. */
int spawn_pipe(int ret_ends[2]);

#endif
