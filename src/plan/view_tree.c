/* SPDX-License-Identifier: MIT */
/** Trees as a plan will leave them: walked, and searched by pattern. */
#include "base/cancel.h"
#include "plan/plan.h"

#include "base/error.h"
#include "base/options.h"
#include "tree/glob_search.h"

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
    for (size_t i = 0; entries && i < count; i++)
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

static int is_there(const struct glob *g, const char *path, bool directory) {
    return directory ? os_plan_isdir(g->plan, path) : os_plan_path_lexists(g->plan, path);
}

static int match(const struct glob *g, const char *path, const char *dir, const char *pattern,
                 bool last, struct list *out) {
    size_t count = 0;
    int r = 0;
    AUTO_FREE struct os_plan_dir_entry *list = os_plan_scandir(g->plan, path, &count);
    if (!list)
        return errno == ENOMEM ? -ENOMEM : 0;
    for (size_t i = 0; r >= 0 && i < count; i++) {
        AUTO_LIST inside = {0};
        if (!glob_takes(g, pattern, list[i].name))
            continue;
        if (glob_emit(&inside, path, list[i].name) < 0)
            return -ENOMEM;
        if (last || os_plan_isdir(g->plan, inside.text.data))
            r = glob_emit(out, dir, list[i].name);
    }
    return r;
}

static void *walk(const struct glob *g, const char *path, const struct os_walk_options *options) {
    return os_plan_walk(g->plan, path, options);
}

static struct os_walk_entry *walk_next(void *walk) {
    return os_plan_walk_next(walk);
}

static void walk_close(void *walk) {
    os_plan_walk_close(walk);
}

static const struct glob_source PLAN = {is_there, match, walk, walk_next, walk_close};

char **os_plan_glob(struct os_plan *plan, const char *pathname, int flags) {
    UNCANCELLED;
    char **list = NULL;
    struct glob g = {.source = &PLAN, .plan = plan, .root_dir = ""};
    int r = plan->loaded ? -EPERM : glob_search(&g, pathname, flags, &list);
    if (r >= 0)
        os_sort(list);
    return PUBLIC_POINTER(r, list, "glob", pathname, NULL);
}
