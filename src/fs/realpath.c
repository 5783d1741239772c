/* SPDX-License-Identifier: MIT */
/** realpath: one call where no symbolic link is in the way, else component by component. */
#include "fs/realpath.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "fs/getcwd.h"
#include "fs/links.h"
#include "fs/place.h"
#include "path/norm.h"
#include "path/slice.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESOLVE_NO_SYMLINKS 0x04

/* After how many links it no longer pays to ask whether the rest is free of them. */
#define TRIES 3
/* Of how many components on asking for all at once is cheaper than going through them. */
#define WORTH_A_TRY 3

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
    bool trailing;  /* the path ends in a slash */
    bool unchecked; /* the place is no link, but not known to be a directory */
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

/* Makes sure that the place is a directory, where that matters: 0 or −errno. */
static int check_directory(struct real *real) {
    if (real->strict == OS_PATH_LENIENT || !real->unchecked || real->dead != SIZE_MAX)
        return 0;
    real->unchecked = false;
    long type = place_type(&real->place);
    if (type < 0)
        return (int)type;
    return type == S_IFDIR ? 0 : -ENOTDIR;
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
    real->unchecked = false;
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
    if (state == LINK_FOLLOWING)
        return -ELOOP;
    real->text.failed = true;
    return state;
}

/* Goes one name further: 0 or −errno. */
static int step(struct real *real, struct os_slice name) {
    size_t parent = real->place.path.size, target = real->text.size;
    place_enter(&real->place, name.data, name.size);
    if (real->dead != SIZE_MAX)
        return 0;
    long r = place_readlink(&real->place, &real->text);
    if (r >= 0 && !out_of_memory(real))
        r = follow(real, target);
    else if (r == -ENOTDIR && real->strict != OS_PATH_LENIENT)
        place_leave(&real->place, parent); /* it is what fails to be a directory */
    if (out_of_memory(real))
        return -ENOMEM;
    if (r == -EINVAL) /* no link */
        real->unchecked = true;
    if (r == -EINVAL || r >= 0)
        return 0;
    real->dead = real->place.path.size;
    return tolerates(real, r) ? 0 : (int)r;
}

/* What settles a path with one call: that it can be opened without meeting a symbolic link. Up to
 * what is missing it has met none either, and what lies behind that is not looked at, unless a ".."
 * comes back from there. `rest` is the part of `path` that is not known yet. */
static bool is_plain(const char *path, size_t size, const char *rest, enum os_path_strict strict) {
    static const struct kernel_open_how how = {.flags = O_PATH | O_CLOEXEC,
                                               .resolve = RESOLVE_NO_SYMLINKS};
    struct os_slice name;
    bool parents = false;
    size_t count = 0;
    for (const char *at = rest; slice_next(&at, &name); count++)
        parents |= slice_is_parent(name);
    if (count < WORTH_A_TRY || size >= PATH_MAX)
        return false;
    int fd = SYS(kernel_openat2, AT_FDCWD, path, &how);
    seam_close_quietly(fd);
    if (fd >= 0 || parents)
        return fd >= 0;
    bool missing = strict == OS_PATH_LENIENT || strict == OS_PATH_ALLOW_MISSING;
    return (fd == -ENOENT && missing) || (fd == -ENOTDIR && strict == OS_PATH_LENIENT);
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
    bool plain = !path->failed && is_plain(path->data, path->size, path->data + size, real->strict);
    if (plain) {
        path->size = path_append_normal(path->data, size, 1,
                                        slice_of(path->data + size, path->data + path->size));
        path->data[path->size] = '\0';
    } else {
        str_truncate(path, size);
    }
    return plain;
}

/* Takes one component: 0 or −errno. */
static int resolve_one(struct real *real) {
    struct os_slice name = take_component(real);
    bool stays = name.size == 0 || (name.size == 1 && name.data[0] == '.');
    if (!stays && !slice_is_parent(name))
        return step(real, name);
    int r = check_directory(real);
    if (r == 0 && !stays)
        leave(real, place_parent(&real->place));
    return r;
}

/* Resolves component by component: 0 or −errno. */
static int resolve(struct real *real) {
    while (real->pending > 0) {
        if (pop_done(real) < 0)
            return -ENOMEM;
        size_t frames = depth(real);
        int r = resolve_one(real);
        if (r < 0)
            return r;
        if (depth(real) > frames && real->tries-- > 0 && rest_is_plain(real))
            return 0;
    }
    return real->trailing ? check_directory(real) : 0;
}

static int resolve_slowly(const char *path, enum os_path_strict strict, struct str *start,
                          char **ret_path, char **reterr_failed) {
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
    r = out_of_memory(&real) ? -ENOMEM : r;
    if (r == 0)
        r = str_take(&real.place.path, ret_path);
    else if (reterr_failed && r != -ENOMEM)
        str_take(&real.place.path, reterr_failed);
    place_free(&real.place);
    str_free(&real.text);
    str_free(&real.frames);
    links_free(&real.links);
    return r;
}

int realpath_resolve(const char *path, enum os_path_strict strict, char **ret_path,
                     char **reterr_failed) {
    AUTO_STR start = STR_INIT;
    if (path[0] != '/') {
        int r = cwd_append(&start);
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
    if (!is_plain(start.data, start.size, path, strict)) {
        str_truncate(&start, root);
        return resolve_slowly(path, strict, &start, ret_path, reterr_failed);
    }
    start.size = path_append_normal(start.data, root, 1, slice_of(path, path + strlen(path)));
    start.data[start.size] = '\0';
    return str_take(&start, ret_path);
}

char *os_path_realpath(const char *path, enum os_path_strict strict) {
    UNCANCELLED;
    char *text = NULL;
    AUTO_FREE char *failed = NULL;
    int r = (unsigned)strict <= OS_PATH_ALL_BUT_LAST
                ? realpath_resolve(path, strict, &text, &failed)
                : -EINVAL;
    return PUBLIC_POINTER(r, text, "path_realpath", failed, NULL);
}
