/* SPDX-License-Identifier: MIT */
/** makedirs, removedirs, renames and the like: several system calls, made in the overlay in the
 *  order in which the library makes them. */
#include "plan/plan.h"

#include "fs/acl.h"
#include "fs/makedirs.h"
#include "tree/copyfile.h"

#include <fcntl.h>
#include <string.h>

/* ------------------------------------------------------------------------ chains of directories */

/* A path of which only the front counts: cut() ends it behind a component. */
struct chain {
    struct overlay *o;
    char *path; /* to free() */
    size_t size, cut;
    char was;
};

static int chain_begin(struct chain *c, struct overlay *o, const char *path) {
    size_t size = strlen(path);
    *c = (struct chain){.o = o, .path = mem_text(path, size), .size = size, .cut = size};
    return c->path ? 0 : -ENOMEM;
}

static const char *cut(struct chain *c, size_t end) {
    c->path[c->cut] = c->was;
    c->cut = end;
    c->was = c->path[end];
    c->path[end] = '\0';
    return c->path;
}

static size_t next_end(struct chain *c, size_t at) {
    cut(c, c->size);
    at += strspn(c->path + at, "/");
    at += strcspn(c->path + at, "/");
    return at + strspn(c->path + at, "/") == c->size ? c->size : at;
}

static size_t previous_end(struct chain *c, size_t end) {
    cut(c, c->size);
    while (end > 0 && c->path[end - 1] == '/')
        end--;
    while (end > 0 && c->path[end - 1] != '/')
        end--;
    while (end > 0 && c->path[end - 1] == '/')
        end--;
    return end;
}

static int make_at(struct chain *c, size_t end, mode_t mode) {
    return change_mkdir(c->o, cut(c, end), ANY_SIZE, mode);
}

/* Whether the front of the path leads anywhere; then `ret`. */
static int look(struct chain *c, size_t end, struct where *ret) {
    return resolve_object(c->o, cut(c, end), ANY_SIZE | FOLLOW, ret);
}

/* As make_parents() of src/fs/makedirs.c; the end of what failed in `*reterr_end`. */
static int make_parents(struct chain *c, mode_t mode, size_t *reterr_end) {
    struct where w;
    size_t end = previous_end(c, c->size), at = end;
    while (at > 0) {
        int r = make_at(c, at, mode);
        if (r >= 0 || r == -EEXIST)
            break;
        if (r == -ENOMEM)
            return r;
        at = previous_end(c, at);
    }
    while (at < end) {
        at = next_end(c, at);
        int r = make_at(c, at, mode);
        if (r < 0 && r != -EEXIST && look(c, at, &w) < 0) {
            *reterr_end = at;
            return r;
        }
    }
    return 0;
}

static bool leaf_is_dot(struct chain *c) {
    cut(c, c->size);
    size_t end = c->size;
    while (end > 0 && c->path[end - 1] == '/')
        end--;
    return end > 0 && c->path[end - 1] == '.' && (end == 1 || c->path[end - 2] == '/');
}

static int already(struct chain *c, int r, int flags) {
    struct where w;
    if (!(flags & OS_EXIST_OK) || look(c, c->size, &w) < 0)
        return r;
    if (!is_dir(w.object))
        return r;
    struct node *node = where_node(&w);
    if (!node || node->saw)
        return 0;
    if (KEEP(c->o, node->saw) < 0)
        return -ENOMEM;
    node->saw = true; /* the step rests on its being there */
    return 0;
}

static int make_chain(struct chain *c, mode_t mode, mode_t parent_mode, int flags,
                      size_t *reterr_end) {
    *reterr_end = c->size;
    int r = make_at(c, c->size, mode);
    switch (-r) {
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case ELOOP:
    case ENAMETOOLONG:
        break;
    default:
        return r < 0 ? already(c, r, flags) : 0;
    }
    r = make_parents(c, parent_mode, reterr_end);
    if (r < 0)
        return r;
    *reterr_end = c->size;
    r = make_at(c, c->size, mode);
    if (r >= 0 || (r == -EEXIST && leaf_is_dot(c)))
        return 0;
    return already(c, r, flags);
}

int compose_makedirs(struct overlay *o, const char *path, mode_t mode, mode_t parent_mode,
                     int flags, char **reterr_failed) {
    struct chain c;
    size_t end;
    if (flags & ~OS_EXIST_OK)
        return -EINVAL;
    int r = chain_begin(&c, o, path);
    if (r < 0)
        return r;
    r = make_chain(&c, mode, parent_mode, flags, &end);
    if (r < 0) {
        cut(&c, end);
        *reterr_failed = TAKE_POINTER(c.path);
    }
    free(c.path);
    return r;
}

int compose_removedirs(struct overlay *o, const char *path) {
    struct chain c;
    int r = chain_begin(&c, o, path);
    if (r < 0)
        return r;
    r = change_rmdir(o, path, ANY_SIZE);
    size_t end = c.size;
    int up = 0;
    while (r >= 0 && up >= 0 && (end = previous_end(&c, end)) > 0)
        up = change_rmdir(o, cut(&c, end), ANY_SIZE);
    free(c.path);
    return r < 0 ? r : up == -ENOMEM ? up : 0;
}

static int rename_making(struct overlay *o, const char *src, const char *dst,
                         char **reterr_failed) {
    AUTO_FREE char *head = NULL;
    struct where w;
    int r = change_rename(o, src, dst, false);
    if (r >= 0)
        return r;
    if (makedirs_split_head(dst, &head) < 0)
        return -ENOMEM;
    if (!head || resolve_object(o, head, FOLLOW, &w) >= 0)
        return r;
    r = compose_makedirs(o, head, 0777, 0777, OS_EXIST_OK, reterr_failed);
    return r < 0 ? r : change_rename(o, src, dst, false);
}

int compose_renames(struct overlay *o, const char *src, const char *dst, char **reterr_failed) {
    AUTO_FREE char *head = NULL;
    int r = rename_making(o, src, dst, reterr_failed);
    if (r >= 0)
        r = makedirs_split_head(src, &head);
    if (r >= 0 && head && compose_removedirs(o, head) == -ENOMEM) /* as far as they are empty */
        r = -ENOMEM;
    return r;
}

/* --------------------------------------------------------------------------- whole files */

/* What a replaced file leaves to the new one, as keep() of src/io/replace.c. */
static int keep_of_old(struct overlay *o, struct object *old, struct object *new,
                       const struct os_write_file_options *options) {
    AUTO_STR acl = STR_INIT;
    if (options->keep_owner) {
        new->now.uid = old->now.uid;
        new->now.gid = old->now.gid;
    }
    if (!options->keep_mode)
        return 0;
    int r = overlay_xattr(o, old, XATTR_ACL, &acl);
    if (r < 0 && r != -ENODATA && r != -EOPNOTSUPP)
        return r;
    if (r >= 0)
        r = give_attribute(o, new, XATTR_ACL, acl.data, acl.size);
    else
        r = give_attribute(o, new, XATTR_ACL, NULL, 0);
    mode_t mode = old->now.mode;
    if (new->now.uid != old->now.uid)
        mode &= ~(mode_t)S_ISUID;
    if (new->now.gid != old->now.gid)
        mode &= ~(mode_t)S_ISGID;
    new->now.mode = mode;
    return r;
}

static void give_content(struct object *object, const void *data, size_t size,
                         const struct plan_secret *secret) {
    object->source = NULL;
    object->data = data;
    object->have = object->now.size = size;
    object->secret = secret;
}

/* A mount point can't be replaced. */
static int write_in_place(struct overlay *o, struct node *node, const void *data, size_t size,
                          const struct plan_secret *secret) {
    if (overlay_change(o, node, node->object, CHANGED_CONTENT) < 0)
        return -ENOMEM;
    give_content(node->object, data, size, secret);
    node->object->now.mtime = o->time;
    node->object->changed &= ~(unsigned)CHANGED_MTIME;
    return 0;
}

/* The directory of a path, and the rest of the path, as src/io/contents.c finds them. */
static int find_dir(struct overlay *o, struct object **dir, const char *path,
                    const char **ret_name) {
    const char *slash = strrchr(path, '/');
    struct where w;
    *ret_name = slash ? slash + 1 : path;
    AUTO_FREE char *parent = slash ? mem_text(path, (size_t)(slash - path) + 1) : NULL;
    if (slash && !parent)
        return -ENOMEM;
    int r = resolve_from(o, *dir, parent ? parent : ".", FOLLOW, &w);
    if (r < 0)
        return r;
    if (!w.object || !is_dir(w.object))
        return w.object ? -ENOTDIR : -ENOENT;
    *dir = w.object;
    return 0;
}

static bool is_dots(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Follows the links at the end of the path, if that is asked for. */
static int find_target(struct overlay *o, struct object **dir, const char **name, bool follow) {
    enum { MOST_LINKS = 40 };
    for (int links = 0; follow && **name && !is_dots(*name); links++) {
        struct node *node;
        int r = overlay_lookup(o, *dir, *name, strlen(*name), &node);
        if (r < 0)
            return r;
        if (!node->object || !S_ISLNK(node->object->now.mode))
            return 0;
        if (links == MOST_LINKS)
            return -ELOOP;
        if (KEEP(o, node->saw) < 0)
            return -ENOMEM;
        node->saw = true;
        r = find_dir(o, dir, node->object->link, name);
        if (r < 0)
            return r;
    }
    return 0;
}

static int refuse_writing(const struct object *old, bool noreplace) {
    if (!old)
        return 0;
    if (noreplace)
        return -EEXIST;
    if (is_dir(old))
        return -EISDIR;
    return S_ISREG(old->now.mode) || S_ISLNK(old->now.mode) ? 0 : -EINVAL;
}

int compose_write(struct overlay *o, const char *path, const void *data, size_t size,
                  const struct os_write_file_options *options, const struct plan_secret *secret) {
    struct object *dir = o->cwd, *made;
    const char *name;
    struct node *node;
    int r = find_dir(o, &dir, path, &name);
    if (r >= 0)
        r = find_target(o, &dir, &name, options->follow);
    if (r < 0)
        return r;
    if (!*name)
        return *path ? -EISDIR : -ENOENT;
    if (is_dots(name))
        return options->noreplace ? -EEXIST : -EISDIR;
    r = overlay_lookup(o, dir, name, strlen(name), &node);
    if (r >= 0)
        r = refuse_writing(node->object, options->noreplace);
    if (r < 0)
        return r;
    struct object *old = node->object;
    if (old && change_is_mount(node))
        return write_in_place(o, node, data, size, secret);
    r = overlay_new(o, dir, S_IFREG | (options->mode ? options->mode & 07777 : 0666), &made);
    if (r < 0)
        return r;
    give_content(made, data, size, secret);
    if (old && S_ISREG(old->now.mode))
        r = keep_of_old(o, old, made, options);
    return r < 0 ? r : change_replace(o, node, made);
}

/* -------------------------------------------------------------------------------- copies */

static bool is_fifo(const struct where *w) {
    return w->object && S_ISFIFO(w->object->now.mode);
}

/* SameFileError and SpecialFileError come before all else. */
static int refuse_copy(struct overlay *o, const char *src, const char *dst,
                       const struct os_copy_options *options) {
    struct where a = {0}, b = {0};
    bool source = resolve_object(o, src, FOLLOW, &a) >= 0;
    bool target = resolve_object(o, dst, FOLLOW, &b) >= 0;
    if (source && target && a.object == b.object)
        return -EINVAL;
    if (source && is_fifo(&a) && !options->special_files)
        return -EOPNOTSUPP;
    return target && is_fifo(&b) && !options->replace ? -EOPNOTSUPP : 0;
}

/* Something new that takes the place of what is there or, without `replace`, of nothing. */
static int put_copy(struct overlay *o, struct where *to, struct object *copy, bool replace) {
    if (!replace && (to->last != LAST_NAME || to->object))
        return -EEXIST;
    if (to->slash)
        return replace ? -ENOTDIR : -ENOENT;
    if (to->object && change_is_mount(to->node))
        return -EBUSY;
    return change_replace(o, to->node, copy);
}

/* The mode alone would open to the group what the list keeps from it. */
static int give_acl(struct overlay *o, struct object *from, struct object *to, int how) {
    AUTO_STR acl = STR_INIT;
    if (!(how & COPY_MODE_ONLY) || S_ISLNK(from->now.mode))
        return 0;
    int r = overlay_xattr(o, from, XATTR_ACL, &acl);
    if (r == -ENODATA || r == -EOPNOTSUPP)
        return 0;
    return r < 0 ? r : give_attribute(o, to, XATTR_ACL, acl.data, acl.size);
}

static int copy_as_new(struct overlay *o, struct object *from, const char *dst, int how,
                       bool replace) {
    struct object *copy;
    struct where to;
    if (replace && resolve_object(o, dst, 0, &to) >= 0 && is_dir(to.object))
        return -EISDIR;
    int r = resolve(o, dst, PARENT, &to);
    if (r >= 0)
        r = overlay_copy(o, from, to.dir, how, &copy);
    if (r >= 0)
        r = give_acl(o, from, copy, how);
    return r < 0 ? r : put_copy(o, &to, copy, replace);
}

int copy_xattrs(struct overlay *o, struct object *from, struct object *to) {
    AUTO_LIST names = {0};
    int r = overlay_xattr_names(o, from, &names);
    if (r < 0)
        return r == -EOPNOTSUPP ? 0 : r;
    const char *name = names.text.data;
    for (size_t i = 0; i < names.count; i++, name += strlen(name) + 1) {
        AUTO_STR value = STR_INIT;
        r = overlay_xattr(o, from, name, &value);
        if (r >= 0)
            r = give_attribute(o, to, name, value.data ? value.data : "", value.size);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The attributes of a copy that was written into what was there. */
static int give_attributes(struct overlay *o, struct object *from, struct where *to, int how) {
    struct object *object = to->object;
    if (how & COPY_OWNER) {
        object->now.uid = from->now.uid;
        object->now.gid = from->now.gid;
        object->changed |= CHANGED_UID | CHANGED_GID;
    }
    if (how & COPY_PLAIN)
        return 0;
    int r = how & COPY_MODE_ONLY ? give_acl(o, from, object, how) : copy_xattrs(o, from, object);
    if (r < 0)
        return r;
    object->now.mode = overlay_copied_mode(o, &from->now, how);
    object->changed |= CHANGED_MODE;
    if (how & COPY_MODE_ONLY)
        return 0;
    object->now.atime = from->now.atime;
    object->now.mtime = from->now.mtime;
    object->changed |= CHANGED_ATIME | CHANGED_MTIME;
    return 0;
}

static int write_into(struct overlay *o, struct object *from, struct where *to, int how) {
    struct object *object = to->object;
    if (from == object)
        return -EINVAL;
    if (!S_ISREG(object->now.mode))
        return is_dir(object) ? -EISDIR : S_ISSOCK(object->now.mode) ? -ENXIO : -EOPNOTSUPP;
    struct object *source = content_source(from);
    if (overlay_change(o, to->node, object, CHANGED_CONTENT) < 0)
        return -ENOMEM;
    object->source = source;
    object->data = source ? NULL : from->data;
    object->have = from->have;
    object->now.size = from->now.size;
    object->secret = from->secret;
    object->now.mtime = o->time;
    object->changed &= ~(unsigned)CHANGED_MTIME;
    return give_attributes(o, from, to, how);
}

static int copy_regular_file(struct overlay *o, struct object *from, const char *dst, int how,
                             bool replace) {
    struct where to;
    if (replace)
        return copy_as_new(o, from, dst, how, true);
    int r = resolve_object(o, dst, FOLLOW, &to);
    if (r >= 0)
        return write_into(o, from, &to, how);
    if (r != -ENOENT)
        return r;
    r = resolve(o, dst, PARENT, &to);
    if (r >= 0 && to.slash)
        return -EISDIR;
    return r < 0 ? r : copy_as_new(o, from, dst, how, false);
}

static int copy_file(struct overlay *o, const char *src, const char *dst, int how,
                     const struct os_copy_options *options) {
    struct where from;
    int r = resolve_object(o, src, options->nofollow ? 0 : FOLLOW, &from);
    if (r < 0)
        return r;
    mode_t mode = from.object->now.mode;
    if (S_ISLNK(mode))
        return copy_as_new(o, from.object, dst, how, options->replace);
    if (S_ISDIR(mode))
        return -EISDIR;
    if (S_ISREG(mode))
        return copy_regular_file(o, from.object, dst, how, options->replace);
    if (!options->special_files) /* what a device gives, nobody knows beforehand */
        return S_ISSOCK(mode) ? -ENXIO : -EOPNOTSUPP;
    struct where itself; /* what a link leads to isn't made anew */
    if (resolve_object(o, src, 0, &itself) >= 0 && S_ISLNK(itself.object->now.mode))
        return -EOPNOTSUPP;
    return copy_as_new(o, from.object, dst, how, options->replace);
}

int compose_copy(struct overlay *o, const char *src, const char *dst, int how,
                 const struct os_copy_options *options) {
    AUTO_FREE char *inside = NULL;
    struct where w;
    if (options->into_pipes)
        return -EINVAL;
    if (options->owner && !(how & COPY_PLAIN))
        how |= COPY_OWNER;
    if (!(how & COPY_PLAIN) && resolve_object(o, dst, FOLLOW, &w) >= 0 && is_dir(w.object)) {
        if (copy_into(src, dst, &inside) < 0)
            return -ENOMEM;
        dst = inside;
    }
    int r = refuse_copy(o, src, dst, options);
    return r < 0 ? r : copy_file(o, src, dst, how, options);
}
