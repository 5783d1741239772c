/* SPDX-License-Identifier: MIT */
/** Putting paths together: join. */
#include "base/error.h"
#include "base/seam.h"

#include <osier/path.h>
#include <stdarg.h>
#include <string.h>

/* The parts are gone through twice: once for the room they take and the one to begin with, as an
 * absolute path drops all before it, and once to copy them. */
struct measure {
    size_t count;
    size_t first;
    size_t size;
};

static inline void measure_part(struct measure *measure, const char *part) {
    if (part[0] == '/') {
        measure->first = measure->count;
        measure->size = 0;
    }
    measure->count++;
    measure->size += strlen(part) + 1;
}

/* Appends a part at `end`, with a slash before it where it needs one: the new end. */
static inline char *append_part(char *start, char *end, const char *part) {
    if (end > start && end[-1] != '/')
        *end++ = '/';
    return stpcpy(end, part);
}

char *os_path_joinv(const char *const *paths) {
    struct measure measure = {0};
    for (size_t i = 0; paths[i]; i++)
        measure_part(&measure, paths[i]);
    char *text = mem_alloc(measure.size + 1);
    if (text) {
        char *end = text;
        *end = '\0';
        for (size_t i = measure.first; i < measure.count; i++)
            end = append_part(text, end, paths[i]);
    }
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "path_joinv", paths[0], NULL);
}

char *(os_path_join)(const char *path, ...) {
    struct measure measure = {0};
    va_list parts;
    va_start(parts, path);
    for (const char *part = path; part; part = va_arg(parts, const char *))
        measure_part(&measure, part);
    va_end(parts);
    char *text = mem_alloc(measure.size + 1);
    if (text) {
        char *end = text;
        va_start(parts, path);
        const char *part = path;
        for (size_t i = 0; i < measure.count; i++, part = va_arg(parts, const char *))
            if (i >= measure.first)
                end = append_part(text, end, part);
        va_end(parts);
    }
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "path_join", path, NULL);
}
