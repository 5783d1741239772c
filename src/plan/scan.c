/* SPDX-License-Identifier: MIT */
/** A tree on the disk in one number, and whether it can be copied as a whole. */
#include "base/sha256.h"
#include "fs/dir.h"
#include "plan/plan.h"
#include "plan/was.h"

#include <fcntl.h>
#include <osier/tree.h>
#include <string.h>

struct scan {
    struct sha256 sum;
    struct tree_scan *result;
    uint64_t dev, mnt;
};

static int add_object(struct scan *scan, int dir, const char *name) {
    struct values v;
    int r = disk_values(dir, name, &v);
    if (r < 0)
        return r;
    if (!scan->dev) {
        scan->dev = v.dev;
        scan->mnt = v.mnt;
    }
    scan->result->blocks += S_ISREG(v.mode) ? v.blocks : 0;
    bool has_size = S_ISREG(v.mode) || S_ISLNK(v.mode);
    sha256_add(&scan->sum, name, strlen(name) + 1);
    digest_number(&scan->sum, v.mode);
    digest_number(&scan->sum, v.uid);
    digest_number(&scan->sum, v.gid);
    digest_number(&scan->sum, has_size ? v.size : 0);
    digest_number(&scan->sum, (uint64_t)v.mtime.tv_sec);
    digest_number(&scan->sum, (uint64_t)v.mtime.tv_nsec);
    scan->result->links |= S_ISLNK(v.mode);
    scan->result->journals |= S_ISDIR(v.mode) && dir_is_journal(name);
    scan->result->plain &=
        v.dev == scan->dev && v.mnt == scan->mnt &&
        (S_ISDIR(v.mode) || S_ISLNK(v.mode) || (S_ISREG(v.mode) && v.nlink == 1));
    return 0;
}

static int add_names(struct scan *scan, const struct os_walk_entry *at, char **names) {
    int r = 0;
    os_sort(names);
    for (char **name = names; r >= 0 && *name; name++)
        r = add_object(scan, at->dir_fd, *name);
    return r;
}

/* The names of a directory come with what is in it, those below it in the order of their names. */
static int scan_all(struct scan *scan, struct os_walk *walk) {
    struct os_walk_entry *at;
    while ((at = os_walk_next(walk))) {
        if (at->error)
            return -at->error;
        sha256_add(&scan->sum, at->dirpath, strlen(at->dirpath) + 1);
        int r = add_names(scan, at, at->dirnames);
        if (r >= 0)
            r = add_names(scan, at, at->filenames);
        if (r < 0)
            return r;
    }
    return errno ? seam_failure() : 0;
}

int scan_tree(int dir_fd, const char *name, struct tree_scan *ret) {
    const struct os_walk_options options = {
        .size = sizeof options, .links_as_files = true, .errors = true};
    struct scan scan = {.result = ret};
    *ret = (struct tree_scan){.plain = true};
    sha256_begin(&scan.sum);
    AUTO_CLOSE int fd = SYS(openat, dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int r = fd < 0 ? fd : add_object(&scan, fd, "");
    if (r < 0)
        return r;
    struct os_walk *walk = os_fwalk(fd, ".", &options);
    r = walk ? scan_all(&scan, walk) : seam_failure();
    os_walk_close(walk);
    sha256_end(&scan.sum, ret->digest.bytes);
    return r;
}
