/* SPDX-License-Identifier: MIT */
/** TOML and JSON, edited where a value stands. */
#include "base/json.h"
#include "base/seam.h"
#include "config/format.h"
#include "data/document.h"

#include <ctype.h>
#include <errno.h>

static int read_document(bool toml, const char *text, size_t size, struct data *data) {
    struct data_problem problem;
    int r = (toml ? data_read_toml : data_read_json)(text, size, data, &problem);
    return r == 0 && data->values->type != DATA_TABLE ? -EBADMSG : r;
}

/* ------------------------------------------------------------------------------ keys */

size_t key_index(const char *key, size_t *ret) {
    size_t digits = *key == '[' ? strspn(key + 1, "0123456789") : 0;
    const char *behind = key + 1 + digits + 1;
    if (!digits || digits > 9 || key[1 + digits] != ']' || (*behind && !strchr(".[", *behind)) ||
        (*behind == '.' && !behind[1]))
        return 0;
    if (ret)
        *ret = strtoul(key + 1, NULL, 10);
    return (size_t)(behind - key) + (*behind == '.');
}

size_t key_part(const char *key, struct str *part) {
    const char *at = key;
    bool quoted = *at == '"';
    if (part) {
        str_truncate(part, 0);
        str_append(part, "", 0);
    }
    for (at += quoted; *at && *at != (quoted ? '"' : '.'); at++) {
        if (!quoted && at > key && key_index(at, NULL))
            break;
        at += quoted && *at == '\\' && at[1];
        if (part)
            str_append_char(part, *at);
    }
    if (at == key || (quoted && *at++ != '"'))
        return 0;
    if (*at == '.' && at[1])
        return (size_t)(at + 1 - key);
    return *at && !key_index(at, NULL) ? 0 : (size_t)(at - key);
}

void append_part(struct str *s, const char *part, size_t size) {
    bool plain = size > 0;
    for (size_t i = 0; i < size; i++)
        plain = plain && (isalnum((unsigned char)part[i]) || part[i] == '-' || part[i] == '_' ||
                          (unsigned char)part[i] >= 0x80);
    if (plain) {
        str_append(s, part, size);
        return;
    }
    str_append_char(s, '"');
    for (size_t i = 0; i < size; i++) {
        if (part[i] == '"' || part[i] == '\\')
            str_append_char(s, '\\');
        str_append_char(s, part[i]);
    }
    str_append_char(s, '"');
}

/* The path of a value, from the outermost table in. */
static int append_key(const struct data *data, const struct data_value *v, struct str *s) {
    AUTO_STR parts = STR_INIT; /* uint32_t: the values around */
    for (; v != data->values; v = &data->values[v->parent]) {
        uint32_t index = (uint32_t)(v - data->values);
        str_append(&parts, (const char *)&index, sizeof index);
    }
    const uint32_t *list = (const uint32_t *)(const void *)parts.data;
    for (size_t i = parts.size / sizeof *list; i-- > 0;) {
        const struct data_value *part = &data->values[list[i]];
        if (s->size)
            str_append_char(s, '.');
        append_part(s, part->key, part->key_size);
    }
    return parts.failed || s->failed ? -ENOMEM : 0;
}

/* Whether a value, and all around it, is a member of a table: in lists nothing has a key. */
static bool has_path(const struct data *data, const struct data_value *v) {
    for (; v != data->values; v = &data->values[v->parent])
        if (!v->key)
            return false;
    return true;
}

/* A text as it is, anything else as it is written. */
static void append_value(const char *text, const struct data_value *v, struct str *s) {
    if (v->type == DATA_TEXT)
        str_append(s, v->text, v->size);
    else
        str_append(s, text + v->at, v->end - v->at);
}

int documents_each(const char *format, const char *text, size_t size, each_entry *each,
                   void *data) {
    bool toml = strcmp(format, "toml") == 0;
    AUTO_DATA document;
    int r = read_document(toml, text, size, &document);
    for (size_t i = 1; r == 0 && i < document.count; i++) {
        const struct data_value *v = &document.values[i];
        AUTO_STR key = STR_INIT, value = STR_INIT;
        size_t line, column;
        if (!has_path(&document, v) || (v->type == DATA_TABLE && !v->in.count && toml) ||
            v->type == DATA_TABLE || (v->type == DATA_LIST && !v->end))
            continue;
        r = append_key(&document, v, &key);
        append_value(text, v, &value);
        str_append(&value, "", 0);
        if (value.failed)
            r = -ENOMEM;
        if (r < 0 || strlen(value.data) != value.size)
            continue; /* with a NUL in it there is no such text */
        data_position(text, size, v->key_at, &line, &column);
        r = each(&(struct os_config_entry){key.data, value.data, line}, data);
    }
    return r;
}

/* ------------------------------------------------------------------------------ editing */

/* The item of a list, or NULL. */
static const struct data_value *find_item(const struct data *data, const struct data_value *list,
                                          size_t index) {
    const struct data_value *v = list->type == DATA_LIST ? data_first(data, list) : NULL;
    while (v && index--)
        v = data_next(data, v);
    return v;
}

/* How far a key leads: the innermost value that is there, and the rest of the key. */
static int find(const struct data *data, const char *key, const struct data_value **ret,
                const char **ret_rest) {
    AUTO_STR part = STR_INIT;
    *ret = data->values;
    *ret_rest = key;
    if (!*key)
        return -EINVAL;
    while (*key) {
        size_t index, item = *ret == data->values ? 0 : key_index(key, &index);
        size_t size = item ? item : key_part(key, &part);
        if (!size || part.failed)
            return part.failed ? -ENOMEM : -EINVAL;
        key += size;
        const struct data_value *next = *ret_rest + size != key ? NULL
                                        : item                  ? find_item(data, *ret, index)
                                        : (*ret)->type == DATA_TABLE
                                            ? data_find(data, *ret, part.data, part.size)
                                            : NULL;
        if (next) {
            *ret = next;
            *ret_rest = key;
        }
    }
    return 0;
}

int documents_get(const char *format, const char *text, size_t size, const char *key, char **ret) {
    AUTO_DATA data;
    AUTO_STR value = STR_INIT;
    const struct data_value *v;
    const char *rest;
    int r = read_document(strcmp(format, "toml") == 0, text, size, &data);
    if (r >= 0)
        r = find(&data, key, &v, &rest);
    if (r < 0)
        return r;
    if (*rest || v->type == DATA_TABLE || (v->type == DATA_LIST && !v->end))
        return -ENOENT;
    append_value(text, v, &value);
    str_append(&value, "", 0);
    if (!value.failed && strlen(value.data) != value.size)
        return -ENOENT;
    return str_take(&value, ret);
}

/* Whether a text is a number, truth value or list as the format has it, and nothing more. */
static int is_plain(bool toml, const char *value) {
    AUTO_STR line = STR_INIT;
    AUTO_DATA data = {0};
    struct data_problem problem;
    str_printf(&line, toml ? "a=%s" : "%s", value);
    if (line.failed)
        return -ENOMEM;
    int r = (toml ? data_read_toml : data_read_json)(line.data, line.size, &data, &problem);
    const struct data_value *v = r == 0 && data.count > toml ? &data.values[toml] : NULL;
    return r == -ENOMEM ? r
                        : v && !v->next && v->end == line.size && v->type != DATA_TEXT &&
                              v->type != DATA_NULL && v->type != DATA_TABLE;
}

/* A value as it is written: a number as such, unless a text was there. */
static void write_value(bool toml, const char *value, const struct data_value *old, struct str *s) {
    int plain = old && old->type == DATA_TEXT ? 0 : is_plain(toml, value);
    if (plain > 0)
        str_append_text(s, value);
    else
        json_append(s, value, strlen(value));
    s->failed = s->failed || plain < 0;
}

static size_t line_begin(const char *text, size_t at) {
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

/* A new member of an object, behind its last one and written as that is. */
static void add_to_object(const struct data *data, const char *text, size_t size,
                          const struct data_value *object, const char *member, size_t member_size,
                          struct str *ret) {
    const struct data_value *last = object->in.last ? &data->values[object->in.last] : NULL;
    AUTO_STR more = STR_INIT;
    size_t at = object->end - 1; /* behind what comes before the closing brace */
    while (strchr(" \t\r\n", text[at - 1]))
        at--;
    if (last) {
        size_t from = line_begin(text, last->key_at);
        bool alone = strspn(text + from, " \t") == last->key_at - from;
        str_append_text(&more, alone ? "," : ", ");
        if (alone)
            str_append(&more, from >= 2 && text[from - 2] == '\r' ? "\r\n" : "\n",
                       from >= 2 && text[from - 2] == '\r' ? 2 : 1);
        if (alone)
            str_append(&more, text + from, last->key_at - from);
    }
    str_append(&more, member, member_size);
    ret->failed = ret->failed || more.failed;
    put_spliced(ret, text, size, (struct span){at, at}, more.data ? more.data : "", more.size);
}

/* "a": {"b": value}, or in TOML a = {b = value}: the rest of a key that isn't there. */
static int write_member(bool toml, const char *rest, const char *value, bool dotted,
                        struct str *s) {
    AUTO_STR part = STR_INIT;
    size_t closing = 0;
    while (*rest) {
        size_t size = key_part(rest, &part);
        if (!size || part.failed)
            return part.failed ? -ENOMEM : -EINVAL;
        rest += size;
        if (toml)
            append_part(s, part.data, part.size);
        else
            json_append(s, part.data, part.size);
        if (*rest && toml && dotted) {
            str_append_char(s, '.');
        } else if (*rest) {
            str_append_text(s, toml ? " = {" : ": {");
            closing++;
        } else {
            str_append_text(s, toml ? " = " : ": ");
        }
    }
    write_value(toml, value, NULL, s);
    while (closing--)
        str_append_char(s, '}');
    return s->failed ? -ENOMEM : 0;
}

/* Where a line of a table of TOML is put: behind the last of its own, else below its header; the lines
 * of the document itself come before the first header. */
static size_t place_in_table(const struct data *data, const char *text, size_t size,
                             const struct data_value *table) {
    size_t end = 0;
    const struct data_value *v = data_first(data, table);
    for (; v; v = data_next(data, v))
        if (v->end > end && v->type != DATA_TABLE)
            end = v->end;
        else if (v->end > end && v->key)
            end = v->end; /* a table in place */
    if (end)
        return whole_line(text, size, end);
    if (table != data->values)
        return whole_line(text, size, table->at);
    for (size_t at = 0; at < size; at = whole_line(text, size, at)) {
        size_t first = at + strspn(text + at, " \t");
        if (first < size && text[first] == '[')
            return at;
    }
    return size;
}

/* Whether a table has a header of its own, or is the document. */
static bool has_lines(const struct data *data, const char *text, const struct data_value *v) {
    if (v == data->values)
        return true;
    size_t begin = line_begin(text, v->at);
    return !v->end && text[begin + strspn(text + begin, " \t")] == '[';
}

/* The table in place that a table is a part of, or itself; and the key from there on. */
static const struct data_value *in_place(const struct data *data, const struct data_value *table,
                                         const char *key, const char **ret_rest) {
    const struct data_value *found = NULL;
    size_t depth = 0;
    for (const struct data_value *v = table; v != data->values; v = &data->values[v->parent]) {
        found = found ? found : v->end ? v : NULL;
        depth += found != NULL;
    }
    for (; found && depth; depth--)
        key += key_part(key, NULL);
    *ret_rest = key;
    return found;
}

/* The last member of a table that was made by lines a.b = value, or NULL. */
static const struct data_value *dotted_member(const struct data *data, const char *text,
                                              const struct data_value *table) {
    const struct data_value *found = NULL, *v = data_first(data, table);
    for (; v; v = data_next(data, v)) {
        size_t begin = line_begin(text, v->key_at);
        if (v->end && text[begin + strspn(text + begin, " \t")] != '[')
            found = v;
    }
    return has_lines(data, text, table) ? NULL : found;
}

static int add_to_toml(const struct data *data, const char *text, size_t size,
                       const struct data_value *table, const struct edit *edit, const char *rest,
                       struct str *ret) {
    AUTO_STR line = STR_INIT, spaced = STR_INIT, head = STR_INIT;
    size_t first = key_part(rest, NULL);
    const char *inside;
    const struct data_value *whole = in_place(data, table, edit->key, &inside);
    if (whole) {
        int r = write_member(true, inside, edit->value, true, &line);
        if (r >= 0)
            add_to_object(data, text, size, whole, line.data, line.size, ret);
        return r;
    }
    if (has_lines(data, text, table) && !rest[first]) {
        int r = write_member(true, rest, edit->value, true, &line);
        if (r >= 0)
            put_line(ret, text, size, place_in_table(data, text, size, table), line.data,
                     line.size);
        return r;
    }
    const struct data_value *like = rest[first] ? NULL : dotted_member(data, text, table);
    if (like) {
        size_t begin = line_begin(text, like->key_at);
        str_append(&line, text + begin, like->key_at - begin);
        int r = write_member(true, rest, edit->value, true, &line);
        if (r >= 0)
            put_line(ret, text, size, whole_line(text, size, like->end), line.data, line.size);
        return r;
    }
    /* A table that has no lines as yet comes last, below an empty line. */
    const char *last = edit->key;
    for (const char *at = last; *at; at += key_part(at, NULL))
        last = at;
    int r = write_member(true, last, edit->value, true, &line);
    if (r < 0)
        return r;
    size_t head_size = (size_t)(last - edit->key);
    str_printf(&head, "[%.*s]", (int)(head_size ? head_size - 1 : 0), edit->key);
    if (!head_size)
        return -EINVAL;
    if (size)
        put_line(&spaced, text, size, size, "", 0);
    AUTO_STR more = STR_INIT;
    put_line(&more, spaced.data ? spaced.data : "", spaced.size, spaced.size, head.data, head.size);
    put_line(ret, more.data, more.size, more.size, line.data, line.size);
    ret->failed = ret->failed || head.failed || spaced.failed || more.failed;
    return 0;
}

static int set_value(bool toml, const struct data *data, const char *text, size_t size,
                     const struct edit *edit, struct str *ret) {
    const struct data_value *v;
    const char *rest;
    AUTO_STR value = STR_INIT;
    int r = find(data, edit->key, &v, &rest);
    if (r < 0)
        return r;
    if (*rest && v->type != DATA_TABLE)
        return -EINVAL; /* it leads through what is no table, or to an item that isn't there */
    if (*rest && toml)
        return add_to_toml(data, text, size, v, edit, rest, ret);
    if (*rest) {
        r = write_member(false, rest, edit->value, false, &value);
        if (r >= 0)
            add_to_object(data, text, size, v, value.data, value.size, ret);
        return r;
    }
    if (!v->end)
        return -EINVAL; /* lines of their own, not a value */
    AUTO_STR now = STR_INIT;
    append_value(text, v, &now);
    str_append(&now, "", 0);
    if (now.failed ||
        (now.size == strlen(edit->value) && memcmp(now.data, edit->value, now.size) == 0)) {
        str_append(ret, text, size); /* however it is written */
        return now.failed ? -ENOMEM : 0;
    }
    if (v->type == DATA_TABLE || (v->type == DATA_LIST && is_plain(toml, edit->value) == 0))
        return -EINVAL; /* many values don't give way to one */
    write_value(toml, edit->value, v, &value);
    put_spliced(ret, text, size, (struct span){v->at, v->end}, value.data ? value.data : "",
                value.size);
    ret->failed = ret->failed || value.failed;
    return 0;
}

/* Where the first part of a key a.b.c begins, one of whose parts begins at `at`. */
static size_t key_begin(const char *text, size_t at) {
    for (; at > 0 && text[at - 1] != ',' && text[at - 1] != '{'; at--)
        if (text[at - 1] == '"' || text[at - 1] == '\'') {
            char mark = text[at - 1];
            for (at--; at > 0 && text[at - 1] != mark; at--)
                continue;
        }
    return at;
}

/* A member of an object goes with the comma before it, or behind it where it is the first. */
static void drop_member(const char *text, size_t size, const struct data_value *v,
                        struct str *ret) {
    struct span part = {key_begin(text, v->key_at), v->end};
    if (text[part.begin - 1] == ',') {
        part.begin--;
    } else {
        part.begin += strspn(text + part.begin, " \t\r\n");
        size_t comma = part.end + strspn(text + part.end, " \t\r\n");
        if (text[comma] == ',')
            part.end = comma + 1 + strspn(text + comma + 1, " \t\r\n");
    }
    put_spliced(ret, text, size, part, "", 0);
}

static int unset_value(bool toml, const struct data *data, const char *text, size_t size,
                       const struct edit *edit, struct str *ret) {
    const struct data_value *v;
    const char *rest;
    int r = find(data, edit->key, &v, &rest);
    if (r < 0 || *rest) {
        str_append(ret, text, size);
        return r;
    }
    if (!v->key || (v->type == DATA_TABLE && !v->end))
        return -EINVAL; /* an item; or its lines may stand in several places */
    if (!toml || in_place(data, &data->values[v->parent], edit->key, &rest)) {
        drop_member(text, size, v, ret);
        return 0;
    }
    size_t begin = line_begin(text, v->key_at);
    drop_lines(ret, text, size, (struct span){begin, whole_line(text, size, v->end)});
    return 0;
}

int documents_edit(const char *format, const char *text, size_t size, const struct edit *edit,
                   struct str *ret) {
    bool toml = strcmp(format, "toml") == 0;
    AUTO_DATA data;
    int r = read_document(toml, size || toml ? text : "{}", size || toml ? size : 2, &data);
    str_append(ret, "", 0);
    if (r >= 0 && edit->flags & OS_CONFIG_ADD)
        r = -EINVAL;
    if (r >= 0)
        r = (edit->value ? set_value : unset_value)(toml, &data, size || toml ? text : "{}",
                                                    size || toml ? size : 2, edit, ret);
    return r < 0 ? r : ret->failed ? -ENOMEM : 0;
}

int documents_why(const char *format, const char *text, size_t size, const char *key,
                  struct str *ret) {
    AUTO_DATA data;
    const struct data_value *v = NULL;
    const char *rest;
    size_t line, column;
    int r = read_document(strcmp(format, "toml") == 0, text, size, &data);
    if (r >= 0)
        r = find(&data, key, &v, &rest);
    if (r < 0 || v == data.values)
        return r == -ENOMEM ? r : 0;
    data_position(text, size, v->key ? v->key_at : v->at, &line, &column);
    int shown = (int)(rest - key) - (rest > key && rest[-1] == '.');
    const char *is = data_type_name(v->type);
    if (!*rest && !v->key)
        str_printf(ret, "it is an item of a list, in line %zu", line);
    else if (!*rest && v->type == DATA_LIST)
        str_printf(
            ret,
            "it is a list, in line %zu, which a list replaces, or its items one by one: '%s[0]'",
            line, key);
    else if (!*rest)
        str_printf(ret, "it is %s, in line %zu", is, line);
    else if (v->type == DATA_LIST)
        str_printf(ret, "'%.*s', in line %zu, is a list of %u", shown, key, line, v->in.count);
    else if (v->type != DATA_TABLE)
        str_printf(ret, "'%.*s', in line %zu, is %s, and no table", shown, key, line, is);
    return ret->failed ? -ENOMEM : 0;
}
