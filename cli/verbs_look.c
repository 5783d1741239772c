/* SPDX-License-Identifier: MIT */
/** osier walk, glob and compare: what looks at trees. */
#include "output.h"
#include "verbs.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_set(const struct call *call, const char *name) {
    return arg_text(call, name) != NULL;
}

/* A number, or `otherwise` where it was left out. */
static int number(struct call *call, const char *name, int otherwise) {
    return is_set(call, name) ? ARG_INTEGER(call, arg_index(call, name), int, 0) : otherwise;
}

/* ---------------------------------------------------------------------------------- walk */

static void tell(const struct os_walk_entry *at) {
    char *name = os_quote(at->dirpath);
    fprintf(stderr, "osier: %s: [Errno %d] %s: %s\n", os_error_name(at->error), at->error,
            os_strerror(at->error), name ? name : "?");
    free(name);
}

static char *joined(const char *dir, const char *name) {
    size_t size = strlen(dir), slash = size && dir[size - 1] != '/';
    char *path = malloc(size + slash + strlen(name) + 1);
    if (path) {
        memcpy(path, dir, size);
        memcpy(path + size, "/", slash);
        strcpy(path + size + slash, name);
    }
    return path;
}

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
    if (type != 'f')
        emit_text(at->dirpath);
    for (char **name = at->filenames; *name && type != 'd'; name++) {
        char *path = joined(at->dirpath, *name);
        if (path)
            emit_text(path);
        free(path);
    }
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
    int most = number(call, "max-depth", -1);
    struct os_walk_options options = {
        .size = sizeof options,
        .bottom_up = is_set(call, "bottom-up"),
        .follow_links = is_set(call, "follow-links"),
        .links_as_files = !is_set(call, "follow-links"),
        .one_file_system = is_set(call, "one-file-system"),
        .errors = true,
        .threads = number(call, "threads", -1),
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
    while ((at = os_walk_next(walk))) {
        int depth = most < 0 ? 0 : depth_below(top, at->dirpath);
        if (at->error == EXDEV && options.one_file_system)
            continue;
        if (at->error && (status = 1)) {
            tell(at);
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

static const struct {
    int bit;
    const char *key, *text;
} kinds[] = {
    {OS_COMPARE_LEFT, "left", "only left"}, {OS_COMPARE_RIGHT, "right", "only right"},
    {OS_COMPARE_TYPE, "type", "type"},      {OS_COMPARE_CONTENT, "content", "content"},
    {OS_COMPARE_MODE, "mode", "mode"},      {OS_COMPARE_OWNER, "owner", "owner"},
    {OS_COMPARE_TIME, "time", "time"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void print_difference(const struct os_compare_entry *entry) {
    const char *path = *entry->path ? entry->path : ".";
    if (output_style.json) {
        emit_begin_record();
        emit_key("path");
        emit_text(path);
        emit_key("differs");
        emit_begin_list();
        emit_key(NULL);
        for (int i = 0; i < KINDS; i++)
            if (entry->what & kinds[i].bit)
                emit_text(kinds[i].key);
        emit_end_list();
        emit_end_record();
        return;
    }
    char what[100] = "";
    for (int i = 0; i < KINDS; i++)
        if (entry->what & kinds[i].bit)
            sprintf(what + strlen(what), "%s%s", *what ? ", " : "", kinds[i].text);
    printf("%-12s ", what);
    emit_text(path);
}

int verb_compare(struct call *call) {
    const char *const ignore[] = {arg_text(call, "ignore"), NULL};
    struct os_compare_options options = {
        .size = sizeof options,
        .shallow = is_set(call, "shallow"),
        .modes = is_set(call, "modes"),
        .owners = is_set(call, "owners"),
        .times = is_set(call, "times"),
        .ignore = ignore,
    };
    struct os_compare *compare =
        os_compare(arg_text(call, "LEFT"), arg_text(call, "RIGHT"), &options);
    if (!compare) {
        failed();
        return 2; /* as of diff(1): trouble is more than a difference */
    }
    emit_begin_list();
    for (size_t i = 0; i < compare->count; i++)
        print_difference(&compare->list[i]);
    emit_end_list();
    int status = compare->count ? 1 : 0;
    free(compare);
    return status;
}
