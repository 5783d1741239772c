/* SPDX-License-Identifier: MIT */
/** osier plan: what calls would change. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/suggest.h"
#include "verbs/plan_output.h"
#include "verbs/plan_state.h"

#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One call, its name first: a step of the plan. */
static int plan_call(struct os_plan *plan, char **words) {
    const struct function *function = find_function(words[0]);
    struct call call;
    if (!function)
        return misuse_word(NULL, "plan: unknown function", words[0], "");
    if (!function->plans)
        return misuse_word(NULL, "plan: not a step of a plan:", words[0],
                           "; one is a call that changes files, such as os.rename");
    int status = STATUS_USAGE;
    if (call_parse(&call, function, words + 1)) {
        call.plan = plan;
        status = call.help
                     ? misuse_word(NULL, "plan: --help has no place in a step of", words[0], "")
                     : function->run(&call);
    }
    call_free(&call);
    return status;
}

/* Where the call that begins at `word` ends: at a word ";", or with the list. */
static char **end_of_call(char **word) {
    while (*word && strcmp(*word, ";") != 0)
        word++;
    return word;
}

static int plan_calls(struct os_plan *plan, char **word) {
    int status = STATUS_YES;
    for (int step = 1; status == STATUS_YES && *word; step++) {
        char **end = end_of_call(word), *separator = *end;
        *end = NULL;
        if (end > word)
            status = plan_call(plan, word);
        *end = separator;
        if (status == STATUS_NO)
            complain("plan", *word, "step %d would fail; no plan was made", step);
        word = end + (separator != NULL);
    }
    return status;
}

static int finish(struct call *call, struct os_plan *plan) {
    const char *output = arg_text(call, "output");
    if (output && os_plan_save(plan, output) < 0)
        return failed();
    return show_plan(plan, is_set(call, "list"), is_set(call, "detailed-exitcode"));
}

/* osier plan STATE --option: what stands behind the state are options, as if they stood before it. */
static int plan_file(struct call *call) {
    if (call->rest_count == 1)
        return plan_state(call, call->rest[0]);
    struct call again;
    char **words = call_alloc(call, call->rest_count + 2, sizeof *words);
    if (!words)
        return STATUS_NO;
    memcpy(words, call->rest + 1, (call->rest_count - 1) * sizeof *words);
    words[call->rest_count - 1] = (char *)(intptr_t) "--";
    words[call->rest_count] = call->rest[0];
    int status = STATUS_USAGE;
    if (call_parse(&again, call->function, words))
        status = again.rest_count == 1 ? plan_state(&again, again.rest[0])
                                       : misuse_word(call->function, "one state at a time, not",
                                                     again.rest[0], " too; include is for several");
    call_free(&again);
    return status;
}

/**
 * Shows what calls of os, or a state, would change.
 *
 * Each step sees what the earlier steps have planned. The result is shown, one line for each path:
 * + create, ± replace, - remove, > move, ~ change of mode, owner, times; then the changes in text files.
 * If a step would fail, there is no plan, and the exit status is 1.
 *
 *     osier plan -o deploy.plan -- os.makedirs srv/app --exist-ok \; os.rmtree srv/old
 *
 * A state describes how the machine shall be, in a file STATE.toml or STATE.json, or in one of tmpfiles.d, x.conf;
 * docs/STATE.md describes the format. The plan contains what differs from the machine. If it runs commands, the
 * exit status is 4, because nobody can know what they will do. --json prints the plan's file, and after it one
 * line for each such command, {"run":NAME,"command":TEXT,"from":ORIGIN}, and {"goes_on":true} if the steps after the
 * command are not known yet.
 *
 *     osier plan site.toml --var port=8080
 *
 * @param calls  the calls, "os.mkdir srv", each but the last with a word ";" behind it; or a state
 * @param var  NAME=VALUE, a variable of the state; may be repeated
 * @param against  the number of a transaction: also show what the state made up to that transaction and no longer
 *                 mentions
 * @param output  save the plan in this file
 * @param title  a line that says what the plan is for
 * @param list  only list the places, without the changes of text files
 * @param detailed_exitcode  the exit status is 2 if something would change
 * @group change
 * @since 0.1
 * @shell plan CALLS... [-o|--output=FILE] [--title=TEXT] [--var=NAME=VALUE...] [--against=ID] [--list]
 *        [--detailed-exitcode] + -> custom
 */
int verb_plan(struct call *call) {
    if (is_state(call->rest[0]))
        return plan_file(call);
    if (arg_text(call, "against"))
        return misuse(call->function, "--against goes with a state only");
    const struct os_plan_options options = {.size = sizeof options,
                                            .title = arg_text(call, "title")};
    struct os_plan *plan = os_plan(&options);
    if (!plan)
        return failed();
    int status = plan_calls(plan, call->rest);
    if (status == STATUS_YES)
        status = finish(call, plan);
    os_plan_close(plan);
    return status;
}
