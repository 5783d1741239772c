/* SPDX-License-Identifier: MIT */
/** What a transaction makes anew, made in its journal with all that belongs to it. */
#include "plan/stage.h"

#include "base/array.h"
#include "base/seam.h"
#include "base/sha256.h"
#include "fs/dir.h"
#include "fs/perm.h"
#include "fs/time.h"
#include "fs/xattr.h"
#include "io/readwrite.h"
#include "plan/beside.h"
#include "plan/sync.h"
#include "tree/content.h"
#include "tree/copytree.h"
#include "tree/rmtree.h"
#include <fcntl.h>
#include <osier/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MANY = 1000 /* objects in a tree whose copy nobody has counted */ };

/* Where an object was made that others are further names of. */
struct stage_name {
    const struct plan_object *object;
    unsigned part;
    char *path; /* in the part's directory; NULL until it is made */
};

void stage_end(struct stage *stage) {
    for (size_t i = 0; i < stage->name_count; i++)
        free(stage->names[i].path);
    free(stage->names);
    stage->names = NULL;
    stage->name_count = 0;
}

static struct stage_name *find_name(struct stage *stage, const struct plan_object *object) {
    for (size_t i = 0; i < stage->name_count; i++)
        if (stage->names[i].object == object)
            return &stage->names[i];
    return NULL;
}

int stage_note_hard(struct stage *stage, const struct plan_object *object) {
    if (find_name(stage, object))
        return 0;
    struct stage_name *more = mem_realloc(stage->names, (stage->name_count + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    stage->names = more;
    more[stage->name_count++] = (struct stage_name){.object = object};
    return 0;
}

/* ------------------------------------------------------------------- what belongs to it */

static int give_xattrs(int fd, const struct plan_object *object) {
    char path[sizeof "/proc/self/fd/" + 3 * sizeof fd];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int r = 0;
    for (size_t i = 0; i < object->xattr_count && r >= 0; i++) {
        const struct plan_xattr *x = &object->xattrs[i];
        r = x->value ? SYS(setxattr, path, x->name, x->value, x->size, 0)
                     : SYS(removexattr, path, x->name);
        if (!x->value && (r == -ENODATA || r == -ENOTSUP))
            r = 0;
    }
    return r;
}

/* Owner, attributes, mode, times: the first takes of the others, and what lets somebody in comes
 * after what says who. */
static int finish(int fd, const struct plan_object *object) {
    const struct timespec omit = {.tv_nsec = UTIME_OMIT};
    const struct timespec times[2] = {object->set & PLAN_SET_ATIME ? object->atime : omit,
                                      object->set & PLAN_SET_MTIME ? object->mtime : omit};
    uid_t uid = object->set & PLAN_SET_UID ? object->uid : (uid_t)-1;
    gid_t gid = object->set & PLAN_SET_GID ? object->gid : (gid_t)-1;
    int r = 0;
    if (uid != (uid_t)-1 || gid != (gid_t)-1)
        r = SYS(fchownat, fd, "", uid, gid, AT_EMPTY_PATH);
    if (r >= 0)
        r = give_xattrs(fd, object);
    if (r >= 0 && object->set & PLAN_SET_MODE && !S_ISLNK(object->mode))
        r = perm_chmod_handle(fd, object->mode & 07777);
    if (r >= 0 && object->set & (PLAN_SET_ATIME | PLAN_SET_MTIME))
        r = time_set_handle(fd, times);
    return r;
}

/* Nobody else gets in before all is right. */
static mode_t first_mode(const struct plan_object *object, mode_t plain) {
    return object->set & PLAN_SET_MODE ? plain & 0700 : plain;
}

void stage_begin_sync(const struct stage *stage, int fd) {
    if (stage->sync == STAGE_FILES) /* whether it works or not: each is waited for later */
        (void)SYNC(SYNC_STAGED, SYS(sync_file_range, fd, 0, 0, SYNC_FILE_RANGE_WRITE));
}

/* -------------------------------------------------------------------------------- files */

/* Opens what something is made from: a descriptor or −errno. */
static int open_source(const struct stage *stage, const struct plan_source *source, int flags) {
    AUTO_CLOSE int dir = plan_open_place(stage->net, &source->place);
    return dir < 0 ? dir
                   : SYS(openat, dir, source->place.name,
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags);
}

static int paused(void *data, uint64_t bytes) {
    const struct stage *stage = data;
    (void)bytes;
    return stage->pause ? stage->pause(stage->data) : 0;
}

static int copy_source(struct stage *stage, int fd, const struct plan_object *object) {
    struct content content = {.plain = true, .copied = paused, .data = stage};
    struct stat st;
    AUTO_CLOSE int from = open_source(stage, object->source, 0);
    int r = from < 0 ? from : SYS(fstat, from, &st);
    if (r >= 0 && !S_ISREG(st.st_mode))
        r = -ESTALE;
    if (r >= 0)
        r = content_copy(&content, from, fd, &st, true);
    return r >= 0 && (uint64_t)st.st_size > object->have ? SYS(ftruncate, fd, (off_t)object->have)
                                                         : r;
}

/* What overlayfs has noted at a file that was in a layer of its. */
static int remove_marks(int handle) {
    static const char *const prefixes[] = {"trusted.overlay.", "user.overlay."};
    char path[sizeof "/proc/self/fd/" + 3 * sizeof handle];
    AUTO_STR names = STR_INIT;
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    int r = xattr_load(path, -1, NULL, &names);
    for (size_t at = 0; at < names.size && r >= 0; at += strlen(names.data + at) + 1)
        for (size_t i = 0; i < 2 && r >= 0; i++)
            if (strncmp(names.data + at, prefixes[i], strlen(prefixes[i])) == 0)
                r = SYS(removexattr, path, names.data + at);
    return r == -EOPNOTSUPP ? 0 : r;
}

/* A file that nobody else knows is taken as it is: 1, 0 where it has to be copied, or −errno. */
static int take_file(struct stage *stage, int dir, const char *name,
                     const struct plan_object *object) {
    bool ours = object->content == PLAN_CONTENT_SOURCE && object->source->was.ours;
    if (!ours || object->size != object->have)
        return 0;
    AUTO_CLOSE int from = plan_open_place(stage->net, &object->source->place);
    int r = from < 0 ? from : SYS(linkat, from, object->source->place.name, dir, name, 0);
    if (r < 0) /* on another mount, for one */
        return r == -ENOSPC || r == -EDQUOT || r == -EIO || r == -ENOMEM ? r : 0;
    AUTO_CLOSE int fd = SYS(openat, dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    r = fd < 0 ? fd : remove_marks(fd);
    if (r >= 0)
        r = finish(fd, object);
    return r < 0 ? r : 1;
}

static int make_file(struct stage *stage, int dir, const char *name,
                     const struct plan_object *object) {
    int taken = take_file(stage, dir, name, object);
    if (taken)
        return taken < 0 ? taken : 0;
    AUTO_CLOSE int fd = SYS(openat, dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                            first_mode(object, 0666));
    if (fd < 0)
        return fd;
    int r = object->content == PLAN_CONTENT_SOURCE ? copy_source(stage, fd, object)
            : object->beside
                ? beside_copy(object->beside, object->have, fd, stage->pause, stage->data)
                : write_all(fd, object->data, object->have);
    if (r == -EBADMSG) /* somebody was at it since the plan was loaded */
        r = -ESTALE;
    if (r >= 0 && object->size > object->have)
        r = SYS(ftruncate, fd, (off_t)object->size);
    if (r >= 0)
        r = finish(fd, object);
    if (r >= 0)
        stage_begin_sync(stage, fd);
    return r;
}

int stage_old(struct stage *stage, unsigned part, unsigned number, int dir, const char *name) {
    struct content content = {.plain = true, .copied = paused, .data = stage};
    char old[24];
    struct stat st;
    snprintf(old, sizeof old, "%u.old", number);
    AUTO_CLOSE int from = SYS(openat, dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0)
        return from;
    AUTO_CLOSE int to = SYS(openat, stage->txn->parts[part].at, old,
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0)
        return to;
    int r = SYS(fstat, from, &st);
    if (r >= 0)
        r = content_copy(&content, from, to, &st, true);
    if (r >= 0)
        stage_begin_sync(stage, to);
    return r;
}

/* A link, or something special: it is finished by a handle. */
static int make_other(int dir, const char *name, const struct plan_object *object) {
    mode_t mode = (object->mode & S_IFMT) | first_mode(object, 0666);
    int r = S_ISLNK(object->mode)    ? SYS(symlinkat, object->data, dir, name)
            : S_ISFIFO(object->mode) ? SYS(mkfifoat, dir, name, first_mode(object, 0666))
                                     : SYS(mknodat, dir, name, mode, (dev_t)object->rdev);
    if (r < 0)
        return r;
    AUTO_CLOSE int handle = SYS(openat, dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return handle < 0 ? handle : finish(handle, object);
}

/* A further name of what was made before, or of what is on the disk. */
static int make_hard(struct stage *stage, int dir, const char *name,
                     const struct plan_object *object) {
    if (object->hard) {
        const struct stage_name *other = find_name(stage, object->hard);
        if (!other || !other->path)
            return -EINVAL;
        return SYS(linkat, stage->txn->parts[other->part].at, other->path, dir, name, 0);
    }
    AUTO_CLOSE int from = plan_open_place(stage->net, &object->source->place);
    return from < 0 ? from : SYS(linkat, from, object->source->place.name, dir, name, 0);
}

/* -------------------------------------------------------------------------- directories */

static int stage_progress(const struct os_progress *progress, void *data) {
    (void)progress;
    return paused(data, 0);
}

/* A copy of a tree into the new directory `fd`: 0 or −errno. */
static int copy_tree(struct stage *stage, int fd, const struct plan_object *object) {
    struct copying copying = {.job.operation = "plan_apply"};
    const struct os_copytree_options options = {
        .size = sizeof options,
        .symlinks = true,
        .control = {.on_progress = stage_progress, .data = stage}};
    AUTO_CLOSE int from = open_source(stage, object->source, O_DIRECTORY);
    AUTO_CLOSE int to = SYS(openat, fd, ".", DIR_OPEN);
    if (from < 0 || to < 0)
        return from < 0 ? from : to;
    int r = copytree_begin(&copying, &options, object->source->place.name, "");
    copying.fresh = true;
    if (r >= 0)
        r = copytree_run(&copying, TAKE_FD(from), TAKE_FD(to));
    return copytree_end(&copying, r) < 0 ? seam_failure() : 0;
}

/* The way down into a new tree: of each directory how far it is done. */
struct stage_frame {
    const struct plan_object *object;
    size_t next;
    size_t path; /* the size of its path */
};

struct descent {
    struct stage *stage;
    unsigned part;
    int fd; /* of the innermost */
    struct stage_frame *frames;
    size_t depth, room;
    struct str path; /* of the innermost, in the part's directory */
};

static int enter(struct descent *d, const char *name, const struct plan_object *object) {
    int r = ARRAY_ROOM(d->frames, d->room, d->depth + 1, 16);
    if (r >= 0)
        r = SYS(mkdirat, d->fd, name, first_mode(object, 0777));
    int fd = r < 0 ? r : SYS(openat, d->fd, name, DIR_OPEN | O_NOFOLLOW);
    if (fd < 0)
        return fd;
    seam_close_quietly(d->fd);
    d->fd = fd;
    d->frames[d->depth++] = (struct stage_frame){object, 0, d->path.size};
    if (d->path.size)
        str_append_char(&d->path, '/');
    str_append_text(&d->path, name);
    if (d->path.failed)
        return -ENOMEM;
    return object->content == PLAN_CONTENT_COPY ? copy_tree(d->stage, fd, object) : 0;
}

/* The way back is by "..": nobody else can move what is in the journal. */
static int leave(struct descent *d) {
    struct stage_frame *frame = &d->frames[--d->depth];
    AUTO_CLOSE int fd = d->fd;
    d->fd = SYS(openat, fd, "..", DIR_OPEN);
    str_truncate(&d->path, frame->path);
    return d->fd < 0 ? d->fd : finish(fd, frame->object);
}

/* What a copied directory has where a child of its own is to be, or nothing. */
static int clear_place(int dir, const char *name) {
    struct look look;
    int r = look_at(dir, name, &look);
    if (r < 0 || !look.id.ino)
        return r;
    if (!S_ISDIR(look.mode))
        return SYS(unlinkat, dir, name, 0);
    rmtree_quietly(dir, name);
    return 0;
}

static int make(struct descent *d, const char *name, const struct plan_object *object) {
    int r;
    if (object->content == PLAN_CONTENT_TREE || object->content == PLAN_CONTENT_COPY)
        return enter(d, name, object);
    if (object->content == PLAN_CONTENT_HARD)
        r = make_hard(d->stage, d->fd, name, object);
    else if (S_ISREG(object->mode))
        r = make_file(d->stage, d->fd, name, object);
    else
        r = make_other(d->fd, name, object);
    struct stage_name *other = r < 0 ? NULL : find_name(d->stage, object);
    if (!other)
        return r;
    size_t size = d->path.size;
    str_printf(&d->path, size ? "/%s" : "%s", name);
    other->part = d->part;
    other->path = d->path.failed ? NULL : mem_text(d->path.data, d->path.size);
    str_truncate(&d->path, size);
    return other->path ? r : -ENOMEM;
}

static int make_next(struct descent *d) {
    struct stage_frame *frame = &d->frames[d->depth - 1];
    if (frame->next == frame->object->child_count)
        return leave(d);
    const struct plan_child *child = &frame->object->children[frame->next++];
    int r = paused(d->stage, 0);
    if (r >= 0 && frame->object->content == PLAN_CONTENT_COPY)
        r = clear_place(d->fd, child->name);
    if (r < 0 || !child->object)
        return r;
    r = make(d, child->name, child->object);
    if (r < 0)
        d->stage->failed = child->name;
    return r;
}

int stage_object(struct stage *stage, unsigned part, unsigned number,
                 const struct plan_object *object) {
    char name[16];
    snprintf(name, sizeof name, "%u", number);
    struct descent d = {.stage = stage, .part = part};
    d.fd = SYS(openat, stage->txn->parts[part].at, ".", DIR_OPEN);
    int r = d.fd < 0 ? d.fd : paused(stage, 0);
    if (r >= 0)
        r = make(&d, name, object);
    while (r >= 0 && d.depth)
        r = make_next(&d);
    seam_close_quietly(d.fd);
    free(d.frames);
    str_free(&d.path);
    return r;
}

/* ------------------------------------------------------------------------------ counting */

/* In the order of the tree, without recursion; a child is counted when its turn comes. */
size_t stage_count(const struct plan_object *object) {
    size_t count = object->content == PLAN_CONTENT_COPY ? MANY : 1;
    for (size_t i = 0; i < object->child_count && count < MANY; i++)
        count += object->children[i].object && object->children[i].object->child_count ? MANY : 1;
    return count;
}

/* ------------------------------------------------------------------------- whole journals */

/* One entry; what is no regular file is the directory's. */
static int sync_entry(int dir, const char *name) {
    struct look look;
    int r = look_at(dir, name, &look);
    if (r < 0 || !S_ISREG(look.mode))
        return r;
    AUTO_CLOSE int fd = SYS(openat, dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd == -EACCES) /* one that its owner may not read */
        return SYS(syncfs, dir);
    return fd < 0 ? fd : SYS(fsync, fd);
}

static int sync_walked(const struct os_walk_entry *e) {
    int r = 0;
    for (char **name = e->filenames; *name && r >= 0; name++)
        r = SYNC(strcmp(*name, "intent") == 0 ? SYNC_INTENT : SYNC_STAGED,
                 sync_entry(e->dir_fd, *name));
    return r < 0 ? r : SYNC(SYNC_STAGED, SYS(fsync, e->dir_fd));
}

int stage_sync(const struct stage *stage, unsigned part) {
    int at = stage->txn->parts[part].at, r = 0;
    if (stage->sync == STAGE_WHOLE)
        return SYNC(SYNC_STAGED, SYS(syncfs, at));
    const struct os_walk_options options = {
        .size = sizeof options, .bottom_up = true, .errors = true};
    struct os_walk *walk = os_fwalk(at, ".", &options);
    if (!walk)
        return seam_failure();
    for (struct os_walk_entry *e; r >= 0 && (e = os_walk_next(walk));)
        r = e->error == EACCES ? SYNC(SYNC_STAGED, SYS(syncfs, at)) /* its maker may not read it */
            : e->error         ? -e->error
                               : sync_walked(e);
    if (r >= 0 && errno)
        r = -errno;
    os_walk_close(walk);
    return r;
}

/* -------------------------------------------------------------------------------- lists */

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t sort_names(char **names) {
    size_t count = 0;
    while (names[count])
        count++;
    if (count)
        qsort(names, count, sizeof *names, by_name);
    return count;
}

static bool is_excepted(const char *const *except, const char *path) {
    for (; except && *except; except++)
        if (strcmp(*except, path) == 0)
            return true;
    return false;
}

static int add_to_list(struct sha256 *sha, int dir, const char *path, const char *name) {
    struct look look;
    AUTO_STR line = STR_INIT;
    int r = look_at(dir, name, &look);
    if (r < 0)
        return r;
    bool directory = S_ISDIR(look.mode);
    str_printf(&line, " %o %u %u %llu %llu %lld.%09ld", (unsigned)look.mode, (unsigned)look.uid,
               (unsigned)look.gid, (unsigned long long)look.id.ino,
               directory ? 0ull : (unsigned long long)look.size,
               directory ? 0ll : (long long)look.mtime.tv_sec, directory ? 0 : look.mtime.tv_nsec);
    if (line.failed)
        return -ENOMEM;
    sha256_add(sha, path, strlen(path) + 1);
    sha256_add(sha, line.data, line.size + 1);
    return 0;
}

/* All entries of a directory of a walk; those that are excepted go out of the walk's own list, and
 * what is below them isn't looked at. */
static int list_names(struct sha256 *sha, const struct os_walk_entry *e, char **names,
                      const char *const *except, size_t top) {
    size_t kept = 0;
    for (size_t i = 0, count = sort_names(names); i < count; i++) {
        AUTO_STR path = STR_INIT;
        str_printf(&path, "%s/%s", e->dirpath + top, names[i]);
        if (path.failed)
            return -ENOMEM;
        if (is_excepted(except, path.data + (path.data[0] == '/')))
            continue;
        int r = add_to_list(sha, e->dir_fd, path.data, names[i]);
        if (r < 0)
            return r;
        names[kept++] = names[i];
    }
    names[kept] = NULL;
    return 0;
}

int stage_list(int dir, const char *name, const char *const *except,
               uint8_t ret_digest[static 32]) {
    const struct os_walk_options options = {
        .size = sizeof options, .errors = true, .links_as_files = true};
    struct sha256 sha;
    struct os_walk *walk = os_fwalk(dir, name, &options);
    int r = walk || errno == EACCES ? 0 : seam_failure();
    sha256_begin(&sha);
    for (struct os_walk_entry *e; walk && r >= 0 && (e = os_walk_next(walk));) {
        if (e->error ==
            EACCES) /* what its maker may not read: its mode, which is listed, has to change before it is filled */
            continue;
        if (e->error)
            r = -e->error;
        if (r >= 0)
            r = list_names(&sha, e, e->filenames, except, strlen(name));
        if (r >= 0)
            r = list_names(&sha, e, e->dirnames, except, strlen(name));
    }
    if (r >= 0 && walk && errno && errno != EACCES)
        r = -errno;
    os_walk_close(walk);
    if (r >= 0)
        sha256_end(&sha, ret_digest);
    return r;
}
