/* SPDX-License-Identifier: MIT */
/** osier rm, cp and mv: what changes trees. */
#include "progress.h"
#include "verbs.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_set(const struct call *call, const char *name) {
    return arg_text(call, name) != NULL;
}

/* Whether it is a directory itself, no link to one. */
static bool is_real_dir(const char *path) {
    struct os_stat_result st;
    return os_lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The end of one operation: whether it failed. What was told already is not told again. */
static bool went_wrong(int r, const struct progress *progress) {
    if (r < 0 && !(progress && progress->failed && errno != ECANCELED))
        failed();
    return r < 0 || (progress && progress->failed);
}

/* ------------------------------------------------------------------------------------ rm */

static bool remove_tree(const char *path, bool force, bool one_file_system) {
    struct os_rmtree_options options = {.size = sizeof options,
                                        .control.one_file_system = one_file_system};
    struct progress progress = {.verb = "removing", .missing_fine = force};
    progress_begin(&progress, &options.control);
    int r = os_rmtree(path, &options);
    progress_end(&progress);
    return !went_wrong(r, &progress);
}

int verb_rm(struct call *call) {
    bool recursive = is_set(call, "recursive"), force = is_set(call, "force");
    int status = 0;
    for (char **path = call->rest; *path; path++) {
        bool fine;
        if (recursive && is_real_dir(*path)) {
            fine = remove_tree(*path, force, is_set(call, "one-file-system"));
        } else {
            int r = os_remove(*path);
            fine = r == 0 || (force && errno == ENOENT) || !went_wrong(r, NULL);
        }
        status |= !fine;
    }
    return status;
}

/* ------------------------------------------------------------------------------------ cp */

/* The path of `src` in the directory `dst`, to free(). */
static char *inside(const char *src, const char *dst) {
    size_t end = strlen(src);
    while (end > 1 && src[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && src[start - 1] != '/')
        start--;
    char *path = malloc(strlen(dst) + 1 + end - start + 1);
    if (path)
        sprintf(path, "%s/%.*s", dst, (int)(end - start), src + start);
    return path;
}

static uint64_t size_of(const char *path) {
    const struct os_usage_options options = {
        .size = sizeof options, .every_link = true, .control.ignore_errors = true};
    struct os_usage *usage = progress_shown() ? os_usage(path, &options) : NULL;
    uint64_t size = usage ? usage->apparent : 0;
    free(usage);
    return size;
}

static bool copy_tree(struct call *call, const char *src, const char *dst) {
    const char *const ignore[] = {arg_text(call, "ignore"), NULL};
    struct os_copytree_options options = {
        .size = sizeof options,
        .symlinks = !is_set(call, "follow-links"),
        .dirs_exist_ok = is_set(call, "merge"),
        .owner = is_set(call, "owner"),
        .hard_links = is_set(call, "hard-links"),
        .special_files = is_set(call, "special-files"),
        .ignore = ignore,
    };
    struct progress progress = {.verb = "copying", .bytes = size_of(src)};
    progress_begin(&progress, &options.control);
    int r = os_copytree(src, dst, &options);
    progress_end(&progress);
    return !went_wrong(r, &progress);
}

static bool copy_one(struct call *call, const char *src, const char *dst) {
    char *path = os_path_isdir(dst) ? inside(src, dst) : strdup(dst);
    bool follow = is_set(call, "follow-links");
    bool fine = false;
    if (!path)
        failed();
    else if (follow ? os_path_isdir(src) : is_real_dir(src))
        fine = copy_tree(call, src, path);
    else
        fine = !went_wrong(os_copy2(src, path, follow ? 0 : OS_NOFOLLOW), NULL);
    free(path);
    return fine;
}

/* All words but the last go to the last, which has to be a directory where they are many. */
static int each_to_last(struct call *call, bool (*act)(struct call *, const char *, const char *)) {
    if (call->rest_count < 2)
        return misuse(call->function, "where to?");
    const char *last = call->rest[call->rest_count - 1];
    if (call->rest_count > 2 && !os_path_isdir(last))
        return misuse_word(call->function, "many go only into a directory, not to", last);
    int status = 0;
    for (size_t i = 0; i + 1 < call->rest_count; i++)
        status |= !act(call, call->rest[i], last);
    return status;
}

int verb_cp(struct call *call) {
    return each_to_last(call, copy_one);
}

/* ------------------------------------------------------------------------------------ mv */

static bool move_one(struct call *call, const char *src, const char *dst) {
    (void)call;
    return !went_wrong(os_move(src, dst), NULL);
}

int verb_mv(struct call *call) {
    return each_to_last(call, move_one);
}
