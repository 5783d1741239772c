/* SPDX-License-Identifier: MIT */
/** The umask, read without being set. */
#ifndef FS_UMASK_H
#define FS_UMASK_H

/** The umask where there is no /proc: it, or −errno. */
int umask_in_thread(void);

#endif
