/* SPDX-License-Identifier: MIT */
/** What a call prints: a line for each value, or JSON. */
#ifndef CLI_FRAME_OUTPUT_H
#define CLI_FRAME_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How values are printed; set before the first. */
extern struct output_style {
    bool json;  /* --json or --jsonl */
    bool lines; /* --jsonl: each item of a list on a line of its own */
    bool null;  /* -0: a NUL after each value instead of a newline */
} output_style;

/** Whether writing to stdout has failed: the reader has gone, or the disk is full. */
bool output_broken(void);

/** A name without control characters: as it is, or as Python shows it; to free(). */
char *text_made_safe(const char *text);

/** Ends the output: false, after a message, when some of it could not be written. */
bool output_end(void);

/** Whether lines for people go to a terminal: there names are shown without control characters. */
bool output_terminal(void);

/** Whether to print colours there. */
bool output_colour(void);

/** How many columns it has; 0 where it is none. */
int output_columns(void);

void emit_begin_list(void);
void emit_end_list(void);
void emit_begin_record(void);
void emit_end_record(void);
/** The name of the next value of a record. */
void emit_key(const char *name);

/** A name or other text; NULL is None. */
void emit_text(const char *text);
/** A number; in JSON what a double can't hold, or a key in `_ns` names, is a string of digits. */
void emit_integer(intmax_t value);
void emit_unsigned(uintmax_t value);
/** One of any size, as its digits: in JSON a string. */
void emit_digits(const char *digits);
/** Permission bits: octal in a line, in JSON the number that Python gives. */
void emit_octal(uintmax_t value);
void emit_float(double value);
/** True or False: gives the exit status, 0 or 1. */
int emit_bool(bool value);
void emit_list(char *const *list);
/** "KEY=value" texts as a record. */
void emit_dict(char *const *list);
/** Bytes, as they are; on a terminal as Python shows them. */
void emit_bytes(const void *bytes, size_t size);
/** Bytes as they are, on a terminal too. */
void emit_content(const void *bytes, size_t size);

/** No value: the last error where errno is set, else None, which prints nothing: STATUS_NO. */
int missing(void);

#endif
