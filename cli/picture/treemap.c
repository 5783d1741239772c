/* SPDX-License-Identifier: MIT */
/** A squarified treemap: the area of a rectangle is a size, and the rectangle of a directory holds
 *  those of its entries. */
#include "picture/treemap.h"
#include "frame/text.h"
#include "picture/kinds.h"
#include "picture/nodes.h"
#include "treemap_page.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 1200,
    HEIGHT = 800,
    FOOT = 24,  /* for the legend */
    HEAD = 17,  /* of a directory, for its name */
    GAP = 2,    /* around what is in it */
    LETTER = 7, /* how wide one is */
    LEAST = 20, /* a cell of less area joins the others that small */
    ELLIPSIS = 11,
    PLAIN = 12, /* a directory less high or wide is one cell */
};

struct area {
    double x, y, width, height;
};

struct map {
    FILE *file;
    bool apparent;
    struct node *nodes;
    size_t count;
};

static double weight_of(const struct map *map, const struct os_tree_usage_entry *entry) {
    return (double)(map->apparent ? entry->apparent : entry->allocated);
}

/* ------------------------------------------------------------------------------ the kinds */

/* Counts the kinds of files below each directory, for the colour of one that is a single cell. */
static void sum_kinds(struct map *map) {
    for (size_t i = map->count; i-- > 0;) {
        struct node *node = &map->nodes[i];
        if (!node->entry->is_dir)
            node->kinds[kind_of_path(node->entry->path)] += node->weight;
        for (int kind = 0; kind < KINDS && i > 0; kind++)
            map->nodes[node->parent].kinds[kind] += node->kinds[kind];
    }
}

static int main_kind(const struct node *node) {
    int best = 0;
    for (int kind = 1; kind < KINDS; kind++)
        if (node->kinds[kind] > node->kinds[best])
            best = kind;
    return best;
}

/* ------------------------------------------------------------------------------- the text */

/* How many bytes of UTF-8 a character has, that XML can hold; 0 for none. */
static size_t character(const unsigned char *at) {
    uint32_t code;
    size_t size = utf8_character((const char *)at, 4, &code); /* a NUL ends what is too short */
    bool control = size && (code < 0x20 || (code >= 0x7f && code < 0xa0));
    return size && !control && code != 0xfffe && code != 0xffff ? size : 0;
}

/* How wide a letter is in most fonts; Chinese, emoji and their like fill a square. */
static double letter_width(const unsigned char *at, size_t size) {
    bool square = size == 4 || (size == 3 && at[0] >= 0xe2 && !(at[0] == 0xe2 && at[1] < 0xba));
    bool narrow = size == 1 && strchr("iIjlft.,:;'|!()[]{} -/r", at[0]);
    bool broad = size == 1 && strchr("mwMWGOQ@%&_", at[0]);
    return square ? 12 : narrow ? 4.4 : broad ? 10 : LETTER;
}

static void put_character(FILE *file, const unsigned char *at, size_t size) {
    if (size == 0)
        fputs("\xef\xbf\xbd", file);
    else if (at[0] == '<')
        fputs("&lt;", file);
    else if (at[0] == '>') /* XML allows no "]]>" in text */
        fputs("&gt;", file);
    else if (at[0] == '&')
        fputs("&amp;", file);
    else if (at[0] == '"')
        fputs("&quot;", file);
    else
        fwrite(at, 1, size, file);
}

static double text_width(const char *text) {
    double width = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        size_t size = character(at);
        width += letter_width(at, size);
        at += size ? size : 1;
    }
    return width;
}

/* Writes a text, cut with an ellipsis where there is no room for all of it. */
static void put_text(FILE *file, const char *text, double room) {
    bool cut = text_width(text) > room;
    double used = cut ? ELLIPSIS : 0;
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        size_t size = character(at);
        used += letter_width(at, size);
        if (used > room)
            break;
        put_character(file, at, size);
        at += size ? size : 1;
    }
    if (cut)
        fputs("\xe2\x80\xa6", file);
}

/* ----------------------------------------------------------------------------- one cell */

static void put_label(const struct map *map, const char *name, const char *size,
                      const struct area *area, bool head) {
    double room = area->width - 8;
    if (area->height < HEAD - 2 || room < 3 * LETTER)
        return;
    double middle = head || area->height < 40 ? 12 : area->height / 2 - 2;
    bool two = !head && area->height >= 40 && room >= text_width(size);
    bool beside = !two && room > text_width(name) + text_width(size) + LETTER;
    double x = area->x + (two ? area->width / 2 : 4);
    fprintf(map->file, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, area->y + middle,
            two ? " text-anchor=\"middle\"" : "");
    put_text(map->file, name, room);
    if (beside)
        fprintf(map->file, " <tspan class=\"s\">%s</tspan>", size);
    fputs("</text>", map->file);
    if (two)
        fprintf(map->file,
                "<text class=\"s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>", x,
                area->y + middle + 14, size);
}

static void put_rect(const struct map *map, const char *class, int number,
                     const struct area *area) {
    fprintf(map->file,
            "<rect class=\"%s%d\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>", class,
            number, area->x, area->y, area->width, area->height);
}

/* A rectangle with its name; one that is open shows what is in it. */
static void draw(const struct map *map, const struct node *node, const struct area *area,
                 bool open) {
    char size[16];
    uint32_t depth = node->entry->depth;
    human_size(size, sizeof size, (uint64_t)node->weight);
    fputs("<g><title>", map->file);
    put_text(map->file, node->entry->path, HUGE_VAL);
    fprintf(map->file, "\n%s", size);
    if (node->entry->is_dir)
        fprintf(map->file, ", %" PRIu64 " entries", node->entry->entries);
    fputs("</title>", map->file);
    put_rect(map, open ? "d" : "k", open ? (int)(depth % 4) : main_kind(node), area);
    put_label(map, node_name(node), size, area, open);
    fputs("</g>\n", map->file);
}

/* One cell for all items that are too small to be seen. */
static void draw_others(const struct map *map, const struct node *of, size_t count, double weight,
                        const struct area *area) {
    char size[16], name[40];
    const char *path = of->entry->path;
    human_size(size, sizeof size, (uint64_t)weight);
    if (count)
        snprintf(name, sizeof name, "%zu others", count);
    else
        strcpy(name, "others");
    fputs("<g><title>", map->file);
    put_text(map->file, path, HUGE_VAL);
    fprintf(map->file, ": %s\n%s</title>", name, size);
    put_rect(map, "o", 0, area);
    put_label(map, name, size, area, false);
    fputs("</g>\n", map->file);
}

/* ----------------------------------------------------------------------------- the layout */

/* Children from `first` on; with `joined`, one more item stands for `others` that are smaller, and
 * for what is not listed. */
struct row {
    const struct node *of;
    const struct node *first;
    size_t count, others;
    bool joined;
    double rest; /* what these weigh together */
    double scale;
};

static double item_area(const struct row *row, size_t i) {
    return (row->joined && i + 1 == row->count ? row->rest : row->first[i].weight) * row->scale;
}

/* The worst aspect ratio in a row whose nodes share a side of that length. */
static double worst(double sum, double least, double most, double side) {
    double square = sum * sum, length = side * side;
    double a = length * most / square, b = square / (length * least);
    return a > b ? a : b;
}

/* How many of the items, from number `from` on, make the best next row along a side. */
static size_t row_size(const struct row *row, size_t from, double side) {
    double sum = 0, best = 0, least = 0, most = 0;
    size_t n = 0;
    for (; from + n < row->count; n++) {
        double area = item_area(row, from + n);
        double smaller = n == 0 || area < least ? area : least, larger = area > most ? area : most;
        double ratio = worst(sum + area, smaller, larger, side);
        if (n > 0 && ratio > best)
            break;
        best = ratio;
        sum += area;
        least = smaller;
        most = larger;
    }
    return n;
}

static void lay_out(const struct map *map, const struct node *node, struct area area);

static void lay_item(const struct map *map, const struct row *row, size_t i, struct area area) {
    if (row->joined && i + 1 == row->count)
        draw_others(map, row->of, row->others, row->rest, &area);
    else
        lay_out(map, row->first + i, area);
}

/* Places `n` items along the shorter side, and removes their space from the area. */
static void lay_row(const struct map *map, const struct row *row, size_t from, size_t n,
                    struct area *area) {
    double sum = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        sum += item_area(row, from + i);
    bool upright = area->width >= area->height;
    double thickness = sum / (upright ? area->height : area->width);
    for (size_t i = 0; i < n; i++) {
        double length = item_area(row, from + i) / thickness;
        struct area part = upright ? (struct area){area->x, area->y + at, thickness, length}
                                   : (struct area){area->x + at, area->y, length, thickness};
        at += length;
        lay_item(map, row, from + i, part);
    }
    if (upright) {
        area->x += thickness;
        area->width -= thickness;
    } else {
        area->y += thickness;
        area->height -= thickness;
    }
}

/* The items of a directory: its children, and what would be too small or is not listed as one. */
static struct row items_of(const struct map *map, const struct node *node, double area) {
    struct row row = {.of = node, .first = map->nodes + node->first, .scale = area / node->weight};
    double listed = 0;
    while (row.count < node->count && row.first[row.count].weight * row.scale >= LEAST)
        listed += row.first[row.count++].weight;
    row.others = node->count - row.count;
    row.rest = node->weight - listed;
    if (row.others == 1 && row.first[row.count].weight > row.rest / 2) {
        row.rest -= row.first[row.count++].weight; /* shown by itself */
        row.others = 0;
    }
    row.joined = row.rest * row.scale >= LEAST / 2;
    double small = 0;
    for (size_t i = row.count; i < node->count && row.first[i].weight <= 0; i++)
        row.others--;
    for (size_t i = row.count; i < node->count; i++)
        small += row.first[i].weight;
    if (small < row.rest / 2) /* most of it is not listed: the number is unknown */
        row.others = 0;
    row.count += row.joined;
    return row;
}

/* The depth of this recursion is that of areas in areas, each smaller by its frame. */
static void lay_out(const struct map *map, const struct node *node, struct area area) {
    struct area inner = {area.x + GAP, area.y + HEAD, area.width - 2 * GAP,
                         area.height - HEAD - GAP};
    bool open = node->count && node->weight > 0 && inner.width >= PLAIN && inner.height >= PLAIN;
    struct row row = {0};
    if (open)
        row = items_of(map, node, inner.width * inner.height);
    open = row.count > row.joined; /* a single cell of others would show nothing */
    draw(map, node, &area, open);
    if (!open)
        return;
    for (size_t done = 0; done < row.count;) {
        double side = inner.width < inner.height ? inner.width : inner.height;
        size_t n = row_size(&row, done, side);
        lay_row(map, &row, done, n, &inner);
        done += n;
    }
}

/* ---------------------------------------------------------------------------- the picture */

static void put_style(FILE *file) {
    fputs("<style>\nsvg{background:#fff;color:#1b2430}\n"
          "text{fill:#1b2430;pointer-events:none}.s{fill-opacity:.65}\n"
          "rect{stroke:#fff;stroke-width:.7}g:hover>rect{stroke:#000;stroke-width:1.5}\n"
          ".d0{fill:#dfe4ea}.d1{fill:#eef1f4}.d2{fill:#e3e8ee}.d3{fill:#f4f6f8}.o0{fill:#d4dae1}\n",
          file);
    for (int kind = 0; kind < KINDS; kind++)
        fprintf(file, ".k%d{fill:%s}", kind, kinds[kind].light);
    fputs("\n@media (prefers-color-scheme:dark){\nsvg{background:#14181d}text{fill:#e8edf2}\n"
          "rect{stroke:#14181d}g:hover>rect{stroke:#fff}\n"
          ".d0{fill:#2a3037}.d1{fill:#20252b}.d2{fill:#2a3037}.d3{fill:#20252b}.o0{fill:#3a424b}\n",
          file);
    for (int kind = 0; kind < KINDS; kind++)
        fprintf(file, ".k%d{fill:%s}", kind, kinds[kind].dark);
    fputs("\n}\n</style>\n", file);
}

static void put_legend(const struct map *map) {
    double x = 6;
    char size[16];
    for (int kind = 0; kind < KINDS && map->count; kind++) {
        double bytes = map->nodes[0].kinds[kind];
        if (bytes <= 0)
            continue;
        human_size(size, sizeof size, (uint64_t)bytes);
        put_rect(map, "k", kind, &(struct area){x, HEIGHT + 7, 11, 11});
        fprintf(map->file, "<text x=\"%.1f\" y=\"%d\">%s <tspan class=\"s\">%s</tspan></text>\n",
                x + 16, HEIGHT + 16, kinds[kind].name, size);
        x += 30 + LETTER * (double)(strlen(kinds[kind].name) + strlen(size));
    }
}

static void write_svg(struct map *map) {
    fprintf(map->file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" font-family=\"system-ui,sans-serif\" font-size=\"11\">\n",
            WIDTH, HEIGHT + FOOT, WIDTH, HEIGHT + FOOT);
    put_style(map->file);
    if (map->count)
        lay_out(map, &map->nodes[0], (struct area){0, 0, WIDTH, HEIGHT});
    put_legend(map);
    fputs("</svg>\n", map->file);
}

/* ------------------------------------------------------------------------------- the page */

/* A string of JavaScript: no text can end it, or the script element around it. */
static void put_string(FILE *file, const char *text) {
    fputc('"', file);
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        size_t size = character(at);
        if (size == 0)
            fputs("\\ufffd", file);
        else if (*at == '"' || *at == '\\')
            fprintf(file, "\\%c", *at);
        else if (*at == '<' || *at == '&')
            fprintf(file, "\\u%04x", *at);
        else
            fwrite(at, 1, size, file);
        at += size ? size : 1;
    }
    fputc('"', file);
}

/* Each node: its name, size, kind, entries (−1 for a file), and the number of its parent. */
static void put_data(const struct map *map) {
    fputs("{\"nodes\":[", map->file);
    for (size_t i = 0; i < map->count; i++) {
        const struct node *node = &map->nodes[i];
        fputs(i ? ",\n[" : "[", map->file);
        put_string(map->file, i ? node_name(node) : node->entry->path);
        fprintf(map->file, ",%.0f,%d,%" PRId64 ",%zu]", node->weight, main_kind(node),
                node->entry->is_dir ? (int64_t)node->entry->entries : -1, node->parent);
    }
    fputs("],\n\"kinds\":[", map->file);
    for (int kind = 0; kind < KINDS; kind++)
        fprintf(map->file, "%s[\"%s\",%.0f]", kind ? "," : "", kinds[kind].name,
                map->count ? map->nodes[0].kinds[kind] : 0);
    fputs("]}", map->file);
}

static void put_colours(FILE *file, bool dark) {
    for (int kind = 0; kind < KINDS; kind++)
        fprintf(file, "--k%d:%s;", kind, dark ? kinds[kind].dark : kinds[kind].light);
}

enum { MARK = 7 };

/* Whether the template has this placeholder here. */
static bool put_mark(struct map *map, const char *at) {
    if (strncmp(at, "@TITLE@", MARK) == 0)
        put_text(map->file, map->count ? map->nodes[0].entry->path : "", HUGE_VAL);
    else if (strncmp(at, "@LIGHT@", MARK) == 0)
        put_colours(map->file, /* dark= */ false);
    else if (strncmp(at, "@DARKS@", MARK) == 0)
        put_colours(map->file, /* dark= */ true);
    else if (strncmp(at, "@NODES@", MARK) == 0)
        put_data(map);
    else
        return false;
    return true;
}

static void write_page(struct map *map) {
    for (const char *at = treemap_page; *at;) {
        size_t size = 1 + strcspn(at + 1, "@");
        if (*at == '@' && put_mark(map, at))
            size = MARK;
        else
            fwrite(at, 1, size, map->file);
        at += size;
    }
}

int treemap_write(FILE *file, const struct os_tree_usage *usage, bool apparent, bool html) {
    struct map map = {file, apparent, calloc(usage->count + 1, sizeof(struct node)), usage->count};
    if (!map.nodes)
        return -ENOMEM;
    for (size_t i = 0; i < map.count; i++) {
        map.nodes[i].entry = &usage->list[i];
        map.nodes[i].weight = weight_of(&map, &usage->list[i]);
    }
    int r = nodes_arrange(map.nodes, map.count);
    if (r >= 0) {
        sum_kinds(&map);
        (html ? write_page : write_svg)(&map);
    }
    free(map.nodes);
    return r;
}
