/* SPDX-License-Identifier: MIT */
/** Whether a file system is mounted below a directory that is to go: it would go with it. */
#include "base/procfile.h"
#include "plan/plan.h"

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

/* A directory of the disk that goes away. */
static bool loses_tree(const struct plan_entry *e) {
    return (e->kind == PLAN_REMOVE || e->kind == PLAN_REPLACE) && !e->was.absent &&
           S_ISDIR(e->was.mode);
}

static const struct plan_entry *next_tree(const struct plan_net *net, const struct plan_entry *e) {
    const struct plan_entry *end = net->entries + net->count;
    while (e < end && !loses_tree(e))
        e++;
    return e < end ? e : NULL;
}

static const struct plan_entry *tree_above(const struct plan_net *net, const char *mount) {
    for (const struct plan_entry *e = net->entries; (e = next_tree(net, e)); e++)
        if (is_below(mount, e->path.path))
            return e;
    return NULL;
}

/* The paths of mountinfo are those of this process: in another root they say nothing. */
int plan_find_mount(const struct plan_net *net, const struct plan_entry **ret_entry,
                    char **ret_mount) {
    AUTO_STR text = STR_INIT;
    *ret_entry = NULL;
    if (strcmp(net->root, "/") != 0 || !next_tree(net, net->entries))
        return 0;
    int r = procfile_load("/proc/self/mountinfo", &text);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (char *at = text.data; at && *at && !*ret_entry;) {
        const char *mount = take_mount(&at);
        *ret_entry = mount ? tree_above(net, mount) : NULL;
        if (*ret_entry && !(*ret_mount = mem_text(mount, strlen(mount))))
            return -ENOMEM;
    }
    return 0;
}
