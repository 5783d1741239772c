/* SPDX-License-Identifier: MIT */
/** What stays open of a process that is read again and again, and what was read of it before.
 *
 *  A descriptor of a file of /proc/PID is of that process and of no other: after its end reading
 *  says ESRCH. Opening is two fifths of what reading such a file costs.
 */
#include "system/process_kept.h"

#include "base/seam.h"
#include "system/machine.h"
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

const char *const kept_names[KEPT_FILES] = {"stat", "statm",     "status",
                                            "io",   "schedstat", "cmdline"};

void kept_start(struct kept *kept, pid_t pid) {
    *kept = (struct kept){.pid = pid, .dir = -1};
    for (size_t i = 0; i < KEPT_FILES; i++)
        kept->files[i] = -1;
}

void kept_close(struct kept *kept, atomic_int *budget) {
    seam_close_quietly(kept->dir);
    kept->dir = -1;
    for (size_t i = 0; i < KEPT_FILES; i++) {
        seam_close_quietly(kept->files[i]);
        kept->files[i] = -1;
    }
    atomic_fetch_add(budget, __builtin_popcount(kept->keeps));
    kept->keeps = 0;
}

void kept_grant(struct kept *kept, atomic_int *budget, unsigned keeps) {
    int count = __builtin_popcount(keeps);
    if (atomic_fetch_sub(budget, count) < count)
        atomic_fetch_add(budget, count);
    else
        kept->keeps = keeps;
}

static bool may_keep(const struct kept *kept, int what) {
    return kept->keeps >> what & 1;
}

void kept_complete(struct kept *kept, int dir) {
    for (int file = 0; file < KEPT_FILES; file++)
        if (may_keep(kept, file))
            kept_open(kept, dir, (enum kept_file)file);
    if (may_keep(kept, KEPT_DIRECTORY))
        kept->dir = dir;
    else
        seam_close_quietly(dir);
}

bool kept_is_complete(const struct kept *kept) {
    for (int file = 0; file < KEPT_FILES; file++)
        if (may_keep(kept, file) && kept->files[file] < 0 && file != KEPT_IO)
            return false;
    return kept->keeps && (kept->dir >= 0 || !may_keep(kept, KEPT_DIRECTORY));
}

int kept_open(struct kept *kept, int dir, enum kept_file file) {
    if (kept->files[file] >= 0)
        return kept->files[file];
    int fd = machine_open_at(dir, kept_names[file], O_RDONLY);
    if (fd >= 0 && may_keep(kept, file))
        kept->files[file] = fd;
    return fd;
}

ssize_t kept_read(struct kept *kept, int dir, enum kept_file file, char *buffer, size_t size) {
    int fd = kept_open(kept, dir, file);
    if (fd < 0)
        return fd;
    ssize_t r = SYS(pread, fd, buffer, size - 1, 0);
    if (r == -ESPIPE) /* a FIFO of a recorded machine holds nothing */
        r = 0;
    if (r >= 0)
        buffer[r] = '\0';
    if (fd != kept->files[file])
        seam_close_quietly(fd);
    return r;
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void kept_compare(struct kept *kept, int64_t tick, struct os_process_info *info) {
    int64_t used = info->cpu_times.user + info->cpu_times.system, stamp = now();
    int64_t elapsed = stamp - kept->stamp;
    bool same = kept->stamp && kept->start == info->start_ticks;
    if (same && elapsed >= tick) {
        int64_t more = used - kept->used; /* the kernel's sums may go back by a little */
        info->cpu_percent = more > 0 ? 100.0 * (double)more / (double)elapsed : 0;
        info->valid |= OS_PROCESS_CPU_PERCENT;
    }
    if (!same || elapsed >= tick) {
        kept->used = used;
        kept->stamp = stamp;
    }
    kept->start = info->start_ticks;
    kept->more = info->num_threads - (same ? kept->threads : 0);
    kept->threads = info->num_threads;
    kept->seen = true;
    kept->fresh = !same;
    kept->replaced = !same && kept->known;
    kept->known = true;
}
