/* SPDX-License-Identifier: MIT */
/** os.walk, os.copytree and os.tree_compare from a shell, with Python's words. */
#include "calls/trees.h"
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/progress.h"

#include <errno.h>
#include <stdlib.h>

/* One directory: its three values in JSON, as Python's tuple; else the paths. */
static void emit_step(const struct os_walk_entry *at) {
    if (!output_style.json) {
        emit_paths(at, 0);
        return;
    }
    emit_begin_list();
    emit_text(at->dirpath);
    emit_list(at->dirnames);
    emit_list(at->filenames);
    emit_end_list();
}

int custom_os_walk(struct call *call) {
    bool tell = is_set(call, "onerror");
    struct os_walk_options options = {
        .size = sizeof options,
        .bottom_up = is_set(call, "topdown") && !arg_bool(call, arg_index(call, "topdown")),
        .follow_links = is_set(call, "followlinks"),
        .errors = tell,
        .threads = -1,
    };
    if (call->misused)
        return STATUS_USAGE;
    struct os_walk *walk = os_walk(arg_text(call, "TOP"), &options);
    if (!walk)
        return failed();
    struct os_walk_entry *at;
    int status = 0;
    emit_begin_list();
    while (!output_broken() && (at = os_walk_next(walk))) {
        if (at->error)
            status = failed_at(at->error, at->dirpath);
        else
            emit_step(at);
    }
    status = errno ? failed() : status;
    emit_end_list();
    os_walk_close(walk);
    return status;
}

int custom_os_copytree(struct call *call) {
    struct os_copytree_options options = {.size = sizeof options};
    fill_copytree_options(call, &options);
    struct progress progress = {.quiet = true, .silent = options.control.ignore_errors};
    if (call->misused)
        return STATUS_USAGE;
    if (is_set(call, "dry-run"))
        return tell_call(call);
    if (call->plan)
        return planned(call, os_plan_copytree(call->plan, arg_text(call, "SRC"),
                                              arg_text(call, "DST"), &options));
    progress_begin(&progress, &options.control);
    int r = os_copytree(arg_text(call, "SRC"), arg_text(call, "DST"), &options);
    return progress_end(&progress, r);
}

int custom_os_tree_compare(struct call *call) {
    struct os_tree_compare_options options = {.size = sizeof options};
    fill_tree_compare_options(call, &options);
    if (call->misused)
        return STATUS_USAGE;
    struct os_tree_compare *compare =
        os_tree_compare(arg_text(call, "LEFT"), arg_text(call, "RIGHT"), &options);
    if (!compare)
        return failed();
    emit_os_tree_compare(compare);
    free(compare);
    return 0;
}
