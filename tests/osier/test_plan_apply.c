/* SPDX-License-Identifier: MIT */
/** Plans applied, undone and redone: bytes, inodes and all that belongs to them; and refused. */
#include "trees.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

/* A journal of the test's own, beside what it changes. */
static int enter_journal(void **state) {
    if (enter_trees(state) < 0)
        return -1;
    return setenv("OSIER_STATE", "state", 1);
}

static int leave_journal(void **state) {
    unsetenv("OSIER_STATE");
    return leave_trees(state);
}
#define IN_JOURNAL(test) cmocka_unit_test_setup_teardown(test, enter_journal, leave_journal)

static struct os_plan *begin(void) {
    struct os_plan *plan = os_plan(NULL);
    assert_non_null(plan);
    return plan;
}

#define ok(call) assert_return_code(call, errno)

static uint64_t apply(struct os_plan *plan) {
    uint64_t id = 0;
    if (os_plan_apply(plan, NULL, &id) < 0) {
        os_perror("apply");
        fail();
    }
    os_plan_close(plan);
    return id;
}

static uint64_t undo(uint64_t id) {
    uint64_t new = 0;
    if (os_undo(id, NULL, &new) < 0) {
        os_perror("undo");
        fail();
    }
    return new;
}

/* All that stat tells and undo gives back, of everything but the journal, in one text. */
static char *picture(void) {
    FILE *pipe =
        popen("{ find . -mindepth 1 -path ./state -prune -o -type d -printf '%p %i %m %U %G %n\\n'"
              " -o -printf '%p %y %i %m %U %G %n %s %l %T@\\n' | sort;"
              " find . -path ./state -prune -o -type f -print0 | sort -z | xargs -0r cat; }",
              "r");
    char *text = NULL;
    size_t size = 0;
    assert_non_null(pipe);
    FILE *out = open_memstream(&text, &size);
    for (int c; (c = getc(pipe)) != EOF;)
        putc(c, out);
    fclose(out);
    assert_int_equal(pclose(pipe), 0);
    return text;
}

static void assert_picture(char *expected, const char *what) {
    char *now = picture();
    if (strcmp(now, expected) != 0)
        fail_msg("%s:\n%s\nnow:\n%s", what, expected, now);
    free(now);
}

static void plant(void) {
    ok(mkdir("d", 0755));
    ok(mkdir("d/tree", 0700));
    write_text("d/file", "old");
    ok(chmod("d/file", 0640));
    ok(link("d/file", "d/hard"));
    write_text("d/tree/leaf", "leaf");
    write_text("d/gone", "gone");
    write_text("d/moved", "moved");
    ok(symlink("file", "d/link"));
    write_text("d/x", "x");
    write_text("d/y", "y");
    if (setxattr("d/file", "user.k", "v", 1, 0) < 0)
        assert_int_equal(errno, EOPNOTSUPP);
}

static struct os_plan *plan_of_all_kinds(void) {
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "d/file", "new", 3, NULL));
    ok(os_plan_write_file(plan, "d/made", "made", 4, NULL));
    ok(os_plan_remove(plan, "d/gone"));
    ok(os_plan_rmtree(plan, "d/tree", NULL));
    ok(os_plan_makedirs(plan, "d/a/b", 0755, 0));
    ok(os_plan_write_file(plan, "d/a/b/c", "c", 1, NULL));
    ok(os_plan_rename(plan, "d/moved", "d/a/moved"));
    ok(os_plan_rename(plan, "d/x", "d/t"));
    ok(os_plan_rename(plan, "d/y", "d/x"));
    ok(os_plan_rename(plan, "d/t", "d/y"));
    ok(os_plan_chmod(plan, "d/hard", 0600, 0));
    ok(os_plan_remove(plan, "d/link"));
    ok(os_plan_symlink(plan, "made", "d/link", 0));
    return plan;
}

static void test_all_kinds(void **state) {
    (void)state;
    plant();
    char *before = picture();
    uint64_t id = apply(plan_of_all_kinds());
    assert_text(os_read_file("d/file", NULL), "new");
    assert_text(os_read_file("d/hard", NULL), "old");
    assert_text(os_read_file("d/a/b/c", NULL), "c");
    assert_text(os_read_file("d/a/moved", NULL), "moved");
    assert_text(os_read_file("d/x", NULL), "y");
    assert_text(os_read_file("d/y", NULL), "x");
    assert_text(os_readlink("d/link"), "made");
    assert_int_equal(access("d/tree", F_OK), -1);
    char *after = picture();
    uint64_t undone = undo(id);
    assert_picture(before, "before");
    uint64_t redone = undo(undone);
    assert_picture(after, "after");
    undo(redone);
    assert_picture(before, "before");
    free(before);
    free(after);
}

static void test_xattrs_come_back(void **state) {
    (void)state;
    plant();
    char value[8];
    if (getxattr("d/file", "user.k", value, sizeof value) < 0)
        skip();
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "d/file", "new", 3, NULL));
    ok(os_plan_setxattr(plan, "d/gone", "user.g", "1", 1, 0, 0));
    uint64_t id = apply(plan);
    assert_int_equal(getxattr("d/file", "user.k", value, sizeof value), -1);
    assert_int_equal(getxattr("d/gone", "user.g", value, sizeof value), 1);
    undo(id);
    assert_int_equal(getxattr("d/file", "user.k", value, sizeof value), 1);
    assert_int_equal(getxattr("d/gone", "user.g", value, sizeof value), -1);
}

/* What is applied can't be read in the journal, and so can't be applied from there. */
static void test_a_secret_leaves_no_trace(void **state) {
    (void)state;
    struct os_plan *plan = begin();
    os_plan_secret(plan);
    ok(os_plan_write_file(plan, "key", "hush-hush", 9, NULL));
    ok(os_plan_write_file(plan, "other", "seen", 4, NULL));
    uint64_t id = apply(plan);
    os_autofree char *content = os_read_file("key", NULL);
    assert_string_equal(content, "hush-hush");
    ok(os_remove("key"));
    assert_int_not_equal(system("grep -rq hush-hush state"), 0);
    assert_int_equal(system("grep -rq seen state"), 0);
    plan = os_history_plan(id);
    assert_non_null(plan);
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, EPERM);
    os_plan_close(plan);
}

/* ------------------------------------------------------------------------- large contents */

enum { LARGE = 64 * 1024 * 1024 };

/* Where the file beside a plan's is that has its large content; the plan's itself is `size` bytes. */
static char *beside(const char *plan_path, size_t *size) {
    struct stat st;
    ok(stat(plan_path, &st));
    *size = (size_t)st.st_size;
    os_autofree char **found = os_glob("plans/sha256-*", 0);
    assert_non_null(found);
    return found[0] ? strdup(found[0]) : NULL;
}

static void refused(const char *path, int error) {
    assert_null(os_plan_load(path));
    assert_int_equal(errno, error);
}

/* What is larger than the bound stands in a file beside the plan's, and is looked at when it is loaded and once
 * more when it is applied. */
static void test_large_contents(void **state) {
    (void)state;
    size_t size;
    char *content = calloc(1, LARGE + 1);
    assert_non_null(content);
    content[LARGE - 1] = 'x';
    ok(mkdir("plans", 0700) | mkdir("other", 0700));
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "at", content, LARGE, NULL));
    ok(os_plan_save(plan, "plans/at.plan"));
    assert_null(beside("plans/at.plan", &size));
    assert_true(size > LARGE);
    ok(os_remove("plans/at.plan"));
    ok(os_plan_write_file(plan, "above", content, LARGE + 1, NULL));
    ok(os_plan_remove(plan, "at"));
    ok(os_plan_save(plan, "plans/p"));
    ok(os_plan_save(plan, "plans/p")); /* what is there is left there */
    os_plan_close(plan);
    os_autofree char *large = beside("plans/p", &size);
    assert_non_null(large);
    assert_true(size < 4096);

    plan = os_plan_load("plans/p");
    assert_non_null(plan);
    ok(os_plan_save(plan, "other/p"));
    os_plan_close(plan);
    ok(truncate(large, LARGE));
    refused("plans/p", EBADMSG);
    ok(truncate(large, LARGE + 2));
    refused("plans/p", EBADMSG);
    ok(truncate(large, LARGE + 1)); /* as it was, and then another one of that size */
    int fd = open(large, O_WRONLY);
    assert_int_equal(pwrite(fd, "y", 1, LARGE - 1), 1);
    refused("plans/p", EBADMSG);
    assert_int_equal(pwrite(fd, "x", 1, LARGE - 1), 1);
    plan = os_plan_load("plans/p");
    assert_non_null(plan);
    assert_int_equal(pwrite(fd, "y", 1, LARGE - 1), 1); /* since it was loaded */
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, ESTALE);
    assert_int_equal(access("above", F_OK), -1);
    os_plan_close(plan);
    close(fd);
    ok(os_remove(large));
    refused("plans/p", ENOENT);

    plan = os_plan_load("other/p");
    assert_non_null(plan);
    uint64_t id = apply(plan);
    os_autofree char *got = os_read_file("above", &size);
    assert_int_equal(size, LARGE + 1);
    assert_memory_equal(got, content, size);
    plan = os_history_plan(id); /* it can be looked at, as any other */
    assert_non_null(plan);
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    os_plan_close(plan);
    undo(id);
    assert_int_equal(access("above", F_OK), -1);
    free(content);
}

static void test_applied_once(void **state) {
    (void)state;
    plant();
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "d/file", "new", 3, NULL));
    ok(os_plan_apply(plan, NULL, NULL));
    char *after = picture();
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, ESTALE);
    assert_picture(after, "after");
    free(after);
    os_plan_close(plan);
}

/* Nothing of it is kept, but what can be read; nor of one whose process died before it came to that. */
static void test_forgotten_at_once(void **state) {
    (void)state;
    uint64_t ids[2];
    for (int i = 0; i < 2; i++) {
        write_text("old", "old-old");
        struct os_plan *plan = begin();
        ok(os_plan_write_file(plan, "old", "new", 3, NULL));
        const struct os_plan_entry *list;
        size_t count;
        if (i)
            os_plan_forget(plan);
        ok(os_plan_entries(plan, &list, &count));
        assert_int_equal(list[0].undo, i ? OS_PLAN_NEVER : OS_PLAN_EXACT);
        if (i) { /* a plan's file says so, too */
            char path[64];
            snprintf(path, sizeof path, "state/log/%08d/forget", (int)ids[0]);
            write_text(path, "");
            ok(os_plan_save(plan, "p"));
            os_plan_close(plan);
            plan = os_plan_load("p");
        }
        ids[i] = apply(plan);
        assert_int_equal(system("grep -rq old-old state"), i ? 256 : 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(os_undo(ids[i], NULL, NULL), -1);
        assert_int_equal(errno, ENOENT);
        struct os_plan *plan = os_history_plan(ids[i]);
        assert_non_null(plan);
        os_plan_close(plan);
    }
    os_autofree char *content = os_read_file("old", NULL);
    assert_string_equal(content, "new");
}

/* What may have changed since the plan was made, one at a time. */
static void change_content(void) {
    write_text("d/file", "others");
}
static void change_mode(void) {
    ok(chmod("d/file", 0644));
}
static void replace_file(void) {
    write_text("d/new", "others");
    ok(rename("d/new", "d/file"));
}
static void remove_file(void) {
    ok(unlink("d/gone"));
}
static void take_place(void) {
    write_text("d/made", "others");
}
static void take_target(void) {
    write_text("d/a", "others");
}
static void replace_directory(void) {
    ok(rename("d/tree", "d/tree2"));
    ok(mkdir("d/tree", 0700));
}
static void change_link(void) {
    ok(unlink("d/link"));
    ok(symlink("elsewhere", "d/link"));
}
static void move_directory(void) {
    ok(rename("d", "d2"));
    ok(mkdir("d", 0755));
}
static void link_directory(void) {
    ok(rename("d", "d2"));
    ok(symlink("d2", "d"));
}

static void test_stale(void **state) {
    (void)state;
    static void (*const changes[])(void) = {
        change_content, change_mode,       replace_file, remove_file,    take_place,
        take_target,    replace_directory, change_link,  move_directory, link_directory};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        plant();
        struct os_plan *plan = plan_of_all_kinds();
        changes[i]();
        char *before = picture();
        int r = os_plan_apply(plan, NULL, NULL);
        if (r != -1 || errno != ESTALE)
            fail_msg("change %zu: %d, %s", i, r, strerror(errno));
        assert_picture(before, "before");
        free(before);
        os_plan_close(plan);
        assert_int_equal(system("rm -rf d d2"), 0);
    }
}

/* What the plan has seen of a directory is whether it is there, and its names where it was listed: that
 * somebody makes another name in it meanwhile changes its times only. A listing without that name is refused. */
static void test_busy_directories(void **state) {
    (void)state;
    ok(mkdir("d", 0755));
    ok(mkdir("listed", 0755));
    struct os_plan *plan = begin();
    ok(os_plan_makedirs(plan, "d", 0777, OS_EXIST_OK));
    free(os_plan_listdir(plan, "listed"));
    ok(os_plan_write_file(plan, "d/f", "x", 1, NULL));
    ok(os_write_file("d/foreign", "x", 1, NULL));
    ok(chmod("listed", 0755)); /* its time of change is another one */
    undo(apply(plan));
    assert_true(os_path_exists("d/foreign"));
    assert_false(os_path_exists("d/f"));
    plan = begin();
    free(os_plan_listdir(plan, "listed"));
    ok(os_plan_write_file(plan, "d/f", "x", 1, NULL));
    ok(mkdir("listed/foreign", 0755));
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, ESTALE);
    const struct os_plan_conflict *conflicts;
    assert_int_equal(os_plan_conflicts(plan, &conflicts), 1);
    assert_string_equal(strrchr(conflicts[0].path, '/'), "/listed");
    os_plan_close(plan);
}

static void collect(const struct os_undo_conflict *conflict, void *data) {
    char *text = data;
    sprintf(text + strlen(text), "%s: %s;", strrchr(conflict->path, '/') + 1, conflict->what);
}

static void test_undo_conflicts(void **state) {
    (void)state;
    plant();
    uint64_t id = apply(plan_of_all_kinds());
    write_text("d/file", "theirs");
    write_text("d/gone", "theirs");
    write_text("d/a/b/more", "theirs");
    ok(chmod("d/made", 0600));
    ok(unlink("d/x"));
    char *now = picture(), text[1000] = "";
    const struct os_undo_options options = {
        .size = sizeof options, .on_conflict = collect, .data = text};
    assert_int_equal(os_undo(id, &options, NULL), -1);
    assert_int_equal(errno, ESTALE);
    assert_picture(now, "untouched");
    free(now);
    static const char *const expected[] = {
        "file: its content was changed;", "gone: something was put there;",
        "a: something in it was changed, added or removed;", "made: its owner or mode was changed;",
        "x: it is gone;"};
    size_t size = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        if (!strstr(text, expected[i]))
            fail_msg("%s is missing in %s", expected[i], text);
        size += strlen(expected[i]);
    }
    assert_int_equal(strlen(text), size);
}

static void test_undo_of_some(void **state) {
    (void)state;
    plant();
    char *before = picture();
    uint64_t id = apply(plan_of_all_kinds());
    const char *const paths[] = {"d/file", "d/tree", NULL}, *const none[] = {"d/nowhere", NULL};
    struct os_undo_options options = {.size = sizeof options, .paths = paths};
    ok(os_undo(id, &options, NULL));
    assert_text(os_read_file("d/file", NULL), "old");
    assert_text(os_read_file("d/tree/leaf", NULL), "leaf");
    assert_int_equal(access("d/gone", F_OK), -1);
    assert_int_equal(os_undo(id, &options, NULL), -1);
    assert_int_equal(errno, EALREADY);
    options.paths = none;
    assert_int_equal(os_undo(id, &options, NULL), -1);
    assert_int_equal(errno, ENOENT);
    undo(id); /* the rest */
    assert_picture(before, "before");
    assert_int_equal(os_undo(id, NULL, NULL), -1);
    assert_int_equal(errno, EALREADY);
    free(before);
}

static void name_later(const struct os_undo_conflict *conflict, void *data) {
    *(uint64_t *)data = conflict->later;
}

static void test_later_transactions(void **state) {
    (void)state;
    write_text("f", "1");
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "f", "2", 1, NULL));
    uint64_t first = apply(plan), later = 0;
    plan = begin();
    ok(os_plan_write_file(plan, "f", "3", 1, NULL));
    uint64_t second = apply(plan);
    const struct os_undo_options options = {
        .size = sizeof options, .on_conflict = name_later, .data = &later};
    assert_int_equal(os_undo(first, &options, NULL), -1);
    assert_int_equal(errno, ESTALE);
    assert_int_equal(later, second);
    undo(0);
    assert_text(os_read_file("f", NULL), "2");
    undo(0);
    assert_text(os_read_file("f", NULL), "1");
    assert_int_equal(os_undo(0, NULL, NULL), -1);
    assert_int_equal(errno, ENOENT);
}

/* A file that was touched, or written anew with the same bytes, is what it was. */
static void test_undo_compares_contents(void **state) {
    (void)state;
    const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    write_text("old", "same");
    write_text("source", "copied");
    write_text("f", "old");
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "f", "new", 3, NULL));
    ok(os_plan_copyfile(plan, "source", "g", NULL));
    uint64_t id = apply(plan);
    write_text("f", "new");
    ok(utimensat(AT_FDCWD, "g", long_ago, 0));
    id = undo(id);
    assert_text(os_read_file("f", NULL), "old");
    assert_int_equal(access("g", F_OK), -1);
    ok(utimensat(AT_FDCWD, "f", long_ago, 0));
    id = undo(id);
    assert_text(os_read_file("f", NULL), "new");
    assert_text(os_read_file("g", NULL), "copied");
    write_text("g", "COPIED"); /* as long, and no more the same */
    assert_int_equal(os_undo(id, NULL, NULL), -1);
    assert_int_equal(errno, ESTALE);
    assert_text(os_read_file("f", NULL), "new");
}

static void test_undo_by_force(void **state) {
    (void)state;
    write_text("changed", "old");
    write_text("replaced", "old");
    write_text("lost", "old");
    write_text("gone", "old");
    ok(mkdir("tree", 0755));
    write_text("tree/leaf", "old");
    char *before = picture();
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "changed", "new", 3, NULL));
    ok(os_plan_write_file(plan, "replaced", "new", 3, NULL));
    ok(os_plan_write_file(plan, "lost", "new", 3, NULL));
    ok(os_plan_write_file(plan, "made", "new", 3, NULL));
    ok(os_plan_write_file(plan, "made too", "new", 3, NULL));
    ok(os_plan_mkdir(plan, "dir", 0755));
    ok(os_plan_remove(plan, "gone"));
    ok(os_plan_rename(plan, "tree/leaf", "dir/leaf"));
    ok(os_plan_rmtree(plan, "tree", NULL));
    uint64_t id = apply(plan);
    write_text("changed", "theirs, longer");
    write_text("theirs", "theirs");
    ok(rename("theirs", "replaced"));
    ok(unlink("lost"));
    ok(unlink("made"));
    ok(chmod("made too", 0600));
    write_text("dir/more", "theirs");
    write_text("gone", "theirs");
    ok(mkdir("tree", 0700));
    write_text("tree/more", "theirs");
    char *now = picture();
    assert_int_equal(os_undo(id, NULL, NULL), -1);
    assert_int_equal(errno, ESTALE);
    assert_picture(now, "untouched");
    const struct os_undo_options options = {.size = sizeof options, .force = true};
    ok(os_undo(id, &options, &id));
    assert_picture(before, "before");
    id = undo(id); /* what was theirs comes back */
    assert_picture(now, "theirs");
    undo(id);
    assert_picture(before, "before, once more");
    free(before);
    free(now);
}

static void test_what_force_cant(void **state) {
    (void)state;
    plant();
    struct os_plan *plan = begin();
    ok(os_plan_rename(plan, "d/moved", "d/elsewhere"));
    ok(os_plan_chmod(plan, "d/x", 0600, 0));
    uint64_t id = apply(plan);
    write_text("theirs", "theirs");
    ok(rename("theirs", "d/elsewhere"));
    ok(chmod("d/x", 0640));
    char *now = picture(), text[1000] = "";
    const struct os_undo_options options = {
        .size = sizeof options, .force = true, .on_conflict = collect, .data = text};
    assert_int_equal(os_undo(id, &options, NULL), -1);
    assert_int_equal(errno, ESTALE);
    assert_picture(now, "untouched");
    assert_non_null(strstr(text, "elsewhere: something else is there;"));
    assert_non_null(strstr(text, "x: its owner, mode, attributes or times were changed;"));
    free(now);
}

/* The directory that something was moved out of is gone, and somebody makes one of that name. */
static void test_place_of_a_removed_directory(void **state) {
    (void)state;
    plant();
    char *before = picture();
    struct os_plan *plan = begin();
    ok(os_plan_rename(plan, "d/tree/leaf", "d/leaf"));
    ok(os_plan_rmtree(plan, "d/tree", NULL));
    uint64_t id = apply(plan);
    ok(mkdir("d/tree", 0700));
    write_text("d/tree/leaf", "theirs");
    char *now = picture(), text[1000] = "";
    const struct os_undo_options options = {
        .size = sizeof options, .on_conflict = collect, .data = text};
    assert_int_equal(os_undo(id, &options, NULL), -1);
    assert_int_equal(errno, ESTALE);
    assert_string_equal(text, "tree: something was put there;");
    assert_picture(now, "untouched");
    ok(rename("d/tree", "theirs"));
    undo(id);
    assert_text(os_read_file("theirs/leaf", NULL), "theirs");
    ok(unlink("theirs/leaf"));
    ok(rmdir("theirs"));
    assert_picture(before, "before");
    free(before);
    free(now);
}

/* An overlay whose lower layer is a tree: its directories can't be renamed. */
static void enter_overlay(void) {
    static const char *const dirs[] = {"low", "up", "work", "merged"};
    for (size_t i = 0; i < 4; i++)
        ok(mkdir(dirs[i], 0755));
    ok(os_makedirs("low/tree/sub/deep", 0750, 0));
    write_text("low/tree/sub/deep/leaf", "leaf");
    write_text("low/tree/file", "file");
    ok(symlink("file", "low/tree/link"));
    ok(mkdir("low/other", 0700));
    ok(chown("low/tree/sub", 5, 6));
    ok(chmod("low/tree/sub", 02750));
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("overlay", "merged", "overlay", 0,
              "lowerdir=low,upperdir=up,workdir=work,redirect_dir=off") < 0)
        skip();
    ok(chdir("merged"));
    write_text("tree/sub/new", "new");
}

static void leave_overlay(void) {
    ok(chdir(".."));
    ok(umount("merged"));
}

/* As picture(), but for the inodes of directories, which are others. */
static char *overlay_picture(void) {
    FILE *pipe = popen("{ find . -mindepth 1 '(' -name state -o -name '.osier-*' ')' -prune -o "
                       "-type d -printf '%p %m %U %G\n' -o "
                       "-printf '%p %y %m %U %G %n %s %l %T@\n' | sort; cat tree*/file 2>&1; }",
                       "r");
    static char text[4096];
    assert_non_null(pipe);
    text[fread(text, 1, sizeof text - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe) & ~0xff00, 0);
    return strdup(text);
}

static void assert_overlay(char *expected) {
    char *now = overlay_picture();
    assert_string_equal(now, expected);
    free(now);
}

static void test_lower_directories(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    enter_overlay();
    char *before = overlay_picture();
    struct os_plan *plan = begin();
    ok(os_plan_rmtree(plan, "tree", NULL));
    ok(os_plan_rename(plan, "other", "renamed"));
    ok(os_plan_write_file(plan, "made", "x", 1, NULL));
    uint64_t id = apply(plan);
    assert_int_equal(access("tree", F_OK), -1);
    assert_int_equal(access("other", F_OK), -1);
    assert_int_equal(access("renamed", F_OK), 0);
    char *after = overlay_picture();
    id = undo(id);
    assert_overlay(before);
    id = undo(id);
    assert_overlay(after);
    undo(id);
    assert_overlay(before);
    free(before);
    free(after);
    leave_overlay();
}

/* What nothing can be done about is told, and nothing has changed. */
static void test_lower_directory_with_more_in_the_plan(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    enter_overlay();
    char *before = overlay_picture();
    struct os_plan *plan = begin();
    ok(os_plan_rename(plan, "tree/sub/deep/leaf", "leaf"));
    ok(os_plan_rmtree(plan, "tree", NULL));
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, EXDEV);
    assert_overlay(before);
    os_plan_close(plan);
    free(before);
    leave_overlay();
}

/* On a file system of its own, a medium say, the journal stands there, and goes with the last that it has; what
 * was forgotten can still be read. */
static void test_a_journal_goes_with_its_last_transaction(void **state) {
    (void)state;
    if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
        mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    ok(mkdir("medium", 0755));
    if (mount("tmpfs", "medium", "tmpfs", 0, "size=16m") < 0)
        skip();
    for (int i = 0; i < 2; i++) { /* and comes again */
        struct os_plan *plan = begin();
        ok(os_plan_write_file(plan, "medium/f", "x", 1, NULL));
        uint64_t id = apply(plan), undone = undo(id);
        assert_int_equal(access("medium/.osier-0/log", F_OK), 0);
        struct os_forget_options options = {.size = sizeof options, .ids = &id, .count = 1};
        assert_int_equal(os_forget(&options), 1);
        assert_int_equal(access("medium/.osier-0/log", F_OK), 0);
        options.ids = &undone;
        assert_int_equal(os_forget(&options), 1);
        os_autofree char **left = os_listdir("medium");
        assert_null(left[0]);
        plan = os_history_plan(id);
        assert_non_null(plan);
        os_plan_close(plan);
        assert_int_equal(os_recover(NULL), 0);
    }
    struct os_plan *plan = begin(); /* what isn't done leaves none */
    ok(os_plan_write_file(plan, "medium/f", "x", 1, NULL));
    write_text("medium/f", "theirs");
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    os_plan_close(plan);
    plan = begin();
    char *large = calloc(1, 17 << 20);
    ok(os_plan_write_file(plan, "medium/g", large, 17 << 20, NULL));
    free(large);
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, ENOSPC);
    os_plan_close(plan);
    os_autofree char **left = os_listdir("medium");
    assert_string_equal(left[0], "f");
    assert_null(left[1]);
    ok(umount("medium"));
}

/* One round of somebody at work on the medium: 0 for success. */
static int work_on_medium(int who, int round) {
    const struct os_forget_options all = {
        .size = sizeof all, .all = true, .now = true, .wait = true};
    const struct os_plan_apply_options patient = {.size = sizeof patient, .wait = true};
    char path[16], text[16];
    if (who >= 2)
        return os_forget(&all) < 0;
    snprintf(path, sizeof path, "medium/%d", who);
    int size = snprintf(text, sizeof text, "%d", round);
    struct os_plan *plan = os_plan(NULL);
    int r = plan ? os_plan_write_file(plan, path, text, (size_t)size, NULL) : -1;
    if (r >= 0)
        r = os_plan_apply(plan, &patient, NULL);
    if (r < 0)
        os_perror("medium");
    os_plan_close(plan);
    return r < 0;
}

/* A journal that goes while others wait for it is made anew by these, and nobody fails. */
static void test_a_journal_goes_beside_others_at_work(void **state) {
    (void)state;
    pid_t children[4];
    if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
        mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    ok(mkdir("medium", 0755));
    if (mount("tmpfs", "medium", "tmpfs", 0, "size=16m") < 0)
        skip();
    for (int who = 0; who < 4; who++)
        if ((children[who] = fork()) == 0) {
            int failed = 0;
            for (int round = 0; round < 40; round++)
                failed += work_on_medium(who, round);
            _exit(failed);
        }
    for (int who = 0; who < 4; who++) {
        int status;
        assert_int_equal(waitpid(children[who], &status, 0), children[who]);
        assert_int_equal(status, 0);
    }
    for (int who = 0; who < 2; who++) {
        char path[16];
        snprintf(path, sizeof path, "medium/%d", who);
        os_autofree char *text = os_read_file(path, NULL);
        assert_string_equal(text, "39");
    }
    ok(umount("medium"));
}

/* Each kind of step, on a directory `d` with a file `f` in it, and an empty directory `e`. */
static int l_rmdir(struct os_plan *p) {
    return os_plan_rmdir(p, "e");
}
static int l_rmtree(struct os_plan *p) {
    return os_plan_rmtree(p, "d", NULL);
}
static int l_rename(struct os_plan *p) {
    return os_plan_rename(p, "d", "n");
}
static int l_rename_over(struct os_plan *p) {
    return os_plan_rename(p, "d", "e");
}
static int l_swap(struct os_plan *p) {
    return os_plan_rename(p, "d", "t") | os_plan_rename(p, "e", "d") | os_plan_rename(p, "t", "e");
}
static int l_replace(struct os_plan *p) {
    return os_plan_rmtree(p, "d", NULL) | os_plan_write_file(p, "d", "x", 1, NULL);
}
static int l_replace_tree(struct os_plan *p) {
    return os_plan_rmtree(p, "d", NULL) | os_plan_makedirs(p, "d/x", 0755, 0);
}
static int l_take_out(struct os_plan *p) {
    return os_plan_rename(p, "d/f", "n") | os_plan_rmtree(p, "d", NULL);
}
static int l_move_into_new(struct os_plan *p) {
    return os_plan_mkdir(p, "n", 0755) | os_plan_rename(p, "d", "n/d");
}
static int l_move_and_write(struct os_plan *p) {
    return os_plan_rename(p, "d", "n") | os_plan_write_file(p, "n/new", "x", 1, NULL);
}
static int l_chmod(struct os_plan *p) {
    return os_plan_chmod(p, "d", 0700, 0) | os_plan_chown(p, "d/f", 7, 8, 0);
}
static int l_write(struct os_plan *p) {
    return os_plan_write_file(p, "d/f", "new", 3, NULL) |
           os_plan_write_file(p, "d/g", "g", 1, NULL);
}
static int l_remove(struct os_plan *p) {
    return os_plan_remove(p, "d/f");
}
static int l_link(struct os_plan *p) {
    return os_plan_mkfifo(p, "d/pipe", 0600) | os_plan_symlink(p, "f", "d/soft", 0);
}
static int l_truncate(struct os_plan *p) {
    return os_plan_truncate(p, "d/f", 1) | os_plan_mkdir(p, "d/sub", 0755);
}
static int l_copytree(struct os_plan *p) {
    return os_plan_copytree(p, "d", "n", NULL);
}

/* What a rename can't do is told before; all else is done and undone. Nothing is left of what isn't done. */
static void lower_case(int (*steps)(struct os_plan *plan), const char *layer, unsigned number,
                       unsigned *told) {
    static const char *const dirs[] = {"low", "up", "work", "merged"};
    const struct os_plan_refusal *refusals;
    size_t count;
    uint64_t id = 0;
    char dir[16];
    snprintf(dir, sizeof dir, "case%u", number);
    ok(mkdir(dir, 0755) | chdir(dir));
    for (size_t i = 0; i < 4; i++)
        ok(mkdir(dirs[i], 0755));
    const char *at = strcmp(layer, "upper") == 0 ? "up" : "low";
    ok(chdir(at) | mkdir("d", 0755) | mkdir("e", 0755) | chdir(".."));
    ok(chdir(at));
    write_text("d/f", "file");
    ok(chdir(".."));
    if (mount("overlay", "merged", "overlay", 0,
              "lowerdir=low,upperdir=up,workdir=work,redirect_dir=off") < 0)
        skip();
    ok(chdir("merged"));
    if (strcmp(layer, "merged") == 0)
        ok(chmod("d", 0750) | chmod("e", 0750));
    char *before = overlay_picture();
    struct os_plan *plan = begin();
    ok(steps(plan));
    ok(os_plan_refusals(plan, &refusals, &count));
    bool refused = count > 0;
    if (refused)
        assert_int_equal(refusals[0].error, EXDEV);
    int r = os_plan_apply(plan, NULL, &id);
    if (refused != (r < 0))
        fail_msg("case %u, %s: told %d, done %d (%s)", number, layer, refused, r, strerror(errno));
    if (r < 0)
        assert_int_equal(errno, EXDEV);
    else
        undo(id);
    assert_overlay(before);
    if (r < 0)
        assert_int_not_equal(system("find . ../up -name '.osier*' | grep -q ."), 0);
    *told += refused;
    os_plan_close(plan);
    free(before);
    ok(chdir(".."));
    ok(umount("merged"));
    ok(chdir(".."));
}

static void test_each_step_in_each_layer(void **state) {
    (void)state;
    static int (*const steps[])(struct os_plan * plan) = {
        l_rmdir,  l_rmtree,   l_rename,        l_rename_over,    l_swap,  l_replace,
        l_write,  l_take_out, l_move_into_new, l_move_and_write, l_chmod, l_replace_tree,
        l_remove, l_link,     l_truncate,      l_copytree};
    static const char *const layers[] = {"lower", "merged", "upper"};
    unsigned told[3] = {0};
    if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
        mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    for (unsigned i = 0; i < 3 * sizeof steps / sizeof *steps; i++)
        lower_case(steps[i / 3], layers[i % 3], i, &told[i % 3]);
    assert_true(told[0] >= 4 && told[1] == told[0] && told[2] == 0);
}

static int die_when_gone(const struct os_progress *progress, void *data) {
    (void)progress;
    if (access(data, F_OK) < 0)
        _exit(0);
    nanosleep(&(struct timespec){.tv_nsec = 110000000}, NULL); /* to be asked before each step */
    return 0;
}

struct told {
    char path[200], kept[200];
    int count, orphans;
};

static void tell_recovery(const struct os_recovery *recovery, void *data) {
    struct told *told = data;
    told->orphans += recovery->orphaned;
    if (!recovery->path)
        return;
    told->count++;
    strcpy(told->path, strrchr(recovery->path, '/') + 1);
    strcpy(told->kept, recovery->kept ? recovery->kept : "");
}

/* What belongs where somebody else's is now stays in the journal, and can be found again. */
static void test_orphans_are_explained(void **state) {
    (void)state;
    char name[] = "a";
    write_text("a", "old");
    write_text("b", "old");
    pid_t pid = fork();
    if (pid == 0) {
        struct os_plan *plan = os_plan(NULL);
        const struct os_plan_apply_options options = {
            .size = sizeof options, .on_progress = die_when_gone, .data = name};
        if (os_plan_remove(plan, "a") < 0 || os_plan_remove(plan, "b") < 0)
            _exit(1);
        os_plan_apply(plan, &options, NULL);
        _exit(2);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(access("a", F_OK), -1);
    write_text("a", "theirs");
    struct told told = {0}, again = {0};
    struct os_recover_options options = {
        .size = sizeof options, .on_recovery = tell_recovery, .data = &told};
    assert_int_equal(os_recover(&options), -1);
    assert_int_equal(errno, ESTALE);
    assert_int_equal(told.orphans, 1);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.path, "a");
    assert_text(os_read_file(told.kept, NULL), "old");
    struct os_history *history = os_history();
    const struct os_history_entry *entry = os_history_next(history);
    assert_true(entry && entry->orphaned);
    options.orphan = entry->id;
    os_history_close(history);
    options.data = &again;
    assert_int_equal(os_recover(&options), 1);
    assert_string_equal(again.path, told.path);
    assert_string_equal(again.kept, told.kept);
    options.orphan++;
    assert_int_equal(os_recover(&options), -1);
    assert_int_equal(errno, ENOENT);
    assert_text(os_read_file("a", NULL), "theirs");
    assert_text(os_read_file("b", NULL), "old");
}

static void test_history_and_forget(void **state) {
    (void)state;
    plant();
    uint64_t id = apply(plan_of_all_kinds()), undone = undo(id);
    struct os_history *history = os_history();
    assert_non_null(history);
    const struct os_history_entry *e = os_history_next(history);
    assert_non_null(e);
    assert_int_equal(e->id, undone);
    assert_int_equal(e->undoes, id);
    e = os_history_next(history);
    assert_non_null(e);
    assert_int_equal(e->id, id);
    assert_int_equal(e->undone_by, undone);
    assert_true(e->held > 0 && e->steps > 8 && !e->forgotten);
    assert_null(os_history_next(history));
    assert_int_equal(errno, 0);
    os_history_close(history);
    const struct os_forget_options options = {.size = sizeof options, .all = true, .now = true};
    assert_int_equal(os_forget(&options), 2);
    assert_int_equal(os_undo(undone, NULL, NULL), -1);
    assert_int_equal(errno, ENOENT);
    history = os_history();
    e = os_history_next(history);
    assert_true(e && e->id == undone && e->forgotten && e->held == 0);
    os_history_close(history);
    struct os_plan *plan = os_history_plan(id);
    assert_non_null(plan);
    os_plan_close(plan);
    struct census left = count_tree("state/trash");
    assert_int_equal(left.directories + left.others, 1);
}

static void test_open_writers(void **state) {
    (void)state;
    write_text("f", "old");
    int fd = open("f", O_WRONLY | O_CLOEXEC);
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "f", "new", 3, NULL));
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, ETXTBSY);
    assert_text(os_read_file("f", NULL), "old");
    const struct os_plan_apply_options options = {.size = sizeof options, .open_files = true};
    ok(os_plan_apply(plan, &options, NULL));
    assert_text(os_read_file("f", NULL), "new");
    close(fd);
    os_plan_close(plan);
}

static int cancel(const struct os_progress *progress, void *data) {
    (void)progress;
    return ++*(int *)data > 0;
}

static void test_cancel(void **state) {
    (void)state;
    plant();
    char *before = picture();
    struct os_plan *plan = plan_of_all_kinds();
    int calls = 0;
    const struct os_plan_apply_options options = {
        .size = sizeof options, .on_progress = cancel, .data = &calls};
    assert_int_equal(os_plan_apply(plan, &options, NULL), -1);
    assert_int_equal(errno, ECANCELED);
    assert_int_equal(calls, 1);
    assert_picture(before, "before");
    free(before);
    os_plan_close(plan);
}

static void test_lock(void **state) {
    (void)state;
    write_text("f", "old");
    ok(os_recover(NULL));
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "f", "new", 3, NULL));
    int fd = open("state/lock", O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0 && flock(fd, LOCK_EX) == 0);
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, EBUSY);
    assert_int_equal(os_recover(NULL), -1);
    assert_int_equal(errno, EBUSY);
    close(fd);
    apply(plan);
}

/* Takes the lock, notes so, and dies while a child that it has started isn't a program yet. */
static void die_with_lock(void) {
    int fd = open("state/lock", O_RDWR | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX) < 0 || ftruncate(fd, 0) < 0 ||
        dprintf(fd, "%d\n", getpid()) < 0)
        _exit(1);
    if (fork() == 0)
        usleep(150 * 1000);
    _exit(0);
}

static void test_lock_left_to_a_child(void **state) {
    (void)state;
    ok(os_recover(NULL));
    for (int reaped = 0; reaped < 2; reaped++) {
        siginfo_t end;
        pid_t pid = fork();
        if (pid == 0)
            die_with_lock();
        assert_int_equal(waitid(P_PID, (id_t)pid, &end, WEXITED | (reaped ? 0 : WNOWAIT)), 0);
        assert_int_equal(end.si_status, 0);
        assert_int_equal(os_recover(NULL), 0);
        if (!reaped)
            assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
}

/* Nobody else may enter a journal; one that others may is not used. */
static void test_journal_is_private(void **state) {
    (void)state;
    write_text("f", "old");
    ok(mkdir("state", 0755));
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "f", "new", 3, NULL));
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, EPERM);
    ok(rmdir("state"));
    ok(symlink(".", "state"));
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    ok(unlink("state"));
    apply(plan);
    struct stat st;
    ok(stat("state", &st));
    assert_int_equal(st.st_mode & 07777, 0700);
}

/* What is made in a directory that gives something to what is made in it is staged in that. */
static void test_birth_context(void **state) {
    (void)state;
    struct stat made, planned;
    ok(mkdir("s", 0755));
    ok(chmod("s", 02755));
    if (geteuid() == 0)
        ok(chown("s", (uid_t)-1, 12345));
    write_text("s/by_hand", "x");
    struct os_plan *plan = begin();
    ok(os_plan_write_file(plan, "s/planned", "x", 1, NULL));
    ok(os_plan_mkdir(plan, "s/dir", 0755));
    apply(plan);
    ok(stat("s/by_hand", &made));
    ok(stat("s/planned", &planned));
    assert_int_equal(made.st_gid, planned.st_gid);
    ok(stat("s/dir", &planned));
    assert_true(planned.st_mode & S_ISGID);
    assert_int_equal(made.st_gid, planned.st_gid);
    ok(os_recover(NULL));
    undo(0);
    assert_int_equal(access("s/planned", F_OK), -1);
}

/* A name that somebody else has taken is not entered, nor one that a link leads away from. */
static void test_journal_of_somebody_else(void **state) {
    (void)state;
    char name[64];
    ok(mkdir("s", 0755));
    ok(chmod("s", 02755));
    ok(mkdir("elsewhere", 0700));
    if (geteuid() == 0)
        ok(chown("s", (uid_t)-1, 12345));
    snprintf(name, sizeof name, "s/.osier-%u", (unsigned)geteuid());
    ok(symlink("../elsewhere", name));
    for (int i = 0; i < 2; i++) { /* the second time it is found again */
        struct os_plan *plan = begin();
        ok(os_plan_write_file(plan, "s/f", i ? "2" : "1", 1, NULL));
        apply(plan);
    }
    assert_int_equal(count_tree("elsewhere").directories + count_tree("elsewhere").others, 1);
    char **names = os_listdir("s");
    size_t count = 0;
    assert_non_null(names);
    while (names[count])
        count++;
    free(names);
    assert_int_equal(count, 3); /* the link, one journal, the file */
    undo(0);
    undo(0);
    assert_int_equal(access("s/f", F_OK), -1);
}

/* What is written in place keeps its inode and its other names. */
static void test_in_place(void **state) {
    (void)state;
    write_text("f", "a longer text");
    ok(link("f", "hard"));
    struct os_plan *plan = begin();
    ok(os_plan_truncate(plan, "f", 3));
    char *before = picture();
    uint64_t id = apply(plan);
    assert_text(os_read_file("hard", NULL), "a l");
    uint64_t undone = undo(id);
    assert_picture(before, "before");
    undo(undone);
    assert_text(os_read_file("hard", NULL), "a l");
    undo(0);
    assert_picture(before, "before");
    free(before);
}

/* A file that gets a time or content, and another name as well: also where that is a further one. */
static void test_changed_and_moved(void **state) {
    (void)state;
    struct os_stat_result st;
    write_text("file", "text");
    write_text("linked", "text");
    write_text("written", "text");
    ok(mkfifo("fifo", 0600));
    ok(link("linked", "further"));
    ok(link("written", "also"));
    char *before = picture();
    struct os_plan *plan = begin();
    ok(os_plan_utime(plan, "file", 1, 1000000001, 0));
    ok(os_plan_rename(plan, "file", "moved"));
    ok(os_plan_utime(plan, "fifo", 1, 1000000001, 0));
    ok(os_plan_rename(plan, "fifo", "pipe"));
    ok(os_plan_utime(plan, "linked", 1, 1000000001, 0));
    ok(os_plan_rename(plan, "further", "further2"));
    ok(os_plan_truncate(plan, "written", 2));
    ok(os_plan_rename(plan, "written", "written2"));
    ok(os_plan_rename(plan, "also", "also2"));
    uint64_t id = apply(plan);
    char *after = picture();
    ok(os_lstat("moved", &st));
    assert_int_equal(st.st_mtime_ns, 1000000001);
    ok(os_lstat("further2", &st));
    assert_int_equal(st.st_mtime_ns, 1000000001);
    ok(os_lstat("also2", &st));
    assert_int_equal(st.st_size, 2);
    id = undo(id);
    assert_picture(before, "undone");
    undo(id);
    assert_picture(after, "redone");
    free(before);
    free(after);
}

static void test_without_exchange(void **state) {
    (void)state;
    if (!call_denied("renameat2"))
        skip();
    write_text("f", "old");
    write_text("g", "old");
    char *before = picture();
    struct os_plan *plan = os_plan(NULL);
    assert_non_null(plan);
    ok(os_plan_remove(plan, "g"));
    ok(os_plan_write_file(plan, "f", "new", 3, NULL));
    uint64_t id = apply(plan);
    assert_text(os_read_file("f", NULL), "new");
    assert_int_equal(access("g", F_OK), -1);
    undo(id);
    assert_picture(before, "before");
    free(before);
}

static void test_many(void **state) {
    (void)state;
    char name[32];
    ok(mkdir("m", 0755));
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "m/%d", i);
        write_text(name, "old");
    }
    char *before = picture();
    struct os_plan *plan = begin();
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "m/%d", i);
        ok(os_plan_write_file(plan, name, "new!", 4, NULL));
    }
    uint64_t id = apply(plan);
    assert_text(os_read_file("m/199", NULL), "new!");
    undo(id);
    assert_picture(before, "before");
    free(before);
}

static void test_copies(void **state) {
    (void)state;
    plant();
    const struct os_copytree_options symlinks = {.size = sizeof symlinks, .symlinks = true};
    struct os_plan *plan = begin();
    ok(os_plan_copytree(plan, "d", "copy", &symlinks));
    ok(os_plan_write_file(plan, "copy/tree/leaf", "other", 5, NULL));
    ok(os_plan_remove(plan, "copy/gone"));
    ok(os_plan_copy2(plan, "d/file", "file2", NULL));
    char *before = picture();
    uint64_t id = apply(plan);
    assert_text(os_read_file("copy/tree/leaf", NULL), "other");
    assert_text(os_read_file("copy/file", NULL), "old");
    assert_text(os_readlink("copy/link"), "file");
    assert_text(os_read_file("file2", NULL), "old");
    assert_int_equal(access("copy/gone", F_OK), -1);
    undo(id);
    assert_picture(before, "before");
    free(before);
}

static int become_owner_and_set_id(void) {
    os_autofree char *journal = os_path_abspath("own/journal");
    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(1234) < 0 || setuid(1234) < 0))
        return 1;
    if (chdir("own") < 0 || setenv("OSIER_STATE", journal, 1) < 0)
        return 2;
    write_text("f", "x");
    struct os_plan *plan = os_plan(NULL);
    if (!plan || os_plan_chown(plan, "f", geteuid(), getegid(), 0) < 0 ||
        os_plan_chmod(plan, "f", 04600, 0) < 0 || os_plan_apply(plan, NULL, NULL) < 0) {
        os_perror("apply");
        return 3;
    }
    struct stat st;
    return stat("f", &st) < 0 || (st.st_mode & 07777) != 04600 ? 4 : 0;
}

/* Who gives a file to himself changes no capabilities, which an ordinary user may not. */
static void test_owner_of_ones_own(void **state) {
    (void)state;
    int status;
    ok(chmod(".", 0755) | mkdir("own", 0700));
    if (geteuid() == 0)
        ok(chown("own", 1234, 1234));
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(become_owner_and_set_id());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* What few plans have: removed up to what isn't empty, moved over something, owners, devices. */
static void test_rarer_calls(void **state) {
    (void)state;
    plant();
    ok(mkdir("empty", 0700));
    ok(os_makedirs("e/m/p", 0700, 0));
    ok(os_makedirs("up/from", 0700, 0));
    write_text("up/from/f", "up");
    bool root = geteuid() == 0, kept = setxattr("d/y", "user.k", "v", 1, 0) == 0;
    char *before = picture();
    struct os_plan *plan = begin();
    ok(os_plan_rmdir(plan, "empty"));
    ok(os_plan_removedirs(plan, "e/m/p"));
    ok(os_plan_replace(plan, "d/x", "d/gone"));
    ok(os_plan_renames(plan, "up/from/f", "new/place/f"));
    if (kept)
        ok(os_plan_removexattr(plan, "d/y", "user.k", 0));
    if (root) {
        ok(os_plan_chown(plan, "d/moved", 1234, 4321, 0));
        ok(os_plan_mknod(plan, "null", S_IFCHR | 0600, makedev(1, 3)));
    }
    assert_int_equal(os_plan_rmdir(plan, "d"), -1);
    assert_int_equal(errno, ENOTEMPTY);
    assert_int_equal(os_plan_removexattr(plan, "d/hard", "user.none", 0), -1);
    assert_true(errno == ENODATA || errno == EOPNOTSUPP);
    uint64_t id = apply(plan);
    assert_int_equal(access("empty", F_OK) + access("e", F_OK) + access("up", F_OK), -3);
    assert_text(os_read_file("d/gone", NULL), "x");
    assert_text(os_read_file("new/place/f", NULL), "up");
    if (kept) {
        assert_int_equal(getxattr("d/y", "user.k", NULL, 0), -1);
        assert_int_equal(errno, ENODATA);
    }
    struct stat st;
    if (root) {
        ok(lstat("d/moved", &st));
        assert_true(st.st_uid == 1234 && st.st_gid == 4321);
        ok(lstat("null", &st));
        assert_true(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
    }
    id = undo(id);
    assert_picture(before, "before");
    id = undo(id);
    assert_int_equal(access("up", F_OK), -1);
    undo(id);
    assert_picture(before, "before, once more");
    free(before);
}

/* Whole trees, and what a plan answers of what it has changed. */
static void test_trees_and_their_view(void **state) {
    (void)state;
    plant();
    bool root = geteuid() == 0;
    char *before = picture();
    struct os_plan *plan = begin();
    ok(os_plan_copyfile(plan, "d/gone", "d/made", NULL));
    ok(os_plan_copy(plan, "d/file", "d/tree", NULL));
    ok(os_plan_chmodtree(plan, "d/tree", 0604, 0705, NULL));
    if (root)
        ok(os_plan_chowntree(plan, "d/tree", 1234, 4321, NULL));
    ok(os_plan_move(plan, "d/tree", "moved", NULL));

    struct os_stat_result st;
    ok(os_plan_stat(plan, "moved/leaf", &st));
    assert_int_equal(st.st_mode, S_IFREG | 0604);
    assert_true(os_plan_isdir(plan, "moved") && !os_plan_isdir(plan, "d/tree"));
    assert_true(os_plan_islink(plan, "d/link") && !os_plan_islink(plan, "d/made"));
    os_autofree char **found = os_plan_glob(plan, "moved/[el]*", 0);
    assert_true(found && found[0] && !found[1]);
    assert_string_equal(found[0], "moved/leaf");
    size_t count = 0;
    os_autofree struct os_plan_dir_entry *entries = os_plan_scandir(plan, "moved", &count);
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].name, "file");
    assert_string_equal(entries[1].name, "leaf");
    struct os_plan_walk *walk = os_plan_walk(plan, "moved", NULL);
    struct os_walk_entry *at = os_plan_walk_next(walk);
    assert_non_null(at);
    assert_string_equal(at->dirpath, "moved");
    assert_null(at->dirnames[0]);
    assert_true(at->filenames[0] && at->filenames[1] && !at->filenames[2]);
    assert_null(os_plan_walk_next(walk));
    assert_null(os_plan_walk_close(walk));
    os_autofree char **names = os_plan_listxattr(plan, "moved/leaf", 0);
    assert_true(names ? !names[0] : errno == EOPNOTSUPP);

    uint64_t id = apply(plan);
    assert_text(os_read_file("d/made", NULL), "gone");
    assert_text(os_read_file("moved/file", NULL), "old");
    assert_text(os_read_file("moved/leaf", NULL), "leaf");
    struct stat now;
    ok(stat("moved", &now));
    assert_int_equal(now.st_mode, S_IFDIR | 0705);
    ok(stat("moved/leaf", &now));
    assert_int_equal(now.st_mode, S_IFREG | 0604);
    assert_true(!root || (now.st_uid == 1234 && now.st_gid == 4321));
    undo(id);
    assert_picture(before, "before");
    free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_JOURNAL(test_all_kinds),
        IN_JOURNAL(test_xattrs_come_back),
        IN_JOURNAL(test_a_secret_leaves_no_trace),
        IN_JOURNAL(test_large_contents),
        IN_JOURNAL(test_forgotten_at_once),
        IN_JOURNAL(test_applied_once),
        IN_JOURNAL(test_stale),
        IN_JOURNAL(test_busy_directories),
        IN_JOURNAL(test_undo_conflicts),
        IN_JOURNAL(test_undo_of_some),
        IN_JOURNAL(test_later_transactions),
        IN_JOURNAL(test_undo_compares_contents),
        IN_JOURNAL(test_undo_by_force),
        IN_JOURNAL(test_what_force_cant),
        IN_JOURNAL(test_place_of_a_removed_directory),
        IN_JOURNAL(test_orphans_are_explained),
        IN_JOURNAL(test_lower_directories),
        IN_JOURNAL(test_lower_directory_with_more_in_the_plan),
        IN_JOURNAL(test_each_step_in_each_layer),
        IN_JOURNAL(test_a_journal_goes_with_its_last_transaction),
        IN_JOURNAL(test_a_journal_goes_beside_others_at_work),
        IN_JOURNAL(test_history_and_forget),
        IN_JOURNAL(test_open_writers),
        IN_JOURNAL(test_cancel),
        IN_JOURNAL(test_lock),
        IN_JOURNAL(test_lock_left_to_a_child),
        IN_JOURNAL(test_journal_is_private),
        IN_JOURNAL(test_birth_context),
        IN_JOURNAL(test_many),
        IN_JOURNAL(test_copies),
        IN_JOURNAL(test_owner_of_ones_own),
        IN_JOURNAL(test_rarer_calls),
        IN_JOURNAL(test_trees_and_their_view),
        IN_JOURNAL(test_journal_of_somebody_else),
        IN_JOURNAL(test_in_place),
        IN_JOURNAL(test_changed_and_moved),
        IN_JOURNAL(test_without_exchange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
