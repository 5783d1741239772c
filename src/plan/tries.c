/* SPDX-License-Identifier: MIT */
/** Directories of rehearsals in a journal, and what is removed of them when nobody uses them. */
#include "plan/tries.h"

#include "base/seam.h"
#include "fs/dir.h"
#include "tree/rmtree.h"
#include <fcntl.h>
#include <osier/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TRIES "try"
#define LOCK  "lock"

enum { HELD_DAYS = 30 };

/* The directory of all, locked: nobody else makes or removes one meanwhile. */
static int open_tries(const struct journal *j, bool make, int wait) {
    int r = make ? SYS(mkdirat, j->fd, TRIES, 0700) : 0;
    if (r < 0 && r != -EEXIST)
        return r;
    AUTO_CLOSE int fd = SYS(openat, j->fd, TRIES, DIR_OPEN | O_NOFOLLOW);
    r = fd < 0 ? fd : SYS(flock, fd, LOCK_EX | wait);
    return r < 0 ? r : TAKE_FD(fd);
}

static int lock_in(int dir, int flags) {
    AUTO_CLOSE int lock = SYS(openat, dir, LOCK, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
    int r = lock < 0 ? lock : SYS(flock, lock, LOCK_EX | LOCK_NB);
    return r == -EWOULDBLOCK ? -EBUSY : r < 0 ? r : TAKE_FD(lock);
}

int tries_open(const struct journal *j, const char *name, bool again, int *ret_lock) {
    AUTO_CLOSE int tries = open_tries(j, /* make= */ true, 0);
    int r = tries < 0 ? tries : again ? 0 : SYS(mkdirat, tries, name, 0700);
    AUTO_CLOSE int dir = r < 0 ? r : SYS(openat, tries, name, DIR_OPEN | O_NOFOLLOW);
    if (dir < 0)
        return dir;
    int lock = lock_in(dir, O_CREAT);
    if (lock < 0)
        return lock;
    *ret_lock = lock;
    return TAKE_FD(dir);
}

int tries_next(const struct journal *j, uint64_t *ret_id) {
    struct journal other = *j;
    AUTO_FREE uint64_t *ids = NULL;
    AUTO_CLOSE int tries = open_tries(j, /* make= */ true, 0);
    if (tries < 0)
        return tries;
    other.states[JOURNAL_LOG] = tries;
    long count = journal_list(&other, JOURNAL_LOG, &ids);
    if (count < 0)
        return (int)count;
    *ret_id = (count ? ids[count - 1] : 0) + 1;
    return 0;
}

void tries_clear(int tries, const char *name) {
    struct stat st;
    rmtree_quietly(tries, name);
    if (SYS(fstatat, tries, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    char path[sizeof "/proc/self/fd//" + 3 * sizeof tries + 256];
    const struct os_tree_options options = {.size = sizeof options, .control.ignore_errors = true};
    int saved = errno;
    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", tries, name);
    os_chmodtree(path, (mode_t)-1, 0700, &options);
    errno = saved;
    rmtree_quietly(tries, name);
}

/* What the kernel makes in every layer, which its owner may not enter; an empty layer goes with that. */
static void clear_layer(int layer) {
    static const char *const closed[] = {"work/work", "work/work/incompat",
                                         "work/work/incompat/volatile"};
    static const char *const dirs[] = {"work/work/incompat/volatile",
                                       "work/work/incompat",
                                       "work/work",
                                       "work/index",
                                       "work",
                                       "upper"};
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        (void)SYS(fchmodat, layer, closed[i], 0700, 0);
    (void)SYS(unlinkat, layer, "work/work/incompat/volatile/dirty", 0);
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
        (void)SYS(unlinkat, layer, dirs[i], AT_REMOVEDIR);
}

static void remove_one(int tries, const char *name) {
    AUTO_FREE char **layers = NULL;
    AUTO_CLOSE int dir = SYS(openat, tries, name, DIR_OPEN | O_NOFOLLOW);
    if (dir >= 0 && dir_list(dir, &layers) >= 0)
        for (char **layer = layers; *layer; layer++) {
            AUTO_CLOSE int at = SYS(openat, dir, *layer, DIR_OPEN | O_NOFOLLOW);
            if (at < 0)
                continue;
            clear_layer(at);
            (void)SYS(unlinkat, dir, *layer, AT_REMOVEDIR);
        }
    tries_clear(tries, name);
}

void tries_remove(const struct journal *j, const char *name) {
    AUTO_CLOSE int tries = open_tries(j, /* make= */ false, 0);
    if (tries >= 0)
        remove_one(tries, name);
}

static bool is_held(int dir) {
    struct stat st;
    struct timespec now;
    if (SYS(fstatat, dir, TRIES_HELD, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec - st.st_mtime < (time_t)HELD_DAYS * 24 * 3600;
}

static void sweep_one(int tries, const char *name, bool held) {
    AUTO_CLOSE int dir = SYS(openat, tries, name, DIR_OPEN | O_NOFOLLOW);
    if (dir < 0)
        return;
    AUTO_CLOSE int lock = lock_in(dir, 0);
    if ((lock >= 0 || lock == -ENOENT) && (held || !is_held(dir)))
        remove_one(tries, name);
}

void tries_sweep(const struct journals *js, bool held) {
    for (size_t i = 0; i < js->count; i++) {
        AUTO_FREE char **names = NULL;
        AUTO_CLOSE int tries = open_tries(js->list[i], /* make= */ false, LOCK_NB);
        if (tries < 0 || dir_list(tries, &names) < 0)
            continue;
        for (char **name = names; *name; name++)
            sweep_one(tries, *name, held);
    }
}
