/* SPDX-License-Identifier: MIT */
/**
 * Whole trees: removed, walked, copied, measured.
 *
 * Every call here works on trees of any depth with a few descriptors, and follows no link that is
 * swapped in while it works: nothing outside of the tree is touched.
 *
 * Structures of options begin with their size, and a zero in them means the default:
 *
 *     struct os_rmtree_options options = {.size = sizeof options, .ignore_errors = true};
 *     os_rmtree("build", &options);
 */
#ifndef OSIER_TREE_H
#define OSIER_TREE_H

#include <osier/error.h>
#include <osier/stat.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/** How far a call has come. */
struct os_progress {
    uint64_t directories; /**< done so far */
    uint64_t entries;     /**< everything else, likewise */
    uint64_t bytes;       /**< of content, where the call reads or writes any */
};

/**
 * What the calls for whole trees have in common; a part of their options.
 *
 * `on_error` is told of each failure, with what, where and why; 0 goes on. It may be called from
 * another thread, but never from two at once. Without it the first failure ends the call.
 * `on_progress` is called ten times a second at most, from the thread that made the call; anything
 * but 0 cancels the call, which fails with ECANCELED.
 */
struct os_tree_control {
    int (*on_error)(const struct os_error *error, void *data);
    int (*on_progress)(const struct os_progress *progress, void *data);
    void *data;           /**< for both */
    int threads;          /**< how many may work; 0 for as many as help */
    bool ignore_errors;   /**< go on after failures, and succeed in the end */
    bool one_file_system; /**< leave alone what is mounted below */
};

/** The options of os_rmtree(). */
struct os_rmtree_options {
    size_t size; /**< sizeof (struct os_rmtree_options) */
    struct os_tree_control control;
};

/**
 * Removes the directory `path` and everything in it. Links are removed, never followed.
 *
 * @param path  the directory; a link to one is refused, with a slash behind it too
 * @param options  NULL for Python's defaults
 * @return 0, or −1 with errno set, and in the record what could not be removed
 * @error ENOENT  nothing is there
 * @error ENOTDIR  it is not a directory
 * @error ENOTEMPTY  somebody kept filling it
 * @error EBUSY  it is the root directory
 * @error ECANCELED  by `on_progress`
 * @python shutil.rmtree(path, ignore_errors=False, onerror=None, *, onexc=None)
 * @since 0.1
 * @shell no: `osier rm`
 */
OS_API int os_rmtree(const char *path, const struct os_rmtree_options *options) OS_NONNULL(1);

/**
 * The same, relative to an open directory.
 *
 * @param dir_fd  where `path` begins, or OS_CWD
 * @param path  the directory
 * @param options  NULL for Python's defaults
 * @return 0, or −1 with errno set
 * @python shutil.rmtree(path, *, dir_fd=None), since 3.11
 * @since 0.1
 * @shell no: `osier rm`
 */
OS_API int os_rmtreeat(int dir_fd, const char *path, const struct os_rmtree_options *options)
    OS_NONNULL(2);

OS_END_DECLS

#endif
