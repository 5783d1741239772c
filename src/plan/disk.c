/* SPDX-License-Identifier: MIT */
/** What the overlay asks the disk: objects looked at once, directories held open, contents. */
#include "base/kernel.h"
#include "fs/acl.h"
#include "fs/at.h"
#include "fs/dir.h"
#include "plan/overlay.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
    BASIC = 0x7ff,          /* STATX_BASIC_STATS */
    MNT_ID = 0x1000,        /* STATX_MNT_ID */
    NO_AUTOMOUNT = 0x800,   /* AT_NO_AUTOMOUNT */
    RACY_NS = 10 * 1000000, /* a clock tick: a change within it can't be told from one before */
};

/* ----------------------------------------------------------------------------- looking */

static struct timespec time_of(struct kernel_time time) {
    return (struct timespec){(time_t)time.seconds, (long)time.nanoseconds};
}

static void take_statx(const struct kernel_statx *x, struct values *v) {
    *v = (struct values){
        .mode = x->mode,
        .uid = x->uid,
        .gid = x->gid,
        .blksize = x->blksize,
        .nlink = x->nlink,
        .size = x->size,
        .blocks = x->blocks,
        .rdev = makedev(x->rdev_major, x->rdev_minor),
        .dev = makedev(x->dev_major, x->dev_minor),
        .ino = x->ino,
        .mnt = x->mnt_id,
        .attributes = x->attributes,
        .atime = time_of(x->atime),
        .mtime = time_of(x->mtime),
        .ctime = time_of(x->ctime),
    };
}

static void take_stat(const struct stat *st, struct values *v) {
    *v = (struct values){
        .mode = st->st_mode,
        .uid = st->st_uid,
        .gid = st->st_gid,
        .blksize = (uint32_t)st->st_blksize,
        .nlink = st->st_nlink,
        .size = (uint64_t)st->st_size,
        .blocks = (uint64_t)st->st_blocks,
        .rdev = st->st_rdev,
        .dev = st->st_dev,
        .ino = st->st_ino,
        .atime = st->st_atim,
        .mtime = st->st_mtim,
        .ctime = st->st_ctim,
    };
}

/* A kernel or sandbox without statx(2) tells no mounts: then devices stand for them. */
int disk_values(int dir, const char *name, struct values *ret) {
    struct kernel_statx x;
    struct stat st;
    int flags = AT_SYMLINK_NOFOLLOW | NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);
    int r = SYS(kernel_statx, dir, name, flags, BASIC | MNT_ID, &x);
    if (r >= 0) {
        take_statx(&x, ret);
    } else if (r == -ENOSYS || r == -EPERM) {
        r = SYS(fstatat, dir, name, &st, flags);
        if (r >= 0)
            take_stat(&st, ret);
    }
    return r;
}

bool disk_racy(struct timespec changed) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age =
        (int64_t)(now.tv_sec - changed.tv_sec) * 1000000000 + now.tv_nsec - changed.tv_nsec;
    return age < RACY_NS;
}

/* ---------------------------------------------- objects of the disk that have several names */

static size_t linked_slot(const struct overlay *o, const struct values *v) {
    size_t mask = o->linked_size - 1;
    size_t i = (size_t)((v->ino * 0x9e3779b97f4a7c15u) >> 32) & mask;
    while (o->linked[i] && (o->linked[i]->was.ino != v->ino || o->linked[i]->was.dev != v->dev))
        i = (i + 1) & mask;
    return i;
}

static int grow_linked(struct overlay *o) {
    if (o->linked_count * 2 < o->linked_size)
        return 0;
    struct object **old = o->linked;
    size_t old_size = o->linked_size;
    size_t size = old_size ? old_size * 2 : 64;
    struct object **table = mem_zalloc(size * sizeof *table);
    if (!table)
        return -ENOMEM;
    o->linked = table;
    o->linked_size = size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i])
            table[linked_slot(o, &old[i]->was)] = old[i];
    free(old);
    return 0;
}

/* An object of the disk: the one that is known by another name already, or a new one. */
static int object_of(struct overlay *o, const struct values *v, struct node *home,
                     struct object **ret) {
    bool linked = v->nlink > 1 && !S_ISDIR(v->mode);
    if (linked && grow_linked(o) < 0)
        return -ENOMEM;
    struct object **slot = linked ? &o->linked[linked_slot(o, v)] : NULL;
    if (slot && *slot) {
        *ret = *slot;
        return 0;
    }
    struct object *object = overlay_object(o);
    if (!object)
        return -ENOMEM;
    object->now = object->was = *v;
    object->base = true;
    object->home = home;
    object->racy = disk_racy(v->ctime);
    object->have = v->size;
    object->like = object;
    if (S_ISDIR(v->mode))
        object->below = object;
    if (slot) {
        *slot = object;
        o->linked_count++;
    }
    *ret = object;
    return 0;
}

static int look_at_link(struct overlay *o, int dir, const char *name, struct object *object) {
    AUTO_FREE char *text = NULL;
    if (!S_ISLNK(object->now.mode) || object->link)
        return 0;
    int r = at_readlink(dir, name, &text);
    if (r < 0)
        return r == -EINVAL ? -ESTALE : r;
    object->link = overlay_text(o, text, strlen(text));
    return object->link ? 0 : -ENOMEM;
}

int overlay_look(struct overlay *o, struct node *node) {
    struct values v;
    struct object *object = NULL;
    int dir = overlay_fd(o, node->dir);
    int r = dir < 0 ? dir : overlay_lacks(o, node->dir, dir, node->name, node->size);
    if (r)
        return r < 0 ? r : 0;
    r = disk_values(dir, node->name, &v);
    if (r == -ENOENT) {
        node->dir->misses++;
        return 0;
    }
    if (r >= 0)
        r = object_of(o, &v, node, &object);
    if (r >= 0)
        r = look_at_link(o, dir, node->name, object);
    if (r < 0)
        return r;
    node->base = object;
    node->object = object;
    if (S_ISDIR(v.mode))
        object->place = node;
    return 0;
}

int overlay_look_at_root(struct overlay *o) {
    struct values v;
    int r = disk_values(o->root_fd, "", &v);
    if (r >= 0)
        r = object_of(o, &v, NULL, &o->root);
    return r;
}

/* ---------------------------------------------------------------- directories held open */

static void keep_open(struct overlay *o, struct object *dir, int fd) {
    struct object **slot = &o->open[o->hand++ % OVERLAY_FDS];
    if (*slot) {
        seam_close_quietly((*slot)->fd);
        (*slot)->fd = -1;
    }
    *slot = dir;
    dir->fd = fd;
}

/* When there are no more descriptors, those that are kept for later go. */
static bool give_up_fds(struct overlay *o) {
    bool any = false;
    for (unsigned i = 0; i < OVERLAY_FDS; i++)
        if (o->open[i]) {
            seam_close_quietly(o->open[i]->fd);
            o->open[i]->fd = -1;
            o->open[i] = NULL;
            any = true;
        }
    return any;
}

static int same_object(int fd, const struct object *object) {
    struct stat st;
    int r = SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    return st.st_ino == object->was.ino && st.st_dev == object->was.dev ? 0 : -ESTALE;
}

static int open_at(int dir, const struct object *object, int flags) {
    AUTO_CLOSE int fd = SYS(openat, dir, object->home->name, flags | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP ? -ESTALE : fd;
    int r = same_object(fd, object);
    return r < 0 ? r : TAKE_FD(fd);
}

/* The directories above that aren't open are opened from the top: `dir` itself comes last. */
static int open_chain(struct overlay *o, struct object *dir) {
    AUTO_STR chain = STR_INIT;
    struct object *at = dir;
    for (; at->home && at->fd < 0; at = at->home->dir)
        str_append(&chain, (const char *)&at, sizeof at);
    if (chain.failed)
        return -ENOMEM;
    AUTO_CLOSE int owned = -1;
    int fd = at->home ? at->fd : o->root_fd;
    for (size_t left = chain.size / sizeof at; left > 0; left--) {
        memcpy(&at, chain.data + (left - 1) * sizeof at, sizeof at);
        int next = open_at(fd, at, O_PATH | O_DIRECTORY);
        if (next < 0)
            return next;
        seam_close_quietly(owned);
        fd = owned = next;
        if (left == 1)
            keep_open(o, at, TAKE_FD(owned));
    }
    return fd;
}

int overlay_fd(struct overlay *o, struct object *dir) {
    if (!dir->home)
        return o->root_fd;
    if (dir->fd >= 0)
        return dir->fd;
    int fd = open_chain(o, dir);
    while (fd == -EMFILE && give_up_fds(o))
        fd = open_chain(o, dir);
    return fd;
}

int overlay_open(struct overlay *o, struct object *object, int flags) {
    int r;
    do {
        if (!object->home) {
            r = SYS(openat, o->root_fd, ".", flags | O_CLOEXEC);
            continue;
        }
        r = overlay_fd(o, object->home->dir);
        if (r >= 0)
            r = open_at(r, object, flags);
    } while (r == -EMFILE && give_up_fds(o));
    return r;
}

/* -------------------------------------------------------------------- extended attributes */

/* A handle does for what can't be opened, a link or a device; without /proc, the file has to be. */
static int disk_xattr(struct overlay *o, struct object *object, const char *name, struct str *s) {
    char path[40];
    AUTO_CLOSE int fd = overlay_open(o, object, O_PATH);
    if (fd < 0)
        return fd;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int r = xattr_load(path, -1, name, s);
    if (r != -ENOENT)
        return r;
    AUTO_CLOSE int readable = overlay_open(o, object, O_RDONLY | O_NONBLOCK);
    return readable < 0 ? readable : xattr_load(NULL, readable, name, s);
}

static const struct attribute *find_attribute(const struct object *object, const char *name) {
    const struct attribute *a = object->attributes;
    while (a && strcmp(a->name, name) != 0)
        a = a->next;
    return a;
}

int overlay_xattr(struct overlay *o, struct object *object, const char *name, struct str *value) {
    const struct attribute *a = find_attribute(object, name);
    if (a && a->value)
        str_append(value, a->value, a->size);
    else if (a || !object->like)
        return object->no_xattrs ? -EOPNOTSUPP : -ENODATA;
    else
        return disk_xattr(o, object->like, name, value);
    return value->failed ? -ENOMEM : 0;
}

int overlay_xattr_names(struct overlay *o, struct object *object, struct list *names) {
    AUTO_STR disk = STR_INIT;
    int r = object->like ? disk_xattr(o, object->like, NULL, &disk) : 0;
    if (r < 0)
        return r;
    for (size_t at = 0; at < disk.size; at += strlen(disk.data + at) + 1)
        if (!find_attribute(object, disk.data + at))
            list_add_text(names, disk.data + at);
    for (const struct attribute *a = object->attributes; a; a = a->next)
        if (a->value)
            list_add_text(names, a->name);
    return names->text.failed ? -ENOMEM : 0;
}

/* The bits that an ACL as the kernel keeps it leaves to the three classes, or −EINVAL. */
static int acl_bits(const struct str *acl) {
    enum { HEADER = 4, ENTRY = 8, OWNER = 1, GROUP = 4, MASK = 16, OTHER = 32 };
    int owner = 0, group = 0, mask = -1, other = 0;
    if (acl->size < HEADER || (acl->size - HEADER) % ENTRY)
        return -EINVAL;
    for (size_t at = HEADER; at < acl->size; at += ENTRY) {
        const unsigned char *entry = (const unsigned char *)acl->data + at;
        int tag = entry[0] | entry[1] << 8, bits = entry[2] & 7;
        owner = tag == OWNER ? bits : owner;
        group = tag == GROUP ? bits : group;
        mask = tag == MASK ? bits : mask;
        other = tag == OTHER ? bits : other;
    }
    return owner << 6 | (mask < 0 ? group : mask) << 3 | other;
}

int overlay_acl_bits(const struct str *acl) {
    return acl_bits(acl);
}

int overlay_acl_mode(struct overlay *o, struct object *dir) {
    AUTO_STR acl = STR_INIT;
    if (dir->acl_mode != ACL_UNKNOWN)
        return dir->acl_mode;
    int r = overlay_xattr(o, dir, XATTR_DEFAULT_ACL, &acl);
    if (r == -EOPNOTSUPP || r == -ENODATA)
        r = ACL_NONE;
    else if (r >= 0 && (r = acl_bits(&acl)) >= 0)
        r |= ACL_MODE;
    if (r >= 0)
        dir->acl_mode = (uint16_t)r;
    return r;
}

/* -------------------------------------------------------------------------------- content */

int disk_read(int fd, uint64_t most, struct str *ret) {
    while (most > 0) {
        size_t part = most < 65536 ? (size_t)most : 65536;
        if (str_reserve(ret, part) < 0)
            return -ENOMEM;
        ssize_t n = SYS(read, fd, ret->data + ret->size, part);
        if (n <= 0)
            return (int)n;
        ret->size += (size_t)n;
        ret->data[ret->size] = '\0';
        most -= (uint64_t)n;
    }
    return 0;
}

static int fill_zeros(struct str *s, uint64_t size) {
    if (size <= s->size)
        return 0;
    if (size - s->size > SIZE_MAX / 2 || str_reserve(s, (size_t)(size - s->size)) < 0)
        return -ENOMEM;
    memset(s->data + s->size, 0, (size_t)size - s->size + 1);
    s->size = (size_t)size;
    return 0;
}

int overlay_read(struct overlay *o, struct object *object, struct str *ret) {
    struct object *source = content_source(object);
    if (S_ISLNK(object->now.mode)) {
        str_append_text(ret, object->link);
    } else if (source) {
        bool all =
            source == object && !(object->changed & CHANGED_CONTENT); /* /proc tells no size */
        AUTO_CLOSE int fd = overlay_open(o, source, O_RDONLY | O_NONBLOCK);
        int r = fd < 0 ? fd : disk_read(fd, all ? UINT64_MAX : object->have, ret);
        if (r < 0)
            return r;
        if (all)
            return 0;
    } else {
        str_append(ret, object->data ? object->data : "", (size_t)object->have);
    }
    return ret->failed ? -ENOMEM : fill_zeros(ret, object->now.size);
}

/* -------------------------------------------------------------------------------- listings */

static void add_name(struct names *names, const char *name, size_t size, uint8_t type) {
    list_add(&names->list, name, size);
    str_append_char(&names->types, (char)type);
}

static int add_disk_names(struct overlay *o, struct object *dir, bool base, struct names *names) {
    uint64_t buffer[DIR_BUFFER / sizeof(uint64_t)];
    struct dir reader;
    struct dir_entry e;
    AUTO_CLOSE int fd = overlay_open(o, dir->below, DIR_OPEN);
    if (fd < 0)
        return fd;
    dir_start(&reader, fd, (char *)buffer, sizeof buffer);
    int r;
    while ((r = dir_read(&reader, &e)) > 0) {
        size_t size = strlen(e.name);
        if (base || !overlay_find(o, dir, e.name, size))
            add_name(names, e.name, size, e.type);
    }
    return r;
}

int overlay_names(struct overlay *o, struct object *dir, bool base, struct names *names) {
    int r = dir->below ? add_disk_names(o, dir, base, names) : 0;
    for (struct node *node = dir->children; r >= 0 && !base && node; node = node->sibling)
        if (node->object)
            add_name(names, node->name, node->size, (uint8_t)IFTODT(node->object->now.mode));
    return r < 0 ? r : names->list.text.failed || names->types.failed ? -ENOMEM : 0;
}

void names_free(struct names *names) {
    list_free(&names->list);
    str_free(&names->types);
}

int overlay_filled(struct overlay *o, struct object *dir) {
    struct names names = {0};
    for (struct node *node = dir->children; node; node = node->sibling)
        if (node->object)
            return 1;
    int r = dir->below ? add_disk_names(o, dir, false, &names) : 0;
    if (r >= 0)
        r = names.list.text.failed ? -ENOMEM : names.list.count > 0;
    names_free(&names);
    return r;
}
