/* SPDX-License-Identifier: MIT */
/** abspath and relpath: text that begins with the current directory. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "fs/getcwd.h"
#include "path/common.h"
#include "path/norm.h"
#include <osier/ntpath.h>
#include <osier/path.h>
#include <osier/posixpath.h>

/* os_path_abspath(), with the current directory put where the result is going to be. */
static int absolute(const char *path, char **ret_text) {
    if (path[0] == '/')
        return path_normal(path, ret_text);
    UNCANCELLED;
    AUTO_STR s = STR_INIT;
    size_t size = strlen(path);
    int r = cwd_append(&s);
    if (r == 0)
        r = str_reserve(&s, size + 1);
    if (r < 0)
        return r;
    s.size = path_append_normal(s.data, s.size, 1, slice_of(path, path + size));
    s.data[s.size] = '\0';
    return str_take(&s, ret_text);
}

char *os_path_abspath(const char *path) {
    char *text = NULL;
    int r = absolute(path, &text);
    return PUBLIC_POINTER(r, text, "path_abspath", path, NULL);
}

/* The current directory goes to `way` where one of the paths isn't absolute. */
static int relative(const char *path, const char *start, bool absolute,
                    int (*way)(const char *, const char *, const struct str *, char **),
                    char **ret_text) {
    UNCANCELLED;
    AUTO_STR cwd = STR_INIT;
    int r = absolute ? 0 : cwd_append(&cwd);
    return r < 0 ? r : way(path, start, &cwd, ret_text);
}

char *os_path_relpath(const char *path, const char *start) {
    if (path[0] == '\0') {
        error_fail_message(-EINVAL, "path_relpath", "ValueError: no path specified");
        return NULL;
    }
    char *text = NULL;
    start = start ? start : "";
    int r = relative(path, start, path[0] == '/' && start[0] == '/', path_relative, &text);
    return PUBLIC_POINTER(r, text, "path_relpath", path, NULL);
}
ALSO(os_posixpath_relpath, os_path_relpath);

char *os_ntpath_relpath(const char *path, const char *start) {
    char *text = NULL;
    bool absolute = os_ntpath_isabs(path) && os_ntpath_isabs(start);
    int r = path[0] ? relative(path, start, absolute, nt_relative, &text) : -EINVAL;
    if (r == -EINVAL) {
        error_fail_message(r, "ntpath_relpath",
                           path[0] ? "ValueError: path and start are on different mounts"
                                   : "ValueError: no path specified");
        return NULL;
    }
    return PUBLIC_POINTER(r, text, "ntpath_relpath", path, NULL);
}
