/* SPDX-License-Identifier: MIT */
/** Where the files of control groups are: /proc/self/mountinfo and /proc/self/cgroup. */
#include "system/cgroup_find.h"

#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include <fcntl.h>
#include <osier/cgroup.h>

static const struct controller {
    const char *name;
    unsigned bit;
} controllers[] = {{"memory", OS_CGROUP_MEMORY},
                   {"cpu", OS_CGROUP_CPU},
                   {"cpuacct", OS_CGROUP_USAGE},
                   {"pids", OS_CGROUP_PIDS}};

/* One line of /proc/self/mountinfo, as far as it is needed. */
struct mount {
    char *root;             /* the cgroup that is to be seen at the mount point */
    char *point;            /* where */
    bool version_2;         /* all controllers in one tree */
    const char *controller; /* of version 1: one of those that are mounted here */
    unsigned bits;          /* what it tells */
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

/* "rw,cpu,cpuacct": which of them are known here. */
static void read_controllers(struct mount *m, const char *list) {
    for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++)
        if (has_word(list, strlen(list), controllers[i].name)) {
            m->controller = controllers[i].name;
            m->bits |= controllers[i].bit;
        }
}

/* Takes a line apart, which is cut to pieces: whether it is about cgroups. */
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
    bool version_2 = strcmp(type, "cgroup2") == 0;
    *m = (struct mount){fields[3], fields[4], version_2, NULL, version_2 ? ~0U : 0};
    procfile_unescape(m->root);
    procfile_unescape(m->point);
    if (strcmp(type, "cgroup") == 0 && rest)
        read_controllers(m, rest);
    return m->bits != 0;
}

/* The path of the process's cgroup in a mount's hierarchy: what is behind the second colon of one
 * of the lines "4:cpu,cpuacct:/path" or "0::/path". */
static const char *group_path(const char *groups, const struct mount *m, size_t *ret_size) {
    while (*groups) {
        const char *list = strchr(groups, ':');
        const char *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            return NULL;
        list++;
        size_t size = (size_t)(path - list);
        *ret_size = strcspn(++path, "\n");
        if (m->version_2 ? size == 0 : has_word(list, size, m->controller))
            return path;
        groups = path + *ret_size;
        groups += *groups == '\n';
    }
    return NULL;
}

/* What of a group's path is below the mount point; NULL where it is not to be seen there. */
static const char *below_root(const struct mount *m, const char *path, size_t size) {
    size_t root = strcmp(m->root, "/") == 0 ? 0 : strlen(m->root);
    bool below = root <= size && memcmp(path, m->root, root) == 0;
    return below && (root == size || path[root] == '/') ? path + root : NULL;
}

static void cut_slashes(struct str *dir, size_t start) {
    while (!dir->failed && dir->size > start && dir->data[dir->size - 1] == '/')
        str_truncate(dir, dir->size - 1);
}

/* The own group of a process: what is not to be seen, as from another namespace, is the top. */
static void append_own(struct str *dir, const struct mount *m, const char *path, size_t size) {
    size_t start = dir->size;
    const char *below = below_root(m, path, size);
    if (below)
        str_append(dir, below, size - (size_t)(below - path));
    if (!dir->failed && strstr(dir->data + start, "/.."))
        str_truncate(dir, start);
    cut_slashes(dir, start);
}

/* ------------------------------------------------------------------- a group that is named */

static bool has_parent(const char *path) {
    for (const char *at = path; (at = strstr(at, "..")); at += 2)
        if ((at == path || at[-1] == '/') && (at[2] == '/' || !at[2]))
            return true;
    return false;
}

/* What is left of a directory below a mount point; NULL for any other. */
static const char *behind(const char *path, const char *point) {
    size_t size = strlen(point);
    return strncmp(path, point, size) == 0 && (path[size] == '/' || !path[size]) ? path + size
                                                                                 : NULL;
}

/* The name of a group, which may be typed as a directory of one of the trees. */
static int name_of(const char *path, char *mounts, struct str *ret) {
    AUTO_STR copy = STR_INIT;
    struct mount m;
    char *line;
    if (has_parent(path))
        return -EINVAL;
    str_append_text(&copy, mounts ? mounts : "");
    char *rest = copy.failed ? NULL : copy.data;
    while (!ret->size && (line = strsep(&rest, "\n"))) {
        const char *left = parse_mount(line, &m) ? behind(path, m.point) : NULL;
        if (left) {
            str_append_text(ret, strcmp(m.root, "/") == 0 ? "" : m.root);
            str_append_text(ret, left);
            str_append(ret, "/", !ret->size);
        }
    }
    if (!ret->size) {
        str_append(ret, "/", *path != '/');
        str_append_text(ret, path);
    }
    cut_slashes(ret, 1);
    return copy.failed || ret->failed ? -ENOMEM : 0;
}

static int is_there(const char *dir) {
    int fd = machine_open(dir, O_PATH | O_DIRECTORY);
    seam_close_quietly(fd);
    return fd < 0 && fd != -ENOENT && fd != -ENOTDIR && fd != -ENAMETOOLONG ? fd : fd >= 0;
}

/* What is looked for, and whether it was found in any tree. */
struct search {
    const char *groups;     /* /proc/self/cgroup, where the own group is asked for */
    const struct str *name; /* or the group */
    unsigned bits;
    bool down, found;
    cgroup_visit *visit;
    void *data;
};

/* The directory of what is asked for in one tree: 1, 0 where it isn't in it, or −errno. */
static int append_group(const struct search *s, const struct mount *m, struct str *dir) {
    size_t size = 0;
    const char *path = s->name ? s->name->data : group_path(s->groups, m, &size);
    str_append_text(dir, strcmp(m->point, "/") == 0 ? "" : m->point);
    if (!path)
        return 0;
    if (!s->name) {
        append_own(dir, m, path, size);
        return dir->failed ? -ENOMEM : 1;
    }
    size_t start = dir->size;
    const char *below = below_root(m, path, s->name->size);
    if (!below && strcmp(path, "/") != 0)
        return 0;
    str_append_text(dir, below ? below : ""); /* "/" is the top of what is to be seen */
    cut_slashes(dir, start);
    return dir->failed ? -ENOMEM : is_there(dir->data);
}

static int go_up(const struct search *s, const struct mount *m, struct str *dir, size_t top) {
    struct cgroup_level level = {dir, NULL, s->bits & m->bits, m->version_2, true};
    int r = s->visit(&level, s->data);
    while (r == 0 && dir->size > top) {
        str_truncate(dir, (size_t)(strrchr(dir->data, '/') - dir->data));
        level.own = false;
        r = s->visit(&level, s->data);
    }
    return r;
}

/* ------------------------------------------------------------------- all below a group */

/* Adds the directories in one to those that are still to be visited. */
static int add_children(int fd, const char *dir, struct str *rest, size_t *ret_count) {
    _Alignas(uint64_t) char buffer[4096];
    struct dir_entry entry;
    struct dir d;
    int r;
    dir_start(&d, fd, buffer, sizeof buffer);
    while ((r = dir_read(&d, &entry)) > 0) {
        int type = entry.type == DT_UNKNOWN ? dir_type(fd, entry.name) : entry.type;
        if (type != DT_DIR)
            continue;
        str_append_text(rest, dir);
        str_append_char(rest, '/');
        str_append(rest, entry.name, strlen(entry.name) + 1);
        ++*ret_count;
    }
    return r < 0 ? r : rest->failed ? -ENOMEM : 0;
}

static int visit_one(const struct search *s, const struct mount *m, struct str *dir, size_t top) {
    AUTO_STR group = STR_INIT;
    struct cgroup_level level = {dir, NULL, s->bits & m->bits, m->version_2, true};
    str_append_text(&group, strcmp(m->root, "/") == 0 ? "" : m->root);
    str_append_text(&group, dir->data + top);
    str_append(&group, "/", !group.size);
    level.group = group.data;
    return group.failed ? -ENOMEM : s->visit(&level, s->data);
}

/* Depth first, without recursion: the last of what is still to be visited comes next. One that has
 * gone meanwhile has nothing. */
static int go_down(const struct search *s, const struct mount *m, struct str *dir, size_t top) {
    AUTO_STR rest = STR_INIT;
    size_t left = 1;
    int r = 0;
    str_append(&rest, dir->data, dir->size + 1);
    while (r == 0 && left > 0 && !rest.failed) {
        size_t at = rest.size - 1;
        while (at > 0 && rest.data[at - 1])
            at--;
        str_truncate(dir, 0);
        str_append_text(dir, rest.data + at);
        str_truncate(&rest, at);
        left--;
        AUTO_CLOSE int fd = dir->failed ? -ENOMEM : machine_open(dir->data, DIR_OPEN | O_NOFOLLOW);
        r = fd < 0 ? fd : visit_one(s, m, dir, top);
        if (r == 0)
            r = add_children(fd, dir->data, &rest, &left);
        r = r == -ENOENT || r == -ENOTDIR || r == -ENAMETOOLONG ? 0 : r;
    }
    return rest.failed ? -ENOMEM : r;
}

/* ------------------------------------------------------------------- every tree */

static int search_mount(struct search *s, const struct mount *m) {
    AUTO_STR dir = STR_INIT;
    if (!(m->bits & s->bits))
        return 0;
    int r = append_group(s, m, &dir);
    if (r <= 0)
        return r;
    s->found = true;
    size_t top = strcmp(m->point, "/") == 0 ? 0 : strlen(m->point);
    return s->down ? go_down(s, m, &dir, top) : go_up(s, m, &dir, top);
}

static int search_mounts(struct search *s, char *mounts) {
    struct mount m;
    int r = 0;
    for (char *line; r == 0 && (line = strsep(&mounts, "\n"));)
        if (parse_mount(line, &m))
            r = search_mount(s, &m);
    return r;
}

static int search(struct search *s, const char *path) {
    AUTO_STR groups = STR_INIT;
    AUTO_STR mounts = STR_INIT;
    AUTO_STR name = STR_INIT;
    int r = path ? 0 : machine_load("/proc/self/cgroup", &groups);
    if (r == 0)
        r = machine_load("/proc/self/mountinfo", &mounts);
    if (r == 0 && path)
        r = name_of(path, mounts.data, &name);
    s->groups = groups.data ? groups.data : "";
    s->name = path ? &name : NULL;
    if (r == 0)
        r = search_mounts(s, mounts.data);
    return r == 0 && path && !s->found ? -ENOENT : r;
}

int cgroup_up(const char *path, unsigned bits, cgroup_visit *visit, void *data) {
    struct search s = {.bits = bits, .visit = visit, .data = data};
    int r = search(&s, path);
    return r == -ENOENT && !path ? 0 : r; /* there are no cgroups, or no /proc */
}

int cgroup_down(const char *path, unsigned bits, cgroup_visit *visit, void *data) {
    struct search s = {.bits = bits, .visit = visit, .data = data, .down = true};
    int r = search(&s, path ? path : "/");
    return r == -ENOENT && !path ? 0 : r;
}
