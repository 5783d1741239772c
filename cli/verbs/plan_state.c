/* SPDX-License-Identifier: MIT */
/** States, for plan, apply and show. */
#include "verbs/plan_state.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/json.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_apply.h"
#include "verbs/plan_output.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_state(const char *word) {
    static const char *const ends[] = {".toml", ".json", ".conf"};
    for (size_t i = 0; word && i < sizeof ends / sizeof *ends; i++)
        if (strlen(word) > strlen(ends[i]) &&
            strcmp(word + strlen(word) - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

/* ------------------------------------------------------------------------------ problems */

/* A message, and what a command has said, its further lines indented, without control characters. */
static void show_message(const char *message) {
    for (; *message; message++)
        if (*message == '\n' && message[1])
            fputs("\n    ", stderr);
        else if ((unsigned char)*message < 0x20 && *message != '\n')
            fprintf(stderr, "\\x%02x", *message);
        else if (*message == 0x7f)
            fputs("\\x7f", stderr);
        else
            fputc(*message, stderr);
    fputc('\n', stderr);
}

/* The line as it stands, and a mark below the place. */
static void show_source(const struct os_state_problem *problem) {
    if (strlen(problem->source) > 400)
        return;
    fputs("    ", stderr);
    for (const char *c = problem->source; *c; c++)
        fputc((unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c, stderr);
    fprintf(stderr, "\n    %*s^\n", (int)problem->column - 1, "");
}

static void tell_problem(const struct os_state_problem *problem, void *data) {
    const struct call *call = data;
    os_autofree char *path = problem->path ? text_made_safe(problem->path) : NULL;
    fprintf(stderr, "osier: %s: ", call->function->name);
    if (path && problem->line)
        fprintf(stderr, "%s:%zu:%zu: ", path, problem->line, problem->column);
    else if (path)
        fprintf(stderr, "%s: ", path);
    show_message(problem->message);
    if (problem->source)
        show_source(problem);
}

void tell_problem_of_text(const struct os_state_problem *problem, void *data) {
    const struct call *call = data;
    fprintf(stderr, "osier: %s: ", call->function->name);
    show_message(problem->message);
}

struct os_state *load_state(struct call *call, const char *file) {
    const struct os_state_options options = {
        .size = sizeof options,
        .vars = arg_values(call, "var"),
        .title = strcmp(call->function->name, "plan") == 0 ? arg_text(call, "title") : NULL,
        .on_problem = tell_problem,
        .data = call};
    struct os_state *state = os_state(file, &options);
    if (!state && errno == EINVAL && options.vars)
        call->misused = misuse(call->function, "--var is NAME=VALUE");
    else if (!state && errno != EBADMSG)
        failed();
    if (state && !os_state_fits(state))
        complain(call->function->name, file, "not for this machine, as its table [only] says");
    return state;
}

/* The plan of a state: NULL after a message. */
static struct os_plan *make_plan(struct os_state *state) {
    struct os_plan *plan = os_state_plan(state);
    if (!plan && errno != EBADMSG)
        failed();
    return plan;
}

/* ------------------------------------------------------------------------------ plan */

static void json_of(const char *key, const char *text) {
    printf("%s", key);
    json_string(text, strlen(text));
}

/* Behind the end of the plan's file: who takes all for a plan that can be applied is told that it isn't one. */
static void show_commands_as_json(const struct os_state *state, const struct os_state_command *list,
                                  size_t count) {
    for (size_t i = 0; i < count; i++) {
        json_of("{\"run\":", list[i].name);
        json_of(",\"command\":", list[i].text);
        json_of(list[i].perhaps ? ",\"perhaps\":true,\"from\":" : ",\"from\":", list[i].origin);
        puts("}");
    }
    if (count || os_state_goes_on(state))
        puts("{\"goes_on\":true}");
}

static void show_commands(void *data) {
    struct os_state *state = data;
    const struct os_state_command *list;
    size_t count = os_state_commands(state, &list);
    if (output_style.json) {
        show_commands_as_json(state, list, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        os_autofree char *text = text_made_safe(list[i].text);
        printf("%s %s: %s  (%s)\n", list[i].perhaps ? "? perhaps" : "! run    ", list[i].name,
               text ? text : "", list[i].origin);
    }
    if (count || os_state_goes_on(state))
        printf("what comes after that is known when it has run\n");
}

static bool is_empty(struct os_plan *plan) {
    const struct os_plan_entry *list;
    const struct os_plan_act *acts;
    size_t count;
    return os_plan_entries(plan, &list, &count) == 0 && !count && !os_plan_acts(plan, &acts);
}

static int show_all(struct call *call, struct os_state *state, struct os_plan *plan) {
    const struct os_state_command *list;
    bool commands = os_state_commands(state, &list), empty = is_empty(plan);
    if (empty && !commands && !output_style.json) {
        printf("nothing to do\n");
        return STATUS_YES;
    }
    int status = empty && !output_style.json
                     ? STATUS_YES
                     : show_plan(plan, is_set(call, "list"), is_set(call, "detailed-exitcode"));
    show_commands(state);
    return (commands || os_state_goes_on(state)) &&
                   (status == STATUS_YES || status == STATUS_TROUBLE)
               ? STATUS_UNKNOWN
               : status;
}

static void show_lack(const struct os_state_lack *lack, void *data) {
    os_autofree char *what = text_made_safe(lack->what), *origin = text_made_safe(lack->origin);
    (void)data;
    printf("? no more  %s  (%s in %" PRIu64 ")\n", what ? what : "", origin ? origin : "",
           lack->id);
}

/* What earlier applies have made, and the state says nothing of: 0, or a status after a message. */
static int show_against(struct call *call, struct os_state *state) {
    size_t option = arg_index(call, "against");
    uint64_t id = ARG_INTEGER(call, option, uint64_t, 0);
    if (call->misused)
        return STATUS_USAGE;
    int count = os_state_against(state, id, output_style.json ? NULL : show_lack, NULL);
    if (count < 0 && errno == ENOENT)
        return complain("plan", arg_text(call, "against"), "there is no such transaction");
    if (count > 0 && !output_style.json)
        printf("what stands there stays; [absent] and absent = true take it away\n");
    return count < 0 ? failed() : STATUS_YES;
}

int plan_state(struct call *call, const char *file) {
    struct os_state *state = load_state(call, file);
    struct os_plan *plan = state ? make_plan(state) : NULL;
    const char *output = arg_text(call, "output");
    int status = STATUS_NO;
    if (call->misused)
        status = STATUS_USAGE;
    else if (plan)
        status = output && os_plan_save(plan, output) < 0 ? failed_to_write(plan)
                                                          : show_all(call, state, plan);
    int against = plan && !call->misused && arg_text(call, "against") ? show_against(call, state)
                                                                      : STATUS_YES;
    status = against == STATUS_YES ? status : against;
    os_plan_close(plan);
    os_state_close(state);
    return status;
}

/* ------------------------------------------------------------------------------ apply */

struct applying {
    const char *verb;
    bool changed; /* something was done */
    bool stands;  /* a plan was applied as a whole */
    int failures; /* of programs and commands */
};

static void tell_event(const struct os_state_event *event, void *data) {
    struct applying *applying = data;
    os_autofree char *text = event->text ? text_made_safe(event->text) : NULL;
    switch (event->kind) {
    case OS_STATE_DONE:
        if (event->id)
            tell_done(applying->verb, event->id);
        applying->changed = applying->changed || event->id;
        applying->stands = applying->stands || event->id;
        break;
    case OS_STATE_RUNS:
        applying->changed = true;
        if (!output_style.json)
            printf("runs %s\n", event->name);
        break;
    case OS_STATE_FAILED:
        applying->failures++;
        complain(applying->verb, event->name, "this command has failed: %s", text ? text : "");
        break;
    case OS_STATE_UNDONE:
        if (event->error)
            complain(applying->verb, NULL, "%" PRIu64 " could not be taken back: %s", event->id,
                     os_strerror(event->error));
        else
            complain(applying->verb, NULL, "%" PRIu64 " was taken back", event->id);
        break;
    }
    fflush(stdout);
}

static int go_on(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return interrupted();
}

static int do_apply(struct call *call, struct os_state *state, struct os_plan *plan) {
    struct applying applying = {.verb = call->function->name};
    const struct os_state_apply_options options = {

        .size = sizeof options,
        .wait = is_set(call, "wait"),
        .open_files = is_set(call, "open-files"),
        .on_progress = go_on,
        .on_event = tell_event,
        .data = &applying};
    interrupt_begin();
    if (os_state_apply(state, plan, &options) == 0) {
        if (!applying.changed)
            tell_done("apply", 0);
        return STATUS_YES;
    }
    if (errno == ECANCELED && applying.failures && !applying.stands)
        return complain(applying.verb, NULL,
                        applying.failures > 1
                            ? "some changes could not be taken back; osier log lists what is left"
                            : "nothing was changed");
    if (applying.changed && (errno == ECANCELED || errno == EBADMSG))
        return STATUS_NO; /* it was told what has failed */
    return applying.changed ? failed() : refuse_plan(applying.verb, plan);
}

/* Shown and asked for. */
static int approve(struct call *call, struct os_state *state, struct os_plan *plan) {
    const struct os_state_command *list;
    if (is_set(call, "yes") || (is_empty(plan) && !os_state_commands(state, &list)))
        return STATUS_YES;
    return ask_for_plan("apply", plan, show_commands, state);
}

int apply_state(struct call *call, const char *file) {
    if (arg_text(call, "digest"))
        return misuse(call->function, "--digest goes with a saved plan, not with a state");
    struct os_state *state = load_state(call, file);
    struct os_plan *plan = state ? make_plan(state) : NULL;
    int status = call->misused ? STATUS_USAGE : plan ? approve(call, state, plan) : STATUS_NO;
    if (plan && status == STATUS_YES)
        status = do_apply(call, state, plan);
    os_plan_close(plan);
    os_state_close(state);
    return status;
}

/* ------------------------------------------------------------------------------ show --vars */

int show_vars(struct call *call, const char *file) {
    const struct os_state_var *list;
    size_t count;
    struct os_state *state = load_state(call, file);
    int status = state ? STATUS_YES : STATUS_NO;
    if (state && os_state_vars(state, &list, &count) < 0)
        status = errno == EBADMSG ? STATUS_NO : failed();
    if (state && status == STATUS_YES && output_style.json)
        emit_begin_list();
    for (size_t i = 0; state && status == STATUS_YES && i < count; i++) {
        if (output_style.json) {
            emit_begin_record();
            emit_key("name");
            emit_text(list[i].name);
            emit_key("value");
            emit_text(list[i].value);
            emit_key("origin");
            emit_text(list[i].origin);
            emit_end_record();
        } else {
            os_autofree char *value = text_made_safe(list[i].value);
            printf("%s = %s  (%s)\n", list[i].name, value ? value : "", list[i].origin);
        }
    }
    if (state && status == STATUS_YES && output_style.json)
        emit_end_list();
    os_state_close(state);
    return status;
}
