/* SPDX-License-Identifier: MIT */
/** What is made in a directory gets from it: access control lists, label, group, flags, project. */
#ifndef PLAN_BIRTH_H
#define PLAN_BIRTH_H

/** Whether two directories give the same to what is made in them: 1, 0 or −errno. 0 where one of them
 *  can't be asked. */
int birth_is_same(int fd, int other);

#endif
