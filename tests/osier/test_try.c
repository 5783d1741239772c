/* SPDX-License-Identifier: MIT */
/** Rehearsals: what a command has changed is a plan, kept as a whole, dropped, or gone on with. */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A journal of the test's own. */
static int enter_journal(void **state) {
    if (enter_scratch(state) < 0 || mkdir("state", 0700) < 0 || mkdir("home", 0700) < 0 ||
        setenv("OSIER_STATE", "state", 1) < 0)
        return -1;
    return 0;
}

static int leave_journal(void **state) {
    unsetenv("OSIER_STATE");
    return leave_scratch(state);
}
#define IN_JOURNAL(test) cmocka_unit_test_setup_teardown(test, enter_journal, leave_journal)

#define ok(call) assert_return_code(call, errno)

/* Skips the test where no rehearsal can be. */
static struct os_try *rehearse(const char *line, uint64_t again) {
    NEEDS_CALL("statx"); /* which tells a mount from what stands below it */
    const struct os_try_options options = {.size = sizeof options, .again = again};
    struct os_try *rehearsal = os_try_run(OS_ARGV("sh", "-c", line), &options);
    if (!rehearsal && errno == EOPNOTSUPP)
        skip();
    if (!rehearsal)
        os_perror("rehearse");
    assert_non_null(rehearsal);
    return rehearsal;
}

static int left(void) {
    DIR *dir = opendir("state/try");
    int count = 0;
    for (struct dirent *e; dir && (e = readdir(dir));)
        count += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

static void put(const char *path, const char *text) {
    ok(os_write_file(path, text, strlen(text), NULL));
}

static void assert_content(const char *path, const char *text) {
    os_autofree char *content = os_read_file(path, NULL);
    assert_non_null(content);
    assert_string_equal(content, text);
}

static void test_a_plan_of_what_has_changed(void **state) {
    (void)state;
    put("home/f", "old");
    struct os_try *rehearsal = rehearse("cd home; echo new > f; mkdir d; exit 5", 0);
    assert_int_equal(os_try_returncode(rehearsal), 5);
    assert_false(os_try_timed_out(rehearsal));
    struct os_plan *plan = os_try_plan(rehearsal);
    assert_non_null(plan);
    assert_ptr_equal(os_try_plan(rehearsal), plan);
    const struct os_plan_entry *list;
    size_t count;
    ok(os_plan_entries(plan, &list, &count));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].kind, OS_PLAN_CREATE);
    assert_int_equal(list[1].kind, OS_PLAN_REPLACE);
    struct os_stat_result st;
    ok(os_plan_stat(plan, "home/d", &st));
    assert_true(S_ISDIR(st.st_mode));
    assert_null(os_try_close(rehearsal));
    assert_content("home/f", "old");
    assert_int_equal(access("home/d", F_OK), -1);
    assert_int_equal(left(), 0);
}

static void test_kept(void **state) {
    (void)state;
    put("home/f", "old");
    struct os_try *rehearsal = rehearse("cd home; echo new > f; mkdir d; echo x > d/x", 0);
    uint64_t id = 0;
    ok(os_try_keep(rehearsal, NULL, &id));
    assert_int_not_equal(id, 0);
    os_try_close(rehearsal);
    assert_content("home/f", "new\n");
    assert_content("home/d/x", "x\n");
    ok(os_undo(id, NULL, NULL));
    assert_content("home/f", "old");
    rehearsal = rehearse("true", 0);
    ok(os_try_keep(rehearsal, NULL, &id));
    assert_int_equal(id, 0); /* there was nothing to do */
    os_try_close(rehearsal);
}

/* What was made on the file system of the layers is the same inode afterwards. */
static void test_kept_without_a_copy(void **state) {
    (void)state;
    struct os_try *rehearsal = rehearse("cd home; head -c 1000000 /dev/zero > big", 0);
    os_autofree char **names = os_glob("state/try/*/*/upper/**/big", OS_RECURSIVE);
    assert_non_null(names);
    struct stat before, after;
    if (!names[0]) /* the layers are elsewhere, as this is an overlay itself */
        skip();
    ok(stat(names[0], &before));
    ok(os_try_keep(rehearsal, NULL, NULL));
    ok(stat("home/big", &after));
    assert_int_equal(after.st_ino, before.st_ino);
    os_try_close(rehearsal);
    ok(stat("home/big", &after));
    assert_int_equal(after.st_nlink, 1);
    os_autofree char **marks = os_listxattr("home/big", 0);
    assert_non_null(marks);
    assert_null(marks[0]);
}

static void test_conflicts_are_told(void **state) {
    (void)state;
    put("home/f", "old");
    struct os_try *rehearsal = rehearse("echo new > home/f", 0);
    put("home/f", "theirs");
    assert_int_equal(os_try_keep(rehearsal, NULL, NULL), -1);
    assert_int_equal(errno, ESTALE);
    const struct os_plan_conflict *list;
    assert_int_equal(os_try_conflicts(rehearsal, &list), 1);
    assert_non_null(strstr(list[0].path, "/home/f"));
    os_try_close(rehearsal);
    assert_content("home/f", "theirs");
}

/* Between the look and the keep: in what goes with all in it, too. */
static void test_a_change_after_the_look_is_a_conflict(void **state) {
    (void)state;
    static const char *const lines[] = {"echo new > home/f", "rm -r home/d", "echo new > home/n"};
    static const char *const theirs[] = {"home/f", "home/d/sub/x", "home/n"};
    for (size_t i = 0; i < 3; i++) {
        put("home/f", "old");
        ok(os_makedirs("home/d/sub", 0777, OS_EXIST_OK));
        struct os_try *rehearsal = rehearse(lines[i], 0);
        assert_non_null(os_try_plan(rehearsal));
        put(theirs[i], "theirs");
        assert_int_equal(os_try_keep(rehearsal, NULL, NULL), -1);
        assert_int_equal(errno, ESTALE);
        os_try_close(rehearsal);
        assert_content(theirs[i], "theirs");
    }
}

static void test_gone_on_with(void **state) {
    (void)state;
    struct os_try *rehearsal = rehearse("echo 1 > home/f", 0);
    ok(os_try_hold(rehearsal));
    uint64_t id = os_try_id(rehearsal);
    const struct os_try_options again = {.size = sizeof again, .again = id};
    assert_null(os_try_run(OS_ARGV("true"), &again));
    assert_int_equal(errno, EBUSY);
    os_try_close(rehearsal);
    assert_int_equal(left(), 1);
    assert_null(os_try_run(OS_ARGV("no-such-program"), &again));
    assert_int_equal(errno, ENOENT);
    assert_int_equal(left(), 1);
    ok(os_recover(NULL));
    assert_int_equal(left(), 1);
    rehearsal = rehearse("grep -q 1 home/f && echo 2 >> home/f", id);
    assert_int_equal(os_try_returncode(rehearsal), 0);
    ok(os_try_keep(rehearsal, NULL, NULL));
    os_try_close(rehearsal);
    assert_content("home/f", "1\n2\n");
    assert_int_equal(left(), 0);
}

static void test_wrong_options(void **state) {
    (void)state;
    char newer[sizeof(struct os_try_options) + 8] = {0};
    const struct os_try_options none = {0};
    const size_t size = sizeof newer;
    memcpy(newer, &size, sizeof size);
    newer[sizeof newer - 1] = 1;
    assert_null(os_try_run(OS_ARGV("true"), &none));
    assert_int_equal(errno, EINVAL);
    assert_null(os_try_run(OS_ARGV("true"), (const void *)newer));
    assert_int_equal(errno, E2BIG);
    assert_null(os_try_run((char *const[]){NULL}, NULL));
    assert_int_equal(errno, EINVAL);
    assert_int_equal(left(), 0);
}

static void *rehearse_long(void *data) {
    (void)data;
    return os_try_run(OS_ARGV("sh", "-c", "touch home/started; sleep 1000"), NULL);
}

static void test_a_cancelled_thread_leaves_nothing(void **state) {
    (void)state;
    os_try_close(rehearse("true", 0));
    for (int i = 0; i < 10; i++) {
        const struct timespec while_it_begins = {.tv_nsec = i * 5000000L};
        pthread_t id;
        void *end;
        assert_int_equal(pthread_create(&id, NULL, rehearse_long, NULL), 0);
        nanosleep(&while_it_begins, NULL);
        assert_int_equal(pthread_cancel(id), 0);
        assert_int_equal(pthread_join(id, &end), 0);
        assert_ptr_equal(end, PTHREAD_CANCELED);
        assert_int_equal(left(), 0);
    }
    assert_int_equal(access("home/started", F_OK), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_JOURNAL(test_a_plan_of_what_has_changed),
        IN_JOURNAL(test_kept),
        IN_JOURNAL(test_kept_without_a_copy),
        IN_JOURNAL(test_conflicts_are_told),
        IN_JOURNAL(test_a_change_after_the_look_is_a_conflict),
        IN_JOURNAL(test_gone_on_with),
        IN_JOURNAL(test_wrong_options),
        IN_JOURNAL(test_a_cancelled_thread_leaves_nothing),
    };
    return cmocka_run_group_tests_name("try", tests, NULL, NULL);
}
