/* SPDX-License-Identifier: MIT */
/** What the power is cut in: a transaction with a change of every kind, its undo, and recovery.
 *
 *    transaction setup ROOT     the state before
 *    transaction run ROOT       a plan with all kinds of changes, applied
 *    transaction programs ROOT  a state with a file and a service, whose systemctl is in PATH
 *    transaction closed ROOT    a plan for an ordinary user, with directories that he may not enter
 *    transaction machine ROOT   the state before settings: a recorded machine
 *    transaction settings ROOT  several settings of it at once, that go to two files
 *    transaction undo ROOT      the latest transaction taken back
 *    transaction redo ROOT      and that taken back
 *    transaction recover ROOT   what every use of a journal does first
 *
 *  Where ROOT/b is there at setup it is a second file system: the transaction then changes something
 *  there too. The journal is ROOT/.osier. When the call has returned, "done" is written to the file
 *  that CRASH_MARK names. Built with the faults of src/base/fault.c:
 *
 *    CRASH_KILL=N, CRASH_KILL=N:CALL    dies before its N-th call (of that name)
 *    CRASH_FAIL=N:ERRNO                 its N-th call fails
 *    CRASH_SLOW=US                      each call takes so many microseconds more
 *    CRASH_SKIP=N                       a sync of plan/sync.h is left out
 *    CRASH_PLAIN=1                      the file system can't exchange names, nor refuse one
 */
#include <osier.h>

#include "base/fault.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static void die(const char *what) {
    os_perror(what);
    exit(1);
}

#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            die(#call);                                                                            \
    } while (0)

static char *filled(const char *fill, size_t size) {
    char *block = malloc(size + 1);
    for (size_t i = 0; block && i < size; i++)
        block[i] = fill[i % strlen(fill)];
    return block;
}

static void put(const char *path, const char *fill, size_t size, mode_t mode) {
    char *block = filled(fill, size);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0 || !block || write(fd, block, size) != (ssize_t)size || fchmod(fd, mode) < 0)
        die(path);
    close(fd);
    free(block);
}

static const char *const others[2][4] = {{"b", "b/conf", "b/gone", "b/made"},
                                         {"c", "c/conf", "c/gone", "c/made"}};

static void setup(void) {
    static const char *const dirs[] = {"conf", "data", "data/tree", "bin", "perm", "mv", "mv2"};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
        OK(mkdir(dirs[i], 0755));
    put("conf/a.conf", "A old ", 9000, 0640);
    if (setxattr("conf/a.conf", "user.k", "v", 1, 0) < 0 && errno != EOPNOTSUPP)
        die("setxattr");
    OK(link("conf/a.conf", "conf/a.hard"));
    put("conf/b.conf", "B old ", 100, 0644);
    put("conf/gone.conf", "gone ", 100, 0644);
    for (int i = 0; i < 20; i++) {
        char path[40];
        snprintf(path, sizeof path, "data/tree/f%d", i);
        put(path, "leaf ", 5000, 0644);
    }
    OK(symlink("../conf/b.conf", "bin/link"));
    put("perm/p", "p ", 10, 0644);
    put("perm/source", "S new ", 12000, 0644);
    put("perm/one", "S old ", 9000, 0644);
    OK(link("perm/one", "perm/two"));
    put("mv/src", "m ", 10, 0644);
    put("mv/into", "i ", 10, 0644);
    put("mv/x", "x ", 10, 0644);
    put("mv/y", "y ", 10, 0644);
    for (size_t i = 0; i < 2; i++) /* further file systems, where they are mounted */
        if (access(others[i][0], F_OK) == 0) {
            put(others[i][1], "b old ", 100, 0644);
            put(others[i][2], "b gone ", 100, 0644);
        }
    sync();
}

static void plan_file(struct os_plan *plan, const char *path, const char *fill, size_t size,
                      mode_t mode) {
    const struct os_write_file_options options = {.size = sizeof options, .mode = mode};
    char *block = filled(fill, size);
    if (!block)
        die("malloc");
    OK(os_plan_write_file(plan, path, block, size, &options));
    free(block);
}

static struct os_plan *make_plan(void) {
    const struct os_plan_options options = {
        .size = sizeof options, .title = "crash", .set_umask = true};
    struct os_plan *plan = os_plan(&options);
    if (!plan)
        die("os_plan");
    plan_file(plan, "conf/a.conf", "A new ", 300000, 0640);
    plan_file(plan, "conf/b.conf", "B new ", 5000, 0644);
    OK(os_plan_remove(plan, "conf/gone.conf"));
    plan_file(plan, "conf/new.conf", "N new ", 20, 0600);
    OK(os_plan_mkdir(plan, "newdir", 0755));
    plan_file(plan, "newdir/f0", "in newdir ", 9000, 0644);
    plan_file(plan, "newdir/f1", "in newdir ", 9000, 0644);
    OK(os_plan_rename(plan, "mv/into", "newdir/into"));
    OK(os_plan_rmtree(plan, "data/tree", NULL));
    OK(os_plan_remove(plan, "bin/link"));
    OK(os_plan_symlink(plan, "../conf/new.conf", "bin/link", 0));
    bool root = geteuid() == 0; /* who else may give nothing away */
    OK(os_plan_chown(plan, "perm/p", root ? 1 : geteuid(), root ? 2 : getegid(), 0));
    OK(os_plan_chmod(plan, "perm/p", 04600, 0));
    OK(os_plan_copyfile(plan, "perm/source", "perm/one", NULL)); /* in place, for both names */
    OK(os_plan_rename(plan, "mv/src", "mv2/dst"));
    OK(os_plan_rename(plan, "mv/x", "mv/tmp"));
    OK(os_plan_rename(plan, "mv/y", "mv/x"));
    OK(os_plan_rename(plan, "mv/tmp", "mv/y"));
    for (size_t i = 0; i < 2; i++)
        if (access(others[i][0], F_OK) == 0) {
            plan_file(plan, others[i][1], "b new ", 9000, 0640);
            OK(os_plan_remove(plan, others[i][2]));
            plan_file(plan, others[i][3], "b made ", 100, 0600);
        }
    return plan;
}

/* What no rename can move on overlayfs without redirect_dir. */
static struct os_plan *make_lower_plan(void) {
    struct os_plan *plan = os_plan(NULL);
    if (!plan)
        die("os_plan");
    plan_file(plan, "conf/b.conf", "B new ", 5000, 0644);
    OK(os_plan_rmtree(plan, "data", NULL));
    OK(os_plan_rename(plan, "mv", "mv2/moved"));
    return plan;
}

/* Directories that their owner, who isn't root, may not enter. */
static struct os_plan *make_closed_plan(void) {
    struct os_plan *plan = os_plan(NULL);
    if (!plan)
        die("os_plan");
    plan_file(plan, "conf/b.conf", "B new ", 5000, 0644);
    OK(os_plan_mkdir(plan, "closed", 0));
    OK(os_plan_makedirs(plan, "full/x", 0755, 0));
    plan_file(plan, "full/x/f", "in full ", 9000, 0644);
    OK(os_plan_chmod(plan, "full/x", 0, 0));
    OK(os_plan_chmod(plan, "full", 0, 0));
    return plan;
}

/* A file, and a service that is started when it is there. */
static struct os_plan *make_programs_plan(void) {
    char *place = os_getcwd(), text[4096];
    snprintf(text, sizeof text,
             "{\"file\":{\"%s/conf/b.conf\":{\"content\":\"new\"}},"
             "\"service\":{\"s\":{\"state\":\"running\",\"enabled\":true}}}",
             place);
    const struct os_state_options options = {.size = sizeof options, .text = text};
    struct os_state *state = os_state("programs.json", &options);
    struct os_plan *plan = state ? os_state_plan(state) : NULL;
    if (!plan)
        die("os_state_plan");
    os_state_close(state);
    free(place);
    return plan;
}

static void tell_conflict(const struct os_undo_conflict *conflict, void *data) {
    (void)data;
    fprintf(stderr, "%s: %s\n", conflict->path, conflict->what);
}

static void tell_recovery(const struct os_recovery *recovery, void *data) {
    (void)data;
    if (recovery->path)
        fprintf(stderr, "%s: left as it is (%s)\n", recovery->path, strerror(recovery->error));
}

/* The number of the latest transaction, whatever it is. */
static uint64_t latest(void) {
    struct os_history *history = os_history();
    const struct os_history_entry *entry = history ? os_history_next(history) : NULL;
    uint64_t id = entry ? entry->id : 0;
    os_history_close(history);
    return id;
}

static void make_machine(void) {
    static const char *const files[][2] = {
        {"etc/sysctl.d/60-osier.conf", "# mine\na.one = 1\nb.other = 5\n"},
        {"etc/sysctl.d/70-later.conf", "c.three = 3\n"},
        {"etc/sysctl.d/99-zz-osier.conf", "d.four = 4\n"},
    };
    OK(os_makedirs("etc/sysctl.d", 0755, 0));
    OK(os_makedirs("proc/sys", 0755, 0));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        OK(os_write_file(files[i][0], files[i][1], strlen(files[i][1]), NULL));
}

/* The third is refused where it goes first, so that two files change. */
static int set_settings(uint64_t *ret_id) {
    char *const *words = OS_ARGV("a.one=7", "b.two=8", "c.three=9", "e.five=10");
    return os_set_settings(OS_SETTINGS_SYSCTL, words, OS_SETTING_PERSISTENT | OS_SETTING_FORCE,
                           NULL, ret_id);
}

static void mark(const char *text) {
    const char *path = getenv("CRASH_MARK");
    int fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    if (fd >= 0 && write(fd, text, strlen(text)) < 0)
        die(text);
}

static void arm(void) {
    const char *kill = getenv("CRASH_KILL"), *fail = getenv("CRASH_FAIL"),
               *slow = getenv("CRASH_SLOW"), *skip = getenv("CRASH_SKIP");
    char *rest;
    if (slow)
        fault_slow((unsigned)atoi(slow));
    if (skip)
        fault_skipped_sync = atoi(skip);
    const char *whole = getenv("CRASH_WHOLE");
    if (whole)
        fault_whole_sync = atoi(whole);
    fault_plain_renames = getenv("CRASH_PLAIN") != NULL;
    if (kill) {
        long n = strtol(kill, &rest, 10);
        fault_arm_call(*rest ? rest + 1 : NULL, n, FAULT_KILL);
    }
    if (fail) {
        long n = strtol(fail, &rest, 10);
        fault_arm(n, atoi(rest + 1));
    }
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 64;
    const char *verb = argv[1];
    struct os_plan *plan = NULL;
    const struct os_undo_options undo = {.size = sizeof undo, .on_conflict = tell_conflict};
    const struct os_recover_options recover = {.size = sizeof recover,
                                               .wait = true, /* a child that isn't a program yet
                                                                may have the lock for a moment */
                                               .on_recovery = tell_recovery};
    umask(0);
    OK(chdir(argv[2]));
    OK(setenv("OSIER_STATE", ".osier", 1));
    if (strcmp(verb, "setup") == 0) {
        setup();
        return 0;
    }
    if (strcmp(verb, "machine") == 0) {
        make_machine();
        return 0;
    }
    bool settings = strcmp(verb, "settings") == 0;
    if (settings)
        OK(os_set_root("."));
    if (strcmp(verb, "run") == 0)
        plan = make_plan();
    if (strcmp(verb, "lower") == 0)
        plan = make_lower_plan();
    if (strcmp(verb, "programs") == 0)
        plan = make_programs_plan();
    if (strcmp(verb, "closed") == 0)
        plan = make_closed_plan();
    uint64_t id = strcmp(verb, "redo") == 0 ? latest() : 0, done = 0;
    arm();
    int r = settings                      ? set_settings(&done)
            : plan                        ? os_plan_apply(plan, NULL, &done)
            : strcmp(verb + 2, "do") == 0 ? os_undo(id, &undo, &done)
                                          : os_recover(&recover);
    const char *victim = fault_disarm(NULL);
    if (victim)
        printf("%s\n", victim); /* so that who counts calls knows that there was one */
    if (r < 0 && done)
        puts("stands"); /* a sync has failed behind the commit */
    if (r < 0)
        die(verb);
    mark("done");
    os_plan_close(plan);
    return 0;
}
