/* SPDX-License-Identifier: MIT */
/** States planned and applied, round by round of their commands. */
#include "base/cancel.h"
#include "base/error.h"
#include "plan/plan.h"
#include "state/kinds.h"
#include "state/package.h"
#include "state/service.h"
#include "state/view.h"

#include <osier/error.h>
#include <osier/shell.h>
#include <string.h>

/* ------------------------------------------------------------------------------ planning */

int plan_resource(struct os_state *state, const struct resource *resource) {
    if (!state->disturbed) {
        state->from_disk = true;
        int r = resource->kind->plan(state, resource);
        state->from_disk = false;
        if (r != AGAIN)
            return r;
    }
    bool given = resource->place.source->given;
    const char *origin = given ? NULL : place_text(state, &resource->place);
    if ((!origin && !given) || os_plan_note(state->plan, origin) < 0)
        return -ENOMEM;
    return resource->kind->plan(state, resource);
}

/* How many steps a plan has. */
static size_t steps_of(const struct os_plan *plan) {
    return plan->step_count + plan->acts.count;
}

/* The files of a round. All that is wrong is told. */
static int plan_files(struct os_state *state, uint32_t stage) {
    int result = 0;
    for (size_t i = 0; i < resource_count(state) && result != -ENOMEM; i++) {
        struct resource *resource = &resources_of(state)[state->order[i]];
        size_t before = steps_of(state->plan);
        int r = resource->kind->command || resource->kind->judge || resource->stage != stage
                    ? 0
                    : plan_resource(state, resource);
        resource->changed = resource->changed || steps_of(state->plan) > before;
        result = r < 0 ? r : result;
    }
    return result;
}

static int add_command(struct os_state *state, const struct resource *resource, bool perhaps) {
    struct os_state_command command = {
        .name = resource->name, .origin = place_text(state, &resource->place), .perhaps = perhaps};
    int r = command_text(state, resource, resource->command, &command.text);
    str_append(&state->commands, (const char *)&command, sizeof command);
    return r < 0 ? r : command.origin && !state->commands.failed ? 0 : -ENOMEM;
}

static int not_run(struct os_state *state, const struct resource *resource, int r) {
    return r == -ENOMEM || r == -EBADMSG
               ? r
               : problem(state, &resource->place, "run '%s': %s", resource->name, strerror(-r));
}

/* Whether the conditions of a command may be others when it is its turn: a command before it may do
 * anything, and `unless` looks at what the files are like now. 1, 0 or −errno. */
static int is_unsure(struct os_state *state, const struct resource *resource) {
    const struct os_plan_entry *entries;
    const struct os_plan_act *acts;
    size_t count = 0;
    if (!resource->unless && !resource->creates)
        return 0;
    if (state->commands.size || os_plan_acts(state->plan, &acts))
        return 1;
    if (resource->unless && os_plan_entries(state->plan, &entries, &count) < 0)
        return errno == ENOMEM ? -ENOMEM : 1; /* applying it tells what is wrong */
    return count > 0;
}

/* What need not be run now may have to be behind what it comes after. */
static int plan_command(struct os_state *state, const struct resource *resource) {
    int unsure = is_unsure(state, resource), r = is_pending(state, resource, state->plan);
    if (r < 0)
        return not_run(state, resource, r);
    if (unsure < 0 || (r == 0 && !(unsure && resource->after)))
        return unsure < 0 ? unsure : 0;
    return add_command(state, resource, unsure);
}

/* The commands of a round that will be run. */
static int plan_commands(struct os_state *state, uint32_t stage) {
    int r = 0;
    for (size_t i = 0; r >= 0 && i < resource_count(state); i++) {
        const struct resource *resource = &resources_of(state)[state->order[i]];
        if (!resource->kind->command || resource->stage != stage)
            continue;
        r = plan_command(state, resource);
    }
    return r;
}

static uint32_t last_stage(const struct os_state *state) {
    uint32_t last = 0;
    for (size_t i = 0; i < resource_count(state); i++)
        if (resources_of(state)[i].stage > last)
            last = resources_of(state)[i].stage;
    return last;
}

/* Who has to be told of what changes, now that it is known. */
static int plan_ends(struct os_state *state) {
    bool any = false;
    int r = 0;
    for (size_t i = 0; r >= 0 && i < resource_count(state); i++)
        any = any || resources_of(state)[i].kind->end;
    if (any)
        r = end_units(state);
    for (size_t i = 0; r >= 0 && any && i < resource_count(state); i++) {
        const struct resource *resource = &resources_of(state)[state->order[i]];
        if (resource->kind->end && resource->stage >= state->stage)
            r = resource->kind->end(state, resource, resource->stage > state->last);
    }
    return r;
}

/* What a round has changed, for those that come later and listen to it. */
static int remember_changes(struct os_state *state, struct os_plan *plan) {
    const struct os_plan_entry *list;
    size_t count;
    if (state->last >= last_stage(state))
        return 0;
    if (os_plan_entries(plan, &list, &count) < 0)
        return seam_failure();
    for (size_t i = 0; i < count; i++) {
        list_add_text(&state->changed, list[i].path);
        if (list[i].path2)
            list_add_text(&state->changed, list[i].path2);
    }
    const struct os_plan_act *acts;
    count = os_plan_acts(plan, &acts);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < acts[i].value_count; k++) {
            const struct os_plan_value *v = &acts[i].values[k];
            AUTO_STR label = STR_INIT;
            str_printf(&label, "%s:%s", v->kind, v->name);
            if (!label.failed && value_changes(v))
                list_add_text(&state->changed, label.data);
            state->changed.text.failed |= label.failed;
        }
    return state->changed.text.failed ? -ENOMEM : 0;
}

/* Round after round, up to one after which something is run. */
static int plan_rounds(struct os_state *state) {
    int r = 0;
    str_truncate(&state->commands, 0);
    str_truncate(&state->touched, 0);
    state->disturbed = state->blind = false;
    for (state->last = state->stage; r >= 0; state->last++) {
        r = plan_files(state, state->last);
        if (r >= 0)
            r = plan_sources(state, state->last);
        if (r >= 0)
            r = plan_commands(state, state->last);
        if (state->commands.size || state->blind || state->last >= last_stage(state))
            break;
    }
    return r < 0 ? r : plan_ends(state);
}

static int make_plan(struct os_state *state, struct os_plan **ret) {
    const struct os_plan_options options = {.size = sizeof options, .title = state->title};
    state->plan = os_plan(&options);
    if (!state->plan)
        return seam_failure();
    int r = plan_rounds(state);
    if (r < 0)
        os_plan_close(state->plan);
    else
        *ret = state->plan;
    state->plan = NULL;
    return r;
}

struct os_plan *os_state_plan(struct os_state *state) {
    UNCANCELLED;
    struct os_plan *plan = NULL;
    state->stage = 0;
    list_free(&state->changed);
    state->changed = (struct list){0};
    for (size_t i = 0; i < resource_count(state); i++)
        resources_of(state)[i].changed = false;
    return PUBLIC_POINTER(make_plan(state, &plan), plan, "state_plan", NULL, NULL);
}

bool os_state_goes_on(const struct os_state *state) {
    return (state->commands.size || state->blind) && state->last < last_stage(state);
}

size_t os_state_commands(struct os_state *state, const struct os_state_command **ret_list) {
    *ret_list = (const struct os_state_command *)(const void *)state->commands.data;
    return state->commands.size / sizeof **ret_list;
}

/* ------------------------------------------------------------------------------ applying */

struct apply {
    struct os_state *state;
    const struct os_state_apply_options *options;
    struct str ids; /* uint64_t: what was applied */
    bool failed;    /* a program has */
};

static void tell(const struct apply *a, const struct os_state_event *event) {
    if (a->options && a->options->on_event)
        a->options->on_event(event, a->options->data);
}

/* A program of a plan; one that has failed has taken its plan back, unless it may fail. */
static void tell_act(const struct os_plan_act_event *event, void *data) {
    struct apply *a = data;
    os_autofree char *name = os_shell_join(event->argv);
    a->failed = a->failed || event->failed;
    tell(a, &(struct os_state_event){.kind = event->failed ? OS_STATE_FAILED : OS_STATE_RUNS,
                                     .name = name ? name : event->argv[0],
                                     .text = event->said});
}

static int pause_apply(const struct os_progress *progress, void *data) {
    const struct apply *a = data;
    return a->options && a->options->on_progress
               ? a->options->on_progress(progress, a->options->data)
               : 0;
}

static int apply_one(struct apply *a, struct os_plan *plan) {
    struct os_plan_apply_options options = {
        .size = sizeof options, .on_progress = pause_apply, .on_act = tell_act, .data = a};
    const uint64_t *ids = (const uint64_t *)(const void *)a->ids.data;
    uint64_t id = 0;
    options.with = a->ids.size ? ids[0] : 0;
    if (a->options) {
        options.wait = a->options->wait;
        options.open_files = a->options->open_files;
    }
    int r = remember_changes(a->state, plan);
    if (r >= 0)
        r = os_plan_apply(plan, &options, &id) < 0 ? seam_failure() : 0;
    if (r < 0 && !id)
        return r;
    if (id) /* it stands, even where a sync behind it has failed */
        str_append(&a->ids, (const char *)&id, sizeof id);
    tell(a, &(struct os_state_event){.kind = OS_STATE_DONE, .id = id});
    return r < 0 ? r : a->ids.failed ? -ENOMEM : 0;
}

/* Takes all back that was applied: the transactions go together. */
static void undo_all(struct apply *a) {
    const struct os_undo_options options = {
        .size = sizeof options, .wait = true, .on_act = tell_act, .data = a};
    const uint64_t *ids = (const uint64_t *)(const void *)a->ids.data;
    size_t count = a->ids.size / sizeof *ids;
    int error = count && os_undo(ids[0], &options, NULL) < 0 ? errno : 0;
    for (size_t i = count; i-- > 0;)
        tell(a, &(struct os_state_event){.kind = OS_STATE_UNDONE, .id = ids[i], .error = error});
}

/* Runs a command that has to be: 1 where it was, 0 where there is no need. */
static int run_one(struct apply *a, const struct resource *resource) {
    AUTO_FREE char *said = NULL;
    int r = is_pending(a->state, resource, NULL);
    if (r <= 0)
        return r < 0 ? not_run(a->state, resource, r) : 0;
    tell(a, &(struct os_state_event){.kind = OS_STATE_RUNS, .name = resource->name});
    r = run_resource(a->state, resource, &said);
    if (r == 0)
        return 1;
    if (r == -ENOMEM)
        return r;
    tell(a, &(struct os_state_event){.kind = OS_STATE_FAILED,
                                     .name = resource->name,
                                     .text = r < 0 ? strerror(-r) : said});
    if (resource->undone)
        undo_all(a);
    return -ECANCELED;
}

/* The commands of the rounds that were applied. 1 where something comes behind them. */
static int run_all(struct apply *a) {
    struct os_state *state = a->state;
    for (uint32_t stage = state->stage; stage <= state->last; stage++) {
        bool ran = false;
        for (size_t i = 0; i < resource_count(state); i++) {
            struct resource *resource = &resources_of(state)[state->order[i]];
            if (!resource->kind->command || resource->stage != stage)
                continue;
            int r = run_one(a, resource);
            if (r < 0)
                return r;
            resource->changed = r > 0;
            ran = ran || r > 0;
        }
        if (ran) {
            state->stage = stage + 1;
            return stage < last_stage(state);
        }
    }
    state->stage = state->last + 1; /* what was planned to be run was not needed in the end */
    return state->last < last_stage(state);
}

static int apply_rounds(struct apply *a, struct os_plan *plan) {
    int r = apply_one(a, plan);
    if (r >= 0)
        r = run_all(a);
    while (r > 0 && !a->failed) {
        struct os_plan *next = NULL;
        r = make_plan(a->state, &next);
        if (r >= 0)
            r = apply_one(a, next);
        os_plan_close(next);
        if (r < 0 && r != -ENOMEM) /* it has taken itself back, or could not be planned */
            undo_all(a);
        if (r >= 0)
            r = run_all(a);
    }
    return r >= 0 && a->failed ? -ECANCELED : r;
}

int os_state_apply(struct os_state *state, struct os_plan *plan,
                   const struct os_state_apply_options *options) {
    UNCANCELLED;
    struct apply a = {.state = state, .options = options};
    int r = options && options->size < sizeof *options ? -EINVAL : apply_rounds(&a, plan);
    str_free(&a.ids);
    const struct os_error *error = os_last_error(); /* a plan that failed says with what */
    return PUBLIC(r, "state_apply", error && error->number == -r ? error->filename : NULL, NULL);
}
