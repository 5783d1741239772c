/* SPDX-License-Identifier: MIT */
/** JSON (RFC 8259), read into one array and written into a string. */
#include "base/json.h"
#include "base/array.h"

#include "base/seam.h"
#include "base/utf8.h"
#include <stdlib.h>

/* ------------------------------------------------------------------------------ reading */

struct reader {
    struct json *json;
    const char *at, *end;
    char *to;     /* where the next decoded text goes: none is longer than it was, with its NUL */
    size_t *open; /* the lists and objects around, from the outermost in */
    size_t depth, room;
};

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct reader *r) {
    while (r->at < r->end && is_space(*r->at))
        r->at++;
}

static bool take(struct reader *r, char c) {
    skip_space(r);
    if (r->at >= r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static int add_value(struct reader *r, enum json_type type, const char *key,
                     struct json_value **ret) {
    struct json *json = r->json;
    int result = ARRAY_ROOM(json->values, json->room, json->count + 1, 32);
    if (result < 0)
        return result;
    if (r->depth)
        json->values[r->open[r->depth - 1]].count++;
    *ret = &json->values[json->count++];
    **ret = (struct json_value){.type = type, .key = key, .after = json->count};
    return 0;
}

static int hex4(const char *at, const char *end, uint32_t *ret) {
    *ret = 0;
    if (end - at < 4)
        return -EBADMSG;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = at[i] ? strchr(digits, at[i]) : NULL;
        if (!digit)
            return -EBADMSG;
        *ret = *ret << 4 | ((uint32_t)(digit - digits) & 15);
    }
    return 0;
}

/* The escape behind a backslash. Half of a pair of surrogates is no character. */
static int read_escape(struct reader *r) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (r->at >= r->end)
        return -EBADMSG;
    char c = *r->at++;
    const char *known = c ? strchr(names, c) : NULL;
    if (known) {
        *r->to++ = values[known - names];
        return 0;
    }
    uint32_t code, low;
    if (c != 'u' || hex4(r->at, r->end, &code) < 0)
        return -EBADMSG;
    r->at += 4;
    if (code >= 0xd800 && code < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' &&
        r->at[1] == 'u' && hex4(r->at + 2, r->end, &low) == 0 && low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        r->at += 6;
    }
    if (code >= 0xd800 && code < 0xe000)
        return -EBADMSG;
    r->to = utf8_write(r->to, code);
    return 0;
}

/* What stands for itself; whether a byte of it is beyond ASCII. */
static bool read_plain(struct reader *r) {
    const char *at = r->at;
    unsigned char all = 0;
    for (; at < r->end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20; at++)
        all |= (unsigned char)*at;
    size_t size = (size_t)(at - r->at);
    memcpy(r->to, r->at, size);
    r->at = at;
    r->to += size;
    return all & 0x80;
}

/* A text behind its first quotation mark. */
static int read_text(struct reader *r, const char **ret_text, size_t *ret_size) {
    char *start = r->to;
    bool beyond = read_plain(r);
    while (r->at < r->end && *r->at == '\\') {
        r->at++;
        if (read_escape(r) < 0)
            return -EBADMSG;
        beyond |= read_plain(r);
    }
    if (r->at >= r->end || *r->at != '"' ||
        (beyond && !utf8_is_valid(start, (size_t)(r->to - start))))
        return -EBADMSG;
    r->at++; /* so there is room for the NUL */
    *ret_text = start;
    *ret_size = (size_t)(r->to - start);
    *r->to++ = '\0';
    return 0;
}

static size_t digits(const char *at) {
    return strspn(at, "0123456789");
}

/* The length of the number at `at`, or 0. */
static size_t number_size(const char *at) {
    const char *c = at + (*at == '-');
    size_t n = digits(c);
    if (n == 0 || (n > 1 && *c == '0'))
        return 0;
    c += n;
    if (*c == '.') {
        if (!(n = digits(c + 1)))
            return 0;
        c += 1 + n;
    }
    if (*c == 'e' || *c == 'E') {
        c += c[1] == '+' || c[1] == '-' ? 2 : 1;
        if (!(n = digits(c)))
            return 0;
        c += n;
    }
    return (size_t)(c - at);
}

/* A number, true, false or null. */
static int read_word(struct reader *r, const char *key) {
    static const char *const words[] = {"null", "true", "false"};
    struct json_value *v;
    enum json_type type = JSON_NUMBER;
    size_t size = number_size(r->at);
    for (int i = 0; i < 3 && !size; i++)
        if (strncmp(r->at, words[i], strlen(words[i])) == 0) {
            size = strlen(words[i]);
            type = i ? JSON_BOOL : JSON_NULL;
        }
    if (!size || size > (size_t)(r->end - r->at))
        return -EBADMSG;
    int result = add_value(r, type, key, &v);
    if (result < 0)
        return result;
    memcpy(r->to, r->at, size);
    v->text = r->to;
    v->size = size;
    r->at += size;
    r->to += size;
    *r->to++ = '\0';
    return 0;
}

static int open_value(struct reader *r, enum json_type type, const char *key) {
    struct json_value *v;
    int result = ARRAY_ROOM(r->open, r->room, r->depth + 1, 16);
    if (result >= 0)
        result = add_value(r, type, key, &v);
    if (result >= 0)
        r->open[r->depth++] = (size_t)(v - r->json->values);
    return result;
}

/* One value, or as much of a list or object as its opening bracket. */
static int read_value(struct reader *r, const char *key) {
    struct json_value *v;
    if (take(r, '{'))
        return open_value(r, JSON_OBJECT, key);
    if (take(r, '['))
        return open_value(r, JSON_LIST, key);
    if (!take(r, '"'))
        return r->at < r->end ? read_word(r, key) : -EBADMSG;
    int result = add_value(r, JSON_TEXT, key, &v);
    return result < 0 ? result : read_text(r, &v->text, &v->size);
}

static int read_key(struct reader *r, const struct json_value *object, const char **ret_key) {
    size_t size;
    if (!take(r, '"') || read_text(r, ret_key, &size) < 0 || strlen(*ret_key) != size ||
        !take(r, ':'))
        return -EBADMSG;
    return json_member(r->json, object, *ret_key) ? -EBADMSG : 0;
}

/* What comes next in the innermost list or object: its end, or a member. */
static int read_next(struct reader *r, bool *first) {
    size_t index = r->open[r->depth - 1];
    struct json_value *around = &r->json->values[index];
    const char *key = NULL;
    if (take(r, around->type == JSON_OBJECT ? '}' : ']')) {
        around->after = r->json->count;
        r->depth--;
        *first = false;
        return 0;
    }
    if (!*first && !take(r, ','))
        return -EBADMSG;
    around->after = r->json->count; /* for the search for the same key */
    int result = around->type == JSON_OBJECT ? read_key(r, around, &key) : 0;
    size_t depth = r->depth;
    if (result >= 0)
        result = read_value(r, key);
    *first = r->depth > depth;
    return result;
}

int json_read(const char *text, size_t size, struct json *ret) {
    *ret = (struct json){0};
    return json_read_next(text, size, ret);
}

int json_read_next(const char *text, size_t size, struct json *json) {
    json->count = 0;
    if (ARRAY_ROOM(json->text, json->text_room, size + 1, size + 1) < 0)
        return -ENOMEM;
    struct reader r = {.json = json, .at = text, .end = text + size, .to = json->text};
    int result = read_value(&r, NULL);
    for (bool first = true; result >= 0 && r.depth;)
        result = read_next(&r, &first);
    skip_space(&r);
    if (result >= 0 && r.at < r.end)
        result = -EBADMSG;
    free(r.open);
    return result;
}

void json_free(struct json *json) {
    free(json->values);
    free(json->text);
    *json = (struct json){0};
}

/* ------------------------------------------------------------------------------ members */

const struct json_value *json_member(const struct json *json, const struct json_value *object,
                                     const char *key) {
    size_t at = (size_t)(object - json->values) + 1;
    for (; object->type == JSON_OBJECT && at < object->after; at = json->values[at].after)
        if (*json->values[at].key == *key && strcmp(json->values[at].key, key) == 0)
            return &json->values[at];
    return NULL;
}

const char *json_text(const struct json *json, const struct json_value *object, const char *key) {
    const struct json_value *v = json_member(json, object, key);
    return v && v->type == JSON_TEXT && strlen(v->text) == v->size ? v->text : NULL;
}

/* The digits of a whole number, and its sign. */
static int whole(const struct json *json, const struct json_value *object, const char *key,
                 bool *ret_negative, uint64_t *ret) {
    const struct json_value *v = json_member(json, object, key);
    if (!v || (v->type != JSON_NUMBER && v->type != JSON_TEXT))
        return -EBADMSG;
    const char *c = v->text;
    *ret_negative = *c == '-';
    c += *ret_negative;
    size_t n = digits(c);
    if (n == 0 || n > 20 || c + n != v->text + v->size)
        return -EBADMSG;
    errno = 0;
    *ret = strtoull(c, NULL, 10);
    return errno == ERANGE ? -EBADMSG : 0;
}

int json_unsigned(const struct json *json, const struct json_value *object, const char *key,
                  uint64_t most, uint64_t *ret) {
    bool negative;
    uint64_t number;
    int r = whole(json, object, key, &negative, &number);
    if (r < 0 || negative || number > most)
        return -EBADMSG;
    *ret = number;
    return 0;
}

int json_signed(const struct json *json, const struct json_value *object, const char *key,
                int64_t *ret) {
    bool negative;
    uint64_t number;
    int r = whole(json, object, key, &negative, &number);
    if (r < 0 || number > (uint64_t)INT64_MAX + negative)
        return -EBADMSG;
    *ret = negative ? (int64_t)(0 - number) : (int64_t)number;
    return 0;
}

int json_name(const struct json *json, const struct json_value *object, const char *key,
              char **ret_name) {
    AUTO_STR coded = STR_INIT, s = STR_INIT;
    const struct json_value *v = json_member(json, object, key);
    str_append_text(&coded, key);
    str_append_text(&coded, "_b64");
    if (coded.failed)
        return -ENOMEM;
    int r = 0;
    if (v && v->type == JSON_TEXT) {
        str_append(&s, v->text, v->size);
    } else if (v) {
        return -EBADMSG;
    } else {
        v = json_member(json, object, coded.data);
        r = !v                     ? -ENOENT
            : v->type != JSON_TEXT ? -EBADMSG
                                   : json_decode_base64(v->text, v->size, &s);
    }
    if (r >= 0 && s.data && strlen(s.data) != s.size)
        return -EBADMSG;
    return r < 0 ? r : str_take(&s, ret_name);
}

/* ------------------------------------------------------------------------------ writing */

void json_append(struct str *s, const char *text, size_t size) {
    static const char names[] = "\"\\bfnrt", values[] = "\"\\\b\f\n\r\t";
    str_append_char(s, '"');
    for (size_t i = 0, plain = 0; i <= size; i++) {
        unsigned char c = i < size ? (unsigned char)text[i] : '"';
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        str_append(s, text + plain, i - plain);
        plain = i + 1;
        const char *known = c ? strchr(values, c) : NULL;
        if (i < size && known)
            str_append(s, (char[]){'\\', names[known - values]}, 2);
        else if (i < size)
            str_printf(s, "\\u%04x", c);
    }
    str_append_char(s, '"');
}

void json_append_name(struct str *s, const char *key, const char *text) {
    size_t size = strlen(text);
    bool plain = utf8_is_valid(text, size);
    str_append(s, ",\"", 2);
    str_append_text(s, key);
    str_append_text(s, plain ? "\":" : "_b64\":\"");
    if (plain) {
        json_append(s, text, size);
        return;
    }
    json_append_base64(s, text, size);
    str_append_char(s, '"');
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void json_append_base64(struct str *s, const void *data, size_t size) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i += 3) {
        size_t n = size - i < 3 ? size - i : 3;
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= n > 2 ? bytes[i + 2] : 0;
        char four[4] = {base64[three >> 18], base64[three >> 12 & 63],
                        n > 1 ? base64[three >> 6 & 63] : '=', n > 2 ? base64[three & 63] : '='};
        str_append(s, four, sizeof four);
    }
}

int json_decode_base64(const char *text, size_t size, struct str *s) {
    if (size % 4)
        return -EBADMSG;
    for (size_t i = 0; i < size; i += 4) {
        size_t n = i + 4 < size || text[i + 3] != '=' ? 4 : text[i + 2] != '=' ? 3 : 2;
        uint32_t bits = 0;
        for (size_t k = 0; k < 4; k++) {
            const char *digit = k < n && text[i + k] ? strchr(base64, text[i + k]) : base64;
            if (!digit)
                return -EBADMSG;
            bits = bits << 6 | (uint32_t)(digit - base64);
        }
        if (n < 4 && bits & (n == 3 ? 0xff : 0xffff)) /* two texts for the same bytes */
            return -EBADMSG;
        str_append(s, (char[]){(char)(bits >> 16), (char)(bits >> 8), (char)bits}, n - 1);
    }
    return 0;
}
