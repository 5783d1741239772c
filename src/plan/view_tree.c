/* SPDX-License-Identifier: MIT */
/** Trees as a plan will leave them: walked, and searched by pattern. */
#include "base/cancel.h"
#include "plan/plan.h"

#include "base/error.h"
#include "base/options.h"
#include "tree/match.h"

#include <dirent.h>
#include <osier/directories.h>
#include <string.h>

/* ----------------------------------------------------------------------------------- walk */

/* A directory that is found and not finished. */
struct visit {
    struct visit *next, *up;
    char *path;
    const struct object *object; /* as far as it is known, to see where links lead back */
    char **dirnames, **filenames;
    int error;
    bool listed;
};

struct os_plan_walk {
    struct os_plan *plan;
    struct os_walk_options options;
    struct visit *pending; /* the next comes first */
    struct visit *given; /* which the caller looks at; top-down, its directories are yet to come */
    struct visit *done;  /* kept, as those below refer to them */
    struct os_walk_entry entry;
};

static void free_visits(struct visit *visit) {
    while (visit) {
        struct visit *next = visit->next;
        free(visit->path);
        free(visit->dirnames);
        free(visit->filenames);
        free(visit);
        visit = next;
    }
}

static int push(struct os_plan_walk *walk, const char *dir, const char *name, struct visit *up) {
    AUTO_STR path = STR_INIT;
    struct visit *visit = mem_zalloc(sizeof *visit);
    str_append_text(&path, dir);
    if (name && path.size && path.data[path.size - 1] != '/')
        str_append_char(&path, '/');
    str_append_text(&path, name ? name : "");
    if (!visit || str_take(&path, &visit->path) < 0) {
        free(visit);
        return -ENOMEM;
    }
    visit->up = up;
    visit->next = walk->pending;
    walk->pending = visit;
    return 0;
}

/* The directories of a list in its order: the last is put on the stack first. */
static int push_all(struct os_plan_walk *walk, struct visit *from, char **names) {
    size_t count = 0;
    while (names[count])
        count++;
    for (; count > 0; count--) {
        AUTO_STR path = STR_INIT;
        str_append_text(&path, from->path);
        if (path.size && path.data[path.size - 1] != '/')
            str_append_char(&path, '/');
        str_append_text(&path, names[count - 1]);
        if (path.failed)
            return -ENOMEM;
        bool follows = walk->options.follow_links;
        if (!follows && os_plan_islink(walk->plan, path.data))
            continue;
        if (push(walk, path.data, NULL, from) < 0)
            return -ENOMEM;
    }
    return 0;
}

static bool is_dir_name(struct os_plan_walk *walk, const char *dir,
                        const struct os_plan_dir_entry *e) {
    AUTO_STR path = STR_INIT;
    if (e->d_type != DT_LNK)
        return e->d_type == DT_DIR;
    if (walk->options.links_as_files)
        return false;
    str_append_text(&path, dir);
    str_append_char(&path, '/');
    str_append_text(&path, e->name);
    return !path.failed && os_plan_isdir(walk->plan, path.data);
}

/* A link that leads back to where the walk has come from would lead on for ever. */
static int look_back(struct os_plan_walk *walk, struct visit *visit) {
    struct where w;
    int r = resolve_object(&walk->plan->overlay, visit->path, FOLLOW | ANY_SIZE, &w);
    if (r < 0)
        return r;
    visit->object = w.object;
    for (const struct visit *up = visit->up; up; up = up->up)
        if (up->object == w.object)
            return -ELOOP;
    return 0;
}

static int list_visit(struct os_plan_walk *walk, struct visit *visit) {
    AUTO_LIST dirs = {0}, files = {0};
    size_t count = 0;
    visit->listed = true;
    visit->error = -look_back(walk, visit);
    struct os_plan_dir_entry *entries =
        visit->error ? NULL : os_plan_scandir(walk->plan, visit->path, &count);
    if (!entries && !visit->error)
        visit->error = errno;
    for (size_t i = 0; i < count; i++)
        list_add_text(is_dir_name(walk, visit->path, &entries[i]) ? &dirs : &files,
                      entries[i].name);
    free(entries);
    int r = visit->error == ENOMEM ? -ENOMEM : list_take(&dirs, &visit->dirnames);
    return r < 0 ? r : list_take(&files, &visit->filenames);
}

static struct os_walk_entry *give(struct os_plan_walk *walk, struct visit *visit) {
    walk->entry = (struct os_walk_entry){.dirpath = visit->path,
                                         .dirnames = visit->dirnames,
                                         .filenames = visit->filenames,
                                         .dir_fd = -1,
                                         .error = visit->error};
    visit->next = walk->done;
    walk->done = walk->given = visit;
    return &walk->entry;
}

static void keep(struct os_plan_walk *walk, struct visit *visit) {
    visit->next = walk->done;
    walk->done = visit;
}

/* The next directory that is due: 1, 0 at the end, or −ENOMEM. Bottom-up, one goes back below those
 * that are in it. */
static int find_next(struct os_plan_walk *walk, struct visit **ret) {
    struct visit *visit;
    while ((visit = walk->pending)) {
        walk->pending = visit->next;
        bool back = !visit->listed && walk->options.bottom_up;
        int r = visit->listed ? 0 : list_visit(walk, visit);
        if (r < 0 || (visit->error && !walk->options.errors)) {
            keep(walk, visit);
            if (r < 0)
                return r;
            continue;
        }
        if (!back || visit->error) {
            *ret = visit;
            return 1;
        }
        visit->next = walk->pending;
        walk->pending = visit;
        r = push_all(walk, visit, visit->dirnames);
        if (r < 0)
            return r;
    }
    return 0;
}

struct os_walk_entry *os_plan_walk_next(struct os_plan_walk *walk) {
    UNCANCELLED;
    struct visit *visit = NULL, *given = walk ? walk->given : NULL;
    int r = 0;
    if (given && !walk->options.bottom_up && !given->error)
        r = push_all(walk, given, walk->entry.dirnames);
    if (walk)
        walk->given = NULL;
    if (walk && r >= 0)
        r = find_next(walk, &visit);
    if (r < 0)
        return PUBLIC_POINTER(r, NULL, "walk", NULL, NULL);
    errno = 0;
    return r > 0 ? give(walk, visit) : NULL;
}

struct os_plan_walk *os_plan_walk(struct os_plan *plan, const char *path,
                                  const struct os_walk_options *options) {
    UNCANCELLED;
    struct os_plan_walk *walk = mem_zalloc(sizeof *walk);
    int r = walk ? options_copy(&walk->options, sizeof walk->options, options) : -ENOMEM;
    if (r >= 0) {
        walk->plan = plan;
        r = plan->loaded ? -EPERM : push(walk, path, NULL, NULL);
    }
    if (r < 0)
        walk = os_plan_walk_close(walk);
    return PUBLIC_POINTER(r, walk, "walk", path, NULL);
}

struct os_plan_walk *os_plan_walk_close(struct os_plan_walk *walk) {
    int saved = errno;
    if (walk) {
        free_visits(walk->pending);
        free_visits(walk->done);
        free(walk);
    }
    errno = saved;
    return NULL;
}

/* ----------------------------------------------------------------------------------- glob */

struct glob {
    struct os_plan *plan;
    bool recursive, hidden;
};

static int emit(struct list *out, const char *dir, const char *name) {
    AUTO_STR path = STR_INIT;
    str_append_text(&path, dir);
    if (path.size && path.data[path.size - 1] != '/')
        str_append_char(&path, '/');
    str_append_text(&path, name);
    list_add(out, path.data ? path.data : "", path.size);
    return path.failed || out->text.failed ? -ENOMEM : 0;
}

static bool hides(const struct glob *g, const char *pattern, const char *name) {
    return name[0] == '.' && !g->hidden && pattern[0] != '.';
}

/* A name without magic, or the nothing behind a slash at the end. */
static int expand_literal(const struct glob *g, const char *dir, const char *name,
                          struct list *out) {
    AUTO_LIST made = {0};
    if (emit(&made, dir, name) < 0)
        return -ENOMEM;
    const char *path = made.text.data;
    bool there =
        *name ? os_plan_path_lexists(g->plan, path) : os_plan_isdir(g->plan, *dir ? dir : ".");
    return there ? emit(out, dir, name) : 0;
}

static int expand_pattern(const struct glob *g, const char *dir, const char *pattern, bool last,
                          struct list *out) {
    size_t count = 0;
    int r = 0;
    AUTO_FREE struct os_plan_dir_entry *list = os_plan_scandir(g->plan, *dir ? dir : NULL, &count);
    if (!list)
        return errno == ENOMEM ? -ENOMEM : 0; /* what can't be read has no names, as for Python */
    for (size_t i = 0; r >= 0 && i < count; i++) {
        AUTO_LIST path = {0};
        if (hides(g, pattern, list[i].name) || !match_name(pattern, list[i].name))
            continue;
        if (emit(&path, dir, list[i].name) < 0)
            return -ENOMEM;
        if (last || os_plan_isdir(g->plan, path.text.data))
            r = emit(out, dir, list[i].name);
    }
    return r;
}

static void leave_hidden(const struct glob *g, char **names) {
    size_t kept = 0;
    for (size_t i = 0; names[i]; i++)
        if (g->hidden || names[i][0] != '.')
            names[kept++] = names[i];
    names[kept] = NULL;
}

/* The directories below one, itself included; as the last component, everything else, too. */
static int expand_all(const struct glob *g, const char *dir, bool last, struct list *out) {
    const struct os_walk_options options = {.size = sizeof options, .follow_links = true};
    const char *top = *dir ? dir : ".";
    struct os_plan_walk *walk = os_plan_walk(g->plan, top, &options);
    struct os_walk_entry *at;
    int r = walk ? 0 : -errno;
    while (r >= 0 && (at = os_plan_walk_next(walk))) {
        const char *below = at->dirpath + strlen(top);
        below += strspn(below, "/");
        AUTO_LIST path = {0};
        leave_hidden(g, at->dirnames);
        leave_hidden(g, at->filenames);
        r = *below || *dir ? emit(&path, dir, below) : 0;
        const char *here = path.count ? path.text.data : "";
        if (r >= 0)
            list_add_text(out, here);
        for (char **name = at->filenames; last && r >= 0 && *name; name++)
            r = emit(out, here, *name);
    }
    if (r >= 0 && walk && errno)
        r = -errno;
    os_plan_walk_close(walk);
    return r;
}

static int expand(const struct glob *g, const char *dir, const char *component, bool last,
                  struct list *out) {
    if (g->recursive && strcmp(component, "**") == 0)
        return expand_all(g, dir, last, out);
    return match_has_magic(component) ? expand_pattern(g, dir, component, last, out)
                                      : expand_literal(g, dir, component, out);
}

static int expand_list(const struct glob *g, const struct list *from, const char *component,
                       bool last, struct list *to) {
    const char *dir = from->text.failed ? NULL : from->text.data;
    int r = from->text.failed ? -ENOMEM : 0;
    for (size_t i = 0; r >= 0 && i < from->count; i++, dir += strlen(dir) + 1)
        r = expand(g, dir, component, last, to);
    return r;
}

/* Cuts the next component off; slashes at the end leave an empty one. */
static char *next_component(char **rest) {
    char *component = *rest, *slash = component ? strchr(component, '/') : NULL;
    if (slash) {
        *slash++ = '\0';
        slash += strspn(slash, "/");
    }
    *rest = slash;
    return component;
}

static int glob(const struct glob *g, const char *pathname, struct list *paths) {
    AUTO_FREE char *copy = mem_text(pathname, strlen(pathname));
    if (!copy)
        return -ENOMEM;
    char *rest = copy + strspn(copy, "/");
    list_add(paths, "/", rest > copy ? 1 : 0);
    if (!*pathname) {
        list_free(paths);
        return 0;
    }
    char *component = next_component(&rest);
    while (component) {
        AUTO_LIST made = {0};
        char *next = next_component(&rest);
        while (next && g->recursive && strcmp(component, "**") == 0 && strcmp(next, "**") == 0)
            next = next_component(&rest); /* several in a row stand for the same as one */
        int r = expand_list(g, paths, component, !next, &made);
        if (r < 0)
            return r;
        list_free(paths);
        *paths = made;
        made = (struct list){0};
        component = next;
    }
    return 0;
}

/* `**` stands for its own directory, too: an empty path, which is nobody's. */
static int drop_empty(struct list *paths) {
    struct list rest = {0};
    const char *path = paths->text.data;
    for (size_t i = 0; i < paths->count; i++, path += strlen(path) + 1)
        if (*path)
            list_add_text(&rest, path);
    bool failed = paths->text.failed || rest.text.failed;
    list_free(paths);
    *paths = rest;
    return failed ? -ENOMEM : 0;
}

static int glob_list(const struct glob *g, const char *pathname, char ***ret_list) {
    AUTO_LIST paths = {0};
    int r = glob(g, pathname, &paths);
    if (r >= 0)
        r = drop_empty(&paths);
    if (r >= 0)
        r = list_take(&paths, ret_list);
    if (r >= 0)
        os_sort(*ret_list);
    return r;
}

char **os_plan_glob(struct os_plan *plan, const char *pathname, int flags) {
    UNCANCELLED;
    char **list = NULL;
    const struct glob g = {plan, flags & OS_RECURSIVE, flags & OS_INCLUDE_HIDDEN};
    int r = plan->loaded                                  ? -EPERM
            : flags & ~(OS_RECURSIVE | OS_INCLUDE_HIDDEN) ? -EINVAL
                                                          : glob_list(&g, pathname, &list);
    return PUBLIC_POINTER(r, list, "glob", pathname, NULL);
}
