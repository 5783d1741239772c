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
    if (!dated) {
        str_printf(s, "@%" PRId64 ".%09ld", (int64_t)time.tv_sec, time.tv_nsec);
        return;
    }
    const struct {
        int number;
        unsigned width;
        char before;
    } parts[] = {{tm.tm_mon + 1, 2, '-'}, {tm.tm_mday, 2, '-'}, {tm.tm_hour, 2, 'T'},
                 {tm.tm_min, 2, ':'},     {tm.tm_sec, 2, ':'},  {(int)time.tv_nsec, 9, '.'}};
    str_append_number(s, (uint64_t)tm.tm_year + 1900, 10, 4);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        str_append_char(s, parts[i].before);
        str_append_number(s, (uint64_t)parts[i].number, 10, parts[i].width);
    }
    str_append_char(s, 'Z');
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

static void append_key(struct str *s, const char *key) {
    str_append(s, ",\"", 2);
    str_append_text(s, key);
    str_append(s, "\":", 2);
}

static void append_quoted_number(struct str *s, uint64_t number, unsigned base, unsigned width) {
    str_append_char(s, '"');
    str_append_number(s, number, base, width);
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
        str_append_char(s, '"');
        str_append_text(s, field_type((mode_t)number));
        str_append_char(s, '"');
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
            str_append_number(s, number, 10, 1);
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

/* Without a branch: nothing foretells the digits of a digest. 16 is set for what is none. */
static unsigned hex_digit(char c) {
    unsigned digit = (unsigned char)c - (unsigned)'0', letter = (unsigned char)c - (unsigned)'a';
    unsigned is_digit = digit < 10, is_letter = letter < 6;
    return is_digit * digit + is_letter * (letter + 10) + (1 - is_digit - is_letter) * 16;
}

bool field_read_digest(const char *text, size_t size, struct plan_digest *ret) {
    if (size != 2 * sizeof ret->bytes)
        return false;
    for (size_t i = 0; i < sizeof ret->bytes; i++) {
        unsigned high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if ((high | low) & 16)
            return false;
        ret->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* The number that `size` digits stand for; anything else shows when the time is written again. */
static int digits_at(const char *text, size_t size) {
    int number = 0;
    for (size_t i = 0; i < size; i++)
        number = number * 10 + (text[i] - '0') % 10;
    return number;
}

/* What was read is what would be written. */
static bool read_time(const struct json_value *value, struct timespec *ret) {
    static const size_t dated = sizeof "2026-11-28T19:00:00.123456789Z" - 1;
    const char *text = value->text;
    int64_t seconds;
    long ns;
    if (value->type != JSON_TEXT || (*text == '@' ? value->size > 40 : value->size != dated))
        return false;
    if (*text == '@') {
        if (sscanf(text, "@%" SCNd64 ".%9ld", &seconds, &ns) != 2)
            return false;
    } else {
        struct tm tm = {.tm_year = digits_at(text, 4) - 1900,
                        .tm_mon = digits_at(text + 5, 2) - 1,
                        .tm_mday = digits_at(text + 8, 2),
                        .tm_hour = digits_at(text + 11, 2),
                        .tm_min = digits_at(text + 14, 2),
                        .tm_sec = digits_at(text + 17, 2)};
        ns = digits_at(text + 20, 9);
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
    const char *text = value->text;
    size_t size = value->size;
    if (value->type != JSON_TEXT)
        return -EBADMSG;
    if (coded) {
        if (json_decode_base64(value->text, value->size, &name) < 0)
            return -EBADMSG;
        if (name.failed)
            return -ENOMEM;
        text = name.data ? name.data : "";
        size = name.size;
    }
    if (memchr(text, '\0', size) || (coded && utf8_is_valid(text, size)))
        return -EBADMSG;
    *ret = arena_text(arena, text, size);
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
        if (*member->key != *f->key) /* most of them, in a tenth of the time */
            continue;
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
