/* SPDX-License-Identifier: MIT */
/** Records of processes under construction: read one by one, handed over in one block. */
#ifndef SYSTEM_GATHER_H
#define SYSTEM_GATHER_H

#include "base/str.h"
#include <osier/processes.h>
#include <stdatomic.h>

/** What one reader has gathered. Until gather_take() a text of a record is its place in `text`
 *  plus 1, as a pointer. */
struct gather {
    struct os_process_info *items;
    size_t count, room;
    struct str text;
    size_t words;  /* pointers that all command lines need */
    size_t hidden; /* processes that may not be looked at */
    int refusal;   /* what was said of the last of them, −EACCES or −EPERM */
    bool mute;     /* a pidfd tells nothing of a process here */
};

/** What holds for all processes of a list. */
struct reading {
    unsigned fields;
    int64_t boot, tick;
    int64_t uptime; /* 0: unknown, or nobody asks */
    uint64_t page;
    uint64_t footprint_limit; /* whose memory is more has no footprint read */
    bool live;                /* a directory's size is what Linux says, not a recorded one's */
    bool by_number;           /* /proc's numbers are those that a system call takes */
    bool own_euid;            /* the user in effect is told by the directory's owner alone */
    unsigned keeps;           /* what may stay open of each process: 1 << KEPT_… */
    atomic_int *budget;       /* how many descriptors may still be kept, where any are */
};

/** 0, or −EINVAL for fields that are none. */
int reading_init(struct reading *reading, unsigned fields);

/** Has what the fields need of a process stay open, as long as the budget lasts. */
void reading_keep(struct reading *reading, atomic_int *budget);

struct kept;

/** Reads the process of the directory `name` of `proc` ("." for one that is open), and keeps open
 *  what it reads of it where `kept` is no NULL: 1, 0 when it is not there (any more) or may not be
 *  looked at, or −errno. */
int gather_process(struct gather *g, const struct reading *reading, int proc, const char *name,
                   struct kept *kept);

/** Fills in the names of the users. */
int gather_users(struct gather *gathers, size_t count);

/** One block of what all have gathered, each in the order of the numbers; ends them all. */
int gather_take(struct gather *gathers, size_t count, struct os_process_info **ret_items,
                size_t *ret_count);

void gather_free(struct gather *g);

#endif
