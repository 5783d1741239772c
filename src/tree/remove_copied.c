/* SPDX-License-Identifier: MIT */
/** The second half of a move to another file system: the original goes, and nothing else.
 *
 *  Between a look at a name and its removal somebody may put something else there. So a name is
 *  first changed to one that nobody knows, then looked at again, and what turns out not to be what
 *  was copied is put back. The top of a tree is renamed before all else: by their paths nobody
 *  comes to what is in it any more.
 */
#include "tree/remove_copied.h"

#include "base/kernel.h"
#include "base/seam.h"
#include "fs/at.h"
#include "tree/job.h"

#include <fcntl.h>
#include <osier/files.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = BESIDE_SIZE + 16 };

struct removal {
    struct job job;
    const struct copied *set;
    char prefix[BESIDE_SIZE]; /* of the names that nobody knows; that of the top */
    atomic_uint count;
    bool kept; /* something stays, and was told of */
};

/* What a directory's node remembers. */
struct state {
    _Atomic unsigned kept; /* entries that stay */
};

static struct removal *removal_of(struct tree_worker *w) {
    return (struct removal *)job_of(w);
}

static struct state *state_of(struct tree_node *node) {
    return (struct state *)node->extra;
}

/* ----------------------------------------------------------------------------- one name */

/* Renames what was copied to a name that nobody knows: 0; −ENOENT where nothing is; −EBUSY, and it
 * has its name, where that is something else; or another −errno. */
static int hide(int dir, const char *name, const char *hidden, const struct copied *set,
                struct stat *ret_st) {
    struct stat before;
    int r = SYS(fstatat, dir, name, &before, AT_SYMLINK_NOFOLLOW);
    if (r >= 0 && !copied_has(set, &before))
        r = -EBUSY;
    if (r >= 0)
        r = SYS(renameat, dir, name, dir, hidden);
    if (r < 0)
        return r;
    r = SYS(fstatat, dir, hidden, ret_st, AT_SYMLINK_NOFOLLOW);
    if (r >= 0 && copied_same(&before, ret_st))
        return 0;
    at_rename_new(dir, hidden, dir, name); /* unless somebody else has it by now */
    return r < 0 ? r : -EBUSY;
}

/* Removes what was copied, and nothing else: 0, also where it is gone, or −errno. */
static int take_away(int dir, const char *name, const char *hidden, const struct copied *set) {
    struct stat st;
    int r = hide(dir, name, hidden, set, &st);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    r = SYS(unlinkat, dir, hidden, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
    if (r < 0)
        at_rename_new(dir, hidden, dir, name); /* unless somebody else has it by now */
    return r == -ENOTEMPTY || r == -EEXIST ? -EBUSY : r;
}

int remove_copied_file(const struct original_place *place, const struct copied *set) {
    char hidden[BESIDE_SIZE];
    beside_name(hidden);
    return take_away(place->dir, place->name, hidden, set);
}

/* -------------------------------------------------------------------------- the client */

static int keep(struct tree_worker *w, struct tree_node *node, const char *name, int r) {
    atomic_fetch_add_explicit(&state_of(node)->kept, 1, memory_order_relaxed);
    return job_failed(job_of(w), node, name, "move", r);
}

static int take_away_entry(struct tree_worker *w, struct tree_node *node, const char *name) {
    struct removal *removal = removal_of(w);
    char hidden[NAME_SIZE];
    unsigned number = atomic_fetch_add_explicit(&removal->count, 1, memory_order_relaxed);
    snprintf(hidden, sizeof hidden, "%s-%u", removal->prefix, number);
    int r = take_away(node->fd[0], name, hidden, removal->set);
    if (r >= 0)
        return 0;
    struct stat st; /* somebody may have taken the name meanwhile */
    bool stays = SYS(fstatat, node->fd[0], hidden, &st, AT_SYMLINK_NOFOLLOW) >= 0;
    return keep(w, node, stays ? hidden : name, r);
}

static int entry(struct tree_worker *w, struct tree_node *node, const struct dir_entry *e) {
    const char *prefix = removal_of(w)->prefix;
    if (strncmp(e->name, prefix, strlen(prefix)) == 0)
        return 0; /* another thread's, or what could not be put back */
    return tree_type(node, e) == DT_DIR ? TREE_DESCEND : take_away_entry(w, node, e->name);
}

/* A directory that was not copied is not looked into. */
static int pre(struct tree_worker *w, struct tree_node *node) {
    struct stat st;
    int r = SYS(fstat, node->fd[0], &st);
    if (r >= 0 && !copied_has(removal_of(w)->set, &st))
        r = -EBUSY;
    if (r >= 0)
        return 0;
    state_of(node)->kept++;
    r = job_failed(job_of(w), node, NULL, "move", r);
    return r < 0 ? r : TREE_SKIP;
}

static int failed(struct tree_worker *w, struct tree_node *node, const char *name,
                  const char *operation, int error) {
    if (!name && node->unopened && error == -ENOENT && node->parent)
        return 0;
    state_of(node)->kept++;
    return job_failed(job_of(w), node, name, operation, error);
}

/* The directory itself, if nothing has stayed in it. */
static int closed(struct tree_worker *w, struct tree_node *node) {
    struct tree_node *parent = node->parent;
    unsigned kept = state_of(node)->kept;
    if (!parent)
        removal_of(w)->kept = kept;
    if (!parent)
        return 0;
    if (kept) {
        state_of(parent)->kept += kept;
        return 0;
    }
    if (parent->fd[0] < 0)
        return keep(w, parent, node->name, parent->error);
    return take_away_entry(w, parent, node->name);
}

static const struct tree_client client = {
    .extra = sizeof(struct state),
    .keeps = true,
    .pre = pre,
    .entry = entry,
    .closed = closed,
    .failed = failed,
};

/* ---------------------------------------------------------------------------- the tree */

/* The path of the top while it has another name, or NULL without memory. */
static char *hidden_path(const struct original_place *place, const char *hidden) {
    AUTO_STR path = STR_INIT;
    char *text = NULL;
    size_t size = strlen(place->path);
    while (size > 1 && place->path[size - 1] == '/')
        size--;
    while (size > 0 && place->path[size - 1] != '/')
        size--;
    str_append(&path, place->path, size);
    str_append_text(&path, hidden);
    return str_take(&path, &text) < 0 ? NULL : text;
}

/* The top, emptied or not: it goes, or gets its name back. */
static int end_top(struct removal *removal, const struct original_place *place, int r) {
    int gone = SYS(unlinkat, place->dir, removal->prefix, AT_REMOVEDIR);
    if (gone >= 0)
        return r;
    int back = at_rename_new(place->dir, removal->prefix, place->dir, place->name);
    if (back >= 0 && removal->kept)
        return r;
    AUTO_FREE char *hidden = back < 0 ? hidden_path(place, removal->prefix) : NULL;
    if (hidden)
        removal->job.root[0] = hidden;
    int why = gone != -ENOTEMPTY ? gone : r < 0 ? r : -EBUSY;
    int told = job_failed(&removal->job, NULL, NULL, "move", why);
    removal->job.root[0] = place->path;
    return r < 0 ? r : told;
}

static int remove_tree(struct removal *removal, const struct original_place *place, int fd) {
    struct stat opened, hidden;
    int r = SYS(fstat, fd, &opened);
    if (r >= 0) /* the copy has read it to its end */
        r = (int)SYS(lseek, fd, 0, SEEK_SET);
    if (r >= 0)
        r = hide(place->dir, place->name, removal->prefix, removal->set, &hidden);
    if (r >= 0 && !copied_same(&opened, &hidden)) {
        at_rename_new(place->dir, removal->prefix, place->dir, place->name);
        r = -EBUSY;
    }
    if (r < 0) {
        seam_close_quietly(fd);
        return job_failed(&removal->job, NULL, NULL, "move", r);
    }
    removal->job.goes_on = true;
    r = job_run(&removal->job, (int[TREE_SIDES]){fd, -1});
    r = end_top(removal, place, r);
    return r < 0 ? r : removal->job.error;
}

int remove_copied_tree(const struct original_place *place, int fd, const struct copied *set,
                       const struct os_tree_control *control) {
    struct removal removal = {.set = set, .job.operation = "move", .job.root = {place->path}};
    beside_name(removal.prefix);
    int r = job_begin(&removal.job, &client, 1, control);
    if (r >= 0)
        r = remove_tree(&removal, place, fd);
    else
        seam_close_quietly(fd);
    return job_end(&removal.job, r);
}
