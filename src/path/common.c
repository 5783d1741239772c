/* SPDX-License-Identifier: MIT */
/** What paths have in common: commonpath, commonprefix, and the way between two. */
#include "path/common.h"
#include "base/error.h"
#include "base/seam.h"
#include "path/norm.h"
#include "path/slice.h"

#include <osier/path.h>

static bool same(struct os_slice a, struct os_slice b) {
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* Shortens `text`, `size` bytes of components with a slash before each, to what `path` begins
 * with too: the size then. */
static size_t common_size(const char *text, size_t size, const char *path) {
    const char *at = text, *end = text + size;
    struct os_slice name;
    while (at < end && slice_next(&path, &name)) {
        const char *stop = memchr(at + 1, '/', (size_t)(end - at - 1));
        if (!same(slice_of(at + 1, stop ? stop : end), name))
            break;
        at = stop ? stop : end;
    }
    return (size_t)(at - text);
}

/* The components of a path, each with a slash before it: how many bytes. */
static size_t write_components(char *text, const char *path) {
    char *end = text;
    struct os_slice name;
    while (slice_next(&path, &name)) {
        *end++ = '/';
        memcpy(end, name.data, name.size);
        end += name.size;
    }
    return (size_t)(end - text);
}

static int common_path(const char *const *paths, char **ret_text) {
    char *text = mem_alloc(strlen(paths[0]) + 2);
    if (!text)
        return -ENOMEM;
    size_t size = write_components(text, paths[0]);
    for (size_t i = 1; paths[i]; i++)
        size = common_size(text, size, paths[i]);
    if (paths[0][0] != '/' && size > 0)
        memmove(text, text + 1, --size);
    else if (paths[0][0] == '/' && size == 0)
        text[size++] = '/';
    text[size] = '\0';
    *ret_text = text;
    return 0;
}

char *os_path_commonpath(const char *const *paths) {
    const char *words = paths[0] ? NULL : "ValueError: commonpath() arg is an empty sequence";
    for (size_t i = 0; paths[i]; i++)
        if ((paths[i][0] == '/') != (paths[0][0] == '/'))
            words = "ValueError: Can't mix absolute and relative paths";
    if (words) {
        error_fail_message(-EINVAL, "path_commonpath", words);
        return NULL;
    }
    char *text = NULL;
    int r = common_path(paths, &text);
    return PUBLIC_POINTER(r, text, "path_commonpath", NULL, NULL);
}

char *os_path_commonprefix(const char *const *paths) {
    const char *first = paths[0] ? paths[0] : "";
    size_t size = strlen(first);
    for (size_t i = 1; paths[0] && paths[i]; i++) {
        size_t same_size = 0;
        while (same_size < size && first[same_size] == paths[i][same_size])
            same_size++; /* a NUL ends it, as `first` has none before `size` */
        size = same_size;
    }
    char *text = NULL;
    int r = slice_copy(slice_of(first, first + size), &text);
    return PUBLIC_POINTER(r, text, "path_commonprefix", NULL, NULL);
}

/* Appends abspath(path) with a single slash at its start and none at its end: "" for the root. */
static int append_absolute(struct str *s, const char *path, const struct str *cwd) {
    size_t start = s->size;
    bool relative = path[0] != '/';
    if (str_reserve(s, (relative ? cwd->size : 0) + strlen(path) + 1) < 0)
        return -ENOMEM;
    char *text = s->data + start;
    text[0] = '/';
    size_t size = 1;
    if (relative) {
        memcpy(text, cwd->data, cwd->size);
        size = cwd->size;
    }
    size = path_append_normal(text, size, 1, path);
    s->size += size > 1 ? size : 0;
    s->data[s->size] = '\0';
    return 0;
}

static size_t count_slashes(const char *text, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '/';
    return count;
}

/* The way between two texts made by append_absolute(). */
static int way(const char *to, size_t to_size, const char *from, size_t from_size, char **ret) {
    size_t common = common_size(to, to_size, from);
    size_t up = count_slashes(from + common, from_size - common);
    char *text = mem_alloc(3 * up + to_size - common + 2);
    if (!text)
        return -ENOMEM;
    char *end = text;
    for (size_t i = 0; i < up; i++)
        end = mempcpy(end, "/..", 3);
    end = mempcpy(end, to + common, to_size - common);
    if (end == text)
        end = mempcpy(end, "/.", 2);
    memmove(text, text + 1, (size_t)(end - text - 1));
    end[-1] = '\0';
    *ret = text;
    return 0;
}

int path_relative(const char *path, const char *start, const struct str *cwd, char **ret_text) {
    AUTO_STR both = STR_INIT;
    if (append_absolute(&both, start, cwd) < 0)
        return -ENOMEM;
    size_t from_size = both.size, to = from_size + 1; /* the NUL stays between them */
    str_append(&both, "", 1);
    if (append_absolute(&both, path, cwd) < 0)
        return -ENOMEM;
    return way(both.data + to, both.size - to, both.data, from_size, ret_text);
}
