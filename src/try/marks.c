/* SPDX-License-Identifier: MIT */
/** What overlayfs notes in extended attributes, "trusted.overlay.…" or "user.overlay.…". */
#include "try/marks.h"

#include "base/seam.h"
#include "fs/xattr.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* After the prefix: which of the members it is. */
static const char *mark_of(const char *name) {
    static const char *const prefixes[] = {"trusted.overlay.", "user.overlay."};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return name + strlen(prefixes[i]);
    return NULL;
}

bool marks_is_name(const char *name) {
    return mark_of(name);
}

/* struct ovl_fb: version, magic, length, flags, type, the file system's uuid, the handle. */
static void take_origin(const struct str *value, struct handle *origin) {
    enum { MAGIC_AT = 1, TYPE_AT = 4, HANDLE_AT = 21, MAGIC = 0xfb };
    const unsigned char *bytes = (const unsigned char *)value->data;
    if (value->size <= HANDLE_AT || bytes[MAGIC_AT] != MAGIC ||
        value->size - HANDLE_AT > sizeof origin->bytes)
        return;
    origin->type = bytes[TYPE_AT];
    origin->size = (unsigned)value->size - HANDLE_AT;
    memcpy(origin->bytes, bytes + HANDLE_AT, origin->size);
}

static int take_mark(const char *path, const char *name, struct marks *m) {
    const char *mark = mark_of(name);
    AUTO_STR value = STR_INIT;
    m->others |= !mark;
    m->metacopy |= mark && strcmp(mark, "metacopy") == 0;
    m->copied |= mark && strcmp(mark, "origin") == 0;
    if (!mark || (strcmp(mark, "opaque") != 0 && strcmp(mark, "origin") != 0 &&
                  strcmp(mark, "redirect") != 0))
        return 0;
    int r = xattr_load(path, -1, name, &value);
    if (r < 0)
        return r;
    if (strcmp(mark, "opaque") == 0)
        m->opaque |= value.size == 1 && value.data[0] == 'y';
    else if (strcmp(mark, "origin") == 0)
        take_origin(&value, &m->origin);
    else
        r = str_take(&value, &m->redirect);
    return r;
}

int marks_load(struct overlay *o, struct object *upper, struct marks *ret) {
    char path[sizeof "/proc/self/fd/" + 3 * sizeof(int)];
    AUTO_STR names = STR_INIT;
    *ret = (struct marks){0};
    AUTO_CLOSE int fd = overlay_open(o, upper, O_PATH);
    if (fd < 0)
        return fd;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int r = xattr_load(path, -1, NULL, &names);
    for (size_t at = 0; at < names.size && r >= 0; at += strlen(names.data + at) + 1)
        r = take_mark(path, names.data + at, ret);
    return r;
}

void marks_free(struct marks *marks) {
    free(marks->redirect);
}

static int ask_handle(int dir, const char *name, struct handle *ret) {
    union {
        struct file_handle header;
        char room[sizeof(struct file_handle) + sizeof ret->bytes];
    } handle = {.header.handle_bytes = sizeof ret->bytes};
    int mount;
    int r = SYS(name_to_handle_at, dir, name, &handle.header, &mount, *name ? 0 : AT_EMPTY_PATH);
    if (r < 0)
        return r;
    ret->type = handle.header.handle_type;
    ret->size = handle.header.handle_bytes;
    memcpy(ret->bytes, handle.room + offsetof(struct file_handle, f_handle), ret->size);
    return 0;
}

int handle_of(struct overlay *o, struct object *object, struct handle *ret) {
    *ret = (struct handle){0};
    int dir = object->home ? overlay_fd(o, object->home->dir) : o->root_fd;
    int r = dir < 0 ? dir : ask_handle(dir, object->home ? object->home->name : "", ret);
    ret->unknown = r == -EPERM || r == -ENOSYS; /* a sandbox forbids to ask */
    return r == -EOPNOTSUPP || r == -ENOENT || r == -EOVERFLOW || ret->unknown ? 0 : r;
}

bool handle_same(const struct handle *a, const struct handle *b) {
    return a->size && a->size == b->size && a->type == b->type &&
           memcmp(a->bytes, b->bytes, a->size) == 0;
}
