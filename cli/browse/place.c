/* SPDX-License-Identifier: MIT */
/** A tree that was measured, the directory of it that is looked at, and what is marked in it. */
#include "browse/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static int larger(const void *a, const void *b) {
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return strcmp(x->entry->path, y->entry->path);
}

static int earlier(const void *a, const void *b) {
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    return strcmp(x->entry->path, y->entry->path);
}

static int fuller(const void *a, const void *b) {
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    if (x->entry->entries != y->entry->entries)
        return x->entry->entries < y->entry->entries ? 1 : -1;
    return larger(a, b);
}

int place_go(struct place *place, struct node *directory, const struct node *chosen) {
    static int (*const compare[])(const void *, const void *) = {larger, earlier, fuller};
    struct node **shown = calloc(directory->count + 1, sizeof *shown);
    if (!shown)
        return -ENOMEM;
    free(place->shown);
    place->shown = shown;
    place->here = directory;
    place->count = place->at = 0;
    for (size_t i = 0; i < directory->count; i++)
        if (!place->gone[directory->first + i])
            shown[place->count++] = place->nodes + directory->first + i;
    qsort(shown, place->count, sizeof *shown, compare[place->order]);
    for (size_t i = 0; i < place->count; i++)
        if (shown[i] == chosen)
            place->at = i;
    return 0;
}

int place_enter(struct place *place, const char *path,
                const struct os_tree_usage_options *options) {
    place->apparent = options->apparent;
    place->top = os_open(path, O_RDONLY | O_DIRECTORY, 0);
    place->usage = place->top < 0 ? NULL : os_tree_usage(path, options);
    if (!place->usage)
        return -errno;
    size_t count = place->usage->count;
    place->nodes = calloc(count + 1, sizeof *place->nodes);
    place->marked = calloc(count + 1, sizeof *place->marked);
    place->gone = calloc(count + 1, sizeof *place->gone);
    if (!place->nodes || !place->marked || !place->gone)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct os_tree_usage_entry *entry = &place->usage->list[i];
        place->nodes[i].entry = entry;
        place->nodes[i].weight = (double)(place->apparent ? entry->apparent : entry->allocated);
    }
    int r = nodes_arrange(place->nodes, count);
    return r < 0 ? r : place_go(place, place->nodes, NULL);
}

void place_leave(struct place *place) {
    if (place->top >= 0)
        os_close(place->top);
    free(place->usage);
    free(place->nodes);
    free(place->marked);
    free(place->gone);
    free(place->shown);
    *place = (struct place){.top = -1};
}

struct node *place_chosen(const struct place *place) {
    return place->at < place->count ? place->shown[place->at] : NULL;
}

/* ------------------------------------------------------------------------------ removing */

static bool doomed(const struct place *place, const struct node *node, bool any_marked) {
    return any_marked ? place->marked[node - place->nodes] : node == place_chosen(place);
}

static bool any_marked(const struct place *place) {
    for (size_t i = 0; i < place->count; i++)
        if (place->marked[place->shown[i] - place->nodes])
            return true;
    return false;
}

size_t place_doomed(const struct place *place, double *ret_weight) {
    size_t count = 0;
    bool marked = any_marked(place);
    *ret_weight = 0;
    for (size_t i = 0; i < place->count; i++)
        if (doomed(place, place->shown[i], marked)) {
            *ret_weight += place->shown[i]->weight;
            count++;
        }
    return count;
}

/* The directory at a depth on the way to another one. */
static struct node *on_the_way(const struct place *place, struct node *to, uint32_t depth) {
    while (to->entry->depth > depth)
        to = place->nodes + to->parent;
    return to;
}

/* Goes down from the top by names, and through no link, wherever somebody puts one: a descriptor. */
static int open_directory(const struct place *place, struct node *node) {
    int fd = os_dup(place->top);
    for (uint32_t depth = 1; fd >= 0 && depth <= node->entry->depth; depth++) {
        int below = os_openat(fd, node_name(on_the_way(place, node, depth)),
                              O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
        int error = errno;
        os_close(fd);
        errno = error;
        fd = below;
    }
    return fd;
}

/* All directories above hold so much less. */
static void forget(struct place *place, struct node *node) {
    place->gone[node - place->nodes] = true;
    for (struct node *at = node; at != place->nodes;) {
        at = place->nodes + at->parent;
        at->weight -= node->weight;
    }
}

int place_remove(struct place *place) {
    bool marked = any_marked(place);
    int first = 0, directory = open_directory(place, place->here);
    if (directory < 0)
        return -errno;
    for (size_t i = 0; i < place->count; i++) {
        struct node *node = place->shown[i];
        if (!doomed(place, node, marked))
            continue;
        int r = node->entry->is_dir ? os_rmtreeat(directory, node_name(node), NULL)
                                    : os_unlinkat(directory, node_name(node));
        if (r == 0 || errno == ENOENT)
            forget(place, node);
        else
            first = first ? first : -errno;
    }
    os_close(directory);
    size_t at = place->at;
    int r = place_go(place, place->here, NULL);
    place->at = at < place->count ? at : place->count ? place->count - 1 : 0;
    return first ? first : r;
}
