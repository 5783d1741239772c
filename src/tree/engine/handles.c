/* SPDX-License-Identifier: MIT */
/** The descriptors of nodes: opened, pinned, evicted, and opened again. */
#include "tree/engine/internal.h"

#include "base/seam.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A quarter of what the process may open: it has other work for descriptors. */
unsigned handles_budget(int sides) {
    struct rlimit limit;
    rlim_t most = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur / 4 : 64;
    most /= (rlim_t)sides;
    return most > 256 ? 256 : most < 2 ? 2 : (unsigned)most;
}

void handles_close(struct tree_node *node) {
    for (int i = 0; i < TREE_SIDES; i++) {
        if (node->fd[i] >= 0)
            seam_close_quietly(node->fd[i]);
        node->fd[i] = -1;
    }
}

/* ------------------------------------------------------------------------- what it is */

/* Learns what the open node is, once: 0 or −errno. */
static int identify(const struct tree *t, struct tree_node *node) {
    for (int i = 0; i < t->sides && !own(node)->identified; i++) {
        struct stat st = {0};
        int r = node->fd[i] < 0 ? 0 : SYS(fstat, node->fd[i], &st);
        if (r < 0)
            return r;
        own(node)->identity[i] = (struct tree_identity){st.st_dev, st.st_ino};
    }
    own(node)->identified = true;
    return 0;
}

/* Whether the directory `fd`, or `name` in it, is the one expected: 0, −ENOENT or −errno. */
static int check(int fd, const char *name, const struct tree_identity *expected) {
    struct stat st;
    int r = *name ? SYS(fstatat, fd, name, &st, AT_SYMLINK_NOFOLLOW) : SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    return expected->dev == st.st_dev && expected->ino == st.st_ino ? 0 : -ENOENT;
}

int tree_refuse_loop(struct tree *t, struct tree_node *node) {
    int r = identify(t, node);
    const struct tree_identity *a = own(node)->identity;
    for (const struct tree_node *n = node->parent; n && r >= 0; n = n->parent)
        if (own(n)->identity->dev == a->dev && own(n)->identity->ino == a->ino)
            r = -ELOOP;
    return r;
}

/* ------------------------------------------------------------------------------ evicted */

static void ring_add(struct tree *t, struct tree_node *node) {
    struct tree_own *o = own(node);
    if (!node->parent || o->in_ring)
        return; /* the root's stay: they are where the way down begins */
    o->in_ring = true;
    o->newer = NULL;
    o->older = t->handles.newest;
    *(o->older ? &own(o->older)->newer : &t->handles.oldest) = node;
    t->handles.newest = node;
    t->handles.open++;
}

void handles_remove(struct tree *t, struct tree_node *node) {
    struct tree_own *o = own(node);
    if (!o->in_ring)
        return;
    o->in_ring = false;
    *(o->newer ? &own(o->newer)->older : &t->handles.newest) = o->older;
    *(o->older ? &own(o->older)->newer : &t->handles.oldest) = o->newer;
    t->handles.open--;
}

/* Evicts the oldest that nobody uses now: whether there was any. */
static bool evict_oldest(struct tree *t) {
    struct tree_node *node = t->handles.oldest;
    while (node && (own(node)->pins || identify(t, node) < 0))
        node = own(node)->newer;
    if (!node)
        return false;
    struct tree_own *o = own(node);
    if (o->partial)
        o->offset = SYS(lseek, node->fd[0], 0, SEEK_CUR);
    handles_remove(t, node);
    handles_close(node);
    atomic_fetch_add(&t->handles.evictions, 1);
    o->evicted = o->to_open || o->partial || t->client->keeps;
    t->handles.evicted += o->evicted;
    return true;
}

void handles_add(struct tree *t, struct tree_node *node) {
    ring_add(t, node);
    if (t->handles.open > t->handles.budget)
        evict_oldest(t);
}

unsigned tree_evictions(const struct tree *t) {
    return atomic_load(&t->handles.evictions);
}

static bool out_of_descriptors(int r) {
    return r == -EMFILE || r == -ENFILE;
}

/* Where there are none to evict, another thread may have evicted the last ones since the call that
 * failed: what it did not take of them is there for the next try. */
bool tree_try_again(struct tree *t, int r, unsigned *seen) {
    if (!out_of_descriptors(r))
        return false;
    tree_lock(t);
    if (evict_oldest(t) && t->handles.budget > t->handles.open + 2)
        t->handles.budget = t->handles.open + 2; /* whoever took the rest may want more */
    tree_unlock(t);
    unsigned before = *seen;
    *seen = tree_evictions(t);
    return *seen != before;
}

/* ------------------------------------------------------------------------------- opened */

int tree_openat(struct tree *t, int at, const char *name, int flags, mode_t mode) {
    unsigned seen = tree_evictions(t);
    int fd;
    do
        fd = SYS(openat, at, name, flags, mode);
    while (tree_try_again(t, fd, &seen));
    return fd;
}

int tree_open_below(struct tree *t, int at, const char *name, bool link) {
    unsigned seen = tree_evictions(t);
    int fd;
    do
        fd = mounts_open(t, at, name, link);
    while (tree_try_again(t, fd, &seen));
    return fd;
}

/* The other side is for the client's pre(): it knows whether to make it. */
int handles_open(struct tree *t, struct tree_node *node) {
    if (node->error || !node->parent)
        return node->error;
    int fd = tree_open_below(t, node->parent->fd[0], node->name, node->link);
    if (fd >= 0)
        node->fd[0] = fd;
    return fd < 0 ? fd : 0;
}

/* ------------------------------------------------------------------------- opened again */

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
    r = check(fd, "", &own(node)->identity[side]);
    if (r >= 0)
        r = check(fd, "..", &own(above)->identity[side]);
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
                        : mounts_open(t, at, way[i]->name, way[i]->link);
        if (next < 0)
            return next;
        seam_close_quietly(fd);
        fd = next;
        int r = own(way[i])->identified ? check(fd, "", &own(way[i])->identity[side]) : 0;
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
        if (!out_of_descriptors(fd) || !evict_oldest(t))
            return fd;
    }
}

static int find_again(struct tree *t, struct tree_node *node, struct tree_node *via) {
    struct tree_own *o = own(node);
    if (node->error)
        return node->error;
    t->handles.evicted -= o->evicted;
    o->evicted = false;
    for (int i = 0; i < t->sides; i++) {
        if (i > 0 && o->identity[i].ino == 0)
            continue; /* it had none on this side */
        int fd = find_side(t, node, via, i);
        if (fd < 0) {
            handles_close(node);
            return out_of_descriptors(fd) ? fd : (node->error = fd);
        }
        node->fd[i] = fd;
    }
    if (o->partial)
        SYS(lseek, node->fd[0], o->offset, SEEK_SET);
    ring_add(t, node);
    return 0;
}

int handles_acquire(struct tree *t, struct tree_node *node, struct tree_node *via) {
    int r = node->fd[0] < 0 ? find_again(t, node, via) : 0;
    if (r >= 0)
        own(node)->pins++;
    return r;
}

void handles_release(struct tree_node *node) {
    own(node)->pins--;
}
