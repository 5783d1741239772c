/* SPDX-License-Identifier: MIT */
/** realpath: links, loops, what is missing, the four modes, and paths beyond PATH_MAX. */
#include "trees.h"

#include "base/str.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define LENIENT       OS_PATH_LENIENT
#define STRICT        OS_PATH_STRICT
#define ALLOW_MISSING OS_PATH_ALLOW_MISSING
#define ALL_BUT_LAST  OS_PATH_ALL_BUT_LAST

static int plant(void **state) {
    static const char *const links[][2] = {
        {"file", "d/e/f/to_file"},   {"d/e", "to_e"},       {"../..", "d/e/up"},
        {"nowhere", "dangling"},     {"gone/x", "halfway"}, {"loop", "loop"},
        {"ring2", "ring1"},          {"ring3", "ring2"},    {"./ring1", "ring3"},
        {"into/x", "into"},          {"to_e/f", "second"},  {"file/", "slashed"},
        {"d/../to_e/./f/", "messy"},
    };
    if (enter_trees(state) < 0 || mkdir("d", 0755) < 0 || mkdir("d/e", 0755) < 0 ||
        mkdir("d/e/f", 0755) < 0)
        return -1;
    write_text("file", "x");
    write_text("d/e/f/file", "x");
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (symlink(links[i][0], links[i][1]) < 0)
            return -1;
    return symlink(*state, "absolute");
}

/* `expected` is the result below the scratch directory, or with a "!" the path that fails. */
struct row {
    const char *path, *expected;
    enum os_path_strict strict;
    int number;
};

static void check_row(const char *top, const struct row *row, const char *prefix) {
    char path[PATH_MAX], expected[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", prefix, row->path);
    snprintf(expected, sizeof expected, "%s%s%s", top, *row->expected ? "/" : "", row->expected);
    char *real = os_path_realpath(path, row->strict);
    int number = errno;
    if (!real != (row->number != 0) || (real && strcmp(real, expected) != 0))
        print_error("realpath('%s', %d) gives %s, %s\n", path, row->strict, real ? real : "NULL",
                    strerror(number));
    if (row->number) {
        assert_null(real);
        errno = number;
        assert_error(row->number, "path_realpath", expected, NULL);
    } else {
        assert_non_null(real);
        assert_string_equal(real, expected);
    }
    free(real);
}

static const struct row rows[] = {
    /* without links */
    {"", "", LENIENT, 0},
    {".", "", STRICT, 0},
    {"file", "file", STRICT, 0},
    {"d/e/f/file", "d/e/f/file", STRICT, 0},
    {"d//e/./f/../../e/", "d/e", STRICT, 0},
    /* links */
    {"to_e", "d/e", STRICT, 0},
    {"to_e/..", "d", STRICT, 0},
    {"to_e/f/to_file", "d/e/f/file", STRICT, 0},
    {"second/to_file", "d/e/f/file", STRICT, 0},
    {"second/../up/file", "file", STRICT, 0},
    {"messy/file", "d/e/f/file", STRICT, 0},
    {"absolute/to_e/up/absolute/second", "d/e/f", STRICT, 0},
    {"to_e/../../to_e/../../to_e/f", "d/e/f", STRICT, 0},
    {"slashed", "file", LENIENT, 0},
    {"slashed", "file", STRICT, ENOTDIR},
    /* missing */
    {"missing", "missing", LENIENT, 0},
    {"missing", "missing", STRICT, ENOENT},
    {"missing", "missing", ALLOW_MISSING, 0},
    {"missing", "missing", ALL_BUT_LAST, 0},
    {"missing/", "missing", ALL_BUT_LAST, 0},
    {"missing/.", "missing", ALL_BUT_LAST, ENOENT},
    {"missing/x/y", "missing/x/y", LENIENT, 0},
    {"missing/x/y", "missing", STRICT, ENOENT},
    {"missing/x/y", "missing/x/y", ALLOW_MISSING, 0},
    {"missing/x/y", "missing", ALL_BUT_LAST, ENOENT},
    {"missing/../to_e", "d/e", LENIENT, 0},
    {"missing/x/../../to_e", "d/e", ALLOW_MISSING, 0},
    {"to_e/missing/x", "d/e/missing/x", ALLOW_MISSING, 0},
    {"to_e/missing", "d/e/missing", ALL_BUT_LAST, 0},
    {"dangling", "nowhere", LENIENT, 0},
    {"dangling", "nowhere", STRICT, ENOENT},
    {"dangling", "nowhere", ALL_BUT_LAST, 0},
    {"dangling/x", "nowhere/x", ALLOW_MISSING, 0},
    {"halfway", "gone/x", ALLOW_MISSING, 0},
    {"halfway", "gone", ALL_BUT_LAST, ENOENT},
    /* no directories */
    {"file/", "file", LENIENT, 0},
    {"file/", "file", STRICT, ENOTDIR},
    {"file/.", "file", STRICT, ENOTDIR},
    {"file/..", "", LENIENT, 0},
    {"file/..", "file", STRICT, ENOTDIR},
    {"file/x/y/z", "file/x/y/z", LENIENT, 0},
    {"file/x/y/z", "file", STRICT, ENOTDIR},
    {"file/x", "file", ALLOW_MISSING, ENOTDIR},
    {"file/x", "file", ALL_BUT_LAST, ENOTDIR},
    {"to_e/f/to_file/", "d/e/f/file", ALLOW_MISSING, ENOTDIR},
    /* loops: CPython from 3.13 on goes on behind them */
    {"loop", "loop", LENIENT, 0},
    {"loop", "loop", STRICT, ELOOP},
    {"loop", "loop", ALLOW_MISSING, ELOOP},
    {"loop", "loop", ALL_BUT_LAST, ELOOP},
    {"loop/x/y", "loop/x/y", LENIENT, 0},
    {"loop/x", "loop", STRICT, ELOOP},
    {"loop/../to_e", "d/e", LENIENT, 0},
    {"ring1", "ring1", LENIENT, 0},
    {"ring2/x", "ring2/x", LENIENT, 0},
    {"ring1", "ring1", STRICT, ELOOP},
    {"into", "into/x", LENIENT, 0},
    {"into/y", "into/x/y", LENIENT, 0},
};

static void resolves_as_python(void **state) {
    char top[PATH_MAX];
    snprintf(top, sizeof top, "%s/", (char *)*state);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(*state, &rows[i], "");
        check_row(*state, &rows[i], "d/e/../../"); /* so long that it is asked for at once */
        check_row(*state, &rows[i], top);
    }
}

static void drops_slashes_at_the_root(void **state) {
    (void)state;
    assert_text(os_path_realpath("/", STRICT), "/");
    assert_text(os_path_realpath("//", STRICT), "/");
    assert_text(os_path_realpath("//proc//", STRICT), "/proc");
    assert_text(os_path_realpath("/../..", STRICT), "/");
    assert_text(os_path_realpath("//no\xff/such/file", LENIENT), "/no\xff/such/file");
}

static void refuses_other_modes(void **state) {
    (void)state;
    assert_null(os_path_realpath("/", (enum os_path_strict)4));
    assert_error(EINVAL, "path_realpath", NULL, NULL);
}

static void names_too_long(void **state) {
    char name[300], expected[PATH_MAX];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(expected, sizeof expected, "%s/%s", (char *)*state, name);
    assert_text(os_path_realpath(name, LENIENT), expected);
    assert_null(os_path_realpath(name, ALLOW_MISSING));
    assert_error(ENAMETOOLONG, "path_realpath", expected, NULL);
}

/* The text of a link in /proc counts, as it does for CPython, not what it leads to. */
static void magic_links(void **state) {
    (void)state;
    char path[64], expected[100];
    int ends[2];
    struct stat st;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fstat(ends[0], &st), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    snprintf(expected, sizeof expected, "/proc/%d/fd/pipe:[%lu]", getpid(),
             (unsigned long)st.st_ino);
    assert_text(os_path_realpath(path, LENIENT), expected);
    assert_null(os_path_realpath(path, STRICT));
    assert_int_equal(errno, ENOENT);
    close(ends[0]);
    close(ends[1]);
}

static int unprivileged(void) {
    char *real = os_path_realpath("locked/to_e/x", LENIENT);
    bool ok = real && strstr(real, "/locked/to_e/x");
    free(real);
    real = os_path_realpath("locked/e", STRICT);
    ok = ok && !real && errno == EACCES && strstr(os_last_error()->filename, "/locked/e");
    free(real);
    real = os_path_realpath("locked/e/../x", ALLOW_MISSING);
    ok = ok && !real && errno == EACCES;
    free(real);
    real = os_path_realpath("locked/../d/e/f", STRICT);
    ok = ok && real && strstr(real, "/d/e/f");
    free(real);
    return ok ? 0 : 1;
}

static void without_permission(void **state) {
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(mkdir("locked", 0755), 0);
    assert_int_equal(symlink("../d/e", "locked/to_e"), 0);
    assert_int_equal(chmod("locked", 0), 0);
    int result = as_nobody(unprivileged);
    chmod("locked", 0755);
    assert_int_equal(result, 0);
}

static int below_a_closed_directory(void) {
    os_autofree char *lenient = os_path_realpath("to_e", LENIENT);
    os_autofree char *strict = os_path_realpath("to_e", STRICT);
    return lenient && strstr(lenient, "/d/e/to_e") && !strict && errno == EACCES ? 0 : 1;
}

/* The current directory is known by its path, as from CPython 3.13 on: where that is closed, links are not seen. */
static void in_a_directory_whose_path_is_closed(void **state) {
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(symlink("f", "d/e/to_e"), 0);
    assert_int_equal(chdir("d/e"), 0);
    assert_int_equal(chmod("..", 0), 0);
    int result = as_nobody(below_a_closed_directory);
    chmod("..", 0755);
    assert_int_equal(chdir(*state), 0);
    assert_int_equal(result, 0);
}

/* ---- Many links, and long paths ---- */

/* A chain of more links than the kernel follows is fine, as for CPython. */
static void long_chains_of_links(void **state) {
    char name[32], target[32], expected[PATH_MAX];
    write_text("l0", "x");
    for (int i = 1; i <= 5000; i++) {
        snprintf(name, sizeof name, "l%d", i);
        snprintf(target, sizeof target, "l%d", i - 1);
        assert_int_equal(symlink(target, name), 0);
    }
    snprintf(expected, sizeof expected, "%s/l0", (char *)*state);
    assert_text(os_path_realpath("l5000", STRICT), expected);
}

/* Each link names the one before it twice: 2^60 steps for who does not remember them. */
static void links_are_followed_once(void **state) {
    char name[32], target[64];
    assert_int_equal(mkdir("x0", 0755), 0);
    for (int i = 1; i <= 60; i++) {
        snprintf(name, sizeof name, "x%d", i);
        snprintf(target, sizeof target, "x%d/../x%d", i - 1, i - 1);
        assert_int_equal(symlink(target, name), 0);
    }
    char *expected = os_path_join(*state, "x0");
    assert_text(os_path_realpath("x60", STRICT), expected);
    free(expected);
}

static void the_same_link_many_times(void **state) {
    enum { TIMES = 200000 };
    char *path = malloc(TIMES * 2 + 1);
    assert_non_null(path);
    assert_int_equal(symlink(".", "s"), 0);
    for (size_t i = 0; i < TIMES; i++)
        memcpy(path + 2 * i, "s/", 2);
    path[(size_t)TIMES * 2] = '\0';
    assert_text(os_path_realpath(path, STRICT), *state);
    free(path);
}

#define LEVELS 60
#define NAME   200

/* Goes down a chain of directories whose path is three times PATH_MAX; at its end lies a file, and
 * links to the file, to the directory above, and to the top. */
static void go_deep(const char *top) {
    char name[NAME + 1];
    memset(name, 'n', NAME);
    name[NAME] = '\0';
    for (int i = 0; i < LEVELS; i++)
        assert_true(mkdir(name, 0755) == 0 && chdir(name) == 0);
    write_text("file", "x");
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(symlink("..", "up"), 0);
    assert_int_equal(symlink(top, "top"), 0);
}

static char *deep_path(const char *top, int levels, const char *rest) {
    size_t size = strlen(top);
    char *path = malloc(size + (size_t)levels * (NAME + 1) + strlen(rest) + 1);
    assert_non_null(path);
    char *end = mempcpy(path, top, size);
    for (int i = 0; i < levels; i++) {
        *end++ = '/';
        end = memset(end, 'n', NAME);
        end += NAME;
    }
    strcpy(end, rest);
    return path;
}

/* gh-135034: CPython leaves what lies beyond PATH_MAX unresolved, and says nothing of it. */
static void realpath_beyond_path_max(void **state) {
    static const char *const cases[][2] = {
        {"/link", "/file"}, {"/file", "/file"}, {"/up/.", ""}, {"/./missing", "/missing"}};
    const char *top = *state;
    int before = open_descriptors();
    go_deep(top);
    for (size_t i = 0; i < 4; i++) {
        char *path = deep_path(top, LEVELS, cases[i][0]);
        char *expected = deep_path(top, i == 2 ? LEVELS - 1 : LEVELS, cases[i][1]);
        enum os_path_strict strict = i == 3 ? ALLOW_MISSING : STRICT;
        assert_text(os_path_realpath(path, strict), expected);
        assert_text(os_path_realpath(cases[i][0] + 1, strict), expected);
        assert_text(os_path_realpath(path, LENIENT), expected);
        free(path);
        free(expected);
    }
    assert_text(os_path_realpath("top", STRICT), top);
    char *down = deep_path("top", LEVELS, "/top");
    assert_text(os_path_realpath(down, STRICT), top);
    free(down);
    char *expected = deep_path(top, LEVELS, "/a/b");
    assert_text(os_path_abspath("a/./b"), expected);
    assert_text(os_path_relpath("a", "b"), "../a");
    free(expected);
    assert_int_equal(chdir(top), 0);
    assert_int_equal(open_descriptors(), before);
}

/* Up and down again, across what one system call can take, from the bottom of the chain. */
static void climb(const char *top, int steps) {
    AUTO_STR path = STR_INIT;
    os_autofree char *bottom = deep_path(top, LEVELS, "");
    os_autofree char *down = deep_path(".", steps, "/link");
    os_autofree char *expected = deep_path(top, LEVELS, "/file");
    str_append_text(&path, bottom);
    for (int i = 0; i < steps; i++)
        str_append_text(&path, "/..");
    str_append_char(&path, '/');
    str_append_text(&path, down);
    assert_text(os_path_realpath(path.data, STRICT), expected);
}

static void climbs_beyond_path_max(void **state) {
    go_deep(*state);
    assert_int_equal(chdir(*state), 0);
    for (int steps = 1; steps < LEVELS; steps++)
        climb(*state, steps);
}

static void strict_failures_beyond_path_max(void **state) {
    go_deep(*state);
    char *path = deep_path(*state, LEVELS, "/file/x"), *failed = deep_path(*state, LEVELS, "/file");
    assert_null(os_path_realpath(path, STRICT));
    assert_error(ENOTDIR, "path_realpath", failed, NULL);
    free(path);
    free(failed);
    path = deep_path(*state, LEVELS, "/missing/x");
    failed = deep_path(*state, LEVELS, "/missing");
    assert_null(os_path_realpath(path, ALL_BUT_LAST));
    assert_error(ENOENT, "path_realpath", failed, NULL);
    free(path);
    free(failed);
    assert_int_equal(chdir(*state), 0);
}

int main(void) {
#define PLANTED(test) cmocka_unit_test_setup_teardown(test, plant, leave_trees)
    const struct CMUnitTest tests[] = {
        PLANTED(resolves_as_python),
        cmocka_unit_test(drops_slashes_at_the_root),
        cmocka_unit_test(refuses_other_modes),
        IN_TREES(names_too_long),
        cmocka_unit_test(magic_links),
        PLANTED(without_permission),
        PLANTED(in_a_directory_whose_path_is_closed),
        IN_TREES(long_chains_of_links),
        IN_TREES(links_are_followed_once),
        IN_TREES(the_same_link_many_times),
        IN_TREES(realpath_beyond_path_max),
        IN_TREES(climbs_beyond_path_max),
        IN_TREES(strict_failures_beyond_path_max),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
