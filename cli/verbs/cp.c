/* SPDX-License-Identifier: MIT */
/** osier cp: copies files and trees. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/watch.h"
#include "verbs/actions.h"
#include "verbs/paths.h"
#include "verbs/transfer.h"

#include <errno.h>
#include <osier.h>

static int copy_tree(const struct transfer *transfer, struct os_copytree_options *options) {
    struct progress progress = {.verb = "copying", .bytes = size_of(transfer->src)};
    if (interrupted())
        return complain("cp", transfer->src, "interrupted before");
    progress_begin(&progress, &options->control);
    int status = progress_end(&progress, os_copytree(transfer->src, transfer->path, options));
    return status && interrupted()
               ? complain("cp", transfer->path, "interrupted: the copy is incomplete")
               : status;
}

static int copy_file(const struct transfer *transfer, bool follow) {
    struct watch watch;
    watch_begin(&watch, "copying", transfer->src, transfer->path);
    int r = os_copy2(transfer->src, transfer->path, follow ? 0 : OS_NOFOLLOW);
    watch_end(&watch);
    return r < 0 ? failed() : STATUS_YES;
}

/* What --dry-run says instead of copying. */
static int try_copy(const struct transfer *transfer, bool tree, bool merge) {
    if (!os_path_lexists(transfer->src))
        return failed_at(ENOENT, transfer->src);
    if (tree && os_path_lexists(transfer->path) && !merge)
        return failed_at(EEXIST, transfer->path);
    return STATUS_YES;
}

static int list_copy(const struct transfer *transfer, const struct os_copytree_options *options) {
    const struct listing listing = {
        .action = "copy", .follow_links = !options->symlinks, .ignore = options->ignore};
    return list_tree(&listing, transfer->src, transfer->path);
}

static int copy_one(struct call *call, const struct transfer *transfer) {
    bool archive = is_set(call, "archive"), preserve = is_set(call, "preserve");
    struct os_copytree_options options = {
        .size = sizeof options,
        .symlinks = !is_set(call, "follow-links"),
        .dirs_exist_ok = is_set(call, "merge"),
    };
    fill_copytree_options(call, &options);
    options.owner |= archive || preserve;
    options.hard_links |= archive;
    options.special_files |= archive;
    bool tree = options.symlinks ? is_real_dir(transfer->src) : os_path_isdir(transfer->src);
    int status = is_dry_run(call) ? try_copy(transfer, tree, options.dirs_exist_ok) : STATUS_YES;
    if (status == STATUS_YES && is_listed(call))
        status = list_copy(transfer, &options);
    if (is_dry_run(call))
        return status;
    return tree ? copy_tree(transfer, &options) : copy_file(transfer, !options.symlinks);
}

/**
 * Copies files and trees.
 *
 * Modes, times and extended attributes are copied too. Links are copied as links. On a terminal a
 * bar shows how far it has come.
 *
 * @param paths  what to copy; the last one is where to: a new path, or a directory to put it into
 * @param archive  the same as --owner --hard-links --special-files
 * @param recursive  copy directories with what is in them, which is done without it too
 * @param preserve  the same as --owner; modes and times are kept without it too
 * @param no_clobber  leave what is there already as it is
 * @param verbose  list what is copied
 * @param dry_run  list what would be copied, and copy nothing
 * @param owner  keep users and groups
 * @param hard_links  files with several names stay one
 * @param special_files  make pipes, sockets and devices anew
 * @param follow_links  copy what links lead to, in their place
 * @param merge  copy into directories that are there already; what has the name of something copied
 * is replaced
 * @param ignore  a pattern of names to leave out; may come again for more
 * @group files
 * @since 0.1
 * @shell cp PATHS... [-a|--archive] [-r|--recursive] [-p|--preserve] [-n|--no-clobber]
 * [-v|--verbose] [--dry-run] [--owner] [--hard-links] [--special-files] [--follow-links] [--merge]
 * [--ignore=PATTERN...] -> custom
 */
int verb_cp(struct call *call) {
    if (is_set(call, "no-clobber") && is_set(call, "merge"))
        return misuse(call->function, "--no-clobber and --merge exclude each other");
    return each_to_last(call, copy_one);
}
