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
    size_t count;
    size_t size; /* room for all, with a separator behind each */
    struct os_slice *slices;
};

/* Of a path of Windows what stands before its names. */
struct start {
    struct os_slice drive, root;
};

static BOTH void add_part(const struct flavour *flavour, struct parts *parts, const char *text) {
    if (!flavour->has_drives && text[0] == '/')
        parts->count = parts->size = 0;
    size_t size = strlen(text);
    parts->slices[parts->count++] = (struct os_slice){text, size};
    parts->size += size + 1;
}

/* What a part of Windows has before its names changes what came before it: the names. */
static const char *add_anchor(struct parts *parts, struct start *start, const char *text) {
    struct anchor anchor = nt_anchor(text);
    struct os_slice drive = slice_of(text, text + anchor.drive);
    struct os_slice root = slice_of(text + anchor.drive, text + anchor.size);
    bool other = drive.size > 0 && !is_same(&NT, drive, start->drive);
    if (drive.size > 0)
        start->drive = drive;
    if (root.size > 0 || other) {
        start->root = root;
        parts->count = parts->size = 0;
    }
    return text + anchor.size;
}

/* Writes drive and root; a share without one is followed by a separator where names come. */
static char *put_start(char *to, const struct start *start) {
    to = slice_put(to, start->drive);
    if (start->root.size > 0)
        *to++ = *start->root.data;
    else if (start->drive.size > 0 && to[-1] != ':' && !nt_is_separator(to[-1]))
        *to++ = '\\';
    return to;
}

/* Copies them behind what `text` begins with: a separator comes before each that needs one. */
static BOTH char *put_parts(const struct flavour *flavour, char *text, const struct parts *parts) {
    char *end = text;
    for (size_t i = 0; i < parts->count; i++) {
        if (end > text && !is_separator(flavour, end[-1]))
            *end++ = flavour->separator;
        end = slice_put(end, parts->slices[i]);
    }
    *end = '\0';
    return end;
}

/* In a block of their own: NULL when out of memory. */
static BOTH char *copy_parts(const struct flavour *flavour, const struct parts *parts) {
    char *text = mem_alloc(parts->size + 1);
    if (text)
        put_parts(flavour, text, parts);
    return text;
}

static char *nt_copy_parts(const struct start *start, const struct parts *parts) {
    char *text = mem_alloc(start->drive.size + 1 + parts->size + 1);
    if (!text)
        return NULL;
    char *names = put_start(text, start);
    if (put_parts(&NT, names, parts) == names) /* none: no separator behind a share */
        text[start->drive.size + start->root.size] = '\0';
    return text;
}

/* As many slices as there are paths, in `few` where there is room: NULL when out of memory. */
static struct os_slice *slices_for(const char *const *paths, struct os_slice *few,
                                   struct os_slice **ret_owned) {
    size_t count = 0;
    while (paths[count])
        count++;
    return count <= FEW ? few : (*ret_owned = mem_alloc(count * sizeof *few));
}

static char *posix_join_list(const char *const *paths) {
    struct os_slice few[FEW];
    AUTO_FREE struct os_slice *many = NULL;
    struct parts parts = {.slices = slices_for(paths, few, &many)};
    if (!parts.slices)
        return NULL;
    for (; *paths; paths++)
        add_part(&POSIX, &parts, *paths);
    return copy_parts(&POSIX, &parts);
}

char *nt_join_list(const char *const *paths) {
    struct os_slice few[FEW];
    AUTO_FREE struct os_slice *many = NULL;
    struct parts parts = {.slices = slices_for(paths, few, &many)};
    struct start start = {{"", 0}, {"", 0}};
    if (!parts.slices)
        return NULL;
    for (; *paths; paths++)
        add_part(&NT, &parts, add_anchor(&parts, &start, *paths));
    return nt_copy_parts(&start, &parts);
}

/* Whether a part of Windows has neither drive nor root: it goes on with what comes before it. */
static inline bool nt_goes_on(const char *part) {
    return !nt_is_separator(part[0]) && (!part[0] || part[1] != ':');
}

/* Whether a first part of Windows can be copied as it is, with a separator where names follow. */
static inline bool nt_is_plain(const char *part) {
    return !part[0] || part[nt_anchor(part).size];
}

/* Joins the arguments of a call by way of a list. */
static __attribute__((noinline)) char *join_arguments(char *(*join)(const char *const *),
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

/* Takes the arguments of a call while there is room for them, and on Windows while none has a drive
 * or root but the first: whether that was all. */
static BOTH bool add_arguments(const struct flavour *flavour, struct parts *parts, const char *path,
                               va_list arguments) {
    const char *part = path;
    if (flavour->has_drives && !nt_is_plain(part))
        return false;
    do
        add_part(flavour, parts, part);
    while ((part = va_arg(arguments, const char *)) && parts->count < FEW &&
           (!flavour->has_drives || nt_goes_on(part)));
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
        text = join_arguments(posix_join_list, path, arguments);
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
        text = join_arguments(nt_join_list, path, arguments);
        va_end(arguments);
    }
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "ntpath_join", path, NULL);
}
