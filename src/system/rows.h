/* SPDX-License-Identifier: MIT */
/** Lists of records under construction, whose texts end up with them in one block. */
#ifndef SYSTEM_ROWS_H
#define SYSTEM_ROWS_H

#include "base/str.h"

/** Begins as {.size = sizeof(struct …)}. Until rows_take() a text member is its place, plus 1. */
struct rows {
    size_t size;
    char *items;
    size_t count, room;
    struct str text;
    const char *word, *place; /* what rows_word() was given last, and where it stands */
};

/** A further record, all zero; valid until the next one. NULL: no memory. */
void *rows_add(struct rows *r);

/** Takes the last one back. */
void rows_drop(struct rows *r);

/** Puts `size` bytes where they stay, for a text member of the last record. */
void rows_text(struct rows *r, const char *text, size_t size, const char **member);

/** The same of a word of the program's own, which stands there once for all that have it in turn. */
void rows_word(struct rows *r, const char *word, const char **member);

/** Takes back what was added beyond so many records and so many bytes of text. */
void rows_cut(struct rows *r, size_t count, size_t text);

/** Begins an array of anything for a pointer of the last record: what is appended to `text` next. */
void rows_array(struct rows *r, void *member);

/**
 * Hands over all records in one block: 0, or −ENOMEM. What is in `r` is freed either way.
 *
 * @param members  the offsets of the members that point to texts or arrays; SIZE_MAX ends them
 */
int rows_take(struct rows *r, const size_t *members, void *ret_items, size_t *ret_count);

void rows_free(struct rows *r);
#define AUTO_ROWS __attribute__((cleanup(rows_free))) struct rows

#endif
