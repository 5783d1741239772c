/* SPDX-License-Identifier: MIT */
/** Keys of configuration files that have a value, whatever else stands there. */
#include "base/seam.h"
#include "config/format.h"
#include "state/kinds.h"
#include "state/view.h"

#include <osier/config.h>
#include <string.h>

enum { DEEPEST = 16 }; /* tables in each other */

static bool is_scalar(const struct data_value *v) {
    return v->type != DATA_TABLE && v->type != DATA_LIST && v->type != DATA_NULL;
}

/* ------------------------------------------------------------------------------ reading */

static int wrong(struct os_state *state, const struct resource *resource,
                 const struct data_value *v, const char *words) {
    struct place place = {resource->place.source, v->at};
    return problem(state, &place, "%s", words);
}

/* What begins with "@" is about the file, not in it. */
static int take_special(struct os_state *state, struct resource *resource,
                        const struct data_value *v) {
    struct place place = {resource->place.source, v->key_at};
    const char **to = strcmp(v->key, "@format") == 0  ? &resource->source
                      : strcmp(v->key, "@check") == 0 ? &resource->check
                                                      : NULL;
    if (strcmp(v->key, "@unset") == 0)
        return v->type == DATA_LIST ? 0 : wrong(state, resource, v, "@unset is a list of keys");
    if (strcmp(v->key, AFTER_KEY) == 0) /* taken already */
        return 0;
    if (!to)
        return problem(state, &place, "there is no '%s'; known are @format, @check, @unset, @after",
                       v->key);
    if (v->type != DATA_TEXT)
        return wrong(state, resource, v, "expected a text");
    size_t size;
    return expand(state, &place, v->text, v->size, to, &size);
}

/* Keys have values, or lists of such, or are tables of keys. */
static int check_values(struct os_state *state, const struct resource *resource,
                        const struct data_value *table, int depth) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = data_first(data, table);
    int result =
        depth > DEEPEST ? wrong(state, resource, table, "too many tables in each other") : 0;
    for (; v && result != -ENOMEM && depth <= DEEPEST; v = data_next(data, v)) {
        int r = 0;
        if (depth == 0 && *v->key == '@')
            continue;
        if (v->type == DATA_TABLE)
            r = check_values(state, resource, v, depth + 1);
        else if (v->type == DATA_NULL)
            r = wrong(state, resource, v, "a key has a value; @unset takes one away");
        result = r < 0 ? r : result;
    }
    return result;
}

int begin_set(struct os_state *state, struct resource *resource) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = data_first(data, resource->table);
    int result = check_values(state, resource, resource->table, 0);
    for (; v && result != -ENOMEM; v = data_next(data, v)) {
        int r = *v->key == '@' ? take_special(state, resource, v) : 0;
        result = r < 0 ? r : result;
    }
    if (result >= 0 && !resource->source)
        resource->source = os_config_format(resource->name);
    if (result >= 0 && !resource->source)
        return problem(state, &resource->place,
                       "the format of '%s' can't be told by its name; \"@format\" says it",
                       resource->name);
    return result;
}

/* ------------------------------------------------------------------------------ editing */

static int failed_edit(struct os_state *state, const struct resource *resource,
                       const struct data_value *v, const char *key, const struct str *text) {
    struct place place = {resource->place.source, v->key ? v->key_at : v->at};
    AUTO_STR why = STR_INIT;
    int number = errno;
    if (number == EBADMSG)
        return problem(state, &resource->place, "'%s' is not of the format %s", resource->name,
                       resource->source);
    if (number != EINVAL)
        return -number;
    if (config_why(resource->source, text->data ? text->data : "", text->size, key, &why) < 0)
        return -ENOMEM;
    return problem(state, &place, "'%s' can't be set so in a file of the format %s%s%s%s", key,
                   resource->source, v->type == DATA_LIST ? ", where keys have one value" : "",
                   why.size ? ": " : "", why.data ? why.data : "");
}

/* The text that editing has made, or why it has made none. */
static int take_edited(struct os_state *state, const struct resource *resource,
                       const struct data_value *v, const char *key, char *new, size_t size,
                       struct str *text) {
    if (!new)
        return failed_edit(state, resource, v, key, text);
    str_replace(text, new, size);
    return 0;
}

static int set_one(struct os_state *state, const struct resource *resource,
                   const struct data_value *v, const char *key, int flags, struct str *text) {
    struct place place = {resource->place.source, v->at};
    const char *value;
    size_t size, new_size = 0;
    int r = expand(state, &place, v->text, v->size, &value, &size);
    if (r >= 0 && strlen(value) != size)
        r = problem(state, &place, "this text has a NUL in it");
    if (r < 0)
        return r;
    char *new =
        os_config_set(text->data, text->size, resource->source, key, value, flags, &new_size);
    return take_edited(state, resource, v, key, new, new_size, text);
}

/* Whether a key has exactly the values of a list, in their order. */
static int has_values(const struct resource *resource, const struct data_value *list,
                      const char *key, const struct str *text) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = data_first(data, list);
    size_t count;
    os_autofree struct os_config_entry *entries =
        os_config_entries(text->data, text->size, resource->source, &count);
    if (!entries)
        return errno == ENOMEM ? -ENOMEM : 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].key, key) != 0)
            continue;
        if (!v || !is_scalar(v) || strcmp(entries[i].value, v->text) != 0)
            return 0;
        v = data_next(data, v);
    }
    return v == NULL;
}

/* Several values of a key: those that it has go, where they aren't these. */
static int set_list(struct os_state *state, const struct resource *resource,
                    const struct data_value *list, const char *key, struct str *text) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = data_first(data, list);
    int r = has_values(resource, list, key, text);
    if (r != 0)
        return r < 0 ? r : 0;
    size_t size = 0;
    char *new = os_config_unset(text->data, text->size, resource->source, key, &size);
    r = take_edited(state, resource, list, key, new, size, text);
    for (bool first = true; r >= 0 && v; v = data_next(data, v), first = false)
        r = is_scalar(v) ? set_one(state, resource, v, key, first ? 0 : OS_CONFIG_ADD, text)
                         : wrong(state, resource, v, "expected a text, a number or a boolean");
    return r;
}

static int unset_list(struct os_state *state, const struct resource *resource,
                      const struct data_value *list, struct str *text) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = data_first(data, list);
    int r = 0;
    for (; r >= 0 && v; v = data_next(data, v)) {
        size_t size = 0;
        if (v->type != DATA_TEXT)
            return wrong(state, resource, v, "@unset is a list of keys");
        char *new = os_config_unset(text->data, text->size, resource->source, v->text, &size);
        r = take_edited(state, resource, v, v->text, new, size, text);
    }
    return r;
}

/* A list is one value in json and toml, several in other formats. */
static bool has_lists(const struct resource *resource) {
    return strcmp(resource->source, "json") == 0 || strcmp(resource->source, "toml") == 0;
}

static int set_raw(struct os_state *state, const struct resource *resource,
                   const struct data_value *v, const char *key, struct str *text) {
    const struct source *source = resource->place.source;
    AUTO_FREE char *raw = mem_text(source->text + v->at, v->end - v->at);
    size_t size = 0;
    if (!raw)
        return -ENOMEM;
    char *new = os_config_set(text->data, text->size, resource->source, key, raw, 0, &size);
    return take_edited(state, resource, v, key, new, size, text);
}

static int edit_member(struct os_state *state, const struct resource *resource,
                       const struct data_value *v, const char *around, struct str *text) {
    const struct data *data = &resource->place.source->data;
    struct place place = {resource->place.source, v->key_at};
    AUTO_STR key = STR_INIT;
    const char *name;
    size_t size;
    int r = expand(state, &place, v->key, v->key_size, &name, &size);
    if (r < 0)
        return r;
    str_printf(&key, "%s%s%s", around, *around ? "." : "", name);
    if (key.failed)
        return -ENOMEM;
    if (v->type == DATA_LIST)
        return has_lists(resource) ? set_raw(state, resource, v, key.data, text)
                                   : set_list(state, resource, v, key.data, text);
    if (v->type != DATA_TABLE)
        return set_one(state, resource, v, key.data, 0, text);
    const struct data_value *member = data_first(data, v); /* as deep as begin_set() lets it be */
    for (; r >= 0 && member; member = data_next(data, member))
        r = edit_member(state, resource, member, key.data, text);
    return r;
}

static int edit_key(struct os_state *state, const struct resource *resource,
                    const struct data_value *v, struct str *text) {
    if (strcmp(v->key, "@unset") == 0)
        return unset_list(state, resource, v, text);
    return *v->key == '@' ? 0 : edit_member(state, resource, v, "", text);
}

int plan_set(struct os_state *state, const struct resource *resource) {
    return plan_edits(state, resource, edit_key);
}
