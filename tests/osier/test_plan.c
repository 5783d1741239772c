/* SPDX-License-Identifier: MIT */
/** Plans: what their net change is, what they rest on, and their file. */
#include "support.h"

#include "plan/net.h"
#include "plan/plan.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

static struct os_plan *plan;

static int begin(void **state) {
    int r = enter_scratch(state);
    umask(022);
    plan = os_plan(NULL);
    return plan ? r : -1;
}

static int end(void **state) {
    plan = os_plan_close(plan);
    return leave_scratch(state);
}

#define PLANNED(test) cmocka_unit_test_setup_teardown(test, begin, end)

/* The entries in short: "create a, move b > c", each by the last name of its path. */
static const char *entries(void) {
    static const char *const words[] = {"create", "replace", "remove", "move",
                                        "swap",   "meta",    "inplace"};
    static char text[4096];
    const struct os_plan_entry *list;
    size_t count;
    assert_int_equal(os_plan_entries(plan, &list, &count), 0);
    *text = '\0';
    for (size_t i = 0; i < count; i++) {
        sprintf(text + strlen(text), "%s%s %s", i ? ", " : "", words[list[i].kind],
                strrchr(list[i].path, '/') + 1);
        if (list[i].path2)
            sprintf(text + strlen(text), " > %s", strrchr(list[i].path2, '/') + 1);
    }
    return text;
}

/* A plan that was made after what the test has put on the disk. */
static void plan_anew(void) {
    os_plan_close(plan);
    plan = os_plan(NULL);
    assert_non_null(plan);
}

/* --------------------------------------------------------------------------------- names */

static bool is_there(const char *name) {
    return os_plan_path_exists(plan, name);
}

static bool ask_for_many(void) {
    for (int i = 0; i < 4000 && !plan->overlay.cwd->listed; i++) {
        char name[32];
        sprintf(name, "missing-%d", i);
        assert_false(is_there(name));
    }
    return plan->overlay.cwd->listed;
}

static void many_missing_names_are_read_at_once(void **state) {
    (void)state;
    const struct timespec a_while = {.tv_nsec = 30 * 1000000};
    write_text("Here", "x");
    nanosleep(&a_while, NULL); /* longer than a tick */
    plan_anew();
    if (!ask_for_many())
        skip(); /* a file system that may have more names than it lists */
    assert_true(is_there("Here"));
    assert_false(is_there("here"));
    assert_false(is_there("t\xc3\xa9"));
    write_text("late", "x");
    assert_true(is_there("late"));
    assert_null(plan->overlay.cwd->listed);
    nanosleep(&a_while, NULL);
    write_text("t\xc3\xa9", "x"); /* may fold to whatever */
    nanosleep(&a_while, NULL);
    plan_anew();
    assert_false(ask_for_many());
}

/* ------------------------------------------------------------------------------ net change */

static void one_entry_a_place(void **state) {
    (void)state;
    assert_int_equal(os_plan_mkdir(plan, "a", 0755), 0);
    assert_int_equal(os_plan_write_file(plan, "a/b", "text", 4, NULL), 0);
    assert_int_equal(os_plan_chmod(plan, "a/b", 0600, 0), 0);
    assert_int_equal(os_plan_rename(plan, "a/b", "a/c"), 0);
    assert_string_equal(entries(), "create a");
    const struct os_plan_entry *list;
    size_t count;
    os_plan_entries(plan, &list, &count);
    assert_int_equal(list[0].step_count, 4);
    assert_int_equal(list[0].is.files, 1);
}

static void made_and_removed_is_nothing(void **state) {
    (void)state;
    write_text("f", "old");
    assert_int_equal(os_plan_makedirs(plan, "a/b/c", 0755, 0), 0);
    assert_int_equal(os_plan_rmtree(plan, "a", NULL), 0);
    assert_int_equal(os_plan_rename(plan, "f", "g"), 0);
    assert_int_equal(os_plan_rename(plan, "g", "f"), 0);
    assert_int_equal(os_plan_chmod(plan, "f", 0600, 0), 0);
    assert_int_equal(os_plan_chmod(plan, "f", 0644, 0), 0);
    assert_string_equal(entries(), "");
    assert_int_equal(os_plan_count(plan), 6);
}

static void a_tree_is_one_name(void **state) {
    (void)state;
    assert_int_equal(os_makedirs("t/u/v", 0755, 0), 0);
    write_text("t/u/f", "x");
    assert_int_equal(os_plan_rename(plan, "t", "n"), 0);
    assert_int_equal(os_plan_copytree(plan, "n", "m", NULL), 0);
    assert_int_equal(os_plan_rmtree(plan, "n/u", NULL), 0);
    assert_string_equal(entries(), "move t > n, create m, remove u");
    assert_true(os_plan_isfile(plan, "m/u/f"));
    assert_false(os_plan_path_exists(plan, "n/u/f"));
}

static void places_that_are_freed_first(void **state) {
    (void)state;
    write_text("a", "a");
    write_text("b", "b");
    write_text("c", "c");
    assert_int_equal(os_plan_rename(plan, "a", "t"), 0);
    assert_int_equal(os_plan_rename(plan, "b", "a"), 0);
    assert_int_equal(os_plan_rename(plan, "t", "b"), 0);
    assert_string_equal(entries(), "swap a > b");
    assert_int_equal(os_plan_rename(plan, "c", "t"), 0);
    assert_int_equal(os_plan_rename(plan, "b", "c"), 0);
    assert_string_equal(entries(), "move c > t, move a > c, move b > a");
    assert_int_equal(os_plan_rename(plan, "t", "b"), 0);
    struct plan_net net;
    assert_int_equal(plan_net(plan, &net), 0); /* a circle of three: one goes aside */
    assert_int_equal(net.count, 4);
    assert_true(net.entries[3].aside);
    assert_string_equal(net.entries[3].path.path, net.entries[0].path2.path);
}

static void renamed_over(void **state) {
    (void)state;
    write_text("conf", "old");
    write_text("conf.new", "new");
    assert_int_equal(os_plan_rename(plan, "conf.new", "conf"), 0);
    assert_string_equal(entries(), "move conf.new > conf");
    const struct os_plan_entry *list;
    size_t count;
    os_plan_entries(plan, &list, &count);
    assert_false(list[0].was2.absent);
}

static void moved_into_what_is_new(void **state) {
    (void)state;
    write_text("f", "x");
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(os_plan_mkdir(plan, "n", 0755), 0);
    assert_int_equal(os_plan_rename(plan, "d", "n/d"), 0);
    assert_int_equal(os_plan_rename(plan, "f", "n/d/f"), 0);
    struct plan_net net;
    assert_int_equal(plan_net(plan, &net), 0);
    assert_string_equal(entries(), "create n, move d > d, move f > f");
    assert_int_equal(net.entries[1].path2.made_by, 0);
    assert_string_equal(net.entries[1].path2.made_below, "");
    assert_null(net.entries[1].path2.before);
    assert_int_equal(net.entries[2].path2.made_by, -1);
    assert_string_equal(strrchr(net.entries[2].path2.before, '/'), "/d");
}

static void in_place_where_it_has_other_names(void **state) {
    (void)state;
    write_text("a", "some text");
    assert_int_equal(link("a", "b"), 0);
    assert_int_equal(os_plan_truncate(plan, "a", 4), 0);
    assert_string_equal(entries(), "inplace a");
    assert_text(os_plan_read_file(plan, "b", NULL), "some");
    assert_int_equal(os_plan_write_file(plan, "a", "new", 3, NULL), 0);
    assert_text(os_plan_read_file(plan, "b", NULL), "some");
    assert_string_equal(entries(), "inplace a, replace a");
}

static uint64_t names_of(const char *path) {
    struct os_stat_result st;
    assert_int_equal(os_plan_lstat(plan, path, &st), 0);
    return st.st_nlink;
}

static void a_removed_tree_takes_names_along(void **state) {
    (void)state;
    assert_int_equal(os_makedirs("t/u/v", 0755, 0), 0);
    write_text("before", "x");
    write_text("after", "x");
    write_text("t/stays", "x");
    assert_int_equal(link("before", "t/u/v/a"), 0);
    assert_int_equal(link("before", "t/u/b"), 0);
    assert_int_equal(link("after", "t/a"), 0);
    assert_int_equal(link("t/stays", "t/u/stays"), 0);
    assert_int_equal(names_of("before"), 3);
    assert_int_equal(os_plan_link(plan, "before", "t/planned", 0), 0);
    assert_int_equal(os_plan_rename(plan, "t/u/stays", "stays"), 0);
    assert_int_equal(os_plan_rmtree(plan, "t", NULL), 0);
    assert_int_equal(names_of("before"), 1);
    assert_int_equal(names_of("after"), 1);
    assert_int_equal(names_of("stays"), 1);
    assert_int_equal(os_plan_link(plan, "after", "more", 0), 0);
    assert_int_equal(names_of("after"), 2);
}

/* The same as without a plan. */
static void a_copy_fails_at_links_as_it_does(void **state) {
    (void)state;
    struct os_copytree_options options = {.size = sizeof options, .dirs_exist_ok = true};
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(mkdir("e", 0755), 0);
    assert_int_equal(symlink("e", "link"), 0);
    assert_int_equal(os_plan_copytree(plan, "d", "new/../link", &options), -1);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(os_copytree("d", "new/../link", &options), -1);
    assert_int_equal(errno, ENOTDIR);
    options.ignore_dangling_symlinks = true;
    write_text("d/f", "x");
    assert_int_equal(symlink("f/", "d/slash"), 0);
    plan_anew();
    assert_int_equal(os_plan_copytree(plan, "d", "c", &options), -1);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(os_copytree("d", "c", &options), -1);
    assert_int_equal(errno, ENOTDIR);
}

/* The tree's own directories get the attributes of others in it, after which they aren't asked again. */
static void a_copy_to_above_itself(void **state) {
    (void)state;
    struct os_stat_result st;
    struct os_copytree_options options = {.size = sizeof options, .dirs_exist_ok = true};
    assert_int_equal(os_makedirs("a/b/b", 0755, 0), 0);
    assert_int_equal(chmod("a", 0700), 0);
    assert_int_equal(chmod("a/b/b", 0744), 0);
    assert_int_equal(os_plan_copytree(plan, "a/b", "a", &options), 0);
    assert_int_equal(os_copytree("a/b", "a", &options), 0);
    const char *const paths[] = {"a", "a/b", "a/b/b"};
    static const mode_t modes[] = {0755, 0744, 0744};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(os_plan_lstat(plan, paths[i], &st), 0);
        assert_int_equal(st.st_mode & 0777, modes[i]);
        assert_int_equal(os_lstat(paths[i], &st), 0);
        assert_int_equal(st.st_mode & 0777, modes[i]);
    }
}

static void what_is_mounted_in_it_stays(void **state) {
    (void)state;
    assert_int_equal(os_makedirs("t/with space", 0755, 0), 0);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "t/with space", "tmpfs", 0, NULL) < 0)
        skip();
    plan_anew();
    const struct os_plan_entry *list;
    size_t count;
    assert_int_equal(os_plan_rmtree(plan, "t", NULL), 0);
    assert_int_equal(os_plan_entries(plan, &list, &count), -1);
    assert_int_equal(errno, EBUSY);
    assert_non_null(strstr(os_last_error()->filename, "/t/with space"));
    assert_int_equal(umount("t/with space"), 0);
    assert_int_equal(os_plan_entries(plan, &list, &count), 0);
}

/* As a copy without a plan does; and its file says so. */
static mode_t planned_mode(const char *path) {
    struct os_stat_result st;
    assert_int_equal(os_plan_stat(plan, path, &st), 0);
    return st.st_mode & 07777;
}

static void what_is_mounted_is_left_alone_where_that_is_asked_for(void **state) {
    (void)state;
    const struct os_tree_options one = {.size = sizeof one, .control = {.one_file_system = true}};
    const struct os_rmtree_options here = {.size = sizeof here,
                                           .control = {.one_file_system = true}};
    if (unshare(CLONE_NEWNS) < 0)
        skip();
    assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    assert_int_equal(os_makedirs("t/m", 0755, 0), 0);
    assert_int_equal(mount("plan", "t/m", "tmpfs", 0, NULL), 0);
    write_text("t/f", "x");
    write_text("t/m/f", "x");
    plan_anew();
    assert_int_equal(os_plan_chmodtree(plan, "t", 0600, 0700, &one), 0);
    assert_int_equal(planned_mode("t/f"), 0600);
    assert_int_equal(planned_mode("t/m/f"), 0644);
    assert_int_equal(os_plan_chmodtree(plan, "t", 0600, 0700, NULL), 0);
    assert_int_equal(planned_mode("t/m/f"), 0600);
    assert_int_equal(os_plan_rmtree(plan, "t", &here), -1);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(os_rmtree("t", &here), -1);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(os_plan_count(plan), 2);
    plan = os_plan_close(plan); /* which has it open */
    assert_int_equal(umount("t/m"), 0);
    plan_anew();
    assert_int_equal(os_plan_rmtree(plan, "t", &here), 0);
    assert_string_equal(entries(), "remove t");
}

static void a_copy_keeps_hard_links_and_stays_on_its_file_system(void **state) {
    (void)state;
    const struct os_copytree_options options = {
        .size = sizeof options, .hard_links = true, .control = {.one_file_system = true}};
    struct os_stat_result one, other;
    assert_int_equal(os_makedirs("tree/mnt", 0755, 0), 0);
    write_text("tree/a", "x");
    assert_int_equal(link("tree/a", "tree/b"), 0);
    bool mounted = unshare(CLONE_NEWNS) == 0 &&
                   mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
                   mount("tmpfs", "tree/mnt", "tmpfs", 0, NULL) == 0;
    write_text("tree/mnt/in it", "x");
    plan_anew();
    assert_int_equal(os_plan_copytree(plan, "tree", "copy", &options), 0);
    assert_int_equal(os_plan_lstat(plan, "copy/a", &one), 0);
    assert_int_equal(os_plan_lstat(plan, "copy/b", &other), 0);
    assert_int_equal(one.st_ino, other.st_ino);
    assert_int_equal(one.st_nlink, 2);
    assert_int_equal(os_plan_path_exists(plan, "copy/mnt/in it"), !mounted);
    assert_true(os_plan_isdir(plan, "copy/mnt"));
    os_autofree char *text = os_plan_text(plan, NULL);
    assert_non_null(text);
    assert_non_null(strstr(text, "\"hard_links\":true,\"one_file_system\":true"));
    assert_int_equal(os_plan_save(plan, "saved"), 0);
    struct os_plan *loaded = os_plan_load("saved");
    assert_non_null(loaded);
    os_plan_close(loaded);
    if (mounted)
        assert_int_equal(umount("tree/mnt"), 0);
}

static void each_name_of_a_file_has_its_own_move(void **state) {
    (void)state;
    const struct os_plan_entry *list;
    size_t count;
    assert_int_equal(mkdir("d", 0755), 0);
    write_text("h1", "x");
    assert_int_equal(link("h1", "h2"), 0);
    assert_int_equal(link("h1", "h3"), 0);
    plan_anew();
    assert_int_equal(os_plan_link(plan, "h2", "d/a", 0), 0);
    assert_int_equal(os_plan_rename(plan, "h1", "t"), 0);
    assert_int_equal(os_plan_rename(plan, "h3", "d/h3"), 0);
    assert_int_equal(os_plan_rename(plan, "h2", "d/h2"), 0);
    assert_int_equal(os_plan_rename(plan, "t", "d/h1"), 0);
    assert_int_equal(os_plan_entries(plan, &list, &count), 0);
    assert_int_equal(count, 4);
    size_t moves = 0;
    for (size_t i = 0; i < count; i++)
        if (list[i].kind == OS_PLAN_MOVE) {
            assert_string_equal(strrchr(list[i].path2, '/'), strrchr(list[i].path, '/'));
            moves++;
        }
    assert_int_equal(moves, 3);
}

/* ------------------------------------------------------------------------------- refusals */

/* What the plan would be refused, in short: "EPERM a, EACCES b". */
static const char *refusals(void) {
    static char text[4096];
    const struct os_plan_refusal *list;
    size_t count;
    assert_int_equal(os_plan_refusals(plan, &list, &count), 0);
    *text = '\0';
    for (size_t i = 0; i < count; i++)
        sprintf(text + strlen(text), "%s%s %s", i ? ", " : "",
                list[i].error == EPERM    ? "EPERM"
                : list[i].error == EACCES ? "EACCES"
                : list[i].error == EROFS  ? "EROFS"
                : list[i].error == ENOSPC ? "ENOSPC"
                                          : os_strerror(list[i].error),
                strrchr(list[i].path, '/') + 1);
    return text;
}

static void assert_not_applied(int number) {
    setenv("OSIER_STATE", "/nowhere", 1); /* it doesn't come to a journal */
    assert_int_equal(os_plan_apply(plan, NULL, NULL), -1);
    assert_int_equal(errno, number);
    unsetenv("OSIER_STATE");
}

enum { SOMEBODY = 65534 };

/* From here on the test has no privilege, and plans anew. */
static void become_somebody(void) {
    if (geteuid() != 0 || setegid(SOMEBODY) < 0 || seteuid(SOMEBODY) < 0)
        skip();
    plan_anew();
}

static int end_as_root(void **state) {
    if (getuid() == 0 && (seteuid(0) < 0 || setegid(0) < 0))
        return -1;
    return end(state);
}
#define AS_SOMEBODY(test) cmocka_unit_test_setup_teardown(test, begin, end_as_root)

static void what_is_forbidden_is_told_at_once(void **state) {
    (void)state;
    NEEDS_CALL("faccessat2");
    assert_int_equal(chmod(".", 0755), 0);
    write_text("roots", "x");
    assert_int_equal(mkdir("open", 0777), 0);
    assert_int_equal(chmod("open", 0777), 0);
    write_text("open/theirs", "x");
    assert_int_equal(mkdir("open/dir", 0755), 0);
    assert_int_equal(mkdir("sticky", 0755), 0);
    assert_int_equal(chmod("sticky", 01777), 0);
    write_text("sticky/theirs", "x");
    write_text("hidden", "x");
    assert_int_equal(chmod("hidden", 0600), 0);
    become_somebody();
    write_text("open/mine", "x");
    assert_int_equal(os_plan_remove(plan, "roots"), 0);
    assert_int_equal(os_plan_mkdir(plan, "new", 0755), 0);
    assert_int_equal(os_plan_remove(plan, "open/theirs"), 0); /* everybody may */
    assert_int_equal(os_plan_rename(plan, "open/mine", "open/m"), 0);
    assert_int_equal(os_plan_rename(plan, "open/dir", "open/d"), 0);
    assert_string_equal(refusals(), "EACCES roots, EACCES new");
    assert_not_applied(EACCES);
    plan_anew();
    assert_int_equal(os_plan_rmtree(plan, "open/dir", NULL), 0); /* its ".." would change */
    assert_int_equal(os_plan_remove(plan, "sticky/theirs"), 0);
    assert_int_equal(os_plan_chmod(plan, "open/theirs", 0600, 0), 0);
    assert_int_equal(os_plan_chown(plan, "open/mine", 0, (gid_t)-1, 0), 0);
    assert_string_equal(refusals(), "EPERM theirs, EPERM mine, EACCES dir, EPERM theirs");
    assert_not_applied(EPERM);
    assert_int_equal(mkdir("open/dry", 0500), 0);
    assert_int_equal(os_makedirs("open/full/x", 0755, 0), 0);
    assert_int_equal(chmod("open/full", 0500), 0);
    plan_anew();
    assert_int_equal(os_plan_rmdir(plan, "open/dry"), 0); /* empty, it goes with any mode */
    assert_string_equal(refusals(), "");
    assert_int_equal(os_plan_rmtree(plan, "open/full", NULL), 0);
    assert_string_equal(refusals(), "EACCES full");
    plan_anew();
    assert_int_equal(os_plan_rename(plan, "open/dry", "sticky/dry"), 0);
    assert_string_equal(refusals(), "EACCES dry");
    assert_int_equal(rename("open/dry", "sticky/dry"), -1);
    assert_int_equal(errno, EACCES);
    plan_anew();
    assert_int_equal(os_plan_chmod(plan, "open/mine", 0, 0), 0);
    assert_int_equal(os_plan_write_file(plan, "sticky/mine", "x", 1, NULL), 0);
    assert_string_equal(refusals(), "");
}

static void only_the_superuser_makes_devices(void **state) {
    (void)state;
    assert_int_equal(chmod(".", 0777), 0);
    become_somebody();
    assert_int_equal(os_plan_mkdir(plan, "t", 0755), 0);
    assert_int_equal(os_plan_mknod(plan, "t/null", S_IFCHR | 0666, 0x103), 0);
    assert_string_equal(refusals(), "EPERM t");
}

static void a_read_only_file_system_is_told(void **state) {
    (void)state;
    assert_int_equal(mkdir("ro", 0755), 0);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "ro", "tmpfs", 0, NULL) < 0)
        skip();
    write_text("ro/f", "x");
    assert_int_equal(mount("none", "ro", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    plan_anew();
    assert_int_equal(os_plan_chmod(plan, "ro/f", 0600, 0), 0);
    assert_int_equal(os_plan_mkdir(plan, "ro/d", 0755), 0);
    assert_string_equal(refusals(), "EROFS f, EROFS d");
    assert_not_applied(EROFS);
    plan_anew();
    assert_int_equal(umount("ro"), 0);
}

static void a_lack_of_room_is_told(void **state) {
    (void)state;
    static char megabyte[1 << 20];
    assert_int_equal(mkdir("small", 0755), 0);
    assert_int_equal(mkdir("tree", 0755), 0);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "small", "tmpfs", 0, "size=2m") < 0)
        skip();
    memset(megabyte, 'x', sizeof megabyte);
    for (int i = 0; i < 3; i++)
        assert_int_equal(os_write_file((const char *[]){"tree/a", "tree/b", "tree/c"}[i], megabyte,
                                       sizeof megabyte, NULL),
                         0);
    plan_anew();
    assert_int_equal(os_plan_copytree(plan, "tree", "small/tree", NULL), 0);
    assert_string_equal(refusals(), "ENOSPC small");
    const struct os_plan_refusal *list;
    size_t count;
    assert_int_equal(os_plan_refusals(plan, &list, &count), 0);
    assert_true(list[0].needed >= 3 << 20 && list[0].room <= 2 << 20);
    plan_anew();
    for (int i = 0; i < 3; i++) {
        assert_string_equal(refusals(), "");
        assert_int_equal(os_plan_write_file(plan,
                                            (const char *[]){"small/a", "small/b", "small/c"}[i],
                                            megabyte, sizeof megabyte - 4096, NULL),
                         0);
    }
    assert_string_equal(refusals(), "ENOSPC small");
    plan_anew();
    assert_int_equal(umount("small"), 0);
}

/* Whether the file system has such a flag, and lets it be set. */
static bool set_flag(const char *path, long flag, bool on) {
    int fd = open(path, O_RDONLY), flags = 0;
    assert_return_code(fd, errno);
    bool set = ioctl(fd, _IOR('f', 1, long), &flags) == 0; /* FS_IOC_GETFLAGS, …SETFLAGS */
    flags = (int)(on ? flags | flag : flags & ~flag);
    set = set && ioctl(fd, _IOW('f', 2, long), &flags) == 0;
    close(fd);
    return set;
}

static void test_flag(long flag) {
    NEEDS_CALL("statx");
    write_text("fixed", "x");
    if (!set_flag("fixed", flag, true))
        skip();
    plan_anew();
    os_plan_rename(plan, "fixed", "moved");
    const char *renamed = refusals();
    plan_anew();
    os_plan_chmod(plan, "fixed", 0600, 0);
    bool told = strcmp(renamed, "EPERM fixed") == 0 && strcmp(refusals(), "EPERM fixed") == 0;
    set_flag("fixed", flag, false);
    assert_true(told);
    assert_string_equal(refusals(), "");
}

static void what_is_immutable_is_told(void **state) {
    (void)state;
    test_flag(0x10);
}

static void what_is_append_only_is_told(void **state) {
    (void)state;
    test_flag(0x20);
}

/* --------------------------------------------------------------------------- preconditions */

/* Whether the plan is refused, and for which path. */
static void assert_refused(const char *name) {
    const struct os_plan_conflict *list;
    assert_int_equal(os_plan_check(plan), -1);
    assert_int_equal(errno, ESTALE);
    assert_int_equal(os_plan_conflicts(plan, &list), 1);
    assert_string_equal(strrchr(list[0].path, '/') + 1, name);
}

/* Files that were made just now are known by their content: their times could be another's too. */
static void let_a_tick_pass(void) {
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
}

static void a_changed_file_is_refused(void **state) {
    (void)state;
    write_text("f", "old");
    let_a_tick_pass();
    assert_int_equal(os_plan_remove(plan, "f"), 0);
    assert_int_equal(os_plan_check(plan), 0);
    write_text("f", "odd");
    assert_refused("f");
}

static void a_touched_file_is_not(void **state) {
    (void)state;
    write_text("f", "old");
    let_a_tick_pass();
    assert_int_equal(os_plan_remove(plan, "f"), 0);
    assert_int_equal(plan_hash(plan), 0);
    assert_int_equal(utimensat(AT_FDCWD, "f", NULL, 0), 0);
    assert_int_equal(os_plan_check(plan), 0);
}

static void what_was_asked_is_a_precondition(void **state) {
    (void)state;
    write_text("seen", "1");
    assert_int_equal(mkdir("dir", 0755), 0);
    assert_int_equal(symlink("dir", "link"), 0);
    let_a_tick_pass();
    assert_false(os_plan_path_exists(plan, "none"));
    assert_int_equal(os_plan_check(plan), 0);
    write_text("none", "");
    assert_refused("none");
    plan_anew();
    free(os_plan_read_file(plan, "seen", NULL));
    write_text("seen", "2");
    assert_refused("seen");
    plan_anew();
    free(os_plan_listdir(plan, "dir"));
    assert_int_equal(os_plan_check(plan), 0);
    write_text("dir/new", "");
    assert_refused("dir");
    plan_anew();
    assert_int_equal(os_plan_mkdir(plan, "link/sub", 0755), 0);
    assert_int_equal(unlink("link"), 0);
    assert_int_equal(symlink(".", "link"), 0);
    assert_refused("link");
}

static void a_directory_that_was_swapped_is_refused(void **state) {
    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(os_plan_write_file(plan, "d/f", "x", 1, NULL), 0);
    assert_int_equal(rename("d", "e"), 0);
    assert_int_equal(mkdir("d", 0755), 0);
    assert_refused("d");
}

/* ------------------------------------------------------------------------------------ file */

static void make_rich_plan(void) {
    write_text("old", "line one\nline two\n");
    write_text("twice", "t");
    assert_int_equal(link("twice", "again"), 0);
    assert_int_equal(os_makedirs("tree/sub", 0755, 0), 0);
    write_text("tree/sub/f", "leaf");
    assert_int_equal(symlink("tree", "link"), 0);
    assert_int_equal(os_plan_note(plan, "state.toml:3"), 0);
    assert_int_equal(os_plan_makedirs(plan, "n/o", 0755, 0), 0);
    assert_int_equal(os_plan_write_file(plan, "n/o/\xff.bin", "\0\1\2", 3, NULL), 0);
    assert_int_equal(os_plan_link(plan, "n/o/\xff.bin", "n/h", 0), 0);
    assert_int_equal(os_plan_symlink(plan, "x", "n/l", 0), 0);
    assert_int_equal(os_plan_mkfifo(plan, "n/p", 0600), 0);
    assert_int_equal(os_plan_copytree(plan, "link", "n/copy", NULL), 0);
    assert_int_equal(os_plan_write_file(plan, "n/copy/sub/g", "more", 4, NULL), 0);
    assert_int_equal(os_plan_remove(plan, "n/copy/sub/f"), 0);
    assert_int_equal(os_plan_write_file(plan, "old", "line one\nline 2\n", 16, NULL), 0);
    assert_int_equal(os_plan_truncate(plan, "twice", 40), 0);
    assert_int_equal(os_plan_chmod(plan, "tree", 0700, 0), 0);
    assert_int_equal(os_plan_rename(plan, "tree", "n/tree"), 0);
    assert_true(os_plan_path_lexists(plan, "link"));
}

static void saved_and_loaded(void **state) {
    (void)state;
    make_rich_plan();
    assert_int_equal(os_plan_save(plan, "p"), 0);
    struct os_plan *loaded = os_plan_load("p");
    assert_non_null(loaded);
    char *before = strdup(entries());
    char *digest = os_plan_digest(plan);
    assert_text(os_plan_digest(loaded), digest);
    free(digest);
    os_plan_close(plan);
    plan = loaded;
    assert_string_equal(entries(), before);
    free(before);
    assert_int_equal(os_plan_check(plan), 0);
    assert_int_equal(os_plan_count(plan), 12);
    struct os_plan_step step;
    assert_int_equal(os_plan_step(plan, 1, &step), 0);
    assert_string_equal(step.op, "write_file");
    assert_string_equal(step.origin, "state.toml:3");
    assert_int_equal(os_plan_mkdir(plan, "z", 0755), -1);
    assert_int_equal(errno, EPERM);
    struct stat st;
    assert_int_equal(stat("p", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

/* The reader gives back what the writer was given: written once more, it is the same. */
static void every_flipped_byte_is_refused(void **state) {
    (void)state;
    make_rich_plan();
    size_t size;
    char *text = os_plan_text(plan, &size);
    assert_non_null(text);
    const struct os_write_file_options options = {.size = sizeof options, .nosync = true};
    for (size_t i = 0; i < size; i++) {
        text[i] ^= 1;
        assert_int_equal(os_write_file("p", text, size, &options), 0);
        assert_null(os_plan_load("p"));
        assert_int_equal(errno, EBADMSG);
        text[i] ^= 1;
    }
    for (size_t cut = 0; cut < size; cut += 7) {
        assert_int_equal(os_write_file("p", text, cut, &options), 0);
        assert_null(os_plan_load("p"));
    }
    free(text);
}

static void a_secret_is_not_shown(void **state) {
    (void)state;
    os_plan_secret(plan);
    assert_int_equal(os_plan_write_file(plan, "key", "hush", 4, NULL), 0);
    assert_int_equal(os_plan_save(plan, "p"), -1);
    assert_int_equal(errno, EPERM);
    assert_non_null(strstr(os_last_error()->filename, "/key"));
    assert_null(os_plan_text(plan, NULL));
    assert_int_equal(errno, EPERM);
    assert_non_null(strstr(os_last_error()->filename, "/key"));
}

/* A plan's file has where a secret comes from, as long as all of it comes from there. */
static void a_secret_is_saved_as_its_source(void **state) {
    (void)state;
    const struct os_plan_secret *list;
    size_t count;
    assert_int_equal(setenv("OSIER_STATE", "journal", 1), 0);
    assert_int_equal(os_plan_secret_from(plan, "hush"), -1);
    assert_int_equal(errno, EINVAL);
    for (int i = 0; i < 2; i++) { /* noted for the next content alone, and a copy is one, too */
        assert_int_equal(os_plan_secret_from(plan, "env:OSIER_TEST"), 0);
        assert_int_equal(os_plan_write_file(plan, i ? "again" : "key", "hush", 4, NULL), 0);
        assert_int_equal(os_plan_write_file(plan, "plain", "seen", 4, NULL), 0);
    }
    assert_int_equal(os_plan_copyfile(plan, "key", "copy", 0), 0);
    assert_int_equal(os_plan_secrets(plan, &list, &count), 0);
    assert_int_equal(count, 3);
    assert_string_equal(list[2].source, "env:OSIER_TEST");
    assert_int_equal(os_plan_save(plan, "p"), 0);
    struct os_plan *loaded = os_plan_load("p");
    assert_non_null(loaded);
    assert_int_equal(os_plan_secrets(loaded, &list, &count), 0);
    assert_int_equal(count, 3);
    for (int i = 0; i < 3; i++) {
        static const char *const values[] = {NULL, "other", "hush"};
        const struct os_plan_conflict *conflicts;
        values[i] ? setenv("OSIER_TEST", values[i], 1) : unsetenv("OSIER_TEST");
        assert_int_equal(os_plan_check(loaded), i < 2 ? -1 : 0);
        assert_int_equal(os_plan_conflicts(loaded, &conflicts), i < 2 ? 3 : 0);
        if (i < 2)
            assert_string_equal(conflicts[0].found,
                                i ? "another one" : "OSIER_TEST is not in the environment");
    }
    os_plan_close(loaded);
    assert_int_equal(os_plan_truncate(plan, "key", 2), 0);
    assert_int_equal(os_plan_save(plan, "p"), -1);
    assert_int_equal(errno, EPERM);
    unsetenv("OSIER_STATE");
    unsetenv("OSIER_TEST");
}

/* ------------------------------------------------------------------------------------ diff */

static int keep_text(const char *text, size_t size, void *data) {
    strncat(data, text, size);
    return 0;
}

static void journals_are_known_by_their_names(void **state) {
    (void)state;
    assert_true(os_plan_in_journal(".osier-0"));
    assert_true(os_plan_in_journal("/srv/.osier-1000-12345678"));
    assert_true(os_plan_in_journal(".osier-0/log/1"));
    assert_false(os_plan_in_journal(""));
    assert_false(os_plan_in_journal("x.osier-0"));
    assert_false(os_plan_in_journal(".osier-/0"));
    assert_false(os_plan_in_journal(".osier-0.txt"));
    assert_false(os_plan_in_journal(".osier-0-1234567"));
    assert_false(os_plan_in_journal(".osier-0-123456789"));
}

static void told_to_people(void **state) {
    (void)state;
    static char text[8192];
    write_text("old", "one\ntwo\nthree\n");
    assert_int_equal(os_plan_write_file(plan, "old", "one\n2\nthree\n", 12, NULL), 0);
    assert_int_equal(os_plan_mkfifo(plan, "odd\033[1m", 0600), 0);
    *text = '\0';
    assert_int_equal(os_plan_diff(plan, NULL, keep_text, text), 0);
    assert_non_null(strstr(text, "\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"));
    assert_non_null(strstr(text, "odd\\x1b[1m"));
    assert_null(strchr(text, '\033'));
    assert_non_null(strstr(text, "\n1 created, 1 replaced\n"));
}

static void wide_names_are_aligned(void **state) {
    (void)state;
    static char text[8192];
    assert_int_equal(os_plan_mkfifo(plan, "\xe6\x97\xa5\xe6\x9c\xac", 0600),
                     0); /* two wide characters */
    assert_int_equal(os_plan_mkfifo(plan, "abcdef", 0600), 0);
    *text = '\0';
    assert_int_equal(os_plan_diff(plan, NULL, keep_text, text), 0);
    assert_non_null(strstr(text, "/\xe6\x97\xa5\xe6\x9c\xac    pipe"));
    assert_non_null(strstr(text, "/abcdef  pipe"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PLANNED(many_missing_names_are_read_at_once),
        PLANNED(one_entry_a_place),
        PLANNED(made_and_removed_is_nothing),
        PLANNED(a_tree_is_one_name),
        PLANNED(places_that_are_freed_first),
        PLANNED(renamed_over),
        PLANNED(moved_into_what_is_new),
        PLANNED(in_place_where_it_has_other_names),
        PLANNED(a_removed_tree_takes_names_along),
        PLANNED(a_copy_fails_at_links_as_it_does),
        PLANNED(a_copy_to_above_itself),
        PLANNED(what_is_mounted_in_it_stays),
        PLANNED(what_is_mounted_is_left_alone_where_that_is_asked_for),
        PLANNED(a_copy_keeps_hard_links_and_stays_on_its_file_system),
        PLANNED(each_name_of_a_file_has_its_own_move),
        AS_SOMEBODY(what_is_forbidden_is_told_at_once),
        AS_SOMEBODY(only_the_superuser_makes_devices),
        PLANNED(a_read_only_file_system_is_told),
        PLANNED(a_lack_of_room_is_told),
        PLANNED(what_is_immutable_is_told),
        PLANNED(what_is_append_only_is_told),
        PLANNED(a_changed_file_is_refused),
        PLANNED(a_touched_file_is_not),
        PLANNED(what_was_asked_is_a_precondition),
        PLANNED(a_directory_that_was_swapped_is_refused),
        PLANNED(saved_and_loaded),
        PLANNED(every_flipped_byte_is_refused),
        PLANNED(a_secret_is_not_shown),
        PLANNED(a_secret_is_saved_as_its_source),
        PLANNED(journals_are_known_by_their_names),
        PLANNED(told_to_people),
        PLANNED(wide_names_are_aligned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
