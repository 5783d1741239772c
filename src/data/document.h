/* SPDX-License-Identifier: MIT */
/** Documents of tables, lists and plain values, as TOML and JSON have them, with where each stands. */
#ifndef DATA_DOCUMENT_H
#define DATA_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum data_type {
    DATA_NULL, /* JSON's alone, as the four kinds of time are TOML's */
    DATA_BOOL,
    DATA_INTEGER,
    DATA_FLOAT,
    DATA_TEXT,
    DATA_OFFSET_DATETIME,
    DATA_LOCAL_DATETIME,
    DATA_LOCAL_DATE,
    DATA_LOCAL_TIME,
    DATA_LIST,
    DATA_TABLE,
};

/** A value. Texts have a NUL behind them, and may have one in them. */
struct data_value {
    const char *key;  /* in a table, else NULL */
    const char *text; /* of a text, decoded; of a number, bool, date and time, as it is written */
    union {
        int64_t integer;
        double number;
        bool yes;
        struct {
            uint32_t first, last, count; /* the members of a list or table, in their order */
        } in;
    };
    uint32_t key_size, size;  /* of `key` and `text` */
    uint32_t key_at, at, end; /* where in the document key and value begin, and the value ends */
    uint32_t next;            /* the member after this one in its list or table; 0: none */
    uint32_t parent, hash;
    uint8_t type;
    uint8_t flags;    /* TOML's: who may add to a table */
    uint32_t section; /* likewise */
};

struct data {
    char *text;                /* what keys and texts point into */
    struct data_value *values; /* the first one is the whole document */
    size_t count, room;
    uint32_t *slots; /* the members of all tables by their keys; 0: free */
    size_t slot_count;
};

/** What is wrong with a document, and where: an offset in it. */
struct data_problem {
    const char *words;
    size_t at;
};

/** Reads a document: 0; −EBADMSG with `reterr_problem` set where it is none; −EFBIG from 4 GiB on;
 *  −ENOMEM. data_free() follows in any case. In JSON, other than RFC 8259 says, no key may come
 *  twice, as in TOML. */
int data_read_toml(const char *text, size_t size, struct data *ret,
                   struct data_problem *reterr_problem);
int data_read_json(const char *text, size_t size, struct data *ret,
                   struct data_problem *reterr_problem);
void data_free(struct data *data);
#define AUTO_DATA __attribute__((cleanup(data_free))) struct data

/** The member of a table, or NULL. */
const struct data_value *data_find(const struct data *data, const struct data_value *table,
                                   const char *key, size_t size);

/** The members of a list or table, one after another; NULL at the end. */
static inline const struct data_value *data_first(const struct data *data,
                                                  const struct data_value *parent) {
    return parent->in.first ? &data->values[parent->in.first] : NULL;
}
static inline const struct data_value *data_next(const struct data *data,
                                                 const struct data_value *value) {
    return value->next ? &data->values[value->next] : NULL;
}

/** Line and column of an offset, both from 1 on; a column is a character. */
void data_position(const char *text, size_t size, size_t at, size_t *ret_line, size_t *ret_column);

/** "a table", "an integer" … */
const char *data_type_name(int type);

#endif
