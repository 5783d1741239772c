/* SPDX-License-Identifier: MIT */
/** Faults in plans: whatever fails, nothing on the disk changes, and nothing is left of the plan. */
#include "faults.h"

#include <sys/stat.h>

static struct os_stat_result st;

static int any_failure(const char *call, int number) {
    (void)call, (void)number;
    return -1;
}

/* What the disk doesn't tell may be told by another call, or leave a question open. */
#define TREE                                                                                       \
    .tree = "a d/ d/f=text d/e/ d/e/g d/x/ d/x/y/ l->d x/", .operation = ANY_NAME,                 \
    .filename = ANY_NAME, .filename2 = ANY_NAME, .absorbs = "*", .maps = any_failure

/* A plan for one call, which is over with it. */
static long over(struct os_plan *plan, long r) {
    int saved = errno;
    os_plan_close(plan);
    errno = saved;
    return r;
}

#define PLAN_FAULT(name, ...)                                                                      \
    FAULT(os_plan_##name, TREE) {                                                                  \
        struct os_plan *plan = os_plan(NULL);                                                      \
        return over(plan, plan ? os_plan_##name(plan, __VA_ARGS__) : -1);                          \
    }
#define PLAN_FAULT_BLOCK(name, ...)                                                                \
    FAULT(os_plan_##name, TREE) {                                                                  \
        struct os_plan *plan = os_plan(NULL);                                                      \
        return over(plan, plan ? fault_free(os_plan_##name(plan, __VA_ARGS__)) : -1);              \
    }
/* A question has no errno of its own. */
#define PLAN_FAULT_QUESTION(name, ...)                                                             \
    FAULT(os_plan_##name, TREE) {                                                                  \
        struct os_plan *plan = os_plan(NULL);                                                      \
        if (plan)                                                                                  \
            os_plan_##name(plan, __VA_ARGS__);                                                     \
        return over(plan, plan ? 0 : -1);                                                          \
    }

NO_FAULT(os_plan_close)
NO_FAULT(os_plan_count)
NO_FAULT(os_plan_secret)
NO_FAULT(os_plan_forget)
NO_FAULT(os_plan_conflicts)
NO_FAULT(os_plan_in_journal)
NO_FAULT(os_plan_walk_close)

FAULT(os_plan, .operation = ANY_NAME, .absorbs = "*", .maps = any_failure) {
    struct os_plan *plan = os_plan(NULL);
    return over(plan, plan ? 0 : -1);
}

PLAN_FAULT(mkdir, "n", 0755)
PLAN_FAULT(makedirs, "d/n/o", 0755, 0)
PLAN_FAULT(rmdir, "x")
PLAN_FAULT(removedirs, "d/x/y")
PLAN_FAULT(remove, "l/f")
PLAN_FAULT(rename, "d", "n")
PLAN_FAULT(replace, "a", "d/f")
PLAN_FAULT(renames, "d/f", "n/o")
PLAN_FAULT(link, "a", "n", 0)
PLAN_FAULT(symlink, "x", "n", 0)
PLAN_FAULT(chmod, "a", 0600, 0)
PLAN_FAULT(chown, "a", 1, 1, 0)
PLAN_FAULT(utime, "a", 1, 1, 0)
PLAN_FAULT(truncate, "a", 0)
PLAN_FAULT(setxattr, "a", "user.a", "x", 1, 0, 0)
FAULT(os_plan_removexattr, TREE) {
    struct os_plan *plan = os_plan(NULL);
    long r = plan ? os_plan_setxattr(plan, "a", "user.a", "x", 1, 0, 0) : -1;
    return over(plan, r < 0 ? r : os_plan_removexattr(plan, "a", "user.a", 0));
}
PLAN_FAULT(mkfifo, "n", 0600)
PLAN_FAULT(mknod, "n", S_IFREG | 0600, 0)
PLAN_FAULT(copyfile, "a", "n", NULL)
PLAN_FAULT(copy, "a", "d", NULL)
PLAN_FAULT(copy2, "a", "d/f", NULL)
PLAN_FAULT(copytree, "d", "n", NULL)
PLAN_FAULT(move, "a", "d", NULL)
PLAN_FAULT(rmtree, "d", NULL)
PLAN_FAULT(chmodtree, "d", 0600, 0700, NULL)
PLAN_FAULT(chowntree, "d", 1, 1, NULL)
PLAN_FAULT(write_file, "a", "new", 3,
           &(struct os_write_file_options){.size = sizeof(struct os_write_file_options),
                                           .keep_mode = true})
PLAN_FAULT(stat, "l", &st)
/* Names in a tree that is gone are looked for. */
FAULT(os_plan_lstat, TREE) {
    struct os_plan *plan = os_plan(NULL);
    bool planned =
        plan && os_plan_link(plan, "a", "d/h", 0) == 0 && os_plan_rmtree(plan, "d", NULL) == 0;
    return over(plan, planned ? os_plan_lstat(plan, "a", &st) : -1);
}
PLAN_FAULT_BLOCK(readlink, "l")
PLAN_FAULT_BLOCK(listdir, "d")
PLAN_FAULT_BLOCK(scandir, "d", &(size_t){0})
PLAN_FAULT_BLOCK(read_file, "a", NULL)
FAULT(os_plan_getxattr, TREE) {
    struct os_plan *plan = os_plan(NULL);
    size_t size;
    long r = plan ? os_plan_setxattr(plan, "a", "user.a", "x", 1, 0, 0) : -1;
    return over(plan, r < 0 ? r : fault_free(os_plan_getxattr(plan, "a", "user.a", 0, &size)));
}
PLAN_FAULT_BLOCK(listxattr, "a", 0)
PLAN_FAULT_BLOCK(glob, "d/**/*", OS_RECURSIVE)
PLAN_FAULT_QUESTION(path_exists, "l")
PLAN_FAULT_QUESTION(path_lexists, "l")
PLAN_FAULT_QUESTION(isfile, "l")
PLAN_FAULT_QUESTION(isdir, "l")
PLAN_FAULT_QUESTION(islink, "l")
PLAN_FAULT(note, "from")
NO_FAULT(os_plan_step)
PLAN_FAULT_BLOCK(text, NULL)
FAULT(os_plan_digest, TREE) {
    struct os_plan *plan = os_plan(NULL);
    return over(plan, plan ? fault_free(os_plan_digest(plan)) : -1);
}
FAULT(os_plan_check, TREE) {
    struct os_plan *plan = os_plan(NULL);
    return over(plan, plan ? os_plan_check(plan) : -1);
}

static long walk_all(struct os_plan *plan) {
    struct os_plan_walk *walk = os_plan_walk(plan, "d", NULL);
    if (!walk)
        return -1;
    while (os_plan_walk_next(walk))
        ;
    long r = errno ? -1 : 0;
    os_plan_walk_close(walk);
    return r;
}
FAULT(os_plan_walk, TREE) {
    struct os_plan *plan = os_plan(NULL);
    return over(plan, plan ? walk_all(plan) : -1);
}
FAULT(os_plan_walk_next, TREE) {
    struct os_plan *plan = os_plan(NULL);
    return over(plan, plan ? walk_all(plan) : -1);
}

/* A plan with an entry of each kind, and what is made of it. */
static long make_plan(struct os_plan *plan) {
    if (os_plan_rename(plan, "d", "m") < 0 || os_plan_copytree(plan, "m", "n", NULL) < 0 ||
        os_plan_write_file(plan, "n/e/h", "new", 3, NULL) < 0 || os_plan_chmod(plan, "a", 0, 0) < 0)
        return -1;
    os_plan_path_exists(plan, "l");
    return 0;
}

static int drop(const char *text, size_t size, void *data) {
    (void)text, (void)size, (void)data;
    return 0;
}

FAULT(os_plan_entries, TREE) {
    struct os_plan *plan = os_plan(NULL);
    const struct os_plan_entry *list;
    size_t count;
    long r = plan ? make_plan(plan) : -1;
    return over(plan, r < 0 ? r : os_plan_entries(plan, &list, &count));
}
FAULT(os_plan_diff, TREE) {
    struct os_plan *plan = os_plan(NULL);
    long r = plan ? make_plan(plan) : -1;
    return over(plan, r < 0 ? r : os_plan_diff(plan, NULL, drop, NULL));
}
FAULT(os_plan_refusals, TREE) {
    struct os_plan *plan = os_plan(NULL);
    const struct os_plan_refusal *list;
    size_t count;
    long r = plan ? make_plan(plan) : -1;
    return over(plan, r < 0 ? r : os_plan_refusals(plan, &list, &count));
}
FAULT(os_plan_save, TREE, .leaves_files = true) {
    struct os_plan *plan = os_plan(NULL);
    long r = plan ? make_plan(plan) : -1;
    return over(plan, r < 0 ? r : os_plan_save(plan, "p"));
}

static void save(void) {
    struct os_plan *plan = os_plan(NULL);
    assert_int_equal(make_plan(plan), 0);
    assert_int_equal(os_plan_save(plan, "p"), 0);
    os_plan_close(plan);
}
/* Secrets, and the key that they are noted with. */
static long make_secrets(struct os_plan *plan) {
    if (os_plan_mkdir(plan, "n", 0755) < 0 || os_plan_secret_from(plan, "file:d/f") < 0 ||
        os_plan_write_file(plan, "n/s", "text", 4, NULL) < 0 ||
        os_plan_secret_from(plan, "file:d/f") < 0)
        return -1;
    return os_plan_write_file(plan, "d/f", "text", 4, NULL);
}
static void save_secrets(void) {
    fault_make_journal();
    struct os_plan *plan = os_plan(NULL);
    assert_int_equal(make_secrets(plan), 0);
    assert_int_equal(os_plan_save(plan, "p"), 0);
    os_plan_close(plan);
}
#define KEY .after = fault_clear_journal
PLAN_FAULT(secret_from, "env:TOKEN")
FAULT(os_plan_secrets, TREE) {
    struct os_plan *plan = os_plan(NULL);
    const struct os_plan_secret *list;
    size_t count;
    long r = plan ? make_secrets(plan) : -1;
    return over(plan, r < 0 ? r : os_plan_secrets(plan, &list, &count));
}
FAULT_CASE(os_plan_save, secrets, TREE, KEY, .before = fault_make_journal, .leaves_files = true) {
    struct os_plan *plan = os_plan(NULL);
    long r = plan ? make_secrets(plan) : -1;
    return over(plan, r < 0 ? r : os_plan_save(plan, "p"));
}
FAULT_CASE(os_plan_check, secrets, TREE, KEY, .before = save_secrets) {
    struct os_plan *plan = os_plan_load("p");
    return over(plan, plan ? os_plan_check(plan) : -1);
}
FAULT(os_plan_load, TREE, .before = save) {
    struct os_plan *plan = os_plan_load("p");
    return over(plan, plan ? 0 : -1);
}
FAULT_CASE(os_plan_check, loaded, TREE, .before = save) {
    struct os_plan *plan = os_plan_load("p");
    return over(plan, plan ? os_plan_check(plan) : -1);
}
