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

/* A step of the plan that --dry-run shows and --undoable applies. */
static int plan_removal(struct call *call, const char *path) {
    bool tree = is_set(call, "recursive") && is_real_dir(path);
    int r = tree ? os_plan_rmtree(call->plan, path, NULL) : os_plan_remove(call->plan, path);
    return r == 0 || (is_set(call, "force") && errno == ENOENT) ? STATUS_YES : failed();
}

/* Lists what would be removed; a call that fails tells why, as it would then. */
static int list_removal(struct call *call, const char *path) {
    const struct listing listing = {
        .action = "remove", .bottom_up = true, .one_file_system = is_set(call, "one-file-system")};
    if (!os_path_lexists(path))
        return !is_dry_run(call) || is_set(call, "force") ? STATUS_YES : failed_at(ENOENT, path);
    if (is_real_dir(path) && !is_set(call, "recursive"))
        return is_dry_run(call) ? failed_at(EISDIR, path) : STATUS_YES;
    return list_tree(&listing, path, NULL);
}

static int remove_one(struct call *call, const char *path) {
    bool force = is_set(call, "force"), recursive = is_set(call, "recursive");
    if (recursive && ends_with_dots(path))
        return complain("rm", path, "refusing to remove '.' or '..'");
    int status = is_listed(call) ? list_removal(call, path) : STATUS_YES;
    if (call->plan)
        return status | plan_removal(call, path);
    if (is_dry_run(call))
        return status;
    if (recursive && is_real_dir(path))
        return remove_tree(call, path);
    return os_remove(path) == 0 || (force && errno == ENOENT) ? STATUS_YES : failed();
}

/**
 * Removes files and trees.
 *
 * Links are removed, never followed. A journal in a tree (.osier-0) goes with it: what was done there
 * can't be undone any more.
 *
 * @param paths  the files and directories to remove
 * @param recursive  remove directories and their content
 * @param force  ignore paths that do not exist
 * @param verbose  list what is removed
 * @param dry_run  show the plan, as osier show does, and remove nothing; with --verbose or
 *                 --one-file-system list each path instead
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
    if (begin_planned(call))
        return STATUS_NO;
    begin_actions(call);
    for (; *path && !interrupted(); path++)
        status |= remove_one(call, *path);
    end_actions(call);
    status = end_planned(call, status);
    return *path ? complain("rm", *path, "interrupted, not begun") : status;
}
