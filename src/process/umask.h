/* SPDX-License-Identifier: MIT */
/** The umask, read without being set. */
#ifndef PROCESS_UMASK_H
#define PROCESS_UMASK_H

/** The umask where there is no /proc: it, or −errno. */
int umask_in_thread(void);

#endif
