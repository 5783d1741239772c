/* SPDX-License-Identifier: MIT */
/** osier recover: what a crash has left. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is kept of a transaction that couldn't be taken back everywhere. */
static void tell_orphan(const struct os_recovery *r, void *data) {
    (void)data;
    if (output_style.json) {
        emit_begin_record();
        emit_key("path");
        emit_text(r->path);
        emit_key("kept");
        emit_text(r->kept);
        emit_end_record();
        return;
    }
    char *path = text_made_safe(r->path), *kept = text_made_safe(r->kept);
    printf("%s\n    is somebody else's, who came before it could be taken back;\n    what was "
           "there is "
           "%s\n",
           path ? path : r->path, kept ? kept : r->kept);
    free(path);
    free(kept);
}

static int explain_orphan(uint64_t id) {
    const struct os_recover_options options = {
        .size = sizeof options, .orphan = id, .on_recovery = tell_orphan};
    emit_begin_list();
    int count = os_recover(&options);
    emit_end_list();
    if (count < 0 && errno == ENOENT)
        return complain("recover", NULL, "%" PRIu64 " left nothing behind; osier log has what did",
                        id);
    if (count > 0 && !output_style.json)
        printf("move it where you want it; `osier forget %" PRIu64 "` removes what stays\n", id);
    return count < 0 ? failed() : STATUS_YES;
}

static void tell_recovery(const struct os_recovery *r, void *data) {
    (void)data;
    if (r->error ==
        EBADMSG) /* it was on the disk before the first effect: only the disk can have lost it */
        complain("recover", r->path ? r->path : r->journal,
                 "%" PRIu64
                 " can't be recovered: the disk has damaged its intent, and nothing is guessed; "
                 "move it away when what it changed is as it shall be",
                 r->id);
    else if (r->error)
        complain("recover", r->path ? r->path : r->journal, "%" PRIu64 " can't be recovered: %s",
                 r->id, strerror(r->error));
    else if (r->path && r->kept)
        complain("recover", r->kept,
                 "%" PRIu64 " left %s as somebody else has it; what was there is", r->id, r->path);
    else if (r->path)
        complain("recover", r->path, "%" PRIu64 " left it as somebody else has it", r->id);
    else if (!output_style.json)
        printf("%" PRIu64 " was %s\n", r->id, r->completed ? "completed" : "taken back");
}

/**
 * Takes back what a crash has left incomplete.
 *
 * Every use of a journal does that, too. What somebody else has since put in the place of a file is never touched:
 * then the exit status is 1, and the original is kept. With the number of such a transaction ("orphaned" in `osier
 * log`) the command only shows where the original is.
 *
 * @param id  an orphaned transaction
 * @param wait  wait until no other transaction is running
 * @group change
 * @since 0.1
 * @shell recover [ID] [--wait] -> custom
 */
int verb_recover(struct call *call) {
    const struct os_recover_options options = {
        .size = sizeof options, .wait = is_set(call, "wait"), .on_recovery = tell_recovery};
    uint64_t id = arg_text(call, "ID") ? ARG_INTEGER(call, arg_index(call, "ID"), uint64_t, 0) : 0;
    if (call->misused)
        return STATUS_USAGE;
    if (id)
        return explain_orphan(id);
    return os_recover(&options) < 0 && errno != ESTALE ? failed() : errno == ESTALE;
}
