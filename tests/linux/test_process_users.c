/* SPDX-License-Identifier: MIT */
/** Whose a process is: told by its pidfd where the numbers of /proc are the caller's own, and by its
 *  file else. */
#include "pids.h"
#include "recorded.h"
#include "trees.h"

#include <grp.h>
#include <osier/machine.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

/* A child of that real user, who is root in effect, that sleeps until it is killed. */
static pid_t sleeper_of(uid_t real) {
    int ready[2];
    char byte;
    if (pipe(ready) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        close(ready[0]);
        if (setresuid(real, 0, 0) < 0 || write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        return -1;
    close(ready[0]);
    return pid;
}

static void end(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* One process, with these fields, into records that are freed by the caller. */
static struct os_process_info *list_one(pid_t pid, unsigned fields) {
    size_t count = 0;
    const struct os_processes_options one = {
        .size = sizeof one, .pids = &pid, .pids_count = 1, .threads = 1};
    struct os_process_info *list = os_processes(fields, &one, &count);
    if (list && count == 1)
        return list;
    free(list);
    return NULL;
}

/* Whether the list says of a process that it is this user's, and a number that has no name is one. */
static bool is_of(pid_t pid, unsigned more, const char *user) {
    struct os_process_info *info = list_one(pid, OS_PROCESS_USERNAME | more);
    bool fine = info && info->valid & OS_PROCESS_USERNAME && strcmp(info->username, user) == 0;
    free(info);
    return fine;
}

static bool is_in_effect(pid_t pid, uid_t user) {
    struct os_process_info *info = list_one(pid, OS_PROCESS_EUID);
    bool fine = info && info->euid == user;
    free(info);
    return fine;
}

/* The real user, not the one in effect; alone, and beside the file that tells all ids. */
static void the_real_user(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    pid_t child = sleeper_of(54321);
    assert_true(child > 0);
    assert_true(is_of(child, 0, "54321"));
    assert_true(is_of(child, OS_PROCESS_IDS, "54321"));
    assert_true(is_of(child, OS_PROCESS_CMDLINE | OS_PROCESS_MEMORY, "54321"));
    struct os_process_info *info = list_one(child, OS_PROCESS_USERNAME | OS_PROCESS_EUID);
    assert_non_null(info);
    assert_true(info->valid & OS_PROCESS_EUID);
    assert_int_equal(info->euid, 0);
    free(info);
    end(child);
}

static void a_zombie_has_a_user(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    siginfo_t info;
    pid_t child = fork();
    if (child == 0)
        _exit(setuid(54321) < 0);
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    assert_true(is_of(child, 0, "54321"));
    assert_true(is_of(child, OS_PROCESS_IDS, "54321"));
    end(child);
}

static bool watch_says(struct os_process_watch *watch, const char *user) {
    size_t count = 0;
    struct os_process_info *list = os_process_watch_read(watch, NULL, &count);
    bool fine = list && count == 1 && strcmp(list->username, user) == 0;
    free(list);
    return fine;
}

static void a_list_that_is_read_again(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    pid_t child = sleeper_of(54321);
    const struct os_processes_options one = {.size = sizeof one, .pids = &child, .pids_count = 1};
    struct os_process_watch *watch = os_process_watch_open(OS_PROCESS_USERNAME, &one);
    assert_non_null(watch);
    for (int i = 0; i < 3; i++)
        assert_true(watch_says(watch, "54321"));
    os_process_watch_close(watch);
    end(child);
}

/* Becomes another user, in effect, whenever it is told to. */
static void changes_itself(int number) {
    (void)number;
    if (setresuid((uid_t)-1, geteuid() == 0 ? 54321 : 0, 0) < 0)
        _exit(1);
}

/* What a list of few files says, of which nothing is open but the files. */
static uint64_t watched_euid(struct os_process_watch *watch) {
    size_t count = 0;
    struct os_process_info *list = os_process_watch_read(watch, NULL, &count);
    uint64_t euid = list && count == 1 && list->valid & OS_PROCESS_EUID ? list->euid : 4711;
    if (list && (!list->cmdline_count || !list->memory_info.rss))
        euid = 4712;
    free(list);
    return euid;
}

static void the_user_in_effect_changes(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    sighandler_t before = signal(SIGUSR1, changes_itself);
    pid_t child = sleeper_of(0);
    signal(SIGUSR1, before);
    const struct os_processes_options one = {.size = sizeof one, .pids = &child, .pids_count = 1};
    struct os_process_watch *watch =
        os_process_watch_open(OS_PROCESS_CMDLINE | OS_PROCESS_MEMORY | OS_PROCESS_EUID, &one);
    assert_non_null(watch);
    int descriptors = open_descriptors();
    for (int i = 0; i < 4; i++) {
        assert_int_equal(watched_euid(watch), i % 2 ? 54321 : 0);
        assert_int_equal(open_descriptors(), descriptors + 3);
        kill(child, SIGUSR1);
        for (int wait = 0; wait < 100000 && !is_in_effect(child, i % 2 ? 0 : 54321); wait++)
            usleep(100);
    }
    os_process_watch_close(watch);
    end(child);
}

/* The file of a user in a thousand groups is longer than the kernel gives at once. */
static void a_user_in_many_groups(void **state) {
    (void)state;
    gid_t groups[1500], none = 0;
    if (geteuid() != 0)
        skip();
    for (unsigned i = 0; i < 1500; i++)
        groups[i] = 100000 + i;
    assert_int_equal(setgroups(1500, groups), 0);
    pid_t child = sleeper_of(54321);
    assert_int_equal(setgroups(1, &none), 0);
    const struct os_processes_options one = {.size = sizeof one, .pids = &child, .pids_count = 1};
    struct os_process_watch *watch = os_process_watch_open(OS_PROCESS_IDS, &one);
    for (int i = 0; i < 3; i++) {
        size_t count = 0;
        struct os_process_info *list = os_process_watch_read(watch, NULL, &count);
        assert_true(list && count == 1 && list->valid & OS_PROCESS_IDS);
        assert_int_equal(list->uids.real, 54321);
        assert_true(list->num_ctx_switches.voluntary >= 0); /* which stands behind the groups */
        free(list);
    }
    os_process_watch_close(watch);
    end(child);
}

/* In a namespace whose /proc is still the one outside number 1 is another process, there and here. */
static int look_from_inside(void) {
    if (setresuid(54321, 0, 0) < 0)
        return 3;
    struct os_process_info *outer = list_one(1, OS_PROCESS_USERNAME);
    bool fine = outer && strcmp(outer->username, "54321") != 0;
    free(outer);
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", 0, NULL) < 0)
        return 77;
    return fine && is_of(1, 0, "54321") ? 0 : 1;
}

static void numbers_of_another_namespace(void **state) {
    (void)state;
    in_own_pids(look_from_inside);
}

/* Below another path the numbers may be of whatever was mounted or recorded there. */
static void another_path_of_proc(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    char path[40], text[200];
    pid_t child = sleeper_of(54321);
    snprintf(path, sizeof path, "other/%d/stat", (int)child);
    snprintf(text, sizeof text, "%d (p) S 1 1 1 0 -1 0 7 0 8 0 1 5 0 0 20 0 1 0 300 8192 3\n",
             (int)child);
    plant(path, text);
    snprintf(path, sizeof path, "other/%d/status", (int)child);
    plant(path, "Uid:\t4711\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
    assert_int_equal(os_set_procfs_path("other"), 0);
    bool fine = is_of(child, 0, "4711");
    assert_int_equal(os_set_procfs_path(NULL), 0);
    assert_true(fine);
    assert_true(is_of(child, 0, "54321"));
    end(child);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_real_user),
        cmocka_unit_test(a_zombie_has_a_user),
        cmocka_unit_test(a_list_that_is_read_again),
        cmocka_unit_test(the_user_in_effect_changes),
        cmocka_unit_test(a_user_in_many_groups),
        cmocka_unit_test(numbers_of_another_namespace),
        IN_SCRATCH(another_path_of_proc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
