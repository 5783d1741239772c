/* SPDX-License-Identifier: MIT */
/** What the readers of TOML and JSON share: the document while it grows. */
#ifndef DATA_READER_H
#define DATA_READER_H

#include "data/document.h"

struct reader {
    struct data *data;
    const char *start, *at, *end;
    char *to; /* where the next decoded text goes: none is longer than it was, with its NUL */
    struct data_problem *problem;
    uint32_t *open; /* the lists and tables around, from the outermost in */
    size_t depth, room;
};

/** Begins a document of `size` bytes: 0, −EBADMSG for what is no UTF-8, −EFBIG, −ENOMEM. */
int reader_begin(struct reader *r, const char *text, size_t size, struct data *data,
                 struct data_problem *problem);
void reader_end(struct reader *r);

/** Says what is wrong at `at`: −EBADMSG. */
int reader_fail(struct reader *r, const char *at, const char *words);

/** A key that was read. */
struct key {
    const char *text;
    uint32_t size, at;
};

/** Adds a value to the list or table `parent`: 0 and its index, or −ENOMEM. Without `key` it is a member
 *  of a list; nothing has that key as yet. */
int reader_add(struct reader *r, uint32_t parent, const struct key *key, enum data_type type,
               uint32_t *ret_index);

/** The index of a member, or 0. */
uint32_t reader_find(const struct reader *r, uint32_t parent, const struct key *key);

/** Notes that what follows belongs into `index`, and that it ends. */
int reader_open(struct reader *r, uint32_t index);
static inline uint32_t reader_inside(const struct reader *r) {
    return r->open[r->depth - 1];
}

/** Ends a decoded text that began at `text`, and hands it over. */
void reader_text(struct reader *r, char *text, const char **ret_text, uint32_t *ret_size);

/** A text of the document as it stands there. */
void reader_copy(struct reader *r, const char *text, size_t size, const char **ret_text,
                 uint32_t *ret_size);

/** The double that digits stand for, whatever the locale; `text` ends with a NUL. */
int reader_float(const char *text, double *ret);

#endif
