/* SPDX-License-Identifier: MIT */
/** os.walk and os.fwalk: the traversal as something that is pulled, in Python's order. */
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "tree/job.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    MOST_AHEAD = 512, /* directories read ahead; then the helpers rest until there are only … */
    FEW_AHEAD = 384,
    MOST_COPIED = 256 * 1024, /* names of more bytes than these stay where they were gathered */
    ALIGNMENT = sizeof(uint64_t),
    MOST_RECORDS = DIR_BUFFER / sizeof(struct dir_record) + 1, /* and the end of a list */
};

/* What a node holds of its directory. */
struct listing {
    struct tree_node *next_visit; /* on the stack of what is to be visited */
    struct tree_node **children;  /* one for each of dirnames, in one block with them */
    size_t count;
    char **dirnames, **filenames;
    char *text; /* of the files, where it has a block of its own; so have `filenames` then */
    size_t path_start, path_size; /* in the walk's `path` */
    int error;
    atomic_bool ready; /* the rest is there, for the thread that began */
    bool leaving;      /* bottom-up: those below were visited */
    bool pruned;
    bool ahead;  /* read before it was asked for */
    bool helped; /* … by a helper, whose memory it is */
};

/* Where a thread gathers names before their number is known. Directories are read into the room
 * behind the text, and their names are moved up to it. */
struct scratch {
    char *text; /* of the files, as they come: with what follows their NULs in the records */
    size_t size, room;
    size_t *offsets; /* where in `text` each begins */
    size_t files, most_files;
    struct tree_node **children;
    size_t dirs, most_dirs;
};

struct os_walk {
    struct tree tree;
    struct tree_worker worker;
    struct os_walk_options options;
    bool fds;                  /* os_fwalk */
    struct tree_node *stack;   /* to be visited next */
    struct tree_node *current; /* the one that was given out */
    bool pinned;
    struct str path;
    struct os_walk_entry entry;
    char *nothing[1];
};

static struct listing *listing_of(struct tree_node *node) {
    return (struct listing *)node->extra;
}

/* ------------------------------------------------------------------ reading a directory */

/* Whether the entry counts as a directory: links to directories do, here as in Python. */
static bool is_directory(const struct os_walk *walk, const struct tree_node *node, const char *name,
                         int type) {
    struct stat st;
    if (type == DT_LNK)
        return !walk->options.links_as_files && SYS(fstatat, node->fd[0], name, &st, 0) >= 0 &&
               S_ISDIR(st.st_mode);
    return type == DT_DIR;
}

static int add_directory(struct tree_worker *w, struct tree_node *node, const char *name,
                         bool link) {
    struct os_walk *walk = w->tree->data;
    struct scratch *scratch = w->local;
    bool entered = !link || walk->options.follow_links;
    struct tree_node *child = entered ? tree_found(w, node, name) : tree_child(w->tree, node, name);
    if (!child)
        return -ENOMEM;
    child->link = link;
    child->unopened = !entered;
    child->helped = w != w->tree->main;
    scratch->children[scratch->dirs++] = child;
    return 0;
}

/* The block, or a larger one of at least `need` units; NULL without memory. */
static void *grown(void *block, size_t *room, size_t need, size_t unit) {
    if (need <= *room)
        return block;
    size_t more = *room * 2 > need ? *room * 2 : need;
    void *larger = more < SIZE_MAX / unit ? mem_realloc(block, more * unit) : NULL;
    if (larger)
        *room = more;
    return larger;
}

/* Makes room for what one call of the kernel may give. */
static int make_room(struct scratch *scratch) {
    scratch->size = (scratch->size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    size_t size = scratch->size + DIR_BUFFER + ALIGNMENT;
    char *text = grown(scratch->text, &scratch->room, size, 1);
    if (!text)
        return -ENOMEM;
    scratch->text = text;
    size_t files = scratch->files + MOST_RECORDS, dirs = scratch->dirs + MOST_RECORDS;
    size_t *offsets = grown(scratch->offsets, &scratch->most_files, files, sizeof *offsets);
    if (!offsets)
        return -ENOMEM;
    scratch->offsets = offsets;
    struct tree_node **children =
        grown(scratch->children, &scratch->most_dirs, dirs, sizeof(struct tree_node *));
    if (!children)
        return -ENOMEM;
    scratch->children = children;
    return 0;
}

/* Moves a name up to the text, by words: what is behind it moves too, into its own record. */
static inline void add_file(struct scratch *scratch, const struct dir_record *record) {
    size_t room = record->size - offsetof(struct dir_record, name);
    char *to = scratch->text + scratch->size;
    const char *from = record->name;
    scratch->offsets[scratch->files++] = scratch->size;
    scratch->size += room;
    for (size_t i = 0; i < room; i += ALIGNMENT) {
        uint64_t word;
        memcpy(&word, from + i, sizeof word);
        memcpy(to + i, &word, sizeof word);
    }
}

/* Bottom-up, the names of directories are shown after their nodes are gone: they need a copy. */
static size_t size_of_copies(const struct scratch *scratch) {
    size_t size = 0;
    for (size_t i = 0; i < scratch->dirs; i++)
        size += strlen(scratch->children[i]->name) + 1;
    return size;
}

/* Fills the list of directories; `copies` is where their names go to, or NULL. */
static void list_directories(struct listing *listing, const struct scratch *scratch, char *copies) {
    if (listing->count)
        memcpy(listing->children, scratch->children, listing->count * sizeof *listing->children);
    for (size_t i = 0; i < listing->count; i++) {
        char *name = listing->children[i]->name;
        listing->dirnames[i] = copies ? copies : name;
        if (copies)
            copies = stpcpy(copies, name) + 1;
    }
    listing->dirnames[listing->count] = NULL;
}

/* Turns offsets into pointers, in place if `filenames` is where they are. */
static void list_files(char **filenames, char *text, const size_t *offsets, size_t files) {
    for (size_t i = 0; i < files; i++)
        filenames[i] = text + offsets[i];
    filenames[files] = NULL;
}

/* Makes the lists out of what was gathered: in one block, unless so much was gathered that it had
 * better stay where it is. */
static int make_lists(struct listing *listing, struct scratch *scratch, bool copies) {
    size_t dirs = scratch->dirs;
    const size_t *offsets = scratch->offsets;
    bool stays = scratch->size > MOST_COPIED;
    size_t pointers = 2 * dirs + 1 + (stays ? 0 : scratch->files + 1);
    size_t text_size = stays ? 0 : scratch->size;
    size_t copies_size = copies ? size_of_copies(scratch) : 0;
    char **block = mem_alloc(pointers * sizeof *block + text_size + copies_size);
    if (!block)
        return -ENOMEM;
    char *text = (char *)(block + pointers);
    listing->children = (struct tree_node **)(void *)block;
    listing->count = dirs;
    listing->dirnames = block + dirs;
    list_directories(listing, scratch, copies ? text + text_size : NULL);
    if (stays) {
        text = listing->text = TAKE_POINTER(scratch->text);
        listing->filenames = (char **)(void *)TAKE_POINTER(scratch->offsets);
        scratch->room = scratch->most_files = 0;
    } else {
        listing->filenames = listing->dirnames + dirs + 1;
        if (text_size)
            memcpy(text, scratch->text, text_size);
    }
    list_files(listing->filenames, text, offsets, scratch->files);
    return 0;
}

/* Forgets children that were found in a directory which then could not be read to its end. */
static void drop_found(struct tree_worker *w, struct scratch *scratch) {
    for (size_t i = 0; i < scratch->dirs; i++)
        free(scratch->children[i]);
    w->found = NULL;
    w->last = &w->found;
    w->count = 0;
}

/* Tells directories and files apart in what the kernel gave. */
static int sort_out(struct tree_worker *w, struct tree_node *node, const struct dir *d) {
    struct os_walk *walk = w->tree->data;
    struct scratch *scratch = w->local;
    int r = 0;
    for (unsigned i = 0; i < d->filled && r >= 0;) {
        struct dir_record *record = (struct dir_record *)(void *)(d->buffer + i);
        i += record->size;
        if (dir_is_dot(record->name))
            continue;
        int type = record->type != DT_UNKNOWN ? record->type : dir_type(d->fd, record->name);
        if (is_directory(walk, node, record->name, type))
            r = add_directory(w, node, record->name, type == DT_LNK);
        else
            add_file(scratch, record);
    }
    return r;
}

static int read_names(struct tree_worker *w, struct tree_node *node) {
    struct os_walk *walk = w->tree->data;
    struct scratch *scratch = w->local;
    struct dir d;
    int r;
    do {
        r = make_room(scratch);
        if (r < 0)
            break;
        dir_start(&d, node->fd[0], scratch->text + scratch->size, DIR_BUFFER);
        r = dir_fill(&d);
        if (r > 0)
            r = sort_out(w, node, &d);
    } while (r >= 0 && d.filled);
    return r < 0 ? r : make_lists(listing_of(node), scratch, walk->options.bottom_up);
}

/* Following links, the walk must not come back to where it is. */
static int refuse_loop(struct tree_node *node) {
    struct stat st;
    int r = SYS(fstat, node->fd[0], &st);
    if (r < 0)
        return r;
    node->identity[0] = (struct tree_identity){st.st_dev, st.st_ino};
    node->identified = true;
    for (struct tree_node *n = node->parent; n; n = n->parent)
        if (n->identity[0].dev == st.st_dev && n->identity[0].ino == st.st_ino)
            return -ELOOP;
    return 0;
}

/* Opens a node, its parent being pinned, and reads it: what comes of it is in its listing. */
static void read_node(struct tree_worker *w, struct tree_node *node) {
    struct tree *t = w->tree;
    struct os_walk *walk = t->data;
    struct listing *listing = listing_of(node);
    struct scratch *scratch = w->local;
    scratch->size = scratch->files = scratch->dirs = 0;
    w->found = NULL;
    w->last = &w->found;
    w->count = 0;
    tree_reads(w);
    int r = node->error ? node->error : tree_open(t, node);
    if (r >= 0 && walk->options.follow_links)
        r = refuse_loop(node);
    if (r >= 0)
        r = read_names(w, node);
    if (r < 0) {
        drop_found(w, scratch);
        listing->error = r;
    }
    /* The root stays open: the caller may add names to a directory that has none. */
    if (node->parent && (r < 0 || (w->count == 0 && !walk->fds)))
        tree_close(node);
    tree_has_read(w);
}

/* The node is ready; what was found in it takes its place in the list of what may be read ahead:
 * that is in the order in which it will be asked for. */
static void publish(struct tree_worker *w, struct tree_node *node, bool ahead) {
    struct tree *t = w->tree;
    struct listing *listing = listing_of(node);
    tree_lock(t);
    if (node->parent) {
        tree_release(t, node->parent);
        node->parent->waiting--;
    }
    node->unfinished++; /* until it was visited */
    if (w->count) {
        tree_register(t, node, w->count);
        if (t->threads != 1)
            tree_list(t, node, w->found, w->last);
        if (t->ahead < t->most_ahead)
            tree_wake(t, w->count);
    }
    tree_unlist(t, node);
    listing->ahead = ahead;
    listing->helped = w != t->main;
    atomic_fetch_add_explicit(&t->ahead, ahead, memory_order_relaxed);
    atomic_store_explicit(&listing->ready, true, memory_order_release);
    tree_arrived(t, node);
    tree_unlock(t);
}

/* A helper's turn: the node was taken from the list, its parent is pinned. */
static void read_ahead(struct tree_worker *w, struct tree_node *node) {
    read_node(w, node);
    publish(w, node, /* ahead= */ true);
}

static void forget(struct tree_worker *w, struct tree_node *node) {
    struct listing *listing = listing_of(node);
    for (size_t i = 0; i < listing->count; i++)
        if (listing->children[i]) /* links that were not entered */
            tree_free(w, listing->children[i], listing->helped);
    if (listing->text)
        tree_free(w, listing->filenames, listing->helped);
    tree_free(w, listing->text, listing->helped);
    tree_free(w, listing->children, listing->helped);
}

static void merge(struct tree_worker *w) {
    struct scratch *scratch = w->local;
    free(scratch->text);
    free(scratch->offsets);
    free(scratch->children);
}

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
    struct tree_node *child = tree_child(&walk->tree, node, name);
    if (!child)
        return -ENOMEM;
    child->link = walk->options.follow_links;
    tree_lock(&walk->tree);
    node->waiting++;
    node->unfinished++;
    node->spread = true;
    tree_unlock(&walk->tree);
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
    if (walk->pinned) {
        tree_lock(&walk->tree);
        tree_release(&walk->tree, node);
        tree_unlock(&walk->tree);
    }
    if (!walk->options.bottom_up && !listing->error) {
        listing->dirnames = walk->entry.dirnames;
        if (unchanged(listing))
            push_children(walk, node, /* pruned= */ false);
        else
            r = push_edited(walk, node);
    }
    walk->current = NULL;
    walk->pinned = false;
    tree_drop(&walk->worker, node);
    return r;
}

/* Pins what the node is opened from; where that can't be had, the node has `error`. */
static void take(struct tree *t, struct tree_node *node) {
    node->taken = true;
    int r = node->parent ? tree_acquire(t, node->parent, NULL) : 0;
    if (r < 0) {
        node->parent->pins++;
        node->error = r;
    }
}

static bool is_ready(const struct listing *listing) {
    return atomic_load_explicit(&listing->ready, memory_order_acquire);
}

/* While a helper reads the node, reads something else ahead. */
static void wait_until_ready(struct os_walk *walk, struct tree_node *node) {
    struct tree *t = &walk->tree;
    while (!is_ready(listing_of(node))) {
        struct tree_node *other = t->ahead < t->most_ahead ? tree_next(t) : NULL;
        if (!other || other->parent->fd[0] < 0) {
            tree_await(t, node);
            continue;
        }
        take(t, other);
        tree_unlock(t);
        read_ahead(&walk->worker, other);
        tree_lock(t);
    }
}

/* A node that is ready is asked for: helpers that rest go on when there are only few more. */
static void consume(struct tree *t, struct tree_node *node) {
    if (!listing_of(node)->ahead ||
        atomic_fetch_sub_explicit(&t->ahead, 1, memory_order_relaxed) != FEW_AHEAD)
        return;
    tree_lock(t);
    tree_wake(t, t->idle);
    tree_unlock(t);
}

/* Reads the node, unless a helper did. */
static void ensure_read(struct os_walk *walk, struct tree_node *node) {
    struct tree *t = &walk->tree;
    bool mine = false;
    if (!is_ready(listing_of(node))) { /* mostly it is, and then there is no need for the lock */
        tree_lock(t);
        mine = !node->taken;
        if (mine)
            take(t, node);
        else
            wait_until_ready(walk, node);
        tree_unlock(t);
    }
    if (mine) {
        read_node(&walk->worker, node);
        publish(&walk->worker, node, /* ahead= */ false);
        tree_call_helpers(&walk->worker);
    }
    consume(t, node);
}

/* A node that is not wanted: with it goes what was read ahead below it. */
static void discard(struct os_walk *walk, struct tree_node *node) {
    struct tree *t = &walk->tree;
    tree_lock(t);
    bool unread = !node->taken;
    if (unread) {
        tree_unlist(t, node);
        node->unopened = true;
        if (node->parent)
            node->parent->waiting--;
    } else {
        wait_until_ready(walk, node);
    }
    tree_unlock(t);
    if (unread) {
        tree_finish(&walk->worker, node);
        return;
    }
    consume(t, node);
    push_children(walk, node, /* pruned= */ true);
    tree_drop(&walk->worker, node);
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
        int r = tree_acquire(&walk->tree, node, NULL);
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
    ensure_read(walk, node);
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
    int r = walk ? walk_next(walk) : 0;
    if (r == 0)
        errno = 0;
    if (r < 0)
        error_fail(r, walk->fds ? "fwalk" : "walk", walk->path.data, NULL);
    return r > 0 ? &walk->entry : NULL;
}

void os_walk_prune(struct os_walk *walk) {
    if (walk->current && !listing_of(walk->current)->error)
        walk->entry.dirnames[0] = NULL;
}

/* -------------------------------------------------------------------- beginning and end */

static const struct tree_client walk_client = {
    .extra = sizeof(struct listing),
    .local_size = sizeof(struct scratch),
    .read = read_ahead,
    .forget = forget,
    .merge = merge,
};

/* Bottom-up, a directory is needed once more after those below it. */
static const struct tree_client keeping_client = {
    .extra = sizeof(struct listing),
    .local_size = sizeof(struct scratch),
    .keeps = true,
    .read = read_ahead,
    .forget = forget,
    .merge = merge,
};

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
    walk->tree = (struct tree){
        .client = fds && walk->options.bottom_up ? &keeping_client : &walk_client,
        .data = walk,
        .sides = 1,
        .one_file_system = walk->options.one_file_system,
        .threads = fds || threads == 0 ? 1
                   : threads < 0       ? 0
                                       : threads,
        .pulled = true,
        .most_ahead = MOST_AHEAD,
    };
    str_append_text(&walk->path, path);
    r = walk->path.failed ? -ENOMEM : tree_begin(&walk->tree, &walk->worker);
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
    int r = tree_root(&walk->tree, (int[TREE_SIDES]){fd < 0 ? -1 : fd, -1}, &root);
    if (r < 0)
        return r;
    root->error = fd < 0 ? fd : 0;
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
    struct os_walk *walk = NULL;
    int r = walk_begin(path, options, &walk);
    return PUBLIC_POINTER(r, walk, "walk", path, NULL);
}

struct os_walk *os_fwalk(int dir_fd, const char *path, const struct os_walk_options *options) {
    struct os_walk *walk = NULL;
    int r = fwalk_begin(dir_fd, path, options, &walk);
    return PUBLIC_POINTER(r, walk, "fwalk", path, NULL);
}

struct os_walk *os_walk_close(struct os_walk *walk) {
    if (!walk)
        return NULL;
    int saved = errno;
    tree_stop(&walk->tree, 0);
    tree_dismiss(&walk->tree);
    struct tree_node *node;
    while (leave_current(walk), (node = pop(walk))) {
        if (listing_of(node)->leaving)
            tree_drop(&walk->worker, node);
        else
            discard(walk, node);
    }
    merge(&walk->worker);
    tree_end(&walk->tree, &walk->worker);
    str_free(&walk->path);
    free(walk);
    errno = saved;
    return NULL;
}
