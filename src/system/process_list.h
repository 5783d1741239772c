/* SPDX-License-Identifier: MIT */
/** Lists of processes under construction: which there are, and the threads that read them. */
#ifndef SYSTEM_PROCESS_LIST_H
#define SYSTEM_PROCESS_LIST_H

#include "system/gather.h"

/** Numbers of processes, in order. */
struct pids {
    pid_t *items;
    size_t count, room;
};

/** A list that is being read. */
struct job {
    const struct reading *reading;
    int proc;
    const struct pids *pids;
    struct kept *kept; /* what stays open of each, or NULL */
    atomic_size_t taken;
    atomic_int failed; /* the first −errno */
};

/** What holds for all processes of a list: 0, or −EINVAL for fields or options that are none. */
int processes_start(unsigned fields, const struct os_processes_options *options,
                    struct reading *ret_reading);

/** The processes that are there, or those of the options: 0, or −errno. */
int processes_find(int proc, const struct os_processes_options *options, struct pids *pids);

/** Reads them, by several threads where that helps, into one block: 0, or −errno. */
int processes_gather(struct job *job, const struct os_processes_options *options,
                     struct os_process_info **ret_items, size_t *ret_count);

/** What os_processes() does: 0, or −errno. */
int processes_read(unsigned fields, const struct os_processes_options *given,
                   struct os_process_info **ret_items, size_t *ret_count);

#endif
