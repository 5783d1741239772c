/* SPDX-License-Identifier: MIT */
/** Where programs are looked for: the parts of PATH, or Python's os.defpath. */
#include "env/exec_path.h"

#include "base/seam.h"
#include "base/str.h"
#include "env/environ.h"
#include <string.h>

#define DEFAULT_PATH "/bin:/usr/bin"

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

int exec_path(char *const *env, char ***ret_list) {
    AUTO_FREE char *path = NULL;
    int r = path_of(env, &path);
    if (r < 0)
        return r;
    AUTO_LIST list = {0};
    const char *part = r ? path : DEFAULT_PATH;
    for (const char *colon; (colon = strchr(part, ':')); part = colon + 1)
        list_add(&list, part, (size_t)(colon - part));
    list_add_text(&list, part);
    return list_take(&list, ret_list);
}
