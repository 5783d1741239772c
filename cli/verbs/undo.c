/* SPDX-License-Identifier: MIT */
/** osier undo: takes back what a plan has changed. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_apply.h"
#include "verbs/plan_output.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

static void tell_conflict(const struct os_undo_conflict *conflict, void *data) {
    (void)data;
    if (conflict->later)
        complain("undo", conflict->path, "%s; undo %" PRIu64 " first", conflict->what,
                 conflict->later);
    else
        complain("undo", conflict->path, "%s", conflict->what);
}

static void tell_program(const struct os_plan_act_event *event, void *data) {
    (void)data;
    tell_act(event, "undo");
}

static int go_on(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return interrupted();
}

/**
 * Takes back what a plan has changed.
 *
 * Files that were replaced or removed return as they were, with owner, mode, times and hard links. An undo can be undone
 * by its number, which makes the changes again. Changes by programs (systemctl, apt-get …) are taken back by the program
 * that the plan has shown, unless PATHS are given. If something has changed since, nothing is touched, and the exit
 * status is 3. PATHS limit the undo to these paths and what is below them:
 *
 *     osier undo 12 -- srv/app.conf
 *
 * @param id  the transaction, from `osier log`; 0 is the default and means the latest that was not undone
 * @param paths  only what is at these paths and below
 * @param force  move what others have changed or created since into the journal; undoing the undo restores it
 * @param wait  wait until no other transaction is running
 * @group change
 * @since 0.1
 * @shell undo [ID] [PATHS...] [--force] [--wait] -> custom
 */
int verb_undo(struct call *call) {
    struct os_undo_options options = {.size = sizeof options,
                                      .wait = is_set(call, "wait"),
                                      .force = is_set(call, "force"),
                                      .paths = (const char *const *)call->rest,
                                      .on_conflict = tell_conflict,
                                      .on_progress = go_on,
                                      .on_act = tell_program};
    uint64_t id = arg_text(call, "ID") ? ARG_INTEGER(call, arg_index(call, "ID"), uint64_t, 0) : 0;
    uint64_t made;
    if (call->misused)
        return STATUS_USAGE;
    interrupt_begin();
    if (os_undo(id, &options, &made) < 0) {
        if (errno == ESTALE)
            return complain("undo", NULL,
                            options.force ? "refused, nothing was changed"
                                          : "refused, nothing was changed; --force takes what is "
                                            "there now into the journal"),
                   STATUS_REFUSED;
        if (errno == ENOENT && !id)
            return complain("undo", NULL, "there is nothing to undo");
        if (errno == ENOENT)
            return complain(
                "undo", arg_text(call, "ID"),
                "there is no such transaction, or it was forgotten; osier log has them");
        if (errno == EALREADY)
            return complain("undo", arg_text(call, "ID"), "it is undone already");
        if (errno == ECANCELED && !interrupted())
            return complain("undo", NULL, "nothing was taken back");
        return failed();
    }
    tell_done("undone", made);
    return STATUS_YES;
}
