/* SPDX-License-Identifier: MIT */
/** Variables: collected from files and caller, and put into texts. */
#include "base/cancel.h"
#include "base/error.h"
#include "state/state.h"
#include "tree/match.h"

#include <string.h>

static struct var *vars_of(const struct os_state *state) {
    return (struct var *)(void *)state->vars.data;
}

static size_t var_count(const struct os_state *state) {
    return state->vars.size / sizeof(struct var);
}

static struct var *find_var(const struct os_state *state, const char *name, size_t size) {
    struct var *list = vars_of(state);
    for (size_t i = 0; i < var_count(state); i++)
        if (strlen(list[i].name) == size && memcmp(list[i].name, name, size) == 0)
            return &list[i];
    return NULL;
}

/* ------------------------------------------------------------------------------ collecting */

/* A later one takes the place of an earlier one. */
static int set_var(struct os_state *state, const struct var *var) {
    struct var *old = find_var(state, var->name, strlen(var->name));
    if (old)
        *old = *var;
    else
        str_append(&state->vars, (const char *)var, sizeof *var);
    return state->vars.failed ? -ENOMEM : 0;
}

static int take_vars(struct os_state *state, const struct source *source,
                     const struct data_value *table) {
    const struct data_value *v = data_first(&source->data, table);
    int r = 0;
    for (; r >= 0 && v; v = data_next(&source->data, v)) {
        struct var var = {v->key, v->text, v->size, {source, v->at}, 0};
        if (v->type == DATA_LIST || v->type == DATA_TABLE || v->type == DATA_NULL)
            r = problem(state, &var.place, "a variable is a text, a number or a boolean, not %s",
                        data_type_name(v->type));
        else
            r = set_var(state, &var);
    }
    return r;
}

static int take_file(struct os_state *state, const struct source *source) {
    const struct data_value *table =
        source->data.count ? data_find(&source->data, source->data.values, "vars", 4) : NULL;
    struct place place = {source, table ? table->at : 0};
    if (!table || !source->fits)
        return 0;
    if (table->type != DATA_TABLE)
        return problem(state, &place, "vars is a table");
    return take_vars(state, source, table);
}

/* "NAME=VALUE" of the caller. */
static int take_given(struct os_state *state, const char *given) {
    const char *equals = strchr(given, '=');
    if (!equals || equals == given)
        return -EINVAL;
    char *copy = arena_text(&state->arena, given, strlen(given));
    if (!copy)
        return -ENOMEM;
    copy[equals - given] = '\0';
    struct var var = {copy, copy + (equals - given) + 1, strlen(equals + 1), {0}, 2};
    return set_var(state, &var);
}

/* vars.d/HOST.toml beside the state. */
static int take_host(struct os_state *state, const char *path) {
    AUTO_STR host = STR_INIT;
    const char *slash = strrchr(path, '/');
    int r = fact("hostname", 8, &host);
    if (r < 0 || strchr(host.data, '/'))
        return r;
    AUTO_STR name = STR_INIT;
    str_append(&name, path, slash ? (size_t)(slash - path) + 1 : 0);
    str_printf(&name, "vars.d/%s.toml", host.data);
    if (name.failed)
        return -ENOMEM;
    size_t before = source_count(state);
    r = load_file(state, name.data, NULL, 0);
    if (r == -ENOENT)
        return 0;
    if (r < 0 || source_count(state) == before)
        return r;
    struct source *source = sources_of(state)[source_count(state) - 1];
    source->fits = false; /* it has no resources */
    return take_vars(state, source, source->data.values);
}

int load_vars(struct os_state *state, const char *path, const char *const *vars) {
    int r = 0;
    size_t count = source_count(state);
    for (size_t i = 0; r >= 0 && i < count; i++)
        r = take_file(state, sources_of(state)[i]);
    if (r >= 0 && !state->text)
        r = take_host(state, path);
    for (; r >= 0 && vars && *vars; vars++)
        r = take_given(state, *vars);
    return r;
}

/* ------------------------------------------------------------------------------ putting in */

enum { DEEPEST = 32 }; /* variables in the values of variables */

static int put(struct os_state *state, const struct place *place, const char *text, size_t size,
               struct str *s, int depth);

static int put_name(struct os_state *state, const struct place *place, const char *name,
                    size_t size, struct str *s, int depth) {
    struct var *var = find_var(state, name, size);
    if (!var) {
        int r = fact(name, size, s);
        return r == -ENOENT ? problem(state, place, "unknown name '%.*s'; two braces are {{{{",
                                      (int)size, name)
                            : r;
    }
    if (var->mark == 2) {
        str_append(s, var->value, var->size);
        return 0;
    }
    if (var->mark == 1 || depth > DEEPEST)
        return problem(state, &var->place, "the variable '%s' is made of itself", var->name);
    var->mark = 1;
    int r = put(state, &var->place, var->value, var->size, s, depth + 1);
    var->mark = 0;
    return r;
}

/* How many bytes "{{ name }}" at `text` has, with the name in it; 0 where it is none. */
static size_t braces(const char *text, const char *end, const char **ret_name, size_t *ret_size) {
    const char *close = memmem(text + 2, (size_t)(end - text) - 2, "}}", 2), *name = text + 2;
    if (!close)
        return 0;
    size_t size = (size_t)(close - name);
    while (size && (*name == ' ' || *name == '\t'))
        name++, size--;
    while (size && (name[size - 1] == ' ' || name[size - 1] == '\t'))
        size--;
    *ret_name = name;
    *ret_size = size;
    return size && !memchr(name, '\n', size) ? (size_t)(close - text) + 2 : 0;
}

static int put(struct os_state *state, const struct place *place, const char *text, size_t size,
               struct str *s, int depth) {
    const char *end = text + size, *name;
    size_t name_size;
    while (text < end) {
        const char *open = memmem(text, (size_t)(end - text), "{{", 2);
        str_append(s, text, (size_t)((open ? open : end) - text));
        if (!open)
            break;
        if (end - open >= 4 && memcmp(open, "{{{{", 4) == 0) {
            str_append(s, "{{", 2);
            text = open + 4;
            continue;
        }
        size_t taken = braces(open, end, &name, &name_size);
        if (!taken)
            return problem(state, place, "'{{' without a name and '}}'; two braces are {{{{");
        int r = put_name(state, place, name, name_size, s, depth);
        if (r < 0)
            return r;
        text = open + taken;
    }
    return s->failed ? -ENOMEM : 0;
}

int expand(struct os_state *state, const struct place *place, const char *text, size_t size,
           const char **ret_text, size_t *ret_size) {
    AUTO_STR s = STR_INIT;
    *ret_text = text;
    *ret_size = size;
    if (!size || !memmem(text, size, "{{", 2))
        return 0;
    int r = put(state, place, text, size, &s, 0);
    if (r < 0)
        return r;
    *ret_text = arena_text(&state->arena, s.data, s.size);
    *ret_size = s.size;
    return *ret_text ? 0 : -ENOMEM;
}

/* ------------------------------------------------------------------------------ [only] */

static int matches(struct os_state *state, const struct source *source,
                   const struct data_value *pattern, const char *value) {
    struct place place = {source, pattern->at};
    if (pattern->type == DATA_LIST || pattern->type == DATA_TABLE || pattern->type == DATA_NULL)
        return problem(state, &place, "expected a text with * and ?, or a list of such");
    return match_name(pattern->text, value);
}

/* A fact, and what it may be. */
static int fits_one(struct os_state *state, const struct source *source,
                    const struct data_value *v) {
    AUTO_STR value = STR_INIT;
    struct place place = {source, v->key_at};
    int r = fact(v->key, v->key_size, &value);
    if (r == -ENOENT)
        return problem(state, &place,
                       "there is no such fact; known are hostname, fqdn, os_id, os_version, arch, "
                       "kernel, cpus, memory, virt, boot_id, user, home");
    if (r < 0 || v->type != DATA_LIST)
        return r < 0 ? r : matches(state, source, v, value.data);
    const struct data_value *item = data_first(&source->data, v);
    for (r = 0; r == 0 && item; item = data_next(&source->data, item))
        r = matches(state, source, item, value.data);
    return r;
}

int fits(struct os_state *state, const struct source *source) {
    const struct data_value *only = data_find(&source->data, source->data.values, "only", 4);
    struct place place = {source, only ? only->at : 0};
    if (!only)
        return 1;
    if (only->type != DATA_TABLE)
        return problem(state, &place, "only is a table of facts");
    int r = 1;
    const struct data_value *v = data_first(&source->data, only);
    for (; r > 0 && v; v = data_next(&source->data, v))
        r = fits_one(state, source, v);
    return r;
}

/* ------------------------------------------------------------------------------ shown */

static int show(struct os_state *state, const char *name, const char *origin, int result,
                const struct str *value) {
    if (result < 0 || value->failed)
        return result < 0 ? result : -ENOMEM;
    struct os_state_var shown = {name, arena_text(&state->arena, value->data, value->size), origin};
    if (!shown.value || !origin)
        return -ENOMEM;
    str_append(&state->shown, (const char *)&shown, sizeof shown);
    return state->shown.failed ? -ENOMEM : 0;
}

static int show_all(struct os_state *state) {
    int r = 0;
    str_truncate(&state->shown, 0);
    for (size_t i = 0; r >= 0 && i < var_count(state); i++) {
        AUTO_STR value = STR_INIT;
        const struct var *var = &vars_of(state)[i];
        str_append(&value, "", 0);
        r = put_name(state, &var->place, var->name, strlen(var->name), &value, 0);
        r = show(state, var->name, var->place.source ? place_text(state, &var->place) : "--var", r,
                 &value);
    }
    for (size_t i = 0; r >= 0 && fact_names[i]; i++) {
        AUTO_STR value = STR_INIT;
        if (!find_var(state, fact_names[i], strlen(fact_names[i])))
            r = show(state, fact_names[i], "fact",
                     fact(fact_names[i], strlen(fact_names[i]), &value), &value);
    }
    return r;
}

int os_state_vars(struct os_state *state, const struct os_state_var **ret_list, size_t *ret_count) {
    UNCANCELLED;
    int r = show_all(state);
    *ret_list = (const struct os_state_var *)(const void *)state->shown.data;
    *ret_count = state->shown.size / sizeof(struct os_state_var);
    return PUBLIC(r, "state_vars", NULL, NULL);
}
