/* SPDX-License-Identifier: MIT */
/** Formats whose lines are keys and values: ini, unit, env, ssh and sysctl. */
#include "base/seam.h"
#include "config/format.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>

static const struct format formats[] = {
    {"ini", "#;", "=:", " = ", .brackets = true, .indented = true, .words = true},
    {"unit", "#;", "=", "=", .brackets = true, .several = true, .backslash = true},
    {"env", "#", "=", "=", .quoted = true},
    {"ssh", "#", " \t=", " ", .blocks = true, .first = true, .anycase = true, .several = true},
    {"sysctl", "#;", "=", " = "},
};

const struct format *line_format(const char *name) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

/* ------------------------------------------------------------------------------ lines */

size_t whole_line(const char *text, size_t size, size_t at) {
    const char *feed = memchr(text + at, '\n', size - at);
    return feed ? (size_t)(feed - text) + 1 : size;
}

size_t content_end(const char *text, struct span whole) {
    size_t end = whole.end;
    if (end > whole.begin && text[end - 1] == '\n')
        end--;
    if (end > whole.begin && text[end - 1] == '\r')
        end--;
    return end;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_in(const char *set, char c) {
    return c && strchr(set, c);
}

/* Without the blanks around it. */
static struct span trim(const char *text, struct span part) {
    while (part.begin < part.end && is_blank(text[part.begin]))
        part.begin++;
    while (part.end > part.begin && is_blank(text[part.end - 1]))
        part.end--;
    return part;
}

/* Where a word of a shell ends, with its marks, if only a comment follows it; else where all ends. */
static size_t word_end(const char *text, struct span value) {
    char mark = '\0';
    size_t c = value.begin, end;
    for (; c < value.end && (mark || !is_blank(text[c])); c++) {
        if (text[c] == '\\' && mark != '\'')
            c++;
        else if (mark ? text[c] == mark : text[c] == '"' || text[c] == '\'')
            mark = mark ? '\0' : text[c];
    }
    end = c < value.end ? c : value.end;
    while (c < value.end && is_blank(text[c]))
        c++;
    return c < value.end && text[c] == '#' ? end : value.end;
}

/* KEY mark VALUE in a part of a line. */
static bool divide(const struct format *f, const char *text, struct span part, struct line *line) {
    part = trim(text, part);
    if (f->quoted && part.end - part.begin > 7 && memcmp(text + part.begin, "export ", 7) == 0)
        part = trim(text, (struct span){part.begin + 7, part.end});
    size_t mark = part.begin;
    while (mark < part.end && !is_in(f->marks, text[mark]))
        mark++;
    line->key = trim(text, (struct span){part.begin, mark});
    if (line->key.begin == line->key.end || mark == part.end)
        return false;
    for (size_t c = line->key.begin; !f->words && c < line->key.end; c++)
        if (is_blank(text[c]))
            return false; /* a command of a shell, or nothing that the format has */
    size_t after = mark;
    if (is_blank(text[mark])) /* blanks, a mark among them or not */
        while (after < part.end && is_blank(text[after]))
            after++;
    if (after < part.end && !is_blank(text[after]) && is_in(f->marks, text[after]))
        after++;
    line->value = trim(text, (struct span){after, part.end});
    if (f->quoted)
        line->value.end = word_end(text, line->value);
    return true;
}

/* A key that a comment may show: words of prose aren't taken for one. */
static bool is_plain_key(const struct format *f, const char *text, struct span key) {
    for (size_t i = key.begin; i < key.end; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("_-./", text[i]))
            return false;
    return !f->blocks || isupper((unsigned char)text[key.begin]);
}

static bool begins_block(const char *text, const struct line *line) {
    size_t size = line->key.end - line->key.begin;
    return (size == 5 && strncasecmp(text + line->key.begin, "Match", 5) == 0) ||
           (size == 4 && strncasecmp(text + line->key.begin, "Host", 4) == 0);
}

/* Where NAME="…" of a shell ends, which may be a later line: behind its marks, or what goes on after a backslash. */
static size_t shell_end(const char *text, size_t size, size_t begin) {
    size_t line = whole_line(text, size, begin), c = begin;
    while (is_blank(text[c]))
        c++;
    if (strncmp(text + c, "export ", 7) == 0)
        c += 7;
    while (isalnum((unsigned char)text[c]) || text[c] == '_')
        c++;
    if (c >= line || text[c] != '=')
        return line;
    char mark = strchr("\"'", text[c + 1]) ? text[c + 1] : '\0'; /* a mark in a word may be none */
    for (c += 1 + (mark != '\0'); c < size; c++)
        if (text[c] == '\\' && mark != '\'')
            c++;
        else if (mark && text[c] == mark)
            return whole_line(text, size, c);
        else if (!mark && (text[c] == '\n' || (text[c] == '#' && is_blank(text[c - 1]))))
            return whole_line(text, size, c);
    return mark ? line : size;
}

/* Lines that go on after a backslash are one. */
static void find_end(const struct format *f, const char *text, size_t size, struct line *line) {
    line->whole.end = (f->quoted ? shell_end : whole_line)(text, size, line->whole.begin);
    while (f->backslash && line->whole.end < size) {
        size_t end = content_end(text, line->whole);
        if (end == line->whole.begin || text[end - 1] != '\\')
            return;
        line->whole.end = whole_line(text, size, line->whole.end);
    }
}

/* Lines that are indented more than a value's first one go on with it. */
static void take_indented(const char *text, size_t size, struct line *line) {
    for (size_t at = line->whole.end; at < size;) {
        size_t end = whole_line(text, size, at), first = at;
        while (first < end && is_blank(text[first]))
            first++;
        if (first - at <= line->indent || first >= content_end(text, (struct span){at, end}) ||
            text[first] == '#' || text[first] == ';' || text[first] == '[')
            return;
        if (line->value.begin == line->value.end) /* the first line has nothing but blanks */
            line->value.begin = content_end(text, line->whole);
        line->whole.end = at = end;
        line->value.end = trim(text, (struct span){first, content_end(text, line->whole)}).end;
    }
}

/* The line that begins at `at`. */
static struct line read_line(const struct format *f, const char *text, size_t size, size_t at) {
    struct line line = {.whole = {at, at}, .kind = LINE_OTHER};
    size_t first = at;
    while (first < size && is_blank(text[first]))
        first++;
    line.indent = first - at;
    bool comment = first < size && is_in(f->comments, text[first]);
    if (comment)
        line.whole.end = whole_line(text, size, at);
    else
        find_end(f, text, size, &line);
    struct span content = trim(text, (struct span){first, content_end(text, line.whole)});
    if (content.begin >= content.end) {
        line.kind = LINE_BLANK;
    } else if (comment) {
        while (content.begin < content.end && is_in(f->comments, text[content.begin]))
            content.begin++;
        content.begin += content.begin < content.end && text[content.begin] == ' ';
        if (content.begin < content.end && !is_blank(text[content.begin]) &&
            divide(f, text, content, &line) && is_plain_key(f, text, line.key))
            line.kind = LINE_SHOWN;
    } else if (f->brackets && text[content.begin] == '[') {
        const char *close = memchr(text + content.begin, ']', content.end - content.begin);
        line.key = trim(
            text, (struct span){content.begin + 1, close ? (size_t)(close - text) : content.end});
        line.kind = LINE_SECTION;
    } else if (divide(f, text, content, &line)) {
        line.kind = LINE_ENTRY;
        if (f->blocks && begins_block(text, &line)) {
            line.key = content;
            line.kind = LINE_SECTION;
        } else if (f->indented)
            take_indented(text, size, &line);
    }
    return line;
}

/* ------------------------------------------------------------------------------ values */

/* Appends a value as a shell has it, without marks: whether all of it is one word. */
static bool unquote(const char *at, const char *end, struct str *s) {
    char mark = '\0';
    for (; at < end; at++) {
        if (!mark && is_blank(*at))
            break;
        if (mark ? *at == mark : *at == '"' || *at == '\'')
            mark = mark ? '\0' : *at;
        else if (*at == '\\' && mark != '\'' && at + 1 < end && at[1] == '\n')
            at++; /* it goes on below */
        else if (*at == '\\' && mark != '\'' && at + 1 < end &&
                 (mark != '"' || strchr("\"\\$`", at[1])))
            str_append_char(s, *++at);
        else
            str_append_char(s, *at);
    }
    while (at < end && is_blank(*at))
        at++;
    return !mark && (at == end || *at == '#');
}

/* Lines that go on are joined by a space, comments between them left out, as systemd does. */
static void join(const struct format *f, const char *text, struct span value, struct str *s) {
    for (size_t at = value.begin; at < value.end;) {
        size_t end = whole_line(text, value.end, at);
        struct span part = trim(text, (struct span){at, content_end(text, (struct span){at, end})});
        bool goes_on = end < value.end && part.end > part.begin && text[part.end - 1] == '\\';
        bool comment =
            at > value.begin && part.begin < part.end && is_in(f->comments, text[part.begin]);
        if (!comment)
            str_append(s, text + part.begin, part.end - part.begin - goes_on);
        if (goes_on && !comment && s->size && s->data[s->size - 1] != ' ')
            str_append_char(s, ' ');
        at = end;
    }
}

static void decode(const struct format *f, const char *text, struct span value, struct str *s) {
    str_append(s, "", 0);
    if (f->quoted && unquote(text + value.begin, text + value.end, s))
        return;
    if (f->quoted)
        str_truncate(s, 0);
    if (f->backslash)
        join(f, text, value, s);
    else
        str_append(s, text + value.begin, value.end - value.begin);
}

/* A value as it is written, with the marks that the old one has. */
static int encode(const struct format *f, const char *value, const char *old, struct str *s) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_-./:,+@%=^~";
    size_t size = strlen(value);
    for (const char *feed = value; (feed = strpbrk(feed, "\r\n")); feed++)
        if (!f->indented || *feed == '\r' || !is_blank(feed[1]))
            return -EINVAL; /* a line that goes on is indented */
    if ((!f->quoted && size && (is_blank(value[0]) || is_blank(value[size - 1]))) ||
        (f->backslash && size && value[size - 1] == '\\'))
        return -EINVAL;
    char mark = old && (*old == '"' || *old == '\'') ? *old : '\0';
    if (!f->quoted || (strspn(value, plain) == size && !mark)) {
        str_append_text(s, value);
        return 0;
    }
    if (mark != '\'' || strchr(value, '\''))
        mark = '"';
    str_append_char(s, mark);
    for (; *value; value++) {
        if (mark == '"' && strchr("\"\\$`", *value))
            str_append_char(s, '\\');
        str_append_char(s, *value);
    }
    str_append_char(s, mark);
    return 0;
}

/* ------------------------------------------------------------------------------ keys */

static bool same(const struct format *f, const char *text, struct span part, const char *name,
                 size_t size) {
    return part.end - part.begin == size &&
           (f->anycase ? strncasecmp(text + part.begin, name, size)
                       : memcmp(text + part.begin, name, size)) == 0;
}

/* SECTION.KEY: either may have points, so the section is the longest that is there, else what stands before
 * the last point. */
struct name {
    const char *section, *key;
    size_t section_size;
};

/* Whether a text has that section; of no name, whether it has the whole key before all sections. */
static bool has_section(const struct format *f, const char *text, size_t size, const char *name,
                        size_t name_size, const char *key) {
    for (size_t at = 0; at < size;) {
        struct line line = read_line(f, text, size, at);
        if (line.kind == LINE_SECTION && (key || same(f, text, line.key, name, name_size)))
            return !key;
        if (key && line.kind == LINE_ENTRY && same(f, text, line.key, key, strlen(key)))
            return true;
        at = line.whole.end;
    }
    return false;
}

static struct name divide_key(const struct format *f, const char *text, size_t size,
                              const char *key) {
    const char *last = f->brackets || f->blocks ? strrchr(key, '.') : NULL;
    if (!last)
        return (struct name){"", key, 0};
    for (const char *point = last; point; point = memrchr(key, '.', (size_t)(point - key)))
        if (has_section(f, text, size, key, (size_t)(point - key), NULL))
            return (struct name){key, point + 1, (size_t)(point - key)};
    return has_section(f, text, size, NULL, 0, key)
               ? (struct name){"", key, 0}
               : (struct name){key, last + 1, (size_t)(last - key)};
}

int lines_each(const char *format, const char *text, size_t size, each_entry *each, void *data) {
    const struct format *f = line_format(format);
    struct span section = {0};
    size_t number = 1;
    int r = 0;
    for (size_t at = 0; at < size && r == 0;) {
        AUTO_STR key = STR_INIT, value = STR_INIT;
        struct line line = read_line(f, text, size, at);
        if (line.kind == LINE_SECTION)
            section = line.key;
        if (line.kind == LINE_ENTRY) {
            if (section.end)
                str_printf(&key, "%.*s.", (int)(section.end - section.begin), text + section.begin);
            str_append(&key, text + line.key.begin, line.key.end - line.key.begin);
            decode(f, text, line.value, &value);
            if (key.failed || value.failed)
                return -ENOMEM;
            r = each(&(struct os_config_entry){key.data, value.data, number}, data);
        }
        for (; at < line.whole.end; at = whole_line(text, size, at))
            number++;
    }
    return r;
}

/* ------------------------------------------------------------------------------ editing */

/* What an edit needs to know of a text. */
struct found {
    struct line entry, shown, neighbour; /* of the section that is meant */
    bool has_entry, has_shown, has_neighbour, has_section;
    size_t end; /* where a line of that section is put, where nothing else tells */
};

static void look(const struct format *f, const char *text, size_t size, const struct name *name,
                 struct found *found) {
    bool inside = !name->section_size;
    size_t key_size = strlen(name->key);
    *found = (struct found){.has_section = inside};
    for (size_t at = 0; at < size;) {
        struct line line = read_line(f, text, size, at);
        at = line.whole.end;
        if (line.kind == LINE_SECTION) {
            inside =
                name->section_size && same(f, text, line.key, name->section, name->section_size);
            found->has_section = found->has_section || inside;
            if (inside)
                found->end = at;
            continue;
        }
        if (line.kind == LINE_ENTRY && (inside || !found->has_neighbour)) {
            found->neighbour = line;
            found->has_neighbour = true;
        }
        if (!inside)
            continue;
        if (line.kind != LINE_BLANK)
            found->end = at;
        bool meant = (line.kind == LINE_ENTRY || line.kind == LINE_SHOWN) &&
                     same(f, text, line.key, name->key, key_size);
        if (meant && line.kind == LINE_ENTRY && !(f->first && found->has_entry)) {
            found->entry = line;
            found->has_entry = true;
        } else if (meant && line.kind == LINE_SHOWN) {
            found->shown = line;
            found->has_shown = true;
        }
    }
}

/* A new line, written as another one is: with its indent, and what stands between key and value. */
static int new_line(const struct format *f, const char *text, const struct found *found,
                    const char *key, const char *value, struct str *s) {
    const struct line *like = found->has_shown ? &found->shown : &found->neighbour;
    bool alike = found->has_shown || found->has_neighbour;
    const char *old =
        alike && like->value.end > like->value.begin ? text + like->value.begin : NULL;
    if (alike)
        str_append(s, text + like->whole.begin, like->indent);
    str_append_text(s, key);
    if (alike && old)
        str_append(s, text + like->key.end, like->value.begin - like->key.end);
    else
        str_append_text(s, f->usual);
    return encode(f, value, f->quoted ? old : NULL, s);
}

/* A section that isn't there comes last, below an empty line. */
static int add_section(const struct format *f, const char *text, size_t size,
                       const struct name *name, const struct found *found, const char *value,
                       struct str *ret) {
    AUTO_STR head = STR_INIT, line = STR_INIT, with_head = STR_INIT;
    str_printf(&head, f->brackets ? "[%.*s]" : "%.*s", (int)name->section_size, name->section);
    int r = new_line(f, text, found, name->key, value, &line);
    if (r < 0)
        return r;
    if (size)
        put_line(&with_head, text, size, size, "", 0);
    AUTO_STR more = STR_INIT;
    put_line(&more, with_head.data ? with_head.data : "", with_head.size, with_head.size, head.data,
             head.size);
    put_line(ret, more.data, more.size, more.size, line.data, line.size);
    ret->failed = ret->failed || head.failed || line.failed || with_head.failed || more.failed;
    return 0;
}

static int set_key(const struct format *f, const char *text, size_t size, const struct name *name,
                   const struct edit *edit, struct str *ret) {
    struct found found;
    AUTO_STR value = STR_INIT, line = STR_INIT;
    look(f, text, size, name, &found);
    if (found.has_entry && !(edit->flags & OS_CONFIG_ADD)) {
        AUTO_STR now = STR_INIT;
        decode(f, text, found.entry.value, &now);
        if (now.failed)
            return -ENOMEM;
        if (strcmp(now.data, edit->value) == 0) { /* however it is written */
            str_append(ret, text, size);
            return 0;
        }
        struct span old = found.entry.value;
        int r = encode(f, edit->value, old.end > old.begin ? text + old.begin : NULL, &value);
        if (r >= 0)
            put_spliced(ret, text, size, old, value.data ? value.data : "", value.size);
        ret->failed = ret->failed || value.failed;
        return r;
    }
    if (!found.has_section)
        return add_section(f, text, size, name, &found, edit->value, ret);
    int r = new_line(f, text, &found, name->key, edit->value, &line);
    size_t at = found.has_entry   ? found.entry.whole.end
                : found.has_shown ? found.shown.whole.end
                                  : found.end;
    if (r >= 0)
        put_line(ret, text, size, at, line.data, line.size);
    ret->failed = ret->failed || line.failed;
    return r;
}

static int unset_key(const struct format *f, const char *text, size_t size, const struct name *name,
                     struct str *ret) {
    struct found found;
    str_append(ret, text, size);
    for (;;) {
        look(f, ret->data, ret->size, name, &found);
        if (!found.has_entry || ret->failed)
            return 0;
        AUTO_STR less = STR_INIT;
        drop_lines(&less, ret->data, ret->size, found.entry.whole);
        struct str old = *ret;
        *ret = less;
        less = old;
    }
}

/* What a key of a format is made of. */
static bool is_key(const struct format *f, const struct name *name) {
    if (!*name->key || strpbrk(name->key, "\r\n") || is_in(f->comments, *name->key) ||
        memchr(name->section, '\n', name->section_size) || *name->key == '[')
        return false;
    size_t key_size = strlen(name->key);
    for (const char *c = name->key; *c; c++)
        if (is_in(f->marks, *c) || (is_blank(*c) && !f->words))
            return false;
    if (is_blank(*name->key) || is_blank(name->key[key_size - 1]))
        return false;
    if (f->blocks && name->section_size)
        return strncasecmp(name->section, "Match ", 6) == 0 ||
               strncasecmp(name->section, "Host ", 5) == 0;
    return !f->brackets || !memchr(name->section, ']', name->section_size);
}

int lines_edit(const char *format, const char *text, size_t size, const struct edit *edit,
               struct str *ret) {
    const struct format *f = line_format(format);
    struct name name = divide_key(f, text, size, edit->key);
    if (!is_key(f, &name) || ((edit->flags & OS_CONFIG_ADD) && !f->several))
        return -EINVAL;
    str_append(ret, "", 0);
    int r = edit->value ? set_key(f, text, size, &name, edit, ret)
                        : unset_key(f, text, size, &name, ret);
    return r < 0 ? r : ret->failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ texts */

void put_spliced(struct str *s, const char *text, size_t size, struct span part, const char *with,
                 size_t with_size) {
    str_append(s, text, part.begin);
    str_append(s, with, with_size);
    str_append(s, text + part.end, size - part.end);
}

void put_line(struct str *s, const char *text, size_t size, size_t at, const char *line,
              size_t line_size) {
    const char *feed =
        size ? memchr(text, '\n', size) : NULL; /* of nothing there may be no address */
    const char *end = feed && feed > text && feed[-1] == '\r' ? "\r\n" : "\n";
    bool open = at == size && size && text[size - 1] != '\n';
    str_append(s, text, at);
    if (open)
        str_append_text(s, end);
    str_append(s, line, line_size);
    if (!open)
        str_append_text(s, end);
    str_append(s, text + at, size - at);
}

void drop_lines(struct str *s, const char *text, size_t size, struct span lines) {
    size_t before = lines.begin;
    if (lines.end == size && lines.end > lines.begin && text[size - 1] != '\n' && before)
        before = content_end(text, (struct span){0, before});
    str_append(s, text, before);
    str_append(s, text + lines.end, size - lines.end);
}
