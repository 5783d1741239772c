/* SPDX-License-Identifier: MIT */
/** What is mounted, from /proc/self/mountinfo, and how full it is. */
#include <osier/mounts.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "system/fill.h"
#include "system/machine.h"
#include "system/rows.h"
#include <osier/files.h>
#include <stdint.h>
#include <string.h>

#define TIMEOUT 2.0

/* Kinds of file systems that hold no files of their own. */
static bool is_pseudo(const char *fstype) {
    static const char *const kinds[] = {
        "autofs",     "binfmt_misc", "bpf",        "cgroup",
        "cgroup2",    "configfs",    "debugfs",    "devpts",
        "efivarfs",   "fusectl",     "hugetlbfs",  "mqueue",
        "nfsd",       "nsfs",        "pipefs",     "proc",
        "pstore",     "resctrl",     "rootfs",     "rpc_pipefs",
        "securityfs", "selinuxfs",   "smackfs",    "sockfs",
        "sysfs",      "tracefs",     "fuse.lxcfs", "fuse.gvfsd-fuse",
        "fuse.portal"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], fstype) == 0)
            return true;
    return false;
}

/* The first words of both lists of options say rw or ro: "ro" where either does. */
static void add_options(struct rows *rows, const char *mount, const char *super,
                        const char **member) {
    AUTO_STR opts = STR_INIT;
    size_t word = strcspn(mount, ","), super_word = strcspn(super, ",");
    bool read_only = super_word == 2 && memcmp(super, "ro", 2) == 0;
    str_append(&opts, read_only ? "ro" : mount, read_only ? 2 : word);
    str_append_text(&opts, mount + word);
    str_append_text(&opts, super + super_word);
    rows->text.failed |= opts.failed;
    if (!opts.failed)
        rows_text(rows, opts.data, opts.size, member);
}

static void add_field(struct rows *rows, char *field, const char **member) {
    procfile_unescape(field);
    rows_text(rows, field, strlen(field), member);
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/sda1 rw,errors=continue", which is cut to
 * pieces: false for a line of another form. */
static bool parse_line(char *line, struct rows *rows, struct os_mount *m) {
    char *fields[6], *end;
    for (int i = 0; i < 6; i++)
        fields[i] = strsep(&line, " ");
    char *rest = line ? strncmp(line, "- ", 2) == 0 ? line : strstr(line, " - ") : NULL;
    if (!rest)
        return false;
    rest += rest == line ? 2 : 3;
    char *fstype = strsep(&rest, " "), *device = strsep(&rest, " ");
    if (!device)
        return false;
    m->id = (unsigned)strtoul(fields[0], NULL, 10);
    m->parent = (unsigned)strtoul(fields[1], NULL, 10);
    m->dev_major = (unsigned)strtoul(fields[2], &end, 10);
    m->dev_minor = *end ? (unsigned)strtoul(end + 1, NULL, 10) : 0;
    m->pseudo = is_pseudo(fstype);
    add_field(rows, fields[3], &m->root);
    add_field(rows, fields[4], &m->mountpoint);
    add_field(rows, fstype, &m->fstype);
    add_field(rows, device, &m->device);
    add_options(rows, fields[5], rest ? rest : "", &m->opts);
    return true;
}

static int parse(char *text, struct rows *rows) {
    char *line;
    while ((line = strsep(&text, "\n"))) {
        struct os_mount *m = rows_add(rows);
        if (!m)
            return -ENOMEM;
        if (!parse_line(line, rows, m))
            rows_drop(rows);
    }
    return rows->text.failed ? -ENOMEM : 0;
}

static bool is_below(const char *path, const char *directory) {
    size_t size = strlen(directory);
    size -= size && directory[size - 1] == '/';
    return strncmp(path, directory, size) == 0 && path[size] == '/' && path[size + 1];
}

/* Whether no path leads to a mount, as `other` is in the same mount on a directory above it. */
static bool is_in_the_way(const struct os_mount *other, const struct os_mount *m) {
    return other != m && other->parent == m->parent && is_below(m->mountpoint, other->mountpoint);
}

/* Whether `other` is on the root of a mount, which it then is in; or came later to the same place. */
static bool is_on_top(const struct os_mount *other, const struct os_mount *m) {
    return other != m && (other->parent == m->id || (other->parent == m->parent && other > m)) &&
           strcmp(other->mountpoint, m->mountpoint) == 0;
}

/* Marks what no path leads to, and with it all that is mounted in it; then what has another on top. */
static int mark_covered(struct os_mount *mounts, size_t count) {
    size_t lost = 0;
    AUTO_FREE size_t *queue = mem_alloc(count * sizeof *queue);
    if (!queue)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count && !mounts[i].covered; k++)
            mounts[i].covered = is_in_the_way(&mounts[k], &mounts[i]);
        if (mounts[i].covered)
            queue[lost++] = i;
    }
    for (size_t next = 0; next < lost; next++)
        for (size_t i = 0; i < count; i++)
            if (!mounts[i].covered && mounts[i].parent == mounts[queue[next]].id)
                mounts[queue[lost++] = i].covered = true;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count && !mounts[i].covered; k++)
            mounts[i].covered = is_on_top(&mounts[k], &mounts[i]);
    return 0;
}

static size_t without_pseudo(struct os_mount *mounts, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!mounts[i].pseudo)
            mounts[kept++] = mounts[i];
    return kept;
}

static void take_size(struct os_mount *m, const struct question *q) {
    m->stuck = q->result == -ETIMEDOUT;
    if (q->result < 0)
        return;
    m->valid |= OS_MOUNTS_SIZES;
    m->total = q->total;
    m->used = q->used;
    m->free = q->free;
    m->inodes = q->inodes;
    m->inodes_free = q->inodes_free;
    m->percent = q->used + q->free ? 100.0 * (double)q->used / (double)(q->used + q->free) : 0;
}

static int ask_sizes(struct os_mount *mounts, size_t count, double timeout) {
    size_t asked = 0;
    AUTO_FREE struct question *questions = mem_zalloc(count * sizeof *questions);
    AUTO_FREE size_t *whose = mem_alloc(count * sizeof *whose);
    if (!questions || !whose)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (!mounts[i].covered) {
            whose[asked] = i;
            questions[asked++].path = mounts[i].mountpoint;
        }
    int r = fill_ask(questions, asked, timeout < 0 ? TIMEOUT : timeout);
    for (size_t i = 0; r == 0 && i < asked; i++)
        take_size(&mounts[whose[i]], &questions[i]);
    return r;
}

static int read_mounts(int flags, double timeout, struct os_mount **ret_mounts, size_t *ret_count) {
    static const size_t texts[] = {
        offsetof(struct os_mount, device), offsetof(struct os_mount, mountpoint),
        offsetof(struct os_mount, fstype), offsetof(struct os_mount, opts),
        offsetof(struct os_mount, root),   SIZE_MAX};
    AUTO_STR text = STR_INIT;
    AUTO_ROWS rows = {.size = sizeof(struct os_mount)};
    AUTO_FREE struct os_mount *mounts = NULL;
    size_t count;
    if (flags & ~(OS_MOUNTS_SIZES | OS_MOUNTS_PSEUDO))
        return -EINVAL;
    int r = flags & OS_MOUNTS_SIZES ? machine_is_live() : 0;
    if (r == 0)
        r = machine_load("/proc/self/mountinfo", &text);
    if (r == 0)
        r = parse(text.data, &rows);
    if (r == 0)
        r = rows_take(&rows, texts, &mounts, &count);
    if (r == 0) /* what is not listed may cover what is */
        r = mark_covered(mounts, count);
    if (r == 0 && !(flags & OS_MOUNTS_PSEUDO))
        count = without_pseudo(mounts, count);
    if (r == 0 && flags & OS_MOUNTS_SIZES)
        r = ask_sizes(mounts, count, timeout);
    if (r == 0) {
        *ret_count = count;
        *ret_mounts = TAKE_POINTER(mounts);
    }
    return r;
}

struct os_mount *os_mounts(int flags, double timeout, size_t *ret_count) {
    UNCANCELLED;
    struct os_mount *mounts = NULL;
    int r = read_mounts(flags, timeout, &mounts, ret_count);
    return PUBLIC_POINTER(r, mounts, "mounts", NULL, NULL);
}

/* A helper has no current directory of the caller's. */
static int absolute(const char *path, char **ret) {
    AUTO_FREE char *cwd = path[0] == '/' ? mem_text("", 0) : os_getcwd();
    AUTO_STR full = STR_INIT;
    if (!cwd)
        return seam_failure();
    str_append_text(&full, cwd);
    if (path[0] != '/')
        str_append_char(&full, '/');
    str_append_text(&full, path);
    return str_take(&full, ret);
}

static int ask_one(const char *path, double timeout, struct os_disk_usage_result *ret) {
    AUTO_FREE char *full = NULL;
    int r = path[0] ? machine_is_live() : -ENOENT;
    if (r == 0)
        r = absolute(path, &full);
    struct question q = {.path = full};
    if (r == 0)
        r = fill_ask(&q, 1, timeout);
    if (r < 0 || q.result < 0)
        return r < 0 ? r : q.result;
    *ret = (struct os_disk_usage_result){q.total, q.used, q.free};
    return 0;
}

int os_disk_usage_timeout(const char *path, double timeout,
                          struct os_disk_usage_result *ret_usage) {
    UNCANCELLED;
    return PUBLIC(ask_one(path, timeout, ret_usage), "disk_usage_timeout", path, NULL);
}
