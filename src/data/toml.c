/* SPDX-License-Identifier: MIT */
/** TOML 1.0 read into a document. */
#include "data/toml.h"

#include "base/seam.h"
#include <string.h>

/* Who may add to a table. */
enum {
    CLOSED = 1,   /* nobody: it is written in place */
    DECLARED = 2, /* it has had its header, or is one of [[these]] */
    DOTTED = 4,   /* lines of one section, by keys with points */
};

struct toml {
    struct reader r;
    uint32_t table;   /* what the lines belong to */
    uint32_t section; /* counts headers */
};

static struct data_value *value_at(struct toml *t, uint32_t index) {
    return &t->r.data->values[index];
}

/* ------------------------------------------------------------------------------ space */

static void skip_space(struct reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
}

static int skip_comment(struct reader *r) {
    if (r->at >= r->end || *r->at != '#')
        return 0;
    while (r->at < r->end && toml_may_stand(*r->at))
        r->at++;
    return r->at < r->end && !toml_line_end(r, r->at)
               ? reader_fail(r, r->at, "a control character in a comment")
               : 0;
}

/* Space, comments and ends of lines, as between the members of a list. */
static int skip_all(struct reader *r) {
    for (;;) {
        skip_space(r);
        int result = skip_comment(r);
        size_t feed = toml_line_end(r, r->at);
        if (result < 0 || !feed)
            return result;
        r->at += feed;
    }
}

static bool take(struct reader *r, char c) {
    if (r->at >= r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* ------------------------------------------------------------------------------ keys */

static bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* One part of a key. */
static int read_part(struct reader *r, struct key *key) {
    const char *start = r->at;
    key->at = (uint32_t)(start - r->start);
    if (r->at < r->end && (*r->at == '"' || *r->at == '\''))
        return toml_key_text(r, &key->text, &key->size);
    while (r->at < r->end && is_bare(*r->at))
        r->at++;
    if (r->at == start)
        return reader_fail(r, r->at, "expected a key");
    reader_copy(r, start, (size_t)(r->at - start), &key->text, &key->size);
    return 0;
}

/* Whether a point follows, and with it another part. */
static bool take_point(struct reader *r) {
    skip_space(r);
    if (!take(r, '.'))
        return false;
    skip_space(r);
    return true;
}

static int fail_key(struct toml *t, const struct key *key, const char *words) {
    return reader_fail(&t->r, t->r.start + key->at, words);
}

/* The table that a part of a header's key before the last one leads to. */
static int descend(struct toml *t, uint32_t *table, const struct key *key) {
    uint32_t index = reader_find(&t->r, *table, key);
    if (!index)
        return reader_add(&t->r, *table, key, DATA_TABLE, table);
    if (value_at(t, index)->flags & CLOSED)
        return fail_key(t, key, "this is complete already, where it was written in place");
    if (value_at(t, index)->type == DATA_LIST)
        index = value_at(t, index)->in.last;
    if (value_at(t, index)->type != DATA_TABLE)
        return fail_key(t, key, "this has a value already, and is no table");
    *table = index;
    return 0;
}

/* The same of the key of a value: such a table is of this section. */
static int descend_dotted(struct toml *t, uint32_t *table, const struct key *key) {
    uint32_t index = reader_find(&t->r, *table, key);
    if (!index) {
        int result = reader_add(&t->r, *table, key, DATA_TABLE, table);
        if (result >= 0) {
            value_at(t, *table)->flags = DOTTED;
            value_at(t, *table)->section = t->section;
        }
        return result;
    }
    struct data_value *v = value_at(t, index);
    if (v->type != DATA_TABLE)
        return fail_key(t, key, "this has a value already, and is no table");
    if (v->flags & CLOSED)
        return fail_key(t, key, "this is complete already, where it was written in place");
    if ((v->flags & DECLARED) || ((v->flags & DOTTED) && v->section != t->section))
        return fail_key(t, key, "this table was made elsewhere already");
    v->flags |= DOTTED;
    v->section = t->section;
    *table = index;
    return 0;
}

/* ------------------------------------------------------------------------------ values */

/* A value, or as much of a list or table in place as its opening bracket. */
static int read_value(struct toml *t, uint32_t parent, const struct key *key) {
    struct reader *r = &t->r;
    char c = r->at < r->end ? *r->at : '\0';
    enum data_type type = c == '[' ? DATA_LIST : c == '{' ? DATA_TABLE : DATA_TEXT;
    uint32_t index;
    int result = reader_add(r, parent, key, type, &index);
    if (result < 0)
        return result;
    if (type != DATA_TEXT) {
        r->at++;
        return reader_open(r, index);
    }
    struct data_value *v = value_at(t, index);
    result = toml_plain(r, v);
    v->end = (uint32_t)(r->at - r->start);
    return result;
}

/* KEY = VALUE, in `table`. */
static int read_pair(struct toml *t, uint32_t table) {
    struct reader *r = &t->r;
    struct key key;
    int result = read_part(r, &key);
    while (result >= 0 && take_point(r)) {
        result = descend_dotted(t, &table, &key);
        if (result >= 0)
            result = read_part(r, &key);
    }
    if (result < 0)
        return result;
    if (!take(r, '='))
        return reader_fail(r, r->at, "expected '=' after a key");
    skip_space(r);
    if (reader_find(r, table, &key))
        return fail_key(t, &key, "this key is there already");
    return read_value(t, table, &key);
}

static void close_value(struct toml *t) {
    struct data_value *v = value_at(t, reader_inside(&t->r));
    v->flags |= CLOSED;
    v->end = (uint32_t)(t->r.at - t->r.start);
    t->r.depth--;
}

/* What comes next in the innermost list. */
static int next_of_list(struct toml *t, bool *first) {
    struct reader *r = &t->r;
    bool begins = *first;
    int result = skip_all(r);
    if (result >= 0 && !begins && take(r, ',')) {
        begins = true;
        result = skip_all(r);
    }
    if (result < 0)
        return result;
    if (take(r, ']')) {
        close_value(t);
        *first = false;
        return 0;
    }
    if (!begins)
        return reader_fail(r, r->at, "expected ',' or ']' in a list");
    size_t depth = r->depth;
    result = read_value(t, reader_inside(r), NULL);
    *first = r->depth > depth;
    return result;
}

/* The same in a table in place, which has no comma at its end. */
static int next_of_table(struct toml *t, bool *first) {
    struct reader *r = &t->r;
    skip_space(r);
    if (take(r, '}')) {
        close_value(t);
        *first = false;
        return 0;
    }
    if (!*first && !take(r, ','))
        return reader_fail(r, r->at, "expected ',' or '}' in a table that is written in place");
    skip_space(r);
    size_t depth = r->depth;
    int result = read_pair(t, reader_inside(r));
    *first = r->depth > depth;
    return result;
}

static int read_open(struct toml *t) {
    int result = 0;
    for (bool first = true; result >= 0 && t->r.depth;)
        result = value_at(t, reader_inside(&t->r))->type == DATA_LIST ? next_of_list(t, &first)
                                                                      : next_of_table(t, &first);
    return result;
}

/* ------------------------------------------------------------------------------ headers */

/* [key] */
static int declare_table(struct toml *t, uint32_t parent, const struct key *key) {
    uint32_t index = reader_find(&t->r, parent, key);
    int result = index ? 0 : reader_add(&t->r, parent, key, DATA_TABLE, &index);
    if (result < 0)
        return result;
    struct data_value *v = value_at(t, index);
    if (v->flags)
        return fail_key(t, key, "this table is there already");
    if (v->type != DATA_TABLE)
        return fail_key(t, key, "this has a value already, and is no table");
    v->flags = DECLARED;
    v->at = key->at;
    t->table = index;
    return 0;
}

/* [[key]] */
static int declare_item(struct toml *t, uint32_t parent, const struct key *key) {
    uint32_t index = reader_find(&t->r, parent, key);
    int result = 0;
    if (!index) {
        result = reader_add(&t->r, parent, key, DATA_LIST, &index);
        if (result >= 0)
            value_at(t, index)->flags = DECLARED;
    } else if (value_at(t, index)->flags & CLOSED) {
        return fail_key(t, key, "this is complete already, where it was written in place");
    } else if (value_at(t, index)->type != DATA_LIST) {
        return fail_key(t, key, "this has a value already, and is no list");
    }
    if (result >= 0)
        result = reader_add(&t->r, index, NULL, DATA_TABLE, &t->table);
    if (result >= 0)
        value_at(t, t->table)->at = key->at;
    return result;
}

static int read_header(struct toml *t) {
    struct reader *r = &t->r;
    struct key key;
    uint32_t parent = 0;
    r->at++;
    bool item = take(r, '[');
    t->section++;
    skip_space(r);
    int result = read_part(r, &key);
    while (result >= 0 && take_point(r)) {
        result = descend(t, &parent, &key);
        if (result >= 0)
            result = read_part(r, &key);
    }
    if (result < 0)
        return result;
    if (!take(r, ']') || (item && !take(r, ']')))
        return reader_fail(r, r->at,
                           item ? "expected ']]' after a table's name"
                                : "expected ']' after a table's name");
    return item ? declare_item(t, parent, &key) : declare_table(t, parent, &key);
}

/* ------------------------------------------------------------------------------ lines */

static int read_line(struct toml *t) {
    struct reader *r = &t->r;
    int result = 0;
    skip_space(r);
    if (r->at < r->end && *r->at == '[') {
        result = read_header(t);
    } else if (r->at < r->end && *r->at != '#' && !toml_line_end(r, r->at)) {
        result = read_pair(t, t->table);
        if (result >= 0)
            result = read_open(t);
    }
    skip_space(r);
    if (result >= 0)
        result = skip_comment(r);
    if (result < 0)
        return result;
    if (r->at < r->end && !toml_line_end(r, r->at))
        return reader_fail(r, r->at, "expected the end of the line");
    r->at += toml_line_end(r, r->at);
    return 0;
}

int data_read_toml(const char *text, size_t size, struct data *ret,
                   struct data_problem *reterr_problem) {
    struct toml t = {0};
    int result = reader_begin(&t.r, text, size, ret, reterr_problem);
    if (result >= 0)
        result = reader_add(&t.r, 0, NULL, DATA_TABLE, &t.table);
    while (result >= 0 && t.r.at < t.r.end)
        result = read_line(&t);
    reader_end(&t.r);
    return result;
}
