/* SPDX-License-Identifier: MIT */
/** Joining, for the other parts of ntpath. */
#ifndef PATH_JOIN_H
#define PATH_JOIN_H

/** os_ntpath_joinv() of a list that ends with NULL, to free(); NULL when out of memory. */
char *nt_join_list(const char *const *paths);

#endif
