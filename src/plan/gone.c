/* SPDX-License-Identifier: MIT */
/** The names in trees that the plan removes: a tree goes as one name, so what is in it and has further
 *  names elsewhere loses some that nobody has looked at. They are looked for when it is asked for how
 *  many names a file has.
 */
#include "plan/change.h"

#include <dirent.h>
#include <string.h>

/* Whether a name without a node may be that of a file which has others, or have such below it. What
 * is copied as a whole has none. */
static bool may_share(struct overlay *o, struct object *dir, const char *name, char type) {
    struct values v;
    if (!is_base_dir(dir))
        return false;
    if (type == DT_DIR || type == DT_UNKNOWN)
        return true;
    int fd = overlay_fd(o, dir);
    return fd >= 0 && disk_values(fd, name, &v) >= 0 && v.nlink > 1;
}

static int count_name(struct overlay *o, struct object *dir, const char *name, char type,
                      struct str *stack) {
    size_t size = strlen(name);
    struct node *node = overlay_find(o, dir, name, size);
    int r = 0;
    if (!node && may_share(o, dir, name, type))
        r = overlay_lookup(o, dir, name, size, &node);
    if (r < 0 || !node || !node->object)
        return r;
    if (!is_dir(node->object))
        return change_names(o, node->object, -1);
    str_append(stack, (const char *)&node->object, sizeof node->object);
    return stack->failed ? -ENOMEM : 0;
}

/* What can't be read, or is gone by now, is left out. */
static int count_dir(struct overlay *o, struct object *dir, struct str *stack) {
    struct names names = {0};
    int r = overlay_names(o, dir, false, &names);
    const char *name = names.list.text.data;
    for (size_t i = 0; r >= 0 && i < names.list.count; i++, name += strlen(name) + 1) {
        r = count_name(o, dir, name, names.types.data[i], stack);
        r = r == -ENOMEM ? r : 0;
    }
    names_free(&names);
    return r == -ENOMEM ? r : 0;
}

int change_count_gone(struct overlay *o) {
    AUTO_STR stack = STR_INIT;
    int r = o->gone ? KEEP(o, o->gone) : 0;
    for (; r >= 0 && o->gone; o->gone = o->gone->gone)
        str_append(&stack, (const char *)&o->gone, sizeof o->gone);
    while (r >= 0 && !stack.failed && stack.size) {
        struct object *dir;
        memcpy(&dir, stack.data + stack.size - sizeof dir, sizeof dir);
        str_truncate(&stack, stack.size - sizeof dir);
        r = count_dir(o, dir, &stack);
    }
    return stack.failed ? -ENOMEM : r;
}
