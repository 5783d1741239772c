/* SPDX-License-Identifier: MIT */
/** realpath: one call where no symbolic link is in the way, else component by component. */
#include "path/real.h"

#include "base/error.h"
#include "base/seam.h"
#include "path/cwd.h"
#include "path/links.h"
#include "path/norm.h"
#include "path/place.h"
#include "path/slice.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define RESOLVE_NO_SYMLINKS 0x04

/* After how many links it no longer pays to ask whether the rest is free of them. */
#define TRIES 3

struct open_how {
    uint64_t flags, mode, resolve;
};

static int kernel_openat2(int fd, const char *path, const struct open_how *how, size_t size) {
    return (int)syscall(SYS_openat2, fd, path, how, size);
}

/* Text still to be gone through: the path itself, then the target of each link in it. */
struct frame {
    size_t start; /* where it lies in `text` */
    size_t next;  /* the next component */
    bool more;    /* there is one, be it empty */
    size_t link;  /* the number of the link */
};

struct real {
    struct place place;
    struct str text;   /* of the frames, each with its NUL */
    struct str frames; /* a stack of struct frame */
    struct links links;
    size_t pending; /* frames with more to come */
    size_t dead;    /* from this size on the path leads nowhere, so nothing needs to be asked */
    enum os_path_strict strict;
    bool trailing; /* the path ends in a slash */
    int tries;
};

static bool out_of_memory(const struct real *real) {
    return real->place.path.failed || real->text.failed || real->frames.failed;
}

static struct frame *top(struct real *real) {
    return (struct frame *)(void *)(real->frames.data + real->frames.size) - 1;
}

static size_t depth(const struct real *real) {
    return real->frames.size / sizeof(struct frame);
}

static void push(struct real *real, size_t start, size_t link) {
    struct frame frame = {.start = start, .next = start, .more = true, .link = link};
    str_append(&real->frames, (const char *)&frame, sizeof frame);
    real->pending++;
}

/* Drops the frames that are done: their links are resolved now. */
static int pop_done(struct real *real) {
    while (!top(real)->more) {
        struct frame *frame = top(real);
        const struct str *path = &real->place.path;
        if (links_resolve(&real->links, frame->link, path->data, path->size) < 0)
            return -ENOMEM;
        str_truncate(&real->text, frame->start);
        real->frames.size -= sizeof *frame;
    }
    return 0;
}

/* The next component, be it empty; valid until `text` grows. */
static struct os_slice take_component(struct real *real) {
    struct frame *frame = top(real);
    const char *start = real->text.data + frame->next;
    const char *end = strchrnul(start, '/');
    frame->next += (size_t)(end - start) + 1;
    frame->more = *end == '/';
    real->pending -= !frame->more;
    return slice_of(start, end);
}

/* Whether an error lets the path go on, as if what is there were no link. */
static bool tolerates(const struct real *real, long error) {
    if (real->strict == OS_PATH_LENIENT)
        return true;
    if (real->strict == OS_PATH_STRICT || error != -ENOENT)
        return false;
    return real->strict == OS_PATH_ALLOW_MISSING || real->pending == 0;
}

/* Appends the target of the link at the place to `text`: 1, 0 where there is none, or −errno. */
static long look(struct real *real) {
    if (real->strict != OS_PATH_LENIENT && (real->pending > 0 || real->trailing)) {
        long type = place_type(&real->place);
        if (type < 0 || type == S_IFDIR)
            return type < 0 ? type : 0;
        if (type != S_IFLNK)
            return -ENOTDIR;
    }
    long r = place_readlink(&real->place, &real->text);
    if (r == -EINVAL)
        return 0;
    return r < 0 ? r : 1;
}

static void leave(struct real *real, size_t size) {
    place_leave(&real->place, size);
    if (size < real->dead)
        real->dead = SIZE_MAX;
}

/* The place is a link, and what it says lies at `target` in `text`: 0 or −errno. */
static int follow(struct real *real, size_t target) {
    struct place *place = &real->place;
    size_t number, size;
    int state = links_enter(&real->links, place->path.data, place->path.size, &number);
    if (state == LINK_NEW) {
        str_append(&real->text, "", 1);
        push(real, target, number);
        if (real->text.data[target] == '/')
            place_set(place, "/", 1);
        else
            place_leave(place, place_parent(place));
        return 0;
    }
    str_truncate(&real->text, target);
    if (state == LINK_RESOLVED) {
        const char *path = links_target(&real->links, number, &size);
        place_set(place, path, size);
        return 0;
    }
    return state == LINK_FOLLOWING ? -ELOOP : state;
}

/* Goes one name further: 0 or −errno. */
static int step(struct real *real, struct os_slice name) {
    place_enter(&real->place, name.data, name.size);
    if (real->dead != SIZE_MAX)
        return 0;
    size_t target = real->text.size;
    long r = look(real);
    if (out_of_memory(real))
        return -ENOMEM;
    if (r > 0) {
        r = follow(real, target);
        if (r == -ENOMEM || out_of_memory(real))
            return -ENOMEM;
    }
    if (r >= 0)
        return 0;
    real->dead = real->place.path.size;
    return tolerates(real, r) ? 0 : (int)r;
}

/* Whether all of an absolute path exists and nothing in it is a symbolic link. */
static bool is_plain(const char *path, size_t size) {
    static const struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                                        .resolve = RESOLVE_NO_SYMLINKS};
    if (size >= PATH_MAX)
        return false;
    AUTO_CLOSE int fd = SYS(kernel_openat2, AT_FDCWD, path, &how, sizeof how);
    return fd >= 0;
}

/* After a link: whether all that is left is plain, and if so goes through it at once. */
static bool rest_is_plain(struct real *real) {
    struct str *path = &real->place.path;
    size_t size = path->size;
    for (size_t i = depth(real); i-- > 0;) {
        const struct frame *frame = (const struct frame *)(void *)real->frames.data + i;
        if (frame->more) {
            str_append_char(path, '/');
            str_append_text(path, real->text.data + frame->next);
        }
    }
    if (real->trailing)
        str_append_char(path, '/');
    bool plain = !path->failed && is_plain(path->data, path->size);
    if (plain) {
        path->size = path_append_normal(path->data, size, 1, path->data + size);
        path->data[path->size] = '\0';
    } else {
        str_truncate(path, size);
    }
    return plain;
}

/* Resolves component by component: 0 or −errno. */
static int resolve(struct real *real) {
    while (real->pending > 0) {
        if (pop_done(real) < 0)
            return -ENOMEM;
        size_t frames = depth(real);
        struct os_slice name = take_component(real);
        if (name.size == 0 || (name.size == 1 && name.data[0] == '.'))
            continue;
        if (slice_is_parent(name)) {
            leave(real, place_parent(&real->place));
            continue;
        }
        int r = step(real, name);
        if (r < 0)
            return r;
        if (depth(real) > frames && real->tries-- > 0 && rest_is_plain(real))
            return out_of_memory(real) ? -ENOMEM : 0;
    }
    return out_of_memory(real) ? -ENOMEM : 0;
}

static int resolve_slowly(const char *path, enum os_path_strict strict, struct str *start,
                          char **ret_path, char **ret_failed) {
    struct real real = {.place = PLACE_INIT, .dead = SIZE_MAX, .strict = strict, .tries = TRIES};
    size_t size = strlen(path);
    while (size > 0 && path[size - 1] == '/')
        size--;
    real.trailing = path[size] == '/';
    real.place.path = *start;
    *start = STR_INIT;
    str_append(&real.text, path, size);
    str_append(&real.text, "", 1);
    push(&real, 0, 0);
    int r = out_of_memory(&real) ? -ENOMEM : resolve(&real);
    if (r == 0)
        r = str_take(&real.place.path, ret_path);
    else if (ret_failed && r != -ENOMEM)
        str_take(&real.place.path, ret_failed);
    place_free(&real.place);
    str_free(&real.text);
    str_free(&real.frames);
    links_free(&real.links);
    return r;
}

int path_realpath(const char *path, enum os_path_strict strict, char **ret_path,
                  char **ret_failed) {
    AUTO_STR start = STR_INIT;
    if (path[0] != '/') {
        int r = path_append_cwd(&start);
        if (r < 0)
            return r;
    } else {
        str_append_char(&start, '/');
    }
    size_t root = start.size;
    str_append_char(&start, '/');
    str_append_text(&start, path);
    if (start.failed)
        return -ENOMEM;
    bool plain = is_plain(start.data, start.size);
    if (plain)
        root = path_append_normal(start.data, root, 1, path);
    str_truncate(&start, root);
    if (!plain)
        return resolve_slowly(path, strict, &start, ret_path, ret_failed);
    start.data[root] = '\0';
    start.size = root;
    return str_take(&start, ret_path);
}

char *os_path_realpath(const char *path, enum os_path_strict strict) {
    char *text = NULL;
    AUTO_FREE char *failed = NULL;
    int r = (unsigned)strict <= OS_PATH_ALL_BUT_LAST ? path_realpath(path, strict, &text, &failed)
                                                     : -EINVAL;
    return PUBLIC_POINTER(r, text, "path_realpath", failed, NULL);
}
