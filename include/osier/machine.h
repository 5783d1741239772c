/* SPDX-License-Identifier: MIT */
/**
 * Which machine is looked at: this one, or one whose /proc, /sys, /etc and /run were recorded.
 *
 * Every file of those that the library reads about the machine is opened below the chosen root, by
 * the same code in both cases. What no file holds (sockets and addresses by netlink, sizes of file
 * systems, signals) is ENOTSUP for a recorded machine, never the live machine's.
 *
 * @since 0.1
 */
#ifndef OSIER_MACHINE_H
#define OSIER_MACHINE_H

#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * Looks at a recorded machine from here on, in every thread of the process.
 *
 * Symbolic links in it, absolute ones too, stay in it. Processes that were opened before stay what
 * they are.
 *
 * @param root  the directory that holds its proc, sys, etc and run, or NULL for this machine
 * @return 0, or −1 with errno set and everything as it was
 * @error ENOENT  no such directory
 * @error ENOTDIR  no directory
 * @shell no: `osier get --root=DIR` looks at a recorded machine
 */
OS_API int os_set_root(const char *root);

/**
 * Whether a recorded machine is looked at.
 *
 * @return whether os_set_root() was called with a directory
 * @shell no: a command begins with this machine
 */
OS_API bool os_root_is_set(void);

/**
 * Reads a /proc that is mounted elsewhere, of the machine that is looked at.
 *
 * @param path  where it is mounted, or NULL for "/proc"
 * @return 0, or −1 with errno ENOMEM
 * @shell no: `osier get --root=DIR` looks at another machine
 */
OS_API int os_set_procfs_path(const char *path);

OS_END_DECLS

#endif
