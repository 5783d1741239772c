/* SPDX-License-Identifier: MIT */
/** What a tree was measured to hold, as a tree again: whoever draws it goes down in it. */
#include "picture/nodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *node_name(const struct node *node) {
    const char *path = node->entry->path, *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* In the order of the paths, each directory right before what is in it. */
static int by_path(const void *a, const void *b) {
    const unsigned char *x = (const unsigned char *)((const struct node *)a)->entry->path;
    const unsigned char *y = (const unsigned char *)((const struct node *)b)->entry->path;
    while (*x && *x == *y) {
        x++;
        y++;
    }
    int left = *x == '/' ? 1 : *x ? *x + 1 : 0, right = *y == '/' ? 1 : *y ? *y + 1 : 0;
    return left - right;
}

static int by_depth_and_parent(const void *a, const void *b) {
    const struct node *x = a, *y = b;
    if (x->entry->depth != y->entry->depth)
        return x->entry->depth < y->entry->depth ? -1 : 1;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return strcmp(x->entry->path, y->entry->path);
}

/* The parent of each in the order of paths, by its number there. */
static void find_parents(struct node *nodes, size_t count, size_t *last) {
    for (size_t i = 0; i < count; i++) {
        unsigned depth = nodes[i].entry->depth;
        nodes[i].parent = depth && depth <= count ? last[depth - 1] : 0;
        nodes[i].first = i;
        if (depth < count)
            last[depth] = i;
    }
}

int nodes_arrange(struct node *nodes, size_t count) {
    size_t *place = calloc(count + 1, sizeof *place);
    if (!place)
        return -ENOMEM;
    qsort(nodes, count, sizeof *nodes, by_path);
    find_parents(nodes, count, place);
    qsort(nodes, count, sizeof *nodes, by_depth_and_parent);
    for (size_t i = 0; i < count; i++)
        place[nodes[i].first] = i;
    for (size_t i = 0; i < count; i++) {
        nodes[i].parent = place[nodes[i].parent];
        nodes[i].first = 0;
    }
    for (size_t i = 1; i < count; i++) {
        struct node *above = &nodes[nodes[i].parent];
        if (above->count++ == 0)
            above->first = i;
    }
    free(place);
    return 0;
}
