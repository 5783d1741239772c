/* SPDX-License-Identifier: MIT */
/** A directory read for os.walk: its names, told apart, in one block. */
#include "base/array.h"
#include "base/seam.h"
#include "tree/walk.h"

#include <fcntl.h>
#include <string.h>

enum {
    MOST_COPIED = 256 * 1024, /* names of more bytes than these stay where they were gathered */
    ALIGNMENT = sizeof(uint64_t),
    MOST_RECORDS = DIR_BUFFER / sizeof(struct dir_record) + 1, /* and the end of a list */
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
    struct os_walk *walk = w->data;
    struct scratch *scratch = w->local;
    bool entered = !link || walk->options.follow_links;
    struct tree_node *child =
        entered ? tree_add_child(w, node, name) : tree_name_child(w, node, name);
    if (!child)
        return -ENOMEM;
    child->link = link;
    child->unopened = !entered;
    scratch->children[scratch->dirs++] = child;
    return 0;
}

/* Makes room for what one call of the kernel may give. */
static int make_room(struct scratch *scratch) {
    scratch->size = (scratch->size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    size_t size = scratch->size + DIR_BUFFER + ALIGNMENT;
    size_t files = scratch->files + MOST_RECORDS, dirs = scratch->dirs + MOST_RECORDS;
    int r = ARRAY_ROOM(scratch->text, scratch->room, size, 0);
    if (r >= 0)
        r = ARRAY_ROOM(scratch->offsets, scratch->most_files, files, 0);
    if (r >= 0)
        r = ARRAY_ROOM(scratch->children, scratch->most_dirs, dirs, 0);
    return r;
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

/* Links that are not entered are in no list of the engine's. */
static void forget_links(struct tree_worker *w, const struct scratch *scratch) {
    for (size_t i = 0; i < scratch->dirs; i++)
        if (scratch->children[i]->unopened)
            tree_forget_child(w, scratch->children[i]);
}

/* Tells directories and files apart in what the kernel gave. */
static int sort_out(struct tree_worker *w, struct tree_node *node, const struct dir *d) {
    struct os_walk *walk = w->data;
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
    struct os_walk *walk = w->data;
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

static int read_directory(struct tree_worker *w, struct tree_node *node, int r) {
    struct os_walk *walk = w->data;
    struct scratch *scratch = w->local;
    scratch->size = scratch->files = scratch->dirs = 0;
    if (r >= 0 && walk->options.follow_links)
        r = tree_refuse_loop(w->tree, node);
    if (r >= 0)
        r = read_names(w, node);
    if (r < 0) {
        forget_links(w, scratch);
        listing_of(node)->error = r;
    }
    return r < 0 ? r : walk->fds ? TREE_KEEP : 0;
}

static void forget(struct tree_worker *w, struct tree_node *node) {
    struct listing *listing = listing_of(node);
    for (size_t i = 0; i < listing->count; i++)
        if (listing->children[i]) /* links that were not entered */
            tree_forget_child(w, listing->children[i]);
    if (listing->text)
        tree_free_read(w, node, listing->filenames);
    tree_free_read(w, node, listing->text);
    tree_free_read(w, node, listing->children);
}

static void ended(struct tree_worker *w) {
    struct scratch *scratch = w->local;
    free(scratch->text);
    free(scratch->offsets);
    free(scratch->children);
}

const struct tree_client walk_client = {
    .extra = sizeof(struct listing),
    .local_size = sizeof(struct scratch),
    .read = read_directory,
    .forget = forget,
    .ended = ended,
};

const struct tree_client walk_keeping_client = {
    .extra = sizeof(struct listing),
    .local_size = sizeof(struct scratch),
    .keeps = true,
    .read = read_directory,
    .forget = forget,
    .ended = ended,
};
