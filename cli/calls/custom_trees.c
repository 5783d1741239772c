/* SPDX-License-Identifier: MIT */
/** os.walk, os.copytree, os.tree_usage and os.tree_compare from a shell, with Python's words. */
#include "calls/custom.h"
#include "calls/trees.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/progress.h"

#include <errno.h>
#include <stdlib.h>

/* The options that all calls for trees share. */
static struct os_tree_control control_of(struct call *call) {
    return (struct os_tree_control){
        .threads = option_number(call, "threads", 0),
        .ignore_errors = is_set(call, "ignore-errors"),
        .one_file_system = is_set(call, "one-file-system"),
    };
}

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
    struct os_copytree_options options = {
        .size = sizeof options,
        .control = control_of(call),
        .symlinks = is_set(call, "symlinks"),
        .ignore_dangling_symlinks = is_set(call, "ignore-dangling-symlinks"),
        .dirs_exist_ok = is_set(call, "dirs-exist-ok"),
        .owner = is_set(call, "owner"),
        .hard_links = is_set(call, "hard-links"),
        .special_files = is_set(call, "special-files"),
        .ignore = arg_values(call, "ignore"),
    };
    struct progress progress = {.quiet = true, .silent = options.control.ignore_errors};
    if (call->misused)
        return STATUS_USAGE;
    progress_begin(&progress, &options.control);
    int r = os_copytree(arg_text(call, "SRC"), arg_text(call, "DST"), &options);
    return progress_end(&progress, r);
}

int custom_os_tree_usage(struct call *call) {
    int top = option_number(call, "top", 0);
    struct os_tree_usage_options options = {
        .size = sizeof options,
        .control = control_of(call),
        .depth = option_number(call, "depth", 0),
        .top = top > 0 ? (size_t)top : 0,
        .files = is_set(call, "files"),
        .apparent = is_set(call, "apparent"),
        .every_link = is_set(call, "every-link"),
    };
    if (call->misused)
        return STATUS_USAGE;
    struct os_tree_usage *usage = os_tree_usage(arg_text(call, "PATH"), &options);
    if (!usage)
        return failed();
    emit_os_tree_usage(usage);
    free(usage);
    return 0;
}

int custom_os_tree_compare(struct call *call) {
    struct os_tree_compare_options options = {
        .size = sizeof options,
        .control = control_of(call),
        .shallow = is_set(call, "shallow"),
        .modes = is_set(call, "modes"),
        .owners = is_set(call, "owners"),
        .times = is_set(call, "times"),
        .ignore = arg_values(call, "ignore"),
    };
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
