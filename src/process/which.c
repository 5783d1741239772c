/* SPDX-License-Identifier: MIT */
/** Finds programs in the search path. */
#include "base/conf.h"
#include "base/error.h"
#include "base/seam.h"
#include "env/environ.h"
#include "env/exec_path.h"
#include <osier/system.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whatever forbids a look at the file makes it one that is not found, as for Python. */
static bool is_program(const char *name, int mode) {
    struct stat st;
    return SYS(access, name, mode) == 0 && SYS(stat, name, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* $PATH, or without it what the system says. */
static int search_path(char **ret_path) {
    int r = env_get("PATH", strlen("PATH"), ret_path);
    if (r == 0)
        r = conf_text(_CS_PATH, ret_path);
    if (r != 0)
        return r;
    *ret_path = mem_text(OS_DEFPATH, strlen(OS_DEFPATH));
    return *ret_path ? 1 : -ENOMEM;
}

static int take(const char *name, int mode, char **ret_name) {
    if (!is_program(name, mode))
        return 0;
    *ret_name = mem_text(name, strlen(name));
    return *ret_name ? 1 : -ENOMEM;
}

/* 1 with the name, or 0. */
static int search(const char *cmd, int mode, const char *path, char **ret_name) {
    AUTO_FREE char **names = NULL;
    int r = *path ? exec_path_split(path, cmd, &names) : 0;
    for (size_t i = 0; r == 0 && names && names[i]; i++)
        r = take(names[i], mode, ret_name);
    return r;
}

static int which(const char *cmd, int mode, const char *path, char **ret_name) {
    if (strchr(cmd, '/'))
        return take(cmd, mode, ret_name);
    AUTO_FREE char *from_environment = NULL;
    if (!path) {
        int r = search_path(&from_environment);
        if (r < 0)
            return r;
        path = from_environment;
    }
    return search(cmd, mode, path, ret_name);
}

char *os_which(const char *cmd, int mode, const char *path) {
    char *name = NULL;
    int r = which(cmd, mode, path, &name);
    if (r == 0)
        errno = 0;
    return PUBLIC_POINTER(r, name, "which", NULL, NULL);
}
