/* SPDX-License-Identifier: MIT */
/** os.tree_compare: two trees side by side, and where they differ. */
#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "fs/at.h"
#include "fs/dir.h"
#include "tree/copyfile.h"
#include "tree/job.h"
#include "tree/match.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { PART = 64 * 1024 };

struct found {
    int what;
    char *path;
};

struct comparison {
    struct job job;
    struct os_tree_compare_options options;
    pthread_mutex_t listing;
    struct found *found;
    size_t count, room;
};

static struct comparison *comparison_of(struct tree_worker *w) {
    return (struct comparison *)job_of(w);
}

static int add_locked(struct comparison *c, struct found found) {
    int r = ARRAY_ROOM(c->found, c->room, c->count + 1, 16);
    if (r < 0)
        return r;
    c->found[c->count++] = found;
    return 0;
}

static int add(struct comparison *c, const struct tree_node *node, const char *name, int what) {
    AUTO_STR path = STR_INIT;
    struct found found = {.what = what};
    if (node)
        tree_append_path(&path, node, name);
    int r = str_take(&path, &found.path);
    if (r < 0)
        return r;
    pthread_mutex_lock(&c->listing);
    r = add_locked(c, found);
    pthread_mutex_unlock(&c->listing);
    if (r < 0)
        free(found.path);
    return r;
}

/* A journal is a directory; where the kernel doesn't tell the type, its name has to do. */
static bool ignored(const struct comparison *c, const struct dir_entry *e) {
    for (const char *const *p = c->options.ignore; p && *p; p++)
        if (match_name(*p, e->name))
            return true;
    return c->job.control.leave_journals && (e->type == DT_DIR || e->type == DT_UNKNOWN) &&
           dir_is_journal(e->name);
}

/* ------------------------------------------------------------------------- two entries */

/* Up to `size` bytes, fewer at the end only: how many, or −errno. */
static ssize_t read_part(int fd, char *part, size_t size) {
    size_t got = 0;
    while (got < size) {
        ssize_t n = SYS(read, fd, part + got, size - got);
        if (n < 0)
            return n;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

/* Whether the rest of two files differs: 1, 0 or −errno; `ret_side` says of which. */
static int contents_differ(struct job *job, const int fd[2], char *buffer, int *ret_side) {
    for (;;) {
        ssize_t got[2];
        for (int i = 0; i < 2; i++) {
            got[i] = read_part(fd[i], buffer + i * PART, PART);
            *ret_side = i;
            if (got[i] < 0)
                return (int)got[i];
        }
        if (got[0] != got[1] || memcmp(buffer, buffer + PART, (size_t)got[0]) != 0)
            return 1;
        if (got[0] < PART)
            return 0;
        job_count(&job->bytes, (uint64_t)got[0]);
        int r = job_pause(job);
        if (r < 0)
            return r;
    }
}

static int open_entry(void *data, int dir, const char *name, int flags, mode_t mode) {
    return tree_openat(data, dir, name, flags, mode);
}

static int pause_job(void *data, uint64_t bytes) {
    (void)bytes;
    return job_pause(data);
}

/* Two regular files; `flags` are O_NOFOLLOW for those below the tops. */
static int files_differ(struct job *job, const int at[2], const char *const name[2], int flags,
                        int *ret_side) {
    AUTO_FREE char *buffer = mem_alloc(2 * PART);
    int fd[2] = {-1, -1};
    int r = buffer ? 0 : -ENOMEM;
    for (int i = 0; i < 2 && r >= 0; i++) {
        *ret_side = i;
        r = fd[i] = copy_open_patiently(open_entry, job->tree, at[i], name[i], O_RDONLY | flags,
                                        pause_job, job);
    }
    if (r >= 0)
        r = contents_differ(job, fd, buffer, ret_side);
    seam_close_quietly(fd[0]);
    seam_close_quietly(fd[1]);
    return r;
}

static int links_differ(const int at[2], const char *const name[2], int *ret_side) {
    AUTO_FREE char *left = NULL;
    AUTO_FREE char *right = NULL;
    *ret_side = 0;
    int r = at_readlink(at[0], name[0], &left);
    if (r < 0)
        return r;
    *ret_side = 1;
    r = at_readlink(at[1], name[1], &right);
    return r < 0 ? r : strcmp(left, right) != 0;
}

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* In what two entries of the same type differ, their content apart. */
static int attributes_differ(const struct comparison *c, const struct stat st[2]) {
    int what = 0;
    if (c->options.modes && (st[0].st_mode & 07777) != (st[1].st_mode & 07777))
        what |= OS_COMPARE_MODE;
    if (c->options.owners && (st[0].st_uid != st[1].st_uid || st[0].st_gid != st[1].st_gid))
        what |= OS_COMPARE_OWNER;
    if (c->options.times && !same_time(st[0].st_mtim, st[1].st_mtim))
        what |= OS_COMPARE_TIME;
    return what;
}

static int content_differs(struct comparison *c, const struct stat st[2], const int at[2],
                           const char *const name[2], int flags, int *ret_side) {
    bool same = st[0].st_ino == st[1].st_ino && st[0].st_dev == st[1].st_dev;
    if (S_ISLNK(st[0].st_mode))
        return links_differ(at, name, ret_side);
    if (S_ISBLK(st[0].st_mode) || S_ISCHR(st[0].st_mode))
        return st[0].st_rdev != st[1].st_rdev;
    if (!S_ISREG(st[0].st_mode) || same)
        return 0;
    if (st[0].st_size != st[1].st_size)
        return 1;
    if (c->options.shallow && same_time(st[0].st_mtim, st[1].st_mtim))
        return 0;
    return files_differ(&c->job, at, name, flags, ret_side);
}

/* Everything in which two entries differ, as OS_COMPARE bits, or −errno. */
static int compare_entries(struct comparison *c, const struct stat st[2], const int at[2],
                           const char *const name[2], int flags, int *ret_side) {
    if (IFTODT(st[0].st_mode) != IFTODT(st[1].st_mode))
        return OS_COMPARE_TYPE;
    int r = content_differs(c, st, at, name, flags, ret_side);
    return r < 0 ? r : attributes_differ(c, st) | (r ? OS_COMPARE_CONTENT : 0);
}

/* --------------------------------------------------------------------------- the client */

/* Whether one of the two is something mounted that is to be left alone: 1, 0 or −errno. */
static int left_alone(const struct comparison *c, const struct tree_node *node, const char *name) {
    int r = 0;
    for (int i = 0; i < 2 && r == 0 && c->job.control.one_file_system; i++)
        r = tree_is_mount(node->fd[i], name);
    return r == -ENOENT ? 0 : r;
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    struct comparison *c = comparison_of(w);
    struct stat st[2];
    int side = 0;
    if (ignored(c, e))
        return 0;
    int r = e->type == DT_DIR ? 0 : left_alone(c, node, e->name);
    if (r > 0)
        return 0;
    if (r >= 0)
        r = SYS(fstatat, node->fd[0], e->name, &st[0], AT_SYMLINK_NOFOLLOW);
    if (r == -ENOENT)
        return 0;
    if (r >= 0) {
        side = 1;
        r = SYS(fstatat, node->fd[1], e->name, &st[1], AT_SYMLINK_NOFOLLOW);
    }
    if (r == -ENOENT)
        return add(c, node, e->name, OS_COMPARE_LEFT);
    if (r >= 0 && S_ISDIR(st[0].st_mode) && S_ISDIR(st[1].st_mode))
        return TREE_DESCEND; /* its attributes are compared when it is entered */
    if (r >= 0)
        r = compare_entries(c, st, node->fd, (const char *[]){e->name, e->name}, O_NOFOLLOW, &side);
    job_count(&c->job.entries, 1);
    if (r > 0)
        return add(c, node, e->name, r);
    if (r == -ECANCELED)
        return r;
    if (r == -ENOENT) /* it has vanished just now */
        return side ? add(c, node, e->name, OS_COMPARE_LEFT) : 0;
    return r < 0 ? job_failed_at(&c->job, side, node, e->name, "compare", r) : 0;
}

/* What is on the right side alone. */
static int look_right(struct tree_worker *w, struct tree_node *node) {
    struct comparison *c = comparison_of(w);
    struct dir d;
    struct dir_entry e;
    dir_start(&d, node->fd[1], w->buffer, DIR_BUFFER);
    int r;
    while ((r = dir_read(&d, &e)) > 0) {
        struct stat st;
        if (!ignored(c, &e) &&
            SYS(fstatat, node->fd[0], e.name, &st, AT_SYMLINK_NOFOLLOW) == -ENOENT)
            r = add(c, node, e.name, OS_COMPARE_RIGHT);
        if (r < 0)
            return r;
    }
    return r < 0 ? job_failed_at(&c->job, 1, node, NULL, "scandir", r) : 0;
}

static int compare_directories(struct comparison *c, struct tree_node *node) {
    struct stat st[2];
    for (int i = 0; i < 2; i++) {
        int r = SYS(fstat, node->fd[i], &st[i]);
        if (r < 0)
            return job_failed_at(&c->job, i, node, NULL, "stat", r);
    }
    int what = attributes_differ(c, st);
    return what ? add(c, node, NULL, what) : 0;
}

static int pre(struct tree_worker *w, struct tree_node *node) {
    struct comparison *c = comparison_of(w);
    if (node->parent) {
        int fd = tree_open_below(w->tree, node->parent->fd[1], node->name, /* link= */ false);
        if (fd < 0) {
            node->unopened = true;
            int r = fd == -EXDEV    ? 0
                    : fd == -ENOENT ? add(c, node, NULL, OS_COMPARE_LEFT)
                                    : job_failed_at(&c->job, 1, node, NULL, "open", fd);
            return r < 0 ? r : TREE_SKIP;
        }
        node->fd[1] = fd;
    }
    job_count(&c->job.directories, 1);
    int r = compare_directories(c, node);
    return r < 0 ? r : look_right(w, node);
}

/* What vanished, or is left out on purpose, is no difference. */
static int failed(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error) {
    if (node->parent && node->unopened && (error == -ENOENT || error == -EXDEV))
        return 0;
    return job_failed(job_of(w), node, name, operation, error);
}

static const struct tree_client client = {
    .pre = pre,
    .entry = entry,
    .failed = failed,
};

/* --------------------------------------------------------------------------- the result */

static int by_path(const void *a, const void *b) {
    const struct found *x = a, *y = b;
    return strcmp(x->path, y->path);
}

static int make_result(struct comparison *c, struct os_tree_compare **ret_compare) {
    size_t size = sizeof(struct os_tree_compare) + c->count * sizeof(struct os_tree_compare_entry);
    for (size_t i = 0; i < c->count; i++)
        size += strlen(c->found[i].path) + 1;
    struct os_tree_compare *compare = mem_alloc(size);
    if (!compare)
        return -ENOMEM;
    *compare = (struct os_tree_compare){
        .count = c->count,
        .list = (struct os_tree_compare_entry *)(compare + 1),
    };
    if (c->count)
        qsort(c->found, c->count, sizeof *c->found, by_path);
    char *text = (char *)(compare->list + c->count);
    for (size_t i = 0; i < c->count; i++) {
        compare->list[i] = (struct os_tree_compare_entry){text, c->found[i].what};
        text = stpcpy(text, c->found[i].path) + 1;
    }
    *ret_compare = compare;
    return 0;
}

/* At least one of the two is no directory. */
static int compare_files(struct comparison *c, const struct stat st[2], const char *left,
                         const char *right) {
    int side = 0;
    const int at[2] = {AT_FDCWD, AT_FDCWD};
    int r = compare_entries(c, st, at, (const char *[]){left, right}, /* flags= */ 0, &side);
    if (r > 0)
        return add(c, NULL, NULL, r);
    return r < 0 ? job_failed_at(&c->job, side, NULL, NULL, "compare", r) : 0;
}

static int compare_roots(struct comparison *c, const char *left, const char *right) {
    const char *path[2] = {left, right};
    struct stat st[2];
    for (int i = 0; i < 2; i++) {
        int r = SYS(stat, path[i], &st[i]);
        if (r < 0)
            return job_failed_at(&c->job, i, NULL, NULL, "compare", r);
    }
    if (!S_ISDIR(st[0].st_mode) || !S_ISDIR(st[1].st_mode))
        return compare_files(c, st, left, right);
    AUTO_CLOSE int a = SYS(open, left, DIR_OPEN);
    if (a < 0)
        return job_failed_at(&c->job, 0, NULL, NULL, "open", a);
    int b = SYS(open, right, DIR_OPEN);
    if (b < 0)
        return job_failed_at(&c->job, 1, NULL, NULL, "open", b);
    return job_run(&c->job, (int[TREE_SIDES]){TAKE_FD(a), b});
}

struct os_tree_compare *os_tree_compare(const char *left, const char *right,
                                        const struct os_tree_compare_options *given) {
    UNCANCELLED;
    struct comparison c = {.job.operation = "compare", .job.root = {left, right}};
    struct os_tree_compare *compare = NULL;
    int r = options_copy(&c.options, sizeof c.options, given);
    if (r < 0)
        return PUBLIC_POINTER(r, NULL, "compare", left, right);
    pthread_mutex_init(&c.listing, NULL);
    r = job_begin(&c.job, &client, 2, &c.options.control);
    if (r >= 0)
        r = compare_roots(&c, left, right);
    if (r >= 0)
        r = make_result(&c, &compare);
    for (size_t i = 0; i < c.count; i++)
        free(c.found[i].path);
    free(c.found);
    pthread_mutex_destroy(&c.listing);
    return job_end(&c.job, r) < 0 ? NULL : compare;
}
