/* SPDX-License-Identifier: MIT */
/** ntpath as text: what Python's makes of every kind of path of Windows; and posixpath's names. */
#include "support.h"

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

static void check_text(char *text, const char *expected) {
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void check_slice(struct os_slice slice, const char *expected) {
    assert_int_equal(slice.size, strlen(expected));
    assert_memory_equal(slice.data, expected, slice.size);
}

static void check_list(char **list, const char *const *expected) {
    assert_non_null(list);
    size_t i = 0;
    for (; expected[i]; i++)
        assert_string_equal(list[i], expected[i]);
    assert_null(list[i]);
    free(list);
}
#define CHECK_LIST(list, ...) check_list(list, (const char *const[]){__VA_ARGS__, NULL})

static void check_failed(const void *result, const char *operation, const char *message) {
    assert_null(result);
    assert_int_equal(errno, EINVAL);
    assert_string_equal(os_last_error()->operation, operation);
    assert_string_equal(os_last_error()->message, message);
}

static void splits_drive_root_and_tail(void **state) {
    (void)state;
    static const char *const rows[][4] = {
        {"", "", "", ""},
        {"a", "", "", "a"},
        {"\\a", "", "\\", "a"},
        {"/a", "", "/", "a"},
        {"C:", "C:", "", ""},
        {"C:a", "C:", "", "a"},
        {"C:\\a\\b", "C:", "\\", "a\\b"},
        {"C:///a", "C:", "/", "//a"},
        {"::a", "::", "", "a"},
        {"\\:a", "", "\\", ":a"},
        {"\\\\server", "\\\\server", "", ""},
        {"\\\\server\\share", "\\\\server\\share", "", ""},
        {"\\\\server\\share\\a\\b", "\\\\server\\share", "\\", "a\\b"},
        {"//server/share/a", "//server/share", "/", "a"},
        {"\\\\\\share\\a", "\\\\\\share", "\\", "a"},
        {"\\\\server\\\\a", "\\\\server\\", "\\", "a"},
        {"\\\\?\\C:\\a", "\\\\?\\C:", "\\", "a"},
        {"\\\\.\\nul", "\\\\.\\nul", "", ""},
        {"\\\\?\\UNC\\server\\share\\a", "\\\\?\\UNC\\server\\share", "\\", "a"},
        {"//?/unc/server/share/a", "//?/unc/server/share", "/", "a"},
        {"\\\\?\\UNC\\", "\\\\?\\UNC\\", "", ""},
        {"\\\\?\\UND\\server\\share", "\\\\?\\UND", "\\", "server\\share"},
        {"\xe4:a", "\xe4:", "", "a"},
        {"\xc3\xa4:a", "", "", "\xc3\xa4:a"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const *row = rows[i];
        char rest[64];
        snprintf(rest, sizeof rest, "%s%s", row[2], row[3]);
        CHECK_LIST(os_ntpath_splitroot(row[0]), row[1], row[2], row[3]);
        CHECK_LIST(os_ntpath_splitdrive(row[0]), row[1], rest);
        struct os_slice drive, root, tail;
        os_ntpath_splitroot_slices(row[0], &drive, &root, &tail);
        check_slice(drive, row[1]);
        check_slice(root, row[2]);
        check_slice(tail, row[3]);
        os_ntpath_splitdrive_slices(row[0], &drive, &tail);
        check_slice(drive, row[1]);
        check_slice(tail, rest);
    }
    os_ntpath_splitroot_slices("C:\\a", NULL, NULL, NULL);
    os_ntpath_splitdrive_slices("C:\\a", NULL, NULL);
}

static void splits_head_and_tail(void **state) {
    (void)state;
    static const char *const rows[][3] = {
        {"", "", ""},
        {"a", "", "a"},
        {"C:a", "C:", "a"},
        {"C:\\a", "C:\\", "a"},
        {"C:\\a\\b", "C:\\a", "b"},
        {"C:/a//b", "C:/a", "b"},
        {"C:\\\\\\a", "C:\\", "a"},
        {"c:\\a\\", "c:\\a", ""},
        {"\\", "\\", ""},
        {"\\\\server\\share\\", "\\\\server\\share\\", ""},
        {"\\\\server\\share", "\\\\server\\share", ""},
        {"a/b\\c", "a/b", "c"},
        {"a\\b/c.d", "a\\b", "c.d"},
        {"a/a-name-of-more-than-sixteen-bytes", "a", "a-name-of-more-than-sixteen-bytes"},
        {"a\\a-name-of-more-than-sixteen-bytes", "a", "a-name-of-more-than-sixteen-bytes"},
        {"a\\b/a-name-of-more-than-sixteen-bytes", "a\\b", "a-name-of-more-than-sixteen-bytes"},
        {"a-name-of-more-than-sixteen-bytes", "", "a-name-of-more-than-sixteen-bytes"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const *row = rows[i];
        struct os_slice head, tail;
        CHECK_LIST(os_ntpath_split(row[0]), row[1], row[2]);
        os_ntpath_split_slices(row[0], &head, &tail);
        check_slice(head, row[1]);
        check_slice(tail, row[2]);
        check_slice(os_ntpath_dirname_slice(row[0]), row[1]);
        check_slice(os_ntpath_basename_slice(row[0]), row[2]);
        check_text(os_ntpath_dirname(row[0]), row[1]);
        check_text(os_ntpath_basename(row[0]), row[2]);
    }
    os_ntpath_split_slices("a", NULL, NULL);
}

static void splits_the_extension(void **state) {
    (void)state;
    static const char *const rows[][3] = {
        {"a.tar.gz", "a.tar", ".gz"}, {".bashrc", ".bashrc", ""}, {"a.b\\c", "a.b\\c", ""},
        {"a.b/c", "a.b/c", ""},       {"C:.x", "C:", ".x"},       {"C:\\...x", "C:\\...x", ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct os_slice root, extension;
        CHECK_LIST(os_ntpath_splitext(rows[i][0]), rows[i][1], rows[i][2]);
        os_ntpath_splitext_slices(rows[i][0], &root, &extension);
        check_slice(root, rows[i][1]);
        check_slice(extension, rows[i][2]);
    }
}

static void joins(void **state) {
    (void)state;
    check_text(os_ntpath_join("a", "b", "c"), "a\\b\\c");
    check_text(os_ntpath_join(""), "");
    check_text(os_ntpath_join("C:\\a"), "C:\\a");
    check_text(os_ntpath_join("a/", "b"), "a/b");
    check_text(os_ntpath_join("a", ""), "a\\");
    check_text(os_ntpath_join("C:", "a"), "C:a");
    check_text(os_ntpath_join("C:\\a", "\\b"), "C:\\b");
    check_text(os_ntpath_join("C:\\a", "D:b"), "D:b");
    check_text(os_ntpath_join("C:\\a", "c:b"), "c:\\a\\b");
    check_text(os_ntpath_join("C:\\a", "c:/b"), "c:/b");
    check_text(os_ntpath_join("\\\\server\\share", "a"), "\\\\server\\share\\a");
    check_text(os_ntpath_join("\\\\server\\share", ""), "\\\\server\\share");
    check_text(os_ntpath_join("\\\\server\\share", "/a"), "\\\\server\\share/a");
    check_text(os_ntpath_join("\\\\?\\UNC\\", "a"), "\\\\?\\UNC\\a");
    check_text(os_ntpath_join("a", "b", "c", "d", "e", "f", "g", "h", "i", "C:\\j", "k"),
               "C:\\j\\k");
    check_text(os_ntpath_joinv((const char *const[]){NULL}), "");
    check_text(os_ntpath_joinv((const char *const[]){"a", "b", NULL}), "a\\b");
}

static void normalizes(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"", "."},
        {".", "."},
        {"a/./b//c/../d/", "a\\b\\d"},
        {"..\\..\\a", "..\\..\\a"},
        {"a\\..\\..", ".."},
        {"\\..\\a", "\\a"},
        {"C:..\\a", "C:..\\a"},
        {"C:a\\..", "C:"},
        {"C:\\..\\..\\a", "C:\\a"},
        {"C:////a/b", "C:\\a\\b"},
        {"//server/share/../a", "\\\\server\\share\\a"},
        {"\\\\.\\nul", "\\\\.\\nul"},
        {"\\\\?\\D:/XY\\Z", "\\\\?\\D:\\XY\\Z"},
        {"handbook/../../Tests/image.png", "..\\Tests\\image.png"},
        {"\xff/\xfe", "\xff\\\xfe"},
    };
    check_pairs(os_ntpath_normpath, pairs, LENGTH(pairs));
}

static void lowers(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"", ""},
        {"A/b\\C", "a\\b\\c"},
        {"@AZ[`az{/0123456789", "@az[`az{\\0123456789"},
        {"C:/Users/\u00c4\u00d6\u00dc.TXT", "c:\\users\\\u00e4\u00f6\u00fc.txt"},
        {"\u0130", "i\u0307"},
        {"\u212aB", "kb"},
        {"\u023a\u023e", "\u2c65\u2c66"},
        {"\u039f\u03a3 \u03a3\u03a3\u0301/\u03a3A", "\u03bf\u03c2 \u03c3\u03c2\u0301\\\u03c3a"},
        {"A\u03a3'.B \u03a3", "a\u03c3'.b \u03c3"},
        {"\U00010400\U00016ea0", "\U00010428\U00016ebb"},
        {"\xffX\xc3/\xe2\x84", "\xffx\xc3\\\xe2\x84"},
        {"\xed\xa0\x80\xc0\x81\xf5X", "\xed\xa0\x80\xc0\x81\xf5x"},
    };
    check_pairs(os_ntpath_normcase, pairs, LENGTH(pairs));
}

static void is_absolute_with_drive_and_root(void **state) {
    (void)state;
    static const char *const absolute[] = {"C:\\", "c:/a", "\\\\server", "//", "\\/a", "::/"};
    static const char *const relative[] = {"", "a", "\\", "/a", "C:", "C:a", ":\\a", ":::/"};
    for (size_t i = 0; i < LENGTH(absolute); i++)
        assert_true(os_ntpath_isabs(absolute[i]));
    for (size_t i = 0; i < LENGTH(relative); i++)
        assert_false(os_ntpath_isabs(relative[i]));
}

static void knows_reserved_names(void **state) {
    (void)state;
    static const char *const reserved[] = {
        "nul",    "C:\\a\\CON", "con.txt",     "aux .x.y", "COM1",  "lpt\u00b3",
        "CONIN$", "conout$ .x", "con\u0131n$", "a.",       "a ",    "...",
        " ",      "a\\b:c",     "a*",          "a?",       "a<",    "a>",
        "a|b",    "a\"",        "a\nb",        "prn\\x",   "C:nul",
    };
    static const char *const free_names[] = {
        "",           ".",        "..",        "a",     "C:\\",  "nula", "com",
        "com0",       "com10",    "lpt\u00b4", "a.nul", "conin", ".nul", "\\\\.\\nul",
        "\\\\?\\nul", "a\\..\\b", "CO\u0131N", "\x7f",  "\xb9",
    };
    for (size_t i = 0; i < LENGTH(reserved); i++)
        if (!os_ntpath_isreserved(reserved[i]))
            fail_msg("'%s' is reserved", reserved[i]);
    for (size_t i = 0; i < LENGTH(free_names); i++)
        if (os_ntpath_isreserved(free_names[i]))
            fail_msg("'%s' is not reserved", free_names[i]);
}

/* One way to write paths, and what changes nothing behind a separator of them. */
struct way {
    char separator;
    const char *nothing[4];
    char *(*normpath)(const char *);
    char *(*relpath)(const char *, const char *);
    char *(*commonpath)(const char *const *);
};

static void check_changed(const struct way *way, const char *text, const char *changed) {
    check_text(way->normpath(changed), text);
    check_text(way->relpath(changed, text), ".");
    check_text(way->commonpath((const char *const[]){text, changed, NULL}), text);
    check_text(way->commonpath((const char *const[]){changed, text, NULL}), text);
}

/* What is no part of a name is noticed wherever it stands, whatever is compared at once. */
static void nothing_at_every_place(void **state) {
    (void)state;
    static const struct way ways[] = {{'\\',
                                       {"\\", "/", ".\\", "./"},
                                       os_ntpath_normpath,
                                       os_ntpath_relpath,
                                       os_ntpath_commonpath},
                                      {'/',
                                       {"/", "./", "././", "//./"},
                                       os_posixpath_normpath,
                                       os_posixpath_relpath,
                                       os_posixpath_commonpath}};
    for (size_t at = 0; at < 2 * 4 * 20; at++) {
        const struct way *way = &ways[at % 2];
        const char *nothing = way->nothing[at / 2 % 4];
        char text[64], changed[80], pad[20] = {0};
        memset(pad, 'n', at / 8);
        snprintf(text, sizeof text, "%s/%s/bc/defghijkl/n/opqrst/.e/..f/g",
                 way->separator == '/' ? "" : "C:", pad[0] ? pad : "a");
        for (char *c = text; *c; c++)
            *c = *c == '/' ? way->separator : *c;
        for (const char *c = text; *c; c++) {
            if (*c != way->separator)
                continue;
            snprintf(changed, sizeof changed, "%.*s%s%s", (int)(c + 1 - text), text, nothing,
                     c + 1);
            if (way->separator == '\\' || changed[1] != '/' ||
                changed[2] == '/') /* "//a" is a root of its own */
                check_changed(way, text, changed);
        }
    }
}

static void relpath_between(void **state) {
    (void)state;
    check_text(os_ntpath_relpath("C:\\a\\c", "C:\\a\\b"), "..\\c");
    check_text(os_ntpath_relpath("C:\\A\\c", "c:/a"), "c");
    check_text(os_ntpath_relpath("C:\\", "C:\\"), ".");
    check_text(os_ntpath_relpath("C:\\", "C:\\a\\b"), "..\\..");
    check_text(os_ntpath_relpath("C:\\a", "C:\\ab"), "..\\a");
    check_text(os_ntpath_relpath("\\\\S\\x\\b", "//s/X/a"), "..\\b");
    check_text(os_ntpath_relpath("C:\\\u00c4\\b", "C:\\\u00e4"), "b");
    check_text(os_ntpath_relpath("C:\\\u212a\\\u0130\\b", "C:\\K\\i\u0307\\c"), "..\\b");
    check_text(os_ntpath_relpath("b", "a"), "..\\b");
    check_text(os_ntpath_relpath("C:b\\c", "C:b"), "c");
    check_failed(os_ntpath_relpath("", "C:\\"), "ntpath_relpath", "ValueError: no path specified");
    check_failed(os_ntpath_relpath("D:\\a", "C:\\"), "ntpath_relpath",
                 "ValueError: path and start are on different mounts");
    check_failed(os_ntpath_relpath("\\\\s\\\u00e4\\a", "\\\\s\\\u00e5\\a"), "ntpath_relpath",
                 "ValueError: path and start are on different mounts");
}

#define COMMONPATH(...) os_ntpath_commonpath((const char *const[]){__VA_ARGS__, NULL})

static void commonpath_of(void **state) {
    (void)state;
    check_text(COMMONPATH("C:\\a\\b", "c:/A/c"), "C:\\a");
    check_text(COMMONPATH("C:\\a", "C:\\b"), "C:\\");
    check_text(COMMONPATH("C:/a//./b/"), "C:\\a\\b");
    check_text(COMMONPATH("C:a\\b", "C:a"), "C:a");
    check_text(COMMONPATH("a\\b", "A/b/c", "a/B"), "a\\b");
    check_text(COMMONPATH("a", "b"), "");
    check_text(COMMONPATH("/s\\a", "\\S/b"), "\\s");
    check_text(COMMONPATH("//Srv/x/a/b", "\\\\sRV\\X\\A\\c"), "\\\\Srv\\x\\a");
    check_failed(os_ntpath_commonpath((const char *const[]){NULL}), "ntpath_commonpath",
                 "ValueError: commonpath() arg is an empty iterable");
    check_failed(COMMONPATH("C:\\a", "D:\\a"), "ntpath_commonpath",
                 "ValueError: Paths don't have the same drive");
    check_failed(COMMONPATH("C:\\a", "C:a"), "ntpath_commonpath",
                 "ValueError: Can't mix absolute and relative paths");
    check_failed(COMMONPATH("\\a", "a"), "ntpath_commonpath",
                 "ValueError: Can't mix rooted and not-rooted paths");
    check_text(os_ntpath_commonprefix((const char *const[]){"C:\\ab", "C:\\ac", NULL}), "C:\\a");
    check_text(os_ntpath_commonprefix((const char *const[]){NULL}), "");
}

static void expands_variables(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"", ""},
        {"foo", "foo"},
        {"$OSIER_A %OSIER_A% ${OSIER_A}", "b b b"},
        {"$OSIER_A-B%OSIER_A-B%", "dash"
                                  "dash"},
        {"${{OSIER}}", "brace}"},
        {"$OSIER_A}x", "b}x"},
        {"${OSIER_A", "${OSIER_A"},
        {"%OSIER_A", "%OSIER_A"},
        {"$?x %?x%", "$?x %?x%"},
        {"$$OSIER_A %%OSIER_A%%", "$OSIER_A %OSIER_A%"},
        {"%OSIER_A%%OSIER_A%", "bb"},
        {"%OSIER_A%%x", "b%x"},
        {"'$OSIER_A%OSIER_A%'$OSIER_A", "'$OSIER_A%OSIER_A%'b"},
        {"x'$OSIER_A", "x'$OSIER_A"},
        {"$ % ${} $", "$ % ${} $"},
        {"%OSIER_NOT_SET%$OSIER_NOT_SET", "%OSIER_NOT_SET%$OSIER_NOT_SET"},
        {"$OSIER_LOOP", "$OSIER_A%OSIER_A%"},
    };
    assert_int_equal(setenv("OSIER_A", "b", 1), 0);
    assert_int_equal(setenv("OSIER_A-B", "dash", 1), 0);
    assert_int_equal(setenv("{OSIER", "brace", 1), 0);
    assert_int_equal(setenv("OSIER_LOOP", "$OSIER_A%OSIER_A%", 1), 0);
    check_pairs(os_ntpath_expandvars, pairs, LENGTH(pairs));
}

/* Half a million of each would take minutes if any of them took time by the square. */
static void expandvars_is_linear(void **state) {
    (void)state;
    enum { MANY = 500000 };
    static const char *const pieces[] = {"$$", "%%", "''", "${", "%A%", "$", "'%"};
    char *text = malloc(3 * MANY + 1);
    assert_non_null(text);
    for (size_t i = 0; i < LENGTH(pieces); i++) {
        char *end = text;
        for (int k = 0; k < MANY; k++)
            end = stpcpy(end, pieces[i]);
        free(os_ntpath_expandvars(text));
    }
    free(text);
}

/* posixpath's functions are os.path's. */
static void posixpath_is_os_path(void **state) {
    (void)state;
    struct os_slice a, b, c;
    assert_ptr_equal(os_posixpath_basename, os_path_basename);
    assert_ptr_equal((os_posixpath_join), (os_path_join));
    check_text(os_posixpath_basename("/a/b"), "b");
    check_slice(os_posixpath_basename_slice("/a/b"), "b");
    check_text(os_posixpath_dirname("/a/b"), "/a");
    check_slice(os_posixpath_dirname_slice("/a/b"), "/a");
    CHECK_LIST(os_posixpath_split("/a/b"), "/a", "b");
    os_posixpath_split_slices("/a/b", &a, &b);
    CHECK_LIST(os_posixpath_splitext("a.b"), "a", ".b");
    os_posixpath_splitext_slices("a.b", &a, &b);
    CHECK_LIST(os_posixpath_splitdrive("C:a"), "", "C:a");
    os_posixpath_splitdrive_slices("C:a", &a, &b);
    CHECK_LIST(os_posixpath_splitroot("//a"), "", "//", "a");
    os_posixpath_splitroot_slices("//a", &a, &b, &c);
    check_slice(b, "//");
    check_text(os_posixpath_join("a", "b"), "a/b");
    check_text(os_posixpath_joinv((const char *const[]){"a", "/b", NULL}), "/b");
    check_text(os_posixpath_normpath("a//b"), "a/b");
    check_text(os_posixpath_normcase("A\\B"), "A\\B");
    check_text(os_posixpath_relpath("/a/b", "/a/c"), "../b");
    check_text(os_posixpath_commonpath((const char *const[]){"/a/b", "/a/c", NULL}), "/a");
    check_text(os_posixpath_commonprefix((const char *const[]){"/ab", "/ac", NULL}), "/a");
    check_text(os_posixpath_expandvars("$"), "$");
    assert_true(os_posixpath_isabs("/a"));
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_drive_root_and_tail),
        cmocka_unit_test(splits_head_and_tail),
        cmocka_unit_test(splits_the_extension),
        cmocka_unit_test(joins),
        cmocka_unit_test(normalizes),
        cmocka_unit_test(lowers),
        cmocka_unit_test(is_absolute_with_drive_and_root),
        cmocka_unit_test(knows_reserved_names),
        cmocka_unit_test(nothing_at_every_place),
        cmocka_unit_test(relpath_between),
        cmocka_unit_test(commonpath_of),
        cmocka_unit_test(expands_variables),
        cmocka_unit_test(expandvars_is_linear),
        cmocka_unit_test(posixpath_is_os_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
