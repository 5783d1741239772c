/* SPDX-License-Identifier: MIT */
/** Fields of records: printed, shown in a table's cell, compared. */
#include "frame/field.h"
#include "frame/output.h"
#include "frame/text.h"

#include <inttypes.h>
#include <math.h>
#include <osier.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOMENT_TEXT = 40 };

/* ------------------------------------------------------------------------- what is in a field */

static const void *member_at(const struct field *field, const void *at) {
    return (const char *)at + field->offset;
}

static uint64_t unsigned_at(const void *at, size_t size) {
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (size) {
    case sizeof one:
        return memcpy(&one, at, size), one;
    case sizeof two:
        return memcpy(&two, at, size), two;
    case sizeof four:
        return memcpy(&four, at, size), four;
    default:
        return memcpy(&eight, at, sizeof eight), eight;
    }
}

static int64_t signed_at(const void *at, size_t size) {
    unsigned unused = 64 - 8 * (unsigned)size;
    return (int64_t)(unsigned_at(at, size) << unused) >> unused;
}

static double float_at(const void *at) {
    double value;
    return memcpy(&value, at, sizeof value), value;
}

static void *pointer_at(const void *at) {
    void *value;
    return memcpy(&value, at, sizeof value), value;
}

static size_t count_at(const struct field *field, const void *at) {
    size_t count;
    return memcpy(&count, (const char *)at + field->count_offset, sizeof count), count;
}

static const char *text_at(const struct field *field, const void *at) {
    const void *member = member_at(field, at);
    return field->type == FIELD_CHARS ? member : pointer_at(member);
}

/* The word of an enum's value; NULL where it has none. */
static const char *word_at(const struct field *field, const void *at) {
    int64_t value = signed_at(member_at(field, at), field->size);
    const struct word *word = field->words;
    while (word->name && word->value != value)
        word++;
    return word->name;
}

static struct os_time moment_at(const struct field *field, const void *at) {
    return (struct os_time){.seconds = signed_at(member_at(field, at), sizeof(int64_t)),
                            .nanoseconds = (int64_t)unsigned_at(
                                (const char *)at + field->count_offset, sizeof(uint32_t))};
}

/* In nanoseconds, of which there may be more than 64 bits hold. */
static const char *moment_text(char text[static MOMENT_TEXT], struct os_time time) {
    bool negative = time.seconds < 0;
    if (negative && time.nanoseconds > 0) { /* which are added to the seconds: away from 0 now */
        time.seconds++;
        time.nanoseconds = 1000000000 - time.nanoseconds;
    }
    uint64_t seconds = negative ? -(uint64_t)time.seconds : (uint64_t)time.seconds;
    const char *sign = negative ? "-" : "";
    if (seconds > 0)
        snprintf(text, MOMENT_TEXT, "%s%" PRIu64 "%09" PRId64, sign, seconds, time.nanoseconds);
    else
        snprintf(text, MOMENT_TEXT, "%s%" PRId64, sign, time.nanoseconds);
    return text;
}

bool was_read(const struct record *record, uint64_t bits, const void *at) {
    if (!bits || !record->valid.size)
        return true;
    return unsigned_at((const char *)at + record->valid.offset, record->valid.size) & bits;
}

bool field_number(const struct field *field, const void *at, long double *ret_number) {
    const void *member = member_at(field, at);
    switch (field->type) {
    case FIELD_INTEGER:
        *ret_number = (long double)signed_at(member, field->size);
        return true;
    case FIELD_UNSIGNED:
        *ret_number = (long double)unsigned_at(member, field->size);
        return true;
    case FIELD_MOMENT: {
        struct os_time time = moment_at(field, at);
        *ret_number = (long double)time.seconds * 1e9L + (long double)time.nanoseconds;
        return true;
    }
    case FIELD_FLOAT:
        *ret_number = float_at(member);
        return true;
    case FIELD_BOOL:
        *ret_number = *(const bool *)member;
        return true;
    case FIELD_RECORDS:
        *ret_number = (long double)count_at(field, at);
        return true;
    default:
        return false;
    }
}

const char *field_text(const struct field *field, const void *at) {
    bool has_text =
        field->type == FIELD_TEXT || field->type == FIELD_CHARS || field->type == FIELD_BYTES;
    return has_text ? text_at(field, at) : field->type == FIELD_WORD ? word_at(field, at) : NULL;
}

char *const *field_list(const struct field *field, const void *at) {
    return field->type == FIELD_LIST ? pointer_at(member_at(field, at)) : NULL;
}

bool is_number(const struct field *field) {
    return field->type == FIELD_INTEGER || field->type == FIELD_UNSIGNED ||
           field->type == FIELD_MOMENT || field->type == FIELD_FLOAT ||
           field->type == FIELD_RECORDS;
}

/* ----------------------------------------------------------------------------------- printing */

void emit_fields(const struct record *record, const void *at) {
    emit_begin_record();
    for (const struct field *field = record->fields; field->name; field++) {
        emit_key(field->name);
        emit_field(field, was_read(record, field->bit, at) ? at : NULL);
    }
    emit_end_record();
}

static void emit_records_of(const struct field *field, const void *at) {
    const char *inner = pointer_at(member_at(field, at));
    emit_begin_list();
    for (size_t i = 0, count = count_at(field, at); i < count; i++)
        emit_fields(field->record, inner + i * field->record->size);
    emit_end_list();
}

static void emit_bytes_of(const struct field *field, const void *at) {
    const void *bytes = pointer_at(member_at(field, at));
    if (!bytes)
        emit_text(NULL);
    else if (output_style.json)
        emit_content(bytes, count_at(field, at));
    else
        emit_text(bytes);
}

static void emit_integer_of(const struct field *field, const void *at) {
    const void *member = member_at(field, at);
    if (field->type == FIELD_INTEGER)
        emit_integer(signed_at(member, field->size));
    else if (field->unit == UNIT_OCTAL)
        emit_octal(unsigned_at(member, field->size));
    else
        emit_unsigned(unsigned_at(member, field->size));
}

static void emit_list_of(const struct field *field, const void *at) {
    char *const *list = pointer_at(member_at(field, at));
    if (list)
        emit_list(list);
    else
        emit_text(NULL);
}

void emit_field(const struct field *field, const void *at) {
    if (!at) {
        emit_text(NULL);
        return;
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_CHARS:
        emit_text(text_at(field, at));
        break;
    case FIELD_LIST:
        emit_list_of(field, at);
        break;
    case FIELD_BYTES:
        emit_bytes_of(field, at);
        break;
    case FIELD_WORD:
        emit_text(word_at(field, at));
        break;
    case FIELD_INTEGER:
    case FIELD_UNSIGNED:
        emit_integer_of(field, at);
        break;
    case FIELD_MOMENT:
        emit_digits(moment_text((char[MOMENT_TEXT]){0}, moment_at(field, at)));
        break;
    case FIELD_FLOAT:
        emit_float(float_at(member_at(field, at)));
        break;
    case FIELD_BOOL:
        emit_bool(*(const bool *)member_at(field, at));
        break;
    case FIELD_RECORD:
        emit_fields(field->record, member_at(field, at));
        break;
    case FIELD_RECORDS:
        emit_records_of(field, at);
        break;
    }
}

/* -------------------------------------------------------------------------------------- cells */

/* Most texts of the thousands in a table need no quotes, as a look tells without memory. */
static bool is_plain(const char *text) {
    for (; *text >= ' ' && *text <= '~' && *text != '\'' && *text != '"' && *text != '\\'; text++)
        ;
    return !*text;
}

/* A name that would break the table is shown as Python shows it. */
static void show_text(FILE *out, const char *text) {
    bool plain = !text || is_plain(text);
    char *safe = plain ? NULL : text_made_safe(text);
    fputs(safe ? safe : plain && text ? text : "", out);
    free(safe);
}

static void show_duration(FILE *out, double seconds) {
    if (seconds < 0)
        fputc('-', out);
    seconds = seconds < 0 ? -seconds : seconds;
    uint64_t whole = (uint64_t)seconds;
    if (whole < 60)
        fprintf(out, "%.2f s", seconds);
    else if (whole < 86400)
        fprintf(out, "%" PRIu64 ":%02d:%02d", whole / 3600, (int)(whole / 60 % 60),
                (int)(whole % 60));
    else
        fprintf(out, "%" PRIu64 " d %02d:%02d", whole / 86400, (int)(whole / 3600 % 24),
                (int)(whole / 60 % 60));
}

static void show_time(FILE *out, int64_t since_1970) {
    time_t seconds = (time_t)since_1970;
    struct tm parts;
    char text[64];
    if (localtime_r(&seconds, &parts) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts))
        fputs(text, out);
}

static void show_size(FILE *out, uint64_t bytes) {
    char text[16];
    fputs(human_size(text, sizeof text, bytes), out);
}

/* Ten thousands of them stand in a long table: without printf(3). */
static void show_digits(FILE *out, uint64_t number, bool negative) {
    char text[24], *at = text + sizeof text;
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    if (negative)
        *--at = '-';
    fwrite(at, 1, (size_t)(text + sizeof text - at), out);
}

static void show_integer(FILE *out, const struct field *field, const void *at, enum shown shown) {
    const void *member = member_at(field, at);
    bool negative = field->type == FIELD_INTEGER && signed_at(member, field->size) < 0;
    int64_t value = field->type == FIELD_INTEGER ? signed_at(member, field->size)
                                                 : (int64_t)unsigned_at(member, field->size);
    bool most = field->type == FIELD_UNSIGNED && (uint64_t)value == UINT64_MAX;
    if (field->unit == UNIT_OCTAL)
        fprintf(out, "0%03" PRIo64, (uint64_t)value);
    else if (shown == SHOWN_TO_PEOPLE && most) /* a limit that is none */
        fputs("max", out);
    else if (shown == SHOWN_TO_PEOPLE && field->unit == UNIT_BYTES && !negative)
        show_size(out, (uint64_t)value);
    else if (shown == SHOWN_TO_PEOPLE && field->unit == UNIT_TIME)
        show_time(out, value / 1000000000);
    else if (shown == SHOWN_TO_PEOPLE && field->unit == UNIT_DURATION)
        show_duration(out, (double)value / 1e9);
    else
        show_digits(out, negative ? -(uint64_t)value : (uint64_t)value, negative);
}

static void show_moment(FILE *out, const struct field *field, const void *at, enum shown shown) {
    struct os_time time = moment_at(field, at);
    if (shown == SHOWN_TO_PEOPLE && field->unit == UNIT_TIME)
        show_time(out, time.seconds);
    else
        fputs(moment_text((char[MOMENT_TEXT]){0}, time), out);
}

static void show_float(FILE *out, const struct field *field, const void *at, enum shown shown) {
    double value = float_at(member_at(field, at));
    if (shown == SHOWN_TO_PEOPLE && field->unit == UNIT_DURATION)
        show_duration(out, value);
    else if (shown == SHOWN_TO_PEOPLE && field->unit == UNIT_BYTES && value >= 0)
        show_size(out, (uint64_t)value);
    else if (shown == SHOWN_TO_PEOPLE)
        isnan(value) ? fputs("-", out) : fprintf(out, "%.2f", value);
    else if (!isnan(value)) /* which is what nobody knows */
        fputs(exact_float((char[32]){0}, value), out);
}

static void show_list(FILE *out, char *const *list) {
    for (char *const *item = list; item && *item; item++) {
        fputs(item > list ? " " : "", out);
        show_text(out, *item);
    }
}

static void show_fields(FILE *out, const struct record *record, const void *at, enum shown shown) {
    for (const struct field *field = record->fields; field->name; field++) {
        fprintf(out, "%s%s=", field > record->fields ? " " : "", field->name);
        show_field(out, field, was_read(record, field->bit, at) ? at : NULL, shown);
    }
}

void show_field(FILE *out, const struct field *field, const void *at, enum shown shown) {
    if (!at)
        return;
    const void *member = member_at(field, at);
    if (field->type == FIELD_INTEGER || field->type == FIELD_UNSIGNED)
        show_integer(out, field, at, shown);
    else if (field->type == FIELD_MOMENT)
        show_moment(out, field, at, shown);
    else if (field->type == FIELD_FLOAT)
        show_float(out, field, at, shown);
    else if (field->type == FIELD_BOOL)
        fputs(*(const bool *)member ? "True" : "False", out);
    else if (field->type == FIELD_LIST)
        show_list(out, pointer_at(member));
    else if (field->type == FIELD_RECORD)
        show_fields(out, field->record, member, shown);
    else if (field->type == FIELD_RECORDS)
        fprintf(out, "%zu", count_at(field, at));
    else
        show_text(out, field->type == FIELD_WORD ? word_at(field, at) : text_at(field, at));
}

/* ----------------------------------------------------------------------------------- in order */

static int compare_texts(const char *a, const char *b) {
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_moments(struct os_time a, struct os_time b) {
    int order = ORDER(a.seconds, b.seconds);
    return order ? order : ORDER(a.nanoseconds, b.nanoseconds);
}

int compare_fields(const struct field *field, const void *a, const void *b) {
    if (!a || !b)
        return (a == NULL) - (b == NULL);
    const void *left = member_at(field, a), *right = member_at(field, b);
    switch (field->type) {
    case FIELD_INTEGER:
    case FIELD_WORD:
        return ORDER(signed_at(left, field->size), signed_at(right, field->size));
    case FIELD_UNSIGNED:
        return ORDER(unsigned_at(left, field->size), unsigned_at(right, field->size));
    case FIELD_MOMENT:
        return compare_moments(moment_at(field, a), moment_at(field, b));
    case FIELD_FLOAT:
        return ORDER(float_at(left), float_at(right));
    case FIELD_BOOL:
        return ORDER(*(const bool *)left, *(const bool *)right);
    case FIELD_RECORDS:
        return ORDER(count_at(field, a), count_at(field, b));
    case FIELD_TEXT:
    case FIELD_CHARS:
    case FIELD_BYTES:
        return compare_texts(text_at(field, a), text_at(field, b));
    default: /* lists and records have no order */
        return 0;
    }
}
