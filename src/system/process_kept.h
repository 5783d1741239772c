/* SPDX-License-Identifier: MIT */
/** What stays open of a process that is read again and again, and what was read of it before. */
#ifndef SYSTEM_PROCESS_KEPT_H
#define SYSTEM_PROCESS_KEPT_H

#include <osier/processes.h>
#include <stdatomic.h>
#include <stdbool.h>

/** The files that pread(2) reads anew: those that the kernel makes when they are read. */
enum kept_file {
    KEPT_STAT,
    KEPT_STATM,
    KEPT_STATUS,
    KEPT_IO,
    KEPT_SCHEDSTAT,
    KEPT_CMDLINE,
    KEPT_FILES,
    KEPT_DIRECTORY = KEPT_FILES
};
extern const char *const kept_names[KEPT_FILES];

struct kept {
    pid_t pid;
    unsigned keeps;        /* what may stay open of it: 1 << KEPT_… */
    int dir;               /* /proc/PID, or −1 */
    int files[KEPT_FILES]; /* of it, or −1 */
    uint64_t start;        /* when the process was started, in ticks */
    int64_t used, stamp;   /* what it had used of a CPU, and when that was read; 0: never */
    int threads, more;     /* how many it has, and how many more than before */
    bool known;            /* it was read before */
    bool seen, fresh;      /* it was read this time; for the first time */
    bool replaced;         /* another one had its number before */
};

/** Nothing of a process. */
void kept_start(struct kept *kept, pid_t pid);

/** Closes all; the budget has that many descriptors more. */
void kept_close(struct kept *kept, atomic_int *budget);

/** Lets all of these stay open where the budget has as many descriptors, else none. */
void kept_grant(struct kept *kept, atomic_int *budget, unsigned keeps);

/** Keeps an open directory and opens in it what may stay open and isn't yet. */
void kept_complete(struct kept *kept, int dir);

/** Whether all that may stay open is, but for `io`, which may be refused. */
bool kept_is_complete(const struct kept *kept);

/** A descriptor of a file, which is opened in `dir` where it isn't: −errno, or it. It is the caller's to
 *  close where it isn't kept. */
int kept_open(struct kept *kept, int dir, enum kept_file file);

/** Reads a file from its beginning, with a NUL behind it: how many bytes, or −errno. */
ssize_t kept_read(struct kept *kept, int dir, enum kept_file file, char *buffer, size_t size);

/** Compares what was read now with what was read before: sets the percentage of a CPU where that was
 *  of the same process, and a tick or more ago. */
void kept_compare(struct kept *kept, int64_t tick, struct os_process_info *info);

#endif
