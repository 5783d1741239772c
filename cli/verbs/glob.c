/* SPDX-License-Identifier: MIT */
/** osier glob: the paths that match a pattern. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/paths.h"

#include <osier.h>
#include <stdlib.h>
#include <string.h>

/**
 * Prints the paths that match a pattern.
 *
 * `*`, `?`, `[a-z]` and `[!a-z]` stand for parts of a name, `**` for directories at any depth.
 * The exit status is 1 where nothing matches. The journals of plans (.osier-0) match a pattern only if
 * their name stands in it.
 *
 * @param pattern  the pattern, quoted, so that the shell does not expand it
 * @param include_hidden  `*`, `?` and `[` match names that begin with a dot, too
 * @param root_dir  search in this directory; the paths printed are relative to it
 * @group files
 * @since 0.1
 * @shell glob PATTERN [--include-hidden] [--root-dir=DIR] -> custom
 */
int verb_glob(struct call *call) {
    int flags = OS_RECURSIVE | (is_set(call, "include-hidden") ? OS_INCLUDE_HIDDEN : 0);
    const char *pattern = arg_text(call, "PATTERN");
    char **paths = os_globat(OS_CWD, arg_text(call, "root-dir"), pattern, flags);
    if (!paths)
        return failed();
    if (!strstr(pattern, ".osier-"))
        leave_journals(paths);
    emit_list(paths);
    int status = *paths ? 0 : 1;
    free(paths);
    return status;
}
