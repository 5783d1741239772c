/* SPDX-License-Identifier: MIT */
/** Members of JSON objects and of structures, written and read by one table. */
#include "plan/fields.h"

#include "base/seam.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const struct {
    const char *word;
    mode_t type;
} types[] = {
    {"file", S_IFREG},    {"dir", S_IFDIR},  {"link", S_IFLNK},  {"fifo", S_IFIFO},
    {"socket", S_IFSOCK}, {"char", S_IFCHR}, {"block", S_IFBLK},
};

const char *field_type(mode_t mode) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if ((mode & S_IFMT) == types[i].type)
            return types[i].word;
    return "unknown";
}

/* ------------------------------------------------------------------------------- writing */

/* Years that a calendar has four digits for; other times as seconds. */
void field_time(struct str *s, struct timespec time) {
    struct tm tm;
    bool dated = gmtime_r(&time.tv_sec, &tm) && tm.tm_year >= -1900 && tm.tm_year < 8100;
    if (dated)
        str_printf(s, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", tm.tm_year + 1900, tm.tm_mon + 1,
                   tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, time.tv_nsec);
    else
        str_printf(s, "@%" PRId64 ".%09ld", (int64_t)time.tv_sec, time.tv_nsec);
}

void field_digest(struct str *s, const struct plan_digest *digest) {
    static const char digits[] = "0123456789abcdef";
    char text[2 * sizeof digest->bytes];
    for (size_t i = 0; i < sizeof digest->bytes; i++) {
        text[2 * i] = digits[digest->bytes[i] >> 4];
        text[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    str_append(s, text, sizeof text);
}

static uint64_t number_at(const struct field *f, const void *at) {
    switch (f->kind) {
    case FIELD_BOOL:
        return *(const bool *)at;
    case FIELD_NUMBER32:
    case FIELD_TYPE:
    case FIELD_MODE:
        return *(const uint32_t *)at;
    case FIELD_NUMBER:
        return *(const uint64_t *)at;
    case FIELD_TIME:
        return ((const struct timespec *)at)->tv_sec || ((const struct timespec *)at)->tv_nsec;
    case FIELD_NAME:
        return *(const char *const *)at != NULL;
    default:
        return 1;
    }
}

static bool is_there(const struct field *f, const void *from) {
    const char *flag = (const char *)from + f->flag;
    if (f->bit)
        return *(const unsigned *)(const void *)flag & f->bit;
    if (f->flag)
        return *(const bool *)(const void *)flag;
    return f->always || number_at(f, (const char *)from + f->offset);
}

/* As printf(3) does, which takes most of the time of a large plan. */
static void append_number(struct str *s, uint64_t number, unsigned base, unsigned width) {
    char text[24], *at = text + sizeof text;
    do
        *--at = (char)('0' + number % base);
    while ((number /= base) || at > text + sizeof text - width);
    str_append(s, at, (size_t)(text + sizeof text - at));
}

static void append_key(struct str *s, const char *key) {
    str_append(s, ",\"", 2);
    str_append_text(s, key);
    str_append(s, "\":", 2);
}

static void append_quoted_number(struct str *s, uint64_t number, unsigned base, unsigned width) {
    str_append_char(s, '"');
    append_number(s, number, base, width);
    str_append_char(s, '"');
}

static void write_field(struct str *s, const struct field *f, const void *at) {
    uint64_t number = number_at(f, at);
    if (f->kind == FIELD_NAME) {
        json_append_name(s, f->key, *(const char *const *)at);
        return;
    }
    append_key(s, f->key);
    switch (f->kind) {
    case FIELD_BOOL:
        str_append_text(s, "true");
        break;
    case FIELD_TYPE:
        str_printf(s, "\"%s\"", field_type((mode_t)number));
        break;
    case FIELD_MODE:
        append_quoted_number(s, number & 07777, 8, 4);
        break;
    case FIELD_TIME:
        str_append_char(s, '"');
        field_time(s, *(const struct timespec *)at);
        str_append_char(s, '"');
        break;
    case FIELD_DIGEST:
        str_append_char(s, '"');
        field_digest(s, at);
        str_append_char(s, '"');
        break;
    default:
        if (number >> 53)
            append_quoted_number(s, number, 10, 1);
        else
            append_number(s, number, 10, 1);
    }
}

void fields_write(struct str *s, const void *from, const struct field *fields, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (is_there(&fields[i], from))
            write_field(s, &fields[i], (const char *)from + fields[i].offset);
}

/* ------------------------------------------------------------------------------- reading */

/* Digits alone, without a sign or a leading zero: what the writer writes. */
static bool read_digits(const char *text, size_t size, uint64_t base, uint64_t *ret) {
    uint64_t number = 0;
    if (size == 0 || (base == 10 && size > 1 && *text == '0'))
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit >= base || number > (UINT64_MAX - digit) / base)
            return false;
        number = number * base + digit;
    }
    *ret = number;
    return true;
}

bool field_read_number(const struct json_value *value, uint64_t *ret) {
    uint64_t number;
    if (value->type != JSON_NUMBER && value->type != JSON_TEXT)
        return false;
    if (!read_digits(value->text, value->size, 10, &number))
        return false;
    if ((number >> 53 != 0) != (value->type == JSON_TEXT))
        return false;
    *ret = number;
    return true;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool field_read_digest(const char *text, size_t size, struct plan_digest *ret) {
    if (size != 2 * sizeof ret->bytes)
        return false;
    for (size_t i = 0; i < sizeof ret->bytes; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* What was read is what would be written. */
static bool read_time(const struct json_value *value, struct timespec *ret) {
    struct tm tm = {0};
    int64_t seconds;
    long ns;
    int end = 0;
    if (value->type != JSON_TEXT || value->size > 40)
        return false;
    if (*value->text == '@') {
        if (sscanf(value->text, "@%" SCNd64 ".%9ld%n", &seconds, &ns, &end) != 2)
            return false;
    } else {
        if (sscanf(value->text, "%4d-%2d-%2dT%2d:%2d:%2d.%9ldZ%n", &tm.tm_year, &tm.tm_mon,
                   &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ns, &end) != 7)
            return false;
        tm.tm_year -= 1900;
        tm.tm_mon--;
        seconds = timegm(&tm);
    }
    *ret = (struct timespec){(time_t)seconds, ns};
    AUTO_STR again = STR_INIT;
    field_time(&again, *ret);
    return ns >= 0 && again.size == value->size &&
           memcmp(again.data, value->text, value->size) == 0;
}

static bool read_type(const struct json_value *value, mode_t *mode) {
    for (size_t i = 0; value->type == JSON_TEXT && i < sizeof types / sizeof *types; i++)
        if (strcmp(value->text, types[i].word) == 0 && value->size == strlen(types[i].word)) {
            *mode = (*mode & 07777) | types[i].type;
            return true;
        }
    return false;
}

static bool read_mode(const struct json_value *value, mode_t *mode) {
    uint64_t bits;
    if (value->type != JSON_TEXT || value->size != 4 ||
        !read_digits(value->text, value->size, 8, &bits))
        return false;
    *mode = (*mode & S_IFMT) | (mode_t)bits;
    return true;
}

/* A name has no NUL in it; in base64 only what could not be written as it is. */
static int read_name(struct arena *arena, const struct json_value *value, bool coded,
                     const char **ret) {
    AUTO_STR name = STR_INIT;
    if (value->type != JSON_TEXT)
        return -EBADMSG;
    if (!coded)
        str_append(&name, value->text, value->size);
    else if (json_decode_base64(value->text, value->size, &name) < 0)
        return -EBADMSG;
    if (name.failed)
        return -ENOMEM;
    const char *text = name.data ? name.data : "";
    if (strlen(text) != name.size || utf8_is_valid(text, name.size) == coded)
        return -EBADMSG;
    *ret = arena_text(arena, text, name.size);
    return *ret ? 0 : -ENOMEM;
}

static bool read_number(const struct field *f, const struct json_value *value, void *at) {
    uint64_t number;
    if (!field_read_number(value, &number) || (f->kind == FIELD_NUMBER32 && number > UINT32_MAX))
        return false;
    if (f->kind == FIELD_NUMBER32)
        *(uint32_t *)at = (uint32_t)number;
    else
        *(uint64_t *)at = number;
    return true;
}

static int read_field(struct arena *arena, const struct field *f, const struct json_value *value,
                      bool coded, void *at) {
    switch (f->kind) {
    case FIELD_NAME:
        return read_name(arena, value, coded, at);
    case FIELD_BOOL: /* false is left out */
        *(bool *)at = true;
        return value->type == JSON_BOOL && *value->text == 't' ? 0 : -EBADMSG;
    case FIELD_TYPE:
        return read_type(value, at) ? 0 : -EBADMSG;
    case FIELD_MODE:
        return read_mode(value, at) ? 0 : -EBADMSG;
    case FIELD_TIME:
        return read_time(value, at) ? 0 : -EBADMSG;
    case FIELD_DIGEST:
        return value->type == JSON_TEXT && field_read_digest(value->text, value->size, at)
                   ? 0
                   : -EBADMSG;
    default:
        return read_number(f, value, at) ? 0 : -EBADMSG;
    }
}

static void set_flag(const struct field *f, void *to) {
    char *flag = (char *)to + f->flag;
    if (f->bit)
        *(unsigned *)(void *)flag |= f->bit;
    else if (f->flag)
        *(bool *)(void *)flag = true;
}

int fields_read(struct arena *arena, const struct json_value *member, void *to,
                const struct field *fields, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct field *f = &fields[i];
        size_t size = strlen(f->key);
        if (strncmp(member->key, f->key, size) != 0)
            continue;
        bool coded = f->kind == FIELD_NAME && strcmp(member->key + size, "_b64") == 0;
        if (member->key[size] && !coded)
            continue;
        int r = read_field(arena, f, member, coded, (char *)to + f->offset);
        if (r < 0)
            return r;
        set_flag(f, to);
        return 1;
    }
    return 0;
}
