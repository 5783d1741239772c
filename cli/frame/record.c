/* SPDX-License-Identifier: MIT */
/** Records as lines, as JSON and as tables: which fields, in which order, sorted by what. */
#include "frame/record.h"
#include "frame/column.h"
#include "frame/filter.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/table.h"

#include <osier.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- what is asked for */

struct columns {
    struct column *items;
    size_t count;
};

static size_t count_names(const struct record *record, const char *list) {
    size_t count = 1;
    for (const char *c = list; c && *c; c++)
        count += *c == ',';
    for (const struct field *f = record->fields; !list && f->name; f++)
        count++;
    return count;
}

static bool refuse(struct call *call, const char *name, size_t size) {
    char *word = strndup(name, size);
    misuse_word(call->function, "unknown field", word ? word : "", "");
    free(word);
    call->misused = true;
    return false;
}

static bool add_column(struct call *call, const struct record *record, const char *name,
                       size_t size, struct columns *columns) {
    bool descending = size && *name == '-';
    struct column column = {.name = name + descending, .size = size - descending};
    if (!column_find(record, column.name, column.size, &column))
        return refuse(call, column.name, column.size);
    column.descending = descending;
    columns->items[columns->count++] = column;
    return true;
}

/* The fields of a list such as "pid,name", or all of the record where there is none. */
static bool choose(struct call *call, const struct record *record, const char *list,
                   struct columns *columns) {
    *columns = (struct columns){calloc(count_names(record, list), sizeof *columns->items), 0};
    bool fine = columns->items != NULL;
    for (const struct field *f = record->fields; fine && !list && f->name; f++) {
        fine = add_column(call, record, f->name, strlen(f->name), columns);
        if (fine)
            columns->items[columns->count - 1].unasked = f->dear;
    }
    while (list && fine) {
        size_t size = strcspn(list, ",");
        fine = add_column(call, record, list, size, columns);
        list = list[size] ? list + size + 1 : NULL;
    }
    return fine;
}

/* The fields to print: those of --fields, else in JSON all and in a table those of the struct's
 * @table. */
static bool choose_printed(struct call *call, const struct record *record, bool table,
                           struct columns *columns) {
    const char *fields = arg_text(call, "fields");
    bool all = !table || output_style.json;
    return choose(call, record, fields || all ? fields : record->columns, columns);
}

/* The fields to sort by: those of --sort, or none. */
static bool choose_keys(struct call *call, const struct record *record, struct columns *columns) {
    const char *keys = arg_text(call, "sort");
    *columns = (struct columns){0};
    return !keys || choose(call, record, keys, columns);
}

static uint64_t bits_of(const struct columns *columns) {
    uint64_t bits = 0;
    for (size_t i = 0; i < columns->count; i++)
        bits |= columns->items[i].unasked ? 0 : columns->items[i].bit;
    return bits;
}

/* What --filter asks for, or NULL. */
static bool choose_filter(struct call *call, const struct record *record,
                          struct filter **ret_filter) {
    const char *text = arg_text(call, "filter");
    *ret_filter = text ? filter_read(call, record, text) : NULL;
    return *ret_filter || !text;
}

uint64_t record_bits(struct call *call, const struct record *record, bool list) {
    struct columns printed, keys = {0};
    struct filter *filter = NULL;
    bool fine = choose_printed(call, record, list, &printed) && choose_keys(call, record, &keys) &&
                choose_filter(call, record, &filter);
    uint64_t bits = fine ? bits_of(&printed) | bits_of(&keys) | filter_bits(filter) : 0;
    free(printed.items);
    free(keys.items);
    filter_free(filter);
    return bits;
}

/* ------------------------------------------------------------------------------------- order */

struct item {
    const char *at;
    size_t place; /* in the list; equal ones stay in their order */
    const struct record *record;
    const struct columns *keys;
};

static int compare(const void *a, const void *b) {
    const struct item *left = a, *right = b;
    for (size_t i = 0; i < left->keys->count; i++) {
        const struct column *key = &left->keys->items[i];
        const void *one = column_base(left->record, key, left->at);
        const void *other = column_base(right->record, key, right->at);
        int order = compare_fields(key->field, one, other);
        if (order)
            return key->descending && one && other ? -order : order;
    }
    return (left->place > right->place) - (left->place < right->place);
}

/* What of the list passes the filter, in order, and its --top alone. */
static struct item *sorted(struct call *call, const struct record *record,
                           const struct columns *keys, const struct filter *filter,
                           const char *list, size_t *count) {
    struct item *items = calloc(*count + 1, sizeof *items);
    size_t kept = 0;
    for (size_t i = 0; items && i < *count; i++)
        if (filter_takes(filter, record, list + i * record->size))
            items[kept++] = (struct item){list + i * record->size, i, record, keys};
    *count = kept;
    if (items && keys->count)
        qsort(items, *count, sizeof *items, compare);
    if (arg_text(call, "top")) {
        size_t top = ARG_INTEGER(call, arg_index(call, "top"), size_t, 0);
        *count = top < *count ? top : *count;
    }
    return items;
}

/* ------------------------------------------------------------------------------------- output */

static void emit_columns(const struct record *record, const struct columns *columns,
                         const char *at) {
    emit_begin_record();
    for (size_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->items[i];
        char *name = strndup(column->name, column->size);
        emit_key(name ? name : column->field->name);
        emit_field(column->field, column_base(record, column, at));
        free(name);
    }
    emit_end_record();
}

int emit_record(struct call *call, const struct record *record, const void *at) {
    struct columns columns;
    bool fine = choose_printed(call, record, false, &columns);
    if (fine)
        emit_columns(record, &columns, at);
    free(columns.items);
    return fine ? 0 : STATUS_USAGE;
}

static void show_cell(FILE *out, const struct record *record, const struct column *column,
                      const char *at, enum shown shown) {
    const void *base = column_base(record, column, at);
    show_field(out, column->field, base, shown);
    if (!base && shown == SHOWN_TO_PEOPLE)
        fputc('-', out);
}

/* Every cell of the table with `end` behind it, or `line_end` behind the last one of a line. */
static void show_cells(FILE *out, const struct record *record, const struct columns *columns,
                       const struct item *items, size_t lines, bool heads, enum shown shown,
                       const char ends[2]) {
    for (size_t line = 0; line < lines; line++)
        for (size_t i = 0; i < columns->count; i++) {
            const struct column *column = &columns->items[i];
            if (heads && line == 0)
                fwrite(column->name, 1, column->size, out);
            else
                show_cell(out, record, column, items[line - heads].at, shown);
            fputc(ends[i + 1 == columns->count], out);
        }
}

/* All texts in one block, which `cells` point into. */
static char *cells_of(const struct record *record, const struct columns *columns,
                      const struct item *items, struct table *table) {
    char *text = NULL;
    size_t size, count = table->columns * table->lines;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    show_cells(out, record, columns, items, table->lines, table->heads, SHOWN_TO_PEOPLE,
               (const char[2]){0});
    table->cells = calloc(count + 1, sizeof *table->cells);
    if (fclose(out) != 0 || !table->cells)
        return free(text), NULL;
    char *at = text;
    for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
        table->cells[i] = at;
    return text;
}

static int print_aligned(const struct record *record, const struct columns *columns,
                         const struct item *items, struct table *table, size_t width) {
    bool *right = calloc(columns->count + 1, sizeof *right);
    char *text = right ? cells_of(record, columns, items, table) : NULL;
    for (size_t i = 0; right && i < columns->count; i++)
        right[i] = is_number(columns->items[i].field);
    table->right = right;
    if (text)
        table_print(table, width);
    free(table->cells);
    free(right);
    free(text);
    return text ? 0 : failed();
}

static int print_table(const struct record *record, const struct columns *columns,
                       const struct item *items, size_t count, bool heads) {
    size_t width = (size_t)output_columns();
    struct table table = {.columns = columns->count, .lines = count + heads, .heads = heads};
    const char *ends = output_style.null ? "\0" : "\t\n";
    if (width)
        return print_aligned(record, columns, items, &table, width);
    show_cells(stdout, record, columns, items, table.lines, heads, SHOWN_EXACTLY, ends);
    return 0;
}

static int print_json(const struct record *record, const struct columns *columns,
                      const struct item *items, size_t count) {
    emit_begin_list();
    for (size_t i = 0; i < count && !output_broken(); i++)
        emit_columns(record, columns, items[i].at);
    emit_end_list();
    return 0;
}

int emit_records(struct call *call, const struct record *record, const void *list, size_t count) {
    struct columns printed, keys = {0};
    struct filter *filter = NULL;
    struct item *items = NULL;
    int status = STATUS_USAGE;
    if (choose_printed(call, record, true, &printed) && choose_keys(call, record, &keys) &&
        choose_filter(call, record, &filter) &&
        (items = sorted(call, record, &keys, filter, list, &count)) && !call->misused)
        status = output_style.json
                     ? print_json(record, &printed, items, count)
                     : print_table(record, &printed, items, count,
                                   !output_style.null && !arg_text(call, "no-header"));
    free(printed.items);
    free(keys.items);
    filter_free(filter);
    free(items);
    return status;
}
