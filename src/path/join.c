/* SPDX-License-Identifier: MIT */
/** Putting paths together: join. */
#include "path/join.h"

#include "base/error.h"
#include "base/seam.h"
#include "path/flavour.h"

#include <osier/ntpath.h>
#include <osier/path.h>
#include <osier/posixpath.h>
#include <stdarg.h>

/* As many parts need no block beside the result. */
#define FEW 8

/* The parts that count: an absolute one drops all before it. */
struct parts {
    struct os_slice drive; /* of Windows; the root stands behind it and isn't in the parts */
    struct os_slice root;
    size_t count;
    size_t size; /* room for all, with a separator behind each */
    struct os_slice *slices;
};

static inline void drop_parts(struct parts *parts) {
    parts->count = parts->size = 0;
}

/* What a part of Windows has before its names changes what came before it: the names. */
static inline const char *add_anchor(struct parts *parts, const char *text) {
    if (!nt_is_separator(text[0]) && (!text[0] || text[1] != ':'))
        return text;
    struct anchor anchor = nt_anchor(text);
    struct os_slice drive = slice_of(text, text + anchor.drive);
    struct os_slice root = slice_of(text + anchor.drive, text + anchor.size);
    bool other = drive.size > 0 && !is_same(&NT, drive, parts->drive);
    if (drive.size > 0)
        parts->drive = drive;
    if (root.size > 0 || other) {
        parts->root = root;
        drop_parts(parts);
    }
    return text + anchor.size;
}

static BOTH void add_part(const struct flavour *flavour, struct parts *parts, const char *text) {
    if (flavour->has_drives)
        text = add_anchor(parts, text);
    else if (text[0] == '/')
        drop_parts(parts);
    size_t size = strlen(text);
    parts->slices[parts->count++] = (struct os_slice){text, size};
    parts->size += size + 1;
}

/* Writes drive and root; a share without one is followed by a separator where names come. */
static inline char *put_anchor(char *to, const struct parts *parts) {
    to = slice_put(to, parts->drive);
    if (parts->root.size > 0)
        *to++ = *parts->root.data;
    else if (parts->drive.size > 0 && to[-1] != ':' && !nt_is_separator(to[-1]))
        *to++ = '\\';
    return to;
}

/* Copies them, with a separator before each that needs one: NULL when out of memory. */
static BOTH char *copy_parts(const struct flavour *flavour, const struct parts *parts) {
    size_t anchor = flavour->has_drives ? parts->drive.size + 1 : 0;
    char *text = mem_alloc(anchor + parts->size + 1);
    if (!text)
        return NULL;
    char *start = flavour->has_drives ? put_anchor(text, parts) : text, *end = start;
    for (size_t i = 0; i < parts->count; i++) {
        if (end > start && !is_separator(flavour, end[-1]))
            *end++ = flavour->separator;
        end = slice_put(end, parts->slices[i]);
    }
    if (flavour->has_drives && end == start)
        end =
            text + parts->drive.size + parts->root.size; /* without the separator behind a share */
    *end = '\0';
    return text;
}

static BOTH char *join_list(const struct flavour *flavour, const char *const *paths) {
    struct os_slice few[FEW];
    size_t count = 0;
    while (paths[count])
        count++;
    AUTO_FREE struct os_slice *many = NULL;
    if (count > FEW && !(many = mem_alloc(count * sizeof *many)))
        return NULL;
    struct parts parts = {.slices = many ? many : few};
    for (size_t i = 0; i < count; i++)
        add_part(flavour, &parts, paths[i]);
    return copy_parts(flavour, &parts);
}

static char *posix_join_list(const char *const *paths) {
    return join_list(&POSIX, paths);
}

char *nt_join_list(const char *const *paths) {
    return join_list(&NT, paths);
}

/* Joins the arguments of a call that has more than FEW. */
static __attribute__((noinline)) char *join_many(char *(*join)(const char *const *),
                                                 const char *path, va_list arguments) {
    va_list count_arguments;
    va_copy(count_arguments, arguments);
    size_t count = 1;
    while (va_arg(count_arguments, const char *))
        count++;
    va_end(count_arguments);
    AUTO_FREE const char **paths = mem_alloc((count + 1) * sizeof *paths);
    if (!paths)
        return NULL;
    paths[0] = path;
    for (size_t i = 1; i <= count; i++)
        paths[i] = va_arg(arguments, const char *);
    return join(paths);
}

/* Takes the arguments of a call while there is room for them: whether that was all. */
static BOTH bool add_arguments(const struct flavour *flavour, struct parts *parts, const char *path,
                               va_list arguments) {
    const char *part = path;
    do
        add_part(flavour, parts, part);
    while ((part = va_arg(arguments, const char *)) && parts->count < FEW);
    return !part;
}

/* ---- POSIX ---- */

char *os_path_joinv(const char *const *paths) {
    char *text = posix_join_list(paths);
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "path_joinv", paths[0], NULL);
}
ALSO(os_posixpath_joinv, os_path_joinv);

char *(os_path_join)(const char *path, ...) {
    struct os_slice few[FEW];
    struct parts parts = {.slices = few};
    va_list arguments;
    va_start(arguments, path);
    bool all = add_arguments(&POSIX, &parts, path, arguments);
    va_end(arguments);
    char *text = NULL;
    if (all) {
        text = copy_parts(&POSIX, &parts);
    } else {
        va_start(arguments, path);
        text = join_many(posix_join_list, path, arguments);
        va_end(arguments);
    }
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "path_join", path, NULL);
}
ALSO(os_posixpath_join, os_path_join);

/* ---- Windows ---- */

char *os_ntpath_joinv(const char *const *paths) {
    char *text = nt_join_list(paths);
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "ntpath_joinv", paths[0], NULL);
}

char *(os_ntpath_join)(const char *path, ...) {
    struct os_slice few[FEW];
    struct parts parts = {.slices = few};
    va_list arguments;
    va_start(arguments, path);
    bool all = add_arguments(&NT, &parts, path, arguments);
    va_end(arguments);
    char *text = NULL;
    if (all) {
        text = copy_parts(&NT, &parts);
    } else {
        va_start(arguments, path);
        text = join_many(nt_join_list, path, arguments);
        va_end(arguments);
    }
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "ntpath_join", path, NULL);
}
