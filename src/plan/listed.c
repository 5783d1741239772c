/* SPDX-License-Identifier: MIT */
/** Names that a directory of the disk hasn't, known from one reading of it where many are asked for. */
#include "plan/overlay.h"

#include "fs/dir.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

enum {
    MISSES = 64,   /* names that weren't there, after which a directory is read */
    PER_MISS = 64, /* and bytes of it for each of them: reading takes less than asking did */
    EXT = 0xef53,  /* ext2, ext3, ext4 */
    TMPFS = 0x01021994,
    XFS = 0x58465342,
};
#define BTRFS 0x9123683eu
#define F2FS  0xf2f52010u

/** Hashes of all names in a directory, and when it was so. */
struct listed {
    struct timespec changed;
    size_t slots;
    uint64_t hashes[]; /* 0: free */
};

/* Directories may fold the case of their names: those that differ by ASCII's alone are taken for one here, and
 * names beyond ASCII, some of which fold to letters of it, are left to the kernel. 0 for such a name. */
static uint64_t hash_name(const char *name, size_t size) {
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c & 0x80)
            return 0;
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * 0x100000001b3u;
    }
    return (hash ^ hash >> 32) | 1;
}

/* Where a hash is, or would be. */
static size_t slot_of(const struct listed *listed, uint64_t hash) {
    size_t at = (hash >> 1) & (listed->slots - 1);
    while (listed->hashes[at] && listed->hashes[at] != hash)
        at = (at + 1) & (listed->slots - 1);
    return at;
}

/* Elsewhere a name may lead to something that is listed by another one (DOS names), or isn't. */
static bool lists_all(int fd) {
    struct statfs fs;
    if (SYS(fstatfs, fd, &fs) < 0)
        return false;
    unsigned type = (unsigned)fs.f_type;
    return type == EXT || type == TMPFS || type == XFS || type == BTRFS || type == F2FS;
}

static int read_hashes(int fd, struct str *hashes) {
    uint64_t buffer[DIR_BUFFER / sizeof(uint64_t)];
    struct dir reader;
    struct dir_entry e;
    int r;
    dir_start(&reader, fd, (char *)buffer, sizeof buffer);
    while ((r = dir_read(&reader, &e)) > 0) {
        uint64_t hash = hash_name(e.name, strlen(e.name));
        if (!hash)
            return 0;
        str_append(hashes, (const char *)&hash, sizeof hash);
    }
    return r < 0 ? r : hashes->failed ? -ENOMEM : 1;
}

static int keep_listed(struct overlay *o, struct object *dir, const struct str *hashes) {
    size_t count = hashes->size / sizeof(uint64_t), slots = 16;
    while (slots < 2 * count)
        slots *= 2;
    struct listed *listed = overlay_alloc(o, sizeof *listed + slots * sizeof listed->hashes[0]);
    if (!listed)
        return -ENOMEM;
    listed->slots = slots;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash;
        memcpy(&hash, hashes->data + i * sizeof hash, sizeof hash);
        listed->hashes[slot_of(listed, hash)] = hash;
    }
    dir->listed = listed;
    return 0;
}

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Reads a directory that nobody has changed in this tick of the clock, so that a later change shows. One that can't
 * be read, or is changed meanwhile, is asked for each name, as before. */
static int read_listed(struct overlay *o, struct object *dir) {
    AUTO_STR hashes = STR_INIT;
    struct stat before, after;
    AUTO_CLOSE int fd = overlay_open(o, dir, DIR_OPEN);
    dir->misses = 0;
    if (fd < 0 || !lists_all(fd) || SYS(fstat, fd, &before) < 0 || disk_racy(before.st_ctim))
        return 0;
    int r = read_hashes(fd, &hashes);
    if (r == -ENOMEM)
        return r;
    if (r <= 0 || SYS(fstat, fd, &after) < 0 || !same_time(before.st_ctim, after.st_ctim))
        return 0;
    r = keep_listed(o, dir, &hashes);
    if (r >= 0)
        dir->listed->changed = before.st_ctim;
    return r;
}

int overlay_lacks(struct overlay *o, struct object *dir, int fd, const char *name, size_t size) {
    struct stat st;
    if (!dir->listed) {
        if (dir->misses < MISSES || dir->misses * PER_MISS < dir->was.size)
            return 0;
        int r = read_listed(o, dir);
        if (r < 0 || !dir->listed)
            return r;
    }
    uint64_t hash = hash_name(name, size);
    if (!hash || dir->listed->hashes[slot_of(dir->listed, hash)] || SYS(fstat, fd, &st) < 0)
        return 0;
    if (same_time(st.st_ctim, dir->listed->changed))
        return 1;
    dir->listed = NULL;
    dir->misses = 0;
    return 0;
}
