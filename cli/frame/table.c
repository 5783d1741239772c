/* SPDX-License-Identifier: MIT */
/** Tables on a terminal: lines of cells under each other, aligned and cut at its edge. */
#include "frame/table.h"
#include "frame/output.h"
#include "frame/text.h"

#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the terminal that a text takes, and how many bytes of it fit into `room` of them. */
static size_t measure(const char *text, size_t room, size_t *ret_bytes) {
    size_t at = 0, width = 0;
    for (size_t size; text[at]; at += size ? size : 1) {
        uint32_t code = '?';
        size = utf8_character(text + at, 4, &code); /* a NUL ends what is too short */
        size_t columns = (size_t)os_character_width(code);
        if (columns > room - width)
            break;
        width += columns;
    }
    *ret_bytes = at;
    return width;
}

static size_t width_of(const char *text) {
    size_t bytes;
    return measure(text, (size_t)-1, &bytes);
}

static void print_spaces(size_t count) {
    printf("%*s", (int)count, "");
}

/* A cell in its column; `left` says how much of the line there is still room for. */
static void print_cell(const char *text, size_t width, bool right, bool last, size_t *left) {
    size_t bytes, taken = width_of(text);
    size_t before = right && taken < width ? width - taken : 0;
    before = before < *left ? before : *left;
    print_spaces(before);
    *left -= before;
    taken = measure(text, *left, &bytes);
    fwrite(text, 1, bytes, stdout);
    *left -= taken;
    size_t after = right || last || taken >= width ? 0 : width - taken;
    after = after < *left ? after : *left;
    print_spaces(after);
    *left -= after;
}

static void print_line(const struct table *table, char **cells, const size_t *widths, size_t room) {
    enum { GAP = 2 };
    bool bold = table->heads && cells == table->cells && output_colour();
    fputs(bold ? "\033[1m" : "", stdout);
    for (size_t i = 0; i < table->columns && room; i++) {
        size_t gap = i == 0 ? 0 : room < GAP ? room : GAP;
        print_spaces(gap);
        room -= gap;
        print_cell(cells[i], widths[i], table->right[i], i + 1 == table->columns, &room);
    }
    puts(bold ? "\033[0m" : "");
}

void table_print(const struct table *table, size_t width) {
    size_t *widths = calloc(table->columns, sizeof *widths);
    for (size_t i = 0; widths && i < table->columns * table->lines; i++) {
        size_t taken = width_of(table->cells[i]), column = i % table->columns;
        widths[column] = taken > widths[column] ? taken : widths[column];
    }
    for (size_t line = 0; widths && line < table->lines; line++)
        print_line(table, table->cells + line * table->columns, widths, width);
    free(widths);
}
