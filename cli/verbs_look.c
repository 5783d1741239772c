/* SPDX-License-Identifier: MIT */
/** osier walk, glob and compare: what looks at trees. */
#include "output.h"
#include "progress.h"
#include "trees.h"
#include "verbs.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- walk */

/* What of a directory is to be seen: `deepest` where what is in it lies too deep. */
struct sight {
    char type; /* 'd', 'f' or 0 for both */
    bool deepest;
};

static void print_directory(const struct os_walk_entry *at, struct sight sight) {
    static char *const nothing[] = {NULL};
    if (!output_style.json) {
        emit_paths(at, sight.deepest ? 'd' : sight.type);
        return;
    }
    emit_begin_record();
    emit_key("dirpath");
    emit_text(at->dirpath);
    emit_key("dirnames");
    emit_list(sight.deepest ? nothing : at->dirnames);
    emit_key("filenames");
    emit_list(sight.deepest ? nothing : at->filenames);
    emit_end_record();
}

static int depth_below(const char *top, const char *path) {
    int depth = 0;
    for (const char *p = path + strlen(top); *p; p++)
        depth += *p == '/' && p[1] && p[1] != '/';
    size_t size = strlen(top);
    return depth + (size && top[size - 1] == '/' && path[size]);
}

int verb_walk(struct call *call) {
    const char *top = arg_text(call, "PATH") ? arg_text(call, "PATH") : ".";
    const char *type = arg_text(call, "type");
    int most = option_number(call, "max-depth", -1);
    struct os_walk_options options = {
        .size = sizeof options,
        .bottom_up = is_set(call, "bottom-up"),
        .follow_links = is_set(call, "follow-links"),
        .links_as_files = !is_set(call, "follow-links"),
        .one_file_system = is_set(call, "one-file-system"),
        .errors = true,
        .threads = option_number(call, "threads", -1),
    };
    if (type && strcmp(type, "d") != 0 && strcmp(type, "f") != 0)
        return misuse_word(call->function, "TYPE is d or f, not", type);
    if (call->misused)
        return 64;
    struct os_walk *walk = os_walk(top, &options);
    if (!walk)
        return failed();
    struct os_walk_entry *at;
    int status = 0;
    emit_begin_list();
    while (!output_broken() && (at = os_walk_next(walk))) {
        int depth = most < 0 ? 0 : depth_below(top, at->dirpath);
        if (at->error == EXDEV && options.one_file_system)
            continue;
        if (at->error && (status = 1)) {
            tell_unread(at);
            continue;
        }
        struct sight sight = {type ? *type : 0, .deepest = most >= 0 && depth >= most};
        bool shown = sight.deepest && sight.type != 'f' ? depth == most : !sight.deepest;
        bool listed = output_style.json && depth > 0 && sight.deepest; /* by its parent */
        if (shown && !listed)
            print_directory(at, sight);
        if (sight.deepest && !options.bottom_up)
            os_walk_prune(walk);
    }
    bool broken = errno != 0;
    emit_end_list();
    os_walk_close(walk);
    return broken ? failed() : status;
}

/* ---------------------------------------------------------------------------------- glob */

int verb_glob(struct call *call) {
    int flags = OS_RECURSIVE | (is_set(call, "include-hidden") ? OS_INCLUDE_HIDDEN : 0);
    char **paths = os_globat(OS_CWD, arg_text(call, "root-dir"), arg_text(call, "PATTERN"), flags);
    if (!paths)
        return failed();
    emit_list(paths);
    int status = *paths ? 0 : 1;
    free(paths);
    return status;
}

/* ------------------------------------------------------------------------------- compare */

enum { TROUBLE = 2 }; /* as of diff(1): more than a difference */

int verb_compare(struct call *call) {
    struct os_compare_options options = {
        .size = sizeof options,
        .shallow = is_set(call, "shallow"),
        .modes = is_set(call, "modes"),
        .owners = is_set(call, "owners"),
        .times = is_set(call, "times"),
        .ignore = arg_values(call, "ignore"),
    };
    struct progress progress = {.verb = "comparing"};
    progress_begin(&progress, &options.control);
    struct os_compare *compare =
        os_compare(arg_text(call, "LEFT"), arg_text(call, "RIGHT"), &options);
    bool trouble = progress_end(&progress, compare ? 0 : -1);
    if (!compare)
        return TROUBLE;
    emit_os_compare(compare);
    int status = trouble ? TROUBLE : compare->count ? 1 : 0;
    free(compare);
    return status;
}
