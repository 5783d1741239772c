/* SPDX-License-Identifier: MIT */
/** Paths as the verbs that change trees need them. */
#include "verbs/paths.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/progress.h"

#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool is_real_dir(const char *path) {
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

bool ends_with_dots(const char *path) {
    size_t size;
    const char *name = last_name(path, &size);
    return name[0] == '.' && (size == 1 || (size == 2 && name[1] == '.'));
}

void leave_journals(char **paths) {
    char **kept = paths;
    for (; *paths; paths++)
        if (!os_plan_in_journal(*paths))
            *kept++ = *paths;
    *kept = NULL;
}

char *path_inside(const char *src, const char *dst) {
    size_t size, end = strlen(dst);
    const char *name = last_name(src, &size);
    if (ends_with_dots(src))
        return strdup(dst);
    char *path = malloc(end + 1 + size + 1);
    if (path)
        sprintf(path, "%s%s%.*s", dst, end && dst[end - 1] == '/' ? "" : "/", (int)size, name);
    return path;
}

uint64_t size_of(const char *path) {
    struct os_tree_usage_options options = {.size = sizeof options, .every_link = true};
    struct progress progress = {.verb = "measuring", .silent = true};
    if (!progress_shown())
        return 0;
    progress_begin(&progress, &options.control);
    struct os_tree_usage *usage = os_tree_usage(path, &options);
    uint64_t size = usage ? usage->apparent : 0;
    progress_end(&progress, 0);
    free(usage);
    return size;
}
