/* SPDX-License-Identifier: MIT */
/** Documents: their values in one array, members found by one hash table. */
#include "data/document.h"

#include "base/array.h"
#include "base/seam.h"
#include "base/utf8.h"
#include "data/reader.h"
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------ values */

/* The hash of a key in a table: FNV-1a, and the table's index. */
static uint32_t hash_of(uint32_t parent, const char *key, size_t size) {
    uint32_t hash = 2166136261u ^ (parent * 2654435761u);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)key[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static uint32_t find(const struct data *data, uint32_t parent, const char *key, size_t size,
                     uint32_t hash) {
    if (!data->slot_count)
        return 0;
    for (size_t slot = hash & (data->slot_count - 1);; slot = (slot + 1) & (data->slot_count - 1)) {
        uint32_t index = data->slots[slot];
        const struct data_value *v = &data->values[index];
        if (!index || (v->hash == hash && v->parent == parent && v->key_size == size &&
                       memcmp(v->key, key, size) == 0))
            return index;
    }
}

static void put(struct data *data, uint32_t index) {
    size_t slot = data->values[index].hash & (data->slot_count - 1);
    while (data->slots[slot])
        slot = (slot + 1) & (data->slot_count - 1);
    data->slots[slot] = index;
}

/* Half of the slots stay free. */
static int make_slots(struct data *data) {
    size_t count = data->slot_count ? data->slot_count * 2 : 64;
    if (data->count * 2 < data->slot_count)
        return 0;
    uint32_t *slots = mem_zalloc(count * sizeof *slots);
    if (!slots)
        return -ENOMEM;
    free(data->slots);
    data->slots = slots;
    data->slot_count = count;
    for (uint32_t i = 1; i < data->count; i++)
        if (data->values[i].key)
            put(data, i);
    return 0;
}

static int make_room(struct data *data) {
    return ARRAY_ROOM(data->values, data->room, data->count + 1, 32);
}

int reader_add(struct reader *r, uint32_t parent, const struct key *key, enum data_type type,
               uint32_t *ret_index) {
    struct data *data = r->data;
    if (make_room(data) < 0 || (key && make_slots(data) < 0))
        return -ENOMEM;
    uint32_t index = (uint32_t)data->count++;
    struct data_value *v = &data->values[index], *around = &data->values[parent];
    *v = (struct data_value){.type = (uint8_t)type, .parent = parent};
    v->at = (uint32_t)(r->at - r->start);
    if (key) {
        v->key = key->text;
        v->key_size = key->size;
        v->key_at = key->at;
        v->hash = hash_of(parent, key->text, key->size);
        put(data, index);
    }
    if (index) {
        if (around->in.last)
            data->values[around->in.last].next = index;
        else
            around->in.first = index;
        around->in.last = index;
        around->in.count++;
    }
    *ret_index = index;
    return 0;
}

uint32_t reader_find(const struct reader *r, uint32_t parent, const struct key *key) {
    return find(r->data, parent, key->text, key->size, hash_of(parent, key->text, key->size));
}

const struct data_value *data_find(const struct data *data, const struct data_value *table,
                                   const char *key, size_t size) {
    uint32_t parent = (uint32_t)(table - data->values);
    uint32_t index =
        table->type == DATA_TABLE ? find(data, parent, key, size, hash_of(parent, key, size)) : 0;
    return index ? &data->values[index] : NULL;
}

/* ------------------------------------------------------------------------------ reading */

/* Where the first byte stands that is no UTF-8, or NULL. Most text is ASCII: eight bytes a step. */
static const char *bad_byte(const char *text, size_t size) {
    size_t i = 0;
    while (i < size) {
        uint64_t eight;
        uint32_t code;
        if (size - i >= 8 && (memcpy(&eight, text + i, 8), !(eight & 0x8080808080808080u))) {
            i += 8;
            continue;
        }
        size_t n = utf8_read(text + i, size - i, &code);
        if (utf8_is_byte(code))
            return text + i;
        i += n;
    }
    return NULL;
}

int reader_begin(struct reader *r, const char *text, size_t size, struct data *data,
                 struct data_problem *problem) {
    *data = (struct data){0};
    *problem = (struct data_problem){0};
    *r = (struct reader){
        .data = data, .start = text, .at = text, .end = text + size, .problem = problem};
    if (size >= UINT32_MAX)
        return -EFBIG;
    data->text = r->to = mem_alloc(size + 2);
    if (!data->text)
        return -ENOMEM;
    const char *bad = bad_byte(text, size);
    return bad ? reader_fail(r, bad, "this is no UTF-8") : 0;
}

void reader_end(struct reader *r) {
    free(r->open);
    r->open = NULL;
}

int reader_fail(struct reader *r, const char *at, const char *words) {
    *r->problem = (struct data_problem){words, (size_t)(at - r->start)};
    return -EBADMSG;
}

int reader_open(struct reader *r, uint32_t index) {
    int result = ARRAY_ROOM(r->open, r->room, r->depth + 1, 16);
    if (result >= 0)
        r->open[r->depth++] = index;
    return result;
}

void reader_text(struct reader *r, char *text, const char **ret_text, uint32_t *ret_size) {
    *ret_text = text;
    *ret_size = (uint32_t)(r->to - text);
    *r->to++ = '\0';
}

void reader_copy(struct reader *r, const char *text, size_t size, const char **ret_text,
                 uint32_t *ret_size) {
    char *copy = r->to;
    memcpy(copy, text, size);
    r->to += size;
    reader_text(r, copy, ret_text, ret_size);
}

/* strtod(3) wants the point of the locale. */
int reader_float(const char *text, double *ret) {
    const char *radix = nl_langinfo(RADIXCHAR), *point = strchr(text, '.');
    if (!point || strcmp(radix, ".") == 0) {
        *ret = strtod(text, NULL);
        return 0;
    }
    size_t before = (size_t)(point - text), size = strlen(text) + strlen(radix);
    AUTO_FREE char *local = mem_alloc(size);
    if (!local)
        return -ENOMEM;
    memcpy(local, text, before);
    strcpy(stpcpy(local + before, radix), point + 1);
    *ret = strtod(local, NULL);
    return 0;
}

/* ------------------------------------------------------------------------------ the end */

void data_free(struct data *data) {
    free(data->text);
    free(data->values);
    free(data->slots);
    *data = (struct data){0};
}

void data_position(const char *text, size_t size, size_t at, size_t *ret_line, size_t *ret_column) {
    const char *line = text, *stop = text + (at < size ? at : size), *feed;
    *ret_line = 1;
    while ((feed = memchr(line, '\n', (size_t)(stop - line)))) {
        line = feed + 1;
        ++*ret_line;
    }
    *ret_column = 1;
    for (; line < stop; line++)
        *ret_column += (*line & 0xc0) != 0x80;
}

const char *data_type_name(int type) {
    static const char *const names[] = {
        "null",
        "a boolean",
        "an integer",
        "a float",
        "a text",
        "a date and time",
        "a local date and time",
        "a date",
        "a time",
        "a list",
        "a table",
    };
    return names[type];
}
