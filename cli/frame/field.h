/* SPDX-License-Identifier: MIT */
/** Fields of records: printed, shown in a table's cell, compared. */
#ifndef CLI_FRAME_FIELD_H
#define CLI_FRAME_FIELD_H

#include "frame/record.h"

#include <stdio.h>

/** Whether numbers are shown so that people read them: "1.5 GiB", a date. */
enum shown { SHOWN_EXACTLY, SHOWN_TO_PEOPLE };

/** Prints a field of the struct at `at` as a value of its own; NULL is one that was not read. */
void emit_field(const struct field *field, const void *at);

/** All fields of a struct, as an object or as lines. */
void emit_fields(const struct record *record, const void *at);

/** Writes a field as one line of text; nothing where it was not read. */
void show_field(FILE *out, const struct field *field, const void *at, enum shown shown);

/** Less than, equal to or greater than 0; one that was not read comes last. */
int compare_fields(const struct field *field, const void *a, const void *b);

/** Whether a table has it at the right side of its column. */
bool is_number(const struct field *field);

/** Whether the `valid` member of the struct at `at` has one of these bits; yes where it has no such
 *  member, or no bit is asked for. */
bool was_read(const struct record *record, uint64_t bits, const void *at);

#endif
