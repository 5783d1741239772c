/* SPDX-License-Identifier: MIT */
/** The overlay's memory, its table of names, and what a call has changed. */
#include "plan/overlay.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_SLOTS = 256 };

void *overlay_alloc(struct overlay *o, size_t size) {
    return arena_alloc(&o->arena, size);
}

char *overlay_text(struct overlay *o, const char *text, size_t size) {
    return arena_text(&o->arena, text, size);
}

/* ------------------------------------------------------------------ what a call has changed */

struct kept {
    void *what;
    size_t size;
};

int overlay_keep(struct overlay *o, void *what, size_t size) {
    struct kept kept = {what, size};
    if (str_reserve(&o->log, size + sizeof kept) < 0) /* both, or neither */
        return -ENOMEM;
    str_append(&o->log, what, size);
    str_append(&o->log, (const char *)&kept, sizeof kept);
    return 0;
}

/* Memory for the log stays, but one that ran out begins anew. */
static void clear_log(struct overlay *o) {
    if (o->log.failed)
        str_free(&o->log);
    else
        str_truncate(&o->log, 0);
}

void overlay_begin(struct overlay *o) {
    clear_log(o);
    o->touches_before = o->touches.size;
    clock_gettime(CLOCK_REALTIME, &o->time);
}

static void take_back(struct overlay *o) {
    size_t at = o->log.size;
    struct kept kept;
    while (at > 0) {
        at -= sizeof kept;
        memcpy(&kept, o->log.data + at, sizeof kept);
        at -= kept.size;
        memcpy(kept.what, o->log.data + at, kept.size);
    }
    o->touches.failed = false;
    str_truncate(&o->touches, o->touches_before);
}

int overlay_end(struct overlay *o, int r) {
    if (r >= 0 && o->touches.failed)
        r = -ENOMEM;
    if (r < 0)
        take_back(o);
    clear_log(o);
    return r;
}

static void touch(struct overlay *o, struct node *node, struct object *object) {
    struct touch touch = {o->step, node, object};
    str_append(&o->touches, (const char *)&touch, sizeof touch);
}

/* ------------------------------------------------------------------------ the table of names */

static uint32_t hash_name(const struct object *dir, const char *name, size_t size) {
    uint64_t hash = 0xcbf29ce484222325u ^ (uintptr_t)dir; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;
    hash *= 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32);
}

static struct node *find_node(const struct overlay *o, const struct object *dir, const char *name,
                              size_t size, uint32_t hash) {
    size_t mask = o->table_size - 1;
    for (size_t i = hash & mask; o->table_size; i = (i + 1) & mask) {
        struct node *node = o->table[i].node;
        if (!node || (o->table[i].hash == hash && node->dir == dir && node->size == size &&
                      memcmp(node->name, name, size) == 0))
            return node;
    }
    return NULL;
}

static void put_node(struct slot *table, size_t size, struct slot slot) {
    size_t at = slot.hash & (size - 1);
    while (table[at].node)
        at = (at + 1) & (size - 1);
    table[at] = slot;
}

static int grow_table(struct overlay *o) {
    if (o->count * 2 < o->table_size)
        return 0;
    size_t size = o->table_size ? o->table_size * 2 : FIRST_SLOTS;
    struct slot *table = mem_zalloc(size * sizeof *table);
    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < o->table_size; i++)
        if (o->table[i].node)
            put_node(table, size, o->table[i]);
    free(o->table);
    o->table = table;
    o->table_size = size;
    return 0;
}

struct node *overlay_find(const struct overlay *o, const struct object *dir, const char *name,
                          size_t size) {
    return find_node(o, dir, name, size, hash_name(dir, name, size));
}

/* Adds a name that isn't there yet. */
static struct node *add_node(struct overlay *o, struct object *dir, const char *name, size_t size) {
    struct node *node = overlay_alloc(o, sizeof *node + size + 1);
    if (!node)
        return NULL;
    node->dir = dir;
    node->size = (uint16_t)size;
    memcpy(node->name, name, size);
    return node;
}

static int enter_node(struct overlay *o, struct node *node, uint32_t hash) {
    if (grow_table(o) < 0)
        return -ENOMEM;
    put_node(o->table, o->table_size, (struct slot){node, hash});
    o->count++;
    node->sibling = node->dir->children;
    node->dir->children = node;
    return 0;
}

/* What a name has on the disk, and so has in the overlay until it is changed. */
static int load_node(struct overlay *o, struct node *node) {
    struct object *below = node->dir->below, *object = NULL;
    if (below == node->dir)
        return overlay_look(o, node);
    if (!below)
        return 0;
    struct node *original;
    int r = overlay_lookup(o, below, node->name, node->size, &original);
    if (r < 0 || !original->base)
        return r;
    r = overlay_copy_base(o, original->base, node->dir, &object);
    if (r < 0)
        return r;
    node->object = object;
    node->untouched = object;
    object->place = node;
    return 0;
}

int overlay_lookup(struct overlay *o, struct object *dir, const char *name, size_t size,
                   struct node **ret_node) {
    if (size > OVERLAY_NAME_MAX)
        return -ENAMETOOLONG;
    uint32_t hash = hash_name(dir, name, size);
    struct node *node = find_node(o, dir, name, size, hash);
    if (!node) {
        node = add_node(o, dir, name, size);
        int r = node ? load_node(o, node) : -ENOMEM;
        if (r >= 0)
            r = enter_node(o, node, hash);
        if (r < 0)
            return r;
    }
    *ret_node = node;
    return 0;
}

/* ------------------------------------------------------------------------------- changes */

int overlay_bind(struct overlay *o, struct node *node, struct object *object) {
    struct object *before = node->object;
    if (KEEP(o, node->object) < 0 || KEEP(o, node->origin) < 0 ||
        (before && KEEP(o, before->place) < 0) || (object && KEEP(o, object->place) < 0))
        return -ENOMEM;
    if (before && before->place == node)
        before->place = NULL;
    node->object = object;
    node->origin = NULL;
    if (object)
        object->place = node;
    touch(o, node, NULL);
    return 0;
}

/* A part of a copy as a whole that gets something of its own has the rest from then on, too. */
static void settle_copy(struct object *object) {
    if (object->derived)
        object->changed |= CHANGED_ATIME | CHANGED_MTIME | CHANGED_XATTRS;
    object->derived = false;
}

int overlay_change(struct overlay *o, struct node *node, struct object *object, unsigned changed) {
    if (overlay_keep(o, object, offsetof(struct object, was)) < 0)
        return -ENOMEM;
    settle_copy(object);
    object->changed |= changed;
    object->now.ctime = o->time;
    if (node)
        touch(o, node, object);
    return 0;
}

int overlay_stamp(struct overlay *o, struct object *dir) {
    if (KEEP(o, dir->now.mtime) < 0 || KEEP(o, dir->now.ctime) < 0 || KEEP(o, dir->changed) < 0 ||
        KEEP(o, dir->derived) < 0)
        return -ENOMEM;
    settle_copy(dir);
    dir->changed &= ~(unsigned)CHANGED_MTIME;
    dir->now.mtime = dir->now.ctime = o->time;
    return 0;
}

/* ------------------------------------------------------------------------------- objects */

struct object *overlay_object(struct overlay *o) {
    struct object *object = overlay_alloc(o, sizeof *object);
    if (!object)
        return NULL;
    object->fd = -1;
    return object;
}

/* What a directory's default ACL, or else the umask, leaves of the bits that were asked for. */
static int born_mode(struct overlay *o, struct object *dir, mode_t mode, mode_t *ret_mode) {
    int acl = overlay_acl_mode(o, dir);
    if (acl < 0)
        return acl;
    mode_t allowed = acl == ACL_NONE ? ~o->umask : (mode_t)(acl & 0777);
    *ret_mode = (mode & S_IFMT) | (mode & 07000) | (mode & 0777 & allowed);
    return 0;
}

int overlay_new(struct overlay *o, struct object *dir, mode_t mode, struct object **ret) {
    struct object *object = overlay_object(o);
    int r = object ? born_mode(o, dir, mode, &object->now.mode) : -ENOMEM;
    if (r < 0)
        return r;
    struct values *v = &object->now;
    bool inherits = dir->now.mode & S_ISGID;
    if (S_ISLNK(mode))
        v->mode = S_IFLNK | 0777;
    if (S_ISDIR(mode)) {
        v->mode = (v->mode & ~(mode_t)(S_ISUID | S_ISGID)) | (inherits ? S_ISGID : 0);
        object->acl_mode = (uint16_t)overlay_acl_mode(o, dir);
    }
    v->uid = o->uid;
    v->gid = inherits ? dir->now.gid : o->gid;
    v->nlink = !S_ISDIR(mode) ? 0 : dir->now.nlink > 1 ? 2 : 1; /* some count none */
    v->ino = o->next_ino++;
    v->dev = dir->now.dev;
    v->mnt = dir->now.mnt;
    v->blksize = dir->now.blksize;
    v->atime = v->mtime = v->ctime = o->time;
    object->no_xattrs = dir->no_xattrs;
    object->changed = CHANGED_CONTENT | CHANGED_MODE | CHANGED_UID | CHANGED_GID;
    *ret = object;
    return 0;
}

/* As the copies of src/tree: of somebody else's file none is made that runs in its maker's name. */
mode_t overlay_copied_mode(const struct overlay *o, const struct values *from, int how) {
    mode_t mode = from->mode;
    if (!(how & COPY_OWNER) && from->uid != o->uid)
        mode &= ~(mode_t)S_ISUID;
    if (!(how & COPY_OWNER) && from->gid != o->gid && !S_ISDIR(mode))
        mode &= ~(mode_t)S_ISGID;
    return mode;
}

static void copy_values(const struct overlay *o, struct object *copy, const struct values *from,
                        int how) {
    struct values *v = &copy->now;
    v->rdev = from->rdev;
    if (how & COPY_OWNER) {
        v->uid = from->uid;
        v->gid = from->gid;
    }
    if (!(how & COPY_PLAIN))
        v->mode = overlay_copied_mode(o, from, how);
    if (how & (COPY_PLAIN | COPY_MODE_ONLY))
        return;
    v->atime = from->atime;
    v->mtime = from->mtime;
    copy->changed |= CHANGED_ATIME | CHANGED_MTIME;
}

int overlay_copy(struct overlay *o, struct object *from, struct object *dir, int how,
                 struct object **ret) {
    struct object *copy;
    if (S_ISFIFO(from->now.mode) || S_ISSOCK(from->now.mode) || S_ISCHR(from->now.mode) ||
        S_ISBLK(from->now.mode))
        how &= ~COPY_MODE_ONLY; /* what is made anew gets the times, too */
    mode_t plain = (from->now.mode & S_IFMT) | (S_ISREG(from->now.mode) ? 0666 : 0600);
    int r = overlay_new(o, dir, how & COPY_PLAIN ? plain : from->now.mode, &copy);
    if (r < 0)
        return r;
    copy_values(o, copy, &from->now, how);
    if (!S_ISDIR(from->now.mode))
        copy->now.size = from->now.size;
    copy->source = S_ISREG(from->now.mode) ? content_source(from) : NULL;
    copy->data = copy->source ? NULL : from->data;
    copy->have = from->have;
    copy->secret = from->secret;
    copy->link = from->link;
    if (!(how & (COPY_PLAIN | COPY_MODE_ONLY))) {
        copy->like = from->like;
        copy->attributes = from->attributes;
        copy->changed |= CHANGED_XATTRS;
    }
    *ret = copy;
    return 0;
}

int overlay_copy_base(struct overlay *o, struct object *base, struct object *dir,
                      struct object **ret) {
    struct object *copy;
    int r = overlay_new(o, dir, base->was.mode, &copy);
    if (r < 0)
        return r;
    copy_values(o, copy, &base->was, 0);
    copy->now.size = base->was.size;
    copy->now.nlink = S_ISDIR(base->was.mode) ? base->was.nlink : 1;
    copy->source = S_ISREG(base->was.mode) ? base : NULL;
    copy->have = base->was.size;
    copy->link = base->link;
    copy->like = base;
    copy->below = S_ISDIR(base->was.mode) ? base : NULL;
    copy->changed = 0;
    copy->derived = true;
    *ret = copy;
    return 0;
}

bool overlay_reaches(const struct overlay *o, const struct object *dir) {
    while (dir && dir != o->root)
        dir = dir->place ? dir->place->dir : NULL;
    return dir;
}

/* ------------------------------------------------------------------------------ beginning */

int overlay_init(struct overlay *o, const char *root, mode_t umask) {
    *o = (struct overlay){.root_fd = -1, .umask = umask, .uid = geteuid(), .gid = getegid()};
    o->next_ino = UINT64_C(1) << 62;
    clock_gettime(CLOCK_REALTIME, &o->time);
    o->root_fd = SYS(open, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (o->root_fd < 0)
        return o->root_fd;
    return overlay_look_at_root(o);
}

void overlay_free(struct overlay *o) {
    for (unsigned i = 0; i < OVERLAY_FDS; i++)
        if (o->open[i])
            seam_close_quietly(o->open[i]->fd);
    if (o->root_fd >= 0)
        seam_close_quietly(o->root_fd);
    free(o->table);
    free(o->linked);
    str_free(&o->log);
    str_free(&o->touches);
    arena_free(&o->arena);
}
