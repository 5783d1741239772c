/* SPDX-License-Identifier: MIT */
/** How plans are shown to people and programs. */
#include "verbs/plan_output.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/text.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

static int print(const char *text, size_t size, void *data) {
    (void)data;
    return fwrite(text, 1, size, stdout) == size && !output_broken() ? 0 : -1;
}

int failed_to_write(struct os_plan *plan) {
    const struct os_plan_entry *list;
    size_t count = 0;
    int error = errno;
    if (error == EPERM && os_plan_entries(plan, &list, &count) == 0)
        for (size_t i = 0; i < count; i++)
            if (list[i].is.secret)
                return complain("plan", list[i].path,
                                "a plan with a secret that nobody else has is neither saved nor "
                                "printed as JSON: look at it without --output and --json");
    errno = error;
    return failed();
}

static int print_file(struct os_plan *plan) {
    size_t size;
    char *text = os_plan_text(plan, &size);
    if (!text)
        return failed_to_write(plan);
    print(text, size, NULL);
    free(text);
    return STATUS_YES;
}

static int print_list(struct os_plan *plan, bool list_only) {
    const struct os_plan_diff_options options = {
        .size = sizeof options, .color = output_colour(), .list_only = list_only};
    return os_plan_diff(plan, &options, print, NULL) < 0 && !output_broken() ? failed()
                                                                             : STATUS_YES;
}

int tell_refusals(struct os_plan *plan) {
    const struct os_plan_refusal *list;
    size_t count;
    int status = STATUS_YES;
    if (os_plan_refusals(plan, &list, &count) < 0)
        return failed();
    for (size_t i = 0; i < count; i++) {
        failed_at(list[i].error, list[i].path);
        status |= list[i].error == ENOSPC ? STATUS_YES : STATUS_NO;
    }
    return status;
}

int show_plan(struct os_plan *plan, bool list_only, bool detailed) {
    const struct os_plan_entry *list;
    const struct os_plan_act *acts;
    size_t count;
    if (os_plan_entries(plan, &list, &count) < 0)
        return failed();
    count += os_plan_acts(plan, &acts);
    int status = output_style.json ? print_file(plan) : print_list(plan, list_only);
    if (output_style.json) /* the picture has it in its text */
        tell_refusals(plan);
    return status == STATUS_YES && detailed && count ? STATUS_TROUBLE : status;
}

void tell_act(const struct os_plan_act_event *event, const char *verb) {
    os_autofree char *words = os_shell_join(event->argv);
    os_autofree char *safe = words ? text_made_safe(words) : NULL;
    os_autofree char *said = event->said ? text_made_safe(event->said) : NULL;
    if (event->failed)
        complain(verb, safe, "this program has failed: %s", said ? said : "");
    else if (!output_style.json)
        printf("runs %s\n", safe ? safe : "");
    fflush(stdout);
}

int refuse_key(const char *verb) {
    complain(
        verb, NULL,
        "the secrets of this plan were noted with another key than that of this journal: it was "
        "made elsewhere, or the key is lost; refused, nothing was changed: make the plan anew "
        "here");
    return STATUS_REFUSED;
}

int refuse_conflicts(const char *verb, struct os_plan *plan) {
    const struct os_plan_conflict *list;
    size_t count = os_plan_conflicts(plan, &list);
    for (size_t i = 0; i < count; i++)
        complain(verb, list[i].path, "the plan expects %s, but there is %s", list[i].expected,
                 list[i].found);
    if (count)
        complain(verb, NULL, "refused, nothing was changed: make the plan anew");
    else /* somebody was at it while the plan was applied */
        failed();
    return STATUS_REFUSED;
}
