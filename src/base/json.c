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
    struct json_scan scan;
    size_t *open; /* the lists and objects around, from the outermost in */
    size_t depth, room;
};

static int add_value(struct reader *r, const struct json_token *token) {
    struct json *json = r->json;
    const struct json_value *around = r->depth ? &json->values[r->open[r->depth - 1]] : NULL;
    if (token->key &&
        (strlen(token->key) != token->key_size || json_member(json, around, token->key)))
        return -EBADMSG;
    if (ARRAY_ROOM(json->values, json->room, json->count + 1, 32) < 0 ||
        ARRAY_ROOM(r->open, r->room, r->depth + 1, 16) < 0)
        return -ENOMEM;
    if (r->depth)
        json->values[r->open[r->depth - 1]].count++;
    if (!token->text)
        r->open[r->depth++] = json->count;
    struct json_value *v = &json->values[json->count++];
    *v = (struct json_value){.type = token->type, .key = token->key, .after = json->count};
    v->text = token->text;
    v->size = token->size;
    return 0;
}

/* What comes next in the innermost list or object: its end, or a member. */
static int read_next(struct reader *r) {
    struct json_value *around = r->depth ? &r->json->values[r->open[r->depth - 1]] : NULL;
    struct json_token token;
    int result = json_scan_next(&r->scan, around ? around->type : JSON_NULL, &token);
    if (around)
        around->after = r->json->count; /* for the search for the same key, too */
    if (result < 0)
        return result;
    r->depth -= token.ends;
    return token.ends ? 0 : add_value(r, &token);
}

int json_read(const char *text, size_t size, struct json *ret) {
    *ret = (struct json){0};
    return json_read_next(text, size, ret);
}

int json_read_next(const char *text, size_t size, struct json *json) {
    json->count = 0;
    if (ARRAY_ROOM(json->text, json->text_room, size + 1, size + 1) < 0)
        return -ENOMEM;
    struct reader r = {.json = json, .scan = {.at = text, .end = text + size, .to = json->text}};
    int result = read_next(&r);
    while (result >= 0 && r.depth)
        result = read_next(&r);
    if (result >= 0)
        result = json_scan_end(&r.scan);
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
    size_t n = strspn(c, "0123456789");
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
