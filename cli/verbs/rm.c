/* SPDX-License-Identifier: MIT */
/** osier rm: removes files and trees. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/progress.h"
#include "verbs/paths.h"

#include <errno.h>
#include <osier.h>

static int remove_tree(struct call *call, const char *path, bool force) {
    struct os_rmtree_options options = {.size = sizeof options};
    struct progress progress = {.verb = "removing", .missing_fine = force};
    fill_rmtree_options(call, &options);
    progress_begin(&progress, &options.control);
    return progress_end(&progress, os_rmtree(path, &options));
}

static int remove_one(struct call *call, const char *path) {
    bool force = is_set(call, "force"), recursive = is_set(call, "recursive");
    if (recursive && ends_with_dots(path))
        return complain("rm", path, "a directory is removed by its name only");
    if (recursive && is_real_dir(path))
        return remove_tree(call, path, force);
    return os_remove(path) == 0 || (force && errno == ENOENT) ? 0 : failed();
}

/**
 * Removes files and trees.
 *
 * Links are removed, never followed.
 *
 * @param paths  what to remove
 * @param recursive  directories, with everything in them
 * @param force  what isn't there is no error
 * @param one_file_system  leave alone what is mounted below
 * @group files
 * @since 0.1
 * @shell rm PATHS... [-r|--recursive] [-f|--force] [-x|--one-file-system] -> custom
 */
int verb_rm(struct call *call) {
    int status = 0;
    for (char **path = call->rest; *path && !interrupted(); path++)
        status |= remove_one(call, *path);
    return status;
}
