/* SPDX-License-Identifier: MIT */
/** Which machine is looked at, and how its files are opened. */
#include "system/machine.h"

#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/at.h"
#include "fs/root_resolve.h"
#include <fcntl.h>
#include <inttypes.h>
#include <osier/machine.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Readers hold the lock while they open, so that neither value goes away under them. */
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct os_root recorded = {.fd = -1, .inside = true};
static atomic_bool is_recorded;
static char *procfs; /* where /proc is, or NULL for "/proc" */

int os_set_root(const char *root) {
    int fd = -1;
    if (root) {
        fd = SYS(open, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return PUBLIC(fd, "set_root", root, NULL);
    }
    pthread_rwlock_wrlock(&lock);
    int before = recorded.fd;
    recorded.fd = fd;
    is_recorded = fd >= 0;
    pthread_rwlock_unlock(&lock);
    seam_close_quietly(before);
    return 0;
}

bool os_root_is_set(void) {
    return is_recorded;
}

int os_set_procfs_path(const char *path) {
    char *copy = NULL;
    if (path && strcmp(path, "/proc") != 0) {
        copy = mem_text(path, strlen(path));
        if (!copy)
            return PUBLIC(-ENOMEM, "set_procfs_path", path, NULL);
    }
    pthread_rwlock_wrlock(&lock);
    char *before = procfs;
    procfs = copy;
    pthread_rwlock_unlock(&lock);
    free(before);
    return 0;
}

/* What was recorded may be anything: links stay in `root`, and no FIFO is waited for. */
static int open_recorded(const struct os_root *root, const char *path, int flags) {
    return root_open(root, path, flags & O_PATH ? flags : flags | O_NONBLOCK, 0);
}

static int open_path(const char *path, int flags) {
    return recorded.fd >= 0 ? open_recorded(&recorded, path, flags) : SYS(open, path, flags);
}

static bool in_proc(const char *path) {
    return strncmp(path, "/proc", 5) == 0 && (path[5] == '/' || !path[5]);
}

int machine_open(const char *path, int flags) {
    AUTO_STR moved = STR_INIT;
    flags |= O_CLOEXEC;
    pthread_rwlock_rdlock(&lock);
    int r = 0;
    if (procfs && in_proc(path)) {
        str_append_text(&moved, procfs);
        str_append_text(&moved, path + strlen("/proc"));
        r = moved.failed ? -ENOMEM : 0;
        path = moved.data;
    }
    if (r == 0)
        r = open_path(path, flags);
    pthread_rwlock_unlock(&lock);
    return r;
}

/* A link that leads nowhere and a socket are no file of a machine. */
int machine_open_at(int dir, const char *name, int flags) {
    flags |= O_CLOEXEC;
    if (!is_recorded)
        return SYS(openat, dir, name, flags);
    int fd = strchr(name, '/')
                 ? open_recorded(&(struct os_root){.fd = dir, .inside = true}, name, flags)
                 : SYS(openat, dir, name, flags | O_NOFOLLOW | O_NONBLOCK); /* without memory */
    return fd == -ELOOP || fd == -ENXIO ? -ENOENT : fd;
}

/* Its descriptor leads there, wherever it has been moved. */
int machine_root(char **ret_root) {
    char name[40];
    int r = 0;
    pthread_rwlock_rdlock(&lock);
    *ret_root = NULL;
    if (recorded.fd >= 0) {
        snprintf(name, sizeof name, "/proc/self/fd/%d", recorded.fd);
        r = at_readlink(AT_FDCWD, name, ret_root);
    }
    pthread_rwlock_unlock(&lock);
    return r;
}

int machine_is_live(void) {
    return os_root_is_set() ? -ENOTSUP : 0;
}

bool machine_proc_is_own(void) {
    pthread_rwlock_rdlock(&lock);
    bool own = recorded.fd < 0 && !procfs;
    pthread_rwlock_unlock(&lock);
    return own;
}

static ssize_t read_once(int fd, char *buffer, size_t size) {
    ssize_t r = SYS(read, fd, buffer, size - 1);
    if (r >= 0)
        buffer[r] = '\0';
    return r;
}

ssize_t machine_read(const char *path, char *buffer, size_t size) {
    AUTO_CLOSE int fd = machine_open(path, O_RDONLY);
    return fd < 0 ? fd : read_once(fd, buffer, size);
}

ssize_t machine_read_at(int dir, const char *name, char *buffer, size_t size) {
    AUTO_CLOSE int fd = machine_open_at(dir, name, O_RDONLY);
    return fd < 0 ? fd : read_once(fd, buffer, size);
}

int machine_load(const char *path, struct str *s) {
    AUTO_CLOSE int fd = machine_open(path, O_RDONLY);
    return fd < 0 ? fd : procfile_load_fd(fd, s);
}

int machine_load_at(int dir, const char *name, struct str *s) {
    AUTO_CLOSE int fd = machine_open_at(dir, name, O_RDONLY);
    return fd < 0 ? fd : procfile_load_fd(fd, s);
}

int machine_number(const char *path, uint64_t *ret_number) {
    char text[64], *end;
    ssize_t r = machine_read(path, text, sizeof text);
    if (r < 0)
        return (int)r;
    uint64_t number = strtoull(text, &end, 10);
    if (end == text)
        return -EINVAL;
    *ret_number = number;
    return 0;
}

/* A recorded machine's stands in its /proc/stat, to the second. */
static int recorded_boot_time(int64_t *ret_nanoseconds) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/stat", &text);
    const char *at = r == 0 ? procfile_field(text.data, "btime ") : NULL;
    if (!at)
        return r < 0 ? r : -ENODATA;
    *ret_nanoseconds = strtoll(at, NULL, 10) * 1000000000;
    return 0;
}

static int64_t nanoseconds(const struct timespec *t) {
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

int machine_boot_time(int64_t *ret_nanoseconds) {
    if (machine_is_live() < 0)
        return recorded_boot_time(ret_nanoseconds);
    struct timespec now, up;
    int r = SYS(clock_gettime, CLOCK_REALTIME, &now);
    if (r == 0)
        r = SYS(clock_gettime, CLOCK_BOOTTIME, &up);
    if (r < 0)
        return r;
    *ret_nanoseconds = nanoseconds(&now) - nanoseconds(&up);
    return 0;
}

int machine_uptime(int64_t *ret_nanoseconds) {
    char text[64], *end;
    struct timespec up;
    if (machine_is_live() == 0) {
        int r = SYS(clock_gettime, CLOCK_BOOTTIME, &up);
        if (r == 0)
            *ret_nanoseconds = nanoseconds(&up);
        return r;
    }
    ssize_t r = machine_read("/proc/uptime", text, sizeof text);
    double seconds = r < 0 ? 0 : procfile_decimal(text, &end);
    if (r < 0 || !(seconds > 0 && seconds < 9e9))
        return r < 0 ? (int)r : -ENODATA;
    *ret_nanoseconds = (int64_t)(seconds * 1e9);
    return 0;
}

int64_t machine_tick(void) {
    long hertz = sysconf(_SC_CLK_TCK);
    return 1000000000 / (hertz > 0 ? hertz : 100);
}

uint64_t machine_page(void) {
    long size = sysconf(_SC_PAGESIZE);
    return size > 0 ? (uint64_t)size : 4096;
}
