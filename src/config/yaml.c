/* SPDX-License-Identifier: MIT */
/** YAML, as far as plain mappings of scalars go: lines KEY: VALUE, indented below each other. Lists, texts of
 *  several lines, anchors and mappings in braces are left as they are. */
#include "base/json.h"
#include "base/seam.h"
#include "config/format.h"

#include <ctype.h>
#include <errno.h>

/* A line that is a member of a plain mapping. */
struct yaml_member {
    struct span whole, key, value; /* the value with its marks, without a comment */
    size_t indent;
    bool opaque; /* what follows it, indented more, is no mapping */
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* Where a value ends: before " #", outside of marks. */
static size_t value_end(const char *text, size_t at, size_t end) {
    char mark = at < end && strchr("\"'", text[at]) ? text[at] : '\0';
    size_t c = at + (mark != '\0');
    for (; c < end; c++) {
        if (mark &&
            (mark == '"' ? text[c] == '\\' : c + 1 < end && text[c] == mark && text[c + 1] == mark))
            c++;
        else if (mark && text[c] == mark)
            return c + 1;
        else if (!mark && text[c] == '#' && c > at && is_blank(text[c - 1]))
            break;
    }
    while (c > at && is_blank(text[c - 1]))
        c--;
    return c < end ? c : end;
}

/* 1 for a member, 0 for what is none, −1 for a blank line or a comment. */
static int read_member(const char *text, size_t size, size_t at, struct yaml_member *m) {
    *m = (struct yaml_member){.whole = {at, whole_line(text, size, at)}};
    size_t end = content_end(text, m->whole), c = at;
    while (c < end && text[c] == ' ')
        c++;
    m->indent = c - at;
    if (c == end || text[c] == '#')
        return -1;
    char mark = strchr("\"'", text[c]) ? text[c] : '\0';
    size_t begin = c + (mark != '\0');
    for (c = begin; c < end && (mark ? text[c] != mark
                                     : text[c] != ':' || (c + 1 < end && !is_blank(text[c + 1])));
         c++)
        if (!mark && (strchr("{}[]&*!|>%@`", text[c]) || (text[c] == '#' && is_blank(text[c - 1]))))
            return 0;
    m->key = (struct span){begin, c};
    c += mark != '\0';
    if (c >= end || text[c] != ':' || (text[begin] == '-' && is_blank(text[begin + 1])))
        return 0;
    for (c++; c < end && is_blank(text[c]); c++)
        continue;
    m->value = (struct span){c, value_end(text, c, end)};
    m->opaque = c < end && strchr("|>&*!{[", text[c]);
    return 1;
}

/* Passes the mappings around, the innermost last: as "a.b" and where its members are indented. */
struct path {
    struct str key;
    struct str sizes, indents; /* size_t: of the key before each, and its own indent */
};

static void pop_to(struct path *p, size_t indent) {
    while (p->indents.size) {
        size_t top, size;
        memcpy(&top, p->indents.data + p->indents.size - sizeof top, sizeof top);
        if (top < indent)
            return;
        memcpy(&size, p->sizes.data + p->sizes.size - sizeof size, sizeof size);
        str_truncate(&p->key, size);
        str_truncate(&p->indents, p->indents.size - sizeof top);
        str_truncate(&p->sizes, p->sizes.size - sizeof size);
    }
}

static void push(struct path *p, const char *text, const struct yaml_member *m) {
    size_t before = p->key.size;
    str_append(&p->sizes, (const char *)&before, sizeof before);
    str_append(&p->indents, (const char *)&m->indent, sizeof m->indent);
    if (before)
        str_append_char(&p->key, '.');
    append_part(&p->key, text + m->key.begin, m->key.end - m->key.begin);
}

static bool path_failed(const struct path *p) {
    return p->key.failed || p->sizes.failed || p->indents.failed;
}

static void free_path(struct path *p) {
    str_free(&p->key);
    str_free(&p->sizes);
    str_free(&p->indents);
}

/* Is told of each member with its whole key: 0, or what ends the search. */
typedef int each_member(const struct yaml_member *m, const char *key, size_t line, void *data);

static int scan(const char *text, size_t size, each_member *each, void *data) {
    struct path path = {0};
    size_t number = 0, hidden = SIZE_MAX; /* what is indented more than that is no plain mapping */
    int r = 0;
    for (size_t at = 0; at < size && r == 0;) {
        struct yaml_member m;
        int kind = read_member(text, size, at, &m);
        at = m.whole.end;
        number++;
        if (kind < 0 || (hidden != SIZE_MAX && m.indent > hidden))
            continue;
        hidden = kind == 0  ? m.indent == 0 ? SIZE_MAX : m.indent - 1
                 : m.opaque ? m.indent
                            : SIZE_MAX;
        if (kind == 0 && m.indent == 0)
            hidden = 0;
        if (kind == 0)
            continue;
        pop_to(&path, m.indent);
        push(&path, text, &m);
        r = path_failed(&path) ? -ENOMEM : each(&m, path.key.data, number, data);
    }
    free_path(&path);
    return r;
}

/* ------------------------------------------------------------------------------ values */

static int decode(const char *text, struct span v, char **ret) {
    size_t size = v.end - v.begin;
    AUTO_STR s = STR_INIT;
    str_append(&s, "", 0);
    if (size >= 2 && text[v.begin] == '\'' && text[v.end - 1] == '\'') {
        for (size_t i = v.begin + 1; i < v.end - 1; i++) {
            str_append_char(&s, text[i]);
            i += text[i] == '\'';
        }
    } else if (size >= 2 && text[v.begin] == '"' && text[v.end - 1] == '"') {
        struct json json;
        int r = json_read(text + v.begin, size, &json);
        if (r == 0)
            str_append(&s, json.values->text, json.values->size);
        else
            str_append(&s, text + v.begin + 1, size - 2);
        json_free(&json);
        if (r == -ENOMEM)
            return r;
    } else {
        str_append(&s, text + v.begin, size);
    }
    return str_take(&s, ret);
}

/* Whether a text without marks is that text, and nothing else: what YAML takes for numbers, truth
 * values and nothing is not, and is written as it is only where no text stood before. */
static bool needs_marks(const char *value) {
    size_t size = strlen(value);
    return !size || strpbrk(value, "\r\n\t\"\\") || strstr(value, ": ") || strstr(value, " #") ||
           strchr("-?:,[]{}#&*!|>'\"%@` ", *value) || value[size - 1] == ' ' ||
           value[size - 1] == ':';
}

static int encode(const char *value, char mark, struct str *s) {
    if (!mark && !needs_marks(value)) {
        str_append_text(s, value);
    } else if (mark == '\'' && !strpbrk(value, "\r\n")) {
        str_append_char(s, '\'');
        for (; *value; value++)
            str_append(s, "''", *value == '\'' ? 2 : 0), str_append(s, value, *value != '\'');
        str_append_char(s, '\'');
    } else {
        json_append(s, value, strlen(value));
    }
    return s->failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ all entries */

struct telling {
    const char *text;
    each_entry *each;
    void *data;
};

static int tell(const struct yaml_member *m, const char *key, size_t line, void *data) {
    const struct telling *t = data;
    AUTO_FREE char *value = NULL;
    if (m->opaque || m->value.begin == m->value.end)
        return 0;
    int r = decode(t->text, m->value, &value);
    return r < 0 ? r : t->each(&(struct os_config_entry){key, value, line}, t->data);
}

int yaml_each(const char *format, const char *text, size_t size, each_entry *each, void *data) {
    (void)format;
    struct telling t = {text, each, data};
    return scan(text, size, tell, &t);
}

/* ------------------------------------------------------------------------------ editing */

/* What an edit looks for: the key, or how far what is there leads to it. */
struct search {
    const char *key;
    struct yaml_member found, around; /* the mapping around, as far as it is there */
    size_t around_size;               /* how much of the key that is */
    bool there, has_around;
    size_t end;       /* behind the last member in it */
    size_t in_indent; /* how its members are indented */
    bool has_members;
};

static int search(const struct yaml_member *m, const char *key, size_t line, void *data) {
    struct search *s = data;
    size_t size = strlen(key);
    (void)line;
    if (strcmp(key, s->key) == 0 && !s->there) {
        s->found = *m;
        s->there = true;
    }
    if (strncmp(s->key, key, size) == 0 && s->key[size] == '.' && size > s->around_size) {
        s->around = *m;
        s->around_size = size;
        s->has_around = true;
        s->has_members = false;
        s->end = m->whole.end;
    } else if (!s->around_size ||
               (strncmp(key, s->key, s->around_size) == 0 && key[s->around_size] == '.')) {
        if (!s->has_members)
            s->in_indent = m->indent;
        s->has_members = true;
        s->end = m->whole.end;
    }
    return 0;
}

/* The rest of a key as lines, each indented more. */
static int write_rest(const char *rest, size_t indent, const char *value, struct str *s) {
    AUTO_STR part = STR_INIT;
    for (size_t size; *rest; rest += size, indent += 2) {
        size = key_part(rest, &part);
        if (!size || part.failed || strpbrk(part.data, "\r\n"))
            return part.failed ? -ENOMEM : -EINVAL;
        if (s->size)
            str_append_char(s, '\n');
        str_printf(s, "%*s", (int)indent, "");
        encode(part.data, '\0', s);
        str_append_char(s, ':');
    }
    str_append_char(s, ' ');
    return encode(value, '\0', s);
}

static int set_key(const char *text, size_t size, const struct edit *edit, struct str *ret) {
    struct search s = {.key = edit->key};
    AUTO_STR new = STR_INIT;
    AUTO_FREE char *now = NULL;
    int r = scan(text, size, search, &s);
    if (r < 0)
        return r;
    if (s.there) {
        char mark = s.found.value.begin < s.found.value.end ? text[s.found.value.begin] : '\0';
        if (s.found.opaque || s.found.value.begin == s.found.value.end)
            return -EINVAL; /* no scalar */
        r = decode(text, s.found.value, &now);
        if (r >= 0 && strcmp(now, edit->value) == 0) {
            str_append(ret, text, size);
            return 0;
        }
        if (r >= 0)
            r = encode(edit->value, strchr("\"'", mark) ? mark : '\0', &new);
        if (r >= 0)
            put_spliced(ret, text, size, s.found.value, new.data, new.size);
        return r;
    }
    if (s.has_around && (s.around.opaque || s.around.value.begin < s.around.value.end))
        return -EINVAL; /* a scalar has no members */
    size_t indent = s.has_members ? s.in_indent : s.has_around ? s.around.indent + 2 : 0;
    r = write_rest(edit->key + s.around_size + (s.around_size > 0), indent, edit->value, &new);
    if (r >= 0)
        put_line(ret, text, size, s.has_members || s.has_around ? s.end : size, new.data, new.size);
    return r;
}

int yaml_edit(const char *format, const char *text, size_t size, const struct edit *edit,
              struct str *ret) {
    (void)format;
    str_append(ret, "", 0);
    if (edit->flags & OS_CONFIG_ADD)
        return -EINVAL;
    if (edit->value) {
        int r = set_key(text, size, edit, ret);
        return r < 0 ? r : ret->failed ? -ENOMEM : 0;
    }
    struct search s = {.key = edit->key};
    int r = scan(text, size, search, &s);
    if (r < 0)
        return r;
    if (s.there && (s.found.opaque || s.found.value.begin == s.found.value.end))
        return -EINVAL;
    if (s.there)
        drop_lines(ret, text, size, s.found.whole);
    else
        str_append(ret, text, size);
    return ret->failed ? -ENOMEM : 0;
}
