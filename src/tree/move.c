/* SPDX-License-Identifier: MIT */
/** os.move: a rename or, to another file system, a copy after which the original goes.
 *
 *  The copy is made beside the name that it is to get, and gets it when it is complete and on the
 *  disk. Then of the original goes what was copied, and nothing else (remove_copied.c). The
 *  directories that both are in are opened once, and the original too: whatever their paths lead to
 *  later, it is these that are meant.
 */
#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/options.h"
#include "base/seam.h"
#include "fs/at.h"
#include "tree/copyfile.h"
#include "tree/copytree.h"
#include "tree/remove_copied.h"
#include "tree/rmtree.h"

#include <fcntl.h>
#include <osier/files.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A name in an open directory. */
struct place {
    int dir;
    bool owned; /* `dir` is to be closed */
    char *name; /* to free(); with slashes behind it, as the caller has it */
};

struct moving {
    const char *src, *dst; /* paths, for the record; `dst` of the new name itself */
    struct os_move_options options;
    struct place from, to;
    bool noreplace;
    struct copied copied;
    int error; /* −errno of the first failure of the copy, whatever the caller makes of it */
};

/* ------------------------------------------------------------------------------- places */

static void place_close(struct place *place) {
    if (place->owned)
        seam_close_quietly(place->dir);
    free(place->name);
}

/* How much of a path is its directory, and where its name begins. */
static size_t name_start(const char *path) {
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    while (end > 0 && path[end - 1] != '/')
        end--;
    return end;
}

static int place_open(struct place *place, const char *path) {
    size_t start = name_start(path);
    place->dir = AT_FDCWD;
    place->name = mem_text(path + start, strlen(path + start));
    if (!place->name)
        return -ENOMEM;
    AUTO_FREE char *parent = start ? mem_text(path, start) : NULL;
    if (start && !parent)
        return -ENOMEM;
    int fd = SYS(open, parent ? parent : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    place->owned = fd >= 0;
    place->dir = fd;
    return fd < 0 ? fd : 0;
}

/* Cuts the slashes off a name that are behind it. */
static void bare(struct place *place) {
    size_t size = strlen(place->name);
    while (size > 1 && place->name[size - 1] == '/')
        place->name[--size] = '\0';
}

/* ------------------------------------------------------------------------------- a name */

/* Renames `name` of `dir`: into a directory, what is there already stays (−EEXIST). Where files have
 * one name only, it is looked at. */
static int rename_to(const struct moving *m, int dir, const char *name) {
    struct stat st;
    if (!m->noreplace)
        return SYS(renameat, dir, name, m->to.dir, m->to.name);
    int r = at_rename_new(dir, name, m->to.dir, m->to.name);
    if (r != -EPERM && r != -EOPNOTSUPP && r != -ENOSYS && r != -EMLINK)
        return r;
    if (SYS(fstatat, m->to.dir, m->to.name, &st, AT_SYMLINK_NOFOLLOW) >= 0)
        return -EEXIST;
    return SYS(renameat, dir, name, m->to.dir, m->to.name);
}

/* Writes the new name to the disk, where the directory can be read. */
static int sync_names(const struct moving *m) {
    AUTO_CLOSE int fd = SYS(openat, m->to.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 ? fd : SYS(fsync, fd);
    return r == -EACCES || r == -EINVAL ? 0 : r;
}

/* ------------------------------------------------------------------- what is no directory */

static int copy_whatever(struct copy *copy, mode_t type) {
    return S_ISLNK(type)   ? copy_link(copy)
           : S_ISREG(type) ? copy_regular(copy)
                           : copy_special(copy);
}

static int copy_file(struct moving *m, struct content *content, mode_t type) {
    struct copy copy = {
        .content = content,
        .from_dir = m->from.dir,
        .from = m->from.name,
        .to_dir = m->to.dir,
        .to = m->to.name,
        .how = COPY_BESIDE,
        .no_links = true,
        .special = true,
        .noreplace = m->noreplace,
        .durable = !m->options.nosync,
        .exact = true,
        .inherits = content->owner,
        .open = copy_plain_open,
    };
    int r = copy_whatever(&copy, type);
    if (r >= 0)
        r = copied_add(&m->copied, &copy.source);
    return r >= 0 && copy.durable ? sync_names(m) : r;
}

static const struct tree_client no_client = {0};

static int move_file(struct moving *m, mode_t type) {
    struct job job = {.operation = "move"};
    struct content content = {
        .owner = !m->options.new_owner, .copied = copytree_count, .data = &job};
    const struct original_place place = {m->from.dir, m->from.name, m->src};
    int r = job_begin(&job, &no_client, 1, &m->options.control);
    if (r >= 0)
        r = copy_file(m, &content, type);
    job_end(&job, 0);
    if (r < 0)
        return PUBLIC(r, "move", m->src, m->dst);
    return PUBLIC(remove_copied_file(&place, &m->copied), "move", m->src, NULL);
}

/* ------------------------------------------------------------------------------ a directory */

static int note_error(const struct os_error *error, void *data) {
    struct moving *m = data;
    const struct os_tree_control *control = &m->options.control;
    if (!m->error)
        m->error = -error->number;
    return control->on_error ? control->on_error(error, control->data) : -1;
}

static int pass_progress(const struct os_progress *progress, void *data) {
    const struct os_tree_control *control = &((struct moving *)data)->options.control;
    return control->on_progress(progress, control->data);
}

static struct os_copytree_options copy_options(struct moving *m) {
    const struct os_tree_control *control = &m->options.control;
    return (struct os_copytree_options){
        .size = sizeof(struct os_copytree_options),
        .control =
            {
                .on_error = note_error,
                .on_progress = control->on_progress ? pass_progress : NULL,
                .data = m,
                .threads = control->threads,
                .ignore_errors = control->ignore_errors,
                .one_file_system = control->one_file_system,
            },
        .symlinks = true,
        .owner = !m->options.new_owner,
        .hard_links = true,
        .special_files = true,
    };
}

/* Makes the new directory under a name that nobody knows: a descriptor or −errno. */
static int make_beside(struct moving *m, mode_t mode, char name[static BESIDE_SIZE]) {
    int r = -EEXIST;
    for (int i = 0; i < BESIDE_TRIES && r == -EEXIST; i++) {
        beside_name(name);
        r = SYS(mkdirat, m->to.dir, name, mode);
    }
    return r < 0 ? r : SYS(openat, m->to.dir, name, DIR_OPEN | O_NOFOLLOW);
}

/* The copy of `from` is complete, at `to`: it gets its name, and stays on the disk. */
static int name_copy(struct moving *m, int to, const char *name) {
    int r = m->error;
    if (r >= 0)
        r = rename_to(m, m->to.dir, name);
    if (r >= 0 && !m->options.nosync)
        r = SYS(syncfs, to);
    return r;
}

/* Copies the tree at `from`, which stays the caller's: the public result. */
static int copy_tree(struct moving *m, int from) {
    char name[BESIDE_SIZE] = "";
    struct copying copying = {.job.operation = "move", .fresh = true, .copied = &m->copied};
    const struct os_copytree_options options = copy_options(m);
    mode_t mode = 0;
    AUTO_CLOSE int to = -1;
    int own[TREE_SIDES] = {-1, -1};
    int r = copytree_begin(&copying, &options, m->src, m->dst);
    if (r >= 0)
        r = copytree_refuse_inside(from, m->to.dir);
    if (r >= 0)
        r = copytree_first_mode(&copying, from, &mode);
    if (r >= 0)
        r = to = make_beside(m, mode, name);
    for (int i = 0; i < TREE_SIDES && r >= 0; i++)
        r = own[i] = SYS(fcntl, i ? to : from, F_DUPFD_CLOEXEC, 0);
    if (r >= 0)
        r = copytree_run(&copying, own[0], own[1]);
    else
        seam_close_quietly(own[0]);
    if (r >= 0)
        r = name_copy(m, to, name);
    if (r < 0 && *name)
        rmtree_quietly(m->to.dir, name);
    if (r < 0 && !copying.job.error)
        job_failed_at(&copying.job, 2, NULL, NULL, "move", r);
    return copytree_end(&copying, r);
}

static int move_tree(struct moving *m) {
    AUTO_CLOSE int from = SYS(openat, m->from.dir, m->from.name, DIR_OPEN | O_NOFOLLOW);
    if (from < 0)
        return PUBLIC(from, "move", m->src, m->dst);
    const struct original_place place = {m->from.dir, m->from.name, m->src};
    struct os_tree_control control = m->options.control;
    control.on_progress = NULL; /* there is no way back any more */
    int r = copy_tree(m, from);
    return r < 0 ? r : remove_copied_tree(&place, TAKE_FD(from), &m->copied, &control);
}

/* ------------------------------------------------------------------------------------- all */

static int move_across(struct moving *m) {
    struct stat st;
    bare(&m->from);
    bare(&m->to);
    int r = SYS(fstatat, m->from.dir, m->from.name, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return PUBLIC(r, "move", m->src, m->dst);
    copied_begin(&m->copied);
    r = S_ISDIR(st.st_mode) ? move_tree(m) : move_file(m, st.st_mode);
    copied_end(&m->copied);
    return r;
}

/* Whether `src` goes into `dst`: into a directory, unless that is `src` itself. −errno where nobody can
 * tell: a rename would take an empty directory's place. */
static int goes_into(const char *src, const char *dst) {
    struct stat a, b;
    int r = SYS(stat, dst, &b);
    if (r < 0)
        return r == -ENOENT || r == -ENOTDIR || r == -ELOOP ? false : r;
    if (!S_ISDIR(b.st_mode))
        return false;
    return SYS(fstatat, AT_FDCWD, src, &a, AT_SYMLINK_NOFOLLOW) < 0 || a.st_ino != b.st_ino ||
           a.st_dev != b.st_dev;
}

static int move(struct moving *m) {
    int r = place_open(&m->from, m->src);
    if (r >= 0)
        r = place_open(&m->to, m->dst);
    if (r >= 0)
        r = rename_to(m, m->from.dir, m->from.name);
    r = r == -EXDEV && m->to.name ? move_across(m) : PUBLIC(r, "move", m->src, m->dst);
    place_close(&m->from);
    place_close(&m->to);
    return r;
}

int os_move(const char *src, const char *dst, const struct os_move_options *given) {
    UNCANCELLED;
    AUTO_FREE char *inside = NULL;
    struct moving m = {.src = src, .dst = dst};
    int r = options_copy(&m.options, sizeof m.options, given);
    if (r >= 0)
        r = goes_into(src, dst);
    m.noreplace = r > 0;
    if (r > 0)
        r = copy_into(src, dst, &inside);
    if (r < 0)
        return PUBLIC(r, "move", src, dst);
    m.dst = inside ? inside : dst;
    return move(&m);
}
