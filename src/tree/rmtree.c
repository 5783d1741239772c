/* SPDX-License-Identifier: MIT */
/** os.rmtree: a tree removed, and nothing else, whoever swaps what for what meanwhile. */
#include "tree/rmtree.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "fs/root_resolve.h"
#include "tree/job.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PASSES = 100 };

struct removal {
    struct job job;
    int dir_fd;
    const char *path; /* from there on, without slashes at its end */
};

/* What a directory's node remembers. */
struct state {
    _Atomic unsigned removed; /* in this pass */
    _Atomic unsigned kept;    /* failed to be removed: there is no use in another pass */
    unsigned passes;
    bool gone;
};

static struct state *state_of(struct tree_node *node) {
    return (struct state *)node->extra;
}

/* `name` in `node` is gone, or has failed to be. */
static int removed(struct tree_worker *w, struct tree_node *node, const char *name,
                   const char *operation, int r) {
    struct job *job = job_of(w);
    if (r >= 0) {
        atomic_fetch_add_explicit(&state_of(node)->removed, 1, memory_order_relaxed);
        return 0;
    }
    if (r == -ENOENT)
        return 0;
    atomic_fetch_add_explicit(&state_of(node)->kept, 1, memory_order_relaxed);
    return job_failed(job, node, name, operation, r);
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    int type = tree_type(node, e);
    if (type == DT_DIR)
        return TREE_DESCEND;
    int r = type < 0 ? type : SYS(unlinkat, node->fd[0], e->name, 0);
    if (r == -EISDIR) /* it has become one */
        return TREE_DESCEND;
    if (r >= 0)
        job_count(&job_of(w)->entries, 1);
    return removed(w, node, e->name, "unlink", r);
}

/* One that can't be opened may have become something else, or be empty. */
static int failed(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error) {
    struct tree_node *parent = node->parent;
    if (name || !node->unopened || !parent || parent->fd[0] < 0) {
        if (!name && node->unopened)
            state_of(node)->gone = true;
        return job_failed(job_of(w), node, name, operation, error);
    }
    state_of(node)->gone = true;
    int r = error;
    if (error == -ELOOP || error == -ENOTDIR)
        r = SYS(unlinkat, parent->fd[0], node->name, 0);
    else if (error != -EXDEV && SYS(unlinkat, parent->fd[0], node->name, AT_REMOVEDIR) >= 0)
        r = 0;
    return removed(w, parent, node->name, operation, r);
}

/* The directory itself, emptied. Where entries were missed, or came meanwhile, it is read again. */
static int closed(struct tree_worker *w, struct tree_node *node) {
    struct removal *removal = (struct removal *)job_of(w);
    struct state *state = state_of(node);
    struct tree_node *parent = node->parent;
    if (state->gone)
        return 0;
    int r = parent ? parent->fd[0] < 0 ? parent->error
                                       : SYS(unlinkat, parent->fd[0], node->name, AT_REMOVEDIR)
                   : SYS(unlinkat, removal->dir_fd, removal->path, AT_REMOVEDIR);
    if ((r == -ENOTEMPTY || r == -EEXIST) && state->removed && !state->kept &&
        ++state->passes < MOST_PASSES) {
        state->removed = 0;
        return TREE_AGAIN;
    }
    if (r >= 0)
        job_count(&removal->job.directories, 1);
    if (parent)
        return removed(w, parent, node->name, "rmdir", r);
    return r < 0 ? job_failed(&removal->job, NULL, NULL, "rmdir", r) : 0;
}

static const struct tree_client client = {
    .extra = sizeof(struct state),
    .keeps = true,
    .entry = entry,
    .closed = closed,
    .failed = failed,
};

/* 0, −EBUSY for the root directory, or −errno: what can't be told is not removed. */
static int refuse_root(int fd) {
    struct stat a, b;
    int r = SYS(fstat, fd, &a);
    if (r >= 0)
        r = SYS(stat, "/", &b);
    if (r >= 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        r = -EBUSY;
    return r;
}

/* Opens the directory that the tree is in, if the path has one, so that the tree is removed where
 * it was found, whatever the path leads to by then: a descriptor, or −errno. */
static int open_parent(struct removal *removal, char *bare, int *ret_fd) {
    char *slash = strrchr(bare, '/');
    if (!slash || !slash[1])
        return 0;
    removal->path = slash + 1;
    while (slash > bare && slash[-1] == '/')
        slash--;
    *slash = '\0';
    const char *parent = slash > bare ? bare : "/";
    int fd = SYS(openat, removal->dir_fd, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    *ret_fd = removal->dir_fd = fd;
    return 0;
}

static int remove_tree(struct removal *removal, const char *path) {
    AUTO_FREE char *bare = mem_text(path, strlen(path));
    AUTO_CLOSE int parent = -1;
    if (!bare)
        return -ENOMEM;
    size_t size = strlen(bare);
    while (size > 1 && bare[size - 1] == '/')
        bare[--size] = '\0';
    removal->path = bare;
    int r = open_parent(removal, bare, &parent);
    AUTO_CLOSE int fd = -1;
    if (r >= 0)
        r = fd = SYS(openat, removal->dir_fd, removal->path, DIR_OPEN | O_NOFOLLOW);
    if (r >= 0)
        r = refuse_root(fd);
    if (r < 0)
        return job_failed(&removal->job, NULL, NULL, "open", r);
    return job_run(&removal->job, (int[TREE_SIDES]){TAKE_FD(fd), -1});
}

void rmtree_quietly(int dir, const char *name) {
    int saved = errno;
    struct removal removal = {.dir_fd = dir, .job.operation = "rmtree", .job.root[0] = name};
    const struct os_tree_control control = {.ignore_errors = true};
    int r = job_begin(&removal.job, &client, 1, &control);
    if (r >= 0)
        remove_tree(&removal, name);
    job_end(&removal.job, 0);
    errno = saved;
}

/* `path` from `dir_fd` on; `shown` is what the caller calls it. */
static int rmtree(int dir_fd, const char *path, const char *shown,
                  const struct os_rmtree_options *given) {
    struct os_rmtree_options options;
    int r = options_copy(&options, sizeof options, given);
    if (r < 0)
        return PUBLIC(r, "rmtree", shown, NULL);
    struct removal removal = {.dir_fd = dir_fd};
    removal.job.operation = "rmtree";
    removal.job.root[0] = shown;
    r = job_begin(&removal.job, &client, 1, &options.control);
    if (r >= 0)
        r = remove_tree(&removal, path);
    return job_end(&removal.job, r);
}

int os_rmtreeat(int dir_fd, const char *path, const struct os_rmtree_options *options) {
    UNCANCELLED;
    return rmtree(dir_fd, path, path, options);
}

int os_rmtree(const char *path, const struct os_rmtree_options *options) {
    UNCANCELLED;
    return rmtree(OS_CWD, path, path, options);
}

int os_root_rmtree(const struct os_root *root, const char *path,
                   const struct os_rmtree_options *options) {
    UNCANCELLED;
    AUTO_CLOSE int owned = -1;
    const char *name;
    int dir = root_parent(root, path, O_PATH, &owned, &name);
    size_t dots = dir < 0 ? 0 : strspn(name, "."), slashes = dir < 0 ? 0 : strspn(name + dots, "/");
    if (dir >= 0 && dots && dots < 3 && !name[dots + slashes])
        dir = -EINVAL; /* as rmdir(2), but before everything in it is gone */
    if (dir < 0)
        return PUBLIC(dir, "root_rmtree", path, NULL);
    return rmtree(dir, name, path, options);
}
