/* SPDX-License-Identifier: MIT */
/** Expressions over the fields of a record, kept as they are evaluated: operands before operators.
 *
 *  There is no recursion, as parentheses may be as deep as whoever writes them likes.
 */
#include "frame/filter.h"
#include "frame/column.h"
#include "frame/message.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum comparison { EQUAL, UNEQUAL, LESS, AT_MOST, GREATER, AT_LEAST, MATCHES, MATCHES_NOT };

/* A field and what it is compared with. */
struct test {
    struct column column;
    enum comparison comparison;
    bool none;          /* with a value that isn't there */
    long double number; /* of a field that holds one */
    char *text;         /* of another; or NULL */
    regex_t pattern;    /* of MATCHES and MATCHES_NOT */
    bool compiled;
};

struct step {
    enum step_kind { TEST, NOT, AND, OR, PARENTHESIS } kind; /* operators, the tightest first */
    size_t test;
};

struct filter {
    struct test *tests;
    struct step *steps;
    size_t test_count, step_count;
    bool *values; /* room for as many as there are tests */
};

/* ------------------------------------------------------------------------------------- words */

struct reader {
    struct call *call;
    const struct record *record;
    const char *at;
    struct filter *filter;
    struct step *waiting; /* operators whose right side is yet to come */
    size_t waiting_count;
};

static bool refuse(struct reader *r, const char *problem, const char *word) {
    misuse_word(r->call->function, problem, word, "");
    r->call->misused = true;
    return false;
}

static void skip_spaces(struct reader *r) {
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool is_name(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Whether this word comes next; then it is passed over. */
static bool take_word(struct reader *r, const char *word) {
    size_t size = strlen(word);
    skip_spaces(r);
    if (strncmp(r->at, word, size) != 0 || (is_name(*word) && is_name(r->at[size])))
        return false;
    r->at += size;
    return true;
}

/* A value: between quotes, or up to a space or a parenthesis. */
static char *take_value(struct reader *r, bool *ret_quoted) {
    skip_spaces(r);
    char quote = *r->at;
    *ret_quoted = quote == '"' || quote == '\'';
    if (!*ret_quoted) {
        size_t size = strcspn(r->at, " \t\n()");
        char *value = strndup(r->at, size);
        r->at += size;
        return value;
    }
    const char *end = strchr(r->at + 1, quote);
    if (!end)
        return NULL;
    char *value = strndup(r->at + 1, (size_t)(end - r->at - 1));
    r->at = end + 1;
    return value;
}

/* ------------------------------------------------------------------------------------ numbers */

static const struct unit {
    const char *name;
    enum field_unit of;
    double factor;
} units[] = {
    {"K", UNIT_BYTES, 0x1p10},  {"M", UNIT_BYTES, 0x1p20},    {"G", UNIT_BYTES, 0x1p30},
    {"T", UNIT_BYTES, 0x1p40},  {"P", UNIT_BYTES, 0x1p50},    {"ns", UNIT_DURATION, 1},
    {"us", UNIT_DURATION, 1e3}, {"ms", UNIT_DURATION, 1e6},   {"s", UNIT_DURATION, 1e9},
    {"m", UNIT_DURATION, 60e9}, {"h", UNIT_DURATION, 3600e9}, {"d", UNIT_DURATION, 86400e9},
};

static bool apply_unit(const struct field *field, const char *name, long double *number) {
    if (!*name)
        return true;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t size = strlen(units[i].name);
        const char *rest = name + size;
        bool ends =
            !*rest || (units[i].of == UNIT_BYTES && (!strcmp(rest, "B") || !strcmp(rest, "iB")));
        if (units[i].of != field->unit || strncmp(name, units[i].name, size) != 0 || !ends)
            continue;
        bool seconds = field->unit == UNIT_DURATION && field->type == FIELD_FLOAT;
        *number *= seconds ? units[i].factor / 1e9 : units[i].factor;
        return true;
    }
    return false;
}

/* "2026-11-29", "2026-11-29 10:30", "2026-11-29T10:30:00": in this machine's zone. */
static bool read_time(const char *text, long double *ret_number) {
    static const char *const formats[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
                                          "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct tm parts = {.tm_isdst = -1};
        const char *end = strptime(text, formats[i], &parts);
        if (end && !*end) {
            *ret_number = (long double)mktime(&parts) * 1e9L;
            return true;
        }
    }
    return false;
}

static bool read_number(const struct field *field, const char *text, long double *ret_number) {
    char *end;
    if (field->type == FIELD_BOOL) {
        *ret_number = strcasecmp(text, "true") == 0;
        return *ret_number || strcasecmp(text, "false") == 0;
    }
    if (field->unit == UNIT_TIME && read_time(text, ret_number))
        return true;
    if (field->unit == UNIT_OCTAL)
        *ret_number = (long double)strtoull(text, &end, 8);
    else
        *ret_number = strtold(text, &end);
    return end > text && apply_unit(field, end, ret_number);
}

/* -------------------------------------------------------------------------------- comparisons */

static bool take_comparison(struct reader *r, enum comparison *ret_comparison) {
    static const struct {
        const char *sign;
        enum comparison comparison;
    } signs[] = {
        {"==", EQUAL},  {"!=", UNEQUAL},     {"<=", AT_MOST}, {">=", AT_LEAST}, {"<", LESS},
        {">", GREATER}, {"!~", MATCHES_NOT}, {"=~", MATCHES}, {"~", MATCHES},   {"=", EQUAL},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (take_word(r, signs[i].sign)) {
            *ret_comparison = signs[i].comparison;
            return true;
        }
    return false;
}

static bool is_pattern(const struct test *test) {
    return test->comparison == MATCHES || test->comparison == MATCHES_NOT;
}

/* Whether a field of this type can be compared in this way. */
static bool fits(const struct test *test) {
    enum field_type type = test->column.field->type;
    bool equality = test->comparison == EQUAL || test->comparison == UNEQUAL;
    bool number = is_number(test->column.field) || type == FIELD_BOOL;
    if (type == FIELD_RECORD)
        return false;
    if (is_pattern(test))
        return !number;
    return equality || (type != FIELD_LIST && type != FIELD_WORD && type != FIELD_BOOL);
}

/* Takes over the value. */
static bool set_value(struct reader *r, struct test *test, char *value, bool quoted) {
    const struct field *field = test->column.field;
    bool number = is_number(field) || field->type == FIELD_BOOL;
    test->text = value;
    test->none = !quoted && strcasecmp(value, "none") == 0;
    if (test->none)
        return test->comparison <= UNEQUAL || refuse(r, "only == and != go with", value);
    if (is_pattern(test)) {
        test->compiled = regcomp(&test->pattern, value, REG_EXTENDED | REG_NOSUB) == 0;
        return test->compiled || refuse(r, "not a regular expression:", value);
    }
    return !number || read_number(field, value, &test->number) ||
           refuse(r, "not a value of this field:", value);
}

static bool read_test(struct reader *r) {
    struct test *test = &r->filter->tests[r->filter->test_count];
    const char *name = r->at;
    size_t size = 0;
    while (is_name(name[size]))
        size++;
    test->column = (struct column){.name = name, .size = size};
    if (!size)
        return refuse(r, "the filter lacks a field at", r->at);
    if (!column_find(r->record, name, size, &test->column)) {
        char *word = strndup(name, size);
        refuse(r, "unknown field", word ? word : "");
        free(word);
        return false;
    }
    r->at += size;
    bool quoted;
    if (!take_comparison(r, &test->comparison))
        return refuse(r, "the filter lacks a comparison at", r->at);
    if (!fits(test))
        return refuse(r, "this field can't be compared like that:", name);
    char *value = take_value(r, &quoted);
    if (!value || (!*value && !quoted)) {
        free(value);
        return refuse(r, "the filter lacks a value at", r->at);
    }
    r->filter->steps[r->filter->step_count++] = (struct step){TEST, r->filter->test_count++};
    return set_value(r, test, value, quoted);
}

/* ------------------------------------------------------------------------------------- reading */

/* What binds tighter than `kind` is done first. */
static void release(struct reader *r, enum step_kind kind) {
    while (r->waiting_count && r->waiting[r->waiting_count - 1].kind <= kind &&
           r->waiting[r->waiting_count - 1].kind != PARENTHESIS)
        r->filter->steps[r->filter->step_count++] = r->waiting[--r->waiting_count];
}

static void wait_for_right(struct reader *r, enum step_kind kind) {
    r->waiting[r->waiting_count++] = (struct step){kind, 0};
}

static bool read_operand(struct reader *r) {
    for (;;) {
        skip_spaces(r);
        if (take_word(r, "not") || (*r->at == '!' && r->at++))
            wait_for_right(r, NOT);
        else if (take_word(r, "("))
            wait_for_right(r, PARENTHESIS);
        else
            return read_test(r);
    }
}

static bool close_parenthesis(struct reader *r) {
    release(r, OR);
    if (!r->waiting_count)
        return refuse(r, "no parenthesis is open at", r->at - 1);
    r->waiting_count--;
    return true;
}

static bool read_expression(struct reader *r) {
    for (;;) {
        if (!read_operand(r))
            return false;
        while (take_word(r, ")"))
            if (!close_parenthesis(r))
                return false;
        enum step_kind kind = take_word(r, "and") ? AND : take_word(r, "or") ? OR : TEST;
        if (kind == TEST)
            break;
        release(r, kind);
        wait_for_right(r, kind);
    }
    release(r, OR);
    if (r->waiting_count)
        return refuse(r, "a parenthesis stays open in", r->at);
    return !*r->at || refuse(r, "the filter lacks 'and' or 'or' at", r->at);
}

struct filter *filter_read(struct call *call, const struct record *record, const char *text) {
    size_t most = strlen(text) + 1; /* a test and an operator take a byte each at least */
    struct filter *filter = calloc(1, sizeof *filter);
    struct reader r = {.call = call, .record = record, .at = text, .filter = filter};
    r.waiting = calloc(most, sizeof *r.waiting);
    if (filter) {
        filter->tests = calloc(most / 3 + 1, sizeof *filter->tests);
        filter->steps = calloc(most, sizeof *filter->steps);
        filter->values = calloc(most, sizeof *filter->values);
    }
    bool fine = r.waiting && filter && filter->tests && filter->steps && filter->values;
    if (!fine)
        failed();
    call->misused |= !fine;
    fine = fine && read_expression(&r);
    free(r.waiting);
    if (fine)
        return filter;
    filter_free(filter);
    return NULL;
}

void filter_free(struct filter *filter) {
    if (!filter)
        return;
    for (size_t i = 0; filter->tests && i < filter->test_count; i++) {
        free(filter->tests[i].text);
        if (filter->tests[i].compiled)
            regfree(&filter->tests[i].pattern);
    }
    free(filter->tests);
    free(filter->steps);
    free(filter->values);
    free(filter);
}

uint64_t filter_bits(const struct filter *filter) {
    uint64_t bits = 0;
    for (size_t i = 0; filter && i < filter->test_count; i++)
        bits |= filter->tests[i].column.bit;
    return bits;
}

/* ---------------------------------------------------------------------------------- evaluating */

static bool holds(enum comparison comparison, int order) {
    switch (comparison) {
    case EQUAL:
        return order == 0;
    case UNEQUAL:
        return order != 0;
    case LESS:
        return order < 0;
    case AT_MOST:
        return order <= 0;
    case GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

static bool text_passes(const struct test *test, const char *text) {
    if (is_pattern(test))
        return (regexec(&test->pattern, text, 0, NULL, 0) == 0) == (test->comparison == MATCHES);
    return holds(test->comparison, strcmp(text, test->text));
}

/* A list is what any of its texts is; and isn't what none of them is. */
static bool list_passes(const struct test *test, char *const *list) {
    bool negative = test->comparison == UNEQUAL || test->comparison == MATCHES_NOT;
    for (; *list; list++)
        if (text_passes(test, *list) != negative)
            return !negative;
    return negative;
}

/* What was not read, or isn't there, is None and like nothing else. */
static bool passes(const struct test *test, const struct record *record, const char *at) {
    const struct field *field = test->column.field;
    const void *base = column_base(record, &test->column, at);
    long double number;
    bool has_number = base && field_number(field, base, &number) && number == number; /* no NaN */
    char *const *list = base ? field_list(field, base) : NULL;
    const char *text = base ? field_text(field, base) : NULL;
    bool there = has_number || list || text;
    if (test->none)
        return there == (test->comparison == UNEQUAL);
    if (!there)
        return test->comparison == UNEQUAL || test->comparison == MATCHES_NOT;
    if (has_number)
        return holds(test->comparison, (number > test->number) - (number < test->number));
    return list ? list_passes(test, list) : text_passes(test, text);
}

bool filter_takes(const struct filter *filter, const struct record *record, const char *at) {
    if (!filter)
        return true;
    bool *values = filter->values;
    size_t count = 0;
    for (size_t i = 0; i < filter->step_count; i++) {
        const struct step *step = &filter->steps[i];
        if (step->kind == TEST)
            values[count++] = passes(&filter->tests[step->test], record, at);
        else if (step->kind == NOT)
            values[count - 1] = !values[count - 1];
        else {
            bool right = values[--count];
            bool *left = &values[count - 1];
            *left = step->kind == AND ? *left && right : *left || right;
        }
    }
    return values[0];
}
