/* SPDX-License-Identifier: MIT */
/** One entry of a directory copied into another: made anew, beside its name or into what is there.
 */
#include "tree/copyfile.h"

#include "base/kernel.h"
#include "base/seam.h"
#include "fs/at.h"
#include <fcntl.h>
#include <osier/files.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    PAUSE_NS = 10 * 1000000, /* between two looks at what is waited for */
    TICK_NS = 20 * 1000000,  /* no file system's clock is coarser, but for those of old formats */
};

int copy_plain_open(void *data, int dir, const char *name, int flags, mode_t mode) {
    (void)data;
    return SYS(openat, dir, name, flags, mode);
}

static int fails(struct copy *copy, const char *operation, int side, int error) {
    copy->operation = operation;
    copy->side = side;
    return error;
}

/* ---------------------------------------------------------------------------- opening */

static bool is_regular(int dir, const char *name, int flags) {
    struct stat st;
    return SYS(fstatat, dir, name, &st, flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) >= 0 &&
           S_ISREG(st.st_mode);
}

/* Waits a moment: 0, or the −errno of whoever ends it. */
static int wait_a_moment(int (*pause)(void *data, uint64_t bytes), void *data) {
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    return pause ? pause(data, 0) : 0;
}

int copy_open_patiently(int (*open)(void *data, int dir, const char *name, int flags, mode_t mode),
                        void *data, int dir, const char *name, int flags,
                        int (*pause)(void *data, uint64_t bytes), void *pause_data) {
    for (;;) {
        int fd = open(data, dir, name, flags | O_CLOEXEC | O_NONBLOCK, 0);
        if (fd != -EAGAIN || !is_regular(dir, name, flags))
            return fd;
        int r = wait_a_moment(pause, pause_data);
        if (r < 0)
            return r;
    }
}

static int open_patiently(struct copy *copy, int dir, const char *name, int flags) {
    const struct content *c = copy->content;
    return copy_open_patiently(copy->open, copy->data, dir, name, flags, c->copied, c->data);
}

/* What is no regular file may have nothing to give, or no room, for a while: that is waited for. */
static int have_it_wait(int fd, const struct stat *st) {
    if (S_ISREG(st->st_mode))
        return 0;
    int flags = SYS(fcntl, fd, F_GETFL);
    return flags < 0 ? flags : SYS(fcntl, fd, F_SETFL, flags & ~O_NONBLOCK);
}

/* Whether the file was changed in this very tick of the clock: then another change in it would give
 * it the same times again. */
static bool just_changed(const struct stat *st) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age =
        (now.tv_sec - st->st_ctim.tv_sec) * INT64_C(1000000000) + now.tv_nsec - st->st_ctim.tv_nsec;
    return age >= 0 && age < TICK_NS;
}

/* Looks at the open source; for an exact copy, until the next change of it would show. */
static int look_at_source(struct copy *copy, int fd, struct original *ret) {
    int r = content_look(copy->content, fd, ret);
    if (r < 0 || !copy->exact || !just_changed(&ret->st))
        return r;
    nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
    return content_look(copy->content, fd, ret);
}

/* Opens the source and looks at it: a descriptor or −errno. */
static int open_source(struct copy *copy, struct original *ret) {
    int flags = O_RDONLY | (copy->no_links ? O_NOFOLLOW : 0);
    AUTO_CLOSE int fd = open_patiently(copy, copy->from_dir, copy->from, flags);
    if (fd < 0)
        return fails(copy, "open", 0, fd);
    int r = look_at_source(copy, fd, ret);
    if (r < 0)
        return fails(copy, "stat", 0, r);
    copy->source = ret->st;
    if (S_ISDIR(ret->st.st_mode))
        return fails(copy, "open", 0, -EISDIR);
    if (S_ISFIFO(ret->st.st_mode))
        return fails(copy, "copyfile", 0, -EOPNOTSUPP);
    r = have_it_wait(fd, &ret->st);
    return r < 0 ? fails(copy, "open", 0, r) : TAKE_FD(fd);
}

/* ---------------------------------------------------------------- where it comes into being */

/* Makes something new in copy->to_dir: ≥ 0, or −errno, −EEXIST when the name is taken. */
typedef int make_call(struct copy *copy, const char *name, const void *what);

/* The name under which the copy is made, and how making it went. */
struct made {
    const char *name;
    char beside[BESIDE_SIZE];
    int r;
};

static void make_beside(struct copy *copy, make_call *make, const void *what, struct made *made) {
    made->name = made->beside;
    made->r = -EEXIST;
    for (int i = 0; i < BESIDE_TRIES && made->r == -EEXIST; i++) {
        beside_name(made->beside);
        made->r = make(copy, made->name, what);
    }
}

/* No directory makes room for what is none. */
static bool is_dir(const struct copy *copy) {
    struct stat st;
    return SYS(fstatat, copy->to_dir, copy->to, &st, AT_SYMLINK_NOFOLLOW) >= 0 &&
           S_ISDIR(st.st_mode);
}

/* Makes the copy, yet without anything in it. */
static void make_somewhere(struct copy *copy, make_call *make, const void *what,
                           struct made *made) {
    made->name = copy->to;
    made->r = copy->how == COPY_BESIDE ? -EEXIST : make(copy, made->name, what);
    if (made->r != -EEXIST || (copy->how != COPY_BESIDE && copy->how != COPY_REPLACE))
        return;
    if (is_dir(copy))
        made->r = -EISDIR;
    else
        make_beside(copy, make, what, made);
}

static int put_in_place(struct copy *copy, const char *name) {
    return copy->noreplace ? at_rename_new(copy->to_dir, name, copy->to_dir, copy->to)
                           : SYS(renameat, copy->to_dir, name, copy->to_dir, copy->to);
}

/* The copy is complete, or has failed with `r`: then nothing of it stays. */
static int settle(struct copy *copy, const struct made *made, int r) {
    bool beside = made->name != copy->to;
    if (r >= 0 && beside && (r = put_in_place(copy, made->name)) < 0)
        r = fails(copy, "rename", 1, r);
    if (r < 0)
        SYS(unlinkat, copy->to_dir, made->name, 0);
    return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------------------ its content */

static int make_file(struct copy *copy, const char *name, const void *what) {
    mode_t mode = content_first_mode(copy->content, what);
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    return copy->open(copy->data, copy->to_dir, name, flags, mode);
}

/* The bits that a new file is known to have got, or −1. */
static int made_mode(const struct copy *copy, const struct original *o) {
    mode_t mode = content_mode(copy->content, &o->st);
    bool known = !copy->content->owner && !o->acl && !(mode & ~copy->content->allowed);
    return known ? (int)mode : -1;
}

/* Fills `to`, of the type that `st` says, and gives it what else belongs to a copy. What is no
 * regular file stays as it is but for its content. */
static int fill(struct copy *copy, int from, const struct original *o, int to, mode_t type,
                int made) {
    int r = content_copy(copy->content, from, to, &o->st, /* holes= */ S_ISREG(type));
    if (r < 0)
        return fails(copy, "copyfile", 2, r);
    if (S_ISREG(type))
        r = content_finish(copy->content, from, to, o, made, copy->inherits);
    return r < 0 ? fails(copy, "copystat", 1, r) : 0;
}

static int close_copy(struct copy *copy, int to, int r) {
    if (r >= 0 && copy->durable && (r = SYS(fsync, to)) < 0)
        r = fails(copy, "fsync", 1, r);
    int closed = seam_close(to);
    if (r >= 0 && closed < 0) /* disks that are full may say so only now */
        r = fails(copy, "close", 1, closed);
    return r;
}

/* What was copied but lacks something that belongs to it stays, for who can do without; not so
 * where it is to take the place of something else. */
static bool stays(const struct copy *copy, const struct made *made) {
    return made->name == copy->to && strcmp(copy->operation, "copystat") == 0;
}

static int copy_anew(struct copy *copy, int from, const struct original *o) {
    struct made made;
    make_somewhere(copy, make_file, o, &made);
    if (made.r < 0)
        return fails(copy, "open", 1, made.r);
    int r = fill(copy, from, o, made.r, S_IFREG, made_mode(copy, o));
    r = close_copy(copy, made.r, r);
    return r < 0 && stays(copy, &made) ? r : settle(copy, &made, r);
}

/* ------------------------------------------------------------------- into what is there */

static bool is_type(const struct copy *copy, mode_t type, int at_flags) {
    struct stat st;
    return SYS(fstatat, copy->to_dir, copy->to, &st, at_flags) >= 0 &&
           (st.st_mode & S_IFMT) == type;
}

/* Opens what is there: a descriptor, −ENOENT where nothing is, or another −errno. It is not opened
 * with O_CREAT, as who may write to a file may not always do that (fs.protected_regular). */
static int open_there(struct copy *copy) {
    for (;;) {
        int fd = open_patiently(copy, copy->to_dir, copy->to, O_WRONLY);
        if (fd != -ENXIO || !is_type(copy, S_IFIFO, 0))
            return fd;
        if (!copy->into_pipes) /* one that nobody reads */
            return fails(copy, "copyfile", 1, -EOPNOTSUPP);
        int r = wait_a_moment(copy->content->copied, copy->content->data);
        if (r < 0)
            return r;
    }
}

/* Nobody who may not read the copy is to read what will be written into it: the bits that it is not
 * going to have are taken at once. Who may not do that is told so in the end. */
static void narrow(struct copy *copy, int to, const struct stat *st, const struct original *o) {
    mode_t mode = content_first_mode(copy->content, o);
    if (!copy->content->plain && st->st_mode & 077 & ~mode)
        SYS(fchmod, to, st->st_mode & (mode | 0700));
}

/* What is there is emptied, unless it is the source itself. */
static int prepare(struct copy *copy, int to, const struct original *o, struct stat *ret_st) {
    int r = SYS(fstat, to, ret_st);
    if (r < 0)
        return fails(copy, "stat", 1, r);
    if (ret_st->st_dev == o->st.st_dev && ret_st->st_ino == o->st.st_ino)
        return fails(copy, "copyfile", 2, -EINVAL); /* SameFileError */
    if (S_ISFIFO(ret_st->st_mode) && !copy->into_pipes)
        return fails(copy, "copyfile", 1, -EOPNOTSUPP);
    if (!S_ISREG(ret_st->st_mode))
        return fails(copy, "open", 1, have_it_wait(to, ret_st));
    narrow(copy, to, ret_st, o);
    return ret_st->st_size ? fails(copy, "truncate", 1, SYS(ftruncate, to, 0)) : 0;
}

static int write_into(struct copy *copy, int from, const struct original *o, int to) {
    struct stat st;
    int r = prepare(copy, to, o, &st);
    if (r >= 0)
        r = fill(copy, from, o, to, st.st_mode & S_IFMT, /* made= */ -1);
    return close_copy(copy, to, r);
}

/* Where somebody makes or removes the file meanwhile, it is looked at again. A link that leads
 * nowhere is not written through. */
static int copy_into_there(struct copy *copy, int from, const struct original *o) {
    for (;;) {
        copy->operation = "open";
        copy->side = 1;
        int to = open_there(copy);
        if (to >= 0)
            return write_into(copy, from, o, to);
        if (to != -ENOENT)
            return to;
        int r = copy_anew(copy, from, o);
        if (r != -EEXIST || is_type(copy, S_IFLNK, AT_SYMLINK_NOFOLLOW))
            return r;
    }
}

int copy_regular(struct copy *copy) {
    struct original o;
    AUTO_CLOSE int from = open_source(copy, &o);
    if (from < 0)
        return from;
    return copy->how == COPY_INTO ? copy_into_there(copy, from, &o) : copy_anew(copy, from, &o);
}

/* -------------------------------------------------------------------- what has no content */

static int finish_unopened(struct copy *copy, const char *name) {
    int r = content_finish_at(copy->content, copy->to_dir, name, &copy->source);
    if (r >= 0 && !copy->content->plain)
        r = copy_own_xattrs(copy->from_dir, copy->from, copy->to_dir, name);
    return r < 0 ? fails(copy, "copystat", 1, r) : 0;
}

static int make_symlink(struct copy *copy, const char *name, const void *what) {
    return SYS(symlinkat, what, copy->to_dir, name);
}

/* Reads a link that was the same before and afterwards. */
static int read_link(struct copy *copy, char **ret_target) {
    struct stat after;
    for (;;) {
        AUTO_FREE char *target = NULL;
        int r = SYS(fstatat, copy->from_dir, copy->from, &copy->source, AT_SYMLINK_NOFOLLOW);
        if (r >= 0)
            r = at_readlink(copy->from_dir, copy->from, &target);
        if (r >= 0)
            r = SYS(fstatat, copy->from_dir, copy->from, &after, AT_SYMLINK_NOFOLLOW);
        if (r < 0)
            return fails(copy, "readlink", 0, r);
        if (after.st_ino == copy->source.st_ino && after.st_dev == copy->source.st_dev) {
            *ret_target = TAKE_POINTER(target);
            return 0;
        }
    }
}

int copy_link(struct copy *copy) {
    AUTO_FREE char *target = NULL;
    struct made made;
    int r = read_link(copy, &target);
    if (r < 0)
        return r;
    make_somewhere(copy, make_symlink, target, &made);
    if (made.r < 0)
        return fails(copy, "symlink", 1, made.r);
    bool bare = copy->content->plain || copy->content->mode_only;
    r = bare ? 0 : finish_unopened(copy, made.name);
    return r < 0 && stays(copy, &made) ? r : settle(copy, &made, r);
}

static int make_node(struct copy *copy, const char *name, const void *what) {
    const struct stat *st = what;
    return SYS(mknodat, copy->to_dir, name, (st->st_mode & S_IFMT) | 0600, st->st_rdev);
}

int copy_special(struct copy *copy) {
    struct stat *st = &copy->source;
    struct made made;
    int r = SYS(fstatat, copy->from_dir, copy->from, st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return fails(copy, "stat", 0, r);
    if (!copy->special || S_ISDIR(st->st_mode) || S_ISREG(st->st_mode) || S_ISLNK(st->st_mode))
        return fails(copy, "copyfile", 0, -EOPNOTSUPP);
    make_somewhere(copy, make_node, st, &made);
    if (made.r < 0)
        return fails(copy, "mknod", 1, made.r);
    r = finish_unopened(copy, made.name);
    return r < 0 && stays(copy, &made) ? r : settle(copy, &made, r);
}

struct link_target {
    int dir;
    const char *name;
};

static int make_link(struct copy *copy, const char *name, const void *what) {
    const struct link_target *target = what;
    return SYS(linkat, target->dir, target->name, copy->to_dir, name, 0);
}

/* rename(2) leaves both names where they are one file already. */
int copy_as_link(struct copy *copy, int dir, const char *target) {
    struct link_target what = {dir, target};
    struct made made;
    make_somewhere(copy, make_link, &what, &made);
    if (made.r < 0)
        return fails(copy, "link", 1, made.r);
    int r = settle(copy, &made, 0);
    if (r >= 0 && made.name != copy->to)
        SYS(unlinkat, copy->to_dir, made.name, 0);
    return r;
}
