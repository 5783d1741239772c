/* SPDX-License-Identifier: MIT */
/** Many programs: daemons that won't end, and children of many threads, of which nothing is left. */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#ifdef SLOW
enum { BOMBS = 500, CHILDREN = 10000 };
#else
enum { BOMBS = 4, CHILDREN = 125 };
#endif

static const char *self; /* this program */

static bool no_children(void) {
    return waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD;
}

/* ------------------------------------------------------------------- daemons */

/* Has a child go on in its place and ends, again and again: always an orphan in a new session. */
static _Noreturn void move_on(void) {
    for (;;) {
        setsid();
        usleep(2000);
        if (fork() > 0)
            _exit(0);
    }
}

/* Some daemons that stay, some that move on, none of which SIGTERM ends. */
static int bomb(void) {
    enum { LINES = 8 };
    for (int i = 0; i < LINES; i++)
        if (fork() == 0) {
            setsid();
            if (i % 2)
                move_on();
            if (fork() > 0)
                _exit(0);
            for (;;)
                pause();
        }
    for (;;)
        pause();
}

/* Each way to hold them in turn. */
static void bombs_leave_nothing(void **state) {
    (void)state;
    char mark[40];
    char *set[] = {mark, NULL};
    snprintf(mark, sizeof mark, "OSIER_BOMB=%ld.", (long)getpid());
    int descriptors = open_descriptors();
    void (*before)(int) = signal(SIGTERM, SIG_IGN); /* so do they from their first moment */
    for (int i = 0; i < BOMBS; i++) {
        struct os_run_result result;
        struct os_run_options o = {.size = sizeof o,
                                   .timeout = 0.05 + 0.01 * (i % 7),
                                   .grace = i % 2 ? 0.02 : 0,
                                   .tree = (enum os_run_tree)(OS_RUN_TREE + i % 4),
                                   .env_set = set};
        int r = os_run(OS_ARGV(self, "bomb"), &o, &result);
        if (o.tree == OS_RUN_CGROUP && r < 0 && errno != ETIMEDOUT)
            continue; /* none can be made here */
        assert_int_equal(r, -1);
        assert_int_equal(errno, ETIMEDOUT);
        assert_int_equal(result.returncode, -SIGKILL);
        assert_int_equal(result.left, 0);
        assert_int_equal(processes_with(mark), 0);
        os_run_result_free(&result);
    }
    signal(SIGTERM, before);
    assert_int_equal(open_descriptors(), descriptors);
    assert_true(no_children());
}

/* ------------------------------------------------------------------- threads */

enum { THREADS = 8 };

/* A child whose environment, input, arguments and exit code are its own; every fifth is held. */
static bool run_one(long thread, int i) {
    char setting[40], text[40], wanted[120];
    char *set[] = {setting, NULL};
    struct os_run_result mine;
    snprintf(setting, sizeof setting, "WHO=%ld-%d", thread, i);
    snprintf(text, sizeof text, "%d of %ld\n", i, thread);
    snprintf(wanted, sizeof wanted, "%s %s %s", setting + 4, setting + 4, text);
    struct os_run_options o = {.size = sizeof o,
                               .env_set = set,
                               .input = text,
                               .input_size = strlen(text),
                               .out = {.kind = OS_RUN_PIPE},
                               .tree = i % 5 ? OS_RUN_NO_TREE : OS_RUN_SUPERVISOR};
    const char *line = "read x; echo $WHO $0 $x; exit $1";
    char code[12];
    snprintf(code, sizeof code, "%d", i % 100);
    if (os_run(OS_ARGV("sh", "-c", line, setting + 4, code), &o, &mine) < 0)
        return false;
    bool right = strcmp(mine.out, wanted) == 0 && mine.returncode == i % 100;
    os_run_result_free(&mine);
    return right;
}

static void *run_many(void *number) {
    for (int i = 0; i < CHILDREN; i++)
        if (!run_one((intptr_t)number, i))
            return number;
    return NULL;
}

static void threads_do_not_mix(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    int descriptors = open_descriptors();
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_many, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(open_descriptors(), descriptors);
    assert_true(no_children());
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "bomb") == 0)
        return bomb();
    self = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bombs_leave_nothing),
        cmocka_unit_test(threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
