/* SPDX-License-Identifier: MIT */
/** os.copytree: two trees side by side, one of which comes into being. */
#include "tree/copytree.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "fs/makedirs.h"
#include "tree/copyfile.h"
#include "tree/match.h"

#include <fcntl.h>
#include <unistd.h>

/* What a directory's node remembers of its source. */
struct state {
    struct original original;
    int made;      /* the permission bits that the copy has, or −1 */
    bool fresh;    /* the copy was made just now: there is nothing in it */
    bool inherits; /* the copy may have access control lists that go over to what is made in it */
};

static struct copying *copying_of(struct tree_worker *w) {
    return (struct copying *)job_of(w);
}

static struct state *state_of(struct tree_node *node) {
    return (struct state *)node->extra;
}

int copytree_count(void *data, uint64_t bytes) {
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
        .how = state_of(node)->fresh ? COPY_NEW : COPY_REPLACE,
        .no_links = true,
        .special = copying->options.special_files,
        .inherits = state_of(node)->inherits,
        .exact = copying->copied,
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
static int link_again(struct tree *t, struct tree_node *node, struct copy *copy,
                      const struct seen_file *file) {
    struct tree_node *root = node;
    while (root->parent)
        root = root->parent;
    AUTO_FREE char *text = mem_text(file->path, strlen(file->path));
    char *last = text;
    AUTO_CLOSE int dir = text ? open_way(t, root->fd[1], &last) : -ENOMEM;
    if (dir < 0)
        return dir;
    struct stat st;
    int r = copy_as_link(copy, dir, last);
    if (r >= 0)
        r = SYS(fstatat, node->fd[1], copy->to, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0 || st.st_ino == file->copy)
        return r;
    SYS(unlinkat, node->fd[1], copy->to, 0); /* somebody had put something else there */
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

/* What has several names is one object in the copy, too, if that is asked for. */
static int copy_or_link(struct copying *copying, struct tree_node *node, struct copy *copy,
                        int (*make)(struct copy *copy)) {
    struct stat st;
    if (!copying->options.hard_links)
        return make(copy);
    int r = SYS(fstatat, copy->from_dir, copy->from, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0 || st.st_nlink < 2)
        return make(copy);
    pthread_mutex_lock(&copying->links.lock);
    struct seen_file *file = seen_place(&copying->links, st.st_dev, st.st_ino);
    copy->source = st;
    r = file && file->path ? link_again(copying->job.tree, node, copy, file) : -ENOENT;
    if (r < 0) {
        r = make(copy);
        if (r >= 0 && file && !file->path)
            remember(node, copy->to, file);
    }
    pthread_mutex_unlock(&copying->links.lock);
    return r;
}

/* Where something is mounted on a file that is to be left alone, the copy has an empty file. */
static int make_placeholder(struct copy *copy) {
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd = copy->open(copy->data, copy->to_dir, copy->to, flags, 0600);
    seam_close_quietly(fd);
    copy->operation = "open";
    copy->side = 1;
    return fd == -EEXIST && copy->how != COPY_NEW ? 0 : fd;
}

/* A link that is not copied as one: 0 or TREE_DESCEND for what is done about it, or −errno. */
static int copy_followed(struct tree_worker *w, struct tree_node *node, struct copy *copy) {
    struct copying *copying = copying_of(w);
    struct stat st;
    int r = SYS(fstatat, copy->from_dir, copy->from, &st, 0);
    if (r == -ENOENT && copying->options.ignore_dangling_symlinks)
        return 0;
    if (r >= 0 && S_ISDIR(st.st_mode)) {
        struct tree_node *child = tree_add_child(w, node, copy->from);
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

/* Copies what is no directory: 0 or TREE_DESCEND, or −errno. */
static int copy_entry(struct tree_worker *w, struct tree_node *node, struct copy *copy, int type) {
    struct copying *copying = copying_of(w);
    copy->operation = "stat";
    int mounted = copying->job.control.one_file_system && type >= 0
                      ? tree_is_mount(copy->from_dir, copy->from)
                      : 0;
    if (type < 0 || mounted < 0)
        return type < 0 ? type : mounted;
    if (mounted)
        return make_placeholder(copy);
    if (type == DT_REG)
        return copy_or_link(copying, node, copy, copy_regular);
    if (type != DT_LNK)
        return copy_or_link(copying, node, copy, copy_special);
    return copying->options.symlinks ? copy_or_link(copying, node, copy, copy_link)
                                     : copy_followed(w, node, copy);
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    struct copying *copying = copying_of(w);
    if (ignored(copying, e->name))
        return 0;
    int type = tree_type(node, e);
    if (type == DT_DIR)
        return copying->job.control.leave_journals && dir_is_journal(e->name) ? 0 : TREE_DESCEND;
    struct copy copy = copy_of(w, node, e->name);
    int r = copy_entry(w, node, &copy, type);
    job_count(&copying->job.entries, 1);
    if (r >= 0 && copying->copied)
        r = copied_add(copying->copied, &copy.source);
    return r < 0 ? copy_failed(w, node, e->name, &copy, r) : 0;
}

/* ----------------------------------------------------------------------- the directories */

/* Following links, the source must not come back to where it is. */
static bool leads_back(struct tree_node *node) {
    const struct stat *st = &state_of(node)->original.st;
    for (struct tree_node *n = node->parent; n; n = n->parent)
        if (state_of(n)->original.st.st_ino == st->st_ino &&
            state_of(n)->original.st.st_dev == st->st_dev)
            return true;
    return false;
}

/* In a directory that is there already nobody is to see what he may not see in the original. Who
 * may not take its bits is told so in the end. */
static void narrow(int fd, mode_t mode) {
    struct stat st;
    if (SYS(fstat, fd, &st) >= 0 && st.st_mode & 077 & ~mode)
        SYS(fchmod, fd, st.st_mode & (mode | 07700));
}

/* The copy of the directory is open. What it has got from the one it is in goes, where the access
 * is to be the original's. */
static int prepare(struct copying *copying, struct tree_node *node, bool inherits) {
    struct state *state = state_of(node);
    const struct original *o = &state->original;
    mode_t mode = content_mode(&copying->content, &o->st);
    bool known = state->fresh && !copying->options.owner && !o->acl && (mode & 0700) == 0700 &&
                 !(mode & ~copying->content.allowed);
    state->made = known ? (int)mode : -1;
    state->inherits = copying->options.owner && !state->fresh;
    if (!state->fresh)
        narrow(node->fd[1], content_first_mode(&copying->content, o));
    return state->fresh && inherits ? content_disinherit(node->fd[1]) : 0;
}

/* Makes the copy of a directory and opens it. */
static int make_copy(struct copying *copying, struct tree_node *node, const char **ret_operation) {
    struct state *state = state_of(node);
    int at = node->parent->fd[1];
    int r = SYS(mkdirat, at, node->name, content_first_mode(&copying->content, &state->original));
    state->fresh = r >= 0;
    *ret_operation = "mkdir";
    if (r < 0 && !(r == -EEXIST && copying->options.dirs_exist_ok))
        return r;
    *ret_operation = "open";
    r = tree_openat(copying->job.tree, at, node->name, DIR_OPEN | O_NOFOLLOW, 0);
    if (r < 0)
        return r;
    node->fd[1] = r;
    *ret_operation = "copystat";
    return prepare(copying, node, state_of(node->parent)->inherits);
}

static int pre(struct tree_worker *w, struct tree_node *node) {
    struct copying *copying = copying_of(w);
    struct state *state = state_of(node);
    const char *operation = "stat";
    int side = 0;
    int r = content_look(&copying->content, node->fd[0], &state->original);
    const struct stat *st = &state->original.st;
    if (r >= 0 && st->st_ino == copying->target.st_ino && st->st_dev == copying->target.st_dev)
        r = -EINVAL;
    if (r >= 0 && node->link && leads_back(node))
        r = -ELOOP;
    if (r >= 0 && node->parent) {
        side = 1;
        r = make_copy(copying, node, &operation);
    } else if (r >= 0) {
        state->fresh = copying->fresh;
        r = prepare(copying, node, copying->options.owner);
    }
    if (r >= 0 && copying->copied)
        r = copied_add(copying->copied, st);
    if (r >= 0)
        return 0;
    node->unopened = true;
    r = job_failed_at(&copying->job, side, node, NULL, operation, r);
    return r < 0 ? r : TREE_SKIP;
}

static int post(struct tree_worker *w, struct tree_node *node) {
    struct copying *copying = copying_of(w);
    struct state *state = state_of(node);
    if (node->fd[1] < 0)
        return job_failed_at(&copying->job, 1, node, NULL, "copystat",
                             node->error ? node->error : -EBADF);
    int r = content_finish(&copying->content, node->fd[0], node->fd[1], &state->original,
                           state->made, state->inherits);
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
    .pre = pre,
    .entry = entry,
    .post = post,
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

int copytree_refuse_inside(int from, int to) {
    struct stat source, above, st;
    AUTO_CLOSE int fd = -1;
    int r = SYS(fstat, from, &source);
    if (r >= 0)
        r = SYS(fstat, to, &st);
    for (int at = to; r >= 0; at = fd) {
        if (st.st_ino == source.st_ino && st.st_dev == source.st_dev)
            return -EINVAL;
        int up = SYS(openat, at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
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

static int refuse_inside(int from, const char *dst) {
    AUTO_CLOSE int fd = open_nearest(dst);
    return fd < 0 ? fd : copytree_refuse_inside(from, fd);
}

int copytree_first_mode(struct copying *copying, int from, mode_t *ret_mode) {
    struct original o;
    int r = content_look(&copying->content, from, &o);
    if (r >= 0)
        *ret_mode = content_first_mode(&copying->content, &o);
    return r;
}

/* Makes the new root: a descriptor or −errno. */
static int make_root(struct copying *copying, int from, const char *dst) {
    AUTO_FREE char *failed = NULL;
    struct stat st;
    mode_t mode = 0;
    copying->fresh = !copying->options.dirs_exist_ok ||
                     SYS(fstatat, AT_FDCWD, dst, &st, AT_SYMLINK_NOFOLLOW) == -ENOENT;
    int r = copytree_first_mode(copying, from, &mode);
    if (r >= 0)
        r = makedirs_at(AT_FDCWD, dst, mode, 0777, copying->options.dirs_exist_ok ? OS_EXIST_OK : 0,
                        &failed);
    return r < 0 ? r : job_open_root(AT_FDCWD, dst, /* follow= */ !copying->fresh);
}

/* From a new root shows what the umask leaves of a mode, as far as the bits were asked for. */
int copytree_run(struct copying *copying, int from, int to) {
    struct stat st;
    int r = SYS(fstat, to, &st);
    if (r < 0) {
        seam_close_quietly(from);
        seam_close_quietly(to);
        return job_failed_at(&copying->job, 1, NULL, NULL, "stat", r);
    }
    copying->target = st;
    if (copying->fresh && !(st.st_mode & S_ISGID))
        copying->content.allowed = st.st_mode & 0777;
    copying->job.goes_on = true;
    return job_run(&copying->job, (int[TREE_SIDES]){from, to});
}

static int copy_tree(struct copying *copying, const char *src, const char *dst) {
    AUTO_CLOSE int from = job_open_root(AT_FDCWD, src, /* follow= */ true);
    if (from < 0)
        return job_failed(&copying->job, NULL, NULL, "open", from);
    int r = refuse_inside(from, dst);
    if (r < 0)
        return job_failed_at(&copying->job, 2, NULL, NULL, "copytree", r);
    AUTO_CLOSE int to = make_root(copying, from, dst);
    if (to < 0)
        return job_failed_at(&copying->job, 1, NULL, NULL, "mkdir", to);
    return copytree_run(copying, TAKE_FD(from), TAKE_FD(to));
}

/* What fails at the roots ends it at once; what fails below them doesn't. */
int copytree_begin(struct copying *copying, const struct os_copytree_options *options,
                   const char *src, const char *dst) {
    copying->job.root[0] = src;
    copying->job.root[1] = dst;
    copying->options = *options;
    copying->content.owner = options->owner;
    copying->content.copied = copytree_count;
    copying->content.data = &copying->job;
    seen_begin(&copying->links);
    return job_begin(&copying->job, &client, 2, &options->control);
}

int copytree_end(struct copying *copying, int r) {
    seen_end(&copying->links);
    return job_end(&copying->job, r);
}

int os_copytree(const char *src, const char *dst, const struct os_copytree_options *given) {
    UNCANCELLED;
    struct copying copying = {.job.operation = "copytree"};
    struct os_copytree_options options;
    int r = options_copy(&options, sizeof options, given);
    if (r < 0)
        return PUBLIC(r, "copytree", src, dst);
    r = copytree_begin(&copying, &options, src, dst);
    if (r >= 0)
        r = copy_tree(&copying, src, dst);
    return copytree_end(&copying, r);
}
