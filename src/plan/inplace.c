/* SPDX-License-Identifier: MIT */
/** A file's content written into the inode that is there. */
#include "plan/inplace.h"

#include "base/seam.h"
#include "io/readwrite.h"
#include "plan/sync.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOCK = 4096, /* that is read at a time */
    UNIT = 512,   /* that reaches a disk as a whole; no file system has smaller blocks */
};

/* The three contents that are compared: what is there, what it is to be, what it was. */
struct contents {
    int now, to, from;
};

/* Fills a block, with zeros behind the end: how much of it is there. */
static ssize_t read_block(int fd, char *block, int64_t offset) {
    size_t have = 0;
    while (have < BLOCK) {
        ssize_t n = SYS(pread, fd, block + have, BLOCK - have, offset + (int64_t)have);
        if (n < 0)
            return n;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    memset(block + have, 0, BLOCK - have);
    return (ssize_t)have;
}

/* Whether each unit of a part of a block is new, old or zero. */
static bool is_known(const char *now, const char *to, const char *from, size_t start, size_t end) {
    static const char zeros[UNIT];
    while (start < end) {
        size_t size = UNIT - start % UNIT;
        size = end - start < size ? end - start : size;
        if (memcmp(now + start, to + start, size) != 0 &&
            memcmp(now + start, from + start, size) != 0 && memcmp(now + start, zeros, size) != 0)
            return false;
        start += size;
    }
    return true;
}

enum { ALL_TO = 1, ALL_FROM = 2, ALL_KNOWN = 4 };

/* Which of the contents a file has, as bits; a power cut leaves each unit new, old or zero. */
static int compare(const struct contents *c) {
    char now[BLOCK], to[BLOCK], from[BLOCK];
    int bits = ALL_TO | ALL_FROM | ALL_KNOWN;
    for (int64_t offset = 0; bits; offset += BLOCK) {
        ssize_t n = read_block(c->now, now, offset), t = read_block(c->to, to, offset),
                f = read_block(c->from, from, offset);
        if (n < 0 || t < 0 || f < 0)
            return (int)(n < 0 ? n : t < 0 ? t : f);
        size_t size = (size_t)n;
        if (n != t || memcmp(now, to, size) != 0)
            bits &= ~ALL_TO;
        if (n != f || memcmp(now, from, size) != 0)
            bits &= ~ALL_FROM;
        /* Where the file ends is written apart from what is in it; and behind the end of the shorter
         * content the longer one's last block stays until the file is cut. */
        size_t shorter = (size_t)(t < f ? t : f);
        if (!is_known(now, to, from, 0, size < shorter ? size : shorter) ||
            !is_known(now, to, from, shorter, size))
            bits &= ~ALL_KNOWN;
        if (n < BLOCK && t < BLOCK && f < BLOCK)
            break;
    }
    return bits;
}

static int write_content(const struct contents *c) {
    char block[BLOCK];
    struct stat st;
    int r = SYS(fstat, c->to, &st);
    for (int64_t offset = 0; r >= 0 && offset < st.st_size; offset += BLOCK) {
        ssize_t n = read_block(c->to, block, offset);
        int64_t at = n < 0 ? 0 : SYS(lseek, c->now, offset, SEEK_SET);
        r = n < 0 ? (int)n : at < 0 ? (int)at : write_all(c->now, block, (size_t)n);
    }
    if (r >= 0)
        r = SYS(ftruncate, c->now, st.st_size);
    return r < 0 ? r : SYNC(SYNC_EFFECTS, SYS(fsync, c->now));
}

static void close_contents(struct contents *c) {
    seam_close_quietly(c->now);
    seam_close_quietly(c->to);
    seam_close_quietly(c->from);
}
#define AUTO_CONTENTS __attribute__((cleanup(close_contents))) struct contents

static int open_contents(struct contents *c, int kept, unsigned number, int handle, bool forward,
                         int flags) {
    char new[16], old[24], path[40];
    snprintf(new, sizeof new, "%u", number);
    snprintf(old, sizeof old, "%u.old", number);
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    *c = (struct contents){-1, -1, -1};
    c->to = SYS(openat, kept, forward ? new : old, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (c->to < 0)
        return c->to;
    c->from = SYS(openat, kept, forward ? old : new, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (c->from < 0)
        return c->from;
    c->now = SYS(open, path, flags | O_CLOEXEC);
    return c->now < 0 ? c->now : 0;
}

int inplace_has(int kept, unsigned number, int handle, bool new) {
    AUTO_CONTENTS c = {-1, -1, -1};
    int r = open_contents(&c, kept, number, handle, new, O_RDONLY);
    if (r >= 0)
        r = compare(&c);
    return r < 0 ? r : (r & ALL_TO) != 0;
}

int inplace_turn(int kept, unsigned number, int handle, bool forward, bool restoring) {
    AUTO_CONTENTS c = {-1, -1, -1};
    int r = open_contents(&c, kept, number, handle, forward, O_RDWR);
    if (r < 0)
        return r;
    int bits = compare(&c);
    if (bits < 0 || bits & ALL_TO)
        return bits < 0 ? bits : 0;
    if (!(bits & (restoring ? ALL_KNOWN : ALL_FROM)))
        return -ESTALE;
    r = write_content(&c);
    return r < 0 ? r : 1;
}
