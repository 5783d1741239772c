/* SPDX-License-Identifier: MIT */
/** A process that is held by a descriptor of its directory in /proc. */
#ifndef SYSTEM_PROCESS_HANDLE_H
#define SYSTEM_PROCESS_HANDLE_H

#include <osier/processes.h>

struct os_process {
    int fd;
    pid_t pid;
    bool live;     /* of this machine, not of a recorded one */
    bool numbered; /* its number is what this process knows it by: /proc is where it always is */
};

/** 0 while the process is there, or −ESRCH. */
int process_is_there(const struct os_process *process);

/** What opening or reading a file of a process that is no more says (ENOENT), as −ESRCH. */
int process_gone(const struct os_process *process, int r);

#endif
