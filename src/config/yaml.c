/* SPDX-License-Identifier: MIT */
/** YAML, as far as plain mappings of scalars, and lists of such, go: lines KEY: VALUE, indented below each other,
 *  lines "- VALUE" and [VALUE, VALUE], whose keys are KEY[0], KEY[1]. Texts of several lines, anchors, mappings
 *  in braces and in lists are left as they are. */
#include "base/json.h"
#include "base/seam.h"
#include "config/format.h"

#include <ctype.h>
#include <errno.h>

enum line_kind { BLANK = -1, OTHER, MEMBER, ITEM };

/* A line that is a member of a plain mapping, or an item of a list. */
struct yaml_line {
    struct span whole, key, value; /* the value with its marks, without a comment */
    size_t indent;
    bool opaque; /* more than a scalar, or what follows it, indented more, is no mapping */
    bool flow;   /* of a list in brackets */
    bool comment;
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

/* Likewise of a list in brackets, whose items may have marks. */
static size_t flow_end(const char *text, size_t at, size_t end) {
    bool begins = false; /* an item */
    size_t c = at, last = at;
    while (c < end && !(text[c] == '#' && is_blank(text[c - 1]))) {
        bool marked = begins && strchr("\"'", text[c]);
        begins = strchr("[,", text[c]) || (begins && is_blank(text[c]));
        c = marked ? value_end(text, c, end) : c + 1;
        last = is_blank(text[c - 1]) ? last : c;
    }
    return last;
}

/* Whether a scalar goes on below its line: with an open mark, or with a line that is indented more. */
static bool goes_on(const char *text, size_t size, const struct yaml_line *l) {
    struct span v = l->value;
    char mark = v.begin < v.end ? text[v.begin] : '\0';
    if (mark && strchr("\"'", mark) && (v.end - v.begin < 2 || text[v.end - 1] != mark))
        return true;
    for (size_t at = l->whole.end; at < size; at = whole_line(text, size, at)) {
        size_t indent = strspn(text + at, " ");
        if (!strchr("\r\n", text[at + indent]))
            return text[at + indent] != '#' && indent > l->indent;
    }
    return false;
}

static void read_value(const char *text, size_t size, size_t at, size_t end, struct yaml_line *l) {
    while (at < end && is_blank(text[at]))
        at++;
    bool none = at == end || text[at] == '#'; /* a comment alone */
    bool flow = !none && text[at] == '[';
    l->value = (struct span){at, none ? at : (flow ? flow_end : value_end)(text, at, end)};
    bool empty = l->value.begin == l->value.end;
    l->opaque = !empty && (strchr("|>&*!{[", text[at]) || goes_on(text, size, l));
}

/* Whether a text without marks is a mapping of its own: "a: b". */
static bool has_colon(const char *text, struct span v) {
    for (size_t c = v.begin; c < v.end; c++)
        if (text[c] == ':' && (c + 1 == v.end || is_blank(text[c + 1])))
            return true;
    return false;
}

static enum line_kind read_item(const char *text, size_t size, size_t at, size_t end,
                                struct yaml_line *l) {
    read_value(text, size, at + 1, end, l);
    char first = l->value.begin < l->value.end ? text[l->value.begin] : '\0';
    bool marked = first && strchr("\"'", first);
    size_t behind = l->value.end + strspn(text + l->value.end, " \t");
    l->opaque = l->opaque || !first || (marked ? text[behind] == ':' : has_colon(text, l->value)) ||
                (first == '-' &&
                 (l->value.end - l->value.begin == 1 || is_blank(text[l->value.begin + 1])));
    return ITEM;
}

static enum line_kind read_line(const char *text, size_t size, size_t at, struct yaml_line *l) {
    *l = (struct yaml_line){.whole = {at, whole_line(text, size, at)}};
    size_t end = content_end(text, l->whole), c = at;
    while (c < end && text[c] == ' ')
        c++;
    l->indent = c - at;
    l->comment = c < end && text[c] == '#';
    if (c == end || l->comment)
        return BLANK;
    if (text[c] == '-' && (c + 1 == end || is_blank(text[c + 1])))
        return read_item(text, size, c, end, l);
    char mark = strchr("\"'", text[c]) ? text[c] : '\0';
    size_t begin = c + (mark != '\0');
    if (!mark && (strchr("{}[],&*!|>%@`", text[c]) || (text[c] == '?' && is_blank(text[c + 1]))))
        return OTHER;
    for (c = begin; c < end && (mark ? text[c] != mark
                                     : text[c] != ':' || (c + 1 < end && !is_blank(text[c + 1])));
         c++)
        if (!mark && text[c] == '#' && is_blank(text[c - 1]))
            return OTHER;
    l->key = (struct span){begin, c};
    c += mark != '\0';
    if (c >= end || text[c] != ':')
        return OTHER;
    read_value(text, size, c + 1, end, l);
    return MEMBER;
}

/* The mappings around, the innermost last: as "a.b" and where its members are indented. */
struct path {
    struct str key;
    struct str sizes, indents; /* size_t: of the key before each, and its own indent */
};

/* Where the walk through the lines is. */
struct scan {
    const char *text;
    size_t size, number, hidden; /* what is indented more than that is no plain mapping */
    struct path path;
    bool listing;                       /* the innermost member has no value: a list may follow */
    size_t depth, owner, indent, items; /* of that member; of the first item; how many there were */
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

static void push(struct path *p, const char *text, const struct yaml_line *l) {
    size_t before = p->key.size;
    str_append(&p->sizes, (const char *)&before, sizeof before);
    str_append(&p->indents, (const char *)&l->indent, sizeof l->indent);
    if (before)
        str_append_char(&p->key, '.');
    append_part(&p->key, text + l->key.begin, l->key.end - l->key.begin);
}

static bool path_failed(const struct path *p) {
    return p->key.failed || p->sizes.failed || p->indents.failed;
}

static void free_path(struct path *p) {
    str_free(&p->key);
    str_free(&p->sizes);
    str_free(&p->indents);
}

/* Is told of each member and item with its whole key, and of lines that belong to the last of them, whose key is
 * NULL: 0, or what ends the search. */
typedef int each_line(const struct yaml_line *l, const char *key, size_t line, void *data);

static int tell_item(struct scan *s, const struct yaml_line *l, size_t number, each_line *each,
                     void *data) {
    size_t before = s->path.key.size;
    str_printf(&s->path.key, "[%zu]", number);
    int r = path_failed(&s->path) ? -ENOMEM : each(l, s->path.key.data, s->number, data);
    if (r == 0)
        str_truncate(&s->path.key, before);
    return r;
}

#define IN_FLOW ",[]{}#&*!|>%@`\"'" /* what has a meaning in there */

/* [a, "b"] on one line: each scalar in it; none where it has anything else. */
static bool next_item(const char *text, size_t *at, size_t end, struct yaml_line *item) {
    size_t c = *at;
    while (c < end && is_blank(text[c]))
        c++;
    char mark = strchr("\"'", text[c]) ? text[c] : '\0';
    size_t stop = mark ? value_end(text, c, end) : c;
    while (!mark && stop < end && !strchr(IN_FLOW, text[stop]) &&
           (text[stop] != ':' || !is_blank(text[stop + 1])))
        stop++;
    item->value = (struct span){c, stop};
    while (!mark && item->value.end > c && is_blank(text[item->value.end - 1]))
        item->value.end--;
    *at = stop + strspn(text + stop, " \t");
    return item->value.end > c && *at < end && strchr(",]", text[*at]);
}

static int tell_flow(struct scan *s, const struct yaml_line *l, each_line *each, void *data) {
    size_t end = l->value.end, at = l->value.begin + 1, count = 0;
    struct yaml_line item = {.flow = true};
    for (bool closed = false; !closed; at++) { /* first whether all of it is plain */
        if (!next_item(s->text, &at, end, &item))
            return 0;
        closed = s->text[at] == ']';
        if (closed && at + 1 != end)
            return 0;
    }
    int r = 0;
    for (at = l->value.begin + 1; r == 0 && at < end; at++, count++) {
        next_item(s->text, &at, end, &item);
        item.whole = l->whole;
        item.indent = l->indent;
        r = tell_item(s, &item, count, each, data);
    }
    return r;
}

static int tell_member(struct scan *s, const struct yaml_line *l, each_line *each, void *data) {
    bool empty = l->value.begin == l->value.end;
    pop_to(&s->path, l->indent);
    push(&s->path, s->text, l);
    s->hidden = empty ? SIZE_MAX : l->indent;
    s->listing = empty;
    s->depth = s->path.indents.size;
    s->owner = l->indent;
    s->items = 0;
    int r = path_failed(&s->path) ? -ENOMEM : each(l, s->path.key.data, s->number, data);
    return r == 0 && l->opaque && s->text[l->value.begin] == '[' ? tell_flow(s, l, each, data) : r;
}

/* An item of the list that the innermost member is; another one's is a line like any other. */
static int tell_listed(struct scan *s, const struct yaml_line *l, each_line *each, void *data) {
    pop_to(&s->path, l->indent + 1);
    s->hidden = l->indent;
    if (!s->listing || s->path.indents.size != s->depth || l->indent < s->owner ||
        (s->items && l->indent != s->indent))
        return each(l, NULL, s->number, data);
    s->indent = l->indent;
    return tell_item(s, l, s->items++, each, data);
}

static int tell_line(struct scan *s, size_t *at, each_line *each, void *data) {
    struct yaml_line l;
    enum line_kind kind = read_line(s->text, s->size, *at, &l);
    *at = l.whole.end;
    s->number++;
    if (s->hidden != SIZE_MAX && l.indent > s->hidden)
        return each(&l, NULL, s->number, data);
    if (kind == MEMBER)
        return tell_member(s, &l, each, data);
    if (kind == ITEM)
        return tell_listed(s, &l, each, data);
    if (kind == BLANK)
        return l.comment ? each(&l, NULL, s->number, data) : 0;
    s->hidden = l.indent ? l.indent - 1 : 0;
    s->listing = false;
    bool mark = strchr("-.%", s->text[l.whole.begin]); /* between documents */
    return l.indent || !mark ? each(&l, NULL, s->number, data) : 0;
}

static int scan(const char *text, size_t size, each_line *each, void *data) {
    struct scan s = {.text = text, .size = size, .hidden = SIZE_MAX};
    int r = 0;
    for (size_t at = 0; at < size && r == 0;)
        r = tell_line(&s, &at, each, data);
    free_path(&s.path);
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

static int encode(const char *value, char mark, bool flow, struct str *s) {
    if (!mark && !needs_marks(value) && !(flow && strpbrk(value, IN_FLOW ":"))) {
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

static int tell(const struct yaml_line *l, const char *key, size_t line, void *data) {
    const struct telling *t = data;
    AUTO_FREE char *value = NULL;
    if (!key || l->opaque || l->value.begin == l->value.end)
        return 0;
    int r = decode(t->text, l->value, &value);
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
    struct yaml_line found, around; /* the mapping around, as far as it is there */
    size_t around_size;             /* how much of the key that is */
    size_t line, around_line, items;
    bool there, has_around;
    size_t end;       /* behind the last member in it, and all that belongs to that */
    size_t in_indent; /* how its members are indented */
    bool has_members, is_last;
};

static int search(const struct yaml_line *l, const char *key, size_t line, void *data) {
    struct search *s = data;
    size_t size = key ? strlen(key) : 0;
    if (!key) { /* a comment that is indented more than its members is about one of them */
        if (s->is_last && (!l->comment || (s->has_members && l->indent > s->in_indent)))
            s->end = l->whole.end;
        return 0;
    }
    s->is_last = true;
    if (strcmp(key, s->key) == 0 && !s->there) {
        s->found = *l;
        s->there = true;
        s->line = line;
    }
    if (strncmp(s->key, key, size) == 0 && s->key[size] && strchr(".[", s->key[size]) &&
        size > s->around_size) {
        s->around = *l;
        s->around_size = size;
        s->around_line = line;
        s->has_around = true;
        s->has_members = false;
        s->items = 0;
        s->end = l->whole.end;
    } else if (!s->around_size || (strncmp(key, s->key, s->around_size) == 0 &&
                                   key[s->around_size] && strchr(".[", key[s->around_size]))) {
        if (!s->has_members)
            s->in_indent = l->indent;
        s->items += s->around_size && key[s->around_size] == '[' && key[size - 1] == ']';
        s->has_members = true;
        s->end = l->whole.end;
    } else {
        s->is_last = false;
    }
    return 0;
}

/* The rest of a key as lines, each indented more. */
static int write_rest(const char *rest, size_t indent, const char *value, struct str *s) {
    AUTO_STR part = STR_INIT;
    for (size_t size; *rest; rest += size, indent += 2) {
        size = key_part(rest, &part);
        if (!size || part.failed || strpbrk(part.data, "\r\n") || key_index(rest + size, NULL))
            return part.failed ? -ENOMEM : -EINVAL;
        if (s->size)
            str_append_char(s, '\n');
        str_printf(s, "%*s", (int)indent, "");
        encode(part.data, '\0', false, s);
        str_append_char(s, ':');
    }
    str_append_char(s, ' ');
    return encode(value, '\0', false, s);
}

static bool is_scalar(const struct yaml_line *l) {
    return !l->opaque && l->value.begin < l->value.end;
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
        if (!is_scalar(&s.found))
            return -EINVAL;
        r = decode(text, s.found.value, &now);
        if (r >= 0 && strcmp(now, edit->value) == 0) {
            str_append(ret, text, size);
            return 0;
        }
        if (r >= 0)
            r = encode(edit->value, strchr("\"'", mark) ? mark : '\0', s.found.flow, &new);
        if (r >= 0)
            put_spliced(ret, text, size, s.found.value, new.data, new.size);
        return r;
    }
    if (s.has_around && (s.items || s.around.opaque || s.around.value.begin < s.around.value.end))
        return -EINVAL; /* a scalar has no members, and a list has only those that it has */
    const char *rest =
        edit->key + s.around_size + (s.around_size && edit->key[s.around_size] == '.');
    if (s.has_around && key_index(rest, NULL))
        return -EINVAL;
    size_t indent = s.has_members ? s.in_indent : s.has_around ? s.around.indent + 2 : 0;
    r = write_rest(rest, indent, edit->value, &new);
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
    if (s.there && (!is_scalar(&s.found) || s.key[strlen(s.key) - 1] == ']'))
        return -EINVAL;
    if (s.there)
        drop_lines(ret, text, size, s.found.whole);
    else
        str_append(ret, text, size);
    return ret->failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ refusals */

static const char *what_is(const char *text, const struct yaml_line *l) {
    char first = l->value.begin < l->value.end ? text[l->value.begin] : '\0';
    return !first                      ? "a mapping, a list of more than scalars, or nothing"
           : !l->opaque                ? "a value, and no mapping or list"
           : has_colon(text, l->value) ? "a mapping"
           : strchr("{[", first)       ? "more than a list of scalars on one line"
           : strchr("&*!", first)      ? "something with an anchor, an alias or a tag"
                                       : "a text of several lines, or more than a scalar";
}

int yaml_why(const char *format, const char *text, size_t size, const char *key, struct str *ret) {
    struct search s = {.key = key}, in = {0};
    (void)format;
    int r = scan(text, size, search, &s);
    AUTO_STR item = STR_INIT;
    str_printf(&item, "%s[", key); /* a key that is looked for behind all: its items are counted */
    in.key = item.data ? item.data : "";
    if (r >= 0 && !item.failed)
        r = scan(text, size, search, &in);
    if (r < 0 || item.failed)
        return r < 0 ? r : -ENOMEM;
    if (s.there && in.items)
        str_printf(ret, "it is a list, in line %zu, whose items are set one by one: '%s[0]'",
                   s.line, key);
    else if (s.there && is_scalar(&s.found))
        str_printf(ret, "it is an item of a list, in line %zu", s.line);
    else if (s.there)
        str_printf(ret, "in line %zu it is %s", s.line, what_is(text, &s.found));
    else if (s.has_around && s.items)
        str_printf(ret, "'%.*s', in line %zu, is a list of %zu", (int)s.around_size, key,
                   s.around_line, s.items);
    else if (s.has_around)
        str_printf(ret, "'%.*s', in line %zu, is %s", (int)s.around_size, key, s.around_line,
                   what_is(text, &s.around));
    else if (key[strlen(key) - 1] == ']')
        str_append_text(ret, "there is no such list");
    return ret->failed ? -ENOMEM : 0;
}
