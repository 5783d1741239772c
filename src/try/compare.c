/* SPDX-License-Identifier: MIT */
/** What the object of a layer has that the one below it has not: content, attributes. */
#include "try/changes.h"

#include "base/seam.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PART = 64 * 1024 };

/* ------------------------------------------------------------------------------- content */

static int same_part(int a, int b, char *buffers) {
    ssize_t n = SYS(read, a, buffers, PART), m = 0;
    if (n < 0)
        return (int)n;
    while (m < n) {
        ssize_t got = SYS(read, b, buffers + PART + m, (size_t)(n - m));
        if (got <= 0)
            return got < 0 ? (int)got : 1;
        m += got;
    }
    return n == 0 ? 2 : memcmp(buffers, buffers + PART, (size_t)n) != 0;
}

int changes_differ(struct changes *c, struct object *upper, struct object *object) {
    if (S_ISLNK(upper->was.mode))
        return strcmp(upper->link, object->link) != 0;
    if (!S_ISREG(upper->was.mode))
        return upper->was.rdev != object->was.rdev;
    if (upper->was.size != object->was.size)
        return 1;
    AUTO_FREE char *buffers = mem_alloc(2 * (size_t)PART);
    AUTO_CLOSE int a = buffers ? overlay_open(c->o, upper, O_RDONLY | O_NONBLOCK) : -ENOMEM;
    AUTO_CLOSE int b = a < 0 ? a : overlay_open(c->o, object, O_RDONLY | O_NONBLOCK);
    if (b == -EACCES) /* one that may not be read isn't known to be the same */
        return 1;
    if (b < 0)
        return b;
    int r;
    do
        r = same_part(a, b, buffers);
    while (r == 0);
    return r == 2 ? 0 : r;
}

/* ---------------------------------------------------------------------------- attributes */

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Of a directory the time is that of what was made in it, by the command or by somebody else, unless it
 * was set to an earlier one. */
static bool has_time(const struct changes *c, const struct object *upper,
                     const struct object *object) {
    if (same_time(upper->was.mtime, object->was.mtime))
        return false;
    return !S_ISDIR(upper->was.mode) ||
           (!changes_later(c->t, upper->was.mtime) && !changes_later(c->t, object->was.mtime));
}

static int load_names(struct changes *c, struct object *object, struct list *names) {
    int r = overlay_xattr_names(c->o, object, names);
    return r == -EOPNOTSUPP ? 0 : r;
}

static bool has_name(const struct list *names, const char *name) {
    const char *at = names->text.data;
    for (size_t i = 0; i < names->count; i++, at += strlen(at) + 1)
        if (strcmp(at, name) == 0)
            return true;
    return false;
}

/* What can't be read isn't there, for both. */
static int load_value(struct changes *c, struct object *object, const char *name, struct str *s) {
    int r = overlay_xattr(c->o, object, name, s);
    return r == -ENODATA || r == -EACCES || r == -EPERM ? 0 : r;
}

/* 1 where it was given, else 0 or −errno. */
static int give_value(struct changes *c, struct node *node, struct object *object,
                      struct object *upper, const char *name) {
    AUTO_STR value = STR_INIT, old = STR_INIT;
    int r = load_value(c, upper, name, &value);
    if (r >= 0)
        r = load_value(c, object, name, &old);
    if (r < 0 ||
        (value.size == old.size && value.size && memcmp(value.data, old.data, value.size) == 0))
        return r;
    r = overlay_change(c->o, node, object, CHANGED_XATTRS);
    if (r >= 0)
        r = give_attribute(c->o, object, name, value.data ? value.data : "", value.size);
    return r < 0 ? r : 1;
}

static int give_xattrs(struct changes *c, struct node *node, struct object *object,
                       struct object *upper) {
    AUTO_LIST news = {0};
    AUTO_LIST olds = {0};
    int given = 0, r = load_names(c, upper, &news);
    if (r >= 0)
        r = load_names(c, object, &olds);
    const char *at = news.text.data;
    for (size_t i = 0; i < news.count && r >= 0; i++, at += strlen(at) + 1) {
        if (marks_is_name(at))
            continue;
        r = give_value(c, node, object, upper, at);
        given |= r > 0;
    }
    at = olds.text.data;
    for (size_t i = 0; i < olds.count && r >= 0; i++, at += strlen(at) + 1) {
        if (marks_is_name(at) || has_name(&news, at))
            continue;
        r = overlay_change(c->o, node, object, CHANGED_XATTRS);
        if (r >= 0)
            r = give_attribute(c->o, object, at, NULL, 0);
        given = 1;
    }
    return r < 0 ? r : given;
}

int changes_give(struct changes *c, struct node *node, struct object *object, struct object *upper,
                 bool top) {
    const struct values *to = &upper->was, *from = &object->was;
    mode_t mode = S_ISLNK(to->mode) ? from->mode : changes_mode(c, upper);
    bool owner = !top || !c->t->user, time = !top && has_time(c, upper, object);
    unsigned changed = (mode != from->mode ? CHANGED_MODE : 0) |
                       (owner && to->uid != from->uid ? CHANGED_UID : 0) |
                       (owner && to->gid != from->gid ? CHANGED_GID : 0) |
                       (time ? CHANGED_ATIME | CHANGED_MTIME : 0);
    int r = give_xattrs(c, node, object, upper);
    if (r < 0 || !(changed | (unsigned)r))
        return r;
    bool dir = S_ISDIR(from->mode);
    if (dir && (r = changes_check(c, object)) < 0)
        return r;
    if (!changed)
        return 0;
    r = overlay_change(c->o, node, object, changed);
    if (r < 0)
        return r;
    struct values *v = &object->now;
    v->mode = mode;
    v->uid = owner ? to->uid : v->uid;
    v->gid = owner ? to->gid : v->gid;
    if (time) {
        v->atime = to->atime;
        v->mtime = to->mtime;
    }
    return 0;
}

/* ---------------------------------------------------------------------------- new objects */

int changes_new(struct changes *c, struct object *upper, const struct marks *marks,
                struct object *dir, struct object **ret) {
    const struct values *from = &upper->was;
    struct object *object;
    int r = overlay_new(c->o, dir, from->mode, &object);
    if (r < 0)
        return r;
    struct values *v = &object->now;
    v->mode = changes_mode(c, upper);
    v->uid = from->uid;
    v->gid = from->gid;
    v->atime = from->atime;
    v->mtime = from->mtime;
    v->rdev = from->rdev;
    object->changed |= CHANGED_ATIME | CHANGED_MTIME;
    if (S_ISLNK(from->mode))
        object->link = upper->link;
    if (!S_ISDIR(from->mode))
        v->size = from->size;
    if (S_ISREG(from->mode)) {
        object->source = upper;
        object->have = from->size;
    }
    *ret = object;
    if (!marks->others)
        return 0;
    AUTO_LIST names = {0};
    object->like = upper;
    object->changed |= CHANGED_XATTRS;
    r = load_names(c, upper, &names);
    const char *at = names.text.data;
    for (size_t i = 0; i < names.count && r >= 0; i++, at += strlen(at) + 1)
        if (marks_is_name(at))
            r = give_attribute(c->o, object, at, NULL, 0);
    return r;
}
