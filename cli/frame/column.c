/* SPDX-License-Identifier: MIT */
/** Where in a record the field of a name stands. */
#include "frame/column.h"

#include <string.h>

static bool find_inside(const struct field *outer, const char *name, size_t size,
                        struct column *column) {
    if (outer->type != FIELD_RECORD || !column_find(outer->record, name, size, column))
        return false;
    column->offset += outer->offset;
    column->bit = outer->bit ? outer->bit : column->bit;
    return true;
}

bool column_find(const struct record *record, const char *name, size_t size,
                 struct column *column) {
    for (const struct field *f = record->fields; f->name; f++) {
        size_t begin = strlen(f->name);
        if (begin > size || strncmp(f->name, name, begin) != 0)
            continue;
        if (begin == size) {
            column->field = f;
            column->bit = f->bit;
            return true;
        }
        if (name[begin] == '.' && find_inside(f, name + begin + 1, size - begin - 1, column))
            return true;
    }
    for (const struct field *f = record->fields; f->name; f++) /* "rss" of "memory_info.rss" */
        if (find_inside(f, name, size, column))
            return true;
    return false;
}

const void *column_base(const struct record *record, const struct column *column, const char *at) {
    return was_read(record, column->bit, at) ? at + column->offset : NULL;
}
