/* SPDX-License-Identifier: MIT */
/** osier compare: where two trees differ. */
#include "calls/trees.h"
#include "contract.h"
#include "frame/arguments.h"
#include "frame/progress.h"

#include <osier.h>
#include <stdlib.h>

/**
 * Tells where two trees, or two files, differ.
 *
 * Differences are exit status 1, trouble is 2.
 *
 * @param left  a directory or a file
 * @param right  what it is compared with
 * @param shallow  take files of the same size and time for the same
 * @param modes  compare permission bits, too
 * @param owners  compare users and groups, too
 * @param times  compare times of change, too
 * @param ignore  a pattern of names to leave out; may come again for more
 * @group files
 * @since 0.1
 * @shell compare LEFT RIGHT [--shallow] [--modes] [--owners] [--times]
 * [--ignore=PATTERN...] -> custom
 */
int verb_compare(struct call *call) {
    struct os_tree_compare_options options = {.size = sizeof options};
    fill_tree_compare_options(call, &options);
    struct progress progress = {.verb = "comparing"};
    progress_begin(&progress, &options.control);
    struct os_tree_compare *compare =
        os_tree_compare(arg_text(call, "LEFT"), arg_text(call, "RIGHT"), &options);
    bool trouble = progress_end(&progress, compare ? 0 : -1);
    if (!compare)
        return STATUS_TROUBLE;
    emit_os_tree_compare(compare);
    int status = trouble ? STATUS_TROUBLE : compare->count ? STATUS_NO : STATUS_YES;
    free(compare);
    return status;
}
