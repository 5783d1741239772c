/* SPDX-License-Identifier: MIT */
/** os.chmodtree and os.chowntree: the modes or the owner of everything in a tree. */
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

static struct change *change_of(struct tree_worker *w) {
    return (struct change *)job_of(w);
}

/* What is no directory, a link itself. One that vanished is none. */
static int change_entry(struct change *change, const struct tree_node *node, const char *name,
                        int type) {
    int r = 0;
    if (change->owner)
        r = SYS(fchownat, node->fd[0], name, change->uid, change->gid, AT_SYMLINK_NOFOLLOW);
    else if (change->file_mode >= 0 && type != DT_LNK)
        r = perm_chmod_nofollow(node->fd[0], name, (mode_t)change->file_mode);
    bool is_link_now = r == -EOPNOTSUPP || r == -ELOOP; /* whose mode can't be changed */
    return r == -ENOENT || (is_link_now && !change->owner) ? 0 : r;
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    struct change *change = change_of(w);
    const char *operation = change->owner ? "chown" : "chmod";
    int type = tree_type(node, e);
    if (type == DT_DIR)
        return TREE_DESCEND;
    int r = type < 0 ? type : change_entry(change, node, e->name, type);
    job_count(&change->job.entries, 1);
    return r < 0 && r != -ENOENT ? job_failed(&change->job, node, e->name, operation, r) : 0;
}

/* A directory comes after what is in it: without the permission to enter it nothing could. */
static int leave(struct tree_worker *w, struct tree_node *node) {
    struct change *change = change_of(w);
    int r = node->fd[0] < 0 ? (node->error ? node->error : -EBADF) : 0;
    if (r >= 0 && change->owner)
        r = SYS(fchown, node->fd[0], change->uid, change->gid);
    else if (r >= 0 && change->dir_mode >= 0)
        r = SYS(fchmod, node->fd[0], (mode_t)change->dir_mode);
    job_count(&change->job.directories, 1);
    const char *operation = change->owner ? "chown" : "chmod";
    return r < 0 ? job_failed(&change->job, node, NULL, operation, r) : 0;
}

static int failed(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error) {
    if (node->unopened && (error == -ENOENT || error == -EXDEV))
        return 0;
    return job_failed(job_of(w), node, name, operation, error);
}

static const struct tree_client client = {
    .keeps = true,
    .entry = entry,
    .leave = leave,
    .failed = failed,
};

static int change_tree(struct change *change, const char *path,
                       const struct os_tree_options *given) {
    struct os_tree_options options;
    int r = options_copy(&options, sizeof options, given);
    if (r < 0)
        return PUBLIC(r, change->job.operation, path, NULL);
    change->job.root[0] = path;
    r = job_begin(&change->job, &client, 1, &options.control);
    int fd = r < 0 ? r : job_open_root(AT_FDCWD, path, /* follow= */ false);
    if (r >= 0)
        r = fd < 0 ? job_failed(&change->job, NULL, NULL, "open", fd)
                   : job_run(&change->job, (int[TREE_SIDES]){fd, -1});
    return job_end(&change->job, r);
}

int os_chmodtree(const char *path, mode_t file_mode, mode_t dir_mode,
                 const struct os_tree_options *options) {
    struct change change = {
        .job.operation = "chmodtree",
        .file_mode = file_mode == (mode_t)-1 ? -1 : (int64_t)(file_mode & 07777),
        .dir_mode = dir_mode == (mode_t)-1 ? -1 : (int64_t)(dir_mode & 07777),
    };
    return change_tree(&change, path, options);
}

int os_chowntree(const char *path, uid_t uid, gid_t gid, const struct os_tree_options *options) {
    struct change change = {.job.operation = "chowntree", .owner = true, .uid = uid, .gid = gid};
    return change_tree(&change, path, options);
}
