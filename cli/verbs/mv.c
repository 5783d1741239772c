/* SPDX-License-Identifier: MIT */
/** osier mv: moves files and trees. */
#include "contract.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/progress.h"
#include "verbs/actions.h"
#include "verbs/paths.h"
#include "verbs/plan_apply.h"
#include "verbs/transfer.h"

#include <errno.h>
#include <osier.h>

/* Moves to another file system. Interrupted, it leaves no copy; after a failure, both remain. */
static int move_across(const char *src, const char *path) {
    struct os_move_options options = {.size = sizeof options};
    struct progress progress = {.verb = "moving", .bytes = size_of(src)};
    if (interrupted())
        return complain("mv", src, "interrupted, not begun");
    progress_begin(&progress, &options.control);
    int status = progress_end(&progress, os_move(src, path, &options));
    return status && interrupted() ? complain("mv", src, "interrupted, not moved") : status;
}

/* Checks, where there is a list and no plan, what would make the move fail. */
static int try_move(const struct transfer *transfer) {
    if (!os_path_lexists(transfer->src))
        return failed_at(ENOENT, transfer->src);
    if (os_path_lexists(transfer->path) && (transfer->into || is_real_dir(transfer->path)))
        return failed_at(EEXIST, transfer->path);
    return STATUS_YES;
}

/* A step of the plan that --dry-run shows and --undoable applies. */
static int plan_move(struct call *call, const struct transfer *transfer) {
    if (transfer->into && os_plan_path_lexists(call->plan, transfer->path))
        return failed_at(EEXIST, transfer->path);
    int r = os_plan_rename(call->plan, transfer->src, transfer->path);
    if (r < 0 && errno == EXDEV)
        r = os_plan_move(call->plan, transfer->src, transfer->path, NULL);
    return r < 0 ? failed() : STATUS_YES;
}

static int move_one(struct call *call, const struct transfer *transfer) {
    bool only_listed = is_dry_run(call) && !call->plan;
    int status = only_listed ? try_move(transfer) : STATUS_YES;
    if (status == STATUS_YES && is_listed(call))
        list_action("move", transfer->src, transfer->path);
    if (call->plan)
        return plan_move(call, transfer);
    if (only_listed)
        return status;
    if (transfer->into && os_path_lexists(transfer->path)) /* says what is in the way */
        return os_move(transfer->src, transfer->dst, NULL) < 0 ? failed() : STATUS_YES;
    if (os_rename(transfer->src, transfer->path) == 0)
        return STATUS_YES;
    return errno == EXDEV ? move_across(transfer->src, transfer->path) : failed();
}

/**
 * Moves files and trees, to another file system too.
 *
 * @param paths  the sources, then the destination: a new path, or a directory to move into
 * @param force  has no effect: existing files are replaced without a question
 * @param no_clobber  do not overwrite existing files
 * @param verbose  list what is moved
 * @param dry_run  show the plan, as osier show does, and move nothing; with --verbose list each move
 *                 instead
 * @param undoable  keep what is replaced, so that `osier undo` takes everything back; all is moved,
 *                  or nothing
 * @group files
 * @since 0.1
 * @shell mv PATHS... [-f|--force] [-n|--no-clobber] [-v|--verbose] [--dry-run] [--undoable]
 * -> custom
 */
int verb_mv(struct call *call) {
    if (begin_planned(call))
        return STATUS_NO;
    return end_planned(call, each_to_last(call, move_one));
}
