/* SPDX-License-Identifier: MIT */
/** Paths in the overlay, component by component, as the kernel resolves them. */
#include "plan/overlay.h"

#include <limits.h>
#include <string.h>

enum { MOST_LINKS = 40 }; /* the kernel's MAXSYMLINKS */

/* What is left to walk: the path, and within it the texts of the links that are being followed. */
struct walk {
    struct overlay *o;
    const char *rest[MOST_LINKS + 1];
    int depth;
    int links; /* followed in all */
    struct object *at;
};

static size_t name_size(const char *rest) {
    return strcspn(rest, "/");
}

static const char *skip_slashes(const char *rest) {
    return rest + strspn(rest, "/");
}

/* Whether nothing comes after this component, in any of the texts. */
static bool is_last(const struct walk *w, const char *after) {
    if (*skip_slashes(after))
        return false;
    for (int i = 0; i < w->depth; i++)
        if (*skip_slashes(w->rest[i]))
            return false;
    return true;
}

static bool has_slash(const struct walk *w, const char *after) {
    bool slash = *after;
    for (int i = 0; i < w->depth; i++)
        slash |= *w->rest[i] == '/';
    return slash;
}

/* Slashes at the end of a link's text count as those of the path. */
static int follow(struct walk *w, const char *text, const char *after) {
    if (++w->links > MOST_LINKS)
        return -ELOOP;
    if (!*text)
        return -ENOENT;
    w->rest[w->depth] = after;
    if (*after)
        w->depth++;
    w->rest[w->depth] = text;
    if (*text == '/')
        w->at = w->o->root;
    return 0;
}

static int kind_of(const char *name, size_t size) {
    return size == 1 && name[0] == '.'                     ? LAST_DOT
           : size == 2 && name[0] == '.' && name[1] == '.' ? LAST_DOTDOT
                                                           : LAST_NAME;
}

static void go_up(struct walk *w) {
    struct object *parent = overlay_parent(w->at);
    if (w->at != w->o->root && parent)
        w->at = parent;
}

/* The next text that has anything left: NULL at the end of all. */
static const char *next_rest(struct walk *w) {
    for (;; w->depth--) {
        const char *rest = skip_slashes(w->rest[w->depth]);
        if (*rest || w->depth == 0)
            return *rest ? rest : NULL;
    }
}

static int step_in(struct walk *w, const struct node *node) {
    if (!node->object)
        return -ENOENT;
    if (!is_dir(node->object))
        return -ENOTDIR;
    w->at = node->object;
    return 0;
}

static void settle(const struct walk *w, struct where *ret, int last, struct node *node,
                   bool slash) {
    *ret = (struct where){.dir = node ? node->dir : w->at,
                          .node = node,
                          .object = node ? node->object : w->at,
                          .slash = slash,
                          .last = last};
}

/* One component: 1 when it was the last and `ret` is set, 0 to go on, or −errno. */
static int walk_one(struct walk *w, const char *rest, int flags, struct where *ret) {
    size_t size = name_size(rest);
    const char *after = rest + size;
    int kind = kind_of(rest, size);
    bool last = is_last(w, after), slash = has_slash(w, after);
    struct node *node;
    if (kind != LAST_NAME) {
        if (kind == LAST_DOTDOT)
            go_up(w);
        w->rest[w->depth] = after;
        settle(w, ret, kind, NULL, slash);
        return last;
    }
    int r = overlay_lookup(w->o, w->at, rest, size, &node);
    if (r < 0 && last && flags & DEFER) {
        *ret = (struct where){.dir = w->at, .slash = slash, .error = r, .last = LAST_NAME};
        return 1;
    }
    if (r < 0)
        return r;
    bool follows = !last || flags & FOLLOW || (slash && !(flags & PARENT));
    if (node->object && S_ISLNK(node->object->now.mode) && follows) {
        if (KEEP(w->o, node->saw) < 0)
            return -ENOMEM;
        node->saw = true; /* the plan rests on where it leads */
        return follow(w, node->object->link, after);
    }
    w->rest[w->depth] = after;
    if (!last)
        return step_in(w, node);
    settle(w, ret, LAST_NAME, node, slash);
    return 1;
}

int resolve_from(struct overlay *o, struct object *start, const char *path, int flags,
                 struct where *ret) {
    if (!*path)
        return -ENOENT;
    if (!(flags & ANY_SIZE) && strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    struct walk w = {.o = o, .rest = {path}, .at = *path == '/' ? o->root : start};
    if (!w.at || !overlay_reaches(o, w.at))
        return -ENOENT;
    settle(&w, ret, LAST_ROOT, NULL, true);
    const char *rest;
    while ((rest = next_rest(&w))) {
        int r = walk_one(&w, rest, flags, ret);
        if (r)
            return r < 0 ? r : 0;
        settle(&w, ret, LAST_ROOT, NULL, true); /* a link that leads to "/" */
    }
    return 0;
}

int resolve(struct overlay *o, const char *path, int flags, struct where *ret) {
    return resolve_from(o, o->cwd, path, flags, ret);
}

int resolve_object(struct overlay *o, const char *path, int flags, struct where *ret) {
    int r = resolve(o, path, flags, ret);
    if (r < 0)
        return r;
    if (!ret->object)
        return -ENOENT;
    return ret->slash && !is_dir(ret->object) ? -ENOTDIR : 0;
}
