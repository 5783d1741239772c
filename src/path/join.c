/* SPDX-License-Identifier: MIT */
/** Putting paths together: join. */
#include "base/error.h"
#include "base/seam.h"

#include <osier/path.h>
#include <stdarg.h>
#include <string.h>

/* As many parts need no block beside the result. */
#define FEW 8

/* The parts that count: an absolute one drops all before it. */
struct parts {
    size_t count;
    size_t size; /* room for all, with a slash behind each */
    struct os_slice *slices;
};

static inline void add_part(struct parts *parts, const char *text) {
    size_t size = strlen(text);
    if (text[0] == '/')
        parts->count = parts->size = 0;
    parts->slices[parts->count++] = (struct os_slice){text, size};
    parts->size += size + 1;
}

/* memcpy() of what names mostly are, 4 to 64 bytes, as two moves that may overlap: the end. */
static inline char *copy_name(char *to, const char *from, size_t size) {
    struct two {
        uint64_t words[2];
    };
    struct four {
        uint64_t words[4];
    };
#define COPY_AS(type)                                                                              \
    if (size >= sizeof(type) && size <= 2 * sizeof(type)) {                                        \
        type first, last;                                                                          \
        memcpy(&first, from, sizeof first);                                                        \
        memcpy(&last, from + size - sizeof last, sizeof last);                                     \
        memcpy(to, &first, sizeof first);                                                          \
        memcpy(to + size - sizeof last, &last, sizeof last);                                       \
        return to + size;                                                                          \
    }
    COPY_AS(uint64_t)
    COPY_AS(uint32_t)
    COPY_AS(struct two)
    COPY_AS(struct four)
#undef COPY_AS
    return (char *)memcpy(to, from, size) + size;
}

/* Copies them, with a slash before each that needs one: NULL when out of memory. */
static inline char *copy_parts(const struct parts *parts) {
    char *text = mem_alloc(parts->size + 1);
    if (!text)
        return NULL;
    char *end = text;
    for (size_t i = 0; i < parts->count; i++) {
        if (end > text && end[-1] != '/')
            *end++ = '/';
        end = copy_name(end, parts->slices[i].data, parts->slices[i].size);
    }
    *end = '\0';
    return text;
}

static char *join_list(const char *const *paths) {
    struct os_slice few[FEW];
    size_t count = 0;
    while (paths[count])
        count++;
    AUTO_FREE struct os_slice *many = NULL;
    if (count > FEW && !(many = mem_alloc(count * sizeof *many)))
        return NULL;
    struct parts parts = {.slices = many ? many : few};
    for (size_t i = 0; i < count; i++)
        add_part(&parts, paths[i]);
    return copy_parts(&parts);
}

char *os_path_joinv(const char *const *paths) {
    char *text = join_list(paths);
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "path_joinv", paths[0], NULL);
}

static __attribute__((noinline)) char *join_many(const char *path, va_list arguments) {
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
    return join_list(paths);
}

char *(os_path_join)(const char *path, ...) {
    struct os_slice few[FEW];
    struct parts parts = {.slices = few};
    const char *part = path;
    va_list arguments;
    va_start(arguments, path);
    do
        add_part(&parts, part);
    while ((part = va_arg(arguments, const char *)) && parts.count < FEW);
    va_end(arguments);
    char *text = NULL;
    if (part) {
        va_start(arguments, path);
        text = join_many(path, arguments);
        va_end(arguments);
    } else {
        text = copy_parts(&parts);
    }
    return PUBLIC_POINTER(text ? 0 : -ENOMEM, text, "path_join", path, NULL);
}
