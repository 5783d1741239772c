/* SPDX-License-Identifier: MIT */
/** States: read, ordered, ended. */
#include "base/cancel.h"
#include "base/error.h"
#include "state/kinds.h"
#include "state/people.h"

#include <string.h>

static int read_all(struct os_state *state) {
    int result = 0;
    for (size_t i = 0; i < source_count(state) && result != -ENOMEM; i++) {
        const struct source *source = sources_of(state)[i];
        int r = !source->fits         ? 0
                : is_tmpfiles(source) ? read_tmpfiles(state, source)
                                      : read_resources(state, source);
        result = r < 0 ? r : result;
    }
    return result;
}

static int load(struct os_state *state, const char *path, const struct os_state_options *options) {
    int r = load_file(state, path, NULL, 0);
    if (r >= 0)
        r = load_vars(state, path, options ? options->vars : NULL);
    if (r >= 0)
        r = find_people(state);
    if (r >= 0)
        r = read_all(state);
    return r < 0 ? r : find_order(state);
}

static void free_state(struct os_state *state) {
    for (size_t i = 0; i < source_count(state); i++) {
        data_free(&sources_of(state)[i]->data);
        free(sources_of(state)[i]->text);
    }
    str_free(&state->sources);
    str_free(&state->vars);
    str_free(&state->shown);
    str_free(&state->resources);
    str_free(&state->people);
    str_free(&state->looked_at);
    str_free(&state->commands);
    str_free(&state->room);
    str_free(&state->touched);
    list_free(&state->changed);
    free(state->paths);
    free(state->order);
    arena_free(&state->arena);
    free(state);
}

static int open_state(const char *path, const struct os_state_options *options,
                      struct os_state **ret) {
    if (options && options->size < sizeof *options)
        return -EINVAL;
    struct os_state *state = mem_zalloc(sizeof *state);
    if (!state)
        return -ENOMEM;
    if (options) {
        state->on_problem = options->on_problem;
        state->data = options->data;
        state->text = options->text;
    }
    const char *title = options && options->title ? options->title : path;
    state->title = arena_text(&state->arena, title, strlen(title));
    int r = state->title ? load(state, path, options) : -ENOMEM;
    if (r < 0)
        free_state(state);
    else
        *ret = state;
    return r;
}

struct os_state *os_state(const char *path, const struct os_state_options *options) {
    UNCANCELLED;
    struct os_state *state = NULL;
    return PUBLIC_POINTER(open_state(path, options, &state), state, "state", path, NULL);
}

struct os_state *os_state_close(struct os_state *state) {
    int number = errno;
    if (state)
        free_state(state);
    errno = number;
    return NULL;
}

bool os_state_fits(const struct os_state *state) {
    for (size_t i = 0; i < source_count(state); i++)
        if (sources_of(state)[i]->first)
            return sources_of(state)[i]->fits;
    return false;
}
