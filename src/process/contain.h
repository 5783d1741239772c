/* SPDX-License-Identifier: MIT */
/** What holds the processes that a program starts: a cgroup, or a supervisor of their own. */
#ifndef PROCESS_CONTAIN_H
#define PROCESS_CONTAIN_H

#include "process/spawn.h"
#include <osier/run.h>
#include <stdint.h>
#include <sys/resource.h>

/** A cgroup (version 2) for one program. */
struct cgroup_box {
    int parent;    /* the directory that it is made in, or −1 */
    int directory; /* the cgroup itself, or −1 */
    int events;    /* its file cgroup.events: poll for POLLPRI */
    char name[64];
};

/** Makes one below the caller's own: 0, or −errno where none can be made. */
int cgroup_make(struct cgroup_box *box);

/** Opens its cgroup.procs, for the child to write itself into. */
int cgroup_open_procs(const struct cgroup_box *box);

/** Sends a signal to all processes in it: 0 or −errno. */
int cgroup_signal(const struct cgroup_box *box, int sig);

/** Kills all processes in it, also those that are being made: 0 or −errno. */
int cgroup_kill(const struct cgroup_box *box);

/** Whether a process is in it: 1, 0 or −errno. */
int cgroup_populated(const struct cgroup_box *box);

/** Removes it with the empty cgroups below, and closes everything. */
void cgroup_remove(struct cgroup_box *box);

/** A process without memory of its own that starts the program, and to which orphans fall. */
struct supervisor {
    int control; /* where it tells and is told: SOCK_SEQPACKET; −1: there is none */
    pid_t pid;   /* its own */
    void *block; /* its stack and what it knows, or NULL */
    size_t size;
};

enum supervisor_word { SUPERVISOR_STARTED, SUPERVISOR_FAILED, SUPERVISOR_ENDED, SUPERVISOR_DONE };

/** What it tells. */
struct supervisor_message {
    enum supervisor_word word;
    int status; /* the wait status when the program has ended */
    int left;   /* at the end: how many processes it could not end */
    struct rusage usage;
    struct spawn_failure failure; /* of the start */
};

/** What a supervisor does besides waiting for the program. */
enum supervisor_kind {
    SUPERVISOR_LEAVES,   /* nothing: orphans fall to whom they would fall without it */
    SUPERVISOR_SWEEPS,   /* ends what is left when the program has ended, or the caller */
    SUPERVISOR_NAMESPACE /* the same in a pid namespace */
};

/** Starts a program below a supervisor: 0, or −errno as spawn_start(). `grace_ns` lie between
 *  SIGTERM and SIGKILL for what is left. */
int supervisor_start(struct supervisor *s, const struct spawn *spawn, enum supervisor_kind kind,
                     int64_t grace_ns, pid_t *ret_pid, int *ret_pidfd,
                     struct spawn_failure *reterr_failure);

/** Reads what it tells next: 1; 0 when it has nothing to tell any more; −EAGAIN without waiting;
 *  −errno. */
int supervisor_hear(const struct supervisor *s, struct supervisor_message *ret_message);

/** Tells it to send a signal to everything, or (0) to end it all. */
int supervisor_tell(const struct supervisor *s, int sig, int64_t grace_ns);

/** Waits for its end and frees everything. It must have told that it is done, or be told to. */
void supervisor_free(struct supervisor *s);

/** What a supervisor itself runs: supervise.c. */
struct supervision {
    const struct spawn *spawn;
    struct spawn_failure failure;
    int control; /* its end */
    int other;   /* the caller's, of which it has a copy */
    int host;    /* a descriptor of the caller, or −1 */
    pid_t self;  /* its own process id, as it sees it */
    enum supervisor_kind kind;
    bool shares; /* it has the caller's memory */
    int64_t grace_ns;
    pid_t program;
    int pidfd;
};
int supervise(void *supervision);

#endif
