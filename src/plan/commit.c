/* SPDX-License-Identifier: MIT */
/** A plan applied: its net change becomes a transaction, which is staged and committed. */
#include "plan/commit_state.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/at.h"
#include "fs/realpath.h"
#include "plan/forget.h"
#include <fcntl.h>
#include <osier/plan.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    PROGRESS_EVERY = 100 * 1000 * 1000, /* nanoseconds between two calls of on_progress */
    CMDLINE = 64 * 1024,                /* of a command line, what is kept */
};

static int64_t clock_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int commit_pause(void *data) {
    struct commit *c = data;
    if (!c->options.on_progress)
        return 0;
    int64_t now = clock_of(CLOCK_MONOTONIC);
    if (now - c->told < PROGRESS_EVERY)
        return 0;
    c->told = now;
    return c->options.on_progress(&c->progress, c->options.data) ? -ECANCELED : 0;
}

static int wait_for_lock(void *data) {
    const struct commit *c = data;
    return c->options.wait ? commit_pause(data) : -EBUSY;
}

/* -------------------------------------------------------------------------- who did it */

static int note_argv(struct txn *txn) {
    AUTO_STR s = STR_INIT;
    AUTO_LIST list = {0};
    if (procfile_load("/proc/self/cmdline", &s) < 0)
        return 0;
    for (size_t at = 0; at < s.size && at < CMDLINE; at += strlen(s.data + at) + 1)
        list_add_text(&list, s.data + at);
    return s.failed ? -ENOMEM : list_take(&list, &txn->argv);
}

int commit_sign(struct txn *txn, const char *title) {
    struct passwd entry, *found = NULL;
    char room[1024];
    txn->time = clock_of(CLOCK_REALTIME);
    txn->uid = getuid();
    if (SYS_NUMBER(getpwuid_r, getuid(), &entry, room, sizeof room, &found) >= 0 && found &&
        !(txn->user = mem_text(found->pw_name, strlen(found->pw_name))))
        return -ENOMEM;
    if (title && !(txn->title = mem_text(title, strlen(title))))
        return -ENOMEM;
    return note_argv(txn);
}

/* -------------------------------------------------------------------- others on the machine */

static int set_lease(int fd, int type) {
    return fcntl(fd, F_SETLEASE, type);
}

/* Whether somebody has the file open for writing: −ETXTBSY. Who may not ask is not told. */
static int check_writers(int dir, const char *name) {
    AUTO_CLOSE int fd = SYS(openat, dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return 0;
    /* Who opens it in this moment has the lease's holder sent a signal: one that nobody dies of. */
    SYS(fcntl, fd, F_SETSIG, SIGURG);
    int r = SYS(set_lease, fd, F_RDLCK);
    if (r >= 0)
        SYS(set_lease, fd, F_UNLCK);
    return r == -EAGAIN ? -ETXTBSY : 0;
}

static int sync_part(void *data, unsigned part) {
    const struct commit *c = data;
    return stage_sync(&c->stage, part);
}

static int check_again(void *data) {
    struct commit *c = data;
    int r = plan_check(c->plan);
    for (size_t i = 0; i < c->txn.step_count && r >= 0 && !c->options.open_files; i++) {
        struct txn_step *s = &c->txn.steps[i];
        if (!S_ISREG(s->a.mode) || s->kind == TXN_META || (s->kind == TXN_RENAME && s->sign == '>'))
            continue;
        int dir = txn_dir(&c->txn, s->dir);
        r = dir < 0 ? dir : check_writers(dir, s->name);
        if (r < 0)
            c->protocol.failed = s;
    }
    return r;
}

/* -------------------------------------------------------------------------------- the whole */

static int find_root(struct commit *c) {
    char path[sizeof "/proc/self/fd/" + 3 * sizeof(int)];
    snprintf(path, sizeof path, "/proc/self/fd/%d", c->net.root_fd);
    int r = at_readlink(AT_FDCWD, path, &c->root);
    if (r == -ENOENT) /* no /proc */
        r = realpath_resolve(c->net.root, OS_PATH_STRICT, &c->root, NULL);
    if (r >= 0 && strcmp(c->root, "/") == 0)
        c->root[0] = '\0';
    return r;
}

int commit_recover(struct journals *js, char **ret_failed) {
    struct recovery recovery = {.js = js};
    for (size_t i = 0; i < js->count && !recovery.error; i++)
        if (js->list[i]->lock >= 0)
            recover_journal(&recovery, js->list[i]);
    *ret_failed = recovery.failed;
    return recovery.error;
}

static int add_acts(struct commit *c) {
    const struct acts *from = &c->plan->acts;
    c->txn.begun = mem_zalloc(from->count + 1);
    int r = c->txn.begun ? 0 : -ENOMEM;
    for (size_t i = 0; i < from->count && r >= 0; i++)
        r = acts_add(&c->txn.acts, &c->txn.memory, &from->list[i]);
    return r;
}

static int run(struct commit *c) {
    AUTO_FREE char *failed = NULL;
    int r = commit_add_steps(c);
    if (r >= 0)
        r = add_acts(c);
    if (r >= 0)
        r = commit_find_parts(c);
    if (r >= 0)
        r = journals_lock(&c->js, wait_for_lock, c);
    if (r >= 0)
        r = commit_recover(&c->js, &failed);
    if (failed && !c->js.failed)
        c->js.failed = c->js.failed_path = TAKE_POINTER(failed);
    if (r >= 0)
        r = places_begin(&c->places, &c->txn);
    for (size_t i = 0; i < c->net.count && r >= 0; i++) {
        r = commit_look_at_entry(c, i);
        if (r < 0)
            c->failed = c->net.entries[i].path.path;
    }
    if (r >= 0)
        r = plan_hash(c->plan);
    if (r >= 0)
        r = plan_check(c->plan);
    if (r >= 0)
        r = commit_prepare_stage(c);
    if (r >= 0)
        r = commit_sign(&c->txn, c->plan->title);
    c->txn.with = c->options.with;
    if (r < 0)
        return r;
    c->protocol = (struct protocol){.js = &c->js,
                                    .txn = &c->txn,
                                    .sync = sync_part,
                                    .check = check_again,
                                    .pause = commit_pause,
                                    .data = c,
                                    .listener = {c->options.on_act, c->options.data}};
    r = protocol_begin(&c->protocol);
    c->txn.kept = c->txn.id;
    c->txn.forward = true;
    for (size_t i = 0; i < c->txn.part_count; i++)
        c->txn.parts[i].kept = c->txn.parts[i].at;
    if (r >= 0)
        r = commit_stage(c);
    if (r < 0) {
        protocol_drop(&c->protocol);
        return r;
    }
    r = protocol_run(&c->protocol);
    if (c->protocol.done)
        forget_over_limits(&c->js);
    if (c->protocol.done && c->plan->forget)
        forget_at_once(&c->js);
    return r;
}

static void end_attempt(struct commit *c) {
    stage_end(&c->stage);
    places_end(&c->places);
    txn_free(&c->txn);
    free(c->first);
    free(c->dir_journals);
    free(c->table);
    free(c->root);
    c->first = NULL;
    c->dir_journals = NULL;
    c->table = NULL;
    c->root = NULL;
    if (!c->protocol.done)
        journals_drop_new(&c->js);
    journals_end(&c->js);
}

/* The public result, told with the path that it failed with. */
static int tell(struct commit *c, int r) {
    AUTO_FREE char *path = NULL;
    const char *shown = c->js.failed ? c->js.failed : c->failed;
    if (r < 0 && c->protocol.failed) {
        path = txn_path(&c->txn, c->protocol.failed, false);
        shown = path;
    }
    return PUBLIC(r, "plan_apply", shown, NULL);
}

/* A rename from a journal elsewhere may be refused though the mount is the same: by a boundary that
 * only the kernel knows. Nothing has changed then, and the directory's own journal does. */
static bool is_boundary(const struct commit *c, int r) {
    return r == -EXDEV && !c->within && c->protocol.failed &&
           c->protocol.failed->dir2 == TXN_KEPT && !c->protocol.orphaned;
}

/* Whether something else is done in the tree that a step removes. */
static bool is_mixed(const struct commit *c, const struct txn_step *step) {
    AUTO_FREE char *path = txn_path(&c->txn, step, false);
    size_t size = path ? strlen(path) : 0;
    for (size_t i = 0; path && i < c->txn.dir_count; i++) {
        const char *dir = c->txn.dirs[i].before;
        if (dir && strncmp(dir, path, size) == 0 && (dir[size] == '/' || !dir[size]))
            return true;
    }
    return !path;
}

static bool may_be_lower(const struct commit *c, const struct txn_step *s) {
    bool goes = s->sign == '-' || (s->sign == '>' && s->dir2 != TXN_KEPT && !s->b.id.ino);
    return s->kind == TXN_RENAME && goes && S_ISDIR(s->a.mode) &&
           !c->txn.parts[s->part].journal->births && !is_mixed(c, s);
}

/* A directory of a lower layer can't be renamed, but what is in it can: whether it is to be tried so. All
 * that may be such are, as taking it back would change the directories that the plan has seen. */
static bool is_lower(struct commit *c, int r) {
    if (r != -EXDEV || c->pours || !c->protocol.failed || c->protocol.orphaned ||
        !may_be_lower(c, c->protocol.failed))
        return false;
    c->pours = mem_zalloc(c->net.count * sizeof *c->pours);
    for (size_t i = 0; c->pours && i < c->net.count; i++)
        c->pours[i] = may_be_lower(c, &c->txn.steps[c->first[i]]);
    return c->pours;
}

static int attempt(struct commit *c) {
    c->protocol = (struct protocol){0};
    c->failed = NULL;
    int r = journals_begin(&c->js);
    if (r >= 0)
        r = find_root(c);
    return r < 0 ? r : run(c);
}

/* What is forbidden is told before anything is made; about room only the file system knows. */
static int check_refusals(struct commit *c) {
    int r = plan_refusals(c->plan);
    const struct os_plan_refusal *list = (const void *)c->plan->refusals.data;
    for (size_t i = 0; r >= 0 && i < c->plan->refusals.size / sizeof *list; i++)
        if (list[i].error != ENOSPC) {
            c->failed = list[i].path;
            r = -list[i].error;
        }
    return r;
}

int os_plan_apply(struct os_plan *plan, const struct os_plan_apply_options *options,
                  uint64_t *ret_id) {
    UNCANCELLED;
    struct commit c = {.plan = plan};
    int r = options_copy(&c.options, sizeof c.options, options);
    if (r >= 0 && loaded_lacks_contents(plan))
        r = -EPERM;
    if (r >= 0)
        r = plan_net(plan, &c.net);
    if (r >= 0)
        r = plan_check(plan);
    if (r >= 0)
        r = check_refusals(&c);
    if (r < 0)
        return PUBLIC(r, "plan_apply", c.failed ? c.failed : plan->failed, NULL);
    if (c.net.count == 0 && c.plan->acts.count == 0) {
        if (ret_id)
            *ret_id = 0;
        return 0;
    }
    r = attempt(&c);
    for (bool again = false, lower = false;
         (again = c.js.vanished) || (lower = is_lower(&c, r)) || is_boundary(&c, r);) {
        end_attempt(&c);
        c.within |= !lower && !again;
        r = attempt(&c);
    }
    if (c.protocol.done && ret_id)
        *ret_id = c.txn.id;
    r = tell(&c, r);
    int saved = errno;
    end_attempt(&c);
    free(c.pours);
    errno = saved;
    return r;
}
