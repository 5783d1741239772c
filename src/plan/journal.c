/* SPDX-License-Identifier: MIT */
/** One journal: its directories, and transactions that move through them. */
#include "plan/journal.h"

#include "base/array.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "plan/sync.h"
#include "tree/rmtree.h"
#include <fcntl.h>
#include <osier/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RESERVE "reserve"

enum { RESERVE_SIZE = 1024 * 1024 };

const char *const journal_names[JOURNAL_STATES] = {"staging", "active", "log", "trash", "orphan"};

void journal_name(uint64_t id, char ret_name[static JOURNAL_ID]) {
    for (int i = JOURNAL_ID - 2; i >= 0; i--, id /= 10)
        ret_name[i] = (char)('0' + id % 10);
    ret_name[JOURNAL_ID - 1] = '\0';
}

uint64_t journal_number(const char *name) {
    uint64_t id = 0;
    for (const char *c = name; *c; c++) {
        if (*c < '0' || *c > '9' || c - name >= JOURNAL_ID - 1)
            return 0;
        id = id * 10 + (uint64_t)(*c - '0');
    }
    return id;
}

int journal_open(const struct journal *j, enum journal_state state, uint64_t id) {
    char name[JOURNAL_ID];
    journal_name(id, name);
    return SYS(openat, j->states[state], name, DIR_OPEN | O_NOFOLLOW);
}

int journal_has(const struct journal *j, enum journal_state state, uint64_t id) {
    char name[JOURNAL_ID];
    struct look look;
    journal_name(id, name);
    int r = look_at(j->states[state], name, &look);
    return r < 0 ? r : look.id.ino != 0;
}

int journal_make(const struct journal *j, uint64_t id) {
    char name[JOURNAL_ID];
    journal_name(id, name);
    int r = SYS(mkdirat, j->states[JOURNAL_STAGING], name, 0700);
    return r < 0 ? r : journal_open(j, JOURNAL_STAGING, id);
}

int journal_move(const struct journal *j, uint64_t id, enum journal_state from,
                 enum journal_state to) {
    char name[JOURNAL_ID];
    journal_name(id, name);
    /* The names are the journal's own, and its lock is held: nothing can be in the way. */
    return SYS(renameat, j->states[from], name, j->states[to], name);
}

int journal_settle(const struct journal *j, enum journal_state from, enum journal_state to,
                   bool whole) {
    enum sync_point point = to == JOURNAL_ACTIVE ? SYNC_INTENT : SYNC_COMMIT;
    if (whole)
        return SYNC(point, SYS(syncfs, j->fd));
    int r = SYNC(point, SYS(fsync, j->states[to]));
    return r < 0 ? r : SYNC(point, SYS(fsync, j->states[from]));
}

static int by_number(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

long journal_list(const struct journal *j, enum journal_state state, uint64_t **ret_ids) {
    AUTO_CLOSE int fd = SYS(openat, j->states[state], ".", DIR_OPEN);
    AUTO_FREE char *buffer = mem_alloc(DIR_BUFFER);
    AUTO_FREE uint64_t *ids = NULL;
    size_t count = 0, room = 0;
    struct dir dir;
    struct dir_entry e;
    int r;
    if (fd < 0 || !buffer)
        return fd < 0 ? fd : -ENOMEM;
    dir_start(&dir, fd, buffer, DIR_BUFFER);
    while ((r = dir_read(&dir, &e)) > 0) {
        uint64_t id = journal_number(e.name);
        if (!id)
            continue;
        if (ARRAY_ROOM(ids, room, count + 1, 16) < 0)
            return -ENOMEM;
        ids[count++] = id;
    }
    if (r < 0)
        return r;
    if (count)
        qsort(ids, count, sizeof *ids, by_number);
    *ret_ids = TAKE_POINTER(ids);
    return (long)count;
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A tree with directories that their owner may not enter. */
static void open_up(int dir, const char *name) {
    const struct os_tree_options options = {.size = sizeof options,
                                            .control = {.ignore_errors = true}};
    char path[sizeof "/proc/self/fd//" + 3 * sizeof dir + JOURNAL_ID];
    int saved = errno;
    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dir, name);
    os_chmodtree(path, (mode_t)-1, 0700, &options);
    errno = saved;
}

void journal_empty(const struct journal *j, int64_t most) {
    AUTO_FREE uint64_t *ids = NULL;
    long count = journal_list(j, JOURNAL_TRASH, &ids);
    int64_t end = now() + most;
    for (long i = 0; i < count && (most < 0 || i == 0 || now() < end); i++) {
        char name[JOURNAL_ID];
        journal_name(ids[i], name);
        rmtree_quietly(j->states[JOURNAL_TRASH], name);
        if (geteuid() == 0 || journal_has(j, JOURNAL_TRASH, ids[i]) <= 0)
            continue;
        open_up(j->states[JOURNAL_TRASH], name);
        rmtree_quietly(j->states[JOURNAL_TRASH], name);
    }
}

void journal_give_up_reserve(const struct journal *j) {
    SYS(unlinkat, j->fd, RESERVE, 0);
}

/* As good as it gets: where there is no room, taking back has to do without. */
void journal_take_reserve(const struct journal *j) {
    struct stat st;
    AUTO_CLOSE int fd =
        SYS(openat, j->fd, RESERVE, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && SYS(fstat, fd, &st) >= 0 && st.st_blocks < RESERVE_SIZE / 512)
        SYS(fallocate, fd, 0, 0, RESERVE_SIZE);
}
