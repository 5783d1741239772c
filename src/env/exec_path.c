/* SPDX-License-Identifier: MIT */
/** Where programs are looked for: in the directories of PATH, or of Python's os.defpath. */
#include "env/exec_path.h"

#include "base/seam.h"
#include "base/str.h"
#include "env/environ.h"
#include <osier/system.h>
#include <string.h>

static int path_of(char *const *env, char **ret_path) {
    if (!env)
        return env_get("PATH", 4, ret_path);
    for (; *env; env++)
        if (strncmp(*env, "PATH=", 5) == 0) {
            *ret_path = mem_text(*env + 5, strlen(*env + 5));
            return *ret_path ? 1 : -ENOMEM;
        }
    return 0;
}

int exec_path(char *const *env, char **ret_path) {
    int r = path_of(env, ret_path);
    if (r != 0)
        return r < 0 ? r : 0;
    *ret_path = mem_text(OS_DEFPATH, strlen(OS_DEFPATH));
    return *ret_path ? 0 : -ENOMEM;
}

int exec_path_split(const char *path, const char *file, char ***ret_list) {
    AUTO_LIST list = {0};
    AUTO_STR name = STR_INIT;
    for (const char *end;; path = end + 1) {
        end = path + strcspn(path, ":");
        str_truncate(&name, 0);
        str_append(&name, path, (size_t)(end - path));
        if (file && end > path && end[-1] != '/')
            str_append_char(&name, '/');
        str_append_text(&name, file ? file : "");
        if (name.failed)
            return -ENOMEM;
        list_add(&list, name.data, name.size);
        if (!*end)
            return list_take(&list, ret_list);
    }
}
