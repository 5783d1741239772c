/* SPDX-License-Identifier: MIT */
/** os.path as text: what posixpath makes of every kind of path. */
#include "support.h"

#include <sys/stat.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* A row: what goes in, what comes out. */
struct pair {
    const char *in, *out;
};

static void check_pairs(char *(*function)(const char *), const struct pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *text = function(pairs[i].in);
        assert_non_null(text);
        if (strcmp(text, pairs[i].out) != 0)
            print_error("of '%s':\n", pairs[i].in);
        assert_string_equal(text, pairs[i].out);
        free(text);
    }
}

static void check_slice(struct os_slice slice, const char *expected) {
    assert_int_equal(slice.size, strlen(expected));
    assert_memory_equal(slice.data, expected, slice.size);
}

static void check_list(char **list, const char *a, const char *b, const char *c) {
    assert_non_null(list);
    assert_string_equal(list[0], a);
    assert_string_equal(list[1], b);
    if (c)
        assert_string_equal(list[2], c);
    assert_null(list[c ? 3 : 2]);
    free(list);
}

static void split_gives_head_and_tail(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"", "", ""},
        {"/", "/", ""},
        {"//", "//", ""},
        {"///", "///", ""},
        {"a", "", "a"},
        {"/a", "/", "a"},
        {"//a", "//", "a"},
        {"///a", "///", "a"},
        {"a/", "a", ""},
        {"a//", "a", ""},
        {"/a/b", "/a", "b"},
        {"/a//b", "/a", "b"},
        {"/a/b/", "/a/b", ""},
        {"a/b/c", "a/b", "c"},
        {".", "", "."},
        {"..", "", ".."},
        {"./", ".", ""},
        {"\xff/\xfe", "\xff", "\xfe"},
        {"a\nb/c", "a\nb", "c"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *const *row = cases[i];
        struct os_slice head, tail;
        check_list(os_path_split(row[0]), row[1], row[2], NULL);
        os_path_split_slices(row[0], &head, &tail);
        check_slice(head, row[1]);
        check_slice(tail, row[2]);
        assert_text(os_path_dirname(row[0]), row[1]);
        check_slice(os_path_dirname_slice(row[0]), row[1]);
        assert_text(os_path_basename(row[0]), row[2]);
        check_slice(os_path_basename_slice(row[0]), row[2]);
    }
}

static void splitext_cuts_the_last_dot(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"", "", ""},
        {"a", "a", ""},
        {"a.b", "a", ".b"},
        {"a.tar.gz", "a.tar", ".gz"},
        {"a.", "a", "."},
        {".bashrc", ".bashrc", ""},
        {"..", "..", ""},
        {"...", "...", ""},
        {"..a", "..a", ""},
        {"..a.b", "..a", ".b"},
        {".a.b", ".a", ".b"},
        {"d.e/f", "d.e/f", ""},
        {"d.e/.f", "d.e/.f", ""},
        {"d/f.g/", "d/f.g/", ""},
        {"d/a..b", "d/a.", ".b"},
        {"\xff.\xff", "\xff", ".\xff"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct os_slice root, extension;
        check_list(os_path_splitext(cases[i][0]), cases[i][1], cases[i][2], NULL);
        os_path_splitext_slices(cases[i][0], &root, &extension);
        check_slice(root, cases[i][1]);
        check_slice(extension, cases[i][2]);
    }
}

static void splitroot_knows_two_slashes(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"", "", ""},           {"a", "", "a"},         {"/", "/", ""},     {"/a", "/", "a"},
        {"//", "//", ""},       {"//a", "//", "a"},     {"///", "/", "//"}, {"///a", "/", "//a"},
        {"////a", "/", "///a"}, {"//a//", "//", "a//"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct os_slice drive, root, tail;
        check_list(os_path_splitroot(cases[i][0]), "", cases[i][1], cases[i][2]);
        os_path_splitroot_slices(cases[i][0], &drive, &root, &tail);
        check_slice(drive, "");
        check_slice(root, cases[i][1]);
        check_slice(tail, cases[i][2]);
    }
}

static void splitdrive_finds_none(void **state) {
    (void)state;
    struct os_slice drive, rest;
    check_list(os_path_splitdrive("c:/a"), "", "c:/a", NULL);
    os_path_splitdrive_slices("//host/share/a", &drive, &rest);
    check_slice(drive, "");
    check_slice(rest, "//host/share/a");
}

static void slices_may_be_left_out(void **state) {
    (void)state;
    struct os_slice slice;
    os_path_split_slices("a/b", NULL, &slice);
    check_slice(slice, "b");
    os_path_splitext_slices("a.b", &slice, NULL);
    check_slice(slice, "a");
    os_path_splitroot_slices("/a", NULL, NULL, &slice);
    check_slice(slice, "a");
    os_path_splitdrive_slices("a", NULL, NULL);
}

static void joins(void **state) {
    (void)state;
    assert_text(os_path_join("a"), "a");
    assert_text(os_path_join(""), "");
    assert_text(os_path_join("a", "b"), "a/b");
    assert_text(os_path_join("a/", "b"), "a/b");
    assert_text(os_path_join("a//", "b"), "a//b");
    assert_text(os_path_join("a", ""), "a/");
    assert_text(os_path_join("a", "", ""), "a/");
    assert_text(os_path_join("a", "", "b"), "a/b");
    assert_text(os_path_join("", "b"), "b");
    assert_text(os_path_join("", ""), "");
    assert_text(os_path_join("", "", "b"), "b");
    assert_text(os_path_join("a", "/b", "c"), "/b/c");
    assert_text(os_path_join("a", "/b", "//c"), "//c");
    assert_text(os_path_join("/", "b"), "/b");
    assert_text(os_path_join("//", "b"), "//b");
    assert_text(os_path_join("\xff", "\xfe"), "\xff/\xfe");
    assert_text(os_path_join("1", "2", "3", "4", "5", "6", "7", "8"), "1/2/3/4/5/6/7/8");
    assert_text(os_path_join("1", "2", "3", "4", "5", "6", "7", "8", "9"), "1/2/3/4/5/6/7/8/9");
    assert_text(os_path_join("1", "2", "3", "4", "5", "6", "7", "8", "9", "/x", "y"), "/x/y");
    char *text = (os_path_join)("a", "b", (char *)NULL);
    assert_string_equal(text, "a/b");
    free(text);
}

static void joins_names_of_every_size(void **state) {
    (void)state;
    char name[100], expected[300];
    for (int size = 0; size < 99; size++) {
        memset(name, 'x', (size_t)size);
        name[size] = '\0';
        snprintf(expected, sizeof expected, "/%s%sq", name, size ? "/" : "");
        assert_text(os_path_join("/", name, "q"), expected);
    }
}

static void joins_lists(void **state) {
    (void)state;
    const char *none[] = {NULL};
    const char *some[] = {"a", "b/", "c", NULL};
    const char *many[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", NULL};
    assert_text(os_path_joinv(none), "");
    assert_text(os_path_joinv(some), "a/b/c");
    assert_text(os_path_joinv(many), "a/b/c/d/e/f/g/h/i/j/k");
}

static void normalizes(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"", "."},
        {".", "."},
        {"./", "."},
        {"..", ".."},
        {"../", ".."},
        {"/", "/"},
        {"//", "//"},
        {"///", "/"},
        {"////a", "/a"},
        {"//a/", "//a"},
        {"/..", "/"},
        {"//..", "//"},
        {"///..//./foo/.//bar", "/foo/bar"},
        {"/../../a", "/a"},
        {"a/..", "."},
        {"a/../..", ".."},
        {"a/../../b", "../b"},
        {"../../a/..", "../.."},
        {"../a/../b", "../b"},
        {"a//b///c", "a/b/c"},
        {"a/./b/.", "a/b"},
        {"./a", "a"},
        {"a/...", "a/..."},
        {"a/..b/.c", "a/..b/.c"},
        {"/a/b/../../../c", "/c"},
        {"..//..", "../.."},
        {"\xff/../\xfe", "\xfe"},
    };
    check_pairs(os_path_normpath, pairs, LENGTH(pairs));
    assert_text(os_path_normcase("Aa/\xc3\x84"), "Aa/\xc3\x84");
}

static void commonpath_of(void **state) {
    (void)state;
    static const struct {
        const char *paths[4], *expected;
    } cases[] = {
        {{"/usr/lib", "/usr/bin"}, "/usr"},
        {{"/usr/lib", "/usr/lib/x"}, "/usr/lib"},
        {{"/usr/lib/", "/usr/lib"}, "/usr/lib"},
        {{"/usr", "/bin"}, "/"},
        {{"/"}, "/"},
        {{""}, ""},
        {{"."}, ""},
        {{"", "a"}, ""},
        {{"a"}, "a"},
        {{"a//b/./c/"}, "a/b/c"},
        {{"a/b", "a/bc"}, "a"},
        {{"a/b", "./a//b"}, "a/b"},
        {{"a/..", "a/../b"}, "a/.."},
        {{"/a/b/c", "/a/b", "/a/b/d"}, "/a/b"},
        {{"//a/b", "/a/c"}, "/a"},
        {{"//a", "//a"}, "/a"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_text(os_path_commonpath(cases[i].paths), cases[i].expected);
}

static void commonpath_refuses(void **state) {
    (void)state;
    const char *none[] = {NULL}, *mixed[] = {"a", "/a", NULL};
    assert_null(os_path_commonpath(none));
    assert_error(EINVAL, "path_commonpath", NULL, NULL);
    assert_text(os_error_text(), "ValueError: commonpath() arg is an empty sequence");
    errno = 0;
    assert_null(os_path_commonpath(mixed));
    assert_text(os_error_text(), "ValueError: Can't mix absolute and relative paths");
}

static void commonprefix_of(void **state) {
    (void)state;
    const char *none[] = {NULL}, *one[] = {"a", NULL}, *words[] = {"/usr/lib", "/usr/lint", NULL};
    const char *shorter[] = {"abc", "ab", "abd", NULL}, *nothing[] = {"a", "", NULL};
    const char *letters[] = {"\xc3\xa4", "\xc3\xa5", NULL};
    assert_text(os_path_commonprefix(none), "");
    assert_text(os_path_commonprefix(one), "a");
    assert_text(os_path_commonprefix(words), "/usr/li");
    assert_text(os_path_commonprefix(shorter), "ab");
    assert_text(os_path_commonprefix(nothing), "");
    assert_text(os_path_commonprefix(letters), "\xc3"); /* as of Python's bytes */
}

static void relpath_between(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"/a/c", "/a/b", "../c"},
        {"/a/b", "/a/b", "."},
        {"/a/b", "/a", "b"},
        {"/a", "/a/b/c", "../.."},
        {"/", "/a/b", "../.."},
        {"/a/b", "/", "a/b"},
        {"/", "/", "."},
        {"/ab", "/a", "../ab"},
        {"//a/b", "/a", "b"},
        {"/a/../b", "/c", "../b"},
        {"/a/b/", "/a//b/./c", ".."},
        {"a/b", "a", "b"},
        {"a", "a/b", ".."},
        {"x/y", "z", "../x/y"},
        {".", "a", ".."},
        {"a/\xff", "a/b", "../\xff"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_text(os_path_relpath(cases[i][0], cases[i][1]), cases[i][2]);
    assert_text(os_path_relpath("a/../b", NULL), "b");
    assert_text(os_path_relpath("b", ""), "b");
    assert_null(os_path_relpath("", "a"));
    assert_text(os_error_text(), "ValueError: no path specified");
}

static void is_absolute(void **state) {
    (void)state;
    assert_true(os_path_isabs("/"));
    assert_true(os_path_isabs("//a"));
    assert_false(os_path_isabs(""));
    assert_false(os_path_isabs("a/"));
    assert_false(os_path_isjunction("/"));
    assert_false(os_path_isdevdrive("/"));
}

static void abspath_of(void **state) {
    char expected[200];
    snprintf(expected, sizeof expected, "%s/a/c", (char *)*state);
    assert_text(os_path_abspath("a/b/../c/"), expected);
    assert_text(os_path_abspath(""), *state);
    assert_text(os_path_abspath("."), *state);
    assert_text(os_path_abspath("//a/../b"), "//b");
    assert_text(os_path_abspath("/a/./b"), "/a/b");
    assert_int_equal(chdir("/"), 0);
    assert_text(os_path_abspath("a"), "/a");
    assert_text(os_path_abspath(".."), "/");
    assert_int_equal(chdir(*state), 0);
}

static void abspath_in_a_removed_directory(void **state) {
    (void)state;
    assert_int_equal(mkdir("gone", 0755), 0);
    assert_int_equal(chdir("gone"), 0);
    assert_int_equal(rmdir("../gone"), 0);
    assert_null(os_path_abspath("a"));
    assert_error(ENOENT, "path_abspath", "a", NULL);
    assert_null(os_path_relpath("a", NULL));
    assert_int_equal(errno, ENOENT);
    assert_text(os_path_abspath("/a"), "/a");
}

/* A quadratic loop would take hours for this. */
static void stays_linear(void **state) {
    (void)state;
    enum { PARTS = 500000 };
    char *path = malloc(PARTS * 5 + 1);
    assert_non_null(path);
    for (size_t i = 0; i < PARTS; i++)
        memcpy(path + i * 5, i % 3 == 2 ? "/../." : "//ab/", 5);
    path[(size_t)PARTS * 5] = '\0';
    const char *paths[] = {path, path, path, NULL};
    free(os_path_normpath(path));
    free(os_path_abspath(path + 1));
    free(os_path_relpath(path, path + 5));
    free(os_path_commonpath(paths));
    free(os_path_commonprefix(paths));
    free(os_path_splitext(path));
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_gives_head_and_tail),
        cmocka_unit_test(splitext_cuts_the_last_dot),
        cmocka_unit_test(splitroot_knows_two_slashes),
        cmocka_unit_test(splitdrive_finds_none),
        cmocka_unit_test(slices_may_be_left_out),
        cmocka_unit_test(joins),
        cmocka_unit_test(joins_names_of_every_size),
        cmocka_unit_test(joins_lists),
        cmocka_unit_test(normalizes),
        cmocka_unit_test(commonpath_of),
        cmocka_unit_test(commonpath_refuses),
        cmocka_unit_test(commonprefix_of),
        IN_SCRATCH(relpath_between),
        cmocka_unit_test(is_absolute),
        IN_SCRATCH(abspath_of),
        IN_SCRATCH(abspath_in_a_removed_directory),
        cmocka_unit_test(stays_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
