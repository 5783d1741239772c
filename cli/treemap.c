/* SPDX-License-Identifier: MIT */
/** A squarified treemap as SVG: areas are sizes, what is in a directory lies in its rectangle. */
#include "treemap.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1200, HEIGHT = 800, HEAD = 16, GAP = 2, LETTER = 7 };

struct area {
    double x, y, width, height;
};

struct node {
    const struct os_usage_entry *entry;
    double weight;
    size_t first, count; /* of its children, among all nodes */
    unsigned hue;
};

struct map {
    FILE *file;
    bool apparent;
    struct node *nodes;
    size_t count;
};

static double weight_of(const struct map *map, const struct os_usage_entry *entry) {
    return (double)(map->apparent ? entry->apparent : entry->allocated);
}

/* ------------------------------------------------------------------------------ the text */

/* What XML can hold: controls and what is no UTF-8 become a question mark. */
static size_t put_character(FILE *file, const unsigned char *at) {
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    bool fine = size && at[0] >= 0x20 && at[0] != 0x7f && at[0] < 0xf5;
    for (size_t i = 1; i < size && fine; i++)
        fine = (at[i] & 0xc0) == 0x80;
    if (size == 3 && fine) /* surrogates, and U+FFFE and U+FFFF */
        fine =
            !(at[0] == 0xed && at[1] >= 0xa0) && !(at[0] == 0xef && at[1] == 0xbf && at[2] > 0xbd);
    if (!fine)
        fputc('?', file);
    else if (at[0] == '<')
        fputs("&lt;", file);
    else if (at[0] == '&')
        fputs("&amp;", file);
    else if (at[0] == '"')
        fputs("&quot;", file);
    else
        fwrite(at, 1, size, file);
    return fine ? size : 1;
}

/* At most `letters` of a text. */
static void put_text(FILE *file, const char *text, size_t letters) {
    const unsigned char *at = (const unsigned char *)text;
    for (size_t i = 0; *at && i < letters; i++)
        at += put_character(file, at);
}

static const char *base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void draw(const struct map *map, const struct node *node, struct area area) {
    char size[16];
    double bytes = weight_of(map, node->entry);
    human_size(size, sizeof size, (uint64_t)bytes);
    unsigned light = 84 - (node->entry->depth > 6 ? 6 : node->entry->depth) * 6;
    fprintf(map->file, "<g><title>");
    put_text(map->file, node->entry->path, (size_t)-1);
    fprintf(map->file,
            "\n%s, %llu entries</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "fill=\"hsl(%u,%u%%,%u%%)\" stroke=\"#fff\"/>",
            size, (unsigned long long)node->entry->entries, area.x, area.y, area.width, area.height,
            node->hue, node->entry->is_dir ? 45 : 25, light);
    size_t letters = (size_t)(area.width / LETTER);
    if (area.height >= HEAD && letters >= 4) {
        fprintf(map->file, "<text x=\"%.1f\" y=\"%.1f\">", area.x + 3, area.y + 12);
        put_text(map->file, base(node->entry->path), letters - 1);
        if (letters > strlen(base(node->entry->path)) + strlen(size) + 3)
            fprintf(map->file, " <tspan fill-opacity=\".6\">%s</tspan>", size);
        fputs("</text>", map->file);
    }
    fputs("</g>\n", map->file);
}

/* ----------------------------------------------------------------------------- the nodes */

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
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->weight < y->weight ? 1 : x->weight > y->weight ? -1 : 0;
}

/* Arranges the nodes so that the children of each lie side by side, the largest first. */
static bool arrange(struct map *map) {
    size_t *last = calloc(map->count + 1, sizeof *last); /* of each depth the latest */
    if (!last)
        return false;
    qsort(map->nodes, map->count, sizeof *map->nodes, by_path);
    for (size_t i = 0; i < map->count; i++) {
        unsigned depth = map->nodes[i].entry->depth;
        map->nodes[i].first = depth && depth <= map->count ? last[depth - 1] : 0;
        if (depth < map->count)
            last[depth] = i;
    }
    /* From the number of the parent in that order to its number in this one. */
    for (size_t i = 0; i < map->count; i++)
        map->nodes[i].count = i;
    qsort(map->nodes, map->count, sizeof *map->nodes, by_depth_and_parent);
    for (size_t i = 0; i < map->count; i++)
        last[map->nodes[i].count] = i;
    for (size_t i = 0; i < map->count; i++)
        map->nodes[i].count = 0;
    size_t *parent = malloc((map->count + 1) * sizeof *parent);
    for (size_t i = 0; parent && i < map->count; i++)
        parent[i] = last[map->nodes[i].first];
    for (size_t i = 0; parent && i < map->count; i++)
        map->nodes[i].first = 0;
    for (size_t i = 1; parent && i < map->count; i++) {
        struct node *above = &map->nodes[parent[i]];
        if (map->nodes[i].entry->depth == 0)
            continue;
        if (above->count++ == 0)
            above->first = i;
        map->nodes[i].hue = map->nodes[i].entry->depth == 1
                                ? (unsigned)((above->count - 1) * 137 % 360)
                                : above->hue;
    }
    bool fine = parent != NULL;
    free(parent);
    free(last);
    return fine;
}

/* ---------------------------------------------------------------------------- the layout */

/* How far from a square the worst of a row is, if its nodes share a side of that length. */
static double worst(double sum, double least, double most, double side) {
    double square = sum * sum, length = side * side;
    double a = length * most / square, b = square / (length * least);
    return a > b ? a : b;
}

/* How many of the nodes, from the first on, make the best next row along a side. */
static size_t row_size(const struct node *nodes, size_t count, double scale, double side) {
    double sum = 0, best = 0;
    size_t n = 0;
    for (; n < count && nodes[n].weight > 0; n++) {
        double area = nodes[n].weight * scale;
        double ratio = worst(sum + area, area, nodes[0].weight * scale, side);
        if (n > 0 && ratio > best)
            break;
        best = ratio;
        sum += area;
    }
    return n;
}

static void lay_out(const struct map *map, const struct node *node, struct area area);

/* Lays a row along the shorter side, and takes its place away from the area. */
static void lay_row(const struct map *map, const struct node *nodes, size_t n, double scale,
                    struct area *area) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += nodes[i].weight * scale;
    bool upright = area->width >= area->height;
    double side = upright ? area->height : area->width;
    double thickness = sum / side, at = 0;
    for (size_t i = 0; i < n; i++) {
        double length = nodes[i].weight * scale / thickness;
        struct area part = upright ? (struct area){area->x, area->y + at, thickness, length}
                                   : (struct area){area->x + at, area->y, length, thickness};
        at += length;
        lay_out(map, &nodes[i], part);
    }
    if (upright) {
        area->x += thickness;
        area->width -= thickness;
    } else {
        area->y += thickness;
        area->height -= thickness;
    }
}

/* The depth of this recursion is that of the list: a few levels. */
static void lay_out(const struct map *map, const struct node *node, struct area area) {
    if (area.width < 2 || area.height < 2)
        return;
    draw(map, node, area);
    struct area inner = {area.x + GAP, area.y + HEAD, area.width - 2 * GAP,
                         area.height - HEAD - GAP};
    if (node->weight <= 0 || inner.width < 4 || inner.height < 4)
        return;
    /* What is directly in the directory and not listed leaves its part of the area free. */
    double scale = inner.width * inner.height / node->weight;
    const struct node *children = map->nodes + node->first;
    for (size_t done = 0; done < node->count;) {
        double side = inner.width < inner.height ? inner.width : inner.height;
        size_t n = side < 1 ? 0 : row_size(children + done, node->count - done, scale, side);
        if (n == 0)
            return;
        lay_row(map, children + done, n, scale, &inner);
        done += n;
    }
}

void treemap_write(FILE *file, const struct os_usage *usage, bool apparent, bool html) {
    struct map map = {file, apparent, calloc(usage->count + 1, sizeof(struct node)), usage->count};
    if (html) {
        fputs("<!doctype html>\n<meta charset=\"utf-8\">\n<title>", file);
        put_text(file, usage->count ? usage->list[0].path : "", (size_t)-1);
        fputs(
            "</title>\n<style>body{margin:0}svg{width:100vw;height:100vh}g:hover>rect{stroke:#000}"
            "</style>\n",
            file);
    }
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "font-family=\"sans-serif\" font-size=\"11\">\n",
            WIDTH, HEIGHT);
    for (size_t i = 0; map.nodes && i < usage->count; i++) {
        map.nodes[i].entry = &usage->list[i];
        map.nodes[i].weight = weight_of(&map, &usage->list[i]);
    }
    if (map.nodes && map.count && arrange(&map))
        lay_out(&map, &map.nodes[0], (struct area){0, 0, WIDTH, HEIGHT});
    fputs("</svg>\n", file);
    free(map.nodes);
}
