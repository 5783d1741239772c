/* SPDX-License-Identifier: MIT */
/** Whether a file system is mounted below a directory that is to go: it would go with it. */
#include "base/procfile.h"
#include "plan/net_memory.h"

#include <string.h>

/* The fifth field of each line is where it is mounted; the texts are cut in place. */
static char *take_mount(char **text) {
    char *line = *text, *end = strchrnul(line, '\n');
    *text = *end ? end + 1 : end;
    *end = '\0';
    for (int field = 0; field < 4 && line; field++)
        line = (line = strchr(line, ' ')) ? line + 1 : NULL;
    if (!line)
        return NULL;
    line[strcspn(line, " ")] = '\0';
    procfile_unescape(line);
    return line;
}

static bool is_below(const char *path, const char *dir) {
    size_t size = strlen(dir);
    return strncmp(path, dir, size) == 0 && path[size] == '/';
}

static bool goes(const struct net_memory *net, const char *mount) {
    for (size_t i = 0; i < net->entry_count; i++) {
        const struct plan_entry *e = &net->entries[i];
        if ((e->kind == PLAN_REMOVE || e->kind == PLAN_REPLACE) && !e->was.absent &&
            S_ISDIR(e->was.mode) && is_below(mount, e->path.path))
            return true;
    }
    return false;
}

/* The paths of mountinfo are those of this process: in another root they say nothing. */
int net_refuse_mounts(const struct net_memory *net, const char *root) {
    AUTO_STR text = STR_INIT;
    if (strcmp(root, "/") != 0)
        return 0;
    int r = procfile_load("/proc/self/mountinfo", &text);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (char *at = text.data; at && *at;) {
        const char *mount = take_mount(&at);
        if (mount && goes(net, mount))
            return -EBUSY;
    }
    return 0;
}
