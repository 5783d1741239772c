/* SPDX-License-Identifier: MIT */
/** osier walk: lists a tree. */
#include "calls/trees.h"
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/paths.h"

#include <errno.h>
#include <osier.h>
#include <string.h>

/* What is printed of a directory; of the deepest level only the directory itself. */
struct sight {
    char type; /* 'd', 'f' or 0 for both */
    bool deepest;
};

static void print_directory(const struct os_walk_entry *at, struct sight sight) {
    static char *const nothing[] = {NULL};
    if (!output_style.json) {
        emit_paths(at, sight.deepest ? 'd' : sight.type);
        return;
    }
    emit_begin_record();
    emit_key("dirpath");
    emit_text(at->dirpath);
    emit_key("dirnames");
    emit_list(sight.deepest || sight.type == 'f' ? nothing : at->dirnames);
    emit_key("filenames");
    emit_list(sight.deepest || sight.type == 'd' ? nothing : at->filenames);
    emit_end_record();
}

static int depth_below(const char *top, const char *path) {
    int depth = 0;
    for (const char *p = path + strlen(top); *p; p++)
        depth += *p == '/' && p[1] && p[1] != '/';
    size_t size = strlen(top);
    return depth + (size && top[size - 1] == '/' && path[size]);
}

/**
 * Lists every path of a tree.
 *
 * A directory comes before its content. --json prints a list of directories, each with the names
 * in it, as os.walk returns them. A directory that can't be read is an error on stderr, and the
 * walk continues. The journals of plans (.osier-0) are left out, unless the walk begins in one.
 *
 * @param path  the directory to begin with
 * @param bottom_up  print a directory after its content
 * @param follow_links  enter links to directories, each directory once on the way down
 * @param one_file_system  skip what is mounted below
 * @param max_depth  descend N levels; 1 prints the content of the directory itself
 * @param type  one of d (directories only), f (everything else only)
 * @param threads  read ahead with N threads; -1 for as many as help
 * @group files
 * @since 0.1
 * @shell walk [PATH=.] [--bottom-up] [--follow-links] [-x|--one-file-system] [--max-depth=N]
 * [--type=TYPE] [--threads=N] -> custom
 */
int verb_walk(struct call *call) {
    const char *top = arg_text(call, "PATH") ? arg_text(call, "PATH") : ".";
    const char *type = arg_text(call, "type");
    int most = option_number(call, "max-depth", -1);
    struct os_walk_options options = {
        .size = sizeof options,
        .links_as_files = !is_set(call, "follow-links"),
        .errors = true,
        .threads = -1,
    };
    fill_walk_options(call, &options);
    if (type && strcmp(type, "d") != 0 && strcmp(type, "f") != 0)
        return misuse_word(call->function, "invalid TYPE", type, ": not d or f");
    if (call->misused)
        return STATUS_USAGE;
    struct os_walk *walk = os_walk(top, &options);
    if (!walk)
        return failed();
    struct os_walk_entry *at;
    int status = 0;
    emit_begin_list();
    while (!output_broken() && (at = os_walk_next(walk))) {
        if (os_plan_in_journal(at->dirpath + strlen(top)))
            continue; /* bottom-up, or swapped in just now */
        leave_journals(at->dirnames);
        int depth = most < 0 ? 0 : depth_below(top, at->dirpath);
        if (at->error == EXDEV && options.one_file_system)
            continue;
        if (at->error) {
            status = failed_at(at->error, at->dirpath);
            continue;
        }
        struct sight sight = {type ? *type : 0, .deepest = most >= 0 && depth >= most};
        bool shown = sight.deepest && sight.type != 'f' ? depth == most : !sight.deepest;
        bool listed = output_style.json && depth > 0 && sight.deepest; /* by its parent */
        if (shown && !listed)
            print_directory(at, sight);
        if (sight.deepest && !options.bottom_up)
            os_walk_prune(walk);
    }
    bool broken = errno != 0;
    emit_end_list();
    os_walk_close(walk);
    return broken ? failed() : status;
}
