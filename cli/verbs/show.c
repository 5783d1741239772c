/* SPDX-License-Identifier: MIT */
/** osier show: a plan that was saved. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_apply.h"
#include "verbs/plan_output.h"
#include "verbs/plan_state.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

static int show_digest(struct os_plan *plan) {
    char *digest = os_plan_digest(plan);
    if (!digest)
        return failed();
    emit_text(digest);
    free(digest);
    return STATUS_YES;
}

/* Whether the plan still fits what is there. */
static int check(struct os_plan *plan) {
    if (os_plan_check(plan) == 0)
        return tell_refusals(plan) == STATUS_YES ? STATUS_YES : STATUS_REFUSED;
    return errno == ESTALE   ? refuse_conflicts("show", plan)
           : errno == ENOKEY ? refuse_key("show")
                             : failed();
}

/**
 * Shows a saved plan, or the variables of a state.
 *
 * @param file  the plan, from `osier plan -o FILE`; with --vars a state
 * @param vars  show the variables of a state and the facts of this machine, each with its origin
 * @param var  NAME=VALUE, a variable of the state; may be repeated
 * @param list  only list the places, without the changes of text files
 * @param html  write a page of HTML, for review in a browser
 * @param digest  only print the plan's SHA-256
 * @param check  only check whether everything that the plan depends on is unchanged, and whether you have the
 *               permissions; if not, the exit status is 3
 * @param detailed_exitcode  the exit status is 2 if something would change
 * @group change
 * @since 0.1
 * @shell show FILE [--list] [--html] [--digest] [--check] [--detailed-exitcode]
 *        [--vars] [--var=NAME=VALUE...] -> custom
 */
int verb_show(struct call *call) {
    const char *file = arg_text(call, "FILE");
    if (is_set(call, "vars"))
        return show_vars(call, file);
    struct os_plan *plan = load_plan("show", file);
    if (!plan)
        return STATUS_NO;
    int status = is_set(call, "digest")  ? show_digest(plan)
                 : is_set(call, "check") ? check(plan)
                 : is_set(call, "html")
                     ? show_plan_page(plan)
                     : show_plan(plan, is_set(call, "list"), is_set(call, "detailed-exitcode"));
    os_plan_close(plan);
    return status;
}
