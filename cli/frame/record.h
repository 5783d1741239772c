/* SPDX-License-Identifier: MIT */
/** Records: the structs of the headers, printed by tables that tools/contract makes of them. */
#ifndef CLI_FRAME_RECORD_H
#define CLI_FRAME_RECORD_H

#include "frame/arguments.h"

/** A member of a struct. */
struct field {
    const char *name;
    enum field_type {
        FIELD_TEXT,     /* const char * */
        FIELD_CHARS,    /* char[N] */
        FIELD_LIST,     /* texts, then NULL */
        FIELD_BYTES,    /* a pointer, and a size_t */
        FIELD_INTEGER,  /* of `size` bytes */
        FIELD_UNSIGNED, /* of `size` bytes */
        FIELD_WORD,     /* an enum */
        FIELD_FLOAT,    /* double */
        FIELD_BOOL,     /* bool */
        FIELD_RECORD,   /* a struct */
        FIELD_RECORDS,  /* a pointer to structs, and a size_t */
    } type;
    enum field_unit {
        UNIT_NONE,
        UNIT_OCTAL,    /* permission bits */
        UNIT_BYTES,    /* "1.5 GiB" on a terminal */
        UNIT_TIME,     /* nanoseconds since 1970; a date on a terminal */
        UNIT_DURATION, /* nanoseconds, of a double seconds; "1:02:03" on a terminal */
    } unit;
    size_t offset, size;
    size_t count_offset; /* of FIELD_BYTES and FIELD_RECORDS: where the size_t is */
    uint64_t bit;        /* what `valid` has where the member was read; 0: always */
    const struct word *words;
    const struct record *record;
};

/** A struct; its fields end with a row of zeros. */
struct record {
    size_t size;
    const struct field *fields;
    const char *columns; /* what a table shows where --fields doesn't say: "pid,name"; NULL: all */
    struct member {
        size_t offset, size;
    } valid; /* the member that says which fields were read; of size 0 where there is none */
};

/** Prints one record: "name=value" lines, or a JSON object. Heeds --fields. The exit status. */
int emit_record(struct call *call, const struct record *record, const void *at);

/** Prints `count` records that stand one after another: a table, or JSON. Heeds --fields, --sort,
 *  --top, --jsonl and --no-header. The exit status. */
int emit_records(struct call *call, const struct record *record, const void *list, size_t count);

/** The bits of all fields that will be printed or sorted by: what the library has to read for one
 *  record, or for a list of them. An unknown field sets `misused`, after a message. */
uint64_t record_bits(struct call *call, const struct record *record, bool list);

#endif
