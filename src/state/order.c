/* SPDX-License-Identifier: MIT */
/** The order of resources: as they are written, but for what a resource needs, which comes first. */
#include "state/kinds.h"

#include <string.h>

/* ------------------------------------------------------------------------------ by path */

static size_t slot_of(const struct os_state *state, const char *path, size_t size) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)path[i]) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32) & (state->path_slots - 1);
}

/* The slot of a path, or the free one where it belongs. */
static size_t find_slot(const struct os_state *state, const char *path, size_t size) {
    for (size_t slot = slot_of(state, path, size);; slot = (slot + 1) & (state->path_slots - 1)) {
        uint32_t index = state->paths[slot];
        const char *name = index ? resources_of(state)[index - 1].name : NULL;
        if (!name || (strncmp(name, path, size) == 0 && !name[size]))
            return slot;
    }
}

/* Half of the slots stay free; those of one path are one chain. */
static int make_slots(struct os_state *state) {
    if (resource_count(state) * 2 < state->path_slots)
        return 0;
    size_t count = state->path_slots ? state->path_slots * 2 : 64, old_count = state->path_slots;
    uint32_t *old = state->paths, *slots = mem_zalloc(count * sizeof *slots);
    if (!slots)
        return -ENOMEM;
    state->paths = slots;
    state->path_slots = count;
    for (size_t i = 0; i < old_count; i++)
        if (old[i]) {
            const char *name = resources_of(state)[old[i] - 1].name;
            slots[find_slot(state, name, strlen(name))] = old[i];
        }
    free(old);
    return 0;
}

struct resource *resource_at(const struct os_state *state, const char *path, size_t size) {
    uint32_t index = state->path_slots ? state->paths[find_slot(state, path, size)] : 0;
    return index ? &resources_of(state)[index - 1] : NULL;
}

static struct resource *next_same(const struct os_state *state, const struct resource *resource) {
    return resource->same ? &resources_of(state)[resource->same - 1] : NULL;
}

static int twice(struct os_state *state, const struct resource *resource,
                 const struct resource *other) {
    const char *where = place_text(state, &other->place);
    return where ? problem(state, &resource->place, "%s %s says already what '%s' shall be",
                           other->kind->name, where, resource->name)
                 : -ENOMEM;
}

/* A file whose content is given can't have more lines than that. */
static bool has_content(const struct resource *resource) {
    return (resource->kind == &kind_file || resource->kind->folder) && !resource->once &&
           (resource->content || resource->source || resource->template || resource->secret);
}

static bool contradict(const struct resource *a, const struct resource *b) {
    bool exclusive = a->kind->exclusive && b->kind->exclusive;
    return (a->kind == b->kind && !a->kind->many) || exclusive ||
           (has_content(a) && b->kind->part) || (has_content(b) && a->kind->part);
}

int enter_resource(struct os_state *state, uint32_t index) {
    if (make_slots(state) < 0)
        return -ENOMEM;
    struct resource *resource = &resources_of(state)[index];
    size_t slot = find_slot(state, resource->name, strlen(resource->name));
    struct resource *other = resource_at(state, resource->name, strlen(resource->name));
    for (; other; other = next_same(state, other))
        if (contradict(resource, other))
            return twice(state, resource, other);
    resource->same = state->paths[slot];
    state->paths[slot] = index + 1;
    return 0;
}

/* Whether it leaves nothing to say about its path: all but owner and mode of a file, and lines of
 * tmpfiles.d, which give way. */
static bool decides(const struct resource *resource) {
    return resource->kind->exclusive && resource->kind->members &&
           (resource->kind != &kind_file || has_content(resource));
}

/* A setting has a file of its own, which another table may decide: asked once all of them are read. */
static int check_writes(struct os_state *state, const struct resource *resource) {
    const char *const *path = resource->kind->writes(resource);
    for (; *path; path++)
        for (const struct resource *other = resource_at(state, *path, strlen(*path)); other;
             other = next_same(state, other))
            if (decides(other)) {
                const char *where = place_text(state, &other->place);
                return !where ? -ENOMEM
                              : problem(state, &resource->place,
                                        "%s %s says already what '%s' shall be, where %s '%s' is "
                                        "written",
                                        other->kind->name, where, *path, resource->kind->name,
                                        resource->name);
            }
    return 0;
}

/* ------------------------------------------------------------------------------ needs */

/* The needs of one resource: what they are, one after another. */
struct needs {
    const struct data_value *after; /* those that it says itself */
    struct resource *same;          /* those at its path */
    size_t up;   /* how much of the path is looked at next, for those around it */
    size_t scan; /* which of all is asked about next, where its kind knows needs of its own */
};

/* What stands behind the colon of "file:/x", or the path that "cron:x" means. */
static const char *named_in_state(struct os_state *state, const char *text, const char *colon) {
    AUTO_FREE char *name = mem_text(text, (size_t)(colon - text));
    const struct kind *kind = name ? kind_of(name) : NULL;
    return !name ? NULL : kind && kind->folder ? drop_in_path(state, kind, colon + 1) : colon + 1;
}

/* What "file:/x" means. */
static int find_named(struct os_state *state, const struct resource *resource,
                      const struct data_value *v, struct resource **ret) {
    struct place place = {resource->place.source, v->at};
    const char *text = NULL, *colon = NULL;
    size_t size;
    int r = v->type == DATA_TEXT ? expand(state, &place, v->text, v->size, &text, &size) : 0;
    if (r < 0)
        return r;
    colon = text ? strchr(text, ':') : NULL;
    const char *name = colon ? named_in_state(state, text, colon) : NULL;
    if (colon && !name)
        return -ENOMEM;
    *ret = name ? resource_at(state, name, strlen(name)) : NULL;
    for (; *ret; *ret = next_same(state, *ret))
        if (strncmp((*ret)->kind->name, text, (size_t)(colon - text)) == 0 &&
            !(*ret)->kind->name[colon - text])
            return (*ret)->kind->judge
                       ? problem(state, &place, "nothing can wait for '%s': a plan makes no %s",
                                 text, (*ret)->kind->name)
                       : 0;
    return problem(state, &place, "after is a list of what is in this state, as \"file:/path\"%s%s",
                   text ? "; there is no " : "", text ? text : "");
}

/* The next thing that a resource needs: 1 with it, 0 at the end, or −errno. */
static int next_need(struct os_state *state, const struct resource *resource, struct needs *needs,
                     struct resource **ret) {
    if (needs->after) {
        const struct data_value *v = needs->after;
        needs->after = data_next(&resource->place.source->data, v);
        int r = find_named(state, resource, v, ret);
        return r < 0 ? r : 1;
    }
    while (needs->same) { /* lines of a file come after the file */
        *ret = needs->same;
        needs->same = next_same(state, needs->same);
        if ((*ret)->kind->exclusive && *ret != resource && !resource->kind->exclusive)
            return 1;
    }
    while (needs->up > 1) {
        const char *slash = memrchr(resource->name, '/', needs->up);
        needs->up = slash ? (size_t)(slash - resource->name) : 0;
        *ret = needs->up ? resource_at(state, resource->name, needs->up) : NULL;
        for (; *ret; *ret = next_same(state, *ret))
            if ((*ret)->kind->exclusive) {
                needs->up = 0; /* the nearest one needs those around it */
                return 1;
            }
    }
    while (resource->kind->needs && needs->scan < resource_count(state)) {
        *ret = &resources_of(state)[needs->scan++];
        if (*ret != resource && resource->kind->needs(resource, *ret))
            return 1;
    }
    return 0;
}

static struct needs needs_of(struct os_state *state, const struct resource *resource) {
    bool alone = resource->kind->command || resource->kind->judge || resource->kind->named;
    return (struct needs){
        .after =
            resource->after ? data_first(&resource->place.source->data, resource->after) : NULL,
        .same = alone ? NULL : resource_at(state, resource->name, strlen(resource->name)),
        .up = alone ? 0 : strlen(resource->name),
    };
}

/* ------------------------------------------------------------------------------ order */

enum { UNSEEN, OPEN, PLACED };

struct step {
    uint32_t index;
    struct needs needs;
};

static int circle(struct os_state *state, const struct step *steps, size_t depth,
                  const struct resource *again) {
    AUTO_STR way = STR_INIT;
    size_t i = depth;
    while (i > 0 && &resources_of(state)[steps[--i].index] != again)
        continue;
    for (; i < depth; i++) {
        const struct resource *resource = &resources_of(state)[steps[i].index];
        const char *where = place_text(state, &resource->place);
        str_printf(&way, "%s%s '%s' (%s)", way.size ? ", which needs " : "", resource->kind->name,
                   resource->name, where ? where : "");
    }
    return way.failed ? -ENOMEM
                      : problem(state, &again->place, "these need each other: %s", way.data);
}

/* Commands are run after all files that don't wait for one: a new round. So are programs, whose effects
 * nobody knows; those of one kind are run together. */
static void count_rounds(struct resource *resource, const struct resource *need) {
    bool command = need->kind->command && !resource->kind->command;
    bool blind = need->kind->blind && need->kind != resource->kind;
    bool before = resource->kind->needs && resource->kind->needs(resource, need) == NEEDED_BEFORE;
    uint32_t least = need->stage + (command || blind || before);
    if (resource->stage < least)
        resource->stage = least;
}

static int push(struct os_state *state, struct str *stack, uint32_t index) {
    struct resource *resource = &resources_of(state)[index];
    struct step step = {index, needs_of(state, resource)};
    resource->mark = OPEN;
    str_append(stack, (const char *)&step, sizeof step);
    return stack->failed ? -ENOMEM : 0;
}

/* Puts a resource behind all that it needs, from the innermost need on. */
static int place_resource(struct os_state *state, uint32_t index, struct str *stack,
                          size_t *count) {
    int r = push(state, stack, index);
    while (r >= 0 && stack->size) {
        size_t depth = stack->size / sizeof(struct step);
        struct step *steps = (struct step *)(void *)stack->data, *top = &steps[depth - 1];
        struct resource *resource = &resources_of(state)[top->index], *need = NULL;
        r = next_need(state, resource, &top->needs, &need);
        if (r > 0 && need && need->mark == OPEN)
            return circle(state, steps, depth, need);
        if (r > 0 && need && need->mark == UNSEEN)
            r = push(state, stack, (uint32_t)(need - resources_of(state)));
        else if (r > 0 && need)
            count_rounds(resource, need);
        if (r != 0 || stack->size / sizeof(struct step) > depth)
            continue;
        resource->mark = PLACED;
        state->order[(*count)++] = top->index;
        str_truncate(stack, stack->size - sizeof(struct step));
        if (stack->size) /* the round that it is in counts for what needs it */
            count_rounds(&resources_of(state)[steps[depth - 2].index], resource);
    }
    return r;
}

int find_order(struct os_state *state) {
    AUTO_STR stack = STR_INIT;
    size_t count = 0;
    int r = 0;
    for (uint32_t i = 0; i < resource_count(state); i++) {
        const struct resource *resource = &resources_of(state)[i];
        int wrong = resource->kind->writes ? check_writes(state, resource) : 0;
        r = wrong < 0 && r != -ENOMEM ? wrong : r;
    }
    state->order = mem_alloc(resource_count(state) * sizeof *state->order);
    if (!state->order)
        return -ENOMEM;
    for (uint32_t i = 0; r >= 0 && i < resource_count(state); i++)
        if (resources_of(state)[i].mark == UNSEEN)
            r = place_resource(state, i, &stack, &count);
    return r;
}
