/* SPDX-License-Identifier: MIT */
/** What would keep a plan from being applied by who asks: permissions, and room. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/procfile.h"
#include "fs/dir.h"
#include "fs/perm.h"
#include "plan/lower.h"
#include "plan/plan.h"
#include "plan/was.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* <linux/magic.h> and <linux/capability.h>, which musl comes without. */
#define BTRFS_SUPER_MAGIC 0x9123683EUL
#define XFS_SUPER_MAGIC   0x58465342UL
enum { CAP_CHOWN = 0, CAP_FOWNER = 3, CAP_SYS_RESOURCE = 24, CAP_MKNOD = 27 };

enum {
    IMMUTABLE = 0x10, /* STATX_ATTR_IMMUTABLE, _APPEND */
    APPEND = 0x20,
    MOST_VOLUMES = 16, /* of more, the room on the first ones is looked at */
};

/* A file system that something new comes to. */
struct volume {
    uint64_t dev, needed, room;
    bool shares; /* copies of its files take no room */
    const char *path;
};

/* The directory that was looked at last: entries come in the order of their places. */
struct seen {
    struct plan_identity id;
    struct values values;
    int refused; /* changing names in it */
};

struct refusing {
    struct os_plan *plan;
    struct plan_net net;
    uid_t uid;
    uint64_t capabilities;
    struct seen seen;
    struct volume volumes[MOST_VOLUMES];
    size_t volume_count;
};

/* Without /proc nobody knows: the superuser has all then, and others none. */
static uint64_t capabilities(uid_t uid) {
    char text[4096];
    ssize_t size = procfile_read("/proc/thread-self/status", text, sizeof text);
    const char *set = size > 0 ? procfile_field(text, "CapEff:") : NULL;
    return set ? strtoull(set, NULL, 16) : uid == 0 ? UINT64_MAX : 0;
}

static bool may(const struct refusing *r, int capability) {
    return r->capabilities >> capability & 1;
}

static bool is_owner(const struct refusing *r, uid_t uid) {
    return uid == r->uid || may(r, CAP_FOWNER);
}

static int refuse(struct refusing *r, struct os_plan_refusal refusal) {
    struct str *list = &r->plan->refusals;
    const struct os_plan_refusal *before = (const void *)list->data;
    for (size_t i = 0; i < list->size / sizeof refusal; i++)
        if (before[i].error == refusal.error && strcmp(before[i].path, refusal.path) == 0)
            return 0;
    str_append(list, (const char *)&refusal, sizeof refusal);
    return list->failed ? -ENOMEM : 0;
}

/* What the kernel says, where it says no; what fails otherwise is no answer. */
static int access_refused(int dir, const char *name, int mode) {
    int r = perm_access(dir, name, mode);
    return r == -EACCES || r == -EPERM || r == -EROFS ? -r : 0;
}

/* --------------------------------------------------------------------------------- places */

/* The directory of a place, which stays the caller's to close; −ESTALE and its like: the check tells. */
static int look_at_dir(struct refusing *r, const struct plan_place *place) {
    int fd = plan_open_place(&r->net, place);
    if (fd < 0 || (r->seen.id.ino == place->parent.ino && r->seen.id.dev == place->parent.dev))
        return fd;
    r->seen = (struct seen){.id = place->parent, .refused = access_refused(fd, ".", W_OK | X_OK)};
    int failed = disk_values(fd, "", &r->seen.values);
    if (failed < 0) {
        seam_close_quietly(fd);
        return failed;
    }
    return fd;
}

/* What its owner may remove though he may not write to it; the step sees to that. */
static bool is_empty(int dir, const char *name) {
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int fd = SYS(openat, dir, name, DIR_OPEN | O_NOFOLLOW);
    return fd >= 0 && dir_list(fd, &names) >= 0 && !names[0];
}

/* Whether what stands at a name may leave it: for the journal, or another directory. */
static int going_refused(const struct refusing *r, int dir, const char *name, bool stays_here,
                         bool removed) {
    const struct values *above = &r->seen.values;
    struct values v;
    if (disk_values(dir, name, &v) < 0)
        return 0;
    if ((v.attributes | above->attributes) & APPEND || v.attributes & IMMUTABLE)
        return EPERM;
    if (above->mode & S_ISVTX && above->uid != r->uid && v.uid != r->uid && !may(r, CAP_FOWNER))
        return EPERM;
    int error = S_ISDIR(v.mode) && !stays_here ? access_refused(dir, name, W_OK) : 0;
    return error == EACCES && removed && v.uid == r->uid && is_empty(dir, name) ? 0 : error;
}

static int check_place(struct refusing *r, const struct plan_place *place,
                       const struct plan_was *was, bool stays_here, bool removed) {
    if (!place->path || !place->before)
        return 0;
    AUTO_CLOSE int dir = look_at_dir(r, place);
    if (dir < 0)
        return dir == -ENOMEM ? dir : 0;
    int error = r->seen.refused;
    if (!error && !was->absent)
        error = going_refused(r, dir, place->name, stays_here, removed);
    return error ? refuse(r, (struct os_plan_refusal){place->path, error, 0, 0}) : 0;
}

/* Values of an object that stays. */
static int values_refused(const struct refusing *r, int dir, const struct plan_entry *e) {
    const struct plan_object *is = &e->is;
    const unsigned owners = PLAN_SET_UID | PLAN_SET_GID, times = PLAN_SET_ATIME | PLAN_SET_MTIME;
    bool content = e->kind == PLAN_INPLACE && is->content != PLAN_CONTENT_NONE;
    struct values v;
    if (disk_values(dir, e->path.name, &v) < 0)
        return 0;
    if (v.attributes & (IMMUTABLE | APPEND))
        return EPERM;
    if (content)
        return access_refused(dir, e->path.name, W_OK);
    if (is->set & (PLAN_SET_MODE | owners | times) && !is_owner(r, v.uid))
        return EPERM;
    if (is->set & PLAN_SET_UID && is->uid != v.uid && !may(r, CAP_CHOWN))
        return EPERM;
    if (S_ISLNK(v.mode))
        return 0;
    int error = access_refused(dir, e->path.name, W_OK); /* an owner may change what is read-only */
    return error == EROFS ? error : 0;
}

static int check_values(struct refusing *r, const struct plan_entry *e) {
    AUTO_CLOSE int dir = e->path.before ? look_at_dir(r, &e->path) : -ENOENT;
    if (dir < 0)
        return dir == -ENOMEM ? dir : 0;
    int error = values_refused(r, dir, e);
    return error ? refuse(r, (struct os_plan_refusal){e->path.path, error, 0, 0}) : 0;
}

/* ------------------------------------------------------------------------------ new objects */

/* The file system of the directory that was looked at last, or NULL. */
static struct volume *volume_of(struct refusing *r, int dir, const struct plan_place *place) {
    struct statfs fs;
    uint64_t dev = r->seen.values.dev;
    for (size_t i = 0; i < r->volume_count; i++)
        if (r->volumes[i].dev == dev)
            return &r->volumes[i];
    if (r->volume_count == MOST_VOLUMES || SYS(fstatfs, dir, &fs) < 0 || !fs.f_blocks)
        return NULL;
    struct volume *v = &r->volumes[r->volume_count++];
    unsigned long type = (unsigned long)fs.f_type;
    uint64_t blocks = may(r, CAP_SYS_RESOURCE) ? fs.f_bfree : fs.f_bavail;
    *v = (struct volume){.dev = dev,
                         .room = blocks * (uint64_t)fs.f_bsize,
                         .shares = type == BTRFS_SUPER_MAGIC || type == XFS_SUPER_MAGIC,
                         .path = place->before};
    return v;
}

/* What is copied has to be readable; and how much of it there is. */
static int check_copied(struct refusing *r, struct volume *volume, const struct plan_object *is) {
    const struct plan_place *place = &is->source->place;
    bool tree = is->content == PLAN_CONTENT_COPY;
    struct tree_scan scan = {0};
    struct values v = {0};
    AUTO_CLOSE int dir = plan_open_place(&r->net, place);
    int failed = dir < 0 ? dir : disk_values(dir, place->name, &v);
    if (failed < 0)
        return failed == -ENOMEM ? failed : 0;
    int error = access_refused(dir, place->name, tree ? R_OK | X_OK : R_OK);
    if (error)
        return refuse(r, (struct os_plan_refusal){place->path, error, 0, 0});
    if (!volume || (volume->shares && v.dev == volume->dev))
        return 0;
    if (tree)
        failed = scan_tree(dir, place->name, &scan);
    uint64_t blocks = v.blocks * 512;
    volume->needed += tree ? scan.blocks * 512 : blocks < is->have ? blocks : is->have;
    return failed == -ENOMEM ? failed : 0;
}

static int check_new(struct refusing *r, struct volume *volume, const char *path,
                     const struct plan_object *is) {
    if (is->content == PLAN_CONTENT_MEMORY && volume)
        volume->needed += is->have;
    if (is->content == PLAN_CONTENT_DEVICE && !may(r, CAP_MKNOD))
        return refuse(r, (struct os_plan_refusal){path, EPERM, 0, 0});
    if (is->set & PLAN_SET_UID && is->uid != r->uid && !may(r, CAP_CHOWN))
        return refuse(r, (struct os_plan_refusal){path, EPERM, 0, 0});
    bool copied = is->content == PLAN_CONTENT_SOURCE || is->content == PLAN_CONTENT_COPY;
    return copied ? check_copied(r, volume, is) : 0;
}

/* All of a new tree; it is told by the path of its top. */
static int check_tree(struct refusing *r, struct volume *volume, const struct plan_entry *e) {
    AUTO_STR stack = STR_INIT;
    const struct plan_object *top = &e->is;
    int failed = check_new(r, volume, e->path.path, top);
    str_append(&stack, (const char *)&top, sizeof top);
    while (failed >= 0 && stack.size && !stack.failed) {
        memcpy(&top, stack.data + stack.size - sizeof top, sizeof top);
        str_truncate(&stack, stack.size - sizeof top);
        for (size_t i = 0; failed >= 0 && i < top->child_count; i++) {
            const struct plan_object *object = top->children[i].object;
            failed = object ? check_new(r, volume, e->path.path, object) : 0;
            if (object && object->child_count)
                str_append(&stack, (const char *)&object, sizeof object);
        }
    }
    return stack.failed ? -ENOMEM : failed;
}

static int check_made(struct refusing *r, const struct plan_entry *e) {
    AUTO_CLOSE int dir = e->path.before ? look_at_dir(r, &e->path) : -ENOENT;
    if (dir == -ENOMEM)
        return dir;
    struct volume *volume = dir < 0 ? NULL : volume_of(r, dir, &e->path);
    if (volume && e->kind == PLAN_INPLACE) /* the journal has a copy of what is there */
        volume->needed += e->was.size;
    return check_tree(r, volume, e);
}

static int check_room(struct refusing *r) {
    int failed = 0;
    for (size_t i = 0; failed >= 0 && i < r->volume_count; i++) {
        const struct volume *v = &r->volumes[i];
        if (v->needed > v->room)
            failed = refuse(r, (struct os_plan_refusal){v->path, ENOSPC, v->needed, v->room});
    }
    return failed;
}

/* -------------------------------------------------------------------------------- the whole */

static bool same_dir(const struct plan_place *a, const struct plan_place *b) {
    return a->parent.ino == b->parent.ino && a->parent.dev == b->parent.dev;
}

static int check_entry(struct refusing *r, const struct plan_entry *e) {
    bool two = e->kind == PLAN_MOVE || e->kind == PLAN_SWAP;
    bool stays_here = two && same_dir(&e->path, &e->path2);
    bool values = e->kind == PLAN_META || e->kind == PLAN_INPLACE;
    bool made = e->kind == PLAN_CREATE || e->kind == PLAN_REPLACE || e->kind == PLAN_INPLACE;
    int failed = 0;
    if (values)
        failed = check_values(r, e);
    else if (!e->aside)
        failed = check_place(r, &e->path, &e->was, stays_here, !two);
    if (failed >= 0 && (failed = lower_refuses(&r->net, e)) > 0)
        failed = refuse(r, (struct os_plan_refusal){e->path.path, EXDEV, 0, 0});
    if (failed >= 0 && two)
        failed = check_place(r, &e->path2, &e->was2, e->kind == PLAN_SWAP && stays_here, false);
    return failed >= 0 && made ? check_made(r, e) : failed;
}

int plan_refusals(struct os_plan *plan) {
    struct refusing r = {.plan = plan, .uid = geteuid()};
    str_free(&plan->refusals);
    int failed = plan_net(plan, &r.net);
    if (failed >= 0 && r.net.root_fd < 0)
        failed = r.net.root_fd;
    r.capabilities = failed < 0 ? 0 : capabilities(r.uid);
    for (size_t i = 0; failed >= 0 && i < r.net.count; i++)
        failed = check_entry(&r, &r.net.entries[i]);
    return failed < 0 ? failed : check_room(&r);
}

int os_plan_refusals(struct os_plan *plan, const struct os_plan_refusal **ret_list,
                     size_t *ret_count) {
    UNCANCELLED;
    int r = plan_refusals(plan);
    if (r >= 0) {
        *ret_list = (const struct os_plan_refusal *)(const void *)plan->refusals.data;
        *ret_count = plan->refusals.size / sizeof **ret_list;
    }
    return PUBLIC(r, "plan_refusals", plan->failed, NULL);
}
