/* SPDX-License-Identifier: MIT */
/** osier rm, cp and mv: what changes trees. */
#include "progress.h"
#include "trees.h"
#include "verbs.h"
#include "watch.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Whether it is a directory itself, no link to one. */
static bool is_real_dir(const char *path) {
    struct os_stat_result st;
    return os_lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Where the last name of a path begins, and how long it is without the slashes behind it. */
static const char *last_name(const char *path, size_t *ret_size) {
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    *ret_size = end - start;
    return path + start;
}

/* Whether a path ends with "." or "..", which is no name. */
static bool ends_with_dots(const char *path) {
    size_t size;
    const char *name = last_name(path, &size);
    return name[0] == '.' && (size == 1 || (size == 2 && name[1] == '.'));
}

/* ------------------------------------------------------------------------------------ rm */

static int remove_tree(const char *path, bool force, bool one_file_system) {
    struct os_rmtree_options options = {.size = sizeof options,
                                        .control.one_file_system = one_file_system};
    struct progress progress = {.verb = "removing", .missing_fine = force};
    progress_begin(&progress, &options.control);
    return progress_end(&progress, os_rmtree(path, &options));
}

static int remove_one(struct call *call, const char *path) {
    bool force = is_set(call, "force"), recursive = is_set(call, "recursive");
    if (recursive && ends_with_dots(path)) {
        char *shown = os_quote(path);
        fprintf(stderr, "osier: rm: a directory is removed by its name only, not as %s\n",
                shown ? shown : "this");
        free(shown);
        return 1;
    }
    if (recursive && is_real_dir(path))
        return remove_tree(path, force, is_set(call, "one-file-system"));
    return os_remove(path) == 0 || (force && errno == ENOENT) ? 0 : failed();
}

int verb_rm(struct call *call) {
    int status = 0;
    for (char **path = call->rest; *path && !interrupted(); path++)
        status |= remove_one(call, *path);
    return status;
}

/* ------------------------------------------------------------------------------------ cp */

/* The path of `src` in the directory `dst`, to free(). */
static char *inside(const char *src, const char *dst) {
    size_t size, end = strlen(dst);
    const char *name = last_name(src, &size);
    if (ends_with_dots(src))
        return strdup(dst);
    char *path = malloc(end + 1 + size + 1);
    if (path)
        sprintf(path, "%s%s%.*s", dst, end && dst[end - 1] == '/' ? "" : "/", (int)size, name);
    return path;
}

/* How much there is to copy, for the bar: 0 where nobody looks at one. */
static uint64_t size_of(const char *path) {
    struct os_usage_options options = {.size = sizeof options, .every_link = true};
    struct progress progress = {.verb = "measuring", .silent = true};
    if (!progress_shown())
        return 0;
    progress_begin(&progress, &options.control);
    struct os_usage *usage = os_usage(path, &options);
    uint64_t size = usage ? usage->apparent : 0;
    progress_end(&progress, 0);
    free(usage);
    return size;
}

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
        .owner = is_set(call, "owner"),
        .hard_links = is_set(call, "hard-links"),
        .special_files = is_set(call, "special-files"),
        .ignore = arg_values(call, "ignore"),
    };
    bool tree = options.symlinks ? is_real_dir(src) : os_path_isdir(src);
    char *path = os_path_isdir(dst) ? inside(src, dst) : strdup(dst);
    int status = !path  ? failed()
                 : tree ? copy_tree(src, path, &options)
                        : copy_file(src, path, !options.symlinks);
    free(path);
    return status;
}

/* All words but the last go to the last, which has to be a directory where they are many. */
static int each_to_last(struct call *call, int (*act)(struct call *, const char *, const char *)) {
    if (call->rest_count < 2)
        return misuse(call->function, "where to?");
    const char *last = call->rest[call->rest_count - 1];
    if (call->rest_count > 2 && !os_path_isdir(last))
        return misuse_word(call->function, "many go only into a directory, not to", last);
    int status = 0;
    for (size_t i = 0; i + 1 < call->rest_count && !interrupted(); i++)
        status |= act(call, call->rest[i], last);
    return status;
}

int verb_cp(struct call *call) {
    return each_to_last(call, copy_one);
}

/* ------------------------------------------------------------------------------------ mv */

/* To another file system: what is interrupted leaves no copy, what fails leaves both. */
static int move_across(const char *src, const char *dst) {
    struct os_move_options options = {.size = sizeof options};
    struct progress progress = {.verb = "moving", .bytes = size_of(src)};
    if (interrupted())
        return 1;
    progress_begin(&progress, &options.control);
    return progress_end(&progress, os_move(src, dst, &options));
}

static int move_one(struct call *call, const char *src, const char *dst) {
    (void)call;
    bool into = os_path_isdir(dst) && os_path_samefile(src, dst) != 1;
    char *path = into ? inside(src, dst) : strdup(dst);
    int status;
    if (!path)
        status = failed();
    else if (into && os_path_lexists(path))
        status = os_move(src, dst, NULL) < 0 ? failed() : 0; /* says what is in the way */
    else if (os_rename(src, path) == 0)
        status = 0;
    else if (errno != EXDEV)
        status = failed();
    else
        status = move_across(src, path);
    free(path);
    return status;
}

int verb_mv(struct call *call) {
    return each_to_last(call, move_one);
}
