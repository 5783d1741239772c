/* SPDX-License-Identifier: MIT */
/** What a rehearsal sees: which file systems are covered by layers, which are there as they are. */
#include "try/try.h"

#include "base/procfile.h"
#include "base/seam.h"
#include "env/environ.h"
#include "fs/dir.h"
#include "fs/getcwd.h"
#include "fs/perm.h"
#include "fs/realpath.h"
#include "fs/xattr.h"
#include "io/contents.h"
#include "plan/tries.h"
#include "try/mounted.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define POINTS "points" /* of the directory of a rehearsal: where its layers are */

enum { OVERLAYFS = 0x794c7630, TMPFS = 0x01021994, RAMFS = 0x858458f6 };

bool is_within(const char *path, const char *dir) {
    size_t size = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
    return strncmp(path, dir, size) == 0 && (path[size] == '/' || (size && !path[size]));
}

/* -------------------------------------------------------------------------------- the way */

static char *join(const char *a, const char *b) {
    AUTO_STR s = STR_INIT;
    char *text = NULL;
    str_append_text(&s, a);
    str_append_text(&s, strcmp(b, "/") == 0 ? "" : b);
    return str_take(&s, &text) < 0 ? NULL : text;
}

static char *copy_text(const char *text) {
    return mem_text(text, strlen(text));
}

static int add_way(struct os_try *t, enum way_kind kind, const char *from, const char *to,
                   const char *at) {
    struct way *more = mem_realloc(t->ways, (t->way_count + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    t->ways = more;
    struct way *way = &more[t->way_count++];
    *way = (struct way){.kind = kind, .to = join(t->root, to)};
    way->from = from ? copy_text(from) : NULL;
    way->at = at ? copy_text(at) : NULL;
    return !way->to || (from && !way->from) || (at && !way->at) ? -ENOMEM : 0;
}

static int add_optional(struct os_try *t, enum way_kind kind, const char *from, const char *to,
                        const char *at) {
    int r = add_way(t, kind, from, to, at);
    if (r >= 0)
        t->ways[t->way_count - 1].optional = true;
    return r;
}

/* --------------------------------------------------------------------------------- bases */

static int add_base(struct os_try *t, struct journal *j, uint64_t again) {
    struct try_base *more = mem_realloc(t->bases, (t->base_count + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    t->bases = more;
    struct try_base *base = &more[t->base_count];
    *base = (struct try_base){.journal = j, .dir = -1, .lock = -1};
    if (t->base_count == 0)
        snprintf(base->name, sizeof base->name, "%08llu", (unsigned long long)t->id);
    else /* others may have their own rehearsals there */
        snprintf(base->name, sizeof base->name, "%08llu-%.8s", (unsigned long long)t->id,
                 t->js.list[0]->uuid);
    AUTO_STR path = STR_INIT;
    str_printf(&path, "%s/try/%s", j->path, base->name);
    int r = str_take(&path, &base->path);
    if (r >= 0)
        r = base->dir = tries_open(j, base->name, again, &base->lock);
    if (r == -ENOENT && again && t->base_count) /* it had no layer there */
        r = base->dir = tries_open(j, base->name, false, &base->lock);
    if (r < 0) {
        free(base->path);
        return r;
    }
    return (int)t->base_count++;
}

static bool is_overlay(int fd) {
    struct statfs fs;
    return SYS(fstatfs, fd, &fs) >= 0 && (unsigned long)fs.f_type == OVERLAYFS;
}

static bool is_disk(int fd) {
    struct statfs fs;
    if (SYS(fstatfs, fd, &fs) < 0)
        return false;
    unsigned long type = (unsigned long)fs.f_type;
    return type != OVERLAYFS && type != TMPFS && type != RAMFS;
}

static int base_of(struct os_try *t, struct journal *j) {
    for (size_t i = 0; i < t->base_count; i++)
        if (t->bases[i].journal == j)
            return (int)i;
    return add_base(t, j, t->options.again);
}

/* An overlay can't be the upper layer of another one: one on what else there is. */
static int other_base(struct os_try *t) {
    const char *runtime = env_find("XDG_RUNTIME_DIR", 15);
    const char *const places[] = {"/dev/shm", "/tmp", "/run", "/var/tmp", runtime};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct journal *j;
        AUTO_CLOSE int fd = places[i] ? SYS(open, places[i], DIR_OPEN) : -1;
        if (fd < 0 || is_overlay(fd))
            continue;
        int r = journals_for(&t->js, fd, places[i], false, &j);
        if (r >= 0 && !is_overlay(j->fd))
            return base_of(t, j);
        if (r == -ENOMEM)
            return r;
    }
    return try_fail(t, "a file system for the layers that is no overlay itself", -EOPNOTSUPP);
}

int base_for(struct os_try *t, int fd, const char *path, uint64_t device) {
    struct journal *state = t->js.list[0], *j;
    if (device != state->device && is_disk(fd) && journals_for(&t->js, fd, path, false, &j) >= 0 &&
        !is_overlay(j->fd))
        return base_of(t, j);
    return is_overlay(state->fd) ? other_base(t) : 0;
}

/* --------------------------------------------------------------------------------- layers */

/* The layer's own directory is what is seen at its point: it is like the one below. */
static int be_like(const char *upper, int lower, bool user) {
    static const char *const names[] = {"system.posix_acl_access", "system.posix_acl_default"};
    struct stat st;
    char path[sizeof "/proc/self/fd/" + 3 * sizeof lower];
    int r = SYS(fstat, lower, &st);
    if (r >= 0 && !user)
        r = SYS(chown, upper, st.st_uid, st.st_gid);
    if (r >= 0)
        r = SYS(chmod, upper, st.st_mode & 07777);
    snprintf(path, sizeof path, "/proc/self/fd/%d", lower);
    for (size_t i = 0; i < sizeof names / sizeof *names && r >= 0; i++) {
        AUTO_STR value = STR_INIT;
        if (xattr_load(path, -1, names[i], &value) >= 0 && value.size)
            r = SYS(setxattr, upper, names[i], value.data, value.size, 0);
    }
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    return r < 0 ? r : SYS(utimensat, AT_FDCWD, upper, times, 0);
}

static int make_parts(struct os_try *t, struct layer *layer, int lower) {
    AUTO_FREE char *upper = join(layer->at, "/upper");
    AUTO_FREE char *work = join(layer->at, "/work");
    if (!upper || !work)
        return -ENOMEM;
    int r = SYS(mkdir, layer->at, 0700);
    layer->same = r == -EEXIST;
    if (layer->same) { /* of a layer that isn't synced the kernel wants to know that one knows */
        AUTO_FREE char *old = join(layer->at, "/work/work");
        if (!old)
            return -ENOMEM;
        SYS(chmod, old, 0700);
        AUTO_CLOSE int dir = SYS(open, old, DIR_OPEN);
        if (dir >= 0)
            tries_clear(dir, "incompat");
        return 0;
    }
    if (r >= 0)
        r = SYS(mkdir, work, 0700);
    if (r >= 0)
        r = SYS(mkdir, upper, 0700);
    return r < 0 ? r : be_like(upper, lower, t->user);
}

static uint64_t hash_text(const char *text) {
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

static int add_layer(struct os_try *t, const char *point) {
    for (size_t i = 0; i < t->layer_count; i++)
        if (strcmp(t->layers[i].point, point) == 0)
            return 0;
    AUTO_CLOSE int lower = SYS(open, point, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct look look;
    int r = lower < 0 ? lower : look_at(lower, "", &look);
    int base = r < 0 ? r : base_for(t, lower, point, look.device);
    if (base < 0)
        return base;
    struct layer *more = mem_realloc(t->layers, (t->layer_count + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    t->layers = more;
    struct layer *layer = &more[t->layer_count++];
    *layer = (struct layer){.point = copy_text(point), .base = (unsigned)base};
    AUTO_STR at = STR_INIT;
    str_printf(&at, "%s/%016llx", t->bases[base].path, (unsigned long long)hash_text(point));
    r = str_take(&at, &layer->at);
    if (r >= 0 && !layer->point)
        r = -ENOMEM;
    if (r >= 0)
        r = make_parts(t, layer, lower);
    return r < 0 ? r : add_way(t, WAY_OVERLAY, point, point, layer->at);
}

/* Where the layers are is known to the next rehearsal on top of this one. */
static int note_points(struct os_try *t) {
    const struct os_write_file_options options = {
        .size = sizeof options, .mode = 0600, .nosync = true};
    AUTO_STR s = STR_INIT;
    for (size_t i = 0; i < t->layer_count; i++)
        str_append(&s, t->layers[i].point, strlen(t->layers[i].point) + 1);
    if (s.failed)
        return -ENOMEM;
    return contents_replace(t->bases[0].dir, POINTS, s.data ? s.data : "", s.size, &options);
}

/* ------------------------------------------------------------------------------- devices */

/* The devices that every program needs; what a disk holds is no part of a rehearsal. */
static int add_devices(struct os_try *t) {
    static const char *const nodes[] = {"/dev/null", "/dev/zero",    "/dev/full",
                                        "/dev/tty",  "/dev/urandom", "/dev/random"};
    static const char *const dirs[] = {"/dev/pts", "/dev/shm", "/dev/mqueue"};
    static const char *const links[][2] = {{"/proc/self/fd", "/dev/fd"},
                                           {"/proc/self/fd/0", "/dev/stdin"},
                                           {"/proc/self/fd/1", "/dev/stdout"},
                                           {"/proc/self/fd/2", "/dev/stderr"},
                                           {"pts/ptmx", "/dev/ptmx"}};
    int r = add_way(t, WAY_EMPTY, NULL, "/dev", "mode=755,size=1m");
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes && r >= 0; i++) {
        r = add_way(t, WAY_FILE, NULL, nodes[i], NULL);
        if (r >= 0)
            r = add_optional(t, WAY_BIND, nodes[i], nodes[i], NULL);
    }
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs && r >= 0; i++)
        r = add_way(t, WAY_DIR, NULL, dirs[i], NULL);
    for (size_t i = 0; i < sizeof links / sizeof *links && r >= 0; i++)
        r = add_way(t, WAY_LINK, links[i][0], links[i][1], NULL);
    if (r >= 0)
        r = add_optional(t, WAY_BIND, "/dev/pts", "/dev/pts", NULL);
    return r < 0 ? r : add_optional(t, WAY_QUEUES, NULL, "/dev/mqueue", NULL);
}

static int add_kernel(struct os_try *t) {
    int r = add_devices(t);
    if (r >= 0)
        r = add_way(t, WAY_PROC, "/proc", "/proc", NULL);
    if (r >= 0 && !t->user) {
        r = add_optional(t, WAY_LOCKED, NULL, "/proc/sys", NULL);
        if (r >= 0)
            r = add_optional(t, WAY_LOCKED, NULL, "/proc/sysrq-trigger", NULL);
    }
    return r;
}

/* ------------------------------------------------------------------------------- for root */

static bool is_kernels(const char *point) {
    return is_within(point, "/proc") || is_within(point, "/sys") || is_within(point, "/dev");
}

static int add_plainly(struct os_try *t, const struct mounted *m) {
    int r = add_optional(t, WAY_ONE, m->point, m->point, NULL);
    if (r < 0 || m->read_only)
        return r;
    return add_optional(t, WAY_READONLY, NULL, m->point, NULL);
}

static int add_mount(struct os_try *t, const struct mounted *m) {
    if (m->read_only || m->pseudo || !m->directory)
        return add_plainly(t, m);
    int r = add_layer(t, m->point);
    return r == -EACCES || r == -ENOENT ? add_plainly(t, m) : r; /* another user's FUSE */
}

static int for_root(struct os_try *t, const struct mounts *mounts) {
    int r = 0;
    for (size_t i = 0; i < mounts->count && r >= 0; i++)
        if (mounts->list[i].seen && !is_kernels(mounts->list[i].point))
            r = add_mount(t, &mounts->list[i]);
    if (r >= 0)
        r = add_optional(t, WAY_BIND, "/sys", "/sys", NULL);
    if (r >= 0)
        r = add_optional(t, WAY_READONLY, NULL, "/sys", NULL);
    if (r >= 0)
        r = add_kernel(t);
    for (size_t i = 0; i < mounts->count && r >= 0; i++)
        if (mounts->list[i].seen && is_within(mounts->list[i].point, "/dev/shm"))
            r = add_mount(t, &mounts->list[i]);
    return r;
}

/* -------------------------------------------------------------------------- for other users */

static bool may_write(const char *path) {
    return perm_access(AT_FDCWD, path, W_OK | X_OK) >= 0;
}

/* Whether everything from below the layer's directory down to this one is the user's: else the kernel
 * can't copy a directory on the way. */
static bool reaches_down(const char *point, const char *path) {
    AUTO_FREE char *at = copy_text(path);
    struct stat st;
    while (at && strlen(at) > strlen(point)) {
        if (SYS(lstat, at, &st) < 0 || st.st_uid != geteuid())
            return false;
        *strrchr(at, '/') = '\0';
    }
    return at;
}

static bool is_covered(const struct os_try *t, const char *path) {
    for (size_t i = 0; i < t->layer_count; i++)
        if (is_within(path, t->layers[i].point) && reaches_down(t->layers[i].point, path))
            return true;
    return false;
}

static int cover(struct os_try *t, const struct mounts *mounts, const char *path);

/* Below what something is mounted on no layer can be: those directories in it that have none. */
static int cover_children(struct os_try *t, const struct mounts *mounts, const char *path) {
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int fd = SYS(open, path, DIR_OPEN);
    int r = fd < 0 ? fd : dir_list(fd, &names);
    if (r < 0)
        return r == -EACCES ? 0 : r;
    for (char **name = names; *name && r >= 0; name++) {
        struct stat st;
        AUTO_STR child = STR_INIT;
        str_printf(&child, "%s/%s", strcmp(path, "/") == 0 ? "" : path, *name);
        if (child.failed)
            return -ENOMEM;
        if (SYS(lstat, child.data, &st) >= 0 && S_ISDIR(st.st_mode) &&
            !mounts_has(mounts, child.data))
            r = cover(t, mounts, child.data);
    }
    return r;
}

/* Only as deep as mounts are. */
static int cover(struct os_try *t, const struct mounts *mounts, const char *path) {
    if (is_kernels(path) && !is_within(path, "/dev/shm"))
        return 0;
    if (!may_write(path) || is_covered(t, path))
        return 0;
    if (mounts_below(mounts, path))
        return cover_children(t, mounts, path);
    return add_layer(t, path);
}

static int cover_real(struct os_try *t, const struct mounts *mounts, const char *path,
                      bool wanted) {
    AUTO_FREE char *real = NULL;
    int r = path && path[0] ? realpath_resolve(path, OS_PATH_STRICT, &real, NULL) : -ENOENT;
    if (r == -ENOMEM || (r < 0 && wanted))
        return r;
    return r < 0 ? 0 : cover(t, mounts, real);
}

/* The highest directory above that is the user's, or may be written to. */
static int cover_cwd(struct os_try *t, const struct mounts *mounts) {
    AUTO_FREE char *best = copy_text(t->cwd);
    AUTO_FREE char *at = copy_text(t->cwd);
    if (!best || !at)
        return -ENOMEM;
    while (strcmp(at, "/") != 0 && may_write(at) && !mounts_has(mounts, at)) {
        strcpy(best, at);
        char *slash = strrchr(at, '/');
        slash[slash == at] = '\0';
    }
    return may_write(at) && strcmp(at, "/") != 0 ? cover(t, mounts, at) : cover(t, mounts, best);
}

/* The layers of the rehearsal that this one goes on. */
static int cover_points(struct os_try *t, const struct mounts *mounts) {
    AUTO_STR s = STR_INIT;
    AUTO_CLOSE int fd = SYS(openat, t->bases[0].dir, POINTS, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int r = fd < 0 ? fd : procfile_load_fd(fd, &s);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (size_t at = 0; at < s.size && r >= 0; at += strlen(s.data + at) + 1)
        r = cover_real(t, mounts, s.data + at, false);
    return r;
}

/* What is below another layer comes after it. */
static int by_size(const void *a, const void *b) {
    size_t x = strlen(((const struct way *)a)->to), y = strlen(((const struct way *)b)->to);
    return x < y ? -1 : x > y;
}

static int for_user(struct os_try *t, const struct mounts *mounts) {
    const char *const places[] = {env_find("HOME", 4), "/tmp", "/var/tmp", env_find("TMPDIR", 6)};
    int r = add_way(t, WAY_BIND, "/", "/", NULL);
    if (r >= 0)
        r = add_way(t, WAY_READONLY, NULL, "/", NULL);
    if (r >= 0)
        r = add_kernel(t);
    const size_t first = t->way_count;
    for (size_t i = 0; i < mounts->count && r >= 0; i++) {
        const struct mounted *m = &mounts->list[i];
        if (m->seen && !m->read_only && !m->pseudo && m->directory && strcmp(m->point, "/") != 0)
            r = cover(t, mounts, m->point);
    }
    if (r >= 0)
        r = cover_points(t, mounts);
    for (size_t i = 0; i < sizeof places / sizeof *places && r >= 0; i++)
        r = cover_real(t, mounts, places[i], false);
    if (r >= 0)
        r = cover_cwd(t, mounts);
    for (const char *const *in = t->options.in; in && *in && r >= 0; in++) {
        r = cover_real(t, mounts, *in, true);
        if (r < 0)
            try_fail(t, *in, r);
    }
    if (r >= 0 && t->way_count > first)
        qsort(t->ways + first, t->way_count - first, sizeof *t->ways, by_size);
    return r;
}

/* ----------------------------------------------------------------------------------- all */

/* Journals can't be seen, nor what the layers are made of. */
static int hide_journals(struct os_try *t) {
    int r = 0;
    for (size_t i = 0; i < t->js.count && r >= 0; i++) {
        AUTO_FREE char *real = NULL;
        r = realpath_resolve(t->js.list[i]->path, OS_PATH_STRICT, &real, NULL);
        if (r >= 0)
            r = add_optional(t, WAY_EMPTY, NULL, real, "mode=700,size=4k,nr_inodes=2");
        if (r >= 0)
            r = add_optional(t, WAY_READONLY, NULL, real, NULL);
    }
    return r;
}

static int add_real_ones(struct os_try *t) {
    int r = 0;
    for (const char *const *with = t->options.with; with && *with && r >= 0; with++) {
        AUTO_FREE char *real = NULL;
        r = realpath_resolve(*with, OS_PATH_STRICT, &real, NULL);
        if (r >= 0)
            r = add_way(t, WAY_BIND, real, real, NULL);
        if (r < 0)
            try_fail(t, *with, r);
    }
    return r;
}

static int begin(struct os_try *t, uint64_t again) {
    int r = journals_begin(&t->js);
    if (r >= 0)
        r = journals_open_all(&t->js, NULL, NULL);
    if (r < 0)
        return r;
    tries_sweep(&t->js, /* held= */ false);
    do {
        t->id = again;
        r = again ? 0 : tries_next(t->js.list[0], &t->id);
        if (r >= 0)
            r = add_base(t, t->js.list[0], again);
    } while (r == -EEXIST);
    if (r < 0)
        return r;
    t->root = join(t->bases[0].path, "/root");
    r = t->root ? SYS(mkdir, t->root, 0700) : -ENOMEM;
    return r == -EEXIST && again ? 0 : r;
}

int layers_find(struct os_try *t, uint64_t again) {
    AUTO_MOUNTS mounts = {0};
    int r = cwd_get(&t->cwd);
    if (r >= 0)
        r = begin(t, again);
    if (r >= 0)
        r = mounts_load(&mounts);
    if (r >= 0)
        r = t->user ? for_user(t, &mounts) : for_root(t, &mounts);
    if (r >= 0)
        r = hide_journals(t);
    if (r >= 0)
        r = add_real_ones(t);
    return r < 0 ? r : note_points(t);
}

void layers_free(struct os_try *t) {
    for (size_t i = 0; i < t->layer_count; i++) {
        free(t->layers[i].point);
        free(t->layers[i].at);
    }
    for (size_t i = 0; i < t->way_count; i++) {
        free(t->ways[i].from);
        free(t->ways[i].to);
        free(t->ways[i].at);
    }
    for (size_t i = 0; i < t->base_count; i++) {
        seam_close_quietly(t->bases[i].dir);
        seam_close_quietly(t->bases[i].lock);
        free(t->bases[i].path);
    }
    free(t->layers);
    free(t->ways);
    free(t->bases);
    free(t->root);
    free(t->cwd);
    journals_end(&t->js);
}
