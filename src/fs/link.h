/* SPDX-License-Identifier: MIT */
/** Hard and symbolic links. */
#ifndef FS_LINK_H
#define FS_LINK_H

#include <stdbool.h>

/** What a symbolic link holds, whatever its length, to free(): 0 or −errno. */
int link_read(int dir_fd, const char *path, char **ret_target);

/** Whether a symbolic link stands at `path`. */
bool link_at_path(const char *path);

#endif
