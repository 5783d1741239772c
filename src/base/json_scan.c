/* SPDX-License-Identifier: MIT */
/** JSON (RFC 8259), one value after another, with where each stands. */
#include "base/json_scan.h"

#include "base/utf8.h"
#include <errno.h>
#include <string.h>

int json_scan_fail(struct json_scan *s, const char *at, const char *words) {
    s->wrong = at;
    s->words = words;
    return -EBADMSG;
}

static void skip_space(struct json_scan *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

static bool take(struct json_scan *s, char c) {
    skip_space(s);
    if (s->at >= s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

/* ------------------------------------------------------------------------------ texts */

static int64_t read_unit(struct json_scan *s) {
    int64_t unit = utf8_hex(s->at, s->end, 4);
    s->at += unit >= 0 ? 4 : 0;
    return unit;
}

/* The escape behind a backslash. Half of a pair of surrogates is no character. */
static int read_escape(struct json_scan *s) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *start = s->at - 1;
    char c = s->at < s->end ? *s->at++ : '\0';
    const char *known = c ? strchr(names, c) : NULL;
    if (known) {
        *s->to++ = values[known - names];
        return 0;
    }
    int64_t code = c == 'u' ? read_unit(s) : -1;
    if (code >= 0xd800 && code < 0xdc00 && s->end - s->at >= 6 && s->at[0] == '\\' &&
        s->at[1] == 'u') {
        s->at += 2;
        int64_t low = read_unit(s);
        code =
            low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : -1;
    }
    if (code < 0 || (code >= 0xd800 && code < 0xe000))
        return json_scan_fail(s, start, "this is no escape of JSON");
    s->to = utf8_write(s->to, (uint32_t)code);
    return 0;
}

/* Takes over what stands for itself; whether a byte of it is beyond ASCII. */
static bool copy_run(struct json_scan *s) {
    const char *c = s->at;
    unsigned char all = 0;
    for (; c < s->end && *c != '"' && *c != '\\' && (unsigned char)*c >= 0x20; c++)
        all |= (unsigned char)*c;
    s->to = mempcpy(s->to, s->at, (size_t)(c - s->at));
    s->at = c;
    return all & 0x80;
}

/* A text behind its first quotation mark. */
static int read_text(struct json_scan *s, const char **ret_text, size_t *ret_size) {
    const char *start = s->at - 1;
    char *text = s->to;
    bool beyond = copy_run(s);
    while (s->at < s->end && *s->at == '\\') {
        s->at++;
        if (read_escape(s) < 0)
            return -EBADMSG;
        beyond |= copy_run(s);
    }
    if (s->at >= s->end)
        return json_scan_fail(s, start, "this text has no end");
    if (*s->at != '"')
        return json_scan_fail(s, s->at, "a control character in a text");
    s->at++; /* so there is room for the NUL */
    *ret_text = text;
    *ret_size = (size_t)(s->to - text);
    *s->to++ = '\0';
    return beyond && !utf8_is_valid(text, *ret_size) ? json_scan_fail(s, start, "this is no UTF-8")
                                                     : 0;
}

/* ---------------------------------------------------------------------- other values */

static const char *digits(const char *at, const char *end) {
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* Where the number at s->at ends, or NULL. */
static const char *number_end(const struct json_scan *s, bool *ret_whole) {
    const char *c = s->at + (s->at < s->end && *s->at == '-'), *after = digits(c, s->end);
    *ret_whole = true;
    if (after == c || (*c == '0' && after > c + 1))
        return NULL;
    if (after < s->end && *after == '.') {
        *ret_whole = false;
        c = after + 1;
        if ((after = digits(c, s->end)) == c)
            return NULL;
    }
    if (after < s->end && (*after == 'e' || *after == 'E')) {
        *ret_whole = false;
        c = after + 1;
        c += c < s->end && (*c == '+' || *c == '-');
        if ((after = digits(c, s->end)) == c)
            return NULL;
    }
    return after;
}

/* Where the word at s->at ends, or NULL. */
static const char *word_end(const struct json_scan *s, enum json_type *ret_type) {
    static const char *const words[] = {"null", "true", "false"};
    for (int i = 0; i < 3; i++) {
        size_t size = strlen(words[i]);
        *ret_type = i ? JSON_BOOL : JSON_NULL;
        if ((size_t)(s->end - s->at) >= size && memcmp(s->at, words[i], size) == 0)
            return s->at + size;
    }
    return NULL;
}

/* A number, true, false or null. */
static int read_word(struct json_scan *s, struct json_token *ret) {
    const char *end = number_end(s, &ret->whole);
    ret->type = JSON_NUMBER;
    if (!end && !(end = word_end(s, &ret->type)))
        return json_scan_fail(s, s->at, "expected a value");
    ret->text = s->to;
    ret->size = (size_t)(end - s->at);
    s->to = mempcpy(s->to, s->at, ret->size);
    *s->to++ = '\0';
    s->at = end;
    return 0;
}

/* One value, or as much of a list or object as its opening bracket. */
static int read_value(struct json_scan *s, struct json_token *ret) {
    skip_space(s);
    ret->at = s->at;
    char c = s->at < s->end ? *s->at : '\0';
    ret->type = c == '{' ? JSON_OBJECT : c == '[' ? JSON_LIST : JSON_TEXT;
    if (ret->type == JSON_TEXT && c != '"')
        return read_word(s, ret);
    s->at++;
    s->first = ret->type != JSON_TEXT;
    return s->first ? 0 : read_text(s, &ret->text, &ret->size);
}

/* ---------------------------------------------------------------------- what is next */

static int read_key(struct json_scan *s, struct json_token *ret) {
    if (!take(s, '"'))
        return json_scan_fail(s, s->at, "expected a key in quotation marks");
    ret->key_at = s->at - 1;
    if (read_text(s, &ret->key, &ret->key_size) < 0)
        return -EBADMSG;
    return take(s, ':') ? 0 : json_scan_fail(s, s->at, "expected ':' after a key");
}

int json_scan_next(struct json_scan *s, enum json_type around, struct json_token *ret) {
    bool object = around == JSON_OBJECT, first = s->first;
    *ret = (struct json_token){0};
    s->first = false;
    if (around == JSON_NULL)
        return read_value(s, ret);
    if (take(s, object ? '}' : ']')) {
        ret->ends = true;
        return 0;
    }
    if (!first && !take(s, ','))
        return json_scan_fail(s, s->at, object ? "expected ',' or '}'" : "expected ',' or ']'");
    if (object && read_key(s, ret) < 0)
        return -EBADMSG;
    return read_value(s, ret);
}

int json_scan_end(struct json_scan *s) {
    skip_space(s);
    return s->at < s->end ? json_scan_fail(s, s->at, "expected the end") : 0;
}
