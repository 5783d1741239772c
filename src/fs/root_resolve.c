/* SPDX-License-Identifier: MIT */
/** Opening a path that must not lead out of a directory, by openat2(2) or step by step.
 *
 *  The steps never use the kernel's "..": after a step up the names that led here are walked again
 *  from the root, because the directory may have been moved out of it meanwhile. No step follows a
 *  link either: its text is read and becomes the beginning of what is left to do. So whatever is
 *  renamed or swapped at any moment, each step starts in a directory that was reached from the
 *  root by names alone.
 */
#include "fs/root_resolve.h"

#include "base/kernel.h"
#include "base/seam.h"
#include "base/str.h"
#include "fs/at.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define NO_MAGIC   0x02 /* RESOLVE_NO_MAGICLINKS */
#define BENEATH    0x08 /* RESOLVE_BENEATH */
#define IN_ROOT    0x10 /* RESOLVE_IN_ROOT */
#define PROC_MAGIC 0x9fa0
#define LINKS_MAX  40  /* as many as the kernel follows */
#define OPEN_TRIES 128 /* openat2 says EAGAIN whenever something is renamed beside it */
#define WALK_TRIES 16
#define MAKE_TRIES 64
#define MOVED      (-ERESTART) /* a directory on the way is not what it was: begin again */

struct walk {
    int root;
    bool inside;
    int at; /* where we are: the root, or a descriptor of ours */
    int flags;
    mode_t mode;
    struct root_make *make;
    char *todo;       /* what is left, in a block of its own */
    char *next;       /* where in it we are */
    size_t size;      /* of the caller's path */
    size_t own;       /* so many bytes at the end of `todo` are the caller's; the rest are links' */
    struct list done; /* the names that led here */
    int links;
};

static void arrive(struct walk *w, int fd) {
    if (w->at != w->root)
        seam_close_quietly(w->at);
    w->at = fd;
}

static int step_into(int dir, const char *name) {
    return SYS(openat, dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Puts what a link holds before what is left after it: `name` of where we are is the link. */
static int expand(struct walk *w, const char *name, const char *rest) {
    AUTO_FREE char *target = NULL;
    int r = at_readlink(w->at, name, &target);
    if (r < 0)
        return r;
    if (++w->links > LINKS_MAX)
        return -ELOOP;
    if (target[0] == '/') {
        struct statfs fs; /* of a link in /proc the kernel says that it is not to be followed */
        if (SYS(fstatfs, w->at, &fs) >= 0 && fs.f_type == PROC_MAGIC)
            return -ELOOP;
        if (!w->inside)
            return -EXDEV;
        arrive(w, w->root);
        w->done.count = 0;
        w->done.text.size = 0;
    }
    AUTO_STR todo = STR_INIT;
    size_t left = strlen(rest);
    str_append_text(&todo, target);
    str_append(&todo, rest, left);
    if (left < w->own)
        w->own = left;
    cleanup_free(&w->todo);
    w->todo = NULL;
    r = str_take(&todo, &w->todo);
    w->next = w->todo;
    return r;
}

/* Goes up by walking the names but the last again. */
static int go_up(struct walk *w) {
    if (w->done.count == 0)
        return w->inside ? 0 : -EXDEV;
    int here = step_into(w->at, "."); /* the kernel wants permission to search where ".." is used */
    if (here < 0)
        return here;
    seam_close_quietly(here);
    arrive(w, w->root);
    w->done.count--;
    const char *name = w->done.text.data;
    for (size_t i = 0; i < w->done.count; i++, name += strlen(name) + 1) {
        int fd = step_into(w->at, name);
        if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
            return MOVED;
        if (fd < 0)
            return fd;
        arrive(w, fd);
    }
    w->done.text.size = (size_t)(name - w->done.text.data);
    return 0;
}

/* Whether a component of which `left` bytes remain (with what follows) is the caller's own. */
static bool is_own(const struct walk *w, size_t left) {
    return left <= w->own;
}

static int go_down(struct walk *w, const char *name, const char *rest, size_t left) {
    int fd = step_into(w->at, name);
    for (int i = 0; fd == -ENOENT && w->make && is_own(w, left) && i < MAKE_TRIES; i++) {
        int r = SYS(mkdirat, w->at, name, w->make->mode);
        if (r < 0 && r != -EEXIST)
            return r;
        fd = step_into(w->at, name);
    }
    if (fd == -ENOTDIR || fd == -ELOOP) {
        int r = expand(w, name, rest);
        return r == -EINVAL ? -ENOTDIR : r;
    }
    if (fd < 0)
        return fd;
    arrive(w, fd);
    list_add_text(&w->done, name);
    return w->done.text.failed ? -ENOMEM : 0;
}

/* The descriptor where it is no link, −ELOOP where it is; −errno closes it too. */
static int refuse_link(int fd) {
    struct stat st;
    int r = SYS(fstat, fd, &st);
    if (r >= 0 && !S_ISLNK(st.st_mode))
        return fd;
    seam_close_quietly(fd);
    return r < 0 ? r : -ELOOP;
}

/* Opens the last component: the descriptor, −errno, or −EINPROGRESS when a link is to be followed.
 */
static int open_last(struct walk *w, const char *name) {
    bool exclusive = (w->flags & O_CREAT) && (w->flags & O_EXCL);
    bool follow = !(w->flags & O_NOFOLLOW) && !exclusive;
    int fd = SYS(openat, w->at, name, w->flags | O_NOFOLLOW | O_CLOEXEC, w->mode);
    if (follow && fd >= 0 && (w->flags & O_PATH))
        fd = refuse_link(fd);
    if (!follow || (fd != -ELOOP && fd != -ENOTDIR))
        return fd;
    int r = expand(w, name, "");
    return r == -EINVAL ? fd : r < 0 ? r : -EINPROGRESS;
}

/* One component. */
static int take_step(struct walk *w) {
    char *name = w->next + strspn(w->next, "/");
    size_t left = strlen(name), size = strcspn(name, "/");
    char *end = name + size;
    if (left == 0 || (size == 1 && left == 1 && *name == '.'))
        return SYS(openat, w->at, ".", (w->flags & ~O_NOFOLLOW) | O_CLOEXEC, w->mode);
    bool dir = *end == '/', last = end[strspn(end, "/")] == '\0';
    w->next = end;
    if (size == 1 && *name == '.')
        return -EINPROGRESS;
    if (w->make)
        w->make->failed = w->size - (left - size < w->own ? left - size : w->own);
    int r;
    if (size == 2 && name[0] == '.' && name[1] == '.') {
        r = go_up(w);
    } else {
        AUTO_FREE char *copy = mem_text(name, size); /* as a link's text replaces `todo` */
        AUTO_FREE char *rest = mem_text(end, strlen(end));
        if (!copy || !rest)
            return -ENOMEM;
        if (last && dir && (w->flags & O_CREAT))
            return -EISDIR;
        if (last && !dir)
            return open_last(w, copy);
        r = go_down(w, copy, rest, left);
    }
    return r < 0 ? r : -EINPROGRESS;
}

static int walk_once(struct walk *w, const char *path) {
    w->at = w->root;
    w->size = w->own = strlen(path);
    w->links = 0;
    w->next = w->todo = mem_text(path, w->size);
    int r = w->todo ? -EINPROGRESS : -ENOMEM;
    while (r == -EINPROGRESS)
        r = take_step(w);
    arrive(w, w->root);
    list_free(&w->done);
    cleanup_free(&w->todo);
    return r;
}

int root_walk(const struct os_root *root, const char *path, int flags, mode_t mode,
              struct root_make *make) {
    if (path[0] && (path[0] != '/' || root->inside)) {
        struct walk w = {
            .root = root->fd, .inside = root->inside, .flags = flags, .mode = mode, .make = make};
        int r = MOVED;
        for (int i = 0; r == MOVED && i < WALK_TRIES; i++)
            r = walk_once(&w, path);
        return r == MOVED ? -EAGAIN : r;
    }
    if (make)
        make->failed = strlen(path);
    return path[0] ? -EXDEV : -ENOENT;
}

bool root_walks;

static int open_beneath(const struct os_root *root, const char *path, int flags, mode_t mode) {
    bool creates = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
    struct kernel_open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .mode = creates ? mode & 07777 : 0,
        .resolve = NO_MAGIC | (root->inside ? IN_ROOT : BENEATH),
    };
    int r = -EAGAIN;
    for (int i = 0; r == -EAGAIN && i < OPEN_TRIES; i++)
        r = SYS(kernel_openat2, root->fd, path, &how);
    return r;
}

int root_open(const struct os_root *root, const char *path, int flags, mode_t mode) {
    static atomic_bool missing;
    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW; /* openat2 refuses what open(2) ignores */
    if (flags & O_CREAT && flags & O_DIRECTORY)     /* before Linux 6.4 a file came of it */
        return -EINVAL;
    if (!root_walks && !atomic_load_explicit(&missing, memory_order_relaxed)) {
        int r = open_beneath(root, path, flags, mode);
        if (r == -ENOSYS)
            atomic_store_explicit(&missing, true, memory_order_relaxed);
        /* EPERM may be a sandbox's, which can change its mind; ENAMETOOLONG may be the path's. */
        if (r != -ENOSYS && r != -EPERM && r != -EAGAIN && r != -ENAMETOOLONG)
            return r;
    }
    return root_walk(root, path, flags, mode, NULL);
}
