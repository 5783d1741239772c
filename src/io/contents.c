/* SPDX-License-Identifier: MIT */
/** Whole files: reading one, finding the one to replace, cutting. */
#include "io/contents.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "base/str.h"
#include "fs/at.h"
#include <fcntl.h>
#include <osier/files.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as many as the kernel follows */

/* What a thread gives back that is cancelled while it reads. */
struct reading {
    int fd;
    struct str text;
};

static void end_reading(void *argument) {
    struct reading *reading = argument;
    seam_close_quietly(TAKE_FD(reading->fd));
    str_free(&reading->text);
}

static int read_all(struct reading *reading, int cancel_state) {
    const struct cancel cancel = {end_reading, reading, cancel_state};
    struct str *s = &reading->text;
    struct stat st;
    int r = SYS(fstat, reading->fd, &st);
    if (r < 0)
        return r;
    /* One byte more than it says it has, so that its end is seen without growing. */
    size_t room = S_ISREG(st.st_mode) && st.st_size > 0 && (uintmax_t)st.st_size < SIZE_MAX / 2
                      ? (size_t)st.st_size + 1
                      : 4096;
    for (;;) {
        if (str_reserve(s, room) < 0)
            return -ENOMEM;
        ssize_t n = cancel_read(reading->fd, s->data + s->size, s->room - 1 - s->size, &cancel);
        if (n < 0)
            return (int)n;
        s->size += (size_t)n;
        s->data[s->size] = '\0';
        if (n == 0)
            return 0;
        room = s->room - 1 - s->size ? 1 : s->size;
    }
}

int contents_read(int fd, char **ret_data, size_t *ret_size) {
    UNCANCELLED;
    struct reading reading = {fd, STR_INIT};
    int r = read_all(&reading, CANCEL_STATE);
    size_t size = reading.text.size;
    if (r >= 0)
        r = str_take(&reading.text, ret_data);
    if (r >= 0 && ret_size)
        *ret_size = size;
    end_reading(&reading);
    return r;
}

/* The open may wait too, for somebody to write to a FIFO; nothing is held then. */
static int read_at(int dir_fd, const char *path, char **ret_data, size_t *ret_size) {
    int fd = SYS(openat, dir_fd, path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? fd : contents_read(fd, ret_data, ret_size);
}

char *os_read_fileat(int dir_fd, const char *path, size_t *ret_size) {
    char *data = NULL;
    return PUBLIC_POINTER(read_at(dir_fd, path, &data, ret_size), data, "read_file", path, NULL);
}

char *os_read_file(const char *path, size_t *ret_size) {
    return os_read_fileat(OS_CWD, path, ret_size);
}

/* Opens the directory of `path` relative to `dir_fd`; *ret_name is the rest of the path. */
static int open_parent(int dir_fd, const char *path, const char **ret_name) {
    const char *slash = strrchr(path, '/');
    *ret_name = slash ? slash + 1 : path;
    AUTO_FREE char *parent = slash ? mem_text(path, (size_t)(slash - path) + 1) : NULL;
    if (slash && !parent)
        return -ENOMEM;
    return SYS(openat, dir_fd, parent ? parent : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int write_at(int dir_fd, const char *path, const void *data, size_t size,
                    const struct os_write_file_options *given) {
    UNCANCELLED;
    struct os_write_file_options options;
    AUTO_FREE char *target = NULL;
    const char *name;
    int r = options_copy(&options, sizeof options, given);
    if (r < 0)
        return r;
    AUTO_CLOSE int dir = open_parent(dir_fd, path, &name);
    for (int links = 0; dir >= 0 && options.follow; links++) {
        AUTO_FREE char *next = NULL;
        r = at_readlink(dir, name, &next);
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
