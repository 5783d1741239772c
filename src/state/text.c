/* SPDX-License-Identifier: MIT */
/** Lines and blocks of files that somebody else may write to as well. */
#include "base/seam.h"
#include "state/kinds.h"
#include "state/view.h"

#include <regex.h>
#include <stdint.h>
#include <string.h>

/* ------------------------------------------------------------------------------ members */

/* What is said of one line or block: "name = text", or a table. */
struct item {
    const char *text, *match, *comment;
    bool absent;
};

static int take(struct os_state *state, const struct resource *resource, const struct data_value *v,
                const char **ret) {
    struct place place = {resource->place.source, v->at};
    size_t size;
    if (v->type != DATA_TEXT)
        return problem(state, &place, "expected a text, not %s", data_type_name(v->type));
    int r = expand(state, &place, v->text, v->size, ret, &size);
    return r >= 0 && strlen(*ret) != size ? problem(state, &place, "this text has a NUL in it") : r;
}

static int take_flag(struct os_state *state, const struct resource *resource,
                     const struct data_value *v, bool *ret) {
    struct place place = {resource->place.source, v->at};
    *ret = v->yes;
    return v->type == DATA_BOOL ? 0 : problem(state, &place, "expected true or false");
}

static int read_item(struct os_state *state, const struct resource *resource,
                     const struct data_value *v, const char *text, struct item *ret) {
    const struct data *data = &resource->place.source->data;
    struct place place = {resource->place.source, v->at};
    *ret = (struct item){.comment = "#"};
    if (v->type != DATA_TABLE)
        return take(state, resource, v, &ret->text);
    int r = 0;
    const struct data_value *member = data_first(data, v);
    for (; r >= 0 && member; member = data_next(data, member)) {
        struct place here = {resource->place.source, member->key_at};
        if (strcmp(member->key, text) == 0)
            r = take(state, resource, member, &ret->text);
        else if (strcmp(member->key, "absent") == 0)
            r = take_flag(state, resource, member, &ret->absent);
        else if (resource->kind == &kind_line && strcmp(member->key, "match") == 0)
            r = take(state, resource, member, &ret->match);
        else if (resource->kind == &kind_block && strcmp(member->key, "comment") == 0)
            r = take(state, resource, member, &ret->comment);
        else
            r = problem(state, &here, "a %s has no '%s'; it has %s, %s, absent",
                        resource->kind->name, member->key, text,
                        resource->kind == &kind_line ? "match" : "comment");
    }
    if (r >= 0 && !ret->text && !(ret->absent && (ret->match || resource->kind == &kind_block)))
        r = problem(state, &place, "a %s has a %s", resource->kind->name, text);
    return r;
}

/* ------------------------------------------------------------------------------ lines */

static bool same_line(const char *line, size_t size, const char *text) {
    if (size && line[size - 1] == '\n')
        size--;
    return strlen(text) == size && memcmp(line, text, size) == 0;
}

size_t line_size(const char *at, const char *end) {
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    return (size_t)((feed ? feed + 1 : end) - at);
}

/* A pattern matches a line without its end; `room` is for the line with a NUL behind it. */
bool line_matches(const regex_t *pattern, const char *line, size_t size, struct str *room) {
    str_truncate(room, 0);
    str_append(room, line, size && line[size - 1] == '\n' ? size - 1 : size);
    return !room->failed && regexec(pattern, room->data, 0, NULL, 0) == 0;
}

static bool has_line(const struct str *text, const char *line) {
    const char *at = text->data, *end = at + text->size;
    for (size_t size; at < end; at += size) {
        size = line_size(at, end);
        if (same_line(at, size, line))
            return true;
    }
    return false;
}

/* Copies `old` with the line put in: where the first one is that the pattern matches, else at the end.
 * Or without all lines that are or match it. */
static void edit_lines(const struct str *old, const struct item *item, const regex_t *pattern,
                       struct str *s) {
    AUTO_STR room = STR_INIT;
    bool done = item->absent || !item->text || has_line(old, item->text);
    const char *at = old->data, *end = at + old->size;
    for (size_t size; at < end; at += size) {
        size = line_size(at, end);
        bool same = item->text && same_line(at, size, item->text);
        bool match = pattern && line_matches(pattern, at, size, &room);
        if (item->absent && (pattern ? match : same))
            continue;
        if (!done && match) {
            str_append_text(s, item->text);
            str_append(s, "\n", at[size - 1] == '\n');
            done = true;
        } else {
            str_append(s, at, size);
        }
    }
    s->failed = s->failed || room.failed;
    if (done)
        return;
    if (s->size && s->data[s->size - 1] != '\n')
        str_append_char(s, '\n');
    str_append_text(s, item->text);
    str_append_char(s, '\n');
}

static int edit_line(struct os_state *state, const struct resource *resource,
                     const struct data_value *v, struct str *text) {
    struct place place = {resource->place.source, v->at};
    struct item item;
    regex_t pattern;
    AUTO_STR edited = STR_INIT;
    int r = read_item(state, resource, v, "line", &item);
    if (r >= 0 && item.text && strchr(item.text, '\n'))
        r = problem(state, &place, "a line has no end of line in it; [block] has many lines");
    if (r >= 0 && item.match && regcomp(&pattern, item.match, REG_EXTENDED | REG_NOSUB) != 0)
        r = problem(state, &place, "'%s' is no extended regular expression", item.match);
    if (r < 0)
        return r;
    str_append(&edited, "", 0);
    edit_lines(text, &item, item.match ? &pattern : NULL, &edited);
    if (item.match)
        regfree(&pattern);
    struct str old = *text;
    *text = edited;
    edited = old;
    return text->failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ blocks */

/* The line that begins or ends a block, at `at` or behind it: NULL where there is none. */
static const char *find_mark(const char *at, const char *end, const char *mark) {
    for (; at < end; at += line_size(at, end))
        if (same_line(at, line_size(at, end), mark))
            return at;
    return NULL;
}

static int edit_block(struct os_state *state, const struct resource *resource,
                      const struct data_value *v, struct str *text) {
    AUTO_STR first = STR_INIT, last = STR_INIT, edited = STR_INIT;
    struct place place = {resource->place.source, v->key_at};
    struct item item;
    int r = read_item(state, resource, v, "text", &item);
    if (r < 0)
        return r;
    str_printf(&first, "%s osier %s: begin", item.comment, v->key);
    str_printf(&last, "%s osier %s: end", item.comment, v->key);
    if (first.failed || last.failed)
        return -ENOMEM;
    const char *end = text->data + text->size, *from = find_mark(text->data, end, first.data);
    const char *to = from ? find_mark(from, end, last.data) : NULL;
    if (from && !to)
        return problem(state, &place, "'%s' has a line '%s', but no '%s' behind it", resource->name,
                       first.data, last.data);
    str_append(&edited, text->data, (size_t)((from ? from : end) - text->data));
    if (!item.absent && item.text) {
        if (edited.size && edited.data[edited.size - 1] != '\n')
            str_append_char(&edited, '\n');
        size_t size = strlen(item.text);
        str_printf(&edited, "%s\n%s%s%s\n", first.data, item.text,
                   size && item.text[size - 1] != '\n' ? "\n" : "", last.data);
    }
    if (to)
        to += line_size(to, end);
    str_append(&edited, to ? to : end, (size_t)(end - (to ? to : end)));
    struct str old = *text;
    *text = edited;
    edited = old;
    return text->failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ both */

/* Each item by itself is right; its texts are read once more when it is planned. */
static int begin_items(struct os_state *state, struct resource *resource, const char *text) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = data_first(data, resource->table);
    struct item item;
    int result = 0;
    for (; v && result != -ENOMEM; v = data_next(data, v)) {
        if (strcmp(v->key, AFTER_KEY) == 0)
            continue;
        int r = read_item(state, resource, v, text, &item);
        result = r < 0 ? r : result;
    }
    return result;
}

int begin_lines(struct os_state *state, struct resource *resource) {
    return begin_items(state, resource, "line");
}

int begin_blocks(struct os_state *state, struct resource *resource) {
    return begin_items(state, resource, "text");
}

/* The text as it is: 0, with `*ret_there` where there is a file. */
static int load(struct os_state *state, const struct resource *resource, struct str *text,
                bool *ret_there) {
    struct os_stat_result st;
    AUTO_FREE char *data = NULL;
    size_t size = 0;
    int r = view_file(state, resource->name, SIZE_MAX, &st, &data, &size);
    *ret_there = r == 0;
    str_append(text, data ? data : "", size);
    return r == -ENOENT ? 0 : r < 0 && r != -ENOMEM ? problem_errno(state, resource, NULL) : r;
}

int plan_edits(struct os_state *state, const struct resource *resource,
               int (*edit)(struct os_state *state, const struct resource *resource,
                           const struct data_value *v, struct str *text)) {
    const struct data *data = &resource->place.source->data;
    AUTO_STR old = STR_INIT, text = STR_INIT;
    struct os_stat_result st;
    bool there;
    int r = load(state, resource, &old, &there);
    str_append(&text, old.data ? old.data : "", old.size);
    const struct data_value *v = data_first(data, resource->table);
    for (; r == 0 && v; v = data_next(data, v))
        r = strcmp(v->key, AFTER_KEY) == 0 ? 0
            : text.failed                  ? -ENOMEM
                                           : edit(state, resource, v, &text);
    if (r != 0 || str_equal(&text, &old))
        return r;
    if (state->from_disk)
        return AGAIN;
    const struct content content = {.data = text.data, .size = text.size, .follow = true};
    struct want want = resource->want;
    want.new_mode = 0644;
    if (there && (r = view_lstat(state, resource->name, &st)) == 0)
        r = touch_object(state, &st);
    if (r == 0)
        r = write_content(state, resource, resource->name, &content, there ? old.data : NULL,
                          old.size, &want);
    if (r < 0 || there)
        return r;
    return ensure_file(
        state, resource, resource->name, &(struct content){0},
        &(struct want){.mode = 0644, .has_mode = true, .uid = (uid_t)-1, .gid = (gid_t)-1});
}

int plan_lines(struct os_state *state, const struct resource *resource) {
    return plan_edits(state, resource, edit_line);
}

int plan_blocks(struct os_state *state, const struct resource *resource) {
    return plan_edits(state, resource, edit_block);
}
