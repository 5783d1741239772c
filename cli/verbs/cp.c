/* SPDX-License-Identifier: MIT */
/** osier cp: copies files and trees. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/watch.h"
#include "verbs/paths.h"

#include <osier.h>
#include <stdlib.h>
#include <string.h>

static int copy_tree(const char *src, const char *dst, struct os_copytree_options *options) {
    struct progress progress = {.verb = "copying", .bytes = size_of(src)};
    if (interrupted())
        return 1;
    progress_begin(&progress, &options->control);
    return progress_end(&progress, os_copytree(src, dst, options));
}

static int copy_file(const char *src, const char *dst, bool follow) {
    struct watch watch;
    watch_begin(&watch, "copying", src, dst);
    int r = os_copy2(src, dst, follow ? 0 : OS_NOFOLLOW);
    watch_end(&watch);
    return r < 0 ? failed() : 0;
}

static int copy_one(struct call *call, const char *src, const char *dst) {
    struct os_copytree_options options = {
        .size = sizeof options,
        .symlinks = !is_set(call, "follow-links"),
        .dirs_exist_ok = is_set(call, "merge"),
    };
    fill_copytree_options(call, &options);
    bool tree = options.symlinks ? is_real_dir(src) : os_path_isdir(src);
    char *path = os_path_isdir(dst) ? path_inside(src, dst) : strdup(dst);
    int status = !path  ? failed()
                 : tree ? copy_tree(src, path, &options)
                        : copy_file(src, path, !options.symlinks);
    free(path);
    return status;
}

/**
 * Copies files and trees.
 *
 * Modes, times and extended attributes are copied too. Links are copied as links. On a terminal a bar shows how far it has come.
 *
 * @param paths  what to copy; the last one is where to: a new path, or a directory to put it into
 * @param owner  keep users and groups
 * @param hard_links  files with several names stay one
 * @param special_files  make pipes, sockets and devices anew
 * @param follow_links  copy what links lead to, in their place
 * @param merge  copy into directories that are there already
 * @param ignore  a pattern of names to leave out; may come again for more
 * @group files
 * @since 0.1
 * @shell cp PATHS... [--owner] [--hard-links] [--special-files] [--follow-links] [--merge]
 * [--ignore=PATTERN...] -> custom
 */
int verb_cp(struct call *call) {
    return each_to_last(call, copy_one);
}
