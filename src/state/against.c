/* SPDX-License-Identifier: MIT */
/** What earlier applies of a state have made, is still there, and the state says nothing of any more.
 *
 *  Nothing is kept of earlier times but the journal, so its plans are read; and what the state of today is about
 *  is what it looks at while each of its resources is planned. */
#include "state/against.h"
#include "base/cancel.h"
#include "base/error.h"
#include "plan/act.h"
#include "state/kinds.h"
#include "state/people.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ------------------------------------------------------------------------------ looked at */

void note_look(struct os_state *state, const char *path, bool all_below) {
    if (!state->watching)
        return;
    size_t size = strlen(path);
    char *copy = arena_alloc(&state->arena, size + all_below + 1);
    if (!copy) {
        state->looked_at.failed = true;
        return;
    }
    char *end = mempcpy(copy, path, size);
    if (all_below)
        *end = '/';
    str_append(&state->looked_at, (const char *)&copy, sizeof copy);
}

static const char **paths_of(const struct os_state *state, size_t *ret_count) {
    *ret_count = state->looked_at.size / sizeof(char *);
    return (const char **)(void *)state->looked_at.data;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether something was looked at that is `path`, or begins with it. */
static bool is_noted(const struct os_state *state, const char *path, bool begins) {
    size_t count, size = strlen(path);
    const char **list = paths_of(state, &count);
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (strcmp(list[middle], path) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from < count &&
           (begins ? strncmp(list[from], path, size) == 0 : strcmp(list[from], path) == 0);
}

/* A path that the state is about, or one around such. 1, 0 or −ENOMEM. */
static int is_about(const struct os_state *state, const char *path) {
    AUTO_STR below = STR_INIT;
    str_printf(&below, "%s/", path);
    if (below.failed)
        return -ENOMEM;
    if (is_noted(state, path, false) || is_noted(state, below.data, true))
        return 1;
    for (char *slash = below.data + strlen(path); slash > below.data;
         slash = memrchr(below.data, '/', (size_t)(slash - below.data))) {
        if (!slash)
            break;
        slash[1] = '\0'; /* one of which all is meant, as a home directory */
        if (is_noted(state, below.data, false))
            return 1;
    }
    return 0;
}

static bool has_resource(const struct os_state *state, const char *kind, const char *name) {
    for (size_t i = 0; i < resource_count(state); i++) {
        const struct resource *resource = &resources_of(state)[i];
        if (strcmp(resource->kind->name, kind) == 0 && strcmp(resource->name, name) == 0)
            return true;
    }
    return false;
}

/* A user has a group of that name without saying so. */
static bool has_value(const struct os_state *state, const struct os_plan_value *value) {
    AUTO_STR key = STR_INIT;
    str_printf(&key, "%s %s", value->kind, value->name);
    return key.failed || is_noted(state, key.data, false) ||
           has_resource(state, value->kind, value->name) ||
           (strcmp(value->kind, "group") == 0 && has_resource(state, "user", value->name));
}

void note_value(struct os_state *state, const char *kind, const char *name) {
    AUTO_STR key = STR_INIT;
    str_printf(&key, "%s %s", kind, name);
    if (key.failed)
        state->looked_at.failed = true;
    else
        note_look(state, key.data, false);
}

/* Plans each resource by itself, to see what it is about. */
static int look_at_all(struct os_state *state) {
    void (*on_problem)(const struct os_state_problem *, void *) = state->on_problem;
    int r = 0;
    state->on_problem = NULL;
    state->watching = state->checking = true;
    str_truncate(&state->looked_at, 0);
    for (size_t i = 0; r != -ENOMEM && i < resource_count(state); i++) {
        const struct resource *resource = &resources_of(state)[i];
        if (resource->kind->command || resource->kind->judge)
            continue;
        if (!(state->plan = os_plan(NULL))) {
            r = -errno;
            break;
        }
        str_truncate(&state->touched, 0);
        state->disturbed = false;
        note_look(state, resource->name,
                  resource->kind == &kind_tree || resource->kind == &kind_archive);
        r = plan_resource(state, resource) == -ENOMEM ? -ENOMEM
                                                      : 0; /* what is in its way is no matter */
        state->plan = os_plan_close(state->plan);
    }
    state->watching = state->checking = false;
    state->on_problem = on_problem;
    size_t count;
    const char **list = paths_of(state, &count);
    if (count)
        qsort(list, count, sizeof *list, compare);
    return r < 0 ? r : state->looked_at.failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ earlier */

struct against {
    struct os_state *state;
    void (*on_lack)(const struct os_state_lack *lack, void *data);
    void *data;
    struct list told; /* each once */
    int count;
};

static int tell(struct against *a, const char *what, const char *origin, uint64_t id) {
    const char *at = a->told.text.data;
    for (size_t i = 0; i < a->told.count; i++, at += strlen(at) + 1)
        if (strcmp(at, what) == 0)
            return 0;
    list_add_text(&a->told, what);
    a->count++;
    if (a->on_lack)
        a->on_lack(&(struct os_state_lack){what, origin, id}, a->data);
    return a->told.text.failed ? -ENOMEM : 0;
}

static bool takes_away(const char *op) {
    return strncmp(op, "rm", 2) == 0 || strncmp(op, "remove", 6) == 0;
}

static int compare_steps(struct against *a, const struct os_plan *plan, uint64_t id) {
    struct os_plan_step step;
    int r = 0;
    for (size_t i = 0; r >= 0 && i < os_plan_count(plan); i++) {
        struct stat st;
        if (os_plan_step(plan, i, &step) < 0)
            return seam_failure();
        const char *path = strcmp(step.op, "symlink") == 0 ? step.path2 : step.path;
        if (takes_away(step.op) || !step.origin || SYS(lstat, path, &st) < 0)
            continue;
        r = is_about(a->state, path);
        r = r == 0 ? tell(a, path, step.origin, id) : r;
    }
    return r < 0 ? r : 0;
}

static int compare_values(struct against *a, const struct os_plan *plan, uint64_t id) {
    const struct os_plan_act *acts;
    size_t count = os_plan_acts(plan, &acts);
    int r = 0;
    for (size_t i = 0; r >= 0 && i < count; i++)
        for (size_t k = 0; r >= 0 && k < acts[i].value_count; k++) {
            const struct os_plan_value *value = &acts[i].values[k];
            AUTO_STR now = STR_INIT, what = STR_INIT;
            bool place = strcmp(value->what, "directory") == 0; /* that is in the way of nobody */
            if (place || !*value->is || has_value(a->state, value))
                continue;
            str_append(&now, "", 0);
            if (driver_look(value, &now) < 0 || strcmp(now.data, value->is) != 0)
                continue;
            str_printf(&what, "%s %s%s%s", value->kind, value->name, *value->what ? ": " : "",
                       value->what);
            r = what.failed ? -ENOMEM : tell(a, what.data, acts[i].origin, id);
        }
    return r;
}

static int compare_one(struct against *a, uint64_t id) {
    struct os_plan *plan = os_history_plan(id);
    if (!plan)
        return errno == ENOENT ? 0 : seam_failure();
    int r = compare_steps(a, plan, id);
    if (r >= 0)
        r = compare_values(a, plan, id);
    os_plan_close(plan);
    return r;
}

/* The transactions up to one that have its title, which is that of the state, and stand; the latest first. */
static int find_earlier(uint64_t id, struct str *ids) {
    AUTO_FREE char *title = NULL;
    const struct os_history_entry *entry;
    struct os_history *history = os_history();
    bool found = false;
    int r = history ? 0 : seam_failure();
    while (r >= 0 && (errno = 0, entry = os_history_next(history))) {
        if (entry->id == id) {
            found = !entry->undoes;
            title = mem_text(entry->title ? entry->title : "",
                             strlen(entry->title ? entry->title : ""));
            r = title ? 0 : -ENOMEM;
        }
        if (r >= 0 && title && entry->id <= id && !entry->undone_by && !entry->undoes &&
            strcmp(entry->title ? entry->title : "", title) == 0)
            str_append(ids, (const char *)&entry->id, sizeof entry->id);
    }
    if (r >= 0 && !entry && errno)
        r = -errno;
    os_history_close(history);
    return r < 0 ? r : ids->failed ? -ENOMEM : found ? 0 : -ENOENT;
}

int os_state_against(struct os_state *state, uint64_t id,
                     void (*on_lack)(const struct os_state_lack *lack, void *data), void *data) {
    UNCANCELLED;
    AUTO_STR ids = STR_INIT;
    struct against a = {.state = state, .on_lack = on_lack, .data = data};
    int r = find_earlier(id, &ids);
    if (r >= 0)
        r = look_at_all(state);
    const uint64_t *list = (const uint64_t *)(const void *)ids.data;
    for (size_t i = 0; r >= 0 && i < ids.size / sizeof *list; i++)
        r = compare_one(&a, list[i]);
    list_free(&a.told);
    return PUBLIC(r < 0 ? r : a.count, "state_against", NULL, NULL);
}
