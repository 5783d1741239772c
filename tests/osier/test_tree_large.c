/* SPDX-License-Identifier: MIT */
/** A directory of half a million entries takes no more memory than a small one. */
#include "trees.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#ifdef SLOW
enum { FILES = 500 * 1000, DIRECTORIES = 50 * 1000 };
#else
enum { FILES = 50 * 1000, DIRECTORIES = 5 * 1000 };
#endif

static struct { long before, after, seen; } * measured; /* shared with the child */

static long peak_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* How much more memory the call needs at its peak, in a process of its own: KiB. */
static long needed(long (*call)(int threads), int threads, long expected) {
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        measured->before = peak_kib();
        measured->seen = call(threads);
        measured->after = peak_kib();
        _exit(0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(measured->seen, expected);
    return measured->after - measured->before;
}

static long scan(int threads) {
    (void)threads;
    long seen = 0;
    struct os_scandir *scan = os_scandir("t");
    while (os_scandir_next(scan))
        seen++;
    os_scandir_close(scan);
    return seen;
}

static long walk(int threads) {
    long seen = 0;
    struct os_walk_options options = {.size = sizeof options, .threads = threads};
    struct os_walk *walk = os_walk("t", &options);
    for (struct os_walk_entry *at; (at = os_walk_next(walk)); seen++)
        for (; *at->filenames; at->filenames++)
            seen++;
    os_walk_close(walk);
    return seen;
}

static long measure(int threads) {
    struct os_tree_usage_options options = {
        .size = sizeof options, .control.threads = threads, .depth = -1, .files = true, .top = 100};
    struct os_tree_usage *usage = os_tree_usage("t", &options);
    long seen = usage ? (long)(usage->files + usage->directories) : -1;
    free(usage);
    return seen;
}

static long change(int threads) {
    struct os_tree_options options = {.size = sizeof options, .control.threads = threads};
    return os_chmodtree("t", 0600, 0700, &options);
}

static long compare(int threads) {
    struct os_tree_compare_options options = {.size = sizeof options, .control.threads = threads};
    struct os_tree_compare *compare = os_tree_compare("t", "t", &options);
    long seen = compare ? (long)compare->count : -1;
    free(compare);
    return seen;
}

static long removal(int threads) {
    struct os_rmtree_options options = {.size = sizeof options, .control.threads = threads};
    return os_rmtree("t", &options);
}

/* Links, so that there are not as many files to be made. */
static void make_files(void) {
    char name[32];
    assert_int_equal(mkdir("t", 0777), 0);
    write_text("t/0", "");
    for (int i = 1; i < FILES; i++) {
        snprintf(name, sizeof name, "t/%d", i);
        assert_int_equal(link("t/0", name), 0);
    }
}

static void check_small(const char *what, long kib, long most) {
    print_message("# %s: %ld KiB\n", what, kib);
    assert_true(kib < most);
}

static void many_files(void **state) {
    (void)state;
    SKIP_SANITIZED();
    make_files();
    check_small("scandir", needed(scan, 1, FILES), 4096);
    for (int threads = 1; threads < 3; threads++) {
        check_small("usage", needed(measure, threads, FILES + 1), 8192);
        check_small("chmodtree", needed(change, threads, 0), 8192);
        check_small("compare", needed(compare, threads, 0), 8192);
        check_small("walk", needed(walk, threads, FILES + 1),
                    4096 + FILES / 10); /* 100 bytes each */
    }
    check_small("rmtree", needed(removal, 2, 0), 8192);
}

static void many_directories(void **state) {
    (void)state;
    SKIP_SANITIZED();
    char name[32];
    assert_int_equal(mkdir("t", 0777), 0);
    for (int i = 0; i < DIRECTORIES; i++) {
        snprintf(name, sizeof name, "t/%d", i);
        assert_int_equal(mkdir(name, 0777), 0);
    }
    for (int threads = 1; threads < 3; threads++) {
        check_small("usage", needed(measure, threads, DIRECTORIES + 1), 8192);
        check_small("chmodtree", needed(change, threads, 0), 8192);
        check_small("compare", needed(compare, threads, 0), 8192);
    }
    check_small("rmtree", needed(removal, 2, 0), 8192);
}

/* A directory that is read in parts, and given up in between for what is below it. */
static void many_directories_with_few_descriptors(void **state) {
    (void)state;
    enum { MANY = 10000, DEEP = 25 };
    char name[32];
    assert_int_equal(mkdir("t", 0777) | mkdir("t/many", 0777), 0);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "t/many/%d", i);
        if (i % 250)
            assert_int_equal(mkdir(name, 0777), 0);
        else
            make_chain(name, "d", DEEP, 1);
    }
    long old = limit_descriptors(16);
    for (int threads = 1; threads < 3; threads++)
        assert_int_equal(measure(threads),
                         2 + MANY + MANY / 250 * (2 * DEEP) + MANY / 250 * (DEEP + 1));
    assert_int_equal(removal(1), 0);
    limit_descriptors(old);
}

int main(void) {
    measured =
        mmap(NULL, sizeof *measured, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const struct CMUnitTest tests[] = {IN_TREES(many_files), IN_TREES(many_directories),
                                       IN_TREES(many_directories_with_few_descriptors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
