/* SPDX-License-Identifier: MIT */
/** A tree that no rename can move, moved object by object.
 *
 *  A directory of a lower layer of overlayfs is one: its files can be renamed, and directories that
 *  were made on top. So directories are made anew, with what belongs to them, files go into them,
 *  and what is left empty is removed. At every moment each file is in one of both trees, so the way
 *  back is to move what is in the one and not in the other.
 */
#include "plan/pour.h"

#include "base/seam.h"
#include "fs/at.h"
#include "tree/content.h"
#include "tree/job.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct pour {
    struct job job;
    struct content content;
    bool back;
    bool foreign; /* a name is somebody else's */
};

/* What a directory was before anything left it. */
struct state {
    struct original original;
};

static struct pour *pour_of(struct tree_worker *w) {
    return (struct pour *)job_of(w);
}

static struct state *state_of(struct tree_node *node) {
    return (struct state *)node->extra;
}

static int pre(struct tree_worker *w, struct tree_node *node) {
    struct pour *p = pour_of(w);
    if (node->parent) {
        int fd =
            tree_openat(p->job.tree, node->parent->fd[1], node->name, DIR_OPEN | O_NOFOLLOW, 0);
        if (fd < 0)
            return fd;
        node->fd[1] = fd;
    }
    return p->back ? 0 : content_look(&p->content, node->fd[0], &state_of(node)->original);
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    struct pour *p = pour_of(w);
    int type = tree_type(node, e);
    if (type < 0)
        return type == -ENOENT ? 0 : type;
    if (type == DT_DIR && !p->back) {
        int made = SYS(mkdirat, node->fd[1], e->name, 0700);
        return made < 0 ? made : TREE_DESCEND;
    }
    int r = at_rename_new(node->fd[0], e->name, node->fd[1], e->name);
    if (r == -EEXIST && type == DT_DIR)
        return TREE_DESCEND; /* only some of it was moved out */
    p->foreign |= r == -EEXIST;
    return r == -EEXIST || r == -ENOENT ? 0 : r;
}

static int post(struct tree_worker *w, struct tree_node *node) {
    struct pour *p = pour_of(w);
    if (node->fd[0] < 0 || node->fd[1] < 0)
        return node->error ? node->error : -EBADF;
    return p->back ? 0
                   : content_finish(&p->content, node->fd[0], node->fd[1],
                                    &state_of(node)->original, -1, false);
}

static int closed(struct tree_worker *w, struct tree_node *node) {
    if (!node->parent)
        return 0;
    if (node->parent->fd[0] < 0)
        return node->parent->error ? node->parent->error : -EBADF;
    int r = SYS(unlinkat, node->parent->fd[0], node->name, AT_REMOVEDIR);
    return pour_of(w)->back ? 0 : r; /* on the way back nobody misses it */
}

static const struct tree_client client = {
    .extra = sizeof(struct state),
    .keeps = true,
    .pre = pre,
    .entry = entry,
    .post = post,
    .closed = closed,
    .failed = job_client_failed,
};

static int pour(struct pour *p, int from_dir, const char *from, int to_dir, const char *to) {
    const struct os_tree_control control = {.threads = 1};
    AUTO_CLOSE int a = SYS(openat, from_dir, from, DIR_OPEN | O_NOFOLLOW);
    AUTO_CLOSE int b = a < 0 ? a : SYS(openat, to_dir, to, DIR_OPEN | O_NOFOLLOW);
    if (b < 0)
        return b;
    p->job.operation = "plan_apply";
    p->job.root[0] = from;
    p->job.root[1] = to;
    p->content.owner = true;
    int r = job_begin(&p->job, &client, 2, &control);
    if (r >= 0)
        r = job_run(&p->job, (int[TREE_SIDES]){TAKE_FD(a), TAKE_FD(b)});
    return job_end(&p->job, r) < 0 ? seam_failure() : 0;
}

int pour_out(int dir, const char *name, int kept_dir, const char *kept) {
    struct pour p = {0};
    int r = pour(&p, dir, name, kept_dir, kept);
    if (r >= 0)
        r = SYS(unlinkat, dir, name, AT_REMOVEDIR);
    return r == -ENOTEMPTY || r == -EEXIST || p.foreign ? -ESTALE : r;
}

int pour_back(int dir, const char *name, int kept_dir, const char *kept) {
    struct pour p = {.back = true};
    int r = pour(&p, kept_dir, kept, dir, name);
    return r >= 0 && p.foreign ? -ESTALE : r;
}
