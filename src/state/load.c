/* SPDX-License-Identifier: MIT */
/** The files of a state: read, with what they include; and what is wrong with them. */
#include "state/state.h"

#include <osier/contents.h>
#include <osier/directories.h>
#include <osier/error.h>
#include <osier/files.h>
#include <osier/path.h>
#include <osier/tree.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------ problems */

/* The line that an offset stands in, to free(). */
static char *line_of(const struct source *source, size_t at) {
    at = at < source->size ? at : source->size;
    size_t begin = at, end = at;
    while (begin > 0 && source->text[begin - 1] != '\n')
        begin--;
    while (end < source->size && source->text[end] != '\n')
        end++;
    return mem_text(source->text + begin, end - begin);
}

static int tell(struct os_state *state, const struct place *place, const char *message) {
    struct os_state_problem told = {.message = message};
    AUTO_FREE char *line = NULL;
    if (place && place->source) {
        told.path = place->source->path;
        if (place->source->text) {
            data_position(place->source->text, place->source->size, place->at, &told.line,
                          &told.column);
            told.source = line = line_of(place->source, place->at);
            if (!line)
                return -ENOMEM;
        }
    }
    if (state->on_problem)
        state->on_problem(&told, state->data);
    return -EBADMSG;
}

/* A name may have an end of line in it, and look like another message: "\\n" stands for one. */
static int append_plain(struct str *s, const char *text) {
    for (; *text; text++)
        if (*text == '\n')
            str_append_text(s, "\\n");
        else if ((unsigned char)*text < 0x20 || *text == 0x7f)
            str_printf(s, "\\x%02x", (unsigned char)*text);
        else
            str_append_char(s, *text);
    return s->failed ? -ENOMEM : 0;
}

__attribute__((format(printf, 4, 0))) static int tell_plain(struct os_state *state,
                                                            const struct place *place,
                                                            const char *said, const char *format,
                                                            va_list arguments) {
    AUTO_STR whole = STR_INIT;
    AUTO_FREE char *message = NULL;
    int size = fault_due("malloc") ? -1 : vasprintf(&message, format, arguments);
    if (size < 0) {
        message = NULL;
        return -ENOMEM;
    }
    int r = append_plain(&whole, message);
    if (r >= 0 && *said)
        str_printf(&whole, ": %s", said);
    return r < 0 || whole.failed ? -ENOMEM : tell(state, place, whole.data ? whole.data : "");
}

int problem(struct os_state *state, const struct place *place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int r = tell_plain(state, place, "", format, arguments);
    va_end(arguments);
    return r;
}

int problem_said(struct os_state *state, const struct place *place, const char *said,
                 const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int r = tell_plain(state, place, said, format, arguments);
    va_end(arguments);
    return r;
}

int problem_errno(struct os_state *state, const struct resource *resource, const char *what) {
    if (errno == ENOMEM)
        return -ENOMEM;
    AUTO_FREE char *text = os_error_text();
    return text ? problem(state, &resource->place, "%s%s%s", what ? what : "", what ? ": " : "",
                          text)
                : -ENOMEM;
}

const char *place_text(struct os_state *state, const struct place *place) {
    char number[32];
    size_t line = 0, column;
    if (place->source->text)
        data_position(place->source->text, place->source->size, place->at, &line, &column);
    size_t size = strlen(place->source->path), digits;
    digits = (size_t)snprintf(number, sizeof number, ":%zu", line);
    char *text = arena_alloc(&state->arena, size + digits + 1);
    if (text)
        memcpy(mempcpy(text, place->source->path, size), number, digits + 1);
    return text;
}

/* ------------------------------------------------------------------------------ reading */

static bool ends_with(const char *text, const char *end) {
    size_t size = strlen(text), of_end = strlen(end);
    return size >= of_end && strcmp(text + size - of_end, end) == 0;
}

bool is_tmpfiles(const struct source *source) {
    return !source->given && ends_with(source->path, ".conf");
}

const char *path_beside(struct os_state *state, const struct source *source, const char *path) {
    const char *slash = *path == '/' ? NULL : strrchr(source->path, '/');
    size_t directory = slash ? (size_t)(slash - source->path) + 1 : 0, size = strlen(path);
    char *whole = arena_alloc(&state->arena, directory + size + 1);
    if (whole) {
        memcpy(whole, source->path, directory);
        memcpy(whole + directory, path, size + 1);
    }
    return whole;
}

/* A new, empty entry of the list of files. */
static int add_source(struct os_state *state, const char *path, struct source **ret) {
    struct source *source = arena_alloc(&state->arena, sizeof *source);
    if (!source || !(source->path = arena_text(&state->arena, path, strlen(path))))
        return -ENOMEM;
    str_append(&state->sources, (const char *)&source, sizeof source);
    *ret = source;
    return state->sources.failed ? -ENOMEM : 0;
}

static bool is_known(const struct os_state *state, const struct source *source) {
    for (size_t i = 0; i < source_count(state); i++) {
        const struct source *other = sources_of(state)[i];
        if (other != source && !other->given && other->device == source->device &&
            other->inode == source->inode)
            return true;
    }
    return false;
}

static int parse(struct os_state *state, struct source *source) {
    struct data_problem wrong;
    if (is_tmpfiles(source))
        return 0;
    int r = (source->given || ends_with(source->path, ".json") ? data_read_json : data_read_toml)(
        source->text, source->size, &source->data, &wrong);
    struct place place = {source, r == -EBADMSG ? wrong.at : 0};
    if (r == -EBADMSG)
        return problem(state, &place, "%s", wrong.words);
    if (r == 0 && source->data.values->type != DATA_TABLE)
        return problem(state, &place, "a state is a table, not %s",
                       data_type_name(source->data.values->type));
    return r;
}

/* One that is included, if there was a mistake in how; the state's own is the caller's to tell. */
static int unreadable(struct os_state *state, const struct place *from) {
    if (!from || errno == ENOMEM)
        return seam_failure();
    AUTO_FREE char *text = os_error_text();
    return text ? problem(state, from, "%s", text) : -ENOMEM;
}

static int load_included(struct os_state *state, const struct source *source,
                         const struct data_value *item, unsigned depth) {
    struct place place = {source, item->at};
    if (item->type != DATA_TEXT)
        return problem(state, &place, "include is a list of paths, with * and ?");
    const char *pattern = path_beside(state, source, item->text);
    if (!pattern)
        return -ENOMEM;
    if (!strpbrk(item->text, "*?["))
        return load_file(state, pattern, &place, depth);
    os_autofree char **list = os_glob(pattern, 0);
    int r = list ? 0 : seam_failure();
    if (list)
        os_sort(list);
    for (size_t i = 0; r >= 0 && list[i]; i++)
        r = load_file(state, list[i], &place, depth);
    return r;
}

static int load_includes(struct os_state *state, const struct source *source, unsigned depth) {
    const struct data_value *top = source->data.values,
                            *list = data_find(&source->data, top, "include", 7);
    if (!list)
        return 0;
    struct place place = {source, list->at};
    if (list->type != DATA_LIST)
        return problem(state, &place, "include is a list of paths, with * and ?");
    int r = 0;
    const struct data_value *item = data_first(&source->data, list);
    for (; r >= 0 && item; item = data_next(&source->data, item))
        r = load_included(state, source, item, depth);
    return r;
}

/* What a file includes comes before it. */
static void put_last(struct os_state *state, struct source *source) {
    struct source **list = sources_of(state);
    size_t count = source_count(state), i = 0;
    while (list[i] != source)
        i++;
    memmove(list + i, list + i + 1, (count - i - 1) * sizeof *list);
    list[count - 1] = source;
}

enum { DEEPEST = 32 }; /* files that include each other */

/* The file itself; of the state that the caller has given, that. */
static int load_text(struct os_state *state, struct source *source, const struct place *from) {
    struct os_stat_result st;
    if (source->given) {
        source->size = strlen(state->text);
        source->text = mem_text(state->text, source->size);
        return source->text ? 0 : -ENOMEM;
    }
    if (os_stat(source->path, &st, 0) < 0)
        return unreadable(state, from);
    source->device = st.st_dev;
    source->inode = st.st_ino;
    if (is_known(state, source))
        return 1;
    source->text = os_read_file(source->path, &source->size);
    return source->text ? 0 : unreadable(state, from);
}

int load_file(struct os_state *state, const char *path, const struct place *from, unsigned depth) {
    struct source *source;
    if (depth > DEEPEST)
        return problem(state, from, "too many files include each other");
    int r = add_source(state, path, &source);
    if (r < 0)
        return r;
    source->first = source_count(state) == 1;
    source->given = source->first && state->text;
    r = load_text(state, source, from);
    if (r > 0) /* it is there already */
        str_truncate(&state->sources, state->sources.size - sizeof source);
    if (r != 0)
        return r < 0 ? r : 0;
    r = parse(state, source);
    if (r >= 0)
        r = is_tmpfiles(source) ? 1 : fits(state, source);
    source->fits = r > 0;
    if (r > 0 && !is_tmpfiles(source))
        r = load_includes(state, source, depth + 1);
    put_last(state, source);
    return r < 0 ? r : 0;
}
