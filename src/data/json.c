/* SPDX-License-Identifier: MIT */
/** JSON (RFC 8259) read into a document. */
#include "base/seam.h"
#include "base/utf8.h"
#include "data/reader.h"
#include <string.h>

static void skip_space(struct reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

static bool take(struct reader *r, char c) {
    skip_space(r);
    if (r->at >= r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* The escape behind a backslash. Half of a pair of surrogates is no character. */
static int read_escape(struct reader *r) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *start = r->at - 1;
    char c = r->at < r->end ? *r->at++ : '\0';
    const char *known = c ? strchr(names, c) : NULL;
    if (known) {
        *r->to++ = values[known - names];
        return 0;
    }
    int64_t code = c == 'u' ? reader_hex(r, 4) : -1;
    if (code >= 0xd800 && code < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' &&
        r->at[1] == 'u') {
        r->at += 2;
        int64_t low = reader_hex(r, 4);
        code =
            low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : -1;
    }
    if (code < 0 || (code >= 0xd800 && code < 0xe000))
        return reader_fail(r, start, "this is no escape of JSON");
    r->to = utf8_write(r->to, (uint32_t)code);
    return 0;
}

/* Takes over what stands as it is, up to a mark, an escape or a control character. */
static void copy_run(struct reader *r) {
    const char *c = r->at;
    while (c < r->end && *c != '"' && *c != '\\' && (unsigned char)*c >= 0x20)
        c++;
    r->to = mempcpy(r->to, r->at, (size_t)(c - r->at));
    r->at = c;
}

/* A text behind its first quotation mark. */
static int read_text(struct reader *r, const char **ret_text, uint32_t *ret_size) {
    const char *start = r->at - 1;
    char *text = r->to;
    for (copy_run(r); r->at < r->end && *r->at != '"'; copy_run(r)) {
        if (*r->at != '\\')
            return reader_fail(r, r->at, "a control character in a text");
        r->at++;
        int result = read_escape(r);
        if (result < 0)
            return result;
    }
    if (r->at >= r->end)
        return reader_fail(r, start, "this text has no end");
    r->at++;
    reader_text(r, text, ret_text, ret_size);
    return 0;
}

static const char *digits(const char *at, const char *end) {
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* Where the number at r->at ends, or NULL. */
static const char *number_end(const struct reader *r, bool *ret_float) {
    const char *c = r->at + (r->at < r->end && *r->at == '-'), *after = digits(c, r->end);
    *ret_float = false;
    if (after == c || (*c == '0' && after > c + 1))
        return NULL;
    if (after < r->end && *after == '.') {
        *ret_float = true;
        c = after + 1;
        if ((after = digits(c, r->end)) == c)
            return NULL;
    }
    if (after < r->end && (*after == 'e' || *after == 'E')) {
        *ret_float = true;
        c = after + 1;
        c += c < r->end && (*c == '+' || *c == '-');
        if ((after = digits(c, r->end)) == c)
            return NULL;
    }
    return after;
}

/* A number of any size that is written without a point is an integer where it fits into one. */
static int read_number(struct reader *r, struct data_value *v, const char *end, bool is_float) {
    reader_copy(r, r->at, (size_t)(end - r->at), &v->text, &v->size);
    r->at = end;
    errno = 0;
    v->integer = is_float ? 0 : strtoll(v->text, NULL, 10);
    if (!is_float && errno == 0)
        return 0;
    v->type = DATA_FLOAT;
    return reader_float(v->text, &v->number);
}

static bool take_word(struct reader *r, const char *word) {
    size_t size = strlen(word);
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
        return false;
    r->at += size;
    return true;
}

/* A number, true, false or null. */
static int read_plain(struct reader *r, struct data_value *v) {
    const char *start = r->at, *end;
    bool is_float;
    v->type = DATA_BOOL;
    if (take_word(r, "true")) {
        v->yes = true;
    } else if (take_word(r, "null")) {
        v->type = DATA_NULL;
    } else if (!take_word(r, "false")) {
        v->type = DATA_INTEGER;
        return (end = number_end(r, &is_float)) ? read_number(r, v, end, is_float)
                                                : reader_fail(r, r->at, "expected a value");
    }
    reader_copy(r, start, (size_t)(r->at - start), &v->text, &v->size);
    return 0;
}

/* One value, or as much of a list or object as its opening bracket. */
static int read_value(struct reader *r, uint32_t parent, const struct key *key) {
    uint32_t index;
    skip_space(r);
    char c = r->at < r->end ? *r->at : '\0';
    enum data_type type = c == '{' ? DATA_TABLE : c == '[' ? DATA_LIST : DATA_TEXT;
    int result = reader_add(r, parent, key, type, &index);
    if (result < 0)
        return result;
    struct data_value *v = &r->data->values[index];
    if (type != DATA_TEXT) {
        r->at++;
        return reader_open(r, index);
    }
    if (c != '"') {
        result = read_plain(r, v);
    } else {
        r->at++;
        result = read_text(r, &v->text, &v->size);
    }
    v->end = (uint32_t)(r->at - r->start);
    return result;
}

static int read_key(struct reader *r, struct key *key) {
    if (!take(r, '"'))
        return reader_fail(r, r->at, "expected a key in quotation marks");
    const char *start = r->at - 1;
    key->at = (uint32_t)(start - r->start);
    int result = read_text(r, &key->text, &key->size);
    if (result < 0)
        return result;
    if (reader_find(r, reader_inside(r), key))
        return reader_fail(r, start, "this key is there already");
    return take(r, ':') ? 0 : reader_fail(r, r->at, "expected ':' after a key");
}

/* What comes next in the innermost list or object: its end, or a member. */
static int read_next(struct reader *r, bool *first) {
    uint32_t inside = reader_inside(r);
    bool object = r->data->values[inside].type == DATA_TABLE;
    struct key key;
    if (take(r, object ? '}' : ']')) {
        r->data->values[inside].end = (uint32_t)(r->at - r->start);
        r->depth--;
        *first = false;
        return 0;
    }
    if (!*first && !take(r, ','))
        return reader_fail(r, r->at, object ? "expected ',' or '}'" : "expected ',' or ']'");
    int result = object ? read_key(r, &key) : 0;
    size_t depth = r->depth;
    if (result >= 0)
        result = read_value(r, inside, object ? &key : NULL);
    *first = r->depth > depth;
    return result;
}

int data_read_json(const char *text, size_t size, struct data *ret,
                   struct data_problem *reterr_problem) {
    struct reader r;
    int result = reader_begin(&r, text, size, ret, reterr_problem);
    if (result >= 0)
        result = read_value(&r, 0, NULL);
    for (bool first = true; result >= 0 && r.depth;)
        result = read_next(&r, &first);
    skip_space(&r);
    if (result >= 0 && r.at < r.end)
        result = reader_fail(&r, r.at, "expected the end");
    reader_end(&r);
    return result;
}
