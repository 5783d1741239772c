/* SPDX-License-Identifier: MIT */
/** os.walk and os.fwalk as CPython defines them, and beyond where it gives up. */
#include "trees.h"

#include "fs/dir.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/stat.h>

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t sorted(char **list) {
    size_t n = 0;
    while (list[n])
        n++;
    qsort(list, n, sizeof *list, by_text);
    return n;
}

/* A walk as text: "t[a,b|file] t/a[|]"; the directories are visited in order of their names. */
static char *shown(struct os_walk *walk) {
    static char text[4000];
    struct os_walk_entry *at;
    size_t size = 0;
    text[0] = '\0';
    while ((at = os_walk_next(walk))) {
        size += (size_t)sprintf(text + size, "%s%s", size ? " " : "", at->dirpath);
        if (at->error) {
            size += (size_t)sprintf(text + size, "!%d", at->error);
            continue;
        }
        char **lists[] = {at->dirnames, at->filenames};
        for (int i = 0; i < 2; i++) {
            size_t n = sorted(lists[i]);
            text[size++] = "[|"[i];
            for (size_t j = 0; j < n; j++)
                size += (size_t)sprintf(text + size, "%s%s", j ? "," : "", lists[i][j]);
        }
        size += (size_t)sprintf(text + size, "]");
    }
    assert_int_equal(errno, 0);
    os_walk_close(walk);
    return text;
}

static void plant(void) {
    assert_int_equal(mkdir("t", 0777) | mkdir("t/a", 0777) | mkdir("t/a/b", 0777), 0);
    assert_int_equal(mkdir("t/c", 0777), 0);
    write_text("t/f", "");
    write_text("t/a/b/g", "");
    assert_int_equal(symlink("a", "t/l") | symlink("gone", "t/k"), 0);
}

/* A descriptor that fwalk gives out is at the beginning, whoever reads it, as CPython's is. */
static void fwalk_gives_directories_to_be_read(void **state) {
    (void)state;
    plant();
    for (int bottom_up = 0; bottom_up < 2; bottom_up++) {
        struct os_walk_options options = {.size = sizeof options, .bottom_up = bottom_up};
        struct os_walk *walk = os_fwalk(OS_CWD, "t", &options);
        struct os_walk_entry *at;
        while ((at = os_walk_next(walk))) {
            os_autofree char **names = os_listdir_fd(at->dir_fd);
            assert_non_null(names);
            assert_int_equal(sorted(names), sorted(at->dirnames) + sorted(at->filenames));
        }
        os_walk_close(walk);
    }
}

#define OPTIONS(...)                                                                               \
    (&(struct os_walk_options){.size = sizeof(struct os_walk_options), __VA_ARGS__})

static void top_down(void **state) {
    (void)state;
    plant();
    static const char all[] = "t[a,c,l|f,k] t/a[b|] t/a/b[|g] t/c[|]";
    for (int threads = -1; threads < 4; threads++)
        assert_string_equal(shown(os_walk("t", OPTIONS(.threads = threads))), all);
    assert_string_equal(shown(os_walk("t/a", NULL)), "t/a[b|] t/a/b[|g]");
    assert_string_equal(shown(os_walk("t/a/", NULL)), "t/a/[b|] t/a/b[|g]");
    assert_string_equal(shown(os_walk("t/l", NULL)), "t/l[b|] t/l/b[|g]");
    assert_string_equal(shown(os_fwalk(OS_CWD, "t", NULL)), all);
    int dir = open("t", O_RDONLY);
    assert_string_equal(shown(os_fwalk(dir, "a", NULL)), "a[b|] a/b[|g]");
    close(dir);
}

static void without_types(void **state) {
    (void)state;
    plant();
    dir_types_hidden = true;
    char *text = shown(os_walk("t", NULL));
    dir_types_hidden = false;
    assert_string_equal(text, "t[a,c,l|f,k] t/a[b|] t/a/b[|g] t/c[|]");
}

static void links_as_files(void **state) {
    (void)state;
    plant();
    assert_string_equal(shown(os_walk("t", OPTIONS(.links_as_files = true))),
                        "t[a,c|f,k,l] t/a[b|] t/a/b[|g] t/c[|]");
}

enum { MANY = 6000, EACH_DIRECTORY = 500 };

/* Numbers with so many zeros before them that names are of 6 to 205 bytes. */
static int number_of(const char *name) {
    int number = atoi(name);
    assert_int_equal(strlen(name), 6 + number % 200);
    return number;
}

static void count_numbers(char **names, bool directories, char *seen) {
    for (; *names; names++) {
        int number = number_of(*names);
        assert_int_equal(number % EACH_DIRECTORY == 0, directories);
        seen[number]++;
    }
}

static void more_names_than_one_call_gives(void **state) {
    (void)state;
    char name[500];
    assert_int_equal(mkdir("t", 0777), 0);
    for (int i = 0; i < MANY; i++) {
        size_t size = (size_t)sprintf(name, "t/%0*d", 6 + i % 200, i);
        if (i % EACH_DIRECTORY == 0) { /* with the next number in it */
            assert_int_equal(mkdir(name, 0777), 0);
            i++;
            sprintf(name + size, "/%0*d", 6 + i % 200, i);
        }
        assert_int_equal(mknod(name, S_IFREG | 0644, 0), 0);
    }
    for (int way = 0; way < 4; way++) {
        char seen[MANY] = {0}, once[MANY];
        struct os_walk_entry *at;
        struct os_walk *walk = os_walk("t", OPTIONS(.bottom_up = way & 1, .threads = way & 2));
        while ((at = os_walk_next(walk))) {
            count_numbers(at->dirnames, true, seen);
            count_numbers(at->filenames, false, seen);
        }
        os_walk_close(walk);
        assert_memory_equal(seen, memset(once, 1, sizeof once), MANY);
    }
}

static void bottom_up(void **state) {
    (void)state;
    plant();
    assert_int_equal(rmdir("t/c"), 0);
    static const char all[] = "t/a/b[|g] t/a[b|] t[a,l|f,k]";
    for (int threads = 0; threads < 3; threads++)
        assert_string_equal(shown(os_walk("t", OPTIONS(.bottom_up = true, .threads = threads))),
                            all);
    assert_string_equal(shown(os_fwalk(OS_CWD, "t", OPTIONS(.bottom_up = true))), all);
}

static void tops_that_are_none(void **state) {
    (void)state;
    plant();
    assert_string_equal(shown(os_walk("gone", NULL)), "");
    assert_string_equal(shown(os_walk("", NULL)), "");
    assert_string_equal(shown(os_walk("t/f", NULL)), "");
    char expected[32];
    snprintf(expected, sizeof expected, "gone!%d", ENOENT);
    assert_string_equal(shown(os_walk("gone", OPTIONS(.errors = true))), expected);
    assert_null(os_fwalk(OS_CWD, "gone", NULL));
    assert_error(ENOENT, "fwalk", "gone", NULL);
    assert_null(os_fwalk(OS_CWD, "t/f/gone", NULL));
    assert_error(ENOTDIR, "fwalk", "t/f/gone", NULL);
    symlink("gone", "dangling");
    assert_null(os_fwalk(OS_CWD, "dangling", NULL));
    assert_error(ENOENT, "fwalk", "dangling", NULL);
    assert_string_equal(shown(os_fwalk(OS_CWD, "t/f", NULL)), "");
    assert_string_equal(shown(os_fwalk(OS_CWD, "t/l", NULL)), "");
    assert_string_equal(shown(os_fwalk(OS_CWD, "t/l", OPTIONS(.follow_links = true))),
                        "t/l[b|] t/l/b[|g]");
}

static void links_are_followed_but_not_round(void **state) {
    (void)state;
    plant();
    assert_int_equal(symlink("../..", "t/a/b/up"), 0);
    char expected[200];
    snprintf(expected, sizeof expected,
             "t[a,c,l|f,k] t/a[b|] t/a/b[up|g] t/a/b/up!%d t/c[|] t/l[b|] t/l/b[up|g] t/l/b/up!%d",
             ELOOP, ELOOP);
    for (int threads = 0; threads < 3; threads++)
        assert_string_equal(
            shown(os_walk("t", OPTIONS(.follow_links = true, .errors = true, .threads = threads))),
            expected);
}

static void the_list_says_where_to_go(void **state) {
    (void)state;
    for (int threads = 0; threads < 4; threads++) {
        make_bush("t", 40);
        struct os_walk *walk = os_walk("t", OPTIONS(.threads = threads));
        struct os_walk_entry *at = os_walk_next(walk);
        assert_int_equal(sorted(at->dirnames), 40);
        at->dirnames[0] = at->dirnames[30]; /* d0 → d5 or so: another order, and an end */
        at->dirnames[1] = at->dirnames[2];
        at->dirnames[2] = (char *)"added";
        at->dirnames[3] = NULL;
        char expected[3][40];
        for (int i = 0; i < 3; i++)
            snprintf(expected[i], sizeof *expected, "t/%s", at->dirnames[i]);
        assert_int_equal(mkdir("t/added", 0777), 0);
        for (int i = 0; i < 3; i++) {
            at = os_walk_next(walk);
            assert_string_equal(at->dirpath, expected[i]);
            os_walk_prune(walk);
        }
        assert_null(os_walk_next(walk));
        assert_int_equal(errno, 0);
        os_walk_close(walk);
        assert_int_equal(os_rmtree("t", NULL), 0);
    }
}

/* Directories in the order of a walk; with threads it has to be the same. */
static void a_list_of_ones_own_says_so_too(void **state) {
    (void)state;
    plant();
    char here[4096];
    snprintf(here, sizeof here, "%s/t/a", getcwd((char[4000]){0}, 4000));
    char *own[] = {(char *)"c", here, NULL, NULL};
    struct os_walk *walk = os_walk("t", OPTIONS(.links_as_files = true));
    struct os_walk_entry *at = os_walk_next(walk);
    own[2] = at->dirnames[0];
    at->dirnames = own;
    at = os_walk_next(walk);
    assert_string_equal(at->dirpath, "t/c");
    at = os_walk_next(walk);
    assert_string_equal(at->dirpath, here); /* as os.path.join has it */
    at->dirnames = own + 3;
    at = os_walk_next(walk);
    assert_non_null(at);
    assert_memory_equal(at->dirpath, "t/", 2);
    assert_null(os_walk_close(walk));
}

/* Names that the caller adds where there were none, in the top and below. */
static void names_added_where_there_were_none(void **state) {
    (void)state;
    assert_int_equal(mkdir("t", 0777) | mkdir("t/new", 0777) | mkdir("t/new/er", 0777), 0);
    for (int i = 0; i < 8; i++) {
        struct os_walk_options options = {
            .size = sizeof options, .threads = i % 2 ? 2 : 0, .follow_links = i / 2 % 2};
        struct os_walk *walk = i < 4 ? os_walk("t/new/er", &options) : os_walk("t/new", &options);
        struct os_walk_entry *at = os_walk_next(walk);
        if (i >= 4)
            at = os_walk_next(walk);
        assert_string_equal(at->dirpath, "t/new/er");
        assert_int_equal(mkdir("t/new/er/est", 0777), 0);
        at->dirnames = (char *[]){(char *)"est", NULL};
        at = os_walk_next(walk);
        assert_non_null(at);
        assert_string_equal(at->dirpath, "t/new/er/est");
        assert_null(os_walk_next(walk));
        assert_null(os_walk_close(walk));
        assert_int_equal(rmdir("t/new/er/est"), 0);
    }
}

static void order_does_not_depend_on_threads(void **state) {
    (void)state;
    make_bush("t", 120);
    for (int bottom_up = 0; bottom_up < 2; bottom_up++) {
        struct os_walk *one = os_walk("t", OPTIONS(.bottom_up = bottom_up));
        struct os_walk *three = os_walk("t", OPTIONS(.bottom_up = bottom_up, .threads = 3));
        struct os_walk_entry *a, *b;
        int count = 0;
        do {
            a = os_walk_next(one);
            b = os_walk_next(three);
            assert_int_equal(!a, !b);
            if (a)
                assert_string_equal(a->dirpath, b->dirpath);
            count++;
        } while (a);
        assert_int_equal(count - 1, 1 + 2 * 120);
        os_walk_close(one);
        os_walk_close(three);
    }
}

static void ended_before_the_end(void **state) {
    (void)state;
    make_bush("t", 100);
    int before = open_descriptors();
    for (int threads = 0; threads < 4; threads++)
        for (int steps = 0; steps < 200; steps += 37) {
            struct os_walk *walk =
                os_walk("t", OPTIONS(.threads = threads, .bottom_up = steps & 1));
            for (int i = 0; i < steps; i++)
                assert_non_null(os_walk_next(walk));
            errno = E2BIG;
            assert_null(os_walk_close(walk));
            assert_int_equal(errno, E2BIG);
        }
    assert_int_equal(open_descriptors(), before);
    assert_null(os_walk_close(NULL));
}

static void deep_with_few_descriptors(void **state) {
    (void)state;
    enum { DEPTH = 3000 };
    static const struct {
        int descriptors, threads, siblings;
        bool bottom_up;
    } rows[] = {{16, 1, 0, false}, {16, 1, 1, true}, {64, 2, 2, false}, {256, 3, 1, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make_chain("t", "d", DEPTH, rows[i].siblings);
        long old = limit_descriptors(rows[i].descriptors);
        struct os_walk *walk =
            os_walk("t", OPTIONS(.threads = rows[i].threads, .bottom_up = rows[i].bottom_up,
                                 .errors = true));
        struct os_walk_entry *at;
        int directories = 0, files = 0;
        while ((at = os_walk_next(walk))) {
            assert_int_equal(at->error, 0);
            directories++;
            for (char **name = at->filenames; *name; name++)
                files++;
        }
        os_walk_close(walk);
        limit_descriptors(old);
        assert_int_equal(directories, 1 + DEPTH * (1 + rows[i].siblings));
        assert_int_equal(files, 1 + DEPTH);
        assert_int_equal(os_rmtree("t", NULL), 0);
    }
}

static void a_descriptor_for_each(void **state) {
    (void)state;
    make_chain("t", "d", 200, 1);
    for (int bottom_up = 0; bottom_up < 2; bottom_up++) {
        long old = limit_descriptors(16);
        struct os_walk *walk = os_fwalk(OS_CWD, "t", OPTIONS(.bottom_up = bottom_up));
        struct os_walk_entry *at;
        int count = 0;
        for (; (at = os_walk_next(walk)); count++) {
            struct stat by_fd, by_path;
            assert_int_equal(fstat(at->dir_fd, &by_fd), 0);
            assert_int_equal(stat(at->dirpath, &by_path), 0);
            assert_int_equal(by_fd.st_ino, by_path.st_ino);
        }
        os_walk_close(walk);
        limit_descriptors(old);
        assert_int_equal(count, 401);
    }
}

static void *come_and_go(void *ends) {
    while (!atomic_load((atomic_bool *)ends)) {
        mkdir("t/d1/new", 0777);
        mkdir("t/d1/new/deeper", 0777);
        rmdir("t/d1/new/deeper");
        rmdir("t/d1/new");
    }
    return NULL;
}

static void entries_that_come_and_go(void **state) {
    (void)state;
    make_bush("t", 4);
    atomic_bool ends = false;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, come_and_go, &ends), 0);
    for (int round = 0; round < 300; round++) {
        struct os_walk *walk = os_walk("t", OPTIONS(.errors = true, .threads = round % 3));
        struct os_walk_entry *at;
        int count = 0;
        while ((at = os_walk_next(walk))) {
            assert_true(at->error == 0 || at->error == ENOENT);
            count += !strstr(at->dirpath, "new");
        }
        assert_int_equal(count, 1 + 2 * 4);
        os_walk_close(walk);
    }
    ends = true;
    pthread_join(thread, NULL);
}

static int nobody_walks(void) {
    char expected[64];
    snprintf(expected, sizeof expected, "t[a,c,l|f,k] t/a!%d t/c[|]", EACCES);
    if (strcmp(shown(os_walk("t", OPTIONS(.errors = true))), expected) != 0)
        return 1;
    return strcmp(shown(os_walk("t", NULL)), "t[a,c,l|f,k] t/c[|]") == 0 ? 0 : 2;
}

static void unreadable(void **state) {
    (void)state;
    plant();
    assert_int_equal(chmod(".", 0777) | chmod("t/a", 0700), 0);
    if (getuid() != 0)
        assert_int_equal(chmod("t/a", 0), 0);
    assert_int_equal(as_nobody(nobody_walks), 0);
}

static void mounts(void **state) {
    (void)state;
    plant();
    if (mount("none", "t/c", "tmpfs", 0, NULL) < 0)
        skip();
    assert_int_equal(mkdir("t/c/inside", 0777), 0);
    char expected[100];
    snprintf(expected, sizeof expected, "t[a,c,l|f,k] t/a[b|] t/a/b[|g] t/c!%d", EXDEV);
    char text[200];
    strcpy(text, shown(os_walk("t", OPTIONS(.errors = true, .one_file_system = true))));
    char *across = shown(os_walk("t", NULL));
    assert_int_equal(umount("t/c"), 0);
    assert_string_equal(text, expected);
    assert_string_equal(across, "t[a,c,l|f,k] t/a[b|] t/a/b[|g] t/c[inside|] t/c/inside[|]");
}

static void bad_options(void **state) {
    (void)state;
    struct os_walk_options options = {.size = 0};
    assert_null(os_walk(".", &options));
    assert_error(EINVAL, "walk", ".", NULL);
    struct {
        struct os_walk_options known;
        long unknown;
    } newer = {.known.size = sizeof newer, .unknown = 1};
    assert_null(os_walk(".", &newer.known));
    assert_error(E2BIG, "walk", ".", NULL);
    newer.unknown = 0;
    assert_string_equal(shown(os_walk(".", &newer.known)), ".[|]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(fwalk_gives_directories_to_be_read),
        IN_TREES(top_down),
        IN_TREES(without_types),
        IN_TREES(links_as_files),
        IN_TREES(more_names_than_one_call_gives),
        IN_TREES(bottom_up),
        IN_TREES(tops_that_are_none),
        IN_TREES(links_are_followed_but_not_round),
        IN_TREES(the_list_says_where_to_go),
        IN_TREES(a_list_of_ones_own_says_so_too),
        IN_TREES(names_added_where_there_were_none),
        IN_TREES(order_does_not_depend_on_threads),
        IN_TREES(ended_before_the_end),
        IN_TREES(deep_with_few_descriptors),
        IN_TREES(a_descriptor_for_each),
        IN_TREES(entries_that_come_and_go),
        IN_TREES(unreadable),
        IN_TREES(mounts),
        IN_TREES(bad_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
