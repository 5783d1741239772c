/* SPDX-License-Identifier: MIT */
/** os.tree_usage: what a tree takes, in all and directory by directory. */
#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "tree/job.h"
#include "tree/seen.h"

#include <fcntl.h>
#include <stdlib.h>

/* What a node has gathered; those below it add theirs from any thread. */
struct sums {
    _Atomic uint64_t apparent, allocated, entries;
};

struct item {
    struct os_tree_usage_entry entry;
    char *path;
};

struct measure {
    struct job job;
    struct os_tree_usage_options options;
    struct seen links;
    struct sums total;
    _Atomic uint64_t directories, files;
    /* The list; with `top` a heap whose first is the smallest. */
    pthread_mutex_t listing;
    struct item *items;
    size_t count, room;
};

static struct measure *measure_of(struct tree_worker *w) {
    return (struct measure *)job_of(w);
}

static struct sums *sums_of(struct tree_node *node) {
    return (struct sums *)node->extra;
}

static void add(_Atomic uint64_t *to, uint64_t n) {
    atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

/* ---------------------------------------------------------------------------- the list */

static uint64_t weight(const struct measure *m, const struct os_tree_usage_entry *entry) {
    return m->options.apparent ? entry->apparent : entry->allocated;
}

static void sink(struct measure *m, size_t i) {
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < m->count; child++)
            if (weight(m, &m->items[child].entry) < weight(m, &m->items[least].entry))
                least = child;
        if (least == i)
            return;
        struct item item = m->items[i];
        m->items[i] = m->items[least];
        m->items[least] = item;
        i = least;
    }
}

/* Makes room for one more: a place for it, or NULL without memory. */
static struct item *grow(struct measure *m) {
    int r = ARRAY_ROOM(m->items, m->room, m->count + 1, 64);
    return r < 0 ? NULL : &m->items[m->count++];
}

static int list_item(struct measure *m, struct item item) {
    size_t top = m->options.top;
    if (top && m->count == top) {
        if (weight(m, &item.entry) <= weight(m, &m->items[0].entry)) {
            free(item.path);
            return 0;
        }
        free(m->items[0].path);
        m->items[0] = item;
        sink(m, 0);
        return 0;
    }
    struct item *place = grow(m);
    if (!place) {
        free(item.path);
        return -ENOMEM;
    }
    *place = item;
    if (top && m->count == top)
        for (size_t i = top; i-- > 0;)
            sink(m, i);
    return 0;
}

static bool listed(const struct measure *m, unsigned depth, bool is_dir) {
    int most = m->options.depth;
    return (most < 0 || depth <= (unsigned)most) && most != 0 && (is_dir || m->options.files);
}

static int list(struct measure *m, const struct tree_node *node, const char *name,
                struct os_tree_usage_entry entry) {
    AUTO_STR path = STR_INIT;
    struct item item = {entry, NULL};
    str_append_text(&path, m->job.root[0]);
    if (node)
        tree_append_path(&path, node, name);
    int r = str_take(&path, &item.path);
    if (r < 0)
        return r;
    pthread_mutex_lock(&m->listing);
    r = list_item(m, item);
    pthread_mutex_unlock(&m->listing);
    return r;
}

/* --------------------------------------------------------------------------- the client */

/* Adds what `st` tells to a node; a file that was met before adds nothing: 1 if it counts. */
static int count(struct measure *m, struct sums *sums, const struct stat *st) {
    int r = 1;
    if (st->st_nlink > 1 && !S_ISDIR(st->st_mode) && !m->options.every_link)
        r = seen_add(&m->links, st->st_dev, st->st_ino);
    if (r <= 0)
        return r;
    if (S_ISREG(st->st_mode) || S_ISLNK(st->st_mode))
        add(&sums->apparent, (uint64_t)st->st_size);
    add(&sums->allocated, (uint64_t)st->st_blocks * 512);
    return 1;
}

static int pre(struct tree_worker *w, struct tree_node *node) {
    struct measure *m = measure_of(w);
    struct stat st;
    int r = SYS(fstat, node->fd[0], &st);
    if (r < 0)
        return job_failed(&m->job, node, NULL, "stat", r);
    add(&m->directories, 1);
    if (m->job.control.on_progress)
        job_count(&m->job.directories, 1);
    add(&sums_of(node)->entries, 1);
    r = count(m, sums_of(node), &st);
    return r < 0 ? r : 0;
}

static int count_file(struct tree_worker *w, struct tree_node *node, const char *name,
                      const struct stat *st) {
    struct measure *m = measure_of(w);
    struct sums *sums = sums_of(node);
    int r = count(m, sums, st);
    if (r < 0)
        return r;
    ++*(uint64_t *)w->local; /* files */
    add(&sums->entries, 1);
    if (m->job.control.on_progress) {
        job_count(&m->job.entries, 1);
        job_count(&m->job.bytes, r ? (uint64_t)st->st_size : 0);
    }
    if (!r || !listed(m, node->depth + 1, /* is_dir= */ false))
        return 0;
    struct os_tree_usage_entry entry = {
        .apparent = (uint64_t)st->st_size,
        .allocated = (uint64_t)st->st_blocks * 512,
        .entries = 1,
        .depth = node->depth + 1,
    };
    return list(m, node, name, entry);
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    if (e->type == DT_DIR)
        return TREE_DESCEND;
    struct stat st;
    int r = SYS(fstatat, node->fd[0], e->name, &st, AT_SYMLINK_NOFOLLOW);
    if (r == -ENOENT)
        return 0;
    if (r >= 0 && !S_ISDIR(st.st_mode) && measure_of(w)->job.control.one_file_system)
        r = tree_is_mount(node->fd[0], e->name);
    if (r > 0 || r == -ENOENT)
        return 0;
    if (r < 0)
        return job_failed(job_of(w), node, e->name, "stat", r);
    return S_ISDIR(st.st_mode) ? TREE_DESCEND : count_file(w, node, e->name, &st);
}

/* A directory that can't be read takes its own space all the same. */
static int failed(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error) {
    struct measure *m = measure_of(w);
    struct stat st;
    if (node->unopened && (error == -ENOENT || error == -EXDEV))
        return 0;
    if (node->unopened && node->parent && node->parent->fd[0] >= 0 &&
        SYS(fstatat, node->parent->fd[0], node->name, &st, AT_SYMLINK_NOFOLLOW) >= 0) {
        int r = S_ISDIR(st.st_mode) ? count(m, sums_of(node), &st)
                                    : count_file(w, node->parent, node->name, &st);
        if (r < 0)
            return r;
        if (!S_ISDIR(st.st_mode)) /* swapped meanwhile: it was counted as what it is now */
            return 0;
        add(&m->directories, 1);
        add(&sums_of(node)->entries, 1);
    }
    return job_failed(&m->job, node, name, operation, error);
}

/* The sums go up, and into the list. */
static void forget(struct tree_worker *w, struct tree_node *node) {
    struct measure *m = measure_of(w);
    struct sums *from = sums_of(node);
    struct sums *to = node->parent ? sums_of(node->parent) : &m->total;
    struct os_tree_usage_entry entry = {
        .apparent = from->apparent,
        .allocated = from->allocated,
        .entries = from->entries,
        .depth = node->depth,
        .is_dir = true,
    };
    add(&to->apparent, entry.apparent);
    add(&to->allocated, entry.allocated);
    add(&to->entries, entry.entries);
    if (tree_stopping(w->tree) || entry.entries == 0 || !listed(m, node->depth, /* is_dir= */ true))
        return;
    int r = list(m, node, NULL, entry);
    if (r < 0)
        tree_stop(w->tree, r);
}

static void ended(struct tree_worker *w) {
    measure_of(w)->files += *(uint64_t *)w->local;
}

static const struct tree_client client = {
    .extra = sizeof(struct sums),
    .local_size = sizeof(uint64_t),
    .pre = pre,
    .entry = entry,
    .failed = failed,
    .forget = forget,
    .ended = ended,
};

/* --------------------------------------------------------------------------- the result */

static bool comes_after(const struct measure *m, const struct item *a, const struct item *b) {
    uint64_t x = weight(m, &a->entry), y = weight(m, &b->entry);
    return x != y ? x < y : strcmp(a->path, b->path) > 0;
}

/* By Shell's method: qsort(3) has no way to say by which weight. */
static void sort_items(struct measure *m) {
    for (size_t gap = m->count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (size_t i = gap; i < m->count; i++) {
            struct item item = m->items[i];
            size_t j = i;
            for (; j >= gap && comes_after(m, &m->items[j - gap], &item); j -= gap)
                m->items[j] = m->items[j - gap];
            m->items[j] = item;
        }
}

static int make_result(struct measure *m, struct os_tree_usage **ret_usage) {
    size_t size = sizeof(struct os_tree_usage) + m->count * sizeof(struct os_tree_usage_entry);
    struct os_tree_usage_entry *list;
    for (size_t i = 0; i < m->count; i++)
        size += strlen(m->items[i].path) + 1;
    struct os_tree_usage *usage = mem_alloc(size);
    if (!usage)
        return -ENOMEM;
    list = (struct os_tree_usage_entry *)(usage + 1);
    *usage = (struct os_tree_usage){
        .apparent = m->total.apparent,
        .allocated = m->total.allocated,
        .directories = m->directories,
        .files = m->files,
        .count = m->count,
        .list = list,
    };
    sort_items(m);
    char *text = (char *)(list + m->count);
    for (size_t i = 0; i < m->count; i++) {
        list[i] = m->items[i].entry;
        list[i].path = text;
        text = stpcpy(text, m->items[i].path) + 1;
    }
    *ret_usage = usage;
    return 0;
}

/* One that is no directory. */
static int measure_file(struct measure *m, const struct stat *st) {
    m->files = 1;
    m->total.entries = 1;
    int r = count(m, &m->total, st);
    struct os_tree_usage_entry entry = {
        .apparent = m->total.apparent, .allocated = m->total.allocated, .entries = 1};
    return r >= 0 && listed(m, 0, /* is_dir= */ false) ? list(m, NULL, NULL, entry) : r;
}

static int measure(struct measure *m, const char *path) {
    struct stat st;
    int r = SYS(fstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r;
    if (!S_ISDIR(st.st_mode))
        return measure_file(m, &st);
    /* A slash behind a link means what it leads to, as it does for lstat(2). */
    int fd = SYS(open, path, DIR_OPEN | O_NOFOLLOW);
    return fd < 0 ? fd : job_run(&m->job, (int[TREE_SIDES]){fd, -1});
}

struct os_tree_usage *os_tree_usage(const char *path, const struct os_tree_usage_options *given) {
    UNCANCELLED;
    struct measure m = {.job.operation = "usage", .job.root[0] = path};
    struct os_tree_usage *usage = NULL;
    int r = options_copy(&m.options, sizeof m.options, given);
    if (r < 0)
        return PUBLIC_POINTER(r, NULL, "usage", path, NULL);
    pthread_mutex_init(&m.listing, NULL);
    seen_begin(&m.links);
    r = job_begin(&m.job, &client, 1, &m.options.control);
    if (r >= 0)
        r = measure(&m, path);
    if (r >= 0)
        r = make_result(&m, &usage);
    for (size_t i = 0; i < m.count; i++)
        free(m.items[i].path);
    free(m.items);
    seen_end(&m.links);
    pthread_mutex_destroy(&m.listing);
    return job_end(&m.job, r) < 0 ? NULL : usage;
}
