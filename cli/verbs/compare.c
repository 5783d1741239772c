/* SPDX-License-Identifier: MIT */
/** osier compare: where two trees differ. */
#include "calls/trees.h"
#include "contract.h"
#include "frame/arguments.h"
#include "frame/progress.h"

#include <osier.h>
#include <stdlib.h>

/**
 * Shows where two trees, or two files, differ.
 *
 * The journals of plans (.osier-0) are left out. The exit status is 1 where they differ, and 2 where something can't be compared.
 *
 * @param left  the first directory or file
 * @param right  the second one
 * @param shallow  consider files of the same size and modification time equal
 * @param modes  compare permission bits, too
 * @param owners  compare users and groups, too
 * @param times  compare modification times, too
 * @param ignore  skip names that match this pattern; may be repeated
 * @group files
 * @since 0.1
 * @shell compare LEFT RIGHT [--shallow] [--modes] [--owners] [--times]
 * [--ignore=PATTERN...] -> custom
 */
int verb_compare(struct call *call) {
    struct os_tree_compare_options options = {.size = sizeof options};
    fill_tree_compare_options(call, &options);
    options.control.leave_journals = true;
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
