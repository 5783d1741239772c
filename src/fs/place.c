/* SPDX-License-Identifier: MIT */
/** A place in the file tree that can be looked at however long its path is. */
#include "fs/place.h"

#include "base/seam.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASE_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define STEP_BACK  1024 /* how much further back a base goes than it has to */
#define LINK_ROOM  255

static void drop_base(struct place *place) {
    seam_close_quietly(place->base);
    place->base = -1;
    place->base_size = 0;
}

static void set_base(struct place *place, int fd, size_t size) {
    seam_close_quietly(place->base);
    place->base = fd;
    place->base_size = size;
}

void place_set(struct place *place, const char *path, size_t size) {
    drop_base(place);
    str_truncate(&place->path, 0);
    str_append(&place->path, path, size);
}

void place_enter(struct place *place, const char *name, size_t size) {
    if (place->path.size > 1)
        str_append_char(&place->path, '/');
    str_append(&place->path, name, size);
}

size_t place_parent(const struct place *place) {
    const char *path = place->path.data;
    const char *slash = memrchr(path, '/', place->path.size);
    return slash > path ? (size_t)(slash - path) : 1;
}

/* The path has just lost the last component of its base: takes the base up a good distance, or
 * does without one. */
static void step_back(struct place *place) {
    size_t target = place->path.size;
    AUTO_STR up = STR_INIT;
    int fd = -1;
    if (target > 4 * STEP_BACK) {
        const char *path = place->path.data;
        size_t size = target;
        target -= STEP_BACK;
        while (path[target] != '/')
            target--;
        str_append_text(&up, "..");
        for (size_t i = target; i < size; i++)
            if (path[i] == '/')
                str_append_text(&up, "/..");
        fd = up.failed ? -1 : SYS(openat, place->base, up.data, BASE_FLAGS);
    }
    if (fd >= 0)
        set_base(place, fd, target);
    else
        drop_base(place);
}

void place_leave(struct place *place, size_t size) {
    str_truncate(&place->path, size);
    if (place->base >= 0 && size < place->base_size)
        step_back(place);
}

/* What system calls are given: the path behind the base. */
static const char *operand(const struct place *place) {
    if (place->base < 0)
        return place->path.data;
    return place->path.data + place->base_size + 1;
}

/* Moves the base as far as one system call can: 0, or −errno. */
static int step_forward(struct place *place) {
    const char *path = operand(place);
    size_t size = PATH_MAX - 1;
    while (size > 1 && path[size] != '/')
        size--;
    if (size <= 1)
        return -ENAMETOOLONG;
    AUTO_FREE char *part = mem_text(path, size);
    if (!part) {
        place->path.failed = true;
        return -ENOMEM;
    }
    int fd = SYS(openat, place->base, part, BASE_FLAGS);
    if (fd < 0)
        return fd;
    set_base(place, fd, (size_t)(path - place->path.data) + size);
    return 0;
}

/* Brings the base so near that the operand is short enough. */
static int approach(struct place *place) {
    const char *end = place->path.data + place->path.size;
    while (end - operand(place) >= PATH_MAX) {
        int r = step_forward(place);
        if (r < 0)
            return r;
    }
    return 0;
}

long place_type(struct place *place) {
    struct stat st;
    int r = approach(place);
    if (r == 0)
        r = SYS(fstatat, place->base, operand(place), &st, AT_SYMLINK_NOFOLLOW);
    return r < 0 ? r : (long)(st.st_mode & S_IFMT);
}

long place_readlink(struct place *place, struct str *text) {
    int r = approach(place);
    if (r < 0)
        return r;
    for (size_t room = LINK_ROOM;; room *= 4) {
        if (str_reserve(text, room) < 0)
            return -ENOMEM;
        long size = SYS(readlinkat, place->base, operand(place), text->data + text->size, room);
        if (size == (long)room)
            continue; /* it may have been cut off */
        if (size > 0)
            text->size += (size_t)size;
        text->data[text->size] = '\0';
        return size;
    }
}

void place_free(struct place *place) {
    str_free(&place->path);
    seam_close_quietly(place->base);
}
