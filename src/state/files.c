/* SPDX-License-Identifier: MIT */
/** Directories, files, links, and what shall not be there. */
#include "base/seam.h"
#include "plan/secret.h"
#include "state/kinds.h"
#include "state/view.h"

#include <osier/contents.h>
#include <osier/path.h>
#include <string.h>

int plan_dir(struct os_state *state, const struct resource *resource) {
    return ensure_dir(state, resource, resource->name, &resource->want);
}

int plan_link(struct os_state *state, const struct resource *resource) {
    return ensure_link(state, resource, resource->name, resource->to, &resource->want);
}

int plan_absent(struct os_state *state, const struct resource *resource) {
    return ensure_absent(state, resource, resource->name);
}

/* ------------------------------------------------------------------------------ contents */

static int load_content(struct os_state *state, const struct resource *resource, const char *path,
                        char **ret_data, size_t *ret_size) {
    const char *whole = path_beside(state, resource->place.source, path);
    if (!whole)
        return -ENOMEM;
    *ret_data = os_read_file(whole, ret_size);
    return *ret_data ? 0 : problem_errno(state, resource, NULL);
}

/* A template: what is wrong in it is told with its own lines. */
static int load_template(struct os_state *state, const struct resource *resource,
                         struct content *ret) {
    struct source source = {0};
    AUTO_FREE char *data = NULL;
    const char *whole = path_beside(state, resource->place.source, resource->template);
    int r = whole ? load_content(state, resource, resource->template, &data, &ret->size) : -ENOMEM;
    if (r < 0)
        return r;
    source.path = (char *)(intptr_t)whole;
    source.text = data;
    source.size = ret->size;
    const char *open = memmem(data, ret->size, "{{", 2);
    struct place place = {&source, open ? (size_t)(open - data) : 0};
    r = expand(state, &place, data, ret->size, &ret->data, &ret->size);
    if (r >= 0 && ret->data == data && !(ret->data = arena_text(&state->arena, data, ret->size)))
        r = -ENOMEM;
    return r;
}

/* Where a secret comes from, as whoever applies the plan finds it. */
static const char *source_of(struct os_state *state, const struct resource *resource) {
    AUTO_STR source = STR_INIT;
    if (strncmp(resource->secret, "file:", 5) != 0)
        return resource->secret;
    const char *path = path_beside(state, resource->place.source, resource->secret + 5);
    AUTO_FREE char *whole = path ? os_path_abspath(path) : NULL;
    str_printf(&source, "file:%s", whole ? whole : "");
    return whole && !source.failed ? arena_text(&state->arena, source.data, source.size) : NULL;
}

static int load_secret(struct os_state *state, const struct resource *resource,
                       struct content *content, char **ret_data) {
    AUTO_STR why = STR_INIT;
    AUTO_FREE char *said = NULL;
    content->secret = source_of(state, resource);
    int r = content->secret ? secret_read(content->secret, ret_data, &content->size, &why, &said)
                            : -ENOMEM;
    if (r > 0)
        return said ? problem_said(state, &resource->place, said, "%s", why.data)
                    : problem(state, &resource->place, "%s", why.data);
    return r == 0 || r == -ENOMEM ? r : problem(state, &resource->place, "%s", strerror(-r));
}

int plan_file(struct os_state *state, const struct resource *resource) {
    struct content content = {
        .data = resource->content, .size = resource->content_size, .once = resource->once};
    AUTO_FREE char *data = NULL;
    int r = 0;
    if (resource->template)
        r = load_template(state, resource, &content);
    else if (resource->source)
        r = load_content(state, resource, resource->source, &data, &content.size);
    else if (resource->secret)
        r = load_secret(state, resource, &content, &data);
    if (data)
        content.data = data;
    if (r >= 0)
        r = ensure_file(state, resource, resource->name, &content, &resource->want);
    if (data && content.secret)
        explicit_bzero(data, content.size);
    return r;
}
