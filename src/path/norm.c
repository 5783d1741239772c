/* SPDX-License-Identifier: MIT */
/** normpath. */
#include "path/norm.h"

#include "base/error.h"
#include "base/seam.h"
#include "path/flavour.h"
#include "path/normal.h"
#include <osier/ntpath.h>
#include <osier/path.h>
#include <osier/posixpath.h>

/* Takes the last name from a text that has one: where the text ends now. */
static BOTH char *without_last(const struct flavour *flavour, char *end, const char *start) {
    while (end > start && *--end != flavour->separator)
        ;
    return end;
}

/* What is normal at the start is copied at once, the rest byte by byte: names are too short for memchr() and
 * memmove() to pay. What is written never overtakes what is read, so both may be the same text.
 * `fixed` bytes of `text` never go; where it is rooted, ".." stays there. */
static BOTH size_t append_normal(const struct flavour *flavour, char *text, size_t size,
                                 size_t fixed, bool rooted, struct os_slice names) {
    const char *path = names.data;
    char *const start = text + fixed;
    char *end = text + size;
    char *floor = start; /* ".." takes nothing back before it */
    while (is_separator(flavour, *path))
        path++;
    size_t normal = normal_size(flavour, path, names.size - (size_t)(path - names.data));
    if (normal > 0) {
        if (end > start)
            *end++ = flavour->separator;
        memmove(end, path, normal);
        end += normal;
        path += normal;
    }
    for (;;) {
        while (is_separator(flavour, *path))
            path++;
        if (!*path)
            return (size_t)(end - text);
        char *before = end;
        if (end > start)
            *end++ = flavour->separator;
        char *name = end;
        while (!ends_name(flavour, *path))
            *end++ = *path++;
        if (name[0] != '.' || end - name > 2)
            continue;
        bool parent = end - name == 2 && name[1] == '.';
        if (end - name == 1 || (parent && rooted && before <= floor))
            end = before;
        else if (parent && before > floor)
            end = without_last(flavour, before, start);
        else if (parent)
            floor = end;
    }
}

/* The normal form without a NUL: how many bytes. */
static BOTH size_t put_normal(const struct flavour *flavour, char *text, struct os_slice whole) {
    const char *path = whole.data;
    struct anchor anchor = flavour->anchor(path);
    put_separated(flavour, text, path, anchor.size);
    size_t size = append_normal(flavour, text, anchor.size, anchor.size, anchor.size > anchor.drive,
                                slice_of(path + anchor.size, path + whole.size));
    if (size == 0)
        text[size++] = '.';
    return size;
}

static BOTH int normal(const struct flavour *flavour, const char *path, char **ret_text) {
    struct os_slice whole = {path, strlen(path)};
    char *text = mem_alloc(whole.size + 2); /* "" becomes "." */
    if (!text)
        return -ENOMEM;
    text[put_normal(flavour, text, whole)] = '\0';
    *ret_text = text;
    return 0;
}

/* ---- POSIX ---- */

size_t path_append_normal(char *text, size_t size, size_t root, struct os_slice path) {
    return append_normal(&POSIX, text, size, root, root > 0, path);
}

int path_normal(const char *path, char **ret_text) {
    return normal(&POSIX, path, ret_text);
}

char *os_path_normpath(const char *path) {
    char *text = NULL;
    int r = path_normal(path, &text);
    return PUBLIC_POINTER(r, text, "path_normpath", path, NULL);
}
ALSO(os_posixpath_normpath, os_path_normpath);

/* ---- Windows ---- */

size_t nt_put_normal(char *text, struct os_slice path) {
    return put_normal(&NT, text, path);
}

char *os_ntpath_normpath(const char *path) {
    char *text = NULL;
    int r = normal(&NT, path, &text);
    return PUBLIC_POINTER(r, text, "ntpath_normpath", path, NULL);
}
