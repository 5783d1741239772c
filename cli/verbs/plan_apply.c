/* SPDX-License-Identifier: MIT */
/** Plans applied: loaded, asked for, made, and what is said of it. */
#include "verbs/plan_apply.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/text.h"
#include "verbs/actions.h"
#include "verbs/plan_output.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct os_plan *load_plan(const char *verb, const char *file) {
    struct os_plan *plan = os_plan_load(file);
    if (!plan && errno == EBADMSG)
        complain(verb, file, "this is not a plan, or not a complete one");
    else if (!plan && errno == EPROTONOSUPPORT)
        complain(verb, file, "this plan was made by another version of osier");
    else if (!plan)
        failed();
    return plan;
}

int ask_for_plan(const char *verb, struct os_plan *plan, void (*show_more)(void *data),
                 void *data) {
    char answer[16];
    if (!isatty(STDIN_FILENO) || !output_terminal()) {
        complain(
            verb, NULL,
            "there is no terminal to ask on; give --yes, or --digest=HEX of the approved plan");
        return STATUS_REFUSED;
    }
    int status = show_plan(plan, /* list_only= */ false, /* detailed= */ false);
    if (status != STATUS_YES)
        return status;
    if (show_more)
        show_more(data);
    printf("\nMake these changes? [y/N] ");
    fflush(stdout);
    bool yes = fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y');
    if (!yes)
        complain(verb, NULL, "nothing was changed");
    return yes ? STATUS_YES : STATUS_REFUSED;
}

static void tell_program(const struct os_plan_act_event *event, void *data) {
    tell_act(event, data);
}

static int go_on(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return interrupted();
}

/* All that is forbidden, or, where that can't be known before, what has failed. */
static void refused_at(struct os_plan *plan) {
    struct os_error error = *os_last_error();
    const struct os_plan_refusal *list;
    size_t count = 0;
    char *path = error.filename ? strdup(error.filename) : NULL;
    error.filename = path;
    error.filename2 = NULL;
    if (os_plan_refusals(plan, &list, &count) < 0 || !count)
        failed_as(&error);
    for (size_t i = 0; i < count; i++)
        failed_at(list[i].error, list[i].path);
    free(path);
}

/* What undo needs takes room that can be had. */
static void tell_room_held(void) {
    const struct os_history_entry *entry;
    struct os_history *history = os_history();
    uint64_t held = 0;
    char size[16];
    while (history && (entry = os_history_next(history)))
        held += entry->held;
    os_history_close(history);
    if (held)
        fprintf(stderr, "osier: journals hold %s for undo; `osier forget` frees it\n",
                human_size(size, sizeof size, held));
}

/* Whether there is no plan, as a tree that is to go has something mounted in it. */
static bool is_mounted_in(struct os_plan *plan) {
    const struct os_plan_entry *list;
    size_t count;
    return os_plan_entries(plan, &list, &count) < 0 && errno == EBUSY;
}

int refuse_plan(const char *verb, struct os_plan *plan) {
    switch (errno) {
    case ESTALE:
        return refuse_conflicts(verb, plan);
    case ENOKEY:
        return refuse_key(verb);
    case EBUSY:
        failed();
        if (is_mounted_in(plan)) {
            complain(verb, NULL,
                     "something is mounted there, and would go too; nothing was changed");
            return STATUS_REFUSED;
        }
        complain(verb, NULL, "another osier is at work; --wait waits for it");
        return STATUS_REFUSED;
    case ETXTBSY:
        failed();
        complain(verb, NULL,
                 "a program has it open for writing; --open-files goes on all the same");
        return STATUS_REFUSED;
    case ECANCELED:
        return complain(verb, NULL,
                        interrupted() ? "interrupted, nothing was changed" : "nothing was changed");
    case EACCES:
    case EPERM:
    case EROFS:
        refused_at(plan);
        return complain(verb, NULL, "nothing was changed");
    case EXDEV:
        failed();
        return complain(verb, NULL,
                        "nothing was changed: no rename takes that there; a directory of an "
                        "overlay's lower layer (a container's image) goes only in a plan that has "
                        "nothing else in it or in its place: make two plans of this one, each "
                        "made when the one before is applied");
    case ENOSPC:
        failed();
        tell_room_held();
        return complain(verb, NULL, "nothing was changed");
    default:
        failed();
        return complain(verb, NULL, "nothing was changed");
    }
}

int apply_plan(const char *verb, struct os_plan *plan, bool wait, bool open_files) {
    const struct os_plan_apply_options options = {.size = sizeof options,
                                                  .wait = wait,
                                                  .open_files = open_files,
                                                  .on_progress = go_on,
                                                  .on_act = tell_program,
                                                  .data = (void *)(uintptr_t)verb};
    uint64_t id = 0;
    interrupt_begin();
    if (os_plan_apply(plan, &options, &id) == 0) {
        tell_done(verb, id);
        return STATUS_YES;
    }
    if (!id)
        return refuse_plan(verb, plan);
    failed();
    return complain(verb, NULL, "%" PRIu64 " is done, but may not outlive a loss of power", id);
}

/* A plan may say that nothing of it is kept. */
static bool is_forgotten(uint64_t id) {
    const struct os_history_entry *entry;
    struct os_history *history = os_history();
    bool forgotten = false;
    while (history && (entry = os_history_next(history)))
        forgotten |= entry->id == id && entry->forgotten;
    os_history_close(history);
    return forgotten;
}

void tell_done(const char *verb, uint64_t id) {
    (void)verb;
    if (output_style.json) {
        emit_begin_record();
        emit_key("id");
        emit_unsigned(id);
        emit_end_record();
    } else if (!id) {
        printf("nothing to do\n");
    } else if (is_forgotten(id)) {
        printf("done as %" PRIu64 ", and forgotten: nothing is kept for undo\n", id);
    } else {
        printf("done as %" PRIu64 ": `osier undo %" PRIu64 "` takes it back\n", id, id);
    }
}

/* ------------------------------------------------------------------ rm, mv and cp */

int begin_planned(struct call *call) {
    bool listed = is_dry_run(call) && is_listed(call);
    if (listed || !(is_dry_run(call) || is_set(call, "undoable")))
        return STATUS_YES;
    call->plan = os_plan(NULL);
    return call->plan ? STATUS_YES : failed();
}

static bool is_refused(struct os_plan *plan) {
    const struct os_plan_refusal *list;
    size_t count = 0;
    bool refused = os_plan_refusals(plan, &list, &count) < 0;
    for (size_t i = 0; i < count; i++)
        refused |= list[i].error != ENOSPC;
    return refused;
}

/* No plan takes away what is mounted in a tree. */
static int tell_mounted(struct call *call) {
    const char *verb = call->function->name;
    bool empties = strcmp(verb, "rm") == 0 && !is_set(call, "undoable");
    failed();
    return complain(verb, NULL,
                    empties
                        ? "something is mounted there: all in it would be removed, and the rest "
                          "of the tree, but not the directories that lead to it; --verbose "
                          "lists each path, --one-file-system leaves alone what is mounted"
                        : "something is mounted there: nothing would be changed");
}

/* Without --undoable each step is for itself: what could be done is shown, whatever failed. */
static int show_planned(struct call *call, int status) {
    const struct os_plan_entry *list;
    size_t count;
    if (os_plan_entries(call->plan, &list, &count) < 0)
        return errno == EBUSY ? tell_mounted(call) : failed();
    if (status != STATUS_YES && (!count || is_set(call, "undoable")))
        return status;
    status |= show_plan(call->plan, /* list_only= */ false, /* detailed= */ false);
    return status | (is_refused(call->plan) ? STATUS_NO : STATUS_YES);
}

int end_planned(struct call *call, int status) {
    if (!call->plan)
        return status;
    if (is_dry_run(call))
        status = show_planned(call, status);
    else if (status != STATUS_YES || interrupted())
        status = complain(call->function->name, NULL, "nothing was changed");
    else
        status = apply_plan(call->function->name, call->plan, /* wait= */ true,
                            /* open_files= */ true);
    call->plan = os_plan_close(call->plan);
    return status;
}
