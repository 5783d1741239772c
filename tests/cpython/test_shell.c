/* SPDX-License-Identifier: MIT */
/** Shell lines: os.system and os.popen, with the results that CPython gives. */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void assert_no_children(void) {
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void system_gives_the_wait_status(void **state) {
    (void)state;
    int descriptors = open_descriptors();
    assert_int_equal(os_system("exit 3"), 768);
    assert_int_equal(os_system("kill -9 $$"), 9);
    assert_int_equal(os_system(""), 0);
    assert_int_equal(os_system("exec 2>/dev/null; osier-no-such-command"), 127 << 8);
    assert_no_children();
    assert_int_equal(open_descriptors(), descriptors);
}

static void system_passes_the_environment(void **state) {
    (void)state;
    assert_int_equal(os_putenv("OSIER_TEST", "it's"), 0);
    assert_int_equal(os_system("test \"$OSIER_TEST\" = \"it's\""), 0);
    assert_int_equal(os_unsetenv("OSIER_TEST"), 0);
    assert_int_equal(os_system("test -z \"${OSIER_TEST+set}\""), 0);
}

static volatile sig_atomic_t interrupts;

static void on_interrupt(int number) {
    (void)number;
    interrupts++;
}

static void system_leaves_interrupts_to_the_line(void **state) {
    (void)state;
    struct sigaction action = {.sa_handler = on_interrupt}, now;
    assert_int_equal(sigaction(SIGINT, &action, NULL), 0);
    assert_int_equal(os_system("kill -INT $PPID; kill -QUIT $PPID; kill -INT $$"), SIGINT);
    assert_int_equal(interrupts, 0);
    assert_int_equal(sigaction(SIGINT, NULL, &now), 0);
    assert_ptr_equal(now.sa_handler, on_interrupt);
    signal(SIGINT, SIG_IGN);
    assert_int_equal(os_system("kill -INT $$; exit 5"), 5 << 8); /* ignored stays ignored */
    signal(SIGINT, SIG_DFL);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_false(sigismember(&mask, SIGCHLD));
}

static void popen_reads(void **state) {
    (void)state;
    static const struct {
        const char *line, *output;
        int status;
    } cases[] = {
        {"true", "", 0},
        {"exit 3", "", 768},
        {"kill -9 $$", "", -2304},
        {"echo x; exit 300", "x\n", 11264},
    };
    int descriptors = open_descriptors();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct os_popen *p = os_popen(cases[i].line, "r");
        assert_non_null(p);
        assert_text(os_popen_read(p, NULL), cases[i].output);
        assert_int_equal(os_popen_close(p), cases[i].status);
    }
    assert_no_children();
    assert_int_equal(open_descriptors(), descriptors);
}

static void popen_reads_in_steps(void **state) {
    (void)state;
    char line[20];
    size_t size = 99;
    struct os_popen *p = os_popen("echo one; printf 'a\\0b\\n'; head -c 300000 /dev/zero", "r");
    assert_non_null(p);
    assert_non_null(fgets(line, sizeof line, p->stream));
    assert_string_equal(line, "one\n");
    os_autofree char *rest = os_popen_read(p, &size);
    assert_non_null(rest);
    assert_int_equal(size, 300004);
    assert_memory_equal(rest, "a\0b\n\0", 5);
    assert_text(os_popen_read(p, &size), "");
    assert_int_equal(size, 0);
    assert_int_equal(os_popen_close(p), 0);
}

static void popen_writes(void **state) {
    (void)state;
    struct os_popen *p = os_popen("cat >out; exit 4", "w");
    assert_non_null(p);
    assert_true(fputs("hello", p->stream) >= 0);
    assert_int_equal(os_popen_close(p), 1024);
    assert_text(os_getoutput("cat out", NULL), "hello");
}

static void popen_broken_pipe(void **state) {
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    struct os_popen *p = os_popen("exec <&-; exit 0", "w");
    assert_non_null(p);
    assert_int_equal(waitid(P_PID, (id_t)p->pid, NULL, WEXITED | WNOWAIT), 0);
    assert_true(fputs("hello", p->stream) >= 0);
    assert_int_equal(os_popen_close(p), -1);
    assert_error(EPIPE, "popen_close", NULL, NULL);
    signal(SIGPIPE, SIG_DFL);
    assert_no_children();
}

static void popen_mode(void **state) {
    (void)state;
    static const char *const modes[] = {"", "rw", "a", "re"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_null(os_popen("true", modes[i]));
        assert_error(EINVAL, "popen", NULL, NULL);
        assert_string_equal(os_last_error()->message, "ValueError: invalid mode");
    }
    assert_int_equal(os_popen_close(NULL), 0);
}

/* A second line must not hold the first one's pipe open. */
static void popens_are_apart(void **state) {
    (void)state;
    struct os_popen *a = os_popen("cat >a", "w"), *b = os_popen("cat >b", "w");
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(fcntl(fileno(a->stream), F_GETFD), FD_CLOEXEC);
    assert_int_equal(os_popen_close(a), 0); /* would wait for ever */
    assert_int_equal(os_popen_close(b), 0);
}

static void popen_without_standard_streams(void **state) {
    (void)state;
    fflush(NULL);
    int saved[3];
    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
        close(fd);
    }
    os_autofree char *both = os_getoutput("echo out; echo err >&2", NULL);
    struct os_popen *reader = os_popen("echo x", "r"), *writer = os_popen("cat >w", "w");
    bool apart = reader && writer && fileno(reader->stream) > 2 && fileno(writer->stream) > 2;
    os_autofree char *text = apart ? os_popen_read(reader, NULL) : NULL;
    bool wrote = apart && fputs("y", writer->stream) >= 0;
    int read_end = os_popen_close(reader), write_end = os_popen_close(writer);
    for (int fd = 0; fd < 3; fd++) {
        dup2(saved[fd], fd);
        close(saved[fd]);
    }
    assert_true(apart && wrote);
    assert_string_equal(text, "x\n");
    assert_int_equal(read_end, 0);
    assert_int_equal(write_end, 0);
    assert_text(os_getoutput("cat w", NULL), "y");
    assert_string_equal(both, "out\nerr");
}

static void output_and_status(void **state) {
    (void)state;
    int exitcode = 99;
    assert_text(os_getoutput("echo a; echo b >&2; exit 3", &exitcode), "a\nb");
    assert_int_equal(exitcode, 3);
    assert_text(os_getoutput("printf 'a\\n\\n'; kill -9 $$", &exitcode), "a\n");
    assert_int_equal(exitcode, -9);
    assert_text(os_getoutput("true", NULL), "");
    assert_text(os_getoutput("-x 2>/dev/null; echo after", NULL), "after");
    assert_no_children();
}

static void status_to_exitcode(void **state) {
    (void)state;
    static const struct {
        int status, exitcode;
    } good[] = {{0, 0}, {256, 1}, {9, -9}, {0x10000, 0}, {0x89, -9}, {128, 0}, {256 * 255, 255}};
    static const int bad[] = {0x137f, 0xffff, -1, 0x7f, 255, 0x13ff};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int exitcode = 99;
        assert_int_equal(os_waitstatus_to_exitcode(good[i].status, &exitcode), 0);
        assert_int_equal(exitcode, good[i].exitcode);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int exitcode = 99;
        assert_int_equal(os_waitstatus_to_exitcode(bad[i], &exitcode), -1);
        assert_error(EINVAL, "waitstatus_to_exitcode", NULL, NULL);
        assert_int_equal(strncmp(os_last_error()->message, "ValueError: ", 12), 0);
        assert_int_equal(exitcode, 99);
    }
}

/* Sets `failed` at the first result that is not what it should be. */
static void *run_lines(void *failed) {
    for (int i = 0; i < 20; i++) {
        if (os_system("exit 7") != 7 << 8)
            *(bool *)failed = true;
        os_autofree char *text = os_getoutput("echo $OSIER_STAYS", NULL);
        if (!text || strcmp(text, "here") != 0)
            *(bool *)failed = true;
    }
    return NULL;
}

static void many_threads(void **state) {
    (void)state;
    pthread_t threads[4];
    bool failed[4] = {false};
    char key[20];
    int descriptors = open_descriptors();
    assert_int_equal(os_putenv("OSIER_STAYS", "here"), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_lines, &failed[i]), 0);
    for (int i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "OSIER_%d", i % 100);
        assert_int_equal(i / 100 % 2 ? os_unsetenv(key) : os_putenv(key, key), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_false(failed[i]);
    }
    struct sigaction now;
    sigaction(SIGINT, NULL, &now);
    assert_ptr_equal(now.sa_handler, SIG_DFL);
    assert_no_children();
    assert_int_equal(open_descriptors(), descriptors);
}

/* ------------------------------------------------- threads that are cancelled while they wait */

#define LONG_LINE "echo >started; exec sleep 60"

static void *run_system(void *unused) {
    (void)unused;
    os_system(LONG_LINE);
    return NULL;
}

static void *run_spawn(void *unused) {
    (void)unused;
    os_spawnl(OS_P_WAIT, "/bin/sh", "sh", "-c", LONG_LINE, NULL);
    return NULL;
}

static void *run_getoutput(void *unused) {
    (void)unused;
    free(os_getoutput(LONG_LINE, NULL));
    return NULL;
}

static void *run_popen(void *unused) {
    (void)unused;
    os_popen_close(os_popen(LONG_LINE, "r"));
    return NULL;
}

static void wait_until_started(void) {
    while (access("started", F_OK) < 0)
        usleep(1000);
}

static bool ignored(int number) {
    struct sigaction now;
    assert_int_equal(sigaction(number, NULL, &now), 0);
    return now.sa_handler == SIG_IGN;
}

static void cancelled_while_it_waits(void **state) {
    (void)state;
    void *(*const calls[])(void *) = {run_system, run_spawn, run_getoutput, run_popen};
    int descriptors = open_descriptors();
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        pthread_t thread;
        void *end;
        assert_int_equal(pthread_create(&thread, NULL, calls[i], NULL), 0);
        wait_until_started();
        assert_int_equal(pthread_cancel(thread), 0);
        assert_int_equal(pthread_join(thread, &end), 0);
        assert_ptr_equal(end, PTHREAD_CANCELED);
        assert_false(ignored(SIGINT) || ignored(SIGQUIT));
        assert_int_equal(waitpid(-1, NULL, 0), -1);
        assert_int_equal(errno, ECHILD);
        assert_int_equal(open_descriptors(), descriptors);
        assert_int_equal(unlink("started"), 0);
    }
}

/* While a line runs, other children have the signals as they were. */
static void children_of_others_meanwhile(void **state) {
    (void)state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_system, NULL), 0);
    wait_until_started();
    assert_true(ignored(SIGINT) && ignored(SIGQUIT));
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(ignored(SIGINT) || ignored(SIGQUIT) || os_system("exit 3") != 3 << 8 ||
              ignored(SIGINT) || ignored(SIGQUIT));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_text(os_getoutput("grep -c '^SigIgn:.*[0189]$' /proc/self/status", NULL),
                "1"); /* bits 1 and 2 */
    assert_int_equal(pthread_cancel(thread), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(ignored(SIGINT));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(cancelled_while_it_waits),
        IN_SCRATCH(children_of_others_meanwhile),
        cmocka_unit_test(system_gives_the_wait_status),
        cmocka_unit_test(system_passes_the_environment),
        cmocka_unit_test(system_leaves_interrupts_to_the_line),
        cmocka_unit_test(popen_reads),
        cmocka_unit_test(popen_reads_in_steps),
        IN_SCRATCH(popen_writes),
        cmocka_unit_test(popen_broken_pipe),
        cmocka_unit_test(popen_mode),
        IN_SCRATCH(popens_are_apart),
        IN_SCRATCH(popen_without_standard_streams),
        cmocka_unit_test(output_and_status),
        cmocka_unit_test(status_to_exitcode),
        cmocka_unit_test(many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
