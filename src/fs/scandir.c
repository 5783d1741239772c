/* SPDX-License-Identifier: MIT */
/** os.listdir and os.scandir: one directory's names and entries. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "base/stat.h"
#include "base/str.h"
#include "fs/dir.h"

#include <fcntl.h>
#include <osier/directories.h>
#include <stdalign.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------------------- listdir */

int dir_list(int fd, char ***ret_list) {
    AUTO_FREE char *buffer = mem_alloc(DIR_BUFFER);
    if (!buffer)
        return -ENOMEM;
    AUTO_LIST names = {0};
    struct dir d;
    struct dir_entry entry;
    dir_start(&d, fd, buffer, DIR_BUFFER);
    int r;
    while ((r = dir_read(&d, &entry)) > 0) {
        str_append(&names.text, entry.name, strlen(entry.name) + 1);
        names.count++;
        if (names.text.failed)
            return -ENOMEM;
    }
    return r < 0 ? r : list_take(&names, ret_list);
}

static int listdir(const char *path, char ***ret_list) {
    AUTO_CLOSE int fd = SYS(open, path ? path : ".", DIR_OPEN);
    return fd < 0 ? fd : dir_list(fd, ret_list);
}

char **os_listdir(const char *path) {
    UNCANCELLED;
    char **list = NULL;
    return PUBLIC_POINTER(listdir(path, &list), list, "listdir", path, NULL);
}

char **os_listdir_fd(int fd) {
    char **list = NULL;
    int r = dir_list(fd, &list);
    if (r >= 0)
        SYS(lseek, fd, 0, SEEK_SET);
    return PUBLIC_POINTER(r, list, "listdir", NULL, NULL);
}

/* ---------------------------------------------------------------------------- scandir */

/* Which of the two results of stat an entry has; told apart by OS_NOFOLLOW. */
enum { FOLLOWED, UNFOLLOWED };

struct os_scandir {
    struct os_dir_entry entry; /* the current one; first, so that it leads to the rest */
    struct dir dir;
    bool known[2]; /* FOLLOWED, UNFOLLOWED: whether that result is there */
    struct os_stat_result result[2];
    bool rewinds; /* the position is shared with the caller's descriptor */
    size_t path_size;
    size_t prefix_size; /* the path, and a slash unless it has one */
    char *prefix;
    alignas(uint64_t) char data[];
};

/* The memory: the iterator, `room` for a prefix before the first entry's name, the buffer, the
 * prefix itself. */
static int scan_new(int fd, const char *path, struct os_scandir **ret_scan) {
    size_t size = path ? strlen(path) : 0;
    bool slash = path && size && path[size - 1] != '/';
    size_t room = (size + slash + 7) & ~(size_t)7;
    struct os_scandir *scan = mem_alloc(sizeof *scan + room + DIR_BUFFER + size + 2);
    if (!scan)
        return -ENOMEM;
    memset(scan, 0, sizeof *scan);
    dir_start(&scan->dir, fd, scan->data + room, DIR_BUFFER);
    scan->prefix = scan->data + room + DIR_BUFFER;
    scan->path_size = size;
    scan->prefix_size = size + slash;
    if (size)
        memcpy(scan->prefix, path, size);
    memcpy(scan->prefix + size, "/", 2);
    *ret_scan = scan;
    return 0;
}

static int scan_open(const char *path, struct os_scandir **ret_scan) {
    AUTO_CLOSE int fd = SYS(open, path, DIR_OPEN);
    if (fd < 0)
        return fd;
    int r = scan_new(fd, path, ret_scan);
    if (r >= 0)
        TAKE_FD(fd);
    return r;
}

static int scan_open_fd(int caller_fd, struct os_scandir **ret_scan) {
    AUTO_CLOSE int fd = SYS(fcntl, caller_fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    struct stat st;
    int r = SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    r = SYS(fcntl, fd, F_GETFL);
    if (r < 0)
        return r;
    if (r & O_PATH)
        return -EBADF;
    r = scan_new(fd, NULL, ret_scan);
    if (r < 0)
        return r;
    TAKE_FD(fd);
    (*ret_scan)->rewinds = true;
    return 0;
}

struct os_scandir *os_scandir(const char *path) {
    UNCANCELLED;
    struct os_scandir *scan = NULL;
    int r = scan_open(path ? path : ".", &scan);
    return PUBLIC_POINTER(r, scan, "scandir", path, NULL);
}

struct os_scandir *os_scandir_fd(int fd) {
    UNCANCELLED;
    struct os_scandir *scan = NULL;
    return PUBLIC_POINTER(scan_open_fd(fd, &scan), scan, "scandir", NULL, NULL);
}

static struct os_dir_entry *scan_failed(struct os_scandir *scan, int r) {
    char *end = scan->prefix + scan->path_size;
    *end = '\0';
    error_fail(r, "scandir", scan->path_size ? scan->prefix : NULL, NULL);
    *end = '/';
    return NULL;
}

struct os_dir_entry *os_scandir_next(struct os_scandir *scan) {
    struct dir_entry entry;
    int r = scan ? dir_read(&scan->dir, &entry) : 0;
    if (r < 0)
        return scan_failed(scan, r);
    if (r == 0) {
        errno = 0;
        return NULL;
    }
    scan->entry = (struct os_dir_entry){entry.name, entry.inode, entry.type};
    scan->known[FOLLOWED] = scan->known[UNFOLLOWED] = false;
    return &scan->entry;
}

struct os_scandir *os_scandir_close(struct os_scandir *scan) {
    UNCANCELLED;
    if (!scan)
        return NULL;
    int saved = errno;
    if (scan->rewinds)
        SYS(lseek, scan->dir.fd, 0, SEEK_SET);
    seam_close_quietly(scan->dir.fd);
    free(scan);
    errno = saved;
    return NULL;
}

/* ------------------------------------------------------------------------ the entries */

static struct os_scandir *scan_of(struct os_dir_entry *entry) {
    return (struct os_scandir *)entry;
}

/* The path is written in front of the name, over records of the buffer that were read before. */
const char *os_dir_entry_path(struct os_dir_entry *entry) {
    struct os_scandir *scan = scan_of(entry);
    char *path = (char *)entry->name - scan->prefix_size;
    return memcpy(path, scan->prefix, scan->prefix_size);
}

static int fetch(struct os_scandir *scan, int which) {
    struct stat st;
    int flags = which == UNFOLLOWED ? AT_SYMLINK_NOFOLLOW : 0;
    int r = SYS(fstatat, scan->dir.fd, scan->entry.name, &st, flags);
    if (r < 0)
        return r;
    stat_convert(&st, &scan->result[which]);
    scan->known[which] = true;
    return 0;
}

/* The DT_ type of the entry itself: ≥ 0, or −errno. */
static int own_type(struct os_scandir *scan) {
    if (scan->entry.d_type != DT_UNKNOWN)
        return scan->entry.d_type;
    int r = scan->known[UNFOLLOWED] ? 0 : fetch(scan, UNFOLLOWED);
    return r < 0 ? r : (int)IFTODT(scan->result[UNFOLLOWED].st_mode);
}

/* Only a link has two results that differ. */
static int entry_stat(struct os_scandir *scan, int flags, const struct os_stat_result **ret) {
    if (flags & ~OS_NOFOLLOW)
        return -EINVAL;
    int which = UNFOLLOWED;
    if (!(flags & OS_NOFOLLOW)) {
        int type = own_type(scan);
        if (type < 0)
            return type;
        which = type == DT_LNK ? FOLLOWED : UNFOLLOWED;
    }
    int r = scan->known[which] ? 0 : fetch(scan, which);
    if (r >= 0)
        *ret = &scan->result[which];
    return r;
}

/* Whether the entry, or what it leads to, has this type: 1, 0 (too where nothing is), or −errno. */
static int entry_is(struct os_scandir *scan, uint8_t type, int flags) {
    if (flags & ~OS_NOFOLLOW)
        return -EINVAL;
    int r = own_type(scan);
    if (r == DT_LNK && !(flags & OS_NOFOLLOW)) {
        const struct os_stat_result *result = NULL;
        r = entry_stat(scan, flags, &result);
        if (r >= 0)
            r = IFTODT(result->st_mode);
    }
    return r == -ENOENT ? 0 : r < 0 ? r : r == type;
}

int os_dir_entry_is_dir(struct os_dir_entry *entry, int flags) {
    return PUBLIC(entry_is(scan_of(entry), DT_DIR, flags), "stat", os_dir_entry_path(entry), NULL);
}

int os_dir_entry_is_file(struct os_dir_entry *entry, int flags) {
    return PUBLIC(entry_is(scan_of(entry), DT_REG, flags), "stat", os_dir_entry_path(entry), NULL);
}

int os_dir_entry_is_symlink(struct os_dir_entry *entry) {
    return PUBLIC(entry_is(scan_of(entry), DT_LNK, OS_NOFOLLOW), "stat", os_dir_entry_path(entry),
                  NULL);
}

bool os_dir_entry_is_junction(const struct os_dir_entry *entry) {
    (void)entry;
    return false;
}

uint64_t os_dir_entry_inode(const struct os_dir_entry *entry) {
    return entry->inode;
}

const struct os_stat_result *os_dir_entry_stat(struct os_dir_entry *entry, int flags) {
    UNCANCELLED;
    const struct os_stat_result *result = NULL;
    int r = entry_stat(scan_of(entry), flags, &result);
    return PUBLIC_POINTER(r, result, "stat", os_dir_entry_path(entry), NULL);
}
