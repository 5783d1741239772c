/* SPDX-License-Identifier: MIT */
/** Fields of records, by tables that tools/contract makes of structs: printed, shown, compared. */
#ifndef CLI_FRAME_FIELD_H
#define CLI_FRAME_FIELD_H

#include "frame/arguments.h"

#include <stdio.h>

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
        FIELD_MOMENT, /* an int64_t of seconds, and a uint32_t of nanoseconds: as one number of those */
        FIELD_WORD,    /* an enum */
        FIELD_FLOAT,   /* double */
        FIELD_BOOL,    /* bool */
        FIELD_RECORD,  /* a struct */
        FIELD_RECORDS, /* a pointer to structs, and a size_t */
    } type;
    enum field_unit {
        UNIT_NONE,
        UNIT_OCTAL,    /* permission bits */
        UNIT_BYTES,    /* "1.5 GiB" on a terminal */
        UNIT_TIME,     /* nanoseconds since 1970; a date on a terminal */
        UNIT_DURATION, /* nanoseconds, of a double seconds; "1:02:03" on a terminal */
    } unit;
    size_t offset, size;
    size_t count_offset; /* of FIELD_BYTES and FIELD_RECORDS where the size_t is, of FIELD_MOMENT
                            where the nanoseconds are */
    uint64_t bit;        /* what `valid` has where the member was read; 0: always */
    const struct word *words;
    const struct record *record;
    bool dear; /* it is read only where somebody names it */
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

/** Whether numbers are printed for people: "1.5 GiB", a date. */
enum shown { SHOWN_EXACTLY, SHOWN_TO_PEOPLE };

/** Prints a field of the struct at `at` as a value of its own; NULL is one that was not read. */
void emit_field(const struct field *field, const void *at);

/** All fields of a struct, as an object or as lines. */
void emit_fields(const struct record *record, const void *at);

/** Writes a field as one line of text; nothing where it was not read. */
void show_field(FILE *out, const struct field *field, const void *at, enum shown shown);

/** Less than, equal to or greater than 0; one that was not read comes last. */
int compare_fields(const struct field *field, const void *a, const void *b);

/** The number in a field, or how many records it has: false where it holds none. */
bool field_number(const struct field *field, const void *at, long double *ret_number);

/** The text in a field, or the word of an enum; NULL where there is none. */
const char *field_text(const struct field *field, const void *at);

/** The texts in a field, then NULL; NULL where there are none. */
char *const *field_list(const struct field *field, const void *at);

/** Whether a table aligns it to the right. */
bool is_number(const struct field *field);

/** Whether the `valid` member of the struct at `at` has one of these bits; yes where it has no such
 *  member, or no bit is asked for. */
bool was_read(const struct record *record, uint64_t bits, const void *at);

#endif
