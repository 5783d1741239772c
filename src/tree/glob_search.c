/* SPDX-License-Identifier: MIT */
/** Searching by pattern, by the rules of Python's glob.
 *
 *  The pattern is taken component by component; each makes a list of paths out of the list before.
 *  `**` and what follows it are one step: a walk that looks at the names in each directory, so that
 *  neither depth nor links that lead back matter.
 */
#include "tree/glob_search.h"

#include "base/error.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "tree/match.h"

#include <errno.h>
#include <string.h>

/* Whether a pattern leaves out a name because it is hidden. */
static bool hides(const struct glob *g, const char *pattern, const char *name) {
    return name[0] == '.' && !g->hidden && pattern[0] != '.';
}

bool glob_takes(const struct glob *g, const char *pattern, const char *name) {
    return !hides(g, pattern, name) && match_name(pattern, name);
}

static bool is_recursive(const struct glob *g, const char *component) {
    return g->recursive && strcmp(component, "**") == 0;
}

/* Appends a component; `name` is never absolute here. */
static void append_name(struct str *s, const char *name) {
    if (s->size && s->data[s->size - 1] != '/')
        str_append_char(s, '/');
    str_append_text(s, name);
}

static int add_path(struct list *out, const struct str *path) {
    if (path->failed)
        return -ENOMEM;
    list_add(out, path->data ? path->data : "", path->size);
    return out->text.failed ? -ENOMEM : 0;
}

int glob_emit(struct list *out, const char *dir, const char *name) {
    AUTO_STR path = STR_INIT;
    str_append_text(&path, dir);
    append_name(&path, name);
    return add_path(out, &path);
}

/* Where a path of the result is: below `root_dir` unless it is absolute. */
static int locate(const struct glob *g, const char *path, char **ret_place) {
    AUTO_STR place = STR_INIT;
    if (path[0] != '/')
        str_append_text(&place, g->root_dir);
    if (path[0])
        append_name(&place, path);
    if (!place.size)
        str_append_char(&place, '.');
    return str_take(&place, ret_place);
}

/* Whether the path is there (a directory, if asked for): 1, 0 or −ENOMEM. */
static int is_there(const struct glob *g, const char *path, bool directory) {
    AUTO_FREE char *place = NULL;
    int r = locate(g, path, &place);
    return r < 0 ? r : g->source->is_there(g, place, directory);
}

/* ------------------------------------------------------------------------- one component */

/* A name without magic: whether it is in the directory. */
static int expand_literal(const struct glob *g, const char *dir, const char *name,
                          struct list *out) {
    AUTO_STR path = STR_INIT;
    str_append_text(&path, dir);
    append_name(&path, name);
    if (path.failed)
        return -ENOMEM;
    int r = is_there(g, path.data, /* directory= */ !*name);
    return r > 0 ? glob_emit(out, dir, name) : r;
}

/* A pattern: what of the directory matches it. */
static int expand_pattern(const struct glob *g, const char *dir, const char *pattern, bool last,
                          struct list *out) {
    AUTO_FREE char *place = NULL;
    int r = locate(g, dir, &place);
    return r < 0 ? r : g->source->match(g, place, dir, pattern, last, out);
}

/* ----------------------------------------------------------------------------------- ** */

/* Takes hidden directories out of a walk's list. */
static void leave_hidden(const struct glob *g, char **names) {
    size_t kept = 0;
    for (size_t i = 0; names[i]; i++)
        if (g->hidden || names[i][0] != '.')
            names[kept++] = names[i];
    names[kept] = NULL;
}

static int match_list(const struct glob *g, const char *dir, char **names, const char *pattern,
                      struct list *out) {
    bool literal = !match_has_magic(pattern);
    for (; *names; names++) {
        bool matches = literal ? strcmp(*names, pattern) == 0 : glob_takes(g, pattern, *names);
        int r = matches ? glob_emit(out, dir, *names) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

/* What one directory below `**` gives, `path` being the result's path of it. `next` is the
 * component behind `**`, or NULL. */
static int expand_visited(const struct glob *g, const struct os_walk_entry *at, const char *path,
                          const char *next, bool last, struct list *out) {
    bool dots = next && next[0] == '.' && dir_is_dot(next);
    if (next && (dots || !*next || at->error))
        return match_has_magic(next) ? 0 : expand_literal(g, path, next, out);
    int r = 0;
    if (next)
        r = match_list(g, path, at->dirnames, next, out);
    if (r >= 0 && last && next)
        r = match_list(g, path, at->filenames, next, out);
    for (char **name = at->filenames; !next && last && *name && r >= 0; name++)
        if (!hides(g, "**", *name))
            r = glob_emit(out, path, *name);
    return r;
}

/* The path of a visited directory: that of the top, with a slash, and the way down. */
static int path_of(const char *dir, const char *place, const char *dirpath, struct str *path) {
    const char *below = dirpath + strlen(place);
    while (*below == '/')
        below++;
    str_truncate(path, 0);
    str_append_text(path, dir);
    if (path->size || *below)
        append_name(path, below);
    return path->failed ? -ENOMEM : 0;
}

/* What `**` gives for one directory of the walk, `place` being its top. */
static int expand_entry(const struct glob *g, const struct os_walk_entry *at, const char *dir,
                        const char *place, const char *next, bool last, struct list *out) {
    AUTO_STR path = STR_INIT;
    int r = path_of(dir, place, at->dirpath, &path);
    if (r >= 0 && !next)
        r = add_path(out, &path);
    return r < 0 ? r : expand_visited(g, at, path.data ? path.data : "", next, last, out);
}

/* What can't be walked stands for itself all the same, if it is a directory. */
static int expand_unreadable(const struct glob *g, const char *dir, const char *place,
                             const char *next, bool last, struct list *out) {
    char *nothing[1] = {NULL};
    const struct os_walk_entry at = {
        .dirpath = place, .dirnames = nothing, .filenames = nothing, .error = EACCES};
    int r = is_there(g, dir, /* directory= */ true);
    return r > 0 ? expand_entry(g, &at, dir, place, next, last, out) : r;
}

/* What fails for lack of something of the process's own is no answer about the tree. */
static bool is_lack(int r) {
    return r == -ENOMEM || r == -EMFILE || r == -ENFILE;
}

/* `**`, and the component `next` behind it, if any, below one directory. */
static int expand_all(const struct glob *g, const char *dir, const char *next, bool last,
                      struct list *out) {
    AUTO_FREE char *place = NULL;
    int r = locate(g, dir, &place);
    if (r < 0)
        return r;
    const struct os_walk_options options = {
        .size = sizeof options, .follow_links = true, .errors = true};
    void *walk = g->source->walk(g, place, &options);
    if (!walk)
        return is_lack(-errno) ? seam_failure() : expand_unreadable(g, dir, place, next, last, out);
    struct os_walk_entry *at;
    errno = 0;
    while (r >= 0 && (at = g->source->walk_next(walk))) {
        bool unreadable_top = at->error && strcmp(at->dirpath, place) == 0;
        r = is_lack(-at->error)
                ? -at->error
                : (unreadable_top ? expand_unreadable(g, dir, place, next, last, out)
                                  : expand_entry(g, at, dir, place, next, last, out));
        leave_hidden(g, at->dirnames);
    }
    if (r >= 0 && errno)
        r = -errno;
    g->source->walk_close(walk);
    return r;
}

/* --------------------------------------------------------------------------- the pattern */

/* Cuts the next component off the pattern; NULL at its end. A slash at the end is a last, empty
 * component. */
static char *next_component(char **rest) {
    char *component = *rest;
    if (!component)
        return NULL;
    char *slash = strchr(component, '/');
    *rest = slash;
    if (slash) {
        *slash++ = '\0';
        while (*slash == '/')
            slash++;
        *rest = slash;
    }
    return component;
}

static int expand(const struct glob *g, const char *dir, const char *component, const char *next,
                  bool last, struct list *out) {
    if (is_recursive(g, component))
        return expand_all(g, dir, next, last, out);
    if (match_has_magic(component))
        return expand_pattern(g, dir, component, last, out);
    return expand_literal(g, dir, component, out);
}

/* One step: every path of `from` makes some of `to`. */
static int expand_list(const struct glob *g, const struct list *from, const char *component,
                       const char *next, bool last, struct list *to) {
    const char *dir = from->text.data;
    for (size_t i = 0; i < from->count; i++) {
        int r = expand(g, dir, component, next, last, to);
        if (r < 0)
            return r;
        dir += strlen(dir) + 1;
    }
    return 0;
}

/* The components from the first with magic on, below the directory before it. */
static int glob_components(const struct glob *g, const char *head, char *rest, struct list *paths) {
    list_add_text(paths, head);
    if (paths->text.failed)
        return -ENOMEM;
    char *component = next_component(&rest);
    while (component) {
        AUTO_LIST made = {0};
        char *next = next_component(&rest);
        while (next && is_recursive(g, component) && is_recursive(g, next))
            next = next_component(&rest); /* several in a row stand for the same as one */
        bool joined = next && is_recursive(g, component);
        char *behind = joined ? next_component(&rest) : next;
        int r = expand_list(g, paths, component, joined ? next : NULL, !behind, &made);
        if (r < 0)
            return r;
        list_free(paths);
        *paths = made;
        made = (struct list){0};
        component = behind;
    }
    return 0;
}

static int glob_literal(const struct glob *g, const char *pathname, struct list *paths) {
    size_t size = strlen(pathname);
    bool directory = size && pathname[size - 1] == '/';
    int r = size ? is_there(g, pathname, directory) : 0;
    if (r > 0)
        list_add(paths, pathname, size);
    return r < 0 || paths->text.failed ? -ENOMEM : 0;
}

/* The first component with magic is where the list of paths begins. */
static int glob_pattern(const struct glob *g, const char *pathname, struct list *paths) {
    size_t start = strcspn(pathname, "*?[");
    if (!pathname[start])
        return glob_literal(g, pathname, paths);
    while (start > 0 && pathname[start - 1] != '/')
        start--;
    size_t head = start;
    while (head > 0 && pathname[head - 1] == '/')
        head--;
    if (head == 0)
        head = start; /* slashes alone are the root */
    AUTO_FREE char *before = mem_text(pathname, head);
    AUTO_FREE char *rest = mem_text(pathname + start, strlen(pathname + start));
    return before && rest ? glob_components(g, before, rest, paths) : -ENOMEM;
}

int glob_search(struct glob *g, const char *pathname, int flags, char ***ret_list) {
    AUTO_LIST paths = {0};
    g->recursive = flags & OS_RECURSIVE;
    g->hidden = flags & OS_INCLUDE_HIDDEN;
    int r =
        flags & ~(OS_RECURSIVE | OS_INCLUDE_HIDDEN) ? -EINVAL : glob_pattern(g, pathname, &paths);
    if (r < 0)
        return r;
    if (!g->recursive || strncmp(pathname, "**", 2) != 0 || !paths.count || *paths.text.data)
        return list_take(&paths, ret_list);
    /* `**` stands for its own directory, too: an empty path, which is nobody's. */
    struct list rest = {.count = paths.count - 1};
    str_append(&rest.text, paths.text.data + 1, paths.text.size - 1);
    return list_take(&rest, ret_list);
}
