/* SPDX-License-Identifier: MIT */
/** The environment under threads and forks, and libc's names on top of it (src/env/interpose.c). */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { ROUNDS = 20000, NAMES = 50 };

static atomic_int writing, wrong;

static void *write_ours(void *prefix) {
    char key[40];
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(key, sizeof key, "%s%d", (const char *)prefix, i % NAMES);
        if (i / NAMES % 2 ? os_unsetenv(key) : os_putenv(key, key))
            wrong++;
    }
    writing--;
    return NULL;
}

static void *write_foreign(void *prefix) {
    char key[40];
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(key, sizeof key, "%s%d", (const char *)prefix, i % NAMES);
        if (i / NAMES % 2 ? unsetenv(key) : setenv(key, key, 1))
            wrong++;
    }
    writing--;
    return NULL;
}

static void *read_all(void *unused) {
    char key[40];
    for (int i = 0; writing > 0; i++) {
        snprintf(key, sizeof key, "%c%d", "AB"[i % 2], i % NAMES);
        char *value = os_getenv(key, "");
        if (!value || (*value && strcmp(value, key) != 0))
            wrong++;
        free(value);
        const char *foreign = getenv(key);
        if (foreign && strcmp(foreign, key) != 0)
            wrong++;
        if (!os_environ_contains("STAYS") || !getenv("STAYS"))
            wrong++;
    }
    return unused;
}

/* Each snapshot holds what stays set, once, and a name at most once. */
static void *take_snapshots(void *unused) {
    while (writing > 0) {
        char **list = os_environ();
        int stays = 0, first = 0;
        for (size_t i = 0; list && list[i]; i++) {
            stays += strcmp(list[i], "STAYS=here") == 0;
            first += strncmp(list[i], "A0=", 3) == 0;
        }
        if (stays != 1 || first > 1)
            wrong++;
        free(list);
    }
    return unused;
}

static void race(void *(*writer)(void *)) {
    pthread_t threads[4];
    char a[] = "A", b[] = "B";
    assert_int_equal(os_putenv("STAYS", "here"), 0);
    writing = 2;
    wrong = 0;
    assert_int_equal(pthread_create(&threads[0], NULL, writer, a), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, writer, b), 0);
    assert_int_equal(pthread_create(&threads[2], NULL, read_all, NULL), 0);
    assert_int_equal(pthread_create(&threads[3], NULL, take_snapshots, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
}

static void writers_and_readers(void **state) {
    (void)state;
    race(write_ours);
}

static void libc_writers_and_readers(void **state) {
    (void)state;
    race(write_foreign);
}

enum { FILLERS = 3000 };

static void *remove_fillers(void *unused) {
    char key[40];
    for (int i = 0; i < FILLERS; i++) {
        snprintf(key, sizeof key, "FILLER%d", i);
        if (os_unsetenv(key))
            wrong++;
    }
    writing--;
    return unused;
}

static void *look_for_what_stays(void *unused) {
    while (writing > 0)
        if (!os_environ_contains("MOVES") || !getenv("MOVES"))
            wrong++;
    return unused;
}

/* Each removal moves the variables behind it; none of them may be missing meanwhile. */
static void moving_variables_are_found(void **state) {
    (void)state;
    pthread_t threads[3];
    char key[40];
    for (int i = 0; i < FILLERS; i++) {
        snprintf(key, sizeof key, "FILLER%d", i);
        assert_int_equal(os_putenv(key, "x"), 0);
    }
    assert_int_equal(os_putenv("MOVES", "here"), 0);
    writing = 1;
    wrong = 0;
    assert_int_equal(pthread_create(&threads[0], NULL, look_for_what_stays, NULL), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, look_for_what_stays, NULL), 0);
    assert_int_equal(pthread_create(&threads[2], NULL, remove_fillers, NULL), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
}

/* Nothing is freed, so what is held must not grow with the number of changes. */
static void retained_is_bounded(void **state) {
    (void)state;
    char key[40];
    for (int i = 0; i < 2 * NAMES; i++) { /* all at once, as a race may or may not have them */
        snprintf(key, sizeof key, "%c%d", "AB"[i % 2], i / 2);
        assert_int_equal(os_putenv(key, key), 0);
    }
    race(write_ours);
    size_t before = os_environ_retained();
    assert_true(before > 0 && before < 100000);
    race(write_ours);
    race(write_foreign);
    assert_int_equal(os_environ_retained(), before);
    clearenv();
    assert_int_equal(os_putenv("A1", "A1"), 0);
    assert_int_equal(os_environ_retained(), before);
}

/* Ends a child past ThreadSanitizer, which would miss the threads of the parent. */
static void leave(int status) {
    syscall(SYS_exit_group, status);
}

static void children_can_change_it(void **state) {
    (void)state;
    pthread_t threads[2];
    char a[] = "A", b[] = "B";
    writing = 2;
    wrong = 0;
    assert_int_equal(pthread_create(&threads[0], NULL, write_ours, a), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, write_foreign, b), 0);
    for (int i = 0; i < 100; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(20);
            leave(os_putenv("CHILD", "1") || os_unsetenv("A1") || os_environ_size() < 1);
        }
        int status = -1;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_false(os_environ_contains("CHILD"));
    assert_int_equal(wrong, 0);
}

static void before_fork(void) {
    os_putenv("FORKING", "1");
}

static void after_fork(void) {
    os_unsetenv("FORKING");
}

static void fork_handlers_can_change_it(void **state) {
    (void)state;
    assert_int_equal(pthread_atfork(before_fork, after_fork, after_fork), 0);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(20);
        leave(os_environ_contains("FORKING"));
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_false(os_environ_contains("FORKING"));
}

static void libc_names(void **state) {
    (void)state;
    char text[] = "PUT=1", equals[] = "=x";
    assert_int_equal(putenv(text), 0);
    text[4] = '2'; /* it is a copy */
    assert_string_equal(getenv("PUT"), "1");
    const char *kept = getenv("PUT");
    assert_int_equal(setenv("PUT", "3", 0), 0);
    assert_string_equal(secure_getenv("PUT"), "1");
    assert_int_equal(setenv("PUT", "3", 1), 0);
    assert_string_equal(getenv("PUT"), "3");
    assert_string_equal(kept, "1");
    assert_int_equal(unsetenv("PUT"), 0);
    assert_null(getenv("PUT"));
    assert_null(getenv(""));
    char name[] = "STAYS";
    assert_int_equal(putenv(name), 0);
    assert_null(getenv("STAYS"));
    errno = 0;
    assert_int_equal(setenv("a=b", "x", 1), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(setenv("", "x", 0), -1);
    assert_int_equal(unsetenv("="), -1);
    assert_int_equal(putenv(equals), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(clearenv(), 0);
    assert_int_equal(os_environ_size(), 0);
}

/* cmocka asks the environment how to print. */
static int save_environ(void **state) {
    *state = os_environ();
    return *state ? 0 : -1;
}

static int restore_environ(void **state) {
    int r = os_environ_update(*state);
    free(*state);
    return r;
}

#define CLEARS_ENVIRON(test) cmocka_unit_test_setup_teardown(test, save_environ, restore_environ)

int main(void) {
    const struct CMUnitTest tests[] = {
        CLEARS_ENVIRON(retained_is_bounded),
        cmocka_unit_test(writers_and_readers),
        cmocka_unit_test(libc_writers_and_readers),
        cmocka_unit_test(moving_variables_are_found),
        cmocka_unit_test(children_can_change_it),
        cmocka_unit_test(fork_handlers_can_change_it),
        CLEARS_ENVIRON(libc_names),
    };
    if (getenv("CMOCKA_MESSAGE_OUTPUT")) /* the tests take it out of the environment */
        cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
