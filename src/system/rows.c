/* SPDX-License-Identifier: MIT */
/** Lists of records under construction, whose texts end up with them in one block. */
#include "system/rows.h"

#include "base/array.h"
#include "base/seam.h"
#include <stdint.h>

void *rows_add(struct rows *r) {
    if (r->count == r->room && array_grow(&r->items, r->size, &r->room, r->count + 1, 32) < 0)
        return NULL;
    return memset(r->items + r->count++ * r->size, 0, r->size);
}

void rows_drop(struct rows *r) {
    r->count--;
}

void rows_text(struct rows *r, const char *text, size_t size, const char **member) {
    *member = (const char *)(uintptr_t)(r->text.size + 1);
    str_append(&r->text, text, size);
    str_append(&r->text, "", 1);
}

void rows_word(struct rows *r, const char *word, const char **member) {
    if (r->word != word)
        rows_text(r, word, strlen(word), &r->place);
    r->word = word;
    *member = r->place;
}

void rows_cut(struct rows *r, size_t count, size_t text) {
    r->count = count;
    str_truncate(&r->text, text);
    r->word = NULL;
}

void rows_array(struct rows *r, void *member) {
    static const char zeros[_Alignof(max_align_t)];
    const char *place;
    size_t over = r->text.size % sizeof zeros;
    str_append(&r->text, zeros, over ? sizeof zeros - over : 0);
    place = (const char *)(uintptr_t)(r->text.size + 1);
    memcpy(member, &place, sizeof place);
}

/* Where the texts begin behind the records, so that arrays among them are aligned. */
static size_t text_offset(size_t size) {
    size_t over = size % _Alignof(max_align_t);
    return over ? size + _Alignof(max_align_t) - over : size;
}

static void settle(char *item, const size_t *members, const char *base) {
    for (; *members != SIZE_MAX; members++) {
        const char *place;
        memcpy(&place, item + *members, sizeof place);
        if (place)
            place = base + (uintptr_t)place - 1;
        memcpy(item + *members, &place, sizeof place);
    }
}

int rows_take(struct rows *r, const size_t *members, void *ret_items, size_t *ret_count) {
    size_t size = r->count * r->size, count = r->count, begin = text_offset(size);
    char *block = r->text.failed ? NULL : mem_realloc(r->items, begin + r->text.size);
    if (block) { /* records of many thousands stay where they are: no second memory is touched */
        r->items = NULL;
        if (r->text.size)
            memcpy(block + begin, r->text.data, r->text.size);
        for (size_t i = 0; i < count; i++)
            settle(block + i * r->size, members, block + begin);
        memcpy(ret_items, &block, sizeof block);
        *ret_count = count;
    }
    rows_free(r);
    return block ? 0 : -ENOMEM;
}

void rows_free(struct rows *r) {
    free(r->items);
    str_free(&r->text);
    r->items = NULL;
    r->count = r->room = 0;
}
