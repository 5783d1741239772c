/* SPDX-License-Identifier: MIT */
/** The changing system calls, made in the overlay: each answers what the kernel would, 0 or −errno. */
#ifndef PLAN_CHANGE_H
#define PLAN_CHANGE_H

#include "plan/overlay.h"

int change_mkdir(struct overlay *o, const char *path, int flags, mode_t mode);
int change_mknod(struct overlay *o, const char *path, mode_t mode, uint64_t device);
int change_symlink(struct overlay *o, const char *text, const char *path);
int change_link(struct overlay *o, const char *src, const char *dst, bool follow);
int change_unlink(struct overlay *o, const char *path, int flags);
int change_rmdir(struct overlay *o, const char *path, int flags);
int change_rename(struct overlay *o, const char *src, const char *dst, bool noreplace);
int change_truncate(struct overlay *o, const char *path, int64_t length);

/** Those that change an object, which `where` leads to. */
int change_mode(struct overlay *o, const struct where *where, mode_t mode);
int change_owner(struct overlay *o, const struct where *where, uid_t uid, gid_t gid);
int change_times(struct overlay *o, const struct where *where, const struct timespec times[2]);
int change_xattr(struct overlay *o, const struct where *where, const char *name, const void *value,
                 size_t size, int flags);

/** Puts a new object in the place `node`, which is free: 0 or −ENOMEM. */
int change_create(struct overlay *o, struct node *node, struct object *object);

/** Gives `node` an object instead of the one that it has, which is no directory: 0 or −ENOMEM. */
int change_replace(struct overlay *o, struct node *node, struct object *object);

/** Takes an object from its place, whatever it is: 0 or −ENOMEM. */
int change_take_away(struct overlay *o, struct node *node);

/** Takes a directory with all in it away, or something else: 0, −EBUSY or −ENOMEM. */
int change_remove_tree(struct overlay *o, struct node *node);

/** An object that is no directory gets `by` more names: 0 or −ENOMEM. */
int change_names(struct overlay *o, struct object *object, int by);

/** Takes from the names that objects have those in trees that are gone, which so far nobody has looked
 *  for (gone.c): 0 or −ENOMEM. */
int change_count_gone(struct overlay *o);

/** Whether something is mounted at a name, which so can be neither renamed nor removed. */
bool change_is_mount(const struct node *node);

/** Gives an object an extended attribute, or with NULL takes it away: 0 or −errno. The caller has told
 *  overlay_change(), or made the object just now. */
int give_attribute(struct overlay *o, struct object *object, const char *name, const void *value,
                   size_t size);

/** The name that `where` found an object by: NULL for the root. */
struct node *where_node(const struct where *where);

#endif
