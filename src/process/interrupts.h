/* SPDX-License-Identifier: MIT */
/** SIGINT and SIGQUIT, which the process ignores while it waits for a shell line. */
#ifndef PROCESS_INTERRUPTS_H
#define PROCESS_INTERRUPTS_H

#include "process/clone.h"
#include <signal.h>

/** Ignores both until interrupts_restore(), in any number of threads: 0 or −errno. The line gets
 *  back the signals of *ret_defaults, which were not ignored before. */
int interrupts_ignore(sigset_t *ret_defaults);
void interrupts_restore(void);

/** Adds to `defaults` what is ignored for a line alone, and so must not be in another child; what
 *  it returns is for that child. */
unsigned interrupts_seen(sigset_t *defaults);

/** In that child: the signals that began to be ignored between the look and its birth, as bits:
 *  1 SIGINT, 2 SIGQUIT. */
IN_CHILD unsigned interrupts_missed(unsigned seen);

#endif
