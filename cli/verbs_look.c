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

static void print_directory(const struct os_walk_entry *at, char type) {
    if (output_style.json) {
        emit_begin_record();
        emit_key("dirpath");
        emit_text(at->dirpath);
        emit_key("dirnames");
        emit_list(at->dirnames);
        emit_key("filenames");
        emit_list(at->filenames);
        emit_end_record();
        return;
    }
    emit_paths(at, type);
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
        if (most < 0 || depth <= most)
            print_directory(at, type ? *type : 0);
        if (most >= 0 && depth >= most && !options.bottom_up)
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

int verb_compare(struct call *call) {
    struct os_compare_options options = {
        .size = sizeof options,
        .shallow = is_set(call, "shallow"),
        .modes = is_set(call, "modes"),
        .owners = is_set(call, "owners"),
        .times = is_set(call, "times"),
        .ignore = arg_values(call, "ignore"),
    };
    struct os_compare *compare =
        os_compare(arg_text(call, "LEFT"), arg_text(call, "RIGHT"), &options);
    if (!compare) {
        failed();
        return 2; /* as of diff(1): trouble is more than a difference */
    }
    emit_os_compare(compare);
    int status = compare->count ? 1 : 0;
    free(compare);
    return status;
}
