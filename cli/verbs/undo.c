/* SPDX-License-Identifier: MIT */
/** osier undo: takes back what a plan has changed. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_apply.h"

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

static int go_on(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return interrupted();
}

/**
 * Takes back what a plan has changed.
 *
 * What was replaced or removed comes back as it was, with owner, mode, times and hard links. An undo
 * can be undone by its number, which makes the changes again. Where something has changed since, nothing is
 * touched, and the exit status is 3.
 *
 * @param id  the transaction, from `osier log`; the latest that wasn't undone
 * @param path  only what is at this path and below; may be repeated
 * @param wait  wait while another transaction is under way
 * @group change
 * @since 0.1
 * @shell undo [ID] [--path=PATH...] [--wait] -> custom
 */
int verb_undo(struct call *call) {
    struct os_undo_options options = {.size = sizeof options,
                                      .wait = is_set(call, "wait"),
                                      .paths = arg_values(call, "path"),
                                      .on_conflict = tell_conflict,
                                      .on_progress = go_on};
    uint64_t id = arg_text(call, "ID") ? ARG_INTEGER(call, arg_index(call, "ID"), uint64_t, 0) : 0;
    uint64_t made;
    if (call->misused)
        return STATUS_USAGE;
    interrupt_begin();
    if (os_undo(id, &options, &made) < 0) {
        if (errno == ESTALE)
            return complain("undo", NULL, "refused, nothing was changed"), STATUS_REFUSED;
        if (errno == ENOENT && !id)
            return complain("undo", NULL, "there is nothing to undo");
        if (errno == ENOENT)
            return complain(
                "undo", arg_text(call, "ID"),
                "there is no such transaction, or it was forgotten; osier log has them");
        if (errno == EALREADY)
            return complain("undo", arg_text(call, "ID"), "it is undone already");
        return failed();
    }
    tell_done("undone", made);
    return STATUS_YES;
}
