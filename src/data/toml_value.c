/* SPDX-License-Identifier: MIT */
/** TOML's plain values: texts, numbers, booleans, dates and times. */
#include "base/seam.h"
#include "base/utf8.h"
#include "data/toml.h"
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------ texts */

static bool at_word(const struct reader *r, const char *word) {
    size_t size = strlen(word);
    return (size_t)(r->end - r->at) >= size && memcmp(r->at, word, size) == 0;
}

/* A backslash at the end of a line takes all space after it away. */
static bool skip_folded(struct reader *r) {
    const char *c = r->at;
    while (c < r->end && (*c == ' ' || *c == '\t'))
        c++;
    if (!toml_line_end(r, c))
        return false;
    while (c < r->end && (*c == ' ' || *c == '\t' || toml_line_end(r, c)))
        c += *c == '\r' ? 2 : 1;
    r->at = c;
    return true;
}

/* The escape behind a backslash. */
static int read_escape(struct reader *r, bool many_lines) {
    static const char names[] = "\"\\bfnrte", values[] = "\"\\\b\f\n\r\t\033"; /* \e: 1.1 */
    const char *start = r->at - 1;
    if (many_lines && skip_folded(r))
        return 0;
    char c = r->at < r->end ? *r->at++ : '\0';
    const char *known = c ? strchr(names, c) : NULL;
    if (known) {
        *r->to++ = values[known - names];
        return 0;
    }
    int count = c == 'u' ? 4 : c == 'U' ? 8 : 0;
    int64_t code = count ? utf8_hex(r->at, r->end, count) : -1;
    if (code < 0)
        return reader_fail(r, start, "this is no escape of TOML; a text in '…' has none");
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return reader_fail(r, start, "there is no such character in Unicode");
    r->at += count;
    r->to = utf8_write(r->to, (uint32_t)code);
    return 0;
}

/* Takes over what stands as it is, up to a mark, an escape or what may not stand there. */
static void copy_run(struct reader *r, char mark) {
    const char *c = r->at;
    while (c < r->end && *c != mark && *c != '\\' && toml_may_stand(*c))
        c++;
    r->to = mempcpy(r->to, r->at, (size_t)(c - r->at));
    r->at = c;
}

/* What stands before the closing mark. */
static int read_line_text(struct reader *r, char mark) {
    const char *start = r->at - 1;
    for (copy_run(r, mark); r->at < r->end && *r->at != mark; copy_run(r, mark)) {
        char c = *r->at;
        int result = 0;
        if (!toml_may_stand(c))
            return reader_fail(r, toml_line_end(r, r->at) ? start : r->at,
                               toml_line_end(r, r->at) ? "this text has no end on its line"
                                                       : "a control character in a text");
        r->at++;
        if (mark == '"')
            result = read_escape(r, /* many_lines= */ false);
        else
            *r->to++ = c;
        if (result < 0)
            return result;
    }
    if (r->at >= r->end)
        return reader_fail(r, start, "this text has no end");
    r->at++;
    return 0;
}

/* The same where three marks close; up to two may stand before them. */
static int read_lines_text(struct reader *r, char mark) {
    const char *start = r->at - 3, three[] = {mark, mark, mark, '\0'};
    r->at += toml_line_end(r, r->at); /* the first one doesn't count */
    while (r->at < r->end && !at_word(r, three)) {
        size_t feed = toml_line_end(r, r->at);
        char c = *r->at;
        int result = 0;
        if (!feed && !toml_may_stand(c))
            return reader_fail(r, r->at, "a control character in a text");
        r->at += feed ? feed : 1;
        if (c == '\\' && mark == '"')
            result = read_escape(r, /* many_lines= */ true);
        else
            *r->to++ = feed ? '\n' : c;
        if (result < 0)
            return result;
    }
    if (r->at >= r->end)
        return reader_fail(r, start, "this text has no end");
    for (int i = 0; i < 2 && r->end - r->at > 3 && r->at[3] == mark; i++)
        *r->to++ = *r->at++;
    r->at += 3;
    return 0;
}

int toml_key_text(struct reader *r, const char **ret_text, uint32_t *ret_size) {
    char *text = r->to, mark = *r->at++;
    int result = read_line_text(r, mark);
    if (result >= 0)
        reader_text(r, text, ret_text, ret_size);
    return result;
}

int toml_text(struct reader *r, const char **ret_text, uint32_t *ret_size) {
    if (!at_word(r, "\"\"\"") && !at_word(r, "'''"))
        return toml_key_text(r, ret_text, ret_size);
    char *text = r->to, mark = *r->at;
    r->at += 3;
    int result = read_lines_text(r, mark);
    if (result >= 0)
        reader_text(r, text, ret_text, ret_size);
    return result;
}

/* ------------------------------------------------------------------------------ dates and times */

/* Two digits at `at` of a number from `least` to `most`. */
static bool two(const struct reader *r, const char *at, int least, int most, int *ret) {
    if (r->end - at < 2 || at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *ret = (at[0] - '0') * 10 + at[1] - '0';
    return *ret >= least && *ret <= most;
}

static int days_of(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* "hh:mm:ss" and a fraction: its size, or 0. */
static size_t time_size(const struct reader *r, const char *at) {
    int number;
    if (r->end - at < 8 || !two(r, at, 0, 23, &number) || at[2] != ':' ||
        !two(r, at + 3, 0, 59, &number) || at[5] != ':' || !two(r, at + 6, 0, 59, &number))
        return 0;
    const char *c = at + 8;
    if (c < r->end && *c == '.') {
        while (++c < r->end && *c >= '0' && *c <= '9')
            continue;
        if (c == at + 9)
            return 8;
    }
    return (size_t)(c - at);
}

/* "Z" or "+hh:mm": its size, or 0. */
static size_t zone_size(const struct reader *r, const char *at) {
    int number;
    if (at < r->end && (*at == 'Z' || *at == 'z'))
        return 1;
    return r->end - at >= 6 && (*at == '+' || *at == '-') && two(r, at + 1, 0, 23, &number) &&
                   at[3] == ':' && two(r, at + 4, 0, 59, &number)
               ? 6
               : 0;
}

/* "yyyy-mm-dd": whether there is one, and whether the calendar has it. */
static bool date_here(const struct reader *r, bool *ret_valid) {
    int century, year, month, day;
    const char *c = r->at;
    if (r->end - c < 10 || c[4] != '-' || c[7] != '-' || !two(r, c, 0, 99, &century) ||
        !two(r, c + 2, 0, 99, &year))
        return false;
    year += century * 100;
    *ret_valid =
        year > 0 && two(r, c + 5, 1, 12, &month) && two(r, c + 8, 1, days_of(year, month), &day);
    return true;
}

static void moment(struct reader *r, struct data_value *v, enum data_type type, size_t size) {
    v->type = (uint8_t)type;
    reader_copy(r, r->at, size, &v->text, &v->size);
    r->at += size;
}

/* A date, time or both: whether there is one. */
static int read_moment(struct reader *r, struct data_value *v) {
    bool valid;
    size_t time = time_size(r, r->at);
    if (time) {
        moment(r, v, DATA_LOCAL_TIME, time);
        return 1;
    }
    if (!date_here(r, &valid))
        return 0;
    if (!valid)
        return reader_fail(r, r->at, "there is no such date");
    const char *c = r->at + 10;
    if (c < r->end && (*c == 'T' || *c == 't' || *c == ' '))
        time = time_size(r, c + 1);
    if (!time) {
        moment(r, v, DATA_LOCAL_DATE, 10);
        return 1;
    }
    size_t zone = zone_size(r, c + 1 + time);
    moment(r, v, zone ? DATA_OFFSET_DATETIME : DATA_LOCAL_DATETIME, 11 + time + zone);
    return 1;
}

/* ------------------------------------------------------------------------------ numbers */

static int digit_of(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : 16;
}

/* Digits, between which a single underscore may stand: where they end. */
static const char *digits(const struct reader *r, const char *c, int base) {
    const char *start = c;
    while (c < r->end && (digit_of(*c) < base || (c > start && *c == '_' && c[-1] != '_' &&
                                                  r->end - c > 1 && digit_of(c[1]) < base)))
        c++;
    return c;
}

/* What was written, without its underscores. */
static void copy_digits(struct reader *r, const char *end, struct data_value *v) {
    char *text = r->to;
    for (; r->at < end; r->at++)
        if (*r->at != '_')
            *r->to++ = *r->at;
    reader_text(r, text, &v->text, &v->size);
}

static int read_integer(struct reader *r, struct data_value *v, const char *end, int base) {
    const char *start = r->at;
    v->type = DATA_INTEGER;
    copy_digits(r, end, v);
    errno = 0;
    v->integer = strtoll(v->text + (base == 10 ? 0 : 2), NULL, base);
    return errno ? reader_fail(r, start, "this number doesn't fit into 64 bits") : 0;
}

static int read_float(struct reader *r, struct data_value *v, const char *end) {
    v->type = DATA_FLOAT;
    copy_digits(r, end, v);
    return reader_float(v->text, &v->number);
}

/* 0x… 0o… 0b…, or 0. */
static int prefix_base(const struct reader *r) {
    if (r->end - r->at < 3 || *r->at != '0')
        return 0;
    int base = r->at[1] == 'x' ? 16 : r->at[1] == 'o' ? 8 : r->at[1] == 'b' ? 2 : 0;
    return base && digit_of(r->at[2]) < base ? base : 0;
}

/* Where the fraction and the exponent at `c` end. */
static const char *float_end(const struct reader *r, const char *c) {
    if (r->end - c > 1 && *c == '.' && digit_of(c[1]) < 10)
        c = digits(r, c + 1, 10);
    if (c < r->end && (*c == 'e' || *c == 'E')) {
        const char *power = c + 1;
        power += power < r->end && (*power == '+' || *power == '-');
        if (power < r->end && digit_of(*power) < 10)
            c = digits(r, power, 10);
    }
    return c;
}

static int read_number(struct reader *r, struct data_value *v) {
    int base = prefix_base(r);
    if (base)
        return read_integer(r, v, digits(r, r->at + 2, base), base);
    const char *c = r->at + (r->at < r->end && (*r->at == '+' || *r->at == '-'));
    if (r->end - c >= 3 && (memcmp(c, "inf", 3) == 0 || memcmp(c, "nan", 3) == 0))
        return read_float(r, v, c + 3);
    const char *whole = digits(r, c, 10);
    if (whole == c)
        return reader_fail(r, r->at, "expected a value");
    if (*c == '0' && whole > c + 1)
        return reader_fail(r, r->at, "a number has no zero before it; a mode is a text, \"0755\"");
    const char *end = float_end(r, whole);
    return end == whole ? read_integer(r, v, end, 10) : read_float(r, v, end);
}

/* ------------------------------------------------------------------------------ all of them */

int toml_plain(struct reader *r, struct data_value *v) {
    if (r->at < r->end && (*r->at == '"' || *r->at == '\'')) {
        v->type = DATA_TEXT;
        return toml_text(r, &v->text, &v->size);
    }
    if (at_word(r, "true") || at_word(r, "false")) {
        v->type = DATA_BOOL;
        v->yes = *r->at == 't';
        size_t size = v->yes ? 4 : 5;
        reader_copy(r, r->at, size, &v->text, &v->size);
        r->at += size;
        return 0;
    }
    int result = read_moment(r, v);
    return result ? (result < 0 ? result : 0) : read_number(r, v);
}
