/* SPDX-License-Identifier: MIT */
/** osier rm: removes files and trees. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/progress.h"
#include "verbs/actions.h"
#include "verbs/paths.h"
#include "verbs/plan_apply.h"

#include <errno.h>
#include <osier.h>

static int remove_tree(struct call *call, const char *path) {
    struct os_rmtree_options options = {.size = sizeof options};
    fill_rmtree_options(call, &options);
    struct progress progress = {.verb = "removing", .missing_fine = is_set(call, "force")};
    progress_begin(&progress, &options.control);
    int status = progress_end(&progress, os_rmtree(path, &options));
    if (!status || !interrupted())
        return status;
    /* Ctrl-C may come when the last of it has just gone. */
    return os_path_lexists(path) ? complain("rm", path, "interrupted, partly removed") : STATUS_YES;
}

/* Checks for --dry-run what would make the removal fail. */
static int try_remove(struct call *call, const char *path) {
    if (!os_path_lexists(path))
        return is_set(call, "force") ? STATUS_YES : failed_at(ENOENT, path);
    if (is_real_dir(path) && !is_set(call, "recursive"))
        return failed_at(EISDIR, path);
    return STATUS_YES;
}

/* With --undoable: what is removed goes into the journal when all is planned. */
static int plan_removal(struct call *call, const char *path) {
    bool tree = is_set(call, "recursive") && is_real_dir(path);
    int r = tree ? os_plan_rmtree(call->plan, path, NULL) : os_plan_remove(call->plan, path);
    return r == 0 || (is_set(call, "force") && errno == ENOENT) ? STATUS_YES : failed();
}

static int remove_one(struct call *call, const char *path) {
    const struct listing listing = {
        .action = "remove", .bottom_up = true, .one_file_system = is_set(call, "one-file-system")};
    bool force = is_set(call, "force"), recursive = is_set(call, "recursive");
    if (recursive && ends_with_dots(path))
        return complain("rm", path, "refusing to remove '.' or '..'");
    int status = is_dry_run(call) ? try_remove(call, path) : STATUS_YES;
    if (status == STATUS_YES && is_listed(call) && os_path_lexists(path) &&
        (recursive || !is_real_dir(path)))
        status = list_tree(&listing, path, NULL);
    if (is_dry_run(call))
        return status;
    if (call->plan)
        return plan_removal(call, path);
    if (recursive && is_real_dir(path))
        return remove_tree(call, path);
    return os_remove(path) == 0 || (force && errno == ENOENT) ? STATUS_YES : failed();
}

/**
 * Removes files and trees.
 *
 * Links are removed, never followed.
 *
 * @param paths  the files and directories to remove
 * @param recursive  remove directories and their content
 * @param force  ignore paths that do not exist
 * @param verbose  list what is removed
 * @param dry_run  list what would be removed, and remove nothing
 * @param one_file_system  skip what is mounted below
 * @param undoable  keep what is removed, so that `osier undo` brings it back; all of it goes, or
 *                  nothing
 * @group files
 * @since 0.1
 * @shell rm PATHS... [-r|-R|--recursive] [-f|--force] [-v|--verbose] [--dry-run]
 * [-x|--one-file-system] [--undoable] -> custom
 */
int verb_rm(struct call *call) {
    int status = STATUS_YES;
    char **path = call->rest;
    if (begin_undoable(call))
        return STATUS_NO;
    begin_actions(call);
    for (; *path && !interrupted(); path++)
        status |= remove_one(call, *path);
    end_actions(call);
    status = end_undoable(call, status);
    return *path ? complain("rm", *path, "interrupted, not begun") : status;
}
