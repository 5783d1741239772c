/* SPDX-License-Identifier: MIT */
/** What stands at a name, and the ways to directories that no link can bend. */
#ifndef PLAN_LOOK_H
#define PLAN_LOOK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/** Which inode it is. A number alone may be given to another file once its file is gone; the time
 *  of birth tells the two apart, where the file system has one. */
struct look_id {
    uint64_t ino;  /* 0: nothing is there */
    int64_t birth; /* in nanoseconds, 0 where it isn't known */
};

/** What a look tells. */
struct look {
    struct look_id id;
    uint64_t mount, device; /* 0 where the kernel doesn't tell the mount */
    mode_t mode;            /* type and permission bits */
    uid_t uid;
    gid_t gid;
    uint64_t links, size;
    struct timespec atime, mtime;
};

/** Looks at `name` in a directory, never behind a link; "" is the descriptor's own file. 0 or −errno;
 *  where nothing is there it is 0, with an id of 0. */
int look_at(int dir, const char *name, struct look *ret);

/** Whether both are the same inode. */
bool look_same(const struct look_id *a, const struct look_id *b);

/** Opens a directory by an absolute path in which no component may be a link: a descriptor for
 *  reading, or where it may not be read a handle (O_PATH); or −errno. */
int look_open_directory(const char *path);

/** Opens the directory that a handle stands for, for reading where that is allowed. */
int look_reopen_directory(int handle);

/** Has the directory's names last: 0 or −errno. Where it may not be read its whole file system is
 *  synced, by `other`, a descriptor of something on it. */
int look_sync(int dir, int other);

#endif
