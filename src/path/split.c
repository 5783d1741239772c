/* SPDX-License-Identifier: MIT */
/** Taking paths apart: basename, dirname, split, splitext, splitdrive, splitroot, isabs. */
#include "base/error.h"
#include "path/flavour.h"
#include "path/slice.h"

#include <osier/ntpath.h>
#include <osier/path.h>
#include <osier/posixpath.h>

enum { NEAR = 16 }; /* names are short: most that is looked for is found sooner than by a call */

/* The last such byte before `end`, or NULL. */
static inline const char *last_of(const char *start, const char *end, char byte) {
    const char *near = end - start > NEAR ? end - NEAR : start;
    while (end > near)
        if (*--end == byte)
            return end;
    return end > start ? memrchr(start, byte, (size_t)(end - start)) : NULL;
}

/* The last separator before `end`, or NULL. */
static BOTH const char *last_separator(const struct flavour *flavour, const char *start,
                                       const char *end) {
    if (flavour->alternative == flavour->separator)
        return last_of(start, end, flavour->separator);
    for (; end - start >= (ptrdiff_t)sizeof(block16); end -= sizeof(block16)) {
        struct block_bits found = separators_at(flavour, end - sizeof(block16));
        if (found.words[1])
            return end - WORD + last_found(found.words[1]);
        if (found.words[0])
            return end - 2 * WORD + last_found(found.words[0]);
    }
    while (end > start)
        if (is_separator(flavour, *--end))
            return end;
    return NULL;
}

/* Where the names begin that a head may lose: on POSIX its slashes are looked at with them. */
static BOTH const char *names_of(const struct flavour *flavour, const char *path) {
    return flavour->has_drives ? path + flavour->anchor(path).size : path;
}

/* Where the last name starts, behind the last separator. */
static BOTH const char *tail_of(const struct flavour *flavour, const char *names, const char *end) {
    const char *separator = last_separator(flavour, names, end);
    return separator ? separator + 1 : names;
}

/* Everything before `tail` without the separators at its end, unless it is nothing else. */
static BOTH struct os_slice head_of(const struct flavour *flavour, const char *path,
                                    const char *names, const char *tail) {
    const char *end = tail;
    while (end > names && is_separator(flavour, end[-1]))
        end--;
    return slice_of(path, end > path ? end : tail);
}

static inline void set(struct os_slice *ret, struct os_slice value) {
    if (ret)
        *ret = value;
}

static BOTH struct os_slice basename_slice(const struct flavour *flavour, const char *path) {
    const char *end = path + strlen(path);
    return slice_of(tail_of(flavour, names_of(flavour, path), end), end);
}

static BOTH struct os_slice dirname_slice(const struct flavour *flavour, const char *path) {
    const char *names = names_of(flavour, path);
    return head_of(flavour, path, names, tail_of(flavour, names, path + strlen(path)));
}

static BOTH void split_slices(const struct flavour *flavour, const char *path,
                              struct os_slice *ret_head, struct os_slice *ret_tail) {
    const char *names = names_of(flavour, path), *end = path + strlen(path);
    const char *tail = tail_of(flavour, names, end);
    set(ret_head, head_of(flavour, path, names, tail));
    set(ret_tail, slice_of(tail, end));
}

/* The last dot with something but dots before it in the last name, or the end. */
static BOTH const char *extension_of(const struct flavour *flavour, const char *path,
                                     const char *end) {
    const char *dot = last_of(path, end, '.');
    if (!dot || last_separator(flavour, dot, end))
        return end;
    const char *before = dot;
    while (before > path && before[-1] == '.')
        before--;
    return before > path && !is_separator(flavour, before[-1]) ? dot : end;
}

static BOTH void splitext_slices(const struct flavour *flavour, const char *path,
                                 struct os_slice *ret_root, struct os_slice *ret_extension) {
    const char *end = path + strlen(path);
    const char *dot = extension_of(flavour, path, end);
    set(ret_root, slice_of(path, dot));
    set(ret_extension, slice_of(dot, end));
}

static BOTH void splitdrive_slices(const struct flavour *flavour, const char *path,
                                   struct os_slice *ret_drive, struct os_slice *ret_rest) {
    const char *rest = flavour->has_drives ? path + flavour->anchor(path).drive : path;
    set(ret_drive, slice_of(path, rest));
    set(ret_rest, slice_of(rest, rest + strlen(rest)));
}

static BOTH void splitroot_slices(const struct flavour *flavour, const char *path,
                                  struct os_slice *ret_drive, struct os_slice *ret_root,
                                  struct os_slice *ret_tail) {
    struct anchor anchor = flavour->anchor(path);
    const char *root = path + anchor.drive, *tail = path + anchor.size;
    set(ret_drive, slice_of(path, root));
    set(ret_root, slice_of(root, tail));
    set(ret_tail, slice_of(tail, tail + strlen(tail)));
}

static inline char *new_text(struct os_slice part, const char *operation, const char *path) {
    char *text = NULL;
    int r = slice_copy(part, &text);
    return PUBLIC_POINTER(r, text, operation, path, NULL);
}

static inline char **new_list(const struct os_slice *parts, size_t count, const char *operation,
                              const char *path) {
    char **list = NULL;
    int r = slice_list(parts, count, &list);
    return PUBLIC_POINTER(r, list, operation, path, NULL);
}

/* ---- POSIX ---- */

struct os_slice os_path_basename_slice(const char *path) {
    return basename_slice(&POSIX, path);
}
ALSO(os_posixpath_basename_slice, os_path_basename_slice);

struct os_slice os_path_dirname_slice(const char *path) {
    return dirname_slice(&POSIX, path);
}
ALSO(os_posixpath_dirname_slice, os_path_dirname_slice);

void os_path_split_slices(const char *path, struct os_slice *ret_head, struct os_slice *ret_tail) {
    split_slices(&POSIX, path, ret_head, ret_tail);
}
ALSO(os_posixpath_split_slices, os_path_split_slices);

void os_path_splitext_slices(const char *path, struct os_slice *ret_root,
                             struct os_slice *ret_extension) {
    splitext_slices(&POSIX, path, ret_root, ret_extension);
}
ALSO(os_posixpath_splitext_slices, os_path_splitext_slices);

void os_path_splitdrive_slices(const char *path, struct os_slice *ret_drive,
                               struct os_slice *ret_rest) {
    splitdrive_slices(&POSIX, path, ret_drive, ret_rest);
}
ALSO(os_posixpath_splitdrive_slices, os_path_splitdrive_slices);

void os_path_splitroot_slices(const char *path, struct os_slice *ret_drive,
                              struct os_slice *ret_root, struct os_slice *ret_tail) {
    splitroot_slices(&POSIX, path, ret_drive, ret_root, ret_tail);
}
ALSO(os_posixpath_splitroot_slices, os_path_splitroot_slices);

char *os_path_basename(const char *path) {
    return new_text(basename_slice(&POSIX, path), "path_basename", path);
}
ALSO(os_posixpath_basename, os_path_basename);

char *os_path_dirname(const char *path) {
    return new_text(dirname_slice(&POSIX, path), "path_dirname", path);
}
ALSO(os_posixpath_dirname, os_path_dirname);

char **os_path_split(const char *path) {
    struct os_slice parts[2];
    split_slices(&POSIX, path, &parts[0], &parts[1]);
    return new_list(parts, 2, "path_split", path);
}
ALSO(os_posixpath_split, os_path_split);

char **os_path_splitext(const char *path) {
    struct os_slice parts[2];
    splitext_slices(&POSIX, path, &parts[0], &parts[1]);
    return new_list(parts, 2, "path_splitext", path);
}
ALSO(os_posixpath_splitext, os_path_splitext);

char **os_path_splitdrive(const char *path) {
    struct os_slice parts[2];
    splitdrive_slices(&POSIX, path, &parts[0], &parts[1]);
    return new_list(parts, 2, "path_splitdrive", path);
}
ALSO(os_posixpath_splitdrive, os_path_splitdrive);

char **os_path_splitroot(const char *path) {
    struct os_slice parts[3];
    splitroot_slices(&POSIX, path, &parts[0], &parts[1], &parts[2]);
    return new_list(parts, 3, "path_splitroot", path);
}
ALSO(os_posixpath_splitroot, os_path_splitroot);

bool os_path_isabs(const char *path) {
    return posix_is_absolute(path);
}
ALSO(os_posixpath_isabs, os_path_isabs);

/* ---- Windows ---- */

struct os_slice os_ntpath_basename_slice(const char *path) {
    return basename_slice(&NT, path);
}

struct os_slice os_ntpath_dirname_slice(const char *path) {
    return dirname_slice(&NT, path);
}

void os_ntpath_split_slices(const char *path, struct os_slice *ret_head,
                            struct os_slice *ret_tail) {
    split_slices(&NT, path, ret_head, ret_tail);
}

void os_ntpath_splitext_slices(const char *path, struct os_slice *ret_root,
                               struct os_slice *ret_extension) {
    splitext_slices(&NT, path, ret_root, ret_extension);
}

void os_ntpath_splitdrive_slices(const char *path, struct os_slice *ret_drive,
                                 struct os_slice *ret_rest) {
    splitdrive_slices(&NT, path, ret_drive, ret_rest);
}

void os_ntpath_splitroot_slices(const char *path, struct os_slice *ret_drive,
                                struct os_slice *ret_root, struct os_slice *ret_tail) {
    splitroot_slices(&NT, path, ret_drive, ret_root, ret_tail);
}

char *os_ntpath_basename(const char *path) {
    return new_text(basename_slice(&NT, path), "ntpath_basename", path);
}

char *os_ntpath_dirname(const char *path) {
    return new_text(dirname_slice(&NT, path), "ntpath_dirname", path);
}

char **os_ntpath_split(const char *path) {
    struct os_slice parts[2];
    split_slices(&NT, path, &parts[0], &parts[1]);
    return new_list(parts, 2, "ntpath_split", path);
}

char **os_ntpath_splitext(const char *path) {
    struct os_slice parts[2];
    splitext_slices(&NT, path, &parts[0], &parts[1]);
    return new_list(parts, 2, "ntpath_splitext", path);
}

char **os_ntpath_splitdrive(const char *path) {
    struct os_slice parts[2];
    splitdrive_slices(&NT, path, &parts[0], &parts[1]);
    return new_list(parts, 2, "ntpath_splitdrive", path);
}

char **os_ntpath_splitroot(const char *path) {
    struct os_slice parts[3];
    splitroot_slices(&NT, path, &parts[0], &parts[1], &parts[2]);
    return new_list(parts, 3, "ntpath_splitroot", path);
}

bool os_ntpath_isabs(const char *path) {
    return nt_is_absolute(path);
}
