/* SPDX-License-Identifier: MIT */
/** The changing system calls, made in the overlay with the kernel's answers in the kernel's order. */
#include "plan/change.h"

#include "fs/acl.h"

#include <limits.h>
#include <string.h>
#include <sys/xattr.h>

#ifndef XATTR_NAME_MAX
#define XATTR_NAME_MAX 255 /* of linux/limits.h, which musl-gcc doesn't see */
#endif

/* ------------------------------------------------------------------------------ places */

/* Something is mounted there, or it is the root: it can't be renamed or removed. */
bool change_is_mount(const struct node *node) {
    const struct object *object = node->object;
    return object->base &&
           (object->now.mnt != node->dir->now.mnt || object->now.dev != node->dir->now.dev);
}

int change_names(struct overlay *o, struct object *object, int by) {
    if (overlay_change(o, NULL, object, 0) < 0)
        return -ENOMEM;
    object->now.nlink += (uint64_t)(int64_t)by;
    return 0;
}

/* A directory that counts the directories in it gets or loses one. */
static int count_in(struct overlay *o, struct object *dir, const struct object *child, int by) {
    int r = overlay_stamp(o, dir);
    if (r < 0 || !is_dir(child) || dir->now.nlink < 2)
        return r;
    if (KEEP(o, dir->now.nlink) < 0)
        return -ENOMEM;
    dir->now.nlink += (uint64_t)(int64_t)by;
    return 0;
}

/* The place of something new. Behind slashes only a directory can be made. */
static int find_free(struct overlay *o, const char *path, int flags, bool dir, struct where *w) {
    int r = resolve(o, path, flags | PARENT, w);
    if (r < 0)
        return r;
    if (w->last != LAST_NAME || w->node->object)
        return -EEXIST;
    return w->slash && !dir ? -ENOENT : 0;
}

struct node *where_node(const struct where *where) {
    return where->node ? where->node : where->dir->place;
}

/* ------------------------------------------------------------------------- making, removing */

int change_create(struct overlay *o, struct node *node, struct object *object) {
    int r = overlay_bind(o, node, object);
    if (r >= 0 && !is_dir(object))
        r = change_names(o, object, 1);
    return r < 0 ? r : count_in(o, node->dir, object, 1);
}

int change_take_away(struct overlay *o, struct node *node) {
    struct object *object = node->object;
    int r = overlay_bind(o, node, NULL);
    if (r >= 0 && !is_dir(object))
        r = change_names(o, object, -1);
    return r < 0 ? r : count_in(o, node->dir, object, -1);
}

int change_replace(struct overlay *o, struct node *node, struct object *object) {
    int r = node->object ? change_take_away(o, node) : 0;
    return r < 0 ? r : change_create(o, node, object);
}

static int make(struct overlay *o, const char *path, int flags, mode_t mode, struct object **ret) {
    struct where w;
    int r = find_free(o, path, flags, S_ISDIR(mode), &w);
    if (r >= 0)
        r = overlay_new(o, w.dir, mode, ret);
    return r < 0 ? r : change_create(o, w.node, *ret);
}

int change_mkdir(struct overlay *o, const char *path, int flags, mode_t mode) {
    struct object *made;
    return make(o, path, flags, S_IFDIR | (mode & 01777), &made);
}

int change_mknod(struct overlay *o, const char *path, mode_t mode, uint64_t device) {
    struct object *made;
    mode_t type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
    if (type == S_IFDIR)
        return -EPERM;
    if (!S_ISREG(type) && !S_ISCHR(type) && !S_ISBLK(type) && !S_ISFIFO(type) && !S_ISSOCK(type))
        return -EINVAL;
    int r = make(o, path, 0, type | (mode & 07777), &made);
    if (r >= 0 && (S_ISCHR(type) || S_ISBLK(type)))
        made->now.rdev = device;
    return r;
}

int change_symlink(struct overlay *o, const char *text, const char *path) {
    struct object *made;
    size_t size = strlen(text);
    if (size == 0)
        return -ENOENT;
    if (size >= PATH_MAX)
        return -ENAMETOOLONG;
    int r = make(o, path, 0, S_IFLNK | 0777, &made);
    if (r < 0)
        return r;
    made->link = overlay_text(o, text, size);
    made->now.size = size;
    return made->link ? 0 : -ENOMEM;
}

int change_link(struct overlay *o, const char *src, const char *dst, bool follow) {
    struct where from, to;
    int r = resolve_object(o, src, follow ? FOLLOW : 0, &from);
    if (r >= 0)
        r = find_free(o, dst, 0, false, &to);
    if (r < 0)
        return r;
    if (from.object->now.mnt != to.dir->now.mnt || from.object->now.dev != to.dir->now.dev)
        return -EXDEV;
    return is_dir(from.object) ? -EPERM : change_create(o, to.node, from.object);
}

int change_unlink(struct overlay *o, const char *path, int flags) {
    struct where w;
    int r = resolve(o, path, flags | PARENT, &w);
    if (r < 0)
        return r;
    if (w.last != LAST_NAME)
        return -EISDIR;
    if (!w.object)
        return -ENOENT;
    if (is_dir(w.object))
        return -EISDIR;
    if (w.slash)
        return -ENOTDIR;
    return change_is_mount(w.node) ? -EBUSY : change_take_away(o, w.node);
}

int change_rmdir(struct overlay *o, const char *path, int flags) {
    struct where w;
    int r = resolve(o, path, flags | PARENT, &w);
    if (r < 0)
        return r;
    if (w.last != LAST_NAME)
        return w.last == LAST_DOTDOT ? -ENOTEMPTY : w.last == LAST_DOT ? -EINVAL : -EBUSY;
    if (!w.object)
        return -ENOENT;
    if (!is_dir(w.object))
        return -ENOTDIR;
    if (change_is_mount(w.node))
        return -EBUSY;
    r = overlay_filled(o, w.object);
    return r < 0 ? r : r > 0 ? -ENOTEMPTY : change_take_away(o, w.node);
}

int change_remove_tree(struct overlay *o, struct node *node) {
    struct object *object = node->object;
    if (change_is_mount(node))
        return -EBUSY;
    if (is_dir(object)) {
        if (KEEP(o, o->gone) < 0)
            return -ENOMEM;
        object->gone = o->gone;
        o->gone = object;
    }
    return change_take_away(o, node);
}

/* ----------------------------------------------------------------------------- renaming */

/* Whether `dir` is in the directory `above`, or is it. */
static bool is_below(const struct object *dir, const struct object *above) {
    while (dir && dir != above)
        dir = overlay_parent(dir);
    return dir;
}

static int refuse_rename(const struct where *from, const struct where *to, bool noreplace) {
    if (from->dir->now.mnt != to->dir->now.mnt || from->dir->now.dev != to->dir->now.dev)
        return -EXDEV;
    if (from->last != LAST_NAME)
        return -EBUSY;
    if (to->last != LAST_NAME)
        return noreplace ? -EEXIST : -EBUSY;
    if (!from->object)
        return from->error ? from->error : -ENOENT;
    if (to->error)
        return to->error;
    if (noreplace && to->object)
        return -EEXIST;
    if (!is_dir(from->object) && (from->slash || to->slash))
        return -ENOTDIR;
    if (is_dir(from->object) && is_below(to->dir, from->object))
        return -EINVAL;
    if (to->object && is_dir(to->object) && is_below(from->dir, to->object))
        return -ENOTEMPTY;
    return 0;
}

static int refuse_replacing(struct overlay *o, const struct where *from, const struct where *to) {
    if (to->object && is_dir(from->object) && !is_dir(to->object))
        return -ENOTDIR;
    if (to->object && !is_dir(from->object) && is_dir(to->object))
        return -EISDIR;
    if (change_is_mount(from->node) || (to->object && change_is_mount(to->node)))
        return -EBUSY;
    if (!to->object || !is_dir(to->object))
        return 0;
    int r = overlay_filled(o, to->object);
    return r > 0 ? -ENOTEMPTY : r;
}

int change_rename(struct overlay *o, const char *src, const char *dst, bool noreplace) {
    struct where from, to = {0};
    int r = resolve(o, src, PARENT | DEFER, &from);
    if (r >= 0)
        r = resolve(o, dst, PARENT | DEFER, &to);
    if (r >= 0)
        r = refuse_rename(&from, &to, noreplace);
    if (r < 0 || from.object == to.object)
        return r;
    struct object *object = from.object;
    struct node *origin = from.node->origin ? from.node->origin : from.node;
    r = refuse_replacing(o, &from, &to);
    if (r >= 0 && to.object)
        r = change_take_away(o, to.node);
    if (r >= 0)
        r = overlay_bind(o, to.node, object);
    if (r >= 0)
        r = overlay_bind(o, from.node, NULL);
    if (r < 0)
        return r;
    to.node->origin = origin;
    r = count_in(o, from.dir, object, -1);
    return r < 0 ? r : count_in(o, to.dir, object, 1);
}

/* --------------------------------------------------------------------------- attributes */

/* Who isn't the superuser and not of the group can't have a file run in the group's name. */
static mode_t allowed_mode(const struct overlay *o, const struct object *object, mode_t mode) {
    bool member = o->uid == 0 || object->now.gid == o->gid;
    return member || is_dir(object) ? mode : mode & ~(mode_t)S_ISGID;
}

int change_mode(struct overlay *o, const struct where *where, mode_t mode) {
    struct object *object = where->object;
    if (S_ISLNK(object->now.mode))
        return -EOPNOTSUPP;
    if (overlay_change(o, where_node(where), object, CHANGED_MODE) < 0)
        return -ENOMEM;
    object->now.mode = (object->now.mode & S_IFMT) | allowed_mode(o, object, mode & 07777);
    return 0;
}

/* Another owner takes from a file what it may do in somebody's name, also where he stays the same. */
static mode_t owned_mode(const struct object *object) {
    mode_t mode = object->now.mode;
    if (S_ISDIR(mode))
        return mode;
    mode &= ~(mode_t)S_ISUID;
    return mode & S_IXGRP ? mode & ~(mode_t)S_ISGID : mode;
}

int change_owner(struct overlay *o, const struct where *where, uid_t uid, gid_t gid) {
    struct object *object = where->object;
    mode_t mode = owned_mode(object);
    unsigned changed = (uid == (uid_t)-1 ? 0 : CHANGED_UID) | (gid == (gid_t)-1 ? 0 : CHANGED_GID) |
                       (mode == object->now.mode ? 0 : CHANGED_MODE);
    if (overlay_change(o, where_node(where), object, changed) < 0)
        return -ENOMEM;
    object->now.mode = mode;
    if (uid != (uid_t)-1)
        object->now.uid = uid;
    if (gid != (gid_t)-1)
        object->now.gid = gid;
    return 0;
}

static void set_time(const struct overlay *o, struct timespec *to, struct timespec from) {
    if (from.tv_nsec == UTIME_NOW)
        *to = o->time;
    else if (from.tv_nsec != UTIME_OMIT)
        *to = from;
}

int change_times(struct overlay *o, const struct where *where, const struct timespec times[2]) {
    struct object *object = where->object;
    unsigned changed = (times[0].tv_nsec == UTIME_OMIT ? 0 : CHANGED_ATIME) |
                       (times[1].tv_nsec == UTIME_OMIT ? 0 : CHANGED_MTIME);
    if (overlay_change(o, where_node(where), object, changed) < 0)
        return -ENOMEM;
    set_time(o, &object->now.atime, times[0]);
    set_time(o, &object->now.mtime, times[1]);
    return 0;
}

int change_truncate(struct overlay *o, const char *path, int64_t length) {
    struct where w;
    if (length < 0)
        return -EINVAL;
    int r = resolve_object(o, path, FOLLOW, &w);
    if (r < 0)
        return r;
    struct object *object = w.object;
    if (!S_ISREG(object->now.mode))
        return is_dir(object) ? -EISDIR : -EINVAL;
    struct object *source = content_source(object);
    if ((uint64_t)length == object->now.size)
        return 0;
    if (overlay_change(o, w.node, object, CHANGED_CONTENT) < 0)
        return -ENOMEM;
    object->source = source;
    object->have = (uint64_t)length < object->have ? (uint64_t)length : object->have;
    object->now.size = (uint64_t)length;
    object->now.mtime = o->time;
    object->changed &= ~(unsigned)CHANGED_MTIME;
    return 0;
}

/* ---------------------------------------------------------------- extended attributes */

static bool begins(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0 && text[strlen(prefix)];
}

static int refuse_xattr(const struct overlay *o, const struct object *object, const char *name) {
    if (!*name || strlen(name) > XATTR_NAME_MAX)
        return -ERANGE;
    if (begins(name, "user."))
        return S_ISREG(object->now.mode) || is_dir(object) ? 0 : -EPERM;
    if (begins(name, "trusted."))
        return o->uid == 0 ? 0 : -EPERM;
    if (acl_is_name(name))
        return S_ISLNK(object->now.mode) ? -EOPNOTSUPP : 0;
    return begins(name, "security.") ? 0 : -EOPNOTSUPP;
}

static struct attribute *new_attribute(struct overlay *o, const char *name, const void *value,
                                       size_t size) {
    struct attribute *a = overlay_alloc(o, sizeof *a);
    char *text = a ? overlay_text(o, name, strlen(name)) : NULL;
    void *copy = text && value ? overlay_text(o, value, size) : NULL;
    if (!text || (value && !copy))
        return NULL;
    *a = (struct attribute){.name = text, .value = copy, .size = size};
    return a;
}

/* Setting an access list sets the permission bits. */
static int give_acl_mode(struct object *object, const void *value, size_t size) {
    struct str acl = {.data = (char *)(uintptr_t)value, .size = size};
    int bits = overlay_acl_bits(&acl);
    if (bits < 0)
        return bits;
    object->now.mode = (object->now.mode & ~(mode_t)0777) | (mode_t)bits;
    object->changed |= CHANGED_MODE;
    return 0;
}

/* The list is another object's too, where one is a copy of the other: it is made anew. */
int give_attribute(struct overlay *o, struct object *object, const char *name, const void *value,
                   size_t size) {
    struct attribute *list = new_attribute(o, name, value, size);
    if (!list)
        return -ENOMEM;
    for (const struct attribute *a = object->attributes; a; a = a->next) {
        if (strcmp(a->name, name) == 0)
            continue;
        struct attribute *copy = overlay_alloc(o, sizeof *copy);
        if (!copy)
            return -ENOMEM;
        *copy = *a;
        copy->next = list->next;
        list->next = copy;
    }
    object->attributes = list;
    object->changed |= CHANGED_XATTRS;
    if (strcmp(name, XATTR_DEFAULT_ACL) == 0)
        object->acl_mode = ACL_UNKNOWN;
    return value && strcmp(name, XATTR_ACL) == 0 ? give_acl_mode(object, value, size) : 0;
}

int change_xattr(struct overlay *o, const struct where *where, const char *name, const void *value,
                 size_t size, int flags) {
    struct object *object = where->object;
    AUTO_STR old = STR_INIT;
    int r = refuse_xattr(o, object, name);
    if (r < 0)
        return r;
    r = overlay_xattr(o, object, name, &old);
    if (r < 0 && r != -ENODATA)
        return r;
    if (r >= 0 && flags & XATTR_CREATE)
        return -EEXIST;
    if (r < 0 && (flags & XATTR_REPLACE || !value))
        return !value && acl_is_name(name) ? 0 : -ENODATA;
    if (overlay_change(o, where_node(where), object, CHANGED_XATTRS) < 0)
        return -ENOMEM;
    return give_attribute(o, object, name, value, size);
}
