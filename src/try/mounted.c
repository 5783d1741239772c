/* SPDX-License-Identifier: MIT */
/** What is mounted and can be seen, from /proc/self/mountinfo. */
#include "try/mounted.h"

#include "base/kernel.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "plan/look.h"
#include "try/try.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Kinds of file systems that show the kernel's things: no files of anybody are in them. */
static bool is_pseudo(const char *type) {
    static const char *const kinds[] = {
        "autofs",    "binfmt_misc", "bpf",         "cgroup",         "cgroup2",   "configfs",
        "debugfs",   "devpts",      "devtmpfs",    "efivarfs",       "fusectl",   "fuse.lxcfs",
        "hugetlbfs", "mqueue",      "nfsd",        "nsfs",           "proc",      "pstore",
        "resctrl",   "rootfs",      "rpc_pipefs",  "securityfs",     "selinuxfs", "smackfs",
        "sysfs",     "tracefs",     "fuse.portal", "fuse.gvfsd-fuse"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], type) == 0)
            return true;
    return false;
}

static bool begins_read_only(const char *options) {
    return strncmp(options, "ro", 2) == 0 && (options[2] == ',' || !options[2]);
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/sda1 rw,errors=continue", cut to pieces:
 * its number, or 0 for a line of another form. */
static uint64_t parse_line(char *line, struct mounted *m) {
    char *fields[6], *more[3];
    for (int i = 0; i < 6; i++)
        fields[i] = strsep(&line, " ");
    char *rest = line ? strncmp(line, "- ", 2) == 0 ? line + 2 : strstr(line, " - ") : NULL;
    if (rest && *rest == ' ')
        rest += 3;
    for (int i = 0; i < 3; i++)
        more[i] = strsep(&rest, " ");
    if (!fields[5] || !more[2])
        return 0;
    procfile_unescape(fields[4]);
    m->point = fields[4];
    m->pseudo = is_pseudo(more[0]);
    m->read_only = begins_read_only(fields[5]) || begins_read_only(more[2]);
    return strtoull(fields[0], NULL, 10);
}

/* Before Linux 5.8, and where a sandbox forbids statx(2): a handle tells it, which starts no automounter. */
static uint64_t mount_of(const char *path) {
    char info[40], text[1024];
    AUTO_CLOSE int fd = SYS(open, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    snprintf(info, sizeof info, "/proc/self/fdinfo/%d", fd);
    const char *number = fd >= 0 && procfile_read(info, text, sizeof text) > 0
                             ? procfile_field(text, "mnt_id:")
                             : NULL;
    return number ? strtoull(number, NULL, 10) : 0;
}

/* Whether it is what stands there, and not below something that was mounted later. */
static void look(struct mounted *m, uint64_t number) {
    struct look found;
    int r = look_at(AT_FDCWD, m->point, &found);
    bool there = r >= 0 && found.id.ino;
    uint64_t mount = there && !found.mount ? mount_of(m->point) : found.mount;
    m->seen = there && (!mount || mount == number);
    m->directory = there && S_ISDIR(found.mode);
}

int mounts_load(struct mounts *mounts) {
    int r = procfile_load("/proc/self/mountinfo", &mounts->text);
    if (r < 0)
        return r;
    size_t lines = 0;
    for (const char *c = mounts->text.data; c && (c = strchr(c, '\n')); c++)
        lines++;
    mounts->list = mem_zalloc(lines * sizeof *mounts->list);
    if (!mounts->list || mounts->text.failed)
        return -ENOMEM;
    for (char *rest = mounts->text.data, *line; lines-- && (line = strsep(&rest, "\n"));) {
        struct mounted *m = &mounts->list[mounts->count];
        uint64_t number = parse_line(line, m);
        if (!number)
            continue;
        look(m, number);
        mounts->count++;
    }
    return 0;
}

void mounts_free(struct mounts *mounts) {
    str_free(&mounts->text);
    free(mounts->list);
}

bool mounts_has(const struct mounts *mounts, const char *path) {
    for (size_t i = 0; i < mounts->count; i++)
        if (strcmp(mounts->list[i].point, path) == 0)
            return true;
    return false;
}

bool mounts_below(const struct mounts *mounts, const char *path) {
    for (size_t i = 0; i < mounts->count; i++)
        if (strcmp(mounts->list[i].point, path) != 0 && is_within(mounts->list[i].point, path))
            return true;
    return false;
}
