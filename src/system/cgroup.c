/* SPDX-License-Identifier: MIT */
/** How much CPU time the cgroups of the process leave it, of version 2 and version 1. */
#include "system/cgroup.h"

#include "base/procfile.h"
#include "base/seam.h"
#include "base/str.h"
#include <math.h>

/* One line of /proc/self/mountinfo, as far as it is needed. */
struct mount {
    char *root;      /* the cgroup that is to be seen at the mount point */
    char *point;     /* where */
    bool version_2;  /* all controllers in one tree */
    bool controller; /* of version 1, with the controller "cpu" */
};

/* Whether one of the words between commas is `word`. */
static bool has_word(const char *list, size_t size, const char *word) {
    size_t length = strlen(word);
    for (const char *end = list + size; list < end; list++) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *stop = comma ? comma : end;
        if ((size_t)(stop - list) == length && memcmp(list, word, length) == 0)
            return true;
        list = stop;
    }
    return false;
}

/* Spaces and the like stand in mountinfo as octal numbers, "\040". */
static void unescape(char *text) {
    char *to = text;
    for (; *text; to++)
        if (text[0] == '\\' && text[1] && text[2] && text[3]) {
            *to = (char)((unsigned)(text[1] - '0') << 6 | (unsigned)(text[2] - '0') << 3 |
                         (unsigned)(text[3] - '0'));
            text += 4;
        } else {
            *to = *text++;
        }
    *to = '\0';
}

/* Takes a line apart, which is cut to pieces: whether it is about a cgroup that limits CPUs. */
static bool parse_mount(char *line, struct mount *m) {
    char *fields[5] = {0};
    for (int i = 0; i < 5; i++)
        fields[i] = strsep(&line, " ");
    char *rest = line ? strstr(line, " - ") : NULL;
    if (!rest)
        return false;
    rest += 3;
    const char *type = strsep(&rest, " ");
    strsep(&rest, " ");
    m->root = fields[3];
    m->point = fields[4];
    m->version_2 = strcmp(type, "cgroup2") == 0;
    m->controller = strcmp(type, "cgroup") == 0 && rest && has_word(rest, strlen(rest), "cpu");
    unescape(m->root);
    unescape(m->point);
    return m->version_2 || m->controller;
}

/* The path of the process's cgroup in a mount's hierarchy: what is behind the second colon of one
 * of the lines "4:cpu,cpuacct:/path" or "0::/path". */
static const char *group_path(const char *groups, const struct mount *m, size_t *ret_size) {
    while (*groups) {
        const char *controllers = strchr(groups, ':');
        const char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            return NULL;
        controllers++;
        size_t size = (size_t)(path - controllers);
        *ret_size = strcspn(++path, "\n");
        if (m->version_2 ? size == 0 : has_word(controllers, size, "cpu"))
            return path;
        groups = path + *ret_size;
        groups += *groups == '\n';
    }
    return NULL;
}

/* The part of the cgroup's path that is below the mount point; "" where it is not to be seen there,
 * as in a namespace of its own. */
static void append_below_root(struct str *dir, const struct mount *m, const char *path,
                              size_t size) {
    size_t root = strcmp(m->root, "/") == 0 ? 0 : strlen(m->root);
    bool below = root <= size && memcmp(path, m->root, root) == 0;
    size_t start = dir->size;
    if (below && (root == size || path[root] == '/'))
        str_append(dir, path + root, size - root);
    if (!dir->failed && strstr(dir->data + start, "/.."))
        str_truncate(dir, start);
    while (!dir->failed && dir->size > start && dir->data[dir->size - 1] == '/')
        str_truncate(dir, dir->size - 1);
}

/* Reads DIR/NAME: how many bytes, or 0 where the cgroup has no such limit. */
static ssize_t read_limit(struct str *dir, const char *name, char *buffer, size_t room) {
    size_t size = dir->size;
    str_append_text(dir, name);
    if (dir->failed)
        return -ENOMEM;
    ssize_t r = procfile_read(dir->data, buffer, room);
    str_truncate(dir, size);
    return r == -ENOENT || r == -ENOTDIR || r == -ENODEV ? 0 : r;
}

/* Lowers `quota` to what one cgroup has: microseconds in each period, or "max" or −1 for all. */
static int lower_quota(struct str *dir, bool version_2, double *quota) {
    char text[64], period_text[64];
    ssize_t r = read_limit(dir, version_2 ? "/cpu.max" : "/cpu.cfs_quota_us", text, sizeof text);
    if (r <= 0)
        return (int)r;
    char *end;
    double runtime = (double)strtoll(text, &end, 10);
    if (!version_2) {
        r = read_limit(dir, "/cpu.cfs_period_us", period_text, sizeof period_text);
        if (r <= 0)
            return (int)r;
        end = period_text;
    }
    double period = (double)strtoll(end, NULL, 10);
    if (runtime > 0 && period > 0 && runtime / period < *quota)
        *quota = runtime / period;
    return 0;
}

/* From the process's cgroup up to the mount point. */
static int lower_along(const char *root, const struct mount *m, const char *groups, double *quota) {
    size_t size = 0;
    const char *path = group_path(groups, m, &size);
    if (!path)
        return 0;
    AUTO_STR dir = STR_INIT;
    str_append_text(&dir, root);
    str_append_text(&dir, m->point);
    size_t top = dir.size;
    append_below_root(&dir, m, path, size);
    int r = dir.failed ? -ENOMEM : lower_quota(&dir, m->version_2, quota);
    while (r == 0 && dir.size > top) {
        str_truncate(&dir, (size_t)(strrchr(dir.data, '/') - dir.data));
        r = lower_quota(&dir, m->version_2, quota);
    }
    return r;
}

static int load_below(const char *root, const char *path, struct str *ret_text) {
    AUTO_STR full = STR_INIT;
    str_append_text(&full, root);
    str_append_text(&full, path);
    return full.failed ? -ENOMEM : procfile_load(full.data, ret_text);
}

int cgroup_cpu_quota(const char *root, double *ret_cpus) {
    AUTO_STR groups = STR_INIT;
    AUTO_STR mounts = STR_INIT;
    double quota = INFINITY;
    int r = load_below(root, "/proc/self/cgroup", &groups);
    if (r == 0)
        r = load_below(root, "/proc/self/mountinfo", &mounts);
    char *rest = r == 0 ? mounts.data : NULL;
    char *line;
    struct mount m;
    while (r == 0 && (line = strsep(&rest, "\n")))
        if (parse_mount(line, &m))
            r = lower_along(root, &m, groups.data, &quota);
    if (r < 0 && r != -ENOENT) /* no /proc, or no cgroups in this kernel: no quota */
        return r;
    *ret_cpus = quota;
    return 0;
}
