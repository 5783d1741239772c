/* SPDX-License-Identifier: MIT */
/** osier mv: moves files and trees. */
#include "contract.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/progress.h"
#include "verbs/paths.h"

#include <errno.h>
#include <osier.h>
#include <stdlib.h>
#include <string.h>

/* To another file system: what is interrupted leaves no copy, what fails leaves both. */
static int move_across(const char *src, const char *dst) {
    struct os_move_options options = {.size = sizeof options};
    struct progress progress = {.verb = "moving", .bytes = size_of(src)};
    if (interrupted())
        return 1;
    progress_begin(&progress, &options.control);
    return progress_end(&progress, os_move(src, dst, &options));
}

static int move_one(struct call *call, const char *src, const char *dst) {
    (void)call;
    bool into = os_path_isdir(dst) && os_path_samefile(src, dst) != 1;
    char *path = into ? path_inside(src, dst) : strdup(dst);
    int status;
    if (!path)
        status = failed();
    else if (into && os_path_lexists(path))
        status = os_move(src, dst, NULL) < 0 ? failed() : 0; /* says what is in the way */
    else if (os_rename(src, path) == 0)
        status = 0;
    else if (errno != EXDEV)
        status = failed();
    else
        status = move_across(src, path);
    free(path);
    return status;
}

/**
 * Moves files and trees, to another file system too.
 *
 * @param paths  what to move; the last one is where to: a new path, or a directory to put it into
 * @group files
 * @since 0.1
 * @shell mv PATHS... -> custom
 */
int verb_mv(struct call *call) {
    return each_to_last(call, move_one);
}
