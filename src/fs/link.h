/* SPDX-License-Identifier: MIT */
/** Hard and symbolic links. */
#ifndef FS_LINK_H
#define FS_LINK_H

/** What a symbolic link holds, whatever its length, to free(): 0 or −errno. */
int link_read(int dir_fd, const char *path, char **ret_target);

#endif
