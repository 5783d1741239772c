/* SPDX-License-Identifier: MIT */
/** crontab(5): variables, and jobs, each of which is called by its command and has a schedule as its value. */
#include "base/seam.h"
#include "config/format.h"

#include <ctype.h>
#include <errno.h>

/* A line: a variable NAME = VALUE, or a job with its schedule, which in files of the system has a user behind it. */
struct cron_line {
    struct span whole, key, value;
    enum { CRON_OTHER, CRON_VARIABLE, CRON_JOB } kind;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static size_t skip(const char *text, size_t at, size_t end, bool blanks) {
    while (at < end && is_blank(text[at]) == blanks)
        at++;
    return at;
}

/* NAME = VALUE, where either may stand in quotation marks: as cron reads them, before it looks for a job. */
static bool read_variable(const char *text, size_t at, size_t end, struct cron_line *line) {
    char mark = at < end && strchr("\"'", text[at]) ? text[at] : '\0';
    size_t begin = at + (mark != '\0'), c = begin;
    while (c < end && (mark ? text[c] != mark : !is_blank(text[c]) && text[c] != '='))
        c++;
    line->key = (struct span){begin, c};
    c = skip(text, c + (mark && c < end), end, true);
    if (c >= end || text[c] != '=' || line->key.begin == line->key.end)
        return false;
    c = skip(text, c + 1, end, true);
    while (end > c && is_blank(text[end - 1]))
        end--;
    bool quoted = end - c >= 2 && strchr("\"'", text[c]) && text[end - 1] == text[c];
    line->value = (struct span){c + quoted, end - quoted};
    return true;
}

/* How many words a schedule has, with the user of a file of the system. */
static int schedule_words(const char *text, size_t at, size_t end, bool system) {
    return at < end && text[at] == '@'                                         ? 1 + system
           : at < end && (isdigit((unsigned char)text[at]) || text[at] == '*') ? 5 + system
                                                                               : 0;
}

static bool read_job(const char *text, size_t at, size_t end, bool system, struct cron_line *line) {
    int words = schedule_words(text, at, end, system);
    line->value.begin = at;
    for (int i = 0; i < words; i++) {
        line->value.end = skip(text, at, end, false);
        at = skip(text, line->value.end, end, true);
    }
    line->key = (struct span){at, end};
    return words && at < end;
}

static struct cron_line read_line(const char *text, size_t size, size_t at, bool system) {
    struct cron_line line = {.whole = {at, whole_line(text, size, at)}};
    size_t end = content_end(text, line.whole);
    at = skip(text, at, end, true);
    if (at == end || text[at] == '#')
        return line;
    line.kind = read_variable(text, at, end, &line)      ? CRON_VARIABLE
                : read_job(text, at, end, system, &line) ? CRON_JOB
                                                         : CRON_OTHER;
    return line;
}

/* Whether a user stands behind each schedule. */
static bool of_system(const char *format) {
    return strcmp(format, "cron") == 0;
}

int crontab_each(const char *format, const char *text, size_t size, each_entry *each, void *data) {
    size_t number = 1;
    int r = 0;
    for (size_t at = 0; r == 0 && at < size; number++) {
        struct cron_line line = read_line(text, size, at, of_system(format));
        at = line.whole.end;
        if (line.kind == CRON_OTHER)
            continue;
        AUTO_FREE char *key = mem_text(text + line.key.begin, line.key.end - line.key.begin);
        AUTO_FREE char *value =
            mem_text(text + line.value.begin, line.value.end - line.value.begin);
        r = key && value ? each(&(struct os_config_entry){key, value, number}, data) : -ENOMEM;
    }
    return r;
}

/* ------------------------------------------------------------------------------ editing */

/* Whether a value is all of a schedule, so that what it belongs to is a job. */
static bool is_schedule(const char *value, bool system) {
    size_t size = strlen(value), at = 0;
    for (int words = schedule_words(value, 0, size, system); words > 0; words--) {
        if (at == size)
            return false;
        at = skip(value, skip(value, at, size, false), size, true);
    }
    return size && at == size && !is_blank(value[size - 1]) &&
           schedule_words(value, 0, size, system);
}

/* A line as it is written; −EINVAL where it would be read as another one. */
static int new_line(const struct edit *edit, bool system, struct str *s) {
    size_t size = strlen(edit->value);
    if (strpbrk(edit->key, "\r\n") || strpbrk(edit->value, "\r\n"))
        return -EINVAL;
    if (is_schedule(edit->value, system)) {
        str_printf(s, "%s %s", edit->value, edit->key);
    } else {
        bool marks = !size || is_blank(*edit->value) || is_blank(edit->value[size - 1]);
        str_printf(s, marks ? "%s=\"%s\"" : "%s=%s", edit->key, edit->value);
    }
    if (s->failed)
        return -ENOMEM;
    struct cron_line line = read_line(s->data, s->size, 0, system);
    return line.kind && line.key.end - line.key.begin == strlen(edit->key) &&
                   memcmp(s->data + line.key.begin, edit->key, strlen(edit->key)) == 0 &&
                   line.value.end - line.value.begin == size &&
                   memcmp(s->data + line.value.begin, edit->value, size) == 0
               ? (int)line.kind
               : -EINVAL;
}

/* The first line with the key; and where a variable is put: behind the others, before all jobs, as each job has those
 * above it. */
static bool look(const char *text, size_t size, const char *key, bool system, struct cron_line *ret,
                 size_t *ret_place) {
    bool found = false, open = true, beside = false;
    *ret_place = size;
    for (size_t at = 0; at < size;) {
        struct cron_line line = read_line(text, size, at, system);
        if (open && !beside && line.kind == CRON_JOB)
            *ret_place = at;
        open = open && line.kind != CRON_JOB;
        at = line.whole.end;
        if (open && line.kind == CRON_VARIABLE) {
            *ret_place = at;
            beside = true;
        }
        if (!found && line.kind && line.key.end - line.key.begin == strlen(key) &&
            memcmp(text + line.key.begin, key, strlen(key)) == 0) {
            *ret = line;
            found = true;
        }
    }
    return found;
}

int crontab_edit(const char *format, const char *text, size_t size, const struct edit *edit,
                 struct str *ret) {
    struct cron_line line = {.kind = CRON_OTHER};
    AUTO_STR new = STR_INIT;
    bool system = of_system(format);
    size_t place;
    str_append(ret, "", 0);
    if (edit->flags & OS_CONFIG_ADD)
        return -EINVAL;
    bool there = look(text, size, edit->key, system, &line, &place);
    int kind = edit->value ? new_line(edit, system, &new) : 0;
    if (kind < 0)
        return kind;
    if (!edit->value && there)
        drop_lines(ret, text, size, line.whole);
    else if (!edit->value)
        str_append(ret, text, size);
    else if (there && (int)line.kind != kind)
        return -EINVAL; /* a variable is no job */
    else if (there) {
        size_t value = strlen(edit->value);
        bool same = line.value.end - line.value.begin == value &&
                    memcmp(text + line.value.begin, edit->value, value) == 0;
        bool bare = kind == CRON_JOB ||
                    (value && edit->value[0] != ' ' && edit->value[value - 1] != ' ') ||
                    (line.value.begin && strchr("\"'", text[line.value.begin - 1]));
        if (same)
            str_append(ret, text, size);
        else if (bare)
            put_spliced(ret, text, size, line.value, edit->value, value);
        else /* in quotation marks, which it hasn't as yet */
            put_spliced(ret, text, size,
                        (struct span){line.whole.begin, content_end(text, line.whole)}, new.data,
                        new.size);
    } else
        put_line(ret, text, size, kind == CRON_JOB ? size : place, new.data, new.size);
    return ret->failed ? -ENOMEM : 0;
}
