/* SPDX-License-Identifier: MIT */
/** The list of actions that -v prints. */
#include "verbs/actions.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/paths.h"

#include <errno.h>
#include <fnmatch.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_dry_run(const struct call *call) {
    return is_set(call, "dry-run");
}

bool is_listed(const struct call *call) {
    return is_set(call, "verbose") || (is_dry_run(call) && is_set(call, "one-file-system"));
}

void begin_actions(const struct call *call) {
    if (is_listed(call))
        emit_begin_list();
}

void end_actions(const struct call *call) {
    if (is_listed(call))
        emit_end_list();
}

static void emit_object(const char *action, const char *path, const char *to) {
    emit_begin_record();
    emit_key("action");
    emit_text(action);
    emit_key("path");
    emit_text(path);
    if (to) {
        emit_key("to");
        emit_text(to);
    }
    emit_end_record();
}

void list_action(const char *action, const char *path, const char *to) {
    char *from = NULL, *target = NULL;
    if (output_style.json) {
        emit_object(action, path, to);
        return;
    }
    from = text_made_safe(path);
    target = to ? text_made_safe(to) : NULL;
    printf("%s %s%s%s%c", action, from ? from : path, to ? " -> " : "",
           target ? target
           : to   ? to
                  : "",
           output_style.null ? '\0' : '\n');
    free(from);
    free(target);
}

/* `path` with its prefix `from` replaced by `to`; to free(). */
static char *moved(const char *path, const char *from, const char *to) {
    const char *rest = path + strlen(from);
    char *text = NULL;
    rest += *rest == '/';
    return asprintf(&text, "%s%s%s", to, *rest ? "/" : "", rest) < 0 ? NULL : text;
}

static void list_path(const struct listing *listing, const char *top, const char *path,
                      const char *to) {
    char *target = to ? moved(path, top, to) : NULL;
    list_action(listing->action, path, target);
    free(target);
}

static bool is_ignored(const struct listing *listing, const char *name) {
    if (listing->leave_journals && os_plan_in_journal(name))
        return true;
    for (const char *const *pattern = listing->ignore; pattern && *pattern; pattern++)
        if (fnmatch(*pattern, name, 0) == 0)
            return true;
    return false;
}

/* Removes the ignored names from a list. */
static void leave_out(const struct listing *listing, char **names) {
    char **kept = names;
    for (; *names; names++)
        if (!is_ignored(listing, *names))
            *kept++ = *names;
    *kept = NULL;
}

static void list_files(const struct listing *listing, const char *top,
                       const struct os_walk_entry *at, const char *to) {
    for (char **name = at->filenames; *name; name++) {
        char *path = os_path_joinv((const char *const[]){at->dirpath, *name, NULL});
        if (path)
            list_path(listing, top, path, to);
        free(path);
    }
}

static int list_walk(const struct listing *listing, struct os_walk *walk, const char *top,
                     const char *to) {
    int status = STATUS_YES;
    struct os_walk_entry *at;
    while (!output_broken() && (at = os_walk_next(walk))) {
        if (at->error == EXDEV && listing->one_file_system)
            continue;
        if (at->error) {
            status = failed_at(at->error, at->dirpath);
            continue;
        }
        leave_out(listing, at->dirnames);
        leave_out(listing, at->filenames);
        if (!listing->bottom_up)
            list_path(listing, top, at->dirpath, to);
        list_files(listing, top, at, to);
        if (listing->bottom_up)
            list_path(listing, top, at->dirpath, to);
    }
    return errno ? failed() : status;
}

int list_tree(const struct listing *listing, const char *path, const char *to) {
    struct os_walk_options options = {
        .size = sizeof options,
        .bottom_up = listing->bottom_up,
        .follow_links = listing->follow_links,
        .links_as_files = !listing->follow_links,
        .errors = true,
        .one_file_system = listing->one_file_system,
    };
    bool tree = listing->follow_links ? os_path_isdir(path) : is_real_dir(path);
    if (!tree) {
        list_action(listing->action, path, to);
        return STATUS_YES;
    }
    struct os_walk *walk = os_walk(path, &options);
    if (!walk)
        return failed();
    int status = list_walk(listing, walk, path, to);
    os_walk_close(walk);
    return status;
}
