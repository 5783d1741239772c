/* SPDX-License-Identifier: MIT */
/** Services of systemd: running, enabled, masked, told when their files change, and whether they answer. */
#include "state/service.h"

#include "base/seam.h"
#include "plan/plan.h"
#include "state/kinds.h"
#include "state/ready.h"
#include "state/view.h"
#include "tree/match.h"

#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------ its values */

/* The value of a line "KEY=value" of what systemctl shows. */
static void field_of(const struct str *text, const char *key, char *ret, size_t size) {
    size_t length = strlen(key);
    *ret = '\0';
    for (const char *line = text->data; line && *line; line += strcspn(line, "\n"), line += !!*line)
        if (strncmp(line, key, length) == 0 && line[length] == '=') {
            size_t n = strcspn(line + length + 1, "\n");
            n = n < size ? n : size - 1;
            memcpy(ret, line + length + 1, n);
            ret[n] = '\0';
        }
}

/* "nginx" is nginx.service. */
static bool has_suffix(const char *name) {
    static const char *const kinds[] = {".service", ".socket", ".timer", ".target", ".path",
                                        ".mount",   ".swap",   ".slice", ".scope"};
    size_t size = strlen(name);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t end = strlen(kinds[i]);
        if (size > end && strcmp(name + size - end, kinds[i]) == 0)
            return true;
    }
    return false;
}

static void add_unit(struct list *argv, const char *name) {
    AUTO_STR unit = STR_INIT;
    str_printf(&unit, "%s%s", name, has_suffix(name) ? "" : ".service");
    if (unit.failed)
        argv->text.failed = true;
    else
        list_add_text(argv, unit.data);
}

struct unit {
    char load[32], active[32], file[32];
};

static int look_at_unit(const char *name, struct unit *ret) {
    AUTO_LIST list = {0};
    AUTO_FREE char **argv = NULL;
    AUTO_STR out = STR_INIT;
    list_add_text(&list, "systemctl");
    list_add_text(&list, "show");
    list_add_text(&list, "--property=LoadState,ActiveState,UnitFileState");
    list_add_text(&list, "--");
    add_unit(&list, name);
    int r = list_take(&list, &argv);
    if (r >= 0)
        r = driver_read(argv, &out);
    if (r != 0)
        return r > 0 ? -EHOSTDOWN : r;
    field_of(&out, "LoadState", ret->load, sizeof ret->load);
    field_of(&out, "ActiveState", ret->active, sizeof ret->active);
    field_of(&out, "UnitFileState", ret->file, sizeof ret->file);
    return *ret->load ? 0 : -EPROTO;
}

static bool is_one_of(const char *text, const char *const *list) {
    for (; *list; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

/* What is on its way up counts as running: it is what stopping is for. */
static bool is_running(const struct unit *unit) {
    static const char *const stopped[] = {"inactive", "failed", "", NULL};
    return !is_one_of(unit->active, stopped);
}

static bool is_masked(const struct unit *unit) {
    return strncmp(unit->file, "masked", 6) == 0;
}

/* What a mask hides is mostly nothing. */
static const char *enabled_word(const struct unit *unit) {
    static const char *const enabled[] = {"enabled", "enabled-runtime", "alias", NULL};
    static const char *const fixed[] = {"static", "generated", "transient", NULL};
    return is_one_of(unit->file, enabled) ? "enabled"
           : is_one_of(unit->file, fixed) ? "static"
                                          : "disabled";
}

static int look_service(const char *name, const char *what, struct str *now) {
    struct unit unit;
    int r = look_at_unit(name, &unit);
    if (r < 0)
        return r;
    str_append_text(now, strcmp(what, "state") == 0    ? is_running(&unit) ? "running" : "stopped"
                         : strcmp(what, "masked") == 0 ? is_masked(&unit) ? "masked" : "unmasked"
                                                       : enabled_word(&unit));
    return 0;
}

static int change_service(const char *name, const char *what, const char *from, const char *to,
                          struct list *argv) {
    static const struct {
        const char *to, *verb;
    } verbs[] = {{"running", "start"},    {"stopped", "stop"}, {"enabled", "enable"},
                 {"disabled", "disable"}, {"masked", "mask"},  {"unmasked", "unmask"}};
    (void)what, (void)from;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].to, to) == 0) {
            list_add_text(argv, "systemctl");
            list_add_text(argv, verbs[i].verb);
            list_add_text(argv, "--");
            add_unit(argv, name);
        }
    return 0; /* to "static" nothing leads */
}

/* Stopped before its files change, started after. */
static enum os_plan_when when_service(const char *what, const char *to) {
    static const char *const after[] = {"running", "enabled", "unmasked", NULL};
    (void)what;
    return is_one_of(to, after) ? OS_PLAN_MAIN : OS_PLAN_BEFORE;
}

const struct driver driver_service = {"service", look_service, change_service, when_service};

/* ------------------------------------------------------------------------------ its table */

struct service {
    const char *state;
    bool enabled, masked;
    const struct data_value *restart_when, *reload_when, *ready;
    double ready_within;
    /* What begin_service() makes of it. */
    const char *const *restart, *const *reload; /* patterns, then NULL */
    struct ready probe;
};

static const struct member members[] = {
    {"state", TEXT, IN_OWN(struct service, state)},
    {"enabled", FLAG, IN_OWN(struct service, enabled)},
    {"masked", FLAG, IN_OWN(struct service, masked)},
    {"restart_when", LIST, IN_OWN(struct service, restart_when)},
    {"reload_when", LIST, IN_OWN(struct service, reload_when)},
    {"ready", COMMAND, IN_OWN(struct service, ready)},
    {"ready_within", REAL, IN_OWN(struct service, ready_within)},
    UNDO_ON_FAILURE,
    AFTER,
    {NULL},
};

static const struct service *service_of(const struct resource *resource) {
    return resource->own;
}

/* What is to be run is only planned where it is to be run in the end. */
static bool shall_run(const struct service *service) {
    return service->state && strcmp(service->state, "running") == 0;
}

/* "kind:name", of what a plan can change. */
static bool is_label(const char *text) {
    const char *colon = strchr(text, ':');
    AUTO_FREE char *name = colon ? mem_text(text, (size_t)(colon - text)) : NULL;
    const struct kind *kind = name ? kind_of(name) : NULL;
    return kind && !kind->judge && colon[1];
}

static int take_patterns(struct os_state *state, const struct resource *resource, const char *name,
                         const struct data_value *v, const char *const **ret) {
    int r = v ? take_texts(state, resource, name, v, ret) : 0;
    for (size_t i = 0; r >= 0 && v && (*ret)[i]; i++)
        if (*(*ret)[i] != '/' && !is_label((*ret)[i])) {
            struct place place = member_place(resource, name);
            return problem(state, &place,
                           "'%s' is no absolute path, and nothing like \"package:nginx\"",
                           (*ret)[i]);
        }
    return r;
}

static int begin_service(struct os_state *state, struct resource *resource) {
    struct service *service = resource->own;
    struct place place = member_place(resource, "state");
    bool masked = service->masked && (service->enabled || shall_run(service));
    int r = begin_driven(state, resource);
    if (service->state && strcmp(service->state, "running") != 0 &&
        strcmp(service->state, "stopped") != 0)
        r = problem(state, &place, "a service is \"running\" or \"stopped\", not '%s'",
                    service->state);
    else if (masked)
        r = problem(state, &resource->place, "what is masked can't be started or enabled");
    if (r >= 0)
        r = take_patterns(state, resource, "restart_when", service->restart_when,
                          &service->restart);
    if (r >= 0)
        r = take_patterns(state, resource, "reload_when", service->reload_when, &service->reload);
    if (r >= 0 && service->ready)
        r = ready_begin(state, resource, service->ready,
                        is_said(resource, "ready_within") ? &service->ready_within : NULL,
                        &service->probe);
    return r;
}

/* ------------------------------------------------------------------------------ planning */

/* Whether its unit is there by now, or will be by the plan. */
static int has_unit(struct os_state *state, const char *name) {
    static const char *const places[] = {"/etc/systemd/system", "/run/systemd/system",
                                         "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                         "/lib/systemd/system"};
    AUTO_LIST list = {0};
    AUTO_FREE char **unit = NULL;
    add_unit(&list, name);
    int r = list_take(&list, &unit);
    for (size_t i = 0; r >= 0 && i < sizeof places / sizeof *places; i++) {
        AUTO_STR path = STR_INIT;
        str_printf(&path, "%s/%s", places[i], unit[0]);
        if (path.failed)
            return -ENOMEM;
        if (os_plan_path_lexists(state->plan, path.data))
            return 1;
    }
    return r < 0 ? r : 0;
}

static int check_unit(struct os_state *state, const struct resource *resource, bool *ret_running) {
    struct unit unit;
    int r = look_at_unit(resource->name, &unit);
    *ret_running = r >= 0 && is_running(&unit);
    if (r == -EHOSTDOWN)
        return unknown(state, resource, "systemd isn't running here, or doesn't answer");
    if (r == -ENOENT)
        return unknown(state, resource, "there is no program systemctl");
    if (r < 0)
        return r == -ENOMEM ? r : problem(state, &resource->place, "systemctl: %s", strerror(-r));
    r = strcmp(unit.load, "not-found") == 0 ? has_unit(state, resource->name) : 1;
    return r != 0 ? r
                  : problem(state, &resource->place, "there is no unit '%s%s'", resource->name,
                            has_suffix(resource->name) ? "" : ".service");
}

static int plan_enabled(struct os_state *state, const struct resource *resource) {
    const struct service *service = service_of(resource);
    struct place place = member_place(resource, "enabled");
    AUTO_STR now = STR_INIT;
    int r = look_service(resource->name, "enabled", &now);
    if (r < 0 || now.failed)
        return r < 0 ? r : -ENOMEM;
    bool fixed = strcmp(now.data, "static") == 0;
    if (fixed && service->enabled)
        return problem(state, &place, "'%s' can't be enabled: its unit has no [Install]",
                       resource->name);
    return fixed
               ? 0
               : want_value(state, resource, "enabled", service->enabled ? "enabled" : "disabled");
}

/* Each of its values; AGAIN as soon as one isn't so. */
static int plan_values(struct os_state *state, const struct resource *resource) {
    const struct service *service = service_of(resource);
    int r = 0;
    if (is_said(resource, "masked") && !service->masked)
        r = want_value(state, resource, "masked", "unmasked");
    if (r == 0 && is_said(resource, "enabled"))
        r = plan_enabled(state, resource);
    if (r == 0 && service->state)
        r = want_value(state, resource, "state", service->state);
    if (r == 0 && service->masked)
        r = want_value(state, resource, "masked", "masked");
    return r;
}

/* What waits for the end of the round, when it is known which files change. */
static int plan_service(struct os_state *state, const struct resource *resource) {
    const struct service *service = service_of(resource);
    bool running;
    int r = check_unit(state, resource, &running);
    if (r >= 0)
        r = plan_values(state, resource);
    if (r == 0 && state->checking && service->ready && running)
        r = ready_check(state, resource, &service->probe);
    return r;
}

/* ------------------------------------------------------------------------------ its files */

/* Whether a pattern is for a path: it matches it or what it is in, or what goes or comes with it. */
static bool is_for(const char *pattern, const char *path) {
    AUTO_STR part = STR_INIT;
    size_t plain = strcspn(pattern, "*?["), size = strlen(path);
    if (plain > size && strncmp(pattern, path, size) == 0 && pattern[size] == '/')
        return true;
    str_append_text(&part, path);
    while (!part.failed && part.size > 1) {
        if (match_name(pattern, part.data))
            return true;
        const char *slash = strrchr(part.data, '/');
        str_truncate(&part, (size_t)(slash - part.data));
    }
    return false;
}

static bool is_for_any(const char *const *patterns, const char *path) {
    for (; path && *patterns; patterns++)
        if (is_for(*patterns, path))
            return true;
    return false;
}

/* Whether one of the patterns is "kind:name" of this. */
static bool names(const char *const *patterns, const char *kind, size_t kind_size,
                  const char *name) {
    for (; patterns && *patterns; patterns++)
        if (strncmp(*patterns, kind, kind_size) == 0 && (*patterns)[kind_size] == ':' &&
            match_name(*patterns + kind_size + 1, name))
            return true;
    return false;
}

static bool names_resource(const char *const *patterns, const struct resource *resource) {
    char room[LONGEST_NAME + 1];
    const char *kind = resource->kind->name;
    return names(patterns, kind, strlen(kind), resource_name(resource, room));
}

/* Whether something that the state has is called so, and was changed. */
static bool changes_resource(const struct os_state *state, const char *const *patterns,
                             bool before) {
    for (size_t i = 0; i < resource_count(state); i++) {
        const struct resource *resource = &resources_of(state)[i];
        if (resource->changed && (before || resource->stage >= state->stage) &&
            names_resource(patterns, resource))
            return true;
    }
    return false;
}

/* Likewise, a value: of a package that another one pulls in, too. */
static bool changes_value(const struct os_state *state, const char *const *patterns) {
    const struct os_plan_act *acts;
    size_t count = os_plan_acts(state->plan, &acts);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < acts[i].value_count; k++) {
            const struct os_plan_value *v = &acts[i].values[k];
            if (value_changes(v) && names(patterns, v->kind, strlen(v->kind), v->name))
                return true;
        }
    return false;
}

/* What another round has changed: a path, or "kind:name". */
static bool is_about(const char *const *patterns, const char *what) {
    size_t kind = strcspn(what, ":");
    return *what == '/' ? is_for_any(patterns, what) : names(patterns, what, kind, what + kind + 1);
}

/* Whether the plan, or `before` it another round, changes what one of the patterns is for: 1, 0 or −errno. */
static int changes(struct os_state *state, const char *const *patterns, bool before) {
    const struct os_plan_entry *list;
    size_t count;
    const char *path = before ? state->changed.text.data : NULL;
    if (!patterns || !*patterns)
        return 0;
    if (os_plan_entries(state->plan, &list, &count) < 0)
        return seam_failure();
    for (size_t i = 0; i < count; i++)
        if (is_for_any(patterns, list[i].path) || is_for_any(patterns, list[i].path2))
            return 1;
    for (size_t i = 0; path && i < state->changed.count; i++, path += strlen(path) + 1)
        if (is_about(patterns, path))
            return 1;
    return changes_value(state, patterns) || changes_resource(state, patterns, before);
}

int plan_touches(struct os_state *state, const char *const *patterns) {
    return changes(state, patterns, false);
}

/* Whether the plan stops or starts it: it needs no restart then. */
static bool is_planned(const struct os_plan *plan, const char *name, const char *is) {
    const struct os_plan_act *acts;
    size_t count = os_plan_acts(plan, &acts);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < acts[i].value_count; k++) {
            const struct os_plan_value *v = &acts[i].values[k];
            if (strcmp(v->kind, "service") == 0 && strcmp(v->name, name) == 0 &&
                strcmp(v->what, "state") == 0 && strcmp(v->is, is) == 0)
                return true;
        }
    return false;
}

/* Programs that only tell, each time behind the files; NULL: nothing has to be told. */
static int tell_service(struct os_state *state, const struct resource *resource, const char *verb,
                        const char *undo_verb) {
    AUTO_LIST list = {0}, undo_list = {0};
    AUTO_FREE char **argv = NULL;
    AUTO_FREE char **undo = NULL;
    const char *verbs[] = {verb, undo_verb};
    struct list *lists[] = {&list, &undo_list};
    for (size_t i = 0; i < 2; i++) {
        if (!verbs[i])
            continue;
        list_add_text(lists[i], "systemctl");
        list_add_text(lists[i], verbs[i]);
        if (resource) {
            list_add_text(lists[i], "--");
            add_unit(lists[i], resource->name);
        }
    }
    int r = argv_take(&list, &argv);
    if (r >= 0)
        r = argv_take(&undo_list, &undo);
    const enum os_plan_when when = resource ? OS_PLAN_LAST : OS_PLAN_SETUP;
    const struct os_plan_act act = {.argv = argv,
                                    .undo = undo,
                                    .when = when,
                                    .undo_when = when,
                                    .optional = resource && !resource->undone};
    return r < 0 ? r : plan_add_act(state->plan, &act);
}

static int note_place(struct os_state *state, const struct resource *resource) {
    const char *origin = place_text(state, &resource->place);
    return origin && os_plan_note(state->plan, origin) == 0 ? 0 : -ENOMEM;
}

/* Its turn comes in a later round, which is undone before the files of this one are back. */
static int end_later(struct os_state *state, const struct resource *resource) {
    const struct service *service = service_of(resource);
    int restart = changes(state, service->restart, false), reload = 0;
    if (restart == 0)
        reload = changes(state, service->reload, false);
    struct unit unit;
    if (restart <= 0 && reload <= 0)
        return restart < 0 ? restart : reload;
    if (look_at_unit(resource->name, &unit) < 0 || !is_running(&unit))
        return 0; /* and won't be when all is undone */
    int r = note_place(state, resource);
    return r < 0 ? r
                 : tell_service(state, resource, NULL,
                                restart ? "try-restart" : "try-reload-or-restart");
}

static int end_service(struct os_state *state, const struct resource *resource, bool later) {
    const struct service *service = service_of(resource);
    const char *name = resource->name;
    struct unit unit;
    if (later)
        return end_later(state, resource);
    bool starts = is_planned(state->plan, name, "running");
    int restart = changes(state, service->restart, true), reload = 0;
    if (restart == 0)
        reload = changes(state, service->reload, true);
    int r = restart < 0 ? restart : reload;
    if (r < 0 || (!restart && !reload && !starts))
        return r;
    if (!starts && (is_planned(state->plan, name, "stopped") || look_at_unit(name, &unit) < 0 ||
                    !is_running(&unit)))
        return 0; /* there is nobody to be told */
    r = note_place(state, resource);
    if (r >= 0 && !starts)
        r = restart ? tell_service(state, resource, "restart", "try-restart")
                    : tell_service(state, resource, "reload", "try-reload-or-restart");
    if (r >= 0 && service->ready)
        r = ready_plan(state, resource, &service->probe);
    return r;
}

int end_units(struct os_state *state) {
    static const char *const units[] = {
        "/etc/systemd/system/*",     "/run/systemd/system/*", "/usr/local/lib/systemd/system/*",
        "/usr/lib/systemd/system/*", "/lib/systemd/system/*", NULL};
    int r = changes(state, units, false);
    if (r <= 0 || os_plan_note(state->plan, NULL) < 0)
        return r < 0 ? r : r ? -ENOMEM : 0;
    return tell_service(state, NULL, "daemon-reload", "daemon-reload");
}

/* ------------------------------------------------------------------------------ the kind */

/* Its unit, what it listens to, and programs that are installed come first. */
static int needs_of_service(const struct resource *resource, const struct resource *other) {
    static const char *const units[] = {"/etc/systemd/system/*", "/run/systemd/system/*",
                                        "/usr/local/lib/systemd/system/*", NULL};
    const struct service *service = service_of(resource);
    if (!other->kind->judge && other != resource &&
        (names_resource(service->restart, other) || names_resource(service->reload, other)))
        return NEEDED;
    if (other->kind->driver)
        return other->kind->blind && !other->after ? NEEDED : NOT_NEEDED;
    return !other->kind->named && !other->kind->command && !other->kind->judge &&
           (is_for_any(units, other->name) ||
            (service->restart && is_for_any(service->restart, other->name)) ||
            (service->reload && is_for_any(service->reload, other->name)));
}

const struct kind kind_service = {"service",
                                  members,
                                  .named = true,
                                  .driver = &driver_service,
                                  .own_size = sizeof(struct service),
                                  .begin = begin_service,
                                  .plan = plan_service,
                                  .end = end_service,
                                  .needs = needs_of_service};
