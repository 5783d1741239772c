/* SPDX-License-Identifier: MIT */
/** A cgroup of its own for a program: all that it starts stays in it, and ends with one write. */
#include "process/contain.h"

#include "base/kernel.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "base/str.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CGROUP2_MAGIC 0x63677270

static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};

/* The caller's own cgroup, as it is seen below a mount: "/user.slice/…". */
static int own_path(struct str *path) {
    AUTO_STR all = STR_INIT;
    int r = procfile_load("/proc/self/cgroup", &all);
    const char *own = r >= 0 && all.data ? procfile_field(all.data, "0::") : NULL;
    if (!own)
        return r < 0 ? r : -ENOENT;
    str_append(path, own, strcspn(own, "\n"));
    if (path->failed)
        return -ENOMEM;
    return strstr(path->data, "/..") ? -ENOENT : 0; /* outside of what is mounted here */
}

static int open_own(void) {
    AUTO_STR path = STR_INIT;
    int r = own_path(&path);
    for (size_t i = 0; r >= 0 && i < sizeof mounts / sizeof *mounts; i++) {
        AUTO_STR whole = STR_INIT;
        struct statfs fs;
        str_append_text(&whole, mounts[i]);
        str_append_text(&whole, path.data);
        if (whole.failed)
            return -ENOMEM;
        int fd = SYS(open, whole.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0 && SYS(fstatfs, fd, &fs) == 0 && fs.f_type == CGROUP2_MAGIC)
            return fd;
        seam_close_quietly(fd);
    }
    return r < 0 ? r : -ENOENT;
}

static int make_in(struct cgroup_box *box) {
    static atomic_uint last;
    snprintf(box->name, sizeof box->name, "osier-run-%ld-%u", (long)getpid(), ++last);
    int r = SYS(mkdirat, box->parent, box->name, 0755);
    if (r < 0)
        return r;
    box->directory = SYS(openat, box->parent, box->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (box->directory < 0)
        return box->directory;
    r = SYS(kernel_faccessat, box->directory, "cgroup.kill", W_OK); /* Linux 5.14 */
    if (r >= 0)
        box->events = r = SYS(openat, box->directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
    return r < 0 ? r : 0;
}

int cgroup_make(struct cgroup_box *box) {
    *box = (struct cgroup_box){.directory = -1, .events = -1};
    box->parent = open_own();
    if (box->parent < 0)
        return box->parent;
    int r = make_in(box);
    if (r < 0)
        cgroup_remove(box);
    return r;
}

int cgroup_open_procs(const struct cgroup_box *box) {
    return SYS(openat, box->directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
}

int cgroup_kill(const struct cgroup_box *box) {
    AUTO_CLOSE int fd = SYS(openat, box->directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    ssize_t r = fd < 0 ? fd : SYS(write, fd, "1", 1);
    return r < 0 ? (int)r : 0;
}

/* A file of the cgroup, whole. */
static int load(const struct cgroup_box *box, const char *name, struct str *text) {
    AUTO_CLOSE int fd = SYS(openat, box->directory, name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd;
    while (got >= 0) {
        if (str_reserve(text, 4096) < 0)
            return -ENOMEM;
        got = SYS(read, fd, text->data + text->size, 4096);
        if (got <= 0)
            break;
        text->size += (size_t)got;
    }
    if (text->data)
        text->data[text->size] = '\0';
    return (int)got;
}

/* Whether a process, which is held by a descriptor, is in this cgroup or below. */
static bool holds(const struct cgroup_box *box, long pid) {
    char name[48];
    AUTO_STR text = STR_INIT;
    snprintf(name, sizeof name, "/proc/%ld/cgroup", pid);
    return procfile_load(name, &text) >= 0 && text.data && strstr(text.data, box->name);
}

/* Without descriptors of processes the number is what is left, right after the look. */
static void signal_process(const struct cgroup_box *box, pid_t pid, int sig) {
    AUTO_CLOSE int fd = SYS(kernel_pidfd_open, pid, 0);
    int r = fd;
    if (fd == -ESRCH || !holds(box, pid))
        return;
    if (fd >= 0)
        r = SYS(kernel_pidfd_send_signal, fd, sig, NULL, 0);
    if (r == -ENOSYS || r == -EPERM)
        (void)SYS(kill, pid, sig);
}

int cgroup_signal(const struct cgroup_box *box, int sig) {
    AUTO_STR text = STR_INIT;
    int r = load(box, "cgroup.procs", &text);
    for (char *at = text.data, *end; r >= 0 && at && *at; at = end + (*end == '\n')) {
        long pid = strtol(at, &end, 10);
        if (pid > 0)
            signal_process(box, (pid_t)pid, sig);
        if (end == at)
            break;
    }
    return r;
}

int cgroup_populated(const struct cgroup_box *box) {
    char text[256];
    ssize_t got = SYS(pread, box->events, text, sizeof text - 1, 0);
    if (got < 0)
        return (int)got;
    text[got] = '\0';
    return strstr(text, "populated 1") != NULL;
}

/* The first cgroup in a directory: 1, or 0 if there is none. */
static int first_below(int directory, char name[256]) {
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = copy < 0 ? NULL : fdopendir(copy);
    if (!stream) {
        seam_close_quietly(copy);
        return 0;
    }
    int found = 0;
    for (struct dirent *entry; !found && (entry = readdir(stream));)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
            snprintf(name, 256, "%s", entry->d_name);
            found = 1;
        }
    closedir(stream);
    return found;
}

/* Removes one that has none below it, the first on the way down: 0 or −errno. */
static int remove_leaf(int top) {
    char name[256], below[256];
    int parent = dup(top), r = first_below(parent, name) ? 0 : -ENOENT;
    while (r == 0) {
        int child = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (child < 0 || !first_below(child, below)) {
            seam_close_quietly(child);
            r = unlinkat(parent, name, AT_REMOVEDIR) < 0 ? seam_failure() : 0;
            break;
        }
        seam_close_quietly(parent);
        parent = child;
        snprintf(name, sizeof name, "%s", below);
    }
    seam_close_quietly(parent);
    return r;
}

void cgroup_remove(struct cgroup_box *box) {
    int saved = errno;
    if (box->parent >= 0 && box->name[0])
        while (unlinkat(box->parent, box->name, AT_REMOVEDIR) < 0 && errno == EBUSY &&
               box->directory >= 0 && remove_leaf(box->directory) == 0)
            ;
    errno = saved;
    seam_close_quietly(TAKE_FD(box->events));
    seam_close_quietly(TAKE_FD(box->directory));
    seam_close_quietly(TAKE_FD(box->parent));
}
