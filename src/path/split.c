/* SPDX-License-Identifier: MIT */
/** Taking paths apart: basename, dirname, split, splitext, splitdrive, splitroot. */
#include "base/error.h"
#include "path/slice.h"

#include <osier/path.h>
#include <string.h>

enum { NEAR = 16 }; /* names are short: most that is looked for is found sooner than by a call */

/* The last such byte before `end`, or NULL. */
static inline const char *last_of(const char *start, const char *end, char byte) {
    const char *near = end - start > NEAR ? end - NEAR : start;
    while (end > near)
        if (*--end == byte)
            return end;
    return end > start ? memrchr(start, byte, (size_t)(end - start)) : NULL;
}

/* Where the last component starts, behind the last slash. */
static inline const char *tail_of(const char *path, const char *end) {
    const char *slash = last_of(path, end, '/');
    return slash ? slash + 1 : path;
}

/* Everything before `tail` without the slashes at its end, unless it is nothing but slashes. */
static struct os_slice head_of(const char *path, const char *tail) {
    const char *end = tail;
    while (end > path && end[-1] == '/')
        end--;
    return slice_of(path, end > path ? end : tail);
}

static void set(struct os_slice *ret, struct os_slice value) {
    if (ret)
        *ret = value;
}

struct os_slice os_path_basename_slice(const char *path) {
    const char *end = path + strlen(path);
    return slice_of(tail_of(path, end), end);
}

struct os_slice os_path_dirname_slice(const char *path) {
    return head_of(path, tail_of(path, path + strlen(path)));
}

void os_path_split_slices(const char *path, struct os_slice *ret_head, struct os_slice *ret_tail) {
    const char *end = path + strlen(path);
    const char *tail = tail_of(path, end);
    set(ret_head, head_of(path, tail));
    set(ret_tail, slice_of(tail, end));
}

/* The last dot with something but dots before it in the last component, or the end. */
static inline const char *extension_of(const char *path, const char *end) {
    const char *dot = last_of(path, end, '.');
    if (!dot || last_of(dot, end, '/'))
        return end;
    const char *before = dot;
    while (before > path && before[-1] == '.')
        before--;
    return before > path && before[-1] != '/' ? dot : end;
}

void os_path_splitext_slices(const char *path, struct os_slice *ret_root,
                             struct os_slice *ret_extension) {
    const char *end = path + strlen(path);
    const char *dot = extension_of(path, end);
    set(ret_root, slice_of(path, dot));
    set(ret_extension, slice_of(dot, end));
}

void os_path_splitdrive_slices(const char *path, struct os_slice *ret_drive,
                               struct os_slice *ret_rest) {
    set(ret_drive, slice_of(path, path));
    set(ret_rest, slice_of(path, path + strlen(path)));
}

void os_path_splitroot_slices(const char *path, struct os_slice *ret_drive,
                              struct os_slice *ret_root, struct os_slice *ret_tail) {
    const char *tail = path + (path[0] == '/');
    if (path[0] == '/' && path[1] == '/' && path[2] != '/')
        tail++; /* POSIX leaves the meaning of exactly two slashes to the system */
    set(ret_drive, slice_of(path, path));
    set(ret_root, slice_of(path, tail));
    set(ret_tail, slice_of(tail, tail + strlen(tail)));
}

char *os_path_basename(const char *path) {
    char *text = NULL;
    int r = slice_copy(os_path_basename_slice(path), &text);
    return PUBLIC_POINTER(r, text, "path_basename", path, NULL);
}

char *os_path_dirname(const char *path) {
    char *text = NULL;
    int r = slice_copy(os_path_dirname_slice(path), &text);
    return PUBLIC_POINTER(r, text, "path_dirname", path, NULL);
}

char **os_path_split(const char *path) {
    struct os_slice parts[2];
    char **list = NULL;
    os_path_split_slices(path, &parts[0], &parts[1]);
    int r = slice_list(parts, 2, &list);
    return PUBLIC_POINTER(r, list, "path_split", path, NULL);
}

char **os_path_splitext(const char *path) {
    struct os_slice parts[2];
    char **list = NULL;
    os_path_splitext_slices(path, &parts[0], &parts[1]);
    int r = slice_list(parts, 2, &list);
    return PUBLIC_POINTER(r, list, "path_splitext", path, NULL);
}

char **os_path_splitdrive(const char *path) {
    struct os_slice parts[2];
    char **list = NULL;
    os_path_splitdrive_slices(path, &parts[0], &parts[1]);
    int r = slice_list(parts, 2, &list);
    return PUBLIC_POINTER(r, list, "path_splitdrive", path, NULL);
}

char **os_path_splitroot(const char *path) {
    struct os_slice parts[3];
    char **list = NULL;
    os_path_splitroot_slices(path, &parts[0], &parts[1], &parts[2]);
    int r = slice_list(parts, 3, &list);
    return PUBLIC_POINTER(r, list, "path_splitroot", path, NULL);
}

bool os_path_isabs(const char *path) {
    return path[0] == '/';
}

char *os_path_normcase(const char *path) {
    char *text = NULL;
    int r = slice_copy(slice_of(path, path + strlen(path)), &text);
    return PUBLIC_POINTER(r, text, "path_normcase", path, NULL);
}
