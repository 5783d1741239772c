/* SPDX-License-Identifier: MIT */
/** Which processes have a socket open: the descriptors of all, by the sockets' numbers. */
#include "system/socket_owners.h"

#include "base/array.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int add(struct socket_owners *o, uint64_t inode, pid_t pid, int fd) {
    int r = ARRAY_ROOM(o->items, o->room, o->count + 1, 256);
    if (r < 0)
        return r;
    o->items[o->count++] = (struct socket_owner){inode, {pid, fd}};
    return 0;
}

/* The number of the socket that a descriptor's link names, "socket:[1234]"; 0: it is none. */
static uint64_t socket_of(const char *link) {
    static const char begin[] = "socket:[";
    char *end;
    if (strncmp(link, begin, sizeof begin - 1) != 0)
        return 0;
    uint64_t inode = strtoull(link + sizeof begin - 1, &end, 10);
    return strcmp(end, "]") == 0 ? inode : 0;
}

static int read_descriptor(struct socket_owners *o, int dir, const char *name, pid_t pid) {
    char link[64];
    int fd = procfile_number(name);
    ssize_t size = fd < 0 ? 0 : SYS(readlinkat, dir, name, link, sizeof link - 1);
    if (size <= 0) /* it was closed meanwhile */
        return size == -ENOMEM ? -ENOMEM : 0;
    link[size] = '\0';
    uint64_t inode = socket_of(link);
    return inode ? add(o, inode, pid, fd) : 0;
}

/* Whether that is said of a process that has ended, or that may not be looked into. */
static bool passes_over(int r) {
    return r == -ESRCH || r == -EACCES || r == -EPERM || r == -ENOTDIR;
}

static int read_process(struct socket_owners *o, int proc, pid_t pid) {
    _Alignas(uint64_t) char buffer[DIR_BUFFER];
    char path[32];
    struct dir d;
    struct dir_entry entry;
    snprintf(path, sizeof path, "%d/fd", (int)pid);
    AUTO_CLOSE int fd = machine_open_at(proc, path, DIR_OPEN);
    int r = fd;
    if (fd >= 0) {
        dir_start(&d, fd, buffer, sizeof buffer);
        while ((r = dir_read(&d, &entry)) > 0)
            if ((r = read_descriptor(o, fd, entry.name, pid)) < 0)
                return r;
    }
    return r == -ENOENT ? -ESRCH : r;
}

static int read_all(struct socket_owners *o, int proc) {
    _Alignas(uint64_t) char buffer[DIR_BUFFER];
    struct dir d;
    struct dir_entry entry;
    int r;
    dir_start(&d, proc, buffer, sizeof buffer);
    while ((r = dir_read(&d, &entry)) > 0) {
        int pid = procfile_number(entry.name);
        r = pid > 0 ? read_process(o, proc, pid) : 0;
        if (r < 0 && !passes_over(r))
            return r;
    }
    return r;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int compare(const void *a, const void *b) {
    const struct socket_owner *x = a, *y = b;
    int order = ORDER(x->inode, y->inode);
    if (order == 0)
        order = ORDER(x->owner.pid, y->owner.pid);
    return order ? order : ORDER(x->owner.fd, y->owner.fd);
}

int owners_load(struct socket_owners *o, const pid_t *pids, size_t pids_count) {
    AUTO_CLOSE int proc = machine_open("/proc", DIR_OPEN);
    int r = proc < 0 ? proc : pids ? 0 : read_all(o, proc);
    for (size_t i = 0; r == 0 && pids && i < pids_count; i++)
        r = read_process(o, proc, pids[i]);
    if (r == 0 && o->count)
        qsort(o->items, o->count, sizeof *o->items, compare);
    return r;
}

const struct socket_owner *owners_find(const struct socket_owners *o, uint64_t inode,
                                       size_t *ret_count) {
    size_t low = 0, high = o->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (o->items[middle].inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < o->count && o->items[end].inode == inode)
        end++;
    *ret_count = end - low;
    return end > low ? &o->items[low] : NULL;
}

void owners_free(struct socket_owners *o) {
    free(o->items);
}
