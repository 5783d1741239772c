/* SPDX-License-Identifier: MIT */
/** os.walk and os.fwalk: the traversal as something that is pulled, in Python's order. */
#include "tree/walk.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ----------------------------------------------------------------------------- visiting */

static void push(struct os_walk *walk, struct tree_node *node) {
    listing_of(node)->next_visit = walk->stack;
    walk->stack = node;
}

static struct tree_node *pop(struct os_walk *walk) {
    struct tree_node *node = walk->stack;
    if (node)
        walk->stack = listing_of(node)->next_visit;
    return node;
}

/* Puts the children that can be entered on the stack, and leaves the links in `children`. */
static void push_children(struct os_walk *walk, struct tree_node *node, bool pruned) {
    struct listing *listing = listing_of(node);
    for (size_t i = listing->count; i-- > 0;) {
        struct tree_node *child = listing->children[i];
        if (child->unopened)
            continue;
        listing_of(child)->pruned = pruned;
        push(walk, child);
        listing->children[i] = NULL;
    }
}

static bool unchanged(const struct listing *listing) {
    for (size_t i = 0; i < listing->count; i++)
        if (listing->dirnames[i] != listing->children[i]->name)
            return false;
    return !listing->dirnames[listing->count];
}

static int by_name_address(const void *a, const void *b) {
    const struct tree_node *const *x = a, *const *y = b;
    return (x[0]->name > y[0]->name) - (x[0]->name < y[0]->name);
}

/* The child of that very name, the caller's edits apart: an index, or `count`. */
static size_t find_child(const struct listing *listing, const char *name) {
    size_t low = 0, high = listing->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (listing->children[middle]->name < name)
            low = middle + 1;
        else
            high = middle;
    }
    return low < listing->count && listing->children[low]->name == name ? low : listing->count;
}

/* A name that the caller has added. */
static int push_added(struct os_walk *walk, struct tree_node *node, const char *name) {
    struct tree_node *child = tree_pull_child(walk->tree, node, name);
    if (!child)
        return -ENOMEM;
    child->link = walk->options.follow_links;
    push(walk, child);
    return 0;
}

/* The caller has changed the list of directories: the walk goes where it says now. */
static int push_edited(struct os_walk *walk, struct tree_node *node) {
    struct listing *listing = listing_of(node);
    size_t named = 0;
    qsort(listing->children, listing->count, sizeof *listing->children, by_name_address);
    while (listing->dirnames[named])
        named++;
    for (size_t i = 0; i < listing->count; i++)
        listing_of(listing->children[i])->pruned = true;
    int r = 0;
    for (size_t i = named; i-- > 0 && r >= 0;) {
        size_t found = find_child(listing, listing->dirnames[i]);
        struct tree_node *child = found < listing->count ? listing->children[found] : NULL;
        if (!child)
            r = push_added(walk, node, listing->dirnames[i]);
        else if (!child->unopened && listing_of(child)->pruned)
            push(walk, child);
        if (child)
            listing_of(child)->pruned = false;
    }
    for (size_t i = 0; i < listing->count; i++) {
        struct tree_node *child = listing->children[i];
        if (child->unopened)
            continue;
        if (listing_of(child)->pruned)
            push(walk, child);
        listing->children[i] = NULL;
    }
    return r;
}

/* The entry that was given out is done with. */
static int leave_current(struct os_walk *walk) {
    struct tree_node *node = walk->current;
    int r = 0;
    if (!node)
        return 0;
    struct listing *listing = listing_of(node);
    if (walk->pinned)
        tree_unpin(walk->tree, node);
    if (!walk->options.bottom_up && !listing->error) {
        listing->dirnames = walk->entry.dirnames;
        if (unchanged(listing))
            push_children(walk, node, /* pruned= */ false);
        else
            r = push_edited(walk, node);
    }
    walk->current = NULL;
    walk->pinned = false;
    tree_pull_done(walk->tree, node);
    return r;
}

/* A node that is not wanted: with it goes what was read ahead below it. */
static void discard(struct os_walk *walk, struct tree_node *node) {
    if (!tree_pull_skip(walk->tree, node))
        return;
    push_children(walk, node, /* pruned= */ true);
    tree_pull_done(walk->tree, node);
}

/* Makes `path` that of the node; it is that of a directory below the same parent before. */
static int enter_path(struct os_walk *walk, struct tree_node *node) {
    struct str *path = &walk->path;
    struct listing *listing = listing_of(node);
    if (node->parent) {
        listing->path_start = listing_of(node->parent)->path_start;
        str_truncate(path, listing_of(node->parent)->path_size);
        if (node->name[0] == '/') { /* added by the caller: as os.path.join has it */
            str_append_char(path, '\0');
            listing->path_start = path->size;
        } else if (path->size && path->data[path->size - 1] != '/') {
            str_append_char(path, '/');
        }
        str_append_text(path, node->name);
    }
    listing->path_size = path->size;
    return path->failed ? -ENOMEM : 0;
}

/* The node ends with the next call, and nothing below it is visited. */
static int give_up(struct os_walk *walk, struct tree_node *node, int r) {
    if (walk->options.bottom_up && !listing_of(node)->leaving)
        push_children(walk, node, /* pruned= */ true);
    walk->current = node;
    walk->entry = (struct os_walk_entry){.dirnames = walk->nothing, .filenames = walk->nothing};
    return r;
}

/* Gives out the node: 1 or −errno. */
static int give(struct os_walk *walk, struct tree_node *node) {
    struct listing *listing = listing_of(node);
    if (walk->fds && !listing->error) {
        int r = tree_pin(walk->tree, node);
        if (r < 0)
            return give_up(walk, node, r);
        walk->pinned = true;
        SYS(lseek, node->fd[0], 0, SEEK_SET); /* so that the caller can read it, too */
    }
    walk->current = node;
    walk->entry = (struct os_walk_entry){
        .dirpath = walk->path.data + listing->path_start,
        .dirnames = listing->error ? walk->nothing : listing->dirnames,
        .filenames = listing->error ? walk->nothing : listing->filenames,
        .dir_fd = walk->pinned ? node->fd[0] : -1,
        .error = -listing->error,
    };
    return 1;
}

/* A node off the stack: 1 when it is given out, 0 when the walk goes on, or −errno. */
static int visit(struct os_walk *walk, struct tree_node *node) {
    struct listing *listing = listing_of(node);
    if (listing->leaving) {
        str_truncate(&walk->path, listing->path_size);
        return give(walk, node);
    }
    if (listing->pruned) {
        discard(walk, node);
        return 0;
    }
    tree_pull(walk->tree, node);
    int r = enter_path(walk, node);
    if (listing->error == -ENOMEM && !walk->options.errors && r >= 0)
        r = -ENOMEM; /* Python leaves out what can't be read, but not where memory ran out */
    if (r < 0 || (listing->error && !walk->options.errors))
        return give_up(walk, node, r);
    if (!walk->options.bottom_up || listing->error)
        return give(walk, node);
    listing->leaving = true;
    push(walk, node);
    push_children(walk, node, /* pruned= */ false);
    return 0;
}

static int walk_next(struct os_walk *walk) {
    for (;;) {
        int r = leave_current(walk);
        if (r < 0)
            return r;
        struct tree_node *node = pop(walk);
        if (!node)
            return 0;
        r = visit(walk, node);
        if (r)
            return r;
    }
}

struct os_walk_entry *os_walk_next(struct os_walk *walk) {
    UNCANCELLED;
    int r = walk ? walk_next(walk) : 0;
    if (r == 0)
        errno = 0;
    if (r < 0)
        error_fail(r, walk->fds ? "fwalk" : "walk", walk->path.data, NULL);
    return r > 0 ? &walk->entry : NULL;
}

void os_walk_prune(struct os_walk *walk) {
    UNCANCELLED;
    if (walk->current && !listing_of(walk->current)->error)
        walk->entry.dirnames[0] = NULL;
}

/* -------------------------------------------------------------------- beginning and end */

static int walk_new(const char *path, const struct os_walk_options *given, bool fds,
                    struct os_walk **ret_walk) {
    AUTO_FREE struct os_walk *walk = mem_zalloc(sizeof *walk);
    if (!walk)
        return -ENOMEM;
    int r = options_copy(&walk->options, sizeof walk->options, given);
    if (r < 0)
        return r;
    int threads = walk->options.threads;
    walk->fds = fds;
    const struct tree_options tree_options = {
        .client = fds && walk->options.bottom_up ? &walk_keeping_client : &walk_client,
        .data = walk,
        .sides = 1,
        .one_file_system = walk->options.one_file_system,
        .threads = fds || threads == 0 ? 1
                   : threads < 0       ? 0
                                       : threads,
    };
    str_append_text(&walk->path, path);
    r = walk->path.failed ? -ENOMEM : tree_new(&tree_options, &walk->tree);
    if (r < 0) {
        str_free(&walk->path);
        return r;
    }
    *ret_walk = TAKE_POINTER(walk);
    return 0;
}

/* Begins with a descriptor, or with the −errno of opening it. */
static int begin_at(struct os_walk *walk, int fd) {
    struct tree_node *root;
    int r = tree_pull_root(walk->tree, fd, &root);
    if (r < 0)
        return r;
    push(walk, root);
    return 0;
}

static int walk_begin(const char *path, const struct os_walk_options *given,
                      struct os_walk **ret_walk) {
    struct os_walk *walk;
    int r = walk_new(path, given, /* fds= */ false, &walk);
    if (r < 0)
        return r;
    int fd = SYS(open, path, DIR_OPEN);
    r = fd == -ENOMEM ? fd : begin_at(walk, fd);
    if (r < 0) {
        seam_close_quietly(fd);
        os_walk_close(walk);
        return r;
    }
    *ret_walk = walk;
    return 0;
}

/* Why a top could not be opened without following links: 0 if it is there and no directory. */
static int no_directory(int dir_fd, const char *path, int error) {
    struct stat st;
    if (error != -ENOTDIR && error != -ELOOP)
        return error;
    int r = SYS(fstatat, dir_fd, path, &st, 0);
    return r < 0 ? r : 0;
}

/* A top that can't be opened fails the call; one that is no directory has nothing to walk. */
static int fwalk_begin(int dir_fd, const char *path, const struct os_walk_options *given,
                       struct os_walk **ret_walk) {
    struct os_walk *walk;
    int r = walk_new(path, given, /* fds= */ true, &walk);
    if (r < 0)
        return r;
    int flags = DIR_OPEN | (walk->options.follow_links ? 0 : O_NOFOLLOW);
    int fd = SYS(openat, dir_fd, path, flags);
    if (fd >= 0)
        r = begin_at(walk, fd);
    else
        r = walk->options.follow_links ? fd : no_directory(dir_fd, path, fd);
    if (r < 0) {
        seam_close_quietly(fd);
        os_walk_close(walk);
        return r;
    }
    *ret_walk = walk;
    return 0;
}

struct os_walk *os_walk(const char *path, const struct os_walk_options *options) {
    UNCANCELLED;
    struct os_walk *walk = NULL;
    int r = walk_begin(path, options, &walk);
    return PUBLIC_POINTER(r, walk, "walk", path, NULL);
}

struct os_walk *os_fwalk(int dir_fd, const char *path, const struct os_walk_options *options) {
    UNCANCELLED;
    struct os_walk *walk = NULL;
    int r = fwalk_begin(dir_fd, path, options, &walk);
    return PUBLIC_POINTER(r, walk, "fwalk", path, NULL);
}

struct os_walk *os_walk_close(struct os_walk *walk) {
    UNCANCELLED;
    if (!walk)
        return NULL;
    int saved = errno;
    tree_pull_stop(walk->tree);
    struct tree_node *node;
    while (leave_current(walk), (node = pop(walk))) {
        if (listing_of(node)->leaving)
            tree_pull_done(walk->tree, node);
        else
            discard(walk, node);
    }
    tree_free(walk->tree);
    str_free(&walk->path);
    free(walk);
    errno = saved;
    return NULL;
}
