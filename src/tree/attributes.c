/* SPDX-License-Identifier: MIT */
/** os.chmodtree and os.chowntree: the modes or the owner of everything in a tree. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "fs/perm.h"
#include "tree/job.h"

#include <fcntl.h>
#include <unistd.h>

struct change {
    struct job job;
    bool owner; /* otherwise the modes */
    uid_t uid;
    gid_t gid;
    int64_t file_mode, dir_mode; /* −1: as it is */
};

/* What a directory's node remembers. */
struct state {
    bool opened_up; /* it got its new mode before it was read */
    bool again;     /* and is to be read once more for that */
};

static struct state *state_of(struct tree_node *node) {
    return (struct state *)node->extra;
}

static struct change *change_of(struct tree_worker *w) {
    return (struct change *)job_of(w);
}

/* Whether there is a link now, or nothing: neither has a mode that could be changed. */
static bool has_no_mode(int dir, const char *name) {
    int type = dir_type(dir, name);
    return type == DT_LNK || type == -ENOENT;
}

/* What is no directory, a link itself. One that vanished is none. */
static int change_entry(struct change *change, const struct tree_node *node, const char *name,
                        int type) {
    int r = 0;
    if (change->owner) {
        r = SYS(fchownat, node->fd[0], name, change->uid, change->gid, AT_SYMLINK_NOFOLLOW);
    } else if (change->file_mode >= 0 && type != DT_LNK) {
        unsigned seen = tree_evictions(change->job.tree);
        do
            r = perm_chmod_nofollow(node->fd[0], name, (mode_t)change->file_mode);
        while (tree_try_again(change->job.tree, r, &seen));
    }
    if ((r == -EOPNOTSUPP || r == -ELOOP) && !change->owner && has_no_mode(node->fd[0], name))
        r = 0;
    return r == -ENOENT ? 0 : r;
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    struct change *change = change_of(w);
    const char *operation = change->owner ? "chown" : "chmod";
    int type = tree_type(node, e);
    if (type == DT_DIR)
        return TREE_DESCEND;
    bool stays = change->job.control.one_file_system;
    int r = type >= 0 && stays ? tree_is_mount(node->fd[0], e->name) : type;
    if (r > 0 && stays)
        return 0;
    if (r >= 0)
        r = change_entry(change, node, e->name, type);
    job_count(&change->job.entries, 1);
    return r < 0 && r != -ENOENT ? job_failed(&change->job, node, e->name, operation, r) : 0;
}

/* Whether the new mode lets its owner in. */
static bool opens_up(const struct change *change) {
    return !change->owner && change->dir_mode >= 0 && (change->dir_mode & 0500) == 0500;
}

/* A directory comes before what is in it when that opens it up, so that it can be entered. */
static int pre(struct tree_worker *w, struct tree_node *node) {
    struct change *change = change_of(w);
    if (!opens_up(change) || state_of(node)->opened_up)
        return 0;
    state_of(node)->opened_up = true;
    int r = SYS(fchmod, node->fd[0], (mode_t)change->dir_mode);
    return r < 0 ? job_failed(&change->job, node, NULL, "chmod", r) : 0;
}

/* Otherwise it comes after them: without the permission to enter it nothing could. */
static int post(struct tree_worker *w, struct tree_node *node) {
    struct change *change = change_of(w);
    job_count(&change->job.directories, 1);
    if (state_of(node)->opened_up)
        return 0;
    int r = node->fd[0] < 0 ? (node->error ? node->error : -EBADF) : 0;
    if (r >= 0 && change->owner)
        r = SYS(fchown, node->fd[0], change->uid, change->gid);
    else if (r >= 0 && change->dir_mode >= 0)
        r = SYS(fchmod, node->fd[0], (mode_t)change->dir_mode);
    const char *operation = change->owner ? "chown" : "chmod";
    return r < 0 ? job_failed(&change->job, node, NULL, operation, r) : 0;
}

static int closed(struct tree_worker *w, struct tree_node *node) {
    (void)w;
    bool again = state_of(node)->again;
    state_of(node)->again = false;
    return again ? TREE_AGAIN : 0;
}

static int failed(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error) {
    struct change *change = change_of(w);
    struct tree_node *parent = node->parent;
    if (error == -EACCES && node->unopened && opens_up(change) && !state_of(node)->opened_up &&
        parent && parent->fd[0] >= 0 &&
        perm_chmod_nofollow(parent->fd[0], node->name, (mode_t)change->dir_mode) >= 0) {
        state_of(node)->opened_up = state_of(node)->again = true;
        return 0;
    }
    if (node->unopened && (error == -ENOENT || error == -EXDEV))
        return 0;
    return job_failed(job_of(w), node, name, operation, error);
}

static const struct tree_client client = {
    .extra = sizeof(struct state),
    .keeps = true,
    .pre = pre,
    .entry = entry,
    .post = post,
    .closed = closed,
    .failed = failed,
};

/* The top of the tree may have to be opened up, too. */
static int open_top(const struct change *change, const char *path) {
    int fd = job_open_root(AT_FDCWD, path, /* follow= */ false);
    if (fd == -EACCES && opens_up(change) &&
        perm_chmod_nofollow(AT_FDCWD, path, (mode_t)change->dir_mode) >= 0)
        fd = job_open_root(AT_FDCWD, path, /* follow= */ false);
    return fd;
}

static int change_tree(struct change *change, const char *path,
                       const struct os_tree_options *given) {
    struct os_tree_options options;
    int r = options_copy(&options, sizeof options, given);
    if (r < 0)
        return PUBLIC(r, change->job.operation, path, NULL);
    change->job.root[0] = path;
    r = job_begin(&change->job, &client, 1, &options.control);
    int fd = r < 0 ? r : open_top(change, path);
    if (r >= 0)
        r = fd < 0 ? job_failed(&change->job, NULL, NULL, "open", fd)
                   : job_run(&change->job, (int[TREE_SIDES]){fd, -1});
    return job_end(&change->job, r);
}

int os_chmodtree(const char *path, mode_t file_mode, mode_t dir_mode,
                 const struct os_tree_options *options) {
    UNCANCELLED;
    struct change change = {
        .job.operation = "chmodtree",
        .file_mode = file_mode == (mode_t)-1 ? -1 : (int64_t)(file_mode & 07777),
        .dir_mode = dir_mode == (mode_t)-1 ? -1 : (int64_t)(dir_mode & 07777),
    };
    return change_tree(&change, path, options);
}

int os_chowntree(const char *path, uid_t uid, gid_t gid, const struct os_tree_options *options) {
    UNCANCELLED;
    struct change change = {.job.operation = "chowntree", .owner = true, .uid = uid, .gid = gid};
    return change_tree(&change, path, options);
}
