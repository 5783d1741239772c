/* SPDX-License-Identifier: MIT */
/** Whole files: reading one, and replacing one atomically and durably. */
#include "io/contents.h"

#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "base/str.h"
#include "fs/link.h"
#include <fcntl.h>
#include <limits.h>
#include <osier/files.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_TRIES 100
#define LINKS_MAX  40 /* as many as the kernel follows */

int contents_read(int fd, char **ret_data, size_t *ret_size) {
    AUTO_STR s = STR_INIT;
    struct stat st;
    int r = SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    /* One byte more than it says it has, so that its end is seen without growing. */
    size_t room = S_ISREG(st.st_mode) && st.st_size > 0 && (uintmax_t)st.st_size < SIZE_MAX / 2
                      ? (size_t)st.st_size + 1
                      : 4096;
    for (;;) {
        if (str_reserve(&s, room) < 0)
            return -ENOMEM;
        ssize_t n = SYS(read, fd, s.data + s.size, s.room - 1 - s.size);
        if (n < 0)
            return (int)n;
        s.size += (size_t)n;
        s.data[s.size] = '\0';
        if (n == 0)
            break;
        room = s.room - 1 - s.size ? 1 : s.size;
    }
    if (ret_size)
        *ret_size = s.size;
    return str_take(&s, ret_data);
}

static int read_at(int dir_fd, const char *path, char **ret_data, size_t *ret_size) {
    AUTO_CLOSE int fd = SYS(openat, dir_fd, path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? fd : contents_read(fd, ret_data, ret_size);
}

char *os_read_fileat(int dir_fd, const char *path, size_t *ret_size) {
    char *data = NULL;
    return PUBLIC_POINTER(read_at(dir_fd, path, &data, ret_size), data, "read_file", path, NULL);
}

char *os_read_file(const char *path, size_t *ret_size) {
    return os_read_fileat(OS_CWD, path, ret_size);
}

/* A name that nobody else has, so that it need not be a secret: where there is no randomness, the
 * clock does. */
static void draw_name(char name[static 32]) {
    uint64_t number;
    if (SYS(getrandom, &number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        number = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec << 16 ^ (uint64_t)getpid();
    }
    snprintf(name, 32, ".osier-%016llx", (unsigned long long)number);
}

static int create_beside(int dir, mode_t mode, char name[static 32]) {
    int fd = -EEXIST;
    for (int i = 0; i < NAME_TRIES && fd == -EEXIST; i++) {
        draw_name(name);
        fd = SYS(openat, dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    }
    return fd;
}

static int write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t n = SYS(write, fd, data, size < SSIZE_MAX ? size : SSIZE_MAX);
        if (n < 0)
            return (int)n;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

/* The owner first: changing it clears the set-user-ID bit. */
static int keep(int fd, const struct stat *old, const struct os_write_file_options *options) {
    int r = options->keep_owner ? SYS(fchown, fd, old->st_uid, old->st_gid) : 0;
    return r >= 0 && options->keep_mode ? SYS(fchmod, fd, old->st_mode & 07777) : r;
}

static int fill(int fd, const void *data, size_t size, const struct stat *old,
                const struct os_write_file_options *options) {
    int r = write_all(fd, data, size);
    if (r >= 0 && old)
        r = keep(fd, old, options);
    return r >= 0 && !options->nosync ? SYS(fsync, fd) : r;
}

static int put_in_place(int dir, const char *from, const char *name, bool noreplace) {
    if (!noreplace)
        return SYS(renameat, dir, from, dir, name);
    int r = SYS(kernel_renameat2, dir, from, dir, name, RENAME_NOREPLACE);
    if (r != -EINVAL && r != -ENOSYS && r != -EPERM)
        return r;
    /* A file system, kernel or sandbox without it: as atomic, in two steps. */
    r = SYS(linkat, dir, from, dir, name, 0);
    return r < 0 ? r : SYS(unlinkat, dir, from, 0);
}

/* What is to be kept of the old file; *ret_kept is false where there is none. */
static int look_at_old(int dir, const char *name, const struct os_write_file_options *options,
                       struct stat *ret_old, bool *ret_kept) {
    *ret_kept = false;
    if (!options->keep_mode && !options->keep_owner)
        return 0;
    int r = SYS(fstatat, dir, name, ret_old, AT_SYMLINK_NOFOLLOW);
    *ret_kept = r >= 0 && !S_ISLNK(ret_old->st_mode);
    return r == -ENOENT ? 0 : r;
}

int contents_replace(int dir, const char *name, const void *data, size_t size,
                     const struct os_write_file_options *options) {
    char beside[32];
    struct stat old;
    bool kept;
    int r = look_at_old(dir, name, options, &old, &kept);
    if (r < 0)
        return r;
    mode_t mode = options->mode ? options->mode & 07777 : 0666;
    if (kept && options->keep_mode)
        mode = 0600; /* nobody else gets in before the owner and the bits are right */
    int fd = create_beside(dir, mode, beside);
    if (fd < 0)
        return fd;
    r = fill(fd, data, size, kept ? &old : NULL, options);
    int closed = seam_close(fd);
    if (r >= 0)
        r = closed;
    if (r >= 0)
        r = put_in_place(dir, beside, name, options->noreplace);
    if (r < 0) {
        unlinkat(dir, beside, 0); /* not through the seam: there is no other way to tidy up */
        return r;
    }
    if (options->nosync)
        return 0;
    r = SYS(fsync, dir);
    return r == -EINVAL ? 0 : r; /* a file system that has nothing to sync in a directory */
}

int contents_options(const struct os_write_file_options *options,
                     struct os_write_file_options *ret_options) {
    *ret_options = (struct os_write_file_options){.size = sizeof *ret_options};
    if (!options)
        return 0;
    if (options->size < offsetof(struct os_write_file_options, keep_mode) ||
        options->size > sizeof *ret_options)
        return -EINVAL;
    memcpy(ret_options, options, options->size);
    return 0;
}

/* Opens the directory of `path` relative to `dir_fd`; *ret_name is the rest of the path. */
static int open_parent(int dir_fd, const char *path, const char **ret_name) {
    const char *slash = strrchr(path, '/');
    *ret_name = slash ? slash + 1 : path;
    AUTO_FREE char *parent = slash ? mem_text(path, (size_t)(slash - path) + 1) : NULL;
    if (slash && !parent)
        return -ENOMEM;
    return SYS(openat, dir_fd, parent ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int write_at(int dir_fd, const char *path, const void *data, size_t size,
                    const struct os_write_file_options *given) {
    struct os_write_file_options options;
    AUTO_FREE char *target = NULL;
    const char *name;
    int r = contents_options(given, &options);
    if (r < 0)
        return r;
    AUTO_CLOSE int dir = open_parent(dir_fd, path, &name);
    for (int links = 0; dir >= 0 && options.follow; links++) {
        AUTO_FREE char *next = NULL;
        r = link_read(dir, name, &next);
        if (r == -EINVAL || r == -ENOENT)
            break;
        if (r < 0 || links == LINKS_MAX)
            return r < 0 ? r : -ELOOP;
        int parent = open_parent(dir, next, &name);
        seam_close_quietly(dir);
        dir = parent;
        cleanup_free(&target);
        target = TAKE_POINTER(next);
    }
    if (dir < 0)
        return dir;
    if (!*name)
        return *path ? -EISDIR : -ENOENT;
    return contents_replace(dir, name, data, size, &options);
}

int os_write_fileat(int dir_fd, const char *path, const void *data, size_t size,
                    const struct os_write_file_options *options) {
    return PUBLIC(write_at(dir_fd, path, data, size, options), "write_file", path, NULL);
}

int os_write_file(const char *path, const void *data, size_t size,
                  const struct os_write_file_options *options) {
    return os_write_fileat(OS_CWD, path, data, size, options);
}

int os_truncate(const char *path, int64_t length) {
    return PUBLIC(SYS(truncate, path, length), "truncate", path, NULL);
}

int os_ftruncate(int fd, int64_t length) {
    return PUBLIC(SYS(ftruncate, fd, length), "ftruncate", NULL, NULL);
}
