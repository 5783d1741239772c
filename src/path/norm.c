/* SPDX-License-Identifier: MIT */
/** normpath. */
#include "path/norm.h"

#include "base/error.h"
#include "base/seam.h"
#include "path/slice.h"
#include <osier/path.h>
#include <string.h>

size_t path_root_size(const char *path) {
    if (path[0] != '/')
        return 0;
    return path[1] == '/' && path[2] != '/' ? 2 : 1;
}

/* Takes the last name from a text that has one: where the text ends now. */
static char *without_last(char *end, const char *start) {
    while (end > start && *--end != '/')
        ;
    return end;
}

/* One pass that copies byte by byte: names are too short for memchr() and memmove() to pay. What is
 * written never overtakes what is read, so both may be the same text. */
size_t path_append_normal(char *text, size_t size, size_t root, const char *path) {
    char *const start = text + root;
    char *end = text + size;
    char *floor = start; /* ".." takes nothing back before it */
    for (;;) {
        while (*path == '/')
            path++;
        if (!*path)
            return (size_t)(end - text);
        char *before = end;
        if (end > start)
            *end++ = '/';
        char *name = end;
        while (*path && *path != '/')
            *end++ = *path++;
        if (name[0] != '.' || end - name > 2)
            continue;
        bool parent = end - name == 2 && name[1] == '.';
        if (end - name == 1 || (parent && root > 0 && before <= floor))
            end = before;
        else if (parent && before > floor)
            end = without_last(before, start);
        else if (parent)
            floor = end;
    }
}

int path_normal(const char *path, char **ret_text) {
    size_t root = path_root_size(path);
    char *text = mem_alloc(strlen(path) + 2); /* "" becomes "." */
    if (!text)
        return -ENOMEM;
    memcpy(text, path, root);
    size_t size = path_append_normal(text, root, root, path);
    if (size == 0)
        text[size++] = '.';
    text[size] = '\0';
    *ret_text = text;
    return 0;
}

char *os_path_normpath(const char *path) {
    char *text = NULL;
    int r = path_normal(path, &text);
    return PUBLIC_POINTER(r, text, "path_normpath", path, NULL);
}
