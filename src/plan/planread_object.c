/* SPDX-License-Identifier: MIT */
/** Reading a plan's file: places, what was there, and objects as they shall be, with all in them. */
#include "plan/planread.h"

#include <string.h>

/* -------------------------------------------------------------------------------- members */

int planread_members(struct planread *r, const struct json_value *object, take_member *take,
                     void *to) {
    if (object->type != JSON_OBJECT)
        return -EBADMSG;
    size_t at = (size_t)(object - r->json.values) + 1;
    while (at < object->after) {
        const struct json_value *member = &r->json.values[at];
        int known = take(r, member, to);
        if (known <= 0)
            return known < 0 ? known : -EPROTONOSUPPORT;
        at = member->after;
    }
    return 0;
}

/* Numbers count from 1 in the file. */
int planread_number(const struct json_value *value, size_t *ret) {
    uint64_t number;
    if (value->type != JSON_NUMBER || !field_read_number(value, &number) || number == 0)
        return -EBADMSG;
    *ret = (size_t)number - 1;
    return 1;
}

static int take_was(struct planread *r, const struct json_value *member, void *to) {
    return fields_read(r->arena, member, to, was_fields, was_count);
}

int planread_was(struct planread *r, const struct json_value *value, struct plan_was *was) {
    int result = planread_members(r, value, take_was, was);
    bool typed = was->mode & S_IFMT;
    was->has_content |= was->sealed;
    return result < 0 ? result : was->absent == typed ? -EBADMSG : 1;
}

static int take_place(struct planread *r, const struct json_value *member, void *to) {
    struct plan_place *place = to;
    size_t number;
    if (!member_is(member, "made_by"))
        return fields_read(r->arena, member, place, place_fields, place_count);
    int result = planread_number(member, &number);
    if (result > 0)
        place->made_by = (long)number;
    return result;
}

/* A name is one, and a path has no way out of the root. */
static bool is_sound(const struct plan_place *place) {
    const char *paths[] = {place->path, place->before, place->after};
    if (!place->path || !place->name || !*place->name || strchr(place->name, '/') ||
        strcmp(place->name, "..") == 0 || (!place->before == (place->made_by < 0)))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (paths[i] && (*paths[i] != '/' || strstr(paths[i], "/../")))
            return false;
    return (place->made_by >= 0) == (place->made_below != NULL);
}

int planread_place(struct planread *r, const struct json_value *value, struct plan_place *place) {
    place->made_by = -1;
    int result = planread_members(r, value, take_place, place);
    return result < 0 ? result : is_sound(place) ? 1 : -EBADMSG;
}

static int take_source(struct planread *r, const struct json_value *member, void *to) {
    struct plan_source *source = to;
    if (member_is(member, "was"))
        return planread_was(r, member, &source->was);
    return take_place(r, member, &source->place);
}

static int read_source(struct planread *r, const struct json_value *value,
                       const struct plan_source **ret) {
    struct plan_source *source = arena_alloc(r->arena, sizeof *source);
    if (!source)
        return -ENOMEM;
    source->place.made_by = -1;
    *ret = source;
    int result = planread_members(r, value, take_source, source);
    bool whole = is_sound(&source->place) && source->was.mode & S_IFMT;
    return result < 0 ? result : whole ? 1 : -EBADMSG;
}

int planread_use(struct planread *r, const struct json_value *value, struct content_use use) {
    if (value->type != JSON_TEXT || strncmp(value->text, "sha256:", 7) != 0 ||
        !field_read_digest(value->text + 7, value->size - 7, &use.digest))
        return -EBADMSG;
    str_append(&r->uses, (const char *)&use, sizeof use);
    return r->uses.failed ? -ENOMEM : 1;
}

/* ---------------------------------------------------------------------------------- objects */

static int take_xattr(struct planread *r, const struct json_value *member, void *to) {
    struct plan_xattr *x = to;
    static const struct field name = {"name", FIELD_NAME, offsetof(struct plan_xattr, name)};
    if (!member_is(member, "content"))
        return fields_read(r->arena, member, to, &name, 1);
    if (member->type == JSON_NULL)
        return 1;
    return planread_use(r, member, (struct content_use){.data = &x->value, .size = &x->size});
}

static int read_xattrs(struct planread *r, const struct json_value *list,
                       struct plan_object *object) {
    if (list->type != JSON_LIST || !list->count || object->xattrs)
        return -EBADMSG;
    struct plan_xattr *xattrs = arena_alloc(r->arena, list->count * sizeof *xattrs);
    if (!xattrs)
        return -ENOMEM;
    object->xattrs = xattrs;
    object->xattr_count = list->count;
    size_t at = (size_t)(list - r->json.values) + 1;
    for (size_t i = 0; i < list->count; i++) {
        const struct json_value *value = &r->json.values[at];
        int result = planread_members(r, value, take_xattr, &xattrs[i]);
        if (result < 0 || !xattrs[i].name)
            return result < 0 ? result : -EBADMSG;
        at = value->after;
    }
    return 1;
}

static int read_hard(struct planread *r, const struct json_value *list,
                     struct plan_object *object) {
    struct hard_use use = {.hard = &object->hard};
    uint64_t number;
    if (list->type != JSON_LIST || list->count != 2)
        return -EBADMSG;
    int result = planread_number(list + 1, &use.entry);
    if (result < 0 || (list + 2)->type != JSON_NUMBER || !field_read_number(list + 2, &number))
        return -EBADMSG;
    use.number = (size_t)number;
    str_append(&r->hard, (const char *)&use, sizeof use);
    return r->hard.failed ? -ENOMEM : 1;
}

/* One of several members says where the content comes from. */
static int begin_content(struct plan_object *object, enum plan_content content) {
    if (object->content != PLAN_CONTENT_NONE)
        return -EBADMSG;
    object->content = content;
    return 0;
}

/* Its two members; the content itself is read when the plan is applied. */
static int take_secret(struct planread *r, const struct json_value *member,
                       struct plan_object *object) {
    static const struct field fields[] = {
        {"secret", FIELD_NAME, offsetof(struct plan_secret, source)},
        {"hmac", FIELD_DIGEST, offsetof(struct plan_secret, mac),
         .flag = offsetof(struct plan_secret, sealed)},
    };
    struct plan_secret *secret = (struct plan_secret *)(uintptr_t)object->secret;
    if (!secret) {
        object->secret = secret = arena_alloc(r->arena, sizeof *secret);
        if (!secret)
            return -ENOMEM;
        if (begin_content(object, PLAN_CONTENT_MEMORY) < 0)
            return -EBADMSG;
    }
    if (!r->loaded->head.key ||
        r->loaded->lacking) /* one whose content is left out has no members */
        return -EBADMSG;
    return fields_read(r->arena, member, secret, FIELDS(fields));
}

static int take_object(struct planread *r, const struct json_value *member, void *to) {
    struct plan_object *object = to;
    static const struct field link = {"to", FIELD_NAME, offsetof(struct plan_object, data)};
    int result = fields_read(r->arena, member, object, object_fields, object_count);
    if (result)
        return result;
    if (member_is(member, "xattrs"))
        return read_xattrs(r, member, object);
    if (member_is(member, "content")) {
        result = begin_content(object, PLAN_CONTENT_MEMORY);
        return result < 0 ? result
                          : planread_use(r, member,
                                         (struct content_use){.data = &object->data,
                                                              .beside = &object->beside,
                                                              .have = &object->have});
    }
    if (member_is(member, "secret") && member->type == JSON_BOOL) {
        static const struct plan_secret unknown;
        object->secret = &unknown;
        r->loaded->lacking = true;
        return strcmp(member->text, "true") == 0 ? 1 : -EBADMSG;
    }
    if (strncmp(member->key, "secret", 6) == 0 || member_is(member, "hmac"))
        return take_secret(r, member, object);
    if (member_is(member, "have"))
        return field_read_number(member, &object->have) ? 1 : -EBADMSG;
    if (member_is(member, "source")) {
        result = begin_content(object, PLAN_CONTENT_SOURCE);
        return result < 0 ? result : read_source(r, member, &object->source);
    }
    if (member_is(member, "copy")) {
        result = begin_content(object, PLAN_CONTENT_COPY);
        return result < 0 ? result : read_source(r, member, &object->source);
    }
    if (member_is(member, "hard_link")) {
        result = begin_content(object, PLAN_CONTENT_HARD);
        return result < 0 ? result : read_source(r, member, &object->source);
    }
    if (member_is(member, "hard")) {
        result = begin_content(object, PLAN_CONTENT_HARD);
        return result < 0 ? result : read_hard(r, member, object);
    }
    result = fields_read(r->arena, member, object, &link, 1);
    if (result > 0 && begin_content(object, PLAN_CONTENT_LINK) < 0)
        return -EBADMSG;
    return result;
}

/* What the type alone says, and what it doesn't go together with. */
static int settle_content(struct plan_object *object, bool made) {
    mode_t type = object->mode & S_IFMT;
    if (object->content == PLAN_CONTENT_NONE && made)
        object->content = type == S_IFDIR                      ? PLAN_CONTENT_TREE
                          : type == S_IFCHR || type == S_IFBLK ? PLAN_CONTENT_DEVICE
                                                               : PLAN_CONTENT_NONE;
    if (object->secret && !object->secret->source != !object->secret->sealed)
        return -EBADMSG;
    bool right;
    switch (object->content) {
    case PLAN_CONTENT_MEMORY:
    case PLAN_CONTENT_SOURCE:
        right = type == S_IFREG;
        break;
    case PLAN_CONTENT_LINK:
        right = type == S_IFLNK;
        break;
    case PLAN_CONTENT_TREE:
    case PLAN_CONTENT_COPY:
        right = type == S_IFDIR;
        break;
    case PLAN_CONTENT_HARD:
        right = type && type != S_IFDIR;
        break;
    case PLAN_CONTENT_DEVICE:
        right = true;
        break;
    default:
        right = !made || type == S_IFIFO || type == S_IFSOCK;
    }
    return right ? 0 : -EBADMSG;
}

/* ------------------------------------------------------------------------------------ trees */

static void number_object(struct planread *r, const struct plan_object *object, size_t number) {
    struct object_number n = {object, r->entry_count, number};
    str_append(&r->numbers, (const char *)&n, sizeof n);
}

/* An item of a tree, and the directory that it goes to. */
struct item {
    const char *path;
    bool left_out;
    struct plan_object *object;
    size_t parent; /* the item, from 1 on; 0 for the entry's own object */
    size_t children;
};

static int take_item(struct planread *r, const struct json_value *member, void *to) {
    struct item *item = to;
    static const struct field path = {"path", FIELD_NAME, offsetof(struct item, path)};
    if (member_is(member, "left_out")) {
        item->left_out = member->type == JSON_BOOL && *member->text == 't';
        return item->left_out ? 1 : -EBADMSG;
    }
    int result = fields_read(r->arena, member, item, &path, 1);
    return result ? result : take_object(r, member, item->object);
}

/* The directory of an item is that which was told last with its path: the items come in the order of
 * a walk, so it is the one before, or one that is above that. */
static int find_parent(struct item *items, size_t at) {
    const char *path = items[at].path;
    const char *slash = strrchr(path, '/');
    size_t size = slash ? (size_t)(slash - path) : 0, parent = at;
    while (parent > 0) {
        const char *dir = items[parent - 1].path;
        if (slash && strncmp(dir, path, size) == 0 && !dir[size])
            break;
        parent = items[parent - 1].parent;
    }
    const char *name = slash ? slash + 1 : path;
    bool found = slash ? parent > 0 && !items[parent - 1].left_out : true;
    if (!found || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return -EBADMSG;
    items[at].parent = parent;
    return 0;
}

static int read_items(struct planread *r, const struct json_value *list, struct item *items) {
    size_t at = (size_t)(list - r->json.values) + 1;
    for (size_t i = 0; i < list->count; i++) {
        const struct json_value *value = &r->json.values[at];
        items[i].object = arena_alloc(r->arena, sizeof *items[i].object);
        if (!items[i].object)
            return -ENOMEM;
        int result = planread_members(r, value, take_item, &items[i]);
        if (result >= 0 && !items[i].path)
            result = -EBADMSG;
        if (result >= 0 && !items[i].left_out)
            result = settle_content(items[i].object, true);
        if (result >= 0)
            result = find_parent(items, i);
        if (result < 0)
            return result;
        number_object(r, items[i].left_out ? NULL : items[i].object, i + 1);
        at = value->after;
    }
    return 0;
}

static struct plan_object *object_at(struct plan_object *top, struct item *items, size_t number) {
    return number ? items[number - 1].object : top;
}

/* Each directory gets the list of its children, in the order of their names. */
static int build_tree(struct planread *r, struct item *items, size_t count,
                      struct plan_object *top) {
    for (size_t i = 0; i < count; i++)
        object_at(top, items, items[i].parent)->child_count++;
    for (size_t i = 0; i < count; i++) {
        struct plan_object *dir = object_at(top, items, items[i].parent);
        bool copies = dir->content == PLAN_CONTENT_COPY;
        if ((!copies && dir->content != PLAN_CONTENT_TREE) || (items[i].left_out && !copies))
            return -EBADMSG;
        size_t *filled =
            items[i].parent ? &items[items[i].parent - 1].children : &items[count].children;
        if (!dir->children &&
            !(dir->children = arena_alloc(r->arena, dir->child_count * sizeof *dir->children)))
            return -ENOMEM;
        struct plan_child *child = (struct plan_child *)(uintptr_t)&dir->children[(*filled)++];
        const char *slash = strrchr(items[i].path, '/');
        child->name = slash ? slash + 1 : items[i].path;
        child->object = items[i].left_out ? NULL : items[i].object;
        if (*filled > 1 && strcmp((child - 1)->name, child->name) >= 0)
            return -EBADMSG;
    }
    return 0;
}

static int read_tree(struct planread *r, const struct json_value *list, struct plan_object *top) {
    if (list->type != JSON_LIST || !list->count)
        return -EBADMSG;
    AUTO_FREE struct item *items = mem_zalloc((list->count + 1) * sizeof *items);
    if (!items)
        return -ENOMEM;
    int result = read_items(r, list, items);
    return result < 0 ? result : build_tree(r, items, list->count, top);
}

/* The tree comes last, when it is known what it is the tree of. */
struct is_reader {
    struct plan_object *object;
    const struct json_value *tree;
};

static int take_is(struct planread *r, const struct json_value *member, void *to) {
    struct is_reader *is_reader = to;
    if (!member_is(member, "tree"))
        return take_object(r, member, is_reader->object);
    is_reader->tree = member;
    return 1;
}

int planread_object(struct planread *r, const struct json_value *value, struct plan_object *object,
                    bool made) {
    struct is_reader reader = {.object = object};
    int result = planread_members(r, value, take_is, &reader);
    if (result >= 0)
        result = settle_content(object, made);
    number_object(r, object, 0);
    if (result >= 0 && reader.tree)
        result = read_tree(r, reader.tree, object);
    return result < 0 ? result : 1;
}
