/* SPDX-License-Identifier: MIT */
/** osier rm: removes files and trees. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/progress.h"
#include "verbs/actions.h"
#include "verbs/paths.h"

#include <errno.h>
#include <osier.h>

static int remove_tree(struct call *call, const char *path) {
    struct os_rmtree_options options = {.size = sizeof options};
    fill_rmtree_options(call, &options);
    struct progress progress = {.verb = "removing", .missing_fine = is_set(call, "force")};
    progress_begin(&progress, &options.control);
    int status = progress_end(&progress, os_rmtree(path, &options));
    return status && interrupted() ? complain("rm", path, "interrupted, partly removed") : status;
}

/* Checks for --dry-run what would make the removal fail. */
static int try_remove(struct call *call, const char *path) {
    if (!os_path_lexists(path))
        return is_set(call, "force") ? STATUS_YES : failed_at(ENOENT, path);
    if (is_real_dir(path) && !is_set(call, "recursive"))
        return failed_at(EISDIR, path);
    return STATUS_YES;
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
 * @group files
 * @since 0.1
 * @shell rm PATHS... [-r|-R|--recursive] [-f|--force] [-v|--verbose] [--dry-run]
 * [-x|--one-file-system] -> custom
 */
int verb_rm(struct call *call) {
    int status = STATUS_YES;
    char **path = call->rest;
    begin_actions(call);
    for (; *path && !interrupted(); path++)
        status |= remove_one(call, *path);
    end_actions(call);
    return *path ? complain("rm", *path, "interrupted, not begun") : status;
}
