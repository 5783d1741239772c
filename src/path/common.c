/* SPDX-License-Identifier: MIT */
/** What paths have in common: commonpath, commonprefix, and the way between two. */
#include "path/common.h"

#include "base/error.h"
#include "base/seam.h"
#include "path/case.h"
#include "path/flavour.h"
#include "path/join.h"
#include "path/norm.h"
#include "path/normal.h"

#include <osier/ntpath.h>
#include <osier/path.h>
#include <osier/posixpath.h>

/* Shortens `text`, `size` bytes of components with a separator before each, to what `path` begins
 * with too: the size then. */
static BOTH size_t common_size(const struct flavour *flavour, const char *text, size_t size,
                               const char *path) {
    const char *at = text, *end = text + size;
    const char *names = text + !is_separator(flavour, *path);
    if (names <
        end) { /* most paths are as normal as `text`: whole names of what is the same to the byte */
        size_t same = same_words(names, path, strnlen(path, (size_t)(end - names)));
        const char *last = memrchr(text, flavour->separator, (size_t)(names - text) + same);
        if (last > at) {
            path += last - names;
            at = last;
        }
    }
    struct os_slice name;
    while (at < end && next_name(flavour, &path, &name)) {
        const char *stop = memchr(at + 1, flavour->separator, (size_t)(end - at - 1));
        if (!is_same(flavour, slice_of(at + 1, stop ? stop : end), name))
            break;
        at = stop ? stop : end;
    }
    return (size_t)(at - text);
}

/* The components of a path, each with a separator before it: how many bytes. */
static BOTH size_t put_components(const struct flavour *flavour, char *text, const char *path,
                                  size_t size) {
    char *end = text;
    struct os_slice name;
    for (; is_separator(flavour, *path); size--)
        path++;
    size_t normal = normal_size(flavour, path, size);
    if (normal > 0) {
        *end++ = flavour->separator;
        memcpy(end, path, normal);
        end += normal;
        path += normal;
    }
    while (next_name(flavour, &path, &name)) {
        *end++ = flavour->separator;
        memcpy(end, name.data, name.size);
        end += name.size;
    }
    return (size_t)(end - text);
}

/* The drive of a path, and whether a root follows it. Two slashes at the start of a path of POSIX
 * count as one here. */
static BOTH struct anchor anchor_of(const struct flavour *flavour, const char *path) {
    if (flavour->has_drives)
        return flavour->anchor(path);
    return (struct anchor){0, is_separator(flavour, path[0])};
}

static BOTH bool is_rooted(struct anchor anchor) {
    return anchor.size > anchor.drive;
}

static BOTH int common_path(const struct flavour *flavour, const char *const *paths,
                            char **ret_text) {
    struct anchor anchor = anchor_of(flavour, paths[0]);
    size_t size = strlen(paths[0]);
    char *text = mem_alloc(size + 2);
    if (!text)
        return -ENOMEM;
    char *names = put_separated(flavour, text, paths[0], anchor.drive);
    size = put_components(flavour, names, paths[0] + anchor.drive, size - anchor.drive);
    for (size_t i = 1; paths[i]; i++)
        size = common_size(flavour, names, size, paths[i] + anchor.drive);
    if (!is_rooted(anchor) && size > 0)
        memmove(names, names + 1, --size);
    else if (is_rooted(anchor) && size == 0)
        names[size++] = flavour->separator;
    names[size] = '\0';
    *ret_text = text;
    return 0;
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
ALSO(os_posixpath_commonprefix, os_path_commonprefix);
ALSO(os_ntpath_commonprefix, os_path_commonprefix);

/* Of two texts of names with a separator before each: how many bytes of whole names both begin
 * with. Where the case of letters beyond ASCII decides that, −1. */
static BOTH ptrdiff_t common_names(char separator, bool ignores_case, struct os_slice a,
                                   struct os_slice b) {
    size_t least = a.size < b.size ? a.size : b.size;
    size_t at = same_words(a.data, b.data, least);
    while (at < least && (a.data[at] == b.data[at] ||
                          (ignores_case && lower_letter(a.data[at]) == lower_letter(b.data[at]))))
        at++;
    if (ignores_case && at < least && (a.data[at] | b.data[at]) & 0x80)
        return -1;
    bool whole =
        (at == a.size || a.data[at] == separator) && (at == b.size || b.data[at] == separator);
    if (whole)
        return (ptrdiff_t)at;
    const char *last = memrchr(a.data, separator, at);
    return last ? last - a.data : 0;
}

static BOTH size_t count_separators(const struct flavour *flavour, const char *text, size_t size) {
    size_t count = 0;
    for (; size >= WORD; text += WORD, size -= WORD) {
        uint64_t word;
        memcpy(&word, text, sizeof word);
        for (uint64_t found = bytes_of(word, flavour->separator); found; found &= found - 1)
            count++;
    }
    for (size_t i = 0; i < size; i++)
        count += text[i] == flavour->separator;
    return count;
}

/* So many directories up, and from there to `rest`, components with a separator before each. */
static BOTH int way(const struct flavour *flavour, size_t up, struct os_slice rest,
                    char **ret_text) {
    char *text = mem_alloc(3 * up + rest.size + 2);
    if (!text)
        return -ENOMEM;
    char *end = text;
    for (size_t i = 0; i < up; i++) {
        *end++ = flavour->separator;
        end = mempcpy(end, "..", 2);
    }
    end = mempcpy(end, rest.data, rest.size);
    if (end == text) {
        *end++ = flavour->separator;
        *end++ = '.';
    }
    memmove(text, text + 1, (size_t)(end - text - 1));
    end[-1] = '\0';
    *ret_text = text;
    return 0;
}

/* ---- POSIX ---- */

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
    int r = common_path(&POSIX, paths, &text);
    return PUBLIC_POINTER(r, text, "path_commonpath", NULL, NULL);
}
ALSO(os_posixpath_commonpath, os_path_commonpath);

/* Appends abspath(path) with a single slash at its start and none at its end: "" for the root. */
static int append_absolute(struct str *s, const char *path, const struct str *cwd) {
    size_t start = s->size;
    bool relative = path[0] != '/';
    size_t path_size = strlen(path);
    if (str_reserve(s, (relative ? cwd->size : 0) + path_size + 1) < 0)
        return -ENOMEM;
    char *text = s->data + start;
    text[0] = '/';
    size_t size = 1;
    if (relative) {
        memcpy(text, cwd->data, cwd->size);
        size = cwd->size;
    }
    size = path_append_normal(text, size, 1, slice_of(path, path + path_size));
    s->size += size > 1 ? size : 0;
    s->data[s->size] = '\0';
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
    struct os_slice names = slice_of(both.data + to, both.data + both.size);
    size_t common =
        (size_t)common_names('/', false, names, slice_of(both.data, both.data + from_size));
    size_t up = count_separators(&POSIX, both.data + common, from_size - common);
    return way(&POSIX, up, slice_of(both.data + to + common, both.data + both.size), ret_text);
}

/* ---- Windows ---- */

/* Whether two drives are the same, with either separator. */
static bool is_same_drive(const char *a, const char *b, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (lower_letter(a[i]) != lower_letter(b[i]) &&
            !(nt_is_separator(a[i]) && nt_is_separator(b[i])))
            return false;
    return true;
}

/* What keeps paths from having something in common, in Python's words, or NULL. */
static const char *nt_mixture(const char *const *paths) {
    if (!paths[0])
        return "ValueError: commonpath() arg is an empty iterable";
    struct anchor first = nt_anchor(paths[0]);
    bool rooted = true;
    for (size_t i = 1; paths[i]; i++) {
        struct anchor anchor = nt_anchor(paths[i]);
        if (anchor.drive != first.drive || !is_same_drive(paths[i], paths[0], first.drive))
            return "ValueError: Paths don't have the same drive";
        rooted &= is_rooted(anchor) == is_rooted(first);
    }
    if (rooted)
        return NULL;
    return first.drive > 0 ? "ValueError: Can't mix absolute and relative paths"
                           : "ValueError: Can't mix rooted and not-rooted paths";
}

char *os_ntpath_commonpath(const char *const *paths) {
    const char *words = nt_mixture(paths);
    if (words) {
        error_fail_message(-EINVAL, "ntpath_commonpath", words);
        return NULL;
    }
    char *text = NULL;
    int r = common_path(&NT, paths, &text);
    return PUBLIC_POINTER(r, text, "ntpath_commonpath", NULL, NULL);
}

/* Appends os_ntpath_normpath() of a path of so many bytes. */
static int nt_append_normal(struct str *s, struct os_slice path) {
    if (str_reserve(s, path.size + 1) < 0)
        return -ENOMEM;
    s->size += nt_put_normal(s->data + s->size, path);
    s->data[s->size] = '\0';
    return 0;
}

/* The same of a path made absolute. */
static int nt_append_absolute(struct str *s, struct os_slice path, const struct str *cwd) {
    if (nt_is_absolute(path.data))
        return nt_append_normal(s, path);
    AUTO_FREE char *joined = nt_join_list((const char *const[]){cwd->data, path.data, NULL});
    return joined ? nt_append_normal(s, slice_of(joined, joined + strlen(joined))) : -ENOMEM;
}

/* Two texts that are compared name by name. */
struct pair {
    struct os_slice to, from;
};

static int lower_slice(struct os_slice *text, char **ret_owner) {
    int r = case_lower(*text, ret_owner);
    if (r == 0)
        *text = slice_of(*ret_owner, *ret_owner + strlen(*ret_owner));
    return r;
}

/* Whether two drives are the same in lower case: 1, 0 or −ENOMEM. */
static int nt_same_in_lower_case(struct pair drives) {
    AUTO_FREE char *to = NULL, *from = NULL;
    int r = lower_slice(&drives.to, &to);
    if (r == 0)
        r = lower_slice(&drives.from, &from);
    return r < 0 ? r : is_same(&NT, drives.to, drives.from);
}

/* The names behind an anchor, with a separator before each: where there is no root, as in "C:a",
 * it takes the place of the colon. */
static struct os_slice nt_names(char *text, struct anchor anchor, size_t size) {
    char *names = text + anchor.size, *end = text + size;
    if (end > names)
        *--names = '\\';
    return slice_of(names, end);
}

static struct os_slice skip_names(struct os_slice names, size_t count) {
    const char *at = names.data, *end = names.data + names.size;
    for (; count > 0; count--) {
        const char *stop = memchr(at + 1, '\\', (size_t)(end - at - 1));
        at = stop ? stop : end;
    }
    return slice_of(at, end);
}

static struct os_slice skip_bytes(struct os_slice names, size_t count) {
    return (struct os_slice){names.data + count, names.size - count};
}

/* How many names both begin with, in lower case as Unicode has it: ≥ 0 or −ENOMEM. */
static ptrdiff_t common_in_lower_case(struct pair names) {
    AUTO_FREE char *to = NULL, *from = NULL;
    int r = lower_slice(&names.to, &to);
    if (r == 0)
        r = lower_slice(&names.from, &from);
    if (r < 0)
        return r;
    ptrdiff_t common = common_names('\\', false, names.to, names.from);
    return (ptrdiff_t)count_separators(&NT, names.to.data, (size_t)common);
}

static int nt_way(struct pair names, char **ret_text) {
    ptrdiff_t common = common_names('\\', true, names.to, names.from);
    if (common >= 0) {
        names.to = skip_bytes(names.to, (size_t)common);
        names.from = skip_bytes(names.from, (size_t)common);
    } else {
        ptrdiff_t count = common_in_lower_case(names);
        if (count < 0)
            return (int)count;
        names.to = skip_names(names.to, (size_t)count);
        names.from = skip_names(names.from, (size_t)count);
    }
    return way(&NT, count_separators(&NT, names.from.data, names.from.size), names.to, ret_text);
}

int nt_relative(const char *path, const char *start, const struct str *cwd, char **ret_text) {
    AUTO_STR both = STR_INIT;
    struct os_slice ends[] = {{path, strlen(path)}, {start, strlen(start)}};
    if (str_reserve(&both, ends[0].size + ends[1].size + 4) < 0 ||
        nt_append_absolute(&both, ends[1], cwd) < 0)
        return -ENOMEM;
    size_t from_size = both.size;
    str_append(&both, "", 1);
    if (nt_append_absolute(&both, ends[0], cwd) < 0)
        return -ENOMEM;
    char *from = both.data, *to = both.data + from_size + 1;
    size_t to_size = both.size - from_size - 1;
    struct anchor to_anchor = nt_anchor(to), from_anchor = nt_anchor(from);
    struct pair drives = {slice_of(to, to + to_anchor.drive),
                          slice_of(from, from + from_anchor.drive)};
    int r = is_same(&NT, drives.to, drives.from) ? 1 : nt_same_in_lower_case(drives);
    if (r <= 0)
        return r < 0 ? r : -EINVAL;
    struct pair names = {nt_names(to, to_anchor, to_size), nt_names(from, from_anchor, from_size)};
    return nt_way(names, ret_text);
}
