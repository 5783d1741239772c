/* SPDX-License-Identifier: MIT */
/** Nodes and their descriptors: opened from the parent, given up, and found again. */
#include "tree/engine.h"

#include "base/kernel.h"
#include "base/seam.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST_SPENT = 1024 }; /* blocks of memory that wait for a helper to free them */

void tree_lock(struct tree *t) {
    if (t->shared)
        pthread_mutex_lock(&t->lock);
}

void tree_unlock(struct tree *t) {
    if (t->shared)
        pthread_mutex_unlock(&t->lock);
}

/* ------------------------------------------------------------------------------- nodes */

static struct tree_node *node_new(struct tree *t, const char *name) {
    size_t size = strlen(name) + 1;
    struct tree_node *node = mem_alloc(sizeof *node + t->client->extra + size);
    if (!node)
        return NULL;
    memset(node, 0, sizeof *node + t->client->extra);
    node->fd[0] = node->fd[1] = -1;
    node->name = memcpy((char *)node->extra + t->client->extra, name, size);
    return node;
}

struct tree_node *tree_child(struct tree *t, struct tree_node *parent, const char *name) {
    struct tree_node *node = node_new(t, name);
    if (node) {
        node->parent = parent;
        node->depth = parent->depth + 1;
    }
    return node;
}

int tree_root(struct tree *t, const int fd[TREE_SIDES], struct tree_node **ret_node) {
    struct tree_node *node = node_new(t, "");
    if (!node)
        return -ENOMEM;
    memcpy(node->fd, fd, sizeof node->fd);
    *ret_node = node;
    return 0;
}

void tree_append_path(struct str *s, const struct tree_node *node, const char *name) {
    if (!name && !node->parent)
        return;
    if (!name) {
        name = node->name;
        node = node->parent;
    }
    size_t size = strlen(name) + 1;
    for (const struct tree_node *n = node; n->parent; n = n->parent)
        size += strlen(n->name) + 1;
    bool slash = s->size && s->data[s->size - 1] != '/';
    if (str_reserve(s, size) < 0)
        return;
    size_t end = s->size + size - !slash;
    s->size = end;
    s->data[end] = '\0';
    for (const struct tree_node *n = node; name; n = n->parent) {
        size_t length = strlen(name);
        end -= length;
        memcpy(s->data + end, name, length);
        size -= length + 1;
        if (size || slash)
            s->data[--end] = '/';
        name = n->parent ? n->name : NULL;
    }
}

/* ------------------------------------------------------- descriptors that may be given up */

static void ring_add(struct tree *t, struct tree_node *node) {
    node->registered = true;
    node->newer = NULL;
    node->older = t->newest;
    *(t->newest ? &t->newest->newer : &t->oldest) = node;
    t->newest = node;
    t->open++;
}

void tree_unregister(struct tree *t, struct tree_node *node) {
    if (!node->registered)
        return;
    node->registered = false;
    *(node->newer ? &node->newer->older : &t->newest) = node->older;
    *(node->older ? &node->older->newer : &t->oldest) = node->newer;
    t->open--;
}

static bool same(const struct tree_identity *a, const struct stat *st) {
    return a->dev == st->st_dev && a->ino == st->st_ino;
}

/* Learns what the open node is, once: 0 or −errno. */
static int identify(struct tree *t, struct tree_node *node) {
    for (int i = 0; i < t->sides && !node->identified; i++) {
        struct stat st = {0};
        int r = node->fd[i] < 0 ? 0 : SYS(fstat, node->fd[i], &st);
        if (r < 0)
            return r;
        node->identity[i] = (struct tree_identity){st.st_dev, st.st_ino};
    }
    node->identified = true;
    return 0;
}

void tree_close(struct tree_node *node) {
    for (int i = 0; i < TREE_SIDES; i++) {
        if (node->fd[i] >= 0)
            seam_close_quietly(node->fd[i]);
        node->fd[i] = -1;
    }
}

/* Gives up the oldest descriptors that nobody uses now: whether there were any. */
static bool give_up_one(struct tree *t) {
    struct tree_node *node = t->oldest;
    while (node && (node->pins || identify(t, node) < 0))
        node = node->newer;
    if (!node)
        return false;
    if (node->partial)
        node->offset = SYS(lseek, node->fd[0], 0, SEEK_CUR);
    tree_unregister(t, node);
    tree_close(node);
    atomic_fetch_add(&t->given_up, 1);
    node->missed = node->waiting || node->partial || t->client->keeps;
    t->missed += node->missed;
    return true;
}

static bool out_of_descriptors(int r) {
    return r == -EMFILE || r == -ENFILE;
}

/* Where there are none to give up, another thread may have given up the last ones since the call
 * that failed: what it did not take of them is there for the next try. */
bool tree_try_again(struct tree *t, int r, unsigned *seen) {
    if (!out_of_descriptors(r))
        return false;
    tree_lock(t);
    if (give_up_one(t) && t->budget > t->open + 2)
        t->budget = t->open + 2; /* whoever took the rest may want more */
    tree_unlock(t);
    unsigned before = *seen;
    *seen = atomic_load(&t->given_up);
    return *seen != before;
}

int tree_openat(struct tree *t, int at, const char *name, int flags, mode_t mode) {
    unsigned seen = atomic_load(&t->given_up);
    int fd;
    do
        fd = SYS(openat, at, name, flags, mode);
    while (tree_try_again(t, fd, &seen));
    return fd;
}

/* --------------------------------------------------------------------------- opening */

#define NO_MOUNTS 1 /* RESOLVE_NO_XDEV */

enum { MOUNT_ROOT = 0x2000 }; /* STATX_ATTR_MOUNT_ROOT, since Linux 5.8 */

/* Without statx(2), what is on another device was mounted. */
static int is_other_device(int at, const char *name) {
    struct stat outer, inner;
    int r = SYS(fstatat, at, "", &outer, AT_EMPTY_PATH);
    if (r >= 0)
        r = SYS(fstatat, at, name, &inner, AT_SYMLINK_NOFOLLOW);
    return r < 0 ? r : outer.st_dev != inner.st_dev;
}

int tree_is_mount(int at, const char *name) {
    struct kernel_statx st;
    int r = SYS(kernel_statx, at, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &st);
    if (r >= 0 && st.attributes_mask & MOUNT_ROOT)
        return (st.attributes & MOUNT_ROOT) != 0;
    return r < 0 && r != -ENOSYS && r != -EPERM ? r : is_other_device(at, name);
}

/* Something may be on another device without a mount: a subvolume of btrfs. */
static int refuse_other_device(int at, int fd) {
    struct stat outer, inner;
    int r = SYS(fstat, at, &outer);
    if (r >= 0)
        r = SYS(fstat, fd, &inner);
    if (r >= 0 && outer.st_dev == inner.st_dev)
        return fd;
    seam_close_quietly(fd);
    return r < 0 ? r : -EXDEV;
}

/* Opens a directory unless something is mounted on it: a descriptor, −EXDEV or another −errno. */
static int open_unmounted(int at, const char *name, int flags) {
    struct kernel_open_how how = {.flags = (uint64_t)flags, .resolve = NO_MOUNTS};
    int fd = SYS(kernel_openat2, at, name, &how);
    if (fd == -ENOSYS || fd == -EPERM || fd == -EAGAIN) {
        int mounted = tree_is_mount(at, name);
        fd = mounted > 0 ? -EXDEV : mounted < 0 ? mounted : SYS(openat, at, name, flags);
    }
    return fd < 0 ? fd : refuse_other_device(at, fd);
}

/* A link may lead through other file systems, as long as it ends in this one. */
static int open_side(struct tree *t, int at, const char *name, bool link) {
    int flags = DIR_OPEN | (link ? 0 : O_NOFOLLOW);
    if (t->one_file_system && !link)
        return open_unmounted(at, name, flags);
    int fd = SYS(openat, at, name, flags);
    return fd >= 0 && t->one_file_system ? refuse_other_device(at, fd) : fd;
}

int tree_open_below(struct tree *t, int at, const char *name, bool link) {
    unsigned seen = atomic_load(&t->given_up);
    int fd;
    do
        fd = open_side(t, at, name, link);
    while (tree_try_again(t, fd, &seen));
    return fd;
}

/* The other side is for the client's enter(): it knows whether to make it. */
int tree_open(struct tree *t, struct tree_node *node) {
    if (!node->parent)
        return 0;
    int fd = tree_open_below(t, node->parent->fd[0], node->name, node->link);
    if (fd >= 0)
        node->fd[0] = fd;
    return fd < 0 ? fd : 0;
}

void tree_opened(struct tree *t, struct tree_node *node) {
    struct tree_node *parent = node->parent;
    if (parent) {
        tree_lock(t);
        parent->pins--;
        parent->waiting--;
        tree_unlock(t);
    }
}

void tree_register(struct tree *t, struct tree_node *node, unsigned count) {
    node->waiting += count;
    node->unfinished += count;
    node->spread = true;
    if (!node->parent || node->registered)
        return; /* the root's stay: they are where the way down begins */
    ring_add(t, node);
    if (t->open > t->budget)
        give_up_one(t);
}

/* ----------------------------------------------------------------------- finding again */

static int check(int fd, const char *name, const struct tree_identity *expected) {
    struct stat st;
    int r = *name ? SYS(fstatat, fd, name, &st, AT_SYMLINK_NOFOLLOW) : SYS(fstat, fd, &st);
    return r < 0 ? r : same(expected, &st) ? 0 : -ENOENT;
}

/* Up from a child. Its `..` may have become another directory, even one with the inode number that
 * the old one has freed: so the parent of what is found has to be the right one too. */
static int climb(struct tree *t, struct tree_node *node, int from, int side) {
    struct tree_node *above = node->parent;
    int r = identify(t, above);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd = SYS(openat, from, "..", DIR_OPEN | O_NOFOLLOW);
    if (fd < 0)
        return fd;
    r = check(fd, "", &node->identity[side]);
    if (r >= 0)
        r = check(fd, "..", &above->identity[side]);
    return r < 0 ? r : TAKE_FD(fd);
}

/* Down from the nearest ancestor that is open, name by name. */
static int descend(struct tree *t, struct tree_node *node, int side) {
    unsigned steps = 0;
    struct tree_node *from = node;
    for (; from->fd[side] < 0; from = from->parent)
        steps++;
    AUTO_FREE struct tree_node **way = mem_alloc(steps * sizeof *way);
    if (!way)
        return -ENOMEM;
    unsigned i = steps;
    for (struct tree_node *n = node; n != from; n = n->parent)
        way[--i] = n;
    AUTO_CLOSE int fd = -1;
    for (int at = from->fd[side]; i < steps; at = fd) {
        int next = side ? SYS(openat, at, way[i]->name, DIR_OPEN | O_NOFOLLOW)
                        : open_side(t, at, way[i]->name, way[i]->link);
        if (next < 0)
            return next;
        seam_close_quietly(fd);
        fd = next;
        int r = way[i]->identified ? check(fd, "", &way[i]->identity[side]) : 0;
        if (r < 0)
            return r;
        i++;
    }
    return TAKE_FD(fd);
}

static int find_side(struct tree *t, struct tree_node *node, struct tree_node *via, int side) {
    for (;;) {
        int fd = -ENOENT;
        if (via && via->fd[side] >= 0 && !via->link)
            fd = climb(t, node, via->fd[side], side);
        if (fd < 0 && !out_of_descriptors(fd))
            fd = descend(t, node, side);
        if (!out_of_descriptors(fd) || !give_up_one(t))
            return fd;
    }
}

static int find_again(struct tree *t, struct tree_node *node, struct tree_node *via) {
    if (node->error)
        return node->error;
    t->missed -= node->missed;
    node->missed = false;
    for (int i = 0; i < t->sides; i++) {
        if (i > 0 && node->identity[i].ino == 0)
            continue; /* it had none on this side */
        int fd = find_side(t, node, via, i);
        if (fd < 0) {
            tree_close(node);
            return out_of_descriptors(fd) ? fd : (node->error = fd);
        }
        node->fd[i] = fd;
    }
    if (node->partial)
        SYS(lseek, node->fd[0], node->offset, SEEK_SET);
    ring_add(t, node);
    return 0;
}

int tree_acquire(struct tree *t, struct tree_node *node, struct tree_node *via) {
    int r = node->fd[0] < 0 ? find_again(t, node, via) : 0;
    if (r >= 0)
        node->pins++;
    return r;
}

void tree_release(struct tree *t, struct tree_node *node) {
    (void)t;
    node->pins--;
}

/* --------------------------------------------------------------------------- finishing */

/* The last that is done with an open node: 0, TREE_AGAIN, or −errno. */
static int leave(struct tree_worker *w, struct tree_node *node) {
    struct tree *t = w->tree;
    const struct tree_client *client = t->client;
    struct tree_node *parent = node->parent;
    int r = 0;
    if (client->leave && !node->unopened && !t->stopping)
        r = client->leave(w, node);
    bool pinned = false;
    if (parent && !t->stopping && (client->left || t->missed)) {
        tree_lock(t);
        pinned = tree_acquire(t, parent, node) >= 0;
        tree_unlock(t);
    }
    if (parent)
        tree_close(node);
    if (r >= 0 && client->left && !t->stopping)
        r = client->left(w, node);
    if (!parent && r != TREE_AGAIN)
        tree_close(node);
    if (pinned) {
        tree_lock(t);
        tree_release(t, parent);
        tree_unlock(t);
    }
    return r;
}

/* The node is read once more. */
static void begin_again(struct tree *t, struct tree_node *node) {
    node->identified = node->unopened = false;
    node->error = 0;
    node->next = NULL;
    if (!node->parent) /* it stays open */
        SYS(lseek, node->fd[0], 0, SEEK_SET);
    tree_lock(t);
    if (node->parent)
        node->parent->waiting++;
    tree_list(t, NULL, node, &node->next);
    tree_unlock(t);
}

static void hand_over_spent(struct tree_worker *w) {
    if (!w->spent || w->tree->spent)
        return;
    w->tree->spent = w->spent;
    w->spent = NULL;
    w->spent_count = 0;
}

/* One child less: whether nothing is left, so that the node itself can end. The count of a pulled
 * tree's node is, once it was read, a matter of the thread that began alone. */
static bool was_last(struct tree_worker *w, struct tree_node *node) {
    struct tree *t = w->tree;
    bool counts_alone = t->pulled && !t->client->keeps;
    if (counts_alone && (--node->unfinished > 0 || !node->spread))
        return node->unfinished == 0;
    tree_lock(t);
    hand_over_spent(w);
    bool last = counts_alone || --node->unfinished == 0;
    if (last && t->client->keeps && node->fd[0] < 0 && !t->stopping &&
        tree_acquire(t, node, NULL) >= 0)
        tree_release(t, node);
    if (last)
        tree_unregister(t, node);
    tree_unlock(t);
    return last;
}

/* What another thread of a pulled tree has allocated goes back to be freed there: in glibc threads
 * that allocate and free each other's memory wait for each other, asleep. */
void tree_free(struct tree_worker *w, void *memory, bool helped) {
    struct tree_spent *spent = memory;
    if (!memory || !helped || !w->tree->shared || w->spent_count == MOST_SPENT) {
        free(memory);
        return;
    }
    spent->next = w->spent;
    w->spent = spent;
    w->spent_count++;
}

void tree_free_spent(struct tree_spent *spent) {
    while (spent) {
        struct tree_spent *next = spent->next;
        free(spent);
        spent = next;
    }
}

struct tree_node *tree_finish(struct tree_worker *w, struct tree_node *node) {
    struct tree *t = w->tree;
    for (;;) {
        struct tree_node *parent = node->parent;
        int r = leave(w, node);
        if (r < 0)
            tree_stop(t, r);
        if (r == TREE_AGAIN) {
            begin_again(t, node);
            return parent;
        }
        if (t->client->forget)
            t->client->forget(w, node);
        tree_free(w, node, node->helped);
        if (!parent || !was_last(w, parent))
            return parent;
        node = parent;
    }
}

void tree_drop(struct tree_worker *w, struct tree_node *node) {
    if (was_last(w, node))
        tree_finish(w, node);
}

/* ------------------------------------------------------------------------------ lists */

void tree_list(struct tree *t, struct tree_node *place, struct tree_node *first,
               struct tree_node **last) {
    struct tree_node *previous = place && place->listed ? place : NULL;
    struct tree_node **link = previous ? &previous->next : &t->todo;
    struct tree_node *behind = *link;
    *last = behind;
    *link = first;
    for (struct tree_node *n = first; n != behind; n = n->next) {
        n->previous = previous;
        n->listed = true;
        n->taken = false;
        previous = n;
    }
    if (behind)
        behind->previous = previous;
}

struct tree_node *tree_next(const struct tree *t) {
    struct tree_node *node = t->todo;
    while (node && node->taken)
        node = node->next;
    return node;
}

void tree_unlist(struct tree *t, struct tree_node *node) {
    if (!node->listed)
        return;
    node->listed = false;
    *(node->previous ? &node->previous->next : &t->todo) = node->next;
    if (node->next)
        node->next->previous = node->previous;
}

/* ------------------------------------------------------------------------------- limits */

/* A quarter of what the process may open: it has other work for descriptors. */
static unsigned budget_of(int sides) {
    struct rlimit limit;
    rlim_t most = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur / 4 : 64;
    most /= (rlim_t)sides;
    return most > 256 ? 256 : most < 2 ? 2 : (unsigned)most;
}

/* The lock is held for moments: it is better to try again than to sleep and be woken. */
static void init_lock(pthread_mutex_t *lock) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP /* glibc */
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

int tree_begin(struct tree *t, struct tree_worker *w) {
    t->budget = budget_of(t->sides);
    t->main = w;
    *w = (struct tree_worker){.tree = t};
    w->buffer = mem_alloc(DIR_BUFFER);
    w->local = mem_zalloc(t->client->local_size);
    if (!w->buffer || !w->local) {
        free(w->buffer);
        free(w->local);
        *w = (struct tree_worker){.tree = t};
        return -ENOMEM;
    }
    init_lock(&t->lock);
    pthread_cond_init(&t->changed, NULL);
    pthread_cond_init(&t->arrived, NULL);
    return 0;
}

void tree_end(struct tree *t, struct tree_worker *w) {
    free(w->buffer);
    free(w->local);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->changed);
    pthread_cond_destroy(&t->arrived);
}

void tree_stop(struct tree *t, int error) {
    tree_lock(t);
    if (!t->stopping)
        t->result = error;
    t->stopping = true;
    if (t->shared)
        pthread_cond_broadcast(&t->changed);
    tree_unlock(t);
}
