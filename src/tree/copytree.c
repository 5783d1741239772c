/* SPDX-License-Identifier: MIT */
/** os.copytree and os.move: two trees side by side, one of which comes into being. */
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "fs/makedirs.h"
#include "tree/copyfile.h"
#include "tree/job.h"
#include "tree/match.h"
#include "tree/seen.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct copying {
    struct job job;
    struct os_copytree_options options;
    struct content content;
    struct seen links;
    struct tree_identity target; /* the new root: not to be copied into itself */
    bool fresh;                  /* it was made just now */
};

/* What a directory's node remembers of its source. */
struct state {
    struct stat st;
    int made;   /* the permission bits that the copy has, or −1 */
    bool fresh; /* the copy was made just now: there is nothing in it */
};

static struct copying *copying_of(struct tree_worker *w) {
    return (struct copying *)job_of(w);
}

static struct state *state_of(struct tree_node *node) {
    return (struct state *)node->extra;
}

static int copied(void *data, uint64_t bytes) {
    struct job *job = data;
    job_count(&job->bytes, bytes);
    return job_pause(job);
}

static int open_entry(void *data, int dir, const char *name, int flags, mode_t mode) {
    return tree_openat(data, dir, name, flags, mode);
}

/* -------------------------------------------------------------------------- one entry */

static int copy_failed(struct tree_worker *w, struct tree_node *node, const char *name,
                       const struct copy *copy, int r) {
    if (r == -ECANCELED)
        return r;
    return job_failed_at(job_of(w), copy->side, node, name, copy->operation, r);
}

static struct copy copy_of(struct tree_worker *w, struct tree_node *node, const char *name) {
    struct copying *copying = copying_of(w);
    return (struct copy){
        .content = &copying->content,
        .from_dir = node->fd[0],
        .to_dir = node->fd[1],
        .from = name,
        .to = name,
        .no_links = true,
        .fresh = state_of(node)->fresh,
        .special = copying->options.special_files,
        .open = open_entry,
        .data = w->tree,
    };
}

/* Opens the directory in which `path` ends, name by name so that no link can lead elsewhere, and
 * cuts `path` down to that last name: a descriptor or −errno. */
static int open_way(struct tree *t, int top, char **path) {
    AUTO_CLOSE int fd = tree_openat(t, top, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    for (char *slash; fd >= 0 && (slash = strchr(*path, '/')); *path = slash + 1) {
        *slash = '\0';
        int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        int next = tree_openat(t, fd, *path, flags, 0);
        seam_close_quietly(fd);
        fd = next;
    }
    return TAKE_FD(fd);
}

/* A further name of the file whose copy is known: 0, or −errno if it has to be copied. */
static int link_again(struct tree *t, struct tree_node *node, const char *name,
                      const struct seen_file *file) {
    struct tree_node *root = node;
    while (root->parent)
        root = root->parent;
    AUTO_FREE char *text = mem_text(file->path, strlen(file->path));
    char *last = text;
    AUTO_CLOSE int dir = text ? open_way(t, root->fd[1], &last) : -ENOMEM;
    if (dir < 0)
        return dir;
    int r = SYS(linkat, dir, last, node->fd[1], name, 0);
    struct stat st;
    if (r >= 0)
        r = SYS(fstatat, node->fd[1], name, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0 || st.st_ino == file->copy)
        return r;
    SYS(unlinkat, node->fd[1], name, 0); /* somebody had put something else there */
    return -ENOENT;
}

/* The first of several names: remembers where the copy is. Without memory, it stays the only. */
static void remember(struct tree_node *node, const char *name, struct seen_file *file) {
    struct stat st;
    AUTO_STR path = STR_INIT;
    tree_append_path(&path, node, name);
    if (SYS(fstatat, node->fd[1], name, &st, AT_SYMLINK_NOFOLLOW) >= 0 &&
        str_take(&path, &file->path) >= 0)
        file->copy = st.st_ino;
}

static int copy_or_link(struct copying *copying, struct tree_node *node, struct copy *copy) {
    struct stat st;
    int r = SYS(fstatat, copy->from_dir, copy->from, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0 || st.st_nlink < 2)
        return copy_regular(copy);
    pthread_mutex_lock(&copying->links.lock);
    struct seen_file *file = seen_place(&copying->links, st.st_dev, st.st_ino);
    r = file && file->path ? link_again(&copying->job.tree, node, copy->to, file) : -ENOENT;
    if (r < 0) {
        r = copy_regular(copy);
        if (r >= 0 && file && !file->path)
            remember(node, copy->to, file);
    }
    pthread_mutex_unlock(&copying->links.lock);
    return r;
}

/* A link that is not copied as one: 0 or TREE_DESCEND for what is done about it, or −errno. */
static int copy_followed(struct tree_worker *w, struct tree_node *node, struct copy *copy) {
    struct copying *copying = copying_of(w);
    struct stat st;
    int r = SYS(fstatat, copy->from_dir, copy->from, &st, 0);
    if (r == -ENOENT && copying->options.ignore_dangling_symlinks)
        return 0;
    if (r >= 0 && S_ISDIR(st.st_mode)) {
        struct tree_node *child = tree_found(w, node, copy->from);
        if (!child)
            return -ENOMEM;
        child->link = true;
        return 0;
    }
    if (r < 0 && r != -ENOENT) {
        copy->operation = "stat";
        return r;
    }
    copy->no_links = false;
    return copy_regular(copy);
}

static bool ignored(const struct copying *copying, const char *name) {
    for (const char *const *p = copying->options.ignore; p && *p; p++)
        if (match_name(*p, name))
            return true;
    return false;
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    struct copying *copying = copying_of(w);
    if (ignored(copying, e->name))
        return 0;
    int type = tree_type(node, e);
    if (type == DT_DIR)
        return TREE_DESCEND;
    struct copy copy = copy_of(w, node, e->name);
    int r = type;
    if (type < 0)
        copy.operation = "stat";
    else if (type == DT_LNK)
        r = copying->options.symlinks ? copy_link(&copy) : copy_followed(w, node, &copy);
    else if (type == DT_REG)
        r = copying->options.hard_links ? copy_or_link(copying, node, &copy) : copy_regular(&copy);
    else
        r = copy_special(&copy);
    job_count(&copying->job.entries, 1);
    return r < 0 ? copy_failed(w, node, e->name, &copy, r) : 0;
}

/* ----------------------------------------------------------------------- the directories */

/* Following links, the source must not come back to where it is. */
static bool leads_back(const struct tree_node *node) {
    const struct stat *st = &state_of((struct tree_node *)node)->st;
    for (struct tree_node *n = node->parent; n; n = n->parent)
        if (state_of(n)->st.st_ino == st->st_ino && state_of(n)->st.st_dev == st->st_dev)
            return true;
    return false;
}

/* Makes the copy of a directory and opens it. */
static int make_copy(struct copying *copying, struct tree_node *node, const char **ret_operation) {
    struct state *state = state_of(node);
    mode_t mode = content_mode(&copying->content, &state->st);
    int at = node->parent->fd[1];
    int r = SYS(mkdirat, at, node->name, (mode & 0777) | 0700);
    state->fresh = r >= 0;
    *ret_operation = "mkdir";
    if (r < 0 && !(r == -EEXIST && copying->options.dirs_exist_ok))
        return r;
    bool known = state->fresh && (mode & 0700) == 0700 && !(mode & ~copying->content.allowed);
    state->made = known ? (int)mode : -1;
    *ret_operation = "open";
    r = tree_openat(&copying->job.tree, at, node->name, DIR_OPEN | O_NOFOLLOW, 0);
    if (r < 0)
        return r;
    node->fd[1] = r;
    return 0;
}

static int enter(struct tree_worker *w, struct tree_node *node) {
    struct copying *copying = copying_of(w);
    struct state *state = state_of(node);
    const char *operation = "stat";
    int side = 0;
    int r = SYS(fstat, node->fd[0], &state->st);
    if (r >= 0 && state->st.st_ino == copying->target.ino &&
        state->st.st_dev == copying->target.dev)
        r = -EINVAL;
    if (r >= 0 && node->link && leads_back(node))
        r = -ELOOP;
    if (r >= 0 && node->parent) {
        side = 1;
        r = make_copy(copying, node, &operation);
    } else if (r >= 0) {
        state->fresh = copying->fresh;
        state->made = -1;
    }
    if (r >= 0)
        return 0;
    node->unopened = true;
    r = job_failed_at(&copying->job, side, node, NULL, operation, r);
    return r < 0 ? r : TREE_SKIP;
}

static int leave(struct tree_worker *w, struct tree_node *node) {
    struct copying *copying = copying_of(w);
    struct state *state = state_of(node);
    if (node->fd[1] < 0)
        return job_failed_at(&copying->job, 1, node, NULL, "copystat",
                             node->error ? node->error : -EBADF);
    int r = content_finish(&copying->content, node->fd[0], node->fd[1], &state->st, state->made);
    job_count(&copying->job.directories, 1);
    return r < 0 ? job_failed_at(&copying->job, 1, node, NULL, "copystat", r) : 0;
}

/* Where something is mounted that is to be left alone, the copy has an empty directory. */
static int failed(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error) {
    struct tree_node *parent = node->parent;
    if (name || error != -EXDEV || !parent || parent->fd[1] < 0)
        return job_failed(job_of(w), node, name, operation, error);
    int r = SYS(mkdirat, parent->fd[1], node->name, 0777);
    bool there = r == -EEXIST && copying_of(w)->options.dirs_exist_ok;
    return r < 0 && !there ? job_failed_at(job_of(w), 1, node, NULL, "mkdir", r) : 0;
}

static const struct tree_client client = {
    .extra = sizeof(struct state),
    .keeps = true,
    .enter = enter,
    .entry = entry,
    .leave = leave,
    .failed = failed,
};

/* ------------------------------------------------------------------------- the two roots */

/* Opens the directory `path`, or the nearest one above it that is there. */
static int open_nearest(const char *path) {
    AUTO_FREE char *text = mem_text(path, strlen(path));
    if (!text)
        return -ENOMEM;
    for (;;) {
        int fd = SYS(open, *text ? text : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        size_t size = strlen(text);
        if ((fd != -ENOENT && fd != -ENOTDIR) || size == 0)
            return fd;
        while (size > 0 && text[size - 1] == '/')
            size--;
        while (size > 0 && text[size - 1] != '/')
            size--;
        text[size] = '\0';
    }
}

/* Whether the new tree would be in the old one: 0, −EINVAL, or another −errno. */
static int refuse_inside(int from, const char *dst) {
    struct stat source, above, st;
    int r = SYS(fstat, from, &source);
    AUTO_CLOSE int fd = r < 0 ? r : open_nearest(dst);
    if (fd < 0)
        return fd;
    r = SYS(fstat, fd, &st);
    while (r >= 0) {
        if (st.st_ino == source.st_ino && st.st_dev == source.st_dev)
            return -EINVAL;
        int up = SYS(openat, fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (up < 0)
            return up;
        seam_close_quietly(fd);
        fd = up;
        above = st;
        r = SYS(fstat, fd, &st);
        if (r >= 0 && above.st_ino == st.st_ino && above.st_dev == st.st_dev)
            return 0;
    }
    return r;
}

/* Makes the new root: a descriptor or −errno. From it shows what the umask leaves of a mode. */
static int make_root(struct copying *copying, const char *dst) {
    AUTO_FREE char *failed = NULL;
    struct stat st;
    copying->fresh = !copying->options.dirs_exist_ok ||
                     SYS(fstatat, AT_FDCWD, dst, &st, AT_SYMLINK_NOFOLLOW) == -ENOENT;
    int flags = copying->options.dirs_exist_ok ? OS_EXIST_OK : 0;
    int r = makedirs_at(AT_FDCWD, dst, 0777, 0777, flags, &failed);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd = job_open_root(AT_FDCWD, dst, /* follow= */ !copying->fresh);
    if (fd < 0)
        return fd;
    r = SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    copying->target = (struct tree_identity){st.st_dev, st.st_ino};
    if (copying->fresh && !(st.st_mode & S_ISGID))
        copying->content.allowed = st.st_mode & 0777;
    return TAKE_FD(fd);
}

static int copy_tree(struct copying *copying, const char *src, const char *dst) {
    copying->job.goes_on = false; /* what fails at the roots ends it at once */
    AUTO_CLOSE int from = job_open_root(AT_FDCWD, src, /* follow= */ true);
    if (from < 0)
        return job_failed(&copying->job, NULL, NULL, "open", from);
    int r = refuse_inside(from, dst);
    if (r < 0)
        return job_failed_at(&copying->job, 2, NULL, NULL, "copytree", r);
    AUTO_CLOSE int to = make_root(copying, dst);
    if (to < 0)
        return job_failed_at(&copying->job, 1, NULL, NULL, "mkdir", to);
    copying->job.goes_on = true;
    return job_run(&copying->job, (int[TREE_SIDES]){TAKE_FD(from), TAKE_FD(to)});
}

static int copytree(const char *src, const char *dst, const struct os_copytree_options *given) {
    struct copying copying = {.job.operation = "copytree", .job.root = {src, dst}};
    int r = options_copy(&copying.options, sizeof copying.options, given);
    if (r < 0)
        return PUBLIC(r, "copytree", src, dst);
    copying.content.owner = copying.options.owner;
    copying.content.copied = copied;
    copying.content.data = &copying.job;
    seen_begin(&copying.links);
    r = job_begin(&copying.job, &client, 2, &copying.options.control);
    if (r >= 0)
        r = copy_tree(&copying, src, dst);
    seen_end(&copying.links);
    return job_end(&copying.job, r);
}

int os_copytree(const char *src, const char *dst, const struct os_copytree_options *options) {
    return copytree(src, dst, options);
}

/* -------------------------------------------------------------------------------- moving */

/* A move's own eyes on the copy: a failure that the caller makes light of is one all the same. */
struct moving {
    const struct os_tree_control *control;
    int error; /* −errno of the first failure */
};

static int note_error(const struct os_error *error, void *data) {
    struct moving *moving = data;
    const struct os_tree_control *control = moving->control;
    if (!moving->error)
        moving->error = -error->number;
    return control->on_error ? control->on_error(error, control->data) : -1;
}

static int pass_progress(const struct os_progress *progress, void *data) {
    const struct os_tree_control *control = ((struct moving *)data)->control;
    return control->on_progress(progress, control->data);
}

/* A directory to another file system: a copy, and when it is complete the original goes. */
static int move_tree(const char *src, const char *dst, const struct os_tree_control *control) {
    struct moving moving = {.control = control};
    const struct os_copytree_options options = {
        .size = sizeof options,
        .control =
            {
                .on_error = note_error,
                .on_progress = control->on_progress ? pass_progress : NULL,
                .data = &moving,
                .threads = control->threads,
                .ignore_errors = control->ignore_errors,
                .one_file_system = control->one_file_system,
            },
        .symlinks = true,
        .owner = true,
        .hard_links = true,
        .special_files = true,
    };
    struct os_rmtree_options removal = {.size = sizeof removal, .control = *control};
    int r = copytree(src, dst, &options);
    if (r < 0 && errno == ECANCELED) {
        os_rmtree(dst, NULL);
        return PUBLIC(-ECANCELED, "move", src, dst);
    }
    if (r >= 0 && moving.error)
        return PUBLIC(moving.error, "move", src, dst);
    removal.control.on_progress = NULL; /* there is no way back any more */
    return r < 0 ? r : os_rmtree(src, &removal);
}

static int copy_whatever(struct copy *copy, const struct stat *st) {
    return S_ISLNK(st->st_mode)   ? copy_link(copy)
           : S_ISREG(st->st_mode) ? copy_regular(copy)
                                  : copy_special(copy);
}

/* Anything else. */
static int move_file(const char *src, const char *dst, const struct stat *st,
                     const struct os_tree_control *control) {
    struct copying copying = {.job.operation = "move", .job.root = {src, dst}};
    struct stat there;
    int r = job_begin(&copying.job, &client, 2, control);
    struct content content = {.owner = true, .copied = copied, .data = &copying.job};
    struct copy copy = {
        .content = &content,
        .from_dir = AT_FDCWD,
        .to_dir = AT_FDCWD,
        .from = src,
        .to = dst,
        .no_links = true,
        .special = true,
        .open = copy_plain_open,
    };
    copy.fresh = SYS(fstatat, AT_FDCWD, dst, &there, AT_SYMLINK_NOFOLLOW) == -ENOENT;
    if (r >= 0)
        r = copy_whatever(&copy, st);
    if (r >= 0)
        r = SYS(unlinkat, AT_FDCWD, src, 0);
    job_end(&copying.job, 0);
    return PUBLIC(r, "move", src, dst);
}

static int move_across(const char *src, const char *dst, const struct os_tree_control *control) {
    struct stat st;
    int r = SYS(fstatat, AT_FDCWD, src, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return PUBLIC(r, "move", src, dst);
    return S_ISDIR(st.st_mode) ? move_tree(src, dst, control) : move_file(src, dst, &st, control);
}

int os_move(const char *src, const char *dst, const struct os_move_options *given) {
    AUTO_FREE char *inside = NULL;
    struct os_move_options options;
    struct stat a, b;
    int r = options_copy(&options, sizeof options, given);
    if (r < 0)
        return PUBLIC(r, "move", src, dst);
    bool same = SYS(stat, src, &a) >= 0 && SYS(stat, dst, &b) >= 0 && a.st_ino == b.st_ino &&
                a.st_dev == b.st_dev;
    if (copy_is_dir(dst) && !same) {
        r = copy_into(src, dst, &inside);
        if (r >= 0 && SYS(fstatat, AT_FDCWD, inside, &a, AT_SYMLINK_NOFOLLOW) >= 0)
            r = -EEXIST;
        if (r < 0)
            return PUBLIC(r, "move", src, inside ? inside : dst);
        dst = inside;
    }
    r = SYS(renameat, AT_FDCWD, src, AT_FDCWD, dst);
    if (r == -EXDEV)
        return move_across(src, dst, &options.control);
    return PUBLIC(r, "move", src, dst);
}
