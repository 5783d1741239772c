/* SPDX-License-Identifier: MIT */
/** Transactions forgotten, so that what they keep doesn't fill the disk.
 *
 *  What a forgotten one did can still be read: its plan and its intent stay in forgotten/ID.
 */
#include "plan/forget.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "io/contents.h"
#include "io/readwrite.h"
#include "plan/commit.h"
#include "plan/tries.h"
#include "plan/txn.h"
#include "tree/rmtree.h"
#include <fcntl.h>
#include <osier/plan.h>
#include <osier/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define FORGOTTEN "forgotten"
#define HELD      "held" /* in a transaction's directory: how many bytes it has, once counted */

#define DAY ((int64_t)24 * 3600 * 1000000000)

enum {
    MOST_DAYS = 30,
    MOST_ENTRIES = 50,
    READABLE_DAYS = 365,
    SHARE = 20,                     /* of a file system: one part of so many, 5 % */
    SPARE_TIME = 50 * 1000 * 1000L, /* for removing, in nanoseconds */
};
static const uint64_t most_bytes = (uint64_t)1 << 30;

/* ------------------------------------------------------------------------------- counting */

static int count_walked(const struct os_walk_entry *e, uint64_t *bytes) {
    struct stat st;
    for (char **name = e->filenames; *name; name++)
        if (SYS(fstatat, e->dir_fd, *name, &st, AT_SYMLINK_NOFOLLOW) >= 0)
            *bytes += (uint64_t)st.st_blocks * 512;
    return 0;
}

static int64_t ticks(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int count_bytes(int at, int64_t most, uint64_t *ret_bytes) {
    const struct os_walk_options options = {
        .size = sizeof options, .errors = true, .links_as_files = true};
    uint64_t bytes = 0;
    int64_t end = ticks() + most;
    bool late = false;
    struct os_walk *walk = os_fwalk(at, ".", &options);
    if (!walk)
        return seam_failure();
    for (struct os_walk_entry *e; !late && (e = os_walk_next(walk));) {
        if (!e->error)
            count_walked(e, &bytes);
        late = most >= 0 && ticks() > end;
    }
    int r = late ? -ETIME : seam_failure();
    os_walk_close(walk);
    *ret_bytes = bytes;
    return r;
}

/* A tree of a million files is counted once. */
int forget_size(const struct journal *j, enum journal_state state, uint64_t id, int64_t most,
                uint64_t *ret_bytes) {
    char name[JOURNAL_ID], path[JOURNAL_ID + sizeof HELD], text[32];
    journal_name(id, name);
    snprintf(path, sizeof path, "%s/" HELD, name);
    AUTO_CLOSE int known = SYS(openat, j->states[state], path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t got = known < 0 ? known : SYS(read, known, text, sizeof text - 1);
    if (got > 0 && text[got - 1] == '\n') {
        text[got] = '\0';
        *ret_bytes = strtoull(text, NULL, 10);
        return 0;
    }
    AUTO_CLOSE int at = journal_open(j, state, id);
    if (at < 0)
        return at;
    int r = count_bytes(at, most, ret_bytes);
    int size = snprintf(text, sizeof text, "%llu\n", (unsigned long long)*ret_bytes);
    AUTO_CLOSE int fd =
        r < 0 ? r
              : SYS(openat, at, HELD, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0)
        write_all(fd, text, (size_t)size);
    return r;
}

static uint64_t count_lines(const char *text, const char *begin) {
    uint64_t count = 0;
    for (const char *line = text; line && (line = strstr(line, begin)); line++)
        count++;
    return count;
}

int forget_count_steps(int at, uint64_t *ret_steps, uint64_t *ret_acts) {
    AUTO_STR s = STR_INIT;
    AUTO_CLOSE int fd = SYS(openat, at, "intent", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int r = fd < 0 ? fd : procfile_load_fd(fd, &s);
    if (r < 0 || s.failed)
        return r < 0 ? r : -ENOMEM;
    *ret_steps = count_lines(s.data, "\n{\"step\":");
    *ret_acts = count_lines(s.data, "\n{\"act\":");
    return 0;
}

/* ---------------------------------------------------------------------- what can be read */

static int open_forgotten(const struct journal *j, bool make) {
    int fd = SYS(openat, j->fd, FORGOTTEN, DIR_OPEN | O_NOFOLLOW);
    if (fd != -ENOENT || !make)
        return fd;
    int r = SYS(mkdirat, j->fd, FORGOTTEN, 0700);
    return r < 0 && r != -EEXIST ? r : SYS(openat, j->fd, FORGOTTEN, DIR_OPEN | O_NOFOLLOW);
}

int forget_open(const struct journal *j, uint64_t id) {
    char name[JOURNAL_ID];
    AUTO_CLOSE int dir = open_forgotten(j, false);
    journal_name(id, name);
    return dir < 0 ? dir : SYS(openat, dir, name, DIR_OPEN | O_NOFOLLOW);
}

long forget_list(const struct journal *j, uint64_t **ret_ids) {
    AUTO_CLOSE int dir = open_forgotten(j, false);
    struct journal other = *j;
    if (dir < 0)
        return dir == -ENOENT ? 0 : dir;
    other.states[JOURNAL_LOG] = dir;
    return journal_list(&other, JOURNAL_LOG, ret_ids);
}

/* The journal may stand on another file system, and goes when nothing is left in it. */
static int copy_readable(int from, int to, const char *name) {
    const struct os_write_file_options options = {
        .size = sizeof options, .mode = 0600, .nosync = true};
    AUTO_STR s = STR_INIT;
    AUTO_CLOSE int fd = SYS(openat, from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int r = fd < 0 ? fd : procfile_load_fd(fd, &s);
    if (r >= 0 && s.failed)
        r = -ENOMEM;
    return r < 0 ? r : contents_replace(to, name, s.data, s.size, &options);
}

/* Links what can be read to forgotten/ID of the state directory; whoever dies half-way has it done again. */
static int keep_readable(const struct journals *js, const struct journal *j, uint64_t id) {
    static const char *const files[] = {"intent", "plan.jsonl"};
    char name[JOURNAL_ID];
    journal_name(id, name);
    AUTO_CLOSE int dir = open_forgotten(js->list[0], true);
    int r = dir < 0 ? dir : SYS(mkdirat, dir, name, 0700);
    AUTO_CLOSE int to = r < 0 && r != -EEXIST ? r : forget_open(js->list[0], id);
    AUTO_CLOSE int from = to < 0 ? to : journal_open(j, JOURNAL_LOG, id);
    if (to < 0 || from < 0)
        return to < 0 ? to : from;
    for (int i = 0; i < 2; i++) {
        r = SYS(linkat, from, files[i], to, files[i], 0);
        if (r == -EXDEV)
            r = copy_readable(from, to, files[i]);
        if (r < 0 && r != -EEXIST && r != -ENOENT)
            return r;
    }
    return 0;
}

/* ---------------------------------------------------------------------------- forgetting */

static struct journal *find_locked(const struct journals *js, const char *uuid) {
    for (size_t i = 0; i < js->count; i++)
        if (js->list[i]->lock >= 0 && strcmp(js->list[i]->uuid, uuid) == 0)
            return js->list[i];
    return NULL;
}

static int drop(const struct journals *js, const struct journal *j, uint64_t id, bool first) {
    int r = first ? keep_readable(js, j, id) : 0;
    if (r >= 0)
        r = journal_move(j, id, JOURNAL_LOG, JOURNAL_TRASH);
    return r == -ENOENT ? 0 : r; /* an earlier attempt came so far */
}

/* Forgets one, in all of its journals; the coordinator's last, as the others ask it whether they are
 * committed. 1, 0 where one of them isn't at hand, or −errno. */
static int forget_one(const struct journals *js, const struct journal *j, uint64_t id) {
    AUTO_TXN head = {0};
    unsigned part;
    AUTO_CLOSE int at = journal_open(j, JOURNAL_LOG, id);
    int r = at < 0 ? at : intent_read_head(&head, at, &part);
    for (size_t i = 0; i < head.part_count && r >= 0; i++) {
        const struct journal *other = find_locked(js, head.parts[i].uuid);
        if (!other)
            return 0;
        r = journal_has(other, JOURNAL_ACTIVE, id);
        if (r > 0)
            return 0;
    }
    for (size_t i = head.part_count; i-- > 0 && r >= 0;)
        r = drop(js, find_locked(js, head.parts[i].uuid), id, i == 0);
    return r < 0 ? r : 1;
}

static int64_t time_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What a journal may hold, and whether its file system is nearly full. */
static uint64_t room_of(const struct journal *j, bool *ret_full) {
    struct statvfs fs;
    *ret_full = false;
    if (SYS(fstatvfs, j->fd, &fs) < 0)
        return most_bytes;
    uint64_t whole = (uint64_t)fs.f_blocks * fs.f_frsize, share = whole / SHARE;
    *ret_full = (uint64_t)fs.f_bavail * fs.f_frsize < share;
    return share < most_bytes ? share : most_bytes;
}

static int64_t age_of(const struct journal *j, uint64_t id) {
    AUTO_TXN head = {0};
    unsigned part;
    AUTO_CLOSE int at = journal_open(j, JOURNAL_LOG, id);
    return at < 0 || intent_read_head(&head, at, &part) < 0 ? 0 : time_now() - head.time;
}

/* How many at the beginning of a list are too old: numbers are drawn in the order of time. */
static long count_old(const struct journal *j, const uint64_t *ids, long count) {
    long old = 0;
    while (old < count && age_of(j, ids[old]) > MOST_DAYS * DAY)
        old++;
    return old;
}

/* Its plan has said so; it may be that of a process that died before it came to that. */
static bool is_to_go(const struct journal *j, uint64_t id) {
    char name[JOURNAL_ID], path[JOURNAL_ID + sizeof FORGET_AT_ONCE];
    journal_name(id, name);
    snprintf(path, sizeof path, "%s/" FORGET_AT_ONCE, name);
    return SYS(kernel_faccessat, j->states[JOURNAL_LOG], path, F_OK) >= 0;
}

/* The latest are kept as long as all limits allow: how many were forgotten, or −errno. */
static long forget_in(const struct journals *js, const struct journal *j, int64_t most) {
    AUTO_FREE uint64_t *ids = NULL;
    long count = journal_list(j, JOURNAL_LOG, &ids), forgotten = 0;
    bool full;
    uint64_t room = room_of(j, &full), held = 0;
    long old = count_old(j, ids, count);
    for (long i = count; i-- > 0;) {
        uint64_t bytes = 0;
        bool last = i == count - 1;
        bool over = count - i > MOST_ENTRIES || (full && !last) || i < old || is_to_go(j, ids[i]);
        /* What was done this moment is counted by the next one. */
        if (!over && (!last || most < 0) && forget_size(j, JOURNAL_LOG, ids[i], most, &bytes) >= 0)
            held += bytes;
        if (over || (held > room && !last)) {
            int r = forget_one(js, j, ids[i]);
            if (r < 0)
                return r;
            forgotten += r;
        }
    }
    return count < 0 ? count : forgotten;
}

/* What nobody needs to read any more; or can't be read. */
static bool is_outdated(int dir, const char *name) {
    AUTO_TXN head = {0};
    unsigned part;
    AUTO_CLOSE int at = SYS(openat, dir, name, DIR_OPEN | O_NOFOLLOW);
    return at < 0 || intent_read_head(&head, at, &part) < 0 ||
           time_now() - head.time > READABLE_DAYS * DAY;
}

static void end_reading(const struct journal *j) {
    AUTO_FREE uint64_t *ids = NULL;
    AUTO_CLOSE int dir = open_forgotten(j, false);
    long count = dir < 0 ? 0 : forget_list(j, &ids);
    for (long i = 0; i < count; i++) {
        char name[JOURNAL_ID];
        journal_name(ids[i], name);
        if (!is_outdated(dir, name)) /* those after it are younger */
            break;
        rmtree_quietly(dir, name);
    }
}

void forget_over_limits(struct journals *js) {
    for (size_t i = 0; i < js->count; i++) {
        if (js->list[i]->lock < 0)
            continue;
        forget_in(js, js->list[i], SPARE_TIME);
        end_reading(js->list[i]);
        journal_empty(js->list[i], SPARE_TIME);
    }
}

void forget_at_once(struct journals *js) {
    for (size_t i = 0; i < js->count; i++)
        if (js->list[i]->lock >= 0) {
            journal_empty(js->list[i], -1);
            journals_drop_unused(js, js->list[i]);
        }
}

static int patient(void *data) {
    (void)data;
    return 0;
}

/* All that are asked for: how many were forgotten, or −errno. */
static long forget_asked(struct journals *js, const struct os_forget_options *options) {
    long forgotten = 0;
    bool found = false;
    for (size_t i = 0; i < js->count; i++) {
        const struct journal *j = js->list[i];
        AUTO_FREE uint64_t *ids = NULL;
        long count = journal_list(j, JOURNAL_LOG, &ids);
        if (!options->all && !options->count) {
            long r = count < 0 ? count : forget_in(js, j, -1);
            if (r < 0)
                return r;
            forgotten += r;
            continue;
        }
        for (long k = 0; k < count; k++) {
            bool wanted = options->all;
            for (size_t n = 0; n < options->count; n++)
                wanted |= options->ids[n] == ids[k];
            int r = wanted ? forget_one(js, j, ids[k]) : 0;
            if (r < 0)
                return r;
            forgotten += r;
            found |= wanted;
        }
        if (count < 0)
            return count;
    }
    return options->count && !found ? -ENOENT : forgotten;
}

static long forget(struct journals *js, const struct os_forget_options *options, char **failed) {
    int r = journals_begin(js);
    if (r >= 0)
        r = journals_open_all(js, NULL, NULL);
    for (size_t i = 0; i < js->count; i++)
        js->list[i]->used = true;
    if (r >= 0)
        r = journals_lock(js, options->wait ? patient : NULL, NULL);
    if (r >= 0)
        r = commit_recover(js, failed);
    long forgotten = r < 0 ? r : forget_asked(js, options);
    for (size_t i = 0; i < js->count && forgotten >= 0; i++) {
        end_reading(js->list[i]);
        journal_empty(js->list[i], options->now ? -1 : SPARE_TIME);
    }
    if (forgotten >= 0)
        tries_sweep(js, options->all);
    for (size_t i = 0; i < js->count && forgotten >= 0; i++)
        journals_drop_unused(js, js->list[i]);
    return forgotten;
}

int os_forget(const struct os_forget_options *given) {
    UNCANCELLED;
    struct os_forget_options options;
    struct journals js = {0};
    AUTO_FREE char *failed = NULL;
    long r = options_copy(&options, sizeof options, given);
    while (r >= 0 && (r = forget(&js, &options, &failed)) == -EBUSY && js.vanished) {
        journals_end(&js);
        r = 0;
    }
    int result = PUBLIC((int)r, "forget", failed ? failed : js.failed, NULL);
    int saved = errno;
    journals_end(&js);
    errno = saved;
    return result;
}
