/* SPDX-License-Identifier: MIT */
/** Reading a directory: getdents64(2) into a buffer of one's own, with the types it tells. */
#ifndef FS_DIR_H
#define FS_DIR_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How a directory is opened for reading; O_NOFOLLOW joins where a swap could matter. */
#define DIR_OPEN (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)

/** A buffer of this size reads a directory as fast as any larger one. */
#define DIR_BUFFER (32 * 1024)

/** A directory being read. */
struct dir {
    int fd;
    unsigned position;
    unsigned filled;
    unsigned size;
    char *buffer; /* belongs to the caller */
};

/** One entry; the name is valid until the next dir_read(). */
struct dir_entry {
    char *name;
    uint64_t inode;
    uint16_t room; /* bytes at `name`: it with its NUL, and less than 8 more */
    uint8_t type;  /* DT_REG …, DT_UNKNOWN where the file system doesn't tell */
};

/** For the tests: every entry comes without its type, as on file systems that don't tell it. */
extern bool dir_types_hidden;

/** Begins to read `fd`, which stays the caller's. `buffer` is aligned for a uint64_t. */
void dir_start(struct dir *d, int fd, char *buffer, unsigned size);

/** Fills the empty buffer: 1, 0 at the end, or −errno. */
int dir_fill(struct dir *d);

/**
 * The next entry, `.` and `..` left out.
 *
 * A directory that was removed meanwhile is at its end.
 *
 * @return 1, 0 at the end, or −errno
 */
static inline int dir_read(struct dir *d, struct dir_entry *ret);

/** The DT_ type of `name` in the directory `fd`, from lstat(2): ≥ 0, or −errno. */
int dir_type(int fd, const char *name);

/** Whether a directory that is called so, alone or at the beginning of a path, is a journal of plans:
 *  ".osier-UID", or that and "-" and 8 digits. */
bool dir_is_journal(const char *name);

/** All names of the directory `fd`, in one block to free(): 0, or −errno. */
int dir_list(int fd, char ***ret_list);

/** What the kernel writes for each entry. */
struct dir_record {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

static inline bool dir_is_dot(const char *name) {
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static inline int dir_read(struct dir *d, struct dir_entry *ret) {
    for (;;) {
        if (d->position >= d->filled) {
            int r = dir_fill(d);
            if (r <= 0)
                return r;
        }
        struct dir_record *record = (struct dir_record *)(void *)(d->buffer + d->position);
        d->position += record->size;
        if (__builtin_expect(dir_is_dot(record->name), 0))
            continue;
        uint16_t room = (uint16_t)(record->size - offsetof(struct dir_record, name));
        *ret = (struct dir_entry){record->name, record->inode, room, record->type};
        return 1;
    }
}

#endif
