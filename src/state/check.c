/* SPDX-License-Identifier: MIT */
/** Whether a machine is as a state has it: each resource by itself. */
#include "base/cancel.h"
#include "base/error.h"
#include "state/assertion.h"
#include "state/kinds.h"

#include <stdlib.h>
#include <string.h>

/* What would be done about a resource, as one text: the first step, and how many more. */
static int tell_steps(struct os_plan *plan, struct str *what) {
    struct os_plan_step step = {0};
    const struct os_plan_act *acts;
    size_t count = os_plan_count(plan), act_count = os_plan_acts(plan, &acts);
    for (size_t i = 0; i < act_count; i++)
        for (size_t k = 0; k < acts[i].value_count; k++) {
            const struct os_plan_value *v = &acts[i].values[k];
            str_printf(what, "%s%s%s%s, not %s", what->size ? "; " : "", v->what,
                       *v->what ? " is " : "it is ", *v->was ? v->was : "nothing",
                       *v->is ? v->is : "nothing");
        }
    if (what->size || what->failed)
        return what->failed ? -ENOMEM : 0;
    if (!count || os_plan_step(plan, 0, &step) < 0)
        return 0;
    str_printf(what, "%s %s", step.op, step.path);
    if (count > 1)
        str_printf(what, ", and %zu more", count - 1);
    return what->failed ? -ENOMEM : 0;
}

/* A problem is what is wrong with a resource: the first line of it. */
static void keep_problem(const struct os_state_problem *problem, void *data) {
    struct str *what = data;
    if (!what->size)
        str_append(what, problem->message, strcspn(problem->message, "\n"));
}

static int check_resource(struct os_state *state, const struct resource *resource,
                          struct str *what) {
    state->plan = os_plan(NULL);
    if (!state->plan)
        return seam_failure();
    str_truncate(&state->touched, 0);
    state->disturbed = false;
    state->checking = true;
    int r = resource->kind->command ? is_pending(state, resource, state->plan)
                                    : plan_resource(state, resource);
    if (r == -EBADMSG) {
        r = 0;
    } else if (r < 0 && resource->kind->command && r != -ENOMEM) {
        str_append_text(what, strerror(-r));
        r = 0;
    } else if (r > 0) {
        str_append_text(what, "it has to be run");
        r = 0;
    } else if (r == 0) {
        r = tell_steps(state->plan, what);
    }
    state->plan = os_plan_close(state->plan);
    state->checking = false;
    return r < 0 ? r : what->failed ? -ENOMEM : 0;
}

static void free_judgement(struct judgement *judgement) {
    str_free(&judgement->what);
    str_free(&judgement->perfdata);
}

static int judge(struct os_state *state, const struct resource *resource,
                 struct judgement *judgement, struct os_state_verdict *ret) {
    state->on_problem = keep_problem;
    state->unknown = false;
    state->data = &judgement->what;
    int r = resource->kind->judge ? resource->kind->judge(resource, judgement)
                                  : check_resource(state, resource, &judgement->what);
    judgement->unknown = judgement->unknown || state->unknown;
    const char *what = judgement->what.size ? judgement->what.data : NULL;
    *ret = (struct os_state_verdict){.kind = resource->kind->name,
                                     .name = resource->name,
                                     .origin = place_text(state, &resource->place),
                                     .right = judgement->warns || !what,
                                     .unknown = what && judgement->unknown,
                                     .warns = judgement->warns,
                                     .what = what,
                                     .perfdata = judgement->perfdata.size ? judgement->perfdata.data
                                                                          : NULL};
    return r < 0                                                                   ? r
           : ret->origin && !judgement->what.failed && !judgement->perfdata.failed ? 0
                                                                                   : -ENOMEM;
}

static void free_seen(struct seen *seen) {
    for (size_t i = 0; i < 2; i++) {
        free(seen->processes[i]);
        free(seen->sockets[i]);
    }
}

static int check_all(struct os_state *state,
                     void (*on_verdict)(const struct os_state_verdict *verdict, void *data),
                     void *data) {
    struct seen seen __attribute__((cleanup(free_seen))) = {0};
    int wrong = 0, r = 0;
    for (size_t i = 0; r >= 0 && i < resource_count(state); i++) {
        struct judgement judgement __attribute__((cleanup(free_judgement))) = {.seen = &seen};
        struct os_state_verdict verdict;
        r = judge(state, &resources_of(state)[i], &judgement, &verdict);
        if (r < 0)
            break;
        wrong += !verdict.right;
        if (on_verdict)
            on_verdict(&verdict, data);
    }
    return r < 0 ? r : wrong;
}

int os_state_check(struct os_state *state,
                   void (*on_verdict)(const struct os_state_verdict *verdict, void *data),
                   void *data) {
    UNCANCELLED;
    void (*on_problem)(const struct os_state_problem *problem, void *data) = state->on_problem;
    void *problem_data = state->data;
    int r = check_all(state, on_verdict, data);
    state->on_problem = on_problem;
    state->data = problem_data;
    return PUBLIC(r, "state_check", NULL, NULL);
}
