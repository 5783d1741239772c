/* SPDX-License-Identifier: MIT */
/** osier cp: copies files and trees. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/progress.h"
#include "verbs/actions.h"
#include "verbs/paths.h"
#include "verbs/plan_apply.h"
#include "verbs/transfer.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int copy_tree(const struct transfer *transfer, struct os_copytree_options *options) {
    struct progress progress = {.verb = "copying", .bytes = size_of(transfer->src)};
    if (interrupted())
        return complain("cp", transfer->src, "interrupted, not begun");
    progress_begin(&progress, &options->control);
    int status = progress_end(&progress, os_copytree(transfer->src, transfer->path, options));
    return status && interrupted()
               ? complain("cp", transfer->path, "interrupted, the copy is incomplete")
               : status;
}

/* Makes a hard link to the copy of the same file, and replaces an existing file by it. */
static int link_twin(const struct transfer *transfer) {
    char *beside = NULL;
    if (asprintf(&beside, "%s.osier-%d", transfer->path, (int)getpid()) < 0)
        return failed_at(ENOMEM, NULL);
    int status =
        os_link(transfer->twin, beside, OS_NOFOLLOW) < 0 || os_rename(beside, transfer->path) < 0
            ? failed()
            : STATUS_YES;
    os_unlink(beside); /* after a failure, or where both were the same file already */
    free(beside);
    return status;
}

/* What was there already is written into: interrupted, it is neither the old nor the new. */
static int copy_file(const struct transfer *transfer, const struct os_copytree_options *like) {
    struct os_copy_options options = {
        .size = sizeof options,
        .nofollow = like->symlinks,
        .owner = like->owner,
        .special_files = like->special_files,
        .into_pipes = true,
    };
    struct progress progress = {.verb = "copying", .bytes = size_of(transfer->src)};
    if (like->hard_links && transfer->twin)
        return link_twin(transfer);
    bool there = os_path_lexists(transfer->path);
    if (interrupted())
        return complain("cp", transfer->src, "interrupted, not begun");
    progress_begin(&progress, &options.control);
    int status = progress_end(&progress, os_copy2(transfer->src, transfer->path, &options));
    if (!status || !interrupted())
        return status;
    return there ? complain("cp", transfer->path, "interrupted, the copy is incomplete")
                 : complain("cp", transfer->src, "interrupted, not copied");
}

/* Checks, where there is a list and no plan, what would make the copy fail. */
static int try_copy(const struct transfer *transfer, bool tree, bool merge) {
    if (!os_path_lexists(transfer->src))
        return failed_at(ENOENT, transfer->src);
    if (tree && os_path_lexists(transfer->path) && !merge)
        return failed_at(EEXIST, transfer->path);
    return STATUS_YES;
}

static int list_copy(const struct transfer *transfer, const struct os_copytree_options *options) {
    const struct listing listing = {.action = "copy",
                                    .follow_links = !options->symlinks,
                                    .leave_journals = true,
                                    .ignore = options->ignore};
    return list_tree(&listing, transfer->src, transfer->path);
}

/* A hard link to the copy of the same file, in the place of what is there. */
static int plan_twin(struct os_plan *plan, const struct transfer *transfer) {
    int r = os_plan_path_lexists(plan, transfer->path) ? os_plan_remove(plan, transfer->path) : 0;
    return r < 0 ? r : os_plan_link(plan, transfer->twin, transfer->path, OS_NOFOLLOW);
}

/* What is written to a device or a pipe can't be taken back: no plan has it. */
static int plan_into(struct call *call, const struct transfer *transfer) {
    if (!is_dry_run(call) || is_set(call, "undoable"))
        return failed();
    complain("cp", transfer->path, "what is written there is no part of a plan");
    return STATUS_YES;
}

/* A step of the plan that --dry-run shows and --undoable applies. */
static int plan_copy(struct call *call, const struct transfer *transfer,
                     const struct os_copytree_options *like, bool tree) {
    const struct os_copy_options options = {.size = sizeof options,
                                            .nofollow = like->symlinks,
                                            .owner = like->owner,
                                            .special_files = like->special_files};
    int r = tree ? os_plan_copytree(call->plan, transfer->src, transfer->path, like)
            : like->hard_links && transfer->twin
                ? plan_twin(call->plan, transfer)
                : os_plan_copy2(call->plan, transfer->src, transfer->path, &options);
    if (r < 0 && errno == ENOTSUP)
        return plan_into(call, transfer);
    return r < 0 ? failed() : STATUS_YES;
}

static int copy_one(struct call *call, const struct transfer *transfer) {
    bool archive = is_set(call, "archive"), preserve = is_set(call, "preserve");
    struct os_copytree_options options = {
        .size = sizeof options,
        .symlinks = !is_set(call, "follow-links"),
        .dirs_exist_ok = is_set(call, "merge"),
    };
    fill_copytree_options(call, &options);
    options.control.leave_journals = true;
    options.owner |= archive || preserve;
    options.hard_links |= archive;
    options.special_files |= archive;
    bool tree = options.symlinks ? is_real_dir(transfer->src) : os_path_isdir(transfer->src);
    bool only_listed = is_dry_run(call) && !call->plan;
    int status = only_listed ? try_copy(transfer, tree, options.dirs_exist_ok) : STATUS_YES;
    if (status == STATUS_YES && is_listed(call))
        status = list_copy(transfer, &options);
    if (call->plan)
        return status | plan_copy(call, transfer, &options, tree);
    if (only_listed)
        return status;
    return tree ? copy_tree(transfer, &options) : copy_file(transfer, &options);
}

/**
 * Copies files and trees.
 *
 * Modes, times and extended attributes are copied too; links are copied as links, and the journals of
 * plans (.osier-0) not at all. On a terminal a bar shows the progress.
 *
 * @param paths  the sources, then the destination: a new path, or a directory to copy into
 * @param archive  the same as --owner --hard-links --special-files
 * @param recursive  has no effect: directories are always copied with their content
 * @param preserve  the same as --owner; modes and times are always preserved
 * @param no_clobber  do not overwrite existing files
 * @param verbose  list what is copied
 * @param dry_run  show the plan, as osier show does, and copy nothing; with --verbose list each path
 *                 instead
 * @param owner  preserve users and groups
 * @param hard_links  preserve hard links between the files copied
 * @param special_files  create pipes, sockets and devices
 * @param follow_links  copy the targets of links instead of the links
 * @param merge  copy into existing directories, and replace existing files
 * @param ignore  skip names that match this pattern; may be repeated
 * @param undoable  keep what is replaced, so that `osier undo` takes everything back; all is copied,
 *                  or nothing
 * @group files
 * @since 0.1
 * @shell cp PATHS... [-a|--archive] [-r|-R|--recursive] [-p|--preserve] [-n|--no-clobber]
 * [-v|--verbose] [--dry-run] [--owner] [--hard-links] [--special-files] [--follow-links] [--merge]
 * [--ignore=PATTERN...] [--undoable] -> custom
 */
int verb_cp(struct call *call) {
    if (is_set(call, "no-clobber") && is_set(call, "merge"))
        return misuse(call->function, "--no-clobber and --merge exclude each other");
    if (begin_planned(call))
        return STATUS_NO;
    return end_planned(call, each_to_last(call, copy_one));
}
