/* SPDX-License-Identifier: MIT */
/** JSON read into a document. */
#include "base/json_scan.h"
#include "base/seam.h"
#include "data/reader.h"
#include <stdlib.h>

/* A number of any size that is written without a point is an integer where it fits into one. */
static int set_number(struct data_value *v, bool whole) {
    errno = 0;
    v->integer = whole ? strtoll(v->text, NULL, 10) : 0;
    if (whole && errno == 0)
        return 0;
    v->type = DATA_FLOAT;
    return reader_float(v->text, &v->number);
}

static int add_value(struct reader *r, struct json_scan *s, const struct json_token *token) {
    static const enum data_type types[] = {DATA_NULL, DATA_BOOL, DATA_INTEGER,
                                           DATA_TEXT, DATA_LIST, DATA_TABLE};
    const struct key key = {token->key, (uint32_t)token->key_size,
                            token->key ? (uint32_t)(token->key_at - r->start) : 0};
    uint32_t index, inside = r->depth ? reader_inside(r) : 0;
    if (key.text && reader_find(r, inside, &key))
        return json_scan_fail(s, token->key_at, "this key is there already");
    r->at = token->at;
    int result = reader_add(r, inside, key.text ? &key : NULL, types[token->type], &index);
    if (result < 0)
        return result;
    struct data_value *v = &r->data->values[index];
    if (!token->text)
        return reader_open(r, index);
    v->text = token->text;
    v->size = (uint32_t)token->size;
    v->end = (uint32_t)(s->at - r->start);
    v->yes = token->type == JSON_BOOL && *token->text == 't';
    return token->type == JSON_NUMBER ? set_number(v, token->whole) : 0;
}

/* What comes next in the innermost list or object: its end, or a member. */
static int read_next(struct reader *r, struct json_scan *s) {
    struct data_value *around = r->depth ? &r->data->values[reader_inside(r)] : NULL;
    struct json_token token;
    int result = json_scan_next(s,
                                !around                      ? JSON_NULL
                                : around->type == DATA_TABLE ? JSON_OBJECT
                                                             : JSON_LIST,
                                &token);
    if (result < 0)
        return result;
    if (!token.ends || !around)
        return add_value(r, s, &token);
    around->end = (uint32_t)(s->at - r->start);
    r->depth--;
    return 0;
}

int data_read_json(const char *text, size_t size, struct data *ret,
                   struct data_problem *reterr_problem) {
    struct reader r;
    int result = reader_begin(&r, text, size, ret, reterr_problem);
    struct json_scan s = {.at = text, .end = text + size, .to = r.to};
    if (result >= 0)
        result = read_next(&r, &s);
    while (result >= 0 && r.depth)
        result = read_next(&r, &s);
    if (result >= 0)
        result = json_scan_end(&s);
    if (s.words)
        reader_fail(&r, s.wrong, s.words);
    reader_end(&r);
    return result;
}
