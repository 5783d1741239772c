/* SPDX-License-Identifier: MIT */
/** A running program and everything that belongs to it. */
#ifndef PROCESS_CHILD_H
#define PROCESS_CHILD_H

#include "base/str.h"
#include "process/contain.h"
#include <osier/run.h>

/** A captured stream. */
struct capture {
    int fd;        /* the caller's end of the pipe, or −1 */
    bool wanted;   /* it is captured */
    bool enlarged; /* the pipe */
    struct str text;
    size_t present; /* how much of its room is in memory */
    size_t given;   /* how much of the text was read line by line */
    uint64_t total; /* bytes that came */
};

struct os_child {
    pid_t pid;
    int pidfd;                    /* or −1 */
    enum os_run_tree tree;        /* which one it came to be */
    bool supervised;              /* the supervisor tells of its end */
    bool unwatched;               /* set before the start: nobody asks for its descriptor */
    bool by_number;               /* all there is to do is to wait for it */
    struct cgroup_box cgroup;     /* of OS_RUN_CGROUP */
    struct supervisor supervisor; /* of the others, and of a caller with a handler for SIGCHLD */

    int in;            /* the caller's end of its standard input, or −1 */
    const char *input; /* what is left to send */
    size_t input_left;
    bool input_ends; /* the stream is closed behind it */
    struct capture out, err;
    size_t capture_limit;
    enum os_run_over_limit over_limit;
    int64_t grace_ns;
    int64_t timeout_ns; /* of os_run(); 0: none */
    bool check;         /* likewise */

    bool ended;      /* the program itself */
    bool lost;       /* its status went to somebody else */
    bool empty;      /* and everything that it started, with a tree */
    bool ending;     /* SIGTERM was sent */
    bool killed;     /* SIGKILL was sent */
    bool over;       /* it printed more than it may */
    int64_t kill_at; /* when it will be */
    int returncode;
    int left;
    struct rusage usage;
    int64_t started_at, ended_at;
    int cancel_state; /* of the calling thread */
};

/** Nanoseconds of CLOCK_MONOTONIC, and a number of seconds in nanoseconds. */
int64_t child_now(void);
int64_t child_ns(double seconds);

#define NEVER INT64_MAX

/** Starts it: 0, or −errno with *reterr_failure. `child` is all zero before. */
int child_start(struct os_child *child, char *const *argv, const struct os_run_options *options,
                struct spawn_failure *reterr_failure, const char **reterr_words);

/** Waits for something to happen until a moment, and does what it asks for: 1, 0 when the moment
 * has come, −errno. The only place where a thread of the caller can be cancelled. */
int child_step(struct os_child *child, int64_t until);

/** Whether the program has ended, and everything that has to end with it. */
bool child_done(const struct os_child *child);

/** Looks whether it has ended, without waiting: 0 or −errno. */
int child_look(struct os_child *child);

/** Sends a signal to the program, to all of its tree. */
int child_signal(struct os_child *child, int sig);
int child_signal_tree(struct os_child *child, int sig);

/** Begins to end it: SIGTERM, and SIGKILL when the grace is over; at once without one. */
int child_begin_end(struct os_child *child, int64_t grace_ns);

/** Ends it, waits for that, closes everything. */
void child_end(struct os_child *child);

/** Closes everything of one that has ended. */
void child_close(struct os_child *child);

/** Moves what is known into a result: 0 or −ENOMEM. */
int child_result(struct os_child *child, struct os_run_result *ret_result);

#endif
