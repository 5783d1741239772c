/* SPDX-License-Identifier: MIT */
/** osier apply: makes the changes of a plan that was saved. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_apply.h"
#include "verbs/plan_state.h"

#include <errno.h>
#include <osier.h>
#include <stdlib.h>
#include <string.h>

/* Whether it is the plan that was approved. */
static int check_digest(const char *file, struct os_plan *plan, const char *wanted) {
    char *digest = os_plan_digest(plan);
    if (!digest)
        return failed();
    int status = STATUS_YES;
    if (strcmp(digest, wanted) != 0) {
        complain("apply", file, "refused: the digest of this plan is %s", digest);
        status = STATUS_REFUSED;
    }
    free(digest);
    return status;
}

/* Shown and asked for, unless that was done before. */
static int approve(struct call *call, struct os_plan *plan) {
    if (is_set(call, "yes") || arg_text(call, "digest"))
        return STATUS_YES;
    return ask_for_plan("apply", plan, NULL, NULL);
}

/**
 * Makes all changes of a plan or a state, or none.
 *
 * Everything that the plan depends on must still be as it was: otherwise nothing is changed, and the exit status is 3.
 * After a failure or a loss of power the machine is in the state before the plan or in the state after it. Files
 * that are replaced or removed are kept: `osier undo` restores them.
 *
 * Without --yes or --digest a terminal shows the plan and asks.
 *
 * A state, as for `osier plan STATE.toml`, is planned and applied. Its commands run when its files are in place; if
 * one fails, the files are taken back, and the exit status is 1.
 *
 * @param file  the plan, from `osier plan -o FILE`; or a state
 * @param var  NAME=VALUE, a variable of the state; may be repeated
 * @param digest  apply only a plan with this SHA-256, from `osier show FILE --digest`
 * @param yes  don't ask
 * @param wait  wait until no other transaction is running
 * @param open_files  also replace and remove files that programs have open for writing
 * @group change
 * @since 0.1
 * @shell apply FILE [--digest=HEX] [-y|--yes] [--var=NAME=VALUE...] [--wait] [--open-files] -> custom
 */
int verb_apply(struct call *call) {
    const char *file = arg_text(call, "FILE"), *digest = arg_text(call, "digest");
    if (is_state(file))
        return apply_state(call, file);
    struct os_plan *plan = load_plan("apply", file);
    if (!plan)
        return STATUS_NO;
    int status = digest ? check_digest(file, plan, digest) : STATUS_YES;
    if (status == STATUS_YES)
        status = approve(call, plan);
    if (status == STATUS_YES)
        status = apply_plan("apply", plan, is_set(call, "wait"), is_set(call, "open-files"));
    os_plan_close(plan);
    return status;
}
